"""Background work: save or reset of a recipients."""

from __future__ import annotations

from procrastinate import JobContext

from gst_ims.core.gstin import Gstin
from gst_ims.portal.action import service
from gst_ims.portal.jobs import portal_of


def process(context: JobContext, gstin: str, reference_id: str) -> None:
    """Work on one save or reset of a recipient."""
    service.process(portal_of(context), Gstin(gstin), reference_id)


def park(context: JobContext, gstin: str, reference_id: str) -> None:
    """Give up one save or reset of a recipient."""
    service.park(portal_of(context), Gstin(gstin), reference_id)
