"""Registers: what there is, what a file would be read as, keeping it, and matching."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from msgspec import Struct

from gst_ims.core.errors import Invalid
from gst_ims.desk.match import service as matching
from gst_ims.desk.match.result import BUCKETS
from gst_ims.desk.people.service import Role
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.register.looking import look, taken
from gst_ims.desk.register.mapping import FIELDS
from gst_ims.web.books.uploads import Uploads
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.pages import AnyRequest, page

#: Rows that are shown of what isn't a document.
_SHOWN = 500
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class Columns(Struct):
    """How a file is to be read: for each sheet the field of each column, empty for none."""

    token: str
    label: str
    sheets: list[list[str]]


@get("/", sync_to_thread=True)
def show(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Response[str]:
    """The registers, and the newest matching."""
    newest = matching.matchings(desk, person, gstin, limit=1)
    return page(
        request,
        "books.html",
        gstin=gstin,
        place="books",
        registers=registers.registers(desk, person, gstin),
        matching=newest[0] if newest else None,
        buckets=BUCKETS,
        prepares=Role.PREPARER in person.duties[gstin],
    )


@post("/look", sync_to_thread=True, status_code=200)
def look_at(
    request: AnyRequest,
    person: ThePerson,
    gstin: TheGstin,
    data: Annotated[UploadFile, Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Response[str]:
    """Take a file, and show how its columns would be read. Raises Unreadable for what is no register."""
    person.must(gstin, Role.PREPARER)
    uploads = _uploads(request)
    token = uploads.add(person.name, gstin, data.filename, data.file)
    try:
        found = look(uploads.find(token, person.name, gstin).path)
    except BaseException:
        uploads.drop(token)
        raise
    return page(request, "books_look.html", gstin=gstin, token=token, found=found, fields=FIELDS, name=data.filename)


@post("/keep", sync_to_thread=True, status_code=200)
def keep(
    request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Annotated[Columns, Body()]
) -> Response[str]:
    """Read the file as it was said, and keep it under its label."""
    uploads = _uploads(request)
    upload = uploads.find(data.token, person.name, gstin)
    looked = look(upload.path)
    if len(looked) != len(data.sheets):
        raise Invalid("The columns aren't those of the file: drop it again.")
    mappings = [taken(it.mapping, fields) for it, fields in zip(looked, data.sheets, strict=True)]
    with read([upload.path], gstin, mappings) as register:
        kept = registers.keep(desk, person, gstin, data.label.strip(), register, {upload.path.name: upload.digest})
        totals = register.totals
    uploads.drop(data.token)
    return page(request, "books_kept.html", gstin=gstin, kept=kept, label=data.label, totals=totals)


@post("/drop", sync_to_thread=True)
def drop(desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Form) -> Redirect:
    """Take a register out of what the books say."""
    registers.drop(desk, person, gstin, data.get("label", ""))
    return Redirect(f"/desk/{gstin}/books", status_code=303)


@post("/match", sync_to_thread=True)
def match(desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Redirect:
    """Queue a matching."""
    matching.request(desk, person, gstin)
    return Redirect(f"/desk/{gstin}/books?matching=queued", status_code=303)


@get("/{register:int}/problems", sync_to_thread=True)
def problems(
    request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, register: FromPath[int]
) -> Response[str]:
    """Rows of a register that aren't documents, or to be looked at."""
    found = registers.problems(desk, person, gstin, register)
    return page(
        request,
        "books_problems.html",
        gstin=gstin,
        place="books",
        found=found[:_SHOWN],
        all=len(found),
        register=register,
    )


def _uploads(request: AnyRequest) -> Uploads:
    found: Any = request.app.state["uploads"]
    return found


router = Router("/desk/{taxpayer:str}/books", route_handlers=[show, look_at, keep, drop, match, problems])
