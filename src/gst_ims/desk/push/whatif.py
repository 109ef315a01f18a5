"""What GSTR-2B of a period would be if something came into force: credit by head, and suppliers' liability."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise
from gst_ims.core.period import Period
from gst_ims.core.section import Action
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.policy.service import proposed
from gst_ims.desk.push.documents import HEADS
from gst_ims.desk.review.lists import calendar
from gst_ims.desk.review.service import Wish

queries: Any = load(__file__, "whatif.sql")
_BATCH = 5_000


@dataclass(frozen=True)
class Supposed:
    """What is supposed; where two say something of one record, the one that stands first here counts."""

    #: A GSTIN or a PAN, and what becomes of all that he reported.
    supplier: str = ""
    of_supplier: Action = Action.REJECT
    #: The open decisions: prepared, approved, being sent.
    decisions: bool = True
    #: What the policy in force would propose.
    policy: bool = False
    #: What becomes of all that has no action at the portal; None: nothing.
    undecided: Action | None = None

    def __post_init__(self) -> None:
        """Raises Invalid for a supplier that can't be one."""
        if self.supplier and len(self.supplier) not in (10, 15):
            raise Invalid(f"{self.supplier!r} is no GSTIN and no PAN: 15 characters, or 10.")


class Section(NamedTuple):
    """A section in GSTR-2B, now and then. Paise; credit by head, what takes credit away below zero.

    `unsure` of its documents amend what the desk has never seen, and are left out of the rupees.
    """

    section: str
    documents_now: int
    documents_later: int
    changed: int
    unsure: int
    now: Sequence[Paise]
    later: Sequence[Paise]
    owed_now: Paise
    owed_later: Paise


class Supplier(NamedTuple):
    """A supplier for whom something changes: credit on what he reported, and his liability, in paise."""

    stin: str
    trade_name: str | None
    documents: int
    credit_now: Paise
    credit_later: Paise
    owed_now: Paise
    owed_later: Paise


class Line(NamedTuple):
    """A record of which something is supposed. Paise; None where it isn't known what it amends."""

    name: str
    section: str
    stin: str
    trade_name: str | None
    number: str
    document_date: date
    action: str
    becomes: str
    tax: Paise
    credit_now: Paise | None
    credit_later: Paise | None
    owed_now: Paise | None
    owed_later: Paise | None
    #: By how much it changes: where a page goes on.
    size: Paise


@dataclass(frozen=True)
class Outlook:
    """What a GSTR-2B would be."""

    period: Period
    sections: tuple[Section, ...]
    #: Those for whom the most changes.
    suppliers: tuple[Supplier, ...]
    #: A page of the records of which something is supposed, those that change the most rupees first.
    lines: list[Line]

    @property
    def now(self) -> list[Paise]:
        """Credit by head as it stands."""
        return [sum(it.now[head] for it in self.sections) for head in range(len(HEADS))]

    @property
    def later(self) -> list[Paise]:
        """Credit by head as it would be."""
        return [sum(it.later[head] for it in self.sections) for head in range(len(HEADS))]

    @property
    def owed(self) -> tuple[Paise, Paise]:
        """What suppliers owe for what is rejected, now and then."""
        return sum(it.owed_now for it in self.sections), sum(it.owed_later for it in self.sections)

    @property
    def changed(self) -> int:
        """Of how many documents something is supposed."""
        return sum(it.changed for it in self.sections)

    @property
    def unsure(self) -> int:
        """How many documents are left out of the rupees."""
        return sum(it.unsure for it in self.sections)


def outlook(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    period: Period,
    supposed: Supposed,
    after: tuple[Paise, str] | None = None,
    limit: int = 100,
    suppliers: int | None = 20,
) -> Outlook:
    """What GSTR-2B of a period would be, with a page of its lines. Nothing is kept. Raises NotAllowed.

    `after` is size and name of the last line of the page before. `suppliers`: how many of them; None for all.
    """
    size, name = after or (None, None)
    with _suppose(desk, by, gstin, period, supposed) as db:
        sections = list(queries.sections(db))
        some = list(queries.suppliers(db, limit=suppliers))
        rows = list(queries.records(db, after_size=size, after=name, limit=limit))
    return Outlook(
        period,
        tuple(Section(*row) for row in sections),
        tuple(Supplier(*row) for row in some),
        [Line(*row) for row in rows],
    )


def stream(desk: Desk, by: Person, gstin: Gstin, period: Period, supposed: Supposed) -> Generator[Line]:
    """All lines of an outlook, of which only a batch is in memory. Raises NotAllowed."""
    with _suppose(desk, by, gstin, period, supposed) as db, db.cursor("supposed_lines") as cursor:
        cursor.itersize = _BATCH
        cursor.execute(queries.records.sql, {"after_size": None, "after": None, "limit": None})
        yield from (Line(*row) for row in cursor)


@contextmanager
def _suppose(desk: Desk, by: Person, gstin: Gstin, period: Period, supposed: Supposed) -> Generator[Connection]:
    """A transaction in which the table `effect` says what each record would do; nothing of it stays."""
    by.must(gstin)
    wishes = proposed(desk, gstin)[1] if supposed.policy else []
    days = calendar(desk, gstin)
    with desk.of([gstin]) as db:
        queries.make_supposed(db)
        if supposed.decisions:
            queries.suppose_decisions(db, gstin=gstin)
        _suppose_wishes(db, wishes)
        queries.analyse_supposed(db)
        queries.make_effects(
            db,
            gstin=gstin,
            period=period.first_day,
            today=desk.clock.now().date(),
            periods=days["periods"],
            limits=days["limits"],
            supplier=supposed.supplier,
            of_supplier=supposed.of_supplier,
            undecided=supposed.undecided,
        )
        yield db
        queries.drop(db)


def _suppose_wishes(db: Connection, wishes: Sequence[Wish]) -> None:
    queries.make_proposed(db)
    with db.cursor() as cursor, cursor.copy("copy proposed from stdin") as copy:
        for it in wishes:
            key, amounts = it.key, list(it.reduce) if isinstance(it.reduce, tuple) else None
            reduction = "amounts" if amounts else {True: "full", False: "none"}.get(it.reduce)  # type: ignore[arg-type]
            row = (key.section, key.stin, key.number, key.period.first_day, key.form, it.action, reduction, amounts)
            copy.write_row(row)
    queries.suppose_rows(db)
