"""Migrations: Alembic revisions that run the SQL file of the same name, and the job queue's own schema."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

from psycopg.errors import UndefinedTable

from gst_ims.core.errors import ImsError
from gst_ims.database.connection import connect
from gst_ims.database.queries import load

queries: Any = load(__file__)

MIGRATIONS = Path(__file__).parent / "migrations"
# Two programs that start at once on one database wait for one another here.
MIGRATION_LOCK = 4_714_153


class RolesMissing(ImsError):
    """The database's user may not create roles: see 'A PostgreSQL of your own' in the documentation."""


def newest() -> str:
    """The revision that this version of the program knows as the last."""
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest revision. Does nothing where it is there already."""
    with connect(url) as db, suppress(UndefinedTable):
        if queries.revision(db) == newest():
            return
    # Alembic brings SQLAlchemy along, and both take a second: for who migrates.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")
