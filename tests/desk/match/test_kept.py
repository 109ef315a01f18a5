"""Matching at the desk: findings as versions, links of people, and what the books said before."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.api import Taxpayer, echo, invoice
from tests.client.conftest import Served
from tests.desk.conftest import Hire
from tests.desk.match.conftest import Books, line

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import connect
from gst_ims.desk import jobs
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.match import lists
from gst_ims.desk.match import service as matching
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.register import service as registers
from gst_ims.desk.sync import service as syncing


def findings(desk: Desk, by: Person, gstin: Gstin, run: int) -> dict[str, str]:
    """Numbers of the portal's documents with their buckets."""
    rows = lists.past(desk, by, gstin, run)
    return {row.id.split(":")[2]: row.bucket for row in rows if row.side == "portal"}


def test_what_stands_is_matched(desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books) -> None:
    books(
        [line(seller, n) for n in range(5)] + [line(seller, 5, more=100), (seller, "X-9", "05-10-2025", "9.00", "1.62")]
    )
    made = matching.run(desk, mine, asha.name)
    assert made.id == 1
    assert made.buckets == {
        **{"portal matched": 5, "books matched": 5, "portal mismatch": 1, "books mismatch": 1},
        **{"portal missing in books": 6, "books missing in portal": 1},
    }


def test_a_second_matching_of_the_same_changes_nothing(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books
) -> None:
    books([line(seller, n) for n in range(5)])
    assert matching.run(desk, mine, asha.name).changed == 12 + 5
    again = matching.run(desk, mine, asha.name)
    assert (again.id, again.changed) == (2, 0)
    assert lists.changes(desk, asha, mine, 2) == []


def test_new_books_change_only_what_they_touch(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books
) -> None:
    books([line(seller, n) for n in range(5)])
    matching.run(desk, mine, asha.name)
    kept = books([line(seller, n) for n in range(6)])
    assert (kept.new, kept.changed, kept.gone) == (1, 0, 0)
    matching.run(desk, mine, asha.name)
    told = {
        (row.side, row.id.split(":")[2 if row.side == "portal" else 3]): (row.was, row.became)
        for row in lists.changes(desk, asha, mine, 2)
    }
    assert told == {("portal", "INV-5"): ("missing in books", "matched"), ("books", "INV-5"): (None, "matched")}


def test_a_past_matching_is_read_as_it_stood(desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books) -> None:
    books([line(seller, 0)])
    matching.run(desk, mine, asha.name)
    books([line(seller, 1)])
    matching.run(desk, mine, asha.name)
    assert findings(desk, asha, mine, 1)["INV-0"] == "matched"
    assert findings(desk, asha, mine, 2)["INV-0"] == "missing in books"
    assert findings(desk, asha, mine, 2)["INV-1"] == "matched"


def test_a_person_s_link_wins_and_survives_books_that_are_read_anew(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books
) -> None:
    rows = [line(seller, 0), (seller, "JV-93", "20-10-2025", "777.00", "139.86")]
    books(rows)
    matching.run(desk, mine, asha.name)
    of_portal = next(r.id for r in lists.past(desk, asha, mine, 1) if ":INV-3:" in r.id)
    of_books = next(r.id for r in lists.past(desk, asha, mine, 1) if "JV-93" in r.id)
    number = matching.link(desk, asha, mine, [of_portal], [of_books], together=True, why="advance")
    for _ in range(2):
        run = matching.run(desk, mine, asha.name).id
        row = next(r for r in lists.past(desk, asha, mine, run) if r.id == of_portal)
        assert row.partners == [of_books]
        books([*rows, line(seller, 1)])
    matching.unlink(desk, asha, mine, number)
    run = matching.run(desk, mine, asha.name).id
    assert findings(desk, asha, mine, run)["INV-3"] == "missing in books"


def test_documents_that_are_held_apart_do_not_match(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books
) -> None:
    books([line(seller, 0)])
    matching.run(desk, mine, asha.name)
    (pair,) = [r for r in lists.past(desk, asha, mine, 1) if r.bucket == "matched" and r.side == "portal"]
    matching.link(desk, asha, mine, [pair.id], pair.partners, together=False)
    matching.run(desk, mine, asha.name)
    assert findings(desk, asha, mine, 2)["INV-0"] == "missing in books"


def test_one_document_is_held_apart_from_several(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books
) -> None:
    books([line(seller, 0), line(seller, 1)])
    matching.run(desk, mine, asha.name)
    found = lists.past(desk, asha, mine, 1)
    ours = [row.id for row in found if row.side == "books"]
    (first,) = [row.id for row in found if row.side == "portal" and ":INV-0:" in row.id]
    matching.link(desk, asha, mine, [first], ours, together=False)
    matching.run(desk, mine, asha.name)
    assert findings(desk, asha, mine, 2)["INV-0"] == "missing in books"
    assert findings(desk, asha, mine, 2)["INV-1"] == "matched"


def test_the_trail_of_each_record_has_who_linked_it_and_why(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books
) -> None:
    books([line(seller, 0)])
    matching.run(desk, mine, asha.name)
    found = lists.past(desk, asha, mine, 1)
    theirs = sorted(row.id for row in found if ":INV-0:" in row.id or (":INV-1:" in row.id and row.side == "portal"))[
        :2
    ]
    theirs = [name for name in theirs if name.startswith("b2b:")]
    ours = [row.id for row in found if row.side == "books"]
    number = matching.link(desk, asha, mine, theirs, ours, together=True, why="two bills, one entry")
    matching.unlink(desk, asha, mine, number)
    with desk.of([mine]) as db:
        told = db.execute(
            "select record, person, what, why from desk.trail where gstin = %s and what like '%%link%%' order by id",
            [mine],
        ).fetchall()
    assert [tuple(row) for row in told] == [
        *((name, "Asha", "linked", "two bills, one entry") for name in theirs),
        *((name, "Asha", "link taken back", "") for name in theirs),
    ]


def test_what_has_no_date_cannot_be_linked(desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books) -> None:
    """A link names its documents by number and date: without, it would find nothing."""
    books([line(seller, 0)])
    matching.run(desk, mine, asha.name)
    found = lists.past(desk, asha, mine, 1)
    pair = {row.side: row.id for row in found if row.partners}
    with desk.of([mine]) as db:
        db.execute("update desk.book set document_date = null where gstin = %s", [mine])
    with pytest.raises(Unknown, match="with number and date"):
        matching.link(desk, asha, mine, [pair["portal"]], [pair["books"]], together=True)


def test_people_who_link_at_the_same_time_get_numbers_of_their_own(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books
) -> None:
    books([line(seller, n) for n in range(4)])
    matching.run(desk, mine, asha.name)
    found = lists.past(desk, asha, mine, 1)
    pairs = [(row.id, row.partners) for row in found if row.side == "portal" and row.bucket == "matched"]
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda pair: matching.link(desk, asha, mine, [pair[0]], pair[1], together=True), pairs)
    assert sorted(made) == [1, 2, 3, 4]


def test_a_matching_that_waits_is_not_queued_again(desk: Desk, mine: Gstin, asha: Person) -> None:
    assert not matching.state(desk, asha, mine).waits
    for _ in range(3):
        matching.request(desk, asha, mine)
    with desk.house() as db:
        assert (
            db.execute("select count(*) as n from procrastinate_jobs where task_name = 'desk:match'").fetchone().n == 1
        )  # type: ignore[union-attr]
    assert matching.state(desk, asha, mine).waits


def test_a_matching_is_due_once_books_or_portal_say_something_else(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books
) -> None:
    assert not matching.state(desk, asha, mine).outdated
    books([line(seller, 0)])
    matching.run(desk, mine, asha.name)
    books([line(seller, 0)])
    syncing.sync(desk, mine)
    assert not matching.state(desk, asha, mine).outdated
    books([line(seller, 1)])
    assert matching.state(desk, asha, mine).outdated == ("books",)
    matching.run(desk, mine, asha.name)
    assert not matching.state(desk, asha, mine).outdated


@pytest.mark.parametrize(
    ("portal", "books_", "together", "error"),
    [
        ([], ["x"], True, Invalid),
        (["x"], [], True, Invalid),
        (["x", "y"], ["z"], False, Unknown),
        (["b2b:x"], ["tally:y"], True, Unknown),
    ],
)
def test_a_link_that_cannot_be_is_refused(
    desk: Desk, mine: Gstin, asha: Person, portal: list[str], books_: list[str], together: bool, error: type[Exception]
) -> None:
    with pytest.raises(error):
        matching.link(desk, asha, mine, portal, books_, together=together)


def test_a_link_that_is_taken_back_cannot_be_taken_back_again(desk: Desk, mine: Gstin, asha: Person) -> None:
    with pytest.raises(Unknown, match="no link 7"):
        matching.unlink(desk, asha, mine, 7)


def test_what_a_job_reads_is_matched_and_the_policy_looks_at_it(
    desk: Desk, mine: Gstin, asha: Person, books: Books, seller: str, database_url: str
) -> None:
    books([line(seller, 0)])
    with desk.of([mine]) as db:
        db.execute("update desk.record set hash = 'x' where gstin = %s and number = 'INV-0'", [mine])
    syncing.request(desk, asha, mine)
    done: list[str] = []
    for _ in range(4):  # the next ones wait for the first
        asyncio.run(jobs.run_worker(desk, database_url, 2, wait=False))
        with connect(database_url) as db:
            done += [
                row.task_name for row in db.execute("select task_name from procrastinate_jobs where status = 'todo'")
            ]
    with desk.of([mine]) as db:
        made: list[Any] = list(matching.queries.matchings(db, gstin=mine, limit=9, before=None))
    assert [(row.id, row.person, row.sync, row.register) for row in made] == [(1, "Asha", 2, 1)]
    assert [name for name in dict.fromkeys(done) if name in ("desk:match", "desk:propose")] == [
        "desk:match",
        "desk:propose",
    ]


def test_a_reading_without_news_is_not_matched(desk: Desk, mine: Gstin, asha: Person, database_url: str) -> None:
    syncing.sync(desk, mine)
    syncing.request(desk, asha, mine)
    for _ in range(2):
        asyncio.run(jobs.run_worker(desk, database_url, 2, wait=False))
    with desk.of([mine]) as db:
        assert not list(matching.queries.matchings(db, gstin=mine, limit=9, before=None))


def test_who_only_looks_neither_matches_nor_links(desk: Desk, mine: Gstin, hire: Hire) -> None:
    eve = hire("Eve", mine, Role.VIEWER)
    assert lists.changes(desk, eve, mine, 1) == []
    for call in (
        lambda: matching.request(desk, eve, mine),
        lambda: matching.link(desk, eve, mine, ["a"], ["b"], together=True),
        lambda: matching.unlink(desk, eve, mine, 1),
        lambda: registers.drop(desk, eve, mine, "tally"),
    ):
        with pytest.raises(NotAllowed, match="Eve is viewer"):
            call()


def test_another_taxpayer_s_findings_are_not_seen(desk: Desk, mine: Gstin, asha: Person) -> None:
    with pytest.raises(NotAllowed, match="nothing to do with"):
        lists.past(desk, asha, Gstin("29AAXCT0004K1ZQ"), 1)


def test_a_register_that_is_dropped_matches_no_more(
    desk: Desk, mine: Gstin, asha: Person, seller: str, books: Books
) -> None:
    books([line(seller, 0)])
    books([line(seller, 1)], label="zoho")
    assert registers.drop(desk, asha, mine, "tally") == 1
    made = matching.run(desk, mine, asha.name)
    assert made.buckets["books matched"] == 1
    with pytest.raises(Invalid, match="no register 'tally'"):
        registers.drop(desk, asha, mine, "tally")


def test_what_is_decided_makes_no_matching_due_and_what_suppliers_do_does(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer, served: Served, seller: str, books: Books
) -> None:
    books([line(seller, 0)])
    matching.run(desk, mine, asha.name)
    (row,) = [it for it in recipient.records("B2B") if it["inum"] == "INV-0"]
    recipient.act("b2b", echo(row, "R"))
    syncing.sync(desk, mine)
    with desk.of([mine]) as db:
        became = db.execute(
            "select became from desk.record where gstin = %s and until is null and action = 'R'", [mine]
        )
        assert [it.became for it in became] == ["acted"]
    assert matching.state(desk, asha, mine).outdated == ()
    supplier = served.api.company("29")
    supplier.sell(mine, invoice("NEW-1", taxable=5000))
    syncing.sync(desk, mine)
    assert matching.state(desk, asha, mine).outdated == ("portal",)
    matching.run(desk, mine, asha.name)
    assert matching.state(desk, asha, mine).outdated == ()
    with desk.house() as db:
        newest = next(db.execute("select max(id) as id from desk.sync where gstin = %s", [mine])).id
        db.execute("insert into desk.sync (gstin, id, began_at) values (%s, %s, now())", [mine, newest + 1])
        db.execute("update desk.record set until = %s where gstin = %s and number = 'NEW-1'", [newest + 1, mine])
    assert matching.state(desk, asha, mine).outdated == ("portal",), "a document that is gone"
    books([line(seller, 1)])
    assert matching.state(desk, asha, mine).outdated == ("books", "portal")
