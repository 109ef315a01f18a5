"""What is due when. Quarters are named by their last month; `quarterly` says how a taxpayer files."""

from __future__ import annotations

from datetime import date

from gst_ims.core.period import Period, financial_year

IMS_BEGINS = Period(2024, 10)  # R1.10: by the period of GSTR-2B
PENDING_CREDIT_NOTES = Period(2025, 10)  # R2.6, R6.2, R6.11: may be kept pending, and the reduction be declared
DRAFT_DAY = 14  # R4.1
# R7.8: the 20th; quarterly filers the 22nd in these states, elsewhere the 24th; and what was notified otherwise.
SOUTH_AND_WEST = ["22", "23", "24", "25", "26", "27", "28", "29", "30", "31", "32", "33", "34", "35", "36", "37"]
EXTENDED = {Period(2025, 9): date(2025, 10, 25)}


def tax_period(quarterly: bool, month: Period) -> Period:
    return month.quarter_end() if quarterly else month


def following(quarterly: bool, month: Period) -> Period:
    """The tax period after the one in which a month lies."""
    return tax_period(quarterly, month).plus(3 if quarterly else 1)


def preceding(quarterly: bool, period: Period) -> Period:
    return period.plus(-3 if quarterly else -1)


def due(quarterly: bool, state: str, period: Period) -> date:
    """The last day of GSTR-3B of a tax period."""
    after = period.next()
    day = (22 if state in SOUTH_AND_WEST else 24) if quarterly else 20
    return EXTENDED.get(period, date(after.year, after.month, day))


def credit_ends(day: date) -> date:
    """The last day of credit on a document of `day`, by section 16(4)."""
    return date(financial_year(day) + 1, 11, 30)


def pending_ends(quarterly: bool, state: str, period_2b: Period) -> date:
    """The last day on which a specified record may be kept pending (R2.6, R2.8); the first of all for never (R2.5)."""
    if period_2b < PENDING_CREDIT_NOTES:
        return date.min
    return due(quarterly, state, following(quarterly, period_2b))


def draft_day(period: Period) -> date:
    after = period.next()
    return date(after.year, after.month, DRAFT_DAY)
