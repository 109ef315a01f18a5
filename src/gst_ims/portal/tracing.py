"""What is known of every call: its id, its operation, how it ended and how long it took."""

from __future__ import annotations

import time
from typing import Any, cast
from uuid import uuid4

import structlog
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from gst_ims.portal.operator import metrics

log = structlog.get_logger()


def traced(app: ASGIApp) -> ASGIApp:
    """`app`, whose calls have an id: it is the answer's transaction_id, and in every line of the log about the call."""

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        structlog.contextvars.bind_contextvars(transaction_id=str(uuid4()))
        began, status = time.perf_counter(), 0

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                if state.get("stopping"):
                    # Whoever keeps connections open opens the next one elsewhere.
                    message["headers"] = [*message["headers"], (b"connection", b"close")]
            await send(message)

        state = scope["litestar_app"].state
        try:
            await app(scope, receive, watch)
        finally:
            about = cast("dict[str, Any]", scope)
            method, path = about.get("method", "other"), about.get("path_template") or "unknown"
            operation, seconds = state["operations"].get((method, path), "other"), time.perf_counter() - began
            metrics.observe(method, path, operation, status, seconds)
            # Load balancers ask every second.
            if not path.startswith("/health/"):
                log.info("call", operation=operation, status=status, seconds=round(seconds, 4))

    return call
