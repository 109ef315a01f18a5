"""Sealing the trail, and finding out whether it is what was sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.portal.context import Portal

queries = load(__file__)

# A seal holds 40 bytes for each of its entries; this many are read in some tenths of a second.
BATCH = 20_000


@dataclass(frozen=True)
class Break:
    """The first place where a recipient's trail isn't what was sealed."""

    rtin: Gstin
    entry: int
    seal: int | None  # None: no seal covers the entry
    what: str


@dataclass(frozen=True)
class Sealed:
    """How much is sealed. `hash` changes with every seal, and whenever a sealed past is written anew."""

    seals: int
    entries: int
    unsealed: int
    hash: str


def seal(portal: Portal) -> None:
    """Seal what was written since the last time. One at a time; whoever comes second leaves it to the first."""
    left = True
    while left:
        with portal.transaction() as db:
            left = queries.hold_sealing(db) and _seal(db, portal.clock.now()) == BATCH


def _seal(db: Connection, at: datetime) -> int:
    """Seal some entries, of one recipient after another. Returns how many."""
    waiting = list(queries.unsealed(db, most=BATCH))
    return sum(queries.seal(db, rtin=row.rtin, most=row.entries, at=at) for row in waiting)


def verify(db: Connection, rtin: Gstin | None) -> tuple[Sealed, list[Break]]:
    """Recompute the trail of one recipient, or of all."""
    breaks = [Break(Gstin(row.rtin), row.id, row.seal, row.what) for row in queries.first_breaks(db, rtin=rtin)]
    row = queries.sealed(db, rtin=rtin)
    return Sealed(row.seals, row.entries, row.unsealed, row.hash), breaks
