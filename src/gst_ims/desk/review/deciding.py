"""A person decides: about records that he names, or about all of a list; and sees before what that would do."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from gst_ims.client.record import Decision, Key, Record, Reduction
from gst_ims.core.errors import ImsError
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.database.connection import Connection
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.review.lists import Filter, calendar, queries, select
from gst_ims.desk.review.service import Decided, Wish, columns_of, decide, key_of, reduce_of, said


class Otherwise(ImsError):
    """The list has changed since you looked at what that would do: look again. Nothing was decided."""


class Seen(NamedTuple):
    """A record as somebody saw it. Without `hash` and `was` it is meant as it stands."""

    key: Key
    hash: str | None = None
    was: Action | None = None


@dataclass(frozen=True)
class Want:
    """What a person wants of records.

    Where an acceptance has to say how much credit is to be reduced, that is in full unless `reduce` says otherwise: not
    at all, or by so many rupees. Action.NONE takes back what stands at the portal.
    """

    action: Action
    remarks: str | None = None
    reduce: bool | Reduction | None = None
    why: str = ""

    def of(self, record: Record) -> Decision:
        """What it means for one record."""
        if self.action is Action.ACCEPT:
            return record.accept(self.remarks, self.reduce)
        return Decision(record, self.action, self.remarks, self.reduce)


def decide_about(
    desk: Desk, by: Person, gstin: Gstin, chosen: Filter | Iterable[Seen], want: Want, seen: str | None = None
) -> Decided:
    """Decide about records, each by itself made or refused. Raises NotAllowed, Invalid.

    With `seen`, as a preview said it, raises Otherwise where the records are others by now, or stand otherwise.
    """
    return _decide(desk, by, gstin, chosen, want, keep=True, expected=seen)


def preview(desk: Desk, by: Person, gstin: Gstin, chosen: Filter | Iterable[Seen], want: Want) -> Decided:
    """What `decide_about` would do now. It is done, looked at, and taken back: nothing stays. Raises NotAllowed."""
    return _decide(desk, by, gstin, chosen, want, keep=False)


def _decide(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    chosen: Filter | Iterable[Seen],
    want: Want,
    *,
    keep: bool,
    expected: str | None = None,
) -> Decided:
    by.must(gstin, Role.PREPARER)
    days = calendar(desk, gstin) if isinstance(chosen, Filter) else {}
    with desk.of([gstin]) as db:
        if isinstance(chosen, Filter):
            rows = select(db, gstin, chosen, days)
            seen = [Seen(key_of(row), row.hash, Action(row.action)) for row in rows]
        else:
            seen = list(chosen)
        wishes = [_wish(it, source, want) for it, source in _sources(db, gstin, seen)]
        digest = hashlib.sha256(repr(sorted((str(it.key), it.hash, it.was) for it in wishes)).encode()).hexdigest()
        if expected not in (None, digest):
            raise Otherwise
        decided = decide(db, desk, gstin, wishes, by.name)
        if not keep:
            db.rollback()
    return replace(decided, seen=digest)


def _sources(db: Connection, gstin: Gstin, seen: list[Seen]) -> Iterator[tuple[Seen, str | None]]:
    """The records, as the portal wrote them, of what was seen; None where there is none."""
    rows = queries.sources(db, gstin=gstin, **columns_of(it.key for it in seen))
    return ((it, row.source) for it, row in zip(seen, rows, strict=True))


def _wish(it: Seen, source: str | None, want: Want) -> Wish:
    if source is None:
        return Wish(it.key, it.hash or "", it.was or Action.NONE, want.action)
    record = Record.read(it.key.section, source.encode())
    wanted = want.of(record)
    return Wish(
        record.key,
        record.hash if it.hash is None else it.hash,
        record.action if it.was is None else it.was,
        wanted.action,
        wanted.remarks,
        reduce_of(wanted.reduce),
        said(want.why),
    )
