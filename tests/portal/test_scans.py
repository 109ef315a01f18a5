"""No request reads a large table from end to end: PostgreSQL's own count of such reads stays where it was."""

from __future__ import annotations

import time
from datetime import datetime

import psycopg
import pytest
from litestar.testing import TestClient
from tests.api import Api, amending, data, echo, invoice, note

from gst_ims.core.clock import SystemClock
from gst_ims.portal.action import service as action
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Settings, queries
from gst_ims.portal.filing import service as filing
from gst_ims.portal.start import install, open_portal
from gst_ims.portal.statement import service as statement

OTHERS = 200
# Of one row of a table, so many for each of the others.
COPIED = {
    "record": ("rtin", "'27AAXCT' || x || 'K1Z0'", "number", "'C-' || y", 100),
    "trail": ("rtin", "'27AAXCT' || x || 'K1Z0'", "number", "'C-' || y", 100),
    "outward": ("stin", "'24AAXCT' || x || 'K1Z0'", "number", "'C-' || y", 100),
    "action_request": ("rtin", "'27AAXCT' || x || 'K1Z0'", "reference_id", "'c' || x || y", 20),
    "filing_request": ("stin", "'24AAXCT' || x || 'K1Z0'", "reference_id", "'c' || x || y", 20),
}


class Town(Api):
    """Whose requests are worked on without a look at everybody's."""

    def work(self) -> None:
        for who in self.taxpayers:
            for table, key, process in (
                ("filing_request", "stin", filing.process),
                ("action_request", "rtin", action.process),
            ):
                with self.portal.transaction() as db:
                    open_ones = db.execute(
                        f"select reference_id from {table} where {key} = %s and finished_at is null",  # type: ignore[arg-type]
                        [who],
                    ).fetchall()
                for row in open_ones:
                    process(self.portal, who, row.reference_id)


def at(api: Api, moment: str) -> None:
    """Move the clock without the night's work, which reads everything because it is everybody's."""
    with api.portal.transaction() as db:
        to = datetime.fromisoformat(f"{moment}:00+05:30")
        queries.move_clock(db, clock_offset=to - SystemClock().now())
    api.moves += 1


def crowd(url: str) -> None:
    """Many others beside those whose requests are looked at."""
    with psycopg.connect(url) as db:
        for table, (key, who, name, what, number) in COPIED.items():
            names = "" if table != "trail" else "overriding user value"
            db.execute(
                f"insert into {table} {names}"  # type: ignore[arg-type]
                f" select (r).* from (select * from {table} limit 1) t, generate_series(1001, 1000 + {OTHERS}) x,"
                f" generate_series(1, {number}) y, lateral (select jsonb_populate_record(null::public.{table},"
                f" to_jsonb(t) || jsonb_build_object('{key}', {who}, '{name}', {what})) as r offset 0) made"
            )
    with psycopg.connect(url, autocommit=True) as db:
        db.execute(f"vacuum analyze {', '.join(COPIED)}")  # type: ignore[arg-type]


def whole_reads(url: str) -> dict[str, int]:
    """How often each large table, or a partition of it, was read from end to end."""
    with psycopg.connect(url, autocommit=True) as db:
        # A session tells what it has read at its very end.
        others = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
        until = time.monotonic() + 60
        while db.execute(f"{others} and backend_type = 'client backend'").fetchone():
            assert time.monotonic() < until
            time.sleep(0.05)
        rows = db.execute(
            "select regexp_replace(relname, '_[0-7]$', ''), sum(seq_scan)::int from pg_stat_user_tables group by 1"
        ).fetchall()
        return {name: scans for name, scans in rows if name in COPIED}


@pytest.fixture
def crowded(database_url: str) -> str:
    """A portal with a supplier's return saved, and tens of thousands of documents of others."""
    with open_portal(database_url, Settings(test_mode=True, rate_limit=None)) as portal:
        install(portal)
        with TestClient(create_app(portal)) as http:
            api = Town(portal, http)
            at(api, "2025-11-05T10:00")
            supplier, recipient = api.company("24"), api.company("27")
            supplier.save_return("2025/10", b2b=[{"ctin": recipient.gstin, "inv": [invoice("I-1"), invoice("I-2")]}])
            assert recipient.act("b2b", echo(recipient.records("B2B")[0], "A"))["status_cd"] == "S"
    crowd(database_url)
    return database_url


def play(url: str) -> None:
    """Two months of a supplier and a recipient, with every call of theirs."""
    with (
        open_portal(url, Settings(test_mode=True, rate_limit=None)) as portal,
        TestClient(create_app(portal)) as http,
    ):
        api = Town(portal, http)
        at(api, "2025-11-05T10:00")
        supplier, recipient = api.company("24"), api.company("27")
        notes = [{"ctin": recipient.gstin, "nt": [note("N-1")]}]
        supplier.save_return("2025/10", b2b=[{"ctin": recipient.gstin, "inv": [invoice("I-1")]}], cdnr=notes)
        supplier.read_return()
        recipient.counts()
        assert recipient.get("invoices/offline").json()["imsDetails"]["invdata"]["b2b"]
        assert recipient.get("invoices/offline/excel").status_code == 200
        body = {"rtin": recipient.gstin, "reqtyp": "SAVE"}
        stale = {"b2b": [echo(recipient.records("B2B")[0], "A", prev_status="P")]}
        reference = data(recipient.post("invoices/offline", body | {"invdata": stale}))["reference_id"]
        api.work()
        assert recipient.get("invoices/offline/errors", reference_id=reference).json()["imsDetailsErr"]["invdata"]
        recipient.reset("b2b", *(echo(r) for r in recipient.records("B2B") if r["action"] != "N"))
        recipient.act("b2bcn", *(echo(r, "R") for r in recipient.records("CN")))
        data(supplier.file())
        supplier.sales()
        at(api, "2025-11-14T10:00")
        for _ in range(2):
            reference = data(recipient.post("gstrs/gstr-2b/2025/10/regenerate"))["reference_id"]
            statement.compute(portal, recipient.gstin, reference)
            data(recipient.get("gstrs/gstr-2b/regenerate", reference_id=reference))
            data(recipient.get("gstrs/gstr-2b/2025/10"))
            recipient.act("b2b", *(echo(r, "A") for r in recipient.records("B2B") if r["action"] == "N"))
        data(recipient.post("gstrs/gstr-3b/2025/10/file"))
        data(recipient.get("gstrs/gstr-3b/2025/10"))
        data(supplier.get("invoices/added-back-liabilities/2025/11", section="CDNR"))
        at(api, "2025-12-05T10:00")
        changed = amending(invoice("I-1", taxable=900), inum="I-1A")
        supplier.save_return("2025/11", b2ba=[{"ctin": recipient.gstin, "inv": [changed]}])
        data(supplier.file("2025/11"))
        supplier.reset_return("2025/12")


def test_no_request_reads_a_large_table_from_end_to_end(crowded: str) -> None:
    before = whole_reads(crowded)
    play(crowded)
    after = whole_reads(crowded)
    assert {table: after[table] - before[table] for table in after if after[table] != before[table]} == {}


def test_such_a_read_would_be_seen(crowded: str) -> None:
    before = whole_reads(crowded)
    with psycopg.connect(crowded) as db:
        db.execute("select count(*) as number from record where remarks = 'x'")
    assert whole_reads(crowded)["record"] > before["record"]
