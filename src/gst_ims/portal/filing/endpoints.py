"""Supplier filings: GSTR-1 (in a quarterly filer's first two months: IFF) and GSTR-1A."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Annotated

from litestar import Controller, Router, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.openapi.spec import Example
from litestar.params import QueryParameter, RawBody
from litestar.response import Stream
from litestar.types import Method
from litestar.types.internal_types import PathParameterDefinition

from gst_ims.core.errors import AlreadyFiled, InvalidPeriod, NoDocuments, ReturnInProgress, UnknownReference
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.database.connection import Connection
from gst_ims.portal.context import Portal
from gst_ims.portal.edge import Month, ThePortal, TheTaxpayer, Year, period_of, streamed
from gst_ims.portal.envelope import Failure, Success, success
from gst_ims.portal.filing import service
from gst_ims.portal.filing.schemas import Acknowledgement, FilingStatus, Reference, ReturnAsSaved, SaveReturn
from gst_ims.portal.streaming import member_object
from gst_ims.portal.supplier.service import documents

ReferenceId = Annotated[
    str,
    QueryParameter(
        description="What the save or reset was answered with.", examples=[Example(value="7e02b5d1c8f9a34")]
    ),
]
PERIOD = "/{year:str}/{month:str}"


def operation_id(handler: HTTPRouteHandler, _: Method, path: list[str | PathParameterDefinition]) -> str:
    """One controller serves both returns: saveGstr1 and saveGstr1A."""
    return handler.handler_name + ("Gstr1A" if "gstr-1a" in path else "Gstr1")


class Gstr1(Controller):
    """GSTR-1 of a month, or what a quarterly filer reports in that month."""

    path = "/gstr-1"

    def form(self, db: Connection, stin: Gstin, period: Period) -> Form:
        return service.form_of(db, stin, period)

    @post(
        PERIOD,
        sync_to_thread=True,
        status_code=200,
        operation_id=operation_id,
        opt={"body": SaveReturn, "errors": [AlreadyFiled, InvalidPeriod]},
    )
    def save(
        self, portal: ThePortal, taxpayer: TheTaxpayer, year: Year, month: Month, body: RawBody
    ) -> Success[Reference] | Failure:
        """Save documents of the return. They are at their recipients, as Not Filed, as soon as this is processed."""
        service.check_body(body, taxpayer.gstin, period_of(year, month))
        return self._submit(portal, taxpayer.gstin, period_of(year, month), "SAVE", body)

    @post(
        f"{PERIOD}/reset",
        sync_to_thread=True,
        status_code=200,
        operation_id=operation_id,
        opt={"errors": [AlreadyFiled, InvalidPeriod]},
    )
    def reset(self, portal: ThePortal, taxpayer: TheTaxpayer, year: Year, month: Month) -> Success[Reference] | Failure:
        """Delete everything that is saved of the return and not filed."""
        return self._submit(portal, taxpayer.gstin, period_of(year, month), "RESET", b"")

    @post(
        f"{PERIOD}/file",
        sync_to_thread=True,
        status_code=200,
        operation_id=operation_id,
        opt={"errors": [AlreadyFiled, InvalidPeriod, ReturnInProgress]},
    )
    def file(
        self, portal: ThePortal, taxpayer: TheTaxpayer, year: Year, month: Month
    ) -> Success[Acknowledgement] | Failure:
        """File the return with all that is saved. Its documents change only by amendment from then on."""
        period, at = period_of(year, month), portal.clock.now()
        with portal.as_supplier(taxpayer.gstin) as db:
            form = self.form(db, taxpayer.gstin, period)
            arn = service.file(db, taxpayer.gstin, form, period, at)
        return success(Acknowledgement(arn), at)

    @get(
        PERIOD,
        sync_to_thread=True,
        operation_id=operation_id,
        opt={"reply": Success[ReturnAsSaved] | Failure, "errors": [NoDocuments]},
    )
    def read(self, portal: ThePortal, taxpayer: TheTaxpayer, year: Year, month: Month) -> Stream:
        """Read back what is saved or filed of the return."""
        period = period_of(year, month)

        def payload(db: Connection) -> Iterator[str]:
            form = self.form(db, taxpayer.gstin, period)
            head = [("gstin", [f'"{taxpayer.gstin}"']), ("fp", [f'"{period}"'])]
            tables = documents(db, taxpayer.gstin, [form], period, None, with_actions=False)
            rest = service.rest(db, taxpayer.gstin, form, period)
            made = _joined(tables, rest)
            first = next(made, None)
            if first is None:
                raise NoDocuments
            return member_object(chain(head, [first], made))

        return streamed(portal, portal.as_supplier(taxpayer.gstin), payload)

    def _submit(self, portal: Portal, stin: Gstin, period: Period, kind: str, body: bytes) -> Success[Reference]:
        at = portal.clock.now()
        with portal.as_supplier(stin) as db:
            form = self.form(db, stin, period)
            reference_id = service.submit(db, stin, form, period, kind, body, at)
        return success(Reference(reference_id), at)


class Gstr1A(Gstr1):
    """GSTR-1A of a month: corrections of a filed GSTR-1 or IFF."""

    path = "/gstr-1a"

    def form(self, db: Connection, stin: Gstin, period: Period) -> Form:
        return Form.R1A


def _joined(
    tables: Iterable[tuple[str, Iterator[str]]], rest: Iterable[tuple[str, Iterator[str]]]
) -> Iterator[tuple[str, Iterator[str]]]:
    """Documents and what is kept beside them. An operator's table has both, and is one object."""
    kept = dict(rest)
    for name, pieces in tables:
        other = kept.pop(name, None)
        yield name, pieces if other is None else iter([f"{''.join(pieces)[:-1]},{''.join(other)[1:]}"])
    yield from kept.items()


@get(f"{PERIOD}/status", sync_to_thread=True, operation_id="getReturnStatus", opt={"errors": [UnknownReference]})
def status(
    portal: ThePortal, taxpayer: TheTaxpayer, year: Year, month: Month, reference_id: ReferenceId
) -> Success[FilingStatus] | Failure:
    """Ask how far a save or reset of a return is, and which documents were refused."""
    period = period_of(year, month)
    with portal.as_supplier(taxpayer.gstin) as db:
        return success(service.status(db, taxpayer.gstin, period, reference_id), portal.clock.now())


router = Router("/gst/compliance/tax-payer/gstrs", route_handlers=[Gstr1, Gstr1A, status], tags=["Filing"])
