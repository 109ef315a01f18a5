"""The workbook that people look at and decide in, and what is read back of it."""

from __future__ import annotations

import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connect import records as made
from tests.connect.records import record
from tests.connect.sheets import book, fill_in, rows_of

from gst_ims.client import Decision, Record, Reduction
from gst_ims.connect import workbook
from gst_ims.connect.errors import AlreadyThere, Unreadable
from gst_ims.connect.workbook import HEADINGS, export, read_decisions, split
from gst_ims.core.section import OTHERS, Action, Section


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "records.xlsx"


RECORDS = [record(), record(number="INV-2"), record(Section.B2BCN, "CN-1"), record(Section.B2BCN, "CN-2", action="A")]


def decided(file: Path, words: dict[str, dict[str, Any]], records: list[Record] = RECORDS) -> Any:
    """Export, fill in, and read back."""
    export(file, records)
    fill_in(file, words)
    return read_decisions(file, records)


def test_a_row_says_what_the_record_says(file: Path) -> None:
    it = record(
        Section.B2BCNA, "CN/7", tradenm="Made-up Textiles", action="A", itcRedReq="Y", declIgst=9.5, remarks="ok"
    )
    assert export(file, [it]) == 1
    headings, row = rows_of(file)["Records"]
    shown = dict(zip(headings, row, strict=True))
    wanted = {"Section": "B2BCNA", "Supplier": it.stin, "Name": "Made-up Textiles", "Number": "CN/7", "Form": "R1"}
    wanted |= {"Date": date(2025, 10, 5), "Original number": "OLD-1", "Original date": date(2025, 9, 5)}
    wanted |= {"Period": "102025", "Value": 1180, "IGST": 180, "Action": "Accept", "Reduction": "Yes"}
    wanted |= {"Reduced IGST": 9.5, "Remarks": "ok", "Decision": "", "Filed": "Yes", "Pending blocked": "No"}
    assert {name: shown[name] for name in wanted} == wanted
    assert tuple(headings) == HEADINGS


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(OTHERS).flatmap(lambda it: made.rows(it).map(lambda row: record(it, **row))), max_size=4)
)
def test_what_is_exported_and_decided_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[Record]
) -> None:
    records = list({it.key: it for it in drawn}.values())
    file = tmp_path_factory.mktemp("any") / "records.xlsx"
    export(file, records)
    sheets = rows_of(file)
    for row in sheets["Records"][1:]:
        row[HEADINGS.index("Decision")] = "Reject"
    file.unlink()
    book(file, sheets)
    found = read_decisions(file, records)
    assert found.problems == ()
    assert list(found.decisions) == [it.reject() for it in records]


def test_without_a_decision_nothing_is_decided(file: Path) -> None:
    assert decided(file, {}) == ((), ())


@pytest.mark.parametrize(
    ("cells", "decision"),
    [
        ({"Decision": "Accept"}, RECORDS[0].accept()),
        ({"Decision": "accept ", "Decision remarks": "ok"}, RECORDS[0].accept("ok")),
        ({"Decision": "REJECT"}, RECORDS[0].reject()),
        ({"Decision": "Pending", "Decision remarks": "=later"}, RECORDS[0].keep_pending("=later")),
    ],
)
def test_a_decision_is_read_back(file: Path, cells: dict[str, Any], decision: Decision) -> None:
    assert decided(file, {"INV-1": cells}) == ((decision,), ())


PART = Reduction(igst=Decimal("9.50"))


@pytest.mark.parametrize(
    ("cells", "reduce"),
    [
        ({}, True),
        ({"Reduce credit": "In full"}, True),
        ({"Reduce credit": "not at all", "Decision remarks": "x"}, False),
        ({"Reduce credit": "In part", "Reduce IGST": 9.5, "Decision remarks": "x"}, PART),
        ({"Reduce credit": "In part", "Reduce IGST": "9.50", "Decision remarks": "x"}, PART),
    ],
)
def test_a_reduction_is_read_back(file: Path, cells: dict[str, Any], reduce: bool | Reduction) -> None:
    (decision,), problems = decided(file, {"CN-1": {"Decision": "Accept", **cells}})
    assert (decision.reduce, problems) == (reduce, ())


def test_a_reset_is_a_decision_too(file: Path) -> None:
    found = decided(file, {"CN-2": {"Decision": "Reset"}, "INV-1": {"Decision": "Accept"}})
    assert split(found.decisions) == ([RECORDS[0].accept()], [RECORDS[3]])


WRONG = {
    "no decision": ({"Decision": "Approve"}, "isn't one of Accept, Reject, Pending, Reset"),
    "remarks alone": ({"Decision remarks": "why"}, "isn't one of Accept"),
    "no such reduction": ({"Decision": "Accept", "Reduce credit": "half"}, "isn't one of In full"),
    "amounts without a word": ({"Decision": "Accept", "Reduce IGST": 5}, "say In part"),
    "amounts with the whole": ({"Decision": "Accept", "Reduce credit": "In full", "Reduce IGST": 5}, "say In part"),
    "too much": (
        {"Decision": "Accept", "Reduce credit": "In part", "Reduce IGST": 999, "Decision remarks": "x"},
        "above the tax",
    ),
    "no amount": ({"Decision": "Accept", "Reduce credit": "In part", "Reduce IGST": "much"}, "isn't a number"),
    "no remarks": ({"Decision": "Accept", "Reduce credit": "Not at all"}, "add remarks"),
    "a reduction of what is rejected": ({"Decision": "Reject", "Reduce credit": "In full"}, "on acceptance only"),
    "long remarks": ({"Decision": "Reject", "Decision remarks": "x" * 251}, "251 characters"),
    "nothing to reset": ({"Decision": "Reset"}, "no action to take back"),
    "another value": ({"Decision": "Accept", "Value": 1}, "Value of b2bcn:24AAXCT0003K1ZA:CN-1:102025 was 1"),
    "another day": ({"Decision": "Accept", "Date": "06-10-2025"}, "Date of"),
    "another action": ({"Decision": "Accept", "Action": "Reject"}, "Action of"),
    "another supplier": ({"Decision": "Accept", "Supplier": made.OTHER}, "isn't there, or no longer"),
    "another form": ({"Decision": "Accept", "Form": "R1A"}, "isn't there, or no longer"),
    "no section": ({"Decision": "Accept", "Section": "B2X"}, "Section 'B2X' doesn't exist"),
    "no period": ({"Decision": "Accept", "Period": "soon"}, "isn't one such as"),
}


@pytest.mark.parametrize(("cells", "reason"), WRONG.values(), ids=WRONG)
def test_a_decision_that_cannot_be_is_reported_and_the_others_are_read(
    file: Path, cells: dict[str, Any], reason: str
) -> None:
    found = decided(file, {"CN-1": cells, "INV-2": {"Decision": "Accept"}})
    assert found.decisions == (RECORDS[1].accept(),)
    (problem,) = found.problems
    assert (problem.file, problem.sheet, problem.row) == ("records.xlsx", "Records", 4)
    assert reason in problem.reason


def test_a_decision_about_a_record_that_has_changed_since_is_reported(file: Path) -> None:
    export(file, RECORDS)
    fill_in(file, {"INV-1": {"Decision": "Accept"}, "INV-2": {"Decision": "Accept"}})
    found = read_decisions(file, [record(val=1181.0), record(number="INV-2", action="R")])
    assert found.decisions == ()
    assert [problem.reason for problem in found.problems] == [
        "Value of b2b:24AAXCT0003K1ZA:INV-1:102025 was 1180 and is 1181.00: export anew.",
        "Action of b2b:24AAXCT0003K1ZA:INV-2:102025 was No action and is Reject: export anew.",
    ]


def test_a_record_that_is_decided_about_twice_is_reported(file: Path) -> None:
    export(file, [RECORDS[0], RECORDS[0]])
    fill_in(file, {"INV-1": {"Decision": "Accept"}})
    found = read_decisions(file, RECORDS)
    assert (len(found.decisions), found.problems[0].row) == (1, 3)
    assert "stands here twice" in found.problems[0].reason


def test_columns_may_be_moved(file: Path) -> None:
    export(file, RECORDS)
    fill_in(file, {"INV-1": {"Decision": "Accept"}})
    sheets = {name: [row[::-1] for row in rows] for name, rows in rows_of(file).items()}
    file.unlink()
    assert read_decisions(book(file, sheets), RECORDS).decisions == (RECORDS[0].accept(),)


def test_a_column_that_stands_twice_is_reported_and_neither_is_believed(file: Path) -> None:
    export(file, RECORDS)
    fill_in(file, {"INV-1": {"Decision": "Accept"}})
    sheets = {
        name: [[*row, "Decision" if at == 0 else "Reject"] for at, row in enumerate(rows)]
        for name, rows in rows_of(file).items()
    }
    file.unlink()
    found = read_decisions(book(file, sheets), RECORDS)
    assert found.decisions == ()
    assert [it.reason for it in found.problems] == ["There are two columns Decision."]


def test_a_number_without_end_is_a_problem_of_its_row(file: Path) -> None:
    found = decided(file, {"INV-1": {"Decision": 1e300}, "INV-2": {"Decision": "Accept"}})
    assert found.decisions == (RECORDS[1].accept(),)
    assert [it.row for it in found.problems] == [2]


def test_a_missing_column_is_reported(file: Path) -> None:
    export(file, RECORDS)
    sheets = {name: [row[1:] for row in rows] for name, rows in rows_of(file).items()}
    file.unlink()
    found = read_decisions(book(file, sheets), RECORDS)
    assert [str(it) for it in found.problems] == ["records.xlsx, Records, row 1: There is no column Section."]


@pytest.mark.parametrize("words", ['=HYPERLINK("http://bad","x")', "+1+1", "@SUM(A1)", "-2", "http://bad", "{=1}"])
def test_the_words_of_others_are_never_formulas_or_links(file: Path, words: str) -> None:
    export(file, [record(tradenm=words, remarks=words, action="R")])
    row = rows_of(file)["Records"][1]
    assert (row[HEADINGS.index("Name")], row[HEADINGS.index("Remarks")]) == (words, words)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not any(b"<f>" in part or b"<hyperlink" in part for part in parts.values())


@pytest.mark.parametrize("number", ["1234567890123456", "0017", "1E5", "7"])
def test_a_number_of_digits_is_text(file: Path, number: str) -> None:
    it = record(number=number)
    assert decided(file, {number: {"Decision": "Accept"}}, [it]) == ((it.accept(),), ())


def test_amounts_are_shown_with_lakh_and_crore_and_headings_stay(file: Path) -> None:
    export(file, RECORDS)
    with zipfile.ZipFile(file) as archive:
        styles, sheet = (archive.read(f"xl/{name}.xml").decode() for name in ("styles", "worksheets/sheet1"))
    assert r"[&gt;=10000000]#\,##\,##\,##0.00;[&gt;=100000]#\,##\,##0.00;#,##0.00" in styles
    assert 'state="frozen"' in sheet
    assert '<autoFilter ref="A1:AH5"/>' in sheet
    assert "&quot;Accept,Reject,Pending,Reset&quot;" in sheet or '"Accept,Reject,Pending,Reset"' in sheet


def test_what_does_not_fit_on_a_sheet_goes_on_on_the_next(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST", 2)
    records = [record(number=f"INV-{n}") for n in range(5)]
    assert export(file, records) == 5
    fill_in(file, {it.number: {"Decision": "Accept"} for it in records})
    assert list(rows_of(file)) == ["Records", "Records 2", "Records 3"]
    assert read_decisions(file, records).decisions == tuple(it.accept() for it in records)


def test_no_records_are_a_workbook_with_headings(file: Path) -> None:
    assert export(file, []) == 0
    assert read_decisions(file, []) == ((), ())


def test_a_file_that_is_there_is_not_written_over(file: Path) -> None:
    file.write_text("precious")
    with pytest.raises(AlreadyThere, match="is there already"):
        export(file, RECORDS)
    assert [(path.name, path.read_text()) for path in file.parent.iterdir()] == [(file.name, "precious")]


def test_a_file_is_there_whole_or_not_at_all(file: Path) -> None:
    def failing() -> Any:
        yield RECORDS[0]
        raise RuntimeError("as an example")

    with pytest.raises(RuntimeError, match="as an example"):
        export(file, failing())
    assert list(file.parent.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"{}", b"text"])
def test_what_is_no_workbook_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(Unreadable):
        read_decisions(file, RECORDS)


def test_a_workbook_of_something_else_is_refused(file: Path) -> None:
    with pytest.raises(Unreadable, match="has no sheet Records"):
        read_decisions(book(file, {"B2B": [["x"]]}), RECORDS)


def test_the_decision_to_take_back_is_apart() -> None:
    assert split([Decision(RECORDS[3], Action.NONE), RECORDS[0].reject()]) == ([RECORDS[0].reject()], [RECORDS[3]])
