"""Files as tables of text: workbooks, delimited text, parquet. Every cell becomes text, and nothing is left out.

Dates of a workbook become `2025-11-05T00:00:00`, numbers what Python writes for them. Rows are counted from 1 as a
person sees them: as Excel does, or by lines of text.
"""

from __future__ import annotations

import codecs
import csv
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow  # pyright: ignore[reportMissingTypeStubs]
from pyarrow import parquet  # pyright: ignore[reportMissingTypeStubs]
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from gst_ims.connect.errors import Unreadable
from gst_ims.connect.offline import archive

Row = list[str]
Numbered = tuple[int, Row]
#: From and to, each as row and column from 0.
Range = tuple[tuple[int, int], tuple[int, int]]

_ARROW: Any = pyarrow
_FILES: Any = parquet
#: The rows of a parquet file: it may have billions of the same in some kilobytes.
MOST_ROWS = 10_000_000
_PARQUET, _ZIP, OLE = b"PAR1", b"PK", b"\xd0\xcf\x11\xe0"
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_DELIMITERS = ",;\t|"
_PEEKED = 1 << 16
_LONGEST = 1 << 20


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook, or all of another file."""

    file: str
    #: Empty where the file has no sheets.
    name: str
    #: The rows with their numbers, each time from the first.
    rows: Callable[[], Iterator[Numbered]]
    #: The ranges of merged cells, by row number less one and column.
    merged: tuple[Range, ...] = ()
    #: Whether days are counted from 1904.
    since_1904: bool = False
    #: Whether Excel doesn't show it.
    hidden: bool = False


def sheets(path: Path) -> Iterator[Sheet]:
    """The sheets of a file that have cells. Raises Unreadable, saying what to do."""
    try:
        with path.open("rb") as file:
            begin = file.read(_PEEKED)
    except OSError as error:
        raise Unreadable(f"{path} can't be read: {error.strerror}.") from error
    if not begin.strip():
        raise Unreadable(f"{path.name} is empty: export the register again.")
    if begin.startswith(_PARQUET):
        yield Sheet(path.name, "", lambda: _parquet(path))
    elif begin.startswith((_ZIP, OLE)):
        yield from _workbook(path)
    else:
        yield _text(path, begin)


def _workbook(path: Path) -> Iterator[Sheet]:
    try:
        if zipfile.is_zipfile(path):
            archive.check(path)
        with CalamineWorkbook.from_path(str(path)) as book:  # pyright: ignore[reportUnknownMemberType]
            since_1904 = _since_1904(path)
            for said in book.sheets_metadata:
                sheet = book.get_sheet_by_name(said.name)
                if sheet.start is not None:
                    yield _sheet(path.name, sheet, since_1904, hidden=said.visible != SheetVisibleEnum.Visible)
    except PasswordError as error:
        raise Unreadable(f"{path.name} is protected by a password: open it, save it without one, try again.") from error
    except (CalamineError, OSError, zipfile.BadZipFile) as error:
        raise Unreadable(
            f"{path.name} isn't a workbook, is damaged, or is protected by a password ({error}): open it in Excel and "
            "save it anew as .xlsx or CSV."
        ) from error


def _sheet(file: str, sheet: CalamineSheet, since_1904: bool, *, hidden: bool) -> Sheet:
    # Calamine gives the empty rows above, but not the empty columns before.
    _, left = sheet.start or (0, 0)
    pad = [""] * left

    def rows() -> Iterator[Numbered]:
        for number, cells in enumerate(sheet.iter_rows(), 1):
            yield number, pad + [cell if type(cell) is str else _cell(cell) for cell in cells]

    return Sheet(file, sheet.name, rows, tuple(sheet.merged_cell_ranges or ()), since_1904, hidden)


def _cell(cell: object) -> str:
    """A cell as text. Of a number of more than 15 digits Excel has lost the last: it is written with an exponent."""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat()
    if isinstance(cell, date):
        return f"{cell.isoformat()}T00:00:00"
    if isinstance(cell, time | timedelta):
        return f"{cell}"
    return "" if cell is None else str(cell)


def _since_1904(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as book:
        if "xl/workbook.xml" not in book.namelist():
            return False
        said = book.open("xl/workbook.xml").read(_LONGEST)
    return b'date1904="1"' in said or b'date1904="true"' in said


def _text(path: Path, begin: bytes) -> Sheet:
    encoding = _encoding(path, begin)
    peeked = begin.decode(encoding, errors="ignore")
    if "\0" in peeked:
        raise Unreadable(f"{path.name} isn't a table: export the register as .xlsx, CSV or parquet.")
    delimiter = _delimiter(peeked)

    def rows() -> Iterator[Numbered]:
        with path.open(encoding=encoding, newline="") as file:
            reader = csv.reader(file, delimiter=delimiter)
            last = 0
            try:
                for cells in reader:
                    # A row begins after the last line of the one before it.
                    yield last + 1, cells
                    last = reader.line_num
            except csv.Error as error:
                raise Unreadable(f"{path.name}, line {reader.line_num}: {error}. Export it again.") from error
            except UnicodeDecodeError as error:
                raise Unreadable(
                    f"{path.name} has bytes that are no text in {encoding}: export it as UTF-8, or as .xlsx."
                ) from error

    return Sheet(path.name, "", rows)


def _encoding(path: Path, begin: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if begin.startswith(mark):
            return encoding
    # Without a mark UTF-16 shows by the zeros of its plain letters.
    if begin[1::2].count(0) > len(begin) // 4:
        return "utf-16-le"
    if begin[::2].count(0) > len(begin) // 4:
        return "utf-16-be"
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while piece := file.read(_LONGEST):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _delimiter(text: str) -> str:
    """The sign that divides most lines into most, and equally many, cells."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]

    def fit(delimiter: str) -> tuple[int, int]:
        widths = [len(cells) for cells in csv.reader(lines, delimiter=delimiter)]
        usual = max(set(widths), key=lambda width: (widths.count(width) * (width > 1), width), default=1)
        return widths.count(usual) * (usual > 1), usual

    return max(_DELIMITERS, key=fit)


def _parquet(path: Path) -> Iterator[Numbered]:
    try:
        with _FILES.ParquetFile(path) as file:
            if file.metadata.num_rows > MOST_ROWS:
                raise Unreadable(f"{path.name} has more than {MOST_ROWS:,} rows: export the register in parts.")
            yield 1, [str(name) for name in file.schema_arrow.names]
            number = 2
            for batch in file.iter_batches(10_000):
                columns = [_column(column.to_pylist()) for column in batch.columns]
                for cells in zip(*columns, strict=True):
                    yield number, list(cells)
                    number += 1
    except (_ARROW.lib.ArrowException, OSError) as error:
        raise Unreadable(f"{path.name} isn't parquet, or is damaged ({error}): export it again.") from error


def _column(values: Sequence[object]) -> Iterable[str]:
    return [value if type(value) is str else _cell(value) for value in values]
