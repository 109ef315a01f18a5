"""The wire of counts and lists (contract 3.1, 3.2). Amounts in rupees, dates DD-MM-YYYY, periods MMYYYY."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

YesNo = Literal["Y", "N"]
AnyAction = Literal["A", "R", "P", "N"]
InvoiceType = Literal["R", "DE", "SEWP", "SEWOP", "CBW"]


class SectionCount(Struct):
    """Records of one section by the recipient's action."""

    noaction: int = 0
    reject: int = 0
    pending: int = 0
    accept: int = 0


class OtherCounts(Struct):
    """All other ITC."""

    ttl_cnt: int
    b2b: SectionCount
    b2ba: SectionCount
    b2bcn: SectionCount
    b2bcna: SectionCount
    b2bdn: SectionCount
    b2bdna: SectionCount
    ecom: SectionCount
    ecoma: SectionCount


class InwardSupplyCounts(Struct):
    """Inward supplies from input service distributors."""

    ttl_cnt: int
    isd: SectionCount
    isda: SectionCount
    isdcn: SectionCount
    isdcna: SectionCount


class ImportCounts(Struct):
    """Import of goods."""

    ttl_cnt: int
    impg: SectionCount
    impga: SectionCount
    impgsez: SectionCount
    impgseza: SectionCount


class CountReply(Struct, omit_defaults=True):
    """Exactly one of the three, by `type_of_goods`."""

    all_oth: OtherCounts | None = None
    inv_supp_isd: InwardSupplyCounts | None = None
    imp_gds: ImportCounts | None = None


class RecordBase(Struct, omit_defaults=True, kw_only=True):
    """What records of the eight GSTR-1 sections have in common."""

    stin: str
    rtnprd: str
    srcform: Literal["R1", "R1A", "IFF"]
    pos: str
    val: Decimal
    txval: Decimal
    iamt: Decimal
    camt: Decimal
    samt: Decimal
    cess: Decimal
    action: AnyAction
    ispendactblocked: YesNo
    srcfilstatus: Literal["Filed", "Not Filed"]
    hash: str
    isRemarksBlocked: YesNo | None = None  # noqa: N815
    remarks: str | None = None


class InvoiceRecord(RecordBase, kw_only=True):
    """An invoice."""

    inum: str
    idt: str
    inv_typ: InvoiceType


class NoteRecord(RecordBase, kw_only=True):
    """A debit note."""

    nt_num: str
    nt_dt: str
    inv_typ: InvoiceType


class OperatorRecord(RecordBase, kw_only=True):
    """A document that an e-commerce operator reports under section 9(5)."""

    inum: str
    idt: str


class ReducibleBase(RecordBase, kw_only=True):
    """What records have in common whose acceptance may reduce the credit."""

    isItcRedReqBlocked: YesNo  # noqa: N815
    itcRedReq: YesNo | None = None  # noqa: N815
    declIgst: Decimal | None = None  # noqa: N815
    declCgst: Decimal | None = None  # noqa: N815
    declSgst: Decimal | None = None  # noqa: N815
    declCess: Decimal | None = None  # noqa: N815


class AmendedInvoiceRecord(ReducibleBase, kw_only=True):
    """An amended invoice and its original."""

    inum: str
    idt: str
    oinum: str
    oidt: str
    inv_typ: InvoiceType


class CreditNoteRecord(ReducibleBase, kw_only=True):
    """A credit note."""

    nt_num: str
    nt_dt: str
    inv_typ: InvoiceType


class AmendedNoteRecord(ReducibleBase, kw_only=True):
    """An amended credit or debit note and its original."""

    nt_num: str
    nt_dt: str
    ont_num: str
    ont_dt: str
    inv_typ: InvoiceType


class AmendedOperatorRecord(ReducibleBase, kw_only=True):
    """An amended document of an e-commerce operator and its original."""

    inum: str
    idt: str
    oinum: str
    oidt: str


class ImportRecord(Struct, omit_defaults=True, kw_only=True):
    """A bill of entry, or its amendment."""

    portcd: str
    boenum: str
    boedt: str
    itcprd: str
    srtinprd: str
    txval: Decimal
    igst: Decimal
    cess: Decimal
    action: AnyAction
    ispendactblocked: YesNo
    hash: str
    rgstinrefId: str | None = None  # noqa: N815
    irefdt: str | None = None
    stin: str | None = None
    remarks: str | None = None


class DistributionRecord(Struct, omit_defaults=True, kw_only=True):
    """Credit that an input service distributor passed on."""

    stin: str
    doctyp: Literal["ISDI", "ISDC"]
    docnum: str
    docdt: str
    rtnprd: str
    srcform: Literal["R6"]
    srcfilstatus: Literal["Filed"]
    iamt: Decimal
    camt: Decimal
    samt: Decimal
    cess: Decimal
    action: AnyAction
    ispendactblocked: YesNo
    hash: str
    odocnum: str | None = None
    odocdt: str | None = None


class InvoicesReply(Struct, omit_defaults=True):
    """The requested section, and only that."""

    b2b: list[InvoiceRecord] | None = None
    b2ba: list[AmendedInvoiceRecord] | None = None
    b2bdn: list[NoteRecord] | None = None
    b2bdna: list[AmendedNoteRecord] | None = None
    b2bcn: list[CreditNoteRecord] | None = None
    b2bcna: list[AmendedNoteRecord] | None = None
    ecom: list[OperatorRecord] | None = None
    ecoma: list[AmendedOperatorRecord] | None = None
    impg: list[ImportRecord] | None = None
    impga: list[ImportRecord] | None = None
    impgsez: list[ImportRecord] | None = None
    impgseza: list[ImportRecord] | None = None
    isd: list[DistributionRecord] | None = None
    isda: list[DistributionRecord] | None = None
    isdcn: list[DistributionRecord] | None = None
    isdcna: list[DistributionRecord] | None = None
