"""The wire of the supplier view (contract 4). Amounts in rupees, dates DD-MM-YYYY, periods MMYYYY."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

YesNo = Literal["Y", "N"]


class SoldItemDetail(Struct):
    """One rate of a document."""

    rt: Decimal
    txval: Decimal
    iamt: Decimal | None = None
    camt: Decimal | None = None
    samt: Decimal | None = None
    csamt: Decimal | None = None


class SoldItem(Struct):
    """One line of a document."""

    num: int
    itm_det: SoldItemDetail


class SoldBase(Struct, omit_defaults=True, kw_only=True):
    """What documents of the supplier view have in common. No `imsactn`: the recipient has taken no action."""

    itms: list[SoldItem]
    val: Decimal
    pos: str
    chksum: str
    cflag: str
    updby: str
    flag: str
    rchrg: YesNo | None = None
    inv_typ: Literal["R", "DE", "SEWP", "SEWOP", "CBW"] | None = None
    imsactn: Literal["A", "R", "P"] | None = None
    remarks: str | None = None
    diff_percent: Decimal | None = None
    etin: str | None = None
    opd: str | None = None
    srctyp: str | None = None
    irn: str | None = None
    irngendate: str | None = None


class SoldInvoice(SoldBase, kw_only=True):
    """An invoice; amended ones name their original."""

    inum: str
    idt: str
    oinum: str | None = None
    oidt: str | None = None
    sply_ty: Literal["INTER", "INTRA"] | None = None


class SoldNote(SoldBase, kw_only=True):
    """A credit or debit note; amended ones name their original."""

    ntty: Literal["C", "D", "R"]
    nt_num: str
    nt_dt: str
    ont_num: str | None = None
    ont_dt: str | None = None
    p_gst: YesNo | None = None
    inum: str | None = None
    idt: str | None = None
    d_flag: str | None = None


class SoldInvoiceGroup(Struct):
    """Invoices to one recipient."""

    ctin: str
    cfs: str
    inv: list[SoldInvoice]


class SoldNoteGroup(Struct):
    """Notes to one recipient."""

    ctin: str
    cfs: str
    nt: list[SoldNote]


class SoldOperatorGroup(Struct, omit_defaults=True):
    """Documents of one seller (absent: unregistered) to one recipient through the operator."""

    rtin: str
    inv: list[SoldInvoice]
    stin: str | None = None


class SoldOperator(Struct, omit_defaults=True):
    """What an e-commerce operator reported."""

    b2b: list[SoldOperatorGroup] | None = None
    urp2b: list[SoldOperatorGroup] | None = None


class SoldOperatorAmended(Struct, omit_defaults=True):
    """What an e-commerce operator amended."""

    b2ba: list[SoldOperatorGroup] | None = None
    urp2ba: list[SoldOperatorGroup] | None = None


class SalesTables(Struct, omit_defaults=True):
    """The tables of the return that have documents."""

    b2b: list[SoldInvoiceGroup] | None = None
    b2ba: list[SoldInvoiceGroup] | None = None
    cdnr: list[SoldNoteGroup] | None = None
    cdnra: list[SoldNoteGroup] | None = None
    ecom: SoldOperator | None = None
    ecoma: SoldOperatorAmended | None = None


class SalesReply(Struct, omit_defaults=True):
    """The supplier's documents of a period; `gstr1` or `gstr1a`, by `return_type`."""

    gstin: str
    rtnprd: str
    gstr1: SalesTables | None = None
    gstr1a: SalesTables | None = None


class AddedBackBase(Struct, omit_defaults=True, kw_only=True):
    """What entries of added-back liability have in common."""

    val: Decimal
    txval: Decimal
    iamt: Decimal
    camt: Decimal
    samt: Decimal
    csamt: Decimal
    supPrd: str  # noqa: N815
    form: Literal["R1", "R1A"]
    remarks: str | None = None


class AddedBackNote(AddedBackBase, kw_only=True):
    """A rejected credit note; amended ones name their original."""

    ctin: str
    tradenm: str
    inv_typ: Literal["SEWP", "SEWOP", "R", "DE"]
    nt_num: str
    nt_dt: str
    ntty: Literal["C", "D"]
    ont_num: str | None = None
    ont_dt: str | None = None


class AddedBackInvoice(AddedBackBase, kw_only=True):
    """A rejected amendment of an invoice."""

    ctin: str
    tradenm: str
    inv_typ: Literal["SEWP", "SEWOP", "R", "DE"]
    inum: str
    idt: str
    oinum: str
    oidt: str


class AddedBackOperator(AddedBackBase, kw_only=True):
    """A rejected amendment of an e-commerce operator's document."""

    rtin: str
    rtinNam: str  # noqa: N815
    inum: str
    idt: str
    oinum: str
    oidt: str
    stin: str | None = None
    stinNam: str | None = None  # noqa: N815


class AddedBackTables(Struct, omit_defaults=True):
    """Entries by the table in which the document was reported."""

    cdnr: list[AddedBackNote] | None = None
    b2ba: list[AddedBackInvoice] | None = None
    cdnra: list[AddedBackNote] | None = None
    ecoma: list[AddedBackOperator] | None = None


class AddedBackReply(Struct):
    """Liability added back in a period."""

    gstin: str
    rtnprd: str
    rejInvAddBackLiab: AddedBackTables  # noqa: N815
