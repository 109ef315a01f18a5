"""Signing in and out."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, Router, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from gst_ims.desk.people import service as people
from gst_ims.desk.sessions import service as sessions
from gst_ims.web.edge import TheDesk, way_of
from gst_ims.web.pages import AnyRequest, page
from gst_ims.web.tokens import COOKIE, cookie


class SignIn(Struct):
    """What the door asks for."""

    name: str
    password: str
    code: str = ""
    back: str = ""


@get("/", sync_to_thread=False, opt={"open": True})
def front(request: AnyRequest) -> Redirect:
    """Home, or the door."""
    return Redirect("/desk" if request.scope["person"] else "/sign-in", status_code=303)  # type: ignore[typeddict-item]


@get("/sign-in", sync_to_thread=True, opt={"open": True})
def door(request: AnyRequest, ended: FromQuery[bool] = False, back: FromQuery[str] = "") -> Response[str]:
    """The form. `ended` says that what was pressed wasn't done; `back` is where the session ended."""
    return page(request, "sign_in.html", name="", message="", ended=ended, back=back)


@post("/sign-in", sync_to_thread=True, opt={"open": True})
def sign_in(
    request: AnyRequest,
    desk: TheDesk,
    data: Annotated[SignIn, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[Any]:
    """In and back to where one was, or the form again, saying that something is wrong and not what.

    Raises NotAllowed for one who is who he says, and has no duty.
    """
    try:
        token = sessions.sign_in(desk, data.name, data.password, data.code)
    except sessions.WrongSignIn as error:
        return page(
            request, "sign_in.html", status=403, name=data.name, message=str(error), ended=False, back=data.back
        )
    if before := request.cookies.get(COOKIE):
        sessions.sign_out(desk, before)
    mine = tuple(f"/desk/{gstin}" for gstin in people.person(desk, data.name).gstins)
    # Where somebody else was may be no place for this one.
    way = it if (it := way_of(data.back)).startswith(mine) else "/desk"
    return Redirect(way, status_code=303, cookies=[cookie(token, secure=request.app.state["secure"])])


@post("/sign-out", sync_to_thread=True)
def sign_out(request: AnyRequest, desk: TheDesk) -> Redirect:
    """Out."""
    sessions.sign_out(desk, request.cookies[COOKIE])
    return Redirect("/sign-in", status_code=303, cookies=[cookie("", secure=request.app.state["secure"])])


router = Router("/", route_handlers=[front, door, sign_in, sign_out])
