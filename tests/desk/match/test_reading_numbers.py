"""How document numbers are read: what says nothing is left out, and what makes two documents different stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_ims.desk.match import Settings
from gst_ims.desk.match.engine import Run

DAY = date(2025, 11, 15)
Core = Callable[..., str]


@pytest.fixture(scope="module")
def db() -> Iterator[duckdb.DuckDBPyConnection]:
    run = Run(Settings())
    yield run.db
    run.db.close()


@pytest.fixture(scope="module")
def core(db: duckdb.DuckDBPyConnection) -> Core:
    """A number as it is compared, on a document of this day."""

    def read(number: str, day: date = DAY) -> str:
        [(text,)] = db.execute("select without_year(?, ?)", [number, day]).fetchall()
        return text

    return read


SAME = {
    "case": ("inv-1", "INV-1"),
    "dashes and slashes": ("INV/25/77", "INV-25-77"),
    "spaces": ("INV 77", "INV77"),
    "dots and brackets": ("INV.77(A)", "INV77A"),
    "zeros before a serial": ("INV0012", "INV12"),
    "zeros after a separator": ("INV/0012", "INV/12"),
    "zeros of several serials": ("01/007", "1/7"),
    "O for zero": ("INV-1O1", "INV-101"),
    "I for one": ("INV-I7", "INV-17"),
    "l for one": ("inv-l7", "INV-17"),
    "the year in front": ("2025-26/INV/12", "INV/12"),
    "the short year in front": ("25-26/INV/12", "INV/12"),
    "the year behind": ("INV/12/2025-26", "INV/12"),
    "the short year behind": ("INV/12/25-26", "INV/12"),
    "the year within": ("GST/25-26/0042", "GST/42"),
    "the year without a separator": ("2526/INV/12", "INV/12"),
    "the year with a slash": ("INV/12/25/26", "INV/12"),
    "the long year": ("INV/12/2025-2026", "INV/12"),
    "the year before, as of a late document": ("INV/12/24-25", "INV/12"),
    "the year after": ("INV/12/26-27", "INV/12"),
    "underscores": ("INV_12", "INV-12"),
    "a hash sign": ("#12", "12"),
}


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME.keys())
def test_these_are_the_same_number(core: Core, one: str, other: str) -> None:
    assert core(one) == core(other)


DIFFERENT = {
    "other serials": ("1", "21"),
    "more digits": ("100", "1001"),
    "a trailing zero": ("INV12", "INV120"),
    "another prefix": ("A-12", "B-12"),
    "another suffix": ("12-A", "12-B"),
    "a year long past, which is part of the number": ("INV/1819", "INV/1920"),
    "a number that is nothing but a year": ("25-26", "24-25"),
    "zeros in the middle": ("1001", "11"),
    "zeros between letters and digits that count": ("INV10", "INV1"),
    "exchanged parts": ("12/34", "34/12"),
    "another letter": ("INV-S5", "INV-55"),
}


@pytest.mark.parametrize(("one", "other"), DIFFERENT.values(), ids=DIFFERENT.keys())
def test_these_are_different_numbers(core: Core, one: str, other: str) -> None:
    assert core(one) != core(other)


YEARS = {
    "31 March is the year before": (date(2026, 3, 31), "INV/12/25-26", True),
    "1 April begins the year": (date(2026, 4, 1), "INV/12/26-27", True),
    "the year before counts as well": (date(2026, 4, 1), "INV/12/25-26", True),
    "two years before don't": (date(2027, 4, 1), "INV/12/25-26", False),
    "nor two years after": (date(2023, 4, 1), "INV/12/25-26", False),
}


@pytest.mark.parametrize(("day", "number", "left_out"), YEARS.values(), ids=YEARS.keys())
def test_a_year_is_left_out_if_it_is_about_that_of_the_document(
    core: Core, day: date, number: str, left_out: bool
) -> None:
    assert (core(number, day) == core("INV/12", day)) == left_out


@pytest.mark.parametrize("number", ["0", "000", "-", "/", "O", "25-26", "2025-26", "2526"])
def test_no_number_becomes_another_by_losing_all(core: Core, number: str) -> None:
    assert core(number) == "" or core(number) in ("0", "2526", "202526")


numbers = st.from_regex(r"[A-Za-z0-9/\-]{0,15}[A-Za-z1-9]", fullmatch=True)


@settings(deadline=None)
@given(numbers)
def test_what_is_read_has_capitals_and_digits_only_and_reads_as_itself(core: Core, number: str) -> None:
    once = core(number)
    assert once == "" or (once.isalnum() and once == once.upper())
    assert "O" not in once
    assert "I" not in once


@settings(deadline=None)
@given(numbers)
def test_case_plays_no_part(core: Core, number: str) -> None:
    assert core(number.lower()) == core(number.upper())


@settings(deadline=None)
@given(st.integers(1, 10**9), st.integers(0, 5))
def test_zeros_in_front_play_no_part(core: Core, serial: int, zeros: int) -> None:
    assert core(f"INV/{'0' * zeros}{serial}") == core(f"INV/{serial}")


@settings(deadline=None)
@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_different_serials_are_never_read_alike(core: Core, one: int, other: int) -> None:
    assert (core(f"INV/{one}") == core(f"INV/{other}")) == (one == other)
