"""GSTR-2B and GSTR-3B."""

from __future__ import annotations

import re
from typing import Annotated

from litestar import Router, get, post
from litestar.openapi.spec import Example
from litestar.params import QueryParameter
from litestar.response import Stream

from gst_ims.core.errors import (
    AlreadyFiled,
    BeforeCutOff,
    InvalidPeriod,
    NotGenerated,
    NothingForStatement,
    PreviousNotFiled,
    PreviousOpen,
    RecomputeDue,
    StatementClosed,
    StatementNotApplicable,
    StatementTooEarly,
    StatementUnchanged,
    UnknownReference,
    Unprocessable,
)
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.portal.context import Portal
from gst_ims.portal.edge import Month, ThePortal, TheTaxpayer, Year, period_of, streamed
from gst_ims.portal.envelope import Failure, Success, success
from gst_ims.portal.filing.schemas import Acknowledgement, Reference
from gst_ims.portal.statement import closing, service
from gst_ims.portal.statement.schemas import Return3b, StatementReply, StatementStatus

NUMBER = {"pattern": "^[1-9][0-9]{0,8}$"}
Version = Annotated[
    str | None,
    QueryParameter(
        required=False,
        description="A version; the latest if absent.",
        examples=[Example(value="1")],
        schema_extra=NUMBER,
    ),
]
FileNumber = Annotated[
    str | None,
    QueryParameter(
        name="file_num",
        required=False,
        description="One of the `fc` files.",
        examples=[Example(value="1")],
        schema_extra=NUMBER,
    ),
]
ReferenceId = Annotated[
    str, QueryParameter(description="What the request was answered with.", examples=[Example(value="0a4c9de1f27b335")])
]
PERIOD = "/{year:str}/{month:str}"
REFUSALS = [
    *(NothingForStatement, StatementUnchanged, StatementClosed, StatementTooEarly),
    *(StatementNotApplicable, PreviousNotFiled),
]


@get(
    f"/gstr-2b{PERIOD}",
    sync_to_thread=True,
    operation_id="getGstr2b",
    opt={
        "reply": Success[StatementReply] | Failure,
        "errors": [StatementNotApplicable, BeforeCutOff, PreviousNotFiled, NotGenerated],
    },
)
def read(
    portal: ThePortal,
    taxpayer: TheTaxpayer,
    year: Year,
    month: Month,
    version: Version = None,
    file: FileNumber = None,
) -> Stream:
    """Read GSTR-2B of a tax period, in its latest or any earlier version. Large ones come as a head and files."""
    period, at = period_of(year, month), portal.clock.now()
    of = {"version": _number("version", version), "file": _number("file_num", file)}
    mine = portal.as_recipient(taxpayer.gstin)
    return streamed(portal, mine, lambda db: service.read(db, taxpayer.gstin, period, at=at, **of))


@post(
    f"/gstr-2b{PERIOD}/regenerate",
    sync_to_thread=True,
    status_code=200,
    operation_id="regenerateGstr2b",
    opt={"errors": REFUSALS},
)
def regenerate(portal: ThePortal, taxpayer: TheTaxpayer, year: Year, month: Month) -> Success[Reference] | Failure:
    """Have GSTR-2B computed anew from the actions as they stand. Ask for the status by the reference id."""
    reference_id = service.regenerate(portal, taxpayer.gstin, period_of(year, month))
    return success(Reference(reference_id), portal.clock.now())


@get(
    "/gstr-2b/regenerate",
    sync_to_thread=True,
    operation_id="getGstr2bStatus",
    opt={"errors": [UnknownReference]},
)
def short_status(
    portal: ThePortal, taxpayer: TheTaxpayer, reference_id: ReferenceId
) -> Success[StatementStatus] | Failure:
    """Ask how far a request to compute GSTR-2B is."""
    return _status(portal, taxpayer.gstin, reference_id)


@get(
    f"/gstr-2b{PERIOD}/regenerate",
    sync_to_thread=True,
    operation_id="getGstr2bStatusOfPeriod",
    opt={"errors": [UnknownReference]},
)
def status(
    portal: ThePortal, taxpayer: TheTaxpayer, year: Year, month: Month, reference_id: ReferenceId
) -> Success[StatementStatus] | Failure:
    """Ask how far a request to compute GSTR-2B of this period is."""
    return _status(portal, taxpayer.gstin, reference_id, period_of(year, month))


@post(
    f"/gstr-3b{PERIOD}/file",
    sync_to_thread=True,
    status_code=200,
    operation_id="fileGstr3b",
    opt={"errors": [InvalidPeriod, AlreadyFiled, PreviousOpen, NotGenerated, RecomputeDue]},
)
def file_3b(portal: ThePortal, taxpayer: TheTaxpayer, year: Year, month: Month) -> Success[Acknowledgement] | Failure:
    """File GSTR-3B: accepted and rejected records leave IMS, and refused reductions go back to the suppliers."""
    period, at = period_of(year, month), portal.clock.now()
    with portal.as_recipient(taxpayer.gstin) as db:
        arn = closing.file(db, taxpayer.gstin, period, at)
    return success(Acknowledgement(arn), at)


@get(f"/gstr-3b{PERIOD}", sync_to_thread=True, operation_id="getGstr3b", opt={"errors": [InvalidPeriod]})
def read_3b(portal: ThePortal, taxpayer: TheTaxpayer, year: Year, month: Month) -> Success[Return3b] | Failure:
    """Read the figures of GSTR-3B that come from IMS: table 4 by head, and the liability added back."""
    with portal.as_recipient(taxpayer.gstin) as db:
        return success(closing.read(db, taxpayer.gstin, period_of(year, month)), portal.clock.now())


def _number(name: str, text: str | None) -> int | None:
    if text is not None and not re.fullmatch(NUMBER["pattern"], text):
        raise Unprocessable(f"{name} {text[:20]!r} isn't a number from 1 on.")
    return None if text is None else int(text)


def _status(portal: Portal, gstin: Gstin, reference_id: str, period: Period | None = None) -> Success[StatementStatus]:
    with portal.as_recipient(gstin) as db:
        return success(service.status(db, gstin, reference_id, period), portal.clock.now())


router = Router(
    "/gst/compliance/tax-payer/gstrs",
    route_handlers=[read, regenerate, short_status, status, file_3b, read_3b],
    tags=["Statements"],
)
