"""Background work: jobs are queued in the transaction that needs them done, and run by workers of any number."""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import wraps
from typing import cast

import structlog
from procrastinate import App, JobContext, RetryStrategy
from psycopg.types.json import Jsonb
from structlog.contextvars import get_contextvars

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.database import queue
from gst_ims.database.connection import Connection
from gst_ims.portal.context import Portal, queries

Task = Callable[..., None]
TASKS = ["action:process", "filing:process", "statement:compute", "statement:draft", "nightly", "seal", "retry_stalled"]
log = structlog.get_logger()

# Deadlocks, lost connections: tried again, later and later. Then the request is parked, however often that takes.
ATTEMPTS = 6
RETRY = RetryStrategy(exponential_wait=2)


# What is said of a request that was given up, after the last attempt: a system error of GSTN's own kind.
GIVEN_UP = "RET12501"
GIVEN_UP_TEXT = "The request could not be processed. Please report it to whoever runs the portal."


def new_reference_id() -> str:
    """What a request is asked after by: 15 hexadecimal digits."""
    return secrets.token_hex(8)[:15]


def defer(db: Connection, task: str, gstin: Gstin, reference_id: str) -> None:
    """Queue `task` for a taxpayer's request in the caller's transaction.

    What a taxpayer asks as a supplier runs one after another, and so does what he asks as a recipient.
    """
    side = "supplier" if task.startswith("filing:") else "recipient"
    arguments = Jsonb({"gstin": str(gstin), "reference_id": reference_id})
    queries.defer(db, task=task, lock=f"{side} {gstin}", args=arguments)
    if "transaction_id" in get_contextvars():
        # Here a call and its job meet in the log.
        log.info("job queued", task=task, reference_id=reference_id)


def queue_drafts(db: Connection, period: Period) -> None:
    """Queue the drafts of GSTR-2B of everybody who has anything to be drawn up, in the caller's transaction."""
    queries.queue_drafts(db, period=period, text=str(period))


def tally(portal: Portal, task: str, kind: str, applied: int, codes: Iterable[str]) -> None:
    """Add a finished request to the metrics: rows applied, and the codes of those refused.

    When the request is committed, so that no other one waits for the row of a total.
    """
    rows = [{"name": "rows", "kind": kind, "code": "", "total": applied}] if applied else []
    rows += [{"name": "errors", "kind": task, "code": code, "total": n} for code, n in Counter(codes).items()]
    with portal.transaction() as db:
        queries.tally(db, rows=Jsonb(rows))


def portal_of(context: JobContext) -> Portal:
    """The portal that the worker was started with."""
    return cast("dict[str, Portal]", context.additional_context)["portal"]  # pyright: ignore[reportUnknownMemberType]


def retry_stalled(context: JobContext, timestamp: int) -> None:
    """Give the jobs of dead and hung workers to living ones."""
    with portal_of(context).transaction() as db:
        queue.retry_forsaken(db, "portal")


def app(url: str) -> App:
    """The job queue on the database at `url`, with every task of the portal."""
    from gst_ims.portal.action import tasks as action
    from gst_ims.portal.audit import tasks as audit
    from gst_ims.portal.filing import tasks as filing
    from gst_ims.portal.statement import tasks as statement

    jobs = queue.open_queue(url)
    jobs.task(name="action:process", pass_context=True, retry=RETRY)(_logged(action.process, action.park))
    jobs.task(name="filing:process", pass_context=True, retry=RETRY)(_logged(filing.process, filing.park))
    jobs.task(name="statement:compute", pass_context=True, retry=RETRY)(_logged(statement.compute, statement.park))
    # A draft that fails for good leaves nothing open: the taxpayer can have GSTR-2B computed on demand.
    given_up = RetryStrategy(max_attempts=ATTEMPTS, exponential_wait=2)
    jobs.task(name="statement:draft", pass_context=True, retry=given_up)(_logged(statement.draft))
    # What one leaves the next one does. A dead worker keeps the lock of the first until the last takes it away.
    for name, cron, task, lock in (
        ("nightly", "*/5 * * * *", statement.nightly, "nightly"),
        ("seal", "* * * * *", audit.seal, None),
        ("retry_stalled", "* * * * *", retry_stalled, None),
    ):
        periodic = jobs.task(name=name, queue="portal", lock=lock, pass_context=True, retry=given_up)
        jobs.periodic(cron=cron)(periodic(_logged(task)))
    return jobs


def _logged(task: Task, park: Task | None = None) -> Task:
    """The task, whose end is logged each time, and whose request is parked with ER after the last failure.

    The queue itself is silent about failures that it tries again, and would leave the request open for ever. A request
    that its workers die of never fails: it is parked when it has had its attempts.
    """

    @wraps(task)
    def run(context: JobContext, **arguments: str) -> None:
        if park is not None and context.job.attempts >= ATTEMPTS:
            park(context, **arguments)
            return
        began = time.perf_counter()
        about = {"task": context.job.task_name, "reference_id": arguments.get("reference_id")}
        try:
            task(context, **arguments)
        except Exception:
            log.exception("job failed", **about)
            if park is None or context.job.attempts + 1 < ATTEMPTS:
                raise
            park(context, **arguments)
            tally(portal_of(context), context.job.task_name, "", 0, [GIVEN_UP])
        else:
            if "timestamp" in arguments:  # periodic, and every minute the same
                return
            log.info("job done", **about, seconds=round(time.perf_counter() - began, 4))

    return run


async def run_worker(portal: Portal, url: str, concurrency: int, *, wait: bool = True) -> None:
    """Work on the queue until told to stop; with `wait` False until there is nothing that can be begun."""
    await queue.run_worker(app(url), "portal", portal, concurrency, wait=wait)
