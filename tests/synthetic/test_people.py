"""Made-up companies: GSTINs that pass every check, names that nobody has, the same from the same seed."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin, check_digit
from gst_ims.core.states import GSTIN_STATES
from gst_ims.synthetic.people import STATES, Company, Role, companies, make_gstin, register

seeds = st.integers(0, 2**32)
roles = st.sampled_from(list(Role))


# GSTINs


@pytest.mark.parametrize("role", list(Role))
def test_every_gstin_passes_the_strictest_check(role):
    for company in companies(1, 500, role):
        assert Gstin.parse(company.gstin) == company.gstin


@given(seeds, roles)
@settings(max_examples=30, deadline=None)
def test_every_check_digit_is_right_whatever_the_seed(seed, role):
    for company in companies(seed, 10, role):
        assert check_digit(company.gstin[:14]) == company.gstin[14]


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_no_gstin_comes_twice_in_any_role(seed):
    gstins = [c.gstin for role in Role for c in companies(seed, 200, role)]
    assert len(set(gstins)) == len(gstins)


def test_twenty_thousand_companies_have_twenty_thousand_pans():
    made = companies(3, 20_000, Role.SUPPLIER)
    assert len({c.gstin.pan for c in made}) == 20_000


def test_a_gstin_is_a_gstin_and_not_only_text():
    assert isinstance(companies(1, 1, Role.SUPPLIER)[0].gstin, Gstin)


def test_an_operators_gstin_has_a_c_before_its_check_digit():
    assert all(c.gstin[13] == "C" for c in companies(1, 50, Role.ECO))


@pytest.mark.parametrize("role", [Role.RECIPIENT, Role.SUPPLIER, Role.SEZ])
def test_all_others_have_a_z_there(role):
    assert all(c.gstin[13] == "Z" for c in companies(1, 50, role))


def test_every_holder_of_a_pan_is_a_company():
    assert all(c.gstin.pan[3] == "C" for c in companies(1, 50, Role.SUPPLIER))


def test_the_fifth_letter_of_the_pan_is_the_initial_of_the_name():
    assert all(c.gstin.pan[4] == c.trade_name[0] for c in companies(1, 50, Role.SUPPLIER))


def test_industry_is_in_many_states():
    assert len({c.gstin.state for c in companies(1, 500, Role.SUPPLIER)}) > 15


def test_most_companies_are_where_most_industry_is():
    made = companies(1, 1_000, Role.SUPPLIER)
    assert sum(c.gstin.state == "27" for c in made) > 2 * sum(c.gstin.state == "30" for c in made)


def test_companies_are_only_where_companies_can_be():
    assert set(STATES) <= GSTIN_STATES
    assert not set(STATES) & {"25", "28", "97", "99"}  # gone, or no state


def test_states_are_taken_in_turn_where_they_are_given():
    assert [c.gstin.state for c in companies(1, 5, Role.SUPPLIER, states=("27", "29"))] == [
        "27",
        "29",
        "27",
        "29",
        "27",
    ]


# The same seed, the same companies


@given(seeds, roles)
@settings(max_examples=20, deadline=None)
def test_the_same_seed_makes_the_same_companies(seed, role):
    assert companies(seed, 5, role) == companies(seed, 5, role)


def test_another_seed_makes_others():
    assert not {c.gstin for c in companies(1, 100, "supplier")} & {c.gstin for c in companies(2, 100, "supplier")}


@given(seeds, roles, st.integers(0, 20))
@settings(max_examples=20, deadline=None)
def test_more_companies_begin_with_the_same_ones(seed, role, count):
    assert companies(seed, 20, role)[:count] == companies(seed, count, role)


def test_no_company_is_as_good_as_any_number():
    assert companies(1, 0, Role.SUPPLIER) == []


def test_a_role_may_be_written():
    assert companies(1, 3, "eco") == companies(1, 3, Role.ECO)


def test_a_role_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="landlord"):
        companies(1, 3, "landlord")


# Names


def test_names_are_two_words_or_more_that_can_be_read():
    for company in companies(1, 300, Role.SUPPLIER):
        assert re.fullmatch(r"[A-Z][a-z]+( [A-Z][a-z]+){1,2}", company.trade_name)


def test_no_name_comes_twice_until_all_have_come():
    names = [c.trade_name for c in companies(1, 4_800, Role.SUPPLIER)]
    assert len(set(names)) == 4_800


def test_there_is_no_end_of_companies_when_names_come_again():
    made = companies(1, 5_000, Role.SUPPLIER)
    assert len({c.gstin for c in made}) == 5_000


def test_the_legal_name_is_that_of_a_private_company():
    company = companies(1, 1, Role.SUPPLIER)[0]
    assert company.legal_name == f"{company.trade_name} Private Limited"


def test_a_username_is_plain():
    for company in companies(1, 300, Role.SUPPLIER):
        assert re.fullmatch(r"[a-z_]+_[0-9]{2}", company.username)


def test_a_prefix_is_three_capital_letters():
    for company in companies(1, 300, Role.SUPPLIER):
        assert re.fullmatch(r"[A-Z]{3}", company.prefix)


def test_an_operators_trade_is_what_operators_do():
    assert {c.trade_name.split()[-1] for c in companies(1, 50, Role.ECO)} == {"Rides", "Kitchen", "Stays", "Errands"}


# What else a company has


def test_the_first_ones_file_by_quarter():
    made = companies(1, 5, Role.SUPPLIER, quarterly=2)
    assert [c.filing_frequency for c in made] == ["quarterly", "quarterly", "monthly", "monthly", "monthly"]
    assert [c.quarterly for c in made] == [True, True, False, False, False]


@pytest.mark.parametrize(
    ("role", "kind"),
    [
        (Role.RECIPIENT, "Regular"),
        (Role.SUPPLIER, "Regular"),
        (Role.ECO, "Tax Collector (E-Commerce)"),
        (Role.SEZ, "SEZ Unit"),
    ],
)
def test_the_taxpayer_type_follows_the_role(role, kind):
    assert {c.taxpayer_type for c in companies(1, 20, role)} == {kind}


def test_everybody_was_registered_under_gst_and_before_the_story():
    for company in companies(1, 300, Role.SUPPLIER):
        assert date(2017, 7, 1) <= company.registered_on < date(2025, 10, 1)


def test_a_company_cannot_be_changed():
    company = companies(1, 1, Role.SUPPLIER)[0]
    with pytest.raises(AttributeError):
        company.trade_name = "Another"


# Registrations made by hand


def test_a_second_registration_shares_the_pan():
    first = make_gstin("27", "AAPFU0939F")
    second = make_gstin("27", "AAPFU0939F", entity="2")
    assert first == "27AAPFU0939F1ZV"
    assert first.pan == second.pan
    assert first != second


def test_a_gstin_of_no_state_is_refused():
    with pytest.raises(Invalid, match="state"):
        make_gstin("98", "AAPFU0939F")


def test_a_gstin_of_no_pan_is_refused():
    with pytest.raises(Invalid, match="registration"):
        make_gstin("27", "0000000000")


def test_what_is_registered_has_names_from_its_trade_name():
    company = register(
        make_gstin("33", "AAPFU0939F"), "Saraswati Foods", frequency="quarterly", taxpayer_type="Regular"
    )
    assert company == Company(
        Gstin("33AAPFU0939F1Z2"),
        "saraswati_foods_33",
        "Saraswati Foods Private Limited",
        "Saraswati Foods",
        "quarterly",
        "Regular",
        date(2017, 7, 1),
    )
