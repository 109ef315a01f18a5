"""Background work on GSTR-2B."""

from __future__ import annotations

from procrastinate import JobContext

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.portal.jobs import portal_of
from gst_ims.portal.record import service as record
from gst_ims.portal.statement import calendar, service


def compute(context: JobContext, gstin: str, reference_id: str) -> None:
    """Compute GSTR-2B anew."""
    service.compute(portal_of(context), Gstin(gstin), reference_id)


def park(context: JobContext, gstin: str, reference_id: str) -> None:
    """Give up one request to compute GSTR-2B."""
    service.park(portal_of(context), Gstin(gstin), reference_id)


def draft(context: JobContext, gstin: str, period: str) -> None:
    """Draw up the draft of GSTR-2B."""
    service.draft(portal_of(context), Gstin(gstin), Period.parse(period))


def nightly(context: JobContext, timestamp: int) -> None:
    """What happens by itself as days pass, and the summing up that keeps counting quick."""
    portal = portal_of(context)
    calendar.catch_up(portal)
    record.sum_up(portal)
