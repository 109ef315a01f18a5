"""/health: what load balancers and supervisors ask, without a key. It says nothing of what the portal holds."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from typing import Literal

from litestar import Response, Router, get
from litestar.datastructures import State
from msgspec import Struct
from psycopg import Error as PsycopgError
from psycopg_pool import PoolTimeout

from gst_ims.database.migrate import newest
from gst_ims.database.queue import STALLED_SECONDS
from gst_ims.portal.context import Portal
from gst_ims.portal.context import queries as portal_queries
from gst_ims.portal.edge import ThePortal
from gst_ims.portal.operator.service import queries


class Readiness(Struct):
    """Whether this process should get calls, and what of it holds."""

    status: Literal["ready", "not ready"] = "not ready"
    stopping: bool = False
    database: bool = False
    schema: bool = False
    worker: bool = False


def readiness(portal: Portal, *, stopping: bool) -> Readiness:
    """Look whether the database answers, has our tables, and a worker lives.

    Tables of a newer version are ours too: while versions change, the old processes go on beside the new ones.
    """
    state = Readiness(stopping=stopping)
    try:
        with portal.transaction() as db:
            state.database = True
            state.schema = queries.schema_version(db) >= _newest()
            alive = portal_queries.database_time(db) - timedelta(seconds=STALLED_SECONDS)
            state.worker = portal_queries.living_worker(db, since=alive) is not None
    except (PsycopgError, PoolTimeout):
        state.database = False
    if state.database and state.schema and state.worker and not stopping:
        state.status = "ready"
    return state


_newest = cache(newest)


@get("/live", include_in_schema=False, sync_to_thread=False)
def live() -> dict[str, str]:
    """Answers while the process runs: restart it if this doesn't."""
    return {"status": "live"}


@get("/ready", include_in_schema=False, sync_to_thread=True)
def ready(portal: ThePortal, state: State) -> Response[Readiness]:
    """200 while this process should get calls, else 503."""
    found = readiness(portal, stopping=state.get("stopping", False))
    return Response(found, status_code=200 if found.status == "ready" else 503)


router = Router("/health", route_handlers=[live, ready])
