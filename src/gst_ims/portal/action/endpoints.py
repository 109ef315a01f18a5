"""Save, reset, and the status of such requests (contract 3.3 to 3.5)."""

from __future__ import annotations

from typing import Annotated

from litestar import Router, get, post
from litestar.openapi.spec import Example
from litestar.params import QueryParameter, RawBody

from gst_ims.core.errors import RequestInProgress, UnknownReference
from gst_ims.portal.action import service
from gst_ims.portal.action.schemas import RequestStatus, ResetRequest, SaveRequest
from gst_ims.portal.edge import ThePortal, TheTaxpayer
from gst_ims.portal.envelope import Failure, Success, success
from gst_ims.portal.filing.schemas import Reference

ReferenceId = Annotated[
    str,
    QueryParameter(
        description="What the save or reset was answered with.", examples=[Example(value="4b1d0c92e7a35f6")]
    ),
]


@post(
    "/save",
    sync_to_thread=True,
    status_code=200,
    operation_id="saveInvoiceStatus",
    opt={"body": SaveRequest, "errors": [RequestInProgress]},
)
def save(portal: ThePortal, taxpayer: TheTaxpayer, body: RawBody) -> Success[Reference] | Failure:
    """Take actions on records. They are processed in the background: ask for the status by the reference id."""
    reference_id = service.submit(portal, taxpayer.gstin, "SAVE", body)
    return success(Reference(reference_id), portal.clock.now())


@post(
    "/reset",
    sync_to_thread=True,
    status_code=200,
    operation_id="resetInvoiceStatus",
    opt={"body": ResetRequest, "errors": [RequestInProgress]},
)
def reset(portal: ThePortal, taxpayer: TheTaxpayer, body: RawBody) -> Success[Reference] | Failure:
    """Take back actions. This is processed in the background: ask for the status by the reference id."""
    reference_id = service.submit(portal, taxpayer.gstin, "RESET", body)
    return success(Reference(reference_id), portal.clock.now())


@get("/", sync_to_thread=True, operation_id="checkInvoiceStatus", opt={"errors": [UnknownReference]})
def status(portal: ThePortal, taxpayer: TheTaxpayer, reference_id: ReferenceId) -> Success[RequestStatus] | Failure:
    """Ask how far a save or reset is, and which rows were refused."""
    with portal.as_recipient(taxpayer.gstin) as db:
        answer = service.status(db, taxpayer.gstin, reference_id, portal.settings.status_dialect)
    return success(answer, portal.clock.now())


router = Router(
    "/gst/compliance/tax-payer/invoices/status", route_handlers=[save, reset, status], tags=["Recipient view"]
)
