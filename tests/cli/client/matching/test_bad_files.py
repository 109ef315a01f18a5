"""Files as people and programs leave them: each is read, or refused in a sentence; and nothing is half written."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from tests.cli.client.conftest import Done
from tests.cli.client.matching.conftest import Files, Match
from tests.connect.records import RTIN
from tests.desk.match.sides import GUJARAT
from tests.desk.register.made import csv_file

from gst_ims.connect.offline import archive

HEADINGS = ["GSTIN of supplier", "Invoice number", "Invoice Date", "Taxable Value", "IGST"]


def refused(done: Done, says: str) -> None:
    assert (done.code, done.out) == (2, "")
    assert done.err.splitlines()[-1].startswith("ims: ")
    assert says in done.err


def register(folder: Path, *rows: list[str], headings: list[str] = HEADINGS, name: str = "mine.csv") -> Path:
    return csv_file(folder, [headings, *rows], name)


PORTAL = {
    "an array, as ims export writes": (b"[1, 2]", "Of what ims writes itself the .xlsx of `ims export` is read."),
    "a text": (b'"x"', "has neither records of IMS nor GSTR-2B"),
    "nothing but spaces": (b" \n", "is empty: download it again"),
    "a register": (b"Invoice,Date\n1,2\n", "What is read is JSON or Excel of IMS, and JSON of GSTR-2B."),
    "a number for a GSTIN": (b'{"rtin": 5, "b2b": []}', "ims.json says whose it is in words that aren't understood"),
    "records that are an object": (b'{"b2b": {"a": 1}}', "has neither records of IMS nor GSTR-2B"),
    "depths without end": (b"[" * 100_000, "has neither records of IMS nor GSTR-2B"),
    "depths without end within": (b'{"b2b":' + b"[" * 100_000, "isn't JSON, or is cut off"),
    "a zip that is none": (b"PK\x03\x04", "is cut off or damaged"),
}


@pytest.mark.parametrize(("content", "says"), PORTAL.values(), ids=PORTAL)
def test_what_isn_t_the_portal_s_is_refused_by_its_name(content: bytes, says: str, match: Match, files: Files) -> None:
    files.portal.write_bytes(content)
    refused(match(), says)


def test_what_is_no_record_is_said_and_the_rest_is_matched(match: Match, files: Files) -> None:
    told = json.loads(files.portal.read_bytes())
    told["b2b"] += [1, "x", None]
    files.portal.write_text(json.dumps(told))
    done = match("--json")
    assert done.code == 1
    assert done.err.count("It is no record, but") == 3
    assert json.loads(done.out)["read"][0]["documents"] == 3


def test_records_in_utf_16_are_read_as_powershell_writes_them(match: Match, files: Files) -> None:
    before = match("--json")
    files.portal.write_bytes(files.portal.read_text().encode("utf-16"))
    assert match("--json").out == before.out


def test_a_month_without_records_says_whose_it_is_all_the_same(match: Match, files: Files) -> None:
    files.portal.write_text(json.dumps({"rtin": RTIN, "b2b": []}))
    done = match("--json")
    assert done.code == 0, done.err
    assert [it["bucket"] for it in json.loads(done.out)["buckets"]] == ["missing in portal"]


def test_books_of_somebody_else_are_refused(match: Match, tmp_path: Path) -> None:
    other = register(
        tmp_path,
        ["29AAXCT0004K1ZZ", GUJARAT, "INV-1", "25-11-2025", "1000", "180"],
        headings=["Recipient GSTIN", *HEADINGS],
    )
    refused(match(register=other), f"The books are of 29AAXCT0004K1ZZ, what the portal says is of {RTIN}")


@pytest.mark.parametrize("option", ["--ims", "--books", "--links"])
def test_a_directory_is_no_file(option: str, match: Match, tmp_path: Path) -> None:
    refused(match(option, tmp_path), f"{tmp_path} is no file, but a directory or a device.")


def test_what_was_assumed_of_a_whole_column_is_said_and_can_be_said_otherwise(match: Match, tmp_path: Path) -> None:
    american = register(tmp_path, [GUJARAT, "INV-1", "11/05/2025", "1000", "180"])
    done = match("--json", register=american)
    assert "Note: mine.csv: Invoice Date: each date could be day first or month first: read as day first." in done.err
    told = match("--out", tmp_path / "result.json", "--dates", "month", register=american)
    assert "could be day first" not in told.err
    rows = json.loads((tmp_path / "result.json").read_text())
    assert [it["document_date"] for it in rows if it["side"] == "books"] == ["2025-11-05"]


def test_what_stands_first_in_dates_is_day_or_month(match: Match) -> None:
    refused(match("--dates", "year"), "use one of day, month")


def test_a_workbook_that_unpacks_without_end_is_refused(
    match: Match, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LARGEST", 1_000_000)
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 5_000_000)
    refused(match(register=bomb), "bomb.xlsx unpacks to more than 1,000,000 bytes")


def test_a_cell_far_from_the_others_is_named(match: Match, tmp_path: Path) -> None:
    far = tmp_path / "far.xlsx"
    with zipfile.ZipFile(far, "w") as packed:
        packed.writestr("xl/worksheets/sheet1.xml", '<row r="1048576"><c r="XFD1048576"/></row>')
    refused(match(register=far), "a cell far from the others, in column 16384 or row 1048576")


@pytest.mark.parametrize("name", ["result.parquet", "RESULT.JSON"])
def test_on_a_full_disk_there_is_no_result(name: str, match: Match, tmp_path: Path) -> None:
    out = tmp_path / name
    # What is written first is written there: a device that is always full.
    out.with_name(f".{out.stem}.{os.getpid()}{out.suffix}").symlink_to("/dev/full")
    refused(match("--out", out), f"{out} can't be written: No space left on device. Choose another place.")
    assert [it for it in tmp_path.iterdir() if "esult" in it.name.lower()] == []


@pytest.mark.parametrize("name", ["RESULT.XLSX", "Result.Json", "result.PARQUET"])
def test_an_ending_in_capitals_says_the_same(name: str, match: Match, tmp_path: Path) -> None:
    assert match("--out", tmp_path / name).code == 0
    assert (tmp_path / name).stat().st_size > 0
