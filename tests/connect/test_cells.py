"""What a cell may say, in all the ways in which people and programs say it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connect.records import DAYS, PERIODS

from gst_ims.connect.offline import cells
from gst_ims.core.document import wire_date
from gst_ims.core.errors import Invalid
from gst_ims.core.states import PLACES_OF_SUPPLY, STATES

MEANINGS: list[tuple[Any, Any, Any]] = [
    *(
        (cells.number, said, "1234567890123456")
        for said in ("1234567890123456", " 1234567890123456 ", 1234567890123456)
    ),
    *((cells.number, said, "17") for said in ("17", 17, 17.0, Decimal(17))),
    (cells.number, "0017", "0017"),
    *(
        (cells.day, said, "05-11-2025")
        for said in ("05-11-2025", "5/11/2025", "05.11.2025", "5-Nov-2025", "05 Nov 2025")
    ),
    *((cells.day, said, "05-11-2025") for said in ("2025-11-05", "2025-11-05T00:00:00", date(2025, 11, 5))),
    (cells.day, datetime(2025, 11, 5, 12, 30), "05-11-2025"),
    *((cells.period, said, "102025") for said in ("102025", 102025, 102025.0, "Oct'25", "Oct-25", "October 2025")),
    *((cells.period, said, "102025") for said in ("10/2025", "10-2025", date(2025, 10, 1))),
    *((cells.period, said, "092025") for said in ("092025", 92025, "92025", "Sep-2025")),
    *((cells.amount, said, Decimal("1234.50")) for said in (1234.5, "1234.50", "1,234.5", "₹ 1,234.50", "Rs. 1234.5")),
    *((cells.amount, said, Decimal("1234.50")) for said in (Decimal("1234.5"), 1234.5000000000002, 1234.4999999999998)),
    *((cells.amount, said, Decimal("0.00")) for said in (0, 0.0, "0", "", None)),
    (cells.amount, "12,34,567.89", Decimal("1234567.89")),
    (cells.amount, 9999999999999.99, Decimal("9999999999999.99")),
    *((cells.place, said, "27") for said in ("27", 27, 27.0, "27-Maharashtra", "27 - Maharashtra", "Maharashtra")),
    *((cells.place, said, "07") for said in ("07", 7, "7", "DELHI", "07-Delhi")),
    *((cells.action, said, "N") for said in ("N", "No Action", "no action taken", "", None)),
    *((cells.action, said, "A") for said in ("A", "a", "Accept", "Accepted", "ACCEPTED ")),
    *((cells.action, said, "R") for said in ("R", "Rejected")),
    *((cells.action, said, "P") for said in ("P", "Pending", "Keep pending")),
    *((cells.invoice_type, said, "R") for said in ("R", "Regular", "Regular B2B")),
    *((cells.invoice_type, said, "SEWP") for said in ("SEWP", "SEZ supplies with payment", "SEZ with payment")),
    *((cells.invoice_type, said, "SEWOP") for said in ("SEWOP", "SEZ supplies without payment of tax")),
    *((cells.invoice_type, said, "DE") for said in ("DE", "Deemed Exports")),
    *((cells.form, said, "R1") for said in ("R1", "GSTR-1", "GSTR1", "GSTR-1/IFF")),
    *((cells.form, said, "R1A") for said in ("R1A", "GSTR-1A")),
    *((cells.flag, said, "Y") for said in ("Y", "Yes", True, "TRUE")),
    *((cells.flag, said, "N") for said in ("N", "no", False)),
    *((cells.filed, said, "FILED") for said in ("FILED", "Filed", "F", "Y")),
    *((cells.filed, said, "SAVED") for said in ("SAVED", "Not Filed", "N")),
    *((cells.gstin, said, "24AAXCT0003K1ZA") for said in ("24AAXCT0003K1ZA", " 24aaxct0003k1za ")),
    (cells.text, "=1+1", "=1+1"),
]


@pytest.mark.parametrize(("reader", "said", "meant"), MEANINGS)
def test_what_is_said_is_understood(reader: Any, said: Any, meant: Any) -> None:
    assert reader(said) == meant


REFUSED: list[tuple[Any, Any, str]] = [
    (cells.number, 1.2345678901234567e16, "last digits lost"),
    (cells.number, Decimal("1.5"), "last digits lost"),
    (cells.number, 1.5, "last digits lost"),
    *((cells.number, said, "last digits lost") for said in (float("nan"), float("inf"), float("-inf"), 1e300)),
    (cells.number, date(2025, 10, 5), "format the cell as text"),
    (cells.number, True, "format the cell as text"),
    (cells.number, "=1+1", "may have only letters"),
    (cells.number, "000", "neither a letter"),
    (cells.number, "X" * 17, "1 to 16"),
    (cells.day, "31-02-2025", "isn't a day of the calendar"),
    (cells.day, "11-30-2025", "isn't a day of the calendar"),
    (cells.day, "5-Foo-2025", "isn't a day of the calendar"),
    (cells.day, "05-11-25", "isn't one such as"),
    (cells.day, 45966, "isn't one such as"),
    (cells.period, "132025", "Month 13"),
    (cells.period, "Oct", "isn't one such as"),
    (cells.period, "062017", "isn't one of GST"),
    (cells.amount, -1, "below zero"),
    (cells.amount, "much", "isn't a number"),
    (cells.amount, "1.005", "more than two decimals"),
    (cells.amount, 1.005, "more than two decimals"),
    (cells.amount, 1e15, "out of range"),
    (cells.amount, float("nan"), "out of range"),
    (cells.amount, True, "isn't a number"),
    (cells.amount, date(2025, 10, 5), "isn't a number"),
    (cells.place, "99", "isn't a state"),
    (cells.place, "Atlantis", "isn't a state"),
    (cells.place, "", "isn't a state"),
    (cells.action, "Approve", "use one of N, A, R, P"),
    (cells.invoice_type, "X", "use one of R, DE"),
    (cells.form, "GSTR-9", "use one of R1"),
    (cells.flag, "perhaps", "use one of Y, N"),
    (cells.filed, "soon", "use one of FILED, SAVED"),
    (cells.gstin, "24AAXCT0003K1Z", "must have 15"),
]


@pytest.mark.parametrize(("reader", "said", "why"), REFUSED)
def test_what_can_mean_nothing_is_refused_with_the_reason(reader: Any, said: Any, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        reader(said)


def test_a_number_that_python_does_not_even_write_is_refused() -> None:
    for reader in (cells.text, cells.number, cells.period, cells.place, cells.action):
        with pytest.raises(Invalid, match="so many digits"):
            reader(10**5000)


@settings(deadline=None)
@given(DAYS)
def test_every_day_is_read_as_date_and_in_every_spelling(day: str) -> None:
    read = wire_date(day)
    for said in (read, day, day.replace("-", "/"), read.isoformat(), f"{read:%d-%b-%Y}", f"{read:%d %B %Y}"):
        assert cells.day(said) == day


@settings(deadline=None)
@given(PERIODS)
def test_every_period_is_read_in_every_spelling(period: str) -> None:
    first = date(int(period[2:]), int(period[:2]), 1)
    for said in (period, int(period), float(period), first, f"{first:%b'%y}", f"{first:%b-%Y}", f"{first:%m/%Y}"):
        assert cells.period(said) == period


@settings(deadline=None)
@given(st.integers(0, 10**15 - 1))
def test_every_amount_is_the_same_as_a_float_as_text_and_as_decimal(paise: int) -> None:
    amount = Decimal(paise).scaleb(-2)
    assert cells.amount(float(amount)) == cells.amount(str(amount)) == cells.amount(f"{amount:,}") == amount


@pytest.mark.parametrize("code", sorted(PLACES_OF_SUPPLY))
def test_every_place_of_supply_is_read_by_code_and_name(code: str) -> None:
    assert cells.place(code) == cells.place(f"{code}-{STATES[code]}") == cells.place(STATES[code]) == code


@settings(deadline=None)
@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.dates(), st.datetimes()))
def test_whatever_stands_in_a_cell_is_a_value_or_invalid(cell: Any) -> None:
    for reader in set(cells.READERS.values()):
        with suppress(Invalid):
            assert isinstance(reader(cell), str | Decimal)
