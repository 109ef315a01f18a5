"""A mail server and a webhook's receiver on this machine, and what happens between a seller and his customer."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from tests.api import PUNE, Taxpayer, data, echo, gstin
from tests.client.conftest import Served

from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.errors import ReturnInProgress
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.desk import jobs
from gst_ims.desk.desk import Desk
from gst_ims.desk.followup import contacts, delivery
from gst_ims.desk.followup.post import Mail, Post
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role

OCTOBER, NOVEMBER, DECEMBER = Period(2025, 10), Period(2025, 11), Period(2025, 12)
HOUSE = gstin("27", 7001)
SECRET = "whsec_c2VjcmV0IG9mIGEgd2ViaG9vaw=="


class Mailbox:
    """A mail server's handler that keeps mails, refuses refused@example.in, and is busy as often as it is told."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.busy = 0

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if address == "refused@example.in":
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.busy:
            self.busy -= 1
            return "451 come again"
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def mails(self) -> list[EmailMessage]:
        """What came, as mails."""
        return [message_from_bytes(bytes(it.content), policy=policy.default) for it in self.envelopes]  # type: ignore[misc, arg-type]


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


@pytest.fixture(scope="session")
def mail_server() -> Iterator[Controller]:
    controller = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def mailbox(mail_server: Controller) -> Mailbox:
    """An empty one."""
    mail_server.handler.envelopes.clear()
    mail_server.handler.busy = 0
    return mail_server.handler


@pytest.fixture
def post(mail_server: Controller, mailbox: Mailbox) -> Post:
    """Ways out: to the mail server, and to webhooks on this machine."""
    return Post(Mail("127.0.0.1", mail_server.port, "desk@konkan.example.in"), private=True)


@dataclass
class Receiver:
    """A webhook's server: what came, and what it answers next (a status; None: nothing, until it is told to go on)."""

    url: str
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int | None] = field(default_factory=list)
    go_on: threading.Event = field(default_factory=threading.Event)

    def bodies(self) -> list[Any]:
        """What came, decoded."""
        return [json.loads(body) for _, _, body in self.calls]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver while it listens."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.calls.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            status = receiver.answers.pop(0) if receiver.answers else 204
            if status is None:
                receiver.go_on.wait(30)
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("location", f"{receiver.url}/elsewhere")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Tests print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as made:
        yield made


@pytest.fixture
def go(served: Served, clock: FixedClock) -> Callable[[str], None]:
    """Move the portal and the desk to a moment."""

    def to(moment: str) -> None:
        served.api.go_to(moment)
        clock.at = datetime.fromisoformat(moment).replace(tzinfo=IST)

    return to


@pytest.fixture
def bina(desk: Desk, seller: Gstin) -> Person:
    """Bina administers the seller's desk."""
    return people.person(desk, "Bina")


@pytest.fixture
def deepa(hire: Callable[..., Person], seller: Gstin) -> Person:
    """Deepa prepares at the seller's desk."""
    return hire("Deepa", seller, Role.PREPARER)


@pytest.fixture
def house(desk: Desk) -> Gstin:
    """The desk of a taxpayer who never asked a portal anything."""
    people.found(desk, HOUSE, "Konkan Traders", "konkan", "monthly", "Bina")
    return HOUSE


@pytest.fixture
def eka(desk: Desk, house: Gstin, hire: Callable[..., Person]) -> Person:
    """Eka administers and prepares there."""
    return hire("Eka", house, Role.PREPARER, Role.ADMINISTRATOR)


@pytest.fixture
def run_jobs(
    desk: Desk, database_url: str, mail_server: Controller, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """Do what is queued, as a worker does whose environment says where mail goes."""
    told = {"HOST": "127.0.0.1", "PORT": str(mail_server.port), "SENDER": "desk@konkan.example.in"}
    for name, value in told.items():
        monkeypatch.setenv(f"IMS_SMTP_{name}", value)
    return lambda: asyncio.run(jobs.run_worker(desk, database_url, 2, wait=False))


Introduce = Callable[..., None]


@pytest.fixture
def introduce(desk: Desk, tmp_path: Path) -> Introduce:
    """Put contacts into a desk: a row each."""

    def make(by: Person, gstin: Gstin, *rows: str, heading: str = "gstin,name,email,webhook,secret") -> None:
        file = tmp_path / "contacts.csv"
        file.write_text("\n".join([heading, *rows]))
        assert contacts.import_contacts(desk, by, gstin, file).problems == ()

    return make


def put_sales(desk: Desk, gstin: Gstin, *rows: dict[str, Any]) -> None:
    """Sales as a reading left them."""
    with desk.of([gstin]) as db:
        for row in rows:
            made = {"gstin": gstin, "of": OCTOBER, "form": "R1", "section": "b2b", "rtin": PUNE, "number": "INV-1"}
            made |= {"since": 1, "became": "new", "document_date": date(2025, 10, 5), "pos": "27", "value": 118_00}
            made |= {"taxable": 100_00, "igst": 18_00, "cgst": 0, "sgst": 0, "cess": 0, "action": "R", "source": "{}"}
            made |= row
            names, marks = ", ".join(made), ", ".join(f"%({name})s" for name in made)
            db.execute(f"insert into desk.sale ({names}) values ({marks})".encode(), made)


def act(customer: Taxpayer, section: str, number: str, action: str, **more: Any) -> None:
    """What a customer does about one record."""
    (record,) = [it for it in customer.records(section) if number in (it.get("inum"), it.get("nt_num"))]
    status = customer.act(section, echo(record, action, **more))
    assert status["status_cd"] in ("S", "P"), status


def supplier_of(served: Served, gstin: Gstin) -> Taxpayer:
    return served.api.taxpayer(gstin)


def file(who: Taxpayer, period: str, name: str = "gstr-1") -> None:
    """File a return, once the worker is done with what was saved of it."""
    filed = who.file(period, name)
    while filed.json()["data"].get("error", {}).get("error_cd") == ReturnInProgress.code:
        time.sleep(0.05)
        filed = who.file(period, name)
    data(filed)


def finished(who: Taxpayer, path: str, reference: str, unfinished: str) -> dict[str, Any]:
    """The status of a request, once the worker is done with it."""
    for _ in range(600):
        status = data(who.get(path, reference_id=reference))
        if status["status_cd"] not in unfinished.split():
            return status
        time.sleep(0.05)
    raise AssertionError(f"{path} {reference} isn't finished")


def deliver_all(desk: Desk, post: Post, gstin: Gstin) -> None:
    """Try every message that is queued once."""
    with desk.of([gstin]) as db:
        rows = db.execute("select id from desk.message where gstin = %s and state = 'queued' order by id", [gstin])
        ids = [row.id for row in rows]
    for number in ids:
        try:
            delivery.deliver(desk, post, gstin, number)
        except delivery.Undelivered:
            continue
