"""Background work: pushing."""

from __future__ import annotations

from procrastinate import JobContext

from gst_ims.core.gstin import Gstin
from gst_ims.desk.jobs import desk_of
from gst_ims.desk.people import service as people
from gst_ims.desk.push import service


def push(context: JobContext, gstin: str, person: str) -> None:
    """Push for a taxpayer, with the duties that the person has by now."""
    desk = desk_of(context)
    service.push(desk, people.person(desk, person), Gstin(gstin))
