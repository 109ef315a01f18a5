"""Whatever the documents, a decision is kept to: properties of matchings that a user has a say in."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.desk.match.books import BUYER, document, table
from tests.desk.match.test_properties import Rows, documents

from gst_ims.desk.match import Apart, Decision, Identity, Result, Together, changes, match

few = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def distinct(rows: Rows) -> Rows:
    """Documents that are told apart by their names."""
    found = {(r["stin"], r["section"], r["number"], r["document_date"]): r for r in rows}
    return [row | {"id": str(place)} for place, row in enumerate(found.values(), 1)]


sides = st.lists(documents, min_size=1, max_size=6).map(lambda rows: distinct([document(row) for row in rows]))


def named(row: dict[str, Any]) -> Identity:
    return Identity(BUYER, row["stin"], row["section"], row["number"], row["document_date"])


def partners(result: Result, side: str, row: dict[str, Any]) -> set[str]:
    (found,) = [it for it in result.rows() if (it["side"], it["id"]) == (side, row["id"])]
    return {it["id"] for it in found["partners"]}


@few
@given(sides, sides, st.data())
def test_two_that_belong_together_are_together(portal: Rows, books: Rows, data: Any) -> None:
    p, b = data.draw(st.sampled_from(portal)), data.draw(st.sampled_from(books))
    result = match(table(portal), table(books), manual=[Together([named(p)], [named(b)])])
    assert partners(result, "portal", p) == {b["id"]}
    assert partners(result, "books", b) == {p["id"]}


@few
@given(sides, sides, st.data())
def test_two_that_are_held_apart_are_never_together(portal: Rows, books: Rows, data: Any) -> None:
    """Not as a pair, not in a sum, not through an amendment, and not because a better one has gone."""
    words: list[Decision] = []
    for _ in range(len(books) + 1):
        result = match(table(portal), table(books), manual=words)
        linked = [(p, b) for p in portal for b in books if b["id"] in partners(result, "portal", p)]
        assert not {(w.portal, w.books) for w in words if isinstance(w, Apart)} & {
            (named(p), named(b)) for p, b in linked
        }
        if not linked:
            return
        p, b = data.draw(st.sampled_from(linked))
        words.append(Apart(named(p), named(b)))


@few
@given(sides, sides, st.data())
def test_a_group_is_as_it_was_said(portal: Rows, books: Rows, data: Any) -> None:
    ours = data.draw(st.lists(st.sampled_from(portal), min_size=1, max_size=3, unique_by=lambda r: r["id"]))
    theirs = data.draw(st.lists(st.sampled_from(books), min_size=1, max_size=3, unique_by=lambda r: r["id"]))
    result = match(table(portal), table(books), manual=[Together([*map(named, ours)], [*map(named, theirs)])])
    for p in ours:
        assert partners(result, "portal", p) == {b["id"] for b in theirs}
    for b in theirs:
        assert partners(result, "books", b) == {p["id"] for p in ours}


@few
@given(sides, sides)
def test_to_say_what_is_found_anyway_changes_no_partner(portal: Rows, books: Rows) -> None:
    before = match(table(portal), table(books))
    words: list[Decision] = [
        Together([named(p)], [named(b)])
        for p in portal
        for b in books
        if partners(before, "portal", p) == {b["id"]} and partners(before, "books", b) == {p["id"]}
    ]
    after = match(table(portal), table(books), manual=words)
    for p in portal:
        if any(isinstance(w, Together) and named(p) in w.portal for w in words):
            assert partners(after, "portal", p) == partners(before, "portal", p)


@few
@given(sides, sides, st.data())
def test_decisions_lose_no_document(portal: Rows, books: Rows, data: Any) -> None:
    p, b = data.draw(st.sampled_from(portal)), data.draw(st.sampled_from(books))
    words: list[Decision] = [Together([named(p)], [named(b)]), Apart(named(portal[0]), named(books[-1]))]
    result = match(table(portal), table(books), manual=words)
    assert sorted((r["side"], r["id"]) for r in result.rows()) == sorted(
        [("portal", r["id"]) for r in portal] + [("books", r["id"]) for r in books]
    )


@few
@given(sides, sides, st.data())
def test_the_last_word_about_a_document_counts(portal: Rows, books: Rows, data: Any) -> None:
    assume(len(books) > 1)
    p = data.draw(st.sampled_from(portal))
    first, second = data.draw(st.permutations(books))[:2]
    result = match(table(portal), table(books), manual=[Together([named(p)], [named(b)]) for b in (first, second)])
    assert partners(result, "portal", p) == {second["id"]}


@few
@given(sides, sides, st.data())
def test_a_decision_about_what_is_not_there_changes_nothing(portal: Rows, books: Rows, data: Any) -> None:
    p = data.draw(st.sampled_from(portal))
    gone = Identity(BUYER, p["stin"], "b2b", "GONE-1", p["document_date"])
    before = match(table(portal), table(books))
    after = match(table(portal), table(books), manual=[Together([named(p)], [gone]), Apart(named(p), gone)])
    assert changes(before, after) == []
