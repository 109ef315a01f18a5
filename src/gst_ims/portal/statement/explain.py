"""Why: the rules that apply to a record, in order, each with its source and the values it used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from gst_ims.core.document import print_date
from gst_ims.core.errors import Invalid, NoDocuments
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import indian, rupees
from gst_ims.core.period import Period
from gst_ims.core.section import Section
from gst_ims.database.connection import Connection
from gst_ims.portal.context import Portal
from gst_ims.portal.record.flags import place
from gst_ims.portal.statement.schemas import AppliedRule, Explanation, Heads
from gst_ims.portal.statement.service import queries
from gst_ims.rulebook.law import law
from gst_ims.rulebook.scope import Bypass

BYPASS_RULES = {
    Bypass.REVERSE_CHARGE: "R1.3",
    Bypass.PLACE_OF_SUPPLY: "R1.4",
    Bypass.TIME_LIMIT: "S16.4",
    Bypass.BEFORE_IMS: "R1.10",
}
HEADS = ("igst", "cgst", "sgst", "cess")
DECLARED = ("declIgst", "declCgst", "declSgst", "declCess")
Step = tuple[str, str, dict[str, Any]]


def explain(portal: Portal, rtin: Gstin, name: str, moment: datetime | None = None) -> Explanation:
    """What may be done with a record now or at a moment, what would follow, and each rule that says so.

    `name` is section:supplier:number:period, for example b2bcn:24AAAAA0000A1Z5:CN-1:102025; of a bill of entry the port
    stands for the supplier: impg:INNSA1:1234567:102025. Of the past the records are brought back to what they were, of
    the future they are taken as they stand. Raises Invalid, NoDocuments.
    """
    at = moment or portal.clock.now()
    parts = name.split(":")
    if len(parts) != 4:
        raise Invalid(f"Record {name!r} isn't named section:supplier:number:period.")
    section, stin, number, period = Section.parse(parts[0]), parts[1], parts[2], Period.parse(parts[3])
    with portal.transaction() as db, db.transaction(force_rollback=True):
        if moment is not None and moment < portal.clock.now():
            _rewind(db, rtin, "" if section.is_import else stin, at)
        record = queries.record(db, rtin=rtin, section=section, stin=stin, number=number, period=period)
        if record is None:
            raise NoDocuments(f"{rtin} has no record {name} at {at:%d-%m-%Y %H:%M}.")
        return Explanation(
            f"{section}:{stin}:{number}:{period}",
            at.isoformat(),
            _allowed(record, at),
            _credit(record) if record.closed_in is None and record.bypass is None else None,
            _heads([getattr(record, f"more_{head}") for head in HEADS]) if "R" in _allowed(record, at) else None,
            [_applied(*step) for step in _steps(db, record, at)],
        )


def _rewind(db: Connection, rtin: Gstin, stin: str, at: datetime) -> None:
    """Bring a supplier's records back to what they were, and place them anew in their chains, one after another."""
    of_supplier = {"rtin": rtin, "stin": stin}
    queries.forget_records(db, **of_supplier, at=at)
    queries.rewind_records(db, **of_supplier, at=at)
    for row in list(queries.all_records(db, **of_supplier)):
        place(db, rtin, Period.of(row.period_2b), row.keys)


def _allowed(record: Any, at: datetime) -> list[str]:
    """The actions that the portal would take (R2.6, R2.12, R2.13, R3.7, R3.14)."""
    if record.bypass is not None or record.closed_in is not None or record.locked or record.form == "R6":
        return []
    pending = record.pending_until is None or at.date() <= record.pending_until
    return ["A", *(["R"] if record.form != "BOE" else []), *(["P"] if pending else [])]


def _credit(record: Any) -> Heads:
    """What accepting the record adds to the credit, in full: below zero where it takes away (R3.9, R3.11)."""
    sign = -1 if Section(record.section).is_credit or record.section in ("isdcn", "isdcna") else 1
    return _heads([sign * (getattr(record, head) - getattr(record, f"base_{head}")) for head in HEADS])


def _heads(paise: list[int]) -> Heads:
    return Heads(*map(rupees, paise))


def _applied(rule: str, result: str, values: dict[str, Any]) -> AppliedRule:
    found = law().rules[rule]
    said = {name: print_date(value) if isinstance(value, date) else str(value) for name, value in values.items()}
    return AppliedRule(rule, found.says, found.source, found.confidence, result, said)


def _steps(db: Connection, record: Any, at: datetime) -> Iterator[Step]:
    in_2b = Period.of(record.period_2b)
    yield from _where(record, in_2b)
    if record.bypass is None:
        yield from _chain(record)
        if record.closed_in is None:
            yield from _pending(record, at)
            yield from _reduction(record)
    yield from _statement(db, record, at)


def _where(record: Any, in_2b: Period) -> Iterator[Step]:
    if record.form not in ("BOE", "R6"):
        state = f"filed on {print_date(record.filed_at.date())}" if record.filed_at else "not filed, so tentative"
        yield (
            "R7.3",
            f"It belongs to GSTR-2B of {in_2b} ({state}).",
            {"form": record.form, "return period": Period.of(record.period)},
        )
    if record.bypass is not None:
        rule = "R1.6" if record.form == "BOE" else BYPASS_RULES[Bypass(record.bypass)]
        yield rule, f"It is not in IMS: {record.bypass}.", {"place of supply": record.pos, "date": record.document_date}
    if record.form == "R6":
        yield "R1.8", "It is shown, and no action can be taken on it.", {}


def _chain(record: Any) -> Iterator[Step]:
    kind = "is" if record.specified else "isn't"
    yield "R2.4", f"It {kind} a specified record.", {"section": record.section}
    if record.original_number is None:
        return
    original = {"original": record.original_number, "of": record.original_date}
    if record.locked:
        yield "R3.7", "It waits: its original isn't closed.", original
    base = sum(getattr(record, f"base_{head}") for head in HEADS)
    if base:
        yield "R3.11", f"It counts with the difference to tax of {indian(base)}, which is accepted already.", original
    else:
        rule = "R3.10" if Section(record.section).is_credit else "R3.9"
        yield rule, "It counts with its complete value: no document before it is accepted.", original


def _pending(record: Any, at: datetime) -> Iterator[Step]:
    if record.form == "R6":
        return
    until = record.pending_until
    if until is None:
        yield "R2.13", "It may be kept pending; it can't be rejected.", {}
    elif not record.specified:
        yield "R2.12", f"It may be kept pending until {print_date(until)}.", {"last day": until}
    elif until.year < 2017:  # never: the record's period is before the cut-over
        since = law().since("R2.6", "pending_periods")
        said = {"GSTR-2B period": Period.of(record.period_2b), "since": since}
        yield "R2.6", "It can't be kept pending at all.", said
    else:
        periods = law().at("R2.6", "pending_periods", Period.of(record.period_2b))
        yield "R2.6", f"It may be kept pending for {periods} tax period.", {"frequency": record.filing_frequency}
        yield "R2.8", f"The last day of Pending is {print_date(until)}.", {"last day": until}
        if until < at.date():
            counts = ", and counts as accepted" if record.action == "P" else ""
            yield "R2.9", f"That day is over: it can't be kept pending any more{counts}.", {"today": at.date()}


def _reduction(record: Any) -> Iterator[Step]:
    in_2b = Period.of(record.period_2b)
    since = law().since("R6.11", "remarks_taken")
    if record.form not in ("BOE", "R6") and in_2b < since:
        yield "R6.11", "It takes no remarks.", {"GSTR-2B period": in_2b, "since": since}
    if not record.specified:
        return
    if record.reduction_blocked:
        yield "R6.2", "The reduction can't be declared: it is always in full.", {"GSTR-2B period": in_2b}
        return
    asked = "Whoever accepts it must say whether the credit is to be reduced."
    yield "R6.6", asked, {"declared": record.reduction or "-"}
    sign = 1 if Section(record.section).is_credit else -1
    most = sum(max(sign * (getattr(record, head) - getattr(record, f"base_{head}")), 0) for head in HEADS)
    yield "R6.8", f"At most {indian(most)} can be declared.", {"most": indian(most)}


def _statement(db: Connection, record: Any, at: datetime) -> Iterator[Step]:
    if record.superseded:
        yield "R3.8", "Its amendment of the same GSTR-2B period counts instead.", {}
    if record.bypass is None and record.closed_in is None:
        expired = record.specified and record.pending_until < at.date()
        if record.action == "N":
            yield "R2.2", "No action is taken: it counts as accepted.", {"action": "N"}
        elif record.action == "P" and not expired:
            yield "R3.16", "It is pending: it is in no statement.", {"action": "P"}
    line = queries.line_of(
        db,
        rtin=record.rtin,
        section=record.section,
        stin=record.stin,
        number=record.number,
        return_period=record.period,
        form=record.form,
        port_code=record.port_code,
        at=at,
    )
    if line is not None:
        if line.reduction is not None:
            yield from _declared(line)
        tax = sum(getattr(line, head) for head in HEADS)
        does = "adds nothing" if line.outcome == "R" or line.part == "itcunavl" else f"adds {indian(tax)} to the credit"
        shown = {"GSTR-2B": Period.of(line.period), "version": line.version, "part": line.part}
        yield "R4.7", f"In GSTR-2B of {Period.of(line.period)} it {does}.", shown
    if record.final == "L":
        yield "R2.12", "It left IMS pending: the time for its credit is over.", {"last day": record.pending_until}
    elif record.closed_in is not None:
        closed = {"GSTR-3B": Period.of(record.closed_in), "as": record.final}
        yield "R3.14", f"It left IMS with GSTR-3B of {Period.of(record.closed_in)}.", closed
        yield from _liability(db, record)


def _declared(line: Any) -> Iterator[Step]:
    said = {name: getattr(line, f"declared_{head}") for name, head in zip(DECLARED, HEADS, strict=True)}
    amounts = {name: indian(amount) for name, amount in said.items() if amount is not None}
    how = "by what was declared" if amounts else "in full" if line.reduction == "Y" else "by nothing"
    yield "R6.5", f"Accepting it reduces the credit {how}.", {"itcRedReq": line.reduction, **amounts}


def _liability(db: Connection, record: Any) -> Iterator[Step]:
    """What was booked for the supplier when the record was closed: after a rejection, and where it reverses one."""
    of_record = {name: getattr(record, name) for name in ("rtin", "stin", "number", "period", "form")}
    booked = queries.booked_for(db, **of_record)
    if booked is None and record.final == "R":
        yield "R5.5", "Rejecting it adds nothing to the supplier's liability.", {}
    elif booked is not None:
        tax, shown = sum(getattr(booked, head) for head in HEADS), {"in": Period.of(booked.period)}
        if tax > 0:
            yield "R5.4", f"Rejecting it adds {indian(tax)} to the supplier's liability.", shown
        else:
            yield "R5.10", f"It takes {indian(-tax)} back from the supplier's liability.", shown
