"""Tax periods and due dates."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.period import Period
from gst_ims.core.states import STATES
from gst_ims.rulebook.calendar import (
    draft_day,
    due_date_1,
    due_date_3b,
    next_tax_period,
    pending_limit,
    tax_period,
)
from gst_ims.rulebook.law import Frequency, law, parse

PERIODS = st.builds(Period, st.integers(2018, 2090), st.integers(1, 12))
FREQUENCIES: st.SearchStrategy[Frequency] = st.sampled_from(["monthly", "quarterly"])
EARLY = ("22", "23", "24", "25", "26", "27", "29", "30", "31", "32", "33", "34", "35", "36", "37")
LATE = (
    "01",
    "02",
    "03",
    "04",
    "05",
    "06",
    "07",
    "08",
    "09",
    "10",
    "11",
    "12",
    "13",
    "14",
    "15",
    "16",
    "17",
    "18",
    "19",
)


def p(text: str) -> Period:
    return Period.parse(text)


@pytest.mark.parametrize(
    ("month", "quarter"),
    [("042025", "062025"), ("062025", "062025"), ("102025", "122025"), ("122025", "122025"), ("012026", "032026")],
)
def test_a_quarter_is_named_by_its_last_month(month: str, quarter: str) -> None:
    assert tax_period("quarterly", p(month)) == p(quarter)
    assert tax_period("monthly", p(month)) == p(month)


@given(PERIODS, FREQUENCIES)
def test_a_tax_period_is_its_own(period: Period, frequency: Frequency) -> None:
    found = tax_period(frequency, period)
    assert tax_period(frequency, found) == found
    assert period <= found < period.plus(3)


@given(PERIODS, FREQUENCIES)
def test_the_next_tax_period_begins_where_this_one_ends(period: Period, frequency: Frequency) -> None:
    assert next_tax_period(frequency, period) == tax_period(frequency, period).plus(
        3 if frequency == "quarterly" else 1
    )


@pytest.mark.parametrize(
    ("frequency", "period", "due"),
    [
        ("monthly", "102025", date(2025, 11, 11)),
        ("monthly", "122025", date(2026, 1, 11)),
        ("quarterly", "102025", date(2025, 11, 13)),
        ("quarterly", "122025", date(2026, 1, 13)),
    ],
)
def test_what_is_reported_until_then_is_in_its_gstr_2b(frequency: Frequency, period: str, due: date) -> None:
    """R7.3."""
    assert due_date_1(frequency, p(period), law()) == due


@pytest.mark.parametrize("state", EARLY)
def test_quarterly_filers_of_the_south_and_west_file_by_the_22nd(state: str) -> None:
    """R7.8."""
    assert due_date_3b("quarterly", state, p("122025"), law()) == date(2026, 1, 22)


@pytest.mark.parametrize("state", LATE)
def test_other_quarterly_filers_file_by_the_24th(state: str) -> None:
    """R7.8."""
    assert due_date_3b("quarterly", state, p("122025"), law()) == date(2026, 1, 24)


@pytest.mark.parametrize("state", sorted(STATES))
def test_monthly_filers_file_by_the_20th_wherever_they_are(state: str) -> None:
    """R7.8."""
    assert due_date_3b("monthly", state, p("102025"), law()) == date(2025, 11, 20)


@pytest.mark.parametrize("frequency", ["monthly", "quarterly"])
@pytest.mark.parametrize("state", ["07", "27"])
def test_gstr_3b_of_september_2025_was_extended(frequency: Frequency, state: str) -> None:
    assert due_date_3b(frequency, state, p("092025"), law()) == date(2025, 10, 25)


def test_an_extension_holds_for_the_states_that_it_names() -> None:
    rules = b"""
- id: R7.8
  says: x
  source: y
  confidence: high
  values:
    monthly_due_day: {"072017": 20}
"""
    extensions = b"""
- {form: GSTR-3B, frequency: monthly, period: "102025", due: 2025-11-30, source: z, confidence: high, states: ["33"]}
"""
    made = parse(rules, extensions)
    assert due_date_3b("monthly", "33", p("102025"), made) == date(2025, 11, 30)
    assert due_date_3b("monthly", "27", p("102025"), made) == date(2025, 11, 20)
    assert due_date_3b("monthly", "33", p("112025"), made) == date(2025, 12, 20)


def test_an_extended_gstr_1_moves_the_window_of_gstr_2b() -> None:
    rules = b"""
- id: R7.3
  says: x
  source: y
  confidence: high
  values:
    monthly_due_day: {"072017": 11}
"""
    extensions = b"""
- {form: GSTR-1, frequency: monthly, period: "102025", due: 2025-11-13, source: z, confidence: high}
"""
    made = parse(rules, extensions)
    assert due_date_1("monthly", p("102025"), made) == date(2025, 11, 13)
    assert due_date_1("monthly", p("112025"), made) == date(2025, 12, 11)


@pytest.mark.parametrize(
    ("frequency", "state", "in_2b", "last"),
    [
        ("monthly", "27", "102025", date(2025, 12, 20)),
        ("monthly", "27", "122025", date(2026, 2, 20)),
        ("quarterly", "27", "102025", date(2026, 4, 22)),
        ("quarterly", "27", "122025", date(2026, 4, 22)),
        ("quarterly", "07", "122025", date(2026, 4, 24)),
        ("monthly", "27", "092025", None),
        ("quarterly", "07", "102024", None),
    ],
)
def test_a_specified_record_may_wait_for_one_tax_period(
    frequency: Frequency, state: str, in_2b: str, last: date | None
) -> None:
    """R2.6, R2.8; EX-5."""
    assert pending_limit(frequency, state, p(in_2b), law()) == last


@given(PERIODS.filter(lambda period: period >= Period(2025, 10)), FREQUENCIES, st.sampled_from(sorted(STATES)))
def test_the_limit_lies_after_the_draft_of_the_next_tax_period(
    period: Period, frequency: Frequency, state: str
) -> None:
    last = pending_limit(frequency, state, period, law())
    assert last is not None
    assert last > draft_day(next_tax_period(frequency, period), law())


@pytest.mark.parametrize(("period", "day"), [("102025", date(2025, 11, 14)), ("122025", date(2026, 1, 14))])
def test_drafts_are_drawn_up_on_the_14th(period: str, day: date) -> None:
    """R4.1."""
    assert draft_day(p(period), law()) == day
