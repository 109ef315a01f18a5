"""Tax periods of monthly and quarterly filers, and when their returns are due."""

from __future__ import annotations

from datetime import date, timedelta

from gst_ims.core.period import Period
from gst_ims.rulebook.law import Frequency, Law


def tax_period(frequency: Frequency, month: Period) -> Period:
    """The tax period that `month` lies in, named by its last month."""
    return month.quarter_end() if frequency == "quarterly" else month


def next_tax_period(frequency: Frequency, month: Period) -> Period:
    """The tax period after the one that `month` lies in, named by its last month."""
    return tax_period(frequency, tax_period(frequency, month).next())


def due_date_1(frequency: Frequency, period: Period, law: Law) -> date:
    """The last day on which what is reported for `period` reaches its GSTR-2B (R7.3).

    Quarterly filers report each month: by IFF in the first two of a quarter.
    """
    day = law.at("R7.3", "quarterly_due_day" if frequency == "quarterly" else "monthly_due_day", period)
    return law.extended("GSTR-1", frequency, period, "") or _day_after(period, day)


def due_date_3b(frequency: Frequency, state: str, period: Period, law: Law) -> date:
    """The due date of GSTR-3B of a tax period for a taxpayer of `state` (R7.8)."""
    period = tax_period(frequency, period)
    name = "monthly_due_day"
    if frequency == "quarterly":
        early = int(state) in law.table("R7.8", "quarterly_due_day_states", period)
        name = "quarterly_due_day" if early else "quarterly_due_day_elsewhere"
    return law.extended("GSTR-3B", frequency, period, state) or _day_after(period, law.at("R7.8", name, period))


def pending_limit(frequency: Frequency, state: str, period_2b: Period, law: Law) -> date | None:
    """The last day on which a specified record may be kept pending (R2.6, R2.8); None if it never may (R2.5).

    The filing frequency is the one in force for the record's GSTR-2B period (R7.9).
    """
    periods = law.at("R2.6", "pending_periods", period_2b)
    if not periods:
        return None
    last = period_2b
    for _ in range(periods):
        last = next_tax_period(frequency, last)
    return due_date_3b(frequency, state, last, law)


def draft_day(period: Period, law: Law) -> date:
    """The day on which the draft of GSTR-2B of `period` is drawn up (R4.1)."""
    return _day_after(period, law.at("R4.1", "draft_day", period))


def _day_after(period: Period, day: int) -> date:
    """That day of the following month."""
    return period.last_day + timedelta(days=day)
