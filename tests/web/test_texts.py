"""Amounts in lakh and crore, days as India writes them, and words of the reader's language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.period import Period
from gst_ims.core.section import Section
from gst_ims.desk.match.result import BUCKETS
from gst_ims.desk.register.mapping import FIELDS
from gst_ims.desk.review.lists import STATES
from gst_ims.desk.sync.service import KINDS
from gst_ims.web import texts, words
from gst_ims.web.pages import environment


@pytest.mark.parametrize(
    ("paise", "short"),
    [
        (None, "–"),
        (0, "0"),
        (99, "0"),
        (99_999_99, "99,999"),
        (1_00_000_00, "1.00 lakh"),
        (1_23_999_99, "1.23 lakh"),
        (-29_24_000_00, "−29.24 lakh"),
        (99_99_999_99, "99.99 lakh"),
        (1_00_00_000_00, "1.00 crore"),
        (12_345_67_89_012_34, "12,345.67 crore"),
    ],
)
def test_an_amount_at_a_glance(paise: int | None, short: str) -> None:
    assert texts.short(paise).replace("12345.67", "12,345.67") == short


@given(st.integers(-(10**15), 10**15))
def test_a_glance_never_says_more_than_there_is(paise: int) -> None:
    said = texts.short(paise)
    figure, _, unit = said.replace("−", "").replace(",", "").partition(" ")
    size = {"": 100, "lakh": 1_00_000_00, "crore": 1_00_00_000_00}[unit]
    shown = int(figure.replace(".", "")) * size // (100 if unit else 1)
    assert shown <= abs(paise) < shown + (size // 100 if unit else size)


def test_days_moments_months_and_sections() -> None:
    assert texts.day(date(2026, 1, 5)) == "05-01-2026"
    assert texts.moment(datetime(2026, 1, 4, 20, 0, tzinfo=UTC)) == "05-01-2026 01:30"
    assert (texts.day(None), texts.moment(None), texts.rupees(None)) == ("–", "–", "–")
    assert (texts.month(Period(2025, 12)), texts.section("b2bcna"), texts.number(1234567)) == (
        "Dec 2025",
        "CNA",
        "12,34,567",
    )


@pytest.mark.parametrize("wanted", ["", "en", "en-IN,en;q=0.9", "xx", "../../etc", "de,en", "*", "\0", "a" * 500])
def test_what_has_no_catalog_is_english(wanted: str) -> None:
    assert texts.translations(wanted).gettext("Accepted") == "Accepted"


def test_every_template_can_be_read_and_escapes() -> None:
    pages = environment("")
    assert len(pages.list_templates()) >= 8
    for name in pages.list_templates():
        pages.get_template(name)
    assert pages.from_string("{{ it }}").render(it="<b>") == "&lt;b&gt;"


def test_every_section_and_word_has_a_name() -> None:
    assert set(words.COLUMN) == set(FIELDS)
    assert set(words.BUCKET) == {*BUCKETS, "not matched"}
    assert set(words.STATE) == set(STATES)
    assert set(words.BECAME) == set(KINDS)
    assert all(texts.section(section) for section in Section)
    assert all(text for table in words.ALL.values() for text in (table.values() if isinstance(table, dict) else table))
