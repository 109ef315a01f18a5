"""What was matched, what is in doubt, what people said, and whom to ask, as files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gst_ims.desk.followup import documents
from gst_ims.desk.followup.documents import Document
from gst_ims.desk.match import lists
from gst_ims.desk.match import service as matching
from gst_ims.desk.match.result import BUCKETS
from gst_ims.web import words
from gst_ims.web.tables.asked import Asked, Made, Told, count, day, made, moment, money, paged
from gst_ims.web.texts import section
from gst_ims.web.words import N_

_ALL = 1_000_000
_SIDES = ("portal", "books")
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
    Told(N_("GSTIN"), lambda it, _: lists.read_id("portal", it.portal[0]).stin, width=17),
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


def doubtful(asked: Asked) -> Made:
    """Pairs that are in doubt: all of them."""
    rows = paged(
        lambda after, n: lists.pairs(asked.desk, asked.person, asked.one, lists.DOUBTFUL, None, after, n),
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


def _numbers(side: str, names: Sequence[str]) -> str:
    return ", ".join(lists.read_id(side, name).number for name in names)
