"""The desk's background work: read portals, match, propose, push, send messages, report. In a worker of its own.

The portal that the desk waits for may be worked on by the same machine: with one worker for both, each could wait for
the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import cast

import structlog
from procrastinate import App, JobContext, RetryStrategy
from psycopg.types.json import Jsonb

from gst_ims.core.gstin import Gstin
from gst_ims.database import queue
from gst_ims.database.connection import Connection
from gst_ims.desk.desk import Desk, queries

log = structlog.get_logger()

# A portal that is away, a lost connection: tried again after 4, 16, 64 … seconds. Then the next round does it.
RETRY = RetryStrategy(max_attempts=5, exponential_wait=4)


def defer(db: Connection, task: str, gstin: Gstin, strand: str = "", **arguments: str | int) -> None:
    """Queue a task for a taxpayer's desk, in the caller's transaction.

    His tasks run one after another, also while the first waits to be tried again. What needn't wait for that has a
    `strand` of its own.
    """
    queries.defer(db, task=task, args=Jsonb({"gstin": str(gstin), **arguments}), strand=strand)


def desk_of(context: JobContext) -> Desk:
    """The desk that the worker was started with."""
    return cast("dict[str, Desk]", context.additional_context)["desk"]  # pyright: ignore[reportUnknownMemberType]


def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of dead workers to living ones."""
    with desk_of(context).house() as db:
        queue.retry_forsaken(db, "desk")


def app(url: str) -> App:
    """The job queue on the database at `url`, with every task of the desk."""
    from gst_ims.desk.followup import delivery
    from gst_ims.desk.followup import tasks as followup
    from gst_ims.desk.match import tasks as matching
    from gst_ims.desk.policy import tasks as policy
    from gst_ims.desk.push import tasks as push
    from gst_ims.desk.report import tasks as report
    from gst_ims.desk.sync import tasks as sync

    jobs = queue.open_queue(url)
    for name, task, retry in (
        ("sync", sync.sync, RETRY),
        ("sync_sales", sync.sync_sales, RETRY),
        ("match", matching.match, RETRY),
        ("propose", policy.propose, RETRY),
        ("push", push.push, RETRY),
        ("deliver", followup.deliver, delivery.RETRY),
        ("look", followup.look, False),
        ("report", report.report, RETRY),
    ):
        jobs.task(name=f"desk:{name}", queue="desk", pass_context=True, retry=retry)(_logged(task))
    for name, cron, task in (("round", "*/15 * * * *", followup.round_), ("retry_stalled", "* * * * *", retry_stalled)):
        periodic = jobs.task(name=f"desk:{name}", queue="desk", pass_context=True)
        jobs.periodic(cron=cron)(periodic(_logged(task)))
    return jobs


async def run_worker(desk: Desk, url: str, concurrency: int, *, wait: bool = True) -> None:
    """Work on the desk's queue until told to stop; with `wait` False until there is nothing that can be begun."""
    await queue.run_worker(app(url), "desk", desk, concurrency, wait=wait)


def _logged(task: Callable[..., None]) -> Callable[..., None]:
    """The task, whose end is logged each time: the queue is silent about failures that it tries again."""

    @wraps(task)
    def run(context: JobContext, **arguments: str | int) -> None:
        began = time.perf_counter()
        try:
            task(context, **arguments)
        except Exception:
            log.exception("job failed", task=context.job.task_name, attempt=context.job.attempts + 1)
            raise
        if "timestamp" not in arguments:
            log.info("job done", task=context.job.task_name, seconds=round(time.perf_counter() - began, 4))

    return run
