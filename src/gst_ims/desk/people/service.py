"""Who may do what: duties are a person's, for one taxpayer each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from psycopg.types.json import Jsonb

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import PROGRAM, Desk, NotAllowed, Unknown
from gst_ims.desk.desk import queries as common
from gst_ims.rulebook.law import Frequency

queries: Any = load(__file__)

#: Characters of a person's name.
_LONGEST = 80


class Role(StrEnum):
    """What a duty lets a person do. Who has any of them sees everything of that taxpayer."""

    VIEWER = "viewer"
    #: Read the portal and the books, match, decide, push what is approved.
    PREPARER = "preparer"
    #: Approve what another one decided; put a policy of another one into force.
    APPROVER = "approver"
    #: People, contacts, settings.
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Registration:
    """A taxpayer whose desk it is."""

    gstin: Gstin
    name: str
    #: The client's profile that leads to its portal.
    profile: str
    frequency: Frequency
    #: The name of the policy that proposes decisions; None where nothing is proposed.
    policy: str | None


@dataclass(frozen=True)
class Person:
    """A person and his duties."""

    name: str
    duties: Mapping[Gstin, frozenset[Role]]

    @property
    def gstins(self) -> tuple[Gstin, ...]:
        """The taxpayers that he sees."""
        return tuple(sorted(self.duties))

    def must(self, gstin: Gstin, *roles: Role) -> None:
        """Raises NotAllowed unless he has one of these duties for a taxpayer; without roles: any."""
        mine = self.duties.get(gstin, frozenset())
        if not mine:
            raise NotAllowed(
                f"{self.name} has nothing to do with {gstin}: an administrator of its desk can change that."
            )
        if roles and not mine.intersection(roles):
            wanted, has = " or ".join(roles), ", ".join(sorted(mine))
            raise NotAllowed(f"{self.name} is {has} for {gstin}, and this takes {wanted}.")


def person(desk: Desk, name: str) -> Person:
    """A person as he stands now. Raises NotAllowed for one who has no duty, or is gone."""
    duties: dict[Gstin, set[Role]] = {}
    with desk.house() as db:
        for row in queries.duties(db, person=name):
            duties.setdefault(Gstin(row.gstin), set()).add(Role(row.role))
    if not duties:
        raise NotAllowed(f"{name!r} has no duty at this desk: an administrator of a taxpayer gives one.")
    return Person(name, {gstin: frozenset(roles) for gstin, roles in duties.items()})


def found(desk: Desk, gstin: Gstin, name: str, profile: str, frequency: Frequency, administrator: str) -> None:
    """Make the desk of a taxpayer, with its first administrator. Whoever may start the program may do it once.

    Raises NotAllowed where the desk has an administrator already who isn't this one, and for one who has left.
    """
    at = desk.clock.now()
    if not name.strip() or not administrator.strip():
        raise Invalid("A desk needs the taxpayer's name and its administrator's: give both.")
    _must_be_a_name(administrator)
    with desk.house() as db:
        there = [row.person for row in queries.administrators(db, gstin=gstin)]
        if there and administrator not in there:
            raise NotAllowed(f"The desk of {gstin} has an administrator: {', '.join(there)}. Ask for the duty.")
        queries.put_registration(db, gstin=gstin, name=name, profile=profile, frequency=frequency, at=at)
        if not there:
            queries.put_founder(db, name=administrator, at=at)
            queries.grant(db, gstin=gstin, person=administrator, role=Role.ADMINISTRATOR)
            if not list(queries.administrators(db, gstin=gstin)):
                raise NotAllowed(f"{administrator} has left: found the desk as somebody else, or take him back first.")
        note(db, desk, gstin, administrator, "founded" if not there else "registration changed", detail={"name": name})


def put_person(desk: Desk, by: Person, name: str, email: str) -> None:
    """Make a person known, take him back, or change where mail for him goes.

    Raises Invalid; NotAllowed for who administers no desk, or not all for which that person has duties: they come back
    with him, and his mail is about them.
    """
    administered = {gstin for gstin, roles in by.duties.items() if Role.ADMINISTRATOR in roles}
    if not administered:
        raise NotAllowed(f"{by.name} administers no desk.")
    _must_be_a_name(name)
    with desk.house() as db:
        if {row.gstin for row in queries.desks_of(db, person=name)} - administered:
            raise NotAllowed(f"{name} works for taxpayers that {by.name} doesn't administer: ask who does.")
        queries.put_person(db, name=name, email=email, at=desk.clock.now())


def _must_be_a_name(name: str) -> None:
    """What the program does by itself has its own name: nobody may pass for it."""
    if not 0 < len(name) <= _LONGEST or name == PROGRAM or name != name.strip() or not name.isprintable():
        raise Invalid(
            f"{name[:_LONGEST]!r} can't be a person's name: give one of up to {_LONGEST} characters that can be seen, "
            f"without spaces around it, other than {PROGRAM!r}."
        )


def grant(desk: Desk, by: Person, gstin: Gstin, name: str, role: Role) -> None:
    """Give a person a duty. Raises NotAllowed; Unknown where nobody has that name."""
    by.must(gstin, Role.ADMINISTRATOR)
    with desk.house() as db:
        if name not in {row.name for row in queries.people(db) if row.gone_at is None}:
            raise Unknown(f"Nobody here is called {name!r}: `ims desk person {name}` makes him known.")
        if queries.grant(db, gstin=gstin, person=name, role=role):
            note(db, desk, gstin, by.name, "granted", detail={"person": name, "role": role})


def revoke(desk: Desk, by: Person, gstin: Gstin, name: str, role: Role) -> None:
    """Take a duty away. Raises NotAllowed; Invalid where nobody would be left to administer the desk."""
    by.must(gstin, Role.ADMINISTRATOR)
    with desk.house() as db:
        if role is Role.ADMINISTRATOR:
            _somebody_stays(db, gstin, name)
        if queries.revoke(db, gstin=gstin, person=name, role=role):
            note(db, desk, gstin, by.name, "revoked", detail={"person": name, "role": role})


def let_go(desk: Desk, by: Person, name: str) -> None:
    """A person leaves: his duties count no more. He is taken back by `put_person`.

    Raises NotAllowed for who doesn't administer all of his desks; Invalid where nobody would be left to administer one.
    """
    duties = person(desk, name).duties
    with desk.house() as db:
        for gstin in duties:
            by.must(gstin, Role.ADMINISTRATOR)
            _somebody_stays(db, gstin, name)
            note(db, desk, gstin, by.name, "left", detail={"person": name})
        queries.let_go(db, name=name, at=desk.clock.now())


def duties(desk: Desk, by: Person) -> list[Any]:
    """Who may do what for the taxpayers that a person sees: gstin, person, role."""
    with desk.house() as db:
        return list(queries.all_duties(db, gstins=list(by.gstins)))


def registrations(desk: Desk, by: Person) -> list[Registration]:
    """The taxpayers that a person sees."""
    with desk.of(by.gstins) as db:
        return _registrations(db, by.gstins)


def registration(desk: Desk, gstin: Gstin) -> Registration:
    """One taxpayer. Raises Unknown where there is no desk of it."""
    with desk.of([gstin]) as db:
        found = _registrations(db, [gstin])
    if not found:
        raise Unknown(f"There is no desk of {gstin}: `ims desk found` makes one.")
    return found[0]


def note(
    db: Connection,
    desk: Desk,
    gstin: Gstin,
    person: str,
    what: str,
    *,
    record: str | None = None,
    why: str = "",
    policy: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add one entry to the trail, in the caller's transaction. Statements on many records add theirs themselves."""
    about = Jsonb(detail or {})
    common.note(
        db,
        gstin=gstin,
        at=desk.clock.now(),
        person=person,
        what=what,
        record=record,
        why=why,
        policy=policy,
        detail=about,
    )


def _somebody_stays(db: Connection, gstin: Gstin, name: str) -> None:
    if [row.person for row in queries.administrators(db, gstin=gstin)] == [name]:
        raise Invalid(f"{name} is the only administrator of {gstin}: make another one first.")


def _registrations(db: Connection, gstins: Iterable[Gstin]) -> list[Registration]:
    rows = queries.registrations(db, gstins=list(gstins))
    return [Registration(Gstin(row.gstin), row.name, row.profile, row.frequency, row.policy) for row in rows]
