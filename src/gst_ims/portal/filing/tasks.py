"""Background work: request of a suppliers."""

from __future__ import annotations

from procrastinate import JobContext

from gst_ims.core.gstin import Gstin
from gst_ims.portal.filing import service
from gst_ims.portal.jobs import portal_of


def process(context: JobContext, gstin: str, reference_id: str) -> None:
    """Work on one request of a supplier."""
    service.process(portal_of(context), Gstin(gstin), reference_id)


def park(context: JobContext, gstin: str, reference_id: str) -> None:
    """Give up one request of a supplier."""
    service.park(portal_of(context), Gstin(gstin), reference_id)
