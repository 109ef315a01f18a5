"""What pages say of their tables, so that each can be had as a file: columns, and what of a row stands there."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from litestar.datastructures import MultiDict

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people.service import Person
from gst_ims.desk.report.tables import Column, Kind, Row, Table
from gst_ims.web.texts import section
from gst_ims.web.words import N_

T = TypeVar("T")
#: Rows of a list that are in memory together.
MANY = 20_000
#: A text in the reader's language.
Say = Callable[[str], str]
#: A table, and its rows.
Made = tuple[Table, Iterable[Row]]


@dataclass(frozen=True)
class Asked:
    """Who asks for a table of whom, in which language, and what else the address says."""

    desk: Desk
    person: Person
    #: None: all taxpayers of the person.
    gstin: Gstin | None
    told: MultiDict[Any]
    say: Say

    @property
    def one(self) -> Gstin:
        """The taxpayer. Raises Unknown where it is about all."""
        if self.gstin is None:
            raise Unknown("This table is of one taxpayer: choose one.")
        return self.gstin

    def word(self, name: str) -> str:
        """A word of the address, or an empty one."""
        return str(self.told.get(name, ""))

    def number(self, name: str) -> int:
        """A number of the address, zero without it. Raises Invalid."""
        word = self.word(name) or "0"
        if not (word.isascii() and word.isdigit() and len(word) < 10):
            raise Invalid(f"{name} {word!r} isn't a number: follow the link of the page.")
        return int(word)


@dataclass(frozen=True)
class Told(Generic[T]):
    """A column: its heading, which is translated, its kind, and what of a row stands there."""

    heading: str
    of: Callable[[T, Say], Any]
    kind: Kind = Kind.TEXT
    width: int = 14


def made(asked: Asked, title: str, columns: Sequence[Told[T]], rows: Iterable[T], frozen: int = 1) -> Made:
    """A table of these columns, of which `frozen` stay in sight."""
    headed = tuple(Column(it.heading, asked.say(it.heading), it.kind, it.width) for it in columns)
    ofs = [it.of for it in columns]
    return Table(title, asked.say(title)[:25], headed, frozen), (tuple(of(it, asked.say) for of in ofs) for it in rows)


def _place(row: Any) -> Any:
    return row.size, row.name


def paged(
    page: Callable[[Any, int], Sequence[Any]], place: Callable[[Any], Any] = _place, many: int | None = None
) -> Generator[Any]:
    """All rows of a list that is had page by page: each page begins after a place, the first at None.

    A row's place is its `size` and its `name`, or what `place` says; a page has `many` rows, or `MANY`.
    """
    after, limit = None, many or MANY
    while True:
        rows = page(after, limit)
        yield from rows
        if len(rows) < limit:
            return
        after = place(rows[-1])


def money(heading: str, of: Callable[[T, Say], Any]) -> Told[T]:
    """Paise, that are shown as rupees."""
    return Told(heading, of, Kind.MONEY)


def count(heading: str, of: Callable[[T, Say], Any]) -> Told[T]:
    """A whole number."""
    return Told(heading, of, Kind.COUNT, 11)


def day(heading: str, of: Callable[[T, Say], Any]) -> Told[T]:
    """A day."""
    return Told(heading, of, Kind.DAY, 11)


def moment(heading: str, of: Callable[[T, Say], Any]) -> Told[T]:
    """A moment, as it is in India."""
    return Told(heading, of, Kind.MOMENT, 18)


def document(stin: str = "stin", name: str = "trade_name") -> tuple[Told[Any], ...]:
    """What names a document: section, number, supplier, date. `stin` and `name` are what a row calls the supplier's."""
    return (
        Told(N_("Section"), lambda it, _: section(it.section), width=8),
        Told(N_("Number"), lambda it, _: it.number, width=18),
        Told(N_("GSTIN"), lambda it, _: getattr(it, stin), width=17),
        Told(N_("Supplier"), lambda it, _: getattr(it, name), width=26),
        day(N_("Date"), lambda it, _: it.document_date),
    )
