"""The line to a portal: its rate, its envelope, and when a call is made again (contract 1)."""

from __future__ import annotations

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

import msgspec
from msgspec import Raw, Struct

from gst_ims.client.errors import (
    CallFailed,
    NoAnswer,
    PortalDown,
    TooManyRequests,
    UnexpectedAnswer,
    Unreachable,
    of_code,
    of_status,
)
from gst_ims.client.steps import Answer, Call, Sleep, Steps, send
from gst_ims.core.clock import Clock, SystemClock

PRODUCTION = "https://api.sandbox.co.in"
TEST = "https://test-api.sandbox.co.in"
#: Requests a minute (contract 1.5).
RATES = {PRODUCTION: 100, TEST: 25}

#: How often a call is made at most, and the longest pause between two, in seconds.
ATTEMPTS, LONGEST_PAUSE = 6, 60.0
_MINUTE = 60.0

#: What decoding raises where it isn't JSON, or not the JSON that it should be.
MALFORMED = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)


class Reply(NamedTuple):
    """The payload of a call that went well: JSON, and b"null" where there is none. `timestamp` in milliseconds."""

    payload: bytes
    timestamp: int | None


class _Envelope(Struct):
    code: int | str | None = None
    message: str | None = None
    timestamp: int | str | None = None
    transaction_id: str = ""
    data: Raw = Raw(b"null")
    access_token: str | None = None


class _Error(Struct):
    error_cd: str = ""
    message: str = ""


class _Data(Struct):
    status_cd: str | int | None = None
    error: _Error | None = None
    data: Raw = Raw(b"")


class Throttle:
    """Lets so many requests go in any minute. Threads can share one."""

    def __init__(self, rate: int | None) -> None:
        """`rate` in requests a minute; None for no limit."""
        self._rate = rate
        self._sent: deque[float] = deque(maxlen=rate)
        self._now = 0.0
        self._lock = threading.Lock()

    def delay(self, now: float) -> float:
        """Take a place, and say after how many seconds it comes. `now` in seconds of any epoch."""
        if self._rate is None:
            return 0.0
        with self._lock:
            if now < self._now:  # the clock was set back, and nobody is to wait for that
                self._sent = deque((at - self._now + now for at in self._sent), self._rate)
            self._now = now
            at = max(now, self._sent[0] + _MINUTE) if len(self._sent) == self._rate else now
            self._sent.append(at)
        return at - now


class Line:
    """The line to a portal with one API key."""

    def __init__(
        self, base_url: str, api_key: str, rate: int | None, clock: Clock, random: Callable[[], float]
    ) -> None:
        """`random` gives numbers from 0 to 1; `rate` is in requests a minute."""
        self.base_url = base_url
        self.clock = clock
        self._api_key = api_key
        self._random = random
        self._throttle = Throttle(rate)

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now().timestamp()

    def ticks(self) -> float:
        """Seconds of a clock that nobody sets, to see how long something takes; of the clock passed in, if one was."""
        return time.monotonic() if isinstance(self.clock, SystemClock) else self.now()

    def ask(self, call: Call, token: str | None = None) -> Steps[Reply]:
        """Make a call and open its envelope, again where it may be repeated and could go better.

        Raises a CallFailed.
        """
        headers = {"x-api-key": self._api_key, "x-api-version": "1.0.0", "accept": "application/json", **call.headers}
        if token is not None:
            headers["authorization"] = token
        if call.body is not None:
            headers["content-type"] = "application/json"
        answer = yield from self.fetch(replace(call, headers=headers))
        return opened(call, answer)

    def fetch(self, call: Call) -> Steps[Answer]:
        """Make a call as it is, again where it may be repeated. The answer has status 200. Raises a CallFailed."""
        for attempt in itertools.count(1):
            if (turn := self._throttle.delay(self.ticks())) > 0:
                yield Sleep(turn)
            after = 0.0
            try:
                answer = yield from send(call)
                if answer.status == 200:
                    return answer
                after = _retry_after(answer, self.clock.now())
                raise _refusal(call, answer)
            except CallFailed as error:
                undone = isinstance(error, Unreachable | TooManyRequests)
                unlucky = isinstance(error, NoAnswer | PortalDown)
                if attempt == ATTEMPTS or not (undone or (unlucky and call.repeatable)):
                    raise
                yield Sleep(max(self.pause(attempt), after), again=True)
        raise AssertionError("unreachable")

    def pause(self, attempt: int, longest: float = LONGEST_PAUSE) -> float:
        """How long to wait after so many attempts, in seconds: twice as long each time, and never quite the same."""
        return min(2.0 ** (attempt - 1), longest) * (0.5 + self._random() / 2)


def opened(call: Call, answer: Answer) -> Reply:
    """What the envelope of an answer has. Raises a Refused, or UnexpectedAnswer if it has none."""
    try:
        envelope = msgspec.json.decode(answer.body, type=_Envelope)
        data = _Data() if envelope.data == Raw(b"null") else msgspec.json.decode(envelope.data, type=_Data)
    except MALFORMED as error:
        # A part of JSON isn't shown: it may have a token.
        begins = "" if answer.body.lstrip()[:1] == b"{" else f"{answer.body[:80]!r}, "
        raise UnexpectedAnswer(f"{begins}{error}", call=call.name) from error
    if str(data.status_cd) == "0":
        failure = data.error or _Error()
        kind = of_code(failure.error_cd)
        raise kind(
            failure.message, call=call.name, code=failure.error_cd or None, transaction_id=envelope.transaction_id
        )
    if envelope.access_token is not None:
        # As Sandbox answered once, and may still.
        return Reply(answer.body, None)
    payload = bytes(data.data) or bytes(envelope.data)
    return Reply(payload, integer(envelope.timestamp))


def _refusal(call: Call, answer: Answer) -> CallFailed:
    try:
        envelope = msgspec.json.decode(answer.body, type=_Envelope)
    except MALFORMED:
        envelope = _Envelope(message=answer.body[:80].decode(errors="replace"))
    code, transaction_id = str(answer.status), envelope.transaction_id
    if 200 <= answer.status < 400:
        return UnexpectedAnswer(envelope.message or "", call=call.name, code=code, transaction_id=transaction_id)
    error = of_status(answer.status)(envelope.message or "", call=call.name, code=code, transaction_id=transaction_id)
    error.status = answer.status
    return error


def _retry_after(answer: Answer, now: datetime) -> float:
    """Seconds, by a Retry-After of either kind; none where it can't be read, five minutes at most."""
    said = answer.headers.get("retry-after", "").strip()
    try:
        if said.isdecimal():
            return min(float(said), 300.0)
        return min(max((parsedate_to_datetime(said) - now).total_seconds(), 0.0), 300.0)
    except (TypeError, ValueError):
        return 0.0


def integer(text: object) -> int | None:
    """A whole number, also as text; None for anything else."""
    try:
        return int(text) if isinstance(text, int | str) else None
    except ValueError:
        return None
