"""Matching at the desk: findings as versions, links of people, and what the books said before."""

from __future__ import annotations

import asyncio
import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.desk.conftest import Hire

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import connect
from gst_ims.desk import jobs
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.match import service as matching
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.sync import service as syncing

HEADINGS = ("Supplier GSTIN", "Invoice No", "Invoice Date", "Taxable Value", "IGST", "CGST", "SGST", "Cess")
Books = Callable[..., registers.Kept]


@pytest.fixture
def books(desk: Desk, mine: Gstin, asha: Person, tmp_path: Path) -> Books:
    """Keep the books: rows of supplier, number, date, taxable value and IGST in rupees."""

    def keep(rows: list[tuple[str, ...]], label: str = "tally") -> registers.Kept:
        path = tmp_path / f"{label}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([HEADINGS, *((*row, "0", "0", "0") for row in rows)])
        with read([path], mine) as register:
            return registers.keep(desk, asha, mine, label, register, {path.name: "0" * 64})

    return keep


@pytest.fixture
def seller(desk: Desk, mine: Gstin) -> str:
    """Who sold what the portal shows, which the desk has read."""
    syncing.sync(desk, mine)
    with desk.of([mine]) as db:
        return next(iter(syncing.queries.records(db, gstin=mine, sync=1))).stin


def line(seller: str, n: int, number: str = "", more: float = 0) -> tuple[str, ...]:
    """The n-th invoice of the portal, in the books."""
    taxable = 1000 + n + more
    return seller, number or f"INV-{n}", "05-10-2025", f"{taxable:.2f}", f"{taxable * 0.18:.2f}"


def findings(desk: Desk, by: Person, gstin: Gstin, run: int) -> dict[str, str]:
    """Numbers of the portal's documents with their buckets."""
    rows = matching.as_it_stood(desk, by, gstin, run)
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
    assert matching.changes(desk, asha, mine, 2) == []


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
        for row in matching.changes(desk, asha, mine, 2)
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
    of_portal = next(r.id for r in matching.as_it_stood(desk, asha, mine, 1) if ":INV-3:" in r.id)
    of_books = next(r.id for r in matching.as_it_stood(desk, asha, mine, 1) if "JV-93" in r.id)
    number = matching.link(desk, asha, mine, [of_portal], [of_books], together=True, why="advance")
    for _ in range(2):
        run = matching.run(desk, mine, asha.name).id
        row = next(r for r in matching.as_it_stood(desk, asha, mine, run) if r.id == of_portal)
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
    (pair,) = [r for r in matching.as_it_stood(desk, asha, mine, 1) if r.bucket == "matched" and r.side == "portal"]
    matching.link(desk, asha, mine, [pair.id], pair.partners, together=False)
    matching.run(desk, mine, asha.name)
    assert findings(desk, asha, mine, 2)["INV-0"] == "missing in books"


@pytest.mark.parametrize(
    ("portal", "books_", "together", "error"),
    [
        ([], ["x"], True, Invalid),
        (["x"], [], True, Invalid),
        (["x", "y"], ["z"], False, Invalid),
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
        made: list[Any] = list(matching.queries.matchings(db, gstin=mine, limit=9))
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
        assert not list(matching.queries.matchings(db, gstin=mine, limit=9))


def test_who_only_looks_neither_matches_nor_links(desk: Desk, mine: Gstin, hire: Hire) -> None:
    eve = hire("Eve", mine, Role.VIEWER)
    assert matching.changes(desk, eve, mine, 1) == []
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
        matching.as_it_stood(desk, asha, Gstin("29AAXCT0004K1ZQ"), 1)


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
