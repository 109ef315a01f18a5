"""Rows of PostgreSQL as Arrow tables, for the set work that DuckDB does: a million in two seconds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow  # pyright: ignore[reportMissingTypeStubs]
from adbc_driver_postgresql import dbapi  # pyright: ignore[reportMissingTypeStubs]
from psycopg import ClientCursor

from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, queries

_ARROW: Any = pyarrow
_ADBC: Any = dbapi


def arrow(desk: Desk, gstins: Iterable[Gstin], statement: Any, **values: Any) -> Any:
    """What a named statement finds, as a pyarrow.Table, with the rights of `desk.of(gstins)`.

    In a transaction of its own, over a connection of its own: it sees what is committed.
    """
    with desk.of(gstins) as db:
        words = ClientCursor(db)
        become = words.mogrify(queries.work_for.sql, {"gstins": ",".join(gstins)})
        text = words.mogrify(statement.sql, values)
    with _ADBC.connect(desk.pool.conninfo) as connection, connection.cursor() as cursor:
        cursor.execute(become)
        cursor.fetchall()
        cursor.execute(text)
        table = cursor.fetch_arrow_table()
    # JSON is text to DuckDB.
    columns = [_plain(column) for column in table.columns]
    return _ARROW.table(columns, names=table.column_names)


def _plain(column: Any) -> Any:
    kind = getattr(column.type, "storage_type", None)
    return column if kind is None else column.cast(kind)
