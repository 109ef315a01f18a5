"""The certain tiers: what they take, and what they leave to the tiers that weigh."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.desk.match.books import ledger

from gst_ims.desk.match import Settings
from gst_ims.desk.match.engine import Run

A = {"number": "INV-471", "taxable": 1000, "pos": "27"}


def taken(portal: list[dict[str, Any]], books: list[dict[str, Any]]) -> dict[tuple[str, str], str]:
    """The pairs that are certain, by ids, with their tier."""
    run = Run(Settings())
    run.read(ledger(portal), ledger(books))
    run.decide([])
    run.certain()
    pairs = run.db.execute(
        "select p.id, b.id, l.rule from link l join portal p on p.doc = l.p join books b on b.doc = l.b"
    ).fetchall()
    run.db.close()
    return {(p, b): rule for p, b, rule in pairs}


def test_the_same_in_every_respect_is_exact() -> None:
    assert taken([A], [A]) == {("1", "1"): "exact"}


def test_the_same_but_for_how_the_number_is_written_is_the_second_tier() -> None:
    assert taken([A], [A | {"number": "inv/0471"}]) == {("1", "1"): "number"}


SAME = {
    "a credit note below zero among invoices": (
        {"number": "C-1", "taxable": 1000, "section": "b2bcn"},
        {"number": "C-1", "taxable": -1000, "igst": -180, "section": "b2b"},
    ),
    "an invoice through an operator": (A, A | {"section": "ecom"}),
    "a place of supply that the books don't know": (A, A | {"pos": None}),
    "a GSTIN in small letters": (A, A | {"supplier": "29aagcb7383j1z4"}),
    "an amendment that the books have as an invoice": (A | {"section": "b2ba", "original": "X"}, A),
}


@pytest.mark.parametrize(("portal", "books"), SAME.values(), ids=SAME.keys())
def test_these_are_certain(portal: dict[str, Any], books: dict[str, Any]) -> None:
    assert taken([portal], [books]) == {("1", "1"): "exact"}


LEFT = {
    "another number": {"number": "INV-472"},
    "another date": {"date": date(2025, 11, 16)},
    "another taxable value": {"taxable": 1000.01, "igst": 180, "value": 1180},
    "another tax": {"igst": 180.01, "value": 1180},
    "other heads": {"cgst": 90, "sgst": 90},
    "cess": {"igst": 180, "cess": 1, "value": 1180},
    "another value": {"value": 1181},
    "another supplier": {"supplier": "Deva"},
    "another registration": {"supplier": "Anu in Delhi"},
    "another recipient": {"recipient": "24AAACC1206D1ZM"},
    "another kind": {"section": "b2bcn"},
    "a debit note": {"section": "b2bdn"},
    "another place of supply": {"pos": "29"},
    "reverse charge": {"reverse charge": True},
    "no number": {"number": None},
    "no section of IMS": {"section": "other"},
}


@pytest.mark.parametrize("more", LEFT.values(), ids=LEFT.keys())
def test_whatever_else_differs_is_left_to_be_weighed(more: dict[str, Any]) -> None:
    assert taken([A], [A | more]) == {}


def test_of_copies_none_is_certain() -> None:
    """Which of them it is has to be weighed, with the others that want it."""
    assert taken([A], [A, A]) == {}
    assert taken([A, A], [A]) == {}
    assert taken([A, A], [A, A]) == {}


def test_of_two_ways_to_write_a_number_the_exact_one_is_taken_and_the_other_is_left() -> None:
    assert taken([A], [A | {"number": "inv 471"}, A]) == {("1", "2"): "exact"}


def test_of_two_other_ways_to_write_it_none_is_certain() -> None:
    assert taken([A], [A | {"number": "inv 471"}, A | {"number": "INV/471"}]) == {}


def test_what_others_do_doesnt_matter() -> None:
    many = [A | {"number": f"N-{n}", "taxable": 100 + n} for n in range(40)]
    assert taken(many, many[::-1]) == {(str(n + 1), str(40 - n)): "exact" for n in range(40)}


@pytest.mark.parametrize("side", ["portal", "books", "both"])
def test_nothing_is_certain_where_nothing_is(side: str) -> None:
    assert taken([] if side != "books" else [A], [] if side != "portal" else [A]) == {}
