"""Every GSTR-2B that the desk has read, document by document, and how two readings of one differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise
from gst_ims.core.period import Period
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people.service import Person

queries: Any = load(__file__, "statements.sql")

#: Which documents: all, what isn't as promised, what is otherwise than in another reading.
WHICH = ("all", "differing", "changed")


@dataclass(frozen=True)
class Kept:
    """A GSTR-2B as it was read. Amounts are paise; `outside` is credit that bypasses IMS."""

    period: Period
    id: int
    at: datetime
    #: The portal's.
    version: str
    documents: int
    promised: Paise
    stated: Paise
    outside: Paise
    differing: int


class Stated(NamedTuple):
    """One document: paise of credit as promised, as stated, and as another reading stated it; None for none."""

    record: str
    promised: Paise | None
    stated: Paise | None
    before: Paise | None
    reason: str


def statements(desk: Desk, by: Person, gstin: Gstin, limit: int = 50) -> list[Kept]:
    """What was read, the newest period and reading first. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        rows = list(queries.kept(db, gstin=gstin, limit=limit))
    return [Kept(Period.of(row.period), *row[1:]) for row in rows]


def documents(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    kept: Kept,
    which: str = "differing",
    before: Kept | None = None,
    after: str | None = None,
    limit: int = 100,
) -> list[Stated]:
    """Documents of a reading by name, from the one after `after` on. Raises NotAllowed, Invalid, Unknown."""
    by.must(gstin)
    if which not in WHICH:
        raise Invalid(f"There is no choice {which!r}: use one of {', '.join(WHICH)}.")
    if before is not None and before.period != kept.period:
        raise Unknown("Two readings can be compared that are of one period.")
    asked = {"period": kept.period, "statement": kept.id, "before": before and before.id}
    with desk.of([gstin]) as db:
        return [
            Stated(*row) for row in queries.documents(db, gstin=gstin, which=which, after=after, limit=limit, **asked)
        ]
