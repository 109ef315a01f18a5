"""What else a portal shows: counts, the supplier's sales, liability added back, and GSTR-2B.

Amounts are rupees with two decimals.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section


@dataclass(frozen=True, slots=True)
class SectionCount:
    """Records of one section by what has been decided."""

    no_action: int = 0
    accepted: int = 0
    rejected: int = 0
    pending: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.no_action + self.accepted + self.rejected + self.pending

    def of(self, action: Action) -> int:
        """The records of one action."""
        return {
            Action.NONE: self.no_action,
            Action.ACCEPT: self.accepted,
            Action.REJECT: self.rejected,
            Action.PENDING: self.pending,
        }[action]


@dataclass(frozen=True, slots=True)
class Counts:
    """Records by section and action. `total` is the portal's own sum."""

    sections: Mapping[Section, SectionCount]
    total: int

    def __getitem__(self, section: Section | str) -> SectionCount:
        """The counts of a section, such as B2B or CN; zeros where the portal tells none. Raises Invalid."""
        return self.sections.get(Section.parse(section), SectionCount())

    def of(self, action: Action) -> int:
        """The records of one action, over all sections."""
        return sum(count.of(action) for count in self.sections.values())


@dataclass(frozen=True, slots=True)
class Item:
    """One rate of a document."""

    rate: Decimal
    taxable: Decimal
    igst: Decimal
    cgst: Decimal
    sgst: Decimal
    cess: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A document that the taxpayer reported as a supplier, and what its recipient has decided."""

    #: b2b, b2ba, cdnr, cdnra, ecom or ecoma.
    table: str
    recipient: Gstin
    number: str
    date: date
    value: Decimal | None
    pos: str
    invoice_type: str | None
    #: C for a credit note, D for a debit note; None for an invoice.
    note_type: str | None
    original_number: str | None
    original_date: date | None
    #: In ECOM and ECOMA the seller; None for one who isn't registered.
    seller: Gstin | None
    reverse_charge: bool
    #: What the recipient has decided; NONE where he has done nothing.
    action: Action
    remarks: str | None
    items: tuple[Item, ...]
    #: The members that have no place above, as they came.
    more: Mapping[str, Any] = field(repr=False, default_factory=dict[str, Any])

    @property
    def taxable(self) -> Decimal:
        """The sum over all rates."""
        return sum((item.taxable for item in self.items), Decimal("0.00"))

    @property
    def tax(self) -> Decimal:
        """IGST, CGST, SGST and cess over all rates."""
        return sum((item.igst + item.cgst + item.sgst + item.cess for item in self.items), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class Sales:
    """What a taxpayer reported as a supplier in a period."""

    gstin: Gstin
    period: Period
    documents: tuple[Sale, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedBackEntry:
    """A document whose liability comes back, because its recipient refused to reduce his credit."""

    #: cdnr, cdnra, b2ba or ecoma.
    table: str
    recipient: Gstin
    recipient_name: str
    number: str
    date: date
    original_number: str | None
    original_date: date | None
    #: C or D; None for an invoice.
    note_type: str | None
    invoice_type: str | None
    #: The period and the form in which it was reported.
    period: Period
    form: str
    value: Decimal
    taxable: Decimal
    igst: Decimal
    cgst: Decimal
    sgst: Decimal
    cess: Decimal
    remarks: str | None

    @property
    def tax(self) -> Decimal:
        """What comes back, over all heads."""
        return self.igst + self.cgst + self.sgst + self.cess


@dataclass(frozen=True, slots=True)
class AddedBack:
    """The liability that comes back to a supplier in a period."""

    gstin: Gstin
    period: Period
    entries: tuple[AddedBackEntry, ...]

    @property
    def tax(self) -> Decimal:
        """What comes back, over all documents and heads."""
        return sum((entry.tax for entry in self.entries), Decimal("0.00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDocument:
    """A document of GSTR-2B."""

    #: b2b, b2ba, cdnr, cdnra, ecom, ecoma, isd, isda, impg or impgsez, as the portal names it.
    table: str
    #: Whether the recipient rejected it: then it adds nothing.
    rejected: bool
    #: None for goods imported from abroad.
    supplier: Gstin | None
    supplier_name: str | None
    #: The supplier's return period; None where the portal doesn't tell.
    period: Period | None
    filed: date | None
    number: str
    date: date | None
    value: Decimal | None
    taxable: Decimal | None
    igst: Decimal
    cgst: Decimal
    sgst: Decimal
    cess: Decimal
    #: Y, N or T; None where the portal doesn't tell.
    credit_available: str | None
    action: Action | None
    remarks: str | None
    #: The members that have no place above, as they came.
    more: Mapping[str, Any] = field(repr=False, default_factory=dict[str, Any])

    @property
    def tax(self) -> Decimal:
        """IGST, CGST, SGST and cess together."""
        return self.igst + self.cgst + self.sgst + self.cess


@dataclass(frozen=True, slots=True, kw_only=True)
class Gstr2b:
    """GSTR-2B of a period, put together from all of its pages.

    The figures are as the portal writes them (itcsumm, cpsumm, cpSummRej), their amounts as Decimal.
    """

    gstin: Gstin
    period: Period
    version: str
    generated: date | None
    summary: Mapping[str, Any] = field(repr=False)
    suppliers: Mapping[str, Any] = field(repr=False)
    suppliers_rejected: Mapping[str, Any] = field(repr=False)
    documents: tuple[StatementDocument, ...] = field(repr=False)
