"""The verdict of every row, by the report and by the records: the steps are taken by hand."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.client.replay import well
from tests.client.test_steps import Taken
from tests.connect.records import RTIN, members, record

from gst_ims.client import Decision, FailedRow, Fate, State, Status, tokens
from gst_ims.client.access import Access, Account
from gst_ims.client.journal import Batch, Part
from gst_ims.client.protocol import Line
from gst_ims.client.record import Key
from gst_ims.client.steps import Answer, Call
from gst_ims.client.tokens import FileStore, Token
from gst_ims.client.verdicts import judge, reconcile, why_not
from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action, Section

STIN, STALE = "24AAXCT0003K1ZA", "IMSSAV0010"


def access(place: Path) -> Access:
    """A taxpayer who is signed in, at a portal that a test answers for."""
    line = Line("https://x", "k", None, FixedClock(datetime(2025, 11, 5, 10, tzinfo=IST)), lambda: 1.0)
    store = FileStore(place)
    it = Access(Account(line, "k", "s", store, place), Gstin(RTIN), "acme.com")
    name = it._name  # pyright: ignore[reportPrivateUsage]
    tokens.save(store, name, Token("t", line.now() + 6 * 3600))
    return it


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Access:
    return access(tmp_path_factory.mktemp("tokens"))


def batch(*decisions: Decision) -> Batch:
    return Batch("https://x", Gstin(RTIN), "acme.com", "SAVE", decisions, [Part(list(range(len(decisions))))])


def accepting(rows: int = 3) -> Batch:
    return batch(*(record(number=f"INV-{n}", hash=f"h{n}").accept() for n in range(rows)))


def listed(actions: str, **changes: Any) -> Answer:
    """The list of the section: a letter for each record, a blank for one that is gone."""
    rows = [
        members(number=f"INV-{n}", hash=f"h{n}", action=action) | changes
        for n, action in enumerate(actions)
        if action != " "
    ]
    return Answer(200, json.dumps(well({"b2b": rows}).body).encode())


def letters(of: Batch) -> str:
    return "".join(of.verdicts[row].fate.value[0] if row in of.verdicts else "?" for row in range(len(of.decisions)))


def line_of(number: str, code: str = "C1", stin: str = STIN, period: str = "102025") -> FailedRow:
    return FailedRow(Section.B2B, stin, number, period, code, "No.")


def told(state: State, processed: int | None = None, failed: int | None = None, *lines: FailedRow) -> Status:
    return Status("r1", state, "", processed, failed, "", "", lines)


def judged(ready: Access, of: Batch, status: Status, *answers: Answer) -> tuple[str, int]:
    """The verdicts, and how often the records were asked for."""
    taken, left = Taken(), list(answers)

    def answer(call: Call) -> Answer:
        return left.pop(0)

    taken.run(judge(ready, of, list(range(len(of.decisions))), status), answer)
    return letters(of), sum(isinstance(step, Call) for step in taken.steps)


# By the report alone.

CLEAR: dict[str, tuple[Status, str]] = {
    "all done": (told(State.PROCESSED, 3), "aaa"),
    "all done, none refused": (told(State.PROCESSED, 3, 0), "aaa"),
    "one refused": (told(State.WITH_ERRORS, 2, 1, line_of("INV-1")), "ara"),
    "one refused among all counted": (told(State.WITH_ERRORS, 3, 1, line_of("INV-1")), "ara"),
    "all refused": (told(State.WITH_ERRORS, 0, 3, *map(line_of, ("INV-0", "INV-1", "INV-2"))), "rrr"),
    "in small letters": (told(State.WITH_ERRORS, 2, 1, line_of("inv-1", stin=STIN.lower())), "ara"),
    "nothing done at all": (told(State.FAILED, 0, 0), "rrr"),
    "nothing done, without counts": (told(State.FAILED), "rrr"),
}


@pytest.mark.parametrize(("status", "fates"), CLEAR.values(), ids=CLEAR)
def test_a_report_that_adds_up_is_believed(ready: Access, status: Status, fates: str) -> None:
    assert judged(ready, accepting(), status) == (fates, 0)


def test_each_row_has_its_own_reason(ready: Access) -> None:
    of = accepting()
    lines = (line_of("INV-0", "C0"), line_of("INV-2", "C2"))
    judged(ready, of, told(State.WITH_ERRORS, 1, 2, *lines))
    assert [of.verdicts[row].code for row in range(3)] == ["C0", None, "C2"]
    assert of.verdicts[2].words == "No."


def test_a_request_that_failed_gives_its_reason_to_every_row(ready: Access) -> None:
    of = accepting()
    judged(ready, of, Status("r", State.FAILED, "ER", 0, 0, "IMSSAV005", "Schema validation failure"))
    assert {(v.fate, v.code, v.words) for v in of.verdicts.values()} == {
        (Fate.REFUSED, "IMSSAV005", "Schema validation failure")
    }


# By the records.

DOUBTFUL: dict[str, Status] = {
    "fewer than all": told(State.PROCESSED, 2),
    "more than all": told(State.PROCESSED, 4),
    "no counts": told(State.PROCESSED),
    "errors and none named": told(State.WITH_ERRORS, 2, 1),
    "more errors than are named": told(State.WITH_ERRORS, 1, 2, line_of("INV-1")),
    "a line of nobody's": told(State.WITH_ERRORS, 2, 1, line_of("INV-9")),
    "a line of another supplier": told(State.WITH_ERRORS, 2, 1, line_of("INV-1", stin="29AAXCT0004K1ZZ")),
    "a line of another period": told(State.WITH_ERRORS, 2, 1, line_of("INV-1", period="092025")),
    "done, and one refused": told(State.PROCESSED, 3, 1, line_of("INV-1")),
    "failed, and something done": told(State.FAILED, 2, 1),
}


@pytest.mark.parametrize("status", DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_does_not_add_up_is_asked_of_the_records(ready: Access, status: Status) -> None:
    assert judged(ready, accepting(), status, listed("ANA")) == ("ara", 1)


@pytest.mark.parametrize(
    ("now", "fates"), [("AAA", "aaa"), ("NNN", "rrr"), ("A A", "aua"), ("ARA", "aua"), ("   ", "uuu"), ("PPN", "uur")]
)
def test_a_record_says_applied_refused_or_that_nobody_knows(ready: Access, now: str, fates: str) -> None:
    assert judged(ready, accepting(), told(State.PROCESSED), listed(now)) == (fates, 1)


@pytest.mark.parametrize(("now", "fates"), [("AAA", "aaa"), ("ANA", "aua"), ("A A", "aua")])
def test_of_a_request_that_stands_still_what_is_not_done_may_still_come(ready: Access, now: str, fates: str) -> None:
    assert judged(ready, accepting(), told(State.IN_PROGRESS, 2), listed(now)) == (fates, 1)


def test_a_record_of_another_content_is_not_the_one_that_was_decided_about(ready: Access) -> None:
    fates, _ = judged(ready, accepting(), told(State.PROCESSED), listed("AAA", hash="other", val=1.0))
    assert fates == "uuu"


@pytest.mark.parametrize(("now", "fates"), [("AAA", "aaa"), ("AAN", "aar"), ("NNN", "rrr")])
def test_what_was_changed_already_is_applied_where_it_is_as_it_was_wanted(ready: Access, now: str, fates: str) -> None:
    """The network brings a request twice: the second finds everything changed by the first."""
    stale = [line_of(f"INV-{n}", STALE) for n in range(3)]
    assert judged(ready, accepting(), told(State.WITH_ERRORS, 0, 3, *stale), listed(now)) == (fates, 1)


def test_the_reason_of_a_line_that_names_nobody_is_that_of_the_row_that_was_not_done(ready: Access) -> None:
    of = accepting()
    judged(ready, of, told(State.WITH_ERRORS, 2, 1, line_of("?", "C7")), listed("ANA"))
    assert (of.verdicts[1].code, of.verdicts[1].words) == ("C7", "No.")


def test_of_two_reasons_none_is_guessed(ready: Access) -> None:
    of = accepting()
    judged(ready, of, told(State.WITH_ERRORS, 1, 2, line_of("?", "C7"), line_of("!", "C8")), listed("ANN"))
    assert {of.verdicts[row].code for row in (1, 2)} == {None}
    assert "doesn't name it" in of.verdicts[1].words


@given(
    st.text("NARP ", min_size=1, max_size=6),
    st.sampled_from([told(State.PROCESSED), told(State.WITH_ERRORS, 99, 1), told(State.FAILED, 1, 1)]),
)
def test_every_row_has_the_verdict_that_its_record_gives(
    tmp_path_factory: pytest.TempPathFactory, now: str, doubt: Status
) -> None:
    ready, of = access(tmp_path_factory.getbasetemp() / "any"), accepting(len(now))
    fates, _ = judged(ready, of, doubt, listed(now))
    assert fates == "".join({"A": "a", "N": "r"}.get(letter, "u") for letter in now)


# A request that may have been taken, or not.


def reconciled(ready: Access, of: Batch, attempt: int, *answers: Answer) -> tuple[list[int], Taken]:
    taken, left = Taken(), list(answers)
    rows = list(range(len(of.decisions)))
    again = taken.run(reconcile(ready, of, rows, attempt), lambda call: left.pop(0) if len(left) > 1 else left[0])
    return again, taken


def test_what_was_not_taken_is_sent_again_and_what_was_is_applied(ready: Access) -> None:
    of = accepting(4)
    again, _ = reconciled(ready, of, 1, listed("ANRN"))
    assert (again, letters(of)) == ([1, 3], "a?u?")


def test_the_records_are_believed_when_they_say_the_same_twice(ready: Access) -> None:
    """The portal may be at work on them just now."""
    of = accepting(3)
    again, taken = reconciled(ready, of, 1, listed("NNN"), listed("ANN"), listed("AAN"), listed("AAA"))
    assert (again, letters(of)) == ([], "aaa")
    assert sum(isinstance(step, Call) for step in taken.steps) == 5


def test_the_more_answers_were_lost_the_slower_it_goes(ready: Access) -> None:
    pauses = [reconciled(ready, accepting(), attempt, listed("NNN"))[1].pauses for attempt in (1, 2, 3, 9)]
    assert pauses == [[1.0], [2.0], [4.0], [30.0]]


# What isn't sent at all.


@pytest.mark.parametrize(
    ("kind", "decision", "words"),
    [
        ("SAVE", record().accept(), None),
        ("SAVE", Decision(record(action="A"), Action.NONE), "Take an action back by a reset"),
        ("RESET", Decision(record(action="A"), Action.NONE), None),
        ("RESET", record().accept(), "Take an action back by a reset"),
        ("RESET", Decision(record(), Action.NONE), "no action to take back"),
        ("SAVE", record(ispendactblocked="Y").keep_pending(), "can't be kept pending"),
    ],
)
def test_a_row_goes_by_the_request_of_its_kind(kind: str, decision: Decision, words: str | None) -> None:
    why = why_not(kind, decision, set())
    assert why is None if words is None else words in (why or "")


def test_of_a_record_that_stands_twice_the_first_row_counts() -> None:
    seen: set[Key] = {record().key}
    assert "stands here twice" in (why_not("SAVE", record().accept(), seen) or "")
    assert why_not("SAVE", record(srcform="R1A").accept(), seen) is None
