"""GET /invoices/count and GET /invoices (contract 3.1, 3.2)."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get
from litestar.openapi.spec import Example
from litestar.params import QueryParameter
from litestar.response import Stream

from gst_ims.core.section import Action, Section
from gst_ims.portal.decoding import unprocessable
from gst_ims.portal.edge import ThePortal, TheTaxpayer, streamed
from gst_ims.portal.envelope import Success, success
from gst_ims.portal.record import service
from gst_ims.portal.record.schemas import CountReply, InvoicesReply
from gst_ims.portal.streaming import array, member_object

TypeOfGoods = Annotated[
    str, QueryParameter(description="others, inward_supplies or imports.", examples=[Example(value="others")])
]
SectionName = Annotated[
    str,
    QueryParameter(
        description="B2B, B2BA, CN, CNA, DN, DNA, ECOM, ECOMA, IMPG, IMPGA, IMPGSEZ, IMPGSEZA, ISD, ISDA, in any case.",
        examples=[Example(value="B2B"), Example(value="CN")],
    ),
]
Status = Annotated[
    str | None,
    QueryParameter(
        required=False,
        description="accepted, rejected, pending or no_action_taken; all if absent.",
        examples=[Example(value="no_action_taken")],
    ),
]


@get("/count", sync_to_thread=True, operation_id="getInvoiceCount")
def count(portal: ThePortal, taxpayer: TheTaxpayer, type_of_goods: TypeOfGoods) -> Success[CountReply]:
    """Count the inward records by section and status."""
    with portal.as_recipient(taxpayer.gstin) as db:
        return success(service.counts(db, taxpayer.gstin, type_of_goods), portal.clock.now())


@get("/", sync_to_thread=True, operation_id="getInvoices", opt={"reply": Success[InvoicesReply]})
def invoices(portal: ThePortal, taxpayer: TheTaxpayer, section: SectionName, status: Status = None) -> Stream:
    """List the inward records of a section."""
    wanted: Section = unprocessable(Section.parse, section)
    action: Action | None = unprocessable(Action.of_status, status) if status is not None else None
    today = portal.clock.now().date()
    return streamed(
        portal,
        portal.as_recipient(taxpayer.gstin),
        lambda db: member_object([(wanted.value, array(service.records(db, taxpayer.gstin, wanted, action, today)))]),
    )


router = Router("/gst/compliance/tax-payer/invoices", route_handlers=[count, invoices], tags=["Recipient view"])
