"""Reading a save or reset request: its rows, as they are staged."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec

from gst_ims.core.document import wire_date
from gst_ims.core.money import positive_paise
from gst_ims.core.period import Period
from gst_ims.core.section import ACTIONABLE, Form, Section
from gst_ims.portal.action.schemas import ResetRequest, SaveRequest

Row = tuple[Any, ...]
encode = msgspec.json.encode

KEY = slice(1, 7)  # section, stin, number, period, form, port code


def read(kind: str, body: bytes) -> Iterator[Row]:
    """The rows of a request, in the columns of the staging table.

    Raises msgspec.ValidationError, or Invalid, where the request isn't as the schema has it: then nothing is applied.
    """
    request: Any = msgspec.json.decode(body, type=SaveRequest if kind == "SAVE" else ResetRequest)
    sections = [
        (section, rows) for section in ACTIONABLE if (rows := getattr(request.invdata, section)) is not msgspec.UNSET
    ]
    if not sections:
        raise msgspec.ValidationError("Expected at least one section - at `$.invdata`")
    ordinal = 0
    for section, rows in sections:
        identify = _import if section.is_import else _note if section.is_note else _invoice
        for row in rows:
            ordinal += 1
            yield (ordinal, section.value, *identify(section, row), row.prev_status, *_wish(section, kind, row))


def _invoice(section: Section, row: Any) -> Row:
    original = (row.oinum, wire_date(row.oidt)) if section.is_amendment else (None, None)
    invoice_type = None if section in (Section.ECOM, Section.ECOMA) else row.inv_typ
    return _echo(row, row.inum, row.idt, original, invoice_type)


def _note(section: Section, row: Any) -> Row:
    original = (row.ont_num, wire_date(row.ont_dt)) if section.is_amendment else (None, None)
    return _echo(row, row.nt_num, row.nt_dt, original, row.inv_typ)


def _echo(row: Any, number: str, day: str, original: tuple[str | None, date | None], invoice_type: str | None) -> Row:
    identity = (
        row.stin,
        number,
        _period(row.rtnprd),
        row.srcform,
        "",
        wire_date(day),
        *original,
        invoice_type,
        row.pos,
    )
    amounts = map(positive_paise, (row.val, row.txval, row.iamt, row.camt, row.samt, row.cess))
    return (*identity, *amounts, None)


def _import(_: Section, row: Any) -> Row:
    # The port and the number name a bill of entry; who sold from an SEZ is no part of it.
    identity = ("", row.boenum, _period(row.itcprd), Form.BOE.value, row.portcd, wire_date(row.boedt))
    taxable, igst, cess = map(positive_paise, (row.txval, row.igst, row.cess))
    told = {
        "seller": row.stin,
        "reference": row.rgstinrefId,
        "reference_date": row.irefdt and wire_date(row.irefdt).isoformat(),
        "period": row.srtinprd and _period(row.srtinprd).isoformat(),
    }
    more = encode({name: value for name, value in told.items() if value}).decode()
    return (*identity, None, None, None, None, None, taxable, igst, 0, 0, cess, more)


def _wish(section: Section, kind: str, row: Any) -> Row:
    """The new action with remarks and declaration."""
    if kind == "RESET":
        return ("N", None, None, None, None, None, None)
    declared: Row = (None, None, None, None, None)
    if section.declares_reduction:
        amounts = (row.declIgst, row.declCgst, row.declSgst, row.declCess)
        declared = (row.itcRedReq, *map(_optional, amounts))
    return (row.action, row.remarks, *declared)


def _optional(amount: Decimal | None) -> int | None:
    return None if amount is None else positive_paise(amount)


@lru_cache(maxsize=256)  # thousands of records are of the same few periods
def _period(text: str) -> date:
    return Period.parse(text).first_day
