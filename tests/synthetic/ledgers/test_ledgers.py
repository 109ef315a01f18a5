"""Made-up books and portal: the truth about them is true, and the scorer counts as it says."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from gst_ims.core.gstin import Gstin
from gst_ims.synthetic.ledgers import Ledgers, Links, Mix, ledgers, score
from gst_ims.synthetic.ledgers.draws import below, bits, fractions

COUNT = 20_000
APRIL = date(2025, 4, 1)
NUMBERS = ["2025-26/WJ/196", "TB/25-26/0010", "2025-26/WJ/194"]  # written down once: they mustn't change
MONEY = ("taxable", "igst", "cgst", "sgst", "cess")


@pytest.fixture(scope="module")
def made() -> Ledgers:
    return ledgers(COUNT, 5)


def rows(table: Any) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in table.to_pylist()}


def linked(made: Ledgers, defect: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Pairs of rows that have this defect and no other."""
    portal, books = rows(made.portal), rows(made.books)
    chosen = made.links["classes"] == defect
    return [
        (portal[p], books[b]) for p, b in zip(made.links["portal"][chosen], made.links["books"][chosen], strict=True)
    ]


def test_a_seed_gives_the_same_and_another_seed_something_else() -> None:
    first, again, other = ledgers(500, 3), ledgers(500, 3), ledgers(500, 4)
    assert first.portal.equals(again.portal)
    assert first.books.equals(again.books)
    assert first.links["books"].tolist() == again.links["books"].tolist()
    assert not first.portal.equals(other.portal)


def test_random_numbers_are_these_on_every_machine() -> None:
    assert bits(1, "x", 2).tolist() == [int(n) for n in bits(1, "x", 3)[:2]]
    assert below(10, 1, "x", 5).max() < 10
    assert 0.45 < fractions(1, "y", 10_000).mean() < 0.55
    assert ledgers(50, 1).portal["number"].to_pylist()[:3] == NUMBERS


def test_ids_are_unique_and_every_link_names_rows_that_are_there(made: Ledgers) -> None:
    portal, books = rows(made.portal), rows(made.books)
    assert len(portal) == made.portal.num_rows
    assert set(made.links["portal"].tolist()) <= set(portal)
    assert set(made.links["books"].tolist()) <= set(books)


def test_what_is_clean_is_the_same_on_both_sides(made: Ledgers) -> None:
    clean = linked(made, "clean")
    assert len(clean) > COUNT * 0.7
    for portal, books in clean:
        assert {**portal, "id": 0} == {**books, "id": 0}


def test_numbers_are_unique_to_a_supplier_and_a_year_and_gstins_are_right() -> None:
    table = ledgers(5_000, 6, mix=Mix.none()).portal
    names = {(r["stin"], r["section"], r["number"], r["document_date"] >= APRIL) for r in table.to_pylist()}
    assert len(names) == 5_000
    assert all(Gstin.parse(stin) for stin in set(table["stin"].to_pylist()))


def test_books_without_a_mistake_are_the_portal() -> None:
    made = ledgers(2_000, 6, mix=Mix.none())
    assert made.links["classes"].tolist() == ["clean"] * 2_000
    assert len(made.copies["id"]) == 0


@pytest.mark.parametrize(
    ("defect", "rate"),
    [("number_format", 500), ("number_typo", 150), ("rounded", 200), ("date_shifted", 200), ("gstin_typo", 70)],
)
def test_defects_come_at_their_rates(made: Ledgers, defect: str, rate: int) -> None:
    having = sum(defect in words.split(",") for words in made.links["classes"].tolist())
    assert 0.7 * rate < having * 10_000 / COUNT < 1.3 * rate


def test_a_split_document_adds_up_to_the_paisa(made: Ledgers) -> None:
    parts: dict[int, list[dict[str, Any]]] = {}
    wholes: dict[int, dict[str, Any]] = {}
    for portal, books in linked(made, "split"):
        wholes[portal["id"]] = portal
        parts.setdefault(portal["id"], []).append(books)
    assert len(parts) > 50
    for id_, pieces in parts.items():
        assert 2 <= len(pieces) <= 4
        assert all(sum(piece[head] for piece in pieces) == wholes[id_][head] for head in MONEY)


def test_merged_documents_add_up_to_the_paisa(made: Ledgers) -> None:
    parts: dict[int, list[dict[str, Any]]] = {}
    wholes: dict[int, dict[str, Any]] = {}
    for portal, books in linked(made, "merged"):
        wholes[books["id"]] = books
        parts.setdefault(books["id"], []).append(portal)
    assert len(parts) > 30
    for id_, pieces in parts.items():
        assert all(sum(piece[head] for piece in pieces) == wholes[id_][head] for head in MONEY)


def test_single_slips_change_what_they_say(made: Ledgers) -> None:
    for portal, books in linked(made, "number_typo"):
        assert portal["number"] != books["number"]
    for portal, books in linked(made, "gstin_typo"):
        assert portal["stin"] != books["stin"]
        assert len(books["stin"]) == 15
    for portal, books in linked(made, "gstin_of_pan"):
        assert portal["stin"] != books["stin"]
        assert portal["stin"][2:12] == books["stin"][2:12]
    for portal, books in linked(made, "rounded"):
        assert 0 < max(abs(portal[head] - books[head]) for head in MONEY) <= 50
    for portal, books in linked(made, "heads_swapped"):
        assert portal["igst"] + portal["cgst"] + portal["sgst"] == books["igst"] + books["cgst"] + books["sgst"]
        assert (portal["igst"] == 0) != (books["igst"] == 0) or portal["taxable"] == 0
    for portal, books in linked(made, "credit_negative"):
        assert books["taxable"] == -portal["taxable"]
        assert portal["section"] == "b2bcn"
    for portal, books in linked(made, "credit_as_invoice"):
        assert (portal["section"], books["section"]) == ("b2bcn", "b2b")


def test_an_amendment_names_its_original(made: Ledgers) -> None:
    for portal, _ in linked(made, "amended"):
        assert portal["section"] in ("b2ba", "b2bcna", "b2bdna")
        assert portal["original_number"]


def test_a_heavy_supplier_has_all_its_documents() -> None:
    stins = ledgers(3_000, 2, heavy=2_000, mix=Mix.none()).portal["stin"].to_pylist()
    assert max(stins.count(stin) for stin in set(stins)) == 2_000


def test_the_truth_itself_scores_full_marks(made: Ledgers) -> None:
    links = Links(
        made.links["portal"], made.links["books"], np.full(len(made.links["portal"]), "matched", dtype=object)
    )
    figures = score(made, links)
    assert (figures.precision, figures.recall, figures.wrong_accepts) == (1.0, 1.0, 0)


def test_what_is_missing_lowers_recall_and_what_is_wrong_lowers_precision(made: Ledgers) -> None:
    portal, books = made.links["portal"], made.links["books"]
    half = len(portal) // 2
    wrong = np.concatenate([books[:half], books[:1]]), np.concatenate([portal[:half], portal[1:2]])
    bucket = np.full(half + 1, "matched", dtype=object)
    figures = score(made, Links(wrong[1], wrong[0], bucket))
    assert figures.recall == pytest.approx(half / len(portal))
    assert figures.precision == pytest.approx(half / (half + 1))
    assert figures.wrong_accepts == 1
    bucket[-1] = "probable"
    assert score(made, Links(wrong[1], wrong[0], bucket)).wrong_accepts == 0


def test_a_link_to_a_copy_is_as_good(made: Ledgers) -> None:
    copies = made.copies
    (place,) = np.flatnonzero(copies["side"] == "books")[:1]
    link = np.flatnonzero(made.links["books"] == copies["of"][place])[:1]
    links = Links(made.links["portal"][link], copies["id"][[place]], np.array(["matched"], dtype=object))
    assert score(made, links).precision == 1.0


def test_nothing_found_is_no_mistake(made: Ledgers) -> None:
    none = np.array([], dtype=np.int64)
    figures = score(made, Links(none, none, np.array([], dtype=object)))
    assert (figures.precision, figures.recall) == (1.0, 0.0)
