"""Drafts of GSTR-2B, as on the 14th: many recipients with a hundred documents each, and how work grows with workers."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

from bench import load
from bench.line import Line
from bench.portal import Database
from gst_ims.core.clock import IST, SystemClock
from gst_ims.core.period import Period
from gst_ims.database.connection import connect
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.database.migrate import upgrade
from gst_ims.portal import jobs
from gst_ims.portal.context import Portal, Settings, queries
from gst_ims.portal.operator.schemas import TaxpayerRow
from gst_ims.portal.operator.service import put_taxpayers
from gst_ims.portal.start import install, open_portal

DOCUMENTS = 100
PERIOD = Period(2025, 11)
NIGHT = datetime(2025, 12, 14, tzinfo=IST)


@dataclass
class Drawn:
    """How long all drafts took: by the clock, and of the processors (workers and database)."""

    seconds: float
    processor: float


def drafts(size: int) -> Iterator[Line]:
    """Documents drawn up in a second, from the moment at which the drafts are queued.

    By one worker that does one job at a time, and by two.
    """
    directory = Path(tempfile.mkdtemp(prefix="gst-ims-bench-"))
    try:
        with (
            EmbeddedServer(directory) as server,
            _portal(server.url) as portal,
            connect(server.url) as db,
        ):
            _fill(portal, db, size)
            one, two = (_drawn(portal, db, server, workers) for workers in (1, 2))
    finally:
        subprocess.run(["rm", "-rf", directory], check=False)
    growth = one.seconds / two.seconds
    yield Line("drafts, one worker", size, size / one.seconds, "documents/s")
    yield Line("drafts, two workers", size, size / two.seconds, "documents/s", size / one.seconds, growth)
    yield Line("drafts, a core", size, size / two.processor, "documents/s")


@contextmanager
def _portal(url: str) -> Generator[Portal]:
    upgrade(url)
    with open_portal(url, Settings(test_mode=True)) as portal:
        install(portal)
        with portal.transaction() as db:
            queries.move_clock(db, clock_offset=NIGHT - SystemClock().now())
        yield portal


def _fill(portal: Portal, db: Database, size: int) -> None:
    recipients = [load.gstin(100_000 + number) for number in range(size // DOCUMENTS)]
    first = PERIOD.first_day
    put_taxpayers(portal, [TaxpayerRow(g, g, g, g, "monthly", "Regular", first) for g in recipients])
    load.records(db, recipients, len(recipients) * DOCUMENTS)
    # The night is over, as far as the workers know: they draw up what is queued below, and nothing else.
    db.execute("insert into calendar_day (day, done_at) values (%s, now())", [NIGHT.date()])
    load.settle(db)


def _drawn(portal: Portal, db: Database, server: EmbeddedServer, workers: int) -> Drawn:
    """Draw up all drafts, from the beginning."""
    db.execute("truncate statement, statement_line, statement_total, statement_supplier")
    load.settle(db)
    left = "select 1 as one from procrastinate_jobs where task_name = 'statement:draft' limit 1"
    with _workers(db, server.url, workers) as processes:
        watched = [*processes, *_backends(server, db.info.backend_pid)]
        before = sum(_processor(process) for process in watched)
        began = time.perf_counter()
        with portal.transaction() as queue:
            jobs.queue_drafts(queue, PERIOD)
        while db.execute(left).fetchone():
            db.commit()
            # Asking costs the workers' cores: a hundredth of what it takes is near enough.
            time.sleep(0.02 + (time.perf_counter() - began) / 100)
        took = time.perf_counter() - began
        watched = [*processes, *_backends(server, db.info.backend_pid)]
        processor = sum(_processor(process) for process in watched) - before
    drawn = db.execute(
        "select count(distinct rtin) as statements, sum(documents) as documents from statement"
    ).fetchone()
    assert drawn == db.execute("select count(distinct rtin) as n, count(*) as documents from record").fetchone(), drawn
    return Drawn(took, processor)


def _backends(server: EmbeddedServer, but: int) -> list[psutil.Process]:
    """The database's processes, but for the session that only asks."""
    postmaster = int((server.cluster / "postmaster.pid").read_text().partition("\n")[0])
    return [process for process in psutil.Process(postmaster).children() if process.pid != but]


def _processor(process: psutil.Process) -> float:
    """Seconds of the processor that a process has had."""
    times = process.cpu_times()
    return times.user + times.system


@contextmanager
def _workers(db: Database, url: str, count: int) -> Generator[list[psutil.Process]]:
    """So many workers, that have shown a sign of life."""
    began = db.execute("select clock_timestamp() as now").fetchone().now
    command = [sys.executable, "-m", "gst_ims.cli", "worker", "--test-mode", "--concurrency", "1"]
    environment = os.environ | {"IMS_DATABASE_URL": url}
    log = subprocess.DEVNULL
    processes = [psutil.Popen(command, env=environment, stderr=log) for _ in range(count)]
    try:
        living = "select count(*) as n from procrastinate_workers where last_heartbeat >= %s"
        while db.execute(living, [began]).fetchone().n < count:
            db.commit()
            time.sleep(0.05)
        db.commit()
        yield processes
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()
