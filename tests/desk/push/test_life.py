"""The life of decisions, in any order: prepare, approve, return, undo, edit, act elsewhere, read, push."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.api import Taxpayer, echo, note
from tests.desk.conftest import Hire
from tests.desk.decisions import make, records, rows, standing, wish

from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.desk.desk import PROGRAM, Desk
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.push.service import push
from gst_ims.desk.review.deciding import Seen, Want, decide_about
from gst_ims.desk.review.lists import Filter, worklist
from gst_ims.desk.review.steps import approve, give_back, undo
from gst_ims.desk.sync.service import sync

OPEN = ("prepared", "approved", "sending")
NUMBERS = tuple(f"E-{n}" for n in range(4))
numbers = st.sampled_from(NUMBERS)
actions = st.sampled_from(Action)


def test_whatever_happens_to_decisions_what_must_hold_holds(
    desk: Desk, mine: Gstin, hire: Hire, recipient: Taxpayer
) -> None:
    everybody = [hire(name, mine, Role.PREPARER, Role.APPROVER) for name in ("Dev", "Eka")]
    taxes = count(100)

    class Life(RuleBasedStateMachine):
        """One taxpayer, two people who prepare and approve, a policy, and a supplier who hasn't filed yet."""

        @initialize()
        def begin(self) -> None:
            """Four credit notes of a supplier of this life; his state on them is known from then on."""
            self.supplier = recipient.api.company("24")
            self.tax = dict.fromkeys(NUMBERS, 0)
            for number in NUMBERS:
                self.edit(number)
            for who in everybody:  # what the life before left
                undo(desk, who, mine, [row.id for row in rows(desk, mine, *OPEN)])
            self.read()

        def edit(self, number: str) -> None:
            """The supplier saves other amounts."""
            self.tax[number] = next(taxes)
            self.supplier.give_notes(mine, note(number, taxable=self.tax[number]))

        def read(self) -> None:
            """Read the portal."""
            known = records(desk, mine)
            assert set(NUMBERS) <= set(known)

        def at_the_portal(self) -> dict[str, dict[str, Any]]:
            """The supplier's records as the portal has them."""
            found = recipient.records("CN")
            return {it["nt_num"]: it for it in found if it["stin"] == self.supplier.gstin}

        def mine(self) -> list[Any]:
            with desk.of([mine]) as db:
                found = db.execute(
                    "select * from desk.record where gstin = %s and stin = %s and until is null",
                    (mine, self.supplier.gstin),
                )
                return list(found)

        @rule(number=numbers, action=actions, who=st.sampled_from(everybody))
        def prepare(self, number: str, action: Action, who: Person) -> None:
            """Somebody decides."""
            key = next(
                it.key for it in worklist(desk, who, mine, Filter(text=number, supplier=self.supplier.gstin)).lines
            )
            decide_about(desk, who, mine, [Seen(key)], Want(action))

        @rule(number=numbers, needs=st.booleans())
        def propose(self, number: str, needs: bool) -> None:
            """A policy decides."""
            record = next(it for it in self.read_records() if it.number == number)
            more = {
                "policy": "house v1: all",
                "needs_approval": needs,
                "reduce": True if record.asks_reduction else None,
            }
            make(desk, mine, PROGRAM, wish(record, Action.ACCEPT, **more))

        def read_records(self) -> list[Any]:
            return [it for it in standing(desk, mine).values() if it.stin == self.supplier.gstin]

        @rule(who=st.sampled_from(everybody))
        def approve_all(self, who: Person) -> None:
            """Somebody approves whatever is open."""
            stepped = approve(desk, who, mine, [row.id for row in rows(desk, mine, "prepared")])
            assert all("himself" in it.why for it in stepped.refused)

        @rule(who=st.sampled_from(everybody), number=numbers)
        def return_one(self, who: Person, number: str) -> None:
            """Somebody returns what is open."""
            give_back(desk, who, mine, [it.id for it in rows(desk, mine, *OPEN) if it.number == number], "No.")

        @rule(who=st.sampled_from(everybody), number=numbers)
        def undo_one(self, who: Person, number: str) -> None:
            """Somebody takes back what is open."""
            undo(desk, who, mine, [it.id for it in rows(desk, mine, *OPEN) if it.number == number])

        @rule(number=numbers)
        def supplier_edits(self, number: str) -> None:
            """The supplier says something else."""
            self.edit(number)

        @rule(number=numbers, action=st.sampled_from((Action.REJECT, Action.ACCEPT)))
        def somebody_acts_at_the_portal(self, number: str, action: Action) -> None:
            """Not through the desk."""
            row = self.at_the_portal()[number]
            more = {"itcRedReq": "Y"} if action is Action.ACCEPT and row.get("isItcRedReqBlocked") != "Y" else {}
            recipient.act("b2bcn", echo(row, action, **more))

        @rule()
        def read_the_portal(self) -> None:
            """And no decision is left about what isn't so any more."""
            sync(desk, mine)
            now = {it.number: it for it in self.mine()}
            for row in rows(desk, mine, "prepared", "approved"):
                assert (row.hash, row.was) == (now[row.number].hash, now[row.number].action)

        @rule(who=st.sampled_from(everybody))
        def push_all(self, who: Person) -> None:
            """What may be sent is sent, and stands; what may not isn't."""
            before = self.at_the_portal()
            ready = {row.id: row for row in rows(desk, mine, "prepared", "approved")}
            push(desk, who, mine)
            after = {row.id: row for row in rows(desk, mine)}
            now = self.at_the_portal()
            touched = set[str]()
            for number, row in ready.items():
                became = after[number].state
                if row.state == "prepared" and row.needs_approval:
                    assert became in ("prepared", "void")
                    continue
                assert became in ("applied", "void"), after[number].words
                if became == "applied":
                    touched.add(row.number)
                    assert now[row.number]["action"] == row.action
            for number in set(NUMBERS) - touched:
                assert now[number]["action"] == before[number]["action"], "nobody decided so"

        @invariant()
        def nobody_approves_his_own(self) -> None:
            """Nor is anything at the portal that needed approval and has none."""
            for row in rows(desk, mine):
                assert row.approved_by is None or row.approved_by != row.person
                assert not row.needs_approval or row.approved_by or row.push is None

        @invariant()
        def a_record_has_one_open_decision_at_most(self) -> None:
            """And between pushes nothing is on its way."""
            open_ones = Counter((row.section, row.stin, row.number, row.period) for row in rows(desk, mine, *OPEN))
            assert set(open_ones.values()) <= {1}
            assert rows(desk, mine, "sending", "unknown") == []

        @invariant()
        def the_trail_tells_of_every_decision(self) -> None:
            """Its last word is the state of the decision."""
            with desk.of([mine]) as db:
                found = db.execute(
                    "select distinct on ((detail ->> 'decision')::bigint) (detail ->> 'decision')::bigint as id, what"
                    " from desk.trail t where gstin = %s and detail ? 'decision'"
                    " order by (detail ->> 'decision')::bigint, t.id desc",
                    (mine,),
                )
                last = {row.id: row.what for row in found}
            assert {row.id: row.state for row in rows(desk, mine)} == last

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Life,
        settings=settings(
            max_examples=4,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
