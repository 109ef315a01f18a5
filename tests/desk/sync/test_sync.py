"""Reading a portal: what is new, edited, filed, acted on elsewhere and gone, by versions."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any

import pytest
from tests.api import Api, Taxpayer, invoice
from tests.client.conftest import file_3b, fill
from tests.desk.conftest import Hire

from gst_ims.client.errors import CallFailed
from gst_ims.client.record import Record
from gst_ims.connect.portal import Portal
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Section
from gst_ims.desk import jobs
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.sync import service as syncing
from gst_ims.desk.sync.sales import sync_sales
from gst_ims.desk.sync.service import sync


@pytest.fixture
def api(served: Any) -> Api:
    return served.api


def sold(api: Api, buyer: Gstin, taxable: float = 500, number: str = "S-1") -> Taxpayer:
    """A supplier who has saved one invoice, and not filed it."""
    supplier = api.company("24")
    resave(supplier, buyer, taxable, number)
    return supplier


def resave(supplier: Taxpayer, buyer: Gstin, taxable: float, number: str = "S-1") -> None:
    table = [{"ctin": buyer, "inv": [invoice(number, taxable=taxable)]}]
    assert supplier.save_return("2025/10", b2b=table)["status_cd"] == "P"


@contextmanager
def session(desk: Desk, gstin: Gstin) -> Iterator[Portal]:
    with desk.ways("", gstin) as portal:
        yield portal


def act(desk: Desk, gstin: Gstin, *numbers: str) -> None:
    """Somebody accepts invoices, past the desk."""
    with session(desk, gstin) as portal:
        chosen = [record for record in portal.records(Section.B2B) if record.number in numbers]
        assert portal.save(record.accept() for record in chosen).wait().complete


def changed(desk: Desk, by: Person, gstin: Gstin, reading: int | None = None) -> dict[str, str]:
    return {row.number: row.became for row in syncing.changes(desk, by, gstin, reading)}


def test_the_first_reading_finds_everything_new(desk: Desk, mine: Gstin, asha: Person) -> None:
    found = sync(desk, mine)
    assert (found.id, found.records, found.changed) == (1, 12, {"new": 12})
    assert set(changed(desk, asha, mine).values()) == {"new"}


def test_a_reading_without_news_keeps_nothing(desk: Desk, mine: Gstin, asha: Person) -> None:
    sync(desk, mine)
    found = sync(desk, mine)
    assert (found.id, found.records, found.changed) == (2, 12, {})
    assert changed(desk, asha, mine) == {}
    assert len(changed(desk, asha, mine, 1)) == 12


def test_two_readings_at_once_are_one_after_the_other(desk: Desk, mine: Gstin) -> None:
    with session(desk, mine) as portal, ThreadPoolExecutor(3) as pool:
        desk = replace(desk, ways=lambda *_: nullcontext(portal))
        sales = pool.submit(sync_sales, desk, mine)
        found = list(pool.map(lambda _: sync(desk, mine), range(2)))
    assert sorted(it.changed.get("new", 0) for it in found) == [0, 12]
    assert {sales.result().id, *(it.id for it in found)} == {1, 2, 3}


def test_records_are_kept_to_the_paisa_and_as_the_portal_wrote_them(desk: Desk, mine: Gstin) -> None:
    sync(desk, mine)
    with desk.of([mine]) as db:
        kept = list(syncing.queries.records(db, gstin=mine, sync=1))
    with session(desk, mine) as portal:
        told = {str(record.key): record for section in ("b2b", "b2bcn", "b2bdn") for record in portal.records(section)}
    assert len(kept) == len(told) == 12
    for row in kept:
        record = Record.read(Section(row.section), row.source.encode())
        assert record == told[str(record.key)]
        assert (row.taxable, row.igst, row.value) == (record.taxable * 100, record.igst * 100, record.value * 100)


def test_what_the_supplier_does_is_told(desk: Desk, mine: Gstin, asha: Person, api: Api) -> None:
    supplier = sold(api, mine)
    assert sync(desk, mine).changed == {"new": 13}
    resave(supplier, mine, 600)
    assert sync(desk, mine).changed == {"edited": 1}
    (row,) = syncing.changes(desk, asha, mine)
    assert (row.became, row.taxable_before, row.taxable, row.tax_before, row.tax) == (
        *("edited", 500_00, 600_00),
        *(90_00, 108_00),
    )
    supplier.file()
    assert sync(desk, mine).changed == {"filed": 1}


def test_what_is_acted_elsewhere_is_told(desk: Desk, mine: Gstin, asha: Person) -> None:
    sync(desk, mine)
    act(desk, mine, "INV-1", "INV-2")
    assert sync(desk, mine).changed == {"acted": 2}
    rows = syncing.changes(desk, asha, mine)
    assert {(row.number, row.was, row.action, row.ours) for row in rows} == {
        ("INV-1", "N", "A", False),
        ("INV-2", "N", "A", False),
    }


def test_what_leaves_the_portal_is_gone_and_can_still_be_read(
    desk: Desk, mine: Gstin, asha: Person, api: Api, recipient: Taxpayer
) -> None:
    sync(desk, mine)
    with session(desk, mine) as portal:
        records = [r for section in ("b2b", "b2bcn", "b2bdn") for r in portal.records(section)]
        portal.save(r.accept(reduce=True) if r.asks_reduction else r.accept() for r in records).wait()
    api.go_to("2025-11-14T10:00")
    sync(desk, mine)
    file_3b(recipient)
    found = sync(desk, mine)
    assert (found.records, found.changed) == (0, {"gone": 12})
    assert set(changed(desk, asha, mine).values()) == {"gone"}
    with desk.of([mine]) as db:
        assert len(list(syncing.queries.records(db, gstin=mine, sync=1))) == 12
        assert not list(syncing.queries.records(db, gstin=mine, sync=3))


def test_a_record_that_comes_back_is_new_again(desk: Desk, mine: Gstin, api: Api) -> None:
    supplier = sold(api, mine)
    sync(desk, mine)
    table = [{"ctin": mine, "inv": [{"inum": "S-1", "idt": "05-10-2025", "flag": "D"}]}]
    assert supplier.save_return("2025/10", b2b=table)["status_cd"] == "P"
    assert sync(desk, mine).changed == {"gone": 1}
    resave(supplier, mine, 500)
    assert sync(desk, mine).changed == {"new": 1}


def test_a_reading_that_fails_has_not_happened(desk: Desk, mine: Gstin, asha: Person) -> None:
    sync(desk, mine)

    class Breaking:
        """A portal that goes away after some records."""

        def __init__(self, portal: Portal) -> None:
            self.portal = portal

        def records(self, section: Section) -> Iterator[Record]:
            for place, record in enumerate(self.portal.records(section)):
                if place == 3:
                    raise CallFailed("The portal went away.")
                yield record

    @contextmanager
    def ways(profile: str, gstin: Gstin) -> Iterator[Any]:
        with desk.ways(profile, gstin) as portal:
            yield Breaking(portal)

    with pytest.raises(CallFailed):
        sync(replace(desk, ways=ways), mine)
    with desk.of([mine]) as db:
        assert [row.id for row in syncing.queries.syncs(db, gstin=mine, limit=9)] == [1]
        assert len(list(syncing.queries.records(db, gstin=mine, sync=1))) == 12


def test_two_taxpayers_are_read_apart(desk: Desk, mine: Gstin, asha: Person, api: Api) -> None:
    other = api.company("29")
    fill(api, other.gstin, invoices=2, notes=0)
    people.found(desk, other.gstin, "Malabar Foods", "malabar", "monthly", "Dev")
    assert sync(desk, mine).changed == {"new": 12}
    assert sync(desk, other.gstin).changed == {"new": 2}
    with pytest.raises(NotAllowed, match="nothing to do with"):
        syncing.changes(desk, asha, other.gstin)


def test_the_job_reads_in_the_name_of_who_asked(desk: Desk, mine: Gstin, asha: Person, database_url: str) -> None:
    syncing.request(desk, asha, mine)
    asyncio.run(jobs.run_worker(desk, database_url, 1, wait=False))
    with desk.of([mine]) as db:
        (row,) = db.execute("select person, detail from desk.trail where gstin = %s and what = 'read'", [mine])
    assert (row.person, row.detail["records"]) == ("Asha", 12)


def test_who_only_looks_does_not_read(desk: Desk, mine: Gstin, hire: Hire) -> None:
    with pytest.raises(NotAllowed, match="this takes preparer"):
        syncing.request(desk, hire("Eve", mine, Role.VIEWER), mine)


@pytest.mark.parametrize("reading", [None, 7])
def test_a_reading_that_there_is_not(desk: Desk, mine: Gstin, asha: Person, reading: int | None) -> None:
    with pytest.raises(Unknown, match="There is no reading"):
        syncing.changes(desk, asha, mine, reading)
