"""`match_files`: from files, or a portal, to a worklist, with all that was said about their rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.connect.errors import Unreadable
from gst_ims.connect.portal import Portal
from gst_ims.connect.whole import new_file
from gst_ims.core.gstin import Gstin
from gst_ims.desk.match.links import read_links
from gst_ims.desk.match.match import match
from gst_ims.desk.match.result import Result
from gst_ims.desk.match.runs import changes
from gst_ims.desk.match.settings import Apart, Decision, Settings
from gst_ims.desk.match.workbook import Notes, write
from gst_ims.desk.register import ControlTotal, Mapping, Mappings, Register, read, read_portal, read_session

_ARROW: Any = pyarrow
_NAMED = ("side", "rtin", "stin", "section", "number", "document_date")

Said = tuple[str, str, str, int, str, str]
"""What was said about a row: `rejected`, `excluded` or `note`; file, sheet, row (0 for all), column, reason."""


@dataclass(frozen=True, slots=True)
class Side:
    """What was read of one side."""

    name: str
    documents: int
    #: How many rows there are of each class; nothing where the portal was read, which has no rows of its own.
    rows: Counter[str]
    said: tuple[Said, ...]
    totals: tuple[ControlTotal, ...]

    @property
    def rejected(self) -> list[Said]:
        """Why rows can't be read, and so are in no bucket; a row may have several reasons."""
        return [it for it in self.said if it[0] == "rejected"]

    @property
    def unread(self) -> int:
        """How many rows that are."""
        return len({it[1:4] for it in self.rejected})

    @property
    def notes(self) -> list[Said]:
        """What is to be looked at, although it was read."""
        return [it for it in self.said if it[0] == "note"]


@dataclass(frozen=True, slots=True)
class Matching:
    """A result, with what was read for it and the decisions that it kept to."""

    result: Result
    portal: Side
    books: Side
    manual: tuple[Decision, ...]
    #: What is otherwise than in an earlier result, as `changes` says it; None if there was none to compare with.
    changes: list[dict[str, Any]] | None = None
    #: The documents that decisions name and that neither side has, by the columns of their identity.
    absent: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    def write(self, path: Path) -> None:
        """Write it as `Result.write` does; an .xlsx also has what was said about rows, changes and decisions.

        Raises Invalid for another ending, AlreadyThere, Unwritable; the file is there whole or not at all.
        """
        if path.suffix.lower() != ".xlsx":
            self.result.write(path)
            return
        with new_file(path) as part:
            write(part, self.result, Notes((self.portal, self.books), self.changes, self.manual))


def match_files(
    portal: Sequence[Path] | Portal,
    books: Sequence[Path],
    *,
    rtin: str | None = None,
    settings: Settings | None = None,
    manual: Sequence[Decision | Path] = (),
    mapping: Sequence[Mapping] = (),
    kept: Mappings | None = None,
    since: Result | None = None,
) -> Matching:
    """Match what the portal says (files as `read_portal` takes them, or a portal to ask) with purchase registers.

    `rtin` is the recipient, where files don't name him. `manual` are decisions, or files of them (`read_links`), later
    ones over earlier ones. `mapping` and `kept` say which column of the registers is which, as in `read`. `since` is an
    earlier result, to say what has changed.

    Raises Unreadable for a file that isn't what it should be, Invalid where `rtin` isn't a GSTIN, and what portals do.
    """
    with read_portal(portal, rtin) if isinstance(portal, Sequence) else read_session(portal) as reported:
        owner = _owner(reported, rtin)
        with read(books, owner, list(mapping), kept) as booked:
            _check(reported, booked)
            decisions = [each for it in manual for each in (read_links(it, owner) if isinstance(it, Path) else [it])]
            result = match(reported.documents, booked.documents, settings, decisions)
            return Matching(
                result,
                _side("portal", reported),
                _side("books", booked),
                tuple(decisions),
                None if since is None else changes(since, result),
                _absent(result, decisions),
            )


def _owner(reported: Register, rtin: str | None) -> str | None:
    """The recipient, as far as there is one for all: what the portal's files say counts for the books too."""
    if rtin is not None:
        return str(Gstin(rtin))
    return str(next(iter(reported.owners))) if len(reported.owners) == 1 else None


def _check(reported: Register, booked: Register) -> None:
    """Raises Unreadable where the books are of others altogether: nothing could be compared."""
    mine = {str(rtin) for (rtin,) in booked.documents.project("rtin").distinct().fetchall()}
    theirs = {str(owner) for owner in reported.owners}
    if mine and theirs and not mine & theirs:
        raise Unreadable(
            f"The books are of {_some(mine)}, what the portal says is of {_some(theirs)}: choose the files of one"
            " recipient."
        )


def _some(gstins: set[str]) -> str:
    first, *more = sorted(gstins)
    return f"{first} and {len(more)} more" if more else first


def _side(name: str, register: Register) -> Side:
    said = register.problems.project("kind, file, sheet, row, heading, reason").fetchall()
    [(documents,)] = register.documents.count("*").fetchall()
    return Side(name, documents, register.rows, tuple(said), register.totals)


def _absent(result: Result, decisions: Sequence[Decision]) -> list[dict[str, Any]]:
    named = {
        (side, it.rtin, it.stin, it.section, it.number, it.document_date)
        for decision in decisions
        for side in ("portal", "books")
        for it in ([getattr(decision, side)] if isinstance(decision, Apart) else getattr(decision, side))
    }
    if not named:
        return []
    columns = dict(zip(_NAMED, map(list, zip(*named, strict=True)), strict=True))
    return result.absent(_ARROW.table(columns))
