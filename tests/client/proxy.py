"""A proxy between client and portal that lets chosen calls go wrong, on the way there or on the way back."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

#: What can happen to a call.
FAULTS = (
    "lost",  # the request never arrives, and the connection ends
    "busy",  # a gateway answers 503 by itself
    "cut",  # the portal's answer never arrives
    "half",  # half of it does
    "gateway",  # it becomes a 504
    "late",  # it comes when nobody waits for it any more
    "twice",  # the request arrives twice, the first answer counts
    "second",  # the same, and the second answer counts
    "overtaken",  # the request arrives when the client has given up
)
#: Seconds after which the client gives up in these tests, and by which a call is late.
PATIENCE, LATE = 0.4, 0.9

#: Which fault a call meets, by method and path; "" for none.
Plan = Callable[[str, str], str]


class Proxy(ThreadingHTTPServer):
    """Hands calls on to a portal, by a plan."""

    daemon_threads = True

    def __init__(self, address: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.host = urlsplit(address).netloc
        self.plan: Plan = lambda method, path: ""
        self.met: list[tuple[str, str]] = []
        self.lock = threading.Lock()
        self.under_way = 0
        self.done = threading.Condition()

    def rest(self) -> None:
        """Wait until nothing is under way any more, however late it is."""
        with self.done:
            assert self.done.wait_for(lambda: self.under_way == 0, 60)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """The client may be gone: that is what it is about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy

    def log_message(self, *args: object) -> None:
        """Nothing."""

    def _handle(self) -> None:
        with self.server.done:
            self.server.under_way += 1
        try:
            self._hand_on()
        finally:
            with self.server.done:
                self.server.under_way -= 1
                self.server.done.notify_all()

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        path = urlsplit(self.path).path
        with self.server.lock:
            fault = self.server.plan(self.command, path)
            if fault:
                self.server.met.append((path, fault))
        if fault == "lost":
            return self._hang_up()
        if fault == "busy":
            return self._answer(503, b'{"code":503,"message":"busy"}')
        if fault == "overtaken":
            time.sleep(LATE)
        answer = self._forward(body)
        if fault in ("twice", "second"):
            second = self._forward(body)
            answer = second if fault == "second" else answer
        if fault == "late":
            time.sleep(LATE)
        if fault in ("cut", "overtaken"):
            return self._hang_up()
        if fault == "gateway":
            return self._answer(504, b"<html>Gateway Timeout</html>")
        return self._answer(*answer, half=fault == "half")

    do_GET = do_POST = _handle  # noqa: N815

    def _forward(self, body: bytes) -> tuple[int, bytes]:
        portal = http.client.HTTPConnection(self.server.host, timeout=30)
        try:
            headers = {
                name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")
            }
            headers.pop("accept-encoding", None)
            portal.request(self.command, self.path, body, headers)
            answer = portal.getresponse()
            return answer.status, answer.read()
        finally:
            portal.close()

    def _answer(self, status: int, body: bytes, *, half: bool = False) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if half else body)
        self.close_connection = half

    def _hang_up(self) -> None:
        self.close_connection = True


@contextmanager
def proxy(address: str) -> Iterator[Proxy]:
    """A proxy that listens."""
    server = Proxy(address)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
