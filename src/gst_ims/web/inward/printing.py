"""The grid on paper: the records of a filter as one plain table, in the order and with the columns of the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter

from gst_ims.desk.report.tables import Kind
from gst_ims.desk.review import grid
from gst_ims.web import texts
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.inward.filters import TheWanted
from gst_ims.web.inward.tables import SUPPLIERS, chosen
from gst_ims.web.pages import AnyRequest, page
from gst_ims.web.tables.asked import Told

#: Rows that are printed; whoever wants more takes the file.
MOST = grid.LIMIT
#: What stands there where the address names no columns: as many as a sheet is wide.
_USUAL = (
    *("section", "trade_name", "stin", "number", "document_date", "period", "taxable", "tax", "action", "bucket"),
    *("decided", "state", "deadline"),
)
_SHOWN: dict[Kind, Callable[[Any], str]] = {
    Kind.MONEY: texts.rupees,
    Kind.DAY: texts.day,
    Kind.COUNT: lambda it: "" if it is None else texts.number(it),
    Kind.PERIOD: texts.month,
}
_CLASSES = {Kind.MONEY: "n", Kind.COUNT: "n", Kind.DAY: "nowrap", Kind.PERIOD: "nowrap"}


@get("/print", sync_to_thread=True)
def on_paper(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    wanted: TheWanted,
    order: FromQuery[str] = "tax",
    way: FromQuery[str] = "desc",
    by_supplier: FromQuery[str] = "",
    column: Annotated[list[str] | None, QueryParameter()] = None,
) -> Response[str]:
    """As many rows as go onto paper, with the sums of all. Raises Invalid for a word that there isn't."""
    only = wanted.filter()
    columns: list[Told[Any]]
    if by_supplier:
        columns, rows = list(SUPPLIERS), grid.suppliers(desk, person, gstin, only, limit=MOST)
    else:
        columns = chosen(column or _USUAL)
        rows = grid.rows(desk, person, gstin, only, order, descending=way != "asc", limit=MOST)
    say = texts.translations(request.headers.get("accept-language", "")[:200]).gettext
    return page(
        request,
        "inward_print.html",
        gstin=gstin,
        place="inward",
        wanted=wanted,
        sums=grid.sums(desk, person, gstin, only),
        columns=[(say(it.heading), _CLASSES.get(it.kind, "")) for it in columns],
        rows=[[_plain(it.of(row, say), it.kind) for it in columns] for row in rows],
        # By supplier nobody knows how many there are without counting them.
        full=len(rows) == MOST,
        by_supplier=by_supplier,
        most=MOST,
    )


def _plain(value: Any, kind: Kind) -> str:
    shown = _SHOWN.get(kind)
    return shown(value) if shown else str(value or "")
