"""Making decisions: about records as they stand, each refused or made by itself, and told in the trail."""

from __future__ import annotations

from gst_ims.client.record import Record
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action, Section
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.review.service import Decided, Wish, decide
from gst_ims.desk.sync.service import queries as reading
from gst_ims.desk.sync.service import sync


def records(desk: Desk, gstin: Gstin) -> list[Record]:
    """What a taxpayer's desk has read, by name."""
    found = sync(desk, gstin)
    with desk.of([gstin]) as db:
        rows = reading.records(db, gstin=gstin, sync=found.id)
        return [Record.read(Section(row.section), row.source.encode()) for row in rows]


def wish(record: Record, action: Action, **more: object) -> Wish:
    return Wish(record.key, record.hash, record.action, action, **more)  # type: ignore[arg-type]


def make(desk: Desk, gstin: Gstin, person: Person, *wishes: Wish) -> Decided:
    with desk.of([gstin]) as db:
        return decide(db, desk, gstin, wishes, person.name)


def test_a_decision_is_made_about_a_record_as_it_stands(desk: Desk, mine: Gstin, asha: Person) -> None:
    first, *_ = records(desk, mine)
    made = make(desk, mine, asha, wish(first, Action.ACCEPT))
    assert (made.made, made.replaced, made.refused) == (1, 0, ())
