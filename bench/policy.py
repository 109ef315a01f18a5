"""A policy over a million records, beside a bare case expression over the same table."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb

from bench.line import Line
from gst_ims.core.gstin import Gstin
from gst_ims.database.queries import load
from gst_ims.desk.policy.document import read
from gst_ims.desk.policy.view import Recipient, Tables, view

statements: Any = load(__file__, "policy.sql", "duckdb")
RECIPIENT = Recipient(Gstin("27AAPFU0939F1ZV"), "monthly", date(2025, 12, 15))
ROUNDS = 3

POLICY = """
name = "bench"

[[rule]]
name = "watched"
when = "in_list('watched')"
action = "ask"

[[rule]]
name = "booked"
when = "bucket = 'matched' and filed and value <= 10_00_000"
action = "accept"
approval = 1_00_000

[[rule]]
name = "half a per cent"
when = "bucket = 'mismatch' and abs(difference_tax) <= 0.005 * tax and supplier_matched >= 90"
action = "accept"

[[rule]]
name = "notes as booked"
when = "credit_note and bucket in ('mismatch', 'within tolerance')"
action = "accept"
declaration = "as in books"
remarks = "As in our books"

[[rule]]
name = "last call"
when = "days_to_pending_limit <= 5 or days_to_credit_limit < 30"
action = "ask"

[[rule]]
name = "not booked"
when = "bucket = 'missing in books' and not pending_blocked"
action = "pending"
remarks = "Goods not received yet"
"""


def policy(size: int) -> Iterator[Line]:
    """The whole of a run, from Arrow tables to proposals, beside one bare case expression over the records."""
    with duckdb.connect() as db:
        db.execute("set enable_progress_bar = false")
        tables = _tables(db, size)
        bare = min(_seconds(lambda: db.execute(statements.bare.sql).fetchall()) for _ in range(ROUNDS))
    seconds = min(_seconds(lambda: _run(tables)) for _ in range(ROUNDS))
    yield Line("policy, from tables to proposals", size, size / seconds, "records/s", size / bare, bare / seconds)
    with view(tables, RECIPIENT) as it:
        judging = min(_seconds(lambda: it.judge(read(POLICY))) for _ in range(ROUNDS))
    yield Line("policy, once the view is there", size, size / judging, "records/s", size / bare, bare / judging)


def _tables(db: duckdb.DuckDBPyConnection, size: int) -> Tables:
    made: dict[str, Any] = {}
    for name in ("records", "findings", "books", "vendors", "suppliers"):
        query = getattr(statements, name).sql
        db.execute(f"create table {name} as {query.replace('{size}', str(size))}")
        made[name] = db.table(name).to_arrow_table()
    return Tables(**made)


def _run(tables: Tables) -> None:
    with view(tables, RECIPIENT) as it:
        it.judge(read(POLICY))
        it.proposals("bench v1")


def _seconds(work: Any) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
