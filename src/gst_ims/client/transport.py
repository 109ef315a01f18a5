"""Taking the steps: the only place that does I/O over the network, once blocking and once not."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx2

from gst_ims.client.errors import CallFailed, NoAnswer, Unreachable
from gst_ims.client.steps import Answer, Call, Sleep, Step, Steps

T = TypeVar("T")

#: Seconds: for the connection, and between two pieces of an answer.
TIMEOUT = httpx2.Timeout(60, connect=10)

# Where nothing has been sent yet.
_UNSENT = (
    *(httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout),
    *(httpx2.UnsupportedProtocol, httpx2.InvalidURL),
)


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
        self._http = httpx2.Client(timeout=TIMEOUT)

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
            return _answer(self._http.request(**_request(self._base_url, step))), None
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            return None, _failure(step, error)


class AsyncTransport:
    """Takes steps without blocking."""

    def __init__(self, base_url: str, sleep: Callable[[float], Awaitable[None]]) -> None:
        """`sleep` waits for so many seconds."""
        self._base_url = base_url
        self._sleep = sleep
        self._http = httpx2.AsyncClient(timeout=TIMEOUT)

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
            return _answer(await self._http.request(**_request(self._base_url, step))), None
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


def _answer(response: httpx2.Response) -> Answer:
    return Answer(response.status_code, response.content, {k.lower(): v for k, v in response.headers.items()})


def _failure(call: Call, error: Exception) -> CallFailed:
    kind = Unreachable if isinstance(error, _UNSENT) else NoAnswer
    # Without its cause, whose request has the token among its headers.
    return kind(call=f"{call.name}, {type(error).__name__}")
