"""Connections: one pool a process, rows as named tuples, periods as the first day of their month."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.adapt import Buffer
from psycopg.rows import namedtuple_row
from psycopg.types.datetime import DateDumper
from psycopg_pool import ConnectionPool

from gst_ims.core.period import Period

Connection = psycopg.Connection[Any]
Pool = ConnectionPool[Connection]

# The rights that a connection has from the start; transactions for one taxpayer take on narrower ones.
AS_SERVICE = "-c role=ims_service"


# Ten thousand staged rows stay in memory, those of a large return as well. What isn't used isn't taken.
STAGING = "-c temp_buffers=64MB"


class PeriodDumper(DateDumper):
    """A period is stored as its first day, so that SQL can order and step it."""

    def dump(self, obj: Any) -> Buffer | None:
        return super().dump(obj.first_day)


def configure(connection: Connection) -> None:
    """What every connection of ours needs: periods, Indian time, and no plan that outlives its staging table."""
    connection.adapters.register_dumper(Period, PeriodDumper)


def open_pool(url: str, size: int = 16) -> Pool:
    """A pool of at most `size` connections to `url`, opened and checked; they have the rights of the service."""

    def check(connection: Connection) -> None:
        try:
            ConnectionPool.check_connection(connection)
        except psycopg.OperationalError:
            # Where one is dead, the server was started anew and all are: tried one by one, they would take minutes.
            pool.drain()
            raise

    pool: Pool = ConnectionPool(
        url,
        min_size=1,
        max_size=size,
        connection_class=Connection,
        kwargs={"row_factory": namedtuple_row, "options": f"-c timezone=Asia/Kolkata {STAGING} {AS_SERVICE}"},
        configure=configure,
        check=check,
        timeout=5,
        open=False,
    )
    pool.open(wait=True, timeout=30)
    # From here on whoever asks next tries anew. Kept up for longer, tries come ever more seldom: the database would be
    # back for minutes before anybody saw it.
    pool.reconnect_timeout = 2
    return pool


def connect(url: str) -> Connection:
    """One connection outside any pool, with the rights of its user."""
    connection: Connection = psycopg.connect(url, row_factory=namedtuple_row, options="-c timezone=Asia/Kolkata")
    configure(connection)
    return connection
