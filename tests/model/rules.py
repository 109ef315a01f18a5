"""Whatever is asked of the portal, and what must come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from tests.model.calendar import IMS_BEGINS, credit_ends, tax_period
from tests.model.documents import IFF_TABLES, ORIGINALS, Document, Outcome, Refused, Return
from tests.model.record import DECLARED, STALE, Record, faults
from tests.model.statements import ALREADY_FILED, WRONG_PERIOD, Statements

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period, financial_year
from gst_ims.core.section import Form, Section

# Why a document of a return is refused.
STRUCTURE, DUPLICATE, WRONG_DATE, WRONG_RECEIVER = "RET191106", "RET191111", "RET191114", "RET191119"
WRONG_TAX, WRONG_TABLE = "RET199001", "RET199004"
# Why a return can't be filed yet, and why a recipient's whole request is refused.
SAVE_IN_PROGRESS, IN_PROGRESS = "RET191251", "IMSSAV0015"


class Rules(Statements):
    """All suppliers and recipients. What is asked is done, or answered with the codes of what forbids it."""

    def __init__(self, quarterly: Iterable[Gstin], now: datetime, registered: dict[Gstin, date] | None = None) -> None:
        super().__init__(quarterly, now, registered)
        self.filed: set[Return] = set()
        self.saves: dict[Gstin, list[tuple[Return, datetime, list[Document] | None]]] = {}  # None: reset the return
        # Kind, rows, and the day on which they came.
        self.decisions: dict[Gstin, tuple[str, list[tuple[Section, dict[str, Any]]], date]] = {}

    # What a supplier does.

    def return_of(self, stin: Gstin, period: Period, *, corrects: bool = False) -> Return:
        """GSTR-1 of a period, a quarterly filer's IFF in the first two months of a quarter; GSTR-1A corrects both."""
        iff = stin in self.quarterly and not period.is_quarter_end
        return Return(stin, Form.R1A if corrects else Form.IFF if iff else Form.R1, period)

    def save(self, of: Return, documents: list[Document] | None) -> set[str]:
        """Queue documents to be saved, edited or deleted; None resets the return."""
        codes = self._not_open(of)
        if not codes:
            self.saves.setdefault(of.stin, []).append((of, self.now, documents))
        return codes

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

    def file(self, of: Return) -> set[str]:
        """File a return with all that is saved: from now on it changes by amendment only."""
        if codes := self._not_open(of):
            return codes
        if any(queued == of for queued, *_ in self.saves.get(of.stin, [])):
            return {SAVE_IN_PROGRESS}
        self.filed.add(of)
        for record in self.outward(of):
            # R7.3: fixed by the day of filing.
            record.filed, record.period_2b = self.now.date(), self._period_2b(of, self.now)
            outside = self._outside(of, record.document, self.now, record.period_2b)
            if outside != record.outside:
                record.outside = outside
                record.decide()
        for record in self.outward(of):
            self.place(record)
        self.supersede(of.stin)
        return set()

    def outward(self, of: Return) -> list[Record]:
        """What a supplier reported in a return."""
        return [record for record in self.records.values() if record.of == of]

    # What a recipient does.

    def inward(self, rtin: Gstin, section: Section | None = None) -> list[Record]:
        """What a recipient has in IMS: nobody else's, nothing that goes past IMS, nothing that is closed."""
        return [
            record
            for record in self.records.values()
            if record.document.to == rtin and not record.outside and not record.closed_in
            if section in (None, record.document.section)
        ]

    def counts(self, rtin: Gstin) -> Counter[tuple[Section, str]]:
        return Counter((record.document.section, record.action) for record in self.inward(rtin))

    def decide(self, rtin: Gstin, kind: str, rows: list[tuple[Section, dict[str, Any]]]) -> str | None:
        """Queue decisions (kind SAVE) or their withdrawal (RESET): one request at a time (R2.18)."""
        if rtin in self.decisions:
            return IN_PROGRESS
        self.decisions[rtin] = kind, rows, self.now.date()
        return None

    def work_on_decisions(self, rtin: Gstin) -> Outcome:
        """Do what a recipient has queued: each row by itself."""
        kind, rows, day = self.decisions.pop(rtin)
        refused: list[Refused] = []
        seen: list[tuple[str, ...]] = []
        for section, row in rows:
            number = row["nt_num" if section.is_note else "inum"]
            name = (section, row["stin"], row["srcform"], row["rtnprd"], number)
            record = next((r for r in self.inward(rtin, section) if self._row_name(r) == name), None)
            codes = {STALE} if name in seen or record is None else faults(record, row, day, reset=kind == "RESET")
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
    def _row_name(record: Record) -> tuple[str, ...]:
        of, document = record.of, record.document
        return document.section, of.stin, of.form, str(of.period), document.number

    def _not_open(self, of: Return) -> set[str]:
        """Why nothing can be done on a return."""
        corrected = self.return_of(of.stin, of.period)
        ends = tax_period(of.stin in self.quarterly, of.period)
        # R3.5: open from GSTR-1 to GSTR-3B.
        corrects_nothing = corrected not in self.filed or ends in self.closed.get(of.stin, ())
        broken = {
            ALREADY_FILED: of in self.filed,
            WRONG_PERIOD: of.period > Period.of(self.now.date()) or (of.form is Form.R1A and corrects_nothing),
        }
        return {code for code, applies in broken.items() if applies}

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
        for key, document in documents.items():
            if document.deleted:
                continue
            record = Record(of, document, period_2b, self._outside(of, document, received, period_2b))
            old = self.records.get(key)
            if old and (old.content(), old.outside) == (record.content(), record.outside):
                old.document = document  # nothing that the recipient sees has changed
            else:
                self.records[key] = record  # R3.1, R3.2, R3.17: it starts anew
        for record in self.outward(of):
            self.place(record)

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
        if at.date() > credit_ends(document.day) and not document.section.is_credit:
            return "section 16(4)"
        return "before IMS" if period_2b < IMS_BEGINS else ""
