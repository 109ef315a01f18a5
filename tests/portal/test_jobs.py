"""Background work: a real worker on a real queue."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import psycopg
import pytest
import structlog
from psycopg.types.json import Jsonb
from tests.api import MUMBAI, MYSURU, SURAT, Api, as_owner, data, echo, error, invoice

from gst_ims.database.queue import STALLED_SECONDS
from gst_ims.portal import jobs
from gst_ims.portal.action import service as action
from gst_ims.portal.context import Portal


class Queue:
    """The queue of a portal, looked into and worked on."""

    def __init__(self, portal: Portal, url: str) -> None:
        self.portal, self.url = portal, url

    def work(self, concurrency: int = 2) -> None:
        """Workers, one after another, until nothing is left that can be done now."""
        for _ in range(10):
            asyncio.run(jobs.run_worker(self.portal, self.url, concurrency, wait=False))
            if not [job for job in self.jobs if job.status == "todo" and not job.later]:
                break

    def ask(self, sql: str, *parameters: Any) -> list[Any]:
        with as_owner(self.portal) as db:
            cursor = db.execute(sql, parameters)
            return cursor.fetchall() if cursor.description else []

    @property
    def jobs(self) -> list[Any]:
        """What stands in the queue, but for the periodic work."""
        columns = "id, task_name, status::text, lock, attempts, args, scheduled_at > now() as later"
        return self.ask(
            f"select {columns} from procrastinate_jobs"
            " where task_name not in ('retry_stalled', 'nightly', 'seal') order by id"
        )

    async def retry_stalled(self) -> None:
        queue = jobs.app(self.url)
        async with queue.open_async():
            await queue.configure_task("retry_stalled", queue="portal").defer_async(timestamp=0)
            await queue.run_worker_async(queues=["portal"], wait=False, additional_context={"portal": self.portal})


@pytest.fixture
def queue(portal: Portal, database_url: str, api: Api) -> Queue:
    api.set_clock("2025-11-05T10:00")
    return Queue(portal, database_url)


def save(api: Api, *invoices: dict[str, Any], supplier: str = SURAT) -> str:
    """Send a save of a return; it waits for a worker. Returns its reference."""
    taxpayer = api.taxpayer(supplier)
    body = {"gstin": supplier, "fp": "102025", "b2b": [{"ctin": MUMBAI, "inv": list(invoices)}]}
    return data(taxpayer.post("gstrs/gstr-1/2025/10", body))["reference_id"]


def status(api: Api, reference: str, supplier: str = SURAT) -> str:
    answer = api.taxpayer(supplier).get("gstrs/2025/10/status", reference_id=reference)
    return data(answer)["status_cd"]


def test_what_is_acknowledged_waits_in_the_queue(api: Api, queue: Queue) -> None:
    reference = save(api, invoice())
    (job,) = queue.jobs
    assert (job.task_name, job.status) == ("filing:process", "todo")
    assert job.args == {"gstin": SURAT, "reference_id": reference}


def test_a_job_s_arguments_hold_no_document(api: Api, queue: Queue) -> None:
    save(api, invoice("SECRET-1"))
    assert "SECRET" not in str(queue.jobs)


def test_what_is_refused_at_the_edge_leaves_no_job(api: Api, queue: Queue) -> None:
    api.taxpayer(SURAT).post("gstrs/gstr-1/2025/10", {"gstin": MUMBAI, "fp": "102025"})
    assert queue.jobs == []


def test_a_job_is_queued_with_its_request_or_not_at_all(portal: Portal, queue: Queue) -> None:
    with pytest.raises(ZeroDivisionError), portal.transaction() as db:  # noqa: PT012
        jobs.defer(db, "filing:process", SURAT, "x")
        raise ZeroDivisionError
    assert queue.jobs == []


def test_a_worker_finishes_a_save(api: Api, queue: Queue) -> None:
    reference = save(api, invoice())
    assert status(api, reference) != "P"
    queue.work()
    assert status(api, reference) == "P"
    assert len(api.taxpayer(MUMBAI).records("B2B")) == 1


def test_a_worker_finishes_a_recipient_s_save(api: Api, queue: Queue) -> None:
    recipient = api.taxpayer(MUMBAI)
    api.taxpayer(SURAT).sell(MUMBAI, invoice())
    row = echo(recipient.records("B2B")[0], "A")
    recipient.post("invoices/status/save", {"rtin": MUMBAI, "reqtyp": "SAVE", "invdata": {"b2b": [row]}})
    queue.work()
    assert recipient.records("B2B")[0]["action"] == "A"


def test_what_is_done_leaves_the_queue(api: Api, queue: Queue) -> None:
    save(api, invoice())
    queue.work()
    assert queue.jobs == []


def test_requests_of_one_taxpayer_are_done_in_their_order(api: Api, queue: Queue) -> None:
    for value in range(1, 9):
        save(api, invoice("INV-1", taxable=1000 * value))
    queue.work(concurrency=4)
    (record,) = api.taxpayer(MUMBAI).records("B2B")
    assert record["txval"] == 8000


def test_requests_of_one_taxpayer_have_one_lock(api: Api, queue: Queue) -> None:
    save(api, invoice("A"))
    save(api, invoice("B"))
    assert len({job.lock for job in queue.jobs}) == 1


def test_requests_of_two_taxpayers_have_two_locks(api: Api, queue: Queue) -> None:
    save(api, invoice("A"))
    save(api, invoice("A"), supplier=MYSURU)
    assert len({job.lock for job in queue.jobs}) == 2


def test_a_job_whose_request_is_finished_does_nothing(api: Api, queue: Queue) -> None:
    save(api, invoice())
    api.work()
    before = api.fingerprint(["record", "trail", "outward", "filing_request"])
    queue.work()
    assert queue.jobs == []
    assert api.fingerprint(["record", "trail", "outward", "filing_request"]) == before


def test_a_job_without_a_request_does_nothing(portal: Portal, queue: Queue) -> None:
    with portal.transaction() as db:
        jobs.defer(db, "action:process", MUMBAI, "never seen")
    queue.work()
    assert queue.jobs == []


def abandon(queue: Queue, seconds_ago: int) -> None:
    """What a worker leaves that took the job and was killed: its last sign of life is so long ago."""
    queue.ask(
        """
        with worker as (
            insert into procrastinate_workers (last_heartbeat) values (now() - make_interval(secs => %s)) returning id)
        update procrastinate_jobs set status = 'doing', worker_id = (select id from worker)""",
        seconds_ago,
    )


def test_a_job_of_a_dead_worker_is_done_by_the_next(api: Api, queue: Queue) -> None:
    reference = save(api, invoice())
    abandon(queue, STALLED_SECONDS + 5)
    asyncio.run(queue.retry_stalled())
    queue.work()
    assert status(api, reference) == "P"


def test_a_job_of_a_living_worker_is_left_to_it(api: Api, queue: Queue) -> None:
    save(api, invoice())
    abandon(queue, 1)
    asyncio.run(queue.retry_stalled())
    assert [job.status for job in queue.jobs] == ["doing"]


def test_dead_workers_are_looked_for_every_minute(queue: Queue) -> None:
    periodic = jobs.app(queue.url).periodic_registry.periodic_tasks
    assert ("retry_stalled", "* * * * *") in [(name, task.cron) for (name, _), task in periodic.items()]


@pytest.fixture
def failing(api: Api, queue: Queue) -> str:
    """The reference of a save whose processing fails at the database."""
    reference = save(api, invoice())
    queue.ask("alter table trail add constraint nothing_goes check (false) not valid")
    return reference


def mend(queue: Queue) -> None:
    queue.ask("alter table trail drop constraint nothing_goes")
    queue.ask("update procrastinate_jobs set scheduled_at = null")


def test_a_task_that_fails_is_tried_again_later(failing: str, queue: Queue) -> None:
    queue.work()
    (job,) = queue.jobs
    assert (job.status, job.attempts, job.later) == ("todo", 1, True)


def test_a_failure_leaves_nothing_half_done(api: Api, failing: str, queue: Queue) -> None:
    before = api.fingerprint(["record", "outward", "filing_request"])
    queue.work()
    assert api.fingerprint(["record", "outward", "filing_request"]) == before


def test_a_task_that_failed_is_finished_when_it_can_be(api: Api, failing: str, queue: Queue) -> None:
    queue.work()
    mend(queue)
    queue.work()
    assert status(api, failing) == "P"


def test_a_failure_is_logged_though_it_is_tried_again(failing: str, queue: Queue) -> None:
    with structlog.testing.capture_logs() as logs:
        queue.work()
    assert [line["reference_id"] for line in logs if line["event"] == "job failed"] == [failing]


async def periodic(queue: Queue, name: str) -> None:
    """Have one of the tasks done that come by themselves."""
    app = jobs.app(queue.url)
    async with app.open_async():
        await app.configure_task(name, queue="portal").defer_async(timestamp=0)
        await app.run_worker_async(queues=["portal"], wait=False, additional_context={"portal": queue.portal})


def test_a_periodic_task_that_fails_is_logged_and_tried_again(api: Api, queue: Queue) -> None:
    save(api, invoice())
    api.work()
    queue.ask("alter table trail_seal add constraint nothing_goes check (false) not valid")
    with structlog.testing.capture_logs() as logs:
        asyncio.run(periodic(queue, "seal"))
    assert {line["task"] for line in logs if line["event"] == "job failed"} == {"seal"}
    assert set(queue.ask("select status::text from procrastinate_jobs where task_name = 'seal'")) == {("todo",)}
    queue.ask("alter table trail_seal drop constraint nothing_goes")
    queue.ask("update procrastinate_jobs set scheduled_at = null")
    queue.work()
    assert queue.ask("select count(*) as n from trail_unsealed") == [(0,)]


@pytest.mark.parametrize("name", ["nightly", "seal", "retry_stalled"])
def test_what_comes_by_itself_isn_t_logged_each_time(queue: Queue, name: str) -> None:
    with structlog.testing.capture_logs() as logs:
        asyncio.run(periodic(queue, name))
    assert logs == []


def test_those_who_wait_for_another_request_do_not_wait_long(api: Api, queue: Queue) -> None:
    """A worker that waits for news hears of new jobs, not of those that another job has held up."""
    references = [save(api, invoice(str(n))) for n in range(1, 5)]

    async def work() -> None:
        worker = asyncio.create_task(jobs.run_worker(queue.portal, queue.url, 2))
        deadline = time.monotonic() + 15
        while queue.jobs and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)

    began = time.monotonic()
    asyncio.run(work())
    assert {status(api, reference) for reference in references} == {"P"}
    assert time.monotonic() - began < 9


def test_a_failure_keeps_nobody_else_from_his_work(api: Api, queue: Queue) -> None:
    reference, other = save(api, invoice("A")), save(api, invoice("B"), supplier=MYSURU)
    broken = Jsonb({"gstin": "no GSTIN", "reference_id": reference})
    queue.ask("update procrastinate_jobs set args = %s where id = %s", broken, queue.jobs[0].id)
    queue.work()
    assert status(api, reference) != "P"
    assert status(api, other, MYSURU) == "P"


def test_a_second_request_waits_while_one_is_in_the_queue(api: Api, queue: Queue) -> None:
    """IMSSAV0015, until a worker is done with the first."""
    recipient = api.taxpayer(MUMBAI)
    body = {"rtin": MUMBAI, "reqtyp": "SAVE", "invdata": {"b2b": []}}
    first = [recipient.post("invoices/status/save", body) for _ in range(2)]
    assert (first[0].json()["data"]["status_cd"], error(first[1])) == ("1", "IMSSAV0015")
    queue.work()
    assert recipient.post("invoices/status/save", body).json()["data"]["status_cd"] == "1"


def test_processing_twice_at_once_is_done_once(api: Api, queue: Queue, portal: Portal) -> None:
    recipient = api.taxpayer(MUMBAI)
    body = {"rtin": MUMBAI, "reqtyp": "SAVE", "invdata": {"b2b": []}}
    reference = data(recipient.post("invoices/status/save", body))["reference_id"]
    for _ in range(2):
        action.process(portal, MUMBAI, reference)
    assert data(recipient.get("invoices/status", reference_id=reference))["status_cd"] == "S"


def index_reads(db: psycopg.Connection[Any]) -> int:
    """How many pages of the queue's indexes were read so far."""
    db.execute("select pg_stat_force_next_flush()")
    count = (
        "select sum(idx_blks_read + idx_blks_hit)::int from pg_statio_user_indexes where relname = 'procrastinate_jobs'"
    )
    return next(db.execute(count))[0]


def test_a_job_is_taken_from_a_long_queue_without_reading_all_of_it(database_url: str) -> None:
    """On the 14th everybody's draft is queued."""
    with psycopg.connect(database_url, autocommit=True) as db:
        db.execute(
            "insert into procrastinate_jobs (queue_name, task_name, lock)"
            " select 'portal', 'statement:draft', 'recipient ' || n from generate_series(1, 20000) n"
        )
        db.execute("analyze procrastinate_jobs")
        before = index_reads(db)
        db.execute("select procrastinate_fetch_job_v2('{portal}', null)")
        read = index_reads(db) - before
        (pages,) = next(
            db.execute("select sum(relpages)::int from pg_class where relname like 'procrastinate_jobs_%idx%'")
        )
    assert 0 < read < pages / 4
