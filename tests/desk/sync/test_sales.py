"""Reading a portal as a supplier: what recipients did, version by version, and the liability that comes back."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.api import Taxpayer, amending, note
from tests.client.conftest import Served, file_3b
from tests.desk.conftest import Hire
from tests.desk.followup.conftest import NOVEMBER, OCTOBER, act, file, supplier_of

from gst_ims.connect.offline import Offline
from gst_ims.connect.portal import Portal
from gst_ims.core.clock import FixedClock, parse_moment
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.people.service import Role
from gst_ims.desk.sync import sales
from gst_ims.desk.sync.sales import SalesSync, recent, sync_sales
from gst_ims.desk.sync.service import sync


def standing(desk: Desk, gstin: Gstin) -> dict[str, Any]:
    """What stands, by number."""
    with desk.of([gstin]) as db:
        rows = db.execute("select * from desk.sale where gstin = %s and until is null", [gstin]).fetchall()
    return {row.number: row for row in rows}


def changes(desk: Desk, gstin: Gstin, number: int) -> list[tuple[str, str, str, str]]:
    """Number, how it became, what it was and is, of a reading."""
    with desk.of([gstin]) as db:
        rows = list(sales.queries.sales_changes(db, gstin=gstin, sync=number))
    return [(row.number, row.became, row.was, row.action) for row in rows]


def test_the_first_reading_finds_every_sale_new(desk: Desk, seller: Gstin, customer: Taxpayer) -> None:
    assert sync_sales(desk, seller) == SalesSync(1, 12, {"new": 12})
    told = standing(desk, seller)
    row = told["INV-3"]
    assert (row.rtin, row.section, row.form, row.taxable, row.igst, row.action) == (
        *(customer.gstin, "b2b", "R1", 1003_00, 180_54, "N"),
    )
    assert row.source["itms"][0]["itm_det"]["rt"] == 18
    assert (told["CN-1"].note_type, told["DN-0"].note_type) == ("C", "D")


def test_a_reading_without_news_keeps_nothing(desk: Desk, seller: Gstin) -> None:
    sync_sales(desk, seller, [OCTOBER])
    assert sync_sales(desk, seller, [OCTOBER]) == SalesSync(2, 12, {})


def test_what_recipients_did_is_listed_with_what_stood_before(desk: Desk, seller: Gstin, customer: Taxpayer) -> None:
    sync_sales(desk, seller, [OCTOBER])
    act(customer, "b2bcn", "CN-1", "R", remarks="not returned")
    act(customer, "b2b", "INV-3", "P")
    assert sync_sales(desk, seller, [OCTOBER]).changed == {"acted": 2}
    assert changes(desk, seller, 2) == [("INV-3", "acted", "N", "P"), ("CN-1", "acted", "N", "R")]
    assert standing(desk, seller)["CN-1"].remarks == "not returned"
    act(customer, "b2bcn", "CN-1", "A", itcRedReq="Y")
    sync_sales(desk, seller, [OCTOBER])
    assert changes(desk, seller, 3) == [("CN-1", "acted", "R", "A")]
    assert changes(desk, seller, 2) == [("INV-3", "acted", "N", "P"), ("CN-1", "acted", "N", "R")]


def test_what_is_edited_or_gone_before_filing_is_told(
    desk: Desk, seller: Gstin, served: Served, customer: Taxpayer
) -> None:
    supplier = supplier_of(served, seller)
    supplier.give_notes(customer.gstin, note("NOV-1"), note("NOV-2"), period="2025/11")
    sync_sales(desk, seller, [NOVEMBER])
    supplier.give_notes(customer.gstin, note("NOV-1", taxable=7), period="2025/11")
    supplier.give_notes(
        customer.gstin, {"nt_num": "NOV-2", "nt_dt": "06-10-2025", "ntty": "C", "flag": "D"}, period="2025/11"
    )
    assert sync_sales(desk, seller, [NOVEMBER]).changed == {"edited": 1, "gone": 1}
    assert changes(desk, seller, 2) == [("NOV-1", "edited", "N", "N"), ("NOV-2", "gone", "N", None)]


def test_other_periods_stay_as_they_are(desk: Desk, seller: Gstin) -> None:
    sync_sales(desk, seller, [OCTOBER])
    assert sync_sales(desk, seller, [NOVEMBER]) == SalesSync(2, 0, {})
    assert len(standing(desk, seller)) == 12


def test_gstr_1a_is_read_beside_gstr_1(desk: Desk, seller: Gstin, served: Served, customer: Taxpayer) -> None:
    supplier = supplier_of(served, seller)
    amended = [{"ctin": customer.gstin, "nt": [amending(note("CN-1", taxable=50))]}]
    supplier.save_return("2025/10", "gstr-1a", cdnra=amended)
    file(supplier, "2025/10", "gstr-1a")
    assert sync_sales(desk, seller, [OCTOBER]).documents == 13
    with desk.of([seller]) as db:
        rows = db.execute(
            "select form, section, original_number, igst from desk.sale"
            " where gstin = %s and number = 'CN-1' order by form",
            [seller],
        ).fetchall()
    assert [tuple(row) for row in rows] == [("R1", "cdnr", None, 18_18), ("R1A", "cdnra", "CN-1", 9_00)]


def test_liability_that_came_back_is_read(
    desk: Desk, seller: Gstin, customer: Taxpayer, served: Served, clock: FixedClock
) -> None:
    act(customer, "b2bcn", "CN-1", "R")
    served.api.go_to("2025-11-15T10:00")
    clock.at = parse_moment("2025-11-15T10:00:00+05:30")
    file_3b(customer)
    for _ in range(2):
        sync_sales(desk, seller, [OCTOBER, NOVEMBER])
        with desk.of([seller]) as db:
            (row,) = db.execute("select * from desk.added_back where gstin = %s", [seller]).fetchall()
        assert (str(row.of), row.section, row.rtin, row.number, row.igst) == (
            *("2025-11-01", "cdnr", customer.gstin, "CN-1", 18_18),
        )


def test_readings_of_sales_and_of_records_count_on_and_are_told_apart(desk: Desk, seller: Gstin) -> None:
    assert sync_sales(desk, seller, [OCTOBER]).id == 1
    assert sync(desk, seller).id == 2
    assert sync_sales(desk, seller, [OCTOBER]).id == 3
    with desk.of([seller]) as db:
        assert [row.id for row in sales.queries.syncs(db, gstin=seller, limit=9)] == [2]
        assert [row.id for row in sales.queries.sales_readings(db, gstin=seller, limit=9)] == [3, 1]


def test_a_way_that_shows_no_sales_is_skipped_and_says_so(desk: Desk, seller: Gstin, tmp_path: Path) -> None:
    @contextmanager
    def ways(profile: str, gstin: Gstin) -> Generator[Portal]:
        yield Offline(gstin, tmp_path)

    found = sync_sales(replace(desk, ways=ways), seller)
    assert (found.id, found.documents, found.changed) == (None, 0, {})
    assert found.skipped
    with desk.of([seller]) as db:
        row = db.execute("select why from desk.trail where what = 'sales not read' and gstin = %s", [seller]).fetchone()
        assert db.execute("select count(*) as n from desk.sync where gstin = %s", [seller]).fetchone().n == 0  # type: ignore[union-attr]
    assert row is not None
    assert row.why == found.skipped


def test_a_reading_that_breaks_off_changes_nothing(desk: Desk, seller: Gstin) -> None:
    sync_sales(desk, seller, [OCTOBER])
    before = standing(desk, seller)

    @contextmanager
    def ways(profile: str, gstin: Gstin) -> Generator[Portal]:
        with desk.ways(profile, gstin) as portal:

            class Breaking:
                gstin = portal.gstin
                sales = portal.sales

                def added_back(self, *_: object) -> None:
                    raise ConnectionError

            yield Breaking()  # type: ignore[misc]

    with pytest.raises(ConnectionError):
        sync_sales(replace(desk, ways=ways), seller, [NOVEMBER])
    assert standing(desk, seller) == before


def test_the_last_three_periods_are_read(desk: Desk) -> None:
    assert [str(period) for period in recent(desk)] == ["092025", "102025", "112025"]


def test_a_reading_is_requested_by_those_who_prepare(desk: Desk, seller: Gstin, hire: Hire) -> None:
    with pytest.raises(NotAllowed):
        sales.request(desk, hire("Gita", seller, Role.VIEWER), seller)
    sales.request(desk, hire("Deepa", seller, Role.PREPARER), seller)
    with desk.house() as db:
        (job,) = db.execute("select lock, args from procrastinate_jobs where task_name = 'desk:sync_sales'").fetchall()
    assert (job.lock, job.args) == (f"desk {seller}", {"gstin": seller, "person": "Deepa"})
