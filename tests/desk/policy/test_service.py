"""Policies at the desk: versions and who approves them, vendor lists, dry runs, and what is proposed."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.api import invoice
from tests.client.conftest import Served
from tests.desk.conftest import Hire

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk import jobs
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.match import service as matching
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.policy import service, vendors
from gst_ims.desk.policy.document import starter
from gst_ims.desk.policy.problems import PolicyWrong
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.review import lists, steps
from gst_ims.desk.sync import service as syncing

Books = Callable[..., None]
EVERYTHING = 'name = "starter"\n[[rule]]\nname = "all"\naction = "{}"\n'


@pytest.fixture
def seller(desk: Desk, mine: Gstin) -> str:
    """Who sold what the portal shows, which the desk has read: seven invoices, three credit notes, two debit notes."""
    syncing.sync(desk, mine)
    with desk.of([mine]) as db:
        return next(iter(syncing.queries.records(db, gstin=mine, sync=1))).stin


@pytest.fixture
def books(desk: Desk, mine: Gstin, asha: Person, seller: str, tmp_path: Path) -> Books:
    """Book the invoices of these numbers, with so many rupees more, and match."""

    def keep(*numbers: int, more: int = 0) -> None:
        path = tmp_path / "books.csv"
        with path.open("w", newline="") as file:
            heads = ("Supplier GSTIN", "Invoice No", "Invoice Date", "Taxable Value", "IGST", "CGST", "SGST", "Cess")
            write = csv.writer(file).writerow
            write(heads)
            for n in numbers:
                taxable = 1000 + n + more
                write((seller, f"INV-{n}", "05-10-2025", f"{taxable}.00", f"{taxable * 18 / 100:.2f}", "0", "0", "0"))
        with read([path], mine) as register:
            registers.keep(desk, asha, mine, "tally", register, {path.name: "0" * 64})
        matching.run(desk, mine, asha.name)

    return keep


@pytest.fixture
def in_force(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> Callable[[str], None]:
    """Put a policy into force: Asha writes it, Chetan approves it."""

    def put(text: str) -> None:
        made = service.put(desk, asha, mine, text)
        service.approve(desk, chetan, mine, made.name, made.version)
        service.use(desk, chetan, mine, made.name)

    return put


def decisions(desk: Desk, gstin: Gstin) -> list[Any]:
    with desk.of([gstin]) as db:
        return db.execute("select * from desk.decision where gstin = %s order by id", [gstin]).fetchall()


def open_numbers(desk: Desk, gstin: Gstin) -> dict[str, str]:
    return {it.number: it.action for it in decisions(desk, gstin) if it.state == "prepared"}


def trail(desk: Desk, gstin: Gstin, what: str) -> list[Any]:
    with desk.of([gstin]) as db:
        return db.execute(
            "select * from desk.trail where gstin = %s and what = %s order by id", [gstin, what]
        ).fetchall()


# Versions.


def test_a_version_is_kept_numbered_and_in_the_trail(desk: Desk, mine: Gstin, asha: Person) -> None:
    first = service.put(desk, asha, mine, starter(), "to begin with")
    second = service.put(desk, asha, mine, EVERYTHING.format("ask"))
    assert (first.label, second.label) == ("starter v1", "starter v2")
    found = service.versions(desk, asha, mine, "starter")
    assert [(it.version, it.person, it.why, it.approved_by) for it in found] == [
        (2, "Asha", "", None),
        (1, "Asha", "to begin with", None),
    ]
    assert [(it.person, it.policy, it.why) for it in trail(desk, mine, "policy written")] == [
        ("Asha", "starter v1", "to begin with"),
        ("Asha", "starter v2", ""),
    ]


def test_what_says_the_same_is_no_new_version(desk: Desk, mine: Gstin, asha: Person) -> None:
    service.put(desk, asha, mine, starter())
    with pytest.raises(Invalid, match="starter v1 says just that already"):
        service.put(desk, asha, mine, starter().replace("\n", "\r\n"))
    assert len(service.versions(desk, asha, mine)) == 1


def test_a_policy_with_mistakes_is_not_kept(desk: Desk, mine: Gstin, asha: Person) -> None:
    with pytest.raises(PolicyWrong, match=r"mine.toml:2:1: Say what is to be done"):
        service.put(desk, asha, mine, 'name = "x"\n[[rule]]\nname = "a"\n', source="mine.toml")
    assert service.versions(desk, asha, mine) == []


def test_who_wrote_a_version_cannot_approve_it_though_he_is_approver(desk: Desk, mine: Gstin, hire: Hire) -> None:
    both = hire("Deepa", mine, Role.PREPARER, Role.APPROVER)
    service.put(desk, both, mine, starter())
    with pytest.raises(NotAllowed, match="Deepa wrote starter v1: another person has to approve it"):
        service.approve(desk, both, mine, "starter", 1)
    assert service.versions(desk, both, mine)[0].approved_by is None


def test_a_version_is_approved_once(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    service.put(desk, asha, mine, starter())
    service.approve(desk, chetan, mine, "starter", 1)
    with pytest.raises(Invalid, match="starter v1 is approved already, by Chetan"):
        service.approve(desk, chetan, mine, "starter", 1)
    assert [it.policy for it in trail(desk, mine, "policy approved")] == ["starter v1"]


def test_a_version_that_is_not_there_cannot_be_approved(desk: Desk, mine: Gstin, chetan: Person) -> None:
    with pytest.raises(Unknown, match="There is no starter v7"):
        service.approve(desk, chetan, mine, "starter", 7)


def test_who_approves_is_approver_of_every_taxpayer_that_uses_the_policy(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, in_force: Callable[[str], None]
) -> None:
    in_force(starter())
    other = Gstin("29AAPFU0939F1ZR")
    people.found(desk, other, "Another", "other", "monthly", "Bina")
    bina = people.person(desk, "Bina")
    people.grant(desk, bina, other, "Chetan", Role.APPROVER)
    people.put_person(desk, bina, "Esha", "")
    people.grant(desk, bina, other, "Esha", Role.APPROVER)
    service.put(desk, asha, mine, EVERYTHING.format("ask"))
    with pytest.raises(NotAllowed, match=f"Esha has nothing to do with {mine}"):
        service.approve(desk, people.person(desk, "Esha"), other, "starter", 2)
    service.approve(desk, people.person(desk, "Chetan"), other, "starter", 2)
    assert [it.policy for it in trail(desk, mine, "policy approved")] == ["starter v1", "starter v2"]


def test_who_begins_to_use_a_policy_while_it_is_approved_is_asked_for(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person
) -> None:
    """Else a version would be in force for a taxpayer of whom no approver has seen it."""
    other = Gstin("29AAPFU0939F1ZR")
    people.found(desk, other, "Another", "other", "monthly", "Bina")
    service.put(desk, asha, mine, starter())
    with ThreadPoolExecutor(1) as pool, desk.of([other]) as db:
        service.queries.hold(db, name="starter")
        approving = pool.submit(service.approve, desk, chetan, mine, "starter", 1)
        waits = "select exists (select from pg_locks where locktype = 'advisory' and not granted) as it"
        while not (approving.done() or next(iter(db.execute(waits))).it):
            pass
        service.queries.use(db, gstin=other, name="starter")
        db.commit()
        with pytest.raises(NotAllowed, match=other):
            approving.result()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ADMINISTRATOR])
def test_who_neither_prepares_nor_approves_writes_no_policy_and_no_list(
    desk: Desk, mine: Gstin, hire: Hire, role: Role
) -> None:
    him = hire("Farid", mine, role)
    for forbidden in (
        lambda: service.put(desk, him, mine, starter()),
        lambda: service.approve(desk, him, mine, "starter", 1),
        lambda: service.use(desk, him, mine, None),
        lambda: service.request(desk, him, mine),
        lambda: vendors.put(desk, him, mine, "trusted", {"AAPFU0939F": ""}),
        lambda: vendors.drop(desk, him, mine, "trusted"),
    ):
        with pytest.raises(NotAllowed):
            forbidden()


def test_a_policy_that_nobody_has_approved_proposes_for_nobody(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person
) -> None:
    service.put(desk, asha, mine, starter())
    with pytest.raises(Unknown, match="No version of 'starter' is approved"):
        service.use(desk, chetan, mine, "starter")
    assert service.propose(desk, mine) is None


# Vendor lists.


def test_a_list_takes_the_place_of_what_it_was(desk: Desk, mine: Gstin, chetan: Person) -> None:
    assert vendors.put(desk, chetan, mine, "trusted", vendors.read("vendor,note\nAAPFU0939F,since 2019\n")) == 1
    assert vendors.put(desk, chetan, mine, "trusted", vendors.read("24AAXCT0003K1ZA\naapfu0939f\n")) == 1
    assert [(it.vendor, it.note) for it in vendors.vendors(desk, chetan, mine, "trusted")] == [
        ("24AAXCT0003K1ZA", ""),
        ("AAPFU0939F", ""),
    ]
    assert [tuple(it) for it in vendors.lists(desk, chetan, mine)] == [("trusted", 2)]
    assert trail(desk, mine, "vendor list")[-1].detail == {
        "list": "trusted",
        "added": ["24AAXCT0003K1ZA"],
        "removed": [],
    }
    vendors.drop(desk, chetan, mine, "trusted")
    with pytest.raises(Unknown, match="no vendor list 'trusted'"):
        vendors.drop(desk, chetan, mine, "trusted")
    with pytest.raises(Unknown, match="no vendor list 'trusted'"):
        vendors.vendors(desk, chetan, mine, "trusted")


def test_a_list_has_a_name_that_conditions_can_ask_for(desk: Desk, mine: Gstin, chetan: Person) -> None:
    with pytest.raises(Invalid, match="can't be a list's name"):
        vendors.put(desk, chetan, mine, "My List", {"AAPFU0939F": ""})


def test_every_line_of_a_list_that_is_wrong_is_named() -> None:
    text = "gstin,note\n\nAAPFU0939F,fine\nAAPFU0939\n27AAPFU0939F1Z\n98AAPFU0939F1ZV\nAAPFU0939F\nBBPFU0939F,a,b\n"
    with pytest.raises(PolicyWrong) as caught:
        vendors.read(text, "trusted.csv")
    said = str(caught.value).splitlines()
    assert [line.split(":")[1] for line in said] == ["4", "5", "6", "7", "8"]
    assert said[0] == (
        "trusted.csv:4:1: GSTIN 'AAPFU0939' has 9 characters: it must have 15. A PAN has ten, such as AAPFU0939F."
    )
    assert "AAPFU0939F stands here twice: keep one of the lines." in said[3]
    assert "There are more than two columns" in said[4]


def test_a_list_without_a_vendor_is_refused() -> None:
    with pytest.raises(PolicyWrong, match="There is no vendor in it"):
        vendors.read("vendor,note\n\n", "x.csv")


# Proposing.


def test_the_starter_accepts_what_is_booked_and_leaves_the_rest_to_people(
    desk: Desk, mine: Gstin, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0, 1, 2)
    in_force(starter())
    made = service.propose(desk, mine)
    assert made is not None
    assert (made.policy, made.made, made.replaced, made.withdrawn, made.refused) == ("starter v1", 3, 0, 0, ())
    found = decisions(desk, mine)
    assert open_numbers(desk, mine) == {"INV-0": "A", "INV-1": "A", "INV-2": "A"}
    assert {(it.person, it.policy, it.needs_approval, it.was) for it in found} == {
        ("desk", "starter v1: booked as reported", False, "N")
    }
    (note,) = trail(desk, mine, "proposed")
    assert (note.person, note.policy, note.detail) == (
        "desk",
        "starter v1",
        {"made": 3, "replaced": 0, "withdrawn": 0, "refused": 0},
    )


def test_proposing_again_changes_nothing(
    desk: Desk, mine: Gstin, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0, 1)
    in_force(starter())
    service.propose(desk, mine)
    before = decisions(desk, mine)
    again = service.propose(desk, mine)
    assert again is not None
    assert (again.made, again.replaced, again.withdrawn, again.refused) == (0, 0, 0, ())
    assert decisions(desk, mine) == before


def test_what_the_policy_says_no_longer_is_withdrawn(
    desk: Desk, mine: Gstin, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0, 1)
    in_force(starter())
    service.propose(desk, mine)
    books(0)  # INV-1 was booked by mistake
    made = service.propose(desk, mine)
    assert made is not None
    assert (made.made, made.withdrawn) == (0, 1)
    assert open_numbers(desk, mine) == {"INV-0": "A"}
    assert [(it.record.split(":")[2], it.why) for it in trail(desk, mine, "void")] == [
        ("INV-1", "The policy says so no longer.")
    ]
    books(0, 1)
    service.propose(desk, mine)
    assert open_numbers(desk, mine) == {"INV-0": "A", "INV-1": "A"}


def test_books_that_were_read_since_matching_say_nothing(
    desk: Desk, mine: Gstin, asha: Person, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0, 1)
    in_force(starter())
    registers.drop(desk, asha, mine, "tally")
    made = service.propose(desk, mine)
    assert made is not None
    assert made.made == 0


def test_books_that_say_the_same_or_came_and_went_since_matching_take_nothing_away(
    desk: Desk, mine: Gstin, asha: Person, books: Books, in_force: Callable[[str], None], tmp_path: Path
) -> None:
    books(0, 1)
    in_force(starter())
    for label in ("tally", "once more"):
        with read([tmp_path / "books.csv"], mine) as register:
            registers.keep(desk, asha, mine, label, register, {"books.csv": "0" * 64})
    standing = service.propose(desk, mine)
    assert (standing and standing.made) == 0
    registers.drop(desk, asha, mine, "once more")
    made = service.propose(desk, mine)
    assert (made and made.made) == 2


def test_another_version_replaces_what_the_one_before_had_prepared(
    desk: Desk, mine: Gstin, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0)
    in_force(starter())
    service.propose(desk, mine)
    in_force(EVERYTHING.format("pending"))
    made = service.propose(desk, mine)
    assert made is not None
    # Credit notes of October can be kept pending too; the portal says where not.
    assert made.replaced == 1
    assert set(open_numbers(desk, mine).values()) == {"P"}


def test_what_a_person_took_back_or_decided_is_left_to_him(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0, 1, 2)
    in_force(starter())
    service.propose(desk, mine)
    first, second, third = (it.id for it in decisions(desk, mine))
    steps.undo(desk, asha, mine, [first])
    steps.give_back(desk, chetan, mine, [second], "look at the price")
    steps.approve(desk, chetan, mine, [third])
    made = service.propose(desk, mine)
    assert made is not None
    assert (made.made, made.withdrawn) == (0, 0)
    assert [it.state for it in decisions(desk, mine)] == ["undone", "returned", "approved"]


def test_a_second_person_has_to_look_where_the_rule_says_so(
    desk: Desk, mine: Gstin, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0, 1)
    in_force(starter().replace("approval = 1_00_000", "approval = 180.10"))
    service.propose(desk, mine)
    assert {it.number: it.needs_approval for it in decisions(desk, mine)} == {"INV-0": False, "INV-1": True}


def test_proposing_is_a_job_too(
    desk: Desk, database_url: str, mine: Gstin, asha: Person, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0)
    in_force(starter())
    service.request(desk, asha, mine)
    asyncio.run(jobs.run_worker(desk, database_url, 1, wait=False))
    assert open_numbers(desk, mine) == {"INV-0": "A"}


# Trying.


def test_a_dry_run_is_beside_the_policy_in_force_and_keeps_nothing(
    desk: Desk, mine: Gstin, asha: Person, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0, 1, more=0)
    in_force(starter())
    text = 'name = "mine"\n[[rule]]\nname = "trusted"\nwhen = "in_list(\'trusted\')"\naction = "accept"\n'
    text += '[[rule]]\nname = "not booked"\nwhen = "bucket = \'missing in books\'"\naction = "pending"\n'
    found = service.attempt_at(desk, asha, mine, text)
    assert [(it.rule, it.records) for it in found.figures] == [("trusted", 0), ("not booked", 10), ("no rule holds", 2)]
    assert (found.silent, found.missing_lists) == (("trusted",), ("trusted",))
    assert found.changes is not None
    assert {(it.was, it.becomes, it.records) for it in found.changes} == {("accept", "ask", 2), ("ask", "pending", 10)}
    assert found.changed.num_rows == 12
    assert decisions(desk, mine) == []
    assert [it.version for it in service.versions(desk, asha, mine)] == [1]


def test_suppliers_are_known_by_everything_that_was_read_of_them(
    desk: Desk, mine: Gstin, asha: Person, books: Books
) -> None:
    books(0, 1, 2)
    text = 'name = "mine"\n[[rule]]\nname = "known"\naction = "accept"\nwhen = """{}"""\n'
    condition = "supplier_documents = 12 and supplier_matched = 25 and supplier_rejected = 0 and first_seen = today"
    found = service.attempt_at(desk, asha, mine, text.format(condition))
    assert [(it.rule, it.records) for it in found.figures] == [("known", 12)]


# What comes about together.


def test_credit_notes_are_declared_as_they_were_booked(
    desk: Desk, mine: Gstin, asha: Person, seller: str, in_force: Callable[[str], None], tmp_path: Path
) -> None:
    path = tmp_path / "notes.csv"
    lines = ["Supplier GSTIN,Note Number,Note Date,Note Type,Taxable Value,IGST"]
    lines += [f"{seller},CN-0,05-10-2025,C,100.00,18.00", f"{seller},CN-1,05-10-2025,C,91.00,16.38"]
    path.write_text("\n".join(lines))
    with read([path], mine) as register:
        registers.keep(desk, asha, mine, "notes", register, {path.name: "0" * 64})
    matching.run(desk, mine, asha.name)
    in_force(
        'name = "notes"\n[[rule]]\nname = "as booked"\nwhen = "credit_note and partners = 1"\naction = "accept"\n'
        'declaration = "as in books"\nremarks = "As in our books"\n'
    )
    made = service.propose(desk, mine)
    assert made is not None
    assert made.refused == ()
    found = {it.number: it for it in decisions(desk, mine)}
    told = {number: (it.reduction, it.declared_igst, it.remarks) for number, it in found.items()}
    assert told == {
        "CN-0": ("full", None, "As in our books"),
        "CN-1": ("amounts", 16_38, "As in our books"),
    }


def test_what_the_supplier_edits_is_asked_about_anew(
    desk: Desk, mine: Gstin, served: Served, seller: str, books: Books, in_force: Callable[[str], None]
) -> None:
    supplier, recipient = served.api.company("24"), mine
    supplier.sell(recipient, invoice("NEW-1", taxable=500))
    syncing.sync(desk, mine)
    in_force(EVERYTHING.format("accept"))
    service.propose(desk, mine)
    (before,) = (it for it in decisions(desk, mine) if it.number == "NEW-1")
    supplier.sell(recipient, invoice("NEW-1", taxable=600))
    syncing.sync(desk, mine)
    service.propose(desk, mine)
    voided, anew = (it for it in decisions(desk, mine) if it.number == "NEW-1")
    assert (voided.id, voided.state, anew.state) == (before.id, "void", "prepared")
    assert anew.hash != voided.hash
    assert anew.stake != voided.stake


def test_what_a_person_took_back_is_the_policy_s_again_once_the_supplier_has_edited_it(
    desk: Desk, mine: Gstin, asha: Person, served: Served, seller: str, in_force: Callable[[str], None]
) -> None:
    supplier = served.api.company("24")
    supplier.sell(mine, invoice("NEW-1", taxable=500))
    syncing.sync(desk, mine)
    in_force(EVERYTHING.format("accept"))
    service.propose(desk, mine)
    steps.undo(desk, asha, mine, [it.id for it in decisions(desk, mine) if it.number == "NEW-1"])
    for taxable, states in ((500, ["undone"]), (600, ["undone", "prepared"])):
        supplier.sell(mine, invoice("NEW-1", taxable=taxable))
        syncing.sync(desk, mine)
        service.propose(desk, mine)
        assert [it.state for it in decisions(desk, mine) if it.number == "NEW-1"] == states


def test_two_that_propose_at_once_prepare_everything_once(
    desk: Desk, mine: Gstin, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0, 1, 2)
    in_force(starter())
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda _: service.propose(desk, mine), range(2)))
    assert sum(it.made for it in made if it) == 3
    assert sorted(it.number for it in decisions(desk, mine)) == ["INV-0", "INV-1", "INV-2"]


def test_a_policy_of_one_taxpayer_decides_nothing_of_another_and_knows_nothing_of_his_lists(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, seller: str, in_force: Callable[[str], None]
) -> None:
    other = Gstin("29AAPFU0939F1ZR")
    people.found(desk, other, "Another", "other", "monthly", "Bina")
    bina = people.person(desk, "Bina")
    people.grant(desk, bina, other, "Bina", Role.APPROVER)
    vendors.put(desk, people.person(desk, "Bina"), other, "trusted", {seller: ""})
    in_force('name = "x"\n[[rule]]\nname = "trusted"\nwhen = "in_list(\'trusted\')"\naction = "accept"\n')
    made = service.propose(desk, mine)
    assert made is not None
    assert made.made == 0
    assert service.propose(desk, other) is None
    assert decisions(desk, other) == []
    assert vendors.lists(desk, asha, mine) == []
    with pytest.raises(NotAllowed):
        vendors.lists(desk, asha, other)
    with pytest.raises(NotAllowed):
        service.attempt_at(desk, asha, other, starter())


def test_the_newest_approved_version_counts_not_the_newest(
    desk: Desk, mine: Gstin, asha: Person, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0)
    in_force(starter())
    service.put(desk, asha, mine, EVERYTHING.format("reject"))
    made = service.propose(desk, mine)
    assert made is not None
    assert (made.policy, made.made) == ("starter v1", 1)


def test_no_policy_proposes_once_none_is_chosen(
    desk: Desk, mine: Gstin, chetan: Person, books: Books, in_force: Callable[[str], None]
) -> None:
    books(0)
    in_force(starter())
    service.use(desk, chetan, mine, None)
    assert service.propose(desk, mine) is None
    assert [it.policy for it in trail(desk, mine, "policy chosen")] == ["starter", None]


def test_what_is_pending_is_asked_about_once(
    desk: Desk, mine: Gstin, asha: Person, seller: str, in_force: Callable[[str], None]
) -> None:
    """Kept pending past the desk, a record is on no list; a rule that asks brings it there, for each version once."""
    with desk.ways("", mine) as portal:
        assert portal.save([next(iter(portal.records("b2b"))).keep_pending()]).wait().complete
    syncing.sync(desk, mine)
    in_force('name = "strict"\n[[rule]]\nname = "look"\nwhen = "action = \'pending\'"\naction = "ask"\n')

    def asked() -> list[str]:
        with desk.of([mine]) as db:
            return [
                r.policy
                for r in db.execute("select policy from desk.trail where gstin = %s and what = 'asked'", [mine])
            ]

    for _ in range(2):
        service.propose(desk, mine)
        assert asked() == ["strict v1: look"]
    page = lists.worklist(desk, asha, mine, lists.Filter(state="todo"))
    assert [line.action for line in page.lines if line.action == "P"] == ["P"]
