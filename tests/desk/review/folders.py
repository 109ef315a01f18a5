"""A desk whose portals are folders: what the portal says is whatever a test writes there, read by the way of files."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from tests.api import gstin
from tests.connect.records import download, members
from tests.portal.conftest import NOW

from gst_ims.connect.offline import Offline
from gst_ims.connect.portal import Portal
from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Section
from gst_ims.database.connection import open_pool
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.desk.desk import Desk
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.sync.service import Sync, sync

numbers = count(5000)


@dataclass
class Folder:
    """A taxpayer whose records a test writes, by their numbers."""

    gstin: Gstin
    path: Path
    rows: dict[str, tuple[Section, dict[str, Any]]] = field(default_factory=dict)

    def put(self, section: Section, number: str, **more: Any) -> None:
        """A record; what isn't said of it stays as it was."""
        before = self.rows.get(number, (section, {}))[1]
        self.rows[number] = section, members(section, number) | before | more

    def write(self) -> None:
        """What a person would download now."""
        sections: dict[str, list[dict[str, Any]]] = {}
        for section, row in self.rows.values():
            sections.setdefault(section.value, []).append(row)
        self.path.mkdir(exist_ok=True)
        (self.path / "IMS.json").write_bytes(download(sections, str(self.gstin)))


@dataclass
class Office:
    """A desk, and the folders of its taxpayers."""

    desk: Desk
    path: Path

    def founded(self, *staff: tuple[str, tuple[Role, ...]]) -> tuple[Folder, dict[str, Person]]:
        """A taxpayer whom nobody has met, whose desk Bina administers, with these people at it."""
        mine = gstin("27", next(numbers))
        people.found(self.desk, mine, f"Trader {mine}", "folder", "monthly", "Bina")
        bina = people.person(self.desk, "Bina")
        for name, roles in staff:
            people.put_person(self.desk, bina, name, f"{name.lower()}@example.in")
            for role in roles:
                people.grant(self.desk, bina, mine, name, role)
        return Folder(mine, self.path / mine), {name: people.person(self.desk, name) for name, _ in staff}

    def read(self, folder: Folder) -> Sync:
        """Write what the folder has now, and read it."""
        folder.write()
        return sync(self.desk, folder.gstin)


@contextmanager
def office(server: EmbeddedServer, path: Path) -> Iterator[Office]:
    """A desk on a database of its own, on the 5th of November 2025."""
    clock = FixedClock(datetime.fromisoformat(NOW).replace(tzinfo=IST))
    name = f"office_{uuid4().hex[:8]}"
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute(f"create database {name} template ims strategy file_copy")

    @contextmanager
    def ways(profile: str, of: Gstin) -> Generator[Portal]:
        yield Offline(of, path / of, clock=clock)

    with open_pool(server.url_of(name), 4) as pool:
        yield Office(Desk(pool, clock, ways), path)
