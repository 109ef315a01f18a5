"""Backups as docs/how-to/back-it-up.md has them: of a portal that goes on working, brought back and worked with."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar.testing import TestClient
from tests.api import MUMBAI, SURAT, Api, data, echo, invoice

from gst_ims.database.embedded import ACCOUNT, BINARIES, EmbeddedServer
from gst_ims.database.migrate import upgrade
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Settings
from gst_ims.portal.start import install, open_portal

TEST = Settings(test_mode=True, rate_limit=None)
# What must hold in any copy: it is of one moment.
TORN = {
    "a record and its trail": """
        select r.number, r.action, t.became from record r
          join lateral (
               select became from trail t
                where t.rtin = r.rtin and t.number = r.number order by id desc limit 1) t on true
         where r.action <> t.became""",
    "a record and the supplier's view of it": """
        select r.number, r.action, o.action from record r join outward o on o.rtin = r.rtin and o.number = r.number
         where r.action <> o.action
           and not exists (select from action_request q
                            where q.rtin = r.rtin and q.finished_at is not null and not q.shown)""",
    "a finished request and what it did": """
        select q.reference_id, q.applied, (select count(*) from trail t where t.reference_id = q.reference_id)
          from action_request q
         where q.finished_at is not null
           and q.applied <> (select count(*) from trail t where t.reference_id = q.reference_id)""",
    "a request that isn't finished, or not shown, and its job": """
        select q.reference_id from action_request q
         where not q.shown
           and not exists (select from procrastinate_jobs j where j.args ->> 'reference_id' = q.reference_id)""",
}


def tool(name: str, *arguments: object) -> None:
    """Run one of PostgreSQL's programs, as whoever runs its server."""
    root = os.geteuid() == 0
    done = subprocess.run(
        [str(BINARIES / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        user=ACCOUNT if root else None,
        group=ACCOUNT if root else None,
        extra_groups=[] if root else None,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture
def folder() -> Iterator[Path]:
    """A place for backups that the server's account can write to, and reach."""
    path = Path(tempfile.mkdtemp(prefix="gst-ims-backup-"))
    if os.geteuid() == 0:
        shutil.chown(path, ACCOUNT, ACCOUNT)
    yield path
    shutil.rmtree(path)


def fill(api: Api) -> None:
    """A supplier's filed return, for a recipient who has something to decide."""
    api.set_clock("2025-11-05T10:00")
    api.taxpayer(MUMBAI)
    api.taxpayer(SURAT).sell(MUMBAI, *(invoice(f"INV-{n}") for n in range(20)))


def decide(api: Api, action: str) -> str:
    """Save the same action on all records, and have it processed. Returns the request's reference."""
    recipient = api.taxpayer(MUMBAI)
    reference = recipient.submit("save", {"b2b": [echo(row, action) for row in recipient.records("B2B")]})
    api.work()
    return reference


def torn(url: str) -> dict[str, list[Any]]:
    """What of a copy doesn't fit together."""
    with psycopg.connect(url) as db:
        return {what: rows for what, sql in TORN.items() if (rows := db.execute(sql).fetchall())}


@pytest.fixture
def dumped(api: Api, database_url: str, folder: Path) -> tuple[Path, list[str], int]:
    """A dump that was made while saves went on, the references of those before it, and how many came meanwhile."""
    fill(api)
    before = [decide(api, action) for action in "ARA"]
    stopping, meanwhile = threading.Event(), []

    def go_on() -> None:
        while not stopping.is_set():
            meanwhile.append(decide(api, "RAP"[len(meanwhile) % 3]))

    worker = threading.Thread(target=go_on)
    worker.start()
    try:
        while len(meanwhile) < 2:
            time.sleep(0.01)
        count = len(meanwhile)
        tool("pg_dump", "--format", "custom", "--file", folder / "ims.dump", database_url)
        during = len(meanwhile) - count
    finally:
        stopping.set()
        worker.join()
    return folder / "ims.dump", before, during


@pytest.fixture
def restored(server: EmbeddedServer, dumped: tuple[Path, list[str], int]) -> Iterator[str]:
    """The database that the dump was brought back into."""
    url = server.url_of("restored")
    tool("createdb", "--maintenance-db", server.url_of("postgres"), "restored")
    tool("pg_restore", "--no-owner", "--exit-on-error", "--dbname", url, dumped[0])
    yield url
    tool("dropdb", "--force", "--maintenance-db", server.url_of("postgres"), "restored")


def test_a_dump_of_a_live_portal_is_of_one_moment_and_can_be_served(
    dumped: tuple[Path, list[str], int], restored: str, api: Api
) -> None:
    _, before, during = dumped
    assert during > 0
    assert torn(restored) == {}
    upgrade(restored)
    with open_portal(restored, TEST, pool_size=4) as portal:
        assert install(portal) is None
        with TestClient(create_app(portal), raise_server_exceptions=False) as http:
            copy = Api(portal, http, taxpayers={MUMBAI: api.taxpayer(MUMBAI)})
            recipient = copy.taxpayers[MUMBAI]
            recipient.api = copy
            # Signed in with the token of before; what was finished is finished, and what wasn't is done now.
            copy.work()
            assert {recipient.status_of(reference)["status_cd"] for reference in before} == {"S"}
            assert len(recipient.records("B2B")) == 20
            decide(copy, "A")
            assert {row["action"] for row in recipient.records("B2B")} == {"A"}
    assert torn(restored) == {}


def test_a_torn_copy_would_be_noticed(api: Api, database_url: str) -> None:
    fill(api)
    decide(api, "A")
    assert torn(database_url) == {}
    with psycopg.connect(database_url) as db:
        db.execute("set session_replication_role = replica")
        db.execute("update record set action = 'R'")
        db.execute("delete from trail where event = 'acted' and number = 'INV-3'")
        db.execute(
            "insert into action_request (rtin, reference_id, kind, body, received_at)"
            " values (%s, 'x', 'SAVE', '', now())",
            [MUMBAI],
        )
    assert set(torn(database_url)) == set(TORN)


class TestPointInTime:
    """A base backup and the log since: any moment can be gone back to."""

    @pytest.fixture
    def lost(self, folder: Path) -> Iterator[tuple[datetime, list[str]]]:
        """A portal whose data directory is lost: the moment before a mistake, and the references before and after it.

        What is left is the base backup that was made while it ran, and the archive of its log.
        """
        directory = Path(tempfile.mkdtemp(prefix="gst-ims-lost-"))
        (folder / "wal").mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder / "wal", ACCOUNT, ACCOUNT)
        with EmbeddedServer(directory) as server, psycopg.connect(server.url, autocommit=True) as db:
            db.execute("alter system set archive_mode = on")
            command = f"test ! -f {folder}/wal/%f && cp %p {folder}/wal/%f"
            db.execute(f"alter system set archive_command = '{command}'")  # type: ignore[arg-type]
        with ExitStack() as stack:
            server = stack.enter_context(EmbeddedServer(directory))
            upgrade(server.url)
            portal = stack.enter_context(open_portal(server.url, TEST, pool_size=4))
            install(portal)
            http = stack.enter_context(TestClient(create_app(portal), raise_server_exceptions=False))
            api = Api(portal, http)
            fill(api)
            references = [decide(api, "A")]
            tool("pg_basebackup", "--pgdata", folder / "base", "--checkpoint", "fast", "--dbname", server.url)
            references.append(decide(api, "P"))
            with psycopg.connect(server.url, autocommit=True) as db:
                (moment,) = db.execute("select now()").fetchone() or ()
                time.sleep(0.1)
                references.append(decide(api, "R"))
                (last,) = db.execute("select pg_walfile_name(pg_switch_wal())").fetchone() or ()
                until = time.monotonic() + 30
                while not (folder / "wal" / last).exists():
                    assert time.monotonic() < until
                    time.sleep(0.05)
        shutil.rmtree(directory)
        yield moment, references
        shutil.rmtree(directory, ignore_errors=True)

    def test_a_portal_comes_back_as_it_was_at_a_moment(self, lost: tuple[datetime, list[str]], folder: Path) -> None:
        moment, references = lost
        data_dir = folder / "again"
        data_dir.mkdir()
        (folder / "base").rename(data_dir / "postgres")
        with (data_dir / "postgres" / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"archive_mode = off\nrestore_command = 'cp {folder}/wal/%f %p'\n")
            settings.write(f"recovery_target_time = '{moment.isoformat()}'\nrecovery_target_action = promote\n")
        (data_dir / "postgres" / "recovery.signal").touch()
        with EmbeddedServer(data_dir) as server:
            assert torn(server.url) == {}
            with open_portal(server.url, TEST, pool_size=4) as portal:
                assert install(portal) is None
                with TestClient(create_app(portal), raise_server_exceptions=False) as http:
                    recipient = Api(portal, http).taxpayer(MUMBAI)
                    answers = [
                        recipient.get("invoices/status", reference_id=reference).json()["data"]["status_cd"]
                        for reference in references
                    ]
                    assert answers == ["1", "1", "0"]
                    assert {row["action"] for row in recipient.records("B2B")} == {"P"}
                    assert data(recipient.get("invoices/status", reference_id=references[1]))["status_cd"] == "S"
