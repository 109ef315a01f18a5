"""Time: always aware, always in India, and ours to move."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.clock import IST, Clock, FixedClock, SystemClock, parse_moment
from gst_ims.core.errors import Invalid

NOVEMBER = datetime(2025, 11, 14, 0, 0, tzinfo=IST)
NAIVE = datetime(2025, 11, 14, 0, 0)

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1), timezones=offsets)


def read(clock: Clock) -> datetime:
    """What code that is handed a clock does with it."""
    return clock.now()


# The zone


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)))
def test_india_is_five_and_a_half_hours_ahead_all_year(naive):
    assert naive.replace(tzinfo=IST).utcoffset() == timedelta(hours=5, minutes=30)


# The computer's clock


def test_the_computers_clock_shows_the_present():
    before = datetime.now(UTC)
    shown = read(SystemClock())
    assert before <= shown <= datetime.now(UTC)


def test_the_computers_clock_shows_the_time_of_india():
    assert read(SystemClock()).tzinfo is IST


# The clock that stands


def test_a_fixed_clock_shows_what_it_was_set_to():
    assert read(FixedClock(NOVEMBER)) == NOVEMBER


def test_a_fixed_clock_stands_still():
    clock = FixedClock(NOVEMBER)
    assert read(clock) == read(clock)


def test_a_fixed_clock_can_be_set_anew():
    clock = FixedClock(NOVEMBER)
    clock.at = NOVEMBER + timedelta(days=6)
    assert read(clock) == datetime(2025, 11, 20, tzinfo=IST)


def test_a_fixed_clock_can_be_set_back():
    clock = FixedClock(NOVEMBER)
    clock.at -= timedelta(days=1)
    assert read(clock) == datetime(2025, 11, 13, tzinfo=IST)


def test_a_fixed_clock_tells_what_it_is_set_to():
    assert FixedClock(NOVEMBER).at == NOVEMBER


def test_midnight_in_india_is_the_evening_before_in_greenwich():
    clock = FixedClock(datetime(2025, 11, 13, 18, 30, tzinfo=UTC))
    assert read(clock).date().isoformat() == "2025-11-14"


@given(moments)
def test_a_fixed_clock_shows_any_moment_in_the_time_of_india(moment):
    shown = read(FixedClock(moment))
    assert (shown, shown.tzinfo) == (moment, IST)


@given(moments)
def test_a_clock_that_was_set_anew_shows_the_time_of_india(moment):
    clock = FixedClock(NOVEMBER)
    clock.at = moment
    assert read(clock).tzinfo is IST


def test_a_clock_is_not_made_for_a_moment_without_zone():
    with pytest.raises(Invalid, match="has no offset"):
        FixedClock(NAIVE)


def test_a_clock_is_not_set_to_a_moment_without_zone():
    clock = FixedClock(NOVEMBER)
    with pytest.raises(Invalid, match="has no offset"):
        clock.at = NAIVE


def test_a_clock_that_refused_a_moment_shows_the_one_before():
    clock = FixedClock(NOVEMBER)
    with pytest.raises(Invalid):
        clock.at = NAIVE
    assert read(clock) == NOVEMBER


# Reading


@pytest.mark.parametrize(
    "text",
    [
        "2025-11-14T00:00:00+05:30",
        "2025-11-14T00:00+05:30",
        "2025-11-14 00:00:00+05:30",
        "2025-11-14T00:00:00.000+05:30",
        "2025-11-14T00:00:00+0530",
        "2025-11-13T18:30:00Z",
        "2025-11-13T18:30:00+00:00",
        "2025-11-13T13:30:00-05:00",
    ],
)
def test_one_moment_can_be_written_in_many_ways(text):
    assert parse_moment(text) == NOVEMBER


def test_a_moment_is_given_in_the_time_of_india():
    assert parse_moment("2025-11-13T18:30:00Z").tzinfo is IST


@given(moments)
def test_what_is_printed_can_be_read(moment):
    assert parse_moment(moment.isoformat()) == moment


@pytest.mark.parametrize("text", ["2025-11-14T00:00:00", "2025-11-14", "2025-11-14 10:00", "20251114T100000"])
def test_a_moment_without_offset_is_refused(text):
    with pytest.raises(Invalid, match="has no offset"):
        parse_moment(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "14-11-2025",
        "2025-13-01T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2025-11-14T25:00:00Z",
        "2025-11-14T00:00:00+25:00",
        "2025-11-14T00:00:00 IST",
        "1763446641000",
    ],
)
def test_what_is_not_a_moment_is_refused(text):
    with pytest.raises(Invalid, match="isn't ISO 8601"):
        parse_moment(text)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"])
def test_a_moment_that_india_has_no_date_for_is_refused(text):
    with pytest.raises(Invalid, match="outside of the calendar"):
        parse_moment(text)


@given(st.text(max_size=30))
def test_whatever_comes_is_read_or_refused_as_invalid(text):
    with suppress(Invalid):
        assert parse_moment(text).tzinfo is IST
