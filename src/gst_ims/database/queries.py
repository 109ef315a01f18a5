"""Named SQL: the statements of a folder's `queries.sql`, as functions of a connection and named parameters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiosql


def load(module_file: str, name: str = "queries.sql", driver: str = "psycopg") -> Any:
    """The statements in `queries.sql`, or the file of that `name`, beside `module_file` (pass `__file__`).

    The suffix of a name says what a call returns: `!` the number of rows, `^` one row or None, `$` one value, nothing:
    all rows.
    """
    path = Path(module_file).with_name(name)
    return aiosql.from_path(  # pyright: ignore[reportUnknownMemberType]
        path, driver, kwargs_only=True, mandatory_parameters=False
    )
