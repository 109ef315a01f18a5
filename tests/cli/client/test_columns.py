"""What stands in each column, for people and for programs; sums of GSTR-2B; and what to do about every code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connect.records import OTHER, RTIN, SUPPLIERS, record, rows

from gst_ims.cli.client import columns
from gst_ims.cli.client.columns import advice, count_rows, period, reduction, short, status, sums
from gst_ims.cli.client.output import Column, Form, named, show
from gst_ims.cli.client.rows import read_reduction
from gst_ims.client import Counts, Fate, Reduction, SectionCount, StatementDocument, Verdict
from gst_ims.connect.offline.reading import Problem
from gst_ims.core.errors import RowError
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Section

TABLES = {name: value for name, value in vars(columns).items() if name.isupper() and isinstance(value, tuple)}
RUPEES = st.integers(0, 10**9).map(lambda paise: Decimal(paise).scaleb(-2))


@pytest.mark.parametrize("name", TABLES)
def test_names_are_for_programs_and_stand_once(name: str) -> None:
    of: Sequence[Column[Any]] = TABLES[name]
    names = [column.name for column in of]
    assert len(set(names)) == len(names)
    assert all(column.name.replace("_", "").isalnum() and column.name.islower() for column in of)


@pytest.mark.parametrize("name", [name for name in TABLES if name != "PROBLEMS"])
def test_headings_are_for_people_stand_once_and_some_are_never_left_out(name: str) -> None:
    headings = [column.heading for column in TABLES[name] if column.heading]
    assert len(set(headings)) == len(headings)
    assert any(column.heading and column.rank == 0 for column in TABLES[name])
    assert sum(column.wraps for column in TABLES[name]) <= 1


def of_row(table: Sequence[Column[Any]], row: Any) -> dict[str, Any]:
    (told,) = named(table, [row])
    return told


# Records.


def test_a_record_has_all_that_is_known_of_it() -> None:
    of = record(
        Section.B2BCNA,
        "CN/7",
        **{"tradenm": "Made-up Textiles", "action": "A", "itcRedReq": "Y", "declIgst": 9.5, "remarks": "ok"},
    )
    assert of_row(columns.RECORDS, of) == {
        **{"id": f"b2bcna:{SUPPLIERS[0]}:CN/7:102025", "section": "b2bcna", "supplier": SUPPLIERS[0]},
        **{"supplier_name": "Made-up Textiles", "number": "CN/7", "date": date(2025, 10, 5), "period": "102025"},
        **{"form": "R1", "invoice_type": "R", "original_number": "OLD-1", "original_date": date(2025, 9, 5)},
        **{"place_of_supply": "27", "value": Decimal(1180), "taxable": Decimal(1000), "igst": Decimal(180)},
        **{"cgst": 0, "sgst": 0, "cess": 0, "tax": Decimal(180), "status": "accepted", "filed": True},
        **{"pending_blocked": False, "remarks": "ok", "reduction": "Y", "declared_igst": Decimal("9.50")},
        **{"declared_cgst": None, "declared_sgst": None, "declared_cess": None},
    }


@pytest.mark.parametrize(("said", "shown"), [("Y", "Y"), ("N", "N"), (None, None)])
def test_a_reduction_is_yes_no_or_not_said(said: str | None, shown: str | None) -> None:
    assert of_row(columns.RECORDS, record(Section.B2BCN, itcRedReq=said))["reduction"] == shown


@given(st.sampled_from(OTHERS).flatmap(lambda it: rows(it).map(lambda row: record(it, **row))))
def test_a_row_names_its_record_and_adds_up(of: Any) -> None:
    row = of_row(columns.RECORDS, of)
    assert row["id"] == str(of.key)
    assert row["tax"] == row["igst"] + row["cgst"] + row["sgst"] + row["cess"]
    assert Action.of_status(row["status"]) is of.action


@pytest.mark.parametrize(("form", "shown"), [("R1", "102025"), ("IFF", "102025"), ("R1A", "102025:R1A")])
def test_the_period_of_gstr_1a_is_told_apart_in_a_table(form: str, shown: str) -> None:
    assert period(record(srcform=form)) == shown


@pytest.mark.parametrize("action", Action)
def test_a_status_is_the_word_by_which_lists_are_filtered(action: Action) -> None:
    assert Action.of_status(status(action)) is action
    assert short(action) == status(action).replace("no_action_taken", "no action")
    assert short(None) is None


# Decisions and verdicts.

REDUCTIONS = st.none() | st.booleans() | st.builds(Reduction, RUPEES, RUPEES, RUPEES, RUPEES)


@given(REDUCTIONS)
def test_a_reduction_is_shown_as_the_option_takes_it(reduce: bool | Reduction | None) -> None:
    assert read_reduction(reduction(reduce) or "") == reduce


@pytest.mark.parametrize("form", ["R1", "R1A"])
def test_a_decision_says_what_was_and_what_becomes(form: str) -> None:
    decision = record(srcform=form, action="P").reject("not ours")
    row = of_row(columns.DECISIONS, decision)
    assert (row["was"], row["becomes"], row["remarks"], row["reduce"]) == ("pending", "rejected", "not ours", None)
    assert (row["id"], row["tax"]) == (str(decision.record.key), Decimal(180))


CODES = {kind.code: kind for kind in RowError.__subclasses__()}


@pytest.mark.parametrize("code", CODES)
def test_for_every_code_of_a_row_it_is_said_what_to_do(code: str) -> None:
    said = advice(Verdict(record().accept(), Fate.REFUSED, code, CODES[code].wire))
    assert said == (CODES[code].__doc__ or "").partition("\n")[0]
    assert said != CODES[code].wire
    assert said.endswith(".")


@pytest.mark.parametrize("code", [None, "", "IMSSAV0099", "X"])
def test_of_a_code_that_nobody_knows_the_portal_s_words_are_shown(code: str | None) -> None:
    assert advice(Verdict(record().accept(), Fate.REFUSED, code, "No.")) == "No."


@pytest.mark.parametrize("fate", Fate)
def test_a_verdict_has_its_fate_and_what_was_wanted(fate: Fate) -> None:
    row = of_row(columns.VERDICTS, Verdict(record().keep_pending(), fate, "C", "Why."))
    assert (row["fate"], row["becomes"], row["code"], row["words"]) == (fate, "pending", "C", "Why.")


def test_a_problem_has_its_place_for_programs() -> None:
    problem = Problem("a.xlsx", "Records", 7, "Decision", "No.")
    assert of_row(columns.PROBLEMS, problem) == {
        **{"file": "a.xlsx", "sheet": "Records", "row": 7, "column": "Decision", "reason": "No."}
    }


# Counts and GSTR-2B.


def test_counts_are_in_the_order_of_the_portal() -> None:
    counts = Counts({Section.ECOM: SectionCount(1, 2, 3, 4), Section.B2B: SectionCount()}, 10)
    assert [of_row(columns.COUNTS, row) for row in count_rows(counts)] == [
        {"section": "ecom", "no_action_taken": 1, "accepted": 2, "rejected": 3, "pending": 4, "total": 10},
        {"section": "b2b", "no_action_taken": 0, "accepted": 0, "rejected": 0, "pending": 0, "total": 0},
    ]


def document(table: str, rejected: bool, taxable: Decimal | None, *heads: Decimal) -> StatementDocument:
    igst, cgst, sgst, cess = heads
    return StatementDocument(
        **{"table": table, "rejected": rejected, "supplier": Gstin(OTHER), "supplier_name": "N", "period": None},
        **{"filed": None, "number": "1", "date": None, "value": None, "taxable": taxable, "igst": igst, "cgst": cgst},
        **{"sgst": sgst, "cess": cess, "credit_available": "Y", "action": None, "remarks": None},
    )


DOCUMENTS = st.builds(
    document,
    st.sampled_from(["b2b", "cdnr", "impg"]),
    st.booleans(),
    st.none() | RUPEES,
    RUPEES,
    RUPEES,
    RUPEES,
    RUPEES,
)


@given(st.lists(DOCUMENTS, max_size=20))
def test_sums_are_of_each_table_those_that_are_rejected_apart(documents: list[StatementDocument]) -> None:
    made = sums(documents)
    assert [(row.table, row.rejected) for row in made] == list(dict.fromkeys((d.table, d.rejected) for d in documents))
    for row in made:
        mine = [d for d in documents if (d.table, d.rejected) == (row.table, row.rejected)]
        assert row.documents == len(mine)
        assert row.taxable == sum((d.taxable or Decimal(0) for d in mine), Decimal(0))
        assert row.igst + row.cgst + row.sgst + row.cess == sum((d.tax for d in mine), Decimal(0))


def test_a_document_of_gstr_2b_may_lack_much() -> None:
    row = of_row(columns.STATEMENT, document("impg", False, None, *[Decimal("1.00")] * 4))
    assert (row["period"], row["filed"], row["date"], row["taxable"], row["status"]) == (None,) * 5
    assert (row["tax"], row["rejected"], row["supplier"]) == (Decimal(4), False, OTHER)


@pytest.mark.parametrize("form", Form)
def test_every_form_shows_every_row(form: Form, capsys: pytest.CaptureFixture[str]) -> None:
    records = [record(number=f"INV-{n}") for n in range(3)]
    assert show(columns.RECORDS, records, form) == 3
    out = capsys.readouterr().out
    assert [f"INV-{n}" in out for n in range(4)] == [True, True, True, False]
    if form is Form.JSON:
        assert list(json.loads(out)[0]) == [column.name for column in columns.RECORDS]


def test_nobody_s_own_taxpayer_is_in_a_row_of_his_suppliers() -> None:
    """A list is of one recipient: whose it is the profile says."""
    assert RTIN not in map(str, of_row(columns.RECORDS, record()).values())
    assert Period(2025, 10) not in of_row(columns.RECORDS, record()).values()
