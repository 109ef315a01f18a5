"""What is said of a table becomes one, in the reader's language, row by row; and words of an address are checked."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.datastructures import MultiDict

from gst_ims.client.record import Key
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Form, Section
from gst_ims.desk.desk import Unknown
from gst_ims.desk.report.tables import Kind
from gst_ims.desk.review.lists import STATES, Filter
from gst_ims.desk.review.views import Look, Shown, View
from gst_ims.web import words
from gst_ims.web.downloads import attachment, chunks
from gst_ims.web.home.statuses import OPEN, STATUSES
from gst_ims.web.inward.filters import Wanted, read_key
from gst_ims.web.inward.views import choose, told_of
from gst_ims.web.tables.asked import Asked, Told, count, day, made, moment, money, paged
from gst_ims.web.tables.endpoints import TABLES

GSTIN = Gstin("27AAPFU0939F1ZV")


def asked(gstin: Gstin | None = GSTIN, **told: str) -> Asked:
    return Asked(None, None, gstin, MultiDict(told), str.upper)  # type: ignore[arg-type]


def test_headings_and_title_are_translated_and_rows_may_be() -> None:
    columns: tuple[Told[str], ...] = (
        Told("Name", lambda it, say: say(it), width=30),
        count("Letters", lambda it, _: len(it)),
        money("Tax", lambda it, _: len(it) * 100),
    )
    table, rows = made(asked(), "Things", columns, ["ab", "c"], frozen=2)
    assert (table.name, table.title, table.frozen) == ("Things", "THINGS", 2)
    assert [(it.heading, it.kind, it.width) for it in table.columns] == [
        ("NAME", Kind.TEXT, 30),
        ("LETTERS", Kind.COUNT, 11),
        ("TAX", Kind.MONEY, 14),
    ]
    assert list(rows) == [("AB", 2, 200), ("C", 1, 100)]


def test_kinds_are_what_they_are_called() -> None:
    told: list[Told[Any]] = [day("", lambda it, _: it), moment("", lambda it, _: it)]
    assert [it.kind for it in told] == [Kind.DAY, Kind.MOMENT]


def test_rows_are_made_when_they_are_asked_for() -> None:
    def endless() -> Iterator[int]:
        yield 1
        raise AssertionError("one row too many")

    _, rows = made(asked(), "T", [count("N", lambda it, _: it)], endless())
    assert next(iter(rows)) == (1,)


def test_a_title_leaves_room_for_the_number_of_a_sheet() -> None:
    """Excel has names of 31 characters."""
    table, _ = made(asked(), "x" * 60, [], [])
    assert len(f"{table.title} 99999") <= 31


def test_a_table_of_one_taxpayer_is_not_of_all() -> None:
    assert asked().one == GSTIN
    with pytest.raises(Unknown, match="choose one"):
        _ = asked(None).one


@pytest.mark.parametrize(("word", "number"), [("", 0), ("0", 0), ("12", 12), ("007", 7), ("999999999", 999_999_999)])
def test_numbers_of_an_address(word: str, number: int) -> None:
    assert asked(n=word).number("n") == number
    assert asked().number("n") == 0


@pytest.mark.parametrize("word", ["-1", "+1", "1.5", "x", "1e3", " 1", "१", "²", "9" * 10])
def test_what_is_no_number_is_said(word: str) -> None:
    with pytest.raises(Invalid, match="isn't a number"):
        asked(n=word).number("n")


@pytest.mark.parametrize("many", [1, 2, 3, 4, 100])
def test_a_list_in_pages_is_whole(many: int) -> None:
    whole = [Row(9, "a"), Row(7, "c"), Row(7, "b"), Row(1, "a")]

    def page(after: Any, limit: int) -> list[Row]:
        assert limit == many
        begin = 0 if after is None else whole.index(Row(*after)) + 1
        return whole[begin : begin + limit]

    assert list(paged(page, many=many)) == whole
    assert list(paged(lambda after, n: [], many=many)) == []


def test_a_place_can_be_anything() -> None:
    told: list[Any] = []

    def page(after: Any, limit: int) -> list[int]:
        told.append((after, limit))
        return [1, 2] if after is None else [3]

    assert list(paged(page, lambda it: -it, 2)) == [1, 2, 3]
    assert told == [(None, 2), (-2, 2)]


class Row(NamedTuple):
    size: int
    name: str


def test_every_table_has_a_name_that_can_stand_in_an_address_and_in_a_files_name() -> None:
    assert all(name.replace("-", "").isalpha() and name.islower() and name.isascii() for name in TABLES)


def test_an_answer_that_is_kept_as_a_file_says_so() -> None:
    answer = attachment([b"a"], "things-1.csv")
    assert answer.media_type == "text/csv; charset=utf-8; header=present"
    assert answer.headers["content-disposition"] == 'attachment; filename="things-1.csv"'
    assert answer.headers["cache-control"] == "no-store"


@given(st.binary(max_size=200_000))
def test_a_file_is_sent_from_its_beginning_and_closed(content: bytes) -> None:
    file = io.BytesIO()
    file.write(content)
    assert b"".join(chunks(file)) == content
    assert file.closed


def test_a_file_that_nobody_reads_on_is_closed() -> None:
    file = io.BytesIO(b"x" * 200_000)
    parts = chunks(file)
    next(parts)
    parts.close()
    assert file.closed


def view(name: str, *, is_default: bool = False) -> View:
    return View(name, Look((Shown("tax", 100), Shown("number", 50)), Filter(), "number", descending=False), is_default)


def test_which_view_an_address_means() -> None:
    kept = [view("A"), view("B", is_default=True)]
    assert choose(kept, None) == kept[1]
    assert choose(kept, "A") == kept[0]
    assert choose(kept, "") is None
    assert choose(kept[:1], None) is None
    assert choose([], "") is None
    for name in ("C", "a", "A "):
        with pytest.raises(Unknown, match="You have no view"):
            choose(kept, name)


def test_what_the_grid_is_told_of_a_look() -> None:
    assert told_of(view("A").look) == {"order": "number", "way": "asc", "columns": [("tax", 100), ("number", 50)]}


@given(
    st.builds(
        Filter,
        state=st.none() | st.sampled_from(STATES),
        sections=st.lists(st.sampled_from(OTHERS), unique=True).map(tuple),
        supplier=st.none() | st.just("AAXCT0003K"),
        buckets=st.lists(st.sampled_from(sorted(words.BUCKET)), unique=True).map(tuple),
        actions=st.lists(st.sampled_from(Action), unique=True).map(tuple),
        text=st.none() | st.text("abc/-1", min_size=1),
        period=st.none() | st.builds(Period, st.integers(2018, 2090), st.integers(1, 12)),
        dated_from=st.none() | st.dates(),
        dated_to=st.none() | st.dates(),
    )
)
def test_a_filter_and_its_words_are_the_same(wanted: Filter) -> None:
    assert Wanted.of(wanted).filter() == wanted


def test_records_of_gstr_2b_are_read_by_their_names() -> None:
    name = "b2bcn:24AAXCT0003K1ZA:A:B/1:102025:R1A"
    assert read_key(name) == Key(Section.B2BCN, "24AAXCT0003K1ZA", "A:B/1", Period(2025, 10), Form.R1A)


def test_what_is_open_is_credit_that_nobody_has_settled() -> None:
    assert set(OPEN) < set(STATUSES)
    assert set(words.STATUS_RUPEES) == set(OPEN)
