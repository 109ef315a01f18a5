"""Who is at the browser: a password and, where wanted, a one-time code give a session for some hours."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from threading import BoundedSemaphore
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from pyotp import random_base32
from pyotp.totp import TOTP

from gst_ims.core.errors import ImsError, Invalid
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.people.service import Person, person

queries: Any = load(__file__)

SHORTEST = 12
"""Characters of a password."""
TRIES = 5
LOCKED = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
#: A session that is used is noted so often, not with each call.
_NOTED = timedelta(minutes=1)
#: Seconds that a one-time code is valid, and how many codes before and after count: clocks differ.
_STEP, _WINDOW = 30, 1

_hasher = PasswordHasher()
# Each takes 64 MB: a crowd at the door waits there.
_door = BoundedSemaphore(2)
# What the password of somebody unknown is compared with, so that he can't be told from others by time.
_NOBODY = _hasher.hash(secrets.token_urlsafe())


class WrongSignIn(ImsError):
    """Name, password or one-time code is wrong, or there were too many wrong ones: then wait for 15 minutes."""


def set_password(desk: Desk, name: str, password: str) -> None:
    """Give a person a password, and end his sessions. Raises Unknown; Invalid for one that is too short."""
    if len(password) < SHORTEST:
        raise Invalid(f"A password has at least {SHORTEST} characters: this one has {len(password)}.")
    with _door:
        hashed = _hasher.hash(password)
    with desk.house() as db:
        if not queries.put_password(db, person=name, password=hashed, at=desk.clock.now()):
            raise Unknown(f"Nobody here is called {name!r}: `ims desk person {name}` makes him known.")
        queries.end_all(db, person=name)


def has_password(desk: Desk, name: str) -> bool:
    """Whether a person can sign in at all."""
    with desk.house() as db:
        return queries.has_password(db, person=name)


def ask_for_codes(desk: Desk, name: str) -> str:
    """Ask a person for one-time codes (RFC 6238) from now on. Returns the otpauth:// address for his authenticator.

    Raises Unknown for one without a password.
    """
    secret = random_base32()
    _put_totp(desk, name, secret)
    return TOTP(secret, name=name, issuer="gst-ims").provisioning_uri()


def ask_for_no_codes(desk: Desk, name: str) -> None:
    """Ask a person for his password only. Raises Unknown."""
    _put_totp(desk, name, None)


def sign_in(desk: Desk, name: str, password: str, code: str = "") -> str:
    """A new session's token, for the browser alone: the desk keeps its digest. Raises WrongSignIn."""
    at = desk.clock.now()
    with desk.house() as db:
        found = queries.attempt(db, person=name, at=at, limit=TRIES, until=at + LOCKED)
    if not _is_right(found.password if found else _NOBODY, password) or found is None:
        raise WrongSignIn
    step = _step(found.totp, code, at) if found.totp else None
    token = secrets.token_urlsafe(32)
    with desk.house() as db:
        if not queries.succeed(db, person=name, password=found.password, step=step):
            raise WrongSignIn
        queries.end_old(db, at=at, idle=IDLE, longest=LONGEST)
        queries.begin(db, digest=_digest(token), person=name, at=at)
    return token


def who(desk: Desk, token: str) -> Person | None:
    """Whose session it is, with his duties of this moment; None where it is over, or he has nothing to do here."""
    at = desk.clock.now()
    with desk.house() as db:
        found = queries.session(db, digest=_digest(token), at=at, idle=IDLE, longest=LONGEST)
        if found is None:
            return None
        if at - found.seen_at > _NOTED:
            queries.touch(db, digest=_digest(token), at=at)
    try:
        return person(desk, found.person)
    except NotAllowed:
        return None


def sign_out(desk: Desk, token: str) -> None:
    """End a session."""
    with desk.house() as db:
        queries.end(db, digest=_digest(token))


def _put_totp(desk: Desk, name: str, secret: str | None) -> None:
    with desk.house() as db:
        if not queries.put_totp(db, person=name, totp=secret, at=desk.clock.now()):
            raise Unknown(f"{name!r} has no password yet: `ims desk password {name}` gives one.")
        queries.end_all(db, person=name)


def _is_right(hashed: str, password: str) -> bool:
    with _door:
        try:
            return _hasher.verify(hashed, password)
        except VerifyMismatchError:
            return False


def _step(secret: str, code: str, at: datetime) -> int:
    """Which interval of time a code is of. Raises WrongSignIn for one that isn't of now."""
    totp, now = TOTP(secret), int(at.timestamp()) // _STEP
    for step in range(now - _WINDOW, now + _WINDOW + 1):
        if secrets.compare_digest(totp.generate_otp(step).encode(), code.strip().encode()):
            return step
    raise WrongSignIn


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
