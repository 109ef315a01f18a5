"""A taxpayer's program at the wire: it doesn't know what happened when the connection breaks, and finds out."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from tests.api import BASE

from faults.running import PATIENCE_SECONDS
from gst_ims.core.gstin import Gstin
from gst_ims.portal.access.service import TEST_KEY, TEST_OTP, TEST_SECRET

# Two programs of one taxpayer would use up each other's password.
_signing_in = threading.Lock()
IN_PROGRESS = {"IMSSAV0015", "RET191251"}


class Unknown(Exception):
    """No answer came: what was asked may have happened or not."""


class Refused(Exception):
    """A business failure; its code."""


@dataclass(frozen=True)
class Acknowledged:
    """What the portal promised to somebody: that a request will be worked on, or that a return is filed."""

    gstin: Gstin
    kind: str  # action, filing, statement: requests; GSTR-1, GSTR-3B: filed
    name: str  # the reference id, or the acknowledgement number


@dataclass
class Log:
    """All acknowledgements that reached anybody."""

    entries: list[Acknowledged] = field(default_factory=list)
    unknown: int = 0  # requests that were sent and had no answer
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, entry: Acknowledged) -> None:
        with self._lock:
            self.entries.append(entry)

    def lost_sight(self) -> None:
        with self._lock:
            self.unknown += 1


class Wire:
    """One taxpayer."""

    def __init__(self, address: str, gstin: Gstin, log: Log) -> None:
        self.gstin, self.log = gstin, log
        self.http = httpx.Client(base_url=address, timeout=60)
        self._token = ""

    def close(self) -> None:
        """Hang up."""
        self.http.close()

    def ask(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The payload of an answer. Raises Unknown, Refused."""
        try:
            answer = self._send(method, path, body, query)
            if answer.status_code == 403:
                self._sign_in()
                answer = self._send(method, path, body, query)
            read = answer.json()["data"] if answer.status_code == 200 else None
        except (httpx.HTTPError, ValueError) as error:
            raise Unknown(str(error)) from error
        if answer.status_code >= 500:
            raise Unknown(answer.text)
        assert read is not None, answer.text
        if read["status_cd"] == "0":
            raise Refused(read["error"]["error_cd"])
        return read.get("data", read)

    def insist(self, method: str, path: str, body: Any = None, **query: str) -> Any:
        """The same until there is an answer: of what may be asked twice. Raises Refused."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self.ask(method, path, body, **query)
            except Unknown:
                if time.monotonic() > until:
                    raise
            except Refused as refusal:
                if str(refusal) not in IN_PROGRESS or time.monotonic() > until:
                    raise
            time.sleep(0.1)

    def acknowledged(self, kind: str, path: str, body: Any = None) -> str:
        """Ask for something once, and note the promise. Raises Unknown, Refused."""
        try:
            promise = self.ask("POST", path, body)
        except Unknown as unknown:
            if not isinstance(unknown.__cause__, httpx.ConnectError):
                self.log.lost_sight()
            time.sleep(0.1)
            raise
        name: str = promise.get("reference_id") or promise["ack_num"]
        self.log.add(Acknowledged(self.gstin, kind, name))
        return name

    def wait(self, path: str, reference_id: str, while_status: str) -> dict[str, Any]:
        """How a request ended."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            status = self.insist("GET", path, reference_id=reference_id)
            if status["status_cd"] != while_status:
                return status
            if time.monotonic() > until:
                raise TimeoutError(f"{reference_id} of {self.gstin} isn't finished")
            time.sleep(0.05)

    def _send(self, method: str, path: str, body: Any, query: dict[str, str]) -> httpx.Response:
        headers = {"x-api-key": TEST_KEY, "authorization": self._token}
        return self.http.request(method, f"{BASE}/{path}", headers=headers, json=body, params=query)

    def _sign_in(self) -> None:
        """Raises httpx.HTTPError, also where the answer is one of a portal that is just dying."""
        with _signing_in:
            self._token = self._new_token()

    def _new_token(self) -> str:
        secret = {"x-api-key": TEST_KEY, "x-api-secret": TEST_SECRET}
        account = self.http.post("/authenticate", headers=secret).raise_for_status().json()["data"]["access_token"]
        headers = {"x-api-key": TEST_KEY, "authorization": account}
        who = {"gstin": self.gstin, "username": f"user.{self.gstin}"}
        self.http.post(f"{BASE}/otp", headers=headers, json=who).raise_for_status()
        verified = self.http.post(f"{BASE}/otp/verify?otp={TEST_OTP}", headers=headers, json=who).raise_for_status()
        found = verified.json()["data"]
        if found["status_cd"] != "1":
            raise httpx.RequestError(f"no session: {found}")
        return found["access_token"]
