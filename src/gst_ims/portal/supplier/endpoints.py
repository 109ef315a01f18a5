"""Sales and added-back liabilities (contract 4)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated

from litestar import Router, get
from litestar.openapi.spec import Example
from litestar.params import QueryParameter
from litestar.response import Stream

from gst_ims.core.errors import NoAddedBack, NoDocuments, Unprocessable
from gst_ims.database.connection import Connection
from gst_ims.portal.edge import Month, ThePortal, TheTaxpayer, Year, period_of, streamed
from gst_ims.portal.envelope import Success
from gst_ims.portal.streaming import member_object
from gst_ims.portal.supplier import service
from gst_ims.portal.supplier.schemas import AddedBackReply, SalesReply

SalesTable = Annotated[
    str | None,
    QueryParameter(
        required=False,
        description="B2B, B2BA, CDNR, CDNRA, ECOM or ECOMA, in any case; all if absent.",
        examples=[Example(value="B2B")],
    ),
]
AddedBackTable = Annotated[
    str | None,
    QueryParameter(
        required=False,
        description="CDNR, B2BA, CDNRA or ECOMA, in any case; all if absent.",
        examples=[Example(value="CDNR")],
    ),
]
ReturnType = Annotated[
    str,
    QueryParameter(
        required=False, description="gstr-1 (also IFF) or gstr-1a, in any case.", examples=[Example(value="gstr-1")]
    ),
]


@get(
    "/{year:str}/{month:str}/sales",
    sync_to_thread=True,
    operation_id="getSales",
    opt={"reply": Success[SalesReply], "errors": [NoDocuments]},
)
def sales(
    portal: ThePortal,
    taxpayer: TheTaxpayer,
    year: Year,
    month: Month,
    section: SalesTable = None,
    return_type: ReturnType = "gstr-1",
) -> Stream:
    """List what the taxpayer reported as a supplier, with the recipients' actions."""
    period, table = period_of(year, month), service.table(section, service.TABLES)
    if return_type.lower() not in service.RETURNS:
        raise Unprocessable(f"return_type {return_type[:40]!r} doesn't exist: use one of {', '.join(service.RETURNS)}.")
    root, forms = service.RETURNS[return_type.lower()]

    def payload(db: Connection) -> Iterator[str]:
        tables = service.documents(db, taxpayer.gstin, forms, period, table, with_actions=True)
        first = next(tables, None)
        if first is None:
            raise NoDocuments
        yield f'{{"gstin":"{taxpayer.gstin}","rtnprd":"{period}","{root}":'
        yield from member_object(chain([first], tables))
        yield "}"

    return streamed(portal, portal.as_supplier(taxpayer.gstin), payload)


@get(
    "/added-back-liabilities/{year:str}/{month:str}",
    sync_to_thread=True,
    operation_id="getAddedBackLiabilities",
    opt={"reply": Success[AddedBackReply], "errors": [NoAddedBack]},
)
def added_back(
    portal: ThePortal, taxpayer: TheTaxpayer, year: Year, month: Month, section: AddedBackTable = None
) -> Stream:
    """List the liability that comes back to the taxpayer because recipients refused to reduce their credit."""
    period, table = period_of(year, month), service.table(section, service.ADDED_BACK_TABLES)

    def payload(db: Connection) -> Iterator[str]:
        entries = service.added_back(db, taxpayer.gstin, period, table)
        yield f'{{"gstin":"{taxpayer.gstin}","rtnprd":"{period}","rejInvAddBackLiab":'
        yield from entries
        yield "}"

    return streamed(portal, portal.as_supplier(taxpayer.gstin), payload)


router = Router("/gst/compliance/tax-payer/invoices", route_handlers=[sales, added_back], tags=["Supplier view"])
