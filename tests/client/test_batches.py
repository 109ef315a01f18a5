"""Saves on disk, and how they are split: nothing is lost, nothing is mixed, and what is read is what was written."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.connect.records import RTIN, record

from gst_ims.client import Decision, Fate, Reduction, errors, sending
from gst_ims.client.journal import Batch, Journal, Part
from gst_ims.client.sending import _body, _open, _split  # pyright: ignore[reportPrivateUsage]
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import OTHERS, Action, Section

slow = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)

RUPEES = st.integers(0, 10**8).map(lambda paise: Decimal(paise).scaleb(-2))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
DECISIONS = st.builds(
    Decision,
    st.builds(record, st.sampled_from(OTHERS), st.integers(1, 9999).map("INV-{}".format)),
    st.sampled_from(Action),
    st.none() | TEXTS,
    st.none() | st.booleans() | st.builds(Reduction, RUPEES, RUPEES, RUPEES, RUPEES),
)
FATES = st.tuples(st.sampled_from(Fate), st.none() | TEXTS.filter(bool), TEXTS)


def batch(*decisions: Decision, kind: Any = "SAVE") -> Batch:
    made = Batch("https://x", Gstin(RTIN), "acme.com", kind, decisions, [])
    made.parts = [Part(rows) for rows in _split(made)]
    return made


def accepting(*sections: Section) -> Batch:
    return batch(*(record(section, f"INV-{n}").accept() for n, section in enumerate(sections)))


# On disk.


@slow
@given(st.lists(DECISIONS, max_size=8), st.lists(st.none() | FATES, max_size=8), st.sampled_from(["SAVE", "RESET"]))
def test_what_is_written_down_is_what_is_read(
    tmp_path: Path, decisions: list[Decision], fates: list[Any], kind: str
) -> None:
    journal = Journal(tmp_path)
    written = batch(*decisions, kind=kind)
    for row, fate in enumerate(fates[: len(decisions)]):
        if fate is not None:
            written.decide(row, *fate)
    journal.add(written)
    read = journal.load(written.id)
    assert read == written
    assert [it.record.source for it in read.decisions] == [it.record.source for it in written.decisions]
    assert [it.row() for it in read.decisions] == [it.row() for it in written.decisions]
    journal.remove(written)
    with pytest.raises(errors.ClientError, match="is known here"):
        journal.load(written.id)


@slow
@given(st.lists(st.sampled_from(["unsent", "sending", "taken", "over"]), min_size=1, max_size=5))
def test_how_far_it_is_is_read_again(tmp_path: Path, states: list[Any]) -> None:
    journal = Journal(tmp_path)
    written = accepting(*[Section.B2B] * len(states))
    written.parts = [Part([row]) for row in range(len(states))]
    journal.add(written)
    for part, state in zip(written.parts, states, strict=True):
        part.state, part.reference_id = state, f"{written.id}-{part.rows[0]}" if state == "taken" else None
    journal.store(written)
    read = journal.load(written.id)
    assert [part.state for part in read.parts] == states
    assert read.reference_ids == tuple(part.reference_id for part in written.parts if part.reference_id)
    assert all(journal.load(name).id == written.id for name in read.reference_ids)
    first = next((part for part in read.parts if part.state != "over"), None)
    assert _open(read) is first


def test_each_reference_knows_its_own_rows(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    written = accepting(*[Section.B2B] * 5)
    written.parts = [Part([0, 1, 2], "taken", "r1"), Part([3, 4], "taken", "r2")]
    journal.add(written)
    assert (journal.rows("r1"), journal.rows("r2"), journal.rows("r3")) == (3, 2, None)
    assert journal.rows(written.id) is None, "that is no reference of the portal"


def test_those_of_others_are_not_pending(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    mine, over = accepting(Section.B2B), accepting(Section.B2B)
    over.decide(0, Fate.APPLIED)
    other, elsewhere = accepting(Section.B2B), accepting(Section.B2B)
    other.gstin, elsewhere.base_url = Gstin("24AAXCT0003K1ZA"), "https://y"
    for one in (mine, over, other, elsewhere):
        journal.add(one)
    assert [one.id for one in journal.pending("https://x", mine.gstin)] == [mine.id]


def test_the_oldest_is_the_first(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    made = [accepting(Section.B2B) for _ in range(5)]
    for one in made:
        journal.add(one)
    assert [one.id for one in journal.pending("https://x", made[0].gstin)] == [one.id for one in made]


def test_another_program_s_progress_is_learned(tmp_path: Path) -> None:
    journal, mine = Journal(tmp_path), accepting(Section.B2B, Section.B2BCN)
    journal.add(mine)
    theirs = journal.load(mine.id)
    theirs.decide(1, Fate.REFUSED, "C1", "No.")
    theirs.parts[0].state = "over"
    journal.store(theirs)
    journal.refresh(mine)
    assert (mine.verdicts, mine.parts) == (theirs.verdicts, theirs.parts)
    assert not mine.over


def test_what_is_forgotten_meanwhile_is_said(tmp_path: Path) -> None:
    journal, mine = Journal(tmp_path), accepting(Section.B2B)
    journal.add(mine)
    journal.remove(mine)
    with pytest.raises(errors.ClientError, match="is forgotten: it was over long ago"):
        journal.refresh(mine)


def test_an_outcome_is_in_the_order_of_the_rows(tmp_path: Path) -> None:
    of = accepting(*[Section.B2B] * 3)
    for row in (2, 0, 1):
        of.decide(row, Fate.APPLIED)
    assert of.over
    assert [verdict.record.number for verdict in of.outcome().verdicts] == ["INV-0", "INV-1", "INV-2"]


def test_an_empty_code_is_none() -> None:
    of = accepting(Section.B2B)
    of.decide(0, Fate.REFUSED, "")
    assert of.verdicts[0].code is None


# Split into requests.


@slow
@given(st.lists(st.sampled_from(OTHERS), max_size=40), st.integers(1, 7))
def test_every_row_goes_in_one_request_of_its_section(
    monkeypatch: pytest.MonkeyPatch, sections: list[Section], most: int
) -> None:
    monkeypatch.setattr(sending, "ROWS", most)
    parts = list(_split(accepting(*sections)))
    assert sorted(row for part in parts for row in part) == list(range(len(sections)))
    assert all(part == sorted(part) and 0 < len(part) <= most for part in parts)
    assert all(len({sections[row] for row in part}) == 1 for part in parts)


@slow
@given(st.lists(st.integers(0, 250), min_size=1, max_size=30), st.integers(600, 3000))
def test_no_request_is_larger_than_it_may_be(monkeypatch: pytest.MonkeyPatch, lengths: list[int], most: int) -> None:
    monkeypatch.setattr(sending, "BYTES", most)
    of = batch(*(record(number=f"INV-{n}").reject("\u0915" * length) for n, length in enumerate(lengths)))
    envelope = len(_body(batch(record().reject()), [0])) - len(msgspec.json.encode(record().reject().row()))
    for part in of.parts:
        size = len(_body(of, part.rows)) - envelope
        assert size <= most or len(part.rows) == 1


def test_rows_that_have_a_verdict_already_are_in_no_request() -> None:
    of = accepting(*[Section.B2B] * 4)
    of.decide(1, Fate.NOT_SENT)
    of.decide(3, Fate.NOT_SENT)
    assert list(_split(of)) == [[0, 2]]


def test_sections_are_in_the_order_in_which_they_come_first() -> None:
    of = accepting(Section.B2BCN, Section.B2B, Section.B2BCN, Section.ECOM, Section.B2B)
    assert [part.rows for part in of.parts] == [[0, 2], [1, 4], [3]]


@slow
@given(st.sampled_from(OTHERS), st.integers(1, 6), st.sampled_from(["SAVE", "RESET"]))
def test_the_body_is_that_of_the_contract(section: Section, rows: int, kind: str) -> None:
    action = Action.NONE if kind == "RESET" else Action.REJECT
    of = batch(*(Decision(record(section, f"INV-{n}", action="A"), action) for n in range(rows)), kind=kind)
    told = msgspec.json.decode(_body(of, of.parts[0].rows))
    assert (set(told), told["rtin"], told["reqtyp"]) == ({"rtin", "reqtyp", "invdata"}, RTIN, kind)
    assert list(told["invdata"]) == [section.value]
    assert len(told["invdata"][section.value]) == rows
    assert {row["prev_status"] for row in told["invdata"][section.value]} == {"A"}
