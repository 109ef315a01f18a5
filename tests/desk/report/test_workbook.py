"""The workbook as people find it: the same figures, nothing that runs, and places to decide in."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from tests.desk.conftest import Hire
from tests.desk.report.conftest import Standing
from tests.desk.report.excel import parts, sheets, table

from gst_ims.connect.errors import AlreadyThere
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person
from gst_ims.desk.report.document import figures
from gst_ims.desk.report.tables import SHEETS, SUMMARY, WORKLIST, Kind
from gst_ims.desk.report.workbook import write_workbook
from gst_ims.desk.review.deciding import Seen, Want, decide_about


@pytest.fixture
def path(desk: Desk, compared: Gstin, asha: Person, tmp_path: Path) -> Path:
    """The report of October."""
    made = tmp_path / "october.xlsx"
    write_workbook(desk, asha, compared, made)
    return made


def test_there_is_a_sheet_for_each_table_with_its_headings(path: Path) -> None:
    found = sheets(path)
    assert list(found) == ["Summary", *(it.title for it in SHEETS)]
    for it in SHEETS:
        assert found[it.title][0] == [column.heading for column in it.columns]


def test_the_summary_says_whose_it_is_and_has_every_sum(path: Path, desk: Desk, compared: Gstin, asha: Person) -> None:
    told, rows = figures(desk, asha, compared), sheets(path)["Summary"]
    assert rows[0][:2] == ["Taxpayer", compared]
    assert rows[2][:2] == ["Tax period", "102025"]
    assert rows[8][:2] == ["Decisions and audit", "01-10-2025 to 20-11-2025"]
    for it in SUMMARY:
        first = next(line for line, row in enumerate(rows) if row[0] == it.title) + 2
        for row, figure in zip(rows[first:], told[it.name], strict=False):
            for column, cell, value in zip(it.columns, row, figure.values(), strict=False):
                if column.kind is Kind.MONEY and value is not None:
                    assert Decimal(str(cell)) == value, column.heading


@pytest.mark.parametrize("name", [it.name for it in SHEETS])
def test_a_sheet_has_the_figures(name: str, path: Path, desk: Desk, compared: Gstin, asha: Person) -> None:
    (of,) = (it for it in SHEETS if it.name == name)
    kept = [column for column in of.columns if column.kind in (Kind.MONEY, Kind.COUNT, Kind.TEXT)]
    told, shown = figures(desk, asha, compared)[name], table(path, of.title)
    assert len(told) == len(shown)
    for row, cells in zip(told, shown, strict=True):
        for column in kept:
            value, cell = row[column.name], cells[column.heading]
            assert (cell if isinstance(cell, str) else Decimal(str(cell))) == ("" if value is None else value), column


def test_every_sheet_can_be_filtered_and_keeps_its_headings_in_sight(path: Path) -> None:
    pages = parts(path, r"worksheets/sheet(?!1\.)")
    assert len(pages) == len(SHEETS)
    for page in pages:
        assert 'state="frozen"' in page
        assert "<autoFilter " in page


def test_decisions_are_chosen_from_a_list_and_their_hidden_columns_sort_along(path: Path) -> None:
    (page,) = (page for page in parts(path, r"worksheets/sheet") if "dataValidation" in page)
    assert '"Accept,Reject,Pending"' in page
    assert '"In full,In part,Not at all"' in page
    hidden = [place for place, column in enumerate(WORKLIST.columns, 1) if column.kind is Kind.HIDDEN]
    (span,) = re.findall(r'<col min="(\d+)" max="(\d+)"[^>]* hidden="1"', page)
    assert [*range(int(span[0]), int(span[1]) + 1)] == hidden
    assert max(hidden) == len(WORKLIST.columns), "the filter reaches over them"
    found = re.search(r'<autoFilter ref="A1:([A-Z]+)13"', page)
    assert found
    assert found[1] == "AQ"


def test_nobodys_words_are_a_formula(
    desk: Desk, compared: Gstin, asha: Person, standing: Standing, tmp_path: Path
) -> None:
    evil = '=HYPERLINK("http://example.in";"look")'
    decide_about(desk, asha, compared, [Seen(standing()["INV-1"].key)], Want(Action.REJECT, "@SUM(A1)", why=evil))
    people.found(desk, compared, "=1+1", "konkan", "monthly", "Bina")
    made = tmp_path / "evil.xlsx"
    write_workbook(desk, asha, compared, made)
    assert evil in [row["Why"] for row in table(made, "Audit extract")]
    assert sheets(made)["Summary"][1][1] == "=1+1"
    for page in parts(made, r"worksheets/sheet"):
        assert "<f>" not in page
        assert "<hyperlink" not in page


def test_a_number_of_many_digits_stays_what_it_is(
    desk: Desk, compared: Gstin, asha: Person, path: Path, standing: Standing
) -> None:
    rows = table(path, "Worklist")
    assert {row["Hash"] for row in rows} == {it.hash for it in standing().values()}
    assert all(isinstance(row["Period"], str) and row["Period"] == "102025" for row in rows)


def test_what_a_sheet_cannot_hold_goes_on_in_the_next(
    desk: Desk, compared: Gstin, asha: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gst_ims.desk.report.sheets.MOST", 5)
    made = tmp_path / "many.xlsx"
    counts = write_workbook(desk, asha, compared, made)
    found = sheets(made)
    assert [len(found[name]) - 1 for name in ("Worklist", "Worklist 2", "Worklist 3")] == [5, 5, 2]
    assert counts["worklist"] == 12
    assert found["Worklist 3"][0] == found["Worklist"][0]


def test_nothing_is_written_over_and_nothing_is_left_behind(
    path: Path, desk: Desk, compared: Gstin, asha: Person, hire: Hire
) -> None:
    before = path.read_bytes()
    with pytest.raises(AlreadyThere):
        write_workbook(desk, asha, compared, path)
    people.found(desk, Gstin("29AAXCT0004K1ZQ"), "Malabar", "malabar", "monthly", "Dev")
    with pytest.raises(NotAllowed):
        write_workbook(desk, people.person(desk, "Dev"), compared, path.with_name("stolen.xlsx"))
    assert path.read_bytes() == before
    assert [it.name for it in path.parent.glob("*.xlsx")] == ["october.xlsx"]
