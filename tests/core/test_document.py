"""Document numbers and dates, as GSTN takes them."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.document import document_number, print_date, wire_date
from gst_ims.core.errors import Invalid

# As GSTN publishes it for the documents of IMS.
PATTERN = r"^(?=.{1,16}$)([/\-0]*[a-zA-Z0-9/\-]*[a-zA-Z1-9]+[a-zA-Z0-9/\-]*)$"


# Numbers


@pytest.mark.parametrize(
    "text",
    [
        "1",
        "a",
        "b1",
        "007",
        "AO2SA2425002517",
        "INV/2025-26/0001",
        "-1",
        "/A",
        "0-1",
        "1/",
        "ABCDEFGHIJKLMNOP",
        "0000000000000001",
    ],
)
def test_a_document_number_comes_back_as_it_is(text):
    assert document_number(text) == text


@pytest.mark.parametrize(("text", "length"), [("", 0), ("A" * 17, 17), ("INV/2025-26/00001", 17)])
def test_a_document_number_has_1_to_16_characters(text, length):
    with pytest.raises(Invalid, match=f"has {length} characters: it must have 1 to 16"):
        document_number(text)


@pytest.mark.parametrize(
    "text", ["A B", " A1", "A1 ", "A1\n", "A_1", "A.1", "A\\1", "A#1", "É1", "१२३", "A\u20131", "=1+1", "A'1"]
)
def test_a_document_number_has_only_letters_digits_slash_and_hyphen(text):
    with pytest.raises(Invalid, match="may have only letters, digits, / and -"):
        document_number(text)


@pytest.mark.parametrize("text", ["0", "000", "-", "/", "0/0", "00-00/0", "0000000000000000"])
def test_a_document_number_of_nothing_but_zeros_is_refused(text):
    with pytest.raises(Invalid, match="neither a letter nor a digit other than zero"):
        document_number(text)


@given(st.text("09Zz/- ", max_size=18) | st.text(max_size=18))
def test_a_document_number_is_what_the_pattern_of_gstn_takes(text):
    try:
        taken = document_number(text) == text
    except Invalid:
        taken = False
    assert taken == bool(re.fullmatch(PATTERN, text))


@given(st.text(min_size=17))
def test_a_refused_number_is_repeated_in_the_message(text):
    with pytest.raises(Invalid) as caught:
        document_number(text)
    assert repr(text) in str(caught.value)


# Dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("05-11-2025", date(2025, 11, 5)),
        ("01-07-2017", date(2017, 7, 1)),
        ("29-02-2024", date(2024, 2, 29)),
        ("31-12-2025", date(2025, 12, 31)),
    ],
)
def test_a_date_is_day_month_year(text, day):
    assert wire_date(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5-11-2025",
        "05-11-25",
        "2025-11-05",
        "05/11/2025",
        "05.11.2025",
        "05112025",
        " 05-11-2025",
        "05-11-2025 ",
        "05-11-2025\n",
        "05-Nov-2025",
        "०५-११-२०२५",
        "05-11-2025T00:00",
    ],
)
def test_a_date_in_another_form_is_refused(text):
    with pytest.raises(Invalid, match="isn't written DD-MM-YYYY"):
        wire_date(text)


@pytest.mark.parametrize(
    "text", ["00-11-2025", "32-01-2025", "31-11-2025", "29-02-2025", "29-02-2100", "01-13-2025", "01-00-2025"]
)
def test_a_day_that_there_is_not_is_refused(text):
    with pytest.raises(Invalid, match="isn't a day of the calendar"):
        wire_date(text)


def test_the_year_zero_is_refused():
    with pytest.raises(Invalid, match="isn't a day of the calendar"):
        wire_date("01-01-0000")


@pytest.mark.parametrize(
    ("day", "text"),
    [(date(2025, 11, 5), "05-11-2025"), (date(2017, 7, 1), "01-07-2017"), (date(987, 1, 2), "02-01-0987")],
)
def test_a_date_prints_with_all_its_zeros(day, text):
    assert print_date(day) == text


@given(st.dates())
def test_every_day_comes_back_the_same(day):
    assert wire_date(print_date(day)) == day


@given(st.text("0123456789-", min_size=10, max_size=10))
def test_what_is_read_prints_as_it_was_written(text):
    with suppress(Invalid):
        assert print_date(wire_date(text)) == text
