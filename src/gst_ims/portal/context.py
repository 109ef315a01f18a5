"""What every part of the portal is handed: the database, the clock, the settings and the way to people."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from gst_ims.core.clock import IST, Clock
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection, Pool
from gst_ims.database.queries import load
from gst_ims.portal.access.notifier import Notifier

queries = load(__file__)

Dialect = Literal["overview", "gstn"]


def hold_recipient(db: Connection, rtin: Gstin) -> None:
    """Wait until nobody else decides for a recipient, draws up his statement or closes his period; then be the one."""
    queries.hold_recipient(db, rtin=rtin)


@dataclass(frozen=True)
class Settings:
    """How this portal runs.

    `rate_limit`: calls a minute of a key that has no limit of its own; None: unlimited.
    `retention_days`: how long the bodies of finished requests are kept.
    """

    test_mode: bool = False
    status_dialect: Dialect = "overview"
    rate_limit: int | None = 100
    retention_days: int = 180


class VirtualClock:
    """Test mode's clock: the real one, moved by what the installation says. All processes read the same.

    It has a pool of its own: whoever asks holds a connection of the portal's often enough, and would wait for a second.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def now(self) -> datetime:
        with self._pool.connection() as db:
            offset: timedelta = queries.clock_offset(db)
        return datetime.now(IST) + offset


@dataclass(frozen=True)
class Portal:
    """A running portal."""

    pool: Pool
    settings: Settings
    notifier: Notifier
    clock: Clock

    @contextmanager
    def transaction(self, work: str = "") -> Generator[Connection]:
        """For what isn't one taxpayer's: a connection in a transaction, committed at the end or rolled back.

        `work` is the lock of a job. The session has its name meanwhile: what a hung worker holds is found by it.
        """
        with self.pool.connection() as db:
            if work:
                queries.name_session(db, name=work)
            yield db

    def as_recipient(self, rtin: Gstin, *, job: bool = False) -> AbstractContextManager[Connection]:
        """A transaction that finds no other recipient's data, whatever its statements forget to say."""
        return self._work_for("recipient", rtin, job)

    def as_supplier(self, stin: Gstin, *, job: bool = False) -> AbstractContextManager[Connection]:
        """A transaction that finds no other supplier's data, and of recipients' only what this supplier reported."""
        return self._work_for("supplier", stin, job)

    @contextmanager
    def _work_for(self, side: str, gstin: Gstin, job: bool) -> Generator[Connection]:
        with self.transaction(f"{side} {gstin}" if job else "") as db:
            queries.work_for(db, role=f"ims_{side}", gstin=gstin)
            yield db

    def gstin(self, text: str) -> Gstin:
        """Read a GSTIN as strictly as this portal does: test mode takes GSTN's samples, which fail the check digit."""
        return Gstin.parse(text, checksum=not self.settings.test_mode)
