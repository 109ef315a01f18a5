"""Files with a record a row: CSV, Excel and JSON say the same, and what is wrong is said with its row."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.cli.client.rows import read_reduction, read_rows
from gst_ims.cli.exits import Usage
from gst_ims.client.record import Reduction
from gst_ims.core.errors import Invalid

STIN = "24AAXCT0003K1ZA"
HEADINGS = ["section", "supplier", "number", "period", "remarks", "reduce"]
ROWS = [
    ["B2B", STIN, "SRT/118", "012026", "", ""],
    ["CN", STIN.lower(), "-7", "122025", "agreed", "none"],
]
READ = [
    (f"b2b:{STIN}:SRT/118:012026", None, None),
    (f"b2bcn:{STIN}:-7:122025", "agreed", False),
]


def write(path: Path, headings: list[str], rows: list[list[str]]) -> Path:
    """The same rows as any of the three kinds of file."""
    if path.suffix == ".csv":
        lines = [headings, *([f"'{cell}" if cell.startswith("-") else cell for cell in row] for row in rows)]
        path.write_text("\ufeff" + "".join(",".join(line) + "\r\n" for line in lines))
    elif path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for at, row in enumerate([headings, *rows]):
                for column, cell in enumerate(row):
                    # Periods as Excel has them once somebody has typed them.
                    sheet.write(at, column, int(cell) if cell.isdecimal() else cell)
    else:
        told = [dict(zip(headings, row, strict=True)) for row in rows]
        lines = [json.dumps(row) for row in told]
        path.write_text(json.dumps(told) if path.suffix == ".json" else "\n".join(lines))
    return path


@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".json", ".jsonl", ".CSV"])
def test_every_kind_of_file_says_the_same(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / f"rows{kind.lower()}", HEADINGS, ROWS).rename(tmp_path / f"given{kind}")
    assert [(str(row.key), row.remarks, row.reduce) for row in read_rows(path)] == READ


@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".json"])
def test_a_record_can_be_named_by_its_id_and_other_columns_do_not_matter(tmp_path: Path, kind: str) -> None:
    path = write(tmp_path / f"rows{kind}", ["colour", "id"], [["red", READ[0][0]]])
    assert [str(row.key) for row in read_rows(path)] == [READ[0][0]]


def test_headings_of_the_wire_and_of_people_are_understood(tmp_path: Path) -> None:
    path = write(
        tmp_path / "rows.csv",
        ["Section", "STIN", "Document number", "rtnprd", "Form"],
        [["b2b", STIN, "1", "102025", "r1a"]],
    )
    assert [str(row.key) for row in read_rows(path)] == [f"b2b:{STIN}:1:102025:R1A"]


WRONG = {
    "a section": (0, "B2C", "Section 'B2C' doesn't exist"),
    "a supplier": (1, "24AAX", "has 5 characters"),
    "a number": (2, "1 2", "may have only letters"),
    "no number": (2, "", "There is no number: name the record by these four, or by its id"),
    "a period": (3, "132025", "Month 13 doesn't exist"),
    "a reduction": (5, "half", "Reduction 'half' isn't full, none, or amounts"),
}


@pytest.mark.parametrize(("kind", "place"), [(".csv", "line 3"), (".xlsx", "row 3"), (".json", "record 2")])
@pytest.mark.parametrize(("column", "cell", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_with_file_and_row(
    tmp_path: Path, kind: str, place: str, column: int, cell: str, words: str
) -> None:
    bad = [*ROWS[1]]
    bad[column] = cell
    path = write(tmp_path / f"rows{kind}", HEADINGS, [ROWS[0], bad])
    with pytest.raises(Usage) as refused:
        read_rows(path)
    assert f"{path}, {place}: " in str(refused.value)
    assert words in str(refused.value)


BROKEN = {
    "csv.csv": b"section\r\n\xff\xfe",
    "quote.csv": b'section\r\n"' + b"x" * 200_000,
    "json.json": b"[{",
    "other.json": b'{"section": []',
    "numbers.json": b"[1, 2]",
    "excel.xlsx": b"PK\x03\x04 not a workbook",
    "text.xlsx": b"section,supplier",
}


@pytest.mark.parametrize(("name", "content"), BROKEN.items())
def test_a_broken_file_is_said_in_one_line(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Usage, match="isn't what its name says") as refused:
        read_rows(tmp_path / name)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".json", ".jsonl"])
def test_a_file_without_a_record_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(Usage, match="There is no record in"):
        read_rows(write(tmp_path / f"rows{kind}", HEADINGS, []))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Usage, match="No such file"):
        read_rows(tmp_path / "rows.csv")


def test_a_file_of_another_kind_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(Usage, match=r"is none of \.csv, \.json, \.jsonl, \.xlsx"):
        read_rows(tmp_path / "rows.pdf")


def test_a_record_that_stands_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Usage, match=r"has b2b:.*:SRT/118:012026 2 times"):
        read_rows(write(tmp_path / "rows.csv", HEADINGS, [ROWS[0], ROWS[1], ROWS[0]]))


@pytest.mark.parametrize("kind", [".csv", ".xlsx", ".json"])
def test_a_file_with_decisions_is_not_taken_for_one_of_names(tmp_path: Path, kind: str) -> None:
    rows = [[*ROWS[0], ""], [*ROWS[1], "Reject"]]
    with pytest.raises(Usage, match=r"(line 3|row 3|record 2): There is the decision 'Reject': give `ims import`"):
        read_rows(write(tmp_path / f"rows{kind}", [*HEADINGS, "Decision"], rows))
    assert len(read_rows(write(tmp_path / f"names{kind}", [*HEADINGS, "Decision"], rows[:1]))) == 1


REDUCTIONS = [
    ("", None),
    ("full", True),
    (" None ", False),
    ("igst=10.5", Reduction(igst=Decimal("10.50"))),
    ("cgst=5, sgst=5,cess=1", Reduction(cgst=Decimal(5), sgst=Decimal(5), cess=Decimal(1))),
]


@pytest.mark.parametrize(("text", "reduce"), REDUCTIONS)
def test_a_reduction_is_read(text: str, reduce: bool | Reduction | None) -> None:
    assert read_reduction(text) == reduce


@pytest.mark.parametrize(
    "text", ["half", "igst", "igst=", "igst=-1", "igst=1e3", "igst=1.001", "vat=1", "igst=1,igst=2"]
)
def test_what_is_no_reduction_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_reduction(text)
