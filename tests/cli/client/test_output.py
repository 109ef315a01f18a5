"""The three forms of what is printed: tables that fit, JSON and CSV that can be read back."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gst_ims.cli.client.output import Column, Form, Value, counted, for_people, show
from gst_ims.core.clock import IST
from gst_ims.core.spreadsheet import for_spreadsheet, from_spreadsheet

Row = dict[str, Any]


def column(name: str, heading: str = "", rank: int = 0, **more: Any) -> Column[Row]:
    return Column(name, lambda row: row.get(name), heading, rank, **more)


COLUMNS = [
    column("id"),
    column("number", "number"),
    column("day", "date", 2),
    column("amount", "tax", 1),
    column("blocked", "blocked", 3),
]
ROWS: list[Row] = [
    {"id": 1, "number": "INV-1", "day": date(2025, 10, 5), "amount": Decimal("12345678.50"), "blocked": False},
    {"id": 2, "number": "INV-22", "day": None, "amount": Decimal("7.00"), "blocked": True},
]


def printed(capsys: pytest.CaptureFixture[str], form: Form, rows: list[Row] = ROWS, *columns: Column[Row]) -> str:
    assert show(columns or COLUMNS, iter(rows), form) == len(rows)
    return capsys.readouterr().out


def test_a_table_has_amounts_to_the_right_days_as_in_india_and_no_flag_that_is_off(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert printed(capsys, Form.TABLE).splitlines() == [
        "number  date                   tax  blocked",
        "INV-1   05-10-2025  1,23,45,678.50",
        "INV-22                        7.00  yes",
    ]


def test_a_table_of_nothing_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, Form.TABLE, []) == ""


@pytest.mark.parametrize(
    ("width", "head"),
    [
        (43, "number date tax blocked"),
        (42, "number date tax"),
        (34, "number date tax"),
        (33, "number date tax"),
        (32, "number date tax"),
        (31, "number tax"),
        (21, "number tax"),
        (20, "number"),
    ],
)
def test_a_narrow_table_leaves_out_what_names_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, head: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = printed(capsys, Form.TABLE).splitlines()
    assert lines[0].split() == head.split()
    assert max(map(len, lines)) <= width


def test_what_names_a_record_is_never_cut_but_goes_on_below(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    lines = printed(capsys, Form.TABLE, [{"number": "ABCDEFGHIJKLMNOP"}]).splitlines()
    assert "".join(lines[1:]) == "ABCDEFGHIJKLMNOP"


def test_sentences_are_wrapped_between_words(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    words = column("words", "what to do", wraps=True)
    rows = [{"number": "INV-1", "words": "It can't be kept pending, or no longer: accept or reject it."}]
    assert printed(capsys, Form.TABLE, rows, column("number", "number"), words).splitlines() == [
        "number  what to do",
        "INV-1   It can't be kept pending, or no",
        "        longer: accept or reject it.",
    ]


def test_a_column_of_some_rank_in_which_nothing_stands_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, Form.TABLE, [{"number": "A"}]).splitlines() == ["number", "A"]


def test_markup_of_others_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert "[red]A[/red]" in printed(capsys, Form.TABLE, [{"number": "[red]A[/red]"}])


def test_nobody_steers_the_terminal_by_his_remarks(capsys: pytest.CaptureFixture[str]) -> None:
    shown = printed(capsys, Form.TABLE, [{"number": "\x1b[2Jgone\r\n\x07\u202e"}])
    assert shown.splitlines() == ["number", "\ufffd[2Jgone\ufffd\ufffd\ufffd\ufffd"]


def test_json_has_one_row_a_line_amounts_with_two_decimals_and_days_of_iso(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, Form.JSON)
    assert text.splitlines()[1] == (
        '{"id":1,"number":"INV-1","day":"2025-10-05","amount":12345678.50,"blocked":false},'
    )
    assert [row["amount"] for row in json.loads(text, parse_float=Decimal)] == [row["amount"] for row in ROWS]


def test_json_of_nothing_is_an_empty_array(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(printed(capsys, Form.JSON, [])) == []


def test_csv_has_a_heading_and_plain_amounts(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, Form.CSV) == (
        "id,number,day,amount,blocked\r\n1,INV-1,2025-10-05,12345678.50,false\r\n2,INV-22,,7.00,true\r\n"
    )


def test_csv_of_nothing_is_its_heading(capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, Form.CSV, []) == "id,number,day,amount,blocked\r\n"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "-INV/1"])
def test_text_that_would_be_a_formula_is_marked_as_text_and_comes_back_as_it_was(text: str) -> None:
    assert for_spreadsheet(text) == f"'{text}"
    assert from_spreadsheet(for_spreadsheet(text)) == text


@pytest.mark.parametrize("value", [Decimal("-12.50"), -3, date(2025, 1, 1), None, "INV-1", "'quoted'", "007"])
def test_nothing_else_is_marked(value: Value) -> None:
    assert for_spreadsheet(value) == ("" if value is None else str(value))


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)


@given(texts)
def test_no_text_in_csv_is_a_formula_and_every_one_comes_back(text: str) -> None:
    cell = for_spreadsheet(text)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    if not (text.startswith("'") and text[1:].startswith(("=", "+", "-", "@", "\t", "\r"))):
        assert from_spreadsheet(cell) == text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.fixed_dictionaries({"number": texts, "amount": st.decimals(-(10**12), 10**12, places=2)})))
def test_whatever_stands_in_rows_json_and_csv_can_be_read_back(
    capsys: pytest.CaptureFixture[str], rows: list[Row]
) -> None:
    columns = [column("number"), column("amount")]
    assert json.loads(printed(capsys, Form.JSON, rows, *columns), parse_float=Decimal) == rows
    read = csv.DictReader(io.StringIO(printed(capsys, Form.CSV, rows, *columns), newline=""))
    assert [(row["number"], Decimal(row["amount"])) for row in read] == [
        (for_spreadsheet(row["number"]), row["amount"]) for row in rows
    ]


@given(texts)
def test_every_character_that_people_see_is_one_that_can_be_seen(text: str) -> None:
    assert for_people(text) == "" or for_people(text).isprintable()


@pytest.mark.parametrize(("count", "words"), [(0, "0 records"), (1, "1 record"), (2, "2 records")])
def test_what_is_counted_has_its_plural(count: int, words: str) -> None:
    assert counted(count, "record") == words


def test_a_moment_has_its_hour() -> None:
    assert for_people(datetime(2025, 11, 8, 10, 3, tzinfo=IST)) == "08-11-2025 10:03"
    assert for_people(date(2025, 11, 8)) == "08-11-2025"
