"""Calls a minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from httpx import Response
from litestar.testing import TestClient
from tests.api import Api

from gst_ims.portal.app import create_app
from gst_ims.portal.context import Settings

from .conftest import NOON, Gate, Visitor

NAMES = ("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset")


def limits(answer: Response) -> tuple[int, ...]:
    """Limit, what remains, and when the minute ends."""
    return tuple(int(answer.headers[name]) for name in NAMES)


def test_a_hundred_calls_a_minute_are_a_key_s_limit(gate: Gate) -> None:
    visitor = gate.visitor()
    statuses = [visitor.authenticate().status_code for _ in range(101)]
    assert statuses == [200] * 100 + [429]


def test_every_answer_says_what_is_left(gate: Gate) -> None:
    visitor = gate.visitor()
    end = int(NOON.timestamp()) + 60
    assert [limits(visitor.authenticate()) for _ in range(2)] == [(100, 99, end), (100, 98, end)]


def test_a_key_may_have_a_limit_of_its_own(gate: Gate) -> None:
    visitor = gate.visitor(rate_limit=3)
    assert [visitor.authenticate().status_code for _ in range(4)] == [200, 200, 200, 429]


@pytest.fixture
def spent(gate: Gate) -> Visitor:
    """A visitor at his limit, 20 seconds into the minute."""
    visitor = gate.visitor(rate_limit=1)
    gate.later(seconds=20)
    visitor.enter()
    return visitor


def test_a_refused_call_is_told_how_long_to_wait(spent: Visitor) -> None:
    assert spent.authenticate().headers["retry-after"] == "40"


def test_a_refused_call_sees_its_limits_too(spent: Visitor) -> None:
    assert limits(spent.authenticate()) == (1, 0, int(NOON.timestamp()) + 60)


def test_a_refused_call_has_the_envelope_of_failures(spent: Visitor) -> None:
    answer = spent.authenticate().json()
    assert set(answer) == {"code", "message", "timestamp", "transaction_id"}
    assert answer["code"] == 429


def test_the_next_minute_begins_anew(spent: Visitor) -> None:
    spent.gate.later(seconds=39)
    assert spent.authenticate().status_code == 429
    spent.gate.later(seconds=1)
    assert spent.authenticate().status_code == 200


def test_refused_calls_do_not_count_for_the_next_minute(spent: Visitor) -> None:
    for _ in range(5):
        spent.authenticate()
    spent.gate.later(minutes=1)
    assert spent.authenticate().status_code == 200


def test_the_limit_of_one_key_does_not_touch_another(gate: Gate, spent: Visitor) -> None:
    assert gate.visitor(rate_limit=1).authenticate().status_code == 200


def test_calls_of_every_kind_count(gate: Gate) -> None:
    visitor = gate.visitor(rate_limit=4).enter()
    visitor.ask()
    visitor.call("GET", "invoices/count?type_of_goods=others")
    assert limits(visitor.refresh("wrong"))[1] == 0


def test_an_error_s_answer_says_what_is_left(gate: Gate) -> None:
    visitor = gate.visitor(rate_limit=4)
    assert limits(visitor.ask("wrong"))[1] == 3


def test_an_unknown_key_has_no_limit_to_speak_of(gate: Gate) -> None:
    answer = gate.http.post("/authenticate", headers={"x-api-key": "nobody"})
    assert not set(NAMES) & set(answer.headers)


def test_the_operator_is_not_limited(gate: Gate) -> None:
    assert not set(NAMES) & set(gate.operator("GET", "health").headers)


def test_test_mode_has_no_limit(town: Api) -> None:
    answer = town.http.post("/authenticate", headers={"x-api-key": "key_test_local"})
    assert not set(NAMES) & set(answer.headers)


@pytest.fixture
def unlimited(gate: Gate) -> Iterator[Gate]:
    """The same portal, started with --rate-limit none."""
    portal = replace(gate.portal, settings=Settings(rate_limit=None))
    with TestClient(create_app(portal), raise_server_exceptions=False) as http:
        yield replace(gate, portal=portal, http=http)


def test_a_portal_without_a_limit_refuses_nobody(unlimited: Gate) -> None:
    visitor = unlimited.visitor()
    assert {visitor.authenticate().status_code for _ in range(120)} == {200}


def test_a_key_s_own_limit_holds_in_a_portal_without_one(unlimited: Gate) -> None:
    visitor = unlimited.visitor(rate_limit=1)
    assert [visitor.authenticate().status_code for _ in range(2)] == [200, 429]
