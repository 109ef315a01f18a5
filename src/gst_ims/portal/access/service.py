"""Who may do what: accounts by API key, taxpayers by one-time password, operators by a key of their own."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from gst_ims.core.errors import (
    Forbidden,
    InvalidSession,
    NotFound,
    TooManyRequests,
    Unauthorized,
    UnknownTaxpayer,
    WrongOtp,
)
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.portal.access import tokens
from gst_ims.portal.context import Portal

queries = load(__file__)
# Some milliseconds a guess: a million passwords of six digits take longer than the ten minutes that one is valid.
hasher = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1)

ACCOUNT_TOKEN = tokens.LONGEST_TOKEN
TAXPAYER_TOKEN = timedelta(hours=6)
# What a taxpayer can grant at most in the real portal's settings; a refresh never goes beyond.
LONGEST_SESSION = timedelta(days=30)
OTP_VALID = timedelta(minutes=10)
OTP_TRIES = 5
TEST_OTP = "575757"
TEST_KEY, TEST_SECRET, TEST_OPERATOR_KEY = "key_test_local", "secret_test_local", "operator_test_local"


@dataclass(frozen=True)
class Account:
    """Whoever holds an API key."""

    key: str
    rate_limit: int | None


@dataclass(frozen=True)
class Session:
    """A taxpayer's session: the only place that a GSTIN comes from."""

    id: UUID
    key: str
    gstin: Gstin
    ends_at: datetime


@dataclass(frozen=True)
class Token:
    """A token and when it, and its session, end."""

    access_token: str
    expires_at: datetime


@dataclass(frozen=True)
class Allowance:
    """What is left of a key's running minute."""

    limit: int
    remaining: int
    reset: int  # epoch seconds


def digest(secret: str) -> bytes:
    """What is stored of a random secret. It has 192 bits, so a plain hash can't be searched."""
    return hashlib.sha256(secret.encode()).digest()


def create_api_key(
    db: Connection,
    at: datetime,
    label: str,
    *,
    key: str | None = None,
    secret: str | None = None,
    rate_limit: int | None = None,
) -> tuple[str, str]:
    """Make an API key, random unless given. Returns key and secret: the only time that the secret is seen."""
    key = key or f"key_live_{secrets.token_urlsafe(18)}"
    secret = secret or f"secret_live_{secrets.token_urlsafe(24)}"
    queries.add_api_key(db, key=key, secret_digest=digest(secret), label=label, rate_limit=rate_limit, at=at)
    return key, secret


def revoke_api_key(db: Connection, key: str, at: datetime) -> None:
    """Take an API key back, with every session that it opened. Raises NotFound."""
    if not queries.remove_api_key(db, key=key):
        raise NotFound("There is no such API key.")
    queries.revoke_sessions(db, key=key, at=at)


def create_operator_key(db: Connection, at: datetime, key: str | None = None) -> str:
    """Make an operator key, random unless given. Returns it: the only time that it is seen."""
    key = key or f"operator_{secrets.token_urlsafe(24)}"
    queries.add_operator_key(db, digest=digest(key), at=at)
    return key


def account(db: Connection, key: str | None) -> Account:
    """The account of an API key. Raises Unauthorized."""
    row = queries.api_key(db, key=key or "")
    if row is None:
        raise Unauthorized("Unauthorized")
    return Account(row.key, row.rate_limit)


def authenticate(db: Connection, key: str | None, secret: str | None, at: datetime) -> Token:
    """A 24-hour token for the account. Raises Unauthorized without saying which of the two is wrong."""
    row = queries.api_key(db, key=key or "")
    if row is None or not hmac.compare_digest(row.secret_digest, digest(secret or "")):
        raise Unauthorized("Unauthorized")
    return _open_session(db, row.key, None, at, ACCOUNT_TOKEN)


def check_account_token(db: Connection, key: str, token: str | None, at: datetime) -> None:
    """Raises Forbidden unless `token` is a live token of `key`'s account."""
    _live(db, key, token, at)


def taxpayer_session(db: Connection, key: str, token: str | None, at: datetime) -> Session:
    """The taxpayer's session that `token` opens. Raises Forbidden, also for an account's plain token."""
    row = _live(db, key, token, at)
    if row.gstin is None:
        raise Forbidden("This needs a taxpayer's access token: verify a one-time password first.")
    return Session(row.id, row.key, Gstin(row.gstin), row.ends_at)


def request_otp(portal: Portal, key: str, username: str, gstin: Gstin) -> None:
    """Send the taxpayer a one-time password for a session of `key`. Raises UnknownTaxpayer, OtpUndelivered."""
    code = TEST_OTP if portal.settings.test_mode else f"{secrets.randbelow(1_000_000):06}"
    with portal.transaction() as db:
        if queries.taxpayer(db, gstin=gstin, username=username) is None:
            raise UnknownTaxpayer
        at = portal.clock.now()
        queries.set_otp(db, gstin=gstin, key=key, hash=hasher.hash(code), expires_at=at + OTP_VALID, at=at)
    if not portal.settings.test_mode:
        portal.notifier.send_otp(gstin, username, code)


def verify_otp(portal: Portal, key: str, username: str, gstin: Gstin, code: str) -> Token:
    """Open a taxpayer's session of six hours.

    Raises UnknownTaxpayer, InvalidSession where no password is living, WrongOtp.
    """
    at = portal.clock.now()
    # A transaction of its own: a wrong try stays counted.
    with portal.transaction() as db:
        if queries.taxpayer(db, gstin=gstin, username=username) is None:
            raise UnknownTaxpayer
        row = queries.try_otp(db, gstin=gstin, key=key, at=at, most=OTP_TRIES)
    if row is None:
        raise InvalidSession
    try:
        hasher.verify(row.hash, code)
    except VerifyMismatchError as error:
        raise WrongOtp from error
    with portal.transaction() as db:
        if not queries.use_otp(db, gstin=gstin, key=key, hash=row.hash):
            raise InvalidSession
        return _open_session(db, key, gstin, at, TAXPAYER_TOKEN)


def refresh(db: Connection, session: Session, at: datetime) -> Token:
    """Six more hours, until the longest that a session may last."""
    expires_at = min(at + TAXPAYER_TOKEN, session.ends_at)
    queries.extend_session(db, id=session.id, expires_at=expires_at)
    return Token(tokens.sign(db, session.id, session.gstin, at, expires_at), expires_at)


def log_out(db: Connection, session: Session, at: datetime) -> None:
    """End the session: none of its tokens is good any more."""
    queries.revoke_session(db, id=session.id, at=at)


def check_operator(db: Connection, key: str | None) -> None:
    """Raises Unauthorized unless `key` is an operator's."""
    if queries.operator_key(db, digest=digest(key or "")) is None:
        raise Unauthorized("Unauthorized: send the operator's key as x-operator-key.")


def count_call(db: Connection, who: Account, default_limit: int | None, at: datetime) -> Allowance | None:
    """Count a call against the key's limit a minute. Returns what is left, None without one. Raises TooManyRequests."""
    limit = who.rate_limit or default_limit
    if limit is None:
        return None
    minute = at.replace(second=0, microsecond=0)
    calls: int = queries.count_call(db, key=who.key, minute=minute).calls
    reset = int((minute + timedelta(minutes=1)).timestamp())
    if calls > limit:
        raise TooManyRequests(max(1, reset - int(at.timestamp())), limit)
    return Allowance(limit, limit - calls, reset)


def _open_session(db: Connection, key: str, gstin: Gstin | None, at: datetime, valid: timedelta) -> Token:
    session, expires_at = uuid4(), at + valid
    ends_at = at + LONGEST_SESSION if gstin else expires_at
    queries.add_session(db, id=session, key=key, gstin=gstin, expires_at=expires_at, ends_at=ends_at)
    return Token(tokens.sign(db, session, gstin or key, at, expires_at), expires_at)


def _live(db: Connection, key: str, token: str | None, at: datetime):
    row = queries.live_session(db, id=tokens.read(db, token or "", at), at=at)
    if row is None or row.key != key:
        raise Forbidden("The access token is invalid or revoked: authenticate again.")
    return row
