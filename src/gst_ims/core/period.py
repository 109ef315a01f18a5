"""Tax periods: the month a return is for, written MMYYYY on the wire."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from gst_ims.core.errors import Invalid

_FIRST, _LAST = (2017, 7), (2099, 12)  # GST began on 1 July 2017


@dataclass(frozen=True, order=True, slots=True, repr=False)
class Period:
    """One tax period. Immutable, ordered by time, hashable.

    >>> Period.parse("102025").next()
    Period('112025')
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        """Raises Invalid if GST has no such period."""
        if not 1 <= self.month <= 12:
            raise Invalid(f"Month {self.month} doesn't exist: a tax period's month is 1 to 12.")
        if not _FIRST <= (self.year, self.month) <= _LAST:
            raise Invalid(f"Period {self} isn't one of GST: they run from 072017 to 122099.")

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read MMYYYY. Raises Invalid if it isn't a period that GST has had (July 2017 on)."""
        if not re.fullmatch(r"[0-9]{6}", text):
            raise Invalid(f"Period {text!r} isn't six digits: write MMYYYY, such as 102025.")
        return cls(int(text[2:]), int(text[:2]))

    @classmethod
    def path(cls, year: str, month: str) -> Period:
        """Read the segments of a URL: four digits and two, such as 2025 and 11. Raises Invalid."""
        if len(year) != 4 or len(month) != 2:
            raise Invalid(f"Period {year}/{month} isn't YYYY/MM: write it as 2025/11.")
        return cls.parse(month + year)

    @classmethod
    def of(cls, day: date) -> Period:
        """The period in which `day` lies. Raises Invalid before July 2017."""
        return cls(day.year, day.month)

    def plus(self, n: int) -> Period:
        """`n` periods later, or earlier where `n` is negative. Raises Invalid outside of GST's time."""
        year, month = divmod(self.year * 12 + self.month - 1 + n, 12)
        return Period(year, month + 1)

    def next(self) -> Period:
        """The period after this one."""
        return self.plus(1)

    def previous(self) -> Period:
        """The period before this one. Raises Invalid for the first of all, July 2017."""
        return self.plus(-1)

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        # Day 28 is in every month, and four days on is in the next.
        later = date(self.year, self.month, 28) + timedelta(days=4)
        return later - timedelta(days=later.day)

    def quarter_start(self) -> Period:
        """The first period of this one's quarter (quarters start in April, July, October and January)."""
        return self.plus(-((self.month - 1) % 3))

    def quarter_end(self) -> Period:
        """The last period of this one's quarter (quarters start in April)."""
        return self.plus(2 - (self.month - 1) % 3)

    @property
    def is_quarter_end(self) -> bool:
        return self.month % 3 == 0

    @property
    def financial_year(self) -> int:
        """The year in which the financial year began: 2025 for April 2025 to March 2026."""
        return financial_year(self.first_day)

    def __str__(self) -> str:
        """MMYYYY, as on the wire."""
        return f"{self.month:02}{self.year:04}"

    def __repr__(self) -> str:
        return f"Period('{self}')"


def financial_year(day: date) -> int:
    """The year in which the financial year of `day` began: 2025 for 1 April 2025 to 31 March 2026."""
    return day.year if day.month >= 4 else day.year - 1
