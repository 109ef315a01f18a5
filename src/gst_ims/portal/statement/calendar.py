"""What happens by itself each night: records expire or lapse, GSTR-2B is drafted on the 14th, bodies are forgotten."""

from __future__ import annotations

from datetime import date, timedelta

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.portal import jobs
from gst_ims.portal.context import Portal
from gst_ims.portal.context import queries as portal_queries
from gst_ims.portal.statement import closing
from gst_ims.portal.statement.service import queries
from gst_ims.rulebook.calendar import draft_day
from gst_ims.rulebook.law import law


def catch_up(portal: Portal) -> None:
    """Do the nightly work of the days that the clock has come to since the last time; each is done once."""
    at = portal.clock.now()
    today = at.date()
    with portal.transaction("nightly") as db:
        last: date | None = queries.last_day(db)
        if not queries.add_day(db, day=today, at=at):
            return
        # They decide nothing meanwhile: two who change records in another order deadlock.
        queries.hold_recipients(db, rtins=[row.rtin for row in queries.ending_pending(db, today=today)])
        queries.expire(db, today=today, at=at)
        for row in list(queries.lapse(db, today=today, at=at)):
            closing.free_amendments(db, Gstin(row.rtin), Period.of(row.closed_in))
        for period in _drafted(last, today):
            jobs.queue_drafts(db, period)
    forget_bodies(portal)


def forget_bodies(portal: Portal) -> None:
    """Forget the bodies of requests that were finished long ago. In a transaction of its own: there may be many."""
    before = portal.clock.now() - timedelta(days=portal.settings.retention_days)
    with portal.transaction() as db:
        portal_queries.forget_action_bodies(db, before=before)
        portal_queries.forget_filing_bodies(db, before=before)


def _drafted(last: date | None, today: date) -> list[Period]:
    """The periods whose day of drafts came after `last`, up to `today`: of the first night, this month's."""
    since = last or today.replace(day=1)
    months = (today.year - since.year) * 12 + today.month - since.month
    # GST's first month has no period before it.
    ended = [period.previous() for i in range(months + 1) if (period := Period.of(since).plus(i)) > Period(2017, 7)]
    days = [(draft_day(period, law()), period) for period in ended]
    return [period for day, period in days if (last or since) < day <= today]


def rewind(db: Connection, today: date) -> None:
    """The clock was moved back to `today`: the days after it are to come again."""
    queries.forget_days(db, today=today)
