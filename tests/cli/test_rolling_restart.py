"""Two portals on one database, restarted in turn under load: whoever calls the ready one sees no failure."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api import BASE, data, gstin

from gst_ims.portal.access.service import TEST_KEY, TEST_OPERATOR_KEY, TEST_SECRET

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("IMS_")}
KEY = {"x-api-key": TEST_KEY}
CALLERS = [gstin("27", 900 + n) for n in range(4)]
# A load balancer asks this often. The portal goes on for much longer when it is told to stop: machines can be slow.
PROBE_SECONDS, DRAIN_SECONDS = 0.2, 3.0


class Instance:
    """One `ims serve` of the two."""

    def __init__(self, url: str, log: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.address, self.ready = f"http://127.0.0.1:{self.port}", False
        self._url, self._log = url, log
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "gst_ims.cli", "serve", "--port", str(self.port), "--test-mode"]
        with self._log.open("a") as stderr:
            self.process = subprocess.Popen(
                [*command, "--drain", str(DRAIN_SECONDS)],
                env=ENVIRONMENT | {"IMS_DATABASE_URL": self._url},
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
            )
        assert self.process.stdout is not None
        assert self.process.stdout.readline().startswith("ready: "), self._log.read_text()

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=60)
        return self.process.returncode

    def probe(self) -> None:
        with suppress(httpx.TransportError):
            self.ready = httpx.get(f"{self.address}/health/ready", timeout=20).status_code == 200
            return
        self.ready = False


@dataclass
class Balancer:
    """Calls whichever instance was ready when it was asked last, in turn. It tries nothing twice."""

    instances: list[Instance]
    answers: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    _turn: int = 0

    def watch(self, instance: Instance) -> None:
        while not self.stopping.wait(PROBE_SECONDS):
            instance.probe()

    def wait_ready(self, instance: Instance) -> None:
        until = time.monotonic() + 30
        while not instance.ready:
            assert time.monotonic() < until
            time.sleep(0.05)

    def call(self, http: httpx.Client, method: str, path: str, **more: Any) -> Any:
        """The payload of an answer; what isn't one is written down."""
        # On a busy machine a probe may come too late for both at once; what is promised holds for whoever is ready.
        until = time.monotonic() + 60
        while not (ready := [instance for instance in self.instances if instance.ready]) and time.monotonic() < until:
            time.sleep(0.05)
        self._turn += 1
        try:
            assert ready, "nobody is ready"
            instance = ready[self._turn % len(ready)]
            answer = http.request(method, f"{instance.address}{path}", timeout=20, **more)
            found = data(answer) if path != "/authenticate" else answer.json()["data"]
        except (httpx.TransportError, AssertionError) as error:
            self.failures.append(f"{method} {path}, while {len(ready)} were ready: {error!r}")
            raise
        self.answers[instance.address] += 1
        return found


def use(balancer: Balancer, who: str, saves: list[str]) -> None:
    """What an integrator does all day: sign in, save, ask until it is done, count, list."""
    with httpx.Client() as http:
        account = balancer.call(http, "POST", "/authenticate", headers={**KEY, "x-api-secret": TEST_SECRET})
        headers = {**KEY, "authorization": account["access_token"]}
        taxpayer = {"username": f"user.{who}", "gstin": who}
        balancer.call(http, "POST", f"{BASE}/otp", headers=headers, json=taxpayer)
        session = balancer.call(http, "POST", f"{BASE}/otp/verify?otp=575757", headers=headers, json=taxpayer)
        headers["authorization"] = session["access_token"]
        status = f"{BASE}/invoices/status"
        while not balancer.stopping.is_set():
            body = {"rtin": who, "reqtyp": "SAVE", "invdata": {"b2b": []}}
            reference = balancer.call(http, "POST", f"{status}/save", headers=headers, json=body)["reference_id"]
            found, until = "P", time.monotonic() + 120
            while found == "P" and time.monotonic() < until:
                time.sleep(0.02)  # nobody asks without a pause, and the portals that start need the processor
                query = {"reference_id": reference}
                found = balancer.call(http, "GET", status, headers=headers, params=query)["status_cd"]
                balancer.call(http, "GET", f"{BASE}/invoices?section=B2B", headers=headers)
            saves.append(found)


@pytest.fixture
def balancer(database_url: str, tmp_path: Path) -> Iterator[Balancer]:
    instances: list[Instance] = []
    try:
        for name in ("a", "b"):
            instances.append(Instance(database_url, tmp_path / name))
        yield Balancer(instances)
    finally:
        for instance in instances:
            if instance.process.poll() is None:
                instance.stop()


def test_a_rolling_restart_under_load_fails_no_call(balancer: Balancer) -> None:
    row = {"legal_name": "x", "trade_name": "x", "filing_frequency": "monthly", "taxpayer_type": "Regular"}
    rows = [row | {"gstin": who, "username": f"user.{who}"} for who in CALLERS]
    operator = {"x-operator-key": TEST_OPERATOR_KEY}
    address = balancer.instances[0].address
    data(httpx.post(f"{address}/operator/v1/taxpayers", headers=operator, json={"taxpayers": rows}))
    saves: list[str] = []
    watchers = [threading.Thread(target=balancer.watch, args=(instance,)) for instance in balancer.instances]
    users = [threading.Thread(target=use, args=(balancer, who, saves)) for who in CALLERS]
    for thread in watchers:
        thread.start()
    for instance in balancer.instances:
        balancer.wait_ready(instance)
    for thread in users:
        thread.start()
    time.sleep(1)
    codes = []
    for instance in balancer.instances:
        codes.append(instance.stop())
        instance.start()
        balancer.wait_ready(instance)
        time.sleep(1)
    balancer.stopping.set()
    for thread in [*users, *watchers]:
        thread.join(150)
    assert balancer.failures == []
    assert codes == [0, 0]
    assert all(balancer.answers[instance.address] > 50 for instance in balancer.instances)
    assert set(saves) == {"S"}
    assert len(saves) > 10
