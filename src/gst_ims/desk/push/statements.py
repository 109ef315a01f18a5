"""Every GSTR-2B that the desk has read, document by document, and how two readings of one differ."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, cast

import msgspec

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise, paise
from gst_ims.core.period import Period
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people.service import Person
from gst_ims.desk.push.documents import HEADS
from gst_ims.desk.push.documents import queries as document_queries

queries: Any = load(__file__, "statements.sql")

#: The parts of a GSTR-2B, and its supplies, in the order of the form.
PARTS = ("itcavl", "itcunavl", "itcrev", "itcRejected")
SUPPLIES = ("nonrevsup", "isdsup", "revsup", "imports", "othersup")

_BATCH = 5_000
#: Which documents: all, or what isn't as promised.
WHICH = ("all", "differing")


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
    """One document: paise of credit as promised, and as stated; None for none. Date and name as far as known."""

    record: str
    promised: Paise | None
    stated: Paise | None
    reason: str
    document_date: date | None
    trade_name: str | None


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
    after: str | None = None,
    limit: int = 100,
) -> list[Stated]:
    """Documents of a reading by name, from the one after `after` on. Raises NotAllowed, Invalid."""
    asked = _asked(by, gstin, kept, which) | {"after": after, "limit": limit}
    with desk.of([gstin]) as db:
        return [Stated(*row) for row in queries.documents(db, **asked)]


def stream(desk: Desk, by: Person, gstin: Gstin, kept: Kept, which: str) -> Generator[Stated]:
    """All documents as `documents` has them, of which only a batch is in memory. Raises as `documents`."""
    asked = _asked(by, gstin, kept, which) | {"after": None, "limit": None}
    with desk.of([gstin]) as db, db.cursor("documents") as cursor:
        cursor.itersize = _BATCH
        cursor.execute(queries.documents.sql, asked)
        yield from (Stated(*row) for row in cursor)


def _asked(by: Person, gstin: Gstin, kept: Kept, which: str) -> dict[str, Any]:
    by.must(gstin)
    if which not in WHICH:
        raise Invalid(f"There is no choice {which!r}: use one of {', '.join(WHICH)}.")
    return {"gstin": gstin, "period": kept.period, "statement": kept.id, "all": which == "all"}


class Figure(NamedTuple):
    """A figure of GSTR-2B: paise by head as the portal states them, and how many documents stand behind it.

    Under `othersup` what takes credit away is above zero, as in the form.
    """

    part: str
    supply: str
    leaf: str
    heads: tuple[Paise, ...]
    documents: int

    @property
    def total(self) -> Paise:
        """Of all heads."""
        return sum(self.heads)


class Behind(NamedTuple):
    """A document behind a figure: its tax by head, and what it does to the figure; None where that isn't known here."""

    name: str
    part: str
    supply: str
    leaf: str
    stin: str
    trade_name: str
    number: str
    document_date: date | None
    tax: Sequence[Paise]
    credit: Sequence[Paise] | None
    #: By what it is sorted, and where a page goes on.
    size: Paise


class Difference(NamedTuple):
    """A document that is otherwise in one reading than in an earlier one: added, gone or changed.

    The part in which it stands, its figures there, and what of it is available credit, before and after.

    `cause` is why, as far as the desk knows: decided (the `action`, by the `person`, at the portal `at`); edited,
    filed, new, or acted, which is elsewhere (read `at`); amended (`person` is the amendment's number); anew (the
    record is as it was); unseen (the desk has no such record).
    """

    name: str
    kind: str
    stin: str
    trade_name: str
    number: str
    document_date: date | None
    was_part: str | None
    part: str | None
    was: Sequence[Paise] | None
    now: Sequence[Paise] | None
    was_adds: Paise
    adds: Paise
    size: Paise
    cause: str
    action: str | None
    person: str | None
    at: datetime | None


#: Where a page ends: size and name of its last document.
Place = tuple[Paise, str]
KINDS = ("added", "gone", "changed")


def figures(desk: Desk, by: Person, gstin: Gstin, kept: Kept) -> list[Figure]:
    """The figures of a reading that aren't nothing, in the order of the form. Raises NotAllowed."""
    by.must(gstin)
    of: dict[str, Any] = {"gstin": gstin, "period": kept.period, "statement": kept.id}
    with desk.of([gstin]) as db:
        text: str = document_queries.summary(db, **of)
        rows = document_queries.counts(db, **of)
        counts: dict[tuple[str, str, str], int] = {(row[0], row[1], row[2]): row[3] for row in rows}
    told = msgspec.json.Decoder(float_hook=Decimal).decode(text)
    heads = {(part, supply, leaf): amounts for part, supply, leaf, amounts in _leaves(told)}
    there = {place for place in heads if any(heads[place])} | counts.keys()
    none = (0,) * len(HEADS)
    made = [Figure(*it, heads=heads.get(it, none), documents=counts.get(it, 0)) for it in there]
    return sorted(made, key=lambda it: (_order(PARTS, it.part), _order(SUPPLIES, it.supply), it.leaf))


def behind(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    kept: Kept,
    part: str = "",
    supply: str = "",
    leaf: str = "",
    head: str = "",
    after: Place | None = None,
    limit: int = 100,
) -> list[Behind]:
    """The documents behind a figure, or behind several where less is said, the most rupees first.

    Raises NotAllowed; Invalid for a head that there isn't.
    """
    by.must(gstin)
    if head and head not in HEADS:
        raise Invalid(f"There is no head {head!r}: use one of {', '.join(HEADS)}.")
    asked = {"part": part, "supply": supply, "leaf": leaf, "head": HEADS.index(head) + 1 if head else 0}
    with desk.of([gstin]) as db:
        rows = document_queries.behind(
            db, gstin=gstin, period=kept.period, statement=kept.id, limit=limit, **_from(after), **asked
        )
        return [Behind(*row) for row in rows]


def differences(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    kept: Kept,
    before: Kept,
    kind: str = "",
    after: Place | None = None,
    limit: int = 100,
) -> list[Difference]:
    """What a reading has otherwise than an earlier one, the most credit first. Raises NotAllowed, Invalid, Unknown."""
    _comparable(by, gstin, kept, before)
    if kind and kind not in KINDS:
        raise Invalid(f"There is no kind {kind!r}: use one of {', '.join(KINDS)}.")
    text = document_queries.differences.sql.format(select=document_queries.differing.sql)
    asked = {"kind": kind, "limit": limit, **_from(after)}
    with desk.of([gstin]) as db:
        return [Difference(*row) for row in db.execute(text, _both(gstin, kept, before) | asked)]


def difference_totals(
    desk: Desk, by: Person, gstin: Gstin, kept: Kept, before: Kept
) -> Mapping[str, tuple[int, Paise, Paise]]:
    """By kind: how many documents differ, and their available credit before and after. Raises NotAllowed, Unknown."""
    _comparable(by, gstin, kept, before)
    text = document_queries.differences.sql.format(select=document_queries.differing_totals.sql)
    with desk.of([gstin]) as db:
        return {row[0]: (row[1], row[2], row[3]) for row in db.execute(text, _both(gstin, kept, before))}


def _comparable(by: Person, gstin: Gstin, kept: Kept, before: Kept) -> None:
    by.must(gstin)
    if before.period != kept.period:
        raise Unknown("Two readings can be compared that are of one period.")


def _both(gstin: Gstin, kept: Kept, before: Kept) -> dict[str, Any]:
    return {"gstin": gstin, "period": kept.period.first_day, "statement": kept.id, "before": before.id}


def _from(after: Place | None) -> dict[str, Any]:
    return {"after_size": after and after[0], "after": after and after[1]}


def _leaves(told: Any) -> list[tuple[str, str, str, tuple[Paise, ...]]]:
    """Part, supply, table and paise by head of each table of a summary. What has no tables has no figures for us."""
    found: list[tuple[str, str, str, tuple[Paise, ...]]] = []
    for part, supplies in _members(told):
        for supply, tables in _members(supplies):
            for leaf, amounts in _members(tables):
                if isinstance(amounts, dict):
                    heads = dict(_members(amounts))
                    found.append((part, supply, leaf, tuple(paise(heads.get(head) or 0) for head in HEADS)))
    return found


def _members(told: Any) -> list[tuple[str, Any]]:
    return list(cast("dict[str, Any]", told).items()) if isinstance(told, dict) else []


def _order(names: tuple[str, ...], name: str) -> int:
    return names.index(name) if name in names else len(names)
