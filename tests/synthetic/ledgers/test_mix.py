"""Each defect by itself: the generator makes it at its rate, and says so, and nothing else goes wrong."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from gst_ims.synthetic.ledgers import Ledgers, Links, Mix, ledgers, score

COUNT = 3_000
PAIRED = ("number_format", "number_typo", "rounded", "other_amount", "date_shifted", "gstin_typo")
DEFECTS = [it.name for it in fields(Mix)]


def only(defect: str, rate: int = 2_000) -> Ledgers:
    return ledgers(COUNT, 21, mix=replace(Mix.none(), **{defect: rate}))


def rows(table: Any) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in table.to_pylist()}


def test_no_mix_is_no_defect() -> None:
    assert all(getattr(Mix.none(), name) == 0 for name in DEFECTS)
    assert all(getattr(Mix(), name) > 0 for name in DEFECTS)


@pytest.mark.parametrize("defect", DEFECTS)
def test_one_defect_comes_alone(defect: str) -> None:
    made = only(defect)
    words = {word for text in made.links["classes"].tolist() for word in text.split(",")}
    assert words <= {"clean", defect}
    assert defect in words or defect.startswith("missing")


@pytest.mark.parametrize("defect", DEFECTS)
def test_what_is_called_clean_is_the_same_on_both_sides(defect: str) -> None:
    made = only(defect)
    portal, books = rows(made.portal), rows(made.books)
    clean = made.links["classes"] == "clean"
    for p, b in zip(made.links["portal"][clean].tolist(), made.links["books"][clean].tolist(), strict=True):
        assert {**portal[p], "id": 0} == {**books[b], "id": 0}


@pytest.mark.parametrize("defect", PAIRED)
def test_a_fifth_of_all_have_a_defect_of_two_thousand_in_ten_thousand(defect: str) -> None:
    made = only(defect)
    assert 0.17 < (made.links["classes"] == defect).mean() < 0.23


@pytest.mark.parametrize(("defect", "side", "other"), [("missing_in_books", "books", "portal"),
                                                       ("missing_in_portal", "portal", "books")])  # fmt: skip
def test_what_is_missing_is_on_one_side_only_and_in_no_link(defect: str, side: str, other: str) -> None:
    made = only(defect)
    here, there = getattr(made, side).num_rows, getattr(made, other).num_rows
    assert there == COUNT
    assert 0.17 < 1 - here / COUNT < 0.23
    assert len(made.links[side]) == here


@pytest.mark.parametrize("side", ["books", "portal"])
def test_what_is_there_twice_is_a_copy_and_no_link(side: str) -> None:
    made = only(f"duplicate_in_{side}")
    assert set(made.copies["side"].tolist()) == {side}
    assert getattr(made, side).num_rows == COUNT + len(made.copies["id"])
    assert not set(made.copies["id"].tolist()) & set(made.links[side].tolist())
    mine = rows(getattr(made, side))
    for copy, of in zip(made.copies["id"].tolist(), made.copies["of"].tolist(), strict=True):
        assert [mine[copy][head] for head in ("stin", "taxable", "value")] == [
            mine[of][head] for head in ("stin", "taxable", "value")
        ]


@pytest.mark.parametrize(("defect", "few", "many"), [("split", "portal", "books"), ("merged", "books", "portal")])
def test_of_one_there_are_many_on_the_other_side(defect: str, few: str, many: str) -> None:
    made = only(defect, 500)
    chosen = made.links["classes"] == defect
    one, parts = made.links[few][chosen].tolist(), made.links[many][chosen].tolist()
    assert len(set(parts)) == len(parts)
    assert 2 <= len(parts) / len(set(one)) <= 4


def test_a_regrouping_is_three_by_two() -> None:
    made = only("regrouped", 500)
    chosen = made.links["classes"] == "regrouped"
    portal, books = made.links["portal"][chosen], made.links["books"][chosen]
    assert len(portal) == 2 * len(set(portal.tolist())) == 3 * len(set(books.tolist()))


def test_credit_notes_go_wrong_at_a_rate_of_their_own() -> None:
    made = only("credit_negative", 5_000)
    credit = sum(row["section"] == "b2bcn" for row in made.portal.to_pylist())
    assert 0.4 < (made.links["classes"] == "credit_negative").sum() / credit < 0.6


def test_several_recipients_share_the_documents_supplier_by_supplier() -> None:
    made = ledgers(COUNT, 3, recipients=4)
    owners: dict[str, set[str]] = {}
    for row in made.portal.to_pylist():
        owners.setdefault(row["stin"], set()).add(row["rtin"])
    assert len({rtin for of in owners.values() for rtin in of}) == 4
    assert all(len(of) == 1 for of in owners.values())


@pytest.mark.parametrize("per_supplier", [1, 3, 50])
def test_suppliers_have_as_many_documents_as_was_said(per_supplier: int) -> None:
    made = ledgers(600, 2, mix=Mix.none(), per_supplier=per_supplier)
    stins = made.portal["stin"].to_pylist()
    assert {stins.count(it) for it in set(stins)} == {per_supplier}


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_little_is_made_as_well(count: int) -> None:
    if not count:
        with pytest.raises(IndexError):
            ledgers(count, 1)
        return
    made = ledgers(count, 1, mix=Mix.none())
    assert (made.portal.num_rows, made.books.num_rows) == (count, count)


def test_columns_are_those_that_matching_takes() -> None:
    made = ledgers(50, 1)
    names = {"id", "rtin", "stin", "section", "number", "document_date", "original_number", "original_date", "pos"}
    names |= {"reverse_charge", "value", "taxable", "igst", "cgst", "sgst", "cess", "period", "source"}
    assert set(made.portal.schema.names) == set(made.books.schema.names) == names


# The scorer, by class.


def test_figures_are_by_defect_and_a_pair_with_two_counts_in_both() -> None:
    made = ledgers(8_000, 4, mix=replace(Mix.none(), number_typo=3_000, date_shifted=3_000))
    chosen = np.array(["number_typo" in it for it in made.links["classes"].tolist()])
    found = Links(made.links["portal"][chosen], made.links["books"][chosen], np.full(chosen.sum(), "x", dtype=object))
    figures = score(made, found)
    assert figures.classes["number_typo"].recall == 1.0
    assert figures.classes["clean"].found == 0
    both = sum(it.count(",") for it in made.links["classes"].tolist())
    assert figures.classes["date_shifted"].found == both > 100


def test_of_a_class_without_pairs_all_are_found() -> None:
    figures = score(only("rounded"), Links(*(np.array([], dtype=np.int64),) * 2, np.array([], dtype=object)))
    assert "number_typo" not in figures.classes
    assert figures.classes["rounded"].recall == 0.0
