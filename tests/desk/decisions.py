"""What tests of decisions share: what a desk has read, and people who decide about it."""

from __future__ import annotations

from typing import Any

from gst_ims.client.record import Record
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action, Section
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.review.deciding import Seen, Want, decide_about
from gst_ims.desk.review.service import Decided, Wish, decide
from gst_ims.desk.review.steps import approve
from gst_ims.desk.sync.service import queries as reading
from gst_ims.desk.sync.service import sync


def records(desk: Desk, gstin: Gstin) -> dict[str, Record]:
    """Read the portal, and give what the desk then has, by number."""
    sync(desk, gstin)
    return standing(desk, gstin)


def standing(desk: Desk, gstin: Gstin) -> dict[str, Record]:
    """What the desk has of the last reading, by number."""
    with desk.of([gstin]) as db:
        (last,) = reading.syncs(db, gstin=gstin, limit=1)
        rows = reading.records(db, gstin=gstin, sync=last.id)
        found = [Record.read(Section(row.section), row.source.encode()) for row in rows]
    return {record.number: record for record in found}


def wish(record: Record, action: Action, **more: Any) -> Wish:
    """What somebody wants of a record as it is."""
    return Wish(record.key, record.hash, record.action, action, **more)


def make(desk: Desk, gstin: Gstin, person: str, *wishes: Wish) -> Decided:
    """Decide as a part of the program does."""
    with desk.of([gstin]) as db:
        return decide(db, desk, gstin, wishes, person)


def decided(desk: Desk, by: Person, gstin: Gstin, record: Record, action: Action, **more: Any) -> int:
    """Decide about one record as a person does. Returns the decision's id."""
    made = decide_about(desk, by, gstin, [Seen(record.key)], Want(action, **more))
    assert (made.made, made.refused) == (1, ())
    return rows(desk, gstin, "prepared")[-1].id


def agreed(desk: Desk, by: Person, other: Person, gstin: Gstin, *wanted: tuple[Record, Action]) -> list[int]:
    """Decide about records, and have it all approved."""
    ids = [decided(desk, by, gstin, record, action) for record, action in wanted]
    assert approve(desk, other, gstin, ids).done == len(ids)
    return ids


def rows(desk: Desk, gstin: Gstin, *states: str) -> list[Any]:
    """The decisions of these states, or all, the oldest first."""
    statement = "select * from desk.decision where gstin = %s and (%s or state = any(%s)) order by id"
    with desk.of([gstin]) as db:
        return list(db.execute(statement, (gstin, not states, list(states))))


def told(desk: Desk, gstin: Gstin, record: Record | None = None) -> list[tuple[str, str]]:
    """Who did what, by the trail: about a record, or at all."""
    statement = "select person, what from desk.trail where gstin = %s and (%s or record = %s) order by id"
    with desk.of([gstin]) as db:
        found = db.execute(statement, (gstin, record is None, str(record.key) if record else None))
        return [(row.person, row.what) for row in found]
