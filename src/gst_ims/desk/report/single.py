"""One table as a file: a workbook for people, CSV for programs. Written row by row, however many there are."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import IO, Any, Final, Literal

from gst_ims.core.clock import IST
from gst_ims.core.money import rupees
from gst_ims.core.period import Period
from gst_ims.core.spreadsheet import for_spreadsheet
from gst_ims.desk.report.sheets import new_workbook
from gst_ims.desk.report.tables import Kind, Row, Table

Form = Literal["xlsx", "csv"]
FORMS: Final[tuple[Form, ...]] = ("xlsx", "csv")


def write_table(file: IO[bytes], table: Table, rows: Iterable[Row], form: Form, author: str) -> None:
    """Write a table into an open file.

    In the workbook amounts are rupees in lakh and crore, and days are days. In CSV (RFC 4180, UTF-8, headings first)
    amounts have two decimals and no commas, days are YYYY-MM-DD, moments are of India, and no text is a formula.
    """
    if form == "xlsx":
        with new_workbook(file, table.title, author) as write:
            write.add(table, iter(rows))
        return
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([for_spreadsheet(column.heading) for column in table.columns])
    plain = [_PLAIN.get(column.kind, str) for column in table.columns]
    for row in rows:
        writer.writerow([None if it is None else for_spreadsheet(of(it)) for of, it in zip(plain, row, strict=True)])
    text.detach()


def _same(value: int | date) -> int | date:
    return value


def _moment(value: datetime) -> str:
    return value.astimezone(IST).isoformat(timespec="seconds")


def _period(value: date) -> str:
    return str(Period.of(value))


_PLAIN: dict[Kind, Callable[[Any], Any]] = {
    Kind.MONEY: rupees,
    Kind.COUNT: _same,
    Kind.DAY: _same,
    Kind.MOMENT: _moment,
    Kind.PERIOD: _period,
    Kind.SECTION: str.upper,
}
