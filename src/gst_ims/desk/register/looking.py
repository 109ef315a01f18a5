"""A file before it is read: how its columns would be taken, beside what stands in them."""

from __future__ import annotations

from collections.abc import Mapping as Named
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from gst_ims.desk.register import layout
from gst_ims.desk.register.mapping import FIELDS, Known, Mapping
from gst_ims.desk.register.register import SAMPLE, propose
from gst_ims.desk.register.sources import sheets


class Looked(NamedTuple):
    """A sheet that is a register: its mapping, the cells of its first rows, and what it has no column for as yet."""

    sheet: str
    mapping: Mapping
    rows: tuple[tuple[str, ...], ...]
    missing: str | None


def look(path: Path, kept: Known | None = None, count: int = 3) -> list[Looked]:
    """The sheets of a file that are registers, with `count` rows of each; `kept` has mappings of before.

    Where there is none, those are shown of which a person may say the other columns. Raises Unreadable where there
    are none of these either.
    """
    found = {it.sheet: it for it in propose(path, kept, unfinished=True)}
    looked: list[Looked] = []
    for sheet in sheets(path):
        if sheet.name in found:
            rows = list(islice(sheet.rows(), SAMPLE))
            begin = layout.find(rows, sheet.merged).above
            shown = tuple(tuple(cells) for _, cells in rows[begin : begin + count])
            looked.append(Looked(sheet.name, found[sheet.name].mapping, shown, found[sheet.name].missing))
    return looked


def taken(mapping: Mapping, fields: Sequence[str]) -> Mapping:
    """The mapping as a person wants it: the field of each column in order, empty for a column that isn't used.

    Raises Invalid for a field or a column that there isn't.
    """
    wanted: Named[str, list[int]] = {field: [] for field in {*mapping.fields, *filter(None, fields)}}
    for column, field in enumerate(fields):
        if field:
            wanted[field].append(column)
    for field in sorted(wanted, key=lambda name: FIELDS.index(name) if name in FIELDS else -1):
        # Of a text the first filled column counts: those that stay go on in their order.
        stay = [column for column in mapping.columns(field) if column in wanted[field]]
        columns = (*stay, *(column for column in wanted[field] if column not in stay))
        if mapping.columns(field) != columns:
            mapping = mapping.with_columns(field, *columns)
    return mapping
