"""The columns of the workbook: where people see what they fill in, where each fault is, and older workbooks."""

from __future__ import annotations

import os
import random
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connect.records import record, rows
from tests.connect.sheets import book, fill_in, rows_of

from gst_ims.client import Decision, Record
from gst_ims.connect.errors import AlreadyThere, Unwritable
from gst_ims.connect.workbook import HEADINGS, export, read_decisions
from gst_ims.core.section import OTHERS, Action, Section

DECIDED = ("Decision", "Decision remarks", "Reduce credit", "Reduce IGST", "Reduce CGST", "Reduce SGST", "Reduce cess")
#: As the columns stood before: what is decided came last.
OLDER = (
    *("Section", "Supplier", "Name", "Number", "Date", "Type", "Period", "Form", "Filed", "Original number"),
    *("Original date", "Place of supply", "Value", "Taxable", "IGST", "CGST", "SGST", "Cess", "Action", "Remarks"),
    *("Reduction", "Reduced IGST", "Reduced CGST", "Reduced SGST", "Reduced cess", "Pending blocked"),
    *("Reduction blocked", *DECIDED),
)
CN = Section.B2BCN
RECORDS = [
    record(),
    record(number="INV-2", ispendactblocked="Y"),
    record(number="INV-3", isRemarksBlocked="Y"),
    record(CN, "CN-1"),
    record(CN, "CN-2", itcRedReqBlocked="Y"),
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.xlsx"


def ordered(file: Path, headings: Iterable[str]) -> Path:
    """The same workbook with its columns in this order, as somebody has moved them."""
    wanted = list(headings)
    sheets = {
        name: [[row[told[0].index(heading)] for heading in wanted] for row in told]
        for name, told in rows_of(file).items()
    }
    file.unlink()
    return book(file, sheets)


def part_of(file: Path, name: str) -> str:
    with zipfile.ZipFile(file) as archive:
        return archive.read(name).decode()


# Where people see them.


def test_what_is_decided_stands_beside_what_names_the_record() -> None:
    assert HEADINGS[:4] == ("Section", "Supplier", "Name", "Number")
    assert HEADINGS[4:11] == DECIDED
    assert sorted(HEADINGS) == sorted(OLDER)
    assert len(set(HEADINGS)) == len(HEADINGS) == 34


def test_name_decision_and_remarks_stay_while_the_rest_is_moved(file: Path) -> None:
    export(file, RECORDS)
    sheet = part_of(file, "xl/worksheets/sheet1.xml")
    assert '<pane xSplit="6" ySplit="1" topLeftCell="G2"' in sheet
    assert HEADINGS[5] == "Decision remarks"


def test_the_words_that_can_be_chosen_belong_to_their_columns(file: Path) -> None:
    export(file, RECORDS)
    sheet = part_of(file, "xl/worksheets/sheet1.xml").replace("&quot;", '"')
    for column, words in (("E", "Accept,Reject,Pending,Reset"), ("G", "In full,In part,Not at all")):
        assert f'sqref="{column}2:{column}1048576"><formula1>"{words}"' in sheet
    assert (HEADINGS[4], HEADINGS[6]) == ("Decision", "Reduce credit")


def test_only_what_is_to_be_filled_in_is_coloured(file: Path) -> None:
    export(file, RECORDS)
    sheet = part_of(file, "xl/worksheets/sheet1.xml")
    assert '<col min="5" max="11"' in sheet
    assert "FFFFF8DC" in part_of(file, "xl/styles.xml")


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(OTHERS).flatmap(lambda it: rows(it).map(lambda row: record(it, **row))))
def test_every_cell_stands_under_its_heading(tmp_path_factory: pytest.TempPathFactory, of: Record) -> None:
    file = tmp_path_factory.mktemp("any") / "records.xlsx"
    export(file, [of])
    headings, row = rows_of(file)["Records"]
    shown = dict(zip(headings, row, strict=True))
    assert all(shown[heading] == "" for heading in DECIDED)
    assert (shown["Section"], shown["Number"], shown["Period"]) == (of.section.value.upper(), of.number, str(of.period))
    assert (shown["Date"], shown["Form"]) == (of.date, of.form.value)
    assert [round(shown[name] * 100) for name in ("Value", "Taxable", "IGST", "CGST", "SGST", "Cess")] == [
        int(amount * 100) for amount in (of.value, of.taxable, of.igst, of.cgst, of.sgst, of.cess)
    ]


# Older ones, and those that people have changed.


@pytest.mark.parametrize("headings", [OLDER, HEADINGS, HEADINGS[::-1]], ids=["older", "ours", "backwards"])
def test_columns_are_found_by_their_headings(file: Path, headings: tuple[str, ...]) -> None:
    export(file, RECORDS)
    fill_in(file, {"INV-1": {"Decision": "Reject", "Decision remarks": "no"}, "CN-1": {"Decision": "Accept"}})
    found = read_decisions(ordered(file, headings), RECORDS)
    assert found.decisions == (RECORDS[0].reject("no"), RECORDS[3].accept())
    assert found.problems == ()


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_and_with_columns_of_one_s_own(file: Path, seed: int) -> None:
    export(file, RECORDS)
    fill_in(file, {"INV-1": {"Decision": "Pending"}})
    shuffled = random.Random(seed).sample(HEADINGS, len(HEADINGS))
    ordered(file, shuffled)
    sheets = {
        name: [[*row, "My own" if at == 0 else at] for at, row in enumerate(told)]
        for name, told in rows_of(file).items()
    }
    file.unlink()
    assert read_decisions(book(file, sheets), RECORDS).decisions == (RECORDS[0].keep_pending(),)


NEEDED = (
    *("Section", "Supplier", "Number", "Period", "Form", "Date", "Value", "Taxable", "IGST", "CGST", "SGST", "Cess"),
    *("Action", *DECIDED),
)


@pytest.mark.parametrize("heading", HEADINGS)
def test_without_a_column_that_says_what_was_decided_about_nothing_is_read(file: Path, heading: str) -> None:
    export(file, RECORDS)
    fill_in(file, {"INV-1": {"Decision": "Accept"}})
    found = read_decisions(ordered(file, [it for it in HEADINGS if it != heading]), RECORDS)
    if heading in NEEDED:
        assert [it.reason for it in found.problems] == [f"There is no column {heading}."]
        assert found.decisions == ()
    else:
        assert (len(found.decisions), found.problems) == (1, ())


# Where a fault is.

FAULTS: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "a word that is no decision": ("INV-1", {"Decision": "Approve"}, "Decision", "isn't one of Accept"),
    "a number for a decision": ("INV-1", {"Decision": 7}, "Decision", "isn't one of Accept"),
    "no decision, but remarks": ("INV-1", {"Decision remarks": "why"}, "Decision", "isn't one of Accept"),
    "no decision, but a reduction": ("CN-1", {"Reduce credit": "In full"}, "Decision", "isn't one of Accept"),
    "nothing to take back": ("INV-1", {"Decision": "Reset"}, "Decision", "no action to take back"),
    "pending where it is blocked": ("INV-2", {"Decision": "Pending"}, "Decision", "can't be kept pending"),
    "remarks that are too long": (
        *("INV-1", {"Decision": "Reject", "Decision remarks": "x" * 251}, "Decision remarks", "251 characters"),
    ),
    "remarks where they are blocked": (
        *("INV-3", {"Decision": "Reject", "Decision remarks": "x"}, "Decision remarks", "takes no remarks"),
    ),
    "a part without a reason": (
        *("CN-1", {"Decision": "Accept", "Reduce credit": "Not at all"}, "Decision remarks", "add remarks"),
    ),
    "a word that is no reduction": (
        *("CN-1", {"Decision": "Accept", "Reduce credit": "half"}, "Reduce credit", "isn't one of In full"),
    ),
    "a reduction of an invoice": (
        *("INV-1", {"Decision": "Accept", "Reduce credit": "In full"}, "Reduce credit", "R6.5"),
    ),
    "a reduction where it is blocked": (
        *("CN-2", {"Decision": "Accept", "Reduce credit": "In full"}, "Reduce credit", "R6.5"),
    ),
    "a reduction of what is rejected": (
        *("CN-1", {"Decision": "Reject", "Reduce credit": "In full"}, "Reduce credit", "on acceptance only"),
    ),
    "amounts without In part": ("CN-1", {"Decision": "Accept", "Reduce IGST": 5}, "Reduce credit", "say In part"),
    "more than the tax": (
        "CN-1",
        {"Decision": "Accept", "Reduce credit": "In part", "Reduce IGST": 181, "Decision remarks": "x"},
        *("Reduce credit", "above the tax"),
    ),
    "a section that there isn't": ("INV-1", {"Decision": "Accept", "Section": "B2C"}, "Section", "doesn't exist"),
    "a number that is none": ("INV-1", {"Decision": "Accept", "Number": "a b"}, "Number", "may have only letters"),
    "a period that is none": ("INV-1", {"Decision": "Accept", "Period": "soon"}, "Period", "isn't one such as"),
    "a form that is none": ("INV-1", {"Decision": "Accept", "Form": "R9"}, "Form", "isn't known"),
    "a record that isn't there": ("INV-1", {"Decision": "Accept", "Number": "X"}, "", "isn't there, or no longer"),
    "a record that has changed": ("INV-1", {"Decision": "Accept", "Taxable": 1}, "", "Taxable of"),
}


@pytest.mark.parametrize(("number", "cells", "column", "words"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_said_with_the_column_that_has_to_be_another_one(
    file: Path, number: str, cells: dict[str, Any], column: str, words: str
) -> None:
    export(file, RECORDS)
    fill_in(file, {number: cells})
    found = read_decisions(file, RECORDS)
    assert found.decisions == ()
    (problem,) = found.problems
    assert problem.column == column
    assert words in problem.reason
    assert str(problem).startswith(f"records.xlsx, Records, row {problem.row}{f', {column}' if column else ''}: ")


def test_a_row_with_a_fault_hides_no_other(file: Path) -> None:
    export(file, RECORDS)
    fill_in(file, {it.number: {"Decision": "Reject", "Decision remarks": "x"} for it in RECORDS})
    found = read_decisions(file, RECORDS)
    assert [(it.row, it.column) for it in found.problems] == [(4, "Decision remarks")]
    assert len(found.decisions) == 4


@settings(deadline=None, max_examples=25)
@given(st.sampled_from(["Accept", "Reject", "Pending", "Reset"]), st.sampled_from("NARP"), st.text("ab ", max_size=9))
def test_what_can_be_decided_in_python_can_be_in_a_workbook(
    tmp_path_factory: pytest.TempPathFactory, word: str, action: str, remarks: str
) -> None:
    of = record(action=action)
    file = tmp_path_factory.mktemp("any") / "records.xlsx"
    export(file, [of])
    fill_in(file, {of.number: {"Decision": word, "Decision remarks": remarks}})
    actions = {"Accept": Action.ACCEPT, "Reject": Action.REJECT, "Pending": Action.PENDING, "Reset": Action.NONE}
    decision = Decision(of, actions[word], remarks.strip() or None)
    found = read_decisions(file, [of])
    assert found.decisions == (() if decision.why_not() else (decision,))
    assert [it.reason for it in found.problems] == ([decision.why_not()] if decision.why_not() else [])


# Places where no file can be.


def test_a_directory_that_is_not_there_is_said_as_one_of_our_errors(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "records.xlsx"
    with pytest.raises(Unwritable) as refused:
        export(path, RECORDS)
    assert str(refused.value) == f"{path} can't be written: No such file or directory. Choose another place."
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_a_directory_is_said_too(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(Unwritable, match="Not a directory"):
        export(tmp_path / "file" / "records.xlsx", RECORDS)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_of_others_is_said_too(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(Unwritable, match="Permission denied"):
        export(tmp_path / "records.xlsx", RECORDS)


def test_what_is_there_goes_before_all_that(file: Path) -> None:
    export(file, RECORDS)
    with pytest.raises(AlreadyThere):
        export(file, RECORDS)
    assert [path.name for path in file.parent.iterdir()] == ["records.xlsx"]
