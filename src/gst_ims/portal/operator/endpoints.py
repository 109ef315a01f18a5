"""/operator/v1: what only the person who runs the portal may do."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, Router, delete, get, post, put
from litestar.datastructures import State
from litestar.di import NamedDependency, Provide
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, PathParameter, QueryParameter, RawBody
from litestar.response import Stream
from msgspec import UNSET
from prometheus_client import CONTENT_TYPE_LATEST

from gst_ims.core.clock import parse_moment
from gst_ims.core.errors import Forbidden, NoDocuments, StatementClosed
from gst_ims.core.period import Period
from gst_ims.portal.access import service as access
from gst_ims.portal.decoding import decode
from gst_ims.portal.edge import ThePortal, streamed
from gst_ims.portal.envelope import Failure, FlatSuccess, Ok, Success, flat_success, success
from gst_ims.portal.operator import service
from gst_ims.portal.operator.faults import Faults
from gst_ims.portal.operator.schemas import (
    ApiKey,
    ApiKeyRequest,
    ClockReading,
    Distributions,
    FaultId,
    FaultList,
    FaultRequest,
    Health,
    Imports,
    Removed,
    Saved,
    TaxpayerList,
    Taxpayers,
)
from gst_ims.portal.statement import explain as explanation
from gst_ims.portal.statement import rehearsal
from gst_ims.portal.statement.schemas import Explanation, WhatIf, WhatIfRequest
from gst_ims.portal.streaming import array, member_object

OperatorKey = Annotated[str, HeaderParameter(name="x-operator-key", required=False, description="The operator's key.")]


Key = Annotated[str, PathParameter(description="The API key.", examples=[Example(value="key_live_made-up-example")])]
Recipient = Annotated[
    str, PathParameter(description="The recipient's GSTIN.", examples=[Example(value="27AAXCT0001K1Z6")])
]
RecordName = Annotated[
    str,
    PathParameter(
        description="The record: section:supplier:number:period. A bill of entry has no supplier.",
        examples=[Example(value="b2bcn:24AAXCT0003K1ZA:CN/25-26/9:102025")],
    ),
]
Moment = Annotated[
    str | None,
    QueryParameter(
        required=False,
        description="A moment in ISO 8601; now if absent.",
        examples=[Example(value="2025-12-21T10:00:00+05:30")],
    ),
]


FaultName = Annotated[str, PathParameter(description="The fault's id.", examples=[Example(value="7")])]


class Operator:
    """Proof that the caller runs this portal."""


def provide_operator(portal: ThePortal, key: OperatorKey = "") -> Operator:
    """Raises Unauthorized."""
    with portal.transaction() as db:
        access.check_operator(db, key)
    return Operator()


def provide_faults(state: State) -> Faults:
    return state["faults"]


@post("/taxpayers", sync_to_thread=True, operation_id="saveTaxpayers", status_code=200, opt={"body": Taxpayers})
def put_taxpayers(portal: ThePortal, operator: NamedDependency[Operator], body: RawBody) -> Success[Saved]:
    """Add taxpayers, or change them."""
    return success(Saved(service.put_taxpayers(portal, decode(body, Taxpayers).taxpayers)), portal.clock.now())


@get("/taxpayers", sync_to_thread=True, operation_id="listTaxpayers", opt={"reply": Success[TaxpayerList]})
def taxpayers(portal: ThePortal, operator: NamedDependency[Operator]) -> Stream:
    """List the taxpayers."""
    return streamed(
        portal, portal.transaction(), lambda db: member_object([("taxpayers", array(service.taxpayers(db)))])
    )


@post("/api-keys", sync_to_thread=True, operation_id="createApiKey", status_code=200, opt={"body": ApiKeyRequest})
def create_api_key(portal: ThePortal, operator: NamedDependency[Operator], body: RawBody) -> Success[ApiKey]:
    """Make an API key. The secret is shown this once."""
    request, at = decode(body, ApiKeyRequest), portal.clock.now()
    with portal.transaction() as db:
        key, secret = access.create_api_key(db, at, request.label, rate_limit=request.rate_limit)
    return success(ApiKey(key, secret), at)


@delete("/api-keys/{api_key:str}", sync_to_thread=True, operation_id="revokeApiKey", status_code=200)
def revoke_api_key(portal: ThePortal, operator: NamedDependency[Operator], api_key: Key) -> FlatSuccess[Ok]:
    """Take an API key back. It and all sessions that it opened are good for nothing from now on."""
    at = portal.clock.now()
    with portal.transaction() as db:
        access.revoke_api_key(db, api_key, at)
    return flat_success(Ok(), at)


@get("/clock", sync_to_thread=True, operation_id="readClock")
def read_clock(portal: ThePortal, operator: NamedDependency[Operator]) -> Success[ClockReading]:
    """Read the portal's clock."""
    at = portal.clock.now()
    return success(ClockReading(at.isoformat()), at)


@put(
    "/clock",
    sync_to_thread=True,
    operation_id="moveClock",
    status_code=200,
    opt={"body": ClockReading, "errors": [Forbidden]},
)
def move_clock(portal: ThePortal, operator: NamedDependency[Operator], body: RawBody) -> Success[ClockReading]:
    """Set the portal's clock, which runs on from there. In test mode only."""
    at = service.move_clock(portal, decode(body, ClockReading).now)
    return success(ClockReading(at.isoformat()), at)


@post("/imports", sync_to_thread=True, operation_id="saveImports", status_code=200, opt={"body": Imports})
def put_imports(portal: ThePortal, operator: NamedDependency[Operator], body: RawBody) -> Success[Saved]:
    """Take bills of entry, as ICEGATE would send them."""
    return success(Saved(service.put_imports(portal, decode(body, Imports).imports)), portal.clock.now())


@post("/isd", sync_to_thread=True, operation_id="saveDistributions", status_code=200, opt={"body": Distributions})
def put_distributions(portal: ThePortal, operator: NamedDependency[Operator], body: RawBody) -> Success[Saved]:
    """Take documents of input service distributors, as GSTR-6 would bring them."""
    return success(Saved(service.put_distributions(portal, decode(body, Distributions).isd)), portal.clock.now())


@post(
    "/what-if",
    sync_to_thread=True,
    status_code=200,
    operation_id="tryWhatIf",
    opt={"body": WhatIfRequest, "errors": [StatementClosed]},
)
def what_if(portal: ThePortal, operator: NamedDependency[Operator], body: RawBody) -> Success[WhatIf] | Failure:
    """Work out what actions would do to GSTR-2B and to suppliers' liabilities, without taking them."""
    request = decode(body, WhatIfRequest)
    rtin, period = portal.gstin(request.gstin), Period.parse(request.ret_period)
    actions = None
    if request.invdata is not UNSET:
        actions = b'{"rtin":"%s","reqtyp":"SAVE","invdata":%s}' % (rtin.encode(), bytes(request.invdata))
    return success(rehearsal.what_if(portal, rtin, period, actions), portal.clock.now())


@get(
    "/explain/{gstin:str}/{record:path}",
    sync_to_thread=True,
    operation_id="explainRecord",
    opt={"errors": [NoDocuments]},
)
def explain(
    portal: ThePortal,
    operator: NamedDependency[Operator],
    gstin: Recipient,
    record: RecordName,
    at: Moment = None,
) -> Success[Explanation] | Failure:
    """List the rules that apply to a record now, or at a moment, with source and values; and what may be done."""
    moment = None if at is None else parse_moment(at)
    found = explanation.explain(portal, portal.gstin(gstin), str(record).lstrip("/"), moment)
    return success(found, portal.clock.now())


@post(
    "/faults",
    sync_to_thread=True,
    operation_id="makeFault",
    status_code=200,
    opt={"body": FaultRequest, "errors": [Forbidden]},
)
def make_fault(
    portal: ThePortal, operator: NamedDependency[Operator], faults: NamedDependency[Faults], body: RawBody
) -> Success[FaultId]:
    """Let calls go wrong: be slow, fail, or end without an answer. In test mode only."""
    return success(FaultId(faults.add(decode(body, FaultRequest))), portal.clock.now())


@get("/faults", sync_to_thread=True, operation_id="listFaults", opt={"errors": [Forbidden]})
def list_faults(
    portal: ThePortal, operator: NamedDependency[Operator], faults: NamedDependency[Faults]
) -> Success[FaultList]:
    """List the faults that are in force. In test mode only."""
    return success(FaultList(faults.listed()), portal.clock.now())


@delete("/faults", sync_to_thread=True, operation_id="removeFaults", status_code=200, opt={"errors": [Forbidden]})
def remove_faults(
    portal: ThePortal, operator: NamedDependency[Operator], faults: NamedDependency[Faults]
) -> Success[Removed]:
    """End all faults. In test mode only."""
    return success(Removed(faults.remove()), portal.clock.now())


@delete(
    "/faults/{fault_id:str}",
    sync_to_thread=True,
    operation_id="removeFault",
    status_code=200,
    opt={"errors": [Forbidden]},
)
def remove_fault(
    portal: ThePortal, operator: NamedDependency[Operator], faults: NamedDependency[Faults], fault_id: FaultName
) -> Success[Removed]:
    """End one fault. In test mode only."""
    return success(Removed(faults.remove(fault_id)), portal.clock.now())


@get("/health", sync_to_thread=True, operation_id="checkHealth")
def health(portal: ThePortal, operator: NamedDependency[Operator]) -> Success[Health]:
    """Ask whether the portal can work."""
    with portal.transaction() as db:
        return success(service.health(db), portal.clock.now())


@get("/metrics", sync_to_thread=True, operation_id="readMetrics", media_type="text/plain")
def read_metrics(portal: ThePortal, operator: NamedDependency[Operator]) -> Response[bytes]:
    """Read the metrics of this process and of the installation, for Prometheus."""
    with portal.transaction() as db:
        text = service.measures(db)
    return Response(text, headers={"content-type": CONTENT_TYPE_LATEST})


router = Router(
    "/operator/v1",
    route_handlers=[
        *(put_taxpayers, taxpayers, create_api_key, revoke_api_key, read_clock, move_clock),
        *(put_imports, put_distributions, what_if, explain, health, read_metrics),
        *(make_fault, list_faults, remove_faults, remove_fault),
    ],
    dependencies={
        "operator": Provide(provide_operator, sync_to_thread=True),
        "faults": Provide(provide_faults, sync_to_thread=False),
    },
    tags=["Operator"],
)
