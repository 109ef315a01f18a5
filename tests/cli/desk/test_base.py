"""`ims desk`: founding, people, readings, books, matching, links, the worker."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.api import Taxpayer
from tests.cli.client.conftest import Done, Ims

from gst_ims.cli.exits import Exit
from gst_ims.database.connection import connect
from gst_ims.desk.jobs import defer


def fine(done: Done) -> Done:
    assert done.code == 0, done.err
    return done


@pytest.fixture
def books(desk: Taxpayer, ims: Ims, tmp_path: Path) -> Path:
    """A register of five of the seven invoices, one of them with another amount, and one row that can't be read."""
    fine(ims("desk", "sync"))
    seller = json.loads(fine(ims("desk", "changes", "--json")).out)[0]["supplier"]
    lines = ["Supplier GSTIN,Invoice No,Invoice Date,Taxable Value,IGST"]
    lines += [
        f"{seller},INV-{n},2025-10-05,{1000 + n + (100 if n == 4 else 0)}.00,{(1000 + n) * 0.18:.2f}" for n in range(5)
    ]
    path = tmp_path / "books.csv"
    path.write_text("\n".join([*lines, f"{seller},INV-9,2025-10-05,a lot,18.00"]))
    return path


def test_people_and_their_duties_are_listed(desk: Taxpayer, ims: Ims) -> None:
    told = json.loads(fine(ims("desk", "people", "--json")).out)
    assert {(row["person"], row["role"]) for row in told} == {
        ("Asha", "preparer"),
        ("Bina", "administrator"),
        ("Chetan", "approver"),
    }


def test_a_duty_is_taken(desk: Taxpayer, ims: Ims) -> None:
    assert "Chetan is no longer approver" in fine(ims("desk", "revoke", "Chetan", "approver", "--as", "Bina")).err
    assert "'Chetan' has no duty" in ims("desk", "sync", "--as", "Chetan").err


@pytest.mark.parametrize(
    ("command", "words", "code"),
    [
        (("grant", "Asha", "king", "--as", "Bina"), "no role 'king': use one of viewer", Exit.USAGE),
        (("grant", "Asha", "approver"), "Asha is preparer", Exit.REFUSED),
        (("sync", "--as", "Nobody"), "'Nobody' has no duty", Exit.REFUSED),
        (("sync", "--gstin", "29AAXCT0004K1ZQ"), "nothing to do with 29AAXCT0004K1ZQ", Exit.REFUSED),
        (("sync", "--gstin", "29"), "GSTIN", Exit.USAGE),
        (("sync", "--as", "Chetan"), "this takes preparer", Exit.REFUSED),
        (("changes",), "`ims desk sync` makes one", Exit.REFUSED),
        (("unlink", "3"), "no link 3", Exit.REFUSED),
        (("books", "drop", "tally"), "no register 'tally'", Exit.REFUSED),
        (("found", "29AAXCT0004K1ZQ", "--name", " ", "--profile", "me"), "give both", Exit.REFUSED),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    desk: Taxpayer, ims: Ims, command: tuple[str, ...], words: str, code: Exit
) -> None:
    done = ims("desk", *command)
    assert (done.code, words in done.err, done.err.count("\n")) == (code, True, 1), done.err


def test_a_profile_of_somebody_else_is_not_used(desk: Taxpayer, ims: Ims) -> None:
    fine(ims("desk", "found", "29AAXCT0004K1ZQ", "--name", "Malabar", "--profile", "me", "--as", "Dev"))
    fine(ims("desk", "grant", "Dev", "preparer", "--as", "Dev", "-g", "29AAXCT0004K1ZQ"))
    done = ims("desk", "sync", "--as", "Dev")
    assert (done.code, "Profile 'me' is" in done.err) == (Exit.USAGE, True)


def test_who_sees_several_says_which(desk: Taxpayer, ims: Ims) -> None:
    fine(ims("desk", "found", "29AAXCT0004K1ZQ", "--name", "Malabar", "--profile", "other", "--as", "Bina"))
    done = ims("desk", "changes", "--as", "Bina")
    assert (done.code, "Say which taxpayer" in done.err) == (Exit.USAGE, True)


def test_readings_say_what_changed(desk: Taxpayer, ims: Ims) -> None:
    assert fine(ims("desk", "sync")).err == "Reading 1: 12 records; 12 new.\n"
    assert fine(ims("desk", "sync")).err == "Reading 2: 12 records; nothing has changed.\n"
    assert fine(ims("desk", "changes")).err == "Nothing has changed.\n"
    told = json.loads(fine(ims("desk", "changes", "--sync", "1", "--json")).out)
    assert len(told) == 12
    assert {(row["number"], row["became"], row["tax"]) for row in told if row["number"] == "INV-0"} == {
        ("INV-0", "new", 180.0)
    }


def test_books_are_shown_before_they_are_taken(desk: Taxpayer, ims: Ims, books: Path) -> None:
    done = ims("desk", "books", "add", books, "--label", "tally")
    assert (done.code, "give --yes" in done.err, "Taxable Value" in done.err) == (Exit.USAGE, True, True)
    assert "no books yet" in fine(ims("desk", "books", "list")).err


def test_a_column_and_the_order_of_dates_can_be_said(desk: Taxpayer, ims: Ims, books: Path) -> None:
    add = ("desk", "books", "add", books, "--label", "tally")
    told = ims(*add, "--column", "taxable=Taxable Value", "--dates", "month").err
    assert "You said so." in told
    wrong = ims(*add, "--yes", "--column", "taxable=Nothing")
    assert (wrong.code, "No register has a column 'Nothing'" in wrong.err) == (Exit.USAGE, True)
    assert ims(*add, "--yes", "--dates", "year").code == Exit.USAGE


def test_books_are_kept_and_listed_with_what_is_to_be_looked_at(desk: Taxpayer, ims: Ims, books: Path) -> None:
    done = fine(ims("desk", "books", "add", books, "--label", "tally", "--yes"))
    assert done.err.splitlines()[-2:] == [
        "Register 1 (tally): 5 documents; 5 new, 0 changed, 0 gone.",
        "1 row to look at: `ims desk books problems 1`.",
    ]
    (row,) = json.loads(fine(ims("desk", "books", "list", "--json")).out)
    assert (row["label"], row["documents"], row["taxable"], row["files"]) == ("tally", 5, 5110.0, "books.csv")
    (problem,) = json.loads(fine(ims("desk", "books", "problems", 1, "--json")).out)
    assert (problem["row"], problem["kind"]) == (7, "rejected")
    assert "5 documents of tally dropped" in fine(ims("desk", "books", "drop", "tally")).err


def test_matching_tells_its_buckets(desk: Taxpayer, ims: Ims, books: Path) -> None:
    fine(ims("desk", "books", "add", books, "--label", "tally", "--yes"))
    done = fine(ims("desk", "match"))
    rows = {tuple(line.rsplit(None, 1)[0].split(None, 1)): int(line.split()[-1]) for line in done.out.splitlines()[1:]}
    assert rows[("portal", "matched")] == rows[("books", "matched")] == 4
    assert rows[("portal", "mismatch")] == 1
    assert done.err == "Matching 1: 17 findings changed.\n"
    assert fine(ims("desk", "match")).err == "Matching 2: 0 findings changed.\n"


def test_a_link_is_made_and_taken_back(desk: Taxpayer, ims: Ims, books: Path) -> None:
    fine(ims("desk", "books", "add", books, "--label", "tally", "--yes"))
    fine(ims("desk", "match"))
    seller = json.loads(fine(ims("desk", "changes", "--sync", 1, "--json")).out)[0]["supplier"]
    record, book = f"b2b:{seller}:INV-6:102025", f"tally:b2b:{seller}:INV-4:2025-10-05"
    assert fine(ims("desk", "link", "--portal", record, "--books", book, "--why", "advance")).err.startswith("Link 1;")
    assert "findings changed" in fine(ims("desk", "match")).err
    assert "Link 1 is taken back" in fine(ims("desk", "unlink", 1)).err


def test_the_worker_does_what_is_queued(desk: Taxpayer, ims: Ims, database_url: str) -> None:
    with connect(database_url) as db:
        defer(db, "desk:sync", desk.gstin, person="Asha")
    fine(ims("desk", "worker", "--once"))
    assert len(json.loads(fine(ims("desk", "changes", "--json")).out)) == 12


def test_a_desk_without_any_server_starts_its_own(ims: Ims, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But only where one is founded: elsewhere the directory is a slip, and is left as it was."""
    monkeypatch.delenv("IMS_DATABASE_URL", raising=False)
    data = tmp_path / "data"
    at = ("--data-dir", data, "--as", "Bina")
    for command in (("people",), ("password", "Bina", "--password-stdin"), ("books", "list"), ("worker", "--once")):
        refused = ims("desk", *command, *at[: 2 if command[0] == "worker" else 4])
        assert (refused.code, f"There is no database in {data}" in refused.err) == (1, True)
    assert not data.exists()
    made = fine(ims("desk", "found", "29AAXCT0004K1ZQ", "--name", "Malabar", "--profile", "me", *at))
    assert f"Making a new database in {data}" in made.err
    (row,) = json.loads(fine(ims("desk", "people", "--json", *at)).out)
    assert (row["person"], row["gstin"]) == ("Bina", "29AAXCT0004K1ZQ")
