"""The figures of GSTR-2B in the order of the wire: every part, supply and table, zeros included."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from gst_ims.core.money import rupees

HEADS = ("igst", "cgst", "sgst", "cess")
LEAVES = {
    "nonrevsup": ("b2b", "b2ba", "cdnr", "cdnra", "ecom", "ecoma"),
    "isdsup": ("isd", "isda"),
    "revsup": ("b2b", "b2ba", "cdnr", "cdnra"),
    "imports": ("impg", "impgsez", "impga", "impgasez"),
    "othersup": ("cdnr", "cdnra", "cdnrrev", "cdnrarev", "isd", "isda"),
}
PARTS = ("itcavl", "itcunavl", "itcrev", "itcRejected")

encode = msgspec.json.Encoder(decimal_format="number").encode


def itcsumm(totals: Iterable[Any]) -> str:
    """JSON of the totals (rows with part, supply, leaf and paise). In `othersup` what reduces the credit is positive.

    Reversals under Rule 37A (`itcrev`) are not known to the portal and always zero.
    """
    found = {(row.part, row.supply, row.leaf): row for row in totals}
    made: dict[str, Any] = {}
    for part in PARTS:
        made[part] = {}
        for supply, leaves in LEAVES.items():
            # Rejected documents stand with their own figures, the others with what they add to the credit.
            sign = -1 if supply == "othersup" and part != "itcRejected" else 1
            tables = {leaf: _figures(found.get((part, supply, leaf)), sign) for leaf in leaves}
            sums = {head: sum(table[head] for table in tables.values()) for head in HEADS}
            made[part][supply] = {**sums, **tables}
    return encode(_in_rupees(made)).decode()


def _figures(row: Any, sign: int) -> dict[str, int]:
    if row is None:
        return dict.fromkeys(("txval", *HEADS), 0)
    return {"txval": sign * row.taxable, **{head: sign * getattr(row, head) for head in HEADS}}


def _in_rupees(made: Any) -> Any:
    return {name: _in_rupees(value) for name, value in made.items()} if isinstance(made, dict) else rupees(made)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
