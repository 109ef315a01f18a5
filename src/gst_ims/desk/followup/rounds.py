"""The round that goes by itself: readings that are due, alerts, and the mail that tells them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import PROGRAM, Desk
from gst_ims.desk.followup import alerts as kinds
from gst_ims.desk.followup import messages, settings, situation, templates
from gst_ims.desk.followup.settings import Settings
from gst_ims.desk.jobs import defer
from gst_ims.desk.people.service import Person, Registration, note, registration
from gst_ims.desk.people.service import queries as people

queries: Any = load(__file__)

#: The readings of a schedule, by side: the task that reads.
READINGS = {"inward": "desk:sync", "sales": "desk:sync_sales"}


@dataclass(frozen=True)
class Told:
    """An alert, when people were told of it, and who has seen it."""

    id: int
    kind: str
    at: datetime
    urgent: bool
    text: str
    told_at: datetime | None
    seen_by: str | None
    seen_at: datetime | None


def begin(desk: Desk) -> None:
    """Have each taxpayer's desk looked at, one after the other's other work."""
    with desk.house() as db:
        gstins = [Gstin(row.gstin) for row in people.all_registrations(db)]
    for gstin in gstins:
        with desk.of([gstin]) as db:
            defer(db, "desk:look", gstin)


def look(desk: Desk, gstin: Gstin) -> None:
    """Request the readings that are due, keep the alerts that are new, and mail what is to be told by now."""
    it = registration(desk, gstin)
    with desk.of([gstin]) as db:
        queries.hold_messages(db, gstin=gstin)
        told, now = settings.read(db, gstin), desk.clock.now()
        _read(db, gstin, told, now)
        found = kinds.alerts(situation.read(db, desk, it, told))
        queries.put_alerts(
            db,
            gstin=gstin,
            at=now,
            kinds=[alert.kind for alert in found],
            keys=[alert.key for alert in found],
            urgents=[alert.urgent for alert in found],
            texts=[alert.text for alert in found],
        )
        if not told.is_quiet(now.hour):
            for row in list(queries.waiting_messages(db, gstin=gstin, words=messages.WAITS)):
                messages.send(db, gstin, row.id)
        _tell(db, desk, it, told, now)


def alerts(desk: Desk, by: Person, gstin: Gstin, *, seen: bool | None = None, limit: int = 100) -> list[Told]:
    """Alerts, the newest first; `seen` False: those that nobody has seen. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return [Told(*row) for row in queries.alerts(db, gstin=gstin, seen=seen, limit=limit)]


def see(desk: Desk, by: Person, gstin: Gstin, ids: Iterable[int]) -> int:
    """Note who has seen alerts: the first one counts. Returns how many weren't seen before. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return queries.seen(db, gstin=gstin, ids=list(ids), person=by.name, at=desk.clock.now())


def last_slot(hours: Sequence[int], now: datetime) -> datetime | None:
    """The last time that one of these hours struck; None where there are none."""
    if not hours:
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    slots = [midnight.replace(hour=hour) - timedelta(days=back) for hour in hours for back in (0, 1)]
    return max(slot for slot in slots if slot <= now)


def due(untold: Sequence[Any], told: Settings, now: datetime) -> list[Any]:
    """Of alerts that nobody was told, those to be told now: in quiet hours none. One that is urgent takes all along."""
    if told.is_quiet(now.hour):
        return []
    slot = last_slot(told.digest_hours, now)
    if any(alert.urgent for alert in untold):
        return list(untold)
    return [alert for alert in untold if slot is not None and alert.at <= slot]


def _read(db: Connection, gstin: Gstin, told: Settings, now: datetime) -> None:
    """Request readings whose hour has struck since the last one. A reading that fails is requested anew next time."""
    slot = last_slot(told.schedule, now)
    for side, task in READINGS.items():
        last: datetime | None = queries.last_reading(db, gstin=gstin, side=side)
        if slot is not None and (last is None or last < slot):
            defer(db, task, gstin, person=PROGRAM)


def _tell(db: Connection, desk: Desk, it: Registration, told: Settings, now: datetime) -> None:
    telling = due(list(queries.untold(db, gstin=it.gstin)), told, now)
    if not telling:
        return
    urgent = any(alert.urgent for alert in telling)
    at = f"{now:%d-%m-%Y %H:%M}"
    text = templates.fill(
        templates.shipped("digest"), name=it.name, gstin=it.gstin, at=at, alerts=telling, urgent=urgent
    )
    people_told = list(queries.whom_to_tell(db, gstin=it.gstin))
    for person in people_told:
        number = queries.put_message(
            db,
            gstin=it.gstin,
            party=person.name,
            kind="digest",
            channel="email",
            address=person.email,
            subject=text.subject,
            body=text.body,
            attachment=None,
            records=[str(alert.id) for alert in telling],
            person=PROGRAM,
            at=now,
            reply_by=None,
        )
        messages.send(db, it.gstin, number)
    queries.told(db, gstin=it.gstin, ids=[alert.id for alert in telling], at=now)
    detail = {"alerts": len(telling), "people": [person.name for person in people_told]}
    note(db, desk, it.gstin, PROGRAM, "alerts told", detail=detail)
