"""Which column is which: a proposal to be confirmed, kept per source, and used again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from gst_ims.connect.errors import Unreadable
from gst_ims.core.errors import Invalid
from gst_ims.desk.register.values import DateOrder
from gst_ims.desk.register.words import AMOUNTS, TEXTS, plain, spelled

FIELDS = (*TEXTS, *AMOUNTS)


#: The reason of what a person said.
SAID = "You said so."


class NoColumn(Invalid):
    """The sheet has no column of that heading or letter."""


class Proposal(Struct, frozen=True, kw_only=True):
    """What some columns are taken for, and why."""

    field: str
    #: Their places from 0. Of amounts all are added up, of others the first counts that is filled.
    columns: tuple[int, ...]
    #: From 0 to 100; 100 is what a person confirmed.
    confidence: int
    reason: str


class Mapping(Struct, frozen=True, kw_only=True):
    """How the sheets with these headings are read. `with_` gives another one, in which a field has other columns."""

    #: What the headings are known by again.
    fingerprint: str
    headings: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    #: Of dates such as 05/11/2025; None to let all rows of the column decide.
    date_order: DateOrder | None = None

    @property
    def fields(self) -> dict[str, tuple[int, ...]]:
        """The columns of each field."""
        return {proposal.field: proposal.columns for proposal in self.proposals}

    def columns(self, field: str) -> tuple[int, ...]:
        """The columns of a field; none where the register has none."""
        return self.fields.get(field, ())

    def heading(self, column: int) -> str:
        """What a column is called: its heading, or its letter in Excel."""
        return self.headings[column] if column < len(self.headings) and self.headings[column] else letters(column)

    def with_(self, field: str, *headings: str) -> Mapping:
        """The mapping with these columns for a field, by their headings or letters; without any, with none.

        Raises Invalid for a field that there isn't, NoColumn for a column.
        """
        return self.with_columns(field, *map(self._column, headings))

    def with_columns(self, field: str, *columns: int) -> Mapping:
        """The mapping with these columns for a field, by their places from 0. Raises as `with_`."""
        if field not in FIELDS:
            raise Invalid(f"Field {field!r} doesn't exist: use one of {', '.join(FIELDS)}.")
        if beyond := [letters(column) for column in columns if column >= len(self.headings)]:
            raise NoColumn(f"There is no column {beyond[0]!r}: there are {len(self.headings)}.")
        kept = [it for it in self.proposals if it.field != field]
        if columns:
            kept.append(Proposal(field=field, columns=columns, confidence=100, reason=SAID))
        return msgspec.structs.replace(self, proposals=tuple(kept))

    def with_order(self, order: DateOrder) -> Mapping:
        """The mapping, where dates such as 05/11/2025 are in this order."""
        return msgspec.structs.replace(self, date_order=order)

    def confirmed(self) -> Mapping:
        """The mapping as a person has confirmed it."""
        sure = (
            it
            if it.confidence == 100
            else msgspec.structs.replace(it, confidence=100, reason=f"Confirmed. {it.reason}")
            for it in self.proposals
        )
        return msgspec.structs.replace(self, proposals=tuple(sure))

    def table(self) -> str:
        """The proposals as a table for people: field, columns, confidence, reason; then the columns of no field."""
        lines = [("field", "column", "sure", "reason")]
        for it in sorted(self.proposals, key=lambda it: FIELDS.index(it.field)):
            names = " + ".join(map(self.heading, it.columns))
            lines.append((it.field, names, f"{it.confidence}%", it.reason))
        widths = [max(len(line[place]) for line in lines) for place in range(3)]
        shown = [
            "  ".join([*(cell.ljust(width) for cell, width in zip(line, widths, strict=False)), line[3]])
            for line in lines
        ]
        used = {column for it in self.proposals for column in it.columns}
        unused = [self.heading(column) for column in range(len(self.headings)) if column not in used]
        if unused:
            shown.append(f"not used: {', '.join(unused)}")
        return "\n".join(shown) + "\n"

    def _column(self, heading: str) -> int:
        said = spelled(heading)
        # Of headings in two languages the Latin part is enough.
        for words in (spelled, plain):
            names = [words(name) for name in self.headings]
            if said and said in names:
                return names.index(said)
        for column in range(len(self.headings)):
            if letters(column) == heading:
                return column
        there = ", ".join(map(self.heading, range(len(self.headings))))
        raise NoColumn(f"There is no column {heading!r}: there are {there}.")


def letters(column: int) -> str:
    """The name of a column in Excel, counted from 0: A, B, … Z, AA."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def fingerprint(headings: Sequence[str]) -> str:
    """What a source is known by again: its headings, whatever their case, signs and units."""
    return hashlib.sha256("\n".join(map(spelled, headings)).encode()).hexdigest()[:16]


class Known(Protocol):
    """Mappings that were confirmed before: a file of them, or a dict by fingerprint."""

    def get(self, fingerprint: str, /) -> Mapping | None:
        """That of some headings; None where there is none."""
        ...


class Mappings:
    """The mappings that were confirmed, in a JSON file.

    >>> kept = Mappings(Path("mappings.json"))
    ... kept.save(mapping.confirmed())
    """

    def __init__(self, path: Path) -> None:
        """The file needn't be there yet. Raises Unreadable where it is something else."""
        self.path = path
        try:
            self._kept = msgspec.json.decode(path.read_bytes(), type=dict[str, Mapping]) if path.exists() else {}
        except (OSError, msgspec.MsgspecError) as error:
            raise Unreadable(f"{path} can't be read as mappings ({error}): correct it, or move it away.") from error

    def get(self, fingerprint: str, /) -> Mapping | None:
        """The mapping of a source; None where none was kept."""
        return self._kept.get(fingerprint)

    def save(self, mapping: Mapping) -> None:
        """Keep a mapping, in place of an earlier one of the same headings. The file is there whole or not at all."""
        self._kept[mapping.fingerprint] = mapping
        part = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        part.write_bytes(msgspec.json.format(msgspec.json.encode(self._kept, order="sorted")))
        part.replace(self.path)
