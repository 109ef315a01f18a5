"""What happens by itself: pending records expire or lapse each night, and drafts are drawn up on the 14th."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.portal import jobs
from gst_ims.portal.context import Portal
from gst_ims.portal.statement import closing
from gst_ims.portal.statement.service import queries
from gst_ims.rulebook.calendar import draft_day
from gst_ims.rulebook.law import law

DrawUp = Callable[[Connection, Gstin, Period], None]


def catch_up(portal: Portal, draw_up: DrawUp = jobs.defer_draft) -> None:
    """Do the nightly work of the days that the clock has come to since the last time; each is done once.

    On the day of the drafts (R4.1), `draw_up` is called for each recipient who has anything to be drawn up.
    """
    at = portal.clock.now()
    today = at.date()
    with portal.transaction() as db:
        last: date | None = queries.last_day(db)
        if not queries.add_day(db, day=today, at=at):
            return
        queries.expire(db, today=today, at=at)
        for row in list(queries.lapse(db, today=today, at=at)):
            closing.free_amendments(db, Gstin(row.rtin), Period.of(row.closed_in))
        period = Period.of(last or today).previous()
        while (day := draft_day(period, law())) <= today:
            if last is None or day > last:
                for row in list(queries.draftable(db, period=period)):
                    draw_up(db, Gstin(row.rtin), period)
            period = period.next()


def rewind(db: Connection, today: date) -> None:
    """The clock was moved back to `today`: the days after it are to come again."""
    queries.forget_days(db, today=today)
