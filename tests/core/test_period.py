"""Tax periods: reading and printing, order, quarters and financial years."""

from __future__ import annotations

import calendar
import copy
import pickle
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period, financial_year

FIRST = Period(2017, 7)
LAST = Period(2099, 12)

periods = st.dates(date(2017, 7, 1), date(2099, 12, 31)).map(Period.of)
# With a year to spare at both ends, so that there is room to step.
inner = st.dates(date(2018, 7, 1), date(2098, 12, 31)).map(Period.of)


# Reading and printing


@pytest.mark.parametrize(
    ("text", "year", "month"),
    [("072017", 2017, 7), ("102025", 2025, 10), ("012026", 2026, 1), ("122099", 2099, 12)],
)
def test_a_period_is_read_as_month_and_year(text, year, month):
    assert Period.parse(text) == Period(year, month)


@given(periods)
def test_what_is_printed_can_be_read(period):
    assert Period.parse(str(period)) == period


def test_it_prints_as_on_the_wire():
    assert str(Period(2025, 4)) == "042025"


def test_it_says_what_it_is():
    assert repr(Period(2025, 10)) == "Period('102025')"


@pytest.mark.parametrize(
    "text",
    ["", "10", "1025", "10-2025", "1020255", "2025-10", " 102025", "102025 ", "102025\n", "+12025", "१०२०२५", "Oct 25"],
)
def test_what_is_not_six_digits_is_refused(text):
    with pytest.raises(Invalid, match="isn't six digits"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["002025", "132025", "992025", "202510"])
def test_a_month_that_there_is_not_is_refused(text):
    with pytest.raises(Invalid, match=f"Month {int(text[:2])} doesn't exist"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["062017", "122016", "041999", "010000"])
def test_a_period_before_gst_is_refused(text):
    with pytest.raises(Invalid, match=f"Period {text} isn't one of GST"):
        Period.parse(text)


@pytest.mark.parametrize("text", ["012100", "129999"])
def test_a_period_after_this_century_is_refused(text):
    with pytest.raises(Invalid, match=f"Period {text} isn't one of GST"):
        Period.parse(text)


@pytest.mark.parametrize(("year", "month"), [(2025, 0), (2025, 13), (2025, -1), (2017, 6), (2100, 1)])
def test_it_cannot_be_made_wrong_past_the_parser(year, month):
    with pytest.raises(Invalid):
        Period(year, month)


@given(st.text(max_size=8))
def test_whatever_comes_is_read_or_refused_as_invalid(text):
    with suppress(Invalid):
        assert str(Period.parse(text)) == text


# In a URL


def test_the_segments_of_a_url_are_year_and_month():
    assert Period.path("2025", "11") == Period(2025, 11)


@pytest.mark.parametrize(
    ("year", "month"),
    [
        ("2025", "1"),
        ("2025", "011"),
        ("2025", ""),
        ("25", "11"),
        ("", "11"),
        ("20", "1125"),
        ("2025", "1a"),
        ("2o25", "11"),
        ("2025", "13"),
        ("2025", "00"),
        ("2025", "-1"),
        ("2017", "06"),
        ("11", "2025"),
    ],
)
def test_segments_of_a_url_that_are_no_period_are_refused(year, month):
    with pytest.raises(Invalid):
        Period.path(year, month)


@given(periods)
def test_a_url_and_the_wire_mean_the_same_period(period):
    assert Period.path(f"{period.year}", f"{period.month:02}") == period


# Of a day


@pytest.mark.parametrize(
    ("day", "text"),
    [(date(2025, 10, 1), "102025"), (date(2025, 10, 31), "102025"), (date(2024, 2, 29), "022024")],
)
def test_a_day_lies_in_the_period_of_its_month(day, text):
    assert Period.of(day) == Period.parse(text)


def test_the_day_before_gst_lies_in_no_period():
    with pytest.raises(Invalid):
        Period.of(date(2017, 6, 30))


@given(periods)
def test_a_period_starts_on_the_first(period):
    assert period.first_day == date(period.year, period.month, 1)


@given(periods)
def test_a_period_ends_on_the_last_day_of_the_month(period):
    assert period.last_day == date(period.year, period.month, calendar.monthrange(period.year, period.month)[1])


@pytest.mark.parametrize(("text", "day"), [("022024", 29), ("022025", 28), ("042025", 30), ("122099", 31)])
def test_the_length_of_the_month_counts(text, day):
    assert Period.parse(text).last_day.day == day


@given(inner)
def test_after_the_last_day_comes_the_first_of_the_next(period):
    assert period.last_day + timedelta(days=1) == period.next().first_day


# Order and identity


@given(periods, periods)
def test_periods_are_ordered_by_time(one, other):
    assert (one < other) == (one.first_day < other.first_day)


@given(periods, periods)
def test_at_most_is_less_or_equal(one, other):
    assert (one <= other) == (one < other or one == other)


def test_december_comes_before_the_january_after_it():
    assert Period(2025, 12) < Period(2026, 1)


def test_periods_sort_by_time_not_by_text():
    texts = ["012026", "122025", "022024"]
    assert [str(p) for p in sorted(map(Period.parse, texts))] == ["022024", "122025", "012026"]


@given(periods)
def test_equal_periods_have_equal_hashes(period):
    assert hash(Period(period.year, period.month)) == hash(period)


def test_a_period_is_not_its_text():
    assert Period(2025, 10) != "102025"


@pytest.mark.parametrize("name", ["year", "month"])
def test_a_period_cannot_be_changed(name):
    with pytest.raises(AttributeError):
        setattr(Period(2025, 10), name, 1)


def test_a_period_carries_nothing_else():
    assert not hasattr(Period(2025, 10), "__dict__")


@pytest.mark.parametrize(
    "way",
    [copy.copy, copy.deepcopy, lambda period: pickle.loads(pickle.dumps(period))],
    ids=["copy", "deepcopy", "pickle"],
)
def test_a_copy_is_the_same_period(way):
    assert way(Period(2025, 10)) == Period(2025, 10)


# Steps


@pytest.mark.parametrize(("text", "after"), [("102025", "112025"), ("122025", "012026"), ("072017", "082017")])
def test_the_next_period_is_the_next_month(text, after):
    assert Period.parse(text).next() == Period.parse(after)


@pytest.mark.parametrize(("text", "before"), [("102025", "092025"), ("012026", "122025"), ("082017", "072017")])
def test_the_previous_period_is_the_previous_month(text, before):
    assert Period.parse(text).previous() == Period.parse(before)


@pytest.mark.parametrize(
    ("text", "n", "result"),
    [
        ("102025", 0, "102025"),
        ("102025", 1, "112025"),
        ("102025", 3, "012026"),
        ("102025", 12, "102026"),
        ("102025", 26, "122027"),
        ("102025", -1, "092025"),
        ("102025", -10, "122024"),
        ("102025", -12, "102024"),
    ],
)
def test_periods_are_counted_in_months(text, n, result):
    assert Period.parse(text).plus(n) == Period.parse(result)


@given(inner)
def test_previous_undoes_next(period):
    assert period.next().previous() == period


@given(inner, st.integers(-6, 6), st.integers(-6, 6))
def test_steps_add_up(period, n, m):
    assert period.plus(n).plus(m) == period.plus(n + m)


@given(inner, st.integers(-12, 12))
def test_a_step_forward_is_later(period, n):
    assert (period.plus(n) > period) == (n > 0)


def test_nothing_comes_before_the_first_period():
    with pytest.raises(Invalid):
        FIRST.previous()


def test_nothing_comes_after_the_last_period():
    with pytest.raises(Invalid):
        LAST.next()


# Quarters


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("042025", "042025", "062025"),
        ("052025", "042025", "062025"),
        ("062025", "042025", "062025"),
        ("072025", "072025", "092025"),
        ("112025", "102025", "122025"),
        ("122025", "102025", "122025"),
        ("012026", "012026", "032026"),
        ("032026", "012026", "032026"),
        ("082017", "072017", "092017"),
        ("122099", "102099", "122099"),
    ],
)
def test_quarters_start_in_april(text, start, end):
    period = Period.parse(text)
    assert (period.quarter_start(), period.quarter_end()) == (Period.parse(start), Period.parse(end))


@given(periods)
def test_a_quarter_has_three_periods(period):
    assert period.quarter_start().plus(2) == period.quarter_end()


@given(periods)
def test_a_period_lies_in_its_quarter(period):
    assert period.quarter_start() <= period <= period.quarter_end()


@given(periods)
def test_a_quarter_lies_in_one_financial_year(period):
    assert period.quarter_start().financial_year == period.quarter_end().financial_year


@given(periods)
def test_the_end_of_a_quarter_knows_that_it_is(period):
    assert period.is_quarter_end == (period == period.quarter_end())


# Financial years


@pytest.mark.parametrize(
    ("text", "year"),
    [("072017", 2017), ("032018", 2017), ("042018", 2018), ("042025", 2025), ("122025", 2025), ("032026", 2025)],
)
def test_a_financial_year_runs_from_april_to_march(text, year):
    assert Period.parse(text).financial_year == year


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2025, 3, 31), 2024),
        (date(2025, 4, 1), 2025),
        (date(2025, 12, 31), 2025),
        (date(2026, 1, 1), 2025),
        (date(2026, 3, 31), 2025),
        (date(2016, 5, 1), 2016),
    ],
)
def test_a_day_lies_in_the_financial_year_that_began_last(day, year):
    assert financial_year(day) == year


@given(periods)
def test_a_period_and_its_days_have_one_financial_year(period):
    assert financial_year(period.first_day) == financial_year(period.last_day) == period.financial_year
