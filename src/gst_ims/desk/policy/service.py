"""Policies at the desk: their versions, the one in force, dry runs, and what a policy proposes."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gst_ims.core.clock import IST
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import PROGRAM, Desk, NotAllowed, Unknown
from gst_ims.desk.jobs import defer
from gst_ims.desk.people.service import Person, Role, note, registration
from gst_ims.desk.policy import trial
from gst_ims.desk.policy.document import Policy, read
from gst_ims.desk.policy.trial import Altered, Behind, Place, Trial, attempt
from gst_ims.desk.policy.view import Recipient, Tables, view
from gst_ims.desk.review.service import Effect, Reduce, Refusal, Wish, decide, key_of, said
from gst_ims.desk.tables import arrow

queries: Any = load(__file__)


@dataclass(frozen=True)
class Version:
    """A version of a policy; it never changes, but for its approval."""

    name: str
    version: int
    text: str
    person: str
    at: datetime
    why: str
    approved_by: str | None
    approved_at: datetime | None

    @property
    def label(self) -> str:
        """Such as purchases v3."""
        return f"{self.name} v{self.version}"


@dataclass(frozen=True)
class Proposed:
    """What a policy proposed: decisions made, its own replaced or withdrawn, what they do, and what was refused."""

    policy: str
    made: int
    replaced: int
    withdrawn: int
    effect: Effect
    refused: tuple[Refusal, ...]


def put(desk: Desk, by: Person, gstin: Gstin, text: str, why: str = "", source: str = "policy") -> Version:
    """Keep a new version of a policy, which isn't in force before another person approves it.

    Raises NotAllowed; PolicyWrong with every problem; Invalid where it says what its newest version says, and for a
    `why` that is too long.
    """
    by.must(gstin, Role.PREPARER, Role.APPROVER)
    policy, why = read(text, source), said(why)
    with desk.of([gstin]) as db:
        queries.hold(db, name=policy.name)
        newest = next(iter(_versions(db, policy.name)), None)
        if newest and newest.text == policy.text:
            raise Invalid(f"{newest.label} says just that already: nothing to keep.")
        made = Version(
            policy.name, newest.version + 1 if newest else 1, policy.text, by.name, desk.clock.now(), why, None, None
        )
        queries.put_version(
            db, name=made.name, version=made.version, text=made.text, person=made.person, at=made.at, why=why
        )
        note(db, desk, gstin, by.name, "policy written", why=why, policy=made.label)
        return made


def approve(desk: Desk, by: Person, gstin: Gstin, name: str, version: int) -> None:
    """Put a version of another person into force, for every taxpayer for whom this policy proposes.

    Raises NotAllowed for its author, and for who isn't approver of all of them; Unknown; Invalid where it is approved.
    """
    by.must(gstin, Role.APPROVER)
    with desk.house() as db:
        queries.hold(db, name=name)  # whoever begins to use it does so before, or of the version that this makes newest
        users = [Gstin(row.gstin) for row in queries.users(db, name=name)]
        for user in users:
            by.must(user, Role.APPROVER)
        found = next((it for it in _versions(db, name) if it.version == version), None)
        if found is None:
            raise Unknown(f"There is no {name} v{version}: choose one of the list of policies.")
        if found.person == by.name:
            raise NotAllowed(f"{by.name} wrote {found.label}: another person has to approve it.")
        if not queries.approve_version(db, name=name, version=version, person=by.name, at=desk.clock.now()):
            raise Invalid(f"{found.label} is approved already, by {found.approved_by}.")
        for user in {gstin, *users}:
            note(db, desk, user, by.name, "policy approved", policy=found.label)


def use(desk: Desk, by: Person, gstin: Gstin, name: str | None) -> None:
    """Say which policy proposes for a taxpayer; None: none does.

    Raises NotAllowed; Unknown where no version of it is approved.
    """
    by.must(gstin, Role.APPROVER)
    with desk.of([gstin]) as db:
        queries.hold(db, name=name or "")
        if name is not None and queries.in_force(db, name=name) is None:
            raise Unknown(f"No version of {name!r} is approved: put one and let another person approve it.")
        queries.use(db, gstin=gstin, name=name)
        note(db, desk, gstin, by.name, "policy chosen", policy=name)


def versions(desk: Desk, by: Person, gstin: Gstin, name: str = "") -> list[Version]:
    """The versions of a policy, or of all policies, the newest first. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return _versions(db, name)


def attempt_at(desk: Desk, by: Person, gstin: Gstin, text: str, source: str = "policy") -> Trial:
    """Try a policy on everything that stands, beside the one in force. Nothing is kept.

    Raises NotAllowed; PolicyWrong with every problem.
    """
    by.must(gstin)
    policy = read(text, source)
    _, in_force = _in_force(desk, gstin)
    with view(_tables(desk, gstin, everything=True), _recipient(desk, gstin)) as it:
        return attempt(it, policy, in_force)


def behind(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    text: str,
    place: int | None = None,
    which: str = "all",
    after: Place | None = None,
    limit: int | None = None,
) -> Generator[Behind]:
    """The records behind a rule of a policy, as `trial.behind` has them. Nothing is kept.

    With the first NotAllowed, PolicyWrong and Invalid are raised.
    """
    by.must(gstin)
    policy = read(text)
    with view(_tables(desk, gstin, everything=True), _recipient(desk, gstin)) as it:
        yield from trial.behind(it, policy, place, which, after, limit)


def altered(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    text: str,
    change: tuple[str, str] | None = None,
    after: Place | None = None,
    limit: int | None = None,
) -> Generator[Altered]:
    """The records with which a policy would do something else than the one in force; none where none is.

    With the first NotAllowed and PolicyWrong are raised.
    """
    by.must(gstin)
    policy = read(text)
    _, in_force = _in_force(desk, gstin)
    if in_force is None:
        return
    with view(_tables(desk, gstin, everything=True), _recipient(desk, gstin)) as it:
        yield from trial.altered(it, policy, in_force, change, after, limit)


def request(desk: Desk, by: Person, gstin: Gstin) -> None:
    """Queue proposing. Raises NotAllowed."""
    by.must(gstin, Role.PREPARER)
    with desk.of([gstin]) as db:
        defer(db, "desk:propose", gstin)


def propose(desk: Desk, gstin: Gstin) -> Proposed | None:
    """Let the policy in force decide what is its to decide, and withdraw what it decided and doesn't any more.

    None where no policy is in force. What people decided, took back or returned stays as they left it.
    """
    label, made_of, questions = _proposed(desk, gstin)
    if not label:
        return None
    wishes = {wish.key: wish for wish in made_of}
    with desk.of([gstin]) as db:
        queries.hold(db, name=gstin)
        own = {_standing(row): row.id for row in queries.own_decisions(db, gstin=gstin)}
        withdrawn = [number for wish, number in own.items() if wish.key not in wishes]
        queries.withdraw(db, gstin=gstin, ids=withdrawn, at=desk.clock.now())
        made = decide(db, desk, gstin, [wish for wish in wishes.values() if _bare(wish) not in own], PROGRAM)
        names, hashes, policies = ([row[place] for row in questions] for place in range(3))
        queries.ask(db, gstin=gstin, at=desk.clock.now(), names=names, hashes=hashes, policies=policies)
        detail = {
            "made": made.made,
            "replaced": made.replaced,
            "withdrawn": len(withdrawn),
            "refused": len(made.refused),
        }
        note(db, desk, gstin, PROGRAM, "proposed", policy=label, detail=detail)
    return Proposed(label, made.made, made.replaced, len(withdrawn), made.effect, made.refused)


def proposed(desk: Desk, gstin: Gstin) -> tuple[str, list[Wish]]:
    """The policy in force, and what it would propose now of what is its to decide; nothing where none is in force."""
    return _proposed(desk, gstin)[:2]


def _proposed(desk: Desk, gstin: Gstin) -> tuple[str, list[Wish], list[tuple[str, str, str]]]:
    label, policy = _in_force(desk, gstin)
    if policy is None:
        return "", [], []
    with view(_tables(desk, gstin, everything=False), _recipient(desk, gstin)) as it:
        it.judge(policy)
        return label, [_wish(row) for row in it.proposals(label).to_pylist()], it.questions(label)


def _versions(db: Connection, name: str) -> list[Version]:
    return [Version(**row._asdict()) for row in queries.versions(db, name=name)]


def _in_force(desk: Desk, gstin: Gstin) -> tuple[str, Policy | None]:
    name = registration(desk, gstin).policy
    with desk.of([gstin]) as db:
        row = None if name is None else queries.in_force(db, name=name)
    return ("", None) if row is None else (f"{row.name} v{row.version}", read(row.text, f"{row.name} v{row.version}"))


def _recipient(desk: Desk, gstin: Gstin) -> Recipient:
    return Recipient(gstin, registration(desk, gstin).frequency, desk.clock.now().astimezone(IST).date())


def _tables(desk: Desk, gstin: Gstin, *, everything: bool) -> Tables:
    records = arrow(desk, [gstin], queries.records, gstin=gstin, all=everything)
    others: Sequence[Any] = (queries.findings, queries.books, queries.vendors, queries.suppliers)
    return Tables(records, *(arrow(desk, [gstin], statement, gstin=gstin) for statement in others))


def _wish(row: dict[str, Any]) -> Wish:
    amounts = tuple(row[f"declared_{head}"] for head in ("igst", "cgst", "sgst", "cess"))
    reduce: Reduce = {None: None, "full": True, "none": False}.get(row["reduction"], amounts)
    return Wish(
        key=key_of(_Row(row)),
        hash=row["hash"],
        was=Action(row["was"]),
        action=Action(row["action"]),
        remarks=row["remarks"],
        reduce=reduce,
        policy=row["policy"],
        needs_approval=row["needs_approval"],
    )


def _standing(row: Any) -> Wish:
    """What the program has decided, as a wish would say it."""
    return _bare(_wish({**row._asdict(), "needs_approval": False}))


def _bare(wish: Wish) -> Wish:
    return wish._replace(needs_approval=False)


class _Row:
    """A row with its columns as attributes."""

    def __init__(self, row: dict[str, Any]) -> None:
        vars(self).update(row)
