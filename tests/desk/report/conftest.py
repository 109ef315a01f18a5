"""A desk that has read its portal and books, and matched them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.api import Taxpayer

from gst_ims.client.record import Record
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Section
from gst_ims.desk.desk import Desk
from gst_ims.desk.match import service as matching
from gst_ims.desk.people.service import Person
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.sync import service as syncing

HEADINGS = ("Supplier GSTIN", "Type", "Invoice No", "Invoice Date", "Taxable Value", "IGST")
Standing = Callable[[], dict[str, Record]]


def as_booked(record: Record, **changes: Any) -> tuple[str, ...]:
    """A record as a row of the books."""
    kind = {"b2b": "Invoice", "b2bcn": "Credit Note", "b2bdn": "Debit Note"}[record.section]
    row = {"number": record.number, "date": f"{record.date:%d-%m-%Y}", "taxable": record.taxable, "igst": record.igst}
    row |= changes
    return record.stin, kind, *(str(row[name]) for name in ("number", "date", "taxable", "igst"))


def keep_books(desk: Desk, by: Person, gstin: Gstin, path: Path, rows: list[tuple[str, ...]]) -> None:
    """Write rows to a register, and have the desk read it."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *rows])
    with read([path], gstin) as register:
        registers.keep(desk, by, gstin, path.stem, register, {path.name: "0" * 64})


@pytest.fixture
def standing(desk: Desk, mine: Gstin) -> Standing:
    """The records as the desk read them last, by their numbers."""

    def read_them() -> dict[str, Record]:
        with desk.of([mine]) as db:
            rows = db.execute("select section, source from desk.record where gstin = %s and until is null", [mine])
            found = [Record.read(Section(row.section), row.source.encode()) for row in rows]
        return {record.number: record for record in found}

    return read_them


@pytest.fixture
def compared(desk: Desk, mine: Gstin, asha: Person, standing: Standing, tmp_path: Path, recipient: Taxpayer) -> Gstin:
    """Of twelve documents the books have eight: INV-1 with less, CN-2 not, DN-* not, and one that the portal hasn't."""
    syncing.sync(desk, mine)
    rows = [
        as_booked(it, **({"taxable": it.taxable - 100, "igst": it.igst - 18} if it.number == "INV-1" else {}))
        for it in standing().values()
        if it.number not in ("INV-6", "CN-2", "DN-0", "DN-1")
    ]
    any_stin = next(iter(standing().values())).stin
    rows.append((any_stin, "Invoice", "X-9", "07-10-2025", "5000.00", "900.00"))
    keep_books(desk, asha, mine, tmp_path / "tally.csv", rows)
    matching.run(desk, mine, asha.name)
    return mine
