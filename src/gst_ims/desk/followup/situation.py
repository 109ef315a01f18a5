"""What stands at a taxpayer's desk, read for alerts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.followup import liability
from gst_ims.desk.followup.alerts import Large, Push, Situation, Some
from gst_ims.desk.followup.settings import Settings
from gst_ims.desk.people.service import Registration

queries: Any = load(__file__)

# What happened earlier was told, or nobody wants to hear it any more.
_RECENT = timedelta(days=30)


def read(db: Connection, desk: Desk, it: Registration, told: Settings) -> Situation:
    """The situation now, in the caller's transaction."""
    now, of = desk.clock.now(), {"gstin": it.gstin}
    recent, large = {**of, "since": now - _RECENT}, {**of, "least": told.large_rejection}
    kept = [_some(row) for row in queries.kept_pending(db, **of)]
    undecided = queries.undecided(db, **of)
    return Situation(
        gstin=it.gstin,
        frequency=it.frequency,
        now=now,
        settings=told,
        undecided=Some(undecided.count, undecided.tax),
        deemed=Some(undecided.deemed, undecided.deemed_tax),
        pending=[some for some in kept if some.period is not None],
        held=[some for some in kept if some.day is not None],
        missing=[Some(row.count, row.tax, day=row.day) for row in queries.missing_by_day(db, **of)],
        pushes=[Push(*row) for row in queries.open_pushes(db, **recent)],
        read_at=queries.last_reading(db, **of, side="inward"),
        edited=[(row.since, Some(row.count, row.tax)) for row in queries.edited_after_acceptance(db, **recent)],
        refused=[_large(row) for row in queries.rejected_by_recipients(db, **large)],
        refusing=[_large(row) for row in queries.rejected_by_us(db, **large)],
        liability=liability.read(db, it, told, now.date()),
        dead=[(row.id, row.party) for row in queries.dead_messages(db, **recent)],
    )


def _some(row: Any) -> Some:
    return Some(row.count, row.tax, row.period and Period.of(row.period), row.form, row.day)


def _large(row: Any) -> Large:
    return Large(row.id, row.number, Gstin(row.party), row.name or "", row.tax)
