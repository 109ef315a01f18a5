"""A portal over a real socket, and files that are carried to it and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
import pytest
from litestar.testing import TestClient
from tests.api import BASE, Api, Taxpayer, data
from tests.client.conftest import listening, make_client, signed_in
from tests.portal.conftest import NOW
from tests.portal.contract.conftest import tables

from gst_ims.client import Session
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.portal.access.service import TEST_KEY
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Settings
from gst_ims.portal.start import install, open_portal


@dataclass
class Carried:
    """A portal that listens, and what a person does there by hand."""

    api: Api
    address: str
    clients: ExitStack = field(default_factory=ExitStack)

    def ask(self, who: Taxpayer, method: str, path: str, content: bytes | None = None) -> httpx.Response:
        """A call of a taxpayer over the socket."""
        if who.signed_in_after != self.api.moves:
            who.sign_in()
        headers = {"x-api-key": TEST_KEY, "authorization": who.token}
        return httpx.request(method, f"{self.address}{BASE}/{path}", headers=headers, content=content, timeout=60)

    def fetch(self, who: Taxpayer, path: str, into: Path) -> Path:
        """Download a file, under the name that the portal gives it."""
        answer = self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.text
        name = answer.headers["content-disposition"].split('"')[1]
        into.mkdir(parents=True, exist_ok=True)
        (into / name).write_bytes(answer.content)
        return into / name

    def upload(self, who: Taxpayer, file: Path) -> str:
        """Upload a file and wait until it is processed. Returns the reference id."""
        answer = data(self.ask(who, "POST", "invoices/offline", file.read_bytes()))
        self.api.work()
        return answer["reference_id"]

    def carry(self, who: Taxpayer, files: list[Path], back: Path) -> list[str]:
        """Upload files, and put the files of errors into `back`. Returns how each upload ended."""
        ended: list[str] = []
        for file in files:
            reference = self.upload(who, file)
            ended.append(who.status_of(reference)["status_cd"])
            if ended[-1] in ("PE", "ER"):
                self.fetch(who, f"invoices/offline/errors?reference_id={reference}", back)
        return ended

    def filled(self) -> Taxpayer:
        """A new recipient, with four documents in each of the eight sections."""
        recipient, supplier, operator = self.api.company("27"), self.api.company("24"), self.api.company("29")
        sold = tables(recipient, supplier)
        outward = {name: sold[name] for name in ("b2b", "b2ba", "cdnr", "cdnra")}
        assert supplier.save_return("2025/10", **outward)["status_cd"] == "P"
        assert operator.save_return("2025/10", ecom=sold["ecom"], ecoma=sold["ecoma"])["status_cd"] == "P"
        data(supplier.file())
        return recipient

    def session(self, who: Taxpayer, state: Path) -> Session:
        """The same recipient through the API."""
        return signed_in(self.clients.enter_context(make_client(self.address, state)), who)


@pytest.fixture(scope="session")
def standing(server: EmbeddedServer) -> Iterator[Carried]:
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("create database carried template ims")
    with ExitStack() as stack:
        settings = Settings(test_mode=True, rate_limit=None, status_dialect="gstn")
        portal = stack.enter_context(open_portal(server.url_of("carried"), settings, pool_size=8))
        install(portal)
        http = stack.enter_context(TestClient(create_app(portal), raise_server_exceptions=False))
        address = stack.enter_context(listening(portal))
        yield Carried(Api(portal, http), address)


@pytest.fixture
def by_hand(standing: Carried) -> Iterator[Carried]:
    """The portal on the 5th of November 2025, when October is open."""
    standing.api.go_to(NOW)
    with standing.clients:
        yield standing
