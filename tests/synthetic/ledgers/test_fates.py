"""What happens to whole documents: the rows that are there afterwards, and which belong together."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.synthetic.ledgers import fates
from gst_ims.synthetic.ledgers.documents import documents, suppliers
from gst_ims.synthetic.ledgers.side import HEADS, Row, Side, moved, scaled, total

MONEY = ("value", "taxable", *HEADS, "cess")
seeds = st.integers(0, 10**6)


@pytest.fixture
def sides() -> tuple[Side, Side]:
    return made()


def made() -> tuple[Side, Side]:
    """Ten documents of one supplier, the same on both sides."""
    sellers = suppliers(1, 3)
    true = documents(np.zeros(10, dtype=np.int64), sellers, 3)
    rtin = np.full(10, "27AAPFU0939F1ZV", dtype=object)
    return Side(true, sellers, rtin), Side(true, sellers, rtin)


def at(side: Side, place: int) -> Row:
    """A row by its place, also one that was added."""
    return side.row(place) if place < len(side.kept) else side.added[place - len(side.kept)]


def amounts(*rows: Row) -> Row:
    return total(list(rows))


@given(seeds)
def test_the_parts_of_a_split_are_the_whole(seed: int) -> None:
    portal, books = made()
    whole = portal.row(4)
    pairs = list(fates.split(Random(seed), portal, books, 4))
    assert {p for p, _ in pairs} == {4}
    parts = [at(books, b) for _, b in pairs]
    assert 2 <= len(parts) <= 4
    assert amounts(*parts) == amounts(whole)
    assert portal.row(4) == whole


@given(seeds)
def test_the_parts_of_a_split_are_a_tenth_at_least(seed: int) -> None:
    portal, books = made()
    whole = portal.row(4)["taxable"]
    parts = [at(books, b)["taxable"] for _, b in fates.split(Random(seed), portal, books, 4)]
    assert min(parts) * 14 >= whole


def test_a_split_has_numbers_of_three_styles() -> None:
    styles: Counter[str] = Counter()
    for seed in range(60):
        portal, books = made()
        number = portal.row(4)["number"]
        numbers = [at(books, b)["number"] for _, b in fates.split(Random(seed), portal, books, 4)]
        own = all(it.startswith("GRN-") for it in numbers)
        styles["own" if own else "same" if set(numbers) == {number} else "suffix"] += 1
    assert set(styles) == {"own", "same", "suffix"}


@given(seeds, st.integers(2, 3))
def test_a_merger_has_the_sum_and_the_others_are_gone(seed: int, size: int) -> None:
    portal, books = made()
    places = list(range(2, 2 + size))
    parts = [portal.row(place) for place in places]
    pairs = list(fates.merged(Random(seed), portal, books, places))
    assert pairs == [(place, 2) for place in places]
    assert amounts(books.row(2)) == amounts(*parts)
    assert books.kept[places].tolist() == [True] + [False] * (size - 1)
    assert all(portal.kept)


@given(seeds)
def test_a_regrouping_has_the_sum_and_none_of_the_single_amounts(seed: int) -> None:
    portal, books = made()
    parts = [portal.row(place) for place in (5, 6, 7)]
    pairs = list(fates.regrouped(Random(seed), portal, books, [5, 6, 7]))
    assert sorted(pairs) == [(p, b) for p in (5, 6, 7) for b in (5, 6)]
    assert amounts(books.row(5), books.row(6)) == amounts(*parts)
    assert not books.kept[7]


@given(seeds)
def test_what_is_entered_twice_has_the_same_amounts(seed: int) -> None:
    _, books = made()
    was = books.row(3)
    new, of = fates.duplicated(Random(seed), books, 3)
    assert of == 3
    again = at(books, new)
    assert amounts(again) == amounts(was)
    differing = {name for name in was if was[name] != again[name]}
    assert differing <= {"number", "document_date"}
    assert len(differing) <= 1


@given(seeds)
def test_an_amendment_names_what_it_amends(seed: int) -> None:
    portal, books = made()
    was = portal.row(3)
    (new, place), copy = fates.amended(Random(seed), portal, books, 3)
    now = at(portal, new)
    assert place == 3
    assert now["section"] == was["section"] + "a"
    assert (now["original_number"], now["original_date"]) == (was["number"], was["document_date"])
    assert {name for name in was if was[name] != now[name]} - {"section", "original_number", "original_date"}
    assert (copy is None) == (not portal.kept[3])
    assert copy in (None, (3, new))


def test_the_books_follow_an_amendment_mostly() -> None:
    follow = 0
    for seed in range(200):
        portal, books = made()
        was = books.row(3)
        fates.amended(Random(seed), portal, books, 3)
        follow += books.row(3) != was
    assert 90 < follow < 150


def test_a_side_gives_rows_ids_in_an_order_that_says_nothing(sides: tuple[Side, Side]) -> None:
    portal, _ = sides
    portal.kept[2] = False
    extra = portal.add(moved(portal.row(0), number="EXTRA"))
    columns, ids = portal.finished(1, "portal")
    assert ids[2] == 0
    assert sorted(ids[ids > 0].tolist()) == list(range(1, 11))
    assert columns["number"][ids[extra] - 1] == "EXTRA"
    assert columns["id"].tolist() != ids[ids > 0].tolist()
    assert str(columns["period"][0])[-2:] == "01"


def test_a_row_of_a_side_is_a_copy(sides: tuple[Side, Side]) -> None:
    portal, _ = sides
    row = portal.row(0)
    row["number"] = "CHANGED"
    assert portal.row(0)["number"] != "CHANGED"


@given(st.integers(1, 10**10), st.integers(1, 100), st.integers(1, 100))
def test_a_scaled_row_has_a_value_that_is_its_sum(taxable: int, one: int, of: int) -> None:
    was = {"value": 0, "taxable": taxable, "igst": taxable // 5, "cgst": 0, "sgst": 0, "cess": 7}
    now = scaled(was, one, of)
    assert now["taxable"] == taxable * one // of
    assert now["value"] == sum(now[name] for name in MONEY[1:])
