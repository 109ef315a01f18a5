"""The Excel of IMS details: a sheet for each section, headings in rows 5 and 6, data from row 7 (R8.7)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import IO, Any

import msgspec
from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.core.document import print_date
from gst_ims.core.errors import Unprocessable
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Section
from gst_ims.core.states import STATES
from gst_ims.database.connection import Connection
from gst_ims.portal.offline.service import SECTIONS, details

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TITLE = "Goods and Services Tax  - Invoice Management System"
# Above are the title, whose details these are and of which day, and the headings. xlsxwriter counts from 0.
HEADINGS, FIRST = 4, 6
MOST = 1_048_576 - FIRST

# A heading over several columns, or none; the heading of the column; the member of the record.
Column = tuple[str, str, str]

TYPES = {
    "R": "Regular",
    "DE": "Deemed Exports",
    "SEWP": "SEZ supplies with payment of tax",
    "SEWOP": "SEZ supplies without payment of tax",
    "CBW": "Intra-State supplies attracting IGST",
}
FORMS = {"R1": "GSTR-1", "R1A": "GSTR-1A", "IFF": "IFF"}
STATUSES = {"N": "No Action", "A": "Accepted", "R": "Rejected", "P": "Pending"}
FLAGS = {"Y": "Yes", "N": "No"}
WORDS: dict[str, dict[str, str]] = {
    "inv_typ": TYPES,
    "pos": {code: f"{code}-{name}" for code, name in STATES.items()},
    "srcform": FORMS,
    "srcfilstatus": {"FILED": "Filed", "SAVED": "Not Filed"},
    "action": STATUSES,
    "ispendactblocked": FLAGS,
    "isRemarksBlocked": FLAGS,
    "itcRedReqBlocked": FLAGS,
    "itcRedReq": FLAGS,
}


def sheet_name(section: Section) -> str:
    """B2B, B2BA, B2B-DN, B2B-DNA, B2B-CN, B2B-CNA, ECO or ECOA."""
    if section.is_note:
        return f"B2B-{section.error_key.upper()}"
    return section.value.upper().replace("ECOM", "ECO")


def columns(section: Section) -> Iterator[Column]:
    """The columns of a section's sheet."""
    kind, number, day = ("Note", "nt_num", "nt_dt") if section.is_note else ("Invoice", "inum", "idt")
    if section in (Section.ECOM, Section.ECOMA):
        kind = "Document"
    yield "", "GSTIN of ECO" if kind == "Document" else "GSTIN of supplier", "stin"
    yield "", "Trade/Legal name", "tradenm"
    if section.is_amendment:
        yield f"Original {kind} Details", f"Original {kind} number", f"o{number}"
        yield f"Original {kind} Details", f"Original {kind} Date", f"o{day}"
    yield f"{kind} Details", f"{kind} number", number
    if kind != "Document":
        yield f"{kind} Details", f"{kind} type", "inv_typ"
    yield f"{kind} Details", f"{kind} Date", day
    yield f"{kind} Details", f"{kind} Value(₹)", "val"
    yield "", "Place of supply", "pos"
    yield "", "Taxable Value (₹)", "txval"
    yield "Tax Amount", "Integrated Tax(₹)", "iamt"
    yield "Tax Amount", "Central Tax(₹)", "camt"
    yield "Tax Amount", "State/UT Tax(₹)", "samt"
    yield "Tax Amount", "Cess(₹)", "cess"
    yield "", "Source", "srcform"
    yield "", "Supplier Return Period", "rtnprd"
    yield "", "Supplier Filing Status", "srcfilstatus"
    yield "", "Status", "action"
    yield "", "Pending Action Blocked", "ispendactblocked"
    if section.declares_reduction:
        yield "ITC Reduction", "ITC Reduction Blocked", "itcRedReqBlocked"
        yield "ITC Reduction", "ITC Reduction Required", "itcRedReq"
        yield "ITC Reduction", "Declared Integrated Tax(₹)", "declIgst"
        yield "ITC Reduction", "Declared Central Tax(₹)", "declCgst"
        yield "ITC Reduction", "Declared State/UT Tax(₹)", "declSgst"
        yield "ITC Reduction", "Declared Cess(₹)", "declCess"
    yield "", "Remarks Blocked", "isRemarksBlocked"
    yield "", "Remarks", "remarks"


def write(db: Connection, rtin: Gstin, today: date, file: IO[bytes]) -> None:
    """Write the workbook into `file`, a row at a time. Raises Unprocessable where a sheet doesn't hold a section."""
    book: Any
    with Workbook(file, {"constant_memory": True}) as book:  # type: ignore[arg-type]  # any binary file will do
        bold = book.add_format({"bold": True, "text_wrap": True})
        for section in SECTIONS:
            sheet = book.add_worksheet(sheet_name(section))
            layout = list(columns(section))
            sheet.set_column(0, len(layout) - 1, 18)
            sheet.write_string(0, 0, TITLE, bold)
            sheet.write_string(1, 0, f"GSTIN: {rtin}")
            sheet.write_string(2, 0, f"As on {print_date(today)}")
            _headings(sheet, layout, bold)
            for place, text in enumerate(details(db, rtin, section, today)):
                if place == MOST:
                    raise Unprocessable(
                        f"Section {section} has more than {MOST:,} records: take the JSON file instead."
                    )
                _line(sheet, FIRST + place, layout, msgspec.json.decode(text))


def _headings(sheet: Any, layout: list[Column], bold: Any) -> None:
    """In two rows: what several columns have in common stands once, over the first of them."""
    above = ""
    for column, (group, heading, _) in enumerate(layout):
        if not group or group != above:
            sheet.write_string(HEADINGS, column, group or heading, bold)
        above = group
    for column, (group, heading, _) in enumerate(layout):
        sheet.write_string(HEADINGS + 1, column, heading if group else "", bold)


def _line(sheet: Any, row: int, layout: list[Column], record: dict[str, Any]) -> None:
    for column, (_, _, member) in enumerate(layout):
        value = record.get(member)
        if isinstance(value, str):
            # As text, whatever it looks like: a supplier's words are no formula, a number of 16 digits is no number.
            sheet.write_string(row, column, WORDS.get(member, {}).get(value, value))
        elif value is not None:
            sheet.write_number(row, column, value)
