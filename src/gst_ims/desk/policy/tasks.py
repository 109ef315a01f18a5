"""Background work: proposing."""

from __future__ import annotations

from procrastinate import JobContext

from gst_ims.core.gstin import Gstin
from gst_ims.desk.jobs import desk_of
from gst_ims.desk.policy import service


def propose(context: JobContext, gstin: str) -> None:
    """Let a taxpayer's policy decide what is its to decide."""
    service.propose(desk_of(context), Gstin(gstin))
