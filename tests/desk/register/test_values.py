"""What texts mean, and amounts to the paisa."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.desk.register.made import GUJARAT, HEADINGS, RTIN, csv_file, documents, reasons, row

from gst_ims.core.money import indian, rupees
from gst_ims.desk.register import DateOrder, Register, propose, read, values
from gst_ims.desk.register.columns import amount

DAY, MONTH = DateOrder
DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))

MEANINGS: list[tuple[Callable[[str], values.Meaning], str, str | None]] = [
    *(
        (values.day, said, "2025-11-05")
        for said in (
            *("05-11-2025", "5/11/2025", "05.11.25", "5 11 2025", "2025-11-05", "2025/11/5", "20251105", "45966"),
            *(
                "5-Nov-25",
                "05 November 2025",
                "5-Nov-2025",
                "5th Nov 2025",
                "Nov 5, 2025",
                "05-11-2025 10:30",
                "45966.75",
            ),
        )
    ),
    *((values.day, said, None) for said in ("31-02-2025", "5-Foo-25", "05-11-1999", "1234567", "", "5-11-125", "12")),
    *((values.period, said, "2025-10-01") for said in ("102025", "Oct-25", "October 2025", "2025-10", "10/2025")),
    *((values.period, said, "2025-10-01") for said in ("2025-10-01T00:00:00", "31-10-2025")),
    *((values.period, said, None) for said in ("132025", "Q3", "201601")),
    *((values.place, said, "27") for said in ("27", "MH", "mh", "Maharashtra", "27-Maharashtra", "27 Maharashtra")),
    *((values.place, said, None) for said in ("Mars", "99", "XX")),
    *((values.rate, said, "18") for said in ("18", "18%", "18.00", "GST18", "0.18", "18 %", "IGST @ 18%")),
    *((values.rate, said, rate) for said, rate in (("0.25", "0.25"), ("0.1%", "0.1"), ("0", "0"), ("0.05", "5"))),
    *((values.rate, said, None) for said in ("none", "1800")),
    *((values.flag, said, "Y") for said in ("Y", "yes", "TRUE", "1")),
    *((values.flag, said, "N") for said in ("N", "No", "false", "perhaps")),
    *((values.gstin, said, GUJARAT) for said in (GUJARAT, GUJARAT.lower(), f" {GUJARAT[:2]} {GUJARAT[2:]} ")),
    *((values.gstin, said, None) for said in ("URP", "n.a.", "-", "unregistered", GUJARAT[:14], "Gujarat")),
]


@pytest.mark.parametrize(("read_as", "said", "meant"), MEANINGS)
def test_a_text_means(read_as: Callable[[str], values.Meaning], said: str, meant: str | None) -> None:
    assert read_as(said).value == meant


@given(DAYS, st.sampled_from(DateOrder), st.sampled_from("-/. "))
def test_a_day_is_read_in_its_order(day: date, order: DateOrder, sign: str) -> None:
    parts = [f"{day.day:02}", f"{day.month:02}"][:: 1 if order is DAY else -1]
    for year in (f"{day.year}", f"{day.year % 100:02}"):
        said = sign.join([*parts, year])
        assert values.day(said, order).value == day.isoformat()
        assert values.order_of(said) in (None, order)
        assert values.is_open(said) == (day.day <= 12 and day.day != day.month)


ORDERS: list[tuple[list[str], list[str], str | None]] = [
    (["05/11/2025", "25/11/2025"], ["2025-11-05", "2025-11-25"], None),
    (["05/11/2025", "05/25/2025"], ["2025-05-11", "2025-05-25"], None),
    (["05/11/2025", "06/11/2025"], ["2025-11-05", "2025-11-06"], "each date could be day first or month first"),
    (["05/05/2025", "06/06/2025"], ["2025-05-05", "2025-06-06"], None),
    (
        ["05/11/2025", "25/11/2025", "26/11/2025", "11/25/2025"],
        ["2025-11-05", "2025-11-25", "2025-11-26"],
        "both orders",
    ),
]


@pytest.mark.parametrize(("said", "read_as", "remark"), ORDERS)
def test_all_rows_of_a_column_decide_what_stands_first(
    said: list[str], read_as: list[str], remark: str | None, tmp_path: Path
) -> None:
    path = csv_file(tmp_path, [HEADINGS, *(row(f"A-{at}", day=day) for at, day in enumerate(said))])
    with read([path], RTIN) as books:
        assert [str(document["document_date"]) for document in documents(books)] == read_as
        remarks = [reason for at, _, reason in reasons(books, "note") if at == 0]
        assert len(remarks) == (remark is not None)
        assert remark is None or remark in remarks[0]


def test_a_mapping_can_say_what_stands_first(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [HEADINGS, row(day="05/11/2025")])
    (found,) = propose(path)
    with read([path], RTIN, found.mapping.with_order(MONTH)) as books:
        assert documents(books)[0]["document_date"] == date(2025, 5, 11)
        assert list(books.notes()) == []


def test_days_that_excel_took_for_months_are_suspected(tmp_path: Path) -> None:
    days = [f"2025-{month:02}-11" for month in range(1, 13)] + ["25/11/2025", "26/11/2025"]
    path = csv_file(tmp_path, [HEADINGS, *(row(f"A-{at}", day=day) for at, day in enumerate(days))])
    with read([path], RTIN) as books:
        assert "Excel seems to have taken day for month" in next(books.notes()).reason


@pytest.fixture(scope="module")
def register() -> Iterator[Register]:
    with Register() as empty:
        yield empty


def paise(register: Register, cell: str, side: str = "dr") -> int | None:
    query = "select amount_of(?, exact(bare(?), digits(bare(?)), ?))"
    return register.db.execute(query, [cell, cell, cell, side]).fetchall()[0][0]


AMOUNTS: list[tuple[str, int | None]] = [
    *((said, 12345678) for said in ("123456.78", "1,23,456.78", "123,456.78", "₹ 1,23,456.78", "Rs. 1,23,456.78")),
    *((said, 12345678) for said in ("1,23,456.78 Dr", "1,23,456.78Dr.", "+123456.78", "INR 123456.78", "123456.780")),
    *((said, -12345678) for said in ("-123456.78", "(1,23,456.78)", "123456.78-", "(-)1,23,456.78", "−123456.78")),
    *((said, -12345678) for said in ("1,23,456.78 Cr", "123456.78CR", "₹ (1,23,456.78)", "-1,23,456.78 Dr")),
    *((said, 0) for said in ("0", "-", "--", "–", "nil", "0.00", " - ", "0.004", "1E-05")),
    *((said, 50) for said in (".5", "0.5", "0.495", "0.50000000000000004", "5e-1")),
    *((said, None) for said in ("abc", "1.234,56", "1234,56", "12,34", "1_000", "1e300", "12.3.4", "(5", "5)", "1/2")),
    *((said, None) for said in ("10000000000000", "NaN", "inf", "२५", "18%", "Cr", "1,,000")),
]


@pytest.mark.parametrize(("cell", "expected"), AMOUNTS)
def test_a_cell_is_an_amount_in_all_the_ways_in_which_it_is_written(
    cell: str, expected: int | None, register: Register
) -> None:
    assert paise(register, cell) == expected
    # What recognises columns has the same idea of an amount, but for the side of the ledger and the size.
    assert (amount(cell) is None) == (expected is None) or cell == "10000000000000" or cell == "1e300"


def test_what_stands_on_the_usual_side_of_the_ledger_isnt_below_zero(register: Register) -> None:
    assert [paise(register, cell, "cr") for cell in ("5 Cr", "5 Dr", "-5 Cr", "5")] == [500, -500, -500, 500]


@given(whole=st.integers(-(10**14), 10**14))
def test_every_whole_paisa_is_read_as_it_is_written(whole: int, register: Register) -> None:
    other = f"({indian(whole)})" if whole >= 0 else f"{indian(-whole)}-"
    assert [paise(register, said) for said in (str(rupees(whole)), indian(whole), other)] == [whole, whole, -abs(whole)]


@given(number=st.floats(-1e12, 1e12, allow_nan=False))
def test_a_number_of_excel_is_rounded_half_up_from_what_python_writes_for_it(number: float, register: Register) -> None:
    exact = Decimal(repr(number))
    assert paise(register, repr(number)) == int(exact.quantize(Decimal("0.01"), ROUND_HALF_UP) * 100)
