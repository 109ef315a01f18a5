"""Supplier filings: GSTR-1 (in a quarterly filer's first two months: IFF) and GSTR-1A."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Annotated, Any

from litestar import Controller, Router, get, post
from litestar.params import FromPath, QueryParameter, RawBody
from litestar.response import Stream

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.database.connection import Connection
from gst_ims.portal.context import Portal
from gst_ims.portal.edge import ThePortal, TheTaxpayer, period_of, streamed
from gst_ims.portal.envelope import Failure, Success, success
from gst_ims.portal.filing import service
from gst_ims.portal.filing.schemas import Acknowledgement, FilingStatus, Reference, SaveReturn
from gst_ims.portal.streaming import member_object
from gst_ims.portal.supplier.service import documents

ReferenceId = Annotated[str, QueryParameter(description="What the save or reset was answered with.")]
PERIOD = "/{year:str}/{month:str}"


class Gstr1(Controller):
    """GSTR-1 of a month, or what a quarterly filer reports in that month."""

    path = "/gstr-1"

    def form(self, db: Connection, stin: Gstin, period: Period) -> Form:
        return service.form_of(db, stin, period)

    @post(PERIOD, sync_to_thread=True, status_code=200, opt={"body": SaveReturn})
    def save(
        self, portal: ThePortal, taxpayer: TheTaxpayer, year: FromPath[str], month: FromPath[str], body: RawBody
    ) -> Success[Reference] | Failure:
        """Save documents of the return. They are at their recipients, as Not Filed, as soon as this is processed."""
        service.check_body(body, taxpayer.gstin, period_of(year, month))
        return self._submit(portal, taxpayer.gstin, period_of(year, month), "SAVE", body)

    @post(f"{PERIOD}/reset", sync_to_thread=True, status_code=200)
    def reset(
        self, portal: ThePortal, taxpayer: TheTaxpayer, year: FromPath[str], month: FromPath[str]
    ) -> Success[Reference] | Failure:
        """Delete everything that is saved of the return and not filed."""
        return self._submit(portal, taxpayer.gstin, period_of(year, month), "RESET", b"")

    @post(f"{PERIOD}/file", sync_to_thread=True, status_code=200)
    def file(
        self, portal: ThePortal, taxpayer: TheTaxpayer, year: FromPath[str], month: FromPath[str]
    ) -> Success[Acknowledgement] | Failure:
        """File the return with all that is saved. Its documents change only by amendment from then on."""
        period, at = period_of(year, month), portal.clock.now()
        with portal.transaction() as db:
            form = self.form(db, taxpayer.gstin, period)
            arn = service.file(db, taxpayer.gstin, form, period, at)
        return success(Acknowledgement(arn), at)

    @get(PERIOD, sync_to_thread=True, opt={"reply": Success[dict[str, Any]] | Failure})
    def read(self, portal: ThePortal, taxpayer: TheTaxpayer, year: FromPath[str], month: FromPath[str]) -> Stream:
        """Read back what is saved or filed of the return."""
        period = period_of(year, month)

        def payload(db: Connection) -> Iterator[str]:
            form = self.form(db, taxpayer.gstin, period)
            head = [("gstin", [f'"{taxpayer.gstin}"']), ("fp", [f'"{period}"'])]
            tables = documents(db, taxpayer.gstin, [form], period, None, with_actions=False)
            return member_object(chain(head, tables, service.rest(db, taxpayer.gstin, form, period)))

        return streamed(portal, payload)

    def _submit(self, portal: Portal, stin: Gstin, period: Period, kind: str, body: bytes) -> Success[Reference]:
        at = portal.clock.now()
        with portal.transaction() as db:
            form = self.form(db, stin, period)
            reference_id = service.submit(db, stin, form, period, kind, body, at)
        return success(Reference(reference_id), at)


class Gstr1A(Gstr1):
    """GSTR-1A of a month: corrections of a filed GSTR-1 or IFF."""

    path = "/gstr-1a"

    def form(self, db: Connection, stin: Gstin, period: Period) -> Form:
        return Form.R1A


@get(f"{PERIOD}/status", sync_to_thread=True, operation_id="getReturnStatus")
def status(
    portal: ThePortal, taxpayer: TheTaxpayer, year: FromPath[str], month: FromPath[str], reference_id: ReferenceId
) -> Success[FilingStatus] | Failure:
    """Ask how far a save or reset of a return is, and which documents were refused."""
    period = period_of(year, month)
    with portal.transaction() as db:
        return success(service.status(db, taxpayer.gstin, period, reference_id), portal.clock.now())


router = Router("/gst/compliance/tax-payer/gstrs", route_handlers=[Gstr1, Gstr1A, status], tags=["Filing"])
