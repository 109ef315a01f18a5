"""Files of every kind, and files that are none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.desk.register.made import HEADINGS, RTIN, amounts, documents, reasons, row, text, xlsx

from gst_ims.connect.errors import Unreadable
from gst_ims.desk.register import read
from gst_ims.desk.register.sources import sheets

PARTY = "Shree Krishna Traders – ₹ & Söhne"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "mark"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("cp1252", b""),
    ],
)
def test_text_is_read_in_any_usual_encoding_and_with_any_usual_delimiter(
    encoding: str, mark: bytes, delimiter: str, tmp_path: Path
) -> None:
    party = PARTY if encoding != "cp1252" else PARTY.replace("₹", "€")
    path = tmp_path / "books.csv"
    path.write_bytes(mark + text([["Party", *HEADINGS], [party, *row()]], delimiter).encode(encoding))
    (sheet,) = sheets(path)
    assert list(sheet.rows()) == [(1, ["Party", *HEADINGS]), (2, [party, *row()])]


@given(
    rows=st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0")), min_size=3, max_size=3), min_size=3
    )
)
def test_no_cell_of_a_text_is_changed(rows: list[list[str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("text") / "books.csv"
    head = ["a", "b", "c"]
    path.write_text(text([head] * 3 + rows), encoding="utf-8", newline="")
    (sheet,) = sheets(path)
    assert [cells for _, cells in sheet.rows()] == [head] * 3 + rows


def test_rows_are_counted_by_lines_of_the_text(tmp_path: Path) -> None:
    path = tmp_path / "books.csv"
    path.write_text(text([["Party", *HEADINGS], ["Two\nlines", *row()], ["", *row("")]]), newline="")
    with read([path], RTIN) as books:
        assert documents(books)[0]["source"]["row"] == 2
        assert reasons(books)[0][0] == 4


@pytest.mark.parametrize("since_1904", [False, True])
@pytest.mark.parametrize("as_number", [False, True])
def test_days_of_excel_are_counted_from_where_the_workbook_says(
    since_1904: bool, as_number: bool, tmp_path: Path
) -> None:
    day = date(2025, 11, 25)
    serial = (day - (date(1904, 1, 1) if since_1904 else date(1899, 12, 30))).days
    rows = [HEADINGS, row(day=serial if as_number else day)]
    path = xlsx(tmp_path, {"Books": rows}, date_1904=since_1904)
    with read([path], RTIN) as books:
        assert documents(books)[0]["document_date"] == day


def test_numbers_and_dates_of_a_workbook_are_no_document_numbers(tmp_path: Path) -> None:
    rows = [HEADINGS, row(), row(number=77), row(number=1234567890123456789), row(number=date(2025, 11, 5))]
    with read([xlsx(tmp_path, {"Books": rows})], RTIN) as books:
        assert [document["number"] for document in documents(books)] == ["A-1", "77"]
        assert [reason.split(" came")[1] for _, _, reason in reasons(books)] == [
            " with its last digits lost: format the cell as text.",
            " as a date: format the cell as text.",
        ]


def test_a_workbook_whose_cells_begin_further_down_and_right_is_read_with_its_own_rows(tmp_path: Path) -> None:
    rows = [[], [], [None, None, *HEADINGS], [None, None, *row()], [None, None, *row("")]]
    with read([xlsx(tmp_path, {"Books": rows})], RTIN) as books:
        (document,) = documents(books)
        assert (document["source"]["row"], amounts(document)[0]) == (4, 118000)
        assert reasons(books)[0][0] == 5


PROTECTED = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(1000)
BAD_FILES = [
    pytest.param(b"", "is empty", id="nothing"),
    pytest.param(b"  \n \n", "is empty", id="spaces"),
    pytest.param(b"PK\x03\x04 not really", "isn't a workbook, is damaged", id="a broken zip"),
    pytest.param(PROTECTED, "is protected by a password", id="an encrypted workbook"),
    pytest.param(b"PAR1 not really", "isn't parquet, or is damaged", id="a broken parquet"),
    pytest.param(bytes(range(256)) * 20, "isn't a table", id="bytes"),
    pytest.param(b"%PDF-1.7\n1 0 obj", "isn't a purchase register", id="a PDF"),
    pytest.param(b"Dear Sir,\nplease find enclosed", "no column for the supplier's GSTIN", id="a letter"),
    pytest.param(b"Date,Particulars,Debit,Credit\n1-4-25,Cash,1,\n", "the supplier's GSTIN", id="a ledger"),
    pytest.param(",".join(HEADINGS[:3]).encode(), "the taxable amount or the value, tax or its rate", id="no amounts"),
]


@pytest.mark.parametrize(("content", "reason"), BAD_FILES)
def test_what_is_no_register_is_refused_and_says_what_to_do(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "books.dat"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=reason):
        read([path], RTIN)


def test_a_file_that_isnt_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        read([tmp_path / "none.csv"], RTIN)
