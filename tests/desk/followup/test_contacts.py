"""Contacts from files and one by one: rows that are wrong are left out and told, and secrets stay secret."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from tests.api import MYSURU, PUNE, SURAT
from tests.desk.followup.conftest import HOUSE, SECRET

from gst_ims.connect.errors import Unreadable
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.followup.contacts import Contact, Problem, contacts, import_contacts, keep, known, remove
from gst_ims.desk.people.service import Person

HEADING = "gstin,name,email,webhook,secret"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contacts.csv"


def test_contacts_come_from_csv(desk: Desk, house: Gstin, eka: Person, file: Path) -> None:
    hook = "https://surat.example.in/ims"
    file.write_text(f'{HEADING}\n{PUNE.lower()},"Pune, Stores", a@pune.in ,,\n\n{SURAT},Surat,,{hook},{SECRET}\n')
    made = import_contacts(desk, eka, house, file)
    assert (made.taken, made.problems) == (2, ())
    assert contacts(desk, eka, house) == [
        Contact(SURAT, "Surat", "", hook),
        Contact(PUNE, "Pune, Stores", "a@pune.in", ""),
    ]


def test_a_later_file_takes_the_place_of_what_there_was(desk: Desk, house: Gstin, eka: Person, file: Path) -> None:
    for line in (f"{PUNE},Old,old@pune.in", f"{PUNE},New,new@pune.in"):
        file.write_text(f"gstin,name,email\n{line}\n")
        import_contacts(desk, eka, house, file)
    assert contacts(desk, eka, house) == [Contact(PUNE, "New", "new@pune.in", "")]


WRONG = {
    "no gstin": (",A,a@b.in,,", "gstin"),
    "a wrong check digit": (f"{PUNE[:14]}{'0' if PUNE[14] != '0' else '1'},A,a@b.in,,", "gstin"),
    "neither address": (f"{PUNE},A,,,", "email"),
    "no mail address": (f"{PUNE},A,nobody,,", "email"),
    "two mail addresses": (f'{PUNE},A,"a@b.in,c@d.in",,', "email"),
    "a mail address that isn't ASCII": (f"{PUNE},A,ä@b.in,,", "email"),
    "a line break": (f'{PUNE},"A\nBcc: x@y.in",a@b.in,,', ""),
    "a webhook to a file": (f"{PUNE},A,,file:///etc/passwd,{SECRET}", "webhook"),
    "a webhook to nowhere": (f"{PUNE},A,,https://,{SECRET}", "webhook"),
    "a webhook with a wrong port": (f"{PUNE},A,,https://x.in:99999/,{SECRET}", "webhook"),
    "a webhook with a user": (f"{PUNE},A,,https://u:p@x.in/,{SECRET}", "webhook"),
    "a webhook without a secret": (f"{PUNE},A,,https://x.in/,", "secret"),
    "a secret that isn't base64": (f"{PUNE},A,,https://x.in/,whsec_a", "secret"),
    "a secret without a webhook": (f"{PUNE},A,a@b.in,,{SECRET}", "secret"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_row_is_left_out_and_the_others_are_taken(
    desk: Desk, house: Gstin, eka: Person, file: Path, case: str
) -> None:
    row, column = WRONG[case]
    file.write_text(f"{HEADING}\n{row}\n{SURAT},B,b@c.in,,\n")
    made = import_contacts(desk, eka, house, file)
    assert ([(it.row, it.column) for it in made.problems], made.taken) == ([(2, column)], 1)
    assert [it.party for it in contacts(desk, eka, house)] == [SURAT]
    assert SECRET not in str(made)


def test_a_party_stands_in_one_row(desk: Desk, house: Gstin, eka: Person, file: Path) -> None:
    file.write_text(f"gstin,email\n{PUNE},a@b.in\n{MYSURU},c@d.in\n{PUNE},e@f.in\n")
    made = import_contacts(desk, eka, house, file)
    assert made.problems == (Problem(4, "gstin", f"{PUNE} stands in an earlier row: one row each."),)
    assert [it.email for it in contacts(desk, eka, house)] == ["a@b.in", "c@d.in"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no headings"),
        (b"name,email\n", "no headings"),
        (b"gstin,name\n", "no headings"),
        (b"gstin,email,email\n", "no headings"),
        (b"gstin,email,phone\n", "phone"),
        (b"\xff\xfe\x00", "isn't csv"),
        (b'gstin,email\n"unfinished', "isn't csv"),
    ],
)
def test_what_is_no_list_of_contacts_changes_nothing(
    desk: Desk, house: Gstin, eka: Person, file: Path, content: bytes, words: str
) -> None:
    file.write_bytes(content)
    with pytest.raises(Invalid, match=words):
        import_contacts(desk, eka, house, file)
    assert contacts(desk, eka, house) == []


def test_secrets_are_in_no_trail_and_in_no_list(desk: Desk, house: Gstin, eka: Person, file: Path) -> None:
    file.write_text(f"{HEADING}\n{PUNE},A,,https://x.in/,{SECRET}\n")
    import_contacts(desk, eka, house, file)
    with desk.of([house]) as db:
        trail = db.execute("select string_agg(t::text, ' ') as text from desk.trail t where gstin = %s", [house])
        assert SECRET.removeprefix("whsec_") not in trail.fetchone().text  # type: ignore[union-attr]
    assert SECRET not in repr(contacts(desk, eka, house))


def test_contacts_are_for_administrators(desk: Desk, seller: Gstin, deepa: Person, file: Path) -> None:
    file.write_text(f"gstin,email\n{PUNE},a@b.in\n")
    with pytest.raises(NotAllowed, match="administrator"):
        import_contacts(desk, deepa, seller, file)


def test_contacts_of_one_desk_are_not_those_of_another(
    desk: Desk, house: Gstin, eka: Person, seller: Gstin, deepa: Person, file: Path
) -> None:
    file.write_text(f"gstin,email\n{PUNE},a@b.in\n")
    import_contacts(desk, eka, house, file)
    assert contacts(desk, deepa, seller) == []
    with pytest.raises(NotAllowed):
        contacts(desk, deepa, house)


def secret_of(desk: Desk, house: Gstin, party: Gstin) -> str:
    with desk.of([house]) as db:
        (row,) = db.execute("select secret from desk.contact where gstin = %s and party = %s", [house, party])
        return row.secret


def test_a_workbook_is_taken_as_csv_is(desk: Desk, house: Gstin, eka: Person, tmp_path: Path) -> None:
    path = tmp_path / "contacts.XLSX"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Suppliers")
        for at, row in enumerate([["Name", "GSTIN", "Email"], ["Pune 7", PUNE, "a@pune.in"], [], [7, "x", "b@c.in"]]):
            sheet.write_row(at, 0, row)
        book.add_worksheet("Notes").write(0, 0, "not read")
    made = import_contacts(desk, eka, house, path)
    assert [(it.row, it.column) for it in made.problems] == [(4, "gstin")]
    assert contacts(desk, eka, house) == [Contact(PUNE, "Pune 7", "a@pune.in", "")]


def test_what_is_no_workbook_changes_nothing(desk: Desk, house: Gstin, eka: Person, tmp_path: Path) -> None:
    path = tmp_path / "contacts.xlsx"
    path.write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(Unreadable, match="isn't a workbook"):
        import_contacts(desk, eka, house, path)
    assert contacts(desk, eka, house) == []


def test_one_contact_is_kept_changed_and_forgotten(desk: Desk, house: Gstin, eka: Person) -> None:
    kept = keep(desk, eka, house, {"gstin": f" {PUNE.lower()} ", "name": "Pune", "email": "a@pune.in"})
    assert kept == Contact(PUNE, "Pune", "a@pune.in", "")
    keep(desk, eka, house, {"gstin": PUNE, "email": "b@pune.in"})
    assert contacts(desk, eka, house) == [Contact(PUNE, "", "b@pune.in", "")]
    remove(desk, eka, house, PUNE)
    assert contacts(desk, eka, house) == []
    with pytest.raises(Unknown, match=PUNE):
        remove(desk, eka, house, PUNE)
    with desk.of([house]) as db:
        trail = db.execute("select what, detail from desk.trail where gstin = %s and what like 'contact %%'", [house])
        assert [(row.what, row.detail) for row in trail][-3:] == [
            ("contact kept", {"party": PUNE}),
            ("contact kept", {"party": PUNE}),
            ("contact removed", {"party": PUNE}),
        ]


@pytest.mark.parametrize("case", [name for name in WRONG if name != "a line break"])
def test_a_contact_that_is_wrong_is_not_kept(desk: Desk, house: Gstin, eka: Person, case: str) -> None:
    party, name, email, webhook, secret = next(csv.reader([WRONG[case][0]]))
    told = {"gstin": party, "name": name, "email": email, "webhook": webhook, "secret": secret}
    with pytest.raises(Invalid):
        keep(desk, eka, house, told)
    assert contacts(desk, eka, house) == []


@pytest.mark.parametrize("how", ["one by one", "from a file"])
def test_a_webhook_that_stays_keeps_its_secret(desk: Desk, house: Gstin, eka: Person, file: Path, how: str) -> None:
    hook, other = "https://surat.example.in/ims", "https://surat.example.in/other"

    def put(name: str, webhook: str) -> tuple[Problem, ...]:
        if how == "one by one":
            keep(desk, eka, house, {"gstin": SURAT, "name": name, "webhook": webhook})
            return ()
        file.write_text(f"gstin,name,webhook\n{SURAT},{name},{webhook}\n")
        return import_contacts(desk, eka, house, file).problems

    keep(desk, eka, house, {"gstin": SURAT, "name": "Old", "webhook": hook, "secret": SECRET})
    assert put("New", hook) == ()
    assert contacts(desk, eka, house) == [Contact(SURAT, "New", "", hook)]
    assert secret_of(desk, house, SURAT) == SECRET
    if how == "one by one":
        with pytest.raises(Invalid, match="secret"):
            put("New", other)
    else:
        assert [it.column for it in put("New", other)] == ["secret"]
    assert contacts(desk, eka, house) == [Contact(SURAT, "New", "", hook)]


def test_contacts_are_searched_and_paged(desk: Desk, house: Gstin, eka: Person) -> None:
    for party, name in ((PUNE, "Pune Stores"), (SURAT, "Surat Silk"), (MYSURU, "100% Silk")):
        keep(desk, eka, house, {"gstin": party, "name": name, "email": f"{name[:2].lower()}@x.in"})

    def found(*words: Any) -> list[str]:
        return [it.name for it in contacts(desk, eka, house, *words)]

    assert found(" silk ") == ["Surat Silk", "100% Silk"]
    assert found("PU@X") == found(PUNE[2:12].lower()) == ["Pune Stores"]
    assert found("%") == ["100% Silk"]
    assert found("", SURAT, 1) == ["Pune Stores"]
    assert {*known(desk, eka, house, [PUNE, HOUSE])} == {PUNE}


def test_only_administrators_change_contacts(
    desk: Desk, house: Gstin, eka: Person, seller: Gstin, deepa: Person
) -> None:
    keep(desk, eka, house, {"gstin": PUNE, "email": "a@pune.in"})
    for call in (
        lambda: keep(desk, deepa, seller, {"gstin": PUNE, "email": "a@b.in"}),
        lambda: remove(desk, deepa, house, PUNE),
    ):
        with pytest.raises(NotAllowed):
            call()
    with pytest.raises(NotAllowed):
        known(desk, deepa, house, [PUNE])
    assert [it.party for it in contacts(desk, eka, house)] == [PUNE]
