"""Purchase registers: what a company's books say of the documents that a portal has, with the usual mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.client.record import Record
from gst_ims.core.money import paise, rupees
from gst_ims.core.section import Section
from gst_ims.synthetic.ledgers import slips
from gst_ims.synthetic.ledgers.side import Row

#: What is booked, and on which sheet. What amends is booked as what it amends.
SHEETS = {Section.B2B: "B2B", Section.B2BDN: "Debit Notes", Section.B2BCN: "Credit Notes"}
_EPOCH = date(1970, 1, 1)
_AMOUNTS = ("value", "taxable", "igst", "cgst", "sgst", "cess")
#: Of a hundred documents so many have a mistake of a kind, are missing, or stand there twice; the rest are as reported.
_MISTAKES = {
    "number_format": 8,
    "rounded": 4,
    "other_amount": 5,
    "date_shifted": 3,
    "number_typo": 2,
    "heads_swapped": 1,
}
_MISSING, _TWICE, _UNREPORTED = 6, 1, 3
_COLUMNS = (
    *("Supplier GSTIN", "Supplier Name", "Invoice Number", "Invoice Date", "Place of Supply", "Invoice Value"),
    *("Taxable Value", "IGST", "CGST", "SGST", "Cess"),
)


def booked(records: Iterable[Record], seed: int) -> Iterator[tuple[Section, Row]]:
    """What the books say of the records: the same for the same records and seed."""
    for record in records:
        if record.section not in SHEETS:
            continue
        rng = Random(f"{seed} {record.key}")  # noqa: S311 - made-up data is to be the same each time
        draw = rng.randrange(100)
        row = _row(record)
        if draw < _MISSING:
            continue
        yield record.section, _slipped(rng, row, rng.randrange(100))
        if draw < _MISSING + _TWICE:
            yield record.section, row
        elif draw < _MISSING + _TWICE + _UNREPORTED:
            yield record.section, row | {"number": f"{row['number'][:12]}-{rng.randrange(10, 99)}"}


def write(path: Path, records: Iterable[Record], seed: int) -> None:
    """Write a register as a workbook, a sheet for each kind of document."""
    day = {"num_format": "dd-mm-yyyy"}
    made: Any = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    with made as book:
        dates = book.add_format(day)
        sheets: dict[Section, Any] = {section: book.add_worksheet(name) for section, name in SHEETS.items()}
        lines = dict.fromkeys(SHEETS, 0)
        for sheet in sheets.values():
            sheet.write_row(0, 0, _COLUMNS)
        for section, row in booked(records, seed):
            lines[section] += 1
            sheet = sheets[section]
            sheet.write_row(lines[section], 0, (row["stin"], row["trade_name"], row["number"]))
            sheet.write_datetime(lines[section], 3, _EPOCH + timedelta(days=row["document_date"]), dates)
            sheet.write_string(lines[section], 4, row["pos"])
            sheet.write_row(lines[section], 5, [rupees(row[name]) for name in _AMOUNTS])


def _row(record: Record) -> Row:
    """As the mistakes take it: amounts in paise, the date in days."""
    told = {name: getattr(record, name) for name in ("stin", "trade_name", "number", "pos")}
    return (
        told
        | {"document_date": (record.date - _EPOCH).days}
        | {name: paise(getattr(record, name)) for name in _AMOUNTS}
    )


def _slipped(rng: Random, row: Row, draw: int) -> Row:
    for name, share in _MISTAKES.items():
        if draw < share:
            made: Row = getattr(slips, name)(rng, row)
            return made
        draw -= share
    return row
