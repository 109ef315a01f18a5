"""A database that goes away, and comes back."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import LiteralString

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from gst_ims.database.embedded import EmbeddedServer


class Away:
    """While it is away nobody gets in, and who is in is thrown out."""

    def __init__(self, server: EmbeddedServer, url: str) -> None:
        self.server, self.name = server, str(conninfo_to_dict(url)["dbname"])

    def _let(self, allowed: LiteralString) -> None:
        with psycopg.connect(self.server.url_of("postgres"), autocommit=True) as db:
            statement = sql.SQL("alter database {} allow_connections {}")
            db.execute(statement.format(sql.Identifier(self.name), sql.SQL(allowed)))
            db.execute("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s", [self.name])

    def cut(self) -> None:
        """Everybody is thrown out once."""
        self._let("true")

    @contextmanager
    def meanwhile(self) -> Generator[None]:
        """It is away, and then back."""
        self._let("false")
        try:
            yield
        finally:
            self._let("true")
