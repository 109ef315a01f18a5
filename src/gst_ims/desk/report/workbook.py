"""A report as a workbook: for people to read, sort, filter, and decide in.

Every text is written as text: nobody's words are a formula, and a number of sixteen digits is no number.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import count, islice
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.connect.whole import new_file
from gst_ims.connect.workbook import MOST, REDUCTIONS, RUPEES
from gst_ims.core.clock import IST
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import rupees
from gst_ims.core.period import Period
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.report.service import About, Report, Row, open_report
from gst_ims.desk.report.tables import SHEETS, SUMMARY, WORKLIST, Kind, Table

#: What can be decided in the worklist; an empty cell decides nothing.
DECISIONS = ("Accept", "Reject", "Pending")
_CRORES_100 = 1_000_000_000_00
_OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


def write_workbook(desk: Desk, by: Person, gstin: Gstin, path: Path, period: Period | None = None) -> dict[str, int]:
    """Write a report into a new workbook, a sheet for each table. Returns how many rows each has.

    What is more than a sheet holds goes on in another one. Raises NotAllowed, AlreadyThere, Unwritable: the file is
    there whole or not at all.
    """
    counts: dict[str, int] = {}
    with open_report(desk, by, gstin, period) as report, new_file(path) as part:
        book: Any
        with Workbook(str(part), _OPTIONS) as book:
            book.set_properties({"title": f"GST-IMS {gstin} {report.about.period}", "author": by.name})
            write = _Writer(book)
            counts |= write.summary(report)
            for table in SHEETS:
                counts[table.name] = write.sheets(table, report.rows(table))
    return counts


class _Writer:
    """Writes into one workbook. A format is made once, when it is needed first."""

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

    def summary(self, report: Report) -> dict[str, int]:
        """The first sheet: what the report was made of, and sums below one another."""
        counts: dict[str, int] = {}
        sheet = self.book.add_worksheet("Summary")
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 5, 20)
        line = 0
        for line, (words, value) in enumerate(_head(report.about)):
            sheet.write_string(line, 0, words, self.format(bold=True))
            sheet.write_string(line, 1, value)
        for table in SUMMARY:
            line += 2
            sheet.write_string(line, 0, table.title, self.format(bold=True, font_size=12))
            line += 1
            self._headings(sheet, table, line)
            first = line + 1
            for row in report.rows(table):
                line += 1
                self._row(sheet, table, line, row)
            counts[table.name] = line + 1 - first
        return counts

    def sheets(self, table: Table, rows: Iterator[Row]) -> int:
        """The sheet of a table, and more of them where there are many rows. Returns how many those are."""
        written = 0
        for number in count(1):
            sheet = self.book.add_worksheet(table.title if number == 1 else f"{table.title} {number}")
            sheet.freeze_panes(1, table.frozen)
            for place, column in enumerate(table.columns):
                free = self.format(bg_color="#FFF8DC", num_format="@") if column.kind is Kind.FREE else None
                sheet.set_column(place, place, column.width, free, {"hidden": column.kind is Kind.HIDDEN})
            self._headings(sheet, table, 0)
            used = 0
            for used, row in enumerate(islice(rows, MOST), 1):
                self._row(sheet, table, used, row)
            if table is WORKLIST:
                _offer(sheet, max(used, 1))
            sheet.autofilter(0, 0, max(used, 1), len(table.columns) - 1)
            written += used
            if used < MOST:
                break
        return written

    def _headings(self, sheet: Any, table: Table, line: int) -> None:
        for place, column in enumerate(table.columns):
            sheet.write_string(line, place, column.heading, self.bold)

    def _row(self, sheet: Any, table: Table, line: int, row: Row) -> None:
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


def _offer(sheet: Any, last: int) -> None:
    """The words that can be written where people decide."""
    headings = [column.heading for column in WORKLIST.columns]
    for heading, words in (("Decision", DECISIONS), ("Reduce credit", REDUCTIONS)):
        place = headings.index(heading)
        sheet.data_validation(1, place, last, place, {"validate": "list", "source": list(words), "ignore_blank": True})


def _head(about: About) -> Iterable[tuple[str, str]]:
    def at(moment: datetime | None) -> str:
        return "" if moment is None else f" of {moment.astimezone(IST):%d-%m-%Y %H:%M}"

    def day(it: date) -> str:
        return f"{it:%d-%m-%Y}"

    return (
        ("Taxpayer", about.gstin),
        ("Name", about.name),
        ("Tax period", str(about.period)),
        ("Made", f"{about.made_at.astimezone(IST):%d-%m-%Y %H:%M} by {about.made_by}"),
        ("Reading of the portal", f"{about.reading or 'none'}{at(about.read_at)}"),
        ("Matching", f"{about.matching or 'none'}{at(about.matched_at)}"),
        ("Books", about.books or "none"),
        ("Policy", about.policy or "none"),
        ("Decisions and audit", f"{day(about.begins)} to {day(about.ends)}"),
    )
