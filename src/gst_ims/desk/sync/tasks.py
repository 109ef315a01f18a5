"""Background work: reading a portal."""

from __future__ import annotations

from procrastinate import JobContext

from gst_ims.core.gstin import Gstin
from gst_ims.desk.jobs import desk_of
from gst_ims.desk.sync import service


def sync(context: JobContext, gstin: str, person: str) -> None:
    """Read a taxpayer's portal."""
    service.sync(desk_of(context), Gstin(gstin), person)
