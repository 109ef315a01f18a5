"""What commands print: one list of columns, as a table for people, as JSON or as CSV for programs.

Data goes to stdout, everything else to stderr.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from gst_ims.core.document import print_date
from gst_ims.core.money import indian, paise
from gst_ims.core.spreadsheet import Value, for_spreadsheet

T = TypeVar("T")
_encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode
#: The least room for sentences.
_WRAPPED = 20


class Form(StrEnum):
    """How data is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True)
class Column(Generic[T]):
    """A column: its name for programs, its heading for people, and what of a row stands in it.

    Where a table is too wide, columns of the highest rank are left out first; those of rank 0 never are. A column
    without a heading is for programs only, and an empty one of another rank isn't shown.
    """

    name: str
    of: Callable[[T], Value]
    heading: str = ""
    rank: int = 0
    #: What stands in the table, where that isn't what programs get.
    shown: Callable[[T], Value] | None = None
    #: Whether it has sentences, which are wrapped in what room is left.
    wraps: bool = False


def show(columns: Sequence[Column[T]], rows: Iterable[T], form: Form) -> int:
    """Print rows, and say how many there were. JSON and CSV are written row by row."""
    if form is Form.JSON:
        return write_json({column.name: column.of(row) for column in columns} for row in rows)
    if form is Form.CSV:
        return write_csv([column.name for column in columns], ([column.of(row) for column in columns] for row in rows))
    headed = [column for column in columns if column.heading]
    values = [[(column.shown or column.of)(row) for column in headed] for row in rows]
    if values:
        _table(headed, values)
    return len(values)


def named(columns: Sequence[Column[T]], rows: Iterable[T]) -> list[dict[str, Value]]:
    """Rows as programs get them, by the names of the columns."""
    return [{column.name: column.of(row) for column in columns} for row in rows]


def write_json(rows: Iterable[object]) -> int:
    """One JSON array, with one row a line. Amounts are numbers with two decimals, dates YYYY-MM-DD."""
    count = 0
    for count, row in enumerate(rows, 1):
        sys.stdout.write(("[\n" if count == 1 else ",\n") + _encode(row).decode())
    sys.stdout.write("\n]\n" if count else "[]\n")
    return count


def write_object(value: object) -> None:
    """One JSON object on one line."""
    sys.stdout.write(_encode(value).decode() + "\n")


def write_csv(names: Sequence[str], rows: Iterable[Sequence[Value]]) -> int:
    """CSV with a heading (RFC 4180), for spreadsheets too: no text in it is a formula."""
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(names)
    count = 0
    for row in rows:
        writer.writerow([for_spreadsheet(value) for value in row])
        count += 1
    return count


def for_people(value: Value) -> str:
    """A value as people read it: rupees in Indian grouping, DD-MM-YYYY HH:MM, nothing that steers a terminal."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if isinstance(value, Decimal):
        return indian(paise(value))
    if isinstance(value, datetime):
        return f"{print_date(value)} {value:%H:%M}"
    if isinstance(value, date):
        return print_date(value)
    return "".join(char if char.isprintable() else "\ufffd" for char in str(value))


def say(words: str) -> None:
    """A line for people, on stderr."""
    sys.stderr.write(f"{words}\n")


def counted(count: int, noun: str) -> str:
    """Such as 1 record, 12 records."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _table(columns: Sequence[Column[T]], values: list[list[Value]]) -> None:
    console = Console(highlight=False)
    cells = [[Text(for_people(value)) for value in row] for row in values]
    widths = [
        _WRAPPED if column.wraps else max(len(column.heading), *(row[i].cell_len for row in cells))
        for i, column in enumerate(columns)
    ]
    kept = [i for i, column in enumerate(columns) if column.rank == 0 or any(row[i].plain for row in cells)]

    def fits(gap: int) -> bool:
        return sum(widths[i] for i in kept) + gap * (len(kept) - 1) <= console.width

    gap = 2
    while not fits(gap) and (rank := max(columns[i].rank for i in kept)):
        if rank <= 2 and gap == 2:
            gap = 1
        else:
            kept.remove(max(i for i in kept if columns[i].rank == rank))
    gap = gap if fits(gap) else 1
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="bold")
    for i in kept:
        number = all(isinstance(row[i], int | Decimal | None) and not isinstance(row[i], bool) for row in values)
        # What doesn't fit goes on in the next line, and is never cut.
        table.add_column(columns[i].heading, justify="right" if number else "left", overflow="fold")
    for row in cells:
        table.add_row(*(row[i] for i in kept))
    with console.capture() as captured:
        console.print(table)
    # Rich fills the last column up.
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
