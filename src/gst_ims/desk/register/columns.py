"""What the cells of a column look like, from the first rows of a sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from functools import cached_property

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.register.values import DateOrder, day, rate

_PLAIN = re.compile(r"\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+|\d{1,3}(,\d{2,3})*,\d{3}(\.\d*)?", re.ASCII)
_AROUND = re.compile(r"(?i)₹|rs\.?|inr|[ \t\n\f\r\u00a0\u2007\u2009\u202f]")
_NOTHING = ("", "-", "--", "–", "nil")


class Column:
    """The cells of one column, row by row, and what they could be."""

    def __init__(self, cells: Sequence[str]) -> None:
        self.cells = [cell.strip() for cell in cells]

    @cached_property
    def filled(self) -> list[str]:
        """The cells that aren't empty."""
        return [cell for cell in self.cells if cell]

    @cached_property
    def amounts(self) -> list[Decimal | None]:
        """Each cell as an amount; zero where it is empty, None where it isn't one."""
        return [amount(cell) for cell in self.cells]

    @cached_property
    def numeric(self) -> float:
        """The share of filled cells that are amounts."""
        return self._share(lambda cell: amount(cell) is not None)

    @cached_property
    def gstins(self) -> float:
        """The share of filled cells that are GSTINs with the right check digit."""
        return self._share(_is_gstin)

    @cached_property
    def shaped(self) -> float:
        """The share of filled cells that have the length of a GSTIN, and begin as one."""
        return self._share(lambda cell: len(cell) == 15 and cell[:2].isdigit() and cell.isalnum())

    @cached_property
    def dates(self) -> float:
        """The share of filled cells that are days, in one order or the other."""
        return self._share(lambda cell: any(day(cell, order).value for order in DateOrder))

    @cached_property
    def rates(self) -> float:
        """The share of filled cells that are rates of GST."""
        return self._share(lambda cell: (found := rate(cell)).value is not None and found.note is None)

    @cached_property
    def distinct(self) -> float:
        """How many different cells there are, as a share of the filled."""
        return len(set(self.filled)) / len(self.filled) if self.filled else 0.0

    def _share(self, fits: Callable[[str], bool]) -> float:
        return sum(fits(cell) for cell in self.filled) / len(self.filled) if self.filled else 0.0


def amount(cell: str) -> Decimal | None:
    """A cell as rupees, by the rules of the macros of queries.sql; None where it isn't an amount."""
    bare = _AROUND.sub("", cell).replace("−", "-")
    if bare.lower() in _NOTHING:
        return Decimal(0)
    found = re.fullmatch(r"(?i)(\(-\)|[-+])?([\d.,]+(?:e[+-]?\d+)?)(-)?(dr|cr)?\.?|\(([\d.,]+)\)(?:dr|cr)?\.?", bare)
    digits = found and (found[2] or found[5])
    if not found or not digits or not _PLAIN.fullmatch(digits):
        return None
    try:
        value = Decimal(digits.replace(",", ""))
    except InvalidOperation:
        return None
    return -value if found[5] or found[1] in ("-", "(-)") or found[3] else value


def _is_gstin(cell: str) -> bool:
    try:
        Gstin.parse(cell.replace(" ", "").upper())
    except Invalid:
        return False
    return True
