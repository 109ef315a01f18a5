"""Files of records in the hands of spreadsheets: separators, signs and zeros, and what goes out comes back."""

from __future__ import annotations

import csv
import io
from contextlib import redirect_stdout
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.connect.records import SUPPLIERS, record, rows

from gst_ims.cli.client.columns import RECORDS
from gst_ims.cli.client.output import Form, show
from gst_ims.cli.client.rows import read_reduction, read_rows
from gst_ims.cli.exits import Usage
from gst_ims.client import Record, Reduction
from gst_ims.core.errors import Invalid
from gst_ims.core.section import OTHERS

STIN = SUPPLIERS[0]
HEADINGS = ["section", "supplier", "number", "period", "remarks", "reduce"]
ROWS = [
    ["B2B", STIN, "SRT/118", "012026", "two words", ""],
    ["CN", STIN, "7", "122025", "a, b; c", "igst=10.50,cess=1"],
]
READ = [
    (f"b2b:{STIN}:SRT/118:012026", "two words", None),
    (f"b2bcn:{STIN}:7:122025", "a, b; c", Reduction(igst=Decimal("10.50"), cess=Decimal(1))),
]
files = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)


def write(path: Path, separator: str = ",", encoding: str = "utf-8", end: str = "\r\n", **more: Any) -> Path:
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=separator, lineterminator=end, **more)
        writer.writerows([HEADINGS, *ROWS])
    return path


def told(path: Path) -> list[tuple[str, str | None, Any]]:
    return [(str(row.key), row.remarks, row.reduce) for row in read_rows(path)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rows.csv"


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_file_is_read_however_a_spreadsheet_has_saved_it(path: Path, separator: str, encoding: str, end: str) -> None:
    assert told(write(path, separator, encoding, end)) == READ


@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
def test_every_cell_may_stand_in_quotes(path: Path, separator: str) -> None:
    assert told(write(path, separator, quoting=csv.QUOTE_ALL)) == READ


@pytest.mark.parametrize("heading", ["id", "ID", ' "id" ', "Id"])
def test_a_file_of_one_column_needs_no_separator(path: Path, heading: str) -> None:
    path.write_text(f"{heading.strip()}\n{READ[0][0]}\n{READ[1][0]}\n")
    assert [str(row.key) for row in read_rows(path)] == [READ[0][0], READ[1][0]]


def test_a_separator_in_the_words_is_none(path: Path) -> None:
    """The heading says what separates, not the rows."""
    path.write_text(f'id;remarks\n{READ[0][0]};"a,b,c,d,e"\n')
    assert told(path) == [(READ[0][0], "a,b,c,d,e", None)]


@pytest.mark.parametrize("separator", ["|", ":", " "])
def test_another_separator_is_not_guessed_and_it_is_said_what_is_missing(path: Path, separator: str) -> None:
    with pytest.raises(Usage, match="There is no section and no supplier and no number and no period"):
        read_rows(write(path, separator))


def test_a_row_that_is_longer_than_the_heading_is_no_harm(path: Path) -> None:
    path.write_text(f"id,remarks\n{READ[0][0]},ok,more,and more\n")
    assert told(path) == [(READ[0][0], "ok", None)]


def test_a_row_that_is_shorter_has_the_rest_empty(path: Path) -> None:
    path.write_text(f"id,remarks,reduce\n{READ[0][0]}\n")
    assert told(path) == [(READ[0][0], None, None)]


@pytest.mark.parametrize(("cell", "period"), [("012026", "012026"), ("12026", "012026"), ("102025", "102025")])
def test_a_period_that_lost_its_zero_gets_it_back(path: Path, cell: str, period: str) -> None:
    path.write_text(f"section,supplier,number,period\nB2B,{STIN},1,{cell}\n")
    assert told(path)[0][0] == f"b2b:{STIN}:1:{period}"


@pytest.mark.parametrize("number", ["007", "-7", "1/2", "0/1", "ABC-001"])
def test_a_number_is_text_with_the_apostrophe_taken_away(path: Path, number: str) -> None:
    cell = f"'{number}" if number.startswith("-") else number
    path.write_text(f"section,supplier,number,period\nB2B,{STIN},{cell},102025\n")
    assert told(path)[0][0] == f"b2b:{STIN}:{number}:102025"


RECORD_LISTS = st.lists(
    st.sampled_from(OTHERS).flatmap(lambda section: rows(section).map(lambda row: record(section, **row))),
    min_size=1,
    max_size=5,
    unique_by=lambda it: str(it.key),
)


@files
@given(RECORD_LISTS, st.sampled_from([Form.CSV, Form.JSON]))
def test_what_is_listed_is_what_acts_take_again(tmp_path: Path, records: list[Record], form: Form) -> None:
    path = tmp_path / f"list.{form}"
    with path.open("w", newline="") as out, redirect_stdout(out):
        show(RECORDS, records, form)
    assert [str(row.key) for row in read_rows(path)] == [str(it.key) for it in records]
    assert [row.remarks for row in read_rows(path)] == [it.remarks for it in records]


@files
@given(RECORD_LISTS, st.sampled_from(";\t"))
def test_a_list_that_a_spreadsheet_has_saved_anew_is_taken_too(
    tmp_path: Path, records: list[Record], separator: str
) -> None:
    out = io.StringIO()
    with redirect_stdout(out):
        show(RECORDS, records, Form.CSV)
    path = tmp_path / "list.csv"
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(csv.reader(io.StringIO(out.getvalue(), newline="")))
    assert [str(row.key) for row in read_rows(path)] == [str(it.key) for it in records]


# Reductions.

RUPEES = st.integers(0, 10**10).map(lambda paise: Decimal(paise).scaleb(-2))


@given(st.dictionaries(st.sampled_from(["igst", "cgst", "sgst", "cess"]), RUPEES, min_size=1))
def test_amounts_are_read_in_any_order_and_the_others_are_zero(amounts: dict[str, Decimal]) -> None:
    text = ", ".join(f" {head.upper()} = {amount} " for head, amount in amounts.items())
    assert read_reduction(text) == Reduction(**amounts)


WRONG = {
    "a word": "half",
    "an empty part": "igst=1,",
    "no head": "=5",
    "no amount": "igst=",
    "another head": "vat=5",
    "a head twice": "igst=1,IGST=1",
    "below zero": "igst=-1",
    "a power": "igst=1e3",
    "two points": "igst=1.2.3",
    "a point alone": "igst=.",
    "half a paisa": "igst=0.005",
    "other digits": "igst=\u0967",
    "grouped": "igst=1,00,000",
    "more than the wire has": f"igst={10**14}",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_no_reduction_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_reduction(text)


@given(st.text(max_size=20))
def test_whatever_is_said_is_a_reduction_or_invalid(text: str) -> None:
    try:
        read = read_reduction(text)
    except Invalid:
        return
    assert read is None or isinstance(read, bool | Reduction)
    assert not isinstance(read, Reduction) or read.total >= 0


# Other kinds of files.

JSON: dict[str, tuple[str, Any]] = {
    "an array": (f'[{{"id": "{READ[0][0]}"}}]', [READ[0][0]]),
    "a row a line": (f'{{"id": "{READ[0][0]}"}}\n{{"id": "{READ[1][0]}"}}\n', [READ[0][0], READ[1][0]]),
    "blanks in front": (f'\n  [{{"id": "{READ[0][0]}"}}]', [READ[0][0]]),
    "a number of digits": (
        f'[{{"section": "b2b", "supplier": "{STIN}", "number": 17, "period": "102025"}}]',
        [f"b2b:{STIN}:17:102025"],
    ),
    "a period as a number": (
        f'[{{"section": "b2b", "supplier": "{STIN}", "number": "17", "period": 12026}}]',
        [f"b2b:{STIN}:17:012026"],
    ),
    "members without a value": (f'[{{"id": "{READ[0][0]}", "remarks": null, "reduce": null}}]', [READ[0][0]]),
}


@pytest.mark.parametrize(("text", "names"), JSON.values(), ids=JSON)
def test_json_is_read_as_programs_write_it(tmp_path: Path, text: str, names: list[str]) -> None:
    (tmp_path / "rows.json").write_text(text)
    assert [str(row.key) for row in read_rows(tmp_path / "rows.json")] == names


@pytest.mark.parametrize("text", ["", "[]", "\n", "7", '"x"', "null", "[null]", '{"id": 1', "[[1]]", "\xff"])
@pytest.mark.parametrize("kind", ["json", "jsonl"])
def test_what_has_no_record_is_said_in_a_line(tmp_path: Path, kind: str, text: str) -> None:
    (tmp_path / f"rows.{kind}").write_text(text, encoding="latin-1")
    with pytest.raises(Usage) as refused:
        read_rows(tmp_path / f"rows.{kind}")
    assert f"rows.{kind}" in str(refused.value)
    assert "\n" not in str(refused.value)
