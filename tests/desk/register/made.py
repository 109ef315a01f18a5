"""Made-up registers as files, and what is read of them."""

from __future__ import annotations

import csv
import io
import json
import struct
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook

from gst_ims.core.gstin import check_digit
from gst_ims.desk.register import Register

RTIN = "27AAXCT0001K1Z6"
#: Suppliers of Gujarat, of Karnataka and of the recipient's own state.
GUJARAT, KARNATAKA, HOME = "24AAXCT0003K1ZA", "29AAXCT0004K1ZZ", "27AAXCE0008K1CP"

HEADINGS = [
    *("GSTIN of supplier", "Invoice number", "Invoice Date", "Invoice Value", "Rate (%)", "Taxable Value"),
    *("Integrated Tax", "Central Tax", "State/UT Tax", "Cess"),
]

Cells = Sequence[Any]


def row(number: str = "A-1", **more: Any) -> list[Any]:
    """A row under HEADINGS: 1,000.00 at 18% from Gujarat, unless `more` says otherwise."""
    usual: dict[str, Any] = {"stin": GUJARAT, "number": number, "day": "25-11-2025", "value": "1180.00", "rate": "18"}
    usual |= {"taxable": "1000.00", "igst": "180.00", "cgst": "0", "sgst": "0", "cess": "0"}
    assert more.keys() <= usual.keys()
    return list((usual | more).values())


def supplier(nth: int, state: str = "24") -> str:
    """One of a hundred thousand GSTINs."""
    letters = "".join(chr(ord("A") + nth // 26**place % 26) for place in range(4))
    first = f"{state}{letters}T{nth % 10_000:04}K1Z"
    return first + check_digit(first)


def text(rows: Sequence[Cells], delimiter: str = ",") -> str:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue()


def csv_file(folder: Path, rows: Sequence[Cells], name: str = "books.csv") -> Path:
    path = folder / name
    path.write_text(text(rows), newline="")
    return path


def xlsx(
    folder: Path,
    sheets: dict[str, Sequence[Cells]],
    merged: Sequence[tuple[int, int, int, int, str]] = (),
    name: str = "books.xlsx",
    hidden: Collection[str] = (),
    **options: Any,
) -> Path:
    """A workbook: texts as texts, numbers as numbers, dates as dates. `merged`: first row, column, last, text."""
    path = folder / name
    with Workbook(str(path), options) as book:
        days = book.add_format({"num_format": "dd/mm/yyyy"})
        for title, rows in sheets.items():
            sheet = book.add_worksheet(title)
            if title in hidden:
                sheet.hide()
            for at, cells in enumerate(rows):
                for column, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(at, column, cell, days)
                    elif isinstance(cell, str):
                        sheet.write_string(at, column, cell)
                    elif cell is not None:
                        sheet.write_number(at, column, cell)
            for first, left, last, right, said in merged:
                sheet.merge_range(first, left, last, right, said)
    return path


def xls(folder: Path, rows: Sequence[Cells], name: str = "books.xls") -> Path:
    """A workbook of Excel 97: BIFF8 records in one stream of a compound file."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    sheet = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0))
    for at, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, int | float):
                sheet += record(0x0203, struct.pack("<HHHd", at, column, 0, cell))
            elif cell:
                said = str(cell).encode("utf-16-le")
                sheet += record(0x0204, struct.pack("<HHHHB", at, column, 0, len(said) // 2, 1) + said)
    sheet += record(0x000A, b"")
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    begin += record(0x0042, struct.pack("<H", 1200))
    title = b"Sheet1"
    length = len(begin) + 4 + 8 + len(title) + 4
    begin += record(0x0085, struct.pack("<IHBB", length, 0, len(title), 0) + title) + record(0x000A, b"")
    path = folder / name
    path.write_bytes(_compound(begin + sheet))
    return path


def _compound(stream: bytes) -> bytes:
    """A compound file with one stream, Workbook, in sectors of 512 bytes, long enough to be no small one."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    assert sectors < 126
    chain = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, sectors + 2), 0xFFFFFFFE]
    fat = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        said = (name + "\0").encode("utf-16-le")
        free = 0xFFFFFFFF
        body = said.ljust(64, b"\0") + struct.pack("<HBBIII", len(said), kind, 1, free, free, child)
        return body + bytes(36) + struct.pack("<IQ", start, size)

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, len(stream))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return header + fat + directory.ljust(512, b"\0") + stream


def documents(register: Register) -> list[dict[str, Any]]:
    """The documents, with `source` read and `notes` beside it."""
    relation = register.documents
    found = [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]
    for document in found:
        document["source"] = json.loads(document["source"])
        document["notes"] = document["source"].get("notes")
    return found


def amounts(document: dict[str, Any]) -> tuple[int, ...]:
    """Value, taxable and the four taxes, in paise."""
    return tuple(document[name] for name in ("value", "taxable", "igst", "cgst", "sgst", "cess"))


def reasons(register: Register, kind: str = "rejected") -> list[tuple[int, str, str]]:
    """Row, heading and reason of what is said about rows."""
    found = register.problems.filter(f"kind = '{kind}'").order("row").fetchall()
    return [(row, heading, reason) for _, _, row, heading, _, reason in found]
