"""`ims desk report` and `ims desk decide --from`: a workbook out, decisions in."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from tests.api import Taxpayer
from tests.cli.client.conftest import Done, Ims
from tests.desk.report.excel import rewritten, table, write

from gst_ims.cli.exits import Exit


def fine(done: Done) -> Done:
    assert done.code == 0, done.err
    return done


@pytest.fixture
def path(desk: Taxpayer, ims: Ims, tmp_path: Path) -> Path:
    """The report of what was read."""
    fine(ims("desk", "sync"))
    made = tmp_path / "october.xlsx"
    fine(ims("desk", "report", "--out", made))
    return made


def test_a_report_says_what_is_in_it(desk: Taxpayer, ims: Ims, tmp_path: Path) -> None:
    fine(ims("desk", "sync"))
    for name in ("october.xlsx", "october.json"):
        done = fine(ims("desk", "report", "--out", tmp_path / name, "--period", "102025"))
        assert done.err == (
            f"{tmp_path / name}: 12 records to decide, 0 matched pairs, 0 missing in books, 0 missing in portal.\n"
        )
    told = json.loads((tmp_path / "october.json").read_bytes(), parse_float=Decimal)
    assert sum(row["tax"] for row in told["sections"]) == sum(row["tax"] for row in told["worklist"]) > 0
    assert {row["Number"] for row in table(tmp_path / "october.xlsx", "Worklist")} == {
        row["number"] for row in told["worklist"]
    }


@pytest.mark.parametrize(
    ("options", "words", "code"),
    [
        (("--out", "october.pdf"), "october.pdf is none of .xlsx, .json", Exit.USAGE),
        (("--out", "october.xlsx", "--period", "Oct"), "Period 'Oct' isn't six digits", Exit.USAGE),
        (("--out", "nowhere/october.xlsx"), "can't be written", Exit.USAGE),
        (("--out", "october.xlsx", "--as", "Nobody"), "'Nobody' has no duty", Exit.REFUSED),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    desk: Taxpayer,
    ims: Ims,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    words: str,
    code: Exit,
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ims("desk", "report", *options)
    assert (done.code, words in done.err, done.err.count("\n")) == (code, True, 1), done.err


def test_a_file_that_is_there_stays(ims: Ims, path: Path) -> None:
    before = path.read_bytes()
    done = ims("desk", "report", "--out", path)
    assert (done.code, "is there already" in done.err, path.read_bytes() == before) == (Exit.USAGE, True, True)


def test_decisions_come_back_from_the_workbook(ims: Ims, path: Path) -> None:
    edited = rewritten(path, write("INV-0", Decision="Accept"), write("INV-1", Decision="Reject"))
    done = ims("desk", "decide", "--from", edited)
    assert (done.code, "give --yes" in done.err) == (Exit.USAGE, True)
    assert json.loads(fine(ims("desk", "list", "--state", "prepared", "--json")).out) == []
    done = fine(ims("desk", "decide", "--from", edited, "--dry-run"))
    assert done.err.splitlines() == [
        "2 records would be decided about; 0 of them anew.",
        "Credit: 360.18 before, 180.00 after.",
    ]
    assert (
        "2 records decided about.\n" in fine(ims("desk", "decide", "--from", edited, "--yes", "--why", "October")).err
    )
    rows = json.loads(fine(ims("desk", "list", "--state", "prepared", "--json")).out)
    assert {(row["record"].split(":")[2], row["decided"], row["why"]) for row in rows} == {
        ("INV-0", "A", "October"),
        ("INV-1", "R", "October"),
    }
    again = fine(ims("desk", "decide", "--from", edited, "--yes"))
    assert "2 rows of what stands already." in again.err


def test_wrong_rows_are_named_and_nothing_is_decided_unless_they_are_left_out(ims: Ims, path: Path) -> None:
    edited = rewritten(path, write("INV-0", Decision="Accept"), write("INV-1", Decision="Perhaps"))
    done = ims("desk", "decide", "--from", edited, "--yes")
    assert (done.code, "Worklist" in done.out, "'Perhaps' isn't" in done.out) == (Exit.REFUSED, True, True)
    assert "Nothing is decided: correct the rows above" in done.err
    done = ims("desk", "decide", "--from", edited, "--yes", "--skip-wrong")
    assert (done.code, "1 record decided about." in done.err) == (Exit.REFUSED, True)


def test_the_workbook_alone_says_what_is_decided(ims: Ims, path: Path) -> None:
    done = ims("desk", "decide", "accept", "--from", path)
    assert (done.code, "leave out action" in done.err) == (Exit.USAGE, True)
    done = ims("desk", "decide", "--from", path.with_name("none.xlsx"))
    assert done.code == Exit.USAGE
