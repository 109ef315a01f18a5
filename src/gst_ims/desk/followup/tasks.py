"""Background work: delivering messages, and the round that looks what people must be told."""

from __future__ import annotations

import os

from procrastinate import JobContext

from gst_ims.core.gstin import Gstin
from gst_ims.desk.followup import delivery, rounds
from gst_ims.desk.followup.post import Post
from gst_ims.desk.jobs import desk_of


def deliver(context: JobContext, gstin: str, message: int) -> None:
    """Deliver one message."""
    delivery.deliver(desk_of(context), Post.from_environment(os.environ), Gstin(gstin), message)


def round_(context: JobContext, timestamp: int) -> None:
    """Have each taxpayer's desk looked at."""
    rounds.begin(desk_of(context))


def look(context: JobContext, gstin: str) -> None:
    """Look what is to be read, and what people must be told."""
    rounds.look(desk_of(context), Gstin(gstin))
