"""GSTR-2B: what was read, version by version, compared with the promise and with one another."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, Router, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from gst_ims.core.period import Period
from gst_ims.desk.desk import Unknown
from gst_ims.desk.people.service import Role, registration
from gst_ims.desk.push import promise
from gst_ims.desk.push.statements import WHICH, Kept, documents, statements
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.pages import AnyRequest, page

_PAGE = 100


class Which(Struct):
    """A tax period."""

    period: str


@get("/", sync_to_thread=True)
def show(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    period: FromQuery[str] = "",
    reading: FromQuery[int] = 0,
    against: FromQuery[int] = 0,
    which: FromQuery[str] = "differing",
    after: FromQuery[str] = "",
) -> Response[str]:
    """What was read, and the documents of one reading."""
    found = statements(desk, person, gstin)
    kept = _find(found, period, reading) if period else (found[0] if found else None)
    before = _find(found, period, against) if period and against else None
    rows = documents(desk, person, gstin, kept, which, before, after or None, _PAGE + 1) if kept else []
    return page(
        request,
        "statements.html",
        gstin=gstin,
        place="statements",
        found=found,
        kept=kept,
        before=before,
        which=which,
        choices=WHICH,
        rows=rows[:_PAGE],
        more=len(rows) > _PAGE,
        due=promise.due_period(registration(desk, gstin).frequency, desk.clock),
        prepares=Role.PREPARER in person.duties[gstin],
    )


@post("/", sync_to_thread=True)
def read(
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    data: Annotated[Which, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Redirect:
    """Read a GSTR-2B now, and compare it. Raises what the portal says where there is none."""
    promise.compare(desk, person, gstin, Period.parse(data.period))
    return Redirect(f"/desk/{gstin}/statements", status_code=303)


def _find(found: list[Kept], period: str, reading: int) -> Kept:
    """A reading of a period; without a number its newest. Raises Unknown."""
    for it in found:
        if str(it.period) == period and reading in (0, it.id):
            return it
    raise Unknown(f"GSTR-2B {period} wasn't read as number {reading}.")


router = Router("/desk/{taxpayer:str}/statements", route_handlers=[show, read])
