"""Reading a return: each document by itself becomes a row to be staged or an error to be reported."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

import msgspec
from msgspec import UNSET

from gst_ims.core import errors
from gst_ims.core.document import document_number, print_date, wire_date
from gst_ims.core.errors import Invalid, RowError
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import positive_paise
from gst_ims.core.period import Period
from gst_ims.core.section import Form, Section
from gst_ims.core.states import PLACES_OF_SUPPLY
from gst_ims.portal.filing.schemas import Document, Invoice, InvoiceGroup, Note, NoteGroup, OperatorGroup
from gst_ims.rulebook import scope
from gst_ims.rulebook.law import Law

INVOICE_TABLES = ("b2b", "b2ba")
NOTE_TABLES = ("cdnr", "cdnra")
# The name of an operator's tables inside `ecom` and `ecoma`; the rest of them (b2c, urp2c) makes no records.
OPERATOR_TABLES = {"ecom": ("b2b", "urp2b"), "ecoma": ("b2ba", "urp2ba")}
# Kept and given back; they make no records.
OTHER_TABLES = frozenset(
    (
        *("gt", "cur_gt", "version", "hash", "b2cl", "b2cla", "b2cs", "b2csa", "cdnur", "cdnura", "exp", "expa"),
        *("at", "ata", "txpd", "txpda", "nil", "hsn", "doc_issue", "supeco", "supecoa"),
    )
)
# What isn't a table but a figure or mark of the whole return. All else of a GSTR-1 has no place in IFF.
KEPT_IN_IFF = frozenset(("gt", "cur_gt", "version", "hash"))
SECTIONS = {name: Section(name) for name in (*INVOICE_TABLES, *OPERATOR_TABLES)}
NOTE_SECTIONS = {
    ("cdnr", "C"): Section.B2BCN,
    ("cdnr", "D"): Section.B2BDN,
    ("cdnra", "C"): Section.B2BCNA,
    ("cdnra", "D"): Section.B2BDNA,
}
AMENDMENTS = ("b2ba", "cdnra", "ecoma")
# Zero-rated supplies bear IGST wherever the recipient is, and so does what is sold out of a bonded warehouse.
ALWAYS_INTERSTATE = ("SEWP", "SEWOP", "DE", "CBW")
NOTHING = (0, 0, 0, 0, 0, 0)
# Decimal(13,2) in paise: only the document's value may be wider (contract 3.2).
WIDEST_TAX = 99_999_999_999_99

encode = msgspec.json.Encoder(decimal_format="number").encode
read_invoice = msgspec.json.Decoder(Invoice).decode
read_note = msgspec.json.Decoder(Note).decode
# Only what an error report has to name; of whatever the document is made.
read_loosely = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True)
class Return:
    """Which return is read, and by which law."""

    stin: Gstin
    form: Form
    period: Period
    quarterly: bool
    received_at: datetime
    checksum: bool
    law: Law

    @cached_property
    def period_2b(self) -> Period:
        return scope.period_2b(self.form, self.period, self.received_at, quarterly=self.quarterly, law=self.law)

    # What each of its documents asks for.

    @cached_property
    def first_day_2b(self) -> date:
        return self.period_2b.first_day

    @cached_property
    def period_text(self) -> str:
        return str(self.period)

    @cached_property
    def reported_on(self) -> date:
        return self.received_at.date()


class Staged(msgspec.Struct, frozen=True):
    """A document that can be saved: a row of the staging table. Amounts are paise."""

    section: str
    number: str
    rtin: Gstin
    inward_section: Section
    original_section: Section
    seller: str | None
    document_date: date
    original_number: str | None
    original_date: date | None
    invoice_type: str | None
    pos: str
    value: int
    taxable: int
    igst: int
    cgst: int
    sgst: int
    cess: int
    hash: str
    bypass: str | None
    content: str
    checksum: str
    details: str
    deleted: bool


class Details(msgspec.Struct, omit_defaults=True):
    """What the trail says of a record: its content, as `content_of` has it in SQL."""

    document_date: date
    pos: str
    value: int
    taxable: int
    igst: int
    cgst: int
    sgst: int
    cess: int
    hash: str
    period_2b: date
    original_number: str | None = None
    original_date: date | None = None
    invoice_type: str | None = None
    bypass: str | None = None


class Refused(msgspec.Struct, frozen=True):
    """A document that can't be saved, and why."""

    section: str
    rtin: str
    number: str
    date: str
    error: RowError


def read(body: bytes, about: Return) -> Iterator[Staged | Refused | tuple[str, bytes]]:
    """Each document of the return; tables that make no records come as name and content.

    Raises Invalid where a table isn't built as the schema has it.
    """
    tables = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    for name, content in tables.items():
        if name in ("gstin", "fp"):
            continue
        if about.form is Form.IFF and name in {*OTHER_TABLES, *OPERATOR_TABLES} - KEPT_IN_IFF:
            yield Refused(name, "", "", "", errors.SectionNotAllowed())
        elif name in INVOICE_TABLES:
            for group in _groups(content, list[InvoiceGroup[msgspec.Raw]], name):
                yield from _documents(about, name, group.ctin, None, group.inv)
        elif name in NOTE_TABLES:
            for group in _groups(content, list[NoteGroup[msgspec.Raw]], name):
                yield from _documents(about, name, group.ctin, None, group.nt)
        elif name in OPERATOR_TABLES:
            parts = _groups(content, dict[str, msgspec.Raw], name)
            for part in OPERATOR_TABLES[name]:
                for group in _groups(
                    parts.pop(part, msgspec.Raw(b"[]")), list[OperatorGroup[msgspec.Raw]], f"{name}.{part}"
                ):
                    yield from _documents(about, name, group.rtin, group.stin or None, group.inv)
            if parts:
                yield name, encode(parts)
        elif name in OTHER_TABLES:
            yield name, bytes(content)
        else:
            raise Invalid(f"{name[:40]!r} isn't a table of this return.")


def _groups(content: msgspec.Raw, kind: Any, name: str) -> Any:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.ValidationError as error:
        raise Invalid(f"{name}: {error}") from error


def _documents(
    about: Return, section: str, rtin: str, seller: str | None, documents: list[msgspec.Raw]
) -> Iterator[Staged | Refused]:
    for raw in documents:
        try:
            yield _document(about, section, rtin, seller, raw)
        except RowError as error:
            number, day = _names(raw)
            yield Refused(section, rtin, number, day, error)


def _document(about: Return, section: str, ctin: str, seller: str | None, raw: msgspec.Raw) -> Staged:
    try:
        document = (read_note if section in NOTE_TABLES else read_invoice)(raw)
    except msgspec.ValidationError as error:
        raise errors.RowStructure(f"{errors.RowStructure.wire} {error}") from error
    rtin, seller_gstin = _gstin(ctin, about.checksum), _gstin(seller, about.checksum) if seller else None
    if rtin == about.stin:
        raise errors.WrongReceiver("The receiver's GSTIN is the supplier's own. Please check it.")
    number, day, original_number, original_date = _identity(document, section, about.period)
    inward = _inward_section(section, document)
    deleted = document.flag == "D"
    supplier_state = (seller_gstin or about.stin).state
    invoice_type: str | None = document.inv_typ
    interstate = document.pos != supplier_state or document.inv_typ in ALWAYS_INTERSTATE
    if section in OPERATOR_TABLES and isinstance(document, Invoice):
        invoice_type = None
        if document.sply_ty is UNSET:
            document.sply_ty = "INTER" if interstate else "INTRA"
        interstate = document.sply_ty == "INTER"
    amounts = NOTHING if deleted else _amounts(document, about.law, day, interstate=interstate)
    # Marks are ours to give: what was read back is the same content when it is saved again.
    document.flag = document.cflag = document.updby = document.chksum = UNSET
    content = b"{}" if deleted else encode(document)
    identity = (about.stin, rtin, inward, number, day, original_number, original_date, invoice_type)
    fingerprint = digest(*identity, document.pos, document.rchrg, about.form, about.period_text, *amounts)
    bypass = scope.bypass(
        inward,
        supplier_state=supplier_state,
        recipient_state=rtin.state,
        pos=document.pos,
        reverse_charge=document.rchrg == "Y",
        document_date=day,
        reported_on=about.reported_on,
        in_2b=about.period_2b,
        law=about.law,
    )
    details = Details(
        day,
        document.pos,
        *amounts,
        hash=fingerprint,
        period_2b=about.first_day_2b,
        original_number=original_number,
        original_date=original_date,
        invoice_type=invoice_type,
        bypass=bypass,
    )
    head = (section, number, rtin, inward, inward.original, seller_gstin)
    named = (day, original_number, original_date, invoice_type, document.pos)
    checksum = hashlib.sha256(content).hexdigest()
    kept = (fingerprint, bypass, content.decode(), checksum, encode(details).decode(), deleted)
    return Staged(*head, *named, *amounts, *kept)


def digest(*content: object) -> str:
    """The fingerprint of a record: 64 hex digits that change exactly when its content does."""
    return hashlib.sha256("|".join(map(str, content)).encode()).hexdigest()


@lru_cache(maxsize=4096)  # a recipient's documents stand together
def _gstin(text: str, checksum: bool) -> Gstin:
    try:
        return Gstin.parse(text, checksum=checksum)
    except Invalid as error:
        raise errors.WrongGstin(str(error)) from error


def _inward_section(section: str, document: Document) -> Section:
    return NOTE_SECTIONS[section, document.ntty] if isinstance(document, Note) else SECTIONS[section]


def _identity(document: Document, section: str, period: Period) -> tuple[str, date, str | None, date | None]:
    if isinstance(document, Note):
        number, day, original, original_day = document.nt_num, document.nt_dt, document.ont_num, document.ont_dt
    elif isinstance(document, Invoice):
        number, day, original, original_day = document.inum, document.idt, document.oinum, document.oidt
    else:
        raise errors.RowStructure
    if section not in AMENDMENTS:
        return _number(number), _date(day, period), None, None
    if original is UNSET or original_day is UNSET:
        raise errors.RowStructure("An amendment names the original document: number and date are missing.")
    return _number(number), _date(day, period), _number(original), _date(original_day, period)


def _number(text: str) -> str:
    try:
        return document_number(text)
    except Invalid as error:
        raise errors.WrongNumber(str(error)) from error


@lru_cache(maxsize=4096)
def _date(text: str, period: Period) -> date:
    try:
        day = wire_date(text)
        Period.of(day)
    except Invalid as error:
        raise errors.WrongDate(str(error)) from error
    if day > period.last_day:
        raise errors.WrongDate(f"{text} is after the end of the return period {period}.")
    return day


def _amounts(document: Document, law: Law, day: date, *, interstate: bool) -> tuple[int, int, int, int, int, int]:
    if document.val is UNSET:
        raise errors.RowStructure("The value of the document, val, is missing.")
    if not document.itms:
        raise errors.ItemsMissing
    if document.pos not in PLACES_OF_SUPPLY:
        raise errors.WrongPlaceOfSupply
    rates: set[int] = set()
    taxable = igst = cgst = sgst = cess = 0
    try:
        value = positive_paise(document.val)
        for item in document.itms:
            detail = item.itm_det
            rates.add(positive_paise(detail.rt))
            taxable += positive_paise(detail.txval)
            igst += positive_paise(detail.iamt)
            cgst += positive_paise(detail.camt)
            sgst += positive_paise(detail.samt)
            cess += positive_paise(detail.csamt)
        if document.diff_percent is not UNSET:
            positive_paise(document.diff_percent)
    except Invalid as error:
        raise errors.RowStructure(str(error)) from error
    if len(rates) != len(document.itms):
        raise errors.RateRepeated
    if unknown := rates - _rates(law, day):
        raise errors.WrongRate(f"{min(unknown) / 100:g} per cent isn't a rate of GST on {print_date(day)}.")
    if max(taxable, igst, cgst, sgst, cess) > WIDEST_TAX:
        raise errors.RowStructure("Taxable value and tax have 11 digits before the point at most.")
    if (interstate and (cgst or sgst)) or (not interstate and (igst or cgst != sgst)):
        raise errors.WrongTax
    return value, taxable, igst, cgst, sgst, cess


@lru_cache(maxsize=4096)  # thousands of documents are of the same few days
def _rates(law: Law, day: date) -> frozenset[int]:
    """The rates of GST on a day, in hundredths of a per cent."""
    return frozenset(law.table("RATES", "rates", Period.of(day)))


def _names(raw: msgspec.Raw) -> tuple[str, str]:
    """Number and date of a document, as far as it has any, for the error report."""
    try:
        loose = read_loosely(raw)
    except msgspec.ValidationError:
        return "", ""
    number, day = loose.get("nt_num", loose.get("inum", "")), loose.get("nt_dt", loose.get("idt", ""))
    return str(number)[:50], str(day)[:10]
