"""GSTR-2B in its versions, GSTR-3B that closes tax periods, what suppliers owe, and what nights bring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from tests.model.calendar import draft_day, following, preceding, tax_period
from tests.model.chains import Chains
from tests.model.documents import NOTHING, Tax
from tests.model.record import DECLARED, Record

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period

# Why GSTR-2B can't be computed, or read.
NOTHING_THERE, UNCHANGED, CLOSED, TOO_EARLY = "IMS0004", "IMS0005", "IMS2B007", "IMS2B009"
NOT_APPLICABLE, PREVIOUS_NOT_FILED = "GTR2B-001", "GTR2B-002"
BEFORE_CUT_OFF, NOT_GENERATED = "RET2B1018", "RET2B1023"
# Why GSTR-3B can't be filed.
ALREADY_FILED, WRONG_PERIOD = "RET00009", "AUTH113"
PREVIOUS_OPEN, RECOMPUTE_DUE = "RET3B9001", "RET3B9002"

NO_CREDIT = ("place of supply", "section 16(4)")
# By name: the table of a statement in which documents of a section are, and under reverse charge.
LEAVES = {"b2bcn": "cdnr", "b2bdn": "cdnr", "b2bcna": "cdnra", "b2bdna": "cdnra"}


class Line(NamedTuple):
    """A document in a statement: what it adds to the credit, or, where it is rejected, what it is about."""

    record: tuple[Any, ...]  # supplier, form, period, table and number
    part: str
    supply: str
    leaf: str
    outcome: str
    action: str
    remarks: str | None
    reduction: tuple[tuple[str, Any], ...]
    taxable: int
    tax: Tax


@dataclass
class Statement:
    """One version of GSTR-2B."""

    lines: frozenset[Line]
    drawn_up: date
    records: dict[tuple[Any, ...], Record] = field(default_factory=dict)


class Liability(NamedTuple):
    """What comes back to a supplier for one document of a recipient."""

    stin: Gstin
    period: Period
    table: str
    rtin: Gstin
    number: str
    tax: Tax


class Statements(Chains):
    """What recipients' and suppliers' tax periods come to."""

    def __init__(self, quarterly: Iterable[Gstin], now: datetime, registered: dict[Gstin, date] | None = None) -> None:
        super().__init__(quarterly, now)
        self.registered = registered or {}
        self.statements: dict[tuple[Gstin, Period], list[Statement]] = {}
        self.closed: dict[Gstin, set[Period]] = {}
        self.liabilities: list[Liability] = []
        self.last_night = now.date()

    # Which periods there are.

    def first(self, rtin: Gstin) -> Period | None:
        """A taxpayer's first tax period: that of his registration, else the first that he filed, or has a record of."""
        if rtin in self.registered:
            began = Period.of(self.registered[rtin])
        elif rtin in self.closed:
            began = min(self.closed[rtin])
        else:
            began = min((r.period_2b for r in self.records.values() if r.document.to == rtin), default=None)
        return began and tax_period(rtin in self.quarterly, began)

    def is_closed(self, rtin: Gstin, period: Period) -> bool:
        """Whether GSTR-3B is filed, or needn't be."""
        first = self.first(rtin)
        return (first is not None and period < first) or period in self.closed.get(rtin, ())

    def is_tax_period(self, rtin: Gstin, period: Period) -> bool:
        return period == tax_period(rtin in self.quarterly, period)

    def before_is_closed(self, rtin: Gstin, period: Period) -> bool:
        first = self.first(rtin)
        return first is None or period <= first or self.is_closed(rtin, preceding(rtin in self.quarterly, period))

    # GSTR-2B.

    def lines(self, rtin: Gstin, period: Period) -> frozenset[Line]:
        """What GSTR-2B of a tax period would say now (R4.7)."""
        return frozenset(
            line
            for record in self._open(period)
            if record.document.to == rtin and not record.superseded and not record.locked
            if (line := self._line(record))
        )

    def draft(self, rtin: Gstin, period: Period) -> None:
        """R4.1, R4.5, R4.6: the first version, on the 14th."""
        if not self.is_tax_period(rtin, period) or self.statements.get((rtin, period)):
            return
        if not self.is_closed(rtin, period) and self.before_is_closed(rtin, period):
            self._draw_up(rtin, period)

    def not_computable(self, rtin: Gstin, period: Period) -> set[str]:
        """Why GSTR-2B can't be computed now: any one of these (R4.4 to R4.6)."""
        today = self.now.date()
        if not self.is_tax_period(rtin, period):
            return {NOT_APPLICABLE}
        if period > Period.of(today) or self.is_closed(rtin, period):
            return {CLOSED}
        versions, lines = self.statements.get((rtin, period)), self.lines(rtin, period)
        broken = {
            TOO_EARLY: today < draft_day(period),
            PREVIOUS_NOT_FILED: not self.before_is_closed(rtin, period),
            NOTHING_THERE: not versions and not lines,
            UNCHANGED: bool(versions) and versions[-1].lines == lines,
        }
        return {code for code, applies in broken.items() if applies}

    def compute(self, rtin: Gstin, period: Period) -> set[str]:
        """Compute GSTR-2B anew (R4.2)."""
        codes = self.not_computable(rtin, period)
        if not codes:
            self._draw_up(rtin, period)
        return codes

    def unreadable(self, rtin: Gstin, period: Period) -> set[str]:
        """Why there is no GSTR-2B to be read."""
        if not self.is_tax_period(rtin, period):
            return {NOT_APPLICABLE}
        if self.statements.get((rtin, period)):
            return set()
        if self.now.date() < draft_day(period):
            return {BEFORE_CUT_OFF}
        missing = not self.before_is_closed(rtin, period) or not self.lines(rtin, period)
        return {PREVIOUS_NOT_FILED if missing else NOT_GENERATED}

    def _draw_up(self, rtin: Gstin, period: Period) -> None:
        lines = self.lines(rtin, period)
        known = {self._name(record): record for record in self.records.values() if record.document.to == rtin}
        records = {line.record: known[line.record] for line in lines}
        self.statements.setdefault((rtin, period), []).append(Statement(lines, self.now.date(), records))

    def _name(self, record: Record) -> tuple[Any, ...]:
        return (*record.of, record.document.table, record.document.number)

    def _line(self, record: Record) -> Line | None:
        d, outcome = record.document, self._outcome(record)
        if outcome is None:
            return None
        reverse = record.outside == "reverse charge"
        leaf = LEAVES.get(d.section, str(d.section))
        if d.section.is_credit:
            supply = "othersup"
            leaf = {"cdnr": "cdnrrev", "cdnra": "cdnrarev"}[leaf] if reverse else leaf
        else:
            # Operators' documents have a table here only: section 9(5) leaves the recipient no reverse charge.
            supply = "revsup" if reverse and not d.table.startswith("ecom") else "nonrevsup"
        part = "itcRejected" if outcome == "R" else "itcunavl" if record.outside in NO_CREDIT else "itcavl"
        declared = [round(record.reduction.get(name, 0) * 100) for name in DECLARED]
        taxable, tax = d.sign * (d.taxable - record.base_taxable), d.tax.less(record.base, d.sign)
        if outcome == "R":
            taxable, tax = d.taxable, d.tax  # R4.9: for information, nothing is taken or given
        elif record.reduction.get("itcRedReq") == "N":
            tax = NOTHING  # R6.5
        elif record.reduction.keys() & set(DECLARED):
            tax = Tax(*declared).less(NOTHING, -1)
        told = tuple(sorted(record.reduction.items()))
        echoed = (outcome, record.action, record.remarks, told)
        return Line(self._name(record), part, supply, leaf, *echoed, taxable, tax)

    def _outcome(self, record: Record) -> str | None:
        """What a record counts as: as it is outside of IMS, accepted, rejected, or not yet (R2.2, R2.9, R4.7)."""
        if record.outside:
            return "D"
        if record.action == "P":
            return "A" if record.specified and record.pending_ends < self.now.date() else None
        return "R" if record.action == "R" else "A"

    def _open(self, period: Period) -> list[Record]:
        """What is filed and waits for GSTR-2B of a period."""
        return [r for r in self.records.values() if r.filed and not r.closed_in and r.period_2b <= period]

    # GSTR-3B.

    def not_closable(self, rtin: Gstin, period: Period) -> set[str]:
        """Why GSTR-3B of a tax period can't be filed: any one of these."""
        first = self.first(rtin)
        not_over = self.now.date() <= period.last_day
        if not self.is_tax_period(rtin, period) or not_over or (first and period < first):
            return {WRONG_PERIOD}
        versions, lines = self.statements.get((rtin, period)), self.lines(rtin, period)
        broken = {
            PREVIOUS_OPEN: not self.before_is_closed(rtin, period),
            ALREADY_FILED: any(period <= closed for closed in self.closed.get(rtin, ())),
            NOT_GENERATED: not versions and bool(lines),
            RECOMPUTE_DUE: bool(versions) and versions[-1].lines != lines,  # R4.3
        }
        return {code for code, applies in broken.items() if applies}

    def file_3b(self, rtin: Gstin, period: Period) -> set[str]:
        """File GSTR-3B and so close the tax period."""
        codes = self.not_closable(rtin, period)
        if not codes:
            self._close(rtin, period, {line.record: line.outcome for line in self.lines(rtin, period)})
        return codes

    def first_open(self, rtin: Gstin) -> Period:
        """The tax period whose GSTR-3B is next; the last one where nothing is known of a taxpayer."""
        quarterly = rtin in self.quarterly
        period = self.first(rtin) or tax_period(quarterly, Period.of(self.now.date()).previous())
        while period in self.closed.get(rtin, ()):
            period = following(quarterly, period)
        return period

    def _close(self, rtin: Gstin, period: Period, outcomes: dict[tuple[Any, ...], str]) -> None:
        """R3.14: what counted leaves IMS, and what was superseded; suppliers owe what was refused (R5.8)."""
        self.closed.setdefault(rtin, set()).add(period)
        gone: list[Record] = []
        for record in self._open(period):
            if record.document.to != rtin:
                continue
            outcome = outcomes.get(self._name(record)) or ("S" if record.superseded else "")
            if outcome:
                record.closed_in, record.final = period, outcome
                gone.append(record)
        for record in gone:
            self._add_back(record, period)
        self.place_again(gone)

    def _add_back(self, record: Record, period: Period) -> None:
        """R5.10: what the supplier has reduced less what was accepted, of which each document books the change."""
        d, stin, before = record.document, record.of.stin, record.owed
        if record.final not in ("A", "R") or not (d.section.is_credit or d.original):
            return
        refused = record.final == "R" and (sum(d.tax) - sum(record.base)) * d.sign < 0
        record.owed = d.tax.less(record.base, -d.sign) if refused else NOTHING
        change = record.owed.less(before)
        if change != NOTHING:
            quarterly = stin in self.quarterly
            open_ = [following(quarterly, last) for last in self.closed.get(stin, ())]
            owed_in = max([following(quarterly, period), *open_])
            self.liabilities.append(Liability(stin, owed_in, d.table, d.to, d.number, change))

    # Nights.

    def time_passes(self, to: datetime) -> list[tuple[Gstin, Period]]:
        """Nights: what is pending too long lapses (R2.12); which drafts of GSTR-2B are due is returned."""
        self.now, last, today = to, self.last_night, to.date()
        if today <= last:
            return []
        self.last_night = today
        lapsed = [
            record
            for record in self.records.values()
            if record.action == "P" and not record.specified and record.filed
            if not record.closed_in and not record.outside and record.pending_ends < today
        ]
        for record in lapsed:
            record.closed_in, record.final = Period.of(today), "L"
        self.place_again(lapsed)
        due: list[tuple[Gstin, Period]] = []
        period = Period.of(last).previous()
        while (day := draft_day(period)) <= today:
            if day > last:
                due += [(rtin, period) for rtin in sorted({r.document.to for r in self._open(period)})]
            period = period.next()
        return due
