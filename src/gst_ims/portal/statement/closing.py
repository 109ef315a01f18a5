"""GSTR-3B: the figures that come from IMS, and the filing that closes a tax period."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from gst_ims.core import errors
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import rupees
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.portal.context import hold_recipient
from gst_ims.portal.record.flags import place
from gst_ims.portal.statement.schemas import Credit, Eligible, Heads, Return3b
from gst_ims.portal.statement.service import Recipient, figures, queries, recipient, recompute_due
from gst_ims.rulebook.calendar import next_tax_period, tax_period
from gst_ims.rulebook.law import law

# Where a statement's supplies stand in table 4(A); credit notes, under othersup, net what they take from (R4.7).
LINES = {"imports": "IMPG", "revsup": "ISRC", "isdsup": "ISD", "nonrevsup": "OTH"}
OTHER_LEAVES = {"isd": "ISD", "isda": "ISD", "cdnrrev": "ISRC", "cdnrarev": "ISRC"}


def file(db: Connection, rtin: Gstin, period: Period, at: datetime) -> str:
    """File GSTR-3B of a tax period, and so close it (R3.14). Returns the acknowledgement number.

    Raises InvalidPeriod, AlreadyFiled, PreviousOpen, NotGenerated, RecomputeDue (R4.3).
    """
    hold_recipient(db, rtin)
    who, rules = recipient(db, rtin), law()
    if period != tax_period(who.frequency, period) or at.date() <= period.last_day:
        raise errors.InvalidPeriod(f"GSTR-3B of {period} can't be filed: the tax period isn't over, or isn't one.")
    if who.first is not None and period < who.first:
        raise errors.InvalidPeriod(f"GSTR-3B of {period} isn't needed: the first tax period is {who.first}.")
    last: date | None = queries.closings(db, rtin=rtin).last
    if last is not None and period <= Period.of(last):
        raise errors.AlreadyFiled  # it, or the quarter that it lies in
    if not who.previous_closed(db, period):
        raise errors.PreviousOpen(f"GSTR-3B of {who.first_open(db, period)} is not filed. Please file it first.")
    latest = queries.version(db, rtin=rtin, period=period, version=None)
    version = latest and latest.version
    arn = f"AB{rtin.state}{period.month:02}{period.year % 100:02}{secrets.randbelow(10**6):06}B"
    if not queries.add_closing(db, rtin=rtin, period=period, at=at, version=version, arn=arn):
        raise errors.AlreadyFiled
    queries.note_closing(db, rtin=rtin, period=period)
    if latest is None and queries.any_document(db, rtin=rtin, period=period, today=at.date()):
        raise errors.NotGenerated
    if (
        latest is not None
        and rules.at("R4.3", "recompute_before_3b", period)
        and recompute_due(db, who, period, latest.version, at.date())
    ):
        raise errors.RecomputeDue
    close(db, who, period, version, at)
    return arn


def read(db: Connection, gstin: Gstin, period: Period) -> Return3b:
    """What comes from IMS into GSTR-3B of a tax period. Raises InvalidPeriod where it isn't one."""
    who, filed = recipient(db, gstin), queries.closing(db, rtin=gstin, period=period) is not None
    if not filed and period != tax_period(who.frequency, period):
        raise errors.InvalidPeriod(f"{period} isn't a tax period of a quarterly filer: ask for {period.quarter_end()}.")
    latest = queries.version(db, rtin=gstin, period=period, version=None)
    totals = figures(db, gstin, period, latest.version) if latest else []
    owed = queries.added_back_net(db, stin=gstin, period=period)
    return Return3b(
        str(gstin),
        str(period),
        filed,
        eligible(totals),
        Heads(*map(rupees, (owed.igst, owed.cgst, owed.sgst, owed.cess))),
    )


def close(db: Connection, who: Recipient, period: Period, version: int | None, at: datetime) -> None:
    """Let what a version of GSTR-2B shows leave IMS, book what suppliers owe, and free the amendments that waited.

    What is superseded leaves too, even if there is nothing for a GSTR-2B.
    """
    of_period = {"rtin": who.rtin, "period": period}
    queries.close_records(db, **of_period, version=version, at=at)
    if stins := queries.refused_suppliers(db, **of_period):
        queries.add_back(
            db,
            **of_period,
            stins=stins,
            next_month=next_tax_period("monthly", period).first_day,
            next_quarter=next_tax_period("quarterly", period).first_day,
        )
    free_amendments(db, who.rtin, period)


def free_amendments(db: Connection, rtin: Gstin, period: Period) -> None:
    """Place the open amendments anew whose originals were closed in `period`: they waited for it (R3.7).

    And amendments of these, which stand upon them.
    """
    waiting = list(queries.dependents(db, rtin=rtin, period=period))
    while waiting:
        row = waiting.pop(0)
        place(db, rtin, Period.of(row.period_2b), row.keys)
        waiting += queries.dependents_of(db, rtin=rtin, keys=Jsonb(row.keys))


def eligible(totals: list[Any]) -> Eligible:
    """Table 4 of GSTR-3B from the totals of a statement."""
    return Eligible(_credits(totals, "itcavl"), _credits(totals, "itcunavl"))


def _credits(totals: list[Any], part: str) -> list[Credit]:
    sums = {line: [0, 0, 0, 0] for line in LINES.values()}
    for row in totals:
        if row.part == part:
            line = LINES.get(row.supply) or OTHER_LEAVES.get(row.leaf, "OTH")
            for i, head in enumerate(("igst", "cgst", "sgst", "cess")):
                sums[line][i] += getattr(row, head)
    return [Credit(*map(rupees, heads), ty=line) for line, heads in sums.items()]  # type: ignore[arg-type]
