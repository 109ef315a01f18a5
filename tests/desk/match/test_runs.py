"""Runs are kept, read as they stood, and compared; results can be taken along."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow.parquet as parquet
import pytest
from tests.desk.match.books import ledger
from tests.desk.match.test_decisions import named

from gst_ims.core.errors import Invalid
from gst_ims.desk.match import Apart, Result, Runs, Settings, Together, changes, match

AT = datetime(2025, 12, 15, 10, 30, tzinfo=ZoneInfo("Asia/Kolkata"))
PORTAL = [{"number": "A-1", "taxable": 1000}, {"number": "A-2", "taxable": 2000}, {"number": "=A3", "taxable": 3000.5}]
BOOKS = [{"number": "A-1", "taxable": 1000}, {"number": "A-2", "taxable": 2100}]


@pytest.fixture
def result() -> Result:
    return match(ledger(PORTAL), ledger(BOOKS))


def test_a_run_is_read_as_it_stood(result: Result, tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs")
    decisions = [Apart(named("A-7"), named("A-8")), Together([named("A-9")], [named("A-9")])]
    run = runs.keep(result, Settings(days=3), decisions, AT)
    assert run == "20251215T103000"
    assert runs.read(run).rows() == result.rows()
    about = runs.about(run)
    assert about["at"] == "2025-12-15T10:30:00+05:30"
    assert about["settings"]["days"] == 3
    assert about["manual"][0]["apart"]["portal"]["number"] == "A-7"
    assert about["manual"][1]["together"]["books"][0]["document_date"] == "2025-11-15"


def test_runs_of_one_second_are_all_kept_in_their_order(result: Result, tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    kept = [runs.keep(result, Settings(), [], AT) for _ in range(11)]
    assert runs.ids() == kept
    assert len(set(kept)) == 11


def test_a_folder_that_is_not_there_has_no_runs(tmp_path: Path) -> None:
    assert Runs(tmp_path / "none").ids() == []


@pytest.mark.parametrize("run", ["20250101T000000", "../other", ""])
def test_a_run_that_is_not_there_is_refused(tmp_path: Path, run: str) -> None:
    with pytest.raises(Invalid, match="There is no run"):
        Runs(tmp_path).read(run)


def test_a_run_with_the_same_data_changes_nothing(result: Result) -> None:
    assert changes(result, match(ledger(PORTAL), ledger(BOOKS))) == []


def test_what_new_data_changed_is_said_by_document(result: Result, tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    before = runs.read(runs.keep(result, Settings(), [], AT))
    after = match(ledger(PORTAL), ledger([*BOOKS, {"number": "=A3", "taxable": 3000.5}]))
    said = {(c["side"], c["number"]): (c["was"], c["became"]) for c in changes(before, after)}
    assert said == {("portal", "=A3"): ("missing in books", "matched"), ("books", "=A3"): (None, "matched")}


def test_what_is_gone_is_said_too(result: Result) -> None:
    after = match(ledger(PORTAL), ledger(BOOKS[:1]))
    said = {(c["side"], c["number"]): (c["was"], c["became"]) for c in changes(result, after)}
    assert said == {("portal", "A-2"): ("mismatch", "missing in books"), ("books", "A-2"): ("mismatch", None)}


def test_new_ids_are_no_change(result: Result) -> None:
    portal = [row | {"id": f"p{place}"} for place, row in enumerate(PORTAL)]
    assert changes(result, match(ledger(portal), ledger(BOOKS))) == []


def test_the_worklist_begins_with_what_needs_a_decision(result: Result) -> None:
    buckets = [row["bucket"] for row in result.rows()]
    assert buckets == ["mismatch", "mismatch", "missing in books", "matched", "matched"]
    assert result.buckets()["portal", "mismatch"] == 1


def test_parquet_and_json_have_every_row(result: Result, tmp_path: Path) -> None:
    result.write(tmp_path / "a.parquet")
    result.write(tmp_path / "a.json")
    assert parquet.read_table(tmp_path / "a.parquet").num_rows == 5
    rows = json.loads((tmp_path / "a.json").read_text())
    assert [r["taxable"] for r in rows if r["side"] == "portal"] == [100000, 200000, 300050]
    (mismatch,) = [r for r in rows if r["bucket"] == "mismatch" and r["side"] == "books"]
    assert {"field": "taxable", "portal": "2000.00", "books": "2100.00", "difference": 10000} in mismatch["differences"]


def test_another_ending_is_refused(result: Result, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"use .parquet, .xlsx or .json"):
        result.write(tmp_path / "a.csv")
