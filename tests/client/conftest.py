"""A portal over a real socket with a worker of its own, in both dialects, and clients of it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from litestar.testing import TestClient
from tests.api import Api, Taxpayer, data, invoice, note
from tests.client.replay import Replay, replaying
from tests.portal.conftest import NOW

from gst_ims.cli import serve
from gst_ims.cli.server import Server
from gst_ims.client import Client, FileStore, Session
from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.errors import ReturnInProgress
from gst_ims.core.gstin import Gstin
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.portal.access.service import TEST_KEY, TEST_OTP, TEST_SECRET
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Dialect, Portal, Settings
from gst_ims.portal.start import install, open_portal

KEYS = {"api_key": TEST_KEY, "api_secret": TEST_SECRET}


def quick(seconds: float) -> None:
    """Sleeps, but not as long as with a portal far away."""
    time.sleep(min(seconds, 0.05))


@dataclass
class Served:
    """A portal that listens: its own users' view of it, and its address in each dialect."""

    api: Api
    addresses: dict[str, str]

    @property
    def address(self) -> str:
        return self.addresses["overview"]


@contextmanager
def listening(portal: Portal) -> Iterator[str]:
    """The portal's address while it listens."""
    listener = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    server = Server(create_app(portal), 0, ready.set)
    thread = threading.Thread(target=server.run, args=([listener],))
    thread.start()
    try:
        assert ready.wait(10)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@contextmanager
def serving(server: EmbeddedServer, dialects: Sequence[Dialect] = ("overview",)) -> Iterator[Served]:
    """A portal on a database of its own that listens in each dialect, with a worker."""
    name = f"served_{uuid4().hex[:8]}"
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute(f"create database {name} template ims strategy file_copy")
    url, settings = server.url_of(name), Settings(test_mode=True, rate_limit=None)
    with ExitStack() as stack:
        portal = stack.enter_context(open_portal(url, settings, pool_size=8))
        install(portal)
        http = stack.enter_context(TestClient(create_app(portal), raise_server_exceptions=False))
        addresses: dict[str, str] = {
            dialect: stack.enter_context(listening(replace(portal, settings=replace(settings, status_dialect=dialect))))
            for dialect in dialects
        }
        stack.enter_context(serve._worker(url, settings))  # pyright: ignore[reportPrivateUsage]
        yield Served(Api(portal, http), addresses)


@pytest.fixture(scope="session")
def running(server: EmbeddedServer) -> Iterator[Served]:
    with serving(server, ("overview", "gstn")) as served:
        yield served


@pytest.fixture
def served(running: Served) -> Served:
    """The portal on the 5th of November 2025, when October is open."""
    running.api.go_to(NOW)
    return running


@pytest.fixture
def recipient(served: Served) -> Taxpayer:
    """A recipient in Maharashtra whom nobody has met: seven invoices, three credit notes, two debit notes."""
    who = served.api.company("27")
    fill(served.api, who.gstin)
    return who


def fill(api: Api, rtin: Gstin, invoices: int = 7, notes: int = 3) -> Taxpayer:
    """Documents of a new supplier for a recipient, saved and filed. Returns the supplier."""
    supplier = api.company("24")
    sold: list[dict[str, Any]] = [invoice(f"INV-{n}", taxable=1000 + n) for n in range(invoices)]
    credited = [note(f"CN-{n}", taxable=100 + n) for n in range(notes)]
    debited = [note(f"DN-{n}", kind="D") for n in range(min(notes, 2))]
    tables = {"b2b": [{"ctin": rtin, "inv": sold}], "cdnr": [{"ctin": rtin, "nt": [*credited, *debited]}]}
    assert supplier.save_return("2025/10", **tables)["status_cd"] == "P"
    filed = supplier.file()
    while filed.json()["data"].get("error", {}).get("error_cd") == ReturnInProgress.code:  # the worker is at it too
        time.sleep(0.05)
        filed = supplier.file()
    data(filed)
    return supplier


def file_3b(who: Taxpayer, period: str = "2025/10") -> None:
    """Have GSTR-2B computed, and file GSTR-3B on it."""
    for _ in range(300):  # the worker may be at GSTR-2B, or have drafted it before the last decision
        filed = who.post(f"gstrs/gstr-3b/{period}/file")
        if filed.json()["data"]["status_cd"] == "1":
            return
        who.post(f"gstrs/gstr-2b/{period}/regenerate")
        time.sleep(0.1)
    data(filed)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where the clients of a test keep their state."""
    return tmp_path / "state"


@pytest.fixture(params=["overview", "gstn"])
def client(served: Served, state: Path, request: pytest.FixtureRequest) -> Iterator[Client]:
    """A client of the portal, once in each dialect."""
    with make_client(served.addresses[request.param], state) as client:
        yield client


def make_client(address: str, state: Path, sleep: Callable[[float], None] = quick, **more: Any) -> Client:
    more = {"token_store": FileStore(state / "tokens"), **more}
    return Client(base_url=address, **KEYS, state=state, sleep=sleep, **more)


def signed_in(client: Client, who: Taxpayer) -> Session:
    """The session of a taxpayer with a new token."""
    session = client.taxpayer(who.gstin, who.username or f"user.{who.gstin}")
    session.request_otp()
    session.verify(TEST_OTP)
    return session


@pytest.fixture
def session(client: Client, recipient: Taxpayer) -> Session:
    return signed_in(client, recipient)


class Time(FixedClock):
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        super().__init__(datetime(2025, 11, 5, 10, tzinfo=IST))
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += timedelta(seconds=seconds)


@pytest.fixture
def moment() -> Time:
    return Time()


@pytest.fixture
def replay() -> Iterator[Replay]:
    """A server of documents."""
    with replaying() as server:
        yield server


@pytest.fixture
def reader(replay: Replay, state: Path, moment: Time) -> Iterator[Client]:
    """A client of that server, for whom time passes only while he sleeps, and chance is always the middle."""
    with make_client(replay.address, state, moment.sleep, clock=moment, random=lambda: 1.0) as client:
        yield client


@pytest.fixture
def reading(reader: Client) -> Session:
    """A signed-in taxpayer there."""
    session = reader.taxpayer("27AAXCT0001K1Z6", "acme.com")
    session.request_otp()
    session.verify("575757")
    return session
