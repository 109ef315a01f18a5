"""Whatever stands in a file, each of its rows is in a document or is told, with file, sheet, row, column and reason."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.desk.register.made import (
    GUJARAT,
    HEADINGS,
    HOME,
    KARNATAKA,
    RTIN,
    amounts,
    csv_file,
    documents,
    reasons,
    row,
    text,
    xlsx,
)

from gst_ims.connect.errors import Unreadable
from gst_ims.core.errors import Invalid
from gst_ims.desk.register import read
from gst_ims.desk.register.sources import sheets

HEAD = ["Branch GSTIN", "Document Type", "Party", "Original Invoice Date", "Place of Supply", "Reverse Charge"]
HEAD += ["Return Period", *HEADINGS]
USUAL = {"own": RTIN, "kind": "Invoice", "party": "Made-up", "original": "01-10-2025", "pos": "27", "reverse": "N"}
USUAL |= {"period": ""}


def full(number: str, **more: Any) -> list[Any]:
    """A row under HEAD, right but for `more`."""
    own = {name: more.pop(name, value) for name, value in USUAL.items()}
    return [*own.values(), *row(number, **more)]


BELOW = {"value": "-1180", "taxable": "-1000", "igst": "-180"}
#: Rows of one sheet, each with its number; what they are instead of a document: kind, column, and what is said.
NONE: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("N-1", {"stin": "27"}, "rejected", "GSTIN of supplier", "GSTIN '27' has 2 characters: it must have 15."),
    ("N-2", {"stin": GUJARAT[:14], "party": "Total Energies"}, "rejected", "GSTIN of supplier", "has 14 characters"),
    ("N-3", {"own": "", "stin": HOME}, "rejected", "Branch GSTIN", "nothing else says whose document it is"),
    ("N-4", {"own": "XX"}, "rejected", "Branch GSTIN", "GSTIN 'XX' has 2 characters"),
    ("1.23457E+11", {}, "rejected", "Invoice number", "Number 1.23457E+11 came with its last digits lost"),
    ("1e+15", {}, "rejected", "Invoice number", "Number 1e+15 came with its last digits lost"),
    ("2025-11-05T00:00:00", {}, "rejected", "Invoice number", "Number 2025-11-05 came as a date"),
    ("N-5", {"day": "5-Nov-1999"}, "rejected", "Invoice Date", "Date '5-Nov-1999' isn't a day"),
    ("N-6", {"day": "0"}, "rejected", "Invoice Date", "Date '0' isn't a day"),
    ("N-7", {"period": "Q3"}, "rejected", "Return Period", "Q3"),
    ("N-8", {"cgst": "9%"}, "rejected", "Central Tax", "Amount '9%' isn't a number such as 1,23,456.78."),
    ("N-9", {"cess": "१२"}, "rejected", "Cess", "Amount '१२' isn't a number"),
    ("N-10", {"value": "1,180.00,00"}, "rejected", "Invoice Value", "Amount '1,180.00,00' isn't a number"),
    ("N-11", {"taxable": "1" * 14}, "rejected", "Taxable Value", f"Amount '{'1' * 14}' isn't a number"),
    ("N-12", {"stin": "", "kind": "Import of goods", "igst": "?"}, "rejected", "Integrated Tax", "Amount '?'"),
    ("N-12", {"stin": "", "kind": "Import of goods"}, "rejected", "", "of the same document can't be read"),
    ("N-13", {"stin": "URP", "party": "Total Hardware"}, "excluded", "", "Its supplier has no GSTIN"),
    ("", {"stin": "", "day": "", "party": "Sub total"}, "excluded", "", "It adds up others."),
    ("Total", {"stin": "", "day": "30-11-2025"}, "excluded", "", "It adds up others."),
]
#: Rows that are documents, their section, and what is noted of them: column and reason.
SOME: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("S-1", {"party": "Total Energies"}, "b2b", "", ""),
    ("S-2", {"stin": "", "kind": "Import of goods", "party": "Total Energies SE"}, "impg", "", ""),
    ("S-3", {"stin": GUJARAT[:-1] + "9"}, "b2b", "GSTIN of supplier", "ends with check digit 9: it should be A."),
    ("S-4", {"kind": "Hundi"}, "b2b", "Document Type", "Type 'Hundi' isn't known: taken for an invoice."),
    ("S-5", {"reverse": "perhaps"}, "b2b", "Reverse Charge", "'perhaps' isn't Y or N: taken for N."),
    ("S-6", {"original": "long ago"}, "b2b", "Original Invoice Date", "Date 'long ago' isn't a day"),
    ("S-7", {"pos": "Mars"}, "b2b", "Place of Supply", "Mars"),
    ("S-8", {"cess": "0.005"}, "b2b", "Cess", "Amount '0.005' has parts of a paisa: rounded, halves up."),
    ("S-9", {"kind": "ISD", **BELOW}, "isdcn", "", ""),
    ("S-10", {"kind": "Debit Note", **BELOW}, "b2bcn", "", ""),
    ("S-11", {"kind": "Amended debit note", **BELOW}, "b2bcna", "", ""),
    ("S-12", {"own": KARNATAKA}, "b2b", "", ""),
    ("S-13", {"value": "1,180.00 Cr", "taxable": "(1,000.00)", "igst": "180-"}, "b2bcn", "", ""),
]


def test_each_row_of_a_sheet_is_a_document_or_it_is_said_why_not(tmp_path: Path) -> None:
    rows = [full(number, **more) for number, more, *_ in (*NONE, *SOME)]
    at = {id(it): place for place, it in enumerate((*NONE, *SOME), 3)}
    path = xlsx(tmp_path, {"Books": [["November"], HEAD, *rows]})
    with read([path]) as books:
        said = books.problems.order("row").fetchall()
        for it in NONE:
            _, _, kind, heading, reason = it
            ((*place, found),) = [problem for problem in said if problem[2] == at[id(it)]]
            assert place == ["books.xlsx", "Books", at[id(it)], heading, kind], it
            assert reason in found
        found = {document["number"]: document for document in documents(books)}
        assert set(found) == {number for number, *_ in SOME}
        for it in SOME:
            number, more, section, heading, note = it
            assert found[number]["section"] == section, it
            assert found[number]["rtin"] == more.get("own", RTIN)
            assert amounts(found[number])[1:] == (100000, 18000, 0, 0, 1 if number == "S-8" else 0)
            noted = [(column, why) for _, _, row_, column, _, why in said if row_ == at[id(it)]]
            assert [column for column, _ in noted] == ([heading] if note else [])
            assert all(note in why for _, why in noted)
        assert sum(books.rows.values()) == len(rows) + 2
        assert [total for total in books.totals if not total.agrees] == []


BYTES = [
    pytest.param(b"M\x81nchen", "cp1252", id="of no Windows"),
    pytest.param(b"Caf\xe9 \x90", "cp1252", id="of another code page"),
]


@pytest.mark.parametrize(("party", "encoding"), BYTES)
def test_bytes_that_are_no_text_are_refused_with_what_to_do(party: bytes, encoding: str, tmp_path: Path) -> None:
    """And not by a trace: whoever reads it doesn't know what a codec is."""
    path = tmp_path / "books.csv"
    path.write_bytes(text([["Party", *HEADINGS], ["@", *row()]]).encode().replace(b"@", party))
    with pytest.raises(Unreadable, match=rf"books\.csv has bytes that are no text in {encoding}: export it as UTF-8"):
        read([path], RTIN)


@pytest.mark.parametrize(
    ("mark", "encoding", "tail"),
    [(b"\xff\xfe", "utf-16-le", b"x"), (b"\xfe\xff", "utf-16-be", b"\xd8\x00"), (b"\xef\xbb\xbf", "utf-8", b"\xff")],
)
def test_text_that_breaks_off_is_refused_whatever_its_mark(
    mark: bytes, encoding: str, tail: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "books.csv"
    path.write_bytes(mark + text([HEADINGS, row()]).encode(encoding) + tail)
    with pytest.raises(Unreadable, match="has bytes that are no text"):
        read([path], RTIN)


@settings(max_examples=60)
@given(content=st.binary(max_size=400) | st.text(max_size=200).map(lambda it: it.encode("utf-16")))
def test_no_bytes_at_all_make_a_file_fail_otherwise_than_by_saying_so(
    content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("bytes") / "books.csv"
    path.write_bytes(content)
    with suppress(Unreadable):
        for sheet in sheets(path):
            numbers = [number for number, _ in sheet.rows()]
            assert numbers == sorted(set(numbers))
            # A second time from the first.
            assert [number for number, _ in sheet.rows()] == numbers


CELL = st.text(st.sampled_from("aé₹ \",;\n\t'|-"), max_size=6)


@settings(max_examples=40)
@given(rows=st.lists(st.lists(CELL, min_size=4, max_size=4), max_size=8), delimiter=st.sampled_from(",;\t|"))
def test_delimiters_and_quotes_within_cells_move_no_cell(
    rows: list[list[str]], delimiter: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("cells") / "books.csv"
    plain = [["a", "b", "c", "d"]] * (2 * len(rows) + 3)
    path.write_text(text([*plain, *rows], delimiter), encoding="utf-8", newline="")
    (sheet,) = sheets(path)
    assert [cells for _, cells in sheet.rows()] == [*plain, *rows]


def test_a_cell_of_endless_length_is_refused_with_its_line(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [HEADINGS, row(), row("9" * (csv.field_size_limit() + 1))])
    with pytest.raises(Unreadable, match=r"books\.csv, line \d+: field larger than field limit"):
        read([path], RTIN)


def test_a_sheet_that_is_a_chart_is_passed_over(tmp_path: Path) -> None:
    from xlsxwriter import Workbook

    path = tmp_path / "books.xlsx"
    with Workbook(str(path)) as book:
        sheet = book.add_worksheet("Books")
        for at, cells in enumerate([HEADINGS, row()]):
            sheet.write_row(at, 0, cells)
        chart: Any = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=Books!$F$2:$F$2"})
        book.add_chartsheet("Chart").set_chart(chart)
        book.add_worksheet("Empty")
    with read([path], RTIN) as books:
        assert [it["number"] for it in documents(books)] == ["A-1"]
        assert [it.sheet for it in books.mappings] == ["Books"]


def register(folder: Path, head: Sequence[str], *rows: Sequence[str]) -> Path:
    return csv_file(folder, [["Supplier GSTIN", "Bill No", "Bill Date", *head], *rows])


WITHIN = "Its tax is CGST and SGST: supplier and place of supply are in one state."
BETWEEN = "Its tax is IGST: supplier and place of supply are in different states."


def test_one_column_of_tax_is_divided_by_supplier_and_place_of_supply(tmp_path: Path) -> None:
    """Where the place isn't told, by supplier and recipient."""
    told = ("25-11-2025", "1000", "180.01")
    path = register(
        tmp_path,
        ["Basic Amount", "GST Amount", "Place of Supply"],
        *([supplier, f"{at}", *told, place] for at, (supplier, place) in enumerate(
            [(HOME, ""), (HOME, "27"), (HOME, "24"), (GUJARAT, ""), (GUJARAT, "24"), (GUJARAT, "27"), (HOME, "Mars")]
        )),
    )  # fmt: skip
    with read([path], RTIN) as books:
        found = documents(books)
        assert all(total.agrees for total in books.totals)
    within = [0, 1, 4, 6]
    for at, document in enumerate(found):
        assert amounts(document)[2:] == ((0, 9000, 9001, 0) if at in within else (18001, 0, 0, 0)), at
        assert (WITHIN in document["notes"], BETWEEN in document["notes"]) == (at in within, at not in within)


def test_a_tax_from_rates_is_computed_for_each_row(tmp_path: Path) -> None:
    path = register(
        tmp_path,
        ["Taxable Amount", "Invoice Amount", "GST Rate"],
        [GUJARAT, "both", "25-11-2025", "1000.00", "1180.00", "18"],
        [GUJARAT, "taxable", "25-11-2025", "333.33", "", "5%"],
        [GUJARAT, "value", "25-11-2025", "", "350.00", "5"],
        [HOME, "two", "25-11-2025", "100.01", "355.01", "0.05"],
        [HOME, "two", "25-11-2025", "200.00", "355.01", "25"],
        [GUJARAT, "none", "25-11-2025", "100", "", ""],
        [GUJARAT, "words", "25-11-2025", "100", "", "as usual"],
    )
    with read([path], RTIN) as books:
        found = {it["number"]: amounts(it) for it in documents(books)}
        assert found == {
            "both": (118000, 100000, 18000, 0, 0, 0),
            "taxable": (35000, 33333, 1667, 0, 0, 0),
            "value": (35000, 33333, 1667, 0, 0, 0),
            "two": (35501, 30001, 0, 2750, 2750, 0),
        }
        assert reasons(books) == [
            (7, "GST Rate", "It is empty, and the tax is to be computed from it."),
            (8, "GST Rate", "Rate 'as usual' isn't a number."),
        ]
        assert reasons(books, "note") == [(6, "GST Rate", "Rate 25% isn't one of GST.")]
        assert [total.field for total in books.totals if not total.agrees] == []


@pytest.mark.parametrize("files", [["books.csv"], ["books.csv", "none.csv"]])
def test_a_register_that_cannot_be_read_leaves_nothing_behind(
    files: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spilled = tmp_path / "spilled"
    spilled.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spilled))
    csv_file(tmp_path, [HEADINGS, row()])
    with pytest.raises((Unreadable, Invalid)):
        read([tmp_path / name for name in files], "nobody" if len(files) == 1 else RTIN)
    assert list(spilled.iterdir()) == []


def test_a_title_with_two_gstins_says_not_whose_register_it_is(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [["Acme", RTIN, "and", KARNATAKA], HEADINGS, row()])
    with pytest.raises(Unreadable, match="doesn't say whose register it is"):
        read([path])
    with read([path], RTIN) as books:
        assert {it["rtin"] for it in documents(books)} == {RTIN}


def test_days_of_booking_stand_in_for_the_suppliers_where_these_are_empty(tmp_path: Path) -> None:
    rows = [
        ["Voucher Date", *HEADINGS],
        ["30-11-2025", *row(day="")],
        ["30-11-2025", *row("A-2")],
        ["", *row("A-3", day="")],
    ]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        assert [it["document_date"] for it in documents(books)] == [date(2025, 11, 30), date(2025, 11, 25)]
        assert reasons(books) == [(4, "Invoice Date", "It is empty: the document has no date.")]
