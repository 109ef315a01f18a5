"""A re-run after new data changes only what the new data touch, and says what changed."""

from __future__ import annotations

import random
from typing import Any

import pytest
from tests.desk.match.books import SUPPLIERS, document, ledger, table
from tests.desk.match.test_decisions import named

from gst_ims.desk.match import Apart, Result, Together, changes, match
from gst_ims.synthetic.ledgers import ledgers

Rows = list[dict[str, Any]]


def told(found: list[dict[str, Any]]) -> dict[tuple[str, str], tuple[str | None, str | None]]:
    return {(it["side"], it["number"]): (it["was"], it["became"]) for it in found}


def texts(rows: Rows) -> Rows:
    return [row | {"id": str(row["id"])} for row in rows]


@pytest.fixture(scope="module")
def made() -> tuple[Rows, Rows]:
    truth = ledgers(1_500, 31)
    return texts(truth.portal.to_pylist()), texts(truth.books.to_pylist())


def touched(changed: list[dict[str, Any]], pans: set[str]) -> None:
    """Whatever changed is of these taxpayers, or had or has one of them as a partner."""
    for it in changed:
        partners = [p["stin"] for of in ("partners_were", "partners_became") for p in it[of] or ()]
        assert pans & {stin[2:12] for stin in (it["stin"], *partners)}, it


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("seed", range(4))
def test_documents_that_come_or_go_change_what_is_of_their_taxpayer(
    made: tuple[Rows, Rows], side: int, seed: int
) -> None:
    rng = random.Random(seed)
    rows = made[side]
    some = set(rng.sample([row["id"] for row in rows], 25))
    pans = {row["stin"][2:12] for row in rows if row["id"] in some}
    fewer = list(made)
    fewer[side] = [row for row in rows if row["id"] not in some]
    whole, less = match(table(made[0]), table(made[1])), match(table(fewer[0]), table(fewer[1]))
    came, went = changes(less, whole), changes(whole, less)
    touched(came, pans)
    assert sum(it["was"] is None for it in came) >= 20, "a copy that is named as another one has just another place"
    assert {(it["side"], it["stin"], it["number"]) for it in came} == {
        (it["side"], it["stin"], it["number"]) for it in went
    }


def test_the_same_again_in_another_order_with_other_ids_changes_nothing(made: tuple[Rows, Rows]) -> None:
    rng = random.Random(5)
    first = match(*map(table, made))
    again = [rng.sample(rows, len(rows)) for rows in made]
    assert changes(first, match(*map(table, again))) == []


def test_a_new_document_that_fits_nobody_is_the_only_change() -> None:
    portal = ledger([{"number": "A-1", "taxable": 1000}])
    before = match(portal, ledger([{"number": "A-1", "taxable": 1000}]))
    after = match(
        portal, ledger([{"number": "A-1", "taxable": 1000}, {"number": "Q", "taxable": 9, "supplier": "Deva"}])
    )
    assert told(changes(before, after)) == {("books", "Q"): (None, "missing in portal")}


def test_a_better_partner_that_comes_later_sets_the_other_free() -> None:
    portal = ledger([{"number": "INV-471", "taxable": 8250}])
    first = match(portal, ledger([{"number": "INV-417", "taxable": 8250}]))
    then = match(portal, ledger([{"number": "INV-417", "taxable": 8250}, {"number": "INV-471", "taxable": 8250}]))
    assert told(changes(first, then)) == {
        ("portal", "INV-471"): ("probable", "matched"),
        ("books", "INV-417"): ("probable", "missing in portal"),
        ("books", "INV-471"): (None, "matched"),
    }


def test_the_last_part_of_a_sum_completes_it() -> None:
    portal = ledger([{"number": "INV/12", "taxable": 1000, "igst": 180}])
    parts = [{"number": "INV/12-1", "taxable": 400, "igst": 72}, {"number": "INV/12-2", "taxable": 600, "igst": 108}]
    found = told(changes(match(portal, ledger(parts[:1])), match(portal, ledger(parts))))
    assert found["portal", "INV/12"][1] == "matched"
    assert found["books", "INV/12-2"] == (None, "matched")


def test_an_amendment_that_comes_is_said_of_original_and_partner() -> None:
    original = {"number": "A-1", "taxable": 1000}
    amended = {"number": "A-1", "taxable": 1100, "section": "b2ba", "original": "A-1"}
    books = ledger([{"number": "A-1", "taxable": 1100}])
    found = changes(match(ledger([original]), books), match(ledger([original, amended]), books))
    assert {(it["side"], it["section"]): (it["was"], it["became"]) for it in found} == {
        ("portal", "b2b"): ("mismatch", "duplicate"),
        ("portal", "b2ba"): (None, "matched"),
        ("books", "b2b"): ("mismatch", "matched"),
    }


def test_a_decision_changes_what_it_is_about() -> None:
    portal = ledger([{"number": "A-1", "taxable": 1000}, {"number": "B-7", "taxable": 500}])
    books = ledger([{"number": "Z-9", "taxable": 77}, {"number": "B-7", "taxable": 500}])
    found = changes(
        match(portal, books),
        match(portal, books, manual=[Together([named("A-1")], [named("Z-9")])]),
    )
    assert set(told(found)) == {("portal", "A-1"), ("books", "Z-9")}
    assert all(it["reasons"] == ["You decided that these belong together."] for it in found)


@pytest.mark.parametrize("word", ["together", "apart"])
def test_a_decision_that_is_repeated_changes_nothing(word: str) -> None:
    portal, books = ledger([{"number": "A-1", "taxable": 1000}]), ledger([{"number": "A-1", "taxable": 1000}])
    decision = Together([named("A-1")], [named("A-1")]) if word == "together" else Apart(named("A-1"), named("A-1"))
    assert changes(match(portal, books, manual=[decision]), match(portal, books, manual=[decision] * 2)) == []


def test_a_decision_outlives_documents_that_come_and_go() -> None:
    word = Together([named("A-1")], [named("Z-9")])
    books = [{"number": "Z-9", "taxable": 77}, {"number": "A-1", "taxable": 1000}]

    def partner(rows: Rows) -> list[str]:
        result = match(ledger([{"number": "A-1", "taxable": 1000}]), ledger(rows), manual=[word])
        return [p["number"] for row in result.rows() if row["side"] == "portal" for p in row["partners"]]

    assert partner(books) == ["Z-9"]
    assert partner(books[1:]) == ["A-1"], "without the document that was named the others have their turn"
    assert partner(books) == ["Z-9"]


def test_a_later_word_that_holds_apart_takes_the_earlier_one_back() -> None:
    words = [Together([named("A-1")], [named("Z-9")]), Apart(named("A-1"), named("Z-9"))]
    result = match(
        ledger([{"number": "A-1", "taxable": 1000}]), ledger([{"number": "Z-9", "taxable": 77}]), manual=words
    )
    assert result.buckets() == {("portal", "missing in books"): 1, ("books", "missing in portal"): 1}


def test_of_a_group_only_what_is_held_apart_leaves_it() -> None:
    parts = [{"number": "X", "taxable": 600}, {"number": "Y", "taxable": 400}, {"number": "Z", "taxable": 55}]
    words = [
        Together([named("A-1")], [named("X"), named("Y"), named("Z")]),
        Apart(named("A-1"), named("Z")),
    ]
    rows = match(ledger([{"number": "A-1", "taxable": 1000}]), ledger(parts), manual=words).rows()
    (row,) = [it for it in rows if it["side"] == "portal"]
    assert [p["number"] for p in row["partners"]] == ["X", "Y"]


def test_an_earlier_word_that_holds_apart_gives_way_to_a_later_one() -> None:
    words = [Apart(named("A-1"), named("Z-9")), Together([named("A-1")], [named("Z-9")])]
    result = match(
        ledger([{"number": "A-1", "taxable": 1000}]), ledger([{"number": "Z-9", "taxable": 77}]), manual=words
    )
    assert {row["rule"] for row in result.rows()} == {"manual"}


def test_copies_of_one_document_are_counted_and_not_confused() -> None:
    one = {"number": "A-1", "taxable": 1000}
    before, after = match(ledger([one]), ledger([one])), match(ledger([one]), ledger([one, one]))
    (change,) = changes(before, after)
    assert (change["side"], change["was"], change["became"]) == ("books", None, "duplicate")


@pytest.mark.parametrize("supplier", sorted(SUPPLIERS))
def test_another_suppliers_documents_play_no_part(supplier: str) -> None:
    mine = [{"number": "A-1", "taxable": 1000}, {"number": "A-2", "taxable": 2000}]
    other = document({"number": "QQ-99", "taxable": 31337, "supplier": supplier}, 9)
    before = match(ledger(mine), ledger(mine))
    after = match(ledger(mine), table([*(document(row, n) for n, row in enumerate(mine, 1)), other]))
    assert set(told(changes(before, after))) == {("books", "QQ-99")}


def test_changes_are_the_same_whether_a_result_was_kept_or_not(made: tuple[Rows, Rows], tmp_path: Any) -> None:
    first = match(table(made[0][:300]), table(made[1][:300]))
    second = match(table(made[0][:400]), table(made[1][:300]))
    first.write(tmp_path / "first.parquet")
    second.write(tmp_path / "second.parquet")
    kept = [Result.read(tmp_path / name) for name in ("first.parquet", "second.parquet")]
    assert changes(*kept) == changes(first, second)
