"""Where HTTP meets the desk: who is at the browser, what goes wrong, and what every answer has."""

from __future__ import annotations

import errno
import os
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from anyio.to_thread import run_sync
from litestar import MediaType, Response
from litestar.di import NamedDependency
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import Message, Scope

from gst_ims.core.errors import ImsError, Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import DatabaseAway, Desk, NotAllowed, Unknown, what_now
from gst_ims.desk.people.service import Person
from gst_ims.desk.sessions import service as sessions
from gst_ims.web.pages import AnyRequest, page, policy
from gst_ims.web.tokens import COOKIE, must_be_ours

log = structlog.get_logger()

#: Seconds after which it is worth another try.
_AGAIN = 5
#: Characters of an address that still fits into another one with each of them escaped: a server takes 65,536.
_LONGEST = 20_000

# What handlers are given. The parameter's name says which: desk, person, gstin.
TheDesk = NamedDependency[Desk]
ThePerson = NamedDependency[Person]
TheGstin = NamedDependency[Gstin]

_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


class NotSignedIn(ImsError):
    """Your session is over: sign in."""


def provide_desk(request: AnyRequest) -> Desk:
    return request.app.state["desk"]


def provide_person(request: AnyRequest) -> Person:
    return request.scope["person"]  # type: ignore[typeddict-item]


def provide_gstin(request: AnyRequest) -> Gstin:
    """The taxpayer in the address, as `admit` found him."""
    return Gstin(request.path_params["taxpayer"])


async def admit(request: AnyRequest) -> None:
    """Let nobody in who isn't signed in, but to what is open to all, and nobody to a taxpayer that isn't his.

    Raises NotSignedIn, FromElsewhere, NotAllowed; Invalid for a GSTIN that can't be one.
    """
    await must_be_ours(request)
    token = request.cookies.get(COOKIE, "")
    person = await run_sync(sessions.who, provide_desk(request), token) if token else None
    request.scope["person"] = person  # type: ignore[typeddict-unknown-key]
    if person is None and not request.route_handler.opt.get("open"):
        raise NotSignedIn
    if person is not None and "taxpayer" in request.path_params:
        person.must(provide_gstin(request))


async def protect(message: Message, scope: Scope) -> None:
    """Add the headers that tell browsers what our answers are not for."""
    if message["type"] == "http.response.start":
        there = {name for name, _ in message["headers"]}
        extra = [*_HEADERS, (b"content-security-policy", policy().encode())]
        message["headers"] = [*message["headers"], *(header for header in extra if header[0] not in there)]


def on_not_signed_in(request: AnyRequest, error: NotSignedIn) -> Response[Any]:
    """A page leads to the door, and from there back; a part of one makes the browser go there; a program is told."""
    if _wants_json(request):
        return Response({"message": str(error)}, status_code=401)
    part = "hx-request" in request.headers
    said = {"ended": "true"} if part or request.method == "POST" else {}
    # A file is no place to come back to: the page with its link is.
    headers = request.headers
    at = headers.get("hx-current-url") or headers.get("referer") or ("" if said else str(request.url))
    if back := way_of(at):
        said["back"] = back
    door = f"/sign-in?{urlencode(said)}" if said else "/sign-in"
    if part:
        return Response("", status_code=401, media_type=MediaType.HTML, headers={"hx-redirect": door})
    return Redirect(door, status_code=303)


def way_of(address: str) -> str:
    """Where a page below home is, without the host that an address may name; empty for all else."""
    try:
        parts = urlsplit(address)
    except ValueError:  # half of an address, such as http://[
        return ""
    way = f"{parts.path}?{parts.query}".rstrip("?")
    return way if way.startswith("/desk/") and len(way) <= _LONGEST else ""


def on_ims_error(request: AnyRequest, error: ImsError) -> Response[Any]:
    """What the desk refuses, with what to do."""
    status = 403 if isinstance(error, NotAllowed) else 404 if isinstance(error, Unknown) else 422
    return refuse(request, status if isinstance(error, NotAllowed | Unknown | Invalid) else 409, str(error))


def on_litestar_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    message = f"There is no page at {request.scope['path']}." if error.status_code == 404 else error.detail
    return refuse(request, error.status_code, message)


def on_too_deep(request: AnyRequest, error: RecursionError) -> Response[Any]:
    """A body that no page of ours sends."""
    return refuse(request, 422, "That is nested too deep: load the page again. Nothing was changed.")


def on_database_error(request: AnyRequest, error: DatabaseAway) -> Response[Any]:
    """The database is away or full, or had two people in each other's way. What says so asks it for nothing."""
    log.error("database not available", error=type(error).__name__, sqlstate=error.sqlstate)
    request.scope["person"] = None  # type: ignore[typeddict-unknown-key]
    answer = refuse(request, 503, what_now(error))
    answer.headers["retry-after"] = str(_AGAIN)
    return answer


def on_bug(request: AnyRequest, error: Exception) -> Response[Any]:
    """What nobody foresaw; or a full disk, of which each library says so in an error of its own."""
    if os.strerror(errno.ENOSPC) in str(error):
        log.error("disk full", path=str(request.scope.get("path_template") or "unknown"))  # pyright: ignore[reportUnknownMemberType]
        return refuse(request, 503, "The server's disk is full. Nothing was changed: tell who runs it, then try again.")
    log.error("unexpected error", path=str(request.scope.get("path_template") or "unknown"), exc_info=error)  # pyright: ignore[reportUnknownMemberType]
    return refuse(request, 500, "Something went wrong here: the log says what. Nothing was changed.")


EXCEPTION_HANDLERS: dict[int | type[Exception], Any] = {
    NotSignedIn: on_not_signed_in,
    ImsError: on_ims_error,
    HTTPException: on_litestar_error,
    RecursionError: on_too_deep,
    DatabaseAway: on_database_error,
    Exception: on_bug,
}


def refuse(request: AnyRequest, status: int, message: str) -> Response[Any]:
    """Say no: as a page, as a part of one, or to a program."""
    if _wants_json(request):
        return Response({"message": message}, status_code=status)
    template = "refused_part.html" if request.headers.get("hx-request") else "refused.html"
    try:
        return page(request, template, status=status, code=status, message=message)
    except DatabaseAway:  # it went just now; without a person the page asks it for nothing
        request.scope["person"] = None  # type: ignore[typeddict-unknown-key]
        return page(request, template, status=status, code=status, message=message)


def _wants_json(request: AnyRequest) -> bool:
    return "application/json" in request.headers.get("accept", "")
