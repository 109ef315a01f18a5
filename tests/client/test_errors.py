"""The tree of errors: each says what to do, is found by its code or status, and travels whole."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.connect.records import record

from gst_ims.client import errors
from gst_ims.client.outcome import Fate, Outcome, Verdict
from gst_ims.core.errors import BusinessError, ImsError

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ClientError)]
CALLS = [kind for kind in KINDS if issubclass(kind, errors.CallFailed)]
REFUSALS = errors.Refused.__subclasses__()


def advice(kind: type[ImsError]) -> str:
    return (kind.__doc__ or "").partition("\n")[0]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_says_what_is_wrong_in_one_sentence(kind: type[ImsError]) -> None:
    assert advice(kind).endswith(".")
    assert "\n" not in advice(kind)
    assert issubclass(kind, ImsError)


@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_each_refusal_says_what_to_do_and_has_codes_of_its_own(kind: type[errors.Refused]) -> None:
    assert kind.codes
    assert ":" in advice(kind)
    assert all(errors.of_code(code) is kind for code in kind.codes)


def test_no_code_has_two_errors() -> None:
    codes = [code for kind in REFUSALS for code in kind.codes]
    assert len(codes) == len(set(codes)) == len(errors.CODES)


@pytest.mark.parametrize("code", ["", "XYZ", "ret11416", "IMSSAV0010", "500"])
def test_a_code_that_nobody_knows_is_a_refusal(code: str) -> None:
    assert errors.of_code(code) is errors.Refused


def test_the_codes_that_the_portal_has_and_that_are_waited_for_are_known() -> None:
    """What is repeated or waited for hangs on these."""
    known = {kind.code for kind in BusinessError.__subclasses__()}
    assert {"IMSSAV0015", "RTN_24"} & known <= set(errors.CODES)
    assert errors.of_code("IMSSAV0015") is errors.RequestInProgress


STATUSES = {
    400: errors.InvalidRequest,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    413: errors.TooLarge,
    422: errors.InvalidRequest,
    429: errors.TooManyRequests,
}


@given(st.integers(400, 599))
def test_every_status_has_its_error(status: int) -> None:
    wanted = STATUSES.get(status, errors.PortalDown if status >= 500 else errors.HttpFailed)
    assert errors.of_status(status) is wanted


REPEATABLE = {
    *(errors.NoAnswer, errors.Unreachable, errors.TooManyRequests, errors.PortalDown),
    *(errors.RequestInProgress, errors.NotReady, errors.FileDamaged),
}


@pytest.mark.parametrize("kind", CALLS, ids=lambda kind: kind.__name__)
def test_what_may_succeed_as_it_is_can_be_repeated_and_nothing_else(kind: type[errors.CallFailed]) -> None:
    assert kind.repeatable is (kind in REPEATABLE)


# What they say.


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({}, "{advice}"),
        ({"call": "GET /x"}, "{advice} (GET /x)"),
        ({"code": "C1"}, "{advice} (C1)"),
        ({"code": "C1", "call": "GET /x", "transaction_id": "t"}, "{advice} (C1, GET /x, t)"),
        ({"words": "No."}, "{advice} The portal says: No."),
        ({"words": "No.", "transaction_id": "t"}, "{advice} The portal says: No. (t)"),
    ],
)
@pytest.mark.parametrize("kind", [errors.NothingFound, errors.Forbidden, errors.NoAnswer])
def test_an_error_says_what_to_do_then_what_the_portal_said_then_where(
    kind: type[errors.CallFailed], given_: dict[str, str], said: str
) -> None:
    given_ = dict(given_)
    error = kind(given_.pop("words", ""), **given_)
    assert str(error) == said.format(advice=advice(kind))


@given(st.sampled_from(CALLS), st.text(), st.text(), st.none() | st.text(), st.text())
def test_an_error_has_what_it_was_made_of_and_travels_whole(
    kind: type[errors.CallFailed], words: str, call: str, code: str | None, transaction_id: str
) -> None:
    error = kind(words, call=call, code=code, transaction_id=transaction_id)
    for other in (error, pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(other) is kind
        assert (other.words, other.call, other.code, other.transaction_id) == (words, call, code, transaction_id)
        assert str(other) == str(error)


@pytest.mark.parametrize(
    "kind",
    [errors.SignInNeeded, errors.CredentialsMissing, errors.StateUnusable, errors.WaitTimeout],
    ids=lambda kind: kind.__name__,
)
def test_those_that_are_no_calls_travel_too(kind: type[errors.ClientError]) -> None:
    for error in (kind(), kind("words")):
        other = pickle.loads(pickle.dumps(error))
        assert (type(other), str(other)) == (kind, str(error))
    assert str(kind()) == advice(kind)


def test_a_status_stays_with_its_error() -> None:
    error = errors.of_status(503)("down")
    error.status = 503
    assert pickle.loads(pickle.dumps(error)).status == copy.copy(error).status == 503


# Rows that aren't applied.


def outcome(*fates: Fate) -> Outcome:
    return Outcome(
        tuple(
            Verdict(record(number=f"INV-{n}").accept(), fate, "C" if fate is Fate.REFUSED else None, "Why.")
            for n, fate in enumerate(fates)
        )
    )


@pytest.mark.parametrize(
    ("fates", "begins"),
    [
        ([Fate.REFUSED], "1 of 1 rows aren't applied: b2b:24AAXCT0003K1ZA:INV-0:102025 refused: C Why.."),
        ([Fate.APPLIED, Fate.NOT_SENT], "1 of 2 rows aren't applied: b2b:24AAXCT0003K1ZA:INV-1:102025 not sent: Why.."),
        ([Fate.UNKNOWN] * 3, "3 of 3 rows aren't applied: "),
    ],
)
def test_rows_that_are_not_applied_are_named(fates: list[Fate], begins: str) -> None:
    assert str(errors.RowsRefused(outcome(*fates))).startswith(begins)


@pytest.mark.parametrize(("left", "more"), [(3, ""), (4, "; and 1 more."), (5000, "; and 4997 more.")])
def test_of_many_three_are_named(left: int, more: str) -> None:
    said = str(errors.RowsRefused(outcome(*[Fate.REFUSED] * left)))
    assert said.count("INV-") == 3
    assert said.endswith(more)


def test_the_verdicts_travel_with_it() -> None:
    error = errors.RowsRefused(outcome(Fate.APPLIED, Fate.REFUSED))
    other: Any = pickle.loads(pickle.dumps(error))
    assert (other.outcome, str(other)) == (error.outcome, str(error))
