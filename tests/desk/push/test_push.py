"""Pushing: what is decided is at the portal afterwards, once each, with a verdict for every row."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from tests.api import Taxpayer, echo, note
from tests.desk.conftest import Hire
from tests.desk.decisions import agreed, decided, make, records, rows, told, wish

from gst_ims.client.errors import NoAnswer
from gst_ims.client.outcome import Progress
from gst_ims.connect.portal import Portal
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.desk import jobs
from gst_ims.desk.desk import PROGRAM, Desk, NotAllowed, Unknown
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.policy import service as policies
from gst_ims.desk.push import work
from gst_ims.desk.push.next_steps import next_step, steps
from gst_ims.desk.push.service import Busy, left, push, pushes, request, resume
from gst_ims.desk.review.lists import Filter, worklist
from gst_ims.desk.review.steps import approve, give_back, undo


def away(profile: str, gstin: Gstin) -> object:
    """A way to a portal that isn't there."""
    raise NoAnswer(call="GET /")


def at_the_portal(recipient: Taxpayer) -> dict[str, str]:
    """What the portal says of its records, but for those about which nothing is decided."""
    found = [record for section in ("B2B", "CN", "DN") for record in recipient.records(section)]
    return {it.get("inum") or it["nt_num"]: it["action"] for it in found if it["action"] != "N"}


def test_what_is_approved_and_what_needs_none_is_at_the_portal(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.REJECT))
    decided(desk, asha, mine, known["INV-2"], Action.REJECT)  # which nobody approves
    decided(desk, asha, mine, known["CN-1"], Action.ACCEPT)
    make(desk, mine, PROGRAM, wish(known["INV-3"], Action.PENDING, policy="house v1: late", remarks="Not here yet."))
    (done,) = push(desk, asha, mine)
    assert (done.rows, done.applied, done.refused, done.void, done.unknown) == (3, 3, 0, 0, 0)
    assert (done.person, done.ended_at) == ("Asha", desk.clock.now())
    assert at_the_portal(recipient) == {"INV-1": "R", "CN-1": "A", "INV-3": "P"}
    assert [row.number for row in rows(desk, mine, "prepared")] == ["INV-2"]
    assert told(desk, mine, known["INV-1"])[2:] == [("Asha", "sending"), ("Asha", "applied")]


def test_a_push_with_nothing_to_send_is_none(desk: Desk, mine: Gstin, asha: Person) -> None:
    records(desk, mine)
    assert push(desk, asha, mine) == []
    assert pushes(desk, asha, mine) == []


def test_actions_are_taken_back_with_the_same_care(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.REJECT), (known["CN-1"], Action.REJECT))
    push(desk, asha, mine)
    known = records(desk, mine)
    decided(desk, asha, mine, known["INV-1"], Action.NONE)
    decided(desk, asha, mine, known["CN-1"], Action.NONE)
    decided(desk, asha, mine, known["INV-2"], Action.ACCEPT)
    (done,) = push(desk, asha, mine)
    assert (done.applied, done.rows) == (3, 3)
    assert at_the_portal(recipient) == {"INV-2": "A"}


def test_what_changed_at_the_portal_meanwhile_is_void_and_asked_again(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.REJECT), (known["INV-2"], Action.REJECT))
    row = next(it for it in recipient.records("B2B") if it["inum"] == "INV-1")
    recipient.act("b2b", echo(row, "P"))
    (done,) = push(desk, asha, mine)
    assert (done.applied, done.void, done.refused) == (1, 1, 0)
    (void,) = rows(desk, mine, "void")
    assert (void.number, void.code) == ("INV-1", "IMSSAV0010")
    (line,) = left(desk, asha, mine, done.id)
    assert (line.key.number, line.state) == ("INV-1", "void")
    assert line.next.startswith("The desk has read the record again")
    todo = {it.key.number: it for it in worklist(desk, asha, mine, Filter(state="todo")).lines}
    assert todo["INV-1"].action is Action.PENDING, "it was read again"
    assert at_the_portal(recipient) == {"INV-1": "P", "INV-2": "R"}


@pytest.mark.parametrize("read", ["hash = 'another'", "action = 'P'"])
def test_a_change_that_was_read_before_the_push_is_not_sent_at_all(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer, read: str
) -> None:
    supplier = recipient.api.company("24")
    supplier.give_notes(mine, note("CN-9", taxable=100))
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["CN-9"], Action.REJECT))
    with desk.of([mine]) as db:  # as if a reading and the decision had crossed
        db.execute(f"update desk.record set {read} where number = 'CN-9'")  # type: ignore[arg-type]
    assert push(desk, asha, mine) == []
    (void,) = rows(desk, mine, "void")
    assert void.words == "The record has changed since: look again."
    assert at_the_portal(recipient) == {}


def test_partial_failures_say_what_to_do_row_by_row(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.ACCEPT), (known["CN-1"], Action.ACCEPT))
    with desk.of([mine]) as db:  # what the client knows nothing of
        db.execute("update desk.decision set reduction = 'full' where number = 'INV-1'")
        db.execute('update desk.record set source = replace(source, \'"isItcRedReqBlocked":"Y"\', \'"x":1\')')
    (done,) = push(desk, asha, mine)
    assert (done.applied, done.refused) == (1, 1)
    (line,) = left(desk, asha, mine, done.id)
    assert (line.state, line.key.number) == ("refused", "INV-1")
    assert line.words
    assert line.next
    assert at_the_portal(recipient) == {"CN-1": "A"}


def test_large_pushes_go_in_parts_and_tell_how_far_they_are(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "ROWS", 2)
    known = records(desk, mine)
    make(desk, mine, "Asha", *(wish(known[f"INV-{n}"], Action.ACCEPT) for n in range(5)))
    seen: list[Progress] = []
    (done,) = push(desk, asha, mine, seen.append)
    with desk.of([mine]) as db:
        (row,) = db.execute("select batches from desk.push where gstin = %s", (mine,))
    assert len(row.batches) == 3
    assert [(it.done, it.total) for it in seen] == sorted((it.done, it.total) for it in seen)
    assert (seen[0].done, seen[-1].done, seen[-1].total, done.applied) == (0, 5, 5, 5)


def test_whoever_lost_his_duty_pushes_nothing(desk: Desk, mine: Gstin, chetan: Person, hire: Hire) -> None:
    for act in (push, request):
        with pytest.raises(NotAllowed, match="this takes preparer"):
            act(desk, chetan, mine)
    with pytest.raises(NotAllowed):
        pushes(desk, Person("Eve", {}), mine)
    with pytest.raises(Unknown, match="has no push 7"):
        left(desk, hire("Dev", mine, Role.VIEWER), mine, 7)


def test_a_push_is_done_by_the_worker(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer, database_url: str
) -> None:
    agreed(desk, asha, chetan, mine, (records(desk, mine)["INV-1"], Action.REJECT))
    request(desk, asha, mine)
    asyncio.run(jobs.run_worker(desk, database_url, 1, wait=False))
    assert [(it.applied, it.person) for it in pushes(desk, asha, mine)] == [(1, "Asha")]
    assert at_the_portal(recipient) == {"INV-1": "R"}


def test_one_pushes_at_a_time(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    decided(desk, asha, mine, known["INV-1"], Action.ACCEPT)
    inside, over = threading.Event(), threading.Event()

    def wait(progress: Progress) -> None:
        inside.set()
        assert over.wait(20)

    first = threading.Thread(target=push, args=(desk, asha, mine, wait))
    first.start()
    try:
        assert inside.wait(20)
        with pytest.raises(Busy, match="Somebody is pushing"):
            push(desk, asha, mine)
        with pytest.raises(Busy):
            resume(desk, mine)
    finally:
        over.set()
        first.join(20)
    assert [it.applied for it in pushes(desk, asha, mine)] == [1]


def test_a_portal_that_is_away_leaves_the_push_open(desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer) -> None:
    decided(desk, asha, mine, records(desk, mine)["INV-1"], Action.ACCEPT)

    with pytest.raises(NoAnswer):
        push(replace(desk, ways=away), asha, mine)  # type: ignore[arg-type]
    (still,) = pushes(desk, asha, mine)
    assert (still.ended_at, still.rows, still.applied) == (None, 1, 0)
    assert [line.next for line in left(desk, asha, mine, still.id)] == [
        "It is on its way. Push again to go on with it."
    ]
    decided(desk, asha, mine, records(desk, mine)["INV-2"], Action.ACCEPT)
    first, second = push(desk, asha, mine)
    assert (first.id, second.id, first.applied, second.applied) == (1, 2, 1, 1)
    assert at_the_portal(recipient) == {"INV-1": "A", "INV-2": "A"}


def test_what_is_being_sent_is_not_changed(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    record = records(desk, mine)["INV-1"]
    (number,) = agreed(desk, asha, chetan, mine, (record, Action.REJECT))

    with pytest.raises(NoAnswer):
        push(replace(desk, ways=away), asha, mine)  # type: ignore[arg-type]
    for stepped in (
        undo(desk, asha, mine, [number]),
        approve(desk, chetan, mine, [number]),
        give_back(desk, chetan, mine, [number], "no"),
    ):
        assert (stepped.done, stepped.refused[0].why[:22]) == (0, "It is with the portal,")
    for person in ("Asha", PROGRAM):
        (refused,) = make(desk, mine, person, wish(record, Action.ACCEPT)).refused
        assert refused.why == "It is being sent to the portal: wait until that is over."
    (done,) = resume(desk, mine)
    assert (done.applied, at_the_portal(recipient)) == (1, {"INV-1": "R"})


@pytest.mark.parametrize("rejected", [False, True], ids=["left alone", "rejected elsewhere"])
def test_an_edit_while_a_push_was_open_is_seen_and_nothing_is_sent(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer, rejected: bool
) -> None:
    supplier = recipient.api.company("24")
    supplier.give_notes(mine, note("CN-9", taxable=100))
    agreed(desk, asha, chetan, mine, (records(desk, mine)["CN-9"], Action.REJECT))
    with pytest.raises(NoAnswer):
        push(replace(desk, ways=away), asha, mine)  # type: ignore[arg-type]
    supplier.give_notes(mine, note("CN-9", taxable=200))
    if rejected:
        (row,) = [it for it in recipient.records("CN") if it["nt_num"] == "CN-9"]
        recipient.act("b2bcn", echo(row, "R"))
    (done,) = resume(desk, mine)
    assert done.void == 1
    assert [row.words for row in rows(desk, mine, "void")] == [
        "The supplier has edited the document meanwhile: look again."
    ]
    with desk.of([mine]) as db:
        assert [row.batches for row in db.execute("select batches from desk.push")] == [[]]


def test_a_verdict_about_what_another_one_sent_is_none_about_ours(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer
) -> None:
    record = records(desk, mine)["INV-1"]
    decided(desk, asha, mine, record, Action.ACCEPT)
    with pytest.raises(NoAnswer):
        push(replace(desk, ways=away), asha, mine)  # type: ignore[arg-type]
    with desk.ways("konkan", mine) as portal:
        portal.save([record.keep_pending()])
    (done,) = resume(desk, mine)
    assert (done.applied, done.void) == (0, 1)
    assert at_the_portal(recipient) == {"INV-1": "P"}


def test_a_verdict_is_not_written_over(desk: Desk, mine: Gstin, asha: Person) -> None:
    number = decided(desk, asha, mine, records(desk, mine)["INV-1"], Action.ACCEPT)
    (done,) = push(desk, asha, mine)
    late = {"ids": [number], "states": ["refused"], "codes": ["X"], "words": ["late"]}
    with desk.of([mine]) as db:
        work.queries.write_verdicts(db, gstin=mine, push=done.id, person="Asha", at=desk.clock.now(), **late)
    assert [row.state for row in rows(desk, mine)] == ["applied"]


def test_what_somebody_else_did_while_a_push_was_open_is_seen(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer
) -> None:
    known = records(desk, mine)
    for number in ("INV-1", "INV-2", "INV-3"):
        decided(desk, asha, mine, known[number], Action.ACCEPT)

    with pytest.raises(NoAnswer):
        push(replace(desk, ways=away), asha, mine)  # type: ignore[arg-type]
    by_number = {it["inum"]: it for it in recipient.records("B2B")}
    recipient.act("b2b", echo(by_number["INV-1"], "A"), echo(by_number["INV-2"], "P"))
    (done,) = resume(desk, mine)
    assert (done.applied, done.void) == (2, 1)
    assert [row.words for row in rows(desk, mine, "void")] == [
        "Somebody acted on the record elsewhere meanwhile: look again."
    ]


def test_who_pushes_by_the_worker_has_the_duty_when_it_is_done(
    desk: Desk, mine: Gstin, asha: Person, database_url: str, recipient: Taxpayer
) -> None:
    decided(desk, asha, mine, records(desk, mine)["INV-1"], Action.ACCEPT)
    request(desk, asha, mine)
    people.revoke(desk, people.person(desk, "Bina"), mine, "Asha", Role.PREPARER)
    asyncio.run(jobs.run_worker(desk, database_url, 1, wait=False))
    assert at_the_portal(recipient) == {}


def test_every_code_of_the_table_has_a_next_step_and_a_source() -> None:
    assert {"IMSSAV0010", "IMSSAV0015", "IMSSAV0054", "IMSSAV005"} <= set(steps())
    assert all(step.next.endswith(".") and step.source for step in steps().values())
    assert next_step("refused", "IMSSAV0054").startswith("Say by how much")
    assert next_step("refused", "XYZ1") == next_step("refused", None) != ""
    assert next_step("applied", None) == ""


def test_what_a_policy_prepared_goes_the_same_way(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    records(desk, mine)
    rules = (
        'name = "house"\n[[rule]]\nname = "notes"\nwhen = "section = \'b2bcn\'"\naction = "reject"\napproval = true\n'
    )
    rules += '[[rule]]\nname = "rest"\naction = "accept"\napproval = false\n'
    policies.put(desk, asha, mine, rules)
    policies.approve(desk, chetan, mine, "house", 1)
    policies.use(desk, chetan, mine, "house")
    policies.propose(desk, mine)
    assert {row.person for row in rows(desk, mine)} == {PROGRAM}
    push(desk, asha, mine)
    assert set(at_the_portal(recipient).values()) == {"A"}, "what needs approval waits"
    assert approve(desk, chetan, mine, [row.id for row in rows(desk, mine, "prepared")]).done == 3
    push(desk, asha, mine)
    assert {number: action for number, action in at_the_portal(recipient).items() if action == "R"} == {
        f"CN-{n}": "R" for n in range(3)
    }
    assert len(at_the_portal(recipient)) == 12
    (rejected,) = [row for row in rows(desk, mine, "applied") if row.number == "CN-1"]
    assert (rejected.policy, rejected.approved_by) == ("house v1: notes", "Chetan")


def test_a_gstr_2b_that_makes_no_sense_keeps_no_push_open(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    """What the portal has applied is applied; the trail says why nothing was compared."""
    agreed(desk, asha, chetan, mine, (records(desk, mine)["INV-1"], Action.REJECT))

    class Senseless:
        """The portal, but for its GSTR-2B."""

        def __init__(self, portal: Portal) -> None:
            self.portal = portal

        def __getattr__(self, name: str) -> Any:
            return getattr(self.portal, name)

        def gstr2b(self, period: object) -> Any:
            raise Invalid("Action 'ZZ' of the portal isn't one of A, R, P, N.")

    @contextmanager
    def ways(profile: str, gstin: Gstin) -> Generator[Any]:
        with desk.ways(profile, gstin) as portal:
            yield Senseless(portal)

    (done,) = push(replace(desk, ways=ways), asha, mine)
    assert (done.applied, done.ended_at) == (1, desk.clock.now())
    with desk.of([mine]) as db:
        (why,) = db.execute("select why from desk.trail where what = 'not recomputed'").fetchall()
    assert "Action 'ZZ'" in why[0]
