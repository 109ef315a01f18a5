"""What every part of the desk is handed: the database, the clock, and the ways to portals and people."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from psycopg import DataError
from psycopg import OperationalError as DatabaseAway
from psycopg.errors import DeadlockDetected, DiskFull, SerializationFailure
from psycopg_pool import PoolTimeout

from gst_ims.connect.portal import Portal
from gst_ims.core.clock import Clock
from gst_ims.core.errors import ImsError, Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection, Pool
from gst_ims.database.queries import load

queries: Any = load(__file__)

#: Who did what the program did by itself, in the trail.
PROGRAM = "desk"


class NotAllowed(ImsError):
    """You may not do that: ask an administrator of the taxpayer's desk for the duty."""


class Unknown(ImsError):
    """There is no such thing."""


def what_now(error: DatabaseAway) -> str:
    """What to say where the database is away, is full, or had two people in each other's way."""
    match error:
        case PoolTimeout():
            return "The desk's database can't be reached, or is busy. Nothing was changed: try again in some seconds."
        case DiskFull():
            return "The disk of the desk's database is full. Nothing was changed: tell who runs it, then try again."
        case DeadlockDetected() | SerializationFailure():
            return "Somebody else was at the same. Nothing was changed: try again."
        case _:
            # Lost at the very end, nobody knows.
            return "The desk's database broke off. See what was done when it is back in some seconds, then try again."


#: From a profile of the client, by its name, to the portal of a GSTIN.
Ways = Callable[[str, Gstin], AbstractContextManager[Portal]]


@dataclass(frozen=True)
class Desk:
    """A running desk."""

    pool: Pool
    clock: Clock
    ways: Ways

    @contextmanager
    def of(self, gstins: Iterable[Gstin], work: str = "", *, one_moment: bool = False) -> Generator[Connection]:
        """A transaction that finds the data of these taxpayers only, whatever its statements forget to say.

        `work` is the lock of a job. The session has its name meanwhile: what a hung worker holds is found by it. With
        `one_moment` all statements see what stood when the first one began, and nothing can be written.
        """
        with self.house() as db:
            if one_moment:
                queries.see_one_moment(db)
            if work:
                queries.name_session(db, name=work)
            queries.work_for(db, gstins=",".join(gstins))
            yield db

    @contextmanager
    def house(self) -> Generator[Connection]:
        """A transaction about people and their duties, which are nobody's: with the rights of the service.

        Raises Invalid for a value that the database can't take: a character U+0000, a number of too many digits.
        """
        with self.pool.connection() as db:
            try:
                yield db
            except DataError as error:
                words = error.diag.message_primary or error
                raise Invalid(f"A value can't be: {words}. Nothing was changed.") from error
