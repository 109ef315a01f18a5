"""Background work: jobs are queued in the transaction that needs them done, and run by workers of any number."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import cast

import structlog
from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from psycopg.types.json import Jsonb

from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection
from gst_ims.portal.context import Portal, queries

Task = Callable[[JobContext, str, str], None]
log = structlog.get_logger()

# A job whose worker shows no sign of life for so long is given to another one.
STALLED_SECONDS = 30
# New jobs are announced; those that waited for another of their taxpayer's are not, and are found by looking.
POLLING_SECONDS = 0.5
# Deadlocks, lost connections: tried again, later and later.
ATTEMPTS = 6
RETRY = RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=2)


# What is said of a request that was given up, after the last attempt: a system error of GSTN's own kind.
GIVEN_UP = "RET12501"
GIVEN_UP_TEXT = "The request could not be processed. Please report it to whoever runs the portal."


def new_reference_id() -> str:
    """What a request is asked after by: 15 hexadecimal digits."""
    return secrets.token_hex(8)[:15]


def defer(db: Connection, task: str, stin_or_rtin: Gstin, reference_id: str) -> None:
    """Queue `task` for a request in the caller's transaction. Requests of one taxpayer run one after another."""
    arguments = Jsonb({"gstin": str(stin_or_rtin), "reference_id": reference_id})
    queries.defer(db, task=task, lock=f"{task} {stin_or_rtin}", args=arguments)


def portal_of(context: JobContext) -> Portal:
    """The portal that the worker was started with."""
    return cast("dict[str, Portal]", context.additional_context)["portal"]  # pyright: ignore[reportUnknownMemberType]


async def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of dead workers to living ones. What they did is rolled back, so they are simply run again."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        await manager.retry_job(job)


def app(url: str) -> App:
    """The job queue on the database at `url`, with every task of the portal."""
    from gst_ims.portal.action import tasks as action
    from gst_ims.portal.filing import tasks as filing

    queue = App(connector=PsycopgConnector(conninfo=url))
    queue.task(name="action:process", pass_context=True, retry=RETRY)(_logged(action.process, action.park))
    queue.task(name="filing:process", pass_context=True, retry=RETRY)(_logged(filing.process, filing.park))
    queue.periodic(cron="* * * * *")(queue.task(name="retry_stalled", queue="portal", pass_context=True)(retry_stalled))
    return queue


def _logged(task: Task, park: Task) -> Task:
    """The task, whose failures are logged each time, and whose request is parked with ER after the last one.

    The queue itself is silent about failures that it tries again, and would leave the request open for ever.
    """

    @wraps(task)
    def run(context: JobContext, gstin: str, reference_id: str) -> None:
        try:
            task(context, gstin, reference_id)
        except Exception:
            log.exception("job failed", task=context.job.task_name, reference_id=reference_id)
            if context.job.attempts + 1 < ATTEMPTS:
                raise
            park(context, gstin, reference_id)

    return run


async def run_worker(portal: Portal, url: str, concurrency: int, *, wait: bool = True) -> None:
    """Work on the queue until told to stop; with `wait` False until there is nothing that can be begun."""
    queue = app(url)
    async with queue.open_async():
        await queue.run_worker_async(
            queues=["portal"],
            concurrency=concurrency,
            wait=wait,
            install_signal_handlers=wait,
            fetch_job_polling_interval=POLLING_SECONDS,
            additional_context={"portal": portal},
            shutdown_graceful_timeout=30,
            delete_jobs="successful",
        )
