"""Registers: what there is, what a file would be read as, keeping it, and matching."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Redirect
from msgspec import Struct

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk
from gst_ims.desk.match import service as matching
from gst_ims.desk.match.result import BUCKETS
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.register import read, unique
from gst_ims.desk.register import service as registers
from gst_ims.desk.register.looking import look, taken
from gst_ims.desk.register.mapping import FIELDS
from gst_ims.web.books.uploads import uploads_of
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.pages import AnyRequest, page

#: Rows that are shown of what isn't a document, and before anything is kept.
_SHOWN, _FEW = 500, 20
Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class Columns(Struct):
    """How files are to be read: for each sheet the field of each column, empty for none; null leaves a sheet out."""

    tokens: list[str]
    label: str
    sheets: list[list[str] | None]


@get("/", sync_to_thread=True)
def show(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Response[str]:
    """The registers, and the newest matching."""
    newest = matching.matchings(desk, person, gstin, limit=1)
    return page(
        request,
        "books.html",
        gstin=gstin,
        place="books",
        registers=[it for it in registers.registers(desk, person, gstin) if it.documents],
        matching=newest[0] if newest else None,
        buckets=BUCKETS,
        state=matching.state(desk, person, gstin),
        prepares=Role.PREPARER in person.duties[gstin],
    )


@post("/look", sync_to_thread=True, status_code=200)
def look_at(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    data: Annotated[list[UploadFile], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Response[str]:
    """Take files, and show how their columns would be read: such as were read before are read so again.

    Raises Unreadable for what is no register.
    """
    person.must(gstin, Role.PREPARER)
    if not data:
        raise Invalid("Choose a file first.")
    with uploads_of(request).looking(person.name, gstin, data) as files:
        kept = registers.mappings(desk, person, gstin)
        found = [(it.path.name, look(it.path, kept)) for it in files.values()]
    return page(request, "books_look.html", gstin=gstin, tokens=list(files), found=found, fields=FIELDS)


@post("/check", sync_to_thread=True, status_code=200)
def check(
    request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Annotated[Columns, Body()]
) -> Response[str]:
    """Read the files as it was said, and show what would be kept: nothing is."""
    return _read(request, desk, person, gstin, data, trial=True)


@post("/keep", sync_to_thread=True, status_code=200)
def keep(
    request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Annotated[Columns, Body()]
) -> Response[str]:
    """Read the files as it was said, and keep them under their label."""
    answer = _read(request, desk, person, gstin, data, trial=False)
    for token in data.tokens:
        uploads_of(request).drop(token)
    return answer


def _read(
    request: AnyRequest, desk: Desk, person: Person, gstin: Gstin, data: Columns, *, trial: bool
) -> Response[str]:
    person.must(gstin, Role.PREPARER)
    files = [uploads_of(request).find(token, person.name, gstin) for token in data.tokens]
    names = unique(it.path for it in files)
    before = registers.mappings(desk, person, gstin)
    looked = [(name, it) for name, file in zip(names, files, strict=True) for it in look(file.path, before)]
    if not files or len(looked) != len(data.sheets):
        raise Invalid("The columns aren't those of the files: drop them again.")
    pairs = list(zip(looked, data.sheets, strict=True))
    mappings = [taken(it.mapping, fields) for (_, it), fields in pairs if fields is not None]
    without = {(name, it.sheet) for (name, it), fields in pairs if fields is None}
    if len(without) == len(pairs):
        raise Invalid("All sheets are left out: take at least one.")
    with read([it.path for it in files], gstin, mappings, without=without) as register:
        taken_from = {file for (file, _), fields in pairs if fields is not None}
        digests = {name: it.digest for name, it in zip(names, files, strict=True) if name in taken_from}
        confirmed = [it.confirmed() for it in mappings]
        kept = registers.keep(
            desk, person, gstin, data.label.strip(), register, digests, confirmed=confirmed, trial=trial
        )
        wrong = register.problems.order("kind = 'note', file, sheet, row").limit(_FEW) if trial else None
        return page(
            request,
            "books_kept.html",
            gstin=gstin,
            kept=kept,
            label=data.label.strip(),
            totals=register.totals,
            trial=trial,
            problems=[dict(zip(wrong.columns, row, strict=True)) for row in wrong.fetchall()] if wrong else [],
        )


@post("/drop", sync_to_thread=True)
def drop(desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Form) -> Redirect:
    """Take a register out of what the books say."""
    registers.drop(desk, person, gstin, data.get("label", ""))
    return Redirect(f"/desk/{gstin}/books", status_code=303)


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


router = Router("/desk/{taxpayer:str}/books", route_handlers=[show, look_at, check, keep, drop, problems])
