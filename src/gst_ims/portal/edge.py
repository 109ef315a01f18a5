"""Where HTTP meets the portal: who calls, what goes wrong, and how answers are wrapped."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any

import structlog
from litestar import MediaType, Request, Response
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException, ValidationException
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, PathParameter
from litestar.response import Stream
from litestar.serialization import default_serializer
from litestar.types import Message, Scope, Serializer
from msgspec import Struct
from msgspec.json import Encoder
from psycopg import DataError, OperationalError
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg_pool import PoolTimeout

from gst_ims.core.clock import SystemClock
from gst_ims.core.errors import BusinessError, HttpError, InternalError, Invalid, TooManyRequests
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.portal import envelope
from gst_ims.portal.access import service as access
from gst_ims.portal.access.service import Account, Allowance, Session
from gst_ims.portal.context import Portal
from gst_ims.portal.decoding import unprocessable
from gst_ims.portal.operator import metrics
from gst_ims.portal.streaming import CHUNK
from gst_ims.portal.streaming import write as write_pieces

log = structlog.get_logger()

# Answers up to this many bytes stay in memory until they are sent, larger ones wait on disk.
SPOOL = 1_000_000

AnyRequest = Request[Any, Any, State]
# What handlers are given. The parameter's name says which: portal, account, caller, taxpayer.
ThePortal = NamedDependency[Portal]
TheAccount = NamedDependency[Account]
TheTaxpayer = NamedDependency[Session]
Version = Annotated[
    str, HeaderParameter(name="x-api-version", required=False, description="Version of the API. Any is answered.")
]
Year = Annotated[
    str,
    PathParameter(
        description="Year of the tax period.",
        examples=[Example(value="2025")],
        schema_extra={"pattern": "^20[0-9]{2}$"},
    ),
]
Month = Annotated[
    str,
    PathParameter(
        description="Month of the tax period, two digits.",
        examples=[Example(value="11")],
        schema_extra={"pattern": "^(0[1-9]|1[0-2])$"},
    ),
]


def provide_portal(state: State) -> Portal:
    return state["portal"]


def provide_account(request: AnyRequest, portal: ThePortal, api_version: Version = "1.0.0") -> Account:
    """Whoever holds the API key, with this call counted against his limit. Raises Unauthorized, TooManyRequests."""
    with portal.transaction() as db:
        who = access.account(db, request.headers.get("x-api-key"))
        request.scope["allowance"] = access.count_call(db, who, portal.settings.rate_limit, portal.clock.now())  # type: ignore[typeddict-unknown-key]
    return who


def provide_caller(request: AnyRequest, portal: ThePortal, account: TheAccount) -> Account:
    """The account, proved by its 24-hour token. Raises Forbidden."""
    with portal.transaction() as db:
        access.check_account_token(db, account.key, _token(request), portal.clock.now())
    return account


def provide_taxpayer(request: AnyRequest, portal: ThePortal, account: TheAccount) -> Session:
    """The taxpayer's session: what its GSTIN may reach is all that a request may reach. Raises Forbidden."""
    with portal.transaction() as db:
        return access.taxpayer_session(db, account.key, _token(request), portal.clock.now())


def _token(request: AnyRequest) -> str | None:
    return request.headers.get("authorization")


def period_of(year: str, month: str) -> Period:
    """The period that an address names. Raises Unprocessable."""
    return unprocessable(Period.path, year, month)


def streamed(
    portal: Portal, transaction: AbstractContextManager[Connection], payload: Callable[[Connection], Iterable[str]]
) -> Stream:
    """An answer of any size whose payload is written in `transaction`."""

    def write(db: Connection, file: IO[bytes]) -> None:
        write_pieces(file, envelope.stream(iter(payload(db)), portal.clock.now()))

    return Stream(_spooled(transaction, write), media_type=MediaType.JSON)


def download(
    transaction: AbstractContextManager[Connection],
    write: Callable[[Connection, IO[bytes]], None],
    name: str,
    media_type: str,
) -> Stream:
    """A file of any size, written in `transaction`, for the caller to keep under this name."""
    return Stream(_spooled(transaction, write), media_type=media_type, headers=attachment(name))


def attachment(name: str) -> dict[str, str]:
    """The header that makes an answer a file of this name, which needs no quoting."""
    return {"content-disposition": f'attachment; filename="{name}"'}


def _spooled(
    transaction: AbstractContextManager[Connection], write: Callable[[Connection, IO[bytes]], None]
) -> AsyncGenerator[bytes]:
    """What is written in `transaction`: into a file, and from there to the client.

    The file, in memory while it is small, gives the database connection back before anything is sent: a client that
    reads slowly, or not at all, keeps nobody waiting. And an error while it is written still becomes an answer.
    """
    spool = SpooledTemporaryFile(max_size=SPOOL)  # noqa: SIM115 - closed when it is sent
    try:
        with transaction as db:
            write(db, spool)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)

    async def pieces() -> AsyncGenerator[bytes]:
        with spool:
            while piece := spool.read(CHUNK):
                yield piece

    return pieces()


async def add_allowance(message: Message, scope: Scope) -> None:
    """Tell the caller what is left of the minute."""
    allowance: Allowance | None = scope.get("allowance")  # type: ignore[assignment]
    if message["type"] == "http.response.start" and allowance is not None:
        message["headers"] = [
            *message["headers"],
            *_rate_headers(allowance.limit, allowance.remaining, allowance.reset),
        ]


def _rate_headers(limit: int, remaining: int, reset: int) -> list[tuple[bytes, bytes]]:
    values = (("x-ratelimit-limit", limit), ("x-ratelimit-remaining", remaining), ("x-ratelimit-reset", reset))
    return [(name.encode(), str(value).encode()) for name, value in values]


class Answer(Response[Any]):
    """An answer whose amounts are numbers in JSON, as everywhere on the wire."""

    def render(self, content: Any, media_type: str, enc_hook: Serializer = default_serializer) -> bytes:
        """Amounts inside of structures; texts and bytes go out as they are."""
        if isinstance(content, Struct):
            return Encoder(enc_hook=enc_hook, decimal_format="number").encode(content)
        return super().render(content, media_type, enc_hook)


def on_business_error(request: AnyRequest, error: BusinessError) -> Response[envelope.Failure]:
    metrics.errors.labels(error.code).inc()
    return Response(envelope.failure(error.code, error.text, _now(request)), status_code=200)


def on_http_error(request: AnyRequest, error: HttpError) -> Response[envelope.HttpFailure]:
    headers: dict[str, str] = {}
    if isinstance(error, TooManyRequests):
        reset = int(_now(request).timestamp()) + error.retry_after
        headers = {name.decode(): value.decode() for name, value in _rate_headers(error.limit, 0, reset)}
        headers["retry-after"] = str(error.retry_after)
    return _refuse(request, error.status, str(error), headers)


def on_invalid(request: AnyRequest, error: Invalid) -> Response[envelope.HttpFailure]:
    return _refuse(request, 422, str(error))


def on_litestar_error(request: AnyRequest, error: HTTPException) -> Response[envelope.HttpFailure]:
    message = error.detail
    if isinstance(error, ValidationException) and isinstance(error.extra, list):
        message = "; ".join(f"{item.get('key', '')}: {item.get('message', '')}" for item in error.extra)  # type: ignore[union-attr]
    if error.status_code == 404:
        message = f"There is nothing at {request.scope['path']}: check the URL."
    return _refuse(request, error.status_code, message, error.headers)


def on_data_error(request: AnyRequest, error: DataError) -> Response[envelope.HttpFailure]:
    # Its text quotes the value.
    log.warning("value not storable", endpoint=_endpoint(request.scope), error=type(error).__name__)
    return _refuse(request, 422, "A value of the request can't be stored: correct it.")


def on_database_error(request: AnyRequest, error: OperationalError | PoolTimeout) -> Response[envelope.HttpFailure]:
    log.error("database not available", error=type(error).__name__, sqlstate=getattr(error, "sqlstate", None))
    if isinstance(error, DeadlockDetected | SerializationFailure):
        return _refuse(request, 503, "Two requests were in each other's way: try again.")
    # The system's clock: the virtual one is in the database, which is what fails.
    answer = envelope.http_failure(503, "The portal's database can't be reached: try again later.", SystemClock().now())
    return Response(answer, status_code=503, media_type=MediaType.JSON)


def on_bug(request: AnyRequest, error: Exception) -> Response[envelope.HttpFailure]:
    log.error("unexpected error", endpoint=_endpoint(request.scope), exc_info=error)
    return _refuse(request, InternalError.status, str(InternalError()))


EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = {
    BusinessError: on_business_error,
    HttpError: on_http_error,
    Invalid: on_invalid,
    HTTPException: on_litestar_error,
    DataError: on_data_error,
    OperationalError: on_database_error,
    PoolTimeout: on_database_error,
    Exception: on_bug,
}


def _endpoint(scope: Scope) -> str:
    """The address without what names a taxpayer or a document."""
    return str(scope.get("path_template") or "unknown")  # pyright: ignore[reportUnknownMemberType]


def _refuse(
    request: AnyRequest, status: int, message: str, headers: Mapping[str, str] | None = None
) -> Response[envelope.HttpFailure]:
    answer = envelope.http_failure(status, message, _now(request))
    return Response(answer, status_code=status, headers=dict(headers or {}), media_type=MediaType.JSON)


def _now(request: AnyRequest) -> datetime:
    try:
        return request.app.state["portal"].clock.now()
    except (OperationalError, PoolTimeout):
        return SystemClock().now()
