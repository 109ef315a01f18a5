"""The wire of the operator's own endpoints. Days are ISO 8601 (2025-11-14), moments have an offset."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1, max_length=200)]


class TaxpayerRow(Struct, forbid_unknown_fields=True, omit_defaults=True):
    """A taxpayer. `registered_on` is the day from which he files."""

    gstin: Annotated[str, Meta(examples=["27AAPFU0939F1ZV"])]
    username: Text
    legal_name: Text
    trade_name: Text
    filing_frequency: Literal["monthly", "quarterly"]
    taxpayer_type: Text
    registered_on: date | None = None


class Taxpayers(Struct, forbid_unknown_fields=True):
    """Taxpayers to add or to change."""

    taxpayers: list[TaxpayerRow]


class ApiKeyRequest(Struct, forbid_unknown_fields=True):
    """Whom the key is for; `rate_limit` in calls a minute, that of the portal if absent."""

    label: Text
    rate_limit: Annotated[int, Meta(gt=0, le=1_000_000)] | None = None


class ApiKey(Struct):
    """Shown this once: of the secret only a digest is kept."""

    api_key: str
    api_secret: str


class ClockReading(Struct, forbid_unknown_fields=True):
    """A moment in ISO 8601 with an offset."""

    now: Annotated[str, Meta(examples=["2025-11-14T06:00:00+05:30"])]


class BillOfEntry(Struct, forbid_unknown_fields=True):
    """A bill of entry as ICEGATE reports it. From an SEZ it names the seller's GSTIN as `stin`."""

    rtin: str
    section: Literal["IMPG", "IMPGA", "IMPGSEZ", "IMPGSEZA"]
    portcd: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,6}$", examples=["INNSA1"])]
    boenum: Annotated[str, Meta(pattern=r"^[0-9]{1,7}$", examples=["2566282"])]
    boedt: Annotated[str, Meta(examples=["28-09-2025"])]
    itcprd: Annotated[str, Meta(examples=["102025"])]
    txval: Decimal
    igst: Decimal
    cess: Decimal
    stin: str | None = None
    rgstinrefId: Annotated[str, Meta(max_length=64)] | None = None  # noqa: N815
    irefdt: str | None = None


class Imports(Struct, forbid_unknown_fields=True):
    """Bills of entry to add; those known by port, number and period are replaced."""

    imports: list[BillOfEntry]


class Distribution(Struct, forbid_unknown_fields=True):
    """An ISD's invoice (ISDI) or credit note (ISDC); with `odocnum` and `odocdt` an amended one."""

    rtin: str
    stin: str
    doctyp: Literal["ISDI", "ISDC"]
    docnum: str
    docdt: Annotated[str, Meta(examples=["28-10-2025"])]
    rtnprd: Annotated[str, Meta(examples=["102025"])]
    iamt: Decimal
    camt: Decimal
    samt: Decimal
    cess: Decimal
    odocnum: str | None = None
    odocdt: str | None = None


class Distributions(Struct, forbid_unknown_fields=True):
    """Documents of input service distributors to add; known ones are replaced."""

    isd: list[Distribution]


class Saved(Struct):
    """How many rows were taken."""

    saved: int


class TaxpayerList(Struct):
    """All taxpayers, by GSTIN."""

    taxpayers: list[TaxpayerRow]


class Delay(Struct, tag_field="kind", tag="delay", forbid_unknown_fields=True):
    """The call is answered as ever, but so much later."""

    milliseconds: Annotated[int, Meta(ge=1, le=600_000)]


class HttpRefusal(Struct, tag_field="kind", tag="status", forbid_unknown_fields=True):
    """The call is answered with an HTTP status, and nothing is done."""

    status: Annotated[int, Meta(ge=400, le=599)]
    message: Text


class BusinessFailure(Struct, tag_field="kind", tag="error", forbid_unknown_fields=True):
    """The call is answered with HTTP 200 and a code, as if a rule of GST had refused it; and nothing is done."""

    error_cd: Text
    message: Text


class Outage(Struct, tag_field="kind", tag="outage", forbid_unknown_fields=True):
    """The connection is closed without an answer, and nothing is done."""


Fault = Delay | HttpRefusal | BusinessFailure | Outage


class FaultRequest(Struct, forbid_unknown_fields=True):
    """Which calls are to go wrong, how, how often and how long.

    `endpoint` is an operation's name, or a pattern of paths with `*` and `?`. `expires_in` is in seconds of real time.
    The same `seed` and `probability` strike the same calls, counted from the first.
    """

    endpoint: Annotated[str, Meta(max_length=200, examples=["saveInvoiceStatus", "/gst/compliance/tax-payer/gstrs/*"])]
    fault: Fault
    expires_in: Annotated[int, Meta(ge=1, le=86_400)]
    probability: Annotated[float, Meta(ge=0, le=1)] = 1
    seed: Annotated[int, Meta(ge=0, lt=2**31)] = 0
    gstin: Text | None = None
    api_key: Text | None = None


class FaultRule(Struct, omit_defaults=True):
    """A fault that is in force: `calls` that it was for, and how many of these it struck."""

    id: str
    endpoint: str
    fault: Fault
    expires_in: int
    probability: float
    seed: int
    calls: int
    strikes: int
    gstin: str | None = None
    api_key: str | None = None


class FaultId(Struct):
    """What the fault is called."""

    id: str


class FaultList(Struct):
    """The faults that are in force, in the order in which they were made."""

    faults: list[FaultRule]


class Removed(Struct):
    """How many there were."""

    removed: int


class Health(Struct):
    """Whether the portal can work, and what its queue holds."""

    status: Literal["ok"]
    version: str
    jobs_waiting: int
    jobs_running: int
    jobs_failed: int
