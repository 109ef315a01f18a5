"""What a text of a register means: GSTIN, day, period, state, rate. Each is read once, however often it is there."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from gst_ims.connect.offline import cells
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.desk.register.words import kind_of, words

_DATE = re.compile(r"(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})(?:[ T].*)?")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/., ]*([A-Za-z]{3,9})[-/., ']*(\d{4}|\d{2})(?: .*)?")
_NAMED_FIRST = re.compile(r"([A-Za-z]{3,9})[-/. ]*(\d{1,2})(?:st|nd|rd|th)?[, -]+(\d{4})(?: .*)?")
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST, _LAST = date(2000, 1, 1), date(2099, 12, 31)
_FLAGS = {"y": "Y", "yes": "Y", "true": "Y", "1": "Y", "n": "N", "no": "N", "false": "N", "0": "N", "na": "N"}


class DateOrder(StrEnum):
    """What stands first in dates such as 05/11/2025."""

    DAY = "day first"
    MONTH = "month first"


class Meaning(NamedTuple):
    """What a text means: a value, or a reason why it has none. `note` is what a person should know of a value."""

    value: str | None
    reason: str | None = None
    note: str | None = None


def gstin(said: str) -> Meaning:
    """A GSTIN, also with a wrong check digit: that may be a slip of the books, and is noted. No value for none."""
    text = re.sub(r"[\s\u00a0]", "", said).upper()
    if re.sub(r"[^A-Z0-9]", "", text).lower() in {*words().unregistered, ""}:
        return Meaning(None)
    try:
        found = Gstin(text)
    except Invalid as error:
        return Meaning(None, str(error))
    try:
        Gstin.parse(text)
    except Invalid as error:
        return Meaning(found, None, str(error))
    return Meaning(found)


def order_of(said: str) -> DateOrder | None:
    """Which order a date such as 25/11/2025 shows; None where it could be either, or neither."""
    found = _DATE.fullmatch(said.strip())
    if found is None or len(found[1]) > 2:
        return None
    first, second = int(found[1]), int(found[2])
    if first > 12 >= second:
        return DateOrder.DAY
    return DateOrder.MONTH if second > 12 >= first else None


def is_open(said: str) -> bool:
    """Whether a date could be read in both orders, and means another day in each."""
    found = _DATE.fullmatch(said.strip())
    return bool(
        found and len(found[1]) <= 2 and int(found[1]) != int(found[2]) and max(int(found[1]), int(found[2])) <= 12
    )


def day(said: str, order: DateOrder = DateOrder.DAY, *, since_1904: bool = False) -> Meaning:
    """A day, as YYYY-MM-DD: in figures, with the name of a month, or counted by Excel."""
    text = said.strip()
    with suppress(ValueError):
        found = _day(text, order, since_1904)
        if found is not None and _FIRST <= found <= _LAST:
            return Meaning(found.isoformat())
    return Meaning(None, f"Date {text[:40]!r} isn't a day such as 05-11-2025, {order}, from 2000 on.")


def _day(text: str, order: DateOrder, since_1904: bool) -> date | None:
    if found := _SERIAL.fullmatch(text):
        return (date(1904, 1, 1) if since_1904 else date(1899, 12, 30)) + timedelta(days=int(found[1]))
    if found := _DATE.fullmatch(text):
        first, second, third = found.groups()
        if len(first) == 4:
            return date(int(first), int(second), int(third))
        if len(first) > 2 or len(third) not in (2, 4):
            return None
        day, month = (second, first) if order is DateOrder.MONTH else (first, second)
        return date(_year(third), int(month), int(day))
    if found := re.fullmatch(r"(20\d{2})(\d{2})(\d{2})", text):
        return date(*map(int, found.groups()))
    if found := _NAMED.fullmatch(text):
        return date(_year(found[3]), _month(found[2]), int(found[1]))
    if found := _NAMED_FIRST.fullmatch(text):
        return date(int(found[3]), _month(found[1]), int(found[2]))
    return None


def _year(figures: str) -> int:
    return int(figures) + (2000 if len(figures) == 2 else 0)


def _month(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def period(said: str) -> Meaning:
    """A tax period, as its first day: 102025, Oct-2025, 2025-10, 10/2025, or a day in it."""
    text = said.strip()
    try:
        if found := re.fullmatch(r"(20\d{2})[-/](\d{1,2})", text):
            return Meaning(Period(int(found[1]), int(found[2])).first_day.isoformat())
        read = day(text).value if len(text) > 8 or "T" in text else None
        of = Period.of(date.fromisoformat(read)) if read else Period.parse(cells.period(text))
    except Invalid as error:
        return Meaning(None, str(error))
    return Meaning(of.first_day.isoformat())


def place(said: str) -> Meaning:
    """A place of supply as two digits: 27, 27-Maharashtra, Maharashtra or MH."""
    letters = words().states.get(re.sub(r"[^A-Z]", "", said.upper()))
    try:
        return Meaning(letters or cells.place(said))
    except Invalid as error:
        return Meaning(None, None, str(error))


def rate(said: str) -> Meaning:
    """A rate in percent: 18, 18%, GST18, or 0.18 as Excel keeps 18%."""
    found = re.search(r"\d+(\.\d+)?", said)
    if found is None:
        return Meaning(None, f"Rate {said[:40]!r} isn't a number.")
    percent = Decimal(found[0])
    known = {Decimal(known) for known in words().rates}
    if percent not in known and "%" not in said and percent * 100 in known:
        percent *= 100
    if percent in known:
        return Meaning(f"{percent.normalize():f}")
    return (
        Meaning(f"{percent.normalize():f}", None, f"Rate {percent:f}% isn't one of GST.")
        if percent <= 100
        else (Meaning(None, f"Rate {said[:40]!r} is above 100%."))
    )


def flag(said: str) -> Meaning:
    """Y or N."""
    value = _FLAGS.get(re.sub(r"[^a-z0-9]", "", said.lower()))
    return Meaning(value or "N", None, None if value else f"Reverse charge {said[:40]!r} isn't Y or N: taken for N.")


def kind(said: str, *, books: bool) -> Meaning:
    """The section of a document's type; an invoice where its words aren't known, which is noted."""
    section = kind_of(said, books=books)
    return Meaning(
        section or "b2b", None, None if section else f"Type {said[:40]!r} isn't known: taken for an invoice."
    )


#: How the texts of a field are read, but for dates, whose order belongs to the column.
READERS: dict[str, Callable[[str], Meaning]] = {
    "rtin": gstin,
    "stin": gstin,
    "period": period,
    "pos": place,
    "rate": rate,
    "reverse_charge": flag,
    "kind": lambda said: kind(said, books=False),
    "voucher_kind": lambda said: kind(said, books=True),
}
