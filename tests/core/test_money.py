"""Money: exact from the edge inwards and back, and grouped as India groups."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.errors import Invalid
from gst_ims.core.money import indian, paise, positive_paise, rupees

LIMIT = 999_999_999_999_999  # paise: the widest amount of the wire

amounts = st.integers(-LIMIT, LIMIT)


# Rupees to paise


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        ("0.00", 0),
        ("-0.00", 0),
        ("1", 100),
        ("1.5", 150),
        ("1.50", 150),
        ("0.01", 1),
        ("-0.01", -1),
        ("10883.91", 1_088_391),
        ("-1800.00", -180_000),
        ("120932.18", 12_093_218),
        ("007.10", 710),
        ("9999999999999.99", LIMIT),
        ("-9999999999999.99", -LIMIT),
    ],
)
@pytest.mark.parametrize("kind", [str, Decimal])
def test_rupees_become_paise(kind, text, expected):
    assert paise(kind(text)) == expected


@pytest.mark.parametrize(("amount", "expected"), [(0, 0), (1, 100), (-7, -700), (142700, 14_270_000)])
def test_whole_rupees_become_paise(amount, expected):
    assert paise(amount) == expected


@pytest.mark.parametrize(
    ("amount", "expected"), [(Decimal("1E+3"), 100_000), (Decimal("12E-1"), 120), (Decimal("0E+30"), 0)]
)
def test_a_decimal_counts_by_its_value_not_by_its_digits(amount, expected):
    assert paise(amount) == expected


@pytest.mark.parametrize("amount", ["1.500", "1.5000000000000000000000000000000000000000", Decimal("1.500")])
def test_zeros_after_the_second_decimal_change_nothing(amount):
    assert paise(amount) == 150


def test_the_result_is_an_int():
    assert type(paise(Decimal("1.00"))) is int


@pytest.mark.parametrize("amount", ["0.001", "1.234", "-1.005", "0.0000000001", "9999999999999.985", "1.009999999999"])
@pytest.mark.parametrize("kind", [str, Decimal])
def test_a_part_of_a_paisa_is_refused_and_never_rounded(kind, amount):
    with pytest.raises(Invalid, match="more than two decimals"):
        paise(kind(amount))


def test_a_part_of_a_paisa_is_noticed_however_small_it_is():
    with pytest.raises(Invalid, match="more than two decimals"):
        paise(Decimal("1." + "0" * 60 + "1"))


def test_a_tiny_exponent_is_refused_at_once():
    with pytest.raises(Invalid, match="more than two decimals"):
        paise(Decimal("1E-999999"))


@pytest.mark.parametrize(
    "amount",
    [
        "10000000000000",
        "-10000000000000.00",
        10**13,
        -(10**13),
        10**5000,
        Decimal("9999999999999.991"),
        Decimal("1E+999999"),
        "9" * 5000,
    ],
    ids=["text", "negative text", "int", "negative int", "huge int", "a hair above", "huge exponent", "long text"],
)
def test_what_the_wire_cannot_carry_is_out_of_range(amount):
    with pytest.raises(Invalid, match="out of range"):
        paise(amount)


@pytest.mark.parametrize("text", ["NaN", "-NaN", "sNaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_refused(text):
    with pytest.raises(Invalid, match="out of range"):
        paise(Decimal(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        ".",
        ".5",
        "5.",
        " 1",
        "1 ",
        "1\n",
        "+1",
        "--1",
        "1,234.00",
        "1_000",
        "1e3",
        "0x10",
        "NaN",
        "Infinity",
        "१२",
        "₹ 5",
        "5 CR",
        "1.2.3",
    ],
)
def test_text_that_is_not_a_plain_number_is_refused(text):
    with pytest.raises(Invalid, match="isn't a number such as"):
        paise(text)


@pytest.mark.parametrize("amount", [0.0, 1.5, float("nan"), None, b"1"])
def test_a_float_or_anything_else_is_a_type_error(amount):
    with pytest.raises(TypeError, match="pass a Decimal, an int or a str"):
        paise(amount)


@given(st.text(max_size=12))
def test_whatever_text_comes_is_read_or_refused_as_invalid(text):
    with suppress(Invalid):
        assert paise(text) == Decimal(text) * 100


@given(st.decimals())
def test_whatever_decimal_comes_is_read_exactly_or_refused_as_invalid(amount):
    with suppress(Invalid):
        assert rupees(paise(amount)) == amount


def test_the_precision_of_the_caller_does_not_matter():
    with localcontext(prec=3):
        assert paise("9999999999999.99") == LIMIT


# Paise to rupees


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0.00"),
        (1, "0.01"),
        (10, "0.10"),
        (100, "1.00"),
        (1050, "10.50"),
        (-1, "-0.01"),
        (-180_000, "-1800.00"),
        (LIMIT, "9999999999999.99"),
    ],
)
def test_rupees_have_two_decimals(amount, text):
    assert str(rupees(amount)) == text


@given(amounts)
def test_every_amount_comes_back_the_same(amount):
    assert paise(rupees(amount)) == amount


@given(amounts)
def test_every_amount_comes_back_the_same_from_text(amount):
    assert paise(str(rupees(amount))) == amount


@given(amounts, amounts)
def test_rupees_add_up_as_paise_do(one, other):
    assert rupees(one) + rupees(other) == rupees(one + other)


# For people


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "0.00"),
        (5, "0.05"),
        (-5, "-0.05"),
        (99_999, "999.99"),
        (100_000, "1,000.00"),
        (1_234_567, "12,345.67"),
        (12_345_678, "1,23,456.78"),
        (-12_345_678, "-1,23,456.78"),
        (10_000_000, "1,00,000.00"),
        (100_000_000, "10,00,000.00"),
        (1_000_000_000, "1,00,00,000.00"),
        (10_000_000_000, "10,00,00,000.00"),
        (LIMIT, "99,99,99,99,99,999.99"),
    ],
)
def test_amounts_are_grouped_by_thousand_lakh_and_crore(amount, text):
    assert indian(amount) == text


@given(amounts)
def test_commas_are_all_that_grouping_adds(amount):
    assert indian(amount).replace(",", "") == str(rupees(amount))


@given(st.integers(100_000, LIMIT))
def test_three_digits_stand_last_and_two_in_each_group_before(amount):
    first, *middle, last = indian(amount)[:-3].split(",")
    assert (len(first) in (1, 2), {len(group) for group in middle} <= {2}, len(last)) == (True, True, 3)


def test_the_amount_of_a_document_may_be_zero() -> None:
    assert positive_paise("0") == 0


def test_the_amount_of_a_document_is_not_below_zero() -> None:
    with pytest.raises(Invalid, match="below zero"):
        positive_paise("-0.01")
