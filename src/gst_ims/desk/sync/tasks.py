"""Background work: reading a portal, as a recipient and as a supplier."""

from __future__ import annotations

from procrastinate import JobContext

from gst_ims.core.gstin import Gstin
from gst_ims.desk.jobs import defer, desk_of
from gst_ims.desk.sync import sales, service


def sync(context: JobContext, gstin: str, person: str) -> None:
    """Read a taxpayer's portal; what is new there is matched."""
    desk, whose = desk_of(context), Gstin(gstin)
    if service.sync(desk, whose, person).changed:
        with desk.of([whose]) as db:
            defer(db, "desk:match", whose, person=person)


def sync_sales(context: JobContext, gstin: str, person: str) -> None:
    """Read what a taxpayer sold."""
    sales.sync_sales(desk_of(context), Gstin(gstin), person=person)
