"""What was really supplied is as such things are: suppliers, their numbering, days and amounts."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.gstin import Gstin
from gst_ims.synthetic.ledgers.documents import DAYS, FIRST_DAY, Documents, Suppliers, documents, suppliers
from gst_ims.synthetic.ledgers.draws import below, bits, fractions, mixed

SELLERS, EACH = 400, 25


@pytest.fixture(scope="module")
def sellers() -> Suppliers:
    return suppliers(SELLERS, 11)


@pytest.fixture(scope="module")
def true(sellers: Suppliers) -> Documents:
    return documents(np.repeat(np.arange(SELLERS), EACH), sellers, 11)


def test_every_gstin_is_right_and_there_is_none_twice(sellers: Suppliers) -> None:
    assert len({Gstin.parse(it) for it in sellers.gstin}) == SELLERS


def test_every_fourth_and_the_next_share_a_pan_in_two_states(sellers: Suppliers) -> None:
    for first, second in zip(range(0, SELLERS, 4), range(1, SELLERS, 4), strict=True):
        one, other = Gstin(sellers.gstin[first]), Gstin(sellers.gstin[second])
        assert one.pan == other.pan
        assert one.state != other.state
        assert (sellers.sibling[first], sellers.sibling[second]) == (other, one)
    assert [it for it in sellers.sibling[2::4] if it] == []


def test_numbers_fit_the_portal(true: Documents) -> None:
    assert all(re.fullmatch(r"[A-Z0-9/-]{1,16}", it) for it in true.number)


def test_a_supplier_numbers_in_one_style(true: Documents) -> None:
    for seller in range(50):
        mine = true.number[(true.supplier == seller) & ~true.credit & ~true.debit]
        shapes = {re.sub(r"\d+$", "", it) for it in mine}
        assert len(shapes) <= 3, "one a financial year, and perhaps a serial that begins with the year"


def test_serials_go_up_by_one(true: Documents) -> None:
    steps: Counter[int] = Counter()
    for seller in range(100):
        serials = [int(re.findall(r"\d+$", it)[0]) for it in true.number[true.supplier == seller]]
        steps.update(np.diff(serials).tolist())
    assert steps.most_common(1)[0][0] == 1
    assert steps[1] > 0.8 * sum(steps.values())


def test_days_rise_and_lie_in_two_financial_years(true: Documents) -> None:
    for seller in range(SELLERS):
        days = true.day[true.supplier == seller]
        assert (np.diff(days) >= 0).all()
    assert true.day.min() >= FIRST_DAY
    assert true.day.max() < FIRST_DAY + DAYS + 1
    years = true.day >= np.datetime64("2025-04-01", "D").astype(np.int64)
    assert 0.4 < years.mean() < 0.6


def test_six_in_a_hundred_are_credit_notes_and_one_a_debit_note(true: Documents) -> None:
    assert 0.04 < true.credit.mean() < 0.08
    assert 0.005 < true.debit.mean() < 0.02
    assert not (true.credit & true.debit).any()


def test_amounts_are_between_a_hundred_rupees_and_five_lakh_small_ones_more_often(true: Documents) -> None:
    assert true.taxable.min() >= 100_00
    assert true.taxable.max() <= 5_01_000_00
    assert np.median(true.taxable) < true.taxable.mean()


def test_some_suppliers_bill_the_same_amount_each_time(true: Documents) -> None:
    steady = [seller for seller in range(SELLERS) if len(set(true.taxable[true.supplier == seller].tolist())) == 1]
    assert steady
    assert all(seller % 7 == 3 for seller in steady)


def test_some_bill_in_hundreds_of_rupees(true: Documents) -> None:
    whole = true.taxable[true.supplier % 5 == 2]
    assert (whole % 100_00 == 0).all()
    assert (true.taxable % 100_00 != 0).any()


def test_tax_is_of_two_heads_within_the_state_and_of_one_between(sellers: Suppliers, true: Documents) -> None:
    states = np.array([it[:2] for it in sellers.gstin])[true.supplier]
    assert (true.intra == (states == "27")).all()


def test_a_supplier_has_one_rate(true: Documents) -> None:
    assert all(len(set(true.rate[true.supplier == seller].tolist())) == 1 for seller in range(SELLERS))
    assert set(true.rate.tolist()) == {1800, 500, 1200, 2800}


# The draws.


def test_other_purposes_and_seeds_give_other_numbers() -> None:
    assert bits(1, "a", 9).tolist() != bits(1, "b", 9).tolist()
    assert bits(1, "a", 9).tolist() != bits(2, "a", 9).tolist()
    assert len(set(bits(1, "a", 10_000).tolist())) == 10_000


@given(st.integers(1, 10**9), st.integers(0, 2**31), st.integers(0, 50))
def test_numbers_are_below_the_limit(limit: int, seed: int, count: int) -> None:
    drawn = below(limit, seed, "x", count)
    assert len(drawn) == count
    assert all(0 <= it < limit for it in drawn.tolist())


@given(st.integers(0, 2**31), st.integers(1, 40), st.integers(0, 40))
def test_more_of_them_begin_with_the_same(seed: int, few: int, more: int) -> None:
    assert bits(seed, "x", few).tolist() == bits(seed, "x", few + more).tolist()[:few]


def test_fractions_are_spread_evenly() -> None:
    drawn = fractions(3, "x", 40_000)
    assert 0 <= drawn.min() < drawn.max() < 1
    shares = np.histogram(drawn, bins=10, range=(0, 1))[0] / len(drawn)
    assert (abs(shares - 0.1) < 0.01).all()


def test_one_bit_changes_half_of_all() -> None:
    one, other = mixed(np.array([1], dtype=np.uint64)), mixed(np.array([3], dtype=np.uint64))
    assert 20 < int(one[0] ^ other[0]).bit_count() < 44
