"""The trail of a taxpayer's desk: who did what, when, and why. It is only ever added to."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from gst_ims.core.gstin import Gstin
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person

queries: Any = load(__file__, "trail.sql")

_BATCH = 5_000


@dataclass(frozen=True)
class Step:
    """An entry. `record` is the record's name where it is about one; `policy` name, version and rule."""

    id: int
    at: datetime
    person: str
    what: str
    record: str | None
    why: str
    policy: str | None
    detail: dict[str, Any]


@dataclass(frozen=True)
class Search:
    """Which entries: what isn't given doesn't matter."""

    #: In the record's name, the words, the policy or the details, in any case.
    text: str | None = None
    person: str | None = None
    what: str | None = None
    since: date | None = None


def trail(
    desk: Desk, by: Person, gstin: Gstin, wanted: Search, before: int | None = None, limit: int = 100
) -> list[Step]:
    """Entries, the newest first, from the one before `before` on. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        found = queries.entries(db, gstin=gstin, before=before, limit=limit, **asdict(wanted))
        return [Step(*row) for row in found]


def stream(desk: Desk, by: Person, gstin: Gstin, wanted: Search) -> Generator[Step]:
    """All entries as `trail` has them, of which only a batch is in memory. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db, db.cursor("trail") as cursor:
        cursor.itersize = _BATCH
        cursor.execute(queries.entries.sql, {"gstin": gstin, "before": None, "limit": None} | asdict(wanted))
        yield from (Step(*row) for row in cursor)


def choices(desk: Desk, by: Person, gstin: Gstin) -> tuple[Sequence[str], Sequence[str]]:
    """What happened at all, and who did it. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        (row,) = queries.words(db, gstin=gstin)
    return row.whats or (), row.people or ()
