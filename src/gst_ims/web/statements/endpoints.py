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
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk
from gst_ims.desk.figures.service import days
from gst_ims.desk.people.service import Person, Role, registration
from gst_ims.desk.push import promise, statements
from gst_ims.desk.push.documents import HEADS
from gst_ims.desk.push.statements import KINDS, WHICH, Kept, documents
from gst_ims.desk.push.whatif import Supposed, outlook
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.pages import AnyRequest, page
from gst_ims.web.statements.choosing import find

_PAGE = 100
_ACTIONS = {"": None, "A": Action.ACCEPT, "P": Action.PENDING, "R": Action.REJECT}


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
        rows=rows[:_PAGE],
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
        figures=_both(desk, person, gstin, kept, before),
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
    period: FromQuery[str] = "",
    asked: FromQuery[str] = "",
    decisions: FromQuery[str] = "",
    policy: FromQuery[str] = "",
    undecided: FromQuery[str] = "",
    supplier: FromQuery[str] = "",
    of_supplier: FromQuery[str] = "R",
) -> Response[str]:
    """What GSTR-2B would be. At first with the decisions that are open."""
    if undecided not in _ACTIONS or (action := _ACTIONS.get(of_supplier)) is None:
        raise Invalid(f"There is no action {undecided or of_supplier!r}: use A, P or R.")
    mine = registration(desk, gstin)
    of = Period.parse(period) if period else days(mine, desk.clock.now().date()).period
    supposed = Supposed(
        supplier.strip().upper(), action, bool(decisions) or not asked, bool(policy), _ACTIONS[undecided]
    )
    found = outlook(desk, person, gstin, of, supposed, place.place, _PAGE + 1)
    told = {"period": str(of), "asked": "y", "decisions": "y" if supposed.decisions else "", "policy": policy}
    told |= {"undecided": undecided, "supplier": supposed.supplier, "of_supplier": of_supplier}
    return page(
        request,
        "statement_what_if.html",
        gstin=gstin,
        place="statements",
        found=found,
        supposed=supposed,
        told=told,
        used=mine.policy,
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
    promise.compare(desk, person, gstin, Period.parse(data.period))
    return Redirect(f"/desk/{gstin}/statements", status_code=303)


def _by_part(found: list[statements.Figure]) -> list[tuple[str, list[statements.Figure]]]:
    parts = dict.fromkeys(it.part for it in found)
    return [(part, [it for it in found if it.part == part]) for part in parts]


def _both(desk: Desk, person: Person, gstin: Gstin, kept: Kept, before: Kept) -> list[tuple[Any, int, int]]:
    """Figures of either reading: where each stands, and its total before and after."""
    was, now = ({it[:3]: it.total for it in statements.figures(desk, person, gstin, one)} for one in (before, kept))
    return [(place, was.get(place, 0), now.get(place, 0)) for place in {**now, **was}]


def _on(asked: dict[str, Any], rows: Any) -> str:
    """The address of the next page; empty at the end."""
    if len(rows) <= _PAGE:
        return ""
    return urlencode(asked | {"after_size": rows[_PAGE - 1].size, "after": rows[_PAGE - 1].name})


router = Router(
    "/desk/{taxpayer:str}/statements",
    route_handlers=[show, behind, compare, what_if, read],
    dependencies={"place": Provide(provide_after, sync_to_thread=False)},
)
