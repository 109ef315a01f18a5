"""Reading a portal: everything that it says of a taxpayer's inward documents, and what changed since the last time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.errors import UniqueViolation

from gst_ims.client.record import Record
from gst_ims.connect.portal import Portal
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import paise
from gst_ims.core.section import OTHERS, Section
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import PROGRAM, Desk, Unknown
from gst_ims.desk.desk import queries as common
from gst_ims.desk.jobs import defer
from gst_ims.desk.people.service import Person, Role, note, registration

queries: Any = load(__file__)

#: From what a supplier did to what tells little: how a version of a record came to be, and that it has no next one.
KINDS = ("new", "edited", "filed", "acted", "flags", "gone")


@dataclass(frozen=True)
class Sync:
    """One reading. `changed` counts records by kind, of `KINDS`."""

    id: int
    records: int
    changed: dict[str, int]


@dataclass(frozen=True)
class Reading:
    """A reading that is asked for and not done: tried `failed` times in vain, and again at `again_at`; None: never.

    Without a failure it waits, or is under way.
    """

    failed: int
    again_at: datetime | None


def request(desk: Desk, by: Person, gstin: Gstin) -> None:
    """Queue a reading. Raises NotAllowed."""
    by.must(gstin, Role.PREPARER)
    with desk.of([gstin]) as db:
        defer(db, "desk:sync", gstin, person=by.name)


def readings(desk: Desk, by: Person, gstins: Iterable[Gstin]) -> dict[Gstin, Reading]:
    """For whom a reading was asked for that isn't done. Raises NotAllowed."""
    asked = list(gstins)
    for gstin in asked:
        by.must(gstin)
    with desk.house() as db:  # jobs are out of the desk's reach
        jobs = [it for it in queries.jobs(db, gstins=asked) if it.status in ("todo", "doing", "failed")]
    return {Gstin(it.gstin): Reading(it.attempts, it.again_at if it.status == "todo" else None) for it in jobs}


def sync(desk: Desk, gstin: Gstin, person: str = PROGRAM) -> Sync:
    """Read a portal now, all or nothing. Raises whatever the way to it raises; then nothing has changed."""
    profile = registration(desk, gstin).profile
    with desk.ways(profile, gstin) as portal, desk.of([gstin]) as db:
        queries.hold(db, gstin=gstin)
        number: int = queries.begin(db, gstin=gstin, at=desk.clock.now()).id
        queries.make_staging(db, gstin=gstin)
        _stage(db, portal)
        key(db, queries.key_staging)
        queries.analyse_staging(db)
        queries.compare(db, gstin=gstin)
        queries.compare_gone(db, gstin=gstin)
        _must_be_empty(portal, [Section(row.section) for row in queries.emptied(db)])
        queries.end_versions(db, gstin=gstin, sync=number)
        queries.begin_versions(db, gstin=gstin, sync=number)
        common.name_suppliers(db, gstin=gstin)
        at = desk.clock.now()
        queries.void_decisions(db, gstin=gstin, at=at, sync=number)
        queries.tell(db, gstin=gstin, at=at, sync=number)
        told = next(iter(queries.syncs(db, gstin=gstin, limit=1)))
        found = Sync(told.id, told.records, told.changed)
        note(db, desk, gstin, person, "read", detail={"sync": found.id, "records": found.records, **found.changed})
        return found


def changes(desk: Desk, by: Person, gstin: Gstin, reading: int | None = None) -> list[Any]:
    """What a reading, or the last one, found changed: what names a record, `became` (of `KINDS`), before and after.

    `ours`: whether it is what a decision of this desk did. Raises NotAllowed; Unknown where there is no such reading.
    """
    by.must(gstin)
    with desk.of([gstin]) as db:
        numbers = [row.id for row in queries.syncs(db, gstin=gstin, limit=None)]
        if not numbers or (reading or numbers[0]) not in numbers:
            raise Unknown(f"There is no reading {reading or ''} of {gstin}: `ims desk sync` makes one.")
        return list(queries.changes(db, gstin=gstin, sync=reading or numbers[0]))


def key(db: Connection, statement: Any) -> None:
    """Give what was read its key. Raises Invalid where the portal lists a document twice: nobody knows which counts."""
    try:
        statement(db)
    except UniqueViolation as error:
        told = error.diag.message_detail or error
        raise Invalid(f"The portal lists a document twice, so nothing was read: {told} Read it again later.") from error


def _must_be_empty(portal: Portal, sections: list[Section]) -> None:
    """Where all records of a section are gone, the portal has to count none: else its list was cut."""
    counted = portal.counts() if sections else None
    for section in sections:
        if counted and (there := counted[section].total):
            raise Invalid(
                f"The portal lists no record of {section}, and counts {there}: nothing was read. Read it again later."
            )


def _stage(db: Connection, portal: Portal) -> None:
    """Copy the records as they come: none waits in memory for the last one."""
    with db.cursor() as cursor, cursor.copy("copy staged from stdin") as copy:
        for section in OTHERS:
            for row in _rows(portal.records(section)):
                copy.write_row(row)


def _rows(records: Iterable[Record]) -> Iterable[tuple[Any, ...]]:
    for it in records:
        yield (
            *(it.section, it.stin, it.number, it.period.first_day, it.form, it.trade_name, it.date, it.invoice_type),
            *(it.original_number, it.original_date, it.pos, *map(paise, (it.value, it.taxable))),
            *map(paise, (it.igst, it.cgst, it.sgst, it.cess)),
            *(it.action, it.filed, it.pending_blocked, it.remarks, it.remarks_blocked, it.reduction),
            *(None if it is None else paise(it) for it in _declared(it)),
            *(it.reduction_blocked, it.hash, it.source.decode()),
        )


def _declared(it: Record) -> tuple[Any, ...]:
    """All four where one is declared: of heads that aren't named nothing is reduced."""
    amounts = (it.declared_igst, it.declared_cgst, it.declared_sgst, it.declared_cess)
    return amounts if amounts.count(None) == len(amounts) else tuple(amount or 0 for amount in amounts)
