"""Suppliers' documents and returns, and what becomes of requests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Form, Section

IFF_TABLES = ("b2b", "b2ba", "cdnr", "cdnra")
ORIGINALS = {"b2ba": "b2b", "cdnra": "cdnr", "ecoma": "ecom"}
FORMS = (Form.IFF, Form.R1, Form.R1A)  # in the order of a period


class Tax(NamedTuple):
    """Tax by its four heads, in paise."""

    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0

    def less(self, other: Tax, sign: int = 1) -> Tax:
        """The difference, head by head; with a sign of -1 that of the other."""
        return Tax(*(sign * (mine - its) for mine, its in zip(self, other, strict=True)))


NOTHING = Tax()
REGULAR = Tax(igst=18_00)


class Return(NamedTuple):
    """One return of one supplier."""

    stin: Gstin
    form: Form
    period: Period

    @property
    def position(self) -> tuple[Period, int]:
        """Where it stands among the supplier's returns."""
        return self.period, FORMS.index(self.form)


@dataclass(frozen=True)
class Document:
    """A document as its supplier reports it, in a table of his return. Amounts in paise."""

    table: str
    number: str
    day: date
    to: Gstin
    taxable: int = 100_00
    tax: Tax = REGULAR
    pos: str = "27"
    note: str = ""  # C or D in the tables of notes
    original: tuple[str, date] | None = None  # what an amendment amends
    kind: str = "R"  # regular, to a special economic zone, …
    seller: str = ""  # who sells through an e-commerce operator
    reverse_charge: bool = False
    deleted: bool = False

    @property
    def section(self) -> Section:
        """Where the recipient finds it."""
        if self.note:
            return Section("b2b" + {"C": "cn", "D": "dn"}[self.note] + ("a" if self.original else ""))
        return Section(self.table)

    @property
    def family(self) -> tuple[str, str]:
        """Documents can amend one another only if this is the same."""
        return ORIGINALS.get(self.table, self.table), self.note

    @property
    def names(self) -> set[tuple[str, date] | None]:
        """By which an amendment can mean it."""
        return {(self.number, self.day), self.original}

    @property
    def sign(self) -> int:
        """Whether it gives credit or takes it."""
        return -1 if self.section.is_credit else 1

    def interstate(self, stin: Gstin) -> bool:
        return self.pos != (self.seller or stin)[:2] or self.kind in ("SEWP", "SEWOP", "DE")


class Refused(NamedTuple):
    """A row that isn't applied: its section or table, partner, number and period, and any one of these codes."""

    section: str
    partner: str
    number: str
    period: str
    codes: frozenset[str]


class Outcome(NamedTuple):
    """What became of a request: P all, PE some, ER nothing is applied."""

    status: str
    applied: int = 0
    refused: tuple[Refused, ...] = ()
