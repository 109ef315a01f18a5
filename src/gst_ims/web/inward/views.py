"""Views of the grid: chosen by the page's address, kept and deleted by calls."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from litestar import post
from litestar.params import Body
from msgspec import Struct

from gst_ims.desk.desk import Unknown
from gst_ims.desk.review import views
from gst_ims.desk.review.views import Look, Shown, View
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.inward.filters import TheWanted


class Kept(Struct):
    """A look as the grid has it, and what it is to be called. Its filter is the address's."""

    name: str
    #: Names and widths, from the left.
    columns: list[tuple[str, int]]
    order: str = "tax"
    way: Literal["asc", "desc"] = "desc"
    by_supplier: bool = False
    is_default: bool = False
    replace: bool = False


class Named(Struct):
    """Which view."""

    name: str


@post("/views", sync_to_thread=True, status_code=200)
def keep_view(
    desk: TheDesk, person: ThePerson, gstin: TheGstin, wanted: TheWanted, data: Annotated[Kept, Body()]
) -> dict[str, str]:
    """Keep how the grid looks. Returns the name as it is kept."""
    columns = tuple(Shown(*it) for it in data.columns)
    look = Look(columns, wanted.filter(), data.order, data.way == "desc", data.by_supplier)
    kept = views.keep(desk, person, gstin, data.name, look, is_default=data.is_default, replace=data.replace)
    return {"name": kept.name}


@post("/views/drop", sync_to_thread=True, status_code=200)
def drop_view(desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Annotated[Named, Body()]) -> dict[str, str]:
    """Delete a view."""
    views.drop(desk, person, gstin, data.name)
    return {"name": data.name}


def choose(kept: list[View], name: str | None) -> View | None:
    """The view of a name; without one the default; for an empty one none. Raises Unknown."""
    if name is None:
        return next((it for it in kept if it.is_default), None)
    for it in kept:
        if it.name == name:
            return it
    if name:
        raise Unknown(f"You have no view {name!r} here: choose another one on the page of inward records.")
    return None


def told_of(look: Look) -> dict[str, Any]:
    """Order and columns, as the grid takes them."""
    columns = [(it.name, it.width) for it in look.columns]
    return {"order": look.order, "way": "desc" if look.descending else "asc", "columns": columns}
