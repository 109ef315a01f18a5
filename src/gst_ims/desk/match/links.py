"""The user's decisions as a file: a line for each pair, in columns that the worklist has too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from gst_ims.connect.errors import Unreadable
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Section
from gst_ims.desk.match.settings import Apart, Decision, Identity, Together
from gst_ims.desk.register.sources import Sheet, sheets
from gst_ims.desk.register.values import day

#: What names the two documents of a line.
NAMING = (
    *("Recipient", "Portal supplier", "Portal section", "Portal number", "Portal date"),
    *("Books supplier", "Books section", "Books number", "Books date"),
)
HEADINGS = ("Decision", *NAMING)
WORDS = ("together", "apart")
_NEEDED = ("Decision", "Portal number", "Portal date", "Books number", "Books date")
_SAID = 5
_TORN = "It holds apart what other rows tie together."

Pair = tuple[Identity, Identity]


def read_links(path: Path, rtin: str | None = None) -> list[Decision]:
    """Read decisions from text or a workbook: `HEADINGS`, and `together` or `apart` in each line that decides.

    Lines of one sheet that share a document belong together as one, so a split is a line for each of its parts. A later
    sheet is a later word. Where no recipient is given it is `rtin`; supplier and section are those of the other side.

    Raises Unreadable, naming the lines that can't be read: a decision is never left out.
    """
    found: list[Decision] = []
    wrong: list[str] = []
    known = False
    for sheet in sheets(path):
        rows = sheet.rows()
        headings = [cell.strip() for _, cells in islice(rows, 1) for cell in cells]
        if not set(_NEEDED) <= set(headings):
            continue
        known = True
        said = _Said()
        for number, cells in rows:
            cell = {name: it.strip() for name, it in zip(headings, cells, strict=False)}
            if word := cell.get("Decision", "").lower():
                try:
                    said.add(number, word, _pair(cell, rtin))
                except Invalid as error:
                    wrong.append(_place(sheet, number, error))
        decided = said.decisions()
        wrong += [_place(sheet, row, _TORN) for row in said.torn(decided)]
        found += decided
    if not known:
        raise Unreadable(f"{path.name} has no decisions: its columns have to be {', '.join(_NEEDED)} at least.")
    if wrong:
        more = f" And {len(wrong) - _SAID} more." if len(wrong) > _SAID else ""
        raise Unreadable(f"{' '.join(wrong[:_SAID])}{more}")
    return found


def lines(decisions: Iterable[Decision]) -> Iterator[tuple[str, Identity, Identity]]:
    """The decisions as lines that `read_links` reads: a word, a document of the portal, one of the books."""
    for decision in decisions:
        if isinstance(decision, Apart):
            yield "apart", decision.portal, decision.books
        else:
            first, last = decision.portal[0], decision.books[-1]
            yield from (("together", first, it) for it in decision.books)
            yield from (("together", it, last) for it in decision.portal[1:])


@dataclass
class _Said:
    """What one sheet says, and in which row. Of two words about one pair the later one counts."""

    pairs: dict[Pair, tuple[str, int]] = field(default_factory=dict[Pair, tuple[str, int]])

    def add(self, row: int, word: str, pair: Pair) -> None:
        if word not in WORDS:
            raise Invalid(f"Decision {word!r} isn't one of {', '.join(WORDS)}.")
        self.pairs.pop(pair, None)
        self.pairs[pair] = word, row

    def decisions(self) -> list[Decision]:
        together = [pair for pair, (word, _) in self.pairs.items() if word == "together"]
        return [*_groups(together), *(Apart(*pair) for pair, (word, _) in self.pairs.items() if word == "apart")]

    def torn(self, decisions: Sequence[Decision]) -> list[int]:
        """The rows that hold apart what others tie together."""
        groups = {it: place for place, one in enumerate(decisions) if isinstance(one, Together) for it in _members(one)}
        return [
            row
            for (portal, books), (word, row) in self.pairs.items()
            if word == "apart" and groups.get(("portal", portal), -1) == groups.get(("books", books), -2)
        ]


def _members(one: Together) -> Iterator[tuple[str, Identity]]:
    yield from (("portal", it) for it in one.portal)
    yield from (("books", it) for it in one.books)


def _groups(pairs: Sequence[Pair]) -> list[Together]:
    """What is tied together, directly or by others."""
    ties: dict[tuple[str, Identity], tuple[list[Identity], list[Identity]]] = {}
    for portal, books in pairs:
        mine = ties.get(("portal", portal)) or ([portal], [])
        its = ties.get(("books", books)) or ([], [books])
        both = mine if mine is its else (mine[0] + its[0], mine[1] + its[1])
        for side, members in zip(("portal", "books"), both, strict=True):
            ties.update({(side, member): both for member in members})
    whole = {id(both): both for both in ties.values()}
    return [Together(tuple(portal), tuple(books)) for portal, books in whole.values()]


def _pair(cell: dict[str, str], rtin: str | None) -> Pair:
    recipient = cell.get("Recipient") or rtin
    if not recipient:
        raise Invalid("It has no recipient.")
    portal, books = (
        {name: cell.get(f"{side} {name}", "") for name in ("supplier", "section", "number", "date")}
        for side in ("Portal", "Books")
    )
    whose = str(Gstin(recipient.upper()))
    return _identity(whose, "portal", portal, books), _identity(whose, "books", books, portal)


def _identity(rtin: str, side: str, own: dict[str, str], other: dict[str, str]) -> Identity:
    supplier, section = (own[name] or other[name] for name in ("supplier", "section"))
    if not own["number"] or not own["date"]:
        raise Invalid(f"It doesn't name a document of the {side}: number and date are needed.")
    told = day(own["date"])
    if told.value is None:
        raise Invalid(str(told.reason))
    # Of goods from abroad there is no supplier.
    stin = str(Gstin(supplier.upper())) if supplier else ""
    return Identity(rtin, stin, Section.parse(section or "b2b"), own["number"], date.fromisoformat(told.value))


def _place(sheet: Sheet, row: int, reason: object) -> str:
    return f"{sheet.file}{f', {sheet.name}' if sheet.name else ''}, row {row}: {reason}"
