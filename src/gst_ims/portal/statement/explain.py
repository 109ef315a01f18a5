"""Why: the rules that apply to a record, in order, each with its source and the values it used."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from gst_ims.core.document import print_date
from gst_ims.core.errors import Invalid, NoDocuments
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import indian
from gst_ims.core.period import Period
from gst_ims.core.section import Section
from gst_ims.database.connection import Connection
from gst_ims.portal.statement.schemas import AppliedRule, Explanation
from gst_ims.portal.statement.service import queries
from gst_ims.rulebook.law import law
from gst_ims.rulebook.scope import Bypass

BYPASS_RULES = {
    Bypass.REVERSE_CHARGE: "R1.3",
    Bypass.PLACE_OF_SUPPLY: "R1.4",
    Bypass.TIME_LIMIT: "S16.4",
    Bypass.BEFORE_IMS: "R1.10",
}
Step = tuple[str, str, dict[str, Any]]


def explain(db: Connection, rtin: Gstin, name: str, at: datetime) -> Explanation:
    """Each rule that applies to a record at this moment.

    `name` is section:supplier:number:period, for example b2bcn:24AAAAA0000A1Z5:CN-1:102025 (bills of entry have no
    supplier: impg::1234567:102025). Raises Invalid, NoDocuments.
    """
    parts = name.split(":")
    if len(parts) != 4:
        raise Invalid(f"Record {name!r} isn't named section:supplier:number:period.")
    section, stin, number, period = Section.parse(parts[0]), parts[1], parts[2], Period.parse(parts[3])
    record = queries.record(db, rtin=rtin, section=section, stin=stin, number=number, period=period)
    if record is None:
        raise NoDocuments
    rules = [_applied(*step) for step in _steps(db, record, at)]
    return Explanation(name, at.isoformat(), rules)


def _applied(rule: str, result: str, values: dict[str, Any]) -> AppliedRule:
    found = law().rules[rule]
    return AppliedRule(
        rule, found.says, found.source, found.confidence, result, {name: str(value) for name, value in values.items()}
    )


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
        yield "R7.3", f"It belongs to GSTR-2B of {in_2b} ({state}).", {"form": record.form, "return period": in_2b}
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
    base = record.base_igst + record.base_cgst + record.base_sgst + record.base_cess
    if base:
        yield "R3.11", f"It counts with the difference to tax of {indian(base)}, which is accepted already.", original
    else:
        yield "R3.9", "It counts with its complete value: no document before it is accepted.", original


def _pending(record: Any, at: datetime) -> Iterator[Step]:
    if record.form == "R6":
        return
    until = record.pending_until
    if record.form == "BOE":
        yield "R2.13", "It may be kept pending; it can't be rejected.", {}
    elif not record.specified:
        yield "R2.12", f"It may be kept pending until {print_date(until)}.", {"last day": until}
    elif until.year < 2017:  # never: the record's period is before the cut-over
        since = law().since("R2.6", "pending_periods")
        yield (
            "R2.6",
            "It can't be kept pending at all.",
            {"GSTR-2B period": Period.of(record.period_2b), "since": since},
        )
    else:
        periods = law().at("R2.6", "pending_periods", Period.of(record.period_2b))
        yield "R2.6", f"It may be kept pending for {periods} tax period.", {"frequency": record.filing_frequency}
        yield "R2.8", f"The last day of Pending is {print_date(until)}.", {"last day": until}
        if until < at.date():
            yield "R2.9", "That day is over: it can't be kept pending any more.", {"today": at.date()}


def _reduction(record: Any) -> Iterator[Step]:
    if not record.specified:
        return
    if record.reduction_blocked:
        yield "R6.2", "The reduction can't be declared: it is always in full.", {"GSTR-2B": Period.of(record.period_2b)}
        return
    yield (
        "R6.6",
        "Whoever accepts it must say whether the credit is to be reduced.",
        {"declared": record.reduction or "-"},
    )
    most = sum(
        abs(getattr(record, head) - getattr(record, f"base_{head}")) for head in ("igst", "cgst", "sgst", "cess")
    )
    yield "R6.8", f"At most {indian(most)} can be declared.", {"most": indian(most)}


def _statement(db: Connection, record: Any, at: datetime) -> Iterator[Step]:
    if record.superseded:
        yield "R3.8", "Its amendment of the same GSTR-2B period counts instead.", {}
    words = {"N": "No action is taken: it counts as accepted.", "P": "It is pending: it is in no statement."}
    if record.bypass is None and record.closed_in is None and record.action in words:
        yield "R2.2" if record.action == "N" else "R2.12", words[record.action], {"action": record.action}
    line = queries.line_of(
        db,
        rtin=record.rtin,
        section=record.section,
        stin=record.stin,
        number=record.number,
        return_period=record.period,
        form=record.form,
        port_code=record.port_code,
    )
    if line is not None:
        tax = line.igst + line.cgst + line.sgst + line.cess
        does = "adds nothing" if line.outcome == "R" or line.part == "itcunavl" else f"adds {indian(tax)} to the credit"
        shown = {"GSTR-2B": Period.of(line.period), "version": line.version, "part": line.part}
        yield "R4.7", f"In GSTR-2B of {Period.of(line.period)} it {does}.", shown
    if record.closed_in is not None:
        closed = {"GSTR-3B": Period.of(record.closed_in), "as": record.final}
        yield "R3.14", f"It left IMS with GSTR-3B of {Period.of(record.closed_in)}.", closed
        if record.final == "R":
            yield "R5.4", _owed(record), {}


def _owed(record: Any) -> str:
    sign = 1 if Section(record.section).is_credit else -1
    heads = ("igst", "cgst", "sgst", "cess")
    owed = sum(max(sign * (getattr(record, head) - getattr(record, f"base_{head}")), 0) for head in heads)
    return (
        f"The supplier owes {indian(owed)} for it."
        if owed
        else "Rejecting it adds nothing to the supplier's liability."
    )
