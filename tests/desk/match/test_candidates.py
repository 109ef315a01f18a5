"""What is compared with what: enough to find every true pair, and never all with all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.desk.match.books import document, ledger, table

from gst_ims.desk.match import Settings, match
from gst_ims.desk.match.engine import Run, certain, sums
from gst_ims.synthetic.ledgers import Ledgers, Mix, ledgers

Rows = list[dict[str, Any]]


def compared(portal: Any, books: Any, settings: Settings | None = None) -> tuple[int, int]:
    """How many pairs are candidates, and how many are left after the certain tiers."""
    run = Run(settings or Settings())
    run.read(portal, books)
    run.decide([])
    run.certain()
    run.compare()
    [(candidates,)] = run.db.execute("select count(*) from candidate").fetchall()
    [(rest,)] = run.db.execute("select count(*) from rest").fetchall()
    run.db.close()
    return candidates, rest


def alike(count: int, shift: int = 0) -> Rows:
    """Documents of one supplier that have one amount and one day, so that they share every key but their numbers."""
    return [document({"number": f"R-{n + shift}", "taxable": 500}, n) for n in range(count)]


def test_what_is_certain_is_compared_with_nothing() -> None:
    rows = ledgers(2_000, 3, mix=Mix.none())
    assert compared(rows.portal, rows.books) == (0, 0)


@pytest.mark.parametrize("count", [500, 1_000, 2_000])
def test_documents_that_are_all_alike_are_compared_with_their_neighbours_only(count: int) -> None:
    """The work grows with the documents, not with their square."""
    portal, books = table(alike(count)), table(alike(count, shift=10**6))
    candidates, rest = compared(portal, books)
    assert rest == 2 * count
    assert candidates < 4 * 32 * count


@pytest.mark.parametrize("near", [4, 16])
def test_how_many_neighbours_there_are_is_a_setting(near: int) -> None:
    portal, books = table(alike(600)), table(alike(600, shift=10**6))
    few, _ = compared(portal, books, Settings(near=near))
    many, _ = compared(portal, books, Settings(near=2 * near))
    assert few < many


@pytest.fixture(scope="module", params=[0, 4_000], ids=["ten a supplier", "one heavy supplier"])
def truth(request: pytest.FixtureRequest) -> Ledgers:
    return ledgers(4_000, 91, heavy=request.param)


def test_candidates_are_some_for_each_document_that_is_left(truth: Ledgers) -> None:
    candidates, rest = compared(truth.portal, truth.books)
    assert candidates < 60 * rest


SHARED = {
    "the number": ({"number": "X-77", "taxable": 900}, {"number": "X-77", "taxable": 4000}),
    "the number, with another registration": (
        {"number": "X-77", "taxable": 900},
        {"number": "X-77", "taxable": 900, "supplier": "Anu in Delhi"},
    ),
    "the number, with a mistyped GSTIN": (
        {"number": "X-77", "taxable": 900},
        {"number": "X-77", "taxable": 900, "supplier": "Anu, mistyped"},
    ),
    "the serial": ({"number": "AB/77", "taxable": 900}, {"number": "77", "taxable": 4000}),
    "the amount": ({"number": "X-77", "taxable": 900}, {"number": "Q", "taxable": 900}),
    "the amount within the tolerance": ({"number": "X-77", "taxable": 900}, {"number": "Q", "taxable": 900.99}),
    "day and amount, with another supplier": (
        {"number": "X-77", "taxable": 900},
        {"number": "Q", "taxable": 900, "supplier": "Deva"},
    ),
    "the number that an amendment names": (
        {"number": "N-5", "taxable": 900, "section": "b2ba", "original": "X-77"},
        {"number": "X-77", "taxable": 4000},
    ),
}


@pytest.mark.parametrize(("portal", "books"), SHARED.values(), ids=SHARED.keys())
def test_what_shares_one_of_these_is_compared(portal: dict[str, Any], books: dict[str, Any]) -> None:
    assert compared(ledger([portal]), ledger([books]))[0] == 1


def test_what_shares_nothing_is_not_compared() -> None:
    assert compared(ledger([{"number": "X-77", "taxable": 900}]), ledger([{"number": "Q-12", "taxable": 31}]))[0] == 0


def test_what_is_of_two_recipients_is_never_compared() -> None:
    mine = {"number": "X-78", "taxable": 900}
    other = {"number": "X-87", "taxable": 900, "recipient": "24AAACC1206D1ZM"}
    assert compared(ledger([mine]), ledger([other]))[0] == 0


@pytest.mark.parametrize("absolute", [0, 1, 100, 10_000])
@pytest.mark.parametrize("off", [0, 1, 99, 100, 9_999])
def test_whatever_is_within_the_tolerance_is_compared(absolute: int, off: int) -> None:
    """Amount keys are laid twice, half a width apart, so that no pair falls between two of them."""
    for taxable in (100_000, 100_050, 123_457, 199_999):
        portal = document({"number": "X-77", "taxable": 1}) | {"taxable": taxable}
        books = document({"number": "Q", "taxable": 1}) | {"taxable": taxable + off}
        found, _ = compared(table([portal]), table([books]), Settings(absolute=absolute))
        if off <= absolute:
            assert found == 1, (taxable, off)


@pytest.mark.parametrize("relative", [10, 100, 500])
def test_whatever_is_within_a_tolerance_in_parts_is_compared(relative: int) -> None:
    for taxable in (500_000, 1_234_567, 99_999_999):
        off = taxable * relative // 10_000
        portal = document({"number": "X-77", "taxable": 1}) | {"taxable": taxable}
        books = document({"number": "Q", "taxable": 1}) | {"taxable": taxable + off * 99 // 100}
        found, _ = compared(table([portal]), table([books]), Settings(relative=relative))
        assert found == 1, taxable


def test_a_run_with_one_thread_says_the_same_as_one_with_two(truth: Ledgers) -> None:
    one = match(truth.portal, truth.books, Settings(threads=1))
    two = match(truth.portal, truth.books, Settings(threads=2, memory="1GB"))
    assert one.rows() == two.rows()


def joins(plan: dict[str, Any]) -> Iterator[list[str]]:
    """The conditions of each join of a plan."""
    if plan["name"].endswith("JOIN"):
        said = plan["extra_info"]["Conditions"]
        yield [said] if isinstance(said, str) else said
    for child in plan["children"]:
        yield from joins(child)


@pytest.mark.parametrize("statement", [certain.candidates, sums.named_sums, sums.subsets])
def test_what_is_looked_for_is_found_by_being_equal(truth: Ledgers, statement: Any) -> None:
    """A condition such as `between` would look at all of a supplier's documents for each of them."""
    run = Run(Settings())
    run.read(truth.portal, truth.books)
    run.decide([])
    run.certain()
    run.compare()
    run.assign()
    ((_, plan),) = run.db.execute(f"explain (format json) {statement.sql}").fetchall()
    found = list(joins(json.loads(plan)[0]))
    assert found
    assert [it for conditions in found for it in conditions if "<" in it or ">" in it] == []
