"""Tables on any terminal: they fit, keep what names a record, and say the same as the forms for programs."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.connect.records import record, rows

from gst_ims.cli.client.columns import DECISIONS, RECORDS
from gst_ims.cli.client.output import Column, Form, for_people, named, show
from gst_ims.client import Record
from gst_ims.core.section import OTHERS
from gst_ims.core.spreadsheet import for_spreadsheet, from_spreadsheet

printing = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
RECORD_LISTS = st.lists(
    st.sampled_from(OTHERS).flatmap(lambda section: rows(section).map(lambda row: record(section, **row))),
    min_size=1,
    max_size=4,
)
#: What stands in a row of a list however narrow the terminal is, as wide as it gets, with a space between.
NARROWEST = len("24AAXCT0003K1ZA 0123456789ABCDEF 01-08-2017 102025:R1A 4,00,00,00,00,000.00 no action")


def printed(capsys: pytest.CaptureFixture[str], columns: Any, of: list[Any], form: Form) -> str:
    capsys.readouterr()
    assert show(columns, of, form) == len(of)
    return capsys.readouterr().out


@printing
@given(RECORD_LISTS, st.integers(NARROWEST, 400))
def test_a_list_fits_into_any_terminal_that_its_names_fit_into(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, records: list[Record], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    lines = printed(capsys, RECORDS, records, Form.TABLE).splitlines()
    assert max(map(len, lines)) <= width
    assert {"supplier", "number", "period", "tax", "status"} <= set(lines[0].split())
    assert len(lines) == len(records) + 1


@printing
@given(RECORD_LISTS, st.integers(20, 400), st.integers(20, 400))
def test_a_wider_terminal_never_shows_less(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, records: list[Record], one: int, other: int
) -> None:
    heads = list[int]()
    for width in sorted((max(one, NARROWEST), max(other, NARROWEST))):
        monkeypatch.setenv("COLUMNS", str(width))
        heads.append(len(printed(capsys, RECORDS, records, Form.TABLE).splitlines()[0].split()))
    assert heads == sorted(heads)


@printing
@given(RECORD_LISTS)
def test_json_and_csv_and_names_say_the_same(capsys: pytest.CaptureFixture[str], records: list[Record]) -> None:
    told = json.loads(printed(capsys, RECORDS, records, Form.JSON), parse_float=Decimal)
    read = list(csv.DictReader(io.StringIO(printed(capsys, RECORDS, records, Form.CSV), newline="")))
    for of, from_json, from_csv in zip(named(RECORDS, records), told, read, strict=True):
        assert from_csv == {name: for_spreadsheet(value) for name, value in of.items()}
        assert {name: str(value) for name, value in from_json.items()} == {
            name: str(value if not hasattr(value, "isoformat") else value.isoformat()) for name, value in of.items()
        }


@printing
@given(RECORD_LISTS)
def test_what_is_decided_is_shown_with_the_tax_that_it_is_about(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, records: list[Record]
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    out = printed(capsys, DECISIONS, [it.reject() for it in records], Form.TABLE)
    assert all(for_people(it.tax) in out for it in records)


@given(st.text(st.sampled_from("'=+-@\t\rab1"), max_size=6))
def test_a_cell_is_marked_once_and_the_mark_taken_away_once(text: str) -> None:
    cell = for_spreadsheet(text)
    assert cell in (text, f"'{text}")
    assert (cell == text) is not text.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert from_spreadsheet(cell) in (text, text.removeprefix("'"))
    assert from_spreadsheet(for_spreadsheet(from_spreadsheet(cell))) == from_spreadsheet(cell)


def test_no_rows_have_no_names() -> None:
    assert named([Column[int]("a", lambda row: row)], []) == []
