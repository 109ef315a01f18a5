"""What was matched, what is in doubt, what people said, and whom to ask, as files."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

from gst_ims.core.errors import Invalid
from gst_ims.desk.followup import documents
from gst_ims.desk.followup.documents import Document
from gst_ims.desk.match import lists
from gst_ims.desk.match import service as matching
from gst_ims.desk.match.result import BUCKETS
from gst_ims.desk.report.tables import Kind
from gst_ims.web import words
from gst_ims.web.matching.filters import doubted, read_wanted
from gst_ims.web.matching.naming import Said, said
from gst_ims.web.tables.asked import Asked, Made, Say, Told, count, day, document, made, moment, money, paged
from gst_ims.web.texts import section
from gst_ims.web.words import N_

_ALL = 1_000_000
_SIDES = ("portal", "books")
_NAMES = {"portal": N_("Portal"), "books": N_("Books")}
_AMOUNTS = ("value", "taxable", "igst", "cgst", "sgst", "cess")


def _was(it: Any, say: Say) -> str | None:
    return it.was and say(words.BUCKET[it.was])


def _became(it: Any, say: Say) -> str:
    return say(words.BUCKET[it.became] if it.became else N_("gone"))


_RUNS: tuple[Told[Any], ...] = (
    count(N_("Run"), lambda it, _: it.id),
    moment(N_("When"), lambda it, _: it.at),
    Told(N_("By"), lambda it, _: it.person),
    count(N_("Reading"), lambda it, _: it.sync),
    count(N_("Register"), lambda it, _: it.register),
    *(
        count(words.BUCKET[name], lambda it, _, name=name: sum(it.buckets.get(f"{side} {name}", 0) for side in _SIDES))
        for name in BUCKETS
    ),
)
_DOUBTFUL: tuple[Told[Any], ...] = (
    Told(N_("GSTIN"), lambda it, _: it.stin, width=17),
    Told(N_("Supplier"), lambda it, _: it.name, width=26),
    Told(N_("At the portal"), lambda it, _: _numbers("portal", it.portal), width=24),
    Told(N_("In the books"), lambda it, _: _numbers("books", it.books), width=24),
    money(N_("Tax"), lambda it, _: it.tax),
    Told(N_("Found"), lambda it, say: say(words.BUCKET[it.bucket]), width=16),
    count(N_("Score"), lambda it, _: it.score),
    Told(N_("Why"), lambda it, _: " ".join(it.reasons), width=80),
)
_LINKS: tuple[Told[Any], ...] = (
    count(N_("Link"), lambda it, _: it.id),
    Told(N_("What"), lambda it, say: say(N_("together") if it.together else N_("apart"))),
    Told(N_("At the portal"), lambda it, _: _numbers("portal", it.portal), width=24),
    Told(N_("In the books"), lambda it, _: _numbers("books", it.books), width=24),
    Told(N_("By"), lambda it, _: it.person),
    moment(N_("When"), lambda it, _: it.at),
    Told(N_("Why"), lambda it, _: it.why, width=40),
)
_BESIDE: tuple[Told[Any], ...] = (
    *document(name="name"),
    Told(N_("Period"), lambda it, _: it.period, Kind.PERIOD, 9),
    *(money(words.FIELD[name], lambda it, _, name=name: getattr(it, name)) for name in _AMOUNTS),
    money(N_("Tax"), lambda it, _: it.tax),
    Told(N_("Found"), lambda it, say: say(words.BUCKET[it.bucket]), width=16),
    Told(N_("Why"), lambda it, _: " ".join(it.reasons or ()), width=60),
)
_MOVES: tuple[Told[Any], ...] = (
    Told(N_("Side"), lambda it, say: say(_NAMES[it.side]), width=8),
    Told(N_("Was"), lambda it, say: _was(it, say), width=16),
    Told(N_("Became"), lambda it, say: _became(it, say), width=16),
    count(N_("Documents"), lambda it, _: it.documents),
)
_DOCUMENT: tuple[Told[Said], ...] = (
    Told(N_("Side"), lambda it, say: say(_NAMES[it.row.side]), width=8),
    Told(N_("Section"), lambda it, _: section(it.document.section), width=8),
    Told(N_("Number"), lambda it, _: it.document.number, width=18),
    Told(N_("GSTIN"), lambda it, _: it.document.stin, width=17),
    Told(N_("Supplier"), lambda it, _: it.name, width=26),
)
_CHANGES: tuple[Told[Said], ...] = (
    *_DOCUMENT,
    Told(N_("Was"), lambda it, say: _was(it.row, say), width=16),
    Told(N_("Became"), lambda it, say: _became(it.row, say), width=16),
    Told(N_("Partners before"), lambda it, _: _others(it.row, it.row.partners_were), width=24),
    Told(N_("Partners"), lambda it, _: _others(it.row, it.row.partners_became), width=24),
    Told(N_("Why"), lambda it, _: " ".join(it.row.reasons or ()), width=60),
)
_PAST: tuple[Told[Said], ...] = (
    *_DOCUMENT,
    Told(N_("Found"), lambda it, say: say(words.BUCKET[it.row.bucket]), width=16),
    count(N_("Score"), lambda it, _: it.row.score),
    Told(N_("Partners"), lambda it, _: _others(it.row, it.row.partners), width=24),
    Told(N_("Why"), lambda it, _: " ".join(it.row.reasons or ()), width=60),
)
_ASK: tuple[Told[Document], ...] = (
    Told(N_("GSTIN"), lambda it, _: it.party, width=17),
    Told(N_("Supplier"), lambda it, _: it.name, width=26),
    Told(N_("Section"), lambda it, _: section(it.section), width=8),
    Told(N_("Document"), lambda it, _: it.number, width=18),
    Told(N_("What"), lambda it, say: say(words.FOLLOWED[it.kind]), width=20),
    day(N_("Date"), lambda it, _: it.date),
    money(N_("Taxable"), lambda it, _: it.taxable),
    money(N_("Tax"), lambda it, _: it.tax),
    Told(N_("Details"), lambda it, _: it.detail, width=60),
)


def runs(asked: Asked) -> Made:
    """Every matching, with what it found on both sides together."""
    return made(asked, N_("Runs"), _RUNS, matching.matchings(asked.desk, asked.person, asked.one, limit=_ALL))


def beside(asked: Asked) -> Made:
    """The documents of one side that a filter finds. Raises Invalid."""
    side = asked.word("side")
    if side not in ("portal", "books"):
        raise Invalid(f"There is no side {side!r}: use portal or books.")
    rows = lists.stream(asked.desk, asked.person, asked.one, side, read_wanted(asked.told).filter(side))
    return made(asked, _NAMES[side], _BESIDE, rows, frozen=4)


def moves(asked: Asked) -> Made:
    """From which bucket to which a matching brought documents, counted."""
    found = lists.moves(asked.desk, asked.person, asked.one, asked.number("run"))
    return made(asked, N_("What it changed"), _MOVES, found)


def run(asked: Asked) -> Made:
    """What a matching changed, or with `bucket` (or `all`) how it stood, document by document."""
    bucket, number = asked.word("bucket"), asked.number("run")
    if bucket:
        only = None if bucket == "all" else bucket
        rows = _of_run(asked, lambda after, n: lists.past(asked.desk, asked.person, asked.one, number, only, after, n))
        return made(asked, N_("As it stood"), _PAST, rows, frozen=4)
    rows = _of_run(asked, lambda after, n: lists.changes(asked.desk, asked.person, asked.one, number, after, n))
    return made(asked, N_("What it changed"), _CHANGES, rows, frozen=4)


def doubtful(asked: Asked) -> Made:
    """Pairs that are in doubt, or of another bucket and of a supplier, as the address says: all of them."""
    buckets, supplier = doubted(asked.word("bucket")), asked.word("supplier").strip() or None
    rows = paged(
        lambda after, n: lists.pairs(asked.desk, asked.person, asked.one, buckets, supplier, after, n),
        lambda it: (it.tax, it.id),
        lists.LIMIT,
    )
    return made(asked, N_("In doubt"), _DOUBTFUL, rows)


def links(asked: Asked) -> Made:
    """What people said."""
    rows = paged(
        lambda after, n: lists.links(asked.desk, asked.person, asked.one, after, n), lambda it: it.id, lists.LIMIT
    )
    return made(asked, N_("By hand"), _LINKS, rows)


def to_ask(asked: Asked) -> Made:
    """Documents about which suppliers are to be asked; of one supplier, where the address names him."""
    party = asked.word("party")
    found = documents.suppliers(asked.desk, asked.person, asked.one)
    rows = (it for supplier in found if party in ("", supplier.gstin) for it in supplier.documents)
    return made(asked, N_("Ask suppliers"), _ASK, rows, frozen=4)


def _of_run(asked: Asked, page: Callable[[Any, int], Sequence[Any]]) -> Generator[Said]:
    return paged(
        lambda after, n: said(asked.desk, asked.person, asked.one, page(after, n)),
        lambda it: (it.row.side, it.row.id),
        lists.LIMIT,
    )


def _others(it: Any, partners: Sequence[str] | None) -> str:
    return _numbers("books" if it.side == "portal" else "portal", partners or ())


def _numbers(side: str, names: Sequence[str]) -> str:
    return ", ".join(lists.read_id(side, name).number for name in names)
