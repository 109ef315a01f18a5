"""What the migrations leave behind: harmless to repeat, and ready to be distributed by GSTIN."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest

from gst_ims.database.embedded import EmbeddedServer
from gst_ims.database.migrate import upgrade

RECIPIENTS = ("record", "trail", "action_request", "statement", "statement_line", "statement_total")
RECIPIENTS += ("statement_request", "statement_supplier", "closing", "record_tally", "trail_seal", "trail_unsealed")
RECIPIENTS += ("last_closing",)
SUPPLIERS = ("outward", "outward_rest", "outward_return", "filing_request", "added_back")
PARTITIONED = ("record", "record_tally", "trail", "action_request", "outward", "filing_request", "added_back")
KEYS = [(table, "rtin") for table in RECIPIENTS] + [(table, "stin") for table in SUPPLIERS]
INSTALLATION = {
    "installation",
    "signing_key",
    "operator_key",
    "api_key",
    "rate_window",
    "calendar_day",
    "fault",
    "tally",
}
ACCESS = {"taxpayer", "one_time_password", "session", "schema_version"}


@pytest.fixture
def empty(server: EmbeddedServer) -> Iterator[str]:
    """A database in which nothing is yet."""
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("create database nothing_yet template template0")
        yield server.url_of("nothing_yet")
        db.execute("drop database nothing_yet with (force)")


@pytest.fixture(scope="module")
def migrated(server: EmbeddedServer) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.url) as db:
        yield db


def schema(url: str) -> list[tuple[str, ...]]:
    """Every column and index."""
    with psycopg.connect(url) as db:
        return db.execute("""
            select table_name::text, column_name::text, data_type::text
              from information_schema.columns where table_schema = 'public'
             union all
            select tablename, indexname, indexdef from pg_indexes where schemaname = 'public'
             order by 1, 2, 3""").fetchall()


def tables(db: psycopg.Connection) -> set[str]:
    """All tables but partitions and those of the job queue."""
    rows = db.execute("""
        select relname from pg_class
         where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition""")
    return {name for (name,) in rows if not name.startswith("procrastinate_")}


def unique_indexes(db: psycopg.Connection, table: str) -> dict[str, str]:
    """The first column of each unique index of a table, by the index's name."""
    rows = db.execute(
        """
        select c.relname, a.attname
          from pg_index i
          join pg_class c on c.oid = i.indexrelid
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[0]
         where i.indrelid = %s::regclass and i.indisunique""",
        [table],
    )
    return dict(rows.fetchall())


def test_upgrading_twice_is_harmless(empty: str) -> None:
    upgrade(empty)
    before = schema(empty)
    upgrade(empty)
    assert schema(empty) == before


def test_two_upgrades_at_once_are_harmless(empty: str, migrated: psycopg.Connection) -> None:
    command = [sys.executable, "-c", f"from gst_ims.database.migrate import upgrade; upgrade({empty!r})"]
    programs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    assert [(program.communicate()[1], program.returncode) for program in programs] == [("", 0), ("", 0)]
    with psycopg.connect(empty) as db:
        assert tables(db) == tables(migrated)


def test_an_upgrade_that_fails_leaves_nothing_behind(empty: str) -> None:
    with psycopg.connect(empty) as db:
        db.execute("create table added_back ()")
    with pytest.raises(Exception, match="already exists"):
        upgrade(empty)
    with psycopg.connect(empty) as db:
        assert tables(db) == {"added_back"}


def test_every_table_is_known_to_these_tests(migrated: psycopg.Connection) -> None:
    """A new one is put into a list above, and so under its rules."""
    assert tables(migrated) == {*RECIPIENTS, *SUPPLIERS, *INSTALLATION, *ACCESS}


@pytest.mark.parametrize(("table", "key"), KEYS)
def test_every_unique_index_of_taxpayers_data_begins_with_the_key(
    migrated: psycopg.Connection, table: str, key: str
) -> None:
    first_columns = unique_indexes(migrated, table)
    assert first_columns or table == "record_tally"  # whose rows are changes, not things
    assert set(first_columns.values()) <= {key}


@pytest.mark.parametrize(("table", "key"), [(t, k) for t, k in KEYS if t in PARTITIONED])
def test_taxpayers_data_is_partitioned_by_the_hash_of_the_key(
    migrated: psycopg.Connection, table: str, key: str
) -> None:
    row = migrated.execute(
        """
        select pg_get_partkeydef(oid), (select count(*) from pg_inherits where inhparent = oid)
          from pg_class where oid = %s::regclass""",
        [table],
    ).fetchone()
    assert row == (f"HASH ({key})", 8)


def test_no_foreign_key_leaves_a_taxpayer_s_data(migrated: psycopg.Connection) -> None:
    rows = migrated.execute(
        "select conrelid::regclass::text from pg_constraint where contype = 'f' and conrelid::regclass::text = any(%s)",
        [[*RECIPIENTS, *SUPPLIERS]],
    ).fetchall()
    assert rows == []


def test_a_taxpayer_has_one_open_request_at_most(migrated: psycopg.Connection) -> None:
    row = migrated.execute("select pg_get_indexdef('one_open_action_request'::regclass)").fetchone()
    assert row is not None
    assert row[0].startswith("CREATE UNIQUE INDEX")
    assert row[0].endswith("(rtin) WHERE (finished_at IS NULL)")


@pytest.mark.parametrize("table", ["procrastinate_jobs", "procrastinate_workers", "procrastinate_events"])
def test_the_job_queue_has_its_tables(migrated: psycopg.Connection, table: str) -> None:
    assert migrated.execute("select to_regclass(%s)", [table]).fetchone() != (None,)
