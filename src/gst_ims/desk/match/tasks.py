"""Background work: matching. One job a taxpayer, so more machines with a worker match more taxpayers at a time."""

from __future__ import annotations

from procrastinate import JobContext

from gst_ims.core.gstin import Gstin
from gst_ims.desk.jobs import defer, desk_of
from gst_ims.desk.match import service


def match(context: JobContext, gstin: str, person: str) -> None:
    """Match a taxpayer's portal with his books; then his policy looks at what was found."""
    desk, whose = desk_of(context), Gstin(gstin)
    service.run(desk, whose, person)
    with desk.of([whose]) as db:
        defer(db, "desk:propose", whose)
