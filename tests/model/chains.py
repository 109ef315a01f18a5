"""Originals and their amendments: which document amends which, and what that makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from tests.model.calendar import credit_ends, pending_ends, tax_period
from tests.model.documents import NOTHING, Return
from tests.model.record import Record

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period


class Chains:
    """All records, and how they hang together."""

    def __init__(self, quarterly: Iterable[Gstin], now: datetime) -> None:
        self.quarterly, self.now = set(quarterly), now
        self.records: dict[tuple[Return, str, str], Record] = {}  # by return, table and number

    def original(self, record: Record) -> Record | None:
        """The latest document before it that has, or amends, the number and date that an amendment names."""
        document = record.document
        if not document.original:
            return None
        found = [
            other
            for other in self.records.values()
            if (other.of.stin, other.document.to) == (record.of.stin, document.to)
            and other.document.family == document.family
            and document.original in other.document.names
            and (other.of.position < record.of.position or (other.of == record.of and other.document.original is None))
        ]
        return max(found, key=lambda r: (r.of.position, r.document.original is not None), default=None)

    def before(self, record: Record) -> Iterator[Record]:
        """The chain from a record's original back to the first document."""
        original = self.original(record)
        while original is not None:
            yield original
            original = self.original(original)

    def place(self, record: Record) -> None:
        """What a record's place in its chain, its GSTR-2B and its date make of it."""
        document = record.document
        original = self.original(record)
        if original is None:
            record.base, record.base_taxable, record.owed, record.locked = NOTHING, 0, NOTHING, False
        else:
            (record.base, record.base_taxable), record.owed = original.stands, original.owed
            earlier = self.tax_period_of(original) < self.tax_period_of(record)
            record.locked = not original.closed_in and (original.locked or (not original.outside and earlier))
        tax, base = sum(document.tax), sum(record.base)
        amends_down = document.original is not None and tax < base
        record.specified = tax >= base if document.section.is_credit else amends_down  # R2.4
        to = document.to
        limit = pending_ends(to in self.quarterly, to[:2], record.period_2b)
        record.pending_ends = limit if record.specified else credit_ends(document.day)

    def place_again(self, closed: list[Record]) -> None:
        """Open amendments of what was just closed, and amendments of these, have another place now."""
        moved = list(closed)
        for record in sorted(self.records.values(), key=lambda record: record.of.position):
            if record.document.original and not record.closed_in:
                original = self.original(record)
                if any(original is one for one in moved):
                    self.place(record)
                    moved.append(record)

    def supersede(self, stin: Gstin) -> None:
        """R3.8: of what is in one GSTR-2B of the recipient only the last document of a chain counts."""
        for record in self.records.values():
            if record.of.stin == stin and record.filed:
                for earlier in self.before(record):
                    same = self.tax_period_of(earlier) == self.tax_period_of(record)
                    if same and earlier.filed and not earlier.closed_in:
                        earlier.superseded = True

    def tax_period_of(self, record: Record) -> Period:
        """The recipient's tax period in whose GSTR-2B a record belongs."""
        return tax_period(record.document.to in self.quarterly, record.period_2b)
