"""Taking the steps: the only place that does I/O over the network, once blocking and once not."""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, TypeVar

import httpx2

from gst_ims.client.errors import CallFailed, NoAnswer, UnexpectedAnswer, Unreachable
from gst_ims.client.steps import Answer, Call, Sleep, Step, Steps

T = TypeVar("T")

#: What an answer has at most, unpacked, in bytes: a list of a million records has half of it.
LARGEST = 1_000_000_000
#: Seconds: for the connection, and between two pieces of an answer.
TIMEOUT = httpx2.Timeout(60, connect=10)

# Where nothing has been sent yet.
_UNSENT = (
    *(httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout),
    *(httpx2.UnsupportedProtocol, httpx2.InvalidURL),
)


# A proxy can't reach this machine's own addresses, and isn't to learn the secrets that go there.
_DIRECT: dict[str, None] = dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]"))


@cache
def _trusted() -> ssl.SSLContext:
    """The authorities that are trusted, read once: that takes longer than most calls."""
    return httpx2.create_ssl_context()


class _NoPasswords(logging.Filter):
    """The contract puts one-time passwords into the URL, which httpx2 logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_hidden(argument) for argument in record.args)
        return True


def _hidden(argument: object) -> object:
    text = str(argument)
    return re.sub(r"([?&](?:otp|md5)=)[^&]*", r"\1…", text) if "otp=" in text or "md5=" in text else argument


logging.getLogger("httpx2").addFilter(_NoPasswords())


class Transport:
    """Takes steps, blocking. Threads can share one."""

    def __init__(self, base_url: str, sleep: Callable[[float], None]) -> None:
        """`sleep` waits for so many seconds."""
        self._base_url = base_url
        self._sleep = sleep
        self._http = httpx2.Client(timeout=TIMEOUT, mounts={**_DIRECT}, verify=_trusted())

    def run(self, steps: Steps[T]) -> T:
        """Take all steps, and give what they end in."""
        try:
            step = next(steps)
            while True:
                step = _on(steps, *self._take(step))
        except StopIteration as end:
            return end.value
        finally:
            steps.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _take(self, step: Step) -> tuple[Answer | None, CallFailed | None]:
        if isinstance(step, Sleep):
            self._sleep(step.seconds)
            return None, None
        try:
            with self._http.stream(**_request(self._base_url, step)) as response:
                body = _Body(step)
                for piece in response.iter_bytes():
                    body.add(piece)
                return _answer(response, body), None
        except UnexpectedAnswer as error:
            return None, error
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            return None, _failure(step, error)


class AsyncTransport:
    """Takes steps without blocking."""

    def __init__(self, base_url: str, sleep: Callable[[float], Awaitable[None]]) -> None:
        """`sleep` waits for so many seconds."""
        self._base_url = base_url
        self._sleep = sleep
        self._http = httpx2.AsyncClient(timeout=TIMEOUT, mounts={**_DIRECT}, verify=_trusted())

    async def run(self, steps: Steps[T]) -> T:
        """Take all steps, and give what they end in."""
        try:
            step = next(steps)
            while True:
                step = _on(steps, *await self._take(step))
        except StopIteration as end:
            return end.value
        finally:
            steps.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _take(self, step: Step) -> tuple[Answer | None, CallFailed | None]:
        if isinstance(step, Sleep):
            await self._sleep(step.seconds)
            return None, None
        try:
            async with self._http.stream(**_request(self._base_url, step)) as response:
                body = _Body(step)
                async for piece in response.aiter_bytes():
                    body.add(piece)
                return _answer(response, body), None
        except UnexpectedAnswer as error:
            return None, error
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            return None, _failure(step, error)


def _on(steps: Steps[Any], answer: Answer | None, failure: CallFailed | None) -> Step:
    return steps.send(answer) if failure is None else steps.throw(failure)


def _request(base_url: str, call: Call) -> dict[str, Any]:
    url = base_url + call.path if call.path.startswith("/") else call.path
    return {
        "method": call.method,
        "url": url,
        "params": call.query or None,
        "headers": call.headers,
        "content": call.body,
    }


class _Body:
    """The pieces of an answer, counted: whoever packs a bomb, or never ends, is left."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._left = LARGEST
        self._pieces: list[bytes] = []

    def add(self, piece: bytes) -> None:
        self._left -= len(piece)
        if self._left < 0:
            raise UnexpectedAnswer(f"It has more than {LARGEST:,} bytes.", call=self._call.name)
        self._pieces.append(piece)

    def whole(self) -> bytes:
        return b"".join(self._pieces)


def _answer(response: httpx2.Response, body: _Body) -> Answer:
    return Answer(response.status_code, body.whole(), {k.lower(): v for k, v in response.headers.items()})


def _failure(call: Call, error: Exception) -> CallFailed:
    kind = Unreachable if isinstance(error, _UNSENT) else NoAnswer
    # Without its cause, whose request has the token among its headers.
    return kind(call=f"{call.name}, {type(error).__name__}")
