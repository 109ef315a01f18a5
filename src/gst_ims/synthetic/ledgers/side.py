"""One side while it is made: columns of its documents, and rows that were added."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gst_ims.synthetic.ledgers.documents import BUYER_STATE, Documents, Suppliers, Texts
from gst_ims.synthetic.ledgers.draws import Numbers, bits

MONEY = ("value", "taxable", "igst", "cgst", "sgst", "cess")
HEADS = ("igst", "cgst", "sgst")
Row = dict[str, Any]


class Side:
    """Documents of the portal or of the books. Rows are named by their place, and get their ids at the end."""

    def __init__(self, documents: Documents, sellers: Suppliers, rtin: Texts) -> None:
        d = documents
        tax = (d.taxable * d.rate + 5_000) // 10_000
        half = (d.taxable * d.rate + 10_000) // 20_000
        igst, cgst = np.where(d.intra, 0, tax), np.where(d.intra, half, 0)
        section = np.where(d.credit, "b2bcn", np.where(d.debit, "b2bdn", "b2b")).astype(object)
        nothing = np.full(len(d.day), None, dtype=object)
        self.columns: dict[str, NDArray[Any]] = {
            "rtin": rtin,
            "stin": sellers.gstin[d.supplier],
            "section": section,
            "number": d.number.copy(),
            "document_date": d.day.copy(),
            "original_number": nothing,
            "original_date": np.full(len(d.day), np.iinfo(np.int64).min),  # not a date
            "value": d.taxable + igst + 2 * cgst,
            "taxable": d.taxable.copy(),
            "igst": igst,
            "cgst": cgst,
            "sgst": cgst.copy(),
            "cess": np.zeros(len(d.day), dtype=np.int64),
        }
        self.kept = np.ones(len(d.day), dtype=bool)
        self.added: list[Row] = []

    def row(self, place: int) -> Row:
        """A copy of one row, in Python's own types."""
        return {
            name: column[place].item() if column.dtype != object else column[place]
            for name, column in self.columns.items()
        }

    def put(self, place: int, row: Row) -> None:
        for name, value in row.items():
            self.columns[name][place] = value

    def add(self, row: Row) -> int:
        """Append a row; returns its place."""
        self.added.append(row)
        return len(self.kept) + len(self.added) - 1

    def finished(self, seed: int, purpose: str) -> tuple[dict[str, Any], Numbers]:
        """Columns in the agreed form, in an order that says nothing, and the id of each place (0: not kept)."""
        columns = {
            name: np.concatenate([column, np.array([row[name] for row in self.added], dtype=column.dtype)])
            for name, column in self.columns.items()
        }
        kept = np.flatnonzero(np.concatenate([self.kept, np.ones(len(self.added), dtype=bool)]))
        order = kept[np.argsort(bits(seed, purpose, len(kept)), kind="stable")]
        ids = np.zeros(len(columns["rtin"]), dtype=np.int64)
        ids[order] = np.arange(1, len(order) + 1)
        made: dict[str, Any] = {"id": ids[order]} | {name: column[order] for name, column in columns.items()}
        for name in ("document_date", "original_date"):
            made[name] = made[name].astype("datetime64[D]")
        made["period"] = made["document_date"].astype("datetime64[M]").astype("datetime64[D]")
        made["pos"] = np.full(len(order), BUYER_STATE, dtype=object)
        made["reverse_charge"] = np.zeros(len(order), dtype=bool)
        made["source"] = np.full(len(order), "{}", dtype=object)
        return made, ids


def moved(row: Row, **changes: Any) -> Row:
    return {**row, **changes}


def scaled(row: Row, numerator: int, denominator: int) -> Row:
    """The row with all amounts at this part of what they were, and a value that is their sum."""
    made = row | {name: row[name] * numerator // denominator for name in ("taxable", *HEADS, "cess")}
    return made | {"value": made["taxable"] + made["igst"] + made["cgst"] + made["sgst"] + made["cess"]}


def total(rows: list[Row]) -> Row:
    """The amounts of rows together."""
    return {name: sum(row[name] for row in rows) for name in MONEY}
