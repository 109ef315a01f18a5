"""Playing a made-up world into a portal: through the same services as the API, at the time of its story."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from heapq import merge
from itertools import islice
from typing import Any, cast

import msgspec

from gst_ims.core.clock import FixedClock, SystemClock
from gst_ims.core.document import print_date
from gst_ims.core.errors import AlreadyFiled, StatementUnchanged
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import rupees
from gst_ims.core.period import Period
from gst_ims.portal.action import service as action
from gst_ims.portal.context import Portal
from gst_ims.portal.context import queries as installation
from gst_ims.portal.filing import service as filing
from gst_ims.portal.jobs import run_worker
from gst_ims.portal.operator import schemas
from gst_ims.portal.operator import service as operator
from gst_ims.portal.statement import calendar, closing
from gst_ims.portal.statement import service as statement
from gst_ims.synthetic.events import Act, Distribution, Event, File, Imports, Reset, Save
from gst_ims.synthetic.world import NOW, Closing, World

encode = msgspec.json.Encoder(decimal_format="number").encode


def play(portal: Portal, world: World) -> int:
    """Tell the story of `world`, once; a telling that was interrupted goes on where it stopped.

    At its end the portal's clock, if it can be moved, stands where the story does. Returns the number of events told.
    """
    with portal.transaction() as db:
        told: int = installation.installation(db).demo_events
    if told == 0:
        # What recipients filed before isn't told, so their first tax period is that of their first record.
        untold = {company.gstin for company in world.recipients}
        rows = [
            schemas.TaxpayerRow(
                gstin=str(company.gstin),
                username=company.username,
                legal_name=company.legal_name,
                trade_name=company.trade_name,
                filing_frequency=company.filing_frequency,
                taxpayer_type=company.taxpayer_type,
                registered_on=None if company.gstin in untold else company.registered_on,
            )
            for company in world.companies()
        ]
        operator.put_taxpayers(portal, rows)
        with portal.transaction() as db:
            calendar.rewind(db, world.first.first_day)
    told_before = told
    story = merge(world.events(), world.closings(), key=lambda event: event.at)
    for event in islice(story, told, None):
        if told == told_before > 0:
            # Interrupted before it was counted, this event may be under way, or done.
            asyncio.run(run_worker(portal, str(portal.pool.conninfo), 1, wait=False))
        with suppress(AlreadyFiled):
            _happen(replace(portal, clock=FixedClock(event.at)), event)
        told += 1
        with portal.transaction() as db:
            installation.tell_demo(db, events=told)
    if told > told_before and portal.settings.test_mode:
        with portal.transaction() as db:
            installation.move_clock(db, clock_offset=NOW - SystemClock().now())
    return told - told_before


def _happen(portal: Portal, event: Event | Closing) -> None:
    calendar.catch_up(portal)
    with portal.transaction() as db:
        for job in list(installation.take_drafts(db)):
            statement.draft(portal, Gstin(job.rtin), Period.parse(job.period))
    match event:
        case Save():
            with portal.as_supplier(event.stin) as db:
                body = encode(event.body)
                reference = filing.submit(db, event.stin, event.form, event.period, "SAVE", body, event.at)
            filing.process(portal, event.stin, reference)
            _take_job(portal, reference)
        case File():
            with portal.as_supplier(event.stin) as db:
                filing.file(db, event.stin, event.form, event.period, event.at)
        case Act() | Reset():
            kind = "SAVE" if isinstance(event, Act) else "RESET"
            reference = action.submit(portal, event.rtin, kind, encode(event.body))
            action.process(portal, event.rtin, reference)
            _take_job(portal, reference)
        case Closing():
            with suppress(StatementUnchanged):
                reference = statement.regenerate(portal, event.rtin, event.period)
                statement.compute(portal, event.rtin, reference)
                _take_job(portal, reference)
            with portal.as_recipient(event.rtin) as db:
                closing.file(db, event.rtin, event.period, event.at)
        case Imports():
            operator.put_imports(portal, [_bill_of_entry(event, row) for row in event.rows])
        case Distribution():
            operator.put_distributions(portal, [_distribution(event, row) for row in event.rows])


def _take_job(portal: Portal, reference_id: str) -> None:
    """Leave no job of what is done: a worker would find, and log, some hundred of them."""
    with portal.transaction() as db:
        installation.take_job(db, reference_id=reference_id)


def _bill_of_entry(event: Imports, row: dict[str, Any]) -> schemas.BillOfEntry:
    return schemas.BillOfEntry(
        rtin=str(event.rtin),
        section=cast("Any", event.section.value.upper()),
        portcd=row["port_code"],
        boenum=row["boe_number"],
        boedt=print_date(row["boe_date"]),
        itcprd=str(row["period"]),
        txval=rupees(row["taxable"]),
        igst=rupees(row["igst"]),
        cess=rupees(row["cess"]),
        stin=row["stin"] or None,
        rgstinrefId=row["reference"],
        irefdt=print_date(row["reference_date"]),
    )


def _distribution(event: Distribution, row: dict[str, Any]) -> schemas.Distribution:
    original = row.get("original_date")
    return schemas.Distribution(
        rtin=str(event.rtin),
        stin=str(row["stin"]),
        doctyp="ISDC" if event.section.startswith("isdcn") else "ISDI",
        docnum=row["number"],
        docdt=print_date(row["date"]),
        rtnprd=str(row["period"]),
        iamt=rupees(row["igst"]),
        camt=rupees(row["cgst"]),
        samt=rupees(row["sgst"]),
        cess=rupees(row["cess"]),
        odocnum=row.get("original_number"),
        odocdt=original and print_date(original),
    )
