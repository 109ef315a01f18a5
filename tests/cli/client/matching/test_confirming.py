"""Which column is which is shown to a person, who says yes, no, or better; what he confirmed isn't asked again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.client.conftest import Ims
from tests.cli.client.matching.conftest import Answering, Files
from tests.desk.match.sides import GUJARAT, booked, books, invoice
from tests.desk.match.sides import ims as told
from tests.desk.register.made import HEADINGS, csv_file

from gst_ims.client.tokens import state_directory
from gst_ims.desk.register import Mappings

ODD = ["GSTIN of supplier", "Invoice number", "Invoice Date", "Basic", "Net", "IGST"]


def kept() -> Path:
    return state_directory() / "mappings.json"


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """A register whose amounts have headings that nobody would guess."""
    return csv_file(tmp_path, [ODD, [GUJARAT, "INV-1", "25-11-2025", "900", "1000", "180"]], "odd.csv")


def given(files: Files, *more: object) -> tuple[object, ...]:
    return ("match", "--ims", files.portal, "--books", files.register, *more)


def test_the_columns_are_shown_and_a_person_says_yes(answering: Answering, files: Files) -> None:
    done = answering("y", *given(files))
    assert done.code == 0
    lines = done.err.splitlines()
    assert lines[0] == "books.csv is read so:"
    assert lines[1].split() == ["field", "column", "sure", "reason"]
    assert lines[2].split()[:5] == ["stin", "GSTIN", "of", "supplier", "95%"]
    assert "Is that right?" in done.err
    assert "Is that right?" not in done.out


def test_what_was_confirmed_is_kept_and_not_asked_again(answering: Answering, ims: Ims, files: Files) -> None:
    answering("y", *given(files))
    (mapping,) = json.loads(kept().read_text()).values()
    assert mapping["headings"] == HEADINGS
    assert {it["confidence"] for it in mapping["proposals"]} == {100}
    done = ims(*given(files))
    assert done.code == 0
    assert "is read so" not in done.err


def test_a_person_may_say_no_and_is_told_how_to_say_it_better(
    answering: Answering, files: Files, tmp_path: Path
) -> None:
    done = answering("n", *given(files, "--out", tmp_path / "result.xlsx"))
    assert (done.code, done.out.strip()) == (1, "")
    assert done.err.endswith("Say which column is which, such as --column 'taxable=Basic Amount'.\n")
    assert not (tmp_path / "result.xlsx").exists()
    assert not kept().exists()


def test_a_script_has_to_say_yes(ims: Ims, files: Files) -> None:
    done = ims(*given(files))
    assert (done.code, done.out) == (2, "")
    assert "Nobody has confirmed these columns: give --yes where they are right." in done.err


def test_with_yes_nobody_is_asked_and_nothing_is_kept(ims: Ims, files: Files) -> None:
    done = ims(*given(files, "--yes"))
    assert done.code == 0
    assert "books.csv is read so:" in done.err
    assert not kept().exists()


def test_what_was_confirmed_is_not_kept_where_matching_fails(answering: Answering, files: Files) -> None:
    files.portal.write_text("{}")
    assert answering("y", *given(files)).code == 2
    assert not kept().exists()


def test_registers_of_one_shape_are_asked_about_once(answering: Answering, files: Files, tmp_path: Path) -> None:
    other = books(tmp_path, booked("INV-9"), name="other.csv")
    done = answering("y", *given(files, "--books", other))
    assert done.err.count("is read so:") == 1
    assert "The books: 4 documents" in done.err


def test_a_column_may_be_named_by_its_heading(ims: Ims, odd: Path, files: Files) -> None:
    done = ims("match", "--ims", files.portal, "--books", odd, "--yes", "--json", "--column", "taxable=Net")
    assert done.code == 0
    matched = [it for it in json.loads(done.out)["buckets"] if it["bucket"] == "matched"]
    assert [it["taxable"] for it in matched] == [1000, 1000]
    assert "You said so." in done.err


def test_a_column_may_be_named_by_its_letter(ims: Ims, odd: Path, files: Files) -> None:
    done = ims("match", "--ims", files.portal, "--books", odd, "--yes", "--json", "--column", "taxable=E")
    assert json.loads(done.out)["totals"][1]["taxable"] == 1000


def test_several_columns_are_added_up(ims: Ims, odd: Path, files: Files) -> None:
    done = ims("match", "--ims", files.portal, "--books", odd, "--yes", "--json", "--column", "taxable=Net + Basic")
    assert json.loads(done.out)["totals"][1]["taxable"] == 1900


def test_a_field_may_have_no_column(ims: Ims, files: Files) -> None:
    done = ims(*given(files, "--yes", "--json", "--column", "value="))
    assert "value  " not in done.err
    assert json.loads(done.out)["totals"][1]["documents"] == 3


def test_what_a_person_named_and_confirmed_is_kept(answering: Answering, ims: Ims, odd: Path, files: Files) -> None:
    answering("y", "match", "--ims", files.portal, "--books", odd, "--column", "taxable=Net")
    (mapping,) = json.loads(kept().read_text()).values()
    (taxable,) = [it for it in mapping["proposals"] if it["field"] == "taxable"]
    assert taxable["columns"] == [4]
    done = ims("match", "--ims", files.portal, "--books", odd, "--json")
    assert json.loads(done.out)["totals"][1]["taxable"] == 1000


def test_what_is_named_anew_is_asked_about_anew(answering: Answering, ims: Ims, odd: Path, files: Files) -> None:
    arguments = ("match", "--ims", files.portal, "--books", odd, "--column")
    answering("y", *arguments, "taxable=Net")
    assert "Nobody has confirmed" in ims(*arguments, "taxable=Basic").err
    assert ims(*arguments, "taxable=Net").code == 0


def test_a_column_needs_to_be_in_one_of_the_registers_only(ims: Ims, odd: Path, files: Files) -> None:
    done = ims(*given(files, "--books", odd, "--yes", "--column", "taxable=Net"))
    assert done.code == 0
    assert "The books: 4 documents" in done.err


WRONG = {
    "a column that there isn't": ("taxable=Nett", "No register has a column 'Nett': there are GSTIN of supplier, Inv"),
    "a field that there isn't": ("turnover=Net", "Column 'turnover=Net' isn't FIELD=HEADING, with one of these fields"),
    "no field": ("Net", "Column 'Net' isn't FIELD=HEADING"),
}


@pytest.mark.parametrize(("said", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_column_that_cannot_be_is_refused(said: str, says: str, ims: Ims, files: Files) -> None:
    done = ims(*given(files, "--yes", "--column", said))
    assert (done.code, done.out) == (2, "")
    assert says in done.err


def test_mappings_that_are_spoilt_are_said(ims: Ims, files: Files) -> None:
    kept().parent.mkdir(parents=True)
    kept().write_text("{")
    done = ims(*given(files, "--yes"))
    assert (done.code, done.out) == (2, "")
    assert "can't be read as mappings" in done.err
    assert kept().read_text() == "{"


def test_what_is_kept_for_another_shape_plays_no_part(ims: Ims, odd: Path, files: Files, tmp_path: Path) -> None:
    kept().parent.mkdir(parents=True)
    Mappings(kept())
    assert "Nobody has confirmed" in ims("match", "--ims", files.portal, "--books", odd, "--column", "taxable=Net").err


def test_headings_cannot_steer_the_terminal(ims: Ims, tmp_path: Path) -> None:
    headings = [*HEADINGS, "Note\x1b[2J"]
    register = csv_file(tmp_path, [headings, [*booked("INV-1"), "x"]], "b.csv")
    done = ims("match", "--ims", portal(tmp_path), "--books", register, "--yes")
    assert done.code == 0
    assert "\x1b" not in done.err


def portal(folder: Path) -> Path:
    return told(folder, invoice("INV-1"))
