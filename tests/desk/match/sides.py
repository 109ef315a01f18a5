"""Both sides as files: what the API answers, and a register as CSV."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from tests.connect.records import RTIN, SUPPLIERS, members
from tests.desk.register.made import HEADINGS, csv_file, row

from gst_ims.core.section import Section

#: The supplier whose invoices both sides have, as Gujarat's GSTIN.
GUJARAT = SUPPLIERS[0]


def ims(folder: Path, *rows: dict[str, Any], notes: tuple[dict[str, Any], ...] = (), name: str = "ims.json") -> Path:
    """Records as the API answers them; each row says how it is different from INV-1 of 1,000.00 at 18%."""
    path = folder / name
    told = {
        "rtin": RTIN,
        "b2b": [members(**({"idt": "25-11-2025"} | it)) for it in rows],
        "b2bcn": [members(Section.B2BCN, **({"nt_dt": "25-11-2025"} | it)) for it in notes],
    }
    path.write_bytes(msgspec.json.encode(told))
    return path


def invoice(number: str, taxable: int = 1000, **more: Any) -> dict[str, Any]:
    """A record of the portal at 18%."""
    return {
        "number": number,
        "val": round(taxable * 1.18, 2),
        "txval": taxable,
        "iamt": round(taxable * 0.18, 2),
    } | more


def booked(number: str, amount: int = 1000, **more: Any) -> list[Any]:
    """A row of the register at 18%."""
    amounts = {"value": f"{amount * 1.18:.2f}", "taxable": f"{amount}.00", "igst": f"{amount * 0.18:.2f}"}
    return row(number, **(amounts | more))


def books(folder: Path, *rows: list[Any], name: str = "books.csv") -> Path:
    """A register as CSV."""
    return csv_file(folder, [HEADINGS, *rows], name)
