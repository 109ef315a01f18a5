"""Reports are made in the background."""

from __future__ import annotations

from procrastinate import JobContext

from gst_ims.core.gstin import Gstin
from gst_ims.desk.jobs import desk_of
from gst_ims.desk.report import asked


def report(context: JobContext, *, gstin: str, number: int) -> None:
    """Make a report that somebody asked for."""
    asked.make(desk_of(context), Gstin(gstin), number)
