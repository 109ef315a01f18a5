"""GSTR-2B: its figures and the documents behind them, version against version, against the promise; and what-if."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from gst_ims.core.errors import Invalid
from gst_ims.desk.people.service import Role, registration
from gst_ims.desk.push import promise, statements
from gst_ims.desk.push.documents import HEADS
from gst_ims.desk.push.statements import KINDS, WHICH, documents
from gst_ims.desk.push.whatif import outlook
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.inward.filters import read_key
from gst_ims.web.pages import AnyRequest, page
from gst_ims.web.reading import read_period
from gst_ims.web.statements.choosing import TheSupposing, both, find, provide_supposing

_PAGE = 100


class Which(Struct):
    """A tax period."""

    period: str


@dataclass(frozen=True)
class After:
    """Where a page goes on: size and name of the last row before."""

    size: int
    name: str

    @property
    def place(self) -> tuple[int, str] | None:
        """As the desk takes it; None at the beginning."""
        return (self.size, self.name) if self.name else None


def provide_after(after_size: FromQuery[int] = 0, after: FromQuery[str] = "") -> After:
    """The place of an address."""
    return After(after_size, after)


TheAfter = NamedDependency[After]


@get("/", sync_to_thread=True)
def show(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    period: FromQuery[str] = "",
    reading: FromQuery[int] = 0,
    which: FromQuery[str] = "differing",
    after: FromQuery[str] = "",
) -> Response[str]:
    """What was read; of one reading the figures, and its documents beside what the decisions promised."""
    found = statements.statements(desk, person, gstin)
    kept = find(found, period, reading) if period else (found[0] if found else None)
    rows = documents(desk, person, gstin, kept, which, after or None, _PAGE + 1) if kept else []
    return page(
        request,
        "statements.html",
        gstin=gstin,
        place="statements",
        found=found,
        kept=kept,
        figures=_by_part(statements.figures(desk, person, gstin, kept)) if kept else [],
        heads=HEADS,
        which=which,
        choices=WHICH,
        rows=[(read_key(it.record), it) for it in rows[:_PAGE]],
        more=len(rows) > _PAGE,
        due=promise.due_period(registration(desk, gstin).frequency, desk.clock),
        prepares=Role.PREPARER in person.duties[gstin],
    )


@get("/documents", sync_to_thread=True)
def behind(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    place: TheAfter,
    period: FromQuery[str],
    reading: FromQuery[int] = 0,
    part: FromQuery[str] = "",
    supply: FromQuery[str] = "",
    leaf: FromQuery[str] = "",
    head: FromQuery[str] = "",
) -> Response[str]:
    """The documents behind a figure."""
    kept = find(statements.statements(desk, person, gstin), period, reading)
    rows = statements.behind(desk, person, gstin, kept, part, supply, leaf, head, place.place, _PAGE + 1)
    of = {"period": period, "reading": kept.id, "part": part, "supply": supply, "leaf": leaf, "head": head}
    return page(
        request,
        "statement_documents.html",
        gstin=gstin,
        place="statements",
        kept=kept,
        rows=rows[:_PAGE],
        heads=HEADS,
        asked=of,
        more=_on(of, rows),
    )


@get("/compare", sync_to_thread=True)
def compare(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    place: TheAfter,
    period: FromQuery[str],
    reading: FromQuery[int] = 0,
    against: FromQuery[int] = 0,
    kind: FromQuery[str] = "",
) -> Response[str]:
    """Two readings of a period: figures before and after, and the documents that make the difference."""
    found = statements.statements(desk, person, gstin)
    kept = find(found, period, reading)
    before = find(found, period, against)
    rows = statements.differences(desk, person, gstin, kept, before, kind, place.place, _PAGE + 1)
    of = {"period": period, "reading": kept.id, "against": before.id, "kind": kind}
    return page(
        request,
        "statement_compare.html",
        gstin=gstin,
        place="statements",
        kept=kept,
        before=before,
        figures=both(desk, person, gstin, kept, before),
        totals=statements.difference_totals(desk, person, gstin, kept, before),
        kinds=KINDS,
        kind=kind,
        rows=rows[:_PAGE],
        more=_on(of, rows),
    )


@get("/what-if", sync_to_thread=True)
def what_if(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    place: TheAfter,
    supposing: TheSupposing,
) -> Response[str]:
    """What GSTR-2B would be. At first with the decisions that are open."""
    of, supposed = supposing.of(desk, gstin), supposing.supposed
    found = outlook(desk, person, gstin, of, supposed, place.place, _PAGE + 1)
    told = supposing.words(of)
    return page(
        request,
        "statement_what_if.html",
        gstin=gstin,
        place="statements",
        found=found,
        supposed=supposed,
        told=told,
        used=registration(desk, gstin).policy,
        heads=HEADS,
        rows=found.lines[:_PAGE],
        more=_on(told, found.lines),
    )


@post("/", sync_to_thread=True)
def read(
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    data: Annotated[Which, Body(media_type=RequestEncodingType.URL_ENCODED)],
) -> Redirect:
    """Read a GSTR-2B now, and compare it. Raises what the portal says where there is none."""
    period = read_period(data.period)
    if period is None:
        raise Invalid("Say which period, such as Oct 2025.")
    promise.compare(desk, person, gstin, period)
    return Redirect(f"/desk/{gstin}/statements", status_code=303)


def _by_part(found: list[statements.Figure]) -> list[tuple[str, list[statements.Figure]]]:
    parts = dict.fromkeys(it.part for it in found)
    return [(part, [it for it in found if it.part == part]) for part in parts]


def _on(asked: dict[str, Any], rows: Any) -> str:
    """The address of the next page; empty at the end."""
    if len(rows) <= _PAGE:
        return ""
    return urlencode(asked | {"after_size": rows[_PAGE - 1].size, "after": rows[_PAGE - 1].name})


router = Router(
    "/desk/{taxpayer:str}/statements",
    route_handlers=[show, behind, compare, what_if, read],
    dependencies={
        "place": Provide(provide_after, sync_to_thread=False),
        "supposing": Provide(provide_supposing, sync_to_thread=False),
    },
)
