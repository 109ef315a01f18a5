"""Who may do what for whom: duties, and what a person without one finds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.desk.conftest import Hire

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.jobs import defer
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.sync.service import sync

OTHER = Gstin("29AAXCT0004K1ZQ")


@pytest.fixture
def bina(desk: Desk, mine: Gstin) -> Person:
    return people.person(desk, "Bina")


def trail(desk: Desk, gstin: Gstin) -> list[tuple[str, str, dict[str, str]]]:
    with desk.of([gstin]) as db:
        rows = db.execute("select person, what, detail from desk.trail where gstin = %s order by id", [gstin])
        return [(row.person, row.what, row.detail) for row in rows]


def waits(desk: Desk) -> bool:
    """Whether somebody waits for a lock."""
    with desk.house() as db:
        return bool(db.execute("select pid from pg_locks where not granted").fetchall())


def test_who_founds_a_desk_administers_it(desk: Desk, mine: Gstin, bina: Person) -> None:
    assert bina.duties == {mine: {Role.ADMINISTRATOR}}
    assert people.registration(desk, mine).name == "Konkan Traders"
    assert trail(desk, mine) == [("Bina", "founded", {"name": "Konkan Traders"})]


def test_its_administrator_may_found_it_anew_and_nobody_else(desk: Desk, mine: Gstin) -> None:
    people.found(desk, mine, "Konkan Traders Ltd", "other", "quarterly", "Bina")
    there = people.registration(desk, mine)
    assert (there.name, there.profile, there.frequency) == ("Konkan Traders Ltd", "other", "quarterly")
    with pytest.raises(NotAllowed, match="has an administrator: Bina"):
        people.found(desk, mine, "Mine now", "konkan", "monthly", "Eve")


@pytest.mark.parametrize(("name", "administrator"), [("", "Bina"), ("Konkan", " ")])
def test_a_desk_needs_names(desk: Desk, name: str, administrator: str) -> None:
    with pytest.raises(Invalid, match="give both"):
        people.found(desk, OTHER, name, "p", "monthly", administrator)


@pytest.mark.parametrize("administrator", ["desk", " Bina", "Bina\n"])
def test_nobody_founds_a_desk_under_the_programs_name(desk: Desk, mine: Gstin, administrator: str) -> None:
    """Whoever has it could undo what policies proposed, and would be in the trail as nobody."""
    with pytest.raises(Invalid, match="can't be a person's name"):
        people.found(desk, OTHER, "Malabar", "other", "monthly", administrator)
    with pytest.raises(NotAllowed):
        people.person(desk, administrator)


def test_a_duty_is_given_and_taken(desk: Desk, mine: Gstin, bina: Person, hire: Hire) -> None:
    asha = hire("Asha", mine, Role.PREPARER, Role.VIEWER)
    assert asha.duties == {mine: {Role.PREPARER, Role.VIEWER}}
    people.revoke(desk, bina, mine, "Asha", Role.PREPARER)
    assert people.person(desk, "Asha").duties == {mine: {Role.VIEWER}}
    assert trail(desk, mine)[-1] == ("Bina", "revoked", {"person": "Asha", "role": "preparer"})


def test_a_duty_that_is_given_twice_is_noted_once(desk: Desk, mine: Gstin, bina: Person, hire: Hire) -> None:
    hire("Asha", mine, Role.VIEWER, Role.VIEWER)
    assert [what for _, what, _ in trail(desk, mine)] == ["founded", "granted"]


def test_somebody_stays_to_administer(desk: Desk, mine: Gstin, bina: Person, hire: Hire) -> None:
    with pytest.raises(Invalid, match="only administrator"):
        people.revoke(desk, bina, mine, "Bina", Role.ADMINISTRATOR)
    hire("Dev", mine, Role.ADMINISTRATOR)
    people.revoke(desk, bina, mine, "Bina", Role.ADMINISTRATOR)
    with pytest.raises(NotAllowed, match="'Bina' has no duty"):
        people.person(desk, "Bina")


def test_who_leaves_has_no_duty_and_stays_in_the_trail(desk: Desk, mine: Gstin, bina: Person, hire: Hire) -> None:
    hire("Asha", mine, Role.PREPARER)
    people.let_go(desk, bina, "Asha")
    with pytest.raises(NotAllowed, match="'Asha' has no duty"):
        people.person(desk, "Asha")
    assert trail(desk, mine)[-1] == ("Bina", "left", {"person": "Asha"})
    people.put_person(desk, bina, "Asha", "")
    assert people.person(desk, "Asha").duties == {mine: {Role.PREPARER}}


def test_the_last_administrator_cannot_leave(desk: Desk, mine: Gstin, bina: Person, hire: Hire) -> None:
    with pytest.raises(Invalid, match="only administrator"):
        people.let_go(desk, bina, "Bina")
    dev = hire("Dev", mine, Role.ADMINISTRATOR)
    people.let_go(desk, dev, "Bina")
    with pytest.raises(Invalid, match="only administrator"):
        people.let_go(desk, dev, "Dev")


def test_only_who_administers_all_of_his_desks_lets_a_person_go(
    desk: Desk, mine: Gstin, bina: Person, hire: Hire
) -> None:
    people.found(desk, OTHER, "Malabar Foods", "malabar", "monthly", "Dev")
    people.grant(desk, bina, mine, "Dev", Role.VIEWER)
    with pytest.raises(NotAllowed, match="nothing to do with"):
        people.let_go(desk, bina, "Dev")
    assert people.person(desk, "Dev").duties[OTHER] == {Role.ADMINISTRATOR}


def test_who_founds_another_desk_is_written_to_as_before(desk: Desk, mine: Gstin, bina: Person, hire: Hire) -> None:
    hire("Asha", mine, Role.PREPARER)
    people.found(desk, OTHER, "Malabar Foods", "malabar", "monthly", "Asha")
    with desk.house() as db:
        assert {row.name: row.email for row in people.queries.people(db)}["Asha"] == "asha@example.in"


def test_who_has_left_founds_nothing(desk: Desk, mine: Gstin, bina: Person, hire: Hire) -> None:
    """He would come back with all his duties."""
    hire("Asha", mine, Role.PREPARER)
    people.let_go(desk, bina, "Asha")
    with pytest.raises(NotAllowed, match="Asha has left"):
        people.found(desk, OTHER, "Malabar Foods", "malabar", "monthly", "Asha")
    with pytest.raises(Unknown):
        people.registration(desk, OTHER)


def test_only_who_administers_all_of_his_desks_takes_a_person_back_or_says_where_his_mail_goes(
    desk: Desk, mine: Gstin, bina: Person, hire: Hire
) -> None:
    hire("Asha", mine, Role.PREPARER)
    people.found(desk, OTHER, "Malabar Foods", "malabar", "monthly", "Dev")
    dev = people.person(desk, "Dev")
    for leaves in (False, True):
        if leaves:
            people.let_go(desk, bina, "Asha")
        with pytest.raises(NotAllowed, match="works for taxpayers that Dev doesn't administer"):
            people.put_person(desk, dev, "Asha", "dev@example.in")
    with pytest.raises(NotAllowed, match="'Asha' has no duty"):
        people.person(desk, "Asha")


def test_of_two_administrators_who_let_each_other_go_one_stays(
    desk: Desk, mine: Gstin, bina: Person, hire: Hire
) -> None:
    dev = hire("Dev", mine, Role.ADMINISTRATOR)
    with ThreadPoolExecutor(1) as other:
        with desk.house() as db:
            list(people.queries.administrators(db, gstin=mine))
            people.queries.let_go(db, name="Dev", at=desk.clock.now())
            late = other.submit(people.let_go, desk, dev, "Bina")
            while not waits(desk):
                assert not late.done()
        with pytest.raises(Invalid, match="only administrator"):
            late.result(20)
    assert people.person(desk, "Bina").duties[mine] == {Role.ADMINISTRATOR}


def test_a_duty_is_for_who_is_known(desk: Desk, mine: Gstin, bina: Person) -> None:
    with pytest.raises(Unknown, match="`ims desk person Gita`"):
        people.grant(desk, bina, mine, "Gita", Role.VIEWER)


@pytest.mark.parametrize("name", ["", " ", "desk", " Asha", "Asha ", "Asha\nBina", "A" * 81])
def test_a_name_that_cannot_be(desk: Desk, bina: Person, name: str) -> None:
    with pytest.raises(Invalid, match="can't be a person's name"):
        people.put_person(desk, bina, name, "")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.PREPARER, Role.APPROVER])
def test_only_administrators_hire_and_give_duties(desk: Desk, mine: Gstin, hire: Hire, role: Role) -> None:
    eve = hire("Eve", mine, role)
    for call in (
        lambda: people.put_person(desk, eve, "Mallory", ""),
        lambda: people.grant(desk, eve, mine, "Eve", Role.ADMINISTRATOR),
        lambda: people.revoke(desk, eve, mine, "Bina", Role.ADMINISTRATOR),
    ):
        with pytest.raises(NotAllowed):
            call()


def test_an_administrator_of_one_desk_has_nothing_to_say_at_another(desk: Desk, mine: Gstin, bina: Person) -> None:
    people.found(desk, OTHER, "Malabar Foods", "malabar", "monthly", "Dev")
    with pytest.raises(NotAllowed, match="nothing to do with"):
        people.grant(desk, bina, OTHER, "Bina", Role.VIEWER)
    assert [it.gstin for it in people.registrations(desk, bina)] == [mine]
    assert {row.gstin for row in people.duties(desk, bina)} == {mine}


def test_a_desk_that_there_is_not(desk: Desk) -> None:
    with pytest.raises(Unknown, match="`ims desk found`"):
        people.registration(desk, OTHER)


def test_whose_data_it_is_decides_not_the_statement(desk: Desk, mine: Gstin, bina: Person) -> None:
    """A statement that forgets the GSTIN finds only what the transaction is about."""
    people.found(desk, OTHER, "Malabar Foods", "malabar", "monthly", "Dev")
    sync(desk, mine)
    with desk.of([OTHER]) as db:
        for table in ("record", "sync", "trail", "duty", "registration"):
            assert {row.gstin for row in db.execute(f"select gstin from desk.{table}")} <= {OTHER}, table
        assert not db.execute("update desk.record set action = 'A'").rowcount
        assert not db.execute("delete from desk.record").rowcount
    with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.of([OTHER]) as db:
        db.execute("insert into desk.vendor (gstin, list, vendor) values (%s, 'trusted', 'x')", [mine])
    with desk.of([]) as db:
        assert db.execute("select count(*) as n from desk.record").fetchone().n == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update desk.trail set person = 'Eve'",
        "delete from desk.trail",
        "truncate desk.trail",
        "update desk.person set name = 'Eve'",
        "insert into desk.duty select gstin, 'Bina', 'approver' from desk.registration",
        "select * from record",
        "select * from session",
        "select * from taxpayer",
        "update desk.policy set text = ''",
        "delete from desk.policy",
    ],
)
def test_what_the_desk_s_role_may_not(desk: Desk, mine: Gstin, statement: str) -> None:
    """The trail stays as it is; duties are the house's; and the portal's data is read at the wire."""
    with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.of([mine]) as db:
        db.execute(statement)


def test_a_job_is_queued_for_who_the_transaction_is_about(desk: Desk, mine: Gstin) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="another taxpayer"), desk.of([OTHER]) as db:
        defer(db, "desk:sync", mine)


roles = st.sets(st.sampled_from(Role))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["Asha", "Chetan"]), st.sampled_from(Role), st.booleans()), max_size=8))
def test_duties_are_what_was_given_and_not_taken(
    desk: Desk, mine: Gstin, bina: Person, steps: list[tuple[str, Role, bool]]
) -> None:
    expected: dict[str, set[Role]] = {"Asha": set(), "Chetan": set()}
    for name in expected:
        people.put_person(desk, bina, name, "")
        for role in Role:
            people.revoke(desk, bina, mine, name, role)
    for name, role, given_ in steps:
        (people.grant if given_ else people.revoke)(desk, bina, mine, name, role)
        (expected[name].add if given_ else expected[name].discard)(role)
    for name, wanted in expected.items():
        has: set[Role] = set()
        with suppress(NotAllowed):
            has = set(people.person(desk, name).duties[mine])
        assert has == wanted
