"""One table as a file: what stands in a workbook and in CSV, and that nothing in either is a formula."""

from __future__ import annotations

import csv
import io
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from tempfile import SpooledTemporaryFile
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from gst_ims.core.money import rupees
from gst_ims.core.spreadsheet import from_spreadsheet
from gst_ims.desk.report.single import Form, write_table
from gst_ims.desk.report.tables import Column, Kind, Row, Table

TABLE = Table(
    "things",
    "Things",
    (
        *(Column("text", "Text"), Column("tax", "Tax", Kind.MONEY), Column("day", "Day", Kind.DAY)),
        *(Column("at", "At", Kind.MOMENT), Column("n", "How many", Kind.COUNT)),
        *(Column("period", "Period", Kind.PERIOD), Column("section", "Section", Kind.SECTION)),
    ),
)
ROW: Row = ("A", 1_23_456_78, date(2025, 10, 5), datetime(2025, 10, 5, 20, 0, tzinfo=UTC), 7, date(2025, 9, 1), "b2bcn")
NOTHING: Row = (None,) * 7
FORMULAS = ("=1+1", "+1", "-1", "@x", "\t=1", '=HYPERLINK("https://evil.example")', "=cmd|' /C calc'!A0", "{=1}")


def written(rows: list[Row], form: Form, table: Table = TABLE) -> bytes:
    file = io.BytesIO()
    write_table(file, table, rows, form, "Asha")
    return file.getvalue()


def cells(content: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Things"]
    return book.get_sheet_by_name("Things").to_python(skip_empty_area=False)


def lines(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def test_csv_is_for_programs() -> None:
    assert written([ROW, NOTHING], "csv") == (
        b"Text,Tax,Day,At,How many,Period,Section\r\n"
        b"A,123456.78,2025-10-05,2025-10-06T01:30:00+05:30,7,092025,B2BCN\r\n"
        b",,,,,,\r\n"
    )


def test_a_workbook_is_for_people() -> None:
    heading, first = cells(written([ROW], "xlsx"))
    assert heading == [column.heading for column in TABLE.columns]
    assert first == ["A", 123456.78, date(2025, 10, 5), datetime(2025, 10, 6, 1, 30), 7, "092025", "B2BCN"]


def test_amounts_are_numbers_in_lakh_and_crore() -> None:
    content = written([("x", paise, None, None, None, None, None) for paise in (1_23_456_78, -5_00)], "xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        styles, sheet = book.read("xl/styles.xml").decode(), book.read("xl/worksheets/sheet1.xml").decode()
    assert r"[&gt;=10000000]#\,##\,##\,##0.00" in styles
    assert "<v>123456.78</v>" in sheet
    assert re.search(r"<v>-5(\.00)?</v>", sheet)


@pytest.mark.parametrize("text", FORMULAS)
def test_nobodys_words_are_a_formula(text: str) -> None:
    row = (text, *NOTHING[1:])
    content = written([row], "xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in book.namelist(), "no link either"
    assert cells(content)[1][0] == text
    (cell, *_) = lines(written([row], "csv"))[1]
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert from_spreadsheet(cell) == text


def test_an_amount_below_zero_is_no_formula_and_gets_no_apostrophe() -> None:
    row = ("", -1_00, *NOTHING[2:])
    assert lines(written([row], "csv"))[1][1] == "-1.00"


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=30),
            st.integers(-(10**14), 10**14),
            st.dates(date(1950, 1, 1), date(2090, 1, 1)),
        )
    )
)
def test_what_is_written_is_read_back(values: list[tuple[str, int, date]]) -> None:
    rows: list[Row] = [(text, paise, day, None, None, None, None) for text, paise, day in values]
    found = lines(written(rows, "csv"))[1:]
    assert [(from_spreadsheet(it[0]), it[1], it[2]) for it in found] == [
        (text, str(rupees(paise)), day.isoformat()) for text, paise, day in values
    ]
    if rows:
        shown = cells(written(rows, "xlsx"))[1:]
        assert [(it[0], round(it[1] * 100), it[2]) for it in shown] == [
            (text, pytest.approx(paise, rel=1e-14), day) for text, paise, day in values
        ]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_an_empty_table_has_its_headings(form: Form) -> None:
    content = written([], form)
    headings = lines(content)[0] if form == "csv" else cells(content)[0]
    assert headings == [column.heading for column in TABLE.columns]


def test_what_a_sheet_does_not_hold_goes_on_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gst_ims.desk.report.sheets.MOST", 2)
    book = CalamineWorkbook.from_filelike(io.BytesIO(written([ROW] * 5, "xlsx")))
    assert book.sheet_names == ["Things", "Things 2", "Things 3"]
    assert [len(book.get_sheet_by_name(it).to_python()) for it in book.sheet_names] == [3, 3, 2]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_rows_are_not_kept_in_memory(form: Form) -> None:
    """Six thousand of them take no more than one thousand do."""

    def peak(count: int) -> int:
        def rows() -> Iterator[Row]:
            for n in range(count):
                yield (f"Row {n}", n, *ROW[2:])

        with SpooledTemporaryFile(max_size=10_000) as file:
            tracemalloc.start()
            write_table(file, TABLE, rows(), form, "Asha")
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            return most

    peak(10)
    assert peak(6_000) < peak(1_000) + 400_000
