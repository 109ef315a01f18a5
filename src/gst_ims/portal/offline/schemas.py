"""The JSON of the offline tool (R8.7). Amounts in rupees, dates DD-MM-YYYY, periods MMYYYY."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from gst_ims.portal.record.schemas import AnyAction, InvoiceType, YesNo


class OfflineRecord(Struct, omit_defaults=True, kw_only=True):
    """A record, whatever its section: invoices have `inum`, notes `nt_num`, amendments the original's as well."""

    stin: str
    rtnprd: str
    sRtnPrd: str  # noqa: N815
    srcform: Literal["R1", "R1A", "IFF"]
    rtnTyp: Literal["GSTR1", "GSTR1A", "IFF"]  # noqa: N815
    srcfilstatus: Literal["FILED", "SAVED"]
    pos: str
    val: Decimal
    txval: Decimal
    iamt: Decimal
    camt: Decimal
    samt: Decimal
    cess: Decimal
    action: AnyAction
    ispendactblocked: YesNo
    isRemarksBlocked: YesNo  # noqa: N815
    inv_typ: InvoiceType | None = None
    tradenm: str | None = None
    inum: str | None = None
    idt: str | None = None
    oinum: str | None = None
    oidt: str | None = None
    nt_num: str | None = None
    nt_dt: str | None = None
    ont_num: str | None = None
    ont_dt: str | None = None
    itcRedReqBlocked: YesNo | None = None  # noqa: N815
    itcRedReq: YesNo | None = None  # noqa: N815
    declIgst: Decimal | None = None  # noqa: N815
    declCgst: Decimal | None = None  # noqa: N815
    declSgst: Decimal | None = None  # noqa: N815
    declCess: Decimal | None = None  # noqa: N815
    remarks: str | None = None


class OfflineSections(Struct):
    """The eight sections of the offline tool."""

    b2b: list[OfflineRecord]
    b2ba: list[OfflineRecord]
    b2bdn: list[OfflineRecord]
    b2bdna: list[OfflineRecord]
    b2bcn: list[OfflineRecord]
    b2bcna: list[OfflineRecord]
    ecom: list[OfflineRecord]
    ecoma: list[OfflineRecord]


class OfflineDetails(Struct):
    """Everything that a recipient can act upon, but for imports."""

    rtin: str
    invdata: OfflineSections


class OfflineDownload(Struct):
    """The file for the offline tool."""

    imsDetails: OfflineDetails  # noqa: N815


class FailedRow(Struct):
    """A row as it was uploaded, and why it wasn't taken."""

    error_msg: str


class FailedRows(Struct, omit_defaults=True):
    """The rows that weren't taken, by section. `error_msg` here: why none was."""

    rtin: str
    invdata: dict[str, list[FailedRow]]
    error_msg: str | None = None


class OfflineErrors(Struct):
    """The file of errors."""

    imsDetailsErr: FailedRows  # noqa: N815
