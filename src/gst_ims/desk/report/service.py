"""A report: what stands at a taxpayer's desk at one moment, table by table, and row by row where there are many."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from psycopg.rows import tuple_row

from gst_ims.core.clock import IST
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person, registration
from gst_ims.desk.report.lines import BATCH, STATUS, deadlines, queries, worklist
from gst_ims.desk.report.tables import Row, Table
from gst_ims.desk.review.lists import calendar
from gst_ims.rulebook.calendar import draft_day, due_date_1, due_date_3b, tax_period
from gst_ims.rulebook.law import Frequency, law

summary: Any = load(__file__, "summary.sql")


@dataclass(frozen=True)
class About:
    """What a report is about, and what it was made of: numbers of readings and so on are None where there is none."""

    gstin: Gstin
    name: str
    frequency: Frequency
    period: Period
    #: The time of the audit extract: from the first day of the tax period to the due date of its GSTR-3B.
    begins: date
    ends: date
    made_at: datetime
    made_by: str
    policy: str | None
    reading: int | None
    read_at: datetime | None
    matching: int | None
    matched_at: datetime | None
    #: The labels of the registers.
    books: str | None
    #: Which GSTR-2B of the period: each that is drawn up has a number.
    statement: int | None


class Report:
    """What stands at one moment. It is good for as long as `open_report` is open."""

    def __init__(self, db: Connection, about: About, days: dict[str, Any]) -> None:
        """`days`: review's `calendar`."""
        self.about = about
        self._db = db
        self._days = days

    def rows(self, table: Table) -> Iterator[Row]:
        """The rows of a table, as its columns say: amounts in paise, periods as their first day."""
        made: Mapping[str, Callable[[], Iterator[Row]]] = {
            "due": self._due,
            "sections": lambda: self._read(summary.sections, action=1),
            "credit": lambda: self._read(summary.credit),
            "decisions": lambda: self._read(summary.decisions, action=1),
            "statement": lambda: self._read(summary.statement),
            "worklist": lambda: worklist(self._db, self.about.gstin, self._days),
            "pairs": lambda: self._read(queries.pairs),
            "mismatches": lambda: self._read(queries.mismatches),
            "missing_in_books": lambda: self._read(queries.missing_in_books, action=13),
            "missing_in_portal": lambda: self._read(queries.missing_in_portal),
            "gstr2b": lambda: self._read(queries.promises),
            "suppliers": lambda: self._read(queries.suppliers),
            "customers": lambda: self._read(queries.customers),
            "audit": lambda: self._read(queries.audit),
        }
        return made[table.name]()

    def _read(self, statement: Any, action: int | None = None) -> Iterator[Row]:
        """The rows of a statement, some thousands at a time, with the action at a place in words."""
        with self._db.cursor("read", row_factory=tuple_row) as cursor:
            cursor.itersize = BATCH
            cursor.execute(statement.sql, self._values)
            for row in cursor:
                yield row if action is None else (*row[:action], STATUS[Action(row[action])], *row[action + 1 :])

    @property
    def _values(self) -> dict[str, Any]:
        it = self.about
        return {
            **{"gstin": it.gstin, "period": it.period, **self._days},
            "opens": datetime.combine(it.begins, time.min, IST),
            "closes": datetime.combine(it.ends, time.max, IST),
            # Nobody is called late who may file quarterly.
            "reported": [due_date_1("quarterly", Period.of(day), law()) for day in self._days["periods"]],
        }

    def _due(self) -> Iterator[Row]:
        it = self.about
        yield draft_day(it.period, law()), "The draft of GSTR-2B is drawn up", None, None
        yield due_date_3b(it.frequency, it.gstin.state, it.period, law()), "GSTR-3B is due", None, None
        for day, documents, tax in deadlines(self._db, it.gstin, self._days):
            yield day, "To be decided until then", documents, tax


@contextmanager
def open_report(desk: Desk, by: Person, gstin: Gstin, period: Period | None = None) -> Generator[Report]:
    """A report of a period; without one, of the month before this one. Raises NotAllowed, Unknown.

    All of its tables are of one moment. What is open of records is what stands, whichever period they are for.
    """
    by.must(gstin)
    found, now = registration(desk, gstin), desk.clock.now()
    of = period or Period.of(now.astimezone(IST).date()).previous()
    last, days = tax_period(found.frequency, of), calendar(desk, gstin)
    with desk.of([gstin], one_moment=True) as db:
        made_of = summary.made_of(db, gstin=gstin, period=of)
        about = About(
            gstin=gstin,
            name=found.name,
            frequency=found.frequency,
            period=of,
            begins=(last.quarter_start() if found.frequency == "quarterly" else of).first_day,
            ends=due_date_3b(found.frequency, gstin.state, of, law()),
            made_at=now,
            made_by=by.name,
            policy=found.policy,
            **made_of._asdict(),
        )
        yield Report(db, about, days)
