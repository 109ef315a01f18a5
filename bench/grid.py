"""The workbench's grid over HTTP beside the bare statement, its cost in memory, and the other pages."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from bench.line import Line
from bench.load import gstin
from bench.pages import fill as fill_more
from bench.pages import pages
from bench.stand import Stand, portal
from gst_ims.cli.desk.ways import ways_of
from gst_ims.core.clock import SystemClock
from gst_ims.core.gstin import Gstin
from gst_ims.database.connection import open_pool
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.people import service as people
from gst_ims.desk.sessions import service as sessions
from gst_ims.web.tokens import COOKIE, FIELD, form_token

statements: Any = load(__file__, "grid.sql")
MINE, PASSWORD = Gstin(gstin(1)), "a measured password"
PEOPLE, PAGES, TURNS = 50, 20, 15
#: What is asked of the grid, and what it comes to in SQL: which records, in which order.
LOOKS = {
    "first rows": ("", "true", "tax"),
    "by a supplier's name": ("?order=trade_name", "true", "trade_name"),
    "a filter by status": ("?action=P", "action = 'P'", "tax"),
    "a filter by text": ("?text=26/4711", "position('26/4711' in number) > 0", "tax"),
    "a filter by finding": (
        "?bucket=mismatch",
        "exists (select from desk.finding f where f.gstin = r.gstin and side = 'portal' and f.until is null"
        " and id = r.name and bucket = 'mismatch')",
        "tax",
    ),
}


def grid(size: int) -> Iterator[Line]:
    """First rows, filters, sums; the memory of the server after one session and after fifty; and the other pages."""
    with portal() as stand, open_pool(stand.url, 2) as pool, stand.database() as db:
        desk = Desk(pool, SystemClock(), ways_of(stand.data_dir / "none.toml"))
        people.found(desk, MINE, "Measured Mills", "none", "monthly", "Asha")
        sessions.set_password(desk, "Asha", PASSWORD)
        for fill in (statements.sync, statements.records, statements.matching, statements.findings):
            fill(db, gstin=MINE, size=size)
            db.commit()
        db.autocommit = True
        db.execute("vacuum analyze desk.record, desk.finding")
        with visitor(stand) as http:
            for look, (asked, wanted, by) in LOOKS.items():
                bare = statements.bare.sql.format(wanted=wanted, by=by)
                its = middle(lambda bare=bare: db.execute(bare, {"gstin": MINE}).fetchall())
                ours = middle(lambda asked=asked: get(http, f"inward/rows{asked}"))
                yield Line(f"grid, {look}", size, ours, "ms", its, its / ours)
            yield Line("grid, sums of all", size, middle(lambda: get(http, "inward/sums")), "ms")
            yield Line("grid, memory after one session", size, stand.peak_memory()["API"], "MB")
        for _ in range(PEOPLE):
            with visitor(stand) as http:
                walk(http)
        yield Line(f"grid, memory after {PEOPLE} sessions", size, stand.peak_memory()["API"], "MB")
        fill_more(db, MINE, size)
        db.execute("vacuum analyze")
        with visitor(stand) as http:
            yield from pages(http, MINE, size)


@contextmanager
def visitor(stand: Stand) -> Generator[httpx.Client]:
    """Somebody who has signed in."""
    with httpx.Client(base_url=stand.http.base_url, timeout=600) as http:
        http.post("/sign-in", data={"name": "Asha", "password": PASSWORD, "code": "", FIELD: ""})
        http.headers["x-form-token"] = form_token(http.cookies[COOKIE])
        yield http


def get(http: httpx.Client, path: str) -> Any:
    answer = http.get(f"/desk/{MINE}/{path}")
    answer.raise_for_status()
    return answer.json()


def walk(http: httpx.Client) -> None:
    """Scroll down, look at the suppliers."""
    place: dict[str, Any] = {}
    for _ in range(PAGES):
        found = http.get(f"/desk/{MINE}/inward/rows", params={"limit": 500, **place}).json()
        place = found["last"] or {}
    http.get(f"/desk/{MINE}/inward/suppliers").raise_for_status()


def middle(work: Callable[[], object]) -> float:
    """Milliseconds: the middle of some turns."""
    times: list[float] = []
    for _ in range(TURNS):
        began = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - began))
    return statistics.median(times)
