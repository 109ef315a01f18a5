"""Reading what clients send."""

from __future__ import annotations

from typing import Literal

import pytest
from msgspec import Struct

from gst_ims.core.errors import BadRequest, HttpError, Invalid, Unprocessable
from gst_ims.core.period import Period
from gst_ims.portal.decoding import decode, unprocessable


class Wanted(Struct, forbid_unknown_fields=True):
    """What the body of these tests should be."""

    name: str
    kind: Literal["SAVE", "RESET"] = "SAVE"
    numbers: list[int] = []


def test_a_good_body_is_read() -> None:
    assert decode(b'{"name":"a","numbers":[1]}', Wanted) == Wanted("a", numbers=[1])


REFUSED = {
    "nothing": (b"", BadRequest),
    "no JSON": (b"name=a", BadRequest),
    "half of it": (b'{"name":', BadRequest),
    "something after it": (b'{"name":"a"} x', BadRequest),
    "a comma too many": (b'{"name":"a",}', BadRequest),
    "not UTF-8": (b'{"name":"\xff"}', BadRequest),
    "half a surrogate pair": (b'{"name":"\\ud800"}', BadRequest),
    "a missing member": (b"{}", BadRequest),
    "an unknown member": (b'{"name":"a","more":1}', BadRequest),
    "a list": (b"[]", Unprocessable),
    "null": (b"null", Unprocessable),
    "a wrong type": (b'{"name":1}', Unprocessable),
    "a wrong type inside": (b'{"name":"a","numbers":[1,"2"]}', Unprocessable),
    "a number with decimals": (b'{"name":"a","numbers":[1.5]}', Unprocessable),
    "a word that isn't one of them": (b'{"name":"a","kind":"DROP"}', Unprocessable),
    "U+0000": (b'{"name":"a\\u0000"}', Unprocessable),
    "a thousand levels": (b'{"name":' + b"[" * 1000 + b"]" * 1000 + b"}", Unprocessable),
}


@pytest.mark.parametrize(("body", "kind"), REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_body_is_refused_by_its_kind(body: bytes, kind: type[HttpError]) -> None:
    with pytest.raises(kind):
        decode(body, Wanted)


@pytest.mark.parametrize("levels", [1_000, 100_000])
def test_deep_nesting_is_refused_where_anything_is_allowed(levels: int) -> None:
    with pytest.raises(BadRequest, match="nested too deeply"):
        decode(b"[" * levels + b"]" * levels, list)


def test_a_refusal_says_where() -> None:
    with pytest.raises(Unprocessable, match=r"\$\.numbers\[1\]"):
        decode(b'{"name":"a","numbers":[1,"2"]}', Wanted)


def test_a_value_that_can_be_read_is_given() -> None:
    assert unprocessable(Period.parse, "102025") == Period(2025, 10)


def test_an_invalid_value_is_unprocessable_in_its_own_words() -> None:
    with pytest.raises(Unprocessable, match="Month 13"):
        unprocessable(Period.parse, "132025")


def test_other_errors_pass() -> None:
    with pytest.raises(ZeroDivisionError):
        unprocessable(lambda: 1 // 0)


def test_unprocessable_is_no_invalid() -> None:
    assert not issubclass(Unprocessable, Invalid)
