"""A server over a real socket that answers with documents written by hand, shaped as the contract has them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

BASE = "/gst/compliance/tax-payer"


@dataclass
class Asked:
    """A call that came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Said:
    """An answer. `body` is bytes, or what becomes JSON."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def well(payload: Any, **more: Any) -> Said:
    """The envelope of success around a payload of GSTN."""
    data = {"status_cd": "1", "data": payload}
    return Said({"code": 200, "timestamp": 1763446641000, "data": data, "transaction_id": "t-1000"} | more)


def flat(**data: Any) -> Said:
    """The envelope of access, whose members stand beside status_cd."""
    return Said({"code": 200, "timestamp": 1763446641000, "data": {"status_cd": "1", **data}, "transaction_id": "t"})


def refusal(code: str, message: str = "No") -> Said:
    """A failure of business: HTTP 200."""
    data = {"status_cd": "0", "error": {"message": message, "error_cd": code}}
    return Said({"code": 200, "timestamp": 1763446641000, "data": data, "transaction_id": "t-refused"})


def failure(status: int, message: str = "No", **headers: str) -> Said:
    """A failure before that."""
    body = {"code": status, "message": message, "timestamp": 1763446641000, "transaction_id": "t-failed"}
    return Said(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


SIGN_IN = {
    ("POST", "/authenticate"): [Said({"code": 200, "data": {"access_token": "account-token"}, "timestamp": 1})],
    ("POST", f"{BASE}/otp"): [flat()],
    ("POST", f"{BASE}/otp/verify"): [
        flat(access_token="taxpayer-token", session_expiry=1763468241000, token_expiry=1763468241000)
    ],
}


class Replay(ThreadingHTTPServer):
    """Answers each address with its documents in order, the last again and again."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers: dict[tuple[str, str], list[Said]] = {key: list(said) for key, said in SIGN_IN.items()}
        self.asked: list[Asked] = []
        self.lock = threading.Lock()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def on(self, method: str, path: str, *answers: Said) -> None:
        """What a call of the taxpayer is answered with; `path` is short."""
        self.answers[method, path if path.startswith("/") else f"{BASE}/{path}"] = list(answers)

    def calls(self, path: str) -> list[Asked]:
        """The calls of an address until now."""
        return [asked for asked in self.asked if asked.path == f"{BASE}/{path}"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Replay

    def log_message(self, *args: object) -> None:
        """Nothing."""

    def _handle(self) -> None:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, url.path, dict(parse_qsl(url.query)), headers, body)
        with self.server.lock:
            self.server.asked.append(asked)
            answers = self.server.answers.get((self.command, url.path), [failure(404)])
            said = answers.pop(0) if len(answers) > 1 else answers[0]
        content = said.body if isinstance(said.body, bytes) else json.dumps(said.body).encode()
        self.send_response(said.status)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _handle  # noqa: N815


@contextmanager
def replaying() -> Iterator[Replay]:
    """A server that listens."""
    server = Replay()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
