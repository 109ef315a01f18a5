"""What people write into a page, as values: days and tax periods."""

from __future__ import annotations

from datetime import date

from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.desk.register import values


def read_day(text: str) -> date | None:
    """A day as a page sends it; None for none. Raises Invalid."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid(f"{text!r} isn't a day: write YYYY-MM-DD.") from None


def read_period(text: str) -> Period | None:
    """A tax period as people write one, 102025, 10/2025, 2025-10 or Oct 2025; None for none. Raises Invalid."""
    if not text.strip():
        return None
    day, why, _ = values.period(text)
    if day is None:
        raise Invalid(why or "")
    return Period.of(date.fromisoformat(day))
