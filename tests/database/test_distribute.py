"""`ims db distribute`: what it refuses, and which table goes where. What it does needs a cluster."""

from __future__ import annotations

import psycopg
import pytest
from typer.testing import CliRunner

from gst_ims.cli.main import app
from gst_ims.database.distribute import EVERYWHERE, HERE, KEYS, CannotDistribute, distribute
from gst_ims.database.embedded import EmbeddedServer


def test_every_table_has_its_place(server: EmbeddedServer) -> None:
    """A new table is put into one of the three lists of distribute.py."""
    with psycopg.connect(server.url) as db:
        rows = db.execute("""
            select relname from pg_class
             where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
               and relname not like 'procrastinate%'""").fetchall()
    placed = [*KEYS["rtin"], *KEYS["stin"], *EVERYWHERE, *HERE]
    assert sorted(placed) == sorted(name for (name,) in rows)


def test_the_job_queue_stays_where_it_is() -> None:
    """A worker's claim looks at one machine's table, so it never spans shards."""
    assert not [table for table in (*KEYS["rtin"], *KEYS["stin"], *EVERYWHERE) if table.startswith("procrastinate")]


def test_a_database_without_citus_is_refused(database_url: str) -> None:
    with pytest.raises(CannotDistribute, match="has no Citus: run `create extension citus`"):
        distribute(database_url)


def test_nothing_is_changed_where_it_is_refused(database_url: str) -> None:
    def policies() -> list[tuple[str, ...]]:
        with psycopg.connect(database_url) as db:
            return db.execute("select tablename, policyname, qual from pg_policies order by 1, 2").fetchall()

    before = policies()
    with pytest.raises(CannotDistribute):
        distribute(database_url)
    assert policies() == before


def test_the_command_says_it_in_one_line(database_url: str) -> None:
    result = CliRunner().invoke(app, ["db", "distribute", "--database-url", database_url])
    assert isinstance(result.exception, CannotDistribute)
    assert "\n" not in str(result.exception)


def test_the_command_wants_a_database() -> None:
    result = CliRunner(env={"IMS_DATABASE_URL": ""}).invoke(app, ["db", "distribute"])
    assert result.exit_code != 0
