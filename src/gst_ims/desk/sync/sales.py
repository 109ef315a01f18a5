"""Reading a portal as a supplier: what recipients did with what was sold, and the liability that comes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from gst_ims.client.selling import ADDED_BACK, SALES
from gst_ims.client.views import AddedBackEntry, Sale
from gst_ims.connect.errors import NotOffered
from gst_ims.connect.portal import Portal
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import paise
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.desk.desk import PROGRAM, Desk
from gst_ims.desk.jobs import defer
from gst_ims.desk.people.service import Person, Role, note, registration
from gst_ims.desk.sync.service import key, queries
from gst_ims.rulebook.calendar import tax_period
from gst_ims.rulebook.law import Frequency

#: How a version of a sale came to be, and that it has no next one.
KINDS = ("new", "edited", "acted", "gone")
#: By form, the return in which the portal shows it. What a quarterly filer reports by IFF is among GSTR-1.
RETURNS = {"R1": "gstr-1", "R1A": "gstr-1a"}
# What an amendment says again, beside what has a place of its own. An IRN, for one, is of the original only.
_REPEATED = ("etin", "diff_percent", "sply_ty", "p_gst")

_encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode


@dataclass(frozen=True)
class SalesSync:
    """One reading of sales. `changed` counts documents by kind, of `KINDS`; `skipped` says why nothing was read."""

    id: int | None
    documents: int
    changed: dict[str, int]
    skipped: str = ""


def request(desk: Desk, by: Person, gstin: Gstin) -> None:
    """Queue a reading of the last three periods. Raises NotAllowed."""
    by.must(gstin, Role.PREPARER)
    with desk.of([gstin]) as db:
        defer(db, "desk:sync_sales", gstin, person=by.name)


def recent(desk: Desk) -> tuple[Period, ...]:
    """The last three return periods, the running month among them."""
    now = Period.of(desk.clock.now().date())
    return now.plus(-2), now.plus(-1), now


def sync_sales(desk: Desk, gstin: Gstin, periods: Sequence[Period] = (), person: str = PROGRAM) -> SalesSync:
    """Read what was sold in these return periods (none: the last three), all or nothing. Others stay.

    A way that doesn't show sales is skipped: the trail says so, and the result. Raises whatever else the way raises.
    """
    it = registration(desk, gstin)
    wanted = list(dict.fromkeys(periods)) or list(recent(desk))
    try:
        with desk.ways(it.profile, gstin) as portal, desk.of([gstin]) as db:
            return _read(db, desk, portal, wanted, it.frequency, person)
    except NotOffered as error:
        with desk.of([gstin]) as db:
            note(db, desk, gstin, person, "sales not read", why=str(error))
        return SalesSync(None, 0, {}, str(error))


def _read(
    db: Connection, desk: Desk, portal: Portal, periods: list[Period], frequency: Frequency, person: str
) -> SalesSync:
    gstin = portal.gstin
    queries.hold(db, gstin=gstin)
    number: int = queries.begin_sales(db, gstin=gstin, at=desk.clock.now()).id
    queries.make_sales_staging(db, gstin=gstin)
    _copy(db, queries.copy_sales_staging, _sold(portal, periods))
    key(db, queries.key_sales_staging)
    queries.analyse_sales_staging(db)
    queries.compare_sales(db, gstin=gstin, periods=periods)
    queries.end_sales(db, gstin=gstin, sync=number)
    queries.begin_sales_versions(db, gstin=gstin, sync=number)
    # It comes back in tax periods: of a quarterly filer, in the last month of the quarter.
    ends = list(dict.fromkeys(tax_period(frequency, period) for period in periods))
    at = desk.clock.now()
    queries.forget_added_back(db, gstin=gstin, periods=ends)
    queries.make_added_back_staging(db, gstin=gstin)
    _copy(db, queries.copy_added_back_staging, _added_back(portal, ends))
    queries.put_added_back(db, gstin=gstin, at=at)
    queries.tell_sales(db, gstin=gstin, at=at, sync=number)
    told = next(iter(queries.sales_readings(db, gstin=gstin, limit=1)))
    found = SalesSync(told.id, told.records, told.changed)
    detail = {"sync": found.id, "documents": found.documents, **found.changed}
    note(db, desk, gstin, person, "sales read", detail=detail)
    return found


def _copy(db: Connection, statement: Any, rows: Iterable[tuple[Any, ...]]) -> None:
    with db.cursor() as cursor, cursor.copy(statement.sql) as copy:
        for row in rows:
            copy.write_row(row)


def _sold(portal: Portal, periods: Iterable[Period]) -> Iterator[tuple[Any, ...]]:
    for period in periods:
        for form, name in RETURNS.items():
            for section in SALES:
                for it in portal.sales(period, section, name).documents:
                    yield _row(period, form, it)


def _row(period: Period, form: str, it: Sale) -> tuple[Any, ...]:
    heads = (sum((getattr(item, head) for item in it.items), Decimal(0)) for head in ("igst", "cgst", "sgst", "cess"))
    return (
        *(period.first_day, form, it.table, it.recipient, it.number),
        *(it.date, it.note_type, it.original_number, it.original_date, it.pos),
        *(None if it.value is None else paise(it.value), paise(it.taxable), *map(paise, heads)),
        *(it.action, it.remarks, _source(it)),
    )


def _source(it: Sale) -> str:
    """What the filing endpoints take of it again, by its names on the wire; amounts in rupees."""
    items = [
        {
            "num": number,
            "itm_det": {
                **{"rt": item.rate, "txval": item.taxable, "iamt": item.igst, "camt": item.cgst},
                **{"samt": item.sgst, "csamt": item.cess},
            },
        }
        for number, item in enumerate(it.items, 1)
    ]
    told = {name: it.more[name] for name in _REPEATED if name in it.more}
    if it.invoice_type is not None:
        told["inv_typ"] = it.invoice_type
    return _encode({**told, "seller": it.seller, "rchrg": "Y" if it.reverse_charge else "N", "itms": items}).decode()


def _added_back(portal: Portal, periods: Iterable[Period]) -> Iterator[tuple[Any, ...]]:
    for period in periods:
        for section in ADDED_BACK:
            for it in portal.added_back(period, section).entries:
                yield _entry(period, it)


def _entry(period: Period, it: AddedBackEntry) -> tuple[Any, ...]:
    form = it.form if it.form in RETURNS else "R1"  # IFF is among GSTR-1
    return (
        *(period.first_day, it.table, it.recipient, it.number, it.period.first_day, form, it.date),
        *(*map(paise, (it.igst, it.cgst, it.sgst, it.cess)), it.remarks),
    )
