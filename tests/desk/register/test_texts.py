"""Texts in all the ways in which they are written: each means one thing, or a reason is given. None is guessed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.desk.register.made import GUJARAT, HOME

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import indian, rupees
from gst_ims.core.period import Period
from gst_ims.core.section import Section
from gst_ims.core.states import PLACES_OF_SUPPLY
from gst_ims.desk.register import DateOrder, Register, values
from gst_ims.desk.register.columns import amount
from gst_ims.desk.register.words import words

DAYS = st.dates(date(2000, 1, 1), date(2099, 12, 31))
OTHER_YEARS = st.dates(date(1000, 1, 1), date(1999, 12, 31)) | st.dates(date(2100, 1, 1), date(9999, 12, 31))
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
LONG = [*("January", "February", "March", "April", "May", "June", "July", "August"), "September", "October"]
LONG += ["November", "December"]
#: A day of any year in figures and with the name of its month, day first.
WRITTEN: list[Callable[[date], str]] = [
    lambda it: f"{it.day:02}-{it.month:02}-{it.year:04}",
    lambda it: f"{it.day}/{it.month}/{it.year:04}",
    lambda it: f"{it.day}.{it.month:02}.{it.year:04}",
    lambda it: it.isoformat(),
    lambda it: f"{it.year:04}/{it.month}/{it.day}",
    lambda it: f"{it.isoformat()}T00:00:00",
    lambda it: f"{it.isoformat()} 10:30:59",
    lambda it: f"{it.isoformat()}T00:00:00+05:30",
    lambda it: f"{it.day}-{MONTHS[it.month - 1]}-{it.year:04}",
    lambda it: f"{it.day:02} {LONG[it.month - 1]} {it.year:04}",
    lambda it: f"{it.day}{MONTHS[it.month - 1].upper()}{it.year:04}",
    lambda it: f"{it.day}th {LONG[it.month - 1].lower()}, {it.year:04}",
    lambda it: f"{MONTHS[it.month - 1]} {it.day}, {it.year:04}",
    lambda it: f"{LONG[it.month - 1]} {it.day}th, {it.year:04} 10:30",
]


@given(DAYS, st.sampled_from(WRITTEN))
def test_a_day_is_read_in_every_way_in_which_it_is_written(day: date, written: Callable[[date], str]) -> None:
    assert values.day(written(day)) == (day.isoformat(), None, None)
    assert values.day(f" {written(day)}\n").value == day.isoformat()


@given(OTHER_YEARS, st.sampled_from(WRITTEN))
def test_a_day_of_another_century_is_none_of_this_one(day: date, written: Callable[[date], str]) -> None:
    """Read by its last two figures, an invoice of 1999 would be one of 2099."""
    found = values.day(written(day))
    assert found.value is None
    assert str(found.reason).startswith("Date ")


@given(DAYS, st.sampled_from([MONTHS, LONG]), st.sampled_from("-/. '"))
def test_two_figures_of_a_year_are_of_this_century(day: date, names: list[str], sign: str) -> None:
    said = f"{day.day}-{names[day.month - 1]}{sign}{day.year % 100:02}"
    assert values.day(said).value == day.isoformat()


@given(st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31)), st.booleans())
def test_a_day_that_excel_counts_is_read_with_its_time_left_out(moment: datetime, since_1904: bool) -> None:
    begin = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
    serial = (moment - begin) / timedelta(days=1)
    for said in (f"{int(serial)}", f"{serial:.6f}" if serial % 1 < 0.9 else f"{int(serial)}.5"):
        assert values.day(said, since_1904=since_1904).value == moment.date().isoformat()


@given(st.integers(1, 31), st.integers(1, 12), st.integers(2000, 2099))
def test_a_day_that_the_calendar_does_not_have_is_none(day: int, month: int, year: int) -> None:
    try:
        expected = date(year, month, day).isoformat()
    except ValueError:
        expected = None
    for said in (f"{day}-{month}-{year}", f"{year}-{month}-{day}", f"{day} {MONTHS[month - 1]} {year}"):
        assert values.day(said).value == expected
    assert values.day(f"{month}/{day}/{year}", DateOrder.MONTH).value == expected


@given(st.text(st.characters(codec="utf-8"), max_size=30) | st.from_regex(r"[\d/.:TZA-Va-v -]{1,20}", fullmatch=True))
def test_no_text_makes_a_reader_fail_and_what_has_no_value_has_a_reason(said: str) -> None:
    for name, reader in values.READERS.items():
        found = reader(said)
        # A supplier without GSTIN, and a place that nobody needs to know, are no mistake.
        assert found.value is not None or found.reason or name in ("stin", "rtin", "pos")
    for order in DateOrder:
        found = values.day(said, order)
        assert (found.value is None) == bool(found.reason)
        assert found.value is None or date(2000, 1, 1) <= date.fromisoformat(found.value) <= date(2099, 12, 31)


def is_valid(name: str, value: str) -> bool:
    """Whether it is what the documents have of this field."""
    match name:
        case "stin" | "rtin":
            return str(Gstin(value)) == value
        case "period":
            return date.fromisoformat(value).day == 1
        case "pos":
            return value in PLACES_OF_SUPPLY
        case "rate":
            return 0 <= Decimal(value) <= 100
        case "reverse_charge":
            return value in ("Y", "N")
        case _:
            return value in {section.value for section in Section}


@given(st.sampled_from(sorted(values.READERS)), st.sampled_from(["27", GUJARAT, "102025", "18%", "Y", "Invoice"]))
def test_a_value_has_the_shape_of_its_field(name: str, said: str) -> None:
    found = values.READERS[name](said)
    assert found.value is None or is_valid(name, found.value)


PERIODS = st.builds(Period, st.integers(2018, 2098), st.integers(1, 12))


@given(PERIODS)
def test_a_period_is_read_in_every_way_in_which_it_is_written(period: Period) -> None:
    short, long = MONTHS[period.month - 1], LONG[period.month - 1]
    for said in (
        *(str(period), f"{period.month:02}/{period.year}", f"{period.month}-{period.year}"),
        *(f"{short}-{period.year}", f"{short}-{period.year % 100}", f"{short} {period.year}", f"{long} {period.year}"),
        *(f"{period.year}-{period.month:02}", f"{period.year}-{period.month:02}-28T00:00:00"),
        *(f"28/{period.month:02}/{period.year}", f"28-{short}-{period.year}", f"28 {long} {period.year}"),
    ):
        assert values.period(said).value == period.first_day.isoformat(), said


@pytest.mark.parametrize("said", ["062017", "Jun-2017", "2017-06", "30/06/2017", "2025-13", "Q2", "2025", "FY 2025-26"])
def test_what_is_no_period_of_gst_is_none(said: str) -> None:
    found = values.period(said)
    assert found.value is None
    assert found.reason


@pytest.mark.parametrize("rate", words().rates)
def test_a_rate_is_read_in_every_way_in_which_it_is_written(rate: str) -> None:
    for said in (
        rate,
        f"{rate}%",
        f"{rate} %",
        f"GST {rate}%",
        f"GST{rate}",
        f"IGST @ {rate}%",
        f"{Decimal(rate):.2f}",
    ):
        assert values.rate(said) == (rate, None, None), said
    share = f"{Decimal(rate) / 100:f}"
    if share not in words().rates:
        assert values.rate(share) == (rate, None, None)


@pytest.mark.parametrize(
    ("said", "percent"), [("9", "9"), ("17.5%", "17.5"), ("0.5", "0.5"), ("100", "100"), ("18.1", "18.1")]
)
def test_a_rate_that_gst_does_not_have_is_taken_and_noted(said: str, percent: str) -> None:
    found = values.rate(said)
    assert (found.value, found.note) == (percent, f"Rate {percent}% isn't one of GST.")


@given(st.sampled_from([GUJARAT, HOME]), st.lists(st.sampled_from(" \t\n\u00a0"), min_size=15, max_size=15))
def test_spaces_and_case_change_no_gstin(gstin: str, spaces: list[str]) -> None:
    said = "".join(f"{space}{sign.lower()}" for sign, space in zip(gstin, spaces, strict=True))
    assert values.gstin(said) == (gstin, None, None)


@given(st.integers(0, 14), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_a_slip_in_one_sign_of_a_gstin_is_noted_or_refused(place: int, sign: str) -> None:
    said = f"{GUJARAT[:place]}{sign}{GUJARAT[place + 1 :]}"
    found = values.gstin(said)
    assert (found == (GUJARAT, None, None)) == (said == GUJARAT)
    assert said == GUJARAT or bool(found.reason) != bool(found.note)
    assert found.value in (None, said)


@pytest.mark.parametrize(
    "said", ["", "-", "URP", "u.r.p.", "Un-registered", "N.A.", "nil", "NONE", "Consumer", "0", "--"]
)
def test_a_supplier_without_gstin_is_no_mistake(said: str) -> None:
    assert values.gstin(said) == (None, None, None)


@pytest.fixture(scope="module")
def register() -> Iterator[Register]:
    with Register() as empty:
        yield empty


def paise(register: Register, cells: list[str], side: str = "dr") -> list[int | None]:
    """How the macros read cells, in one statement."""
    query = "select amount_of(c, exact(bare(c), digits(bare(c)), ?)) from (select unnest(?) c, unnest(?) n) order by n"
    return [row[0] for row in register.db.execute(query, [side, cells, list(range(len(cells)))]).fetchall()]


PIECES = st.sampled_from(
    [
        *"01259,.-+()e %–−₹\u00a0\u2009\u202f",
        *("(-)", "Dr", "Cr", "Dr.", "Rs.", "INR", "nil", "1,23,456", "1,234.50", "12,345"),
    ]
)


@settings(max_examples=25)
@given(
    cells=st.lists(st.lists(PIECES, min_size=1, max_size=5).map("".join).filter(str.strip), min_size=100, max_size=200)
)
def test_what_recognises_columns_and_what_reads_them_have_one_idea_of_an_amount(
    cells: list[str], register: Register
) -> None:
    cells = [cell.strip() for cell in cells]
    for cell, read in zip(cells, paise(register, cells), strict=True):
        known = amount(cell)
        if known is None or abs(known) >= 10**13:
            assert read is None, cell
        else:
            assert read is not None, cell
            assert abs(read) == abs(int(known.quantize(Decimal("0.01"), "ROUND_HALF_UP") * 100)), cell


#: The ways in which a book writes an amount of paise, above zero and below it, where debits aren't below.
STYLES: list[Callable[[str], tuple[str, str]]] = [
    lambda it: (it, f"-{it}"),
    lambda it: (f"+{it}", f"{it}-"),
    lambda it: (f"₹ {it}", f"(₹ {it})"),
    lambda it: (f"Rs.{it}", f"(-){it}"),
    lambda it: (f"{it} Dr", f"{it} Cr"),
    lambda it: (f"{it}DR.", f"{it}cr."),
    lambda it: (f"INR {it}", f"−{it}"),
    lambda it: (f"\u00a0{it}\u00a0", f"Rs. -{it} Dr"),
]


@settings(max_examples=30)
@given(amounts=st.lists(st.integers(1, 10**15 - 1), min_size=50, max_size=50), style=st.sampled_from(STYLES))
def test_every_amount_is_read_to_the_paisa_in_every_style(
    amounts: list[int], style: Callable[[str], tuple[str, str]], register: Register
) -> None:
    plain = [it for whole in amounts for it in style(str(rupees(whole)))]
    grouped = [it for whole in amounts for it in style(indian(whole))]
    expected = [it for whole in amounts for it in (whole, -whole)]
    assert paise(register, plain) == expected
    assert paise(register, grouped) == expected


@settings(max_examples=20)
@given(amounts=st.lists(st.integers(1, 10**9), min_size=20, max_size=20))
def test_the_sides_of_the_ledger_are_each_others_negative(amounts: list[int], register: Register) -> None:
    cells = [f"{indian(whole)} {side}" for whole in amounts for side in ("Dr", "Cr")]
    assert paise(register, cells, "cr") == [-it if it else it for it in map(int, map(str, paise(register, cells)))]
    unmarked = [indian(whole) for whole in amounts]
    assert paise(register, unmarked, "cr") == paise(register, unmarked, "dr") == amounts


@given(st.integers(1, 31), st.integers(1, 31), st.sampled_from("-/. "))
def test_an_order_is_shown_by_a_day_after_the_twelfth_alone(first: int, second: int, sign: str) -> None:
    said = f"{first}{sign}{second:02}{sign}2025"
    expected = {(True, False): DateOrder.DAY, (False, True): DateOrder.MONTH}.get((first > 12, second > 12))
    assert values.order_of(said) == expected
    assert values.is_open(said) == (first <= 12 and second <= 12 and first != second)


def test_the_wire_of_a_refused_gstin_is_that_of_the_value() -> None:
    """What is wrong is said once, where GSTINs are."""
    with pytest.raises(Invalid) as refused:
        Gstin("27AAXCT0001K1Z")
    assert values.gstin("27AAXCT0001K1Z").reason == str(refused.value)
