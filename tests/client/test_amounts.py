"""Members of larger replies: what a portal may write, and what isn't believed."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.client import amounts
from gst_ims.client.errors import UnexpectedAnswer
from gst_ims.core.document import print_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action

# Objects.


def test_an_object_has_its_fractions_exact() -> None:
    told = amounts.decode(b'{"a": 0.1, "b": 12345678901.23, "c": 7, "d": {"e": 1e2}}', "GET /x")
    assert told == {"a": Decimal("0.1"), "b": Decimal("12345678901.23"), "c": 7, "d": {"e": Decimal("100")}}
    assert isinstance(told["c"], int)


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b"", "isn't JSON"),
        (b"{", "isn't JSON"),
        (b"\xff\xfe", "isn't JSON"),
        (b"[" * 100_000, "isn't JSON"),
        (b"[]", "isn't an object"),
        (b'"a"', "isn't an object"),
        (b"7", "isn't an object"),
        (b"null", "isn't an object"),
    ],
)
def test_what_is_no_object_is_said_with_the_call(payload: bytes, words: str) -> None:
    with pytest.raises(UnexpectedAnswer, match=words) as raised:
        amounts.decode(payload, "GET /x")
    assert raised.value.call == "GET /x"


@pytest.mark.parametrize("value", [None, 7, "a", [], [{}], Decimal(1), True])
def test_what_is_no_object_has_no_members(value: Any) -> None:
    assert amounts.members(value) == {}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
        ({"a": 1}, [{"a": 1}]),
        ([1, None, "x", {"a": 1}, []], [{"a": 1}]),
        ([], []),
        (None, []),
        ("x", []),
        (7, []),
    ],
)
def test_objects_come_in_a_list_or_alone_and_the_rest_is_passed_over(value: Any, found: list[Any]) -> None:
    assert list(amounts.objects(value)) == found


@given(st.dictionaries(st.text(), st.integers()), st.lists(st.text()))
def test_the_rest_is_what_is_not_named(told: dict[str, int], names: list[str]) -> None:
    rest = amounts.rest(told, *names)
    assert set(rest) == set(told) - set(names)
    assert all(told[name] == value for name, value in rest.items())


# Amounts.


@pytest.mark.parametrize(
    ("value", "rupees"),
    [
        (0, "0.00"),
        (7, "7.00"),
        (-7, "-7.00"),
        (Decimal("10.5"), "10.50"),
        (Decimal("10.500"), "10.50"),
        ("10.5", "10.50"),
        ("0", "0.00"),
        (9999999999999, "9999999999999.00"),
    ],
)
def test_an_amount_is_a_number_or_text(value: Any, rupees: str) -> None:
    read = amounts.amount({"val": value}, "val")
    assert (read, str(read)) == (Decimal(rupees), rupees)


@pytest.mark.parametrize("told", [{}, {"val": None}, {"val": ""}])
def test_an_amount_that_is_not_there_is_zero_or_none(told: dict[str, Any]) -> None:
    assert str(amounts.amount(told, "val")) == "0.00"
    assert amounts.optional_amount(told, "val") is None


@pytest.mark.parametrize(
    "value", [True, False, [], {}, [1], 1.5, "1,180", "many", "1e3", " 1", Decimal("1.001"), 10**14, "NaN", "\u0967"]
)
def test_what_is_no_amount_is_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        amounts.amount({"val": value}, "val")


@pytest.mark.parametrize("value", [True, [], {"x": "y" * 1000}])
def test_it_is_said_which_member_and_in_short_what_it_was(value: Any) -> None:
    with pytest.raises(Invalid, match="Amount txval of the portal is") as refused:
        amounts.optional_amount({"txval": value}, "txval")
    assert len(str(refused.value)) < 120


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_every_amount_is_the_same_as_number_and_as_text(paise: int) -> None:
    rupees = Decimal(paise).scaleb(-2)
    told = amounts.decode(json.dumps({"a": "{}"}).encode().replace(b'"{}"', str(rupees).encode()), "x")
    assert amounts.amount(told, "a") == amounts.amount({"a": str(rupees)}, "a") == rupees


# Texts, days, periods, taxpayers.


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"a": "x"}, "x"),
        ({"b": "y"}, "y"),
        ({"a": "x", "b": "y"}, "x"),
        ({"a": "", "b": "y"}, "y"),
        ({"a": None, "b": "y"}, "y"),
        ({"a": 0}, "0"),
        ({"a": 7}, "7"),
        ({}, None),
        ({"a": "", "b": None}, None),
    ],
)
def test_of_several_names_the_first_that_says_something_counts(told: dict[str, Any], found: str | None) -> None:
    assert amounts.text(told, "a", "b") == found


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)))
def test_every_day_is_read(day: date) -> None:
    assert amounts.day({"dt": print_date(day)}, "dt") == day


@pytest.mark.parametrize("value", [None, "", "2025-11-05", "31-02-2025", "5-11-2025", 5112025, "05-11-25", []])
def test_a_day_that_is_none_is_left_out(value: Any) -> None:
    """A date is for people here, and no reason to lose a document."""
    assert amounts.day({"dt": value}, "dt") is None
    assert amounts.day({}, "dt") is None


def test_the_first_of_several_days_counts() -> None:
    assert amounts.day({"idt": "05-11-2025", "nt_dt": "06-11-2025"}, "nt_dt", "idt") == date(2025, 11, 6)


@given(st.integers(2018, 2099), st.integers(1, 12))
def test_every_period_is_read(year: int, month: int) -> None:
    assert amounts.period({"p": f"{month:02}{year}"}, "p") == Period(year, month)


@pytest.mark.parametrize("value", [None, "", "2025-11", "132025", "11-2025", [], "112"])
def test_a_period_that_is_none_is_left_out(value: Any) -> None:
    assert amounts.period({"p": value}, "p") is None
    assert amounts.period({}, "p") is None


@pytest.mark.parametrize("of", ["112025", Period(2025, 11)])
def test_a_period_may_be_one_already(of: Period | str) -> None:
    assert amounts.as_period(of) == Period(2025, 11)


@pytest.mark.parametrize("of", ["", "2025-11", "132025", "62017"])
def test_what_is_no_period_is_refused(of: str) -> None:
    with pytest.raises(Invalid):
        amounts.as_period(of)


@pytest.mark.parametrize(
    ("told", "found"),
    [
        ({"ctin": "27AAXCT0001K1Z6"}, "27AAXCT0001K1Z6"),
        ({"ctin": "27aaxct0001k1z6"}, "27AAXCT0001K1Z6"),
        ({"ctin": "", "rtin": "24AAXCT0003K1ZA"}, "24AAXCT0003K1ZA"),
        ({}, None),
    ],
)
def test_a_taxpayer_is_read_in_any_case(told: dict[str, Any], found: str | None) -> None:
    read = amounts.gstin(told, "ctin", "rtin")
    assert read == found
    assert found is None or isinstance(read, Gstin)


@pytest.mark.parametrize("value", ["27", "URP", "77AAXCT0001K1Z6", 27])
def test_a_taxpayer_that_is_none_is_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        amounts.gstin({"ctin": value}, "ctin")


@pytest.mark.parametrize("action", Action)
def test_every_action_is_read(action: Action) -> None:
    assert amounts.decided(action.value) is action


@pytest.mark.parametrize("word", ["", "n", "X", "Accepted", "AA", "x" * 1000])
def test_an_action_that_nobody_knows_is_refused_in_short(word: str) -> None:
    with pytest.raises(Invalid, match="isn't one of N, A, R, P") as refused:
        amounts.decided(word)
    assert len(str(refused.value)) < 120
