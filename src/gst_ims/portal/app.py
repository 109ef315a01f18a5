"""The portal as an ASGI application: the endpoints put together."""

from __future__ import annotations

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide

from gst_ims.core.gstin import Gstin
from gst_ims.portal import edge
from gst_ims.portal.access.endpoints import authenticate
from gst_ims.portal.access.endpoints import router as access
from gst_ims.portal.action.endpoints import router as action
from gst_ims.portal.context import Portal
from gst_ims.portal.docs.endpoints import router as docs
from gst_ims.portal.filing.endpoints import router as filing
from gst_ims.portal.offline.endpoints import router as offline
from gst_ims.portal.openapi import openapi_json, operation_names
from gst_ims.portal.operator.endpoints import router as operator
from gst_ims.portal.operator.faults import Faults, obey_faults
from gst_ims.portal.operator.probes import router as probes
from gst_ims.portal.record.endpoints import router as record
from gst_ims.portal.statement.endpoints import router as statement
from gst_ims.portal.supplier.endpoints import router as supplier
from gst_ims.portal.tracing import traced

# GSTN takes 5 MB; a little more, so that it's not our limit that clients meet first.
MAX_BODY = 8_000_000


def create_app(portal: Portal) -> Litestar:
    """The application that serves `portal`. Whoever opened the portal closes it."""
    calls = [authenticate, access, record, action, offline, supplier, filing, statement]
    app = Litestar(
        route_handlers=[
            Router("/", route_handlers=calls, middleware=[obey_faults]),
            *(operator, probes, openapi_json, docs),
        ],
        dependencies={
            "portal": Provide(edge.provide_portal, sync_to_thread=False),
            "account": Provide(edge.provide_account, sync_to_thread=True),
            "caller": Provide(edge.provide_caller, sync_to_thread=True),
            "taxpayer": Provide(edge.provide_taxpayer, sync_to_thread=True),
        },
        exception_handlers=edge.EXCEPTION_HANDLERS,
        before_send=[edge.add_allowance],
        request_max_body_size=MAX_BODY,
        state=State({"portal": portal}),
        type_encoders={Gstin: str},
        response_class=edge.Answer,
        openapi_config=None,
        logging_config=None,
    )
    app.state["operations"] = operation_names(app)
    app.state["faults"] = Faults(portal, app.state["operations"])
    app.asgi_handler = traced(app.asgi_handler)
    return app
