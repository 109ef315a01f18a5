"""Migrations: Alembic revisions that run the SQL file of the same name, and the job queue's own schema."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from gst_ims.core.errors import ImsError

MIGRATIONS = Path(__file__).parent / "migrations"
# Two programs that start at once on one database wait for one another here.
MIGRATION_LOCK = 4_714_153


class RolesMissing(ImsError):
    """The database's user may not create roles: see 'A PostgreSQL of your own' in the documentation."""


def newest() -> str:
    """The revision that this version of the program knows as the last."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest revision. Does nothing where it is there already."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["url"] = url
    command.upgrade(config, "head")
