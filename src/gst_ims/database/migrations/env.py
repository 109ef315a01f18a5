"""Alembic's entry: one connection, one transaction for all revisions, one program at a time."""

import psycopg
from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from gst_ims.database.migrate import MIGRATION_LOCK

url = context.config.attributes["url"]
engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)
with engine.begin() as connection:
    connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
    context.configure(connection=connection, version_table="schema_version")
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
