"""GSTINs: what is one, what isn't and why, and the check digit."""

from __future__ import annotations

import copy
import pickle
from contextlib import suppress

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin, check_digit
from gst_ims.core.states import GSTIN_STATES

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

VALID = [
    "27AAPFU0939F1ZV",
    "24AAACR1111A1ZH",
    "24AAACS1111A1ZG",
    "27AAACS2222B1Z2",
    "27AAACE3333C1Z8",
    "27AAACE3333C2CI",
]

# GSTN's own samples whose check digit happens to be right, and whose pattern is a regular taxpayer's.
VALID_SAMPLES = [
    "27AHQPA7588L1ZJ",
    "32TAAOA2947A1Z7",
    "24SHUBH3221U1Z1",
    "33GSPTN0791G1Z5",
]

# And those that no check passes, but that a test environment has to take.
INVENTED_SAMPLES = [
    "24MAYAS0100J1JD",
    "20MAYAS0100J1ZX",
    "01AABCE2207R1Z5",
    "24ABCCU0123M1YZ",
    "29AAACQ3770E000",
    "05ABNTY3290P8ZB",
]

KINDS = {
    "regular": "27AAPFU0939F1ZV",
    "second registration in a state": "24AAACR1111A2ZG",
    "more than nine registrations in a state": "24AAACR1111AAZ8",
    "deducts tax at source, with a PAN": "27AAACS2222B1DB",
    "deducts tax at source, with a TAN": "27MUMA12345B1D5",
    "e-commerce operator": "27AAACE3333C2CI",
    "input service distributor": "24AAACR1111A1AW",
    "government": "07AAAG10000A1Z1",
    "non-resident": "0717USA12345NRO",
    "online services from abroad": "9917SGP29012OSQ",
    "United Nations body": "0717UNO12345UNL",
    "embassy": "0717ABC00012ONV",
}


def with_check_digit(first14: str) -> str:
    return first14 + check_digit(first14)


states = st.sampled_from(sorted(GSTIN_STATES))
letters = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=5, max_size=5)
digits = st.text("0123456789", min_size=4, max_size=4)
regular_14 = st.builds(
    lambda state, five, four, last, entity: f"{state}{five}{four}{last}{entity}Z",
    states,
    letters,
    digits,
    st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    st.sampled_from("123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
)
regular = regular_14.map(with_check_digit)
any_14 = st.text(ALPHABET, min_size=14, max_size=14)
lenient = st.builds(lambda state, rest: state + rest, states, st.text(ALPHABET, min_size=13, max_size=13))


# What is one


@pytest.mark.parametrize("text", VALID + VALID_SAMPLES)
def test_a_gstin_with_the_right_check_digit_is_read(text):
    assert Gstin.parse(text) == text


@pytest.mark.parametrize("text", KINDS.values(), ids=KINDS.keys())
def test_every_kind_of_registration_is_read(text):
    assert Gstin.parse(text) == text


@given(regular)
def test_any_regular_gstin_is_read(text):
    assert Gstin.parse(text) == text


@pytest.mark.parametrize("text", VALID + VALID_SAMPLES + INVENTED_SAMPLES)
def test_test_mode_takes_the_samples_of_gstn(text):
    assert Gstin.parse(text, checksum=False) == text


@given(lenient)
def test_test_mode_takes_two_digits_of_a_state_and_any_thirteen(text):
    assert Gstin.parse(text, checksum=False) == text


@pytest.mark.parametrize("state", sorted(GSTIN_STATES))
def test_a_gstin_of_every_state_is_read(state):
    text = with_check_digit(f"{state}AAACR1111A1Z")
    assert Gstin.parse(text).state == state


# What isn't


@pytest.mark.parametrize("text", INVENTED_SAMPLES)
def test_outside_of_test_mode_invented_samples_are_refused(text):
    with pytest.raises(Invalid):
        Gstin.parse(text)


@pytest.mark.parametrize(
    ("text", "length"),
    [("", 0), ("27AAPFU0939F1Z", 14), ("27AAPFU0939F1ZVV", 16), (" 27AAPFU0939F1ZV", 16), ("27AAPFU0939F1ZV\n", 16)],
)
@pytest.mark.parametrize("checksum", [True, False])
def test_a_wrong_length_is_named(text, length, checksum):
    with pytest.raises(Invalid, match=f"has {length} characters: it must have 15"):
        Gstin.parse(text, checksum=checksum)


@pytest.mark.parametrize("text", ["27aapfu0939f1zv", "27AAPFU0939F1Zv", "27AAPFU0939f1ZV"])
@pytest.mark.parametrize("checksum", [True, False])
def test_small_letters_are_refused_and_capitals_asked_for(text, checksum):
    with pytest.raises(Invalid, match="capital letters are needed"):
        Gstin.parse(text, checksum=checksum)


@pytest.mark.parametrize(
    "text",
    [
        "A7AAPFU0939F1ZV",
        "2OAAPFU0939F1ZV",
        "27AAPFU0939F1Z-",
        "27AAPFU0939F1Z ",
        "27AAPFU 939F1ZV",
        "27AAPFU0939F1Z\n",
        "२७AAPFU0939F1ZV",
        "27AAPFU०९३९F1ZV",
        "27ÄAPFU0939F1ZV",
    ],
)
@pytest.mark.parametrize("checksum", [True, False])
def test_other_characters_are_refused(text, checksum):
    with pytest.raises(Invalid, match="check each character"):
        Gstin.parse(text, checksum=checksum)


@pytest.mark.parametrize("state", ["00", "39", "40", "50", "95", "96", "98"])
@pytest.mark.parametrize("checksum", [True, False])
def test_a_state_that_there_is_not_is_named(state, checksum):
    with pytest.raises(Invalid, match=f"begins with {state}, which isn't the code of a state"):
        Gstin.parse(with_check_digit(f"{state}AAACR1111A1Z"), checksum=checksum)


@pytest.mark.parametrize(
    "first14",
    [
        "271APFU0939F1Z",
        "27AAPFUA939F1Z",
        "27AAPFU093911Z",
        "27AAPFU0939F0Z",
        "27AAPFU0939F1E",
        "27AAPFU0939F1Y",
        "9917SGP29012OX",
        "0717SGP29012OS",
        "0717USA12345NN",
    ],
    ids=[
        "digit in the PAN's letters",
        "letter in the PAN's digits",
        "digit at the PAN's end",
        "registration zero",
        "E for Z",
        "Y for Z",
        "not OS",
        "OS outside of 99",
        "NN",
    ],
)
def test_a_right_check_digit_does_not_save_a_wrong_pattern(first14):
    with pytest.raises(Invalid, match="fits no kind of registration"):
        Gstin.parse(with_check_digit(first14))


@pytest.mark.parametrize(
    ("text", "wrong", "right"),
    [("24AAACR1111A1ZI", "I", "H"), ("20MAYAS0100J1ZX", "X", "E"), ("05ABNTY3290P8ZB", "B", "A")],
)
def test_a_wrong_check_digit_is_named_with_the_right_one(text, wrong, right):
    with pytest.raises(Invalid, match=f"ends with check digit {wrong}: it should be {right}"):
        Gstin.parse(text)


@given(regular, st.integers(0, 13), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(text, at, other):
    assume(other != text[at])
    with pytest.raises(Invalid):
        Gstin.parse(text[:at] + other + text[at + 1 :])


@given(st.text(max_size=20))
def test_whatever_comes_is_read_or_refused_as_invalid(text):
    with suppress(Invalid):
        assert Gstin.parse(text) == text


@given(st.text(max_size=14))
def test_a_refusal_repeats_what_was_sent(text):
    with pytest.raises(Invalid) as caught:
        Gstin.parse(text)
    assert repr(text) in str(caught.value)


# The value


def test_its_state_is_the_first_two_digits():
    assert Gstin.parse("27AAPFU0939F1ZV").state == "27"


def test_its_pan_is_the_ten_characters_after_the_state():
    assert Gstin.parse("27AAPFU0939F1ZV").pan == "AAPFU0939F"


def test_a_gstin_is_a_string():
    assert isinstance(Gstin.parse("27AAPFU0939F1ZV"), str)


def test_it_finds_what_was_stored_under_the_plain_string():
    assert {"27AAPFU0939F1ZV": 1}[Gstin.parse("27AAPFU0939F1ZV")] == 1


def test_it_says_what_it_is():
    assert repr(Gstin.parse("27AAPFU0939F1ZV")) == "Gstin('27AAPFU0939F1ZV')"


def test_it_prints_as_it_is_written():
    assert f"{Gstin.parse('27AAPFU0939F1ZV')}" == "27AAPFU0939F1ZV"


def test_its_str_is_a_plain_string_which_every_encoder_knows():
    assert type(str(Gstin.parse("27AAPFU0939F1ZV"))) is str


@pytest.mark.parametrize("text", ["", "27AAPFU0939F1Z", "27aapfu0939f1zv", "00AAPFU0939F1ZV"])
def test_it_cannot_be_made_in_the_wrong_shape_past_the_parser(text):
    with pytest.raises(Invalid):
        Gstin(text)


def test_it_carries_nothing_else():
    with pytest.raises(AttributeError):
        Gstin.parse("27AAPFU0939F1ZV").name = "x"


@pytest.mark.parametrize("text", [VALID[0], INVENTED_SAMPLES[0]])
@pytest.mark.parametrize(
    "way",
    [copy.copy, copy.deepcopy, *(lambda g, p=p: pickle.loads(pickle.dumps(g, p)) for p in range(2, 6))],
    ids=["copy", "deepcopy", *(f"pickle {p}" for p in range(2, 6))],
)
def test_a_copy_is_a_gstin_too(way, text):
    again = way(Gstin.parse(text, checksum=False))
    assert (type(again), again) == (Gstin, text)


# The check digit


@pytest.mark.parametrize("text", VALID + VALID_SAMPLES)
def test_the_check_digit_is_the_one_that_gstn_gave(text):
    assert check_digit(text[:14]) == text[14]


@given(any_14)
def test_the_check_digit_is_one_of_the_alphabet(first14):
    assert check_digit(first14) in ALPHABET


@given(any_14, st.integers(0, 13), st.sampled_from(ALPHABET))
def test_another_character_anywhere_gives_another_check_digit(first14, at, other):
    assume(other != first14[at])
    assert check_digit(first14[:at] + other + first14[at + 1 :]) != check_digit(first14)


def test_zeros_have_the_check_digit_zero():
    assert check_digit("0" * 14) == "0"


@pytest.mark.parametrize("text", ["", "27AAPFU0939F1", "27AAPFU0939F1ZV", "27aapfu0939f1z", "27AAPFU0939F1-"])
def test_only_fourteen_digits_and_capital_letters_have_a_check_digit(text):
    with pytest.raises(Invalid, match="has no check digit"):
        check_digit(text)
