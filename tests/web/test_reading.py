"""What people write into fields is read as they mean it, or they are told what to write."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.web.reading import read_day, read_period

OCTOBER = Period(2025, 10)


@pytest.mark.parametrize(
    "text", ["102025", " 102025 ", "10/2025", "10-2025", "2025-10", "Oct 2025", "oct-25", "October 2025", "05-10-2025"]
)
def test_a_period_is_written_in_many_ways(text: str) -> None:
    assert read_period(text) == OCTOBER


@given(st.integers(2018, 2098), st.integers(1, 12))
def test_what_a_page_shows_can_be_written_again(year: int, month: int) -> None:
    period = Period(year, month)
    assert read_period(str(period)) == period
    assert read_period(period.first_day.strftime("%b %Y")) == period


@pytest.mark.parametrize("text", ["", "  "])
def test_nothing_is_no_period(text: str) -> None:
    assert read_period(text) is None


@pytest.mark.parametrize("text", ["1", "132025", "Okt 2025", "012016", "2025", "10.2025.1", "<script>"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=r"\S"):
        read_period(text)


def test_a_day_comes_as_fields_of_a_browser_send_it() -> None:
    assert (read_day("2025-10-05"), read_day("")) == (date(2025, 10, 5), None)
    with pytest.raises(Invalid, match="write YYYY-MM-DD"):
        read_day("05-10-2025")
