"""Contacts from csv: rows that are wrong are left out and told, and secrets stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.api import MYSURU, PUNE, SURAT
from tests.desk.followup.conftest import SECRET

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.followup.contacts import Contact, Problem, contacts, import_contacts
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
