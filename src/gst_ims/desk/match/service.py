"""Matching at the desk: what the portal says against the books, kept as versions of findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby, product, starmap
from typing import Any

import duckdb
from psycopg.types.json import Jsonb

from gst_ims.core.errors import ImsError, Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import PROGRAM, Desk, Unknown
from gst_ims.desk.jobs import defer
from gst_ims.desk.match.match import match
from gst_ims.desk.match.result import Result
from gst_ims.desk.match.settings import Apart, Decision, Identity, Settings, Together
from gst_ims.desk.people.service import Person, Role, note
from gst_ims.desk.tables import arrow

queries: Any = load(__file__, "kept.sql")
_BATCH = 10_000


class Overtaken(ImsError):
    """Somebody else matched at the same time: his findings stand, match again if you have newer data."""


@dataclass(frozen=True)
class Matching:
    """A matching. `buckets`: documents by "side bucket"; `changed`: how many findings are otherwise than before."""

    id: int
    buckets: dict[str, int]
    changed: int


@dataclass(frozen=True)
class State:
    """`waits`: a matching is queued or under way. `outdated`: none is, and these sides are newer than the last."""

    waits: bool
    outdated: tuple[str, ...]


def request(desk: Desk, by: Person, gstin: Gstin) -> None:
    """Queue a matching, unless one waits to begin: it will see all that stands by then. Raises NotAllowed."""
    by.must(gstin, Role.PREPARER)
    with desk.house() as db:
        queued = queries.waits(db, gstin=gstin).queued
    if not queued:
        with desk.of([gstin]) as db:
            defer(db, "desk:match", gstin, person=by.name)


def state(desk: Desk, by: Person, gstin: Gstin) -> State:
    """Whether a matching is to come, and whether one is due. Raises NotAllowed."""
    by.must(gstin)
    with desk.house() as db:
        waits = queries.waits(db, gstin=gstin).open
    with desk.of([gstin]) as db:
        newer = queries.outdated(db, gstin=gstin)
        return State(waits, () if waits else tuple(side for side in ("books", "portal") if getattr(newer, side)))


def run(desk: Desk, gstin: Gstin, person: str = PROGRAM, settings: Settings | None = None) -> Matching:
    """Match what stands, and keep what is otherwise than before. Raises Overtaken where another matching was faster."""
    settings = settings or Settings()
    with desk.of([gstin]) as db:
        before = queries.newest(db, gstin=gstin)
        manual = _decisions(gstin, queries.links(db, gstin=gstin))
    records, books, standing = (
        arrow(desk, [gstin], statement, gstin=gstin) for statement in (queries.records, queries.books, queries.findings)
    )
    result = match(records, books, settings, manual)
    number = before.matching + 1
    buckets = {f"{side} {bucket}": n for (side, bucket), n in result.buckets().items()}
    with desk.of([gstin]) as db:
        queries.hold(db, gstin=gstin)
        if queries.newest(db, gstin=gstin).matching != before.matching:
            raise Overtaken
        queries.begin(
            db,
            **{"gstin": gstin, "id": number, "at": desk.clock.now(), "person": person, "sync": before.sync},
            **{"register": before.register, "settings": Jsonb(asdict(settings)), "buckets": Jsonb(buckets)},
        )
        queries.make_staging(db)
        changed = _stage(db, result, standing)
        queries.analyse_staging(db)
        queries.end_versions(db, gstin=gstin, matching=number)
        queries.begin_versions(db, gstin=gstin, matching=number)
        note(db, desk, gstin, person, "matched", detail={"matching": number, "changed": changed, **buckets})
    return Matching(number, buckets, changed)


def link(
    desk: Desk, by: Person, gstin: Gstin, portal: Sequence[str], books: Sequence[str], *, together: bool, why: str = ""
) -> int:
    """Say that documents belong together, or that none of one side belongs to any of the other.

    It counts from the next matching on. Ids are those of findings. Returns the link's number. Raises NotAllowed,
    Invalid, Unknown.
    """
    by.must(gstin, Role.PREPARER)
    if not portal or not books:
        raise Invalid("A link names documents of both sides: choose some of the portal and some of the books.")
    ids = {"portal": sorted(set(portal)), "books": sorted(set(books))}
    with desk.of([gstin]) as db:
        if queries.known(db, gstin=gstin, **ids) != sum(map(len, ids.values())):
            raise Unknown(
                f"Not all of {', '.join([*portal, *books])} are documents of {gstin} with number and date: read portal "
                "and books anew."
            )
        queries.hold_links(db, gstin=gstin)
        number: int = queries.put_link(
            db, gstin=gstin, **ids, together=together, at=desk.clock.now(), person=by.name, why=why
        ).id
        what, detail = "linked" if together else "held apart", {"link": number, **ids}
        for name in ids["portal"]:
            note(db, desk, gstin, by.name, what, record=name, why=why, detail=detail)
        return number


def unlink(desk: Desk, by: Person, gstin: Gstin, number: int) -> None:
    """Take a link back. Raises NotAllowed; Unknown where there is none, or it was taken back."""
    by.must(gstin, Role.PREPARER)
    with desk.of([gstin]) as db:
        ended = queries.end_link(db, gstin=gstin, id=number, at=desk.clock.now())
        if not ended:
            raise Unknown(f"There is no link {number} of {gstin} that stands.")
        for name in ended.portal:
            note(db, desk, gstin, by.name, "link taken back", record=name, detail={"link": number})


def matchings(desk: Desk, by: Person, gstin: Gstin, limit: int = 10, before: int | None = None) -> list[Any]:
    """The matchings, the newest first: id, at, person, sync, register, settings, buckets. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return list(queries.matchings(db, gstin=gstin, limit=limit, before=before))


def _decisions(gstin: Gstin, rows: Any) -> list[Decision]:
    found: list[Decision] = []
    for _, group in groupby(rows, key=lambda row: row.id):
        members = list(group)
        portal, books = (
            [Identity(gstin, r.stin, r.section, r.number, r.document_date) for r in members if r.side == side]
            for side in ("portal", "books")
        )
        if portal and books:
            found += [Together(portal, books)] if members[0].together else starmap(Apart, product(portal, books))
    return found


def _stage(db: Connection, result: Result, standing: Any) -> int:
    staged = 0
    with duckdb.connect() as duck, db.cursor() as cursor, cursor.copy("copy staged from stdin") as copy:
        duck.register("result", result.relation.to_arrow_table())
        duck.register("standing", standing)
        duck.execute(queries.fresh.sql)
        rows = duck.execute(queries.changed.sql)
        while batch := rows.fetchmany(_BATCH):
            staged += len(batch)
            for row in batch:
                copy.write_row(row)
    return staged
