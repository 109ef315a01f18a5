"""The records in any order, a page by key, with their sums: what a person scrolls through, however many there are."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from gst_ims.client.record import Key
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise
from gst_ims.core.section import Action
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.review.lists import Filter, calendar, composed, values_of
from gst_ims.desk.review.lists import queries as of_lists

queries: Any = load(__file__, "grid.sql")

#: By what the grid can be sorted: what that is in SQL, and its type there.
ORDERS = {
    "tax": ("r.tax", "bigint"),
    "taxable": ("r.taxable", "bigint"),
    "value": ("r.value", "bigint"),
    "number": ("r.number", "text"),
    "trade_name": ("coalesce(r.trade_name, '')", "text"),
    "stin": ("r.stin", "text"),
    "section": ("r.section", "text"),
    "document_date": ("r.document_date", "date"),
    "period": ("r.period", "date"),
    "action": ("r.action", "text"),
    "became": ("r.since", "int"),
    "deadline": ("coalesce(d.deadline, date '9999-12-31')", "date"),
}
#: What the grid can show of a record.
COLUMNS = (
    *("section", "trade_name", "stin", "number", "document_date", "period", "tax", "action", "filed", "bucket"),
    *("decided", "state", "taxable", "value", "igst", "cgst", "sgst", "cess", "pos", "score", "person", "why"),
    *("deadline", "became", "comments", "remarks"),
)
#: The most rows of a page.
LIMIT = 1_000
_BATCH = 5_000


@dataclass(frozen=True)
class Place:
    """The last row of a page: by what it was sorted, and its name."""

    by: Any
    name: str


@dataclass(frozen=True)
class Sums:
    """What is chosen. Amounts are paise, credit notes below zero."""

    records: int
    taxable: Paise
    tax: Paise


def rows(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    wanted: Filter,
    order: str = "tax",
    *,
    descending: bool = True,
    after: Place | None = None,
    limit: int = 100,
) -> Sequence[Any]:
    """A page of records with what is found and decided about each, amounts in paise. `place` is what it is sorted by.

    Raises NotAllowed; Invalid for an order that there isn't.
    """
    by.must(gstin)
    if not 1 <= limit <= LIMIT:
        raise Invalid(f"{limit} rows aren't a page: ask for 1 to {LIMIT}.")
    text, values = _rows(desk, gstin, order, descending, after, limit)
    with desk.of([gstin]) as db:
        return _found(db, text, gstin, wanted, values)


def stream(
    desk: Desk, by: Person, gstin: Gstin, wanted: Filter, order: str = "tax", *, descending: bool = True
) -> Generator[Any]:
    """All records of a filter as `rows` has them, of which only a batch is in memory. Raises as `rows`."""
    by.must(gstin)
    text, values = _rows(desk, gstin, order, descending, None, None)
    with desk.of([gstin]) as db, db.cursor("grid") as cursor:
        cursor.itersize = _BATCH
        cursor.execute(text, values_of(gstin, wanted) | values)
        yield from cursor


def sums(desk: Desk, by: Person, gstin: Gstin, wanted: Filter) -> Sums:
    """How much is chosen. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        (row,) = _found(db, composed(queries.sums), gstin, wanted, {})
        return Sums(*row)


def suppliers(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    wanted: Filter,
    after: tuple[Paise, str] | None = None,
    limit: int | None = 100,
) -> Sequence[Any]:
    """What is chosen by supplier, the most tax first: stin, trade_name, records, how many of each action, paise.

    `after` is tax and GSTIN of the last supplier of the page before; without `limit`: all. Raises NotAllowed.
    """
    by.must(gstin)
    tax, stin = after or (None, None)
    with desk.of([gstin]) as db:
        begin = {"after": tax, "after_stin": stin, "limit": limit}
        return _found(db, composed(queries.suppliers), gstin, wanted, begin)


def effects(desk: Desk, by: Person, gstin: Gstin, key: Key) -> Mapping[Action, tuple[Paise | None, Paise | None]]:
    """What each action would do to the credit, and to what the supplier owes; None where it can't be said.

    Empty for a record that isn't in IMS now. Raises NotAllowed.
    """
    by.must(gstin)
    with desk.of([gstin]) as db:
        return {Action(row.action): (row.credit, row.owed) for row in queries.effects(db, gstin=gstin, **key._asdict())}


def read_place(order: str, text: str, name: str) -> Place:
    """A place, of what a page said last. Raises Invalid."""
    kind = ORDERS[order][1] if order in ORDERS else "text"
    try:
        by = int(text) if kind in ("bigint", "int") else date.fromisoformat(text) if kind == "date" else text
    except ValueError as error:
        raise Invalid(f"{text!r} isn't a place of order {order}: load the page again.") from error
    return Place(by, name)


def _rows(
    desk: Desk, gstin: Gstin, order: str, descending: bool, after: Place | None, limit: int | None
) -> tuple[bytes, dict[str, Any]]:
    """The statement of rows in an order, and its values. Raises Invalid."""
    if order not in ORDERS:
        raise Invalid(f"There is no order {order!r}: use one of {', '.join(ORDERS)}.")
    column, kind = ORDERS[order]
    way, beyond = ("desc", "<") if descending else ("asc", ">")
    begin = {"after": after and after.by, "after_name": after and after.name}
    sorts = of_lists.days.sql if order == "deadline" else ""
    text = composed(queries.rows, by=column, type=kind, way=way, beyond=beyond, sorts=sorts)
    return text, calendar(desk, gstin) | begin | {"limit": limit}


def _found(db: Connection, text: bytes, gstin: Gstin, wanted: Filter, values: dict[str, Any]) -> Sequence[Any]:
    # Not prepared: a plan for all filters would be one for none.
    return db.execute(text, values_of(gstin, wanted) | values, prepare=False).fetchall()
