"""Excel in the hands of a person: what a workbook shows, and what becomes of it when somebody works in it."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, cast

from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

Cells = list[list[Any]]


def sheets(path: Path) -> dict[str, Cells]:
    """All cells of all sheets."""
    with CalamineWorkbook.from_path(path) as book:
        return {name: cast("Cells", book.get_sheet_by_name(name).to_python()) for name in book.sheet_names}


def table(path: Path, sheet: str) -> list[dict[str, Any]]:
    """The rows of a sheet by their headings."""
    headings, *rows = sheets(path)[sheet]
    return [dict(zip(headings, row, strict=True)) for row in rows]


def parts(path: Path, pattern: str) -> list[str]:
    """The XML of a workbook's parts."""
    with zipfile.ZipFile(path) as archive:
        return [archive.read(name).decode() for name in sorted(archive.namelist()) if re.search(pattern, name)]


def rewritten(path: Path, *changes: Callable[[Cells], object], sheet: str = "Worklist") -> Path:
    """A workbook after somebody changed a sheet, and Excel saved it. Each change gets all of its cells."""
    content = sheets(path)
    for change in changes:
        change(content[sheet])
    made = path.with_name(f"{path.stem}-edited.xlsx")
    book: Any
    with Workbook(str(made), {"strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "dd-mm-yyyy"})
        for name, rows in content.items():
            page = book.add_worksheet(name)
            for line, row in enumerate(rows):
                for place, value in enumerate(row):
                    if isinstance(value, date | datetime):
                        page.write_datetime(line, place, value, day)
                    else:
                        page.write(line, place, value)
    return made


def column(cells: Cells, heading: str) -> int:
    return cells[0].index(heading)


def line_of(cells: Cells, number: str) -> list[Any]:
    """The row of a document's number."""
    place = column(cells, "Number")
    return next(row for row in cells if row[place] == number)


def write(number: str, **words: Any) -> Callable[[Cells], None]:
    """Write into the row of a document: Decision="Reject", and so on; `_` in a heading is a space."""

    def change(cells: Cells) -> None:
        for heading, word in words.items():
            line_of(cells, number)[column(cells, heading.replace("_", " "))] = word

    return change
