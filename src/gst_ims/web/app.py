"""The workbench as an ASGI application: the pages put together."""

from __future__ import annotations

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide

from gst_ims.desk.desk import Desk
from gst_ims.web import assets, edge
from gst_ims.web.asking import router as asking
from gst_ims.web.books.endpoints import router as books
from gst_ims.web.books.uploads import Uploads
from gst_ims.web.contacts.endpoints import router as contacts
from gst_ims.web.decisions.endpoints import router as decisions
from gst_ims.web.home.endpoints import router as home
from gst_ims.web.inward.endpoints import router as inward
from gst_ims.web.matching.endpoints import router as matching
from gst_ims.web.outward.endpoints import router as outward
from gst_ims.web.policy.endpoints import router as policy
from gst_ims.web.reports.endpoints import router as reports
from gst_ims.web.sessions.endpoints import router as sessions
from gst_ims.web.statements.endpoints import router as statements
from gst_ims.web.tables.endpoints import router as tables

#: The largest upload: a register of a million rows as .xlsx.
MAX_BODY = 200_000_000

#: The addresses that are the workbench's where a portal is served beside it: these, and what is below them.
PATHS = ("/desk", "/sign-in", "/sign-out", "/web")


def create_app(desk: Desk, *, secure: bool = False, hint: str = "") -> Litestar:
    """The application that serves `desk`: over HTTPS where it is `secure`. `hint` is said at the door."""
    return Litestar(
        route_handlers=[
            Router("/", route_handlers=[assets.asset]),
            sessions,
            home,
            inward,
            books,
            matching,
            decisions,
            policy,
            outward,
            asking,
            statements,
            tables,
            reports,
            contacts,
        ],
        dependencies={
            "desk": Provide(edge.provide_desk, sync_to_thread=False),
            "person": Provide(edge.provide_person, sync_to_thread=False),
            "gstin": Provide(edge.provide_gstin, sync_to_thread=False),
        },
        before_request=edge.admit,
        before_send=[edge.protect],
        exception_handlers=edge.EXCEPTION_HANDLERS,
        request_max_body_size=MAX_BODY,
        state=State({"desk": desk, "secure": secure, "hint": hint, "assets": assets.load(), "uploads": Uploads()}),
        openapi_config=None,
        logging_config=None,
    )
