"""Documents as a chartered accountant writes them in a case, and as matching takes them."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from gst_ims.core.money import paise

BUYER = "27AAPFU0939F1ZV"
#: Suppliers by their names in cases.
SUPPLIERS = {
    "Anu": "29AAGCB7383J1Z4",
    "Anu in Delhi": "07AAGCB7383J1ZA",
    "Anu, mistyped": "29AAGCB7883J1Z4",
    "Deva": "24AAACC1206D1ZM",
    "Nila": "33AABCT3518Q1ZV",
}
TABLE = """
create table {name} (id varchar, rtin varchar, stin varchar, section varchar, number varchar, document_date date,
    period date, original_number varchar, original_date date, pos varchar, value bigint, taxable bigint, igst bigint,
    cgst bigint, sgst bigint, cess bigint, reverse_charge boolean, source varchar)
"""
_WORDS = ("number", "date", "taxable", "igst", "cgst", "sgst", "cess", "value", "section", "supplier", "original")
_WORDS += ("original date", "reverse charge", "pos", "id", "recipient")


def text(value: object) -> str | None:
    """YAML takes some texts for numbers."""
    return None if value is None else str(value)


def document(row: dict[str, Any], place: int = 1, supplier: str = "Anu") -> dict[str, Any]:
    """A row of a case, with what it leaves out: IGST at 18 per cent unless a tax is given, a date in November 2025."""
    assert set(row) <= set(_WORDS), f"unknown words in a case: {sorted(set(row) - set(_WORDS))}"
    taxable = paise(str(row["taxable"]))
    taxes = {head: paise(str(row[head])) for head in ("igst", "cgst", "sgst", "cess") if head in row}
    taxes = {"igst": 0, "cgst": 0, "sgst": 0, "cess": 0} | (taxes or {"igst": taxable * 18 // 100})
    total = taxable + sum(taxes.values())
    seller = str(row.get("supplier", supplier))
    return {
        "id": str(row.get("id", place)),
        "rtin": row.get("recipient", BUYER),
        "stin": SUPPLIERS.get(seller, seller),
        "section": row.get("section", "b2b"),
        "number": text(row["number"]),
        "document_date": row.get("date", date(2025, 11, 15)),
        "period": None,
        "original_number": text(row.get("original")),
        "original_date": row.get("original date"),
        "pos": text(row.get("pos")),
        "value": paise(str(row["value"])) if "value" in row else total,
        "taxable": taxable,
        **taxes,
        "reverse_charge": row.get("reverse charge", False),
        "source": "{}",
    }


@cache
def empty() -> Any:
    """No documents."""
    with duckdb.connect() as db:
        db.execute(TABLE.format(name="made"))
        return db.table("made").to_arrow_table()


def table(rows: list[dict[str, Any]]) -> Any:
    """Documents as an Arrow table."""
    columns = empty()
    return pa.Table.from_pylist(rows, columns.schema) if rows else columns


def ledger(rows: list[dict[str, Any]], supplier: str = "Anu") -> Any:
    """The rows of a side of a case as an Arrow table; their ids are their places."""
    return table([document(row, place, supplier) for place, row in enumerate(rows, 1)])
