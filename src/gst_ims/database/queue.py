"""The job queue in PostgreSQL, as portal and desk use it: each has a queue of its own, and workers of any number."""

from __future__ import annotations

from typing import Any

import structlog
from procrastinate import App, PsycopgConnector

from gst_ims.database.connection import AS_SERVICE, Connection
from gst_ims.database.queries import load

# A job whose worker shows no sign of life for so long is given to another one.
STALLED_SECONDS = 30
# So long jobs may go on when a worker is told to stop.
STOP_SECONDS = 30
# New jobs are announced; those that waited for another one of their lock are not, and are found by looking.
POLLING_SECONDS = 0.5

queries: Any = load(__file__)
log = structlog.get_logger()


def open_queue(url: str) -> App:
    """The job queue on the database at `url`, without tasks yet."""
    return App(connector=PsycopgConnector(conninfo=url, kwargs={"options": AS_SERVICE}))


def retry_forsaken(db: Connection, queue: str, seconds: float = STALLED_SECONDS) -> None:
    """Give the jobs of dead and hung workers to living ones. What they did is rolled back, so they are run again."""
    queries.be_ourselves(db)
    for job in list(queries.forsaken_jobs(db, queue=queue, seconds=seconds)):
        log.warning("job taken from its worker", job=job.id)
        queries.end_sessions(db, name=job.lock)
        queries.retry_job(db, id=job.id)


async def run_worker(app: App, queue: str, context: Any, concurrency: int, *, wait: bool = True) -> None:
    """Work on a queue until told to stop; with `wait` False until there is nothing that can be begun.

    Tasks find `context` by the name of the queue.
    """
    async with app.open_async():
        await app.run_worker_async(
            queues=[queue],
            concurrency=concurrency,
            wait=wait,
            install_signal_handlers=wait,
            fetch_job_polling_interval=POLLING_SECONDS,
            additional_context={queue: context},
            shutdown_graceful_timeout=STOP_SECONDS,
            delete_jobs="successful",
        )
