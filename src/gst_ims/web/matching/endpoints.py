"""Books beside portal: lists by filter, links by hand that are looked at before they are kept, and past runs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from litestar import Response, Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import Body, FromPath, FromQuery
from msgspec import Struct

from gst_ims.core.gstin import Gstin
from gst_ims.core.money import paise
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.followup import contacts, documents
from gst_ims.desk.match import lists
from gst_ims.desk.match import service as matching
from gst_ims.desk.match.lists import Side
from gst_ims.desk.match.result import BUCKETS
from gst_ims.desk.people.service import Person, Role
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.matching.filters import SHOWN, Wanted, doubted, provide_wanted
from gst_ims.web.matching.naming import said
from gst_ims.web.pages import AnyRequest, page

_PAGE = 50
VIEWS = ("open", "doubtful", "links", "suppliers", "runs")
Text = FromQuery[str]


class Chosen(Struct):
    """Documents of both sides, by their ids."""

    portal: list[str]
    books: list[str]


class Word(Chosen):
    """What a person says of them: they belong together, or none of one side to any of the other."""

    together: bool
    why: str = ""


class Back(Struct):
    """Which link is taken back."""

    number: int


TheWanted = NamedDependency[Wanted]
TheSide = FromQuery[Literal["portal", "books"]]


@get("/", sync_to_thread=True)
def show(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    view: FromQuery[Literal["open", "doubtful", "links", "suppliers", "runs"]] = "open",
    record: Text = "",
    books: Text = "",
    before: FromQuery[int] = 0,
) -> Response[str]:
    """The page. With `record` that one of the portal is chosen; `books` is a supplier whose documents are shown.

    Links go on `before` one.
    """
    found: dict[str, Any]
    if view == "open":
        found = _open(desk, person, gstin, record, books)
    elif view == "doubtful":
        found = _doubtful(desk, person, gstin)
    elif view == "links":
        found = _links(desk, person, gstin, before or None)
    elif view == "suppliers":
        parties = documents.suppliers(desk, person, gstin)
        shown = parties[:_PAGE]
        reached = contacts.known(desk, person, gstin, (it.gstin for it in shown))
        today = desk.clock.now().date()
        found = {"parties": shown, "others": len(parties) - len(shown), "reached": reached, "today": today}
    else:
        found = {"runs": matching.matchings(desk, person, gstin, limit=50)}
    return page(
        request,
        "matching.html",
        gstin=gstin,
        place="matching",
        view=view,
        views=VIEWS,
        shown_by=SHOWN,
        buckets=BUCKETS,
        prepares=Role.PREPARER in person.duties[gstin],
        state=matching.state(desk, person, gstin),
        **found,
    )


@get("/list", sync_to_thread=True)
def part(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    side: TheSide,
    wanted: TheWanted,
    after_tax: FromQuery[int] = 0,
    after_id: Text = "",
) -> Response[str]:
    """One list, with its sums; or the rows that go on after one."""
    after = (after_tax, after_id) if after_id else None
    return page(
        request,
        "matching_rows.html" if after else "matching_side.html",
        gstin=gstin,
        side=side,
        wanted={side: wanted},
        sides={side: _side(desk, person, gstin, side, wanted, after)},
        prepares=Role.PREPARER in person.duties[gstin],
    )


@get("/doubtful", sync_to_thread=True)
def doubtful(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    supplier: Text = "",
    bucket: Text = "",
    after_tax: FromQuery[int] = 0,
    after_id: Text = "",
) -> Response[str]:
    """Pairs in doubt, or those that go on after one."""
    after = (after_tax, after_id) if after_id else None
    return page(
        request,
        "matching_pairs.html",
        gstin=gstin,
        prepares=Role.PREPARER in person.duties[gstin],
        **_doubtful(desk, person, gstin, supplier, bucket, after),
    )


@post("/preview", sync_to_thread=True, status_code=200)
def preview(
    request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Annotated[Chosen, Body()]
) -> Response[str]:
    """Documents held against each other: nothing is kept."""
    return page(
        request,
        "matching_compare.html",
        gstin=gstin,
        found=lists.compare(desk, person, gstin, data.portal, data.books),
        prepares=Role.PREPARER in person.duties[gstin],
    )


@post("/link", sync_to_thread=True, status_code=200)
def link(desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Annotated[Word, Body()]) -> dict[str, int]:
    """Keep a person's word, and match anew by it."""
    number = matching.link(
        desk, person, gstin, data.portal, data.books, together=data.together, why=data.why.strip()[:500]
    )
    matching.request(desk, person, gstin)
    return {"link": number}


@post("/unlink", sync_to_thread=True, status_code=200)
def unlink(desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Annotated[Back, Body()]) -> dict[str, int]:
    """Take a word back, and match anew without it."""
    matching.unlink(desk, person, gstin, data.number)
    matching.request(desk, person, gstin)
    return {"link": data.number}


@post("/run", sync_to_thread=True, status_code=200)
def run(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Response[str]:
    """Queue a matching."""
    matching.request(desk, person, gstin)
    return page(request, "matching_state.html", gstin=gstin, state=matching.state(desk, person, gstin), prepares=True)


@get("/state", sync_to_thread=True)
def state(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Response[str]:
    """Whether a matching runs. A page that waits for it asks again, and is told when it is over."""
    now = matching.state(desk, person, gstin)
    prepares = Role.PREPARER in person.duties[gstin]
    answer = page(request, "matching_state.html", gstin=gstin, state=now, prepares=prepares)
    if not now.waits:
        answer.headers["hx-trigger"] = "matched"
    return answer


@get("/runs/{number:int}", sync_to_thread=True)
def past(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    number: FromPath[int],
    bucket: Text = "",
    after_side: Text = "",
    after_id: Text = "",
) -> Response[str]:
    """What a matching changed, and with `bucket` (or `all`) how it stood."""
    known = [it for it in matching.matchings(desk, person, gstin, limit=1, before=number + 1) if it.id == number]
    if not known:
        raise Unknown(f"There is no matching {number} of {gstin}.")
    after = (after_side, after_id) if after_id else None
    if bucket:
        found = lists.past(desk, person, gstin, number, None if bucket == "all" else bucket, after, _PAGE + 1)
    else:
        found = lists.changes(desk, person, gstin, number, after, _PAGE + 1)
    return page(
        request,
        "matching_run.html",
        gstin=gstin,
        place="matching",
        run=known[0],
        moves=lists.moves(desk, person, gstin, number),
        bucket=bucket,
        buckets=BUCKETS,
        found=said(desk, person, gstin, found[:_PAGE]),
        more=len(found) > _PAGE,
        read_id=lists.read_id,
    )


def _open(desk: Desk, person: Person, gstin: Gstin, record: str, books: str) -> dict[str, Any]:
    begin = None
    if record:
        begin = lists.named(desk, person, gstin, "portal", [record]).get(record)
        if begin is None:
            raise Unknown(f"{gstin} has no record {record} now: load the page again.")
    wanted = {
        "books": Wanted(supplier=begin.stin[2:12] if begin else books),
        "portal": Wanted(number=begin.number, shown="all") if begin else Wanted(supplier=books),
    }
    sides: dict[Side, Any] = {side: _side(desk, person, gstin, side, wanted[side]) for side in ("books", "portal")}
    return {"chosen": begin, "wanted": wanted, "sides": sides}


def _side(
    desk: Desk, person: Person, gstin: Gstin, side: Side, wanted: Wanted, after: tuple[int, str] | None = None
) -> dict[str, Any]:
    chosen = wanted.filter(side)
    rows = lists.documents(desk, person, gstin, side, chosen, after, _PAGE + 1)
    sums = None if after else lists.sums(desk, person, gstin, side, chosen)
    return {"rows": rows[:_PAGE], "more": len(rows) > _PAGE, "sums": sums}


def _doubtful(
    desk: Desk,
    person: Person,
    gstin: Gstin,
    supplier: str = "",
    bucket: str = "",
    after: tuple[int, str] | None = None,
) -> dict[str, Any]:
    rows = lists.pairs(desk, person, gstin, doubted(bucket), supplier.strip() or None, after, _PAGE + 1)
    shown = rows[:_PAGE]
    return {
        "pairs": shown,
        "more": len(rows) > _PAGE,
        "documents": _members(desk, person, gstin, shown),
        "supplier": supplier,
        "bucket": bucket,
        "first": after is None,
        "paise": paise,
    }


def _links(desk: Desk, person: Person, gstin: Gstin, before: int | None) -> dict[str, Any]:
    rows = lists.links(desk, person, gstin, before, _PAGE + 1)
    shown = rows[:_PAGE]
    documents = _members(desk, person, gstin, shown)
    return {"links": shown, "more": len(rows) > _PAGE, "documents": documents, "read_id": lists.read_id}


def _members(desk: Desk, person: Person, gstin: Gstin, rows: Any) -> dict[str, dict[str, Any]]:
    """The documents of pairs or links that stand, by side and id."""
    return {
        side: lists.named(desk, person, gstin, side, (name for row in rows for name in getattr(row, side)))
        for side in ("portal", "books")
    }


router = Router(
    "/desk/{taxpayer:str}/matching",
    route_handlers=[show, part, doubtful, preview, link, unlink, run, state, past],
    dependencies={"wanted": Provide(provide_wanted, sync_to_thread=False)},
)
