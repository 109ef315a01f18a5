"""Both sides and the truth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
import pyarrow  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.synthetic.ledgers import fates, slips
from gst_ims.synthetic.ledgers.documents import BUYER_STATE, Documents, Suppliers, Texts, documents, suppliers
from gst_ims.synthetic.ledgers.draws import Numbers, below
from gst_ims.synthetic.ledgers.mix import Mix
from gst_ims.synthetic.ledgers.side import Row, Side
from gst_ims.synthetic.people import make_gstin

Table = dict[str, Any]
"""Columns by name, as NumPy arrays of one length."""

_WHOLE = (
    "missing_in_books",
    "missing_in_portal",
    "split",
    "merged",
    "regrouped",
    "duplicate_in_books",
    "duplicate_in_portal",
    "amended",
)
_AXES = (
    ("number_format", "number_typo"),
    ("rounded", "other_amount", "heads_swapped"),
    ("date_shifted",),
    ("gstin_typo", "gstin_of_pan"),
)


@dataclass(frozen=True, slots=True)
class Ledgers:
    """`portal` and `books` are Arrow tables with the columns that matching takes. Ids are whole numbers from 1.

    `links` (portal, books, classes): every pair of ids that belong together, and what went wrong with it, words between
    commas, "clean" for nothing. `copies` (side, id, of): rows that say again what row `of` of the same side says; a
    link to one is as good as a link to the other.
    """

    portal: Any
    books: Any
    links: Table
    copies: Table


def ledgers(
    count: int, seed: int = 1, *, mix: Mix | None = None, per_supplier: int = 10, heavy: int = 0, recipients: int = 1
) -> Ledgers:
    """`count` true documents and what became of them; `heavy` of them are of one supplier, the others have
    `per_supplier` each.
    """
    mix = mix or Mix()
    owner = np.where(np.arange(count) < heavy, 0, 1 + (np.arange(count) - heavy) // per_supplier)
    sellers = suppliers(int(owner[-1]) + 1, seed)
    true = documents(owner, sellers, seed)
    rtin = _buyers(recipients)[below(recipients, seed, "buyer", int(owner[-1]) + 1)[owner]]
    portal, books = Side(true, sellers, rtin), Side(true, sellers, rtin)
    story = _Story(mix, seed, portal, books, true, sellers)
    story.play()
    shown, portal_ids = portal.finished(seed, "portal")
    booked, book_ids = books.finished(seed, "books")
    return Ledgers(_arrow(shown), _arrow(booked), story.links(portal_ids, book_ids), story.copied(portal_ids, book_ids))


class _Story:
    """What happens to the documents, and what is noted about it."""

    def __init__(self, mix: Mix, seed: int, portal: Side, books: Side, true: Documents, sellers: Suppliers) -> None:
        self.mix, self.seed, self.portal, self.books, self.true, self.sellers = mix, seed, portal, books, true, sellers
        self.count = len(true.day)
        self.single = np.ones(self.count, dtype=bool)  # linked with the row at its own place
        self.classes: dict[int, list[str]] = {}
        self.pairs: list[tuple[int, int, str]] = []
        self.copies: list[tuple[str, int, int]] = []

    def play(self) -> None:
        rng = Random(f"{self.seed}/ledgers")  # noqa: S311
        for fate, place in self._drawn("fate", _WHOLE):
            if self.single[place] and place not in self.classes:
                self._befall(rng, fate, place)
        for axis, names in enumerate(_AXES):
            for name, place in self._drawn(f"axis {axis}", names):
                self._slip(rng, name, place)
        credit = np.flatnonzero(self.true.credit)
        for name, place in self._drawn("credit", ("credit_negative", "credit_as_invoice")):
            if place < len(credit):
                self._slip(rng, name, int(credit[place]))

    def _drawn(self, purpose: str, names: tuple[str, ...]) -> Iterator[tuple[str, int]]:
        """Which documents have one of these, at their rates."""
        draw = below(10_000, self.seed, purpose, self.count)
        edges = np.cumsum([getattr(self.mix, name) for name in names])
        places = np.flatnonzero(draw < edges[-1])
        which = np.searchsorted(edges, draw[places], side="right")
        for place, name in zip(places.tolist(), which.tolist(), strict=True):
            yield names[name], place

    def _slip(self, rng: Random, name: str, place: int) -> None:
        """A single mistake in a row of the books that has its own counterpart."""
        if not self.single[place] or not self.books.kept[place] or not self.portal.kept[place]:
            return
        row = self.books.row(place)
        if name == "gstin_of_pan":
            sibling = self.sellers.sibling[self.true.supplier[place]]
            made: Row = row | {"stin": sibling or row["stin"]}
        else:
            made = getattr(slips, name)(rng, row)
        if made != row:
            self.books.put(place, made)
            self.classes.setdefault(place, []).append(name)

    def _befall(self, rng: Random, fate: str, place: int) -> None:
        portal, books = self.portal, self.books
        if fate == "missing_in_books":
            books.kept[place], self.single[place] = False, False
        elif fate == "missing_in_portal":
            portal.kept[place], self.single[place] = False, False
        elif fate == "duplicate_in_books":
            self.copies.append(("books", *fates.duplicated(rng, books, place)))
            self.classes[place] = [fate]
        elif fate == "duplicate_in_portal":
            self.copies.append(("portal", *fates.duplicated(rng, portal, place)))
            self.classes[place] = [fate]
        elif fate == "amended":
            (new, place), copy = fates.amended(rng, portal, books, place)
            self._linked(fate, [place], iter([(new, place)]))
            self.copies.extend([("portal", *copy)] if copy else [])
        elif fate == "split":
            self._linked(fate, [place], fates.split(rng, portal, books, place))
        else:
            run = self._run(place, 3 if fate == "regrouped" else rng.choice((2, 2, 3)))
            if run:
                self._linked(fate, run, getattr(fates, fate)(rng, portal, books, run))

    def _linked(self, fate: str, places: list[int], pairs: Iterator[tuple[int, int]]) -> None:
        self.single[places] = False
        self.pairs.extend((p, b, fate) for p, b in pairs)

    def _run(self, place: int, size: int) -> list[int]:
        """This document and the next ones, if they are of one kind and nothing has happened to them yet."""
        run = list(range(place, place + size))
        true = self.true
        if run[-1] >= self.count or not all(self.single[run]) or any(p in self.classes for p in run):
            return []
        alike = (true.supplier, true.credit, true.debit, self.portal.columns["rtin"])
        return run if all(len(set(column[run].tolist())) == 1 for column in alike) else []

    def links(self, portal_ids: Numbers, book_ids: Numbers) -> Table:
        own = np.flatnonzero(self.single)
        words = np.full(len(own), "clean", dtype=object)
        marked = np.searchsorted(own, list(self.classes))
        for i, (place, names) in zip(marked.tolist(), self.classes.items(), strict=True):
            if i < len(own) and own[i] == place:
                words[i] = ",".join(names)
        p = np.array([p for p, _, _ in self.pairs], dtype=np.int64)
        b = np.array([b for _, b, _ in self.pairs], dtype=np.int64)
        return {
            "portal": np.concatenate([portal_ids[own], portal_ids[p]]),
            "books": np.concatenate([book_ids[own], book_ids[b]]),
            "classes": np.concatenate([words, np.array([fate for _, _, fate in self.pairs], dtype=object)]),
        }

    def copied(self, portal_ids: Numbers, book_ids: Numbers) -> Table:
        ids = {"portal": portal_ids, "books": book_ids}
        return {
            "side": np.array([side for side, _, _ in self.copies], dtype=object),
            "id": np.array([ids[side][place] for side, place, _ in self.copies], dtype=np.int64),
            "of": np.array([ids[side][of] for side, _, of in self.copies], dtype=np.int64),
        }


def _arrow(table: Table) -> Any:
    arrow: Any = pyarrow
    # Columns without a value still have a type.
    texts = {name: arrow.array(column, arrow.string()) for name, column in table.items() if column.dtype == object}
    return arrow.table(table | texts)


def _buyers(count: int) -> Texts:
    return np.array([str(make_gstin(BUYER_STATE, f"BYRCG{i:04}A")) for i in range(count)], dtype=object)
