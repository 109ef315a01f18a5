"""The portal as the rule book has it, in memory: what the real one is compared with.

It knows suppliers' documents, recipients' decisions and the order of things, and nothing of how the portal does it.
R-numbers are those of the rule book. Not here, because the portal doesn't have them yet: GSTR-3B and all that hangs on
it (records that leave IMS, limits of Pending, a rejected original making a downward amendment specified).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from gst_ims.core.document import print_date
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period, financial_year
from gst_ims.core.section import Form, Section

IMS_BEGINS = Period(2024, 10)  # R1.10: by the period of GSTR-2B
PENDING_CREDIT_NOTES = Period(2025, 10)  # R2.6, R6.2: may be kept pending, and the reduction be declared
REMARKS_LENGTH = 250  # R6.10
IFF_TABLES = ("b2b", "b2ba", "cdnr", "cdnra")
ORIGINALS = {"b2ba": "b2b", "cdnra": "cdnr", "ecoma": "ecom"}

# Why a document of a return is refused.
STRUCTURE, DUPLICATE, WRONG_DATE, WRONG_RECEIVER = "RET191106", "RET191111", "RET191114", "RET191119"
WRONG_TAX, WRONG_TABLE = "RET199001", "RET199004"
# Why a return can't be saved or filed.
ALREADY_FILED, WRONG_PERIOD, SAVE_IN_PROGRESS = "RET00009", "AUTH113", "RET191251"
# Why a recipient's decision is refused, and why his whole request is.
STALE, REDUCTION_MISSING, PENDING_BLOCKED = "IMSSAV0010", "IMSSAV0054", "IMSSAV9001"
REDUCTION_BLOCKED, REDUCTION_INVALID = "IMSSAV9004", "IMSSAV9005"
REMARKS_MISSING, REMARKS_TOO_LONG = "IMSSAV9007", "IMSSAV9008"
IN_PROGRESS = "IMSSAV0015"

DECLARED = ("declIgst", "declCgst", "declSgst", "declCess")
# Members of a row that are the recipient's wish, and members of a list that a row doesn't echo.
WISH = ("prev_status", "action", "remarks", "itcRedReq", *DECLARED)
NOT_ECHOED = ("action", "remarks", "itcRedReq", *DECLARED, "ispendactblocked", "srcfilstatus", "isRemarksBlocked")
NOT_ECHOED += ("isItcRedReqBlocked",)


class Tax(NamedTuple):
    """Tax by its four heads, in paise."""

    igst: int = 0
    cgst: int = 0
    sgst: int = 0
    cess: int = 0


REGULAR = Tax(igst=18_00)


class Return(NamedTuple):
    """One return of one supplier."""

    stin: Gstin
    form: Form
    period: Period


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

    def interstate(self, stin: Gstin) -> bool:
        return self.pos != (self.seller or stin)[:2] or self.kind in ("SEWP", "SEWOP", "DE")


@dataclass
class Record:
    """A document at its recipient, with what he decided. The supplier sees the same from his side."""

    of: Return
    document: Document
    period_2b: Period  # tentative until filed (R7.3)
    specified: bool  # accepting it reduces the recipient's credit (R2.4)
    outside: str = ""  # why it isn't in IMS (R1.3)
    filed: bool = False
    action: str = "N"
    remarks: str | None = None
    reduction: dict[str, Any] = field(default_factory=dict)  # itcRedReq and declared amounts, as on the wire

    @property
    def new_rules(self) -> bool:
        return self.period_2b >= PENDING_CREDIT_NOTES  # R2.7: the period of GSTR-2B counts, no other date

    @property
    def pending_blocked(self) -> bool:
        return self.specified and not self.new_rules  # R2.5

    @property
    def reduction_declared(self) -> bool:
        return self.specified and self.new_rules  # R6.2, R6.11

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

    def shown(self) -> dict[str, Any]:
        """The record as a list shows it, but for its hash."""
        row = self.content() | {"action": self.action, "isRemarksBlocked": "N"}
        row["srcfilstatus"] = "Filed" if self.filed else "Not Filed"
        row["ispendactblocked"] = "Y" if self.pending_blocked else "N"
        if self.document.section.declares_reduction:
            row["isItcRedReqBlocked"] = "N" if self.reduction_declared else "Y"
        return row | self.reduction | ({} if self.remarks is None else {"remarks": self.remarks})


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


class Rules:
    """All suppliers and recipients. Whatever is asked of it answers with an error code, or None where it is done."""

    def __init__(self, quarterly: Iterable[Gstin], now: datetime) -> None:
        self.quarterly, self.now = set(quarterly), now
        self.records: dict[tuple[Return, str, str], Record] = {}  # by return, table and number
        self.filed: set[Return] = set()
        self.saves: dict[Gstin, list[tuple[Return, datetime, list[Document] | None]]] = {}  # None: reset the return
        self.decisions: dict[Gstin, tuple[str, list[tuple[Section, dict[str, Any]]]]] = {}  # kind and rows

    # What a supplier does.

    def return_of(self, stin: Gstin, period: Period, *, corrects: bool = False) -> Return:
        """GSTR-1 of a period, a quarterly filer's IFF in the first two months of a quarter; GSTR-1A corrects both."""
        iff = stin in self.quarterly and not period.is_quarter_end
        return Return(stin, Form.R1A if corrects else Form.IFF if iff else Form.R1, period)

    def save(self, of: Return, documents: list[Document] | None) -> str | None:
        """Queue documents to be saved, edited or deleted; None resets the return."""
        if code := self._closed(of):
            return code
        self.saves.setdefault(of.stin, []).append((of, self.now, documents))
        return None

    def work_on_save(self, stin: Gstin) -> Outcome:
        """Do what a supplier has queued first."""
        of, received, documents = self.saves[stin].pop(0)
        if documents is None:
            for key in [key for key in self.records if key[0] == of]:
                del self.records[key]
            return Outcome("P")
        refused: list[Refused] = []
        if of.form is Form.IFF:
            tables = {document.table for document in documents} - set(IFF_TABLES)
            refused += [Refused(table, "", "", "", frozenset({WRONG_TABLE})) for table in tables]
            documents = [document for document in documents if document.table in IFF_TABLES]
        good: dict[tuple[Return, str, str], Document] = {}
        seen: set[tuple[str, str]] = set()
        for document in documents:
            codes = self._misfits(of, document)
            if not codes:
                codes = self._conflicts(of, document, twice=(document.table, document.number) in seen)
                seen.add((document.table, document.number))
            if codes:
                row = (document.table, document.to, document.number, str(of.period))
                refused.append(Refused(*row, frozenset(codes)))
            else:
                good[of, document.table, document.number] = document
        self._put(of, received, good)
        return Outcome("PE" if refused else "P", len(good), tuple(refused))

    def file(self, of: Return) -> str | None:
        """File a return with all that is saved: from now on it changes by amendment only."""
        if code := self._closed(of):
            return code
        if any(queued == of for queued, *_ in self.saves.get(of.stin, [])):
            return SAVE_IN_PROGRESS
        self.filed.add(of)
        for record in self.outward(of):
            record.filed, record.period_2b = True, self._period_2b(of, self.now)  # R7.3: fixed by the day of filing
            outside = self._outside(of, record.document, self.now, record.period_2b)
            if outside != record.outside:
                record.outside = outside
                record.decide()
        return None

    def outward(self, of: Return) -> list[Record]:
        """What a supplier reported in a return."""
        return [record for record in self.records.values() if record.of == of]

    # What a recipient does.

    def inward(self, rtin: Gstin, section: Section | None = None) -> list[Record]:
        """What a recipient has in IMS: nobody else's, and nothing that goes past IMS."""
        return [
            record
            for record in self.records.values()
            if record.document.to == rtin and not record.outside and section in (None, record.document.section)
        ]

    def counts(self, rtin: Gstin) -> Counter[tuple[Section, str]]:
        return Counter((record.document.section, record.action) for record in self.inward(rtin))

    def decide(self, rtin: Gstin, kind: str, rows: list[tuple[Section, dict[str, Any]]]) -> str | None:
        """Queue decisions (kind SAVE) or their withdrawal (RESET): one request at a time (R2.18)."""
        if rtin in self.decisions:
            return IN_PROGRESS
        self.decisions[rtin] = kind, rows
        return None

    def work_on_decisions(self, rtin: Gstin) -> Outcome:
        """Do what a recipient has queued: each row by itself."""
        kind, rows = self.decisions.pop(rtin)
        refused: list[Refused] = []
        seen: list[tuple[str, ...]] = []
        for section, row in rows:
            number = row["nt_num" if section.is_note else "inum"]
            name = (section, row["stin"], row["srcform"], row["rtnprd"], number)
            record = next((r for r in self.inward(rtin, section) if self._name(r) == name), None)
            codes = {STALE} if name in seen or record is None else faults(record, row, reset=kind == "RESET")
            seen.append(name)
            if codes or record is None:
                refused.append(Refused(section.error_key, row["stin"], number, row["rtnprd"], frozenset(codes)))
            elif kind == "RESET":
                record.decide()  # R2.16
            else:
                said = {m: row[m] for m in ("itcRedReq", *DECLARED) if row.get(m) is not None}
                record.decide(row["action"], row.get("remarks"), said)
        return Outcome("PE" if refused else "P", len(rows) - len(refused), tuple(refused))

    # The rules themselves.

    @staticmethod
    def _name(record: Record) -> tuple[str, ...]:
        of, document = record.of, record.document
        return document.section, of.stin, of.form, str(of.period), document.number

    def _closed(self, of: Return) -> str | None:
        if of.period > Period.of(self.now.date()):
            return WRONG_PERIOD
        if of in self.filed:
            return ALREADY_FILED
        corrected = self.return_of(of.stin, of.period)
        return WRONG_PERIOD if of.form is Form.R1A and corrected not in self.filed else None  # R3.5

    def _misfits(self, of: Return, document: Document) -> set[str]:
        """What is wrong with a document, whatever else there is."""
        codes: set[str] = set()
        if document.to == of.stin:
            codes.add(WRONG_RECEIVER)
        if of.period.last_day < max(document.day, document.original[1] if document.original else document.day):
            codes.add(WRONG_DATE)
        igst, cgst, sgst, _ = document.tax
        wrong = cgst or sgst if document.interstate(of.stin) else igst or cgst != sgst
        return codes | ({WRONG_TAX} if wrong and not document.deleted else set())

    def _conflicts(self, of: Return, document: Document, *, twice: bool) -> set[str]:
        """What is wrong with a document beside the supplier's other ones."""
        codes = {DUPLICATE} if twice else set[str]()
        if document.deleted:
            return codes if (of, document.table, document.number) in self.records else codes | {STRUCTURE}
        amends = (ORIGINALS.get(document.table), *(document.original or ()))
        for other in (record for record in self.records.values() if record.of.stin == of.stin):
            known = other.document
            same = (known.table, known.number) == (document.table, document.number)
            same = same and financial_year(known.day) == financial_year(document.day)
            if same and other.of != of and document.table not in ORIGINALS:
                codes.add(DUPLICATE)
            # GSTR-1A can't give a document to another recipient (R3.5).
            if of.form is Form.R1A and (known.table, known.number, known.day) == amends and known.to != document.to:
                codes.add(WRONG_RECEIVER)
        return codes

    def _put(self, of: Return, received: datetime, documents: dict[tuple[Return, str, str], Document]) -> None:
        for key, document in documents.items():  # R3.4; what moves away is gone where it was
            old = self.records.get(key)
            moved = old and (old.document.to, old.document.section) != (document.to, document.section)
            if document.deleted or moved:
                del self.records[key]
        period_2b = self._period_2b(of, received)
        new = {
            key: Record(of, document, period_2b, self._specified(of, document))
            for key, document in documents.items()
            if not document.deleted
        }
        for key, record in new.items():
            record.outside = self._outside(of, record.document, received, period_2b)
            old = self.records.get(key)
            if old and (old.content(), old.outside) == (record.content(), record.outside):
                old.document = record.document  # nothing that the recipient sees has changed
            else:
                self.records[key] = record  # R3.1, R3.2, R3.17: it starts anew

    def _specified(self, of: Return, document: Document) -> bool:
        """R2.4: a credit note, or one amended upward; equal is upward, and so is what amends nothing known here."""
        if document.section is Section.B2BCN:
            return True
        originals = [
            record
            for record in self.records.values()
            if (record.of.stin, record.document.section, record.document.to) == (of.stin, Section.B2BCN, document.to)
            and (record.document.number, record.document.day) == document.original
        ]
        if document.section is not Section.B2BCNA:
            return False
        return not originals or sum(document.tax) >= sum(max(originals, key=lambda r: r.of.period).document.tax)

    def _period_2b(self, of: Return, at: datetime) -> Period:
        """R7.3 to R7.5: from the 12th (quarterly filers: 14th) on it is the month's GSTR-2B, before that the last."""
        month = Period.of(at.date())
        window = month if at.day >= (14 if of.stin in self.quarterly else 12) else month.previous()
        return max(window, of.period.next() if of.form is Form.R1A else of.period)

    def _outside(self, of: Return, document: Document, at: datetime, period_2b: Period) -> str:
        """R1.3, R1.4, R1.10: what goes to GSTR-2B directly, or nowhere."""
        if document.reverse_charge:
            return "reverse charge"
        if document.pos == (document.seller or of.stin)[:2] != document.to[:2]:
            return "place of supply"
        last_day = date(financial_year(document.day) + 1, 11, 30)
        if at.date() > last_day and not document.section.is_credit:
            return "section 16(4)"
        return "before IMS" if period_2b < IMS_BEGINS else ""


def echo(shown: dict[str, Any]) -> dict[str, Any]:
    """What a row of a request repeats of a record."""
    return {name: value for name, value in shown.items() if name not in NOT_ECHOED}


def faults(record: Record, row: dict[str, Any], *, reset: bool) -> set[str]:
    """Why a decision can't be applied to a record. Empty: it can."""
    echoed = {name: value for name, value in row.items() if name not in WISH}
    if row["prev_status"] != record.action or echoed != record.content():
        return {STALE}  # R2.17
    if reset:
        return set()
    action, remarks, reduction = row["action"], row.get("remarks") or "", row.get("itcRedReq")
    amounts = [row.get(name) for name in DECLARED]
    declared = any(amount is not None for amount in amounts)
    tax = record.document.tax
    igst, cgst, sgst, cess = (round((amount or 0) * 100) for amount in amounts)
    partial = declared and igst + cgst + sgst + cess < sum(tax)
    wrong = cgst != sgst or any(said > due for said, due in zip((igst, cgst, sgst, cess), tax, strict=True))
    wrong = wrong or (reduction == "N" and igst + cgst + sgst + cess > 0)
    says = reduction is not None or declared
    broken = {
        PENDING_BLOCKED: action == "P" and record.pending_blocked,
        REDUCTION_BLOCKED: says and not record.reduction_declared,
        REDUCTION_MISSING: action == "A" and record.reduction_declared and reduction is None,  # R6.6
        REDUCTION_INVALID: says and (action != "A" or wrong),  # R6.7
        REMARKS_MISSING: action == "A" and not remarks.strip() and (reduction == "N" or partial),  # R6.10
        REMARKS_TOO_LONG: len(remarks) > REMARKS_LENGTH,
    }
    return {code for code, applies in broken.items() if applies}


def deletion(document: Document) -> Document:
    return replace(document, deleted=True)
