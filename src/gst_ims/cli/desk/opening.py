"""From the options to an open desk: its database, the clock, the profiles that lead to portals, and a person."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import Error as PsycopgError
from psycopg.errors import UndefinedTable

from gst_ims.cli.client.output import say
from gst_ims.cli.desk.options import At, Desked, read_gstin
from gst_ims.cli.desk.ways import ways_of
from gst_ims.cli.exits import Usage
from gst_ims.cli.serve import CannotStart, must_answer
from gst_ims.core.clock import Clock, SystemClock
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Pool, connect, open_pool
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.database.migrate import upgrade
from gst_ims.desk.desk import Desk
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person
from gst_ims.portal.context import VirtualClock, queries


@dataclass(frozen=True)
class Opened:
    """A desk with a person at it, and the taxpayer that he is about."""

    desk: Desk
    person: Person
    gstin: Gstin


@contextmanager
def database(data_dir: Path, database_url: str, *, new: bool = False) -> Generator[str]:
    """The database's address. Where nobody runs the embedded server it is started meanwhile.

    With `new` a database is made where there is none. Raises CannotStart.
    """
    if database_url:
        must_answer(database_url, "Check --database-url.")
        yield database_url
        return
    server = EmbeddedServer(data_dir)
    if not server.is_made():
        if not new:
            raise CannotStart(
                f"There is no database in {server.data_dir}: look at --data-dir. `ims desk found` makes one."
            )
        say(f"Making a new database in {server.data_dir}.")
    try:
        connect(server.url).close()
    except PsycopgError:
        with server:
            upgrade(server.url)
            yield server.url
    else:
        yield server.url


@contextmanager
def open_desk(at: At, pool_size: int = 4, *, new: bool = False) -> Generator[Desk]:
    """The desk; with `new` also where there is none yet. Raises CannotStart where its tables aren't there yet."""
    with ExitStack() as stack:
        url = stack.enter_context(database(at.data_dir, at.database_url, new=new))
        pool = stack.enter_context(open_pool(url, pool_size))
        try:
            yield Desk(pool, _clock(stack, pool, url), ways_of(at.config))
        except UndefinedTable as error:
            raise CannotStart("The database has no desk yet: run `ims db upgrade` on it first.") from error


@contextmanager
def opened(desked: Desked) -> Generator[Opened]:
    """The desk, the person and the taxpayer. Raises NotAllowed for who has no duty; Usage where it isn't said whose."""
    with open_desk(desked.at) as desk:
        person = people.person(desk, desked.at.person)
        mine = person.gstins
        if not desked.gstin and len(mine) > 1:
            raise Usage(f"Say which taxpayer: --gstin or IMS_GSTIN. You see {', '.join(mine)}.")
        yield Opened(desk, person, read_gstin(desked.gstin or next(iter(mine))))


def _clock(stack: ExitStack, pool: Pool, url: str) -> Clock:
    """The time of the portal in the same database where that is in test mode, and its time can be moved."""
    with pool.connection() as db:
        installation = queries.installation(db)
    if installation and installation.test_mode:
        return VirtualClock(stack.enter_context(open_pool(url, 1)))
    return SystemClock()
