"""The grid's rows and sums, one record's panel, and decisions: looked at before they are made."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from litestar import Response, Router, get, post
from litestar.di import Provide
from litestar.params import Body, FromQuery
from msgspec import Struct

from gst_ims.client.record import Decision, Key, Record
from gst_ims.core.errors import Invalid
from gst_ims.core.money import paise
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action
from gst_ims.desk.match import lists
from gst_ims.desk.match.result import BUCKETS
from gst_ims.desk.people.service import Role
from gst_ims.desk.review import deciding, grid, steps
from gst_ims.desk.review.deciding import Seen, Want
from gst_ims.desk.review.lists import STATES
from gst_ims.desk.review.panel import Panel
from gst_ims.desk.review.panel import panel as panel_of
from gst_ims.desk.review.service import Decided
from gst_ims.desk.review.views import views as views_of
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.inward.filters import TheWanted, Wanted, provide_wanted, read_key
from gst_ims.web.inward.printing import on_paper
from gst_ims.web.inward.views import choose, drop_view, keep_view, told_of
from gst_ims.web.pages import AnyRequest, page

Text = FromQuery[str]
ACTIONS = ("N", "A", "P", "R")
#: What the panel compares, in its order.
FIELDS = ("stin", "number", "date", "period", "pos", "value", "taxable", "igst", "cgst", "sgst", "cess")


class Named(Struct):
    """A record as the browser showed it."""

    name: str
    hash: str
    was: Literal["A", "R", "P", "N"]


class Ask(Struct):
    """What is wanted of records: those named, or all of the address's filter, as a preview has seen them."""

    action: Literal["A", "R", "P", "N"]
    records: list[Named] = []
    everything: bool = False
    seen: str = ""
    remarks: str = ""
    reduce: Literal["", "full", "none"] = ""
    why: str = ""


class Undo(Struct):
    """Which decisions are to be taken back."""

    decisions: list[int]


class Said(Struct):
    """What somebody says about a record."""

    name: str
    text: str


TheAsk = Annotated[Ask, Body()]


@get("/", sync_to_thread=True)
def show(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    wanted: TheWanted,
    view: FromQuery[str | None] = None,
) -> Response[str]:
    """The page, in a view; its rows come by `rows`. Words of the address go before those of the view."""
    wanted.filter()
    kept = views_of(desk, person, gstin)
    chosen = choose(kept, view)
    # Who follows a link to rows wants to see rows.
    grouped = chosen is not None and chosen.look.by_supplier and (view is not None or not wanted.given)
    if chosen and not wanted.given:
        wanted = Wanted.of(chosen.look.wanted)
    mine = person.duties[gstin]
    return page(
        request,
        "inward.html",
        gstin=gstin,
        place="inward",
        wanted=wanted,
        views=kept,
        view=chosen,
        look=chosen and told_of(chosen.look),
        grouped=grouped,
        prepares=Role.PREPARER in mine,
        sections=OTHERS,
        actions=ACTIONS,
        buckets=(*BUCKETS, "not matched"),
        states=STATES,
    )


@get("/rows", sync_to_thread=True)
def rows(
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    wanted: TheWanted,
    order: Text = "tax",
    way: Text = "desc",
    after: Text = "",
    after_name: Text = "",
    limit: FromQuery[int] = 100,
) -> dict[str, Any]:
    """A page of rows; `last` is where the next one begins, nothing at the end."""
    if not 1 <= limit < grid.LIMIT:
        raise Invalid(f"{limit} rows aren't a page: ask for 1 to {grid.LIMIT - 1}.")
    begin = grid.read_place(order, after, after_name) if after_name else None
    found = grid.rows(
        desk, person, gstin, wanted.filter(), order, descending=way != "asc", after=begin, limit=limit + 1
    )
    shown = [_row(row) for row in found[:limit]]
    last = {"after": str(found[limit - 1].place), "after_name": shown[-1]["name"]} if len(found) > limit else None
    return {"rows": shown, "last": last}


@get("/sums", sync_to_thread=True)
def sums(desk: TheDesk, person: ThePerson, gstin: TheGstin, wanted: TheWanted) -> grid.Sums:
    """How much the filter finds."""
    return grid.sums(desk, person, gstin, wanted.filter())


@get("/suppliers", sync_to_thread=True)
def suppliers(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    wanted: TheWanted,
    after_tax: FromQuery[int] = 0,
    after_stin: Text = "",
) -> Response[str]:
    """The filter's records by supplier: a page of a table."""
    begin = (after_tax, after_stin) if after_stin else None
    found = list(grid.suppliers(desk, person, gstin, wanted.filter(), begin, limit=_SUPPLIERS + 1))
    return page(
        request,
        "inward_suppliers.html",
        gstin=gstin,
        found=found[:_SUPPLIERS],
        more=len(found) > _SUPPLIERS,
        wanted=wanted,
    )


_SUPPLIERS = 100


@get("/record", sync_to_thread=True)
def record(
    request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, name: FromQuery[str]
) -> Response[str]:
    """All about one record."""
    return _panel(request, desk, person, gstin, read_key(name))


@post("/record", sync_to_thread=True, status_code=200)
def say(
    request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Annotated[Said, Body()]
) -> Response[str]:
    """Say something about a record, and see it there."""
    key = read_key(data.name)
    steps.comment(desk, person, gstin, key, data.text)
    return _panel(request, desk, person, gstin, key)


@post("/preview", sync_to_thread=True, status_code=200)
def preview(
    request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, wanted: TheWanted, data: TheAsk
) -> Response[str]:
    """What a decision would do: nothing is done."""
    found = deciding.preview(desk, person, gstin, *_asked(wanted, data))
    return page(request, "inward_preview.html", gstin=gstin, ask=data, found=found, refused=found.refused[:_SHOWN])


@post("/decide", sync_to_thread=True, status_code=200)
def decide(desk: TheDesk, person: ThePerson, gstin: TheGstin, wanted: TheWanted, data: TheAsk) -> dict[str, Any]:
    """Decide."""
    chosen, want = _asked(wanted, data)
    seen = data.seen if data.everything else None
    return _told(deciding.decide_about(desk, person, gstin, chosen, want, seen))


@post("/undo", sync_to_thread=True, status_code=200)
def undo(desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Annotated[Undo, Body()]) -> dict[str, Any]:
    """Take back what isn't pushed yet."""
    stepped = steps.undo(desk, person, gstin, data.decisions)
    return {"made": stepped.done, "refused": [{"name": str(it.key), "why": it.why} for it in stepped.refused[:_SHOWN]]}


_SHOWN = 100


def _asked(wanted: Wanted, ask: Ask) -> tuple[Any, Want]:
    reduce = {"": None, "full": True, "none": False}[ask.reduce]
    want = Want(Action(ask.action), ask.remarks.strip() or None, reduce, ask.why)
    if ask.everything:
        return wanted.filter(), want
    if not ask.records:
        raise Invalid("No record is chosen.")
    return [Seen(read_key(it.name), it.hash, Action(it.was)) for it in ask.records], want


def _told(made: Decided) -> dict[str, Any]:
    refused = [{"name": str(it.key), "why": it.why} for it in made.refused[:_SHOWN]]
    return {"made": made.made, "replaced": made.replaced, "refused": refused, "refusals": len(made.refused)}


def _panel(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin, key: Key) -> Response[str]:
    found = panel_of(desk, person, gstin, key)
    effects = grid.effects(desk, person, gstin, found.key)
    if any(credit is None for credit, _ in effects.values()):
        # What is amended isn't known: nor is what would come back to the supplier.
        effects = {**effects, Action.REJECT: (0, None)}
    return page(
        request,
        "inward_record.html",
        gstin=gstin,
        found=found,
        fields=FIELDS,
        compared=_compared(found),
        taxes=[paise(version.record.tax) for version in found.versions],
        effects=effects,
        today=desk.clock.now().date(),
        why_not=_why_not(found.record),
        links=lists.links_of(desk, person, gstin, str(key)),
        prepares=Role.PREPARER in person.duties[gstin],
    )


def _compared(found: Panel) -> list[tuple[str, Any, list[tuple[Any, bool]]]]:
    """Each field: what the portal says, and what each book says, with whether that differs. Amounts are paise."""
    it = found.record
    shown: list[tuple[str, Any, list[tuple[Any, bool]]]] = []
    for field in FIELDS:
        value = getattr(it, field)
        value = paise(value) if field in _MONEY else value
        named = "document_date" if field == "date" else field
        books = [getattr(book, named, None) for book in found.books]
        shown.append((field, value, [(other, other is not None and _plain(other) != _plain(value)) for other in books]))
    return shown


_MONEY = frozenset(FIELDS[5:])


def _plain(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _why_not(record: Record) -> dict[str, str]:
    """The actions that the portal would refuse, and why."""
    wanted = {action: Decision(record, action) for action in (Action.ACCEPT, Action.PENDING, Action.REJECT)}
    wanted[Action.ACCEPT] = record.accept()
    return {action.value: why for action, it in wanted.items() if (why := it.why_not())}


def _row(row: Any) -> dict[str, Any]:
    told = {name: getattr(row, name) for name in row._fields if name != "place"}
    told = {name: it.isoformat() if isinstance(it, date) else it for name, it in told.items()}
    return told | {"period": str(Period.of(row.period))}


router = Router(
    "/desk/{taxpayer:str}/inward",
    route_handlers=[show, on_paper, rows, sums, suppliers, record, say, preview, decide, undo, keep_view, drop_view],
    dependencies={"wanted": Provide(provide_wanted, sync_to_thread=False)},
)
