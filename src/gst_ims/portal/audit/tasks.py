"""Background work on the trail."""

from __future__ import annotations

from procrastinate import JobContext

from gst_ims.portal.audit import service
from gst_ims.portal.jobs import portal_of


def seal(context: JobContext, timestamp: int) -> None:
    """Seal what was written since the last time."""
    service.seal(portal_of(context))
