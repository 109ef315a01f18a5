"""What comes back to a supplier because customers refuse to reduce their credit: what came, and what will."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.followup import settings
from gst_ims.desk.followup.documents import Document, of_row
from gst_ims.desk.followup.settings import Settings
from gst_ims.desk.people.service import Person, Registration, registration
from gst_ims.rulebook.calendar import due_date_3b, next_tax_period, pending_limit, tax_period
from gst_ims.rulebook.law import Frequency, law

queries: Any = load(__file__)

#: What the portal doesn't tell, and the forecast takes for granted.
ASSUMPTIONS = (
    "Customers file GSTR-3B each month, in time; where the due date is over and nothing came back, they file late.",
    "Our own returns are filed in time, unless the setting filed_3b says otherwise.",
    "A document belongs to the GSTR-2B of its return period, one of GSTR-1A to the next one (R7.3, R7.5).",
    "What is pending is counted as if it were rejected at last; after its last day it is deemed accepted (R2.9).",
    "An amendment of an invoice counts only where its original is among the periods that were read.",
)


@dataclass(frozen=True)
class Heads:
    """Tax by head, in paise."""

    igst: Paise = 0
    cgst: Paise = 0
    sgst: Paise = 0
    cess: Paise = 0

    @property
    def total(self) -> Paise:
        """Of all heads."""
        return self.igst + self.cgst + self.sgst + self.cess

    def __add__(self, other: Heads) -> Heads:
        return Heads(self.igst + other.igst, self.cgst + other.cgst, self.sgst + other.sgst, self.cess + other.cess)


@dataclass(frozen=True)
class Back:
    """A document whose liability came back in a tax period of the supplier."""

    of: Period
    party: Gstin
    name: str
    section: str
    number: str
    date: date
    period: Period
    form: str
    heads: Heads
    remarks: str


@dataclass(frozen=True)
class Stake:
    """A document whose liability comes back in `expected` if nothing is done. `certain`: it is rejected, not pending.

    `until`: the last day on which a pending one can be decided about; None for what is rejected.
    """

    document: Document
    heads: Heads
    certain: bool
    expected: Period
    until: date | None


@dataclass(frozen=True)
class Liability:
    """What came back, the newest period first; and what is to be expected, the highest amount first."""

    back: tuple[Back, ...]
    stakes: tuple[Stake, ...]
    #: The taxpayer's tax period that is open, and the one after it.
    this: Period
    following: Period

    def came(self, period: Period) -> Heads:
        """What came back in a tax period, as the portal lists it."""
        return sum((it.heads for it in self.back if it.of == period), Heads())

    def comes(self, period: Period, *, certain: bool) -> Heads:
        """What is to be expected in a tax period: of what is rejected, or of what is pending."""
        mine = (it.heads for it in self.stakes if it.expected == period and it.certain == certain)
        return sum(mine, Heads())


def liability(desk: Desk, by: Person, gstin: Gstin) -> Liability:
    """What came back and what is to be expected, by what was read last. Raises NotAllowed."""
    by.must(gstin)
    it = registration(desk, gstin)
    with desk.of([gstin]) as db:
        return read(db, it, settings.read(db, gstin), desk.clock.now().date())


def read(db: Connection, it: Registration, told: Settings, today: date) -> Liability:
    """The same in the caller's transaction."""
    this = first_open_3b(it.frequency, it.gstin.state, told.filed_3b, today)
    customers = first_open_3b("monthly", "", "", today)
    stakes = (_stake(row, it.frequency, this, customers, today) for row in queries.at_stake(db, gstin=it.gstin))
    return Liability(
        tuple(_back(row) for row in queries.added_back(db, gstin=it.gstin)),
        tuple(stake for stake in stakes if stake is not None),
        this,
        next_tax_period(it.frequency, this),
    )


def first_open_3b(frequency: Frequency, state: str, filed: str, today: date) -> Period:
    """The first tax period whose GSTR-3B isn't filed: after `filed`, or else the first that isn't overdue (R7.8)."""
    if filed:
        return next_tax_period(frequency, Period.parse(filed))
    period = tax_period(frequency, Period.of(today).plus(-6))
    while due_date_3b(frequency, state, period, law()) < today:
        period = next_tax_period(frequency, period)
    return period


def _stake(row: Any, frequency: Frequency, this: Period, customers: Period, today: date) -> Stake | None:
    document, certain = of_row(row), row.kind == "rejected"
    in_2b = Period.of(row.period)
    in_2b = in_2b.next() if row.form == Form.R1A else in_2b
    until = None if certain else pending_limit("monthly", document.party.state, in_2b, law())
    if not certain and (until is None or until < today):
        return None  # deemed accepted
    # It comes after the customer's GSTR-3B, which may be late, and into no period that is over (R5.8).
    expected = max(next_tax_period(frequency, in_2b if certain else max(in_2b, customers)), this)
    heads = Heads(row.more_igst, row.more_cgst, row.more_sgst, row.more_cess)
    return Stake(document, heads, certain, expected, until)


def _back(row: Any) -> Back:
    heads = Heads(row.igst, row.cgst, row.sgst, row.cess)
    where = (row.section, row.number, row.document_date, Period.of(row.period), row.form)
    return Back(Period.of(row.of), Gstin(row.rtin), row.name or "", *where, heads, row.remarks or "")
