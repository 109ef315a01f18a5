"""What people look at to match by hand: what has no partner, what is in doubt, their words, and what a run changed."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people.service import Person

queries: Any = load(__file__, "lists.sql")

Side = Literal["portal", "books"]
#: What has no partner, of either side.
LONELY = {
    "portal": ("missing in books", "not matched", "not comparable", "duplicate"),
    "books": ("missing in portal", "not matched", "not comparable", "duplicate"),
}
#: Pairs that a person may want to confirm or part.
DOUBTFUL = ("probable", "mismatch")
HEADS = ("taxable", "igst", "cgst", "sgst", "cess")
#: The most rows of a page.
LIMIT = 1_000
_CREDIT = frozenset({"b2bcn", "b2bcna", "isdcn", "isdcna"})


@dataclass(frozen=True)
class Filter:
    """Which documents of a side. `amount` (paise) is the value, the taxable amount or the tax, but for a rupee."""

    supplier: str | None = None
    number: str | None = None
    amount: Paise | None = None
    period: Period | None = None
    buckets: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Sums:
    """How much there is, credit notes below zero."""

    documents: int
    taxable: Paise
    tax: Paise


class Head(NamedTuple):
    """One amount of both sides, and books less portal; credit notes below zero."""

    field: str
    portal: Paise
    books: Paise
    difference: Paise


@dataclass(frozen=True)
class Comparison:
    """Documents that somebody holds against each other. `cautions` are sentences about what speaks against it."""

    portal: tuple[Any, ...]
    books: tuple[Any, ...]
    heads: tuple[Head, ...]
    cautions: tuple[str, ...]


@dataclass(frozen=True)
class Named:
    """What a document's id says of it, which may be gone: `place` is its period, its date or the register's label."""

    section: str
    stin: str
    number: str
    place: str


def documents(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    side: Side,
    wanted: Filter,
    after: tuple[Paise, str] | None = None,
    limit: int = 100,
) -> Sequence[Any]:
    """A page of one side, the most tax first. `after` is tax and id of the last document of the page before.

    Rows have id, section, stin, name, number, document_date, period, the amounts in paise with `tax`, and of the newest
    matching bucket, score, rule, partners, reasons. Raises NotAllowed, Invalid.
    """
    by.must(gstin)
    _page(limit)
    tax, name = after or (None, None)
    with desk.of([gstin]) as db:
        return _found(db, queries.rows, gstin, side, wanted, after_tax=tax, after_id=name, limit=limit)


def stream(desk: Desk, by: Person, gstin: Gstin, side: Side, wanted: Filter) -> Generator[Any]:
    """All documents of one side as `documents` has them, of which only a batch is in memory. Raises NotAllowed."""
    by.must(gstin)
    asked = _asked(queries.rows, gstin, side, wanted, after_tax=None, after_id=None, limit=None)
    with desk.of([gstin]) as db, db.cursor("side") as cursor:
        cursor.itersize = LIMIT
        cursor.execute(*asked)
        yield from cursor


def sums(desk: Desk, by: Person, gstin: Gstin, side: Side, wanted: Filter) -> Sums:
    """How much a filter finds. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        (row,) = _found(db, queries.sums, gstin, side, wanted)
        return Sums(*row)


def named(desk: Desk, by: Person, gstin: Gstin, side: Side, ids: Iterable[str]) -> dict[str, Any]:
    """The documents of these ids that stand, by id; rows as of `documents`. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return {row.id: row for row in _found(db, queries.named, gstin, side, ids=sorted(set(ids)))}


def compare(desk: Desk, by: Person, gstin: Gstin, portal: Sequence[str], books: Sequence[str]) -> Comparison:
    """Hold documents of both sides against each other; nothing is kept. Raises NotAllowed, Invalid, Unknown."""
    by.must(gstin)
    if not portal or not books:
        raise Invalid("Choose documents of both sides: at least one of the portal and one of the books.")
    ours = tuple(named(desk, by, gstin, "books", books).values())
    theirs = tuple(named(desk, by, gstin, "portal", portal).values())
    if len(theirs) + len(ours) != len(set(portal)) + len(set(books)):
        raise Unknown("Not all of these documents stand any more: load the page again.")
    heads = tuple(_head(field, theirs, ours) for field in HEADS)
    return Comparison(theirs, ours, heads, tuple(_cautions(theirs, ours)))


def pairs(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    buckets: Sequence[str] = DOUBTFUL,
    supplier: str | None = None,
    after: tuple[Paise, str] | None = None,
    limit: int = 50,
) -> list[Any]:
    """Pairs and groups of these buckets that no person has put together, the most tax first.

    Rows have id and tax (of the first document of the portal, by which pages go on), portal and books (ids), bucket,
    score, rule, reasons, differences. Raises NotAllowed, Invalid.
    """
    by.must(gstin)
    _page(limit)
    tax, name = after or (None, None)
    values: dict[str, Any] = {
        "buckets": list(buckets),
        "supplier": supplier,
        "after_tax": tax,
        "after_id": name,
        "limit": limit,
    }
    with desk.of([gstin]) as db:
        return list(_found(db, queries.pairs, gstin, "portal", **values))


def links(desk: Desk, by: Person, gstin: Gstin, before: int | None = None, limit: int = 100) -> list[Any]:
    """The words of people that stand, the newest first: id, portal, books, together, at, person, why."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return list(queries.links(db, gstin=gstin, before=before, limit=limit))


def links_of(desk: Desk, by: Person, gstin: Gstin, record: str) -> list[Any]:
    """The words of people that stand about one record."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return list(queries.links_of(db, gstin=gstin, name=record))


def moves(desk: Desk, by: Person, gstin: Gstin, matching: int) -> list[Any]:
    """How many documents a matching moved: side, was, became (buckets; None for none), documents."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return list(queries.moves(db, gstin=gstin, matching=matching))


def changes(
    desk: Desk, by: Person, gstin: Gstin, matching: int, after: tuple[str, str] | None = None, limit: int = 100
) -> list[Any]:
    """What a matching changed, a page: side, id, was, became, partners_were, partners_became, score, reasons.

    `after` is side and id of the last row of the page before.
    """
    by.must(gstin)
    _page(limit)
    side, name = after or (None, None)
    with desk.of([gstin]) as db:
        return list(queries.changes(db, gstin=gstin, matching=matching, after_side=side, after_id=name, limit=limit))


def past(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    matching: int,
    bucket: str | None = None,
    after: tuple[str, str] | None = None,
    limit: int = 100,
) -> list[Any]:
    """A past matching as it stood, a page: side, id, bucket, score, rule, partners, reasons, differences."""
    by.must(gstin)
    _page(limit)
    side, name = after or (None, None)
    values = {"bucket": bucket, "after_side": side, "after_id": name, "limit": limit}
    with desk.of([gstin]) as db:
        return list(queries.past(db, gstin=gstin, matching=matching, **values))


def read_id(side: str, name: str) -> Named:
    """What an id says: section:supplier:number:period[:R1A] of a record, label:section:supplier:number:date of a book.

    Numbers may have colons: the other parts have none.
    """
    parts = name.removesuffix(":R1A").split(":")
    if side == "portal":
        return Named(parts[0], parts[1], ":".join(parts[2:-1]), parts[-1])
    return Named(parts[1], parts[2], ":".join(parts[3:-1]), parts[0])


def _page(limit: int) -> None:
    if not 1 <= limit <= LIMIT:
        raise Invalid(f"{limit} rows aren't a page: ask for 1 to {LIMIT}.")


def _found(db: Connection, *asked: Any, **values: Any) -> Sequence[Any]:
    # Not prepared: a plan for all filters would be one for none.
    return db.execute(*_asked(*asked, **values), prepare=False).fetchall()


def _asked(
    statement: Any, gstin: Gstin, side: Side, wanted: Filter | None = None, **values: Any
) -> tuple[bytes, dict[str, Any]]:
    text = statement.sql.format(side=getattr(queries, side).sql, chosen=queries.chosen.sql)
    if wanted:
        values |= {
            "supplier": wanted.supplier,
            "number": wanted.number,
            "amount": wanted.amount,
            "of_period": wanted.period,
            "buckets": None if wanted.buckets is None else list(wanted.buckets),
        }
    return text.encode(), {"gstin": gstin, "side": side} | values


def _head(field: str, theirs: Sequence[Any], ours: Sequence[Any]) -> Head:
    portal, books = _sum(theirs, field), _sum(ours, field)
    return Head(field, portal, books, books - portal)


def _sum(rows: Iterable[Any], field: str) -> Paise:
    return sum(-getattr(row, field) if row.section in _CREDIT else getattr(row, field) for row in rows)


def _cautions(portal: Sequence[Any], books: Sequence[Any]) -> Iterable[str]:
    theirs, ours = ({row.stin for row in rows} for rows in (portal, books))
    if not theirs & ours:
        same = {stin[2:12] for stin in theirs} & {stin[2:12] for stin in ours}
        yield f"The suppliers' GSTINs differ{', their PAN is the same' if same else ': these are different suppliers'}."
    if len({row.section in _CREDIT for row in (*portal, *books)}) > 1:
        yield "Credit notes and invoices are held against each other."
    for rows, others, where in ((portal, books, "in the books"), (books, portal, "at the portal")):
        chosen = {row.id for row in others}
        for row in rows:
            if lost := [name for name in row.partners if name not in chosen]:
                its = ", ".join(read_id("books" if rows is portal else "portal", name).number for name in lost)
                yield f"{row.number} is matched with {its} {where} now, which would be without it."
    for row in (*portal, *books):
        if not row.number or row.document_date is None:
            whose = row.name or row.stin or "nobody"
            yield f"A document of {whose} has no number or no date: complete it first, no link can name it."
