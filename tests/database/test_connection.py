"""Connections and named SQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import psycopg
import pytest

from gst_ims.core.clock import IST
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection, Pool, connect, open_pool
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.database.queries import load


@pytest.fixture(scope="module")
def pool(server: EmbeddedServer) -> Iterator[Pool]:
    with open_pool(server.url, 2) as opened:
        yield opened


@pytest.fixture
def db(pool: Pool) -> Iterator[Connection]:
    with pool.connection() as connection:
        yield connection
        connection.rollback()


def value(db: Connection, sql: str, **parameters: object) -> object:
    row = db.execute(sql, parameters).fetchone()
    assert row is not None
    return row[0]


def test_columns_have_names(db: Connection) -> None:
    row = db.execute("select 1 as one, 2 as two").fetchone()
    assert (row.one, row.two) == (1, 2)


def test_a_period_is_stored_as_its_first_day(db: Connection) -> None:
    assert value(db, "select %(p)s::date", p=Period.parse("102025")) == date(2025, 10, 1)


def test_moments_come_back_in_indian_time(db: Connection) -> None:
    moment = value(db, "select timestamptz '2025-11-13 18:30:00+00'")
    assert moment == datetime(2025, 11, 14, tzinfo=IST)
    assert isinstance(moment, datetime)
    assert moment.hour == 0


def test_today_is_india_s(db: Connection) -> None:
    assert value(db, "select (timestamptz '2025-11-13 18:30:00+00')::date") == date(2025, 11, 14)


def test_a_connection_outside_of_the_pool_knows_periods_too(server: EmbeddedServer) -> None:
    with connect(server.url) as db:
        assert value(db, "select %(p)s::date", p=Period.parse("042024")) == date(2024, 4, 1)


def test_an_error_rolls_back(pool: Pool) -> None:
    with pytest.raises(ZeroDivisionError), pool.connection() as db:  # noqa: PT012
        db.execute("create temporary table forgotten ()")
        raise ZeroDivisionError
    with pool.connection() as db:
        assert value(db, "select to_regclass('forgotten')") is None


def test_a_connection_that_the_server_closed_is_replaced(server: EmbeddedServer) -> None:
    with open_pool(server.url, 1) as pool:
        with pool.connection() as db:
            pid = db.info.backend_pid
        with psycopg.connect(server.url_of("postgres"), autocommit=True) as other:
            other.execute("select pg_terminate_backend(%s, 5000)", [pid])
        with pool.connection() as db:
            assert value(db, "select 1") == 1


def test_no_more_connections_are_opened_than_asked_for(server: EmbeddedServer) -> None:
    with open_pool(server.url, 2) as pool:

        def use() -> None:
            with pool.connection() as db:
                db.execute("select pg_sleep(0.02)")

        threads = [threading.Thread(target=use) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert pool.get_stats()["pool_size"] <= 2


@pytest.fixture
def queries(tmp_path: Path):
    (tmp_path / "queries.sql").write_text(
        """
-- name: number$
select :n::int;

-- name: one^
select :n::int as n, :text as text;

-- name: all
select n from generate_series(1, 3) n;

-- name: touch!
create temp table touched on commit drop as select generate_series(1, :n::int);
"""
    )
    return load(str(tmp_path / "service.py"))


def test_a_statement_is_a_function_of_a_connection_and_names(db: Connection, queries) -> None:
    row = queries.one(db, n=7, text="it's")
    assert (row.n, row.text) == (7, "it's")


def test_a_dollar_gives_one_value(db: Connection, queries) -> None:
    assert queries.number(db, n=7) == 7


def test_no_suffix_gives_all_rows(db: Connection, queries) -> None:
    assert [row.n for row in queries.all(db)] == [1, 2, 3]


def test_a_bang_gives_the_number_of_rows(db: Connection, queries) -> None:
    assert queries.touch(db, n=3) == 3
