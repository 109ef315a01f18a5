"""Files to work on without the portal: what a person clicks for at the GST portal, and no part of Sandbox's API."""

from __future__ import annotations

from litestar import MediaType, Response, Router, get, post
from litestar.params import RawBody
from litestar.response import Stream

from gst_ims.core.errors import RequestInProgress, UnknownReference
from gst_ims.portal.action.endpoints import ReferenceId
from gst_ims.portal.action.schemas import SaveRequest
from gst_ims.portal.edge import ThePortal, TheTaxpayer, attachment, download
from gst_ims.portal.envelope import Failure, Success, success
from gst_ims.portal.filing.schemas import Reference
from gst_ims.portal.offline import service, workbook
from gst_ims.portal.offline.schemas import OfflineDownload, OfflineErrors
from gst_ims.portal.streaming import chunks, write


@get(sync_to_thread=True, operation_id="downloadOfflineJson", opt={"reply": OfflineDownload})
def details(portal: ThePortal, taxpayer: TheTaxpayer) -> Stream:
    """Download the records as the file for the offline tool: a file, without an envelope."""
    today = portal.clock.now().date()
    return download(
        portal.as_recipient(taxpayer.gstin),
        lambda db, file: write(file, chunks(service.download(db, taxpayer.gstin, today))),
        f"IMS_{taxpayer.gstin}_{today:%d%m%Y}.json",
        MediaType.JSON,
    )


@get("/excel", sync_to_thread=True, operation_id="downloadImsDetails", opt={"media": workbook.MEDIA_TYPE})
def excel(portal: ThePortal, taxpayer: TheTaxpayer) -> Stream:
    """Download the records as a workbook (.xlsx) with a sheet for each section."""
    today = portal.clock.now().date()
    return download(
        portal.as_recipient(taxpayer.gstin),
        lambda db, file: workbook.write(db, taxpayer.gstin, today, file),
        f"IMS_{taxpayer.gstin}_{today:%d%m%Y}.xlsx",
        workbook.MEDIA_TYPE,
    )


@post(
    sync_to_thread=True,
    status_code=200,
    operation_id="uploadOfflineJson",
    opt={"body": SaveRequest, "errors": [RequestInProgress]},
)
def upload(portal: ThePortal, taxpayer: TheTaxpayer, body: RawBody) -> Success[Reference] | Failure:
    """Upload a file of the offline tool. It is processed like a save: ask for the status by the reference id."""
    return success(Reference(service.upload(portal, taxpayer.gstin, body)), portal.clock.now())


@get(
    "/errors",
    sync_to_thread=True,
    operation_id="getOfflineErrors",
    opt={"reply": OfflineErrors, "errors": [UnknownReference]},
)
def errors(portal: ThePortal, taxpayer: TheTaxpayer, reference_id: ReferenceId) -> Response[bytes]:
    """Download the rows of an upload that weren't taken, each with its reason: a file, without an envelope."""
    with portal.as_recipient(taxpayer.gstin) as db:
        file = service.errors(db, taxpayer.gstin, reference_id)
    headers = attachment(f"IMS_{taxpayer.gstin}_errors_{reference_id}.json")
    return Response(file, media_type=MediaType.JSON, headers=headers)


router = Router(
    "/gst/compliance/tax-payer/invoices/offline",
    route_handlers=[details, excel, upload, errors],
    tags=["Recipient view"],
)
