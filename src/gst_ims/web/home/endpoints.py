"""Home: figures of all taxpayers, or of one, each a link to the rows behind it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, Router, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery
from litestar.response import Redirect
from msgspec import Struct

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.desk.desk import Desk
from gst_ims.desk.figures.service import Figures, figures, news
from gst_ims.desk.followup import rounds
from gst_ims.desk.people.service import Person
from gst_ims.desk.sync import service as syncing
from gst_ims.web.edge import TheDesk, TheGstin, ThePerson
from gst_ims.web.home.statuses import ACTIONS, OPEN, STATUSES
from gst_ims.web.pages import AnyRequest, page

#: Days since a document's date at which each age begins, as the figures count it.
_AGES = (0, 31, 61, 91)
_PAGE = 100


class Alert(Struct):
    """Which alert somebody has seen; and whether on the page of its taxpayer, or on that of all (empty)."""

    alert: int
    here: str = ""


Seen = Annotated[Alert, Body(media_type=RequestEncodingType.URL_ENCODED)]


@get("/", sync_to_thread=True)
def everybody(request: AnyRequest, desk: TheDesk, person: ThePerson) -> Response[Any]:
    """All taxpayers side by side."""
    return _show(request, desk, person, None)


@get("/{taxpayer:str}", sync_to_thread=True)
def one(request: AnyRequest, desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Response[Any]:
    """One taxpayer."""
    return _show(request, desk, person, gstin)


@get("/{taxpayer:str}/news", sync_to_thread=True)
def changed(
    request: AnyRequest,
    desk: TheDesk,
    person: ThePerson,
    gstin: TheGstin,
    became: FromQuery[str] = "",
    after_size: FromQuery[int] = 0,
    after: FromQuery[str] = "",
) -> Response[Any]:
    """What changed since yesterday, record by record."""
    rows = news(desk, person, gstin, became, (after_size, after) if after else None, _PAGE + 1)
    shown = rows[:_PAGE]
    more = (
        urlencode({"became": became, "after_size": shown[-1].size, "after": shown[-1].name})
        if len(rows) > _PAGE
        else ""
    )
    return page(request, "news.html", gstin=gstin, rows=shown, more=more, became=became)


@post("/{taxpayer:str}/read", sync_to_thread=True)
def read_portal(desk: TheDesk, person: ThePerson, gstin: TheGstin) -> Redirect:
    """Queue a reading of the portal."""
    syncing.request(desk, person, gstin)
    return Redirect(f"/desk/{gstin}", status_code=303)


@post("/{taxpayer:str}/seen", sync_to_thread=True)
def see(desk: TheDesk, person: ThePerson, gstin: TheGstin, data: Seen) -> Redirect:
    """Note that somebody has seen an alert."""
    rounds.see(desk, person, gstin, [data.alert])
    return Redirect(f"/desk/{gstin}" if data.here else "/desk", status_code=303)


def rows_behind(gstin: Gstin, **wanted: Any) -> str:
    """The address of the grid with a filter."""
    return f"/desk/{gstin}/inward?{urlencode(wanted, doseq=True)}"


def dated(today: date, age: int) -> dict[str, str]:
    """The filter of the grid that shows documents of an age."""
    wanted = {} if age == 0 else {"dated_to": f"{today - timedelta(days=_AGES[age])}"}
    return wanted if age + 1 == len(_AGES) else wanted | {"dated_from": f"{today - timedelta(days=_AGES[age + 1] - 1)}"}


def _show(request: AnyRequest, desk: Desk, person: Person, gstin: Gstin | None) -> Response[Any]:
    found = figures(desk, person, [gstin] if gstin else None)
    sections = sorted({(cell.gstin, cell.section) for cell in found.cells})
    counts = found.records(lambda cell: (cell.gstin, cell.section, cell.action))
    periods = sorted({cell.period for cell in found.cells})
    return page(
        request,
        "home.html",
        gstin=gstin,
        found=found,
        statuses=STATUSES,
        unsettled=OPEN,
        credit=found.credit(lambda cell: (cell.gstin, cell.status)),
        totals=found.credit(lambda cell: cell.status),
        records=found.records(lambda cell: cell.status),
        counts=[(g, s, [(a, counts[g, s, a]) for a in ACTIONS]) for g, s in sections],
        ageing=found.records(lambda cell: (cell.gstin, cell.status, cell.age)),
        aged=found.credit(lambda cell: (cell.gstin, cell.status, cell.age)),
        of_age={
            (status, age): STATUSES[status] | dated(desk.clock.now().date(), age)
            for status in OPEN
            for age in range(len(_AGES))
        },
        rows_behind=rows_behind,
        reading=syncing.readings(desk, person, found.days),
        alerts=[
            (it, alert)
            for it in found.registrations
            for alert in rounds.alerts(desk, person, it.gstin, seen=False, limit=10)
        ],
        periods=periods,
        charts={name: json.dumps(chart) for name, chart in _charts(found, periods).items()},
    )


def _charts(found: Figures, periods: list[Period]) -> dict[str, Any]:
    """Paise by period, by age, and by supplier, for the script that draws them; none where all would be nothing."""
    by = found.credit(lambda cell: (cell.period, cell.status))
    old = found.credit(lambda cell: (cell.age, cell.status))
    # The longest bar on top.
    suppliers = found.at_risk[::-1]
    charts: dict[str, Any] = {
        "periods": {
            "series": [{"name": name, "paise": [by[period, name] for period in periods]} for name in STATUSES],
        },
        "ages": {
            "series": [{"name": name, "paise": [old[age, name] for age in range(len(_AGES))]} for name in OPEN],
        },
        "suppliers": {
            "categories": [row.trade_name or row.stin for row in suppliers],
            "series": [{"name": "at risk", "paise": [row.tax for row in suppliers]}],
        },
    }
    return {name: it for name, it in charts.items() if any(any(series["paise"]) for series in it["series"])}


router = Router("/desk", route_handlers=[everybody, one, changed, read_portal, see])
