"""Approvals, pushes and the trail."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from litestar import Response, Router, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath, FromQuery
from msgspec import Struct, field

from gst_ims.core.errors import Invalid
from gst_ims.desk.figures.service import open_decisions
from gst_ims.desk.match.lists import read_id
from gst_ims.desk.parties import names_of
from gst_ims.desk.people.service import Role
from gst_ims.desk.push import service as pushing
from gst_ims.desk.review import steps
from gst_ims.desk.review.lists import Filter, Place, worklist
from gst_ims.desk.review.trail import Search, choices, trail
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.inward.filters import read_key
from gst_ims.web.pages import AnyRequest, page
from gst_ims.web.reading import read_day

#: Rows of a page.
_PAGE = 100
_FIRST = date(2000, 1, 1)


class Verdict(Struct):
    """What an approver says of decisions, by their ids."""

    verdict: str
    #: One alone comes as it is.
    ids: list[int] | int = field(default_factory=list[int])
    why: str = ""

    @property
    def chosen(self) -> list[int]:
        """The ids."""
        return [self.ids] if isinstance(self.ids, int) else self.ids


TheVerdict = Annotated[Verdict, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/approvals", sync_to_thread=True)
def approvals(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    after_tax: FromQuery[int] = 0,
    after_name: FromQuery[str] = "",
) -> Response[str]:
    """What waits for a second person, the most rupees first."""
    after = Place(_FIRST, after_tax, after_name) if after_name else None
    return _approvals(request, desk, person, gstin, "approvals.html", after)


@post("/approvals", sync_to_thread=True, status_code=200)
def approve(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: TheVerdict) -> Response[str]:
    """Approve decisions of others, or return them with words; then what is left."""
    if not data.chosen:
        raise Invalid("No decision is chosen.")
    if data.verdict == "approve":
        stepped = steps.approve(desk, person, gstin, data.chosen, data.why)
    elif data.verdict == "return":
        stepped = steps.give_back(desk, person, gstin, data.chosen, data.why)
    else:
        raise Invalid(f"{data.verdict!r} is no verdict: approve or return.")
    return _approvals(request, desk, person, gstin, "approvals_list.html", verdict=data.verdict, stepped=stepped)


def _approvals(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    template: str,
    after: Place | None = None,
    **shown: Any,
) -> Response[str]:
    found = worklist(desk, person, gstin, Filter(state="waiting"), after=after, limit=_PAGE)
    told: dict[str, Any] = {"verdict": "", "stepped": None} | shown
    return page(
        request,
        template,
        gstin=gstin,
        place="approvals",
        found=found,
        approves=Role.APPROVER in person.duties[gstin],
        **told,
    )


@get("/pushes", sync_to_thread=True)
def pushes(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Response[str]:
    """What is ready, and what was sent. While a push is open the page asks again."""
    return page(
        request,
        "pushes_list.html" if request.headers.get("hx-request") else "pushes.html",
        gstin=gstin,
        place="pushes",
        ready=open_decisions(desk, person, gstin).get("ready", (0, 0)),
        found=pushing.pushes(desk, person, gstin),
        prepares=Role.PREPARER in person.duties[gstin],
    )


@post("/pushes", sync_to_thread=True, status_code=200)
def push(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Response[str]:
    """Queue a push, or the going on with one that is open."""
    pushing.request(desk, person, gstin)
    return page(request, "pushes_queued.html", gstin=gstin)


@get("/pushes/{number:int}", sync_to_thread=True)
def one_push(
    request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, number: FromPath[int]
) -> Response[str]:
    """What of a push isn't applied, and what to do about each row."""
    found = pushing.left(desk, person, gstin, number)
    names = names_of(desk, person, gstin, (it.key.stin for it in found))
    return page(request, "push.html", gstin=gstin, place="pushes", number=number, found=found, names=names)


@get("/trail", sync_to_thread=True)
def look_back(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    text: FromQuery[str] = "",
    who: FromQuery[str] = "",
    what: FromQuery[str] = "",
    since: FromQuery[str] = "",
    before: FromQuery[int] = 0,
) -> Response[str]:
    """The trail, searched."""
    wanted = Search(text.strip() or None, who or None, what or None, read_day(since))
    found = trail(desk, person, gstin, wanted, before or None, _PAGE + 1)
    whats, people = choices(desk, person, gstin)
    shown = [(read_key(it.record) if it.record else None, it) for it in found[:_PAGE]]
    return page(
        request,
        "trail.html",
        gstin=gstin,
        place="trail",
        found=shown,
        names=names_of(desk, person, gstin, (key.stin for key, _ in shown if key)),
        read_id=read_id,
        more=len(found) > _PAGE,
        wanted={"text": text, "who": who, "what": what, "since": since},
        whats=whats,
        people=people,
    )


router = Router("/desk/{taxpayer:str}", route_handlers=[approvals, approve, pushes, push, one_push, look_back])
