"""Steps without I/O: a call has an answer, and no call that failed is made again after the time is over."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.client.errors import CallFailed, NoAnswer, TooManyRequests, WaitTimeout
from gst_ims.client.steps import Answer, Call, Sleep, Step, Steps, send, until

CALL = Call("GET", "/x")
FINE = Answer(200, b"fine")


class Taken:
    """The steps that were taken, one after another, on a clock that only pauses move."""

    def __init__(self, at: float = 0.0) -> None:
        self.at = at
        self.steps: list[Step] = []

    def now(self) -> float:
        return self.at

    def run(self, steps: Steps[Any], answer: Callable[[Call], Answer] = lambda call: FINE) -> Any:
        """What the steps end in. `answer` may raise a CallFailed, as a transport does."""
        try:
            step = next(steps)
            while True:
                self.steps.append(step)
                if isinstance(step, Sleep):
                    self.at += step.seconds
                    step = steps.send(None)
                    continue
                try:
                    said = answer(step)
                except CallFailed as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(said)
        except StopIteration as end:
            return end.value

    @property
    def pauses(self) -> list[float]:
        return [step.seconds for step in self.steps if isinstance(step, Sleep)]


@pytest.fixture
def taken() -> Taken:
    return Taken()


def pausing(*pauses: Sleep) -> Steps[str]:
    """A call after each pause."""
    for pause in pauses:
        yield pause
        yield from send(CALL)
    return "done"


# A call.


def test_a_call_has_its_answer(taken: Taken) -> None:
    assert taken.run(send(CALL)) is FINE
    assert taken.steps == [CALL]


def test_a_transport_that_gives_no_answer_is_a_fault_of_the_program() -> None:
    steps = send(CALL)
    next(steps)
    with pytest.raises(TypeError, match="has to be answered"):
        steps.send(None)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/a/b", "GET /a/b"),
        ("/a?otp=575757", "GET /a"),
        ("https://files.test/x?permission=y", "GET https://files.test/x"),
    ],
)
def test_a_call_is_named_without_what_its_query_may_hold(path: str, name: str) -> None:
    assert Call("GET", path).name == name


@pytest.mark.parametrize("field", ["query", "headers", "body"])
def test_nothing_that_can_be_secret_is_shown(field: str) -> None:
    secret: Any = {"query": {"otp": "hush"}, "headers": {"x-api-secret": "hush"}, "body": b"hush"}[field]
    assert "hush" not in repr(Call("POST", "/x", **{field: secret}))


def test_the_text_of_an_answer_is_not_shown() -> None:
    assert "hush" not in repr(Answer(200, b"hush", {"x-token": "hush"}))


# The time that there is.


def test_steps_that_are_in_time_are_as_they_are(taken: Taken) -> None:
    pauses = [Sleep(1.0, again=True), Sleep(2.0), Sleep(3.0, again=True)]
    assert taken.run(until(6.0, taken.now, pausing(*pauses))) == "done"
    assert taken.steps == [pauses[0], CALL, pauses[1], CALL, pauses[2], CALL]


def test_a_pause_that_is_too_long_ends_at_the_deadline(taken: Taken) -> None:
    with pytest.raises(WaitTimeout, match="too busy, or asks to be called again later"):
        taken.run(until(10.0, taken.now, pausing(Sleep(300.0, again=True))))
    assert (taken.pauses, taken.at) == ([10.0], 10.0)
    assert CALL not in taken.steps


def test_where_no_time_is_left_there_is_no_pause_at_all(taken: Taken) -> None:
    taken.at = 50.0
    with pytest.raises(WaitTimeout):
        taken.run(until(10.0, taken.now, pausing(Sleep(1.0, again=True))))
    assert taken.pauses == [0.0]


def test_a_pause_of_another_kind_is_not_cut(taken: Taken) -> None:
    """One that keeps to the rate, or that lets the portal work: without it nothing would ever be asked."""
    assert taken.run(until(0.0, taken.now, pausing(Sleep(60.0)))) == "done"
    assert taken.pauses == [60.0]


def test_a_pause_that_ends_with_the_time_is_in_time(taken: Taken) -> None:
    assert taken.run(until(5.0, taken.now, pausing(Sleep(5.0, again=True)))) == "done"


def test_a_failed_call_is_told_to_the_steps(taken: Taken) -> None:
    def steps() -> Steps[str]:
        try:
            yield from send(CALL)
        except TooManyRequests as error:
            return error.call
        return "fine"

    def refuse(call: Call) -> Answer:
        raise TooManyRequests(call=call.name)

    assert taken.run(until(1.0, taken.now, steps()), refuse) == "GET /x"


def test_what_the_steps_do_not_catch_goes_on(taken: Taken) -> None:
    def refuse(call: Call) -> Answer:
        raise NoAnswer(call=call.name)

    with pytest.raises(NoAnswer, match="GET /x"):
        taken.run(until(1.0, taken.now, send(CALL)), refuse)


def test_the_steps_may_clean_up_when_the_time_is_over(taken: Taken) -> None:
    """A save whose answer never came has to be marked as unsent."""
    marks: list[str] = []

    def steps() -> Steps[None]:
        try:
            yield Sleep(9.0, again=True)
        except WaitTimeout:
            marks.append("unsent")
            yield from send(CALL)
            raise

    with pytest.raises(WaitTimeout):
        taken.run(until(1.0, taken.now, steps()))
    assert (marks, taken.steps[-1]) == (["unsent"], CALL)


def test_who_leaves_the_steps_closes_them() -> None:
    closed: list[bool] = []

    def steps() -> Steps[None]:
        try:
            yield Sleep(1.0)
        finally:
            closed.append(True)

    outer = until(5.0, lambda: 0.0, steps())
    next(outer)
    outer.close()
    assert closed == [True]


def test_steps_that_end_at_once_end(taken: Taken) -> None:
    assert taken.run(until(0.0, taken.now, pausing())) == "done"


@given(
    st.lists(st.builds(Sleep, st.floats(0, 100), st.booleans()), max_size=8),
    st.floats(0, 300),
)
def test_no_pause_before_a_repetition_outlasts_the_deadline(pauses: list[Sleep], deadline: float) -> None:
    taken = Taken()
    try:
        ended = taken.run(until(deadline, taken.now, pausing(*pauses)))
    except WaitTimeout:
        ended = "cut"
    cut = [step for step in taken.steps if isinstance(step, Sleep) and step not in pauses]
    if ended == "done":
        assert taken.pauses == [pause.seconds for pause in pauses]
    else:
        # What has to be waited for may end later; nothing is repeated then.
        assert taken.at <= deadline + 1e-6 or taken.pauses[-1] == 0.0
        assert len(cut) <= 1
        assert taken.steps[-1] == Sleep(taken.pauses[-1])


@given(st.lists(st.floats(0.001, 100), min_size=1, max_size=8))
def test_with_all_the_time_in_the_world_nothing_is_changed(pauses: list[float]) -> None:
    taken = Taken()
    assert taken.run(until(float("inf"), taken.now, pausing(*(Sleep(it, again=True) for it in pauses)))) == "done"
    assert taken.pauses == pauses
