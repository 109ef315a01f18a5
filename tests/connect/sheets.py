"""Workbooks as people make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook


def book(
    file: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], merged: Sequence[tuple[int, int, int, str]] = ()
) -> Path:
    """A workbook: texts as texts, numbers as numbers, dates as dates. `merged`: row, from column, to column, text."""
    with Workbook(str(file)) as made:
        days = made.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for row, left, right, text in merged:
                sheet.merge_range(row, left, row, right, text)
            for at, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(at, column, cell)
                    elif isinstance(cell, date):
                        sheet.write_datetime(at, column, cell, days)
                    elif cell is not None:
                        sheet.write_number(at, column, cell)
    return file


def rows_of(file: Path) -> dict[str, list[list[Any]]]:
    """What stands in a workbook."""
    with CalamineWorkbook.from_path(file) as opened:
        return {name: opened.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in opened.sheet_names}


def fill_in(file: Path, words: Mapping[str, Mapping[str, Any]]) -> None:
    """Fill in cells of an exported workbook, by document number and heading, and save it as a person would."""
    sheets = rows_of(file)
    for rows in sheets.values():
        headings = rows[0]
        for row in rows[1:]:
            for heading, cell in words.get(row[headings.index("Number")], {}).items():
                row[headings.index(heading)] = cell
    file.unlink()
    book(file, sheets)
