"""Worklists: which records want a decision, by rupees or by the days that are left, a page at a time."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from gst_ims.client.record import Key
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person, registration
from gst_ims.desk.review.service import key_of
from gst_ims.rulebook.calendar import due_date_3b, pending_limit
from gst_ims.rulebook.law import Frequency, law
from gst_ims.rulebook.scope import credit_limit

queries: Any = load(__file__, "lists.sql")

#: What can be asked of the last decision: `todo` wants one, `waiting` wants approval, `ready` is to be pushed.
STATES = (
    *("todo", "waiting", "ready", "prepared", "approved", "returned", "undone", "void", "sending", "applied"),
    *("refused", "unknown"),
)
ORDERS = ("rupees", "deadline")
_FIRST = Period(2017, 7)


@dataclass(frozen=True)
class Filter:
    """Which records. What isn't given doesn't matter. Raises Invalid for what there isn't."""

    #: One of `STATES`.
    state: str | None = None
    sections: tuple[Section, ...] = ()
    #: A GSTIN or a PAN.
    supplier: str | None = None
    buckets: tuple[str, ...] = ()
    #: What stands at the portal.
    actions: tuple[Action, ...] = ()
    #: Part of the number, the supplier's name or his GSTIN, in any case.
    text: str | None = None
    #: The supplier's return period.
    period: Period | None = None
    #: Dates of the document, both included.
    dated_from: date | None = None
    dated_to: date | None = None

    def __post_init__(self) -> None:
        """Raises Invalid."""
        if self.state is not None and self.state not in STATES:
            raise Invalid(f"There is no state {self.state!r}: use one of {', '.join(STATES)}.")


class Place(NamedTuple):
    """Where a page ends, and the next one begins."""

    first: date
    tax: Paise
    name: str


@dataclass(frozen=True)
class Line:
    """A record in a list, with what is found and decided about it. Amounts are paise, never below zero."""

    key: Key
    name: str
    trade_name: str | None
    document_date: date
    value: Paise
    taxable: Paise
    tax: Paise
    action: Action
    filed: bool
    pending_blocked: bool
    #: Why there is this version: new, edited, filed, acted or flags.
    became: str
    hash: str
    remarks: str | None
    #: The next due date of GSTR-3B that it can be for, by the period that the supplier reported.
    due: date | None
    #: The last day on which it can be kept pending; None if it can't.
    pending_until: date | None
    #: By when to decide: of what is pending the latter, else the former.
    deadline: date | None
    #: What matching found; None before it ran.
    bucket: str | None
    score: int | None
    rule: str | None
    #: The last decision: its id, state, action and so on; None where there is none.
    decision: int | None
    state: str | None
    decided: Action | None
    person: str | None
    needs_approval: bool | None
    #: Why it was decided so; where it is returned, void or refused: why.
    why: str
    #: What the decision tells the supplier.
    telling: str | None
    policy: str | None
    code: str | None
    comments: int


@dataclass(frozen=True)
class Page:
    """Lines of a list, and where it goes on; None at its end."""

    lines: tuple[Line, ...]
    next: Place | None


def worklist(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    wanted: Filter,
    order: str = "rupees",
    after: Place | None = None,
    limit: int = 100,
) -> Page:
    """A page of a list, the most rupees first or the nearest deadline first. Raises NotAllowed, Invalid."""
    by.must(gstin)
    if order not in ORDERS or limit < 1:
        raise Invalid(f"Order {order!r}, limit {limit}: order by {' or '.join(ORDERS)}, and ask for one line at least.")
    days = calendar(desk, gstin)
    with desk.of([gstin]) as db:
        rows = list(select(db, gstin, wanted, days, order, after, limit + 1))
    lines = tuple(_line(row) for row in rows[:limit])
    if len(rows) <= limit:
        return Page(lines, None)
    last = lines[-1]
    # What has no deadline, as of a period that hasn't begun, comes last.
    first = (last.deadline or date.max) if order == "deadline" else date(2000, 1, 1)
    return Page(lines, Place(first, last.tax, last.name))


def select(
    db: Connection,
    gstin: Gstin,
    wanted: Filter,
    days: dict[str, Any],
    order: str = "rupees",
    after: Place | None = None,
    limit: int | None = None,
) -> Iterable[Any]:
    """The rows of a list, in the caller's transaction."""
    # Not prepared: a plan for all filters would be one for none.
    return db.execute(composed(queries.page), _values(gstin, wanted, days, order, after, limit), prepare=False)


def stream(
    db: Connection, gstin: Gstin, wanted: Filter, days: dict[str, Any], order: str = "rupees", batch: int = 5_000
) -> Generator[Any]:
    """The rows of a list as `select` has them, of which only a batch is in memory."""
    with db.cursor("list") as cursor:
        cursor.itersize = batch
        cursor.execute(composed(queries.page), _values(gstin, wanted, days, order, None, None))
        yield from cursor


def lines(desk: Desk, by: Person, gstin: Gstin, wanted: Filter, order: str = "rupees") -> Generator[Line]:
    """All lines of a list as `worklist` has them, of which only a batch is in memory. Raises NotAllowed."""
    by.must(gstin)
    days = calendar(desk, gstin)
    with desk.of([gstin]) as db:
        yield from map(_line, stream(db, gstin, wanted, days, order))


def composed(statement: Any, **parts: str) -> bytes:
    """A statement with what `chosen` and `days` are in it, and with parts of its own."""
    text: str = statement.sql.format(chosen=queries.chosen.sql, days=queries.days.sql, **parts)
    return text.encode()


def values_of(gstin: Gstin, wanted: Filter) -> dict[str, Any]:
    """What `chosen` takes."""
    return {
        "gstin": gstin,
        "state": wanted.state,
        "sections": list(wanted.sections) or None,
        "supplier": wanted.supplier,
        "buckets": list(wanted.buckets) or None,
        "actions": list(wanted.actions) or None,
        "text": wanted.text,
        "of_period": wanted.period,
        "dated_from": wanted.dated_from,
        "dated_to": wanted.dated_to,
    }


def _values(
    gstin: Gstin, wanted: Filter, days: dict[str, Any], order: str, after: Place | None, limit: int | None
) -> dict[str, Any]:
    return values_of(gstin, wanted) | dict(
        by_deadline=order == "deadline",
        after_first=after and after.first,
        after_tax=after and after.tax,
        after_name=after and after.name,
        limit=limit,
        **days,
    )


def calendar(desk: Desk, gstin: Gstin) -> dict[str, Any]:
    """The days that matter to a taxpayer, as `days` takes them."""
    return _days(registration(desk, gstin).frequency, gstin.state, desk.clock.now().date())


@lru_cache(maxsize=64)
def _days(frequency: Frequency, state: str, today: date) -> dict[str, Any]:
    """Due dates for what suppliers reported in each period of GST until now, and the last days of waiting.

    What is in IMS when a due date is over is for a later one: the supplier filed late, or the taxpayer does.
    """
    count = (today.year - _FIRST.year) * 12 + today.month - _FIRST.month + 2
    periods = [_FIRST.plus(n) for n in range(count)]
    dues = [due_date_3b(frequency, state, period, law()) for period in periods]
    coming = min(due for due in dues if due >= today)
    years = list(range(_FIRST.year, today.year + 1))
    return {
        "periods": [period.first_day for period in periods],
        "dues": [max(due, coming) for due in dues],
        "limits": [pending_limit(frequency, state, period, law()) for period in periods],
        "years": years,
        "ends": [credit_limit(date(year, 4, 1), law()) for year in years],
    }


_PLAIN = [field.name for field in fields(Line) if field.name not in ("key", "action", "decided")]


def _line(row: Any) -> Line:
    return Line(
        key=key_of(row),
        action=Action(row.action),
        decided=None if row.decided is None else Action(row.decided),
        **{name: getattr(row, name) for name in _PLAIN},
    )
