"""Reports that are asked for and fetched; workbooks that come back with decisions, and what those would do."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Stream
from msgspec import Struct

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.report import asked
from gst_ims.desk.report.deciding import decide_from
from gst_ims.desk.report.edited import read_decisions
from gst_ims.web.books.uploads import uploads_of
from gst_ims.web.downloads import attachment
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.pages import AnyRequest, page
from gst_ims.web.reading import read_period

#: Rows that are shown of what is wrong.
_SHOWN = 500


class Which(Struct):
    """Which report; an empty period is last month."""

    kind: str
    period: str = ""


class Edited(Struct):
    """A workbook that was looked at, and what is to become of it."""

    token: str
    why: str = ""
    #: Whether rows that are wrong are left out. Otherwise nothing is decided where there are any.
    skip_wrong: bool = False


@get("/", sync_to_thread=True)
def show(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Response[str]:
    """What was asked for. While one is made the page asks again."""
    return _show(request, desk, person, gstin)


@post("/", sync_to_thread=True, status_code=200)
def ask(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    data: Annotated[Which, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str]:
    """Queue a report; then what was asked for."""
    asked.request(desk, person, gstin, read_period(data.period), data.kind)
    return _show(request, desk, person, gstin)


@get("/{number:int}", sync_to_thread=True)
def fetch(desk: TheDesk, person: ThePerson, gstin: TheGstin, number: FromPath[int]) -> Stream:
    """The file of a report."""
    found, parts = asked.fetch(desk, person, gstin, number)
    return attachment(parts, f"report-{gstin}-{found.period}.{found.form}")


@post("/look", sync_to_thread=True, status_code=200)
def look_at(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    data: Annotated[list[UploadFile], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Response[str]:
    """Take a workbook, and show what it would do: nothing is done. Raises Unreadable for what is none."""
    person.must(gstin, Role.PREPARER)
    with uploads_of(request).looking_at_one(person.name, gstin, data) as (token, upload):
        looked = decide_from(desk, person, gstin, read_decisions(upload.path, gstin), keep=False)
    return page(
        request,
        "reports_look.html",
        gstin=gstin,
        name=upload.path.name,
        token=token,
        looked=looked,
        problems=looked.problems[:_SHOWN],
    )


@post("/decide", sync_to_thread=True, status_code=200)
def decide(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    data: Annotated[Edited, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Response[str]:
    """Decide what the workbook says."""
    person.must(gstin, Role.PREPARER)
    uploads = uploads_of(request)
    read = read_decisions(uploads.find(data.token, person.name, gstin).path, gstin)
    made = decide_from(desk, person, gstin, read, why=data.why, skip_wrong=data.skip_wrong)
    if made.kept:
        uploads.drop(data.token)
    return page(request, "reports_decided.html", gstin=gstin, made=made, problems=made.problems[:_SHOWN])


def _show(request: AnyRequest, desk: Desk, person: Person, gstin: Gstin) -> Response[str]:
    return page(
        request,
        "reports_list.html" if request.headers.get("hx-request") else "reports.html",
        gstin=gstin,
        place="reports",
        found=asked.reports(desk, person, gstin),
        period=Period.of(desk.clock.now().date()).previous(),
        prepares=Role.PREPARER in person.duties[gstin],
    )


router = Router("/desk/{taxpayer:str}/reports", route_handlers=[show, ask, fetch, look_at, decide])
