"""Tables as sheets of a workbook: amounts in lakh and crore, days as days, and every text as text.

Nobody's words are a formula, and a number of sixteen digits is no number.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from itertools import count, islice
from tempfile import TemporaryDirectory
from typing import IO, Any

from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.connect.workbook import MOST, RUPEES
from gst_ims.core.clock import IST
from gst_ims.core.money import rupees
from gst_ims.core.period import Period
from gst_ims.desk.report.tables import Kind, Row, Table

_CRORES_100 = 1_000_000_000_00
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}

Finish = Callable[[Any, int], None]


@contextmanager
def new_workbook(file: str | IO[bytes], title: str, author: str) -> Generator[Sheets]:
    """A workbook that is written into `file`, of which only one row is in memory."""
    book: Any
    # What XlsxWriter puts aside it leaves behind when the disk is full.
    with TemporaryDirectory(prefix="gst-ims-") as folder, Workbook(file, _OPTIONS | {"tmpdir": folder}) as book:
        book.set_properties({"title": title, "author": author})
        yield Sheets(book)


class Sheets:
    """Writes tables into one workbook. A format is made once, when it is needed first."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self._formats: dict[tuple[tuple[str, object], ...], Any] = {}
        self.bold = self.format(bold=True, bottom=1)

    def format(self, **look: object) -> Any:
        """A format that looks so."""
        key = tuple(look.items())
        if key not in self._formats:
            self._formats[key] = self.book.add_format(look)
        return self._formats[key]

    def add(self, table: Table, rows: Iterator[Row], finish: Finish | None = None) -> int:
        """The sheet of a table, and more of them where there are many rows. Returns how many those are.

        Each sheet is handed to `finish` with the line of its last row.
        """
        written = 0
        for number in count(1):
            sheet = self.book.add_worksheet(table.title if number == 1 else f"{table.title} {number}")
            sheet.freeze_panes(1, table.frozen)
            for place, column in enumerate(table.columns):
                free = self.format(bg_color="#FFF8DC", num_format="@") if column.kind is Kind.FREE else None
                sheet.set_column(place, place, column.width, free, {"hidden": column.kind is Kind.HIDDEN})
            self.headings(sheet, table, 0)
            used = 0
            for used, row in enumerate(islice(rows, MOST), 1):
                self.row(sheet, table, used, row)
            if finish:
                finish(sheet, max(used, 1))
            sheet.autofilter(0, 0, max(used, 1), len(table.columns) - 1)
            written += used
            if used < MOST:
                break
        return written

    def headings(self, sheet: Any, table: Table, line: int) -> None:
        """The headings of a table in a line."""
        for place, column in enumerate(table.columns):
            sheet.write_string(line, place, column.heading, self.bold)

    def row(self, sheet: Any, table: Table, line: int, row: Row) -> None:
        """A row in a line, each value as its column is."""
        for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
            if value is not None:
                self._cell(sheet, line, place, column.kind, value)

    def _cell(self, sheet: Any, line: int, place: int, kind: Kind, value: Any) -> None:
        if kind is Kind.MONEY:
            sheet.write_number(line, place, rupees(value), self.format(num_format=money_format(value)))
        elif kind is Kind.COUNT:
            sheet.write_number(line, place, value)
        elif kind is Kind.SHARE:
            sheet.write_number(line, place, value, self.format(num_format="0.0%"))
        elif kind is Kind.DAY:
            sheet.write_datetime(line, place, value, self.format(num_format="dd-mm-yyyy"))
        elif kind is Kind.MOMENT:  # Excel knows no zones
            local = value.astimezone(IST).replace(tzinfo=None)
            sheet.write_datetime(line, place, local, self.format(num_format="dd-mm-yyyy hh:mm:ss"))
        else:
            sheet.write_string(line, place, _text(kind, value), self.format(num_format="@"))


def money_format(paise: int) -> str:
    """Excel's format for an amount in lakh and crore.

    One format can tell three sizes apart, all of them above zero: an amount below it, or of a hundred crore and more,
    has its own.
    """
    if 0 <= paise < _CRORES_100:
        return RUPEES
    digits = len(str(abs(paise) // 100))
    pairs = r"##\," * max((digits - 2) // 2, 0)
    grouped = f"{pairs}##0.00" if digits > 3 else "0.00"
    return grouped if paise >= 0 else f"{grouped};-{grouped}"


def _text(kind: Kind, value: Any) -> str:
    if kind is Kind.SECTION:
        return value.upper()
    return str(Period.of(value)) if kind is Kind.PERIOD else str(value)
