"""The wire of supplier filings: GSTR-1, IFF and GSTR-1A as suppliers send them (GSTR-1 schema)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

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


class InvoiceGroup(Struct, forbid_unknown_fields=True):
    """Invoices to one recipient. The documents stay raw: each is checked by itself."""

    ctin: str
    inv: list[msgspec.Raw]
    cfs: str = ""
    flag: str = ""


class NoteGroup(Struct, forbid_unknown_fields=True):
    """Notes to one recipient."""

    ctin: str
    nt: list[msgspec.Raw]
    cfs: str = ""
    flag: str = ""


class OperatorGroup(Struct, forbid_unknown_fields=True):
    """Documents that an e-commerce operator reports for one seller (absent: unregistered) to one recipient."""

    rtin: str
    inv: list[msgspec.Raw]
    stin: str = ""
    ortin: str = ""


class SaveReturn(Struct):
    """A return to be saved. Beside the two named members it holds the tables of the return, each as GSTN has it."""

    gstin: str
    fp: str


class Reference(Struct):
    """What to ask the status of the request by."""

    reference_id: str


class Acknowledgement(Struct):
    """The return is filed."""

    ack_num: str


class FilingStatus(Struct, omit_defaults=True):
    """How far a request is: REC received, P processed, PE processed with errors, ER failed."""

    form_typ: Literal["R1", "R1A"]
    status_cd: Literal["REC", "P", "PE", "ER"]
    action: Literal["SAVE", "RESET"]
    error_report: dict[str, Any] | None = None
