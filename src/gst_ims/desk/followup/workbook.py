"""Documents as a workbook that goes with a message. Texts are written as texts: nobody's words are a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.core.money import rupees
from gst_ims.desk.followup.documents import Document

# Lakh and crore, as amounts are read in India.
_RUPEES = r"[>=10000000]#\,##\,##\,##0.00;[>=100000]#\,##\,##0.00;#,##0.00"
HEADINGS = (
    *("Question", "Section", "Number", "Date", "Return period", "Form", "Value", "Taxable", "Tax", "Days old"),
    *("Remarks", "Difference"),
)
QUESTIONS = {
    "unfiled": "Saved, not filed",
    "mismatch": "Different from our books",
    "missing": "Not reported",
    "rejected": "Rejected",
    "pending": "Pending",
}


def workbook(documents: Iterable[Document], at: datetime) -> bytes:
    """An xlsx file of one sheet, Documents, with the headings of `HEADINGS`. Amounts are rupees."""
    file = io.BytesIO()
    book: Any
    with Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": at.replace(tzinfo=None)})  # Excel knows no zones
        bold = book.add_format({"bold": True, "bottom": 1})
        text, day = book.add_format({"num_format": "@"}), book.add_format({"num_format": "dd-mm-yyyy"})
        money = book.add_format({"num_format": _RUPEES})
        sheet = book.add_worksheet("Documents")
        sheet.freeze_panes(1, 3)
        sheet.set_column(0, len(HEADINGS) - 1, 16)
        for column, heading in enumerate(HEADINGS):
            sheet.write_string(0, column, heading, bold)
        row = 0
        for row, it in enumerate(documents, 1):
            for column, value in enumerate(_cells(it, at.date())):
                if isinstance(value, str):
                    sheet.write_string(row, column, value, text)
                elif isinstance(value, date):
                    sheet.write_datetime(row, column, value, day)
                elif isinstance(value, Decimal):
                    sheet.write_number(row, column, value, money)
                else:
                    sheet.write_number(row, column, value)
        sheet.autofilter(0, 0, max(row, 1), len(HEADINGS) - 1)
    return file.getvalue()


def _cells(it: Document, today: date) -> tuple[str | date | Decimal | int, ...]:
    return (
        *(QUESTIONS[it.kind], it.section.upper(), it.number, it.date, str(it.period or ""), it.form),
        *(rupees(it.value), rupees(it.taxable), rupees(it.tax), it.age(today), it.remarks, it.detail),
    )
