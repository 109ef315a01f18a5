"""What the person who runs the portal can do: taxpayers, keys, the clock, and documents from outside of GSTR-1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from gst_ims import __version__
from gst_ims.core.clock import SystemClock, parse_moment
from gst_ims.core.document import document_number, wire_date
from gst_ims.core.errors import Forbidden, Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import positive_paise
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.portal import jobs
from gst_ims.portal.context import Portal
from gst_ims.portal.context import queries as portal_queries
from gst_ims.portal.filing.documents import digest
from gst_ims.portal.operator import metrics
from gst_ims.portal.operator.schemas import BillOfEntry, Distribution, Health, TaxpayerRow
from gst_ims.portal.record.flags import place
from gst_ims.portal.statement import calendar
from gst_ims.rulebook import scope
from gst_ims.rulebook.law import law

queries = load(__file__)

# What names a record.
KEY = ("rtin", "section", "stin", "number", "period", "form", "port_code")


def put_taxpayers(portal: Portal, rows: Sequence[TaxpayerRow]) -> int:
    """Add or change taxpayers, all or none. Raises Invalid, naming the row."""
    if len({row.gstin for row in rows}) != len(rows):
        raise Invalid("A GSTIN stands twice in this request.")
    for position, row in enumerate(rows):
        _at(position, lambda row=row: portal.gstin(row.gstin))
    with portal.transaction() as db:
        return queries.put_taxpayers(db, rows=Jsonb(msgspec.to_builtins(rows)))


def taxpayers(db: Connection) -> Iterator[str]:
    """All taxpayers as JSON, by GSTIN."""
    with db.cursor() as cursor:
        for row in cursor.stream(queries.taxpayers.sql, size=500):
            yield row.json


def move_clock(portal: Portal, to: str) -> datetime:
    """Set the virtual clock; it runs on from there. Raises Forbidden outside of test mode, Invalid."""
    if not portal.settings.test_mode:
        raise Forbidden("The clock can be moved in test mode only.")
    moment = parse_moment(to)
    Period.of(moment.date())  # GST's own time: beyond it no period, and no token's expiry, can be named.
    with portal.transaction() as db:
        portal_queries.move_clock(db, clock_offset=moment - SystemClock().now())
        calendar.rewind(db, moment.date())
    calendar.catch_up(portal)
    return portal.clock.now()


def put_imports(portal: Portal, rows: Sequence[BillOfEntry]) -> int:
    """Take bills of entry, all or none. Raises Invalid, naming the row."""
    return _put(portal, [_at(position, lambda row=row: _import(portal, row)) for position, row in enumerate(rows)])


def put_distributions(portal: Portal, rows: Sequence[Distribution]) -> int:
    """Take documents of input service distributors, all or none. Raises Invalid, naming the row."""
    return _put(
        portal, [_at(position, lambda row=row: _distribution(portal, row)) for position, row in enumerate(rows)]
    )


def health(db: Connection) -> Health:
    """Raises OperationalError where the database doesn't answer."""
    queue = list(queries.queue(db, tasks=jobs.TASKS))
    waiting, running, failed = (sum(getattr(row, state) for row in queue) for state in ("waiting", "running", "failed"))
    return Health("ok", __version__, waiting, running, failed)


def measures(db: Connection) -> bytes:
    """The metrics as text for Prometheus."""
    return metrics.text(queries.queue(db, tasks=jobs.TASKS), queries.totals(db))


def _begun(portal: Portal, name: str, text: str) -> Period:
    period = Period.parse(text)
    if period > Period.of(portal.clock.now().date()):
        raise Invalid(f"{name}: the period {period} has not begun.")
    return period


def _import(portal: Portal, row: BillOfEntry) -> dict[str, Any]:
    period = _begun(portal, "itcprd", row.itcprd)
    from_sez = row.section.startswith("IMPGSEZ")
    if from_sez != bool(row.stin):
        raise Invalid("stin is the seller's GSTIN: needed in IMPGSEZ and IMPGSEZA, and only there.")
    seller = portal.gstin(row.stin) if row.stin else None
    taxable, igst, cess = map(positive_paise, (row.txval, row.igst, row.cess))
    bypass, day = scope.import_bypass(period, law()), wire_date(row.boedt).isoformat()
    return {
        **_identity(portal.gstin(row.rtin), row.section.lower(), "", row.boenum, period, Form.BOE, row.portcd),
        **{"document_date": day, "seller": seller and str(seller)},
        **{"taxable": taxable, "igst": igst, "cgst": 0, "sgst": 0, "cess": cess},
        **{"reference": row.rgstinrefId, "reference_date": row.irefdt and wire_date(row.irefdt).isoformat()},
        # No limit of Pending is published (R2.13).
        **{"bypass": bypass and bypass.value, "pending_until": None},
        **({"original_number": row.boenum, "original_date": day} if row.section.endswith("A") else {}),
        "hash": digest(
            *(row.rtin, row.section, row.portcd, row.boenum, row.boedt, period, seller, taxable, igst, cess),
            *(row.rgstinrefId, row.irefdt),
        ),
    }


def _distribution(portal: Portal, row: Distribution) -> dict[str, Any]:
    period, stin = _begun(portal, "rtnprd", row.rtnprd), portal.gstin(row.stin)
    if (row.odocnum is None) != (row.odocdt is None):
        raise Invalid("odocnum and odocdt name the document that this one amends: give both or none.")
    section = "isd" + ("cn" if row.doctyp == "ISDC" else "") + ("a" if row.odocnum else "")
    igst, cgst, sgst, cess = map(positive_paise, (row.iamt, row.camt, row.samt, row.cess))
    return {
        **_identity(portal.gstin(row.rtin), section, stin, document_number(row.docnum), period, Form.R6, ""),
        **{"document_date": wire_date(row.docdt).isoformat(), "document_type": row.doctyp},
        **{"original_number": None if row.odocnum is None else document_number(row.odocnum)},
        **{"original_date": row.odocdt and wire_date(row.odocdt).isoformat()},
        **{"taxable": 0, "igst": igst, "cgst": cgst, "sgst": sgst, "cess": cess, "pending_until": "0001-01-01"},
        "hash": digest(
            row.rtin, section, stin, row.docnum, row.docdt, row.odocnum, row.odocdt, period, igst, cgst, sgst, cess
        ),
    }


def _identity(rtin: str, section: str, stin: str, number: str, period: Period, form: Form, port: str) -> dict[str, Any]:
    return {
        **{"rtin": str(rtin), "section": section, "stin": str(stin), "number": number},
        **{"period": period.first_day.isoformat(), "form": form.value, "port_code": port},
    }


def _put(portal: Portal, rows: list[dict[str, Any]]) -> int:
    if len({tuple(row[name] for name in KEY) for row in rows}) != len(rows):
        raise Invalid("A document stands twice in this request.")
    with portal.transaction() as db:
        stated = queries.stated(db, rows=Jsonb(rows))
        if stated:
            raise Invalid(f"Row {stated.ordinal}: {stated.number} is in a GSTR-2B already; report an amendment of it.")
        queries.put_records(db, rows=Jsonb(rows), at=portal.clock.now())
        chain = itemgetter("rtin", "period")
        amendments = sorted((row for row in rows if row.get("original_number")), key=chain)
        for (rtin, period), of_period in groupby(amendments, key=chain):
            keys = [{name: row[name] for name in KEY} for row in of_period]
            place(db, Gstin(rtin), Period.of(date.fromisoformat(period)), keys)
    return len(rows)


def _at(position: int, read: Any) -> Any:
    try:
        return read()
    except Invalid as error:
        raise Invalid(f"Row {position + 1}: {error}") from error
