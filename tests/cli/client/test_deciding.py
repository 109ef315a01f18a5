"""Plans: every decision has one place, and what forbids itself or stands already is never sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connect.records import record

from gst_ims.cli.client.deciding import Plan, check_words, decide, plan
from gst_ims.cli.exits import Usage
from gst_ims.client import Decision, Fate, Reduction
from gst_ims.connect.offline.reading import Problem
from gst_ims.core.section import OTHERS, Action, Section

CN = Section.B2BCN
PROBLEM = Problem("a.xlsx", "Records", 2, "Decision", "No.")
DECISIONS = st.builds(
    decide,
    st.builds(
        record,
        st.sampled_from(OTHERS),
        st.integers(1, 99).map("N-{}".format),
        action=st.sampled_from("NARP"),
        ispendactblocked=st.sampled_from("YN"),
        remarks=st.sampled_from([None, "first"]),
    ),
    st.sampled_from(Action),
    st.sampled_from([None, "first", "second", "x" * 251]),
    st.sampled_from([None, True, False, Reduction(igst=Decimal(9))]),
)


@given(st.lists(DECISIONS, max_size=20))
def test_every_decision_has_one_place(decisions: list[Decision]) -> None:
    made = plan(decisions)
    assert len(made.send) + len(made.refused) + len(made.done) == len(decisions)
    assert sorted(map(id, (*made.send, *made.done, *(v.decision for v in made.refused)))) == sorted(map(id, decisions))
    assert len(made.saves) + len(made.resets) == len(made.send)


@given(st.lists(DECISIONS, max_size=20))
def test_what_is_sent_can_be_and_what_is_not_says_why(decisions: list[Decision]) -> None:
    made = plan(decisions)
    assert all(decision.why_not() is None for decision in made.send)
    assert all((verdict.fate, verdict.code) == (Fate.NOT_SENT, None) for verdict in made.refused)
    assert all(verdict.words == verdict.decision.why_not() for verdict in made.refused)


@given(st.lists(DECISIONS, max_size=20))
def test_what_stands_already_is_so_in_the_record(decisions: list[Decision]) -> None:
    for decision in plan(decisions).done:
        assert decision.record.action is decision.action
        assert decision.action is Action.NONE or decision.remarks in (None, decision.record.remarks)


@given(st.lists(DECISIONS, max_size=20))
def test_saves_and_resets_are_apart_and_in_order(decisions: list[Decision]) -> None:
    made = plan(decisions)
    assert all(decision.action is not Action.NONE for decision in made.saves)
    assert all(decision.action is Action.NONE for decision in made.resets)
    for part in (made.saves, made.resets):
        places = [next(at for at, it in enumerate(decisions) if it is decision) for decision in part]
        assert places == sorted(places)


PLACES: dict[str, tuple[Decision, str]] = {
    "accepted": (record().accept(), "send"),
    "accepted again": (record(action="A").accept(), "done"),
    "accepted again with words": (record(action="A").accept("ok"), "send"),
    "accepted again with the same words": (record(action="A", remarks="ok").accept("ok"), "done"),
    "rejected again with other words": (record(action="R", remarks="a").reject("b"), "send"),
    "rejected again without a word": (record(action="R", remarks="a").reject(), "done"),
    "reset": (Decision(record(action="P"), Action.NONE), "send"),
    "reset of nothing": (Decision(record(), Action.NONE), "done"),
    "pending though it is blocked": (record(ispendactblocked="Y").keep_pending(), "refused"),
    "pending already though it is blocked": (record(action="P", ispendactblocked="Y").keep_pending(), "done"),
    "a credit note not reduced": (record(CN).accept(None, reduce=False), "refused"),
    "a credit note reduced as it is": (record(CN, action="A", itcRedReq="Y").accept(), "done"),
    "a credit note to be reduced otherwise": (record(CN, action="A", itcRedReq="Y").accept("x", False), "send"),
}


@pytest.mark.parametrize(("decision", "place"), PLACES.values(), ids=PLACES)
def test_a_decision_goes_where_it_belongs(decision: Decision, place: str) -> None:
    made = plan([decision])
    assert [name for name in ("send", "refused", "done") if getattr(made, name)] == [place]


@pytest.mark.parametrize(
    ("more", "complete"),
    [
        ({}, True),
        ({"missing": ["b2b:x"]}, False),
        ({"problems": (PROBLEM,)}, False),
        ({"decisions": [record().accept()]}, True),
        ({"decisions": [record(action="A").accept()]}, True),
        ({"decisions": [record(ispendactblocked="Y").keep_pending()]}, False),
    ],
)
def test_a_plan_is_complete_when_all_that_was_asked_for_can_be_done(more: dict[str, Any], complete: bool) -> None:
    made = plan(more.get("decisions", ()), more.get("missing", ()), more.get("problems", ()))
    assert made.complete is complete


def test_what_names_no_record_and_what_cannot_be_read_is_kept() -> None:
    made = plan([], ["a", "b"], (PROBLEM,))
    assert (made.missing, made.problems) == (["a", "b"], (PROBLEM,))
    assert Plan().problems == ()


# What is decided.


@pytest.mark.parametrize("section", OTHERS)
def test_accepting_declares_as_the_portal_does_where_nothing_is_said(section: Section) -> None:
    of = record(section)
    assert decide(of, Action.ACCEPT, None, None).reduce is (True if of.asks_reduction else None)
    assert decide(of, Action.REJECT, None, None).reduce is None


@pytest.mark.parametrize("action", Action)
def test_a_decision_has_the_action_and_the_words(action: Action) -> None:
    made = decide(record(), action, "why", None)
    assert (made.action, made.remarks) == (action, "why")


WORDS: list[tuple[Action, str | None, Any, str]] = [
    (Action.NONE, "x", None, "leave --remarks and --reduce out"),
    (Action.NONE, None, True, "leave --remarks and --reduce out"),
    (Action.NONE, None, False, "leave --remarks and --reduce out"),
    (Action.REJECT, None, True, "belongs to `ims accept` only"),
    (Action.REJECT, "x", Reduction(), "belongs to `ims accept` only"),
    (Action.PENDING, None, False, "belongs to `ims accept` only"),
]


@pytest.mark.parametrize(("action", "remarks", "reduce", "words"), WORDS)
def test_words_that_belong_to_another_action_are_refused(
    action: Action, remarks: str | None, reduce: Any, words: str
) -> None:
    with pytest.raises(Usage, match=words):
        check_words(action, remarks, reduce)


@pytest.mark.parametrize(
    ("action", "remarks", "reduce"),
    [
        (Action.NONE, None, None),
        (Action.NONE, "", None),
        (Action.ACCEPT, "x", False),
        (Action.ACCEPT, None, Reduction()),
        (Action.REJECT, "x", None),
        (Action.PENDING, None, None),
    ],
)
def test_words_that_belong_to_it_are_taken(action: Action, remarks: str | None, reduce: Any) -> None:
    check_words(action, remarks, reduce)
