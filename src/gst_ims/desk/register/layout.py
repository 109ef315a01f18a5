"""Where the headings of a sheet are: in one row or up to three, merged or not, somewhere in its first thirty rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gst_ims.desk.register.sources import Numbered, Range
from gst_ims.desk.register.words import field_of

#: How deep headings are looked for: above them are titles.
DEEPEST = 30
_ROWS = 3
GSTIN = re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]{3}")
_NUMBER = re.compile(r"-?[\d,]*\.?\d+")


class Layout(NamedTuple):
    """The headings of a sheet."""

    #: How many rows stand above the data, titles and headings.
    above: int
    #: What stands above each column; empty texts where nothing does.
    headings: list[str]
    #: How many of the fields of a register the headings name.
    known: int


def find(rows: Sequence[Numbered], merged: Sequence[Range]) -> Layout:
    """The rows that name most of a register's fields; no rows where none names two.

    `rows` are the first of the sheet. Of equals those go first that are fewer, and that stand higher.
    """
    top = rows[:DEEPEST]
    width = max((len(cells) for _, cells in rows), default=0)
    best = Layout(0, [""] * width, 1)
    for depth in range(1, _ROWS + 1):
        for at in range(len(top) - depth + 1):
            block = top[at : at + depth]
            if any(_is_data(cells) for _, cells in block) or not any(map(str.strip, block[-1][1])):
                continue
            headings = _joined(block, merged, width)
            known = len({found[0] for said in headings if (found := field_of(said)) and found[0] != "unused"})
            if known > best.known:
                best = Layout(at + depth, headings, known)
    return best


def trimmed(headings: list[str], rows: Sequence[Numbered]) -> list[str]:
    """The headings, less the columns at the end that have none and few cells: what stands there has gone astray."""
    width = len(headings)
    while width and not headings[width - 1]:
        if 2 * sum(len(cells) >= width and bool(cells[width - 1].strip()) for _, cells in rows) > len(rows):
            break
        width -= 1
    return headings[:width]


def _is_data(cells: Sequence[str]) -> bool:
    filled = [cell.strip() for cell in cells if cell.strip()]
    numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in filled)
    return any(GSTIN.fullmatch(cell.upper()) for cell in filled) or 2 * numbers > len(filled) > 0


def _joined(block: Sequence[Numbered], merged: Sequence[Range], width: int) -> list[str]:
    """What stands above each column, from the upper rows to the lowest.

    A merged cell stands above all that it covers. Where nothing is merged, as in text, a cell of an upper row goes on
    to the right over empty ones, as far as there are cells below.
    """
    levels: list[list[str]] = []
    for place, (number, cells) in enumerate(block):
        said = [cells[column].strip() if column < len(cells) else "" for column in range(width)]
        spans = [
            (left, right) for (first, left), (last, right) in merged if first < number <= last + 1 and right > left
        ]
        for left, right in spans:
            said[left : right + 1] = [said[left]] * (min(right, width - 1) - left + 1)
        if place + 1 < len(block) and not spans:
            said = _carried(said, [cells for _, cells in block[place + 1 :]])
        levels.append(said)
    return [" ".join(dict.fromkeys(said for said in column if said)) for column in zip(*levels, strict=True)]


def _carried(said: list[str], lower: Sequence[Sequence[str]]) -> list[str]:
    above, carried = "", list[str]()
    for column, cell in enumerate(said):
        under = any(column < len(below) and below[column].strip() for below in lower)
        above = cell or (above if under else "")
        carried.append(above)
    return carried
