"""What happens by itself: drafts on the 14th, Pending that expires or lapses, once each (R4.1, R2.9, R2.12)."""

from __future__ import annotations

from datetime import date

import pytest
from tests.api import Api, Taxpayer, data, invoice, note
from tests.portal.statement.conftest import Books

from gst_ims.core.period import Period
from gst_ims.portal.statement.calendar import _drafted, catch_up  # pyright: ignore[reportPrivateUsage]


def jobs(api: Api) -> list[tuple[str, str]]:
    """Who is to have which draft."""
    with api.portal.transaction() as db:
        rows = db.execute(
            "select args from procrastinate_jobs where task_name = 'statement:draft' and status = 'todo' order by id"
        ).fetchall()
    return [(row.args["gstin"], row.args["period"]) for row in rows]


def events(api: Api, kind: str) -> list[str]:
    with api.portal.transaction() as db:
        rows = db.execute("select number from trail where event = %s order by number", (kind,)).fetchall()
    return [row.number for row in rows]


@pytest.mark.parametrize(
    ("last", "today", "periods"),
    [
        (None, date(2025, 11, 13), []),
        (None, date(2025, 11, 14), ["102025"]),
        (None, date(2025, 11, 30), ["102025"]),
        (date(2025, 11, 13), date(2025, 11, 14), ["102025"]),
        (date(2025, 11, 14), date(2025, 11, 15), []),
        (date(2025, 11, 14), date(2025, 12, 13), []),
        (date(2025, 11, 13), date(2026, 1, 14), ["102025", "112025", "122025"]),
        (date(2025, 11, 14), date(2026, 1, 13), ["112025"]),
        (date(2017, 7, 1), date(2017, 8, 14), ["072017"]),
    ],
)
def test_drafts_are_due_when_the_clock_passes_the_14th(last: date | None, today: date, periods: list[str]) -> None:
    assert _drafted(last, today) == [Period.parse(period) for period in periods]


def test_a_night_is_done_once_however_often_it_is_called(books: Books, seller: Taxpayer) -> None:
    seller.sell(books.who.gstin, invoice("INV-1"))
    data(seller.file())
    books.api.go_to("2025-11-14T00:01")
    for _ in range(3):
        catch_up(books.api.portal)
    assert jobs(books.api) == [(books.who.gstin, "102025")]


def test_drafts_are_for_those_who_have_something_filed(books: Books, seller: Taxpayer) -> None:
    other = books.api.company("29")
    seller.sell(books.who.gstin, invoice("INV-1"))
    data(seller.file())
    late = books.api.company("24")
    late.sell(other.gstin, invoice("INV-2"))
    books.api.go_to("2025-11-14T00:01")
    assert jobs(books.api) == [(books.who.gstin, "102025")]


def test_who_has_only_what_is_pending_has_an_empty_draft(books: Books, seller: Taxpayer) -> None:
    seller.sell(books.who.gstin, invoice("INV-1"))
    data(seller.file())
    books.act("b2b", "INV-1", "P")
    books.on("2025-11-14T00:01")
    assert books.documents() == {}
    assert books.read()["version"] == "1"


def test_a_clock_that_leaps_over_two_months_brings_both_drafts(books: Books, seller: Taxpayer) -> None:
    seller.sell(books.who.gstin, invoice("INV-1"))
    data(seller.file())
    books.api.go_to("2026-01-14T10:00")
    assert jobs(books.api) == [(books.who.gstin, period) for period in ("102025", "112025", "122025")]


def test_a_clock_set_back_brings_the_night_again_and_no_second_draft(books: Books, seller: Taxpayer) -> None:
    seller.sell(books.who.gstin, invoice("INV-1"))
    data(seller.file())
    books.on("2025-11-14T10:00")
    books.on("2025-11-05T10:00")
    books.on("2025-11-14T10:00")
    assert books.read()["version"] == "1"


def test_a_specified_record_expires_the_day_after_its_limit(books: Books, seller: Taxpayer) -> None:
    """R2.8, R2.9; EX-5: a credit note of October may wait until the due date of November's GSTR-3B."""
    seller.give_notes(books.who.gstin, note("CN-1"))
    data(seller.file())
    books.act("b2bcn", "CN-1", "P")
    books.on("2025-12-20T23:00")
    assert books.who.record("b2bcn")["ispendactblocked"] == "N"
    assert events(books.api, "expired") == []
    books.on("2025-12-21T00:01")
    assert books.who.record("b2bcn")["ispendactblocked"] == "Y"
    assert events(books.api, "expired") == ["CN-1"]
    books.on("2025-12-22T00:01")
    assert events(books.api, "expired") == ["CN-1"]


def test_an_expired_record_is_in_the_next_statement_as_accepted(books: Books, seller: Taxpayer) -> None:
    seller.sell(books.who.gstin, invoice("INV-1"))
    seller.give_notes(books.who.gstin, note("CN-1", taxable=100))
    data(seller.file())
    books.act("b2bcn", "CN-1", "P")
    books.on("2025-11-14T10:00")
    books.close()
    books.on("2025-12-14T10:00")
    assert books.documents("2025/11") == {}
    books.on("2025-12-21T10:00")
    books.compute("2025/11")
    assert books.documents("2025/11") == {"CN-1": ("docdata", "N")}
    books.close("2025/11")
    assert books.who.records("b2bcn") == []


def test_an_invoice_that_waits_beyond_section_16_4_lapses(books: Books, seller: Taxpayer) -> None:
    """R2.12: it leaves IMS without credit."""
    seller.sell(books.who.gstin, invoice("INV-1"))
    data(seller.file())
    books.act("b2b", "INV-1", "P")
    books.on("2026-11-30T23:00")
    assert len(books.who.records("b2b")) == 1
    books.on("2026-12-01T00:01")
    assert books.who.records("b2b") == []
    assert events(books.api, "lapsed") == ["INV-1"]
