"""Which reading of a GSTR-2B."""

from __future__ import annotations

from gst_ims.desk.desk import Unknown
from gst_ims.desk.push.statements import Kept


def find(found: list[Kept], period: str, reading: int) -> Kept:
    """A reading of a period; without a number its newest. Raises Unknown."""
    for it in found:
        if str(it.period) == period and reading in (0, it.id):
            return it
    raise Unknown(f"GSTR-2B {period} wasn't read as number {reading}.")
