"""Single mistakes: each changes what its name says, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.synthetic.ledgers import slips

Row = dict[str, Any]
DAY = 20_254  # 15 June 2025, in days since 1970
MONEY = ("value", "taxable", "igst", "cgst", "sgst", "cess")

seeds = st.integers(0, 10**6)
numbers = st.sampled_from(
    ["INV/25-26/0042", "1", "0007", "2526ABC00031", "25-26/7", "2025-26/WJ/196", "TB-10", "ABC/1001", "N/12", "0000001"]
)
amounts = st.integers(1, 5 * 10**9)


def row(number: str = "INV/25-26/0042", taxable: int = 100_000, *, intra: bool = False, **more: Any) -> Row:
    tax = taxable * 18 // 100
    heads = {"igst": 0, "cgst": tax // 2, "sgst": tax // 2} if intra else {"igst": tax, "cgst": 0, "sgst": 0}
    made = {"stin": "29AAGCB7383J1Z4", "section": "b2b", "number": number, "document_date": DAY, "taxable": taxable}
    return made | heads | {"cess": 0, "value": taxable + sum(heads.values())} | more


def changed(was: Row, now: Row) -> set[str]:
    return {name for name in was if was[name] != now[name]}


FIELDS: dict[str, tuple[Callable[[Random, Row], Row], set[str]]] = {
    "number_format": (slips.number_format, {"number"}),
    "number_typo": (slips.number_typo, {"number"}),
    "gstin_typo": (slips.gstin_typo, {"stin"}),
    "rounded": (slips.rounded, {"taxable", "igst", "cgst", "sgst", "value"}),
    "other_amount": (slips.other_amount, {"taxable", "igst", "cgst", "sgst", "value"}),
    "heads_swapped": (slips.heads_swapped, {"igst", "cgst", "sgst"}),
    "date_shifted": (slips.date_shifted, {"document_date"}),
    "credit_negative": (slips.credit_negative, {*MONEY, "section"}),
    "credit_as_invoice": (slips.credit_as_invoice, {"section"}),
}


@pytest.mark.parametrize(("slip", "fields"), FIELDS.values(), ids=FIELDS.keys())
@given(seed=seeds, number=numbers, taxable=amounts, intra=st.booleans())
def test_a_slip_touches_its_own_fields_only(
    slip: Callable[[Random, Row], Row], fields: set[str], seed: int, number: str, taxable: int, intra: bool
) -> None:
    was = row(number, taxable, intra=intra, section="b2bcn")
    kept = dict(was)
    now = slip(Random(seed), was)
    assert was == kept, "the row that was given is left as it is"
    assert changed(was, now) <= fields


SURE = ("number_format", "number_typo", "gstin_typo", "rounded", "date_shifted", "credit_negative", "credit_as_invoice")


@pytest.mark.parametrize("name", SURE)
@given(seed=seeds, number=numbers, taxable=amounts)
def test_a_slip_changes_something(name: str, seed: int, number: str, taxable: int) -> None:
    was = row(number, taxable, section="b2bcn")
    assert changed(was, FIELDS[name][0](Random(seed), was))


@pytest.mark.parametrize("name", ["number_format", "number_typo", "gstin_typo", "rounded", "date_shifted"])
def test_a_seed_makes_the_same_slip_again(name: str) -> None:
    slip = FIELDS[name][0]
    assert [slip(Random(seed), row()) for seed in range(20)] == [slip(Random(seed), row()) for seed in range(20)]
    assert len({str(slip(Random(seed), row())) for seed in range(20)}) > 1


@given(seeds, numbers)
def test_another_way_to_write_a_number_keeps_its_serial(seed: int, number: str) -> None:
    now = slips.number_format(Random(seed), row(number))["number"]
    looks = str.maketrans("OI", "01")

    def digits(text: str) -> str:
        said = "".join(c for c in text.upper().translate(looks) if c.isdigit())
        for year in ("202425", "202526", "2425", "2526"):
            said = said.replace(year, "")
        return said.replace("0", "")

    assert digits(now) == digits(number)


@given(seeds, numbers)
def test_a_slip_of_the_finger_is_at_the_end_and_changes_the_length_by_one_at_most(seed: int, number: str) -> None:
    now = slips.number_typo(Random(seed), row(number))["number"]
    begin = max(0, len(number) - 6)
    assert now[:begin] == number[:begin]
    assert abs(len(now) - len(number)) <= 1


@given(seeds)
def test_a_mistyped_gstin_has_fifteen_characters_and_is_seldom_a_right_one(seed: int) -> None:
    now = slips.gstin_typo(Random(seed), row())["stin"]
    assert len(now) == 15
    assert sorted(now) != sorted("29AAGCB7383J1Z4") or now != "29AAGCB7383J1Z4"
    differing = sum(a != b for a, b in zip(now, "29AAGCB7383J1Z4", strict=True))
    assert differing in (1, 2)


def test_most_mistyped_gstins_have_a_wrong_check_digit() -> None:
    wrong = 0
    for seed in range(300):
        try:
            Gstin.parse(slips.gstin_typo(Random(seed), row())["stin"])
        except Invalid:
            wrong += 1
    assert wrong > 280


@given(seeds, amounts, st.booleans())
def test_rounding_is_half_a_rupee_an_amount_at_most(seed: int, taxable: int, intra: bool) -> None:
    was = row(taxable=taxable, intra=intra)
    now = slips.rounded(Random(seed), was)
    for name in ("taxable", "igst", "cgst", "sgst"):
        assert abs(was[name] - now[name]) <= 50
    assert now["value"] == sum(now[name] for name in MONEY[1:])


@given(seeds, st.integers(10_000, 10**9))
def test_another_amount_is_off_by_a_hundredth_at_least(seed: int, taxable: int) -> None:
    was = row(taxable=taxable)
    now = slips.other_amount(Random(seed), was)
    off = max(abs(was[name] - now[name]) * 100 - was[name] for name in ("taxable", "igst"))
    assert off >= -100
    assert now["value"] == sum(now[name] for name in MONEY[1:])


@given(seeds, amounts, st.booleans())
def test_swapped_heads_have_the_same_tax(seed: int, taxable: int, intra: bool) -> None:
    was = row(taxable=taxable, intra=intra)
    now = slips.heads_swapped(Random(seed), was)
    assert sum(was[name] for name in ("igst", "cgst", "sgst")) == sum(now[name] for name in ("igst", "cgst", "sgst"))
    assert (now["value"], now["taxable"]) == (was["value"], was["taxable"])


@given(seeds)
def test_a_date_is_shifted_by_six_weeks_at_most(seed: int) -> None:
    assert -2 <= slips.date_shifted(Random(seed), row())["document_date"] - DAY <= 42


@given(seeds, amounts)
def test_a_credit_note_below_zero_is_under_invoices_or_notes(seed: int, taxable: int) -> None:
    was = row(taxable=taxable, section="b2bcn")
    now = slips.credit_negative(Random(seed), was)
    assert all(now[name] == -was[name] for name in MONEY)
    assert now["section"] in ("b2b", "b2bcn")


@given(seeds, st.text("ABC0123456789/-", min_size=1, max_size=16).filter(lambda text: text.strip("/- 0")))
def test_a_typo_leaves_a_number(seed: int, text: str) -> None:
    made = slips.typo(Random(seed), text, 0)
    assert made != text
    assert made.strip("/- 0")
