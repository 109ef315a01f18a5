"""What a person reads of a matching: short, in words, and never more than he can take in."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.desk.match.sides import booked, books, ims, invoice

from gst_ims.cli.client.matching.printing import report, telling
from gst_ims.desk.match import Identity, Matching, Result, Settings, Together, match_files

TELLING = {
    "what is the same is left out": (
        ["The supplier is the same.", "The number is the same.", "The taxable value differs by 5.00, the tax by 0.90."],
        "The taxable value differs by 5.00, the tax by 0.90.",
    ),
    "so is what it is not": (
        ["The amounts are the same.", "Two slips separate the numbers A and B.", "Not the books' C of 01-11-2025: …"],
        "Two slips separate the numbers A and B.",
    ),
    "several are all said": (
        ["One slip.", "Two days apart.", "The supplier is the same."],
        "One slip. Two days apart.",
    ),
    "where nothing is wrong all is said": (
        ["The supplier is the same.", "The amounts are the same."],
        "The supplier is the same. The amounts are the same.",
    ),
    "one is one": (["You decided that these belong together."], "You decided that these belong together."),
}


@pytest.mark.parametrize(("reasons", "expected"), TELLING.values(), ids=TELLING.keys())
def test_of_reasons_those_are_said_that_say_what_is_wrong(reasons: list[str], expected: str) -> None:
    assert telling(reasons) == expected


@pytest.fixture
def found(tmp_path: Path) -> Matching:
    portal = ims(tmp_path, invoice("INV-1"), invoice("INV-2", 2000))
    return match_files([portal], [books(tmp_path, booked("INV-1"), booked("INV-2", 2500), booked("INV-4", 4000))])


def printed(found: Matching, capsys: pytest.CaptureFixture[str], *, as_json: bool = False) -> tuple[str, str]:
    capsys.readouterr()
    report(found, json=as_json)
    done = capsys.readouterr()
    return done.out, done.err


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_it_fits_into_any_width(
    width: int, found: Matching, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    out, _ = printed(found, capsys)
    sentences = [line for line in out.splitlines() if line.startswith("    ")]
    assert sentences
    assert max(map(len, sentences)) <= width


def test_a_table_has_every_bucket_and_the_sum_of_each_side(found: Matching, capsys: pytest.CaptureFixture[str]) -> None:
    table = [line.split("  ")[0] for line in printed(found, capsys)[0].split("\n\n")[0].splitlines()]
    assert table == ["bucket", "mismatch", "mismatch", "missing in portal", "matched", "matched", "all", "all"]


def test_many_changes_are_cut_off_for_people_and_not_for_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    portal = ims(tmp_path, invoice("INV-1"))
    before = match_files([portal], [books(tmp_path, booked("INV-1"), name="a.csv")]).result
    more = [booked(f"N-{n}", 5000 + n) for n in range(30)]
    after = match_files([portal], [books(tmp_path, booked("INV-1"), *more, name="b.csv")], since=before)
    out, _ = printed(after, capsys)
    assert "Changed since: 30 documents." in out
    assert out.endswith("  … and 10 more: --json and .xlsx have them all.\n")
    assert len(json.loads(printed(after, capsys, as_json=True)[0])["changes"]) == 30


def test_a_group_names_all_of_its_partners(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = [booked("X-1", 700), booked("X-2", 200)]
    files = [ims(tmp_path, invoice("INV-1"))], [books(tmp_path, *parts)]
    plain = match_files(*files, settings=Settings())
    names = {row["number"]: Identity(*(row[n] for n in ("rtin", "stin", "section", "number", "document_date")))
             for row in plain.result.rows()}  # fmt: skip
    word = Together([names["INV-1"]], [names["X-1"], names["X-2"]])
    out, _ = printed(match_files(*files, manual=[word]), capsys)
    assert "INV-1 of 25-11-2025 with X-1, X-2: mismatch, tax of 18.00 at stake" in out
    assert "    You decided that these belong together." in out


def test_goods_from_abroad_are_called_imports(capsys: pytest.CaptureFixture[str], found: Matching) -> None:
    import duckdb

    db = duckdb.connect()
    db.register("rows", found.result.table())
    db.execute("create table result as select * replace ('' as stin) from rows")
    out, _ = printed(Matching(Result(db), found.portal, found.books, ()), capsys)
    assert " 1. Import INV-4 of 25-11-2025: missing in portal" in out


def test_json_says_days_and_amounts_as_everywhere(found: Matching, capsys: pytest.CaptureFixture[str]) -> None:
    told: dict[str, Any] = json.loads(printed(found, capsys, as_json=True)[0], parse_float=Decimal)
    (first, *_) = told["worst"]
    assert date.fromisoformat(first["document_date"]) == date(2025, 11, 25)
    assert first["at_stake"] == Decimal("720.00")
    assert set(told) == {
        *("read", "control_totals", "not_read", "notes", "buckets", "totals", "worst", "passed_over", "changes"),
    }
