"""`ims audit verify`: is the trail what it was?"""

from __future__ import annotations

from pathlib import Path

from gst_ims.cli.serve import standing_portal
from gst_ims.core.errors import ImsError
from gst_ims.portal.audit.service import verify


class TrailBroken(ImsError):
    """The audit trail isn't what was sealed."""


def verify_trail(data_dir: Path, database_url: str, gstin: str) -> str:
    """What was verified, as text. Raises Invalid, CannotStart, TrailBroken with the first places."""
    with standing_portal(data_dir, database_url) as portal:
        rtin = portal.gstin(gstin) if gstin else None
        with portal.transaction() as db:
            sealed, breaks = verify(db, rtin)
    if breaks:
        places = (f"\n  {b.rtin}: {b.what}: entry {b.entry}{f' in seal {b.seal}' if b.seal else ''}" for b in breaks)
        raise TrailBroken(f"The audit trail isn't what was sealed. The first place of each recipient:{''.join(places)}")
    return (
        f"The audit trail is whole: {sealed.entries} entries in {sealed.seals} seals, "
        f"{sealed.unsealed} not sealed yet.\n"
        f"Hash of the last seals: {sealed.hash}"
    )
