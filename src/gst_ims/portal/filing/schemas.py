"""The wire of supplier filings: GSTR-1, IFF and GSTR-1A as suppliers send them (GSTR-1 schema)."""

from __future__ import annotations

from decimal import Decimal
from typing import Generic, Literal, TypeVar

from msgspec import UNSET, Struct, UnsetType

from gst_ims.portal.supplier.schemas import SalesTables

Yes = Literal["Y", "N"]
Amount = Decimal
ZERO = Decimal(0)


class ItemDetail(Struct, forbid_unknown_fields=True):
    """One rate of a document: taxable value and tax in rupees, rate in per cent."""

    rt: Amount
    txval: Amount
    iamt: Amount = ZERO
    camt: Amount = ZERO
    samt: Amount = ZERO
    csamt: Amount = ZERO


class Item(Struct, forbid_unknown_fields=True):
    """One line of a document."""

    num: int
    itm_det: ItemDetail


class Document(Struct, forbid_unknown_fields=True, kw_only=True):
    """What invoices and notes have in common. `flag` D deletes a saved document, which then needs no amounts."""

    val: Amount | UnsetType = UNSET
    pos: str = ""
    rchrg: Yes = "N"
    inv_typ: Literal["R", "DE", "SEWP", "SEWOP", "CBW"] = "R"
    itms: list[Item] = []
    flag: str | UnsetType = UNSET
    etin: str | UnsetType = UNSET
    diff_percent: Amount | UnsetType = UNSET
    opd: str | UnsetType = UNSET
    srctyp: str | UnsetType = UNSET
    irn: str | UnsetType = UNSET
    irngendate: str | UnsetType = UNSET
    cflag: str | UnsetType = UNSET
    updby: str | UnsetType = UNSET
    chksum: str | UnsetType = UNSET


class Invoice(Document, kw_only=True):
    """An invoice; with `oinum` and `oidt` an amended one. `sply_ty`: documents of e-commerce operators."""

    inum: str
    idt: str
    oinum: str | UnsetType = UNSET
    oidt: str | UnsetType = UNSET
    sply_ty: Literal["INTER", "INTRA"] | UnsetType = UNSET


class Note(Document, kw_only=True):
    """A credit note (C) or debit note (D); with `ont_num` and `ont_dt` an amended one."""

    ntty: Literal["C", "D"]
    nt_num: str
    nt_dt: str
    ont_num: str | UnsetType = UNSET
    ont_dt: str | UnsetType = UNSET
    p_gst: Yes | UnsetType = UNSET
    inum: str | UnsetType = UNSET
    idt: str | UnsetType = UNSET
    d_flag: str | UnsetType = UNSET


D = TypeVar("D")  # A group is read with its documents raw, so that each is checked by itself; it's described with them.


class InvoiceGroup(Struct, Generic[D], forbid_unknown_fields=True):
    """Invoices to one recipient."""

    ctin: str
    inv: list[D]
    cfs: str = ""
    flag: str = ""


class NoteGroup(Struct, Generic[D], forbid_unknown_fields=True):
    """Notes to one recipient."""

    ctin: str
    nt: list[D]
    cfs: str = ""
    flag: str = ""


class OperatorGroup(Struct, Generic[D], forbid_unknown_fields=True):
    """Documents that an e-commerce operator reports for one seller (absent: unregistered) to one recipient."""

    rtin: str
    inv: list[D]
    stin: str = ""
    ortin: str = ""


class ReturnHead(Struct):
    """What is checked before a return is taken. Its tables are looked at when it is processed."""

    gstin: str
    fp: str


class OperatorTables(Struct):
    """What an e-commerce operator reports: for sellers with a GSTIN and for those without."""

    b2b: list[OperatorGroup[Invoice]] | UnsetType = UNSET
    urp2b: list[OperatorGroup[Invoice]] | UnsetType = UNSET


class AmendedOperatorTables(Struct):
    """What an e-commerce operator amends."""

    b2ba: list[OperatorGroup[Invoice]] | UnsetType = UNSET
    urp2ba: list[OperatorGroup[Invoice]] | UnsetType = UNSET


class SaveReturn(ReturnHead):
    """A return to be saved: its taxpayer, its period and its tables.

    Documents in the six tables named here become records at their recipients; a document that is wrong is refused by
    itself. Every other table of GSTR-1 (b2cs, hsn, doc_issue and so on) is kept as it comes.
    """

    b2b: list[InvoiceGroup[Invoice]] | UnsetType = UNSET
    b2ba: list[InvoiceGroup[Invoice]] | UnsetType = UNSET
    cdnr: list[NoteGroup[Note]] | UnsetType = UNSET
    cdnra: list[NoteGroup[Note]] | UnsetType = UNSET
    ecom: OperatorTables | UnsetType = UNSET
    ecoma: AmendedOperatorTables | UnsetType = UNSET


class ReturnAsSaved(SalesTables, kw_only=True):
    """A return as it is saved or filed. Tables that make no records stand beside these, as they were saved."""

    gstin: str
    fp: str


class Reference(Struct):
    """What to ask the status of the request by."""

    reference_id: str


class Acknowledgement(Struct):
    """The return is filed."""

    ack_num: str


class RefusedDocument(Struct, omit_defaults=True):
    """The number and date of a refused invoice or note."""

    inum: str | None = None
    idt: str | None = None
    nt_num: str | None = None
    nt_dt: str | None = None


class RefusedGroup(Struct, omit_defaults=True):
    """Documents to one recipient that were refused for one reason."""

    ctin: str
    error_cd: str
    error_msg: str
    inv: list[RefusedDocument] | None = None
    nt: list[RefusedDocument] | None = None


class FilingStatus(Struct, omit_defaults=True):
    """How far a request is: REC received, P processed, PE processed with errors, ER failed.

    With PE, error_report has the refused documents by table; with ER, error_cd and error_msg of the whole.
    """

    form_typ: Literal["R1", "R1A"]
    status_cd: Literal["REC", "P", "PE", "ER"]
    action: Literal["SAVE", "RESET"]
    error_report: dict[str, list[RefusedGroup] | str] | None = None
