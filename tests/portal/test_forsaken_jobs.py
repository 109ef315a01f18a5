"""Jobs that nobody works on any more: their workers died, hang, or couldn't say how they ended."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from psycopg import OperationalError
from tests.api import MUMBAI, SURAT, Api, data, invoice

from gst_ims.core.period import Period
from gst_ims.database.queue import STALLED_SECONDS
from gst_ims.portal import jobs
from gst_ims.portal.context import Portal
from gst_ims.portal.filing import service as filing
from gst_ims.portal.statement import service as statement

from .test_jobs import Queue, queue, save, status  # noqa: F401

TABLES = ["record", "trail", "outward", "filing_request", "procrastinate_jobs"]


def until(true: Any, what: str) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def taken(queue: Queue, *, started: int, beat: int) -> None:  # noqa: F811
    """Every job is in the hands of a worker since so many seconds, which showed a sign of life so many seconds ago."""
    queue.ask(
        """
        with worker as (
            insert into procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %s)) returning id)
        update procrastinate_jobs set status = 'doing', worker_id = (select id from worker)""",
        beat,
    )
    queue.ask("update procrastinate_events set at = now() - make_interval(secs => %s) where type = 'started'", started)


def given_away(queue: Queue) -> list[str]:  # noqa: F811
    jobs.retry_stalled(Context(queue.portal), 0)  # type: ignore[arg-type]
    return [job.status for job in queue.jobs]


class Context:
    """Of a job, as the queue hands it to a task."""

    def __init__(self, portal: Portal, attempts: int = 0) -> None:
        self.additional_context = {"portal": portal}
        self.job = type("Job", (), {"attempts": attempts, "task_name": "a task"})()


@pytest.mark.parametrize(
    ("started", "beat", "what"),
    [
        (1, 1, "doing"),
        (1, STALLED_SECONDS + 5, "todo"),
        (STALLED_SECONDS + 5, 1, "todo"),
    ],
    ids=["at work", "its worker is dead", "its worker lives and has forgotten it"],
)
def test_a_job_is_given_away_when_nobody_works_on_it(
    api: Api,
    queue: Queue,  # noqa: F811
    started: int,
    beat: int,
    what: str,
) -> None:
    save(api, invoice())
    taken(queue, started=started, beat=beat)
    assert given_away(queue) == [what]


def test_a_long_job_of_a_living_worker_is_left_to_it(api: Api, queue: Queue) -> None:  # noqa: F811
    save(api, invoice())
    taken(queue, started=600, beat=1)
    with queue.portal.transaction(f"supplier {SURAT}"):
        assert given_away(queue) == ["doing"]
    assert given_away(queue) == ["todo"]


def test_what_a_hung_worker_holds_is_ended(api: Api, queue: Queue) -> None:  # noqa: F811
    reference = save(api, invoice())
    taken(queue, started=600, beat=600)
    with pytest.raises(OperationalError), queue.portal.transaction(f"supplier {SURAT}") as hung:  # noqa: PT012
        filing.queries.take_request(hung, stin=SURAT, reference_id=reference)
        assert given_away(queue) == ["todo"]
        queue.work()
        assert status(api, reference) == "P"
        hung.execute("select")


def test_sessions_of_others_are_left_alone(api: Api, queue: Queue) -> None:  # noqa: F811
    save(api, invoice())
    taken(queue, started=600, beat=600)
    with queue.portal.transaction(f"recipient {SURAT}") as other:
        assert given_away(queue) == ["todo"]
        assert other.execute("select 1 as one").fetchone().one == 1


def test_a_request_that_its_workers_die_of_is_parked_and_the_next_one_goes_on(api: Api, queue: Queue) -> None:  # noqa: F811
    poison, next_one = save(api, invoice("A")), save(api, invoice("B"))
    for _ in range(jobs.ATTEMPTS):
        queue.ask(
            "update procrastinate_jobs set status = 'doing', worker_id = null"
            " where id = (select min(id) from procrastinate_jobs)"
        )
        given_away(queue)
    queue.work()
    assert (status(api, poison), status(api, next_one)) == ("ER", "P")
    assert [r["inum"] for r in api.taxpayer(MUMBAI).records("B2B")] == ["B"]


def test_a_parking_that_fails_is_tried_again(api: Api, queue: Queue) -> None:  # noqa: F811
    """It may be the database that is away: then the request must not stay open for ever."""
    reference = save(api, invoice())
    queue.ask("update procrastinate_jobs set attempts = %s", jobs.ATTEMPTS)
    queue.ask("alter table filing_request add constraint nothing_goes check (status <> 'ER') not valid")
    queue.work()
    assert [(job.status, job.later) for job in queue.jobs] == [("todo", True)]
    queue.ask("alter table filing_request drop constraint nothing_goes")
    queue.ask("update procrastinate_jobs set scheduled_at = null")
    queue.work()
    assert status(api, reference) == "ER"


def test_a_finished_statement_is_not_given_up(api: Api, portal: Portal) -> None:
    api.set_clock("2025-11-05T10:00")
    supplier, recipient = api.taxpayer(SURAT), api.taxpayer(MUMBAI)
    supplier.sell(MUMBAI, invoice())
    data(supplier.file())
    api.go_to("2025-11-14T10:00")
    reference = statement.regenerate(portal, MUMBAI, Period(2025, 10))
    statement.compute(portal, MUMBAI, reference)
    statement.park(portal, MUMBAI, reference)
    assert data(recipient.get("gstrs/gstr-2b/regenerate", reference_id=reference))["status_cd"] == "P"


@pytest.fixture
def worker(queue: Queue) -> Iterator[psutil.Process]:  # noqa: F811
    """`ims worker`, a process of its own."""
    environment = os.environ | {"IMS_DATABASE_URL": queue.url}
    command = [sys.executable, "-m", "gst_ims.cli", "worker", "--test-mode"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        until(lambda: queue.ask("select id from procrastinate_workers"), "no worker")
        yield psutil.Process(process.pid)
    finally:
        process.kill()
        process.wait()


def test_a_worker_that_hangs_loses_its_job_and_does_no_harm_when_it_comes_back(
    api: Api,
    queue: Queue,  # noqa: F811
    worker: psutil.Process,
) -> None:
    """It is stopped in the middle of a transaction, with the request and the return locked."""
    save(api, invoice("INV-1", taxable=1))
    until(lambda: not queue.jobs, "the first save isn't done")
    with queue.portal.transaction() as db:
        db.execute("select from record where rtin = %s for update", [MUMBAI])
        reference = save(api, invoice("INV-1", taxable=2))
        blocked = "select pid from pg_stat_activity where application_name = %s and wait_event_type = 'Lock'"
        until(lambda: queue.ask(blocked, f"supplier {SURAT}"), "it doesn't come to the record")
        worker.suspend()
    (job,) = queue.jobs
    assert job.status == "doing"
    queue.ask("update procrastinate_workers set last_heartbeat = now() - interval '1 hour'")
    assert given_away(queue) == ["todo"]
    queue.work()
    assert status(api, reference) == "P"
    before = api.fingerprint(TABLES)
    worker.resume()
    third = save(api, invoice("INV-1", taxable=3))
    until(lambda: status(api, third) == "P" or not worker.is_running() or worker.status() == "zombie", "it hangs")
    queue.work()
    assert status(api, third) == "P"
    assert api.taxpayer(MUMBAI).record("B2B")["txval"] == 3
    trail = queue.ask("select event, reference_id from trail order by id")
    assert [row.event for row in trail] == ["saved", "edited", "edited"]
    assert [row.reference_id for row in trail][1:] == [reference, third]
    assert before["filing_request"]


def test_a_connection_that_is_cut_at_any_moment_loses_and_doubles_nothing(
    api: Api,
    queue: Queue,  # noqa: F811
    worker: psutil.Process,
) -> None:
    """Every session of the worker is ended again and again while it works; the dead moments are made short."""
    references = [save(api, *(invoice(f"INV-{n}", taxable=taxable) for n in range(100))) for taxable in range(1, 9)]
    over = threading.Event()

    def cut() -> None:
        own = "application_name like 'supplier %' or application_name = '' and query ilike '%procrastinate%'"
        while not over.wait(0.15):
            queue.ask(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
                f" and pid <> pg_backend_pid() and ({own})".replace("%", "%%")
            )
            queue.ask("update procrastinate_jobs set scheduled_at = null")

    cutting = threading.Thread(target=cut, daemon=True)
    cutting.start()
    time.sleep(3)
    over.set()
    cutting.join()
    queue.ask("update procrastinate_workers set last_heartbeat = now() - interval '1 hour'")
    queue.ask("update procrastinate_jobs set attempts = 0, scheduled_at = null")
    given_away(queue)
    queue.work()
    assert {status(api, reference) for reference in references} == {"P"}
    rows = queue.ask("select reference_id, count(*) as rows from trail group by reference_id")
    assert {row.reference_id: row.rows for row in rows} == dict.fromkeys(references, 100)
    assert {record["txval"] for record in api.taxpayer(MUMBAI).records("B2B")} == {8}


@pytest.mark.parametrize("jump", ["2025-11-25T10:00", "2025-11-01T10:00", "2026-03-01T10:00"])
def test_the_clock_jumps_while_a_request_is_worked_on(api: Api, queue: Queue, jump: str) -> None:  # noqa: F811
    """A request is judged by the day on which it came, and finished once, wherever the clock is when that is."""
    references = [save(api, invoice(f"INV-{n}"), supplier=SURAT) for n in range(3)]
    queue.work()
    api.go_to(jump)
    late = data(api.taxpayer(SURAT).post("gstrs/gstr-1/2025/10/reset"))["reference_id"]
    api.go_to("2025-11-05T12:00")
    queue.work()
    assert {status(api, reference) for reference in [*references, late]} == {"P"}
    assert api.taxpayer(MUMBAI).records("B2B") == []
    rows = queue.ask("select event, count(*) as number from trail group by event order by event")
    assert {row.event: row.number for row in rows} == {"deleted": 3, "saved": 3}
