"""The desk's commands in this process, beside a portal over a real socket and on a database of their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from tests.api import Taxpayer
from tests.cli.client.conftest import (  # noqa: F401 - fixtures
    Done,
    Ims,
    home,
    ims,
    me,
    profile_of,
    recipient,
    running,
    served,
)
from tests.client.conftest import Served as Portal
from tests.client.conftest import fill
from tests.portal.conftest import NOW

from gst_ims.cli.client.config import put
from gst_ims.cli.desk.ways import ways_of
from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action, Section
from gst_ims.database.connection import open_pool
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.desk.desk import Desk
from gst_ims.desk.followup import contacts, messages, rounds
from gst_ims.desk.match import service as matching
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Role
from gst_ims.desk.policy import service as policies
from gst_ims.desk.policy import vendors
from gst_ims.desk.push.service import push
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.review.deciding import Seen, Want, decide_about
from gst_ims.desk.review.lists import Filter, worklist
from gst_ims.desk.review.steps import approve, comment
from gst_ims.desk.sync.service import sync

STAFF = {"Asha": Role.PREPARER, "Chetan": Role.APPROVER, "Vera": Role.VIEWER}
POLICY = """name = "house"

[[rule]]
name = "all"
when = "tax < 1"
action = "accept"
"""


@dataclass(frozen=True)
class Seat:
    """A desk at which everything has happened once, for tests that leave it so; and the options that lead there."""

    url: str
    config: Path
    gstin: Gstin
    supplier: Gstin
    #: The name of a record in IMS, by its number.
    names: dict[str, str]

    def at(self, person: str) -> tuple[object, ...]:
        """The options of somebody who sits there."""
        return ("--database-url", self.url, "--config", self.config, "--as", person)

    def counted(self) -> list[int]:
        """How many rows each table of the desk has that a command could add to."""
        tables = ("trail", "decision", "comment", "push", "register", "sync", "setting", "message", "duty", "link")
        with psycopg.connect(self.url) as db:
            return [db.execute(f"select count(*) from desk.{name}").fetchall()[0][0] for name in tables]


@pytest.fixture(scope="session")
def seat(running: Portal, server: EmbeddedServer, tmp_path_factory: pytest.TempPathFactory) -> Seat:  # noqa: F811
    """Bina administers; Asha has read the portal and a register, matched, decided and pushed; Chetan has approved."""
    running.api.go_to(NOW)
    folder = tmp_path_factory.mktemp("seat")
    who, config = running.api.company("27"), folder / "config" / "config.toml"
    seller = fill(running.api, who.gstin)
    put(config, "me", profile_of(who, running.address), default=True)
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("create database seat template ims strategy file_copy")
    url, clock = server.url_of("seat"), FixedClock(datetime.fromisoformat(NOW).replace(tzinfo=IST))
    with open_pool(url, 4) as pool:
        names = live(Desk(pool, clock, ways_of(config)), who.gstin, seller.gstin, folder)
    return Seat(url, config, who.gstin, seller.gstin, names)


def live(desk: Desk, gstin: Gstin, seller: Gstin, folder: Path) -> dict[str, str]:
    """Everything happens once. Returns the names of the records by their numbers."""
    people.found(desk, gstin, "Konkan Traders", "me", "monthly", "Bina")
    bina = people.person(desk, "Bina")
    for name, role in STAFF.items():
        people.put_person(desk, bina, name, f"{name.lower()}@example.in")
        people.grant(desk, bina, gstin, name, role)
    asha, chetan = people.person(desk, "Asha"), people.person(desk, "Chetan")
    sync(desk, gstin, "Asha")
    path = folder / "books.csv"
    lines = ["Supplier GSTIN,Invoice No,Invoice Date,Taxable Value,IGST"]
    lines += [f"{seller},INV-{n},2025-10-05,{1000 + n + 100 * (n == 4)}.00,{(1000 + n) * 0.18:.2f}" for n in range(5)]
    path.write_text("\n".join([*lines, f"{seller},INV-9,2025-10-05,a lot,18.00"]))
    with read([path], gstin) as register:
        registers.keep(desk, asha, gstin, "tally", register, {path.name: "0" * 64})
    matching.run(desk, gstin, "Asha")
    known = {line.key.number: line.key for line in worklist(desk, asha, gstin, Filter()).lines}
    decide_about(desk, asha, gstin, [Seen(known["INV-0"])], Want(Action.ACCEPT))
    decide_about(desk, asha, gstin, [Seen(known["CN-0"])], Want(Action.REJECT, "Not agreed."))
    waiting = [line.decision for line in worklist(desk, asha, gstin, Filter(state="waiting")).lines]
    approve(desk, chetan, gstin, [number for number in waiting if number], "Seen.")
    push(desk, asha, gstin)
    decide_about(desk, asha, gstin, [Seen(known["INV-1"])], Want(Action.REJECT, why="=not ours"))
    decide_about(desk, asha, gstin, Filter(sections=(Section.B2BDN,)), Want(Action.PENDING))
    comment(desk, people.person(desk, "Vera"), gstin, known["INV-1"], "Where is it?")
    policies.put(desk, asha, gstin, POLICY, "to begin", "house.toml")
    policies.approve(desk, chetan, gstin, "house", 1)
    vendors.put(desk, chetan, gstin, "trusted", vendors.read(f"vendor,note\n{seller},since 2019\n", "trusted.csv"))
    mail = folder / "contacts.csv"
    mail.write_text(f"gstin,name,email\n{seller},Surat Yarns,yarns@example.in\n")
    contacts.import_contacts(desk, bina, gstin, mail)
    messages.ask(desk, asha, gstin, "supplier")
    rounds.look(desk, gstin)
    return {number: str(key) for number, key in known.items()}


@pytest.fixture
def desk(ims: Ims, me: Taxpayer, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Taxpayer:  # noqa: F811
    """The default profile's desk: Bina administers it, Asha prepares, Chetan approves. Asha sits there."""
    monkeypatch.setenv("IMS_DATABASE_URL", database_url)
    monkeypatch.setenv("IMS_PERSON", "Bina")
    for command in (
        ("found", me.gstin, "--name", "Konkan Traders", "--profile", "me"),
        ("person", "Asha", "--email", "asha@example.in"),
        ("person", "Chetan"),
        ("grant", "Asha", "preparer"),
        ("grant", "Chetan", "approver"),
    ):
        done = ims("desk", *command)
        assert done.code == 0, done.err
    monkeypatch.setenv("IMS_PERSON", "Asha")
    return me
