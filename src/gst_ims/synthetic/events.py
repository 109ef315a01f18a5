"""What happens in a made-up world. Every event says when: `at` is aware, in IST."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Form, Section

Body = dict[str, Any]
"""A JSON object of the wire: str, int, Decimal, list and dict, no float."""


@dataclass(frozen=True, slots=True)
class Save:
    """A supplier saves a part of a return; `body` is of the GSTR-1 schema. A row with flag D deletes its document."""

    at: datetime
    stin: Gstin
    form: Form
    period: Period
    body: Body


@dataclass(frozen=True, slots=True)
class File:
    """A supplier files a return."""

    at: datetime
    stin: Gstin
    form: Form
    period: Period


@dataclass(frozen=True, slots=True)
class Act:
    """A recipient decides; `body` is a save request of IMS."""

    at: datetime
    rtin: Gstin
    body: Body


@dataclass(frozen=True, slots=True)
class Reset:
    """A recipient takes decisions back; `body` is a reset request of IMS."""

    at: datetime
    rtin: Gstin
    body: Body


@dataclass(frozen=True, slots=True)
class Imports:
    """Customs reports bills of entry.

    A row has port_code, boe_number, boe_date, reference, reference_date, period (of the credit), stin ('' unless the
    goods come from an SEZ), and taxable, igst and cess in paise.
    """

    at: datetime
    rtin: Gstin
    section: Section
    rows: list[Body]


@dataclass(frozen=True, slots=True)
class Distribution:
    """An input service distributor's GSTR-6 passes credit on.

    A row has stin (the distributor), number, date, period, and taxable, igst, cgst, sgst and cess in paise; one that
    amends has original_number and original_date too.
    """

    at: datetime
    rtin: Gstin
    section: Section
    rows: list[Body]


Event = Save | File | Act | Reset | Imports | Distribution


def act_body(rtin: Gstin, rows: Iterable[tuple[Section, Body]], request: Literal["SAVE", "RESET"] = "SAVE") -> Body:
    """The body of a save or reset request with these rows, in the order in which they come."""
    data: dict[str, list[Body]] = {}
    for section, row in rows:
        data.setdefault(section.value, []).append(row)
    return {"rtin": str(rtin), "reqtyp": request, "invdata": data}
