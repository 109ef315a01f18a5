"""Views: how a person looks at the grid, kept under a name, for one taxpayer. Nobody has those of another one."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from gst_ims.core.errors import ImsError, Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people.service import Person
from gst_ims.desk.review.grid import COLUMNS, ORDERS
from gst_ims.desk.review.lists import Filter

queries: Any = load(__file__, "views.sql")

#: So many views a person can have for a taxpayer, and so many characters a name.
MOST, LONGEST = 100, 60
#: Pixels that a column can be wide.
WIDTHS = range(30, 2001)
_WORDS = 200
# They join and part letters in Indian scripts, and are seen by what they do.
_JOINERS = "\u200c\u200d"


class NameTaken(ImsError):
    """There is a view of that name: overwrite it, or choose another name."""


@dataclass(frozen=True)
class Shown:
    """A column that is shown, and how wide it is, in pixels."""

    name: str
    width: int


@dataclass(frozen=True)
class Look:
    """A way to look at the records: columns from the left, what isn't named isn't shown. Raises Invalid."""

    columns: tuple[Shown, ...]
    wanted: Filter
    #: One of `grid.ORDERS`.
    order: str = "tax"
    descending: bool = True
    #: The sums of each supplier in place of his records.
    by_supplier: bool = False

    def __post_init__(self) -> None:
        """Raises Invalid."""
        names = [it.name for it in self.columns]
        if not names or not set(names) <= set(COLUMNS) or len(set(names)) < len(names) or self.order not in ORDERS:
            raise Invalid(f"A view shows some of {', '.join(COLUMNS)}, each once, ordered by {', '.join(ORDERS)}.")
        if any(it.width not in WIDTHS for it in self.columns):
            raise Invalid(f"A column is {WIDTHS[0]} to {WIDTHS[-1]} pixels wide.")
        for text in (self.wanted.text, self.wanted.supplier, *self.wanted.buckets):
            if text is not None and (len(text) > _WORDS or not _is_seen(text)):
                raise Invalid(f"What a view searches for has at most {_WORDS} characters, all of which can be seen.")


@dataclass(frozen=True)
class View:
    """A look and its name. The default is what the grid opens with."""

    name: str
    look: Look
    is_default: bool


def views(desk: Desk, by: Person, gstin: Gstin) -> list[View]:
    """A person's own views for a taxpayer, by name. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        rows = list(queries.views(db, gstin=gstin, person=by.name))
    return [View(row.name, msgspec.convert(row.look, Look), row.is_default) for row in rows]


def keep(
    desk: Desk, by: Person, gstin: Gstin, name: str, look: Look, *, is_default: bool = False, replace: bool = False
) -> View:
    """Keep a look under a name. As the default it takes that from another one.

    Raises NotAllowed; Invalid for a name that can't be one, or where there are too many; NameTaken unless it is to
    `replace` what has the name.
    """
    by.must(gstin)
    view = View(_checked(name), look, is_default)
    told = Jsonb(msgspec.to_builtins(look))
    with desk.of([gstin]) as db:
        queries.hold(db, gstin=gstin, person=by.name)
        there = {row.name for row in queries.views(db, gstin=gstin, person=by.name)}
        if view.name not in there and len(there) >= MOST:
            raise Invalid(f"You have {MOST} views here, and more there can't be: delete one first.")
        if is_default:
            queries.no_default(db, gstin=gstin, person=by.name)
        kept = {"name": view.name, "look": told, "is_default": is_default, "replace": replace}
        if not queries.keep(db, gstin=gstin, person=by.name, **kept):
            raise NameTaken(f"There is a view {view.name!r}: overwrite it, or choose another name.")
    return view


def drop(desk: Desk, by: Person, gstin: Gstin, name: str) -> None:
    """Delete a person's own view. Raises NotAllowed, Unknown."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        if not _is_seen(name) or not queries.drop(db, gstin=gstin, person=by.name, name=name):
            raise Unknown(f"You have no view {name!r} here.")


def _checked(name: str) -> str:
    """The name without spaces around it. Raises Invalid."""
    told = unicodedata.normalize("NFC", name).strip()
    if not (any(map(str.isalnum, told)) and len(told) <= LONGEST and _is_seen(told)) or set(told) & set("<>"):
        raise Invalid(f"A view's name has 1 to {LONGEST} characters: a letter or digit at least, and no < or >.")
    return told


def _is_seen(text: str) -> bool:
    return all(char.isprintable() or char in _JOINERS for char in text)
