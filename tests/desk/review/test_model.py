"""Decisions against a model of them: what is made, replaced and refused, step by step, and the trail of it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.connect.records import record
from tests.desk.decisions import rows, standing
from tests.desk.review.folders import Folder, Office, office

from gst_ims.client.record import Record
from gst_ims.core.section import Action, Section
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.desk.desk import PROGRAM, Unknown
from gst_ims.desk.people.service import Role
from gst_ims.desk.review.service import Wish, decide
from gst_ims.desk.review.steps import approve, give_back, undo

BOTH = (Role.PREPARER, Role.APPROVER)
#: Invoices, one of them above what one person may decide alone, and two credit notes.
RECORDS = {"I-1": Section.B2B, "I-2": Section.B2B, "BIG": Section.B2B, "C-1": Section.B2BCN, "C-2": Section.B2BCN}
OPEN, OVER = ("prepared", "approved"), "It is over: decide anew."

records = st.sampled_from(sorted(RECORDS))
actions = st.sampled_from(Action)
people = st.sampled_from(["Asha", "Dev"])


@pytest.fixture(scope="module")
def place(server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One desk for all lives, each of a taxpayer of its own."""
    with office(server, tmp_path_factory.mktemp("model")) as opened:
        yield opened


@dataclass(frozen=True)
class Made:
    """A decision as the model has it."""

    number: str
    version: int
    was: Action
    action: Action
    remarks: str | None
    full: bool
    person: str
    needs: bool
    state: str = "prepared"
    approved_by: str | None = None
    words: str | None = None


class Model:
    """What the documentation says of decisions, a record at a time."""

    def __init__(self) -> None:
        self.made: list[Made] = []
        #: The version of each record that was read last, and its action; what isn't in IMS isn't here.
        self.records: dict[str, tuple[int, Action]] = {}

    def open(self, number: str) -> int | None:
        return next((at for at, it in enumerate(self.made) if it.number == number and it.state in OPEN), None)

    def decide(self, person: str, wanted: Made, seen: tuple[int, Action]) -> str | None:
        """Why it is refused; None where it is made."""
        at = self.open(wanted.number)
        there = self.made[at] if at is not None else None
        if (why := self._not_as_seen(wanted.number, seen) or _stands_against(there, person, wanted)) is not None:
            return why
        if wanted.action is wanted.was is Action.NONE:
            return "There is no action to take back."
        if wanted.action is Action.PENDING and wanted.full:
            return "A reduction can be declared on acceptance only: leave it out (R6.7)."
        # What the portal doesn't tell of an action (remarks, a reduction) may be said anew.
        if wanted.action is wanted.was and wanted.remarks is None and not wanted.full:
            return "The record says so already: there is nothing to do."
        if at is not None and there is not None:
            self.made[at] = replace(there, state="undone", words="Decided anew.")
        self.made.append(wanted)
        return None

    def _not_as_seen(self, number: str, seen: tuple[int, Action]) -> str | None:
        if number not in self.records:
            return "There is no such record in IMS, or no longer."
        if self.records[number][0] != seen[0]:
            return "The supplier has edited the document since: look again."
        return None if self.records[number][1] is seen[1] else "Somebody acted on the record since: look again."

    def step(self, at: int, state: str, why: str | None, **more: Any) -> str | None:
        if why is None:
            self.made[at] = replace(self.made[at], state=state, **more)
        return why

    def approve(self, at: int, by: str) -> str | None:
        it = self.made[at]
        why = None
        if it.state == "approved":
            why = "It is approved already."
        elif it.state != "prepared":
            why = OVER
        elif it.person == by:
            why = f"{by} has decided so himself: another person has to approve it."
        return self.step(at, "approved", why, approved_by=by, words="Seen.")

    def give_back(self, at: int, by: str) -> str | None:
        it = self.made[at]
        why = None if it.state in OPEN else OVER
        if why is None and it.person == by:
            why = f"{by} has decided so himself: take it back."
        return self.step(at, "returned", why, words="Why?")

    def undo(self, at: int, by: str) -> str | None:
        it = self.made[at]
        why = None
        if it.state not in ("void", "returned"):
            if it.state not in OPEN:
                why = OVER
            elif it.person not in (by, PROGRAM):
                why = f"{it.person} has decided so: an approver can return it."
        return self.step(at, "undone", why, words=None)

    def read(self, now: dict[str, tuple[int, Action]]) -> None:
        """A reading: what isn't as it was decided about is void."""
        for at, it in enumerate(self.made):
            if it.state in OPEN and now.get(it.number) != (it.version, it.was):
                words = "The supplier has edited the document: look again."
                if it.number not in now:
                    words = "The record is no longer in IMS."
                elif now[it.number][0] == it.version:
                    words = "Somebody acted on the record elsewhere: look again."
                self.made[at] = replace(it, state="void", words=words)
        self.records = dict(now)


def _stands_against(there: Made | None, person: str, wanted: Made) -> str | None:
    """What another decision, which is open, has against this one."""
    if there is None:
        return None
    if there.state == "approved":
        return "It is approved: undo that first."
    if there.person not in (person, PROGRAM):
        return f"It is for {there.person} to change, who decided about it."
    same = (there.version, there.was, there.action, there.remarks, there.full) == (
        *(wanted.version, wanted.was, wanted.action, wanted.remarks, wanted.full),
    )
    return "It is decided so already." if there.person == person and same else None


def replayed(office: Office, folder: Folder) -> dict[int, tuple[Any, ...]]:
    """The decisions as nothing but the trail tells them: number, who, what he wanted, and the state."""
    found: dict[int, dict[str, Any]] = {}
    with office.desk.of([folder.gstin]) as db:
        for it in db.execute("select * from desk.trail where gstin = %s order by id", (folder.gstin,)):
            if "decision" not in it.detail:
                continue
            number = it.detail["decision"]
            if it.what == "prepared":
                assert number not in found
                told = {name: it.detail.get(name) for name in ("was", "action", "remarks", "needs_approval")}
                found[number] = told | {"record": it.record, "person": it.person, "by": None}
            if it.what == "approved":
                found[number]["by"] = it.person
            found[number] |= {"state": it.what, "said": it.why or None}
            assert it.record == found[number]["record"]
    names = ("record", "person", "was", "action", "remarks", "needs_approval", "state", "by")
    return {number: tuple(it[name] for name in names) for number, it in found.items()}


class Life(RuleBasedStateMachine):
    """A taxpayer with two who prepare and approve, a policy, and a portal at which anything may happen."""

    place: Office

    @initialize()
    def begin(self) -> None:
        self.folder, self.staff = self.place.founded(("Asha", BOTH), ("Dev", BOTH))
        self.model, self.versions = Model(), dict.fromkeys(RECORDS, 0)
        self.marks: dict[tuple[str, int], str] = {}
        for number in RECORDS:
            self.save(number)
        self.read()

    def save(self, number: str) -> None:
        """The supplier saves a document, as he last said it."""
        tax = {"txval": 1000000.0, "iamt": 180000.0} if number == "BIG" else {}
        self.folder.put(RECORDS[number], number, val=5000.0 + self.versions[number], **tax)

    @property
    def desk(self) -> Any:
        return self.place.desk

    def ids(self) -> list[int]:
        return [row.id for row in rows(self.desk, self.folder.gstin)]

    def known(self) -> dict[str, Record]:
        return standing(self.desk, self.folder.gstin)

    @rule()
    def read(self) -> None:
        """Read the portal."""
        self.place.read(self.folder)
        now = {number: (self.versions[number], Action(row["action"])) for number, (_, row) in self.folder.rows.items()}
        self.model.read(now)
        for number, it in self.known().items():
            self.marks[number, self.versions[number]] = it.hash

    @rule(number=records)
    def supplier_edits(self, number: str) -> None:
        """The supplier says other amounts; nobody at the desk knows before the next reading."""
        if number in self.folder.rows:
            self.versions[number] += 1
            self.save(number)

    @rule(number=records, action=actions)
    def somebody_acts(self, number: str, action: Action) -> None:
        """At the portal, not through the desk."""
        if number in self.folder.rows:
            self.folder.put(RECORDS[number], number, action=action.value)

    @rule(number=records)
    def supplier_takes_back(self, number: str) -> None:
        """Or saves it again."""
        if number in self.folder.rows:
            self.folder.rows.pop(number)
        else:
            self.save(number)

    @rule(number=records, action=actions, person=people, remarks=st.sampled_from([None, "Late."]))
    def prepare(self, number: str, action: Action, person: str, remarks: str | None) -> None:
        """Somebody decides about what he sees now."""
        self.wish(person, number, action, remarks)

    @rule(number=records, needs=st.booleans())
    def propose(self, number: str, needs: bool) -> None:
        """A policy decides."""
        self.wish(PROGRAM, number, Action.ACCEPT, None, needs=needs)

    @rule(number=records, action=actions, person=people, stale=st.sampled_from(["version", "action", "both"]))
    def prepare_late(self, number: str, action: Action, person: str, stale: str) -> None:
        """Somebody decides about what he has seen before something happened to it."""
        self.wish(person, number, action, None, stale=stale)

    def wish(
        self, person: str, number: str, action: Action, remarks: str | None, *, needs: bool = False, stale: str = ""
    ) -> None:
        known = self.known().get(number)
        version, stood = self.model.records.get(number, (0, Action.NONE))
        key, mark = record(RECORDS[number], number).key, known.hash if known else "gone"
        was = stood
        if stale in ("action", "both"):
            was = next(it for it in Action if it is not stood)
        if stale in ("version", "both"):
            version, mark = -1, self.marks.get((number, version - 1), "of before")
        full = action is Action.ACCEPT and RECORDS[number] is Section.B2BCN
        wanted = Made(
            *(number, version, was, action, remarks, full, person),
            needs or (person != PROGRAM and action is Action.REJECT) or number == "BIG",
        )
        expected = self.model.decide(person, wanted, (version, was))
        with self.desk.of([self.folder.gstin]) as db:
            one = Wish(key, mark, was, action, remarks, True if full else None, needs_approval=needs)
            done = decide(db, self.desk, self.folder.gstin, [one], person)
        assert [it.why for it in done.refused] == ([] if expected is None else [expected])
        assert done.made == (expected is None)

    @rule(by=people, chosen=st.data(), step=st.sampled_from(["approve", "give_back", "undo"]))
    def step(self, by: str, chosen: Any, step: str) -> None:
        """Somebody approves, returns or takes back some decisions, whatever has become of them."""
        ids = self.ids()
        if not ids:
            return
        # Mostly of those that are open: most are over.
        open_ones = [at for at, it in enumerate(self.model.made) if it.state in OPEN]
        those = open_ones if open_ones and chosen.draw(st.integers(0, 3)) else range(len(ids))
        wanted = sorted(chosen.draw(st.sets(st.sampled_from(those), min_size=1, max_size=4)))
        expected = [getattr(self.model, step)(at, by) for at in wanted]
        do: Any = {"approve": approve, "give_back": give_back, "undo": undo}[step]
        words = {"approve": ("Seen.",), "give_back": ("Why?",), "undo": ()}[step]
        done = do(self.desk, self.staff[by], self.folder.gstin, [ids[at] for at in wanted], *words)
        assert [it.why for it in done.refused] == [why for why in expected if why is not None]
        assert done.done == expected.count(None)

    @rule(by=people)
    def name_what_is_not_there(self, by: str) -> None:
        """One number that nobody has stops all of them."""
        with pytest.raises(Unknown):
            undo(self.desk, self.staff[by], self.folder.gstin, [*self.ids(), 10**9])

    @invariant()
    def the_desk_has_what_the_model_has(self) -> None:
        if not hasattr(self, "model"):
            return
        found = rows(self.desk, self.folder.gstin)
        assert [
            (it.number, it.was, it.action, it.remarks, it.person, it.needs_approval, it.state, it.approved_by, it.words)
            for it in found
        ] == [
            (it.number, it.was, it.action, it.remarks, it.person, it.needs, it.state, it.approved_by, it.words)
            for it in self.model.made
        ]

    @invariant()
    def the_trail_alone_tells_the_same(self) -> None:
        if not hasattr(self, "model"):
            return
        with self.desk.of([self.folder.gstin]) as db:
            found = db.execute(
                "select id, desk.name_of(section, stin, number, period, form) as record, person, was, action, remarks,"
                " needs_approval, state, approved_by from desk.decision where gstin = %s",
                (self.folder.gstin,),
            )
            decisions = {row.id: tuple(row)[1:] for row in found}
        assert replayed(self.place, self.folder) == decisions


def test_whatever_happens_the_desk_does_what_the_model_does(place: Office) -> None:
    class Here(Life):
        pass

    Here.place = place
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Here,
        settings=settings(
            max_examples=6,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate],
            database=None,
        ),
    )
