"""Every command at one desk: what it prints in each form, who may give it, and what it says of what is wrong."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.cli.client.conftest import Done, Ims
from tests.cli.desk.conftest import STAFF, Seat
from typer.main import get_command

from gst_ims.cli.exits import Exit
from gst_ims.cli.main import app

NOBODY = "Devi"
#: Commands that print rows: as they are given, how many rows there are (None: some), and whether words follow.
LISTS: dict[str, tuple[tuple[object, ...], int | None]] = {
    "people": (("people",), 4),
    "changes": (("changes", "--sync", 1), 12),
    "books list": (("books", "list"), 1),
    "books problems": (("books", "problems", 1), 1),
    "list": (("list",), None),
    "list of a state": (("list", "--state", "waiting"), 1),
    "list by deadline": (("list", "--order", "deadline", "--status", "no_action_taken"), None),
    "list of nothing": (("list", "--text", "no such thing"), 0),
    "pushes": (("pushes",), 1),
    "pushes of one": (("pushes", 1), 0),
    "suppliers": (("suppliers",), None),
    "documents of suppliers": (("suppliers", "--documents"), None),
    "customers": (("customers",), 0),
    "liability": (("liability",), 0),
    "drafts": (("drafts",), 0),
    "contacts list": (("contacts", "list"), 1),
    "messages": (("messages",), 1),
    "alerts": (("alerts", "--all"), 0),
    "settings": (("settings",), None),
    "policy show": (("policy", "show"), 1),
    "policy lists show": (("policy", "lists", "show"), 1),
    "policy lists show of one": (("policy", "lists", "show", "trusted"), 1),
}
#: Commands that change something or are a duty's, with the duties that let one give them.
DUTIES: dict[str, tuple[tuple[object, ...], set[str]]] = {
    "person": (("person", "Eka"), {"administrator"}),
    "grant": (("grant", "Vera", "viewer"), {"administrator"}),
    "revoke": (("revoke", "Vera", "approver"), {"administrator"}),
    "sync": (("sync",), {"preparer"}),
    "books add": (("books", "add", "@books", "--label", "x", "--yes"), {"preparer"}),
    "books drop": (("books", "drop", "no such"), {"preparer"}),
    "match": (("match",), {"preparer"}),
    "link": (("link", "--portal", "@INV-6", "--books", "x"), {"preparer"}),
    "unlink": (("unlink", 99), {"preparer"}),
    "decide": (("decide", "accept", "@INV-5"), {"preparer"}),
    "undo": (("undo", 99), {"preparer"}),
    "approve": (("approve", 99), {"approver"}),
    "return": (("return", 99, "--why", "No."), {"approver"}),
    "push": (("push", "--queue"), {"preparer"}),
    "sales": (("sales",), {"preparer"}),
    "ask": (("ask", "suppliers"), {"preparer"}),
    "policy put": (("policy", "put", "@policy"), {"preparer", "approver"}),
    "policy propose": (("policy", "propose"), {"preparer"}),
}
ROLES = {"Bina": "administrator", **{name: str(role) for name, role in STAFF.items()}}


def readable(it: object) -> str:
    return " ".join(map(str, it))[:40] if isinstance(it, tuple) else str(it)[:20]


def fine(done: Done) -> Done:
    assert done.code == 0, done.err
    return done


def rows_of(text: str) -> tuple[list[str], list[dict[str, str]]]:
    """The names of the columns of CSV, and its rows."""
    lines = list(csv.reader(io.StringIO(text, newline="")))
    return lines[0], [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def same(text: str, value: Any) -> bool:
    """Whether a cell of CSV has a value of JSON."""
    match value:
        case None:
            return text == ""
        case bool():
            return text == str(value).lower()
        case Decimal() | int():
            return Decimal(text) == value
        case _:
            return text.removeprefix("'") == value


@pytest.mark.parametrize("name", LISTS)
def test_json_csv_and_the_table_have_the_same_rows(seat: Seat, ims: Ims, name: str) -> None:
    command, count = LISTS[name]
    # Whoever sees the taxpayer sees it all; what is to be filed is drafted by who prepares.
    at = seat.at("Asha" if name == "drafts" else "Vera")
    done = fine(ims("desk", *command, "--json", *at))
    told = json.loads(done.out, parse_float=Decimal)
    assert isinstance(told, list)
    assert count in (None, len(told))
    assert count is not None or told
    names, rows = rows_of(fine(ims("desk", *command, "--csv", *at)).out)
    assert len(rows) == len(told)
    for row, value in zip(rows, told, strict=True):
        assert list(value) == names
        assert all(same(row[column], value[column]) for column in names), (row, value)
    table = fine(ims("desk", *command, *at))
    if told:
        assert len(table.out.splitlines()) >= len(told) + 1
        assert all(len(line) <= 80 for line in table.out.splitlines())
    else:
        assert table.out == ""
        assert table.err.endswith((".\n", "`.\n"))
    # Data on stdout, words on stderr: those of a program are only words.
    assert "Traceback" not in done.err


def test_no_cell_of_csv_is_a_formula_to_a_spreadsheet(seat: Seat, ims: Ims) -> None:
    waiting = ("desk", "list", "--state", "waiting")
    _, (row,) = rows_of(fine(ims(*waiting, "--csv", *seat.at("Vera"))).out)
    assert row["why"] == "'=not ours"
    (told,) = json.loads(fine(ims(*waiting, "--json", *seat.at("Vera"))).out)
    assert told["why"] == "=not ours"


def test_amounts_are_rupees_and_dates_days_in_every_form(seat: Seat, ims: Ims) -> None:
    one = ("desk", "list", "--text", "INV-6")
    (told,) = json.loads(fine(ims(*one, "--json", *seat.at("Vera"))).out, parse_float=Decimal)
    assert (told["tax"], told["value"]) == (Decimal("181.08"), Decimal("1187.08"))
    assert date.fromisoformat(told["date"]) == date(2025, 10, 5)
    assert told["record"] == seat.names["INV-6"]
    out = fine(ims(*one, *seat.at("Vera"))).out
    assert {"181.08", "Tax", "Record"} < set(out.split())


@pytest.mark.parametrize("limit", [1, 3, 9])
def test_a_list_that_is_cut_off_says_how_to_see_more(seat: Seat, ims: Ims, limit: int) -> None:
    wanted = ("desk", "list", "--status", "no_action_taken", "--json")
    whole = json.loads(fine(ims(*wanted, "--limit", 50, *seat.at("Vera"))).out)
    cut = fine(ims(*wanted, "--limit", limit, *seat.at("Vera")))
    assert json.loads(cut.out) == whole[:limit]
    more = f"There is more: --limit {limit * 2} shows it.\n" if len(whole) > limit else ""
    assert cut.err == more


LACKING = [
    (name, person)
    for name, (_, takes) in DUTIES.items()
    for person in (*ROLES, NOBODY)
    if ROLES.get(person) not in takes
]


@pytest.mark.parametrize(("name", "person"), LACKING)
def test_whoever_has_not_the_duty_is_told_so_in_a_line_and_nothing_changes(
    seat: Seat, ims: Ims, name: str, person: str, tmp_path: Path
) -> None:
    command, takes = DUTIES[name]
    before = seat.counted()
    files = {"@books": tmp_path / "books.csv", "@policy": tmp_path / "policy.toml"}
    files["@books"].write_text(
        f"Supplier GSTIN,Invoice No,Invoice Date,Taxable Value,IGST\n{seat.supplier},X,2025-10-05,1,0.18\n"
    )
    files["@policy"].write_text('name = "other"\n\n[[rule]]\nname = "all"\nwhen = "tax < 2"\naction = "accept"\n')
    given = [files.get(str(it), seat.names.get(str(it).removeprefix("@"), it)) for it in command]
    done = ims("desk", *given, *seat.at(person))
    assert (done.code, done.out) == (Exit.REFUSED, ""), done.err
    assert done.err.count("\n") == 1
    if person == NOBODY:
        assert "'Devi' has no duty at this desk" in done.err
    else:
        assert any(f"this takes {duty}" in done.err for duty in takes) or "administers no desk" in done.err
    assert seat.counted() == before


@pytest.mark.parametrize("name", LISTS)
def test_nobody_else_sees_anything(seat: Seat, ims: Ims, name: str) -> None:
    done = ims("desk", *LISTS[name][0], "--json", *seat.at(NOBODY))
    assert (done.code, done.out, done.err) == (
        Exit.REFUSED,
        "",
        "ims: 'Devi' has no duty at this desk: an administrator of a taxpayer gives one.\n",
    )


WRONG: list[tuple[tuple[object, ...], str]] = [
    (("list", "--state", "done"), "There is no state 'done': use one of todo, waiting, ready,"),
    (("list", "--order", "name"), "There is no order 'name': use rupees or deadline."),
    (("list", "--section", "B2C"), "Section 'B2C' doesn't exist"),
    (("list", "--status", "maybe"), "maybe"),
    (("list", "--limit", "0"), "Invalid value for '--limit'"),
    (("list", "--limit", "many"), "Invalid value for '--limit'"),
    (("list", "-g", "27AAXCT0001K1Z"), "GSTIN '27AAXCT0001K1Z' has 14 characters"),
    (("show", "b2b"), "isn't named section:supplier:number:period"),
    (("show", "b2b:X:1:102025"), "X"),
    (("show", "b2b:24AAXCT0003K1ZA:1:2025"), "2025"),
    (("decide",), "Say which records"),
    (("decide", "accept"), "Say which records"),
    (("decide", "accept", "@INV-6", "--state", "todo"), "One of these."),
    (("decide", "sell", "@INV-6"), "There is no action 'sell': use one of accept, reject, pending, reset."),
    (("decide", "accept", "@CN-1", "--reduce", "half"), "isn't full, none, or amounts"),
    (("decide", "accept", "@CN-1", "--reduce", "igst=much"), "much"),
    (("decide", "--from", "nothing.xlsx"), "nothing.xlsx"),
    (("approve",), "Say which decisions: by their numbers, or --all."),
    (("approve", "1", "--all"), "One of these."),
    (("approve", "first"), "Invalid value for '[NUMBER]...'"),
    (("undo",), "NUMBER"),
    (("return", "1"), "--why"),
    (("grant", "Asha", "king"), "There is no role 'king': use one of viewer, preparer, approver, administrator."),
    (("changes", "--sync", "-1"), "Invalid value for '--sync'"),
    (("books", "add", "nothing.csv", "--label", "x"), "nothing.csv"),
    (("books", "problems", "0"), "Invalid value for"),
    (("messages", "--state", "lost"), "There is no state 'lost': use queued, sent or dead."),
    (("ask", "everybody"), "everybody"),
    (("ask", "suppliers", "27"), "GSTIN '27' has 2 characters"),
    (("ask", "suppliers", "--reply-by", "soon"), "soon"),
    (("promise", "2025"), "write MMYYYY"),
    (("sales", "--period", "132025"), "Month 13 doesn't exist"),
    (("drafts", "--into", "Q3"), "Q3"),
    (("report", "--out", "report.pdf"), "report.pdf is none of .xlsx, .json"),
    (("report", "--out", "report.json", "--period", "2025"), "2025"),
    (("policy", "show", "house", "--version", "7"), "There is no house v7"),
    (("policy", "check", "nothing.toml"), "nothing.toml"),
    (("found", "29", "--name", "x", "--profile", "me"), "GSTIN '29' has 2 characters"),
    (("nothing",), "nothing"),
    (("list", "--colour", "red"), "--colour"),
]


@pytest.mark.parametrize(("command", "words"), WRONG, ids=readable)
def test_a_wrong_command_line_is_said_clearly_with_code_2_and_changes_nothing(
    seat: Seat, ims: Ims, command: tuple[object, ...], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    # The widths of frames cut no word off.
    monkeypatch.setenv("COLUMNS", "300")
    before = seat.counted()
    given = [seat.names.get(str(it).removeprefix("@"), it) for it in command]
    options = seat.at("Asha") if command[:2] != ("policy", "check") and command != ("nothing",) else ()
    done = ims("desk", *given, *options)
    assert (done.code, done.out) == (Exit.USAGE, ""), done.err
    assert words in done.err
    if done.err.startswith("ims: "):
        assert done.err.count("\n") == 1
    assert "Traceback" not in done.err
    assert seat.counted() == before
    assert list(tmp_path.glob("*")) == [tmp_path / "home"] or list(tmp_path.glob("*")) == []


HEAD = "Supplier GSTIN,Invoice No,Invoice Date,Taxable Value,IGST,Branch GSTIN"
BOOKS: list[tuple[str, str, str]] = [
    ("a:b", "@supplier,X,2025-10-05,1,0.18,@mine", "'a:b' can't be a register's label"),
    (" ", "@supplier,X,2025-10-05,1,0.18,@mine", "' ' can't be a register's label"),
    (
        "x",
        "@supplier,X,2025-10-05,1,0.18,29AAXCT0004K1ZZ",
        "No document in books.csv is @mine's: look whose register it is.",
    ),
    ("x", "@supplier,X,2025-10-05,,,@mine", "No document in books.csv is @mine's"),
    ("x", "", "isn't a purchase register"),
]


@pytest.mark.parametrize(("label", "row", "words"), BOOKS, ids=readable)
def test_a_register_that_cannot_be_kept_is_a_wrong_file_and_nothing_is_kept(
    seat: Seat, ims: Ims, label: str, row: str, words: str, tmp_path: Path
) -> None:
    def told(text: str) -> str:
        return text.replace("@supplier", seat.supplier).replace("@mine", seat.gstin)

    before = seat.counted()
    path = tmp_path / "books.csv"
    path.write_text(f"{HEAD if row else 'Dear Sir'}\n{told(row)}\n")
    done = ims("desk", "books", "add", path, "--label", label, "--yes", *seat.at("Asha"))
    assert (done.code, done.out) == (Exit.USAGE, ""), done.err
    *shown, last = done.err.splitlines()
    assert last.startswith("ims: ")
    assert told(words) in last
    # How its columns were taken is shown before.
    assert all(not line.startswith("ims:") for line in shown)
    assert seat.counted() == before


REFUSED: list[tuple[tuple[object, ...], str]] = [
    (("show", "b2b:24AAXCT0003K1ZA:NIL:102025"), "has, and had, no record"),
    (("undo", "99"), "has no decision 99: nothing was changed."),
    (("undo", "1"), "It is with the portal, or was: it can't be changed any more."),
    (("pushes", "9"), "no push 9"),
    (("unlink", "9"), "no link 9"),
    (("books", "drop", "zoho"), "There is no register 'zoho'"),
    (("changes", "--sync", "9"), "9"),
    (("decide", "reset", "@INV-6"), "There is no action to take back."),
    (("decide", "accept", "@INV-1"), "1 record to be decided about; 1 of them anew."),
    (("comment", "@INV-6", " "), "Say something: in a few words."),
    (("messages", "--answered", "99"), "99"),
    (("policy", "lists", "show", "unknown"), "no vendor list 'unknown'"),
    (("list", "-g", "29AAXCT0004K1ZQ"), "Asha has nothing to do with 29AAXCT0004K1ZQ"),
]


@pytest.mark.parametrize(("command", "words"), REFUSED, ids=readable)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    seat: Seat, ims: Ims, command: tuple[object, ...], words: str
) -> None:
    before = seat.counted()
    given = [seat.names.get(str(it).removeprefix("@"), it) for it in command]
    done = ims("desk", *given, *seat.at("Asha"))
    assert done.code in (Exit.REFUSED, Exit.USAGE)
    assert (done.out, words in done.err) == ("", True), done.err
    assert seat.counted() == before


def test_one_record_is_told_as_json_as_a_person_reads_it(seat: Seat, ims: Ims) -> None:
    show = ("desk", "show", seat.names["INV-1"])
    told = json.loads(fine(ims(*show, "--json", *seat.at("Vera"))).out, parse_float=Decimal)
    assert (told["record"], told["stands"]) == (seat.names["INV-1"], True)
    assert [(it["state"], it["action"], it["person"], it["why"]) for it in told["decisions"]] == [
        ("prepared", "R", "Asha", "=not ours")
    ]
    assert [(it["person"], it["text"]) for it in told["comments"]] == [("Vera", "Where is it?")]
    assert [(it["person"], it["what"]) for it in told["trail"]] == [("Asha", "prepared"), ("Vera", "commented")]
    assert [it["number"] for it in told["books"]] == ["INV-1"]
    assert told["finding"]["bucket"] == "matched"
    out = fine(ims(*show, *seat.at("Vera"))).out
    assert out.splitlines()[0].startswith(seat.names["INV-1"])
    for words in ("of 05-10-2025", "taxable 1,001.00", "by Asha, prepared. =not ours", "Vera commented"):
        assert words in out


def test_a_dry_run_says_the_effect_and_decides_nothing(seat: Seat, ims: Ims) -> None:
    before = seat.counted()
    done = fine(ims("desk", "decide", "reject", seat.names["CN-1"], "--dry-run", *seat.at("Asha")))
    assert done.err.splitlines() == [
        "1 record would be decided about; 0 of them anew.",
        "Credit: -18.18 before, 0.00 after.",
        "Suppliers owe: 0.00 before, 18.18 after.",
    ]
    assert (done.out, seat.counted()) == ("", before)


def test_every_command_of_the_desk_is_among_these_tests_or_has_its_own() -> None:
    """A command that is added is to be added here."""
    tested = {" ".join(map(str, command[:3])) for command, _ in (*LISTS.values(), *DUTIES.values())}
    tested |= {" ".join(map(str, command[:3])) for command, _ in (*WRONG, *REFUSED)}
    # They change people's ways in, run for ever, or have files of tests of their own.
    elsewhere = {"password", "totp", "worker", "contacts import", "policy approve", "policy try", "policy use"}
    elsewhere |= {"policy starter", "policy lists put", "policy lists drop"}

    def names(command: Any, before: str = "") -> set[str]:
        within = getattr(command, "commands", None)
        if within is None:
            return {before.strip()}
        return {found for name, it in within.items() for found in names(it, f"{before} {name}")}

    whole: Any = get_command(app)
    every = names(whole.commands["desk"])
    assert {name for name in every if not any(f"{it} ".startswith(f"{name} ") for it in tested)} == elsewhere
