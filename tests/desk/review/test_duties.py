"""Whoever may not, can't: of any person and any two taxpayers, by functions and by raw SQL."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql
from tests.api import Taxpayer
from tests.client.conftest import fill
from tests.desk.conftest import Hire
from tests.desk.decisions import decided, records, rows, told

from gst_ims.client.record import Record
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.push import promise
from gst_ims.desk.push import service as pushing
from gst_ims.desk.review import steps
from gst_ims.desk.review.deciding import Seen, Want, decide_about, preview
from gst_ims.desk.review.lists import Filter, worklist
from gst_ims.desk.review.panel import panel

ANY = frozenset(Role)
#: What each thing takes; it is done for one taxpayer, about a record of his and a decision of somebody.
DEEDS: dict[str, tuple[frozenset[Role], Callable[[Desk, Person, Gstin, Record, int], Any]]] = {
    "list": (ANY, lambda desk, by, gstin, record, number: worklist(desk, by, gstin, Filter())),
    "show": (ANY, lambda desk, by, gstin, record, number: panel(desk, by, gstin, record.key)),
    "comment": (ANY, lambda desk, by, gstin, record, number: steps.comment(desk, by, gstin, record.key, "Hm.")),
    "pushes": (ANY, lambda desk, by, gstin, record, number: pushing.pushes(desk, by, gstin)),
    "preview": (
        frozenset({Role.PREPARER}),
        lambda desk, by, gstin, record, number: preview(desk, by, gstin, [Seen(record.key)], Want(Action.REJECT)),
    ),
    "decide": (
        frozenset({Role.PREPARER}),
        lambda desk, by, gstin, record, number: decide_about(desk, by, gstin, [Seen(record.key)], Want(Action.REJECT)),
    ),
    "undo": (frozenset({Role.PREPARER}), lambda desk, by, gstin, record, number: steps.undo(desk, by, gstin, [number])),
    "request": (frozenset({Role.PREPARER}), lambda desk, by, gstin, record, number: pushing.request(desk, by, gstin)),
    "approve": (
        frozenset({Role.APPROVER}),
        lambda desk, by, gstin, record, number: steps.approve(desk, by, gstin, [number]),
    ),
    "return": (
        frozenset({Role.APPROVER}),
        lambda desk, by, gstin, record, number: steps.give_back(desk, by, gstin, [number], "No."),
    ),
}
names = count()


@pytest.fixture
def theirs(desk: Desk, recipient: Taxpayer) -> Gstin:
    """Another taxpayer's desk, which Bina administers as well."""
    other = recipient.api.company("27")
    fill(recipient.api, other.gstin)
    people.found(desk, other.gstin, "Deccan Stores", "deccan", "monthly", "Bina")
    return other.gstin


def state_of(desk: Desk, *gstins: Gstin) -> list[Any]:
    """Everything that deeds could change."""
    return [(rows(desk, gstin), told(desk, gstin)) for gstin in gstins]


def test_a_person_does_what_his_duties_let_him_and_nothing_else(
    desk: Desk, mine: Gstin, theirs: Gstin, hire: Hire, asha: Person
) -> None:
    """Of every set of duties at two taxpayers, and every deed at each of them."""
    people.grant(desk, people.person(desk, "Bina"), theirs, "Asha", Role.PREPARER)
    asha = people.person(desk, "Asha")
    known = {gstin: records(desk, gstin)["INV-1"] for gstin in (mine, theirs)}

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        here=st.frozensets(st.sampled_from(Role)),
        there=st.frozensets(st.sampled_from(Role)),
        deed=st.sampled_from(sorted(DEEDS)),
    )
    def holds(here: frozenset[Role], there: frozenset[Role], deed: str) -> None:
        name = f"P{next(names)}"
        boss = people.person(desk, "Bina")
        people.put_person(desk, boss, name, "")
        for gstin, roles in ((mine, here), (theirs, there)):
            for role in roles:
                people.grant(desk, boss, gstin, name, role)
        someone = people.person(desk, name) if here | there else Person(name, {})
        for gstin, other, roles in ((mine, theirs, here), (theirs, mine, there)):
            for row in rows(desk, gstin, "prepared", "approved"):
                clear(desk, gstin, row.id)
            number = decided(desk, asha, gstin, known[gstin], Action.REJECT)
            before, elsewhere = state_of(desk, gstin), state_of(desk, other)
            takes, act = DEEDS[deed]
            if roles & takes:
                act(desk, someone, gstin, known[gstin], number)
            else:
                with pytest.raises(NotAllowed):
                    act(desk, someone, gstin, known[gstin], number)
                assert state_of(desk, gstin) == before
            assert state_of(desk, other) == elsewhere, "nothing of the other taxpayer has changed"
            assert all(row.approved_by != row.person for row in rows(desk, gstin))

    holds()


def clear(desk: Desk, gstin: Gstin, number: int) -> None:
    """Begin anew."""
    with desk.of([gstin]) as db:
        db.execute("update desk.decision set state = 'undone' where gstin = %s and id = %s", (gstin, number))


TABLES = ("record", "decision", "comment", "push", "statement", "promise", "trail", "setting", "finding", "book")


def test_raw_sql_for_one_taxpayer_finds_and_changes_nothing_of_another(
    desk: Desk, mine: Gstin, theirs: Gstin, asha: Person
) -> None:
    record = records(desk, mine)["INV-1"]
    number = decided(desk, asha, mine, record, Action.REJECT)
    steps.comment(desk, asha, mine, record.key, "Hm.")
    before = state_of(desk, mine)
    with desk.of([theirs]) as db:
        for table in TABLES:
            found = db.execute(
                sql.SQL("select count(*) as n from desk.{} where gstin = %s").format(sql.Identifier(table)), (mine,)
            )
            assert next(found).n == 0
        changed = db.execute(
            "update desk.decision set state = 'approved', approved_by = 'Eve' where id = %s", (number,)
        )
        assert changed.rowcount == 0
        assert db.execute("delete from desk.decision").rowcount == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.of([theirs]) as db:
        db.execute(
            "insert into desk.comment (gstin, record, person, at, text) values (%s, 'x', 'Eve', now(), 'x')", (mine,)
        )
    with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.of([mine]) as db:
        db.execute("delete from desk.trail")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), desk.of([mine]) as db:
        db.execute("update desk.promise set stated = 0")
    assert state_of(desk, mine) == before


def test_a_decision_of_another_taxpayer_is_unknown_here(
    desk: Desk, mine: Gstin, theirs: Gstin, asha: Person, hire: Hire
) -> None:
    number = decided(desk, asha, mine, records(desk, mine)["INV-1"], Action.REJECT)
    eka = hire("Eka", theirs, Role.APPROVER, Role.PREPARER)
    for act in (steps.approve, steps.undo):
        with pytest.raises(Exception, match=f"has no decision {number}"):
            act(desk, eka, theirs, [number])
    assert [row.state for row in rows(desk, mine)] == ["prepared"]


def test_what_is_pushed_is_only_of_the_taxpayer(
    desk: Desk, mine: Gstin, theirs: Gstin, asha: Person, recipient: Taxpayer
) -> None:
    people.grant(desk, people.person(desk, "Bina"), theirs, "Asha", Role.PREPARER)
    asha = people.person(desk, "Asha")
    for gstin in (mine, theirs):
        decided(desk, asha, gstin, records(desk, gstin)["INV-1"], Action.ACCEPT)
    pushing.push(desk, asha, theirs)
    assert [row.state for row in rows(desk, mine)] == ["prepared"]
    assert [row.state for row in rows(desk, theirs)] == ["applied"]
    assert {it["action"] for it in recipient.records("B2B")} == {"N"}
    with pytest.raises(NotAllowed):
        promise.compare(desk, Person("Eve", {theirs: frozenset({Role.PREPARER})}), mine, promise.Period(2025, 9))
