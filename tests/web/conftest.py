"""A workbench with people at it: a desk which has read a portal and a register."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from httpx import Response
from litestar.testing import TestClient
from psycopg import sql
from tests.api import Taxpayer, echo
from tests.client.conftest import Served, fill, make_client, serving, signed_in
from tests.desk.push.test_promise import draw_up
from tests.portal.conftest import NOW

from gst_ims.connect.portal import Portal
from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.database.connection import open_pool
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.desk import jobs
from gst_ims.desk.desk import Desk
from gst_ims.desk.match import service as matching
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Role
from gst_ims.desk.push import promise
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.sessions import service as sessions
from gst_ims.desk.sync.sales import sync_sales
from gst_ims.desk.sync.service import sync
from gst_ims.web.app import create_app
from gst_ims.web.tokens import COOKIE, HEADER, form_token

PASSWORD = "correct horse battery"
SCRIPT = "<script>alert('x')</script>"
HEADINGS = "Supplier GSTIN,Invoice Number,Invoice Date,Invoice Value,Taxable Value,IGST,CGST,SGST"
#: Who works here. Devi is somebody else's.
STAFF = {
    "Bina": (Role.ADMINISTRATOR, Role.APPROVER),
    "Asha": (Role.PREPARER,),
    "Chetan": (Role.APPROVER,),
    "Vera": (Role.VIEWER,),
}


@dataclass(frozen=True)
class Workbench:
    """A desk, and what it is about: `mine`, and `other`, a taxpayer of whom only Devi knows."""

    desk: Desk
    clock: FixedClock
    url: str
    mine: Gstin
    other: Gstin
    supplier: Taxpayer


class Visitor:
    """Somebody with a browser that has no script: it sends what our pages would."""

    def __init__(self, client: TestClient[Any]) -> None:
        self.client = client

    def sign_in(self, name: str, password: str = PASSWORD, code: str = "", back: str = "") -> Response:
        form = {"name": name, "password": password, "code": code, "back": back}
        form["form_token"] = form_token(self.client.cookies.get(COOKIE) or "")
        return self.client.post("/sign-in", data=form, follow_redirects=False)

    @property
    def token(self) -> dict[str, str]:
        return {HEADER: form_token(self.client.cookies.get(COOKIE) or "")}

    def get(self, path: str, **more: Any) -> Response:
        return self.client.get(path, follow_redirects=False, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Response:
        headers = self.token | more.pop("headers", {})
        return self.client.post(path, json=body, headers=headers, follow_redirects=False, **more)


@pytest.fixture(scope="session")
def served(server: EmbeddedServer) -> Iterator[Served]:
    """The portal that the workbench reads."""
    with serving(server) as portal:
        yield portal


@pytest.fixture(scope="session")
def workbench(server: EmbeddedServer, served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """A workbench for tests in any order: each leaves records, books and findings as it found them."""
    with open_workbench(server, served, tmp_path_factory.mktemp("workbench")) as made:
        yield made


@contextmanager
def open_workbench(server: EmbeddedServer, served: Served, folder: Path) -> Generator[Workbench]:
    """The desk of somebody with twelve records, two of which the books have, one with another amount.

    Modules that change more than they can put back have one of their own: what others make in it is made for a module.
    """
    database = folder.name
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute(sql.SQL("create database {} template ims strategy file_copy").format(sql.Identifier(database)))
    served.api.go_to(NOW)
    clock = FixedClock(datetime.fromisoformat(NOW).replace(tzinfo=IST))
    mine, other = served.api.company("27"), served.api.company("29")
    supplier = fill(served.api, mine.gstin)
    fill(served.api, other.gstin, invoices=1, notes=1)

    @contextmanager
    def ways(profile: str, gstin: Gstin) -> Generator[Portal]:
        with make_client(served.address, folder / "state") as client:
            yield signed_in(client, served.api.taxpayer(gstin))

    with open_pool(server.url_of(database), 8) as pool:
        desk = Desk(pool, clock, ways)
        people.found(desk, mine.gstin, "Konkan Traders", "konkan", "monthly", "Bina")
        people.found(desk, other.gstin, "Mysuru Mills", "mysuru", "monthly", "Devi")
        bina = people.person(desk, "Bina")
        for name, roles in STAFF.items():
            people.put_person(desk, bina, name, f"{name.lower()}@example.in")
            for role in roles:
                people.grant(desk, bina, mine.gstin, name, role)
        for name in (*STAFF, "Devi"):
            sessions.set_password(desk, name, PASSWORD)
        for gstin in (mine.gstin, other.gstin):
            sync(desk, gstin)
        keep(desk, mine.gstin, folder / "tally.csv", rows_of(supplier.gstin))
        matching.run(desk, mine.gstin)
        yield Workbench(desk, clock, server.url_of(database), mine.gstin, other.gstin, supplier)


def rows_of(supplier: Gstin) -> list[str]:
    """INV-1 as it is, INV-2 with another amount, and one that the portal hasn't."""
    return [
        f"{supplier},INV-1,05-10-2025,1181.18,1001,180.18,0,0",
        f"{supplier},INV-2,05-10-2025,1298.00,1100,198.00,0,0",
        f"{supplier},INV-99,05-10-2025,11800,10000,1800,0,0",
    ]


def keep(desk: Desk, gstin: Gstin, path: Path, rows: list[str], label: str = "tally") -> None:
    """Keep a register of these rows."""
    path.write_text("\n".join([HEADINGS, *rows]) + "\n")
    with read([path], gstin) as register:
        registers.keep(desk, people.person(desk, "Asha"), gstin, label, register, {path.name: "0" * 64})


@pytest.fixture(scope="module")
def drawn(workbench: Workbench, served: Served) -> Gstin:
    """Somebody with two readings of GSTR-2B of October: before the second an invoice was rejected and one kept pending.

    Asha prepares for him, Chetan approves, Vera looks. Afterwards it is the 5th of November again.
    """
    desk, clock = workbench.desk, workbench.clock
    customer = served.api.company("27")
    fill(served.api, customer.gstin)
    people.found(desk, customer.gstin, "Deccan Foods", "deccan", "monthly", "Bina")
    for name, role in (("Asha", Role.PREPARER), ("Chetan", Role.APPROVER), ("Vera", Role.VIEWER)):
        people.grant(desk, people.person(desk, "Bina"), customer.gstin, name, role)
    sync(desk, customer.gstin)
    draw_up(customer, clock)
    asha = people.person(desk, "Asha")
    october = Period(2025, 10)
    promise.compare(desk, asha, customer.gstin, october)
    for number, action in (("INV-1", "R"), ("INV-2", "P")):
        (row,) = [it for it in customer.records("B2B") if it["inum"] == number]
        customer.act("b2b", echo(row, action))
    with desk.ways("deccan", customer.gstin) as portal:
        assert promise.recompute(portal, october) == ""
    sync(desk, customer.gstin)
    promise.compare(desk, asha, customer.gstin, october)
    clock.at = datetime.fromisoformat(NOW).replace(tzinfo=IST)
    served.api.go_to(NOW)
    return customer.gstin


def rejected_supplier(workbench: Workbench, served: Served, name: str, remarks: str) -> Gstin:
    """Somebody who sold twelve documents, of which his customer rejected one; Asha prepares and approves for him."""
    customer = served.api.company("27")
    supplier = fill(served.api, customer.gstin)
    (row,) = [row for row in customer.records("CN") if row["nt_num"] == "CN-2"]
    customer.act("b2bcn", echo(row, "R", remarks=remarks))
    desk = workbench.desk
    people.found(desk, supplier.gstin, name, "surat", "monthly", "Bina")
    for role in (Role.PREPARER, Role.APPROVER):
        people.grant(desk, people.person(desk, "Bina"), supplier.gstin, "Asha", role)
    sync_sales(desk, supplier.gstin, [Period(2025, 10)])
    return supplier.gstin


@pytest.fixture(scope="module")
def seller(workbench: Workbench, served: Served) -> Gstin:
    return rejected_supplier(workbench, served, "Surat Textiles", "Not agreed")


@pytest.fixture
def visitor(workbench: Workbench) -> Iterator[Visitor]:
    """Somebody who isn't signed in."""
    with TestClient(create_app(workbench.desk), raise_server_exceptions=False) as client:
        yield Visitor(client)


Enter = Callable[[str], Visitor]


@pytest.fixture(scope="session")
def entered() -> dict[str, str]:
    """The last session of each person: a password takes a tenth of a second to check."""
    return {}


@pytest.fixture
def enter(workbench: Workbench, entered: dict[str, str]) -> Iterator[Enter]:
    """People who are signed in, each with a browser of his own."""
    with ExitStack() as browsers:

        def come(name: str) -> Visitor:
            client = browsers.enter_context(TestClient(create_app(workbench.desk), raise_server_exceptions=False))
            if sessions.who(workbench.desk, entered.get(name, "")) is None:
                entered[name] = sessions.sign_in(workbench.desk, name, PASSWORD)
            client.cookies.set(COOKIE, entered[name], domain="testserver.local", path="/")
            return Visitor(client)

        yield come


@pytest.fixture
def asha(enter: Enter) -> Visitor:
    """Asha, who prepares, signed in."""
    return enter("Asha")


@pytest.fixture
def without_policies(workbench: Workbench) -> Iterator[None]:
    """No policy of a test is there for another one."""
    yield
    with psycopg.connect(workbench.url) as db:
        db.execute("update desk.registration set policy = null")
        db.execute("delete from desk.policy")


def in_a_thread(work: Callable[[], None]) -> None:
    """Where an event loop is at home on this thread."""
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def work(workbench: Workbench) -> None:
    """What is queued is done."""
    in_a_thread(lambda: asyncio.run(jobs.run_worker(workbench.desk, workbench.url, 1, wait=False)))
