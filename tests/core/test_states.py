"""State codes: which there are, and for what."""

from __future__ import annotations

import re

import pytest

from gst_ims.core.states import GSTIN_STATES, PLACES_OF_SUPPLY, STATES


def test_the_states_are_01_to_38_and_three_that_are_not_states():
    assert list(STATES) == [f"{n:02}" for n in range(1, 39)] + ["96", "97", "99"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("01", "Jammu and Kashmir"),
        ("07", "Delhi"),
        ("09", "Uttar Pradesh"),
        ("19", "West Bengal"),
        ("24", "Gujarat"),
        ("26", "Dadra and Nagar Haveli and Daman and Diu"),
        ("27", "Maharashtra"),
        ("29", "Karnataka"),
        ("33", "Tamil Nadu"),
        ("36", "Telangana"),
        ("37", "Andhra Pradesh"),
        ("38", "Ladakh"),
        ("96", "Other Countries"),
        ("97", "Other Territory"),
    ],
)
def test_a_code_has_the_name_that_the_law_gives_it(code, name):
    assert STATES[code] == name


def test_no_two_codes_have_the_same_name():
    assert len(set(STATES.values())) == len(STATES)


def test_the_states_cannot_be_changed():
    with pytest.raises(TypeError):
        STATES["27"] = "Bombay"


@pytest.mark.parametrize("code", [f"{n:02}" for n in range(100)])
def test_a_place_of_supply_is_what_the_pattern_of_gstn_takes(code):
    pattern = r"3[0-8]|[12][0-9]|0[1-9]|96|97"
    assert (code in PLACES_OF_SUPPLY) == bool(re.fullmatch(pattern, code))


def test_every_place_of_supply_has_a_name():
    assert STATES.keys() >= PLACES_OF_SUPPLY


def test_nobody_is_registered_in_another_country():
    assert set(STATES) - GSTIN_STATES == {"96"}
