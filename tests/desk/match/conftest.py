"""A register to match at the desk, and a seller whose documents the portal has."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.sync import service as syncing

HEADINGS = ("Supplier GSTIN", "Invoice No", "Invoice Date", "Taxable Value", "IGST", "CGST", "SGST", "Cess")
Books = Callable[..., registers.Kept]


@pytest.fixture
def books(desk: Desk, mine: Gstin, asha: Person, tmp_path: Path) -> Books:
    """Keep the books: rows of supplier, number, date, taxable value and IGST in rupees."""

    def keep(rows: list[tuple[str, ...]], label: str = "tally") -> registers.Kept:
        path = tmp_path / f"{label}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([HEADINGS, *((*row, "0", "0", "0") for row in rows)])
        with read([path], mine) as register:
            return registers.keep(desk, asha, mine, label, register, {path.name: "0" * 64})

    return keep


@pytest.fixture
def seller(desk: Desk, mine: Gstin) -> str:
    """Who sold what the portal shows, which the desk has read."""
    syncing.sync(desk, mine)
    with desk.of([mine]) as db:
        return next(iter(syncing.queries.records(db, gstin=mine, sync=1))).stin


def line(seller: str, n: int, number: str = "", more: float = 0) -> tuple[str, ...]:
    """The n-th invoice of the portal, in the books."""
    taxable = 1000 + n + more
    return seller, number or f"INV-{n}", "05-10-2025", f"{taxable:.2f}", f"{taxable * 0.18:.2f}"
