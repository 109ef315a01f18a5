"""The workbench's other pages over HTTP: how long each takes until it is whole."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
from psycopg import Connection

from bench.line import Line
from gst_ims.core.gstin import Gstin
from gst_ims.database.queries import load
from gst_ims.desk.policy.document import starter

statements: Any = load(__file__, "pages.sql")
TURNS = 5
_BEHIND = "part=itcavl&supply=nonrevsup&leaf=b2b"
#: What is asked for, below a taxpayer's address.
PAGES = {
    "home": "",
    "news": "news",
    "inward, by supplier": "inward/suppliers",
    "registers": "books",
    "matching, without partner": "matching",
    "matching, in doubt": "matching?view=doubtful",
    "matching, a run": "matching/runs/1",
    "matching, a run as it stood": "matching/runs/1?bucket=mismatch",
    "approvals": "approvals",
    "pushes": "pushes",
    "GSTR-2B": "statements",
    "GSTR-2B, behind a figure": f"statements/documents?period=102025&{_BEHIND}",
    "what-if, open decisions": "statements/what-if?period=112025",
    "what-if, all rejected": "statements/what-if?period=112025&asked=y&undecided=R",
    "reports": "reports",
    "trail": "trail",
}


def fill(db: Connection[Any], gstin: Gstin, size: int) -> None:
    """Put beside the records what these pages show."""
    for name in ("register", "books", "findings", "matched", "decisions", "statement", "promises", "documents"):
        getattr(statements, name)(db, gstin=gstin, size=size)


def pages(http: httpx.Client, gstin: Gstin, size: int) -> Iterator[Line]:
    """Seconds of each page, and of a policy that is tried."""
    for name, path in PAGES.items():
        yield Line(f"page, {name}", size, _seconds(lambda path=path: http.get(f"/desk/{gstin}/{path}")), "s")
    behind = {"text": starter(), "place": "2", "which": "all"}
    for name, path in {"a policy tried": "try", "rows behind a rule": "rows"}.items():
        address = f"/desk/{gstin}/policy/{path}"
        yield Line(f"page, {name}", size, _seconds(lambda address=address: http.post(address, data=behind)), "s")


def _seconds(work: Callable[[], httpx.Response]) -> float:
    """The middle of some turns."""
    times: list[float] = []
    for _ in range(TURNS):
        began = time.perf_counter()
        work().raise_for_status()
        times.append(time.perf_counter() - began)
    return statistics.median(times)
