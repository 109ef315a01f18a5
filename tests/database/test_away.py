"""A pool whose database goes away."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest
from psycopg_pool import PoolTimeout
from tests.database.away import Away

from gst_ims.database.connection import open_pool
from gst_ims.database.embedded import EmbeddedServer


def test_a_database_that_was_away_is_had_at_once_when_it_is_back(server: EmbeddedServer, database_url: str) -> None:
    """However many connections it had, and however long it was away."""
    away = Away(server, database_url)
    with open_pool(database_url, 6) as pool:
        with ExitStack() as all_of_them:
            for _ in range(6):
                all_of_them.enter_context(pool.connection())
        pool.timeout = 1
        away.cut()
        with pool.connection() as db:
            assert db.execute("select 1").fetchone() == (1,)
        with away.meanwhile():
            with pytest.raises(PoolTimeout), pool.connection():
                pass
            time.sleep(2.5)
        with pool.connection() as db:
            assert db.execute("select 1").fetchone() == (1,)
