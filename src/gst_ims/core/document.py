"""What names a document: its number and its date, as GSTN takes them."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from gst_ims.core.errors import Invalid

_CHARACTERS = re.compile(r"[A-Za-z0-9/\-]+")


def document_number(text: str) -> str:
    """Check the number of an invoice or a note, and give it back unchanged.

    1 to 16 letters, digits, / and -, of which one at least is a letter or a digit other than zero (rule 46(b) of the
    CGST Rules; GSTN's pattern). Always text: "007" and "7" are two numbers. Raises Invalid.
    """
    if not 1 <= len(text) <= 16:
        raise Invalid(f"Document number {text!r} has {len(text)} characters: it must have 1 to 16.")
    if not _CHARACTERS.fullmatch(text):
        raise Invalid(f"Document number {text!r} may have only letters, digits, / and -.")
    if not text.strip("0/-"):
        raise Invalid(f"Document number {text!r} has neither a letter nor a digit other than zero.")
    return text


@lru_cache(maxsize=4096)  # thousands of documents are of the same few days
def wire_date(text: str) -> date:
    """Read DD-MM-YYYY. Raises Invalid if it isn't written so, or if there is no such day."""
    if not re.fullmatch(r"[0-9]{2}-[0-9]{2}-[0-9]{4}", text):
        raise Invalid(f"Date {text!r} isn't written DD-MM-YYYY, such as 05-11-2025.")
    day, month, year = map(int, text.split("-"))
    try:
        return date(year, month, day)
    except ValueError:
        raise Invalid(f"Date {text!r} isn't a day of the calendar.") from None


def print_date(day: date) -> str:
    """DD-MM-YYYY. Not by strftime, which doesn't pad years before 1000 everywhere."""
    return f"{day.day:02}-{day.month:02}-{day.year:04}"
