"""Time: aware, in India, and from a clock that is passed in."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from gst_ims.core.errors import Invalid

IST = ZoneInfo("Asia/Kolkata")


class Clock(Protocol):
    """Whatever can say what time it is."""

    def now(self) -> datetime:
        """This moment, aware, in IST."""
        ...


class SystemClock:
    """The computer's own clock."""

    def now(self) -> datetime:
        """This moment, aware, in IST."""
        return datetime.now(IST)


class FixedClock:
    """A clock that stands at `at` until it is set anew. For tests, and for a portal whose time is moved by hand."""

    def __init__(self, at: datetime) -> None:
        """Raises Invalid if `at` is naive."""
        self.at = at

    @property
    def at(self) -> datetime:
        """The moment it shows, in IST. Setting a naive one raises Invalid."""
        return self._at

    @at.setter
    def at(self, moment: datetime) -> None:
        self._at = _in_india(moment)

    def now(self) -> datetime:
        """The moment it shows, aware, in IST."""
        return self._at


def parse_moment(text: str) -> datetime:
    """Read ISO 8601 with an offset, such as 2025-11-14T00:00:00+05:30, and give it in IST.

    Raises Invalid if it can't be read, or has no offset.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"Moment {text[:40]!r} isn't ISO 8601, such as 2025-11-14T00:00:00+05:30.") from None
    return _in_india(moment)


def _in_india(moment: datetime) -> datetime:
    # A naive datetime would be taken for the zone of whatever machine this runs on.
    if moment.utcoffset() is None:
        raise Invalid(f"Moment {moment.isoformat()} has no offset: add one, such as +05:30.")
    try:
        return moment.astimezone(IST)
    except OverflowError:
        raise Invalid(f"Moment {moment.isoformat()} lies outside of the calendar in IST.") from None
