"""Which of the sums that were found are taken: the surest first, and no document twice."""

from __future__ import annotations

from typing import NamedTuple


class Group(NamedTuple):
    """Documents that belong together: places on either side, and whether by "number" or by "sum" alone."""

    portal: tuple[int, ...]
    books: tuple[int, ...]
    by: str

    @property
    def rule(self) -> str:
        """One document of the portal is split in the books, several are merged, or several are regrouped."""
        if len(self.portal) == 1:
            return "split"
        return "merged" if len(self.books) == 1 else "regrouped"


class Found(NamedTuple):
    """A sum that was found: the days that it spans, by how many paise it is off, and what tells
    equals apart whatever order rows came in."""

    portal: list[int]
    books: list[int]
    by: str
    days: int
    off: int
    tie: int


def choose(found: list[Found]) -> list[Group]:
    """The surest first: fewest documents, nearest to the amount, nearest in time."""
    used: set[tuple[int, int]] = set()
    chosen: list[Group] = []
    for sum_ in sorted(found, key=_order):
        members = {(0, p) for p in sum_.portal} | {(1, b) for b in sum_.books}
        if used.isdisjoint(members):
            used |= members
            chosen.append(Group(tuple(sum_.portal), tuple(sum_.books), sum_.by))
    return chosen


def _order(found: Found) -> tuple[object, ...]:
    sizes = sorted((len(found.portal), len(found.books)))
    return sum(sizes), sizes, found.off, found.days, found.tie
