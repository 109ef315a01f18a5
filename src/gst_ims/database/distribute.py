"""One schema over many machines: PostgreSQL with Citus, where taxpayers' data is spread by GSTIN."""

from __future__ import annotations

from typing import Any

from gst_ims.core.errors import ImsError
from gst_ims.database.connection import Connection, connect
from gst_ims.database.migrate import MIGRATION_LOCK, newest
from gst_ims.database.queries import load

queries: Any = load(__file__)

# Whose data a table has, by the column that says it. All are spread alike: what one taxpayer has, as a recipient and as
# a supplier, is on one machine.
KEYS = {
    "rtin": (
        *("action_request", "record_tally", "record", "trail_unsealed", "trail_seal", "trail", "closing"),
        *("last_closing", "statement", "statement_line", "statement_total", "statement_supplier", "statement_request"),
    ),
    "stin": ("outward", "outward_return", "outward_rest", "filing_request", "added_back"),
}
# What statements on taxpayers' data join: small, seldom changed, a copy on each machine.
EVERYWHERE = ("taxpayer",)
# The job queue, and what signs people in, stay on the machine that `--database-url` names.
HERE = (
    *("installation", "signing_key", "operator_key", "api_key", "rate_window", "one_time_password", "session"),
    *("calendar_day", "fault", "tally", "schema_version"),
)


class CannotDistribute(ImsError):
    """The database can't be distributed."""


def distribute(url: str) -> list[str]:
    """Spread the tables of the database at `url` over the machines of its cluster, with what is in them.

    Returns the tables that were not yet spread; those that are stay as they are. All of it or nothing. Raises
    CannotDistribute.
    """
    with connect(url) as db:
        queries.hold_migrations(db, lock=MIGRATION_LOCK)
        _check(db)
        queries.allow_triggers(db)
        queries.plain_policies(db)
        queries.share_functions(db)
        done = {row.name for row in queries.distributed(db)}
        missing = [(table, key) for key, tables in KEYS.items() for table in tables if table not in done]
        copies = [table for table in EVERYWHERE if table not in done]
        for table in copies:
            queries.copy_everywhere(db, table=table)
        first = KEYS["rtin"][0]
        for table, key in missing:
            queries.distribute(db, table=table, key=key, beside="none" if table == first else first)
        queries.let_roles_in(db)
    return copies + [table for table, _ in missing]


def _check(db: Connection) -> None:
    if queries.citus_version(db) is None:
        raise CannotDistribute("The database has no Citus: run `create extension citus` in it, on each machine.")
    if queries.revision(db) != newest():
        raise CannotDistribute("The database is of another version: run `ims db upgrade` on it first.")
    if not queries.may_distribute(db):
        raise CannotDistribute("Only a superuser can distribute: tables, roles and policies of all machines change.")
    if not queries.nodes(db):
        raise CannotDistribute("The cluster has no machines: add them with `select citus_add_node(host, port)`.")
