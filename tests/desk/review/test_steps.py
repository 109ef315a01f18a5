"""Two pairs of eyes: who may approve, return and take back what, and that each step is in the trail."""

from __future__ import annotations

import pytest
from tests.desk.conftest import Hire
from tests.desk.decisions import agreed, decided, make, records, rows, told, wish

from gst_ims.client.record import Key
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section
from gst_ims.desk.desk import PROGRAM, Desk, NotAllowed, Unknown
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.push.service import push
from gst_ims.desk.review.lists import Filter, worklist
from gst_ims.desk.review.steps import approve, comment, give_back, undo


@pytest.fixture
def both(hire: Hire, mine: Gstin) -> Person:
    """Eka prepares and approves."""
    return hire("Eka", mine, Role.PREPARER, Role.APPROVER)


def test_another_person_approves(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    record = records(desk, mine)["INV-1"]
    number = decided(desk, asha, mine, record, Action.REJECT)
    assert approve(desk, chetan, mine, [number], "Seen.").done == 1
    (row,) = rows(desk, mine)
    assert (row.state, row.approved_by, row.approved_at) == ("approved", "Chetan", desk.clock.now())
    assert told(desk, mine, record) == [("Asha", "prepared"), ("Chetan", "approved")]


def test_nobody_approves_or_returns_his_own(desk: Desk, mine: Gstin, both: Person) -> None:
    number = decided(desk, both, mine, records(desk, mine)["INV-1"], Action.REJECT)
    (refused,) = approve(desk, both, mine, [number]).refused
    assert refused.why == "Eka has decided so himself: another person has to approve it."
    (refused,) = give_back(desk, both, mine, [number], "Hm").refused
    assert refused.why == "Eka has decided so himself: take it back."
    assert [row.state for row in rows(desk, mine)] == ["prepared"]


def test_the_database_itself_knows_that_nobody_approves_his_own(desk: Desk, mine: Gstin, asha: Person) -> None:
    decided(desk, asha, mine, records(desk, mine)["INV-1"], Action.REJECT)
    with pytest.raises(Exception, match="decision_check"), desk.of([mine]) as db:
        db.execute("update desk.decision set state = 'approved', approved_by = 'Asha' where gstin = %s", (mine,))


def test_what_a_policy_proposed_is_approved_by_an_approver(desk: Desk, mine: Gstin, both: Person) -> None:
    record = records(desk, mine)["INV-1"]
    make(desk, mine, PROGRAM, wish(record, Action.ACCEPT, policy="house v1: look", needs_approval=True))
    assert approve(desk, both, mine, [rows(desk, mine)[0].id]).done == 1


def test_a_preparer_does_not_approve_and_an_approver_does_not_take_back(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person
) -> None:
    number = decided(desk, asha, mine, records(desk, mine)["INV-1"], Action.REJECT)
    with pytest.raises(NotAllowed, match="this takes approver"):
        approve(desk, asha, mine, [number])
    with pytest.raises(NotAllowed, match="this takes approver"):
        give_back(desk, asha, mine, [number], "no")
    with pytest.raises(NotAllowed, match="this takes preparer"):
        undo(desk, chetan, mine, [number])


def test_what_is_decided_anew_is_not_approved_by_who_saw_the_old_one(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person
) -> None:
    record = records(desk, mine)["INV-1"]
    seen = decided(desk, asha, mine, record, Action.REJECT)
    decided(desk, asha, mine, record, Action.PENDING)
    stepped = approve(desk, chetan, mine, [seen])
    assert (stepped.done, stepped.refused[0].why) == (0, "It is over: decide anew.")
    assert [row.state for row in rows(desk, mine)] == ["undone", "prepared"]


def test_an_approved_one_is_not_approved_again_but_can_be_returned(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person
) -> None:
    (number,) = agreed(desk, asha, chetan, mine, (records(desk, mine)["INV-1"], Action.REJECT))
    assert approve(desk, chetan, mine, [number]).refused[0].why == "It is approved already."
    assert give_back(desk, chetan, mine, [number], "They sent a credit note.").done == 1
    (row,) = rows(desk, mine)
    assert (row.state, row.words) == ("returned", "They sent a credit note.")


@pytest.mark.parametrize("words", ["", "  \n", "x" * 2001, "a\0b"])
def test_a_return_needs_words(desk: Desk, mine: Gstin, asha: Person, chetan: Person, words: str) -> None:
    number = decided(desk, asha, mine, records(desk, mine)["INV-1"], Action.REJECT)
    with pytest.raises(Invalid, match=r"say it in 2000|Say why"):
        give_back(desk, chetan, mine, [number], words)
    assert [row.state for row in rows(desk, mine)] == ["prepared"]


def test_ones_own_and_the_programs_are_taken_back_also_when_approved(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, hire: Hire
) -> None:
    known = records(desk, mine)
    (number,) = agreed(desk, asha, chetan, mine, (known["INV-1"], Action.REJECT))
    make(desk, mine, PROGRAM, wish(known["INV-2"], Action.ACCEPT, policy="house v1: all"))
    dev = hire("Dev", mine, Role.PREPARER)
    ids = [row.id for row in rows(desk, mine)]
    stepped = undo(desk, dev, mine, ids, "Wait.")
    assert [(it.key.number, it.why) for it in stepped.refused] == [
        ("INV-1", "Asha has decided so: an approver can return it.")
    ]
    assert undo(desk, asha, mine, [number]).done == 1
    assert [row.state for row in rows(desk, mine)] == ["undone", "undone"]
    assert worklist(desk, asha, mine, Filter(state="todo")).lines[0].key.number == "INV-6"


def test_what_is_pushed_is_not_changed_any_more(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    (number,) = agreed(desk, asha, chetan, mine, (records(desk, mine)["INV-1"], Action.REJECT))
    push(desk, asha, mine)
    with_portal = "It is with the portal, or was: it can't be changed any more."
    assert undo(desk, asha, mine, [number]).refused[0].why == with_portal
    assert approve(desk, chetan, mine, [number]).refused[0].why == with_portal
    assert give_back(desk, chetan, mine, [number], "no").refused[0].why == with_portal


def test_what_is_void_or_returned_can_be_left_as_it_is(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    number = decided(desk, asha, mine, records(desk, mine)["INV-1"], Action.REJECT)
    give_back(desk, chetan, mine, [number], "Why?")
    assert undo(desk, asha, mine, [number], "Nothing to do.").done == 1
    assert undo(desk, asha, mine, [number]).refused[0].why == "It is over: decide anew."


def test_an_unknown_decision_stops_all(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    number = decided(desk, asha, mine, records(desk, mine)["INV-1"], Action.REJECT)
    with pytest.raises(Unknown, match="has no decision 999: nothing was changed"):
        approve(desk, chetan, mine, [number, 999])
    assert [row.state for row in rows(desk, mine)] == ["prepared"]


def test_thousands_are_approved_by_one_statement(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    known = records(desk, mine)
    make(desk, mine, "Asha", *(wish(known[f"INV-{n}"], Action.REJECT) for n in range(7)))
    assert approve(desk, chetan, mine, [row.id for row in rows(desk, mine)] * 2).done == 7


def test_everybody_who_sees_a_record_can_say_something_about_it(desk: Desk, mine: Gstin, hire: Hire) -> None:
    record = records(desk, mine)["INV-1"]
    dev = hire("Dev", mine, Role.VIEWER)
    comment(desk, dev, mine, record.key, " Where is the lorry receipt? ")
    assert told(desk, mine, record) == [("Dev", "commented")]
    (line,) = worklist(desk, dev, mine, Filter(text="INV-1")).lines
    assert line.comments == 1
    with pytest.raises(NotAllowed):
        comment(desk, Person("Eve", {}), mine, record.key, "me too")
    with pytest.raises(Invalid, match="Say something"):
        comment(desk, dev, mine, record.key, " ")
    with pytest.raises(Unknown, match="no record b2b:24AAXCT0003K1ZA:NIL:102025"):
        comment(desk, dev, mine, Key(Section.B2B, "24AAXCT0003K1ZA", "NIL", Period(2025, 10)), "?")
