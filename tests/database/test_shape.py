"""What lets taxpayers' data be spread over machines: keys and statements that say whose it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tools.check_sql import statements

from gst_ims.database.distribute import KEYS
from gst_ims.database.embedded import EmbeddedServer

SRC = Path(__file__).parents[2] / "src"
TABLES = [(table, key) for key, tables in KEYS.items() for table in tables]
# In these the service looks at everybody's rows, by night or when the operator asks: each machine does its own.
OF_EVERYBODY = {
    *("forget_action_bodies", "forget_filing_bodies", "sum_up", "ending_pending", "expire", "lapse", "queue_drafts"),
    *("unsealed", "first_breaks", "sealed", "put_records", "stated"),
}


@pytest.fixture(scope="module")
def migrated(server: EmbeddedServer) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.url) as db:
        yield db


@pytest.mark.parametrize(("table", "key"), TABLES)
def test_every_key_contains_the_column_of_distribution(migrated: psycopg.Connection, table: str, key: str) -> None:
    """Primary, unique and foreign keys, and unique indexes that aren't constraints."""
    rows = migrated.execute(
        """
        select indexrelid::regclass::text,
               array(select a.attname::text from pg_attribute a
                      where a.attrelid = i.indrelid and a.attnum = any(i.indkey))
          from pg_index i where i.indrelid = %(table)s::regclass and i.indisunique
         union all
        select conname,
               array(select a.attname::text from pg_attribute a
                      where a.attrelid = c.conrelid and a.attnum = any(c.conkey))
          from pg_constraint c where c.conrelid = %(table)s::regclass and c.contype in ('f', 'p', 'u', 'x')""",
        {"table": table},
    ).fetchall()
    assert [name for name, columns in rows if key not in columns] == []


@pytest.mark.parametrize(("table", "key"), TABLES)
def test_the_column_of_distribution_is_never_changed(table: str, key: str) -> None:
    """A row can't go to another machine."""
    changed = re.compile(rf"\bupdate\s+{table}\b[^;]*?\bset\b(?P<set>[^;]*?)(\bfrom\b|\bwhere\b|;)")
    for path in SRC.rglob("queries.sql"):
        for found in changed.finditer(path.read_text()):
            assert not re.search(rf"(^|,)\s*{key}\s*=", found["set"]), path


def named() -> list[tuple[str, str]]:
    """Every statement by folder and name."""
    return [
        (f"{path.parent.name}/{statement.name}", re.sub(r"--[^\n]*", "", statement.sql))
        for path in sorted(SRC.rglob("queries.sql"))
        for statement in statements(path.read_text())
        if statement.name
    ]


@pytest.mark.parametrize(("name", "sql"), named(), ids=[name for name, _ in named()])
def test_a_statement_on_distributed_tables_binds_their_column(name: str, sql: str) -> None:
    """To a parameter, to the same column of a table beside it, or to rows that were read before."""
    read = {table: key for table, key in TABLES if re.search(rf"\b(from|join|update|into|using)\s+{table}\b", sql)}
    if not read or name.partition("/")[2] in OF_EVERYBODY:
        return
    for key in set(read.values()):
        bound = rf"\b{key}\b\s*(=|in\b)|:{key}\b|=\s*\(?:{key}\b"
        assert re.search(bound, sql), f"{name} touches {sorted(read)} and doesn't bind {key}"


@pytest.mark.parametrize(("name", "sql"), named(), ids=[name for name, _ in named()])
def test_no_claim_spans_shards(name: str, sql: str) -> None:
    """What skips locked rows looks at one table of one machine. Rows are locked one taxpayer at a time."""
    assert "skip locked" not in sql
    if "for update" in sql:
        touched = [table for table, _ in TABLES if re.search(rf"\b(from|join)\s+{table}\b", sql)]
        assert not touched or re.search(r"\b(rtin|stin) = :(rtin|stin)", sql)


@pytest.mark.parametrize(("name", "sql"), named(), ids=[name for name, _ in named()])
def test_a_statement_changes_records_only_by_the_recipient(name: str, sql: str) -> None:
    """A join of the two sides would look for each document on every machine: one side is read first."""
    sides = re.findall(r"\b(record|outward)\b(?!_)", re.sub(r"\([^()]*\)", "", sql))
    if {"record", "outward"} <= set(sides):
        assert "as materialized (" in sql, f"{name} joins both sides: read one of them first, `as materialized`"


@pytest.mark.parametrize(("name", "sql"), named(), ids=[name for name, _ in named()])
def test_what_goes_across_names_whose_machines_are_asked(name: str, sql: str) -> None:
    """Without a list of the recipients, or the suppliers, each machine would look for all documents."""
    sides = {key for table, key in TABLES if re.search(rf"\b(from|join|update|using)\s+{table}\b", sql)}
    if sides == set(KEYS) and name not in {"statement/booked"}:  # asked by an operator only
        assert re.search(r"\b(rtin = any\(:rtins\)|stin = any\(:stins\))", sql), f"{name} asks every machine"


def test_each_copy_of_a_table_on_the_other_side_is_asked_for_by_name() -> None:
    """A record that is compared with records binds both to the list: else all of the second's machines are asked."""
    (late,) = [sql for name, sql in named() if name == "filing/supersede_late"]
    assert {found["alias"] for found in re.finditer(r"(?P<alias>\w+)\.rtin = any\(:rtins\)", late)} == {"r", "n"}
