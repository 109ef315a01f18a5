"""The cookie of a session, and the token that forms and calls of its pages have: another site's don't."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from litestar import Request
from litestar.datastructures import Cookie, State

from gst_ims.desk.desk import NotAllowed
from gst_ims.desk.sessions.service import LONGEST

COOKIE = "ims_desk"
HEADER, FIELD = "x-form-token", "form_token"
_SAFE = ("GET", "HEAD", "OPTIONS")
_FORM = "application/x-www-form-urlencoded"


class FromElsewhere(NotAllowed):
    """The form isn't from this session's page: load the page again, then send it once more."""


def cookie(token: str, *, secure: bool) -> Cookie:
    """The cookie that holds a session; an empty token takes it away."""
    age = int(LONGEST.total_seconds()) if token else 0
    return Cookie(key=COOKIE, value=token, path="/", max_age=age, httponly=True, samesite="strict", secure=secure)


def form_token(session: str) -> str:
    """What the session's own pages send along. It follows from the cookie, which nobody else can read."""
    return hashlib.sha256(f"form {session}".encode()).hexdigest() if session else ""


async def must_be_ours(request: Request[Any, Any, State]) -> None:
    """Let a call that changes something come from our own pages only. Raises FromElsewhere."""
    if request.method in _SAFE:
        return
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "same-origin")
    if site != "same-origin" or (origin and origin.partition("//")[2] != request.headers.get("host")):
        raise FromElsewhere
    if session := request.cookies.get(COOKIE):
        given = request.headers.get(HEADER)
        if given is None and request.headers.get("content-type", "").startswith(_FORM):
            given = str((await request.form()).get(FIELD, ""))
        if not secrets.compare_digest((given or "").encode(), form_token(session).encode()):
            raise FromElsewhere
