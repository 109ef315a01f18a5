"""Verdicts, outcomes and the other views: sums and counts that agree with what they are made of."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connect.records import RTIN, SUPPLIERS, record

from gst_ims.client import (
    AddedBack,
    AddedBackEntry,
    Counts,
    Decision,
    FailedRow,
    Fate,
    Item,
    Outcome,
    Progress,
    Sale,
    SectionCount,
    State,
    StatementDocument,
    Status,
    Verdict,
    errors,
)
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Section

DECISION = record().accept()
FATES = st.lists(st.sampled_from(Fate), max_size=30)
RUPEES = st.integers(0, 10**11).map(lambda paise: Decimal(paise).scaleb(-2))
OCTOBER = Period(2025, 10)


def outcome(fates: list[Fate]) -> Outcome:
    return Outcome(tuple(Verdict(record(number=f"INV-{n}").accept(), fate) for n, fate in enumerate(fates)), ("r1",))


# Outcomes.


@given(FATES)
def test_every_verdict_has_one_place(fates: list[Fate]) -> None:
    of = outcome(fates)
    parts = (of.applied, of.refused, of.not_sent, of.unknown)
    assert [len(part) for part in parts] == [of.counts[fate] for fate in Fate]
    assert sorted((v for part in parts for v in part), key=lambda v: of.verdicts.index(v)) == list(of.verdicts)


@given(FATES)
def test_counts_are_those_of_the_verdicts_and_zero_where_there_are_none(fates: list[Fate]) -> None:
    counts = outcome(fates).counts
    assert list(counts) == list(Fate)
    assert {fate: count for fate, count in counts.items() if count} == Counter(fates)


@given(FATES, st.sampled_from(Fate))
def test_verdicts_of_a_fate_are_in_order(fates: list[Fate], fate: Fate) -> None:
    numbers = [int(verdict.record.number.removeprefix("INV-")) for verdict in outcome(fates).of(fate)]
    assert numbers == [n for n, it in enumerate(fates) if it is fate]


@given(FATES)
def test_only_what_is_complete_raises_nothing(fates: list[Fate]) -> None:
    of = outcome(fates)
    assert of.complete is (set(fates) <= {Fate.APPLIED})
    if of.complete:
        assert of.raise_for_refused() is of
    else:
        with pytest.raises(errors.RowsRefused) as raised:
            of.raise_for_refused()
        assert raised.value.outcome is of


def test_nothing_to_do_is_complete() -> None:
    assert Outcome(()).complete
    assert set(Outcome(()).counts.values()) == {0}


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        (Verdict(DECISION, Fate.APPLIED), "b2b:24AAXCT0003K1ZA:INV-1:102025 applied"),
        (Verdict(DECISION, Fate.NOT_SENT, words="No."), "b2b:24AAXCT0003K1ZA:INV-1:102025 not sent: No."),
        (Verdict(DECISION, Fate.REFUSED, "C1"), "b2b:24AAXCT0003K1ZA:INV-1:102025 refused: C1"),
        (Verdict(DECISION, Fate.REFUSED, "C1", "No."), "b2b:24AAXCT0003K1ZA:INV-1:102025 refused: C1 No."),
        (Verdict(DECISION, Fate.UNKNOWN, None, "Look."), "b2b:24AAXCT0003K1ZA:INV-1:102025 unknown: Look."),
    ],
)
def test_a_verdict_is_one_line(verdict: Verdict, said: str) -> None:
    assert str(verdict) == said
    assert verdict.record is DECISION.record


@pytest.mark.parametrize(
    ("state", "final"),
    [(State.IN_PROGRESS, False), (State.PROCESSED, True), (State.WITH_ERRORS, True), (State.FAILED, True)],
)
def test_only_what_is_in_progress_goes_on(state: State, final: bool) -> None:
    assert Status("r", state, "x").final is final


@pytest.mark.parametrize(
    "value",
    [
        Verdict(DECISION, Fate.APPLIED),
        Outcome(()),
        Status("r", State.FAILED, "ER"),
        Progress(1, 2, 3, 4),
        DECISION,
        SectionCount(),
    ],
)
def test_values_are_equal_to_their_like_and_cannot_be_changed(value: Any) -> None:
    import copy

    assert copy.copy(value) == value
    name = next(iter(type(value).__dataclass_fields__))
    with pytest.raises(AttributeError):
        setattr(value, name, None)


def test_a_line_of_a_report_may_have_no_section() -> None:
    row = FailedRow(None, "24AAXCT0003K1ZA", "1", "102025", "C", "No.")
    assert (row.section, row.code, row.words) == (None, "C", "No.")


# Counts.

COUNTED = st.builds(SectionCount, *(st.integers(0, 10**6) for _ in range(4)))


@given(COUNTED)
def test_a_section_has_as_many_records_as_its_actions_have(count: SectionCount) -> None:
    assert count.total == sum(count.of(action) for action in Action)
    assert [count.of(action) for action in (Action.NONE, Action.ACCEPT, Action.REJECT, Action.PENDING)] == [
        *(count.no_action, count.accepted, count.rejected, count.pending)
    ]


@given(st.dictionaries(st.sampled_from(OTHERS), COUNTED))
def test_counts_of_an_action_are_those_of_all_sections(sections: dict[Section, SectionCount]) -> None:
    counts = Counts(sections, sum(count.total for count in sections.values()))
    assert sum(counts.of(action) for action in Action) == counts.total
    for section in OTHERS:
        assert counts[section] == counts[section.value] == sections.get(section, SectionCount())


@pytest.mark.parametrize(
    ("name", "section"), [("CN", "b2bcn"), ("cna", "b2bcna"), ("B2BDN", "b2bdn"), ("Ecom", "ecom")]
)
def test_counts_are_found_by_every_spelling(name: str, section: str) -> None:
    assert Counts({Section(section): SectionCount(7)}, 7)[name].no_action == 7


def test_counts_of_what_is_no_section_are_refused() -> None:
    with pytest.raises(Invalid, match="Section 'B2C' doesn't exist"):
        Counts({}, 0)["B2C"]


# What suppliers see.


def sale(*items: Item) -> Sale:
    return Sale(
        **{"table": "b2b", "recipient": Gstin(RTIN), "number": "1", "date": date(2025, 10, 5), "value": None},
        **{"pos": "27", "invoice_type": "R", "note_type": None, "original_number": None, "original_date": None},
        **{"seller": None, "reverse_charge": False, "action": Action.NONE, "remarks": None, "items": items},
    )


ITEMS = st.lists(st.builds(Item, RUPEES, RUPEES, RUPEES, RUPEES, RUPEES, RUPEES), max_size=5)


@given(ITEMS)
def test_a_document_that_was_sold_is_the_sum_of_its_rates(items: list[Item]) -> None:
    of = sale(*items)
    assert of.taxable == sum((item.taxable for item in items), Decimal(0))
    assert of.tax == sum((item.igst + item.cgst + item.sgst + item.cess for item in items), Decimal(0))
    assert {of.tax.as_tuple().exponent, of.taxable.as_tuple().exponent} == {-2}


def test_a_document_without_rates_has_no_tax_with_two_decimals() -> None:
    assert (str(sale().tax), str(sale().taxable)) == ("0.00", "0.00")


def entry(*amounts: Decimal) -> AddedBackEntry:
    igst, cgst, sgst, cess = amounts
    return AddedBackEntry(
        **{"table": "cdnr", "recipient": Gstin(RTIN), "recipient_name": "", "number": "1", "date": date(2025, 10, 5)},
        **{"original_number": None, "original_date": None, "note_type": "C", "invoice_type": "R", "period": OCTOBER},
        **{"form": "R1", "value": Decimal(0), "taxable": Decimal(0), "igst": igst, "cgst": cgst, "sgst": sgst},
        **{"cess": cess, "remarks": None},
    )


@given(st.lists(st.tuples(RUPEES, RUPEES, RUPEES, RUPEES), max_size=6))
def test_what_comes_back_is_the_sum_of_all_documents_and_heads(amounts: list[tuple[Decimal, ...]]) -> None:
    back = AddedBack(Gstin(RTIN), OCTOBER, tuple(entry(*heads) for heads in amounts))
    assert back.tax == sum((sum(heads, Decimal(0)) for heads in amounts), Decimal(0))
    assert [it.tax for it in back.entries] == [sum(heads, Decimal(0)) for heads in amounts]


@given(RUPEES, RUPEES, RUPEES, RUPEES)
def test_the_tax_of_a_document_of_gstr_2b_is_that_of_its_heads(
    igst: Decimal, cgst: Decimal, sgst: Decimal, cess: Decimal
) -> None:
    document = StatementDocument(
        **{
            "table": "b2b",
            "rejected": False,
            "supplier": Gstin(SUPPLIERS[0]),
            "supplier_name": None,
            "period": OCTOBER,
        },
        **{"filed": None, "number": "1", "date": None, "value": None, "taxable": None, "igst": igst, "cgst": cgst},
        **{"sgst": sgst, "cess": cess, "credit_available": "Y", "action": None, "remarks": None},
    )
    assert document.tax == igst + cgst + sgst + cess


@given(RUPEES, RUPEES, RUPEES, RUPEES)
def test_the_tax_of_a_record_is_that_of_its_heads(igst: Decimal, cgst: Decimal, sgst: Decimal, cess: Decimal) -> None:
    of = record(iamt=str(igst), camt=str(cgst), samt=str(sgst), cess=str(cess))
    assert of.tax == igst + cgst + sgst + cess
    assert Decision(of, Action.REJECT).record.tax == of.tax
