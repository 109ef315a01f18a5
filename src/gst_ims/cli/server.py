"""uvicorn as `ims serve` needs it: it says when it listens, ends in order, and can hang up on demand."""

from __future__ import annotations

import asyncio
import socket
import time
from asyncio import BaseTransport
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, cast

import uvicorn
from litestar.datastructures import State
from litestar.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from gst_ims.core.errors import ImsError

# So long running calls may go on when the server is told to stop.
STOP_SECONDS = 30
# Whoever comes beyond it is answered 503 at once. Fewer than the files that a process may usually have open, 1,024.
CONNECTIONS = 500


class Application(Protocol):
    """What is served. Its state says `stopping` once it is being stopped."""

    @property
    def state(self) -> State: ...

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None: ...


class BadCertificate(ImsError):
    """The certificate or its key is of no use."""


class Connection(H11Protocol):
    """A connection that a call can close without an answer: portal/operator/faults.py does."""

    def connection_made(self, transport: BaseTransport) -> None:  # type: ignore[override]
        connection = cast("asyncio.Transport", transport)
        super().connection_made(connection)
        self.app_state = {**self.app_state, "hang_up": connection.abort}


class Server(uvicorn.Server):
    """Serves `app`, with `certificate` over TLS; `drain`: for how many seconds it goes on when told to stop."""

    def __init__(
        self,
        app: Application,
        drain: float,
        on_ready: Callable[[], None],
        certificate: Path | None = None,
        key: Path | None = None,
    ) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=STOP_SECONDS,
                # Nothing hangs on where a call comes from, so nobody's word for it is taken.
                proxy_headers=False,
                server_header=False,
                limit_concurrency=CONNECTIONS,
                ssl_certfile=certificate,
                ssl_keyfile=key,
            )
        )
        try:
            self.config.load()
        except OSError as error:
            raise BadCertificate(f"--tls-cert and --tls-key can't be used: {error.strerror or error}.") from error
        self._app, self._drain, self._on_ready = app, drain, on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that we aren't ready any more, go on until load balancers have seen it, then let running calls end."""
        self._app.state["stopping"] = True
        until = time.monotonic() + self._drain
        while time.monotonic() < until and not self.force_exit:
            await asyncio.sleep(0.05)
        await super().shutdown(sockets)
