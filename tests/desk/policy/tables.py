"""Records, findings and books as Arrow tables, of which a test says what matters to it."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pyarrow  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.core.gstin import Gstin
from gst_ims.desk.policy.view import Recipient, Tables

_ARROW: Any = pyarrow

RECIPIENT = Recipient(Gstin("27AAPFU0939F1ZV"), "monthly", date(2025, 12, 15))
SUPPLIER = "24AAXCT0003K1ZA"

_TEXTS = ("id", "section", "stin", "number", "form", "trade_name", "invoice_type", "original_number", "pos", "action")
_TEXTS = (*_TEXTS, "remarks", "hash")
_DAYS = ("document_date", "period", "original_date")
_AMOUNTS = ("value", "taxable", "igst", "cgst", "sgst", "cess", "original_tax")
_AMOUNTS = (*_AMOUNTS, "declared_igst", "declared_cgst", "declared_sgst", "declared_cess")
_FLAGS = ("filed", "pending_blocked", "remarks_blocked", "reduction", "reduction_blocked", "compared")
_RECORD: dict[str, Any] = {
    **dict.fromkeys(_TEXTS, _ARROW.string()),
    **dict.fromkeys(_DAYS, _ARROW.date32()),
    **dict.fromkeys(_AMOUNTS, _ARROW.int64()),
    **dict.fromkeys(_FLAGS, _ARROW.bool_()),
}
_FINDING = {
    **{"id": _ARROW.string(), "bucket": _ARROW.string(), "score": _ARROW.int32(), "rule": _ARROW.string()},
    **{"partners": _ARROW.list_(_ARROW.string()), "differences": _ARROW.string()},
}
_BOOK = {"id": _ARROW.string(), "label": _ARROW.string(), "reverse_charge": _ARROW.bool_()}
_VENDOR = {"list": _ARROW.string(), "vendor": _ARROW.string()}
_SUPPLIER = {
    **{"stin": _ARROW.string(), "documents": _ARROW.int64(), "matched": _ARROW.int64(), "rejected": _ARROW.int64()},
    "first_seen": _ARROW.date32(),
}

Row = dict[str, Any]


def record(number: str = "INV-1", **said: Any) -> Row:
    """An invoice of 18 per cent IGST, filed, about which nothing has been decided. Amounts are paise."""
    row: Row = {
        **{"section": "b2b", "stin": SUPPLIER, "number": number, "period": date(2025, 11, 1), "form": "R1"},
        **{"trade_name": "Surat Textiles", "document_date": date(2025, 11, 5), "invoice_type": "R", "pos": "27"},
        **{"value": 1_180_00, "taxable": 1_000_00, "igst": 180_00, "cgst": 0, "sgst": 0, "cess": 0, "action": "N"},
        **{"filed": True, "pending_blocked": False, "remarks_blocked": False, "reduction_blocked": None},
        **{"hash": f"hash of {number}", "compared": True},
        **said,
    }
    name = f"{row['section']}:{row['stin']}:{number}:{row['period']:%m%Y}"
    return {"id": f"{name}:R1A" if row["form"] == "R1A" else name, **row}


def credit_note(number: str = "CN-1", **said: Any) -> Row:
    """A credit note, on which accepting has to say how much credit is reduced."""
    return record(number, **{"section": "b2bcn", "reduction_blocked": False, **said})


def finding(of: Row, bucket: str = "matched", *, partners: list[str] | None = None, **differences: int) -> Row:
    """What matching says of a record. Differences are books less portal, in paise or days."""
    told = [
        {"field": field.replace("_", " "), "portal": "", "books": "", "difference": n}
        for field, n in differences.items()
    ]
    rows = [f"book of {of['number']}"] if partners is None else partners
    return {
        **{"id": of["id"], "bucket": bucket, "score": 95, "rule": "exact", "partners": rows},
        "differences": msgspec.json.encode(told).decode(),
    }


def book(of: Row, label: str = "tally", **said: Any) -> Row:
    """The document of the books that `finding` names."""
    return {"id": f"book of {of['number']}", "label": label, "reverse_charge": False, **said}


def tables(
    records: list[Row],
    findings: list[Row] | None = None,
    books: list[Row] | None = None,
    vendors: list[Row] | None = None,
    suppliers: list[Row] | None = None,
) -> Tables:
    """The tables; every record's book is there unless `books` says which are."""
    shelves = [book(row) for row in records] if books is None else books
    return Tables(
        _table(_RECORD, records),
        _table(_FINDING, findings or []),
        _table(_BOOK, shelves),
        _table(_VENDOR, vendors or []),
        _table(_SUPPLIER, suppliers or []),
    )


def _table(schema: dict[str, Any], rows: list[Row]) -> Any:
    return _ARROW.Table.from_pylist(rows, _ARROW.schema(list(schema.items())))
