"""The wire of save and reset (contract 3.3, 3.4) and of their status (3.5).

The rows of the twelve sections differ in a few members only, so their types are put together from parts, as the
contract's matrix has it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, defstruct

from gst_ims.core.section import ACTIONABLE, Section

GSTIN = Annotated[str, Meta(pattern=r"^[0-9]{2}[A-Za-z0-9]{13}$", examples=["24ABCCU0123M1YZ"])]
PERIOD = Annotated[str, Meta(pattern=r"^(0[1-9]|1[012])(19|20)[0-9]{2}$", examples=["112025"])]
NUMBER = Annotated[str, Meta(pattern=r"^[A-Za-z0-9/\-]{1,16}$", examples=["INV/25-26/17"])]
DAY = Annotated[str, Meta(pattern=r"^[0-9]{2}-[0-9]{2}-[0-9]{4}$", examples=["05-11-2025"])]
POS = Annotated[str, Meta(pattern=r"^(3[0-8]|[12][0-9]|0[1-9]|96|97)$", examples=["27"])]
PORT = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,6}$", examples=["INNSA1"])]
BOE_NUMBER = Annotated[str, Meta(pattern=r"^[0-9]{1,7}$", examples=["2566282"])]
Amount = Decimal
InvoiceType = Literal["R", "DE", "SEWP", "SEWOP", "CBW"]
TakenAction = Literal["A", "R", "P"]
AnyAction = Literal["A", "R", "P", "N"]
YesNo = Literal["Y", "N"]

_AMOUNTS = [("val", Amount), ("txval", Amount), ("iamt", Amount), ("camt", Amount), ("samt", Amount), ("cess", Amount)]
_SOURCE = [
    ("stin", GSTIN),
    ("rtnprd", PERIOD),
    ("srcform", Literal["R1", "R1A", "IFF"]),
    ("pos", POS),
    *_AMOUNTS,
    ("prev_status", AnyAction),
]
_TYPE = [("inv_typ", InvoiceType)]
_INVOICE = [("inum", NUMBER), ("idt", DAY)]
_AMENDED_INVOICE = [("oinum", NUMBER), ("oidt", DAY)]
_NOTE = [("nt_num", NUMBER), ("nt_dt", DAY)]
_AMENDED_NOTE = [("ont_num", NUMBER), ("ont_dt", DAY)]
_IMPORT = [
    ("portcd", PORT),
    ("boenum", BOE_NUMBER),
    ("boedt", DAY),
    ("itcprd", PERIOD),
    ("txval", Amount),
    ("igst", Amount),
    ("cess", Amount),
    ("prev_status", AnyAction),
    ("stin", GSTIN, ""),
    ("rgstinrefId", str, ""),
    ("irefdt", str, ""),
    ("srtinprd", str, ""),
]
_ACTION: list[Any] = [("action", TakenAction), ("remarks", str | None, None)]
_REDUCTION: list[Any] = [
    ("itcRedReq", YesNo | None, None),
    ("declIgst", Amount | None, None),
    ("declCgst", Amount | None, None),
    ("declSgst", Amount | None, None),
    ("declCess", Amount | None, None),
]
_IDENTITY: dict[Section, list[Any]] = {
    Section.B2B: [*_INVOICE, *_TYPE],
    Section.B2BA: [*_INVOICE, *_AMENDED_INVOICE, *_TYPE],
    Section.B2BDN: [*_NOTE, *_TYPE],
    Section.B2BDNA: [*_NOTE, *_AMENDED_NOTE, *_TYPE],
    Section.B2BCN: [*_NOTE, *_TYPE],
    Section.B2BCNA: [*_NOTE, *_AMENDED_NOTE, *_TYPE],
    Section.ECOM: _INVOICE,
    Section.ECOMA: [*_INVOICE, *_AMENDED_INVOICE],
}


def _row(section: Section, kind: str) -> type[Struct]:
    members = [*_IMPORT] if section.is_import else [*_IDENTITY[section], *_SOURCE]
    if kind == "Save":
        members += _ACTION + (_REDUCTION if section.declares_reduction else [])
    return defstruct(f"{kind}{section.name.title()}", members, kw_only=True, forbid_unknown_fields=True)


def _data(kind: str) -> Any:
    sections = [(section.value, list[_row(section, kind)] | msgspec.UnsetType, msgspec.UNSET) for section in ACTIONABLE]
    return defstruct(f"{kind}Data", sections, forbid_unknown_fields=True)


SaveData = _data("Save")
ResetData = _data("Reset")
SaveRequest = defstruct(
    "SaveRequest",
    [("rtin", GSTIN), ("reqtyp", Literal["SAVE"]), ("invdata", SaveData)],
    forbid_unknown_fields=True,
)
ResetRequest = defstruct(
    "ResetRequest",
    [("rtin", GSTIN), ("reqtyp", Literal["RESET"]), ("invdata", ResetData)],
    forbid_unknown_fields=True,
)


class RequestHead(Struct, forbid_unknown_fields=True):
    """What is checked before a request is taken. The rest is looked at when it is processed."""

    rtin: str
    reqtyp: str
    invdata: msgspec.Raw


class FailedDocument(Struct):
    """A refused row: the number of the invoice, note or bill of entry, and its return period."""

    inum: str
    rtnprd: str


class ErrorGroup(Struct):
    """Rows of one supplier that were refused for one reason."""

    error_cd: str
    error_msg: str
    inv: list[FailedDocument]
    stin: str


class RequestStatus(Struct, omit_defaults=True):
    """How far a request is. Counts are strings; error_report is there with PE only, its keys being
    b2b, b2ba, dn, dna, cn, cna, ecom, ecoma (and impg, impga, impgsez, impgseza)."""

    status_cd: Literal["P", "S", "PE", "ER", "IP"]
    transTypCd: Literal["SAV", "RST"]  # noqa: N815
    proc_cnt: str
    err_cd: str
    err_msg: str
    err_cnt: str | None = None
    error_report: dict[str, list[ErrorGroup]] | None = None
