"""What the law's dated values make of records: until when Pending may stand, and since when what may be declared."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.period import Period
from gst_ims.core.states import STATES
from gst_ims.portal.record.flags import dated
from gst_ims.rulebook.law import law

NEVER = "0001-01-01"
#: By GSTR-2B period, state and frequency: the last day on which what reduces credit may be kept pending (R2.5 to R2.8).
LIMITS = [
    ("102024", "27", "monthly", NEVER),
    ("092025", "27", "monthly", NEVER),
    ("092025", "27", "quarterly", NEVER),
    ("102025", "27", "monthly", "2025-12-20"),
    ("102025", "07", "monthly", "2025-12-20"),
    ("112025", "27", "monthly", "2026-01-20"),
    ("122025", "27", "monthly", "2026-02-20"),
    # A quarter of the recipient, and the 22nd or the 24th by his state.
    ("102025", "27", "quarterly", "2026-04-22"),
    ("122025", "27", "quarterly", "2026-04-22"),
    ("102025", "07", "quarterly", "2026-04-24"),
    ("012026", "27", "quarterly", "2026-07-22"),
]
PERIODS = st.builds(Period, st.integers(2024, 2027), st.integers(1, 12))


def limits(period: Period) -> dict[str, dict[str, str]]:
    told: Any = dated(period, law())["pending_limits"].obj
    return told


@pytest.mark.parametrize(("period", "state", "frequency", "day"), LIMITS)
def test_pending_ends_with_the_gstr_3b_of_the_next_tax_period(
    period: str, state: str, frequency: str, day: str
) -> None:
    assert limits(Period.parse(period))[state][frequency] == day


@given(PERIODS)
def test_every_state_has_its_day_or_none_has(period: Period) -> None:
    told = limits(period)
    assert set(told) == set(STATES)
    days = [day for of in told.values() for day in of.values()]
    assert NEVER not in days or set(days) == {NEVER}
    assert all(set(of) == {"monthly", "quarterly"} for of in told.values())


@given(PERIODS)
def test_pending_ends_after_the_statement_was_drawn_up_and_never_earlier_for_a_later_one(period: Period) -> None:
    now, later = limits(period), limits(period.next())
    for state in STATES:
        for frequency in ("monthly", "quarterly"):
            day = date.fromisoformat(now[state][frequency])
            assert day == date.min or day > period.next().first_day
            assert day <= date.fromisoformat(later[state][frequency])


@given(PERIODS)
def test_whoever_files_by_the_quarter_has_as_long_as_whoever_files_monthly_at_least(period: Period) -> None:
    assert all(of["monthly"] <= of["quarterly"] for of in limits(period).values())


def test_credit_ends_on_the_30th_of_november() -> None:
    """Section 16(4) as it stands; the day of the year alone is what statements are given."""
    told = dated(Period(2025, 10), law())
    assert (told["limit_month"], told["limit_day"]) == (11, 30)
