"""A document at its recipient: what is shown of it, and what may be decided."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.model.calendar import PENDING_CREDIT_NOTES
from tests.model.documents import NOTHING, Document, Return, Tax

from gst_ims.core.document import print_date
from gst_ims.core.period import Period
from gst_ims.core.section import Section

REMARKS_LENGTH = 250  # R6.10

# Why a recipient's decision is refused.
STALE, REDUCTION_MISSING, PENDING_BLOCKED = "IMSSAV0010", "IMSSAV0054", "IMSSAV9001"
REDUCTION_BLOCKED, REDUCTION_INVALID = "IMSSAV9004", "IMSSAV9005"
REMARKS_MISSING, REMARKS_TOO_LONG, REMARKS_BLOCKED = "IMSSAV9007", "IMSSAV9008", "IMSSAV9010"
ORIGINAL_OPEN = "IMSSAV9009"

DECLARED = ("declIgst", "declCgst", "declSgst", "declCess")
# Members of a row that are the recipient's wish, and members of a list that a row doesn't echo.
WISH = ("prev_status", "action", "remarks", "itcRedReq", *DECLARED)
FLAGS = ("ispendactblocked", "srcfilstatus", "isRemarksBlocked", "isItcRedReqBlocked")
NOT_ECHOED = ("action", "remarks", "itcRedReq", *DECLARED, *FLAGS)


@dataclass
class Record:
    """A document at its recipient, with what he decided. The supplier sees the same from his side."""

    of: Return
    document: Document
    period_2b: Period  # tentative until filed (R7.3)
    outside: str = ""  # why it isn't in IMS (R1.3)
    filed: date | None = None
    action: str = "N"
    remarks: str | None = None
    reduction: dict[str, Any] = field(default_factory=dict)  # itcRedReq and declared amounts, as on the wire
    # Its place in the chain of amendments.
    specified: bool = False  # accepting it takes from the credit (R2.4)
    locked: bool = False  # it waits for its original (R3.7)
    superseded: bool = False  # its amendment counts instead (R3.8)
    base: Tax = NOTHING  # what the credit stands at without it (R3.9, R3.11)
    base_taxable: int = 0
    owed: Tax = NOTHING  # what the supplier owes for the chain: before it, and once it is closed, after it (R5.10)
    pending_ends: date = date.max
    # How it left IMS: A accepted, R rejected, S superseded, D never was in it, L lapsed.
    closed_in: Period | None = None
    final: str = ""

    @property
    def new_rules(self) -> bool:
        return self.period_2b >= PENDING_CREDIT_NOTES  # R2.7: the period of GSTR-2B counts, no other date

    @property
    def reduction_declared(self) -> bool:
        return self.specified and self.new_rules  # R6.2, R6.11

    @property
    def most(self) -> Tax:
        """The most that each head can be reduced by: what the credit really loses (R6.8)."""
        change = self.document.tax.less(self.base, -self.document.sign)
        return Tax(*(max(head, 0) for head in change))

    @property
    def stands(self) -> tuple[Tax, int]:
        """What the credit of the chain stands at after it, tax and taxable value."""
        if self.final in ("A", "D"):
            return self.document.tax, self.document.taxable
        return self.base, self.base_taxable

    def pending_blocked(self, today: date) -> bool:
        return self.locked or self.pending_ends < today  # R2.5, R2.9, R2.12, R2.14

    def decide(self, action: str = "N", remarks: str | None = None, reduction: dict[str, Any] | None = None) -> None:
        self.action, self.remarks, self.reduction = action, remarks, reduction or {}

    def content(self) -> dict[str, Any]:
        """What the recipient reads of the document, and sends back with his decision."""
        d, section = self.document, self.document.section
        number, day, of_number, of_day = (
            ("nt_num", "nt_dt", "ont_num", "ont_dt") if section.is_note else ("inum", "idt", "oinum", "oidt")
        )
        row = {"stin": str(self.of.stin), "rtnprd": str(self.of.period), "srcform": self.of.form.value}
        row |= {number: d.number, day: print_date(d.day), "pos": d.pos}
        if d.original:
            row |= {of_number: d.original[0], of_day: print_date(d.original[1])}
        if section not in (Section.ECOM, Section.ECOMA):
            row["inv_typ"] = d.kind
        amounts = (d.taxable + sum(d.tax), d.taxable, *d.tax)
        names = ("val", "txval", "iamt", "camt", "samt", "cess")
        return row | {name: amount / 100 for name, amount in zip(names, amounts, strict=True)}

    def shown(self, today: date) -> dict[str, Any]:
        """The record as a list shows it, but for its hash."""
        row = self.content() | {"action": self.action, "isRemarksBlocked": "N" if self.new_rules else "Y"}
        row["srcfilstatus"] = "Filed" if self.filed else "Not Filed"
        row["ispendactblocked"] = "Y" if self.pending_blocked(today) else "N"
        if self.document.section.declares_reduction:
            row["isItcRedReqBlocked"] = "N" if self.reduction_declared and not self.locked else "Y"
        return row | self.reduction | ({} if self.remarks is None else {"remarks": self.remarks})


def echo(shown: dict[str, Any]) -> dict[str, Any]:
    """What a row of a request repeats of a record."""
    return {name: value for name, value in shown.items() if name not in NOT_ECHOED}


def faults(record: Record, row: dict[str, Any], today: date, *, reset: bool) -> set[str]:
    """Why a decision can't be applied to a record. Empty: it can."""
    echoed = {name: value for name, value in row.items() if name not in WISH}
    if row["prev_status"] != record.action or echoed != record.content():
        return {STALE}  # R2.17
    if record.locked:
        return {ORIGINAL_OPEN}  # R3.7
    if reset:
        return set()
    action, remarks, reduction = row["action"], row.get("remarks") or "", row.get("itcRedReq")
    amounts = [row.get(name) for name in DECLARED]
    declared = any(amount is not None for amount in amounts)
    igst, cgst, sgst, cess = (round((amount or 0) * 100) for amount in amounts)
    partial = declared and igst + cgst + sgst + cess < sum(record.most)
    wrong = cgst != sgst or any(said > due for said, due in zip((igst, cgst, sgst, cess), record.most, strict=True))
    wrong = wrong or (reduction == "N" and igst + cgst + sgst + cess > 0)
    says = reduction is not None or declared
    broken = {
        PENDING_BLOCKED: action == "P" and record.pending_blocked(today),
        REDUCTION_BLOCKED: says and not record.reduction_declared,
        REDUCTION_MISSING: action == "A" and record.reduction_declared and reduction is None,  # R6.6
        REDUCTION_INVALID: says and (action != "A" or wrong),  # R6.7
        REMARKS_BLOCKED: bool(remarks.strip()) and not record.new_rules,  # R6.11
        REMARKS_MISSING: action == "A" and not remarks.strip() and (reduction == "N" or partial),  # R6.10
        REMARKS_TOO_LONG: len(remarks) > REMARKS_LENGTH,
    }
    return {code for code, applies in broken.items() if applies}
