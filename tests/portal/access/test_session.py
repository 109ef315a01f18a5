"""Sessions of taxpayers: refreshed, ended, and of one taxpayer only (contract 2.4, 2.5)."""

from __future__ import annotations

import hashlib

import pytest
from tests.api import as_owner, data

from .conftest import NOON, Gate, Visitor

HOUR = 3_600_000  # milliseconds


@pytest.fixture
def token(visitor: Visitor) -> str:
    return visitor.session()


@pytest.mark.parametrize(("seconds", "status"), [(6 * 3600 - 1, 200), (6 * 3600, 403)])
def test_a_taxpayer_s_token_lives_six_hours(visitor: Visitor, token: str, seconds: int, status: int) -> None:
    visitor.gate.later(seconds=seconds)
    assert visitor.look(token).status_code == status


def test_refreshing_gives_a_token_for_six_more_hours(visitor: Visitor, token: str) -> None:
    visitor.gate.later(hours=5)
    body = visitor.refresh(token).json()
    assert set(body["data"]) == {"access_token", "session_expiry", "status_cd", "token_expiry"}
    assert body["data"]["token_expiry"] == int(NOON.timestamp() * 1000) + 11 * HOUR


def test_a_refreshed_token_outlives_the_first(visitor: Visitor, token: str) -> None:
    visitor.gate.later(hours=5)
    new = data(visitor.refresh(token))["access_token"]
    visitor.gate.later(hours=5)
    assert (visitor.look(token).status_code, visitor.look(new).status_code) == (403, 200)


def test_an_expired_session_cannot_be_refreshed(visitor: Visitor, token: str) -> None:
    visitor.gate.later(hours=6)
    assert visitor.refresh(token).status_code == 403


def test_no_session_goes_beyond_thirty_days(visitor: Visitor, token: str) -> None:
    for _ in range(30 * 24 // 5 + 10):
        visitor.gate.later(hours=5)
        answer = visitor.refresh(token)
        if answer.status_code != 200:
            break
        token, expiry = (data(answer)[name] for name in ("access_token", "token_expiry"))
    assert answer.status_code == 403
    assert expiry == int(NOON.timestamp() * 1000) + 30 * 24 * HOUR


def test_logging_out_ends_the_session(visitor: Visitor, token: str) -> None:
    assert visitor.log_out(token).json()["data"] == {"status_cd": "1"}
    assert visitor.look(token).status_code == 403


def test_logging_out_ends_all_tokens_of_the_session(visitor: Visitor, token: str) -> None:
    new = data(visitor.refresh(token))["access_token"]
    visitor.log_out(token)
    assert visitor.look(new).status_code == 403


def test_logging_out_leaves_other_sessions(visitor: Visitor, token: str) -> None:
    other = visitor.session()
    visitor.log_out(token)
    assert visitor.look(other).status_code == 200


@pytest.mark.parametrize("how", ["log_out", "refresh"])
def test_what_is_over_cannot_be_used_again(visitor: Visitor, token: str, how: str) -> None:
    visitor.log_out(token)
    assert getattr(visitor, how)(token).status_code == 403


def test_logging_out_leaves_the_account_s_token(visitor: Visitor, token: str) -> None:
    visitor.log_out(token)
    assert visitor.ask().status_code == 200


@pytest.mark.parametrize("how", ["log_out", "refresh", "look"])
def test_another_account_cannot_use_the_session(gate: Gate, token: str, how: str) -> None:
    assert getattr(gate.visitor().enter(), how)(token).status_code == 403


def everything_stored(gate: Gate) -> str:
    """All rows of all tables, as text; bytes as hexadecimal digits."""
    with as_owner(gate.portal) as db:
        names = [
            row.name
            for row in db.execute("select c.oid::regclass::text as name from pg_class c where relkind = 'r'").fetchall()
            if not row.name.startswith(("pg_", "information_schema"))
        ]
        rows = [row.text for name in names for row in db.execute(f"select t::text as text from {name} t").fetchall()]
    return "\n".join(rows)


@pytest.mark.parametrize("secret", ["secret", "token", "session", "code", "operator"])
def test_no_secret_is_stored_in_clear(visitor: Visitor, secret: str) -> None:
    session = visitor.session()
    visitor.ask()
    post, credentials = visitor.gate.post, visitor.gate.credentials
    secrets = {"secret": visitor.secret, "token": visitor.token, "session": session}
    secrets |= {"code": f"{post.code},", "operator": credentials.operator_key}
    text = secrets[secret]
    stored = everything_stored(visitor.gate)
    assert text not in stored
    assert text.encode().hex() not in stored


def test_what_is_stored_of_a_secret_is_its_digest(visitor: Visitor) -> None:
    assert hashlib.sha256(visitor.secret.encode()).hexdigest() in everything_stored(visitor.gate)
