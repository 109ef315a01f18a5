"""Background work: matching. One job a taxpayer, so more machines with a worker match more taxpayers at a time."""

from __future__ import annotations

from procrastinate import JobContext

from gst_ims.core.gstin import Gstin
from gst_ims.desk.jobs import desk_of
from gst_ims.desk.match import service


def match(context: JobContext, gstin: str, person: str) -> None:
    """Match a taxpayer's portal with his books."""
    service.run(desk_of(context), Gstin(gstin), person)
