"""Decisions as values: which part is at fault, what goes to the portal, and when a record says what was wanted."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.connect.records import REDUCIBLE, members, record, rows

from gst_ims.client import Decision, Record, Reduction
from gst_ims.client.record import REMARKS_LENGTH, Key
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Form, Section

CN = Section.B2BCN
RUPEES = st.integers(0, 10**8).map(lambda paise: Decimal(paise).scaleb(-2))
REMARKS = st.none() | st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=260)
REDUCE = st.none() | st.booleans() | st.builds(Reduction, RUPEES, RUPEES, RUPEES, RUPEES)
RECORDS = st.sampled_from(OTHERS).flatmap(lambda section: rows(section).map(lambda row: record(section, **row)))
DECISIONS = st.builds(Decision, RECORDS, st.sampled_from(Action), REMARKS, REDUCE)


@st.composite
def sendable(draw: st.DrawFn) -> Decision:
    """A decision without a fault, about a record of which nothing was said before."""
    section = draw(st.sampled_from(OTHERS))
    said = ("remarks", "itcRedReq", "declIgst", "declCgst", "declSgst", "declCess")
    row = {name: value for name, value in draw(rows(section)).items() if name not in said}
    action = draw(st.sampled_from(Action))
    of = record(section, **row | {"ispendactblocked": "N", "isRemarksBlocked": "N", "action": "PN"[action == "P"]})
    reason = draw(st.text("abc \N{DEVANAGARI LETTER KA}", max_size=50)) + "."
    if action is Action.ACCEPT and of.asks_reduction:
        return of.accept(reason, draw(st.booleans() | st.integers(0, 100).map(lambda it: part(of, it))))
    return Decision(of, action, reason if draw(st.booleans()) else None)


def part(of: Record, percent: int) -> Reduction:
    """So much of the tax, CGST as much as SGST."""
    heads = [(getattr(of, head) * percent / 100).quantize(Decimal("0.01")) for head in ("igst", "cgst", "sgst", "cess")]
    both = min(heads[1], heads[2])
    return Reduction(heads[0], both, both, heads[3])


def sent(decision: Decision) -> dict[str, Any]:
    """The row as the portal gets it."""
    return msgspec.json.decode(msgspec.json.encode(decision.row()))


# Which part is at fault.

TAX = {"iamt": 180, "camt": 0, "samt": 0, "cess": 0}
INTRA = {"iamt": 0, "camt": 90, "samt": 90, "cess": 0}
FAULTS: dict[str, tuple[Decision, str, str]] = {
    "a reset of nothing": (Decision(record(), Action.NONE), "action", "no action to take back"),
    "pending where it is blocked": (record(ispendactblocked="Y").keep_pending(), "action", "R2.14"),
    "pending where it is blocked, with words": (record(ispendactblocked="Y").keep_pending("x"), "action", "R2.14"),
    "long remarks": (record().reject("x" * 251), "remarks", "have 251 characters: shorten them to 250"),
    "very long remarks": (record().accept("x" * 9999), "remarks", "9999 characters"),
    "remarks with half a character": (record().reject("\ud83d"), "remarks", "write them anew"),
    "remarks with U+0000": (record().reject("a\0b"), "remarks", "write them anew"),
    "remarks where they are blocked": (record(isRemarksBlocked="Y").reject("x"), "remarks", "R6.11"),
    "long remarks of a credit note": (record(CN).accept("x" * 251, True), "remarks", "251"),
    "no reduction without a reason": (record(CN).accept(None, reduce=False), "remarks", "add remarks"),
    "a part without a reason": (record(CN, **TAX).accept(None, Reduction(Decimal(1))), "remarks", "add remarks"),
    "a part with blanks for a reason": (record(CN, **TAX).accept(" \t", Reduction(Decimal(1))), "remarks", "R6.10"),
    "a credit note without a word": (Decision(record(CN), Action.ACCEPT), "reduce", "Say whether credit"),
    "a reduction of an invoice": (record().accept(None, reduce=True), "reduce", "R6.5"),
    "a reduction where it is blocked": (record(CN, itcRedReqBlocked="Y").accept(None, True), "reduce", "R6.5"),
    "a reduction of what is rejected": (Decision(record(CN), Action.REJECT, "x", True), "reduce", "on acceptance only"),
    "a reduction of what waits": (Decision(record(CN), Action.PENDING, None, False), "reduce", "R6.7"),
    "more than the tax": (record(CN, **TAX).accept("x", Reduction(Decimal("180.01"))), "reduce", "above the tax"),
    "below zero": (record(CN, **TAX).accept("x", Reduction(Decimal("-0.01"))), "reduce", "below zero"),
    "another head": (record(CN, **TAX).accept("x", Reduction(cess=Decimal(1))), "reduce", "above the tax"),
    "CGST alone": (record(CN, **INTRA).accept("x", Reduction(cgst=Decimal(9))), "reduce", "must be equal"),
}


@pytest.mark.parametrize(("decision", "part", "words"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_in_one_part_and_says_why(decision: Decision, part: str, words: str) -> None:
    fault = decision.fault()
    assert fault is not None
    assert fault[0] == part
    assert words in fault[1]
    assert decision.why_not() == fault[1]


MENDED: dict[str, Decision] = {
    "a reset of something": Decision(record(action="P"), Action.NONE),
    "a reset with words, which aren't sent": Decision(record(action="A"), Action.NONE, "x" * 999, True),
    "pending": record().keep_pending("x" * 250),
    "words of blanks where they are blocked": record(isRemarksBlocked="Y").reject("  "),
    "blocked for pending, but rejected": record(ispendactblocked="Y").reject(),
    "letters of many bytes": record().reject("\N{DEVANAGARI LETTER KA}" * 250),
    "the whole tax without a reason": record(CN, **TAX).accept(None, Reduction(Decimal(180))),
    "equal heads": record(CN, **INTRA).accept("x", Reduction(cgst=Decimal(9), sgst=Decimal(9))),
    "nothing, with a reason": record(CN).accept("never claimed", reduce=False),
    "a credit note that can't be reduced": record(CN, itcRedReqBlocked="Y").accept(),
    "a rejected credit note": record(CN).reject(),
}


@pytest.mark.parametrize("decision", MENDED.values(), ids=MENDED)
def test_what_has_no_fault_can_be_sent(decision: Decision) -> None:
    assert decision.fault() is None
    assert decision.why_not() is None


@given(DECISIONS)
def test_every_decision_has_a_fault_with_its_reason_or_none(decision: Decision) -> None:
    fault = decision.fault()
    if fault is None:
        assert decision.why_not() is None
        assert len(decision.remarks or "") <= REMARKS_LENGTH or decision.action is Action.NONE
    else:
        assert fault[0] in ("action", "remarks", "reduce")
        assert fault[1].endswith(".")


@given(sendable(), st.sampled_from(["x" * 251, "a\0", "\ud800", "\N{DEVANAGARI LETTER KA}" * 300]))
def test_of_what_could_be_sent_bad_remarks_are_the_only_fault(decision: Decision, bad: str) -> None:
    assume(decision.action is not Action.NONE)
    fault = replace(decision, remarks=bad).fault()
    assert fault is not None
    assert fault[0] == "remarks"


@given(sendable(), st.booleans() | st.just(Reduction()))
def test_a_reduction_where_none_belongs_is_the_only_fault(decision: Decision, reduce: bool | Reduction) -> None:
    assume(decision.action is not Action.NONE)
    fault = replace(decision, remarks="why", reduce=reduce).fault()
    belongs = decision.action is Action.ACCEPT and decision.record.section.declares_reduction
    assert fault is None if belongs and not decision.record.reduction_blocked else (fault or ("",))[0] == "reduce"


# What goes to the portal.


@given(DECISIONS)
def test_a_row_echoes_what_the_portal_said_and_never_its_flags(decision: Decision) -> None:
    row, source = decision.row(), msgspec.json.decode(decision.record.source, type=dict[str, msgspec.Raw])
    echoed = set(row) & set(source) - {"action", "remarks", "itcRedReq", "declIgst", "declCgst", "declSgst", "declCess"}
    assert all(bytes(row[name]) == bytes(source[name]) for name in echoed)
    assert not {"hash", "srcfilstatus", "ispendactblocked", "isRemarksBlocked", "tradenm"} & set(row)
    assert row["prev_status"] == decision.record.action.value


@given(DECISIONS)
def test_a_row_says_the_action_unless_it_takes_one_back(decision: Decision) -> None:
    row = sent(decision)
    if decision.action is Action.NONE:
        assert not {"action", "remarks", "itcRedReq", "declIgst"} & set(row)
    else:
        assert row["action"] == decision.action.value
        assert row.get("remarks") == (decision.remarks if (decision.remarks or "").strip() else None)


@given(st.sampled_from(REDUCIBLE), RUPEES, RUPEES)
def test_amounts_are_sent_where_they_are_a_part_and_only_there(
    section: Section, tax: Decimal, declared: Decimal
) -> None:
    of = record(section, iamt=str(tax), camt="0", samt="0", cess="0", itcRedReqBlocked="N")
    row = sent(of.accept("why", Reduction(declared)))
    assert row["itcRedReq"] == ("Y" if declared else "N")
    if 0 < declared < tax:
        assert [Decimal(row[f"decl{head}"]) for head in ("Igst", "Cgst", "Sgst", "Cess")] == [declared, 0, 0, 0]
    else:
        assert "declIgst" not in row


# When a record says what was wanted.


def after(decision: Decision, **more: Any) -> Record:
    """The record as a portal shows it that has done what the row says."""
    row = sent(decision)
    shown = {name: row[name] for name in ("remarks", "itcRedReq") if name in row}
    shown |= {name: str(value) for name, value in row.items() if name.startswith("decl")}
    told = msgspec.json.decode(decision.record.source) | shown | {"action": decision.action.value} | more
    return Record.of(decision.record.section, told)


@given(sendable())
def test_what_a_portal_has_done_stands(decision: Decision) -> None:
    assert decision.fault() is None
    assert decision.stands(after(decision))
    assert after(decision).same(decision.record)


@given(sendable(), st.sampled_from(Action))
def test_another_action_never_stands(decision: Decision, action: Action) -> None:
    assume(action is not decision.action)
    assert not decision.stands(after(decision, action=action.value))


@pytest.mark.parametrize(
    ("shown", "stands"),
    [
        ({}, True),
        ({"remarks": "why"}, True),
        ({"remarks": "else"}, False),
        ({"itcRedReq": "Y"}, True),
        ({"itcRedReq": "N"}, False),
        ({"itcRedReq": "Y", "declIgst": 9}, True),
        ({"itcRedReq": "Y", "declIgst": 9.01}, False),
        ({"itcRedReq": "Y", "declIgst": 9, "declCess": 1}, False),
    ],
)
def test_what_a_portal_tells_of_words_and_amounts_has_to_be_what_was_wanted(shown: Any, stands: bool) -> None:
    wanted = record(CN).accept("why", Reduction(Decimal(9)))
    assert wanted.stands(record(CN, action="A", **shown)) is stands


def test_where_the_action_was_the_same_before_silence_proves_nothing() -> None:
    before = record(action="R", remarks="first")
    assert not before.reject("second").stands(record(action="R"))
    assert before.reject("second").stands(record(action="R", remarks="second"))
    assert record().reject("second").stands(record(action="R"))


# Keys, and amounts that can be.


@given(RECORDS)
def test_a_key_names_one_record_and_as_text_too(of: Record) -> None:
    section, stin, number, period, *form = str(of.key).split(":")
    assert (section, stin, number, period) == (of.section, of.stin, of.number, str(of.period))
    assert form == (["R1A"] if of.form is Form.R1A else [])
    assert of.key == Key(of.section, of.stin, of.number, Period.parse(period), of.form)


@pytest.mark.parametrize("amount", ["0.001", "NaN", "Infinity", "1E+14", "-1E+14"])
@pytest.mark.parametrize("head", ["igst", "cgst", "sgst", "cess"])
def test_a_reduction_that_the_wire_cannot_carry_is_refused(head: str, amount: str) -> None:
    with pytest.raises(Invalid):
        Reduction(**{head: Decimal(amount)})


@given(RUPEES, RUPEES, RUPEES, RUPEES)
def test_a_reduction_is_the_sum_of_its_heads_with_two_decimals(a: Decimal, b: Decimal, c: Decimal, d: Decimal) -> None:
    assert Reduction(a, b, c, d).total == a + b + c + d
    assert Reduction(a.normalize(), b, c, d) == Reduction(a, b, c, d)
    assert str(Reduction(Decimal(7)).igst) == "7.00"


@given(RECORDS)
def test_a_record_is_the_same_as_itself_read_again(of: Record) -> None:
    again = Record.read(of.section, of.source)
    assert again == of
    assert of.same(again)


@pytest.mark.parametrize("member", ["val", "txval", "iamt", "camt", "samt", "cess"])
def test_another_amount_is_another_content(member: str) -> None:
    of, other = record(hash="a"), record(hash="b", **{member: members()[member] + 1})
    assert not of.same(other)
    assert of.same(record(hash="b"))
