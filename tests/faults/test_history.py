"""The checker of histories accepts what can be explained, and nothing else."""

from __future__ import annotations

import itertools
import math

import pytest
from faults.history import Operation, State, after, linearizable
from hypothesis import given
from hypothesis import strategies as st

START: State = (100, "N")


def read(asked: float, answered: float, *state: object) -> Operation:
    return Operation("read", asked, answered, state or None)


def edit(asked: float, answered: float, amount: int) -> Operation:
    return Operation("edit", asked, answered, amount)


def act(asked: float, answered: float, *value: object) -> Operation:
    return Operation("act", asked, answered, value)


RIGHT = {
    "nothing happened": [],
    "a read sees the start": [read(0, 1, 100, "N")],
    "what was acted is seen": [act(0, 1, 100, "N", "A", True), read(2, 3, 100, "A")],
    "one at the same time may see it or not": [
        act(0, 9, 100, "N", "A", True),
        read(1, 2, 100, "N"),
        read(3, 4, 100, "A"),
    ],
    "the edit won": [edit(0, 9, 200), act(0, 9, 100, "N", "A", False), read(10, 11, 200, "N")],
    "the save won, and the edit took it back": [
        edit(0, 9, 200),
        act(0, 9, 100, "N", "A", True),
        read(10, 11, 200, "N"),
    ],
    "saved again without a change nothing is taken back": [
        act(0, 1, 100, "N", "P", True),
        edit(2, 3, 100),
        read(4, 5, 100, "P"),
    ],
    "no answer, and it happened": [act(0, math.inf, 100, "N", "A", None), read(5, 6, 100, "A")],
    "no answer, and it didn't": [act(0, math.inf, 100, "N", "A", None), read(5, 6, 100, "N")],
    "no answer, and it happened late": [
        act(0, math.inf, 100, "N", "A", None),
        read(5, 6, 100, "N"),
        read(7, 8, 100, "A"),
    ],
}
WRONG = {
    "a lost update": [act(0, 1, 100, "N", "A", True), read(2, 3, 100, "N")],
    "something out of nothing": [read(0, 1, 100, "A")],
    "back in time": [act(0, 9, 100, "N", "A", True), read(1, 2, 100, "A"), read(3, 4, 100, "N")],
    "both won": [edit(0, 1, 200), act(2, 3, 100, "N", "A", True)],
    "nobody was told": [edit(0, 9, 200), act(0, 9, 100, "N", "A", True), read(10, 11, 200, "A")],
    "both were refused": [act(0, 9, 100, "N", "A", False), act(0, 9, 100, "N", "R", False)],
    "both were done": [act(0, 9, 100, "N", "A", True), act(0, 9, 100, "N", "R", True)],
    "half of an edit": [edit(0, 9, 200), act(0, 1, 100, "N", "A", True), read(2, 3, 200, "A")],
    "undone without a word": [act(0, math.inf, 100, "N", "A", None), read(1, 2, 100, "A"), read(3, 4, 100, "N")],
}


@pytest.mark.parametrize("history", RIGHT.values(), ids=RIGHT)
def test_what_can_be_explained_is_accepted(history: list[Operation]) -> None:
    assert all(linearizable(list(order), START) for order in itertools.permutations(history))


@pytest.mark.parametrize("history", WRONG.values(), ids=WRONG)
def test_what_cannot_be_explained_is_not(history: list[Operation]) -> None:
    assert not any(linearizable(list(order), START) for order in itertools.permutations(history))


Kinds = st.lists(
    st.tuples(st.sampled_from(["read", "edit", "act"]), st.integers(1, 3), st.sampled_from("NARP"), st.floats(0, 3)),
    max_size=9,
)


def played(kinds: list[tuple[str, int, str, float]]) -> list[Operation]:
    """A history of operations that happened one after another, each known for a while before and after."""
    state, history = START, []
    for moment, (kind, amount, action, spread) in enumerate(kinds):
        assert state is not None
        if kind == "read":
            operation = read(moment - spread, moment + spread, *state)
        elif kind == "edit":
            operation = edit(moment - spread, moment + spread, amount * 100)
        else:
            echoed = (amount * 100, state[1])
            operation = act(moment - spread, moment + spread, *echoed, action, echoed == state)
        then = after(state, operation)
        assert not isinstance(then, bool)
        state = then
        history.append(operation)
    return history


@given(Kinds)
def test_what_really_happened_is_always_accepted(kinds: list[tuple[str, int, str, float]]) -> None:
    assert linearizable(played(kinds), START)


@given(Kinds)
def test_a_last_look_at_another_state_never_is(kinds: list[tuple[str, int, str, float]]) -> None:
    assert not linearizable([*played(kinds), read(100, 101, 999, "A")], START)
