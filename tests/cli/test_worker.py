"""The worker that `ims serve` brings along: told to stop, it ends its job, or leaves it to another one."""

from __future__ import annotations

import asyncio
import time

import psutil
import psycopg
import pytest
from tests.api import MUMBAI, Api, data

from gst_ims.cli import serve
from gst_ims.portal import jobs
from gst_ims.portal.context import Portal, Settings


@pytest.fixture
def save(api: Api) -> str:
    """The reference of a save that waits in the queue."""
    api.set_clock("2025-11-05T10:00")
    body = {"rtin": MUMBAI, "reqtyp": "SAVE", "invdata": {"b2b": []}}
    return data(api.taxpayer(MUMBAI).post("invoices/status/save", body))["reference_id"]


def states(portal: Portal) -> list[str]:
    with portal.transaction() as db:
        rows = db.execute("select status::text from procrastinate_jobs where task_name = 'action:process'")
        return [row.status for row in rows]


def wait_until_taken(portal: Portal) -> None:
    until = time.monotonic() + 30
    while states(portal) != ["doing"]:
        assert time.monotonic() < until
        time.sleep(0.05)


def workers(url: str) -> list[psutil.Process]:
    """Those on this database: other tests of the same process have theirs."""
    children = [child for child in psutil.Process().children() if "worker" in child.cmdline()]
    return [child for child in children if child.environ().get("IMS_DATABASE_URL") == url]


def test_a_worker_that_is_told_to_stop_ends_its_job(api: Api, save: str, database_url: str) -> None:
    with psycopg.connect(database_url) as other:
        other.execute("select from action_request where rtin = %s for update", [MUMBAI])
        settings = Settings(test_mode=True, retention_days=7)
        with serve._worker(database_url, settings):  # pyright: ignore[reportPrivateUsage]
            wait_until_taken(api.portal)
            (worker,) = workers(database_url)
            assert "--retention-days=7" in worker.cmdline()
            worker.terminate()
            time.sleep(0.5)
            assert worker.is_running()
            other.rollback()
            worker.wait(20)
            assert states(api.portal) == []
    assert api.taxpayer(MUMBAI).status_of(save)["status_cd"] == "S"


def test_a_job_that_takes_too_long_is_left_to_the_next_worker(
    api: Api, save: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "WORKER_STOP_SECONDS", 1)
    with psycopg.connect(database_url) as other:
        other.execute("select from action_request where rtin = %s for update", [MUMBAI])
        with serve._worker(database_url, Settings(test_mode=True)):  # pyright: ignore[reportPrivateUsage]
            wait_until_taken(api.portal)
            began = time.monotonic()
        assert time.monotonic() - began < 10
        assert workers(database_url) == []
        assert states(api.portal) == ["doing"]
        other.rollback()
    with api.portal.transaction() as db:
        db.execute("update procrastinate_workers set last_heartbeat = now() - interval '1 hour'")
    asyncio.run(take_over(database_url, api.portal))
    assert api.taxpayer(MUMBAI).status_of(save)["status_cd"] == "S"


async def take_over(url: str, portal: Portal) -> None:
    """What a living worker does each minute, and then its work."""
    queue = jobs.app(url)
    async with queue.open_async():
        await queue.configure_task("retry_stalled", queue="portal").defer_async(timestamp=0)
        for _ in range(2):
            await queue.run_worker_async(queues=["portal"], wait=False, additional_context={"portal": portal})
