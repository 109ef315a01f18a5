"""GSTR-2B after a push: have it computed where that is due, and compare it with what the decisions promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from gst_ims.client.errors import (
    NothingFound,
    StatementClosed,
    StatementMissing,
    StatementTooEarly,
    StatementUnchanged,
)
from gst_ims.client.views import Gstr2b, StatementDocument
from gst_ims.connect.portal import Portal
from gst_ims.core.clock import Clock
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise, paise
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people.service import Person, Role, note, registration
from gst_ims.desk.push import documents
from gst_ims.rulebook.calendar import draft_day, tax_period
from gst_ims.rulebook.law import Frequency, law

queries: Any = load(__file__, "promise.sql")

#: Why a GSTR-2B isn't computed anew, where nothing is wrong.
NOT_DUE = (StatementUnchanged, StatementTooEarly, StatementClosed, StatementMissing, NothingFound)
#: Seconds in which the portal has to compute it.
WAIT = 300.0


@dataclass(frozen=True)
class Kept:
    """One document: what the decision promised, what GSTR-2B states, in paise of credit, and why they differ.

    `promised` is None where nothing was expected, `stated` None where GSTR-2B doesn't have it. Credit notes are below
    zero.
    """

    record: str
    promised: Paise | None
    stated: Paise | None
    reason: str


@dataclass(frozen=True)
class Comparison:
    """A GSTR-2B against what was promised, in paise. `outside` is the credit on documents that bypass IMS."""

    period: Period
    version: str
    at: datetime
    documents: int
    promised: Paise
    stated: Paise
    outside: Paise
    differing: tuple[Kept, ...]


def due_period(frequency: Frequency, clock: Clock) -> Period:
    """The newest tax period whose GSTR-2B is drawn up by now."""
    today = clock.now().date()
    period = Period.of(today).previous()
    while tax_period(frequency, period) != period or draft_day(period, law()) > today:
        period = period.previous()
    return period


def recompute(portal: Portal, period: Period) -> str:
    """Have a GSTR-2B computed anew. Returns why it wasn't, or nothing. Raises what the portal's failure raises."""
    try:
        portal.regenerate(period).wait(WAIT)
    except NOT_DUE as error:
        return str(error)
    return ""


def compare(desk: Desk, by: Person, gstin: Gstin, period: Period) -> Comparison:
    """Read a GSTR-2B and compare it with what the decisions promised. Both are kept.

    Raises NotAllowed; StatementMissing or StatementTooEarly where there is none; NotOffered where only files go.
    """
    by.must(gstin, Role.PREPARER)
    with desk.ways(registration(desk, gstin).profile, gstin) as portal:
        return keep(desk, gstin, portal.gstr2b(period), by.name)


def promised(desk: Desk, by: Person, gstin: Gstin, period: Period) -> Comparison:
    """The last comparison of a period. Raises NotAllowed; Unknown where there is none."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        newest = queries.newest(db, gstin=gstin, period=period)
        if newest is None:
            raise Unknown(
                f"GSTR-2B {period} of {gstin} wasn't compared yet: `ims desk promise {period} --read` does it."
            )
        return _comparison(db, gstin, period, newest)


def keep(desk: Desk, gstin: Gstin, statement: Gstr2b, person: str) -> Comparison:
    """Compare a GSTR-2B that was read, and keep it."""
    of: dict[str, Any] = {"gstin": gstin, "period": statement.period}
    summary = msgspec.json.Encoder(decimal_format="number").encode(statement.summary)
    with desk.of([gstin]) as db:
        queries.hold_statements(db, gstin=gstin)
        at = desk.clock.now()
        number: int = queries.add_statement(
            db, **of, at=at, version=statement.version, summary=Jsonb(msgspec.json.decode(summary))
        )
        queries.make_staging(db)
        with db.cursor() as cursor, cursor.copy("copy stated from stdin") as copy:
            for place, document in enumerate(filter(documents.in_ims, statement.documents), 1):
                copy.write_row((place, *_row(document)))
        queries.analyse_staging(db)
        generated = statement.generated or at.date()
        queries.add_promises(db, **of, statement=number, generated=generated)
        queries.drop_staging(db)
        documents.keep(db, gstin, number, statement)
        compared = _comparison(db, gstin, statement.period, queries.newest(db, **of))
        told = {"period": str(statement.period), "version": statement.version, "differing": len(compared.differing)}
        note(db, desk, gstin, person, "compared", detail=told)
    return compared


def _row(document: StatementDocument) -> tuple[Any, ...]:
    told = document.more
    reduction, amounts = documents.declared_of(document)
    period: date | None = document.period and document.period.first_day
    return (
        *(documents.section_of(document), document.supplier, document.number, period, document.rejected),
        *(document.credit_available != "N", told.get("rev") == "Y", document.action),
        *(reduction, None if amounts is None else sum(amounts), paise(document.tax)),
    )


def _comparison(db: Connection, gstin: Gstin, period: Period, newest: Any) -> Comparison:
    of: dict[str, Any] = {"gstin": gstin, "period": period, "statement": newest.id}
    totals = queries.totals(db, **of)
    differing = tuple(Kept(*row) for row in queries.promises(db, **of, all=False))
    return Comparison(
        period, newest.version, newest.at, totals.documents, totals.promised, totals.stated, totals.outside, differing
    )
