"""What the user decided wins over everything, and survives a register that is read anew."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.desk.match.books import BUYER, SUPPLIERS, document, ledger, table

from gst_ims.core.errors import Invalid
from gst_ims.desk.match import Apart, Identity, Settings, Together, match


def named(number: str, section: str = "b2b") -> Identity:
    return Identity(BUYER, SUPPLIERS["Anu"], section, number, date(2025, 11, 15))


def partners(result: Any) -> dict[str, list[str]]:
    return {f"{r['side']} {r['id']}": sorted(p["id"] for p in r["partners"]) for r in result.rows()}


def rows(*numbers: str, amount: int = 1000) -> list[dict[str, Any]]:
    return [{"number": number, "taxable": amount + place} for place, number in enumerate(numbers)]


def test_what_belongs_together_by_the_users_word_does_so_against_all_evidence() -> None:
    word = Together([named("A-1")], [named("Z-9")])
    result = match(ledger(rows("A-1")), ledger(rows("A-1", "Z-9")), manual=[word])
    assert partners(result) == {"portal 1": ["2"], "books 1": [], "books 2": ["1"]}
    (row,) = [r for r in result.rows() if r["side"] == "portal"]
    assert (row["rule"], row["score"], row["reasons"]) == ("manual", 100, ["You decided that these belong together."])
    assert row["bucket"] == "within tolerance" or row["bucket"] == "mismatch"


def test_a_group_by_the_users_word_may_have_many_on_both_sides() -> None:
    word = Together([named("A-1"), named("A-2")], [named("X-7"), named("X-8"), named("X-9")])
    result = match(ledger(rows("A-1", "A-2")), ledger(rows("X-7", "X-8", "X-9")), manual=[word])
    assert partners(result)["portal 2"] == ["1", "2", "3"]
    assert partners(result)["books 3"] == ["1", "2"]


def test_what_the_user_holds_apart_is_not_even_matched_where_everything_is_the_same() -> None:
    word = Apart(named("A-1"), named("A-1"))
    result = match(ledger(rows("A-1")), ledger(rows("A-1")), manual=[word])
    assert partners(result) == {"portal 1": [], "books 1": []}
    assert {r["bucket"] for r in result.rows()} == {"missing in books", "missing in portal"}


def test_held_apart_documents_take_their_next_best_partner() -> None:
    apart = Apart(named("INV-1001"), named("INV-1001"))
    books = [{"number": "INV-1001", "taxable": 1000}, {"number": "INV-1O01", "taxable": 1000}]
    result = match(ledger([{"number": "INV-1001", "taxable": 1000}]), ledger(books), manual=[apart])
    assert partners(result)["portal 1"] == ["2"]


def test_a_later_word_counts_and_not_the_earlier_one() -> None:
    words = [Together([named("A-1")], [named("Y-8")]), Together([named("A-1")], [named("Z-9")])]
    result = match(ledger(rows("A-1")), ledger(rows("Y-8", "Z-9")), manual=words)
    assert partners(result)["portal 1"] == ["2"]
    assert partners(result)["books 1"] == []


def test_a_word_about_a_document_that_is_gone_says_nothing() -> None:
    word = Together([named("A-1")], [named("gone")])
    result = match(ledger(rows("A-1")), ledger(rows("A-1")), manual=[word])
    assert partners(result) == {"portal 1": ["1"], "books 1": ["1"]}


def test_a_decision_survives_new_ids() -> None:
    word = Together([named("A-1")], [named("Z-9")])
    books = [document(row, place + 500) for place, row in enumerate(rows("B-7", "Z-9"))]
    assert partners(match(ledger(rows("A-1")), table(books), manual=[word]))["portal 1"] == ["501"]


@pytest.mark.parametrize(
    "wrong", [{"absolute": -1}, {"relative": -1}, {"days": -1}, {"least": 0}, {"least": 100}, {"near": 1}]
)
def test_settings_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(Invalid):
        Settings(**wrong)  # type: ignore[arg-type]


def test_what_is_held_apart_is_in_no_sum_either() -> None:
    portal = [{"number": "INV/12", "taxable": 1000}]
    books = [{"number": "INV/12-1", "taxable": 400}, {"number": "INV/12-2", "taxable": 600}]
    assert partners(match(ledger(portal), ledger(books)))["portal 1"] == ["1", "2"]
    apart = match(ledger(portal), ledger(books), manual=[Apart(named("INV/12"), named("INV/12-2"))])
    assert "2" not in partners(apart)["portal 1"]
