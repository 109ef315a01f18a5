"""Signing in: the account's token of a day, and the taxpayer's of six hours (contract 2)."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from gst_ims.client import tokens
from gst_ims.client.errors import Forbidden, InvalidSession, SignInNeeded, UnexpectedAnswer
from gst_ims.client.locks import hold
from gst_ims.client.protocol import MALFORMED, Line, Reply, integer
from gst_ims.client.steps import Call, Steps
from gst_ims.client.tokens import Token, TokenStore
from gst_ims.core.gstin import Gstin

API = "/gst/compliance/tax-payer"
#: Seconds: how long the account's token lasts, and a taxpayer's where the portal says nothing that can be; the longest
#: that a taxpayer can choose at the GST portal is 30 days.
DAY, SESSION, LONGEST = 24 * 3600.0, 6 * 3600.0, 30 * 24 * 3600.0
#: A token is renewed so many seconds before it ends.
MARGIN = 600.0
_LOCK_PATIENCE = 120.0


class _Granted(Struct):
    access_token: str
    token_expiry: int | str | None = None


class Account:
    """An API key and its token."""

    def __init__(self, line: Line, api_key: str, api_secret: str, store: TokenStore, state: Path) -> None:
        """Nothing is asked of the portal yet."""
        self.line = line
        self.store = store
        self.state = state
        self._api_secret = api_secret
        self._name = f"account {line.base_url} {api_key}"

    def token(self, *, anew: bool = False) -> Steps[str]:
        """A token that is valid, from the store if it has one. Raises Unauthorized for a wrong key or secret."""
        kept = None if anew else tokens.load(self.store, self._name)
        if kept is not None and kept.expires_at - MARGIN > self.line.now():
            return kept.access_token
        call = Call("POST", "/authenticate", headers={"x-api-secret": self._api_secret}, repeatable=True)
        began = self.line.now()
        reply = yield from self.line.ask(call)
        granted = _granted(call, reply)
        tokens.save(self.store, self._name, Token(granted.access_token, began + DAY))
        return granted.access_token

    def prove(self) -> Steps[None]:
        """Get a new token, whatever is kept. Raises Unauthorized for a wrong key or secret."""
        yield from self.token(anew=True)

    def ask(self, call: Call) -> Steps[Reply]:
        """Make a call of the account, with a new token if the portal doesn't know the kept one. Raises a CallFailed."""
        token = yield from self.token()
        try:
            return (yield from self.line.ask(call, token))
        except Forbidden:
            token = yield from self.token(anew=True)
            return (yield from self.line.ask(call, token))


class Access:
    """A taxpayer's session with a portal."""

    def __init__(self, account: Account, gstin: Gstin, username: str) -> None:
        """Nothing is asked of the portal yet."""
        self.account = account
        self.line = account.line
        self.gstin = gstin
        self.username = username
        self._name = f"taxpayer {self.line.base_url} {gstin} {username}"
        self._lock = account.state / "locks" / f"{tokens.digest(self._name)}.lock"

    @property
    def signed_in(self) -> bool:
        """Whether there is a token that hasn't ended."""
        kept = tokens.load(self.account.store, self._name)
        return kept is not None and kept.expires_at > self.line.now()

    def request_otp(self) -> Steps[None]:
        """Have a one-time password sent to the taxpayer. Never made twice by itself: each one is sent."""
        yield from self.account.ask(Call("POST", f"{API}/otp", body=self._who()))

    def verify(self, otp: str) -> Steps[None]:
        """Sign in with a one-time password."""
        call = Call("POST", f"{API}/otp/verify", query={"otp": otp}, body=self._who())
        began = self.line.now()
        reply = yield from self.account.ask(call)
        self._keep(call, reply, began)

    def refresh(self) -> Steps[None]:
        """Go on for six more hours. Raises SignInNeeded where there is no token to go on with."""
        lock = yield from hold(self._lock, _LOCK_PATIENCE)
        try:
            yield from self._renew(self._current())
        finally:
            lock.release()

    def log_out(self) -> Steps[None]:
        """End the session, and forget its token. Nothing happens if there is none."""
        kept = tokens.load(self.account.store, self._name)
        if kept is None:
            return
        with suppress(Forbidden, InvalidSession):  # it was over
            yield from self.line.ask(Call("POST", f"{API}/logout", repeatable=True), kept.access_token)
        self.account.store.delete(self._name)

    def ask(self, call: Call) -> Steps[Reply]:
        """Make a call of the taxpayer. Raises SignInNeeded, or a CallFailed.

        Where another program has renewed the token meanwhile the call is made again with that: the portal has done
        nothing for the old one.
        """
        token = yield from self._valid()
        try:
            return (yield from self.line.ask(call, token.access_token))
        except (Forbidden, InvalidSession):
            newer = tokens.load(self.account.store, self._name)
            if newer is None or newer.access_token == token.access_token:
                raise
            return (yield from self.line.ask(call, newer.access_token))

    def _valid(self) -> Steps[Token]:
        token = self._current()
        if token.expires_at - MARGIN > self.line.now():
            return token
        lock = yield from hold(self._lock, _LOCK_PATIENCE)
        try:
            token = self._current()
            if token.expires_at - MARGIN <= self.line.now():
                token = yield from self._renew(token)
            return token
        finally:
            lock.release()

    def _current(self) -> Token:
        token = tokens.load(self.account.store, self._name)
        if token is None or token.expires_at <= self.line.now():
            raise SignInNeeded(f"No valid token for {self.gstin}: ask for a one-time password, and sign in with it.")
        return token

    def _renew(self, token: Token) -> Steps[Token]:
        call = Call("POST", f"{API}/session/refresh", repeatable=True)
        began = self.line.now()
        reply = yield from self.line.ask(call, token.access_token)
        return self._keep(call, reply, began)

    def _keep(self, call: Call, reply: Reply, began: float) -> Token:
        granted = _granted(call, reply)
        # By the portal's own clock, which may be another one than ours.
        lasts = (integer(granted.token_expiry) or 0) - (reply.timestamp or 0)
        token = Token(granted.access_token, began + (lasts / 1000 if 0 < lasts <= LONGEST * 1000 else SESSION))
        tokens.save(self.account.store, self._name, token)
        return token

    def _who(self) -> bytes:
        return msgspec.json.encode({"username": self.username, "gstin": str(self.gstin)})


def _granted(call: Call, reply: Reply) -> _Granted:
    try:
        granted = msgspec.json.decode(reply.payload, type=_Granted)
    except MALFORMED as error:
        raise UnexpectedAnswer(f"There is no token in the answer ({error}).", call=call.name) from error
    if not re.fullmatch("[!-~]+", granted.access_token):
        raise UnexpectedAnswer("The token has characters that no token can have.", call=call.name)
    return granted
