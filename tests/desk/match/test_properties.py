"""What holds of every matching, whatever the documents."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.desk.match.books import SUPPLIERS, document, table

from gst_ims.desk.match import BUCKETS, Result, match
from gst_ims.synthetic.ledgers import ledgers

HEADS = ("taxable", "igst", "cgst", "sgst", "cess")
Rows = list[dict[str, Any]]

# Few numbers, amounts and days, so that documents get into each other's way.
documents = st.fixed_dictionaries(
    {
        "number": st.sampled_from(["1", "21", "INV-1", "inv/1", "INV-12", "INV-21", "INV-12A", "25-26/7", "7", "CN7"]),
        "taxable": st.sampled_from(["100", "100.40", "250", "350", "600", "1000", "-100"]),
        "date": st.integers(0, 40).map(lambda n: date(2025, 3, 20) + timedelta(days=n)),
        "supplier": st.sampled_from(sorted(SUPPLIERS)),
        "section": st.sampled_from(["b2b", "b2b", "b2b", "b2bcn", "b2ba"]),
        "original": st.sampled_from([None, None, "INV-12", "1"]),
        "reverse charge": st.sampled_from([False, False, False, True]),
    }
)
sides = st.lists(documents, max_size=9).map(lambda rows: [document(row, place) for place, row in enumerate(rows, 1)])
few = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def links(result: Result) -> set[tuple[str, str]]:
    """Pairs of ids of the portal and of the books."""
    return {(row["id"], p["id"]) for row in result.rows() if row["side"] == "portal" for p in row["partners"]}


def said(result: Result) -> dict[tuple[str, str], tuple[Any, ...]]:
    return {
        (r["side"], r["id"]): (r["bucket"], r["rule"], r["score"], sorted(p["id"] for p in r["partners"]), r["reasons"])
        for r in result.rows()
    }


def test_copies_that_are_on_both_sides_go_with_themselves() -> None:
    three = [document({"number": "1", "taxable": "100"}, place) for place in (1, 2, 3)]
    assert links(match(table(three), table(three))) == {("1", "1"), ("2", "2"), ("3", "3")}


@few
@given(sides, sides, st.randoms(use_true_random=False))
def test_what_holds_of_every_matching(portal: Rows, books: Rows, random: Any) -> None:
    """All of it of the same documents, because a matching takes half a second however few they are."""
    result = match(table(portal), table(books))
    every_document_is_in_one_bucket_and_every_paisa_with_it(result, portal, books)
    partners_name_each_other_and_no_document_is_used_twice_outside_a_group(result)
    back = match(table(books), table(portal))
    assert links(result) == {(p, b) for b, p in links(back)}, "the other way round the same belongs together"
    shuffled = [random.sample(rows, len(rows)) for rows in (portal, books)]
    assert said(match(*map(table, shuffled))) == said(result), "the order of rows plays no part"


def every_document_is_in_one_bucket_and_every_paisa_with_it(result: Result, portal: Rows, books: Rows) -> None:
    rows = result.rows()
    for side, documents_ in (("portal", portal), ("books", books)):
        mine = [row for row in rows if row["side"] == side]
        assert Counter(row["id"] for row in mine) == Counter(d["id"] for d in documents_)
        assert all(row["bucket"] in BUCKETS and 0 <= row["score"] <= 100 and row["reasons"] for row in mine)
        for head in HEADS:
            assert sum(row[head] for row in mine) == sum(abs(d[head]) for d in documents_)


def partners_name_each_other_and_no_document_is_used_twice_outside_a_group(result: Result) -> None:
    rows = result.rows()
    partners = {(row["side"], row["id"]): {p["id"] for p in row["partners"]} for row in rows}
    other = {"portal": "books", "books": "portal"}
    for (side, id_), ids in partners.items():
        assert all(id_ in partners[other[side], partner] for partner in ids)
        # Whoever shares a partner shares all of them: it is one group.
        assert all(partners[side, mate] == ids for partner in ids for mate in partners[other[side], partner])
    for row in rows:
        grouped = row["rule"] in ("split", "merged", "regrouped", "manual")
        assert grouped or len(row["partners"]) <= 1
        assert bool(row["partners"]) == (row["bucket"] in BUCKETS[:4])


@pytest.mark.parametrize("seed", [11, 12])
def test_new_data_of_one_supplier_changes_nothing_of_the_others(seed: int) -> None:
    truth = ledgers(600, seed)
    portal, books = truth.portal.to_pylist(), truth.books.to_pylist()
    stin = portal[0]["stin"]
    pan = stin[2:12]
    before = match(table(_texts([r for r in portal if r["stin"][2:12] != pan])), table(_texts(books)))
    after = match(table(_texts(portal)), table(_texts(books)))
    ours = {(row["side"], row["id"]) for row in after.rows() if row["stin"][2:12] == pan}
    ours |= {(row["side"], row["id"]) for row in after.rows() if any(p["stin"][2:12] == pan for p in row["partners"])}
    kept = {key: value for key, value in said(after).items() if key not in ours}
    assert kept == {key: value for key, value in said(before).items() if key in kept}


def _texts(rows: Rows) -> Rows:
    return [row | {"id": str(row["id"])} for row in rows]
