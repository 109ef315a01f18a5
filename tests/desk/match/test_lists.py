"""What people look at to match by hand: lists by filter, pairs in doubt, what is held together, and past runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.desk.match.conftest import Books, line

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.match import lists
from gst_ims.desk.match import service as matching
from gst_ims.desk.match.lists import Filter, Head, Side
from gst_ims.desk.people.service import Person

Find = Callable[..., str]


@pytest.fixture
def matched(desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books) -> None:
    """INV-0 alike, INV-1 with a hundred rupees more, and two that the portal hasn't; matched once."""
    books(
        [
            line(seller, 0),
            line(seller, 1, more=100),
            (seller, "X-1", "05-10-2025", "3003.00", "540.54"),
            (seller, "X-2", "07-09-2025", "5000.00", "900.00"),
        ]
    )
    matching.run(desk, mine, asha.name)


@pytest.fixture
def find(desk: Desk, mine: Gstin, asha: Person, matched: None) -> Find:
    """The id of a document by its number."""

    def look(side: Side, number: str) -> str:
        (row,) = lists.documents(desk, asha, mine, side, Filter(number=number))
        return row.id

    return look


def numbers(rows: Any) -> list[str]:
    return [row.number for row in rows]


LONELY = {side: Filter(buckets=buckets) for side, buckets in lists.LONELY.items()}


def test_what_has_no_partner_is_listed_the_most_tax_first(desk: Desk, mine: Gstin, asha: Person, matched: None) -> None:
    assert numbers(lists.documents(desk, asha, mine, "books", LONELY["books"])) == ["X-2", "X-1"]
    theirs = lists.documents(desk, asha, mine, "portal", LONELY["portal"])
    assert set(numbers(theirs)) == {*(f"INV-{n}" for n in range(2, 7)), "CN-0", "CN-1", "CN-2", "DN-0", "DN-1"}
    assert [row.tax for row in theirs] == sorted((row.tax for row in theirs), reverse=True)


@pytest.mark.parametrize("side", ["portal", "books"])
def test_pages_by_key_are_the_list_in_pieces(desk: Desk, mine: Gstin, asha: Person, matched: None, side: Side) -> None:
    whole = [row.id for row in lists.documents(desk, asha, mine, side, Filter())]
    pieces: list[str] = []
    after = None
    while rows := lists.documents(desk, asha, mine, side, Filter(), after, limit=3):
        pieces += [row.id for row in rows]
        after = rows[-1].tax, rows[-1].id
    assert pieces == whole
    assert len(whole) == len(set(whole)) == {"portal": 12, "books": 4}[side]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(number="x-"), {"X-1", "X-2"}),
        (Filter(number="x-2"), {"X-2"}),
        (Filter(amount=3003_50), {"X-1"}),
        (Filter(amount=3004_50), set[str]()),
        (Filter(amount=900_00), {"X-2"}),
        (Filter(period=Period(2025, 9)), {"X-2"}),
        (Filter(period=Period(2025, 10), number="X"), {"X-1"}),
        (Filter(buckets=("matched",)), {"INV-0"}),
        (Filter(buckets=("matched", "mismatch")), {"INV-0", "INV-1"}),
        (Filter(supplier="nobody"), set[str]()),
        (Filter(number="%"), set[str]()),
    ],
)
def test_a_filter_finds_what_it_says(
    desk: Desk, mine: Gstin, asha: Person, matched: None, wanted: Filter, found: set[str]
) -> None:
    assert set(numbers(lists.documents(desk, asha, mine, "books", wanted))) == found
    assert lists.sums(desk, asha, mine, "books", wanted).documents == len(found)


def test_a_supplier_is_found_by_gstin_or_pan(desk: Desk, mine: Gstin, asha: Person, seller: str, matched: None) -> None:
    for words in (seller, seller[2:12].lower(), seller[:5]):
        assert len(lists.documents(desk, asha, mine, "portal", Filter(supplier=words))) == 12


def test_sums_have_credit_notes_below_zero(desk: Desk, mine: Gstin, asha: Person, matched: None) -> None:
    rows = lists.documents(desk, asha, mine, "portal", LONELY["portal"])
    sums = lists.sums(desk, asha, mine, "portal", LONELY["portal"])
    assert sums.documents == len(rows)
    for field in ("taxable", "tax"):
        signed = sum(-getattr(row, field) if row.section == "b2bcn" else getattr(row, field) for row in rows)
        assert getattr(sums, field) == signed


def test_before_anything_is_matched_everything_is_without_partner(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books
) -> None:
    books([line(seller, 0)])
    (row,) = lists.documents(desk, asha, mine, "books", LONELY["books"])
    assert (row.number, row.bucket, row.partners) == ("INV-0", "not matched", [])


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_has_a_size(desk: Desk, mine: Gstin, asha: Person, limit: int) -> None:
    for call in (
        lambda: lists.documents(desk, asha, mine, "books", Filter(), limit=limit),
        lambda: lists.pairs(desk, asha, mine, limit=limit),
        lambda: lists.changes(desk, asha, mine, 1, limit=limit),
        lambda: lists.past(desk, asha, mine, 1, limit=limit),
    ):
        with pytest.raises(Invalid, match="aren't a page"):
            call()


# Held against each other.


def test_documents_are_compared_by_head(desk: Desk, mine: Gstin, asha: Person, find: Find) -> None:
    told = lists.compare(desk, asha, mine, [find("portal", "INV-3")], [find("books", "X-1")])
    assert told.heads[:3] == (
        Head("taxable", 1003_00, 3003_00, 2000_00),
        Head("igst", 180_54, 540_54, 360_00),
        Head("cgst", 0, 0, 0),
    )
    assert told.cautions == ()


def test_several_are_compared_by_their_sums(desk: Desk, mine: Gstin, asha: Person, find: Find) -> None:
    ours = [find("books", "X-1"), find("books", "X-2")]
    told = lists.compare(desk, asha, mine, [find("portal", "INV-3"), find("portal", "CN-1")], ours)
    assert told.heads[0] == Head("taxable", 1003_00 - 101_00, 8003_00, 8003_00 - 902_00)
    assert told.cautions == ("Credit notes and invoices are held against each other.",)


def test_what_would_lose_its_partner_is_said(desk: Desk, mine: Gstin, asha: Person, find: Find) -> None:
    told = lists.compare(desk, asha, mine, [find("portal", "INV-0")], [find("books", "INV-1")])
    assert told.cautions == (
        "INV-0 is matched with INV-0 in the books now, which would be without it.",
        "INV-1 is matched with INV-1 at the portal now, which would be without it.",
    )


def test_different_suppliers_are_said(desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books) -> None:
    pan = seller[2:12]
    one, other = (str(Gstin(text)) for text in (f"27{pan}1Z{check(f'27{pan}1Z')}", "24AAXCT0003K1ZA"))
    books([(one, "P-1", "05-10-2025", "1000.00", "180.00"), (other, "P-2", "05-10-2025", "1000.00", "180.00")])
    theirs = [lists.documents(desk, asha, mine, "portal", Filter(number="INV-0"))[0].id]
    ours = {row.number: row.id for row in lists.documents(desk, asha, mine, "books", Filter())}
    assert lists.compare(desk, asha, mine, theirs, [ours["P-1"]]).cautions == (
        "The suppliers' GSTINs differ, their PAN is the same.",
    )
    assert lists.compare(desk, asha, mine, theirs, [ours["P-2"]]).cautions == (
        "The suppliers' GSTINs differ: these are different suppliers.",
    )


def check(first: str) -> str:
    """The last character of a GSTIN."""
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    total = 0
    for place, letter in enumerate(first):
        product = letters.index(letter) * (1 + place % 2)
        total += product // 36 + product % 36
    return letters[-total % 36]


@pytest.mark.parametrize(("portal", "books_"), [([], ["x"]), (["x"], []), ([], [])])
def test_one_side_alone_is_no_comparison(
    desk: Desk, mine: Gstin, asha: Person, portal: list[str], books_: list[str]
) -> None:
    with pytest.raises(Invalid, match="both sides"):
        lists.compare(desk, asha, mine, portal, books_)


def test_what_does_not_stand_is_not_compared(desk: Desk, mine: Gstin, asha: Person, find: Find) -> None:
    with pytest.raises(Unknown, match="load the page again"):
        lists.compare(desk, asha, mine, [find("portal", "INV-0")], ["tally:b2b:x:y:2025-10-05"])


# In doubt.


def test_pairs_in_doubt_are_listed_until_somebody_confirms_them(
    desk: Desk, mine: Gstin, asha: Person, find: Find
) -> None:
    (pair,) = lists.pairs(desk, asha, mine)
    assert (pair.portal, pair.books, pair.bucket) == ([find("portal", "INV-1")], [find("books", "INV-1")], "mismatch")
    assert {it["field"]: it["difference"] for it in pair.differences}["taxable"] == 100_00
    matching.link(desk, asha, mine, pair.portal, pair.books, together=True)
    matching.run(desk, mine, asha.name)
    assert lists.pairs(desk, asha, mine) == []


def test_a_group_is_one_entry(desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books) -> None:
    """Two documents of the portal, booked as one: what they say together is said once."""
    books([(seller, "INV-3", "05-10-2025", "2107.00", "379.26")])
    theirs = [lists.documents(desk, asha, mine, "portal", Filter(number=f"INV-{n}"))[0].id for n in (3, 4)]
    (ours,) = lists.documents(desk, asha, mine, "books", Filter())
    matching.link(desk, asha, mine, theirs, [ours.id], together=True)
    matching.run(desk, mine, asha.name)
    assert lists.pairs(desk, asha, mine, ("mismatch", "matched", "within tolerance", "probable")) == []
    with desk.of([mine]) as db:
        db.execute("update desk.finding set rule = 'exact' where gstin = %s and until is null", [mine])
    (pair,) = lists.pairs(desk, asha, mine, ("mismatch", "matched", "within tolerance", "probable"))
    assert (sorted(pair.portal), pair.books) == (sorted(theirs), [ours.id])


def test_pairs_are_found_by_supplier_and_by_page(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books
) -> None:
    books([line(seller, n, more=100) for n in range(4)])
    matching.run(desk, mine, asha.name)
    whole = lists.pairs(desk, asha, mine)
    assert [row.portal[0].split(":")[2] for row in whole] == ["INV-3", "INV-2", "INV-1", "INV-0"]
    assert lists.pairs(desk, asha, mine, supplier="nobody") == []
    first = lists.pairs(desk, asha, mine, supplier=seller, limit=3)
    rest = lists.pairs(desk, asha, mine, supplier=seller, after=(first[-1].tax, first[-1].id))
    assert [row.id for row in (*first, *rest)] == [row.id for row in whole]


# What people said.


def test_words_that_stand_are_listed_the_newest_first(desk: Desk, mine: Gstin, asha: Person, find: Find) -> None:
    portal, ours = find("portal", "INV-3"), find("books", "X-1")
    first = matching.link(desk, asha, mine, [portal], [ours], together=True, why="same goods")
    second = matching.link(desk, asha, mine, [find("portal", "INV-0")], [find("books", "INV-0")], together=False)
    told = lists.links(desk, asha, mine)
    assert [(row.id, row.together, row.person, row.why) for row in told] == [
        (second, False, "Asha", ""),
        (first, True, "Asha", "same goods"),
    ]
    assert [row.id for row in lists.links(desk, asha, mine, before=second)] == [first]
    assert [row.id for row in lists.links_of(desk, asha, mine, portal)] == [first]
    matching.unlink(desk, asha, mine, first)
    assert lists.links_of(desk, asha, mine, portal) == []


# Runs.


def test_a_run_says_what_it_changed_and_stands_as_it_was(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books, matched: None
) -> None:
    books([line(seller, 0), line(seller, 1)])
    matching.run(desk, mine, asha.name)
    moves = {(row.side, row.was, row.became): row.documents for row in lists.moves(desk, asha, mine, 2)}
    assert moves == {
        ("books", "missing in portal", None): 2,
        ("books", "mismatch", "matched"): 1,
        ("portal", "mismatch", "matched"): 1,
    }
    rows = lists.changes(desk, asha, mine, 2)
    assert len(rows) == 4
    pieces = lists.changes(desk, asha, mine, 2, limit=3)
    pieces += lists.changes(desk, asha, mine, 2, (pieces[-1].side, pieces[-1].id))
    assert [row.id for row in pieces] == [row.id for row in rows]
    for run, bucket in ((1, "mismatch"), (2, "matched")):
        stood = lists.past(desk, asha, mine, run, bucket)
        assert {lists.read_id(row.side, row.id).number for row in stood} >= {"INV-1"}
    whole = lists.past(desk, asha, mine, 1)
    assert len(whole) == 12 + 4
    begun = lists.past(desk, asha, mine, 1, limit=10)
    rest = lists.past(desk, asha, mine, 1, after=(begun[-1].side, begun[-1].id))
    assert [row.id for row in (*begun, *rest)] == [row.id for row in whole]


PART = st.text("ABC/-0189", min_size=1, max_size=9)


@given(PART, st.lists(PART, min_size=1, max_size=3).map(":".join), st.sampled_from(["", ":R1A"]))
def test_an_id_says_what_it_was_made_of(stin: str, number: str, form: str) -> None:
    told = lists.read_id("portal", f"b2b:{stin}:{number}:102025{form}")
    assert told == lists.Named("b2b", stin, number, "102025")
    told = lists.read_id("books", f"tally:b2bcn:{stin}:{number}:2025-10-05")
    assert told == lists.Named("b2bcn", stin, number, "tally")


def test_nobody_sees_the_lists_of_another_taxpayer(desk: Desk, asha: Person) -> None:
    other = Gstin("29AAXCT0004K1ZQ")
    for call in (
        lambda: lists.documents(desk, asha, other, "books", Filter()),
        lambda: lists.sums(desk, asha, other, "portal", Filter()),
        lambda: lists.named(desk, asha, other, "portal", ["x"]),
        lambda: lists.compare(desk, asha, other, ["x"], ["y"]),
        lambda: lists.pairs(desk, asha, other),
        lambda: lists.links(desk, asha, other),
        lambda: lists.links_of(desk, asha, other, "x"),
        lambda: lists.moves(desk, asha, other, 1),
        lambda: lists.changes(desk, asha, other, 1),
        lambda: lists.past(desk, asha, other, 1),
        lambda: matching.state(desk, asha, other),
    ):
        with pytest.raises(NotAllowed, match="nothing to do with"):
            call()
