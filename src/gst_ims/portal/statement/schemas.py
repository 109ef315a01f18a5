"""The wire of GSTR-2B and GSTR-3B. Amounts in rupees, dates DD-MM-YYYY, periods MMYYYY."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

import msgspec
from msgspec import Struct


class StatementStatus(Struct):
    """How far a request to compute GSTR-2B is: IP in progress, P processed, ER failed."""

    status_cd: Literal["IP", "P", "ER"]
    err_cd: str
    err_msg: str


class StatementData(Struct, omit_defaults=True):
    """GSTR-2B: its figures, sums by supplier, and the documents, rejected ones apart; with `fc` those are in files."""

    gstin: str
    rtnprd: str
    version: str
    gendt: str | None = None
    itcsumm: dict[str, Any] | None = None
    cpsumm: dict[str, Any] | None = None
    cpSummRej: dict[str, Any] | None = None  # noqa: N815
    docdata: dict[str, Any] | None = None
    docRejdata: dict[str, Any] | None = None  # noqa: N815
    fc: int | None = None


class StatementReply(Struct):
    """GSTR-2B. `chksum` is the SHA-256 of `data` as it is written here."""

    data: StatementData
    chksum: str


class Heads(Struct):
    """Tax by head."""

    iamt: Decimal
    camt: Decimal
    samt: Decimal
    csamt: Decimal


class Credit(Heads):
    """One line of table 4: IMPG import of goods, ISRC reverse charge, ISD, OTH all other."""

    ty: Literal["IMPG", "ISRC", "ISD", "OTH"]


class Eligible(Struct):
    """Table 4 of GSTR-3B: 4(A) available, 4(D)(2) not available."""

    itc_avl: list[Credit]
    itc_inelg: list[Credit]


class Return3b(Struct):
    """What comes from IMS into GSTR-3B of a tax period; `filed` tells whether it is filed."""

    gstin: str
    ret_period: str
    filed: bool
    itc_elg: Eligible
    liab_added_back: Heads


class WhatIfRequest(Struct, forbid_unknown_fields=True):
    """Actions to be tried: `invdata` as in a save request, absent for what follows if nothing more is done."""

    gstin: str
    ret_period: str
    invdata: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class Liability(Struct):
    """What a supplier would owe, or get back (below zero), in a period for one document."""

    stin: str
    ret_period: str
    section: str
    number: str
    iamt: Decimal
    camt: Decimal
    samt: Decimal
    csamt: Decimal


class WhatIf(Struct):
    """What would follow: rows applied and refused, the figures of GSTR-2B and GSTR-3B, and suppliers' liabilities."""

    applied: int
    error_report: dict[str, Any]
    itcsumm: msgspec.Raw
    itc_elg: Eligible
    liabilities: list[Liability]


class AppliedRule(Struct):
    """A rule that applied to a record, what it made of it, and the values that it used."""

    rule: str
    says: str
    source: str
    confidence: str
    result: str
    values: dict[str, str]


class Explanation(Struct):
    """What may be done with a record at a moment, what follows, and the rules that say so, in order.

    `credit_if_accepted` is what accepting it adds to the credit, in full; `liability_if_rejected` what rejecting it
    adds to the supplier's liability. They are null where it can't be done.
    """

    record: str
    at: str
    allowed: list[str]
    credit_if_accepted: Heads | None
    liability_if_rejected: Heads | None
    rules: list[AppliedRule]
