"""Values as cells of CSV: whatever somebody wrote, no spreadsheet takes it for a formula."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

Value = str | int | Decimal | date | None

#: A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def for_spreadsheet(value: Value) -> str:
    """A value as a cell of CSV. Text that would be a formula gets an apostrophe, as in a spreadsheet itself."""
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    harmless = isinstance(value, int | Decimal | date)
    return f"'{text}" if text.startswith(_FORMULA) and not harmless else text


def from_spreadsheet(text: str) -> str:
    """The text that `for_spreadsheet` was given."""
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
