"""Errors: one hierarchy, GSTN's codes and texts word for word, a sentence for people on each."""

from __future__ import annotations

import copy
import pickle
import re

import pytest

from gst_ims.core import errors
from gst_ims.core.errors import (
    BusinessError,
    HttpError,
    ImsError,
    Invalid,
    NoDocuments,
    RowError,
    StaleAction,
    TooManyRequests,
    WrongOtp,
)

ALL = [
    item
    for item in vars(errors).values()
    if isinstance(item, type) and issubclass(item, ImsError) and not item.__name__.startswith("_")
]
HTTP = [item for item in ALL if issubclass(item, HttpError) and item is not HttpError]
BUSINESS = [item for item in ALL if issubclass(item, BusinessError) and item is not BusinessError]
ROW = [item for item in ALL if issubclass(item, RowError) and item is not RowError]
PLAIN = [item for item in ALL if item is not TooManyRequests and item not in (BusinessError, RowError)]

STATUSES = {
    "BadRequest": 400,
    "Unauthorized": 401,
    "Forbidden": 403,
    "NotFound": 404,
    "TooLarge": 413,
    "Unprocessable": 422,
    "TooManyRequests": 429,
    "InternalError": 500,
    "Unavailable": 503,
}

BUSINESS_CODES = {
    "RequestInProgress": "IMSSAV0015",
    "NoAddedBack": "IMS0027",
    "NoDocuments": "RET11416",
    "UnknownReference": "RET13508",
    "InvalidSession": "AUTH4033",
    "WrongOtp": "AUTH4034",
    "UnknownTaxpayer": "AUTH158",
    "AlreadyFiled": "RET00009",
    "InvalidPeriod": "AUTH113",
    "OtpUndelivered": "TEC4001",
    "ReturnInProgress": "RET191251",
}

ROW_CODES = {
    "StaleAction": "IMSSAV0010",
    "ReductionMissing": "IMSSAV0054",
    "PendingBlocked": "IMSSAV9001",
    "RejectNotAllowed": "IMSSAV9002",
    "ReductionBlocked": "IMSSAV9004",
    "ReductionInvalid": "IMSSAV9005",
    "RemarksMissing": "IMSSAV9007",
    "RemarksTooLong": "IMSSAV9008",
    "RowStructure": "RET191106",
    "ItemsMissing": "RET191107",
    "DuplicateDocument": "RET191111",
    "WrongPlaceOfSupply": "RET191112",
    "WrongGstin": "RET191113",
    "WrongDate": "RET191114",
    "RateRepeated": "RET191117",
    "WrongReceiver": "RET191119",
    "WrongTax": "RET199001",
    "WrongRate": "RET199002",
    "SectionNotAllowed": "RET199004",
    "WrongNumber": "RET199005",
}

# As GSTN and its API providers print them: a client compares these, so not a letter may differ.
KNOWN_TEXTS = {
    "IMSSAV0010": "Either previous action is incorrect/ invoice might have edited by supplier",
    "IMSSAV0015": "Previous Save or Reset request is already under progress. Please try after some time.",
    "IMSSAV0054": "Error! Please enter value for the column itcRedReq.",
    "IMS0027": "No added back liability records available for the selected input criteria",
    "RET11416": (
        "No document found in selected financial year. Either this document exists in a different financial year "
        "or the document number is incorrect."
    ),
    "RET13508": "No Details Found for the Provided Inputs",
    "RET00009": "Return Form already filed",
    "RET191106": "Error in Json structure validation.",
    "RET191251": "RESET is under process. Please try again later",
    "AUTH4033": "Invalid Session",
    "AUTH4034": "Invalid OTP",
    "TEC4001": "OTP generation failed as OTP server is down. Contact Support",
}


def the(name: str) -> type[ImsError]:
    return getattr(errors, name)


# The hierarchy


@pytest.mark.parametrize("error", ALL)
def test_every_error_is_an_ims_error(error):
    assert issubclass(error, ImsError)


def test_an_invalid_value_is_a_value_error_for_those_who_know_only_python():
    assert issubclass(Invalid, ValueError)


@pytest.mark.parametrize("error", ALL)
def test_an_error_is_of_one_kind(error):
    kinds = (Invalid, HttpError, BusinessError, RowError)
    assert sum(issubclass(error, kind) for kind in kinds) == (error is not ImsError)


def test_no_http_error_is_left_out_of_this_table():
    assert {error.__name__ for error in HTTP} == set(STATUSES)


def test_no_business_error_is_left_out_of_this_table():
    assert {error.__name__ for error in BUSINESS} == set(BUSINESS_CODES)


def test_no_row_error_is_left_out_of_this_table():
    assert {error.__name__ for error in ROW} == set(ROW_CODES)


# Status, code and text


@pytest.mark.parametrize(("name", "status"), STATUSES.items())
def test_an_http_error_carries_its_status(name, status):
    assert the(name).status == status


@pytest.mark.parametrize(("name", "code"), BUSINESS_CODES.items())
def test_a_business_error_carries_the_code_of_gstn(name, code):
    assert the(name).code == code


@pytest.mark.parametrize(("name", "code"), ROW_CODES.items())
def test_a_row_error_carries_its_code(name, code):
    assert the(name).code == code


def test_no_two_errors_share_a_code():
    codes = [error.code for error in BUSINESS + ROW]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize(("code", "text"), KNOWN_TEXTS.items())
def test_a_known_text_is_sent_word_for_word(code, text):
    assert [error.wire for error in BUSINESS + ROW if error.code == code] == [text]


@pytest.mark.parametrize("error", [error for error in BUSINESS + ROW if error.code not in KNOWN_TEXTS])
def test_a_text_of_our_own_is_made_of_full_sentences(error):
    assert re.fullmatch(r"[A-Z].*\.", error.wire)


@pytest.mark.parametrize("error", [error for error in ROW if error.code not in KNOWN_TEXTS])
def test_a_text_of_our_own_for_a_row_also_says_what_to_do(error):
    assert ". Please " in error.wire


# What people read


@pytest.mark.parametrize("error", ALL)
def test_every_error_has_a_sentence_for_people_on_its_first_line(error):
    assert re.match(r"[A-Z].*\.(\n|$)", error.__doc__)


@pytest.mark.parametrize("error", BUSINESS + ROW)
def test_a_refusal_says_what_to_do_after_the_colon(error):
    assert ": " in error.__doc__


@pytest.mark.parametrize("error", PLAIN)
def test_without_a_message_an_error_says_the_first_line_of_its_docstring(error):
    assert str(error()) == error.__doc__.splitlines()[0]


@pytest.mark.parametrize("error", PLAIN)
def test_with_a_message_an_error_says_the_message(error):
    assert str(error("Month 13 doesn't exist.")) == "Month 13 doesn't exist."


def test_only_the_first_line_of_a_longer_docstring_is_said():
    class Longer(ImsError):
        """The first line.

        Much more.
        """

    assert str(Longer()) == "The first line."


def test_an_error_without_docstring_says_its_name():
    class Nameless(ImsError):
        pass

    assert str(Nameless()) == "Nameless"


@pytest.mark.parametrize("error", BUSINESS + ROW)
def test_the_text_for_the_wire_is_the_known_one_by_default(error):
    assert error().text == error.wire


@pytest.mark.parametrize("error", BUSINESS + ROW)
def test_the_text_for_the_wire_can_be_given(error):
    assert error("There is no record.").text == "There is no record."


def test_what_people_read_is_not_what_goes_on_the_wire():
    assert str(StaleAction()) != StaleAction().text


# Too many requests


def test_too_many_requests_says_when_to_come_back():
    assert TooManyRequests(12, 100).retry_after == 12


def test_too_many_requests_says_how_many_are_allowed():
    assert TooManyRequests(12, 100).limit == 100


def test_the_message_of_too_many_requests_has_both_figures():
    assert str(TooManyRequests(12, 100)).startswith("More than 100 requests a minute: wait 12 seconds")


# Errors travel between processes


@pytest.mark.parametrize("way", [copy.copy, lambda error: pickle.loads(pickle.dumps(error))], ids=["copy", "pickle"])
@pytest.mark.parametrize("error", [Invalid("x"), NoDocuments(), WrongOtp("x"), StaleAction(), TooManyRequests(12, 100)])
def test_a_copy_of_an_error_is_like_it(way, error):
    again = way(error)
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
