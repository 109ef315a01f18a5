"""The envelope of every answer (contract 1.3): code, data, timestamp, transaction id."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Generic, Literal, TypeVar
from uuid import uuid4

import structlog
from msgspec import Struct

from gst_ims.portal.streaming import chunks

T = TypeVar("T")


class Payload(Struct, Generic[T]):
    """GSTN's own envelope inside: `status_cd` 1 is success."""

    status_cd: Literal["1"]
    data: T


class Success(Struct, Generic[T]):
    """A successful answer. `timestamp` in epoch milliseconds."""

    code: Literal[200]
    timestamp: int
    data: Payload[T]
    transaction_id: str


class FlatSuccess(Struct, Generic[T]):
    """A successful answer whose payload stands beside `status_cd` (the access endpoints)."""

    code: Literal[200]
    timestamp: int
    data: T
    transaction_id: str


class Ok(Struct):
    """Nothing more to say."""

    status_cd: Literal["1"] = "1"


class ErrorDetail(Struct):
    """GSTN's code and words."""

    message: str
    error_cd: str


class Refusal(Struct):
    """`status_cd` 0 is failure."""

    status_cd: Literal["0"]
    error: ErrorDetail


class Failure(Struct):
    """A business failure: HTTP 200, `status_cd` 0."""

    code: Literal[200]
    timestamp: int
    data: Refusal
    transaction_id: str


class HttpFailure(Struct):
    """A failure before any business rule: `code` is the HTTP status."""

    code: int
    message: str
    timestamp: int
    transaction_id: str


def milliseconds(at: datetime) -> int:
    """Epoch milliseconds."""
    return int(at.timestamp() * 1000)


def transaction_id() -> str:
    """The id of the running call, by which the log can be searched."""
    return structlog.contextvars.get_contextvars().get("transaction_id") or str(uuid4())


def success(data: T, at: datetime) -> Success[T]:
    return Success(200, milliseconds(at), Payload("1", data), transaction_id())


def flat_success(data: T, at: datetime) -> FlatSuccess[T]:
    return FlatSuccess(200, milliseconds(at), data, transaction_id())


def failure(code: str, message: str, at: datetime) -> Failure:
    return Failure(200, milliseconds(at), Refusal("0", ErrorDetail(message, code)), transaction_id())


def http_failure(status: int, message: str, at: datetime) -> HttpFailure:
    return HttpFailure(status, message, milliseconds(at), transaction_id())


def stream(payload: Iterator[str], at: datetime) -> Iterator[bytes]:
    """A successful answer whose payload is JSON that comes in pieces."""
    head = f'{{"code":200,"timestamp":{milliseconds(at)},"data":{{"status_cd":"1","data":'
    tail = f'}},"transaction_id":"{transaction_id()}"}}'
    return chunks(chain([head], payload, [tail]))
