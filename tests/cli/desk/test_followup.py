"""`ims desk`: sales, customers, liability, drafts, contacts, messages, alerts and settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.api import Taxpayer, echo
from tests.cli.client.conftest import Done, Ims, profile_of, put, sign_in
from tests.client.conftest import Served, fill

from gst_ims.cli.client.config import default_path
from gst_ims.cli.exits import Exit


def fine(done: Done) -> Done:
    assert done.code == 0, done.err
    return done


@pytest.fixture
def customer(served: Served) -> Taxpayer:
    return served.api.company("27")


@pytest.fixture
def selling(
    ims: Ims, served: Served, customer: Taxpayer, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> Taxpayer:
    """A supplier's desk, where Asha prepares: CN-1 is rejected, INV-3 pending, and both are read."""
    supplier = fill(served.api, customer.gstin)
    put(default_path(), "me", profile_of(supplier, served.address), default=True)
    sign_in(ims, monkeypatch, "me")
    for section, name, number, action in (("b2bcn", "nt_num", "CN-1", "R"), ("b2b", "inum", "INV-3", "P")):
        (record,) = [it for it in customer.records(section) if it[name] == number]
        customer.act(section, echo(record, action, remarks="not ours"))
    monkeypatch.setenv("IMS_DATABASE_URL", database_url)
    monkeypatch.setenv("IMS_PERSON", "Bina")
    fine(ims("desk", "found", supplier.gstin, "--name", "Surat Textiles", "--profile", "me"))
    fine(ims("desk", "person", "Asha", "--email", "asha@example.in"))
    fine(ims("desk", "grant", "Asha", "preparer"))
    monkeypatch.setenv("IMS_PERSON", "Asha")
    done = fine(ims("desk", "sales", "--period", "102025"))
    assert done.err == "Reading 1: 12 documents sold; 12 new.\n"
    return supplier


Told = Callable[..., list[dict[str, object]]]


@pytest.fixture
def told(ims: Ims) -> Told:
    """What a command prints as JSON."""
    return lambda *command: json.loads(fine(ims("desk", *command, "--json")).out)


@pytest.fixture
def contact(ims: Ims, selling: Taxpayer, customer: Taxpayer, tmp_path: Path) -> Path:
    file = tmp_path / "contacts.csv"
    file.write_text(f"gstin,name,email\n{customer.gstin},Pune Stores,a@pune.example.in\n")
    done = fine(ims("desk", "contacts", "import", file, "--as", "Bina"))
    assert done.err == "1 contact taken, 0 rows left out.\n"
    return file


def test_customers_and_their_documents(ims: Ims, selling: Taxpayer, customer: Taxpayer, told: Told) -> None:
    (party,) = told("customers")
    assert {name: party[name] for name in ("party", "rejected", "pending", "tax")} == {
        **{"party": customer.gstin, "rejected": 1, "pending": 1, "tax": 198.72}
    }
    assert {(row["number"], row["kind"], row["remarks"]) for row in told("customers", "--documents")} == {
        ("CN-1", "rejected", "not ours"),
        ("INV-3", "pending", "not ours"),
    }
    done = fine(ims("desk", "customers"))
    assert done.err == "1 to ask, tax 198.72: `ims desk ask customers`.\n"
    assert fine(ims("desk", "suppliers")).err == "There is nobody to ask.\n"


def test_liability_is_told_with_what_is_assumed(ims: Ims, selling: Taxpayer, told: Told) -> None:
    (stake,) = told("liability")
    assert (stake["number"], stake["amount"], stake["decision"]) == ("CN-1", 18.18, "rejected")
    done = fine(ims("desk", "liability"))
    assert done.err.count("came back") == 2 + 1
    assert "Assumed: " in done.err


def test_drafts_are_listed_and_written(ims: Ims, selling: Taxpayer, tmp_path: Path, told: Told) -> None:
    (row,) = told("drafts")
    assert (row["tax"], row["to_zero"]) == (18.18, False)
    listed = fine(ims("desk", "settings", "filed_3b", '"092025"', "--as", "Bina"))
    assert listed.err == "filed_3b is set.\n"
    done = fine(ims("desk", "drafts", "--out", tmp_path / "out", "--to-zero", row["id"]))
    (path,) = (tmp_path / "out").iterdir()
    assert done.err == f"Written: {path}\n"
    assert path.name == f"{selling.gstin}-gstr-1a-102025.json"
    assert json.loads(path.read_bytes())["cdnra"][0]["nt"][0]["val"] == 0


def test_contacts_with_wrong_rows_end_with_refused(ims: Ims, selling: Taxpayer, tmp_path: Path, told: Told) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text("gstin,email\n27,a@b.in\n")
    done = ims("desk", "contacts", "import", file, "--as", "Bina")
    assert done.code == Exit.REFUSED
    assert done.err.splitlines()[0].startswith("Row 2, gstin: GSTIN '27' has 2 characters")
    assert told("contacts", "list") == []
    assert "contacts import FILE" in fine(ims("desk", "contacts", "list")).err


def test_a_preview_prints_the_mail_and_sends_nothing(ims: Ims, contact: Path, told: Told) -> None:
    done = fine(ims("desk", "ask", "customers", "--preview", "--reply-by", "2099-01-31"))
    assert done.out.startswith(
        "To: a@pune.example.in\nSubject: Surat Textiles: please look at 2 of our documents by 31"
    )
    assert "for Surat Textiles" in done.out
    assert told("messages") == []


def test_asking_twice_asks_once(ims: Ims, contact: Path, customer: Taxpayer, told: Told) -> None:
    first = fine(ims("desk", "ask", "customers", customer.gstin))
    assert first.err == f"{customer.gstin}: message 1 about 2 documents.\n"
    assert "asked already" in fine(ims("desk", "ask", "customers")).err
    (message,) = told("messages")
    assert (message["party"], message["state"], message["documents"]) == (customer.gstin, "queued", 2)
    fine(ims("desk", "messages", "--answered", 1))
    assert told("messages")[0]["answered"]


def test_who_has_no_contact_is_named(ims: Ims, selling: Taxpayer, customer: Taxpayer) -> None:
    done = fine(ims("desk", "ask", "customers"))
    assert done.err.splitlines() == [
        f"{customer.gstin}: there is no contact. `ims desk contacts import FILE` takes one.",
        "Nobody is asked.",
    ]


def test_settings_are_listed_set_and_taken_back(ims: Ims, selling: Taxpayer, told: Told) -> None:
    fine(ims("desk", "settings", "schedule", "[7,14]", "--as", "Bina"))
    assert {row["name"]: row["value"] for row in told("settings")}["schedule"] == "[7,14]"
    assert fine(ims("desk", "settings", "schedule", "", "--as", "Bina")).err == "schedule has its default again.\n"
    assert {row["name"]: row["value"] for row in told("settings")}["schedule"] == "[]"


def test_alerts_are_looked_for_and_listed_until_they_are_seen(ims: Ims, selling: Taxpayer, told: Told) -> None:
    fine(ims("desk", "settings", "large_rejection", "1", "--as", "Bina"))
    alerts = told("alerts")
    assert "rejected" in {row["kind"] for row in alerts}
    number = next(row["id"] for row in alerts if row["kind"] == "rejected")
    fine(ims("desk", "alerts", "--seen", number))
    assert number not in {row["id"] for row in told("alerts")}
    assert {row["seen_by"] for row in told("alerts", "--all") if row["id"] == number} == {"Asha"}


@pytest.mark.parametrize(
    ("command", "words", "code"),
    [
        (("sales", "--period", "2025-10"), "isn't six digits", Exit.USAGE),
        (("messages", "--state", "lost"), "use queued, sent or dead", Exit.USAGE),
        (("messages", "--requeue", "9"), "no dead message 9", Exit.REFUSED),
        (("drafts", "--to-zero", "b2b:x"), "no such document is rejected", Exit.REFUSED),
        (("settings", "schedule", "[25]", "--as", "Bina"), "Setting schedule can't be [25]", Exit.REFUSED),
        (("settings", "schedule", "[7]"), "this takes administrator", Exit.REFUSED),
        (("settings", "colour", "red", "--as", "Bina"), "no setting 'colour'", Exit.REFUSED),
        (("ask", "customers", "29"), "GSTIN", Exit.USAGE),
        (("ask", "customers", "--reply-by", "2020-01-01"), "a day after today", Exit.REFUSED),
    ],
)
def test_what_is_wrong_is_said_in_a_line(
    ims: Ims, selling: Taxpayer, command: tuple[str, ...], words: str, code: Exit
) -> None:
    done = ims("desk", *command)
    assert (done.code, words in done.err, done.err.count("\n")) == (code, True, 1), done.err
