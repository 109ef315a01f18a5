"""A desk on a database of its own, and the portal over a real socket that it reads: they meet at the wire."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from tests.api import Taxpayer
from tests.client import conftest as client_tests
from tests.client.conftest import Served, fill, make_client, serving, signed_in
from tests.portal.conftest import NOW

from gst_ims.connect.portal import Portal
from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import open_pool
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.desk.desk import Desk
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role

served, recipient = client_tests.served, client_tests.recipient


@pytest.fixture(scope="session")
def running(server: EmbeddedServer) -> Iterator[Served]:
    """One portal for all tests of a process, with a worker."""
    with serving(server) as portal:
        yield portal


@pytest.fixture
def clock() -> FixedClock:
    """The desk's time, which tests move."""
    return FixedClock(datetime.fromisoformat(NOW).replace(tzinfo=IST))


@pytest.fixture
def desk(served: Served, database_url: str, clock: FixedClock, tmp_path: Path) -> Iterator[Desk]:
    """A desk without anybody. Each profile leads to the served portal, where the taxpayer signs in anew."""

    @contextmanager
    def ways(profile: str, gstin: Gstin) -> Generator[Portal]:
        with make_client(served.address, tmp_path / "state") as client:
            yield signed_in(client, served.api.taxpayer(gstin))

    with open_pool(database_url, 4) as pool:
        yield Desk(pool, clock, ways)


@contextmanager
def full(url: str, event: str) -> Generator[None]:
    """The disk of the database at `url` is full when this is written: such as "insert on desk.trail"."""
    with psycopg.connect(url, autocommit=True) as db:
        db.execute("create function desk.full() returns trigger language plpgsql as $$ begin raise disk_full; end $$")
        db.execute(f"create trigger full_disk before {event} for each row execute function desk.full()".encode())
        yield
        db.execute("drop function desk.full() cascade")


def waiting(url: str) -> list[str]:
    """The tasks that are to be done, or tried again."""
    with psycopg.connect(url) as db:
        return [row[0] for row in db.execute("select task_name from procrastinate_jobs where status = 'todo'")]


Hire = Callable[..., Person]


@pytest.fixture
def hire(desk: Desk) -> Hire:
    """Make somebody known, with duties for one taxpayer."""

    def make(name: str, gstin: Gstin, *roles: Role) -> Person:
        boss = people.person(desk, "Bina")
        people.put_person(desk, boss, name, f"{name.lower()}@example.in")
        for role in roles:
            people.grant(desk, boss, gstin, name, role)
        return people.person(desk, name)

    return make


@pytest.fixture
def mine(desk: Desk, recipient: Taxpayer) -> Gstin:
    """The recipient's desk, which Bina administers."""
    people.found(desk, recipient.gstin, "Konkan Traders", "konkan", "monthly", "Bina")
    return recipient.gstin


@pytest.fixture
def customer(served: Served) -> Taxpayer:
    """Somebody to whom the seller sells, whom nobody has met."""
    return served.api.company("27")


@pytest.fixture
def seller(desk: Desk, served: Served, customer: Taxpayer) -> Gstin:
    """The desk of a supplier in Gujarat, which Bina administers: he sold twelve documents to the customer."""
    gstin = fill(served.api, customer.gstin).gstin
    people.found(desk, gstin, "Surat Textiles", "surat", "monthly", "Bina")
    return gstin


@pytest.fixture
def asha(hire: Hire, mine: Gstin) -> Person:
    """Asha prepares."""
    return hire("Asha", mine, Role.PREPARER)


@pytest.fixture
def chetan(hire: Hire, mine: Gstin) -> Person:
    """Chetan approves."""
    return hire("Chetan", mine, Role.APPROVER)
