"""What is left when the load has ended, held against what was promised and against the same requests without faults."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from tests.portal.trail import replayed, stored

from faults.wire import Log
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.database.connection import Connection
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.database.migrate import upgrade
from gst_ims.portal.action import service as action
from gst_ims.portal.context import Portal, Settings
from gst_ims.portal.filing import service as filing
from gst_ims.portal.operator.schemas import TaxpayerRow
from gst_ims.portal.operator.service import put_taxpayers
from gst_ims.portal.start import open_portal
from gst_ims.portal.statement import calendar, closing
from gst_ims.portal.statement import service as statement

REQUESTS = {"action": "action_request", "filing": "filing_request", "statement": "statement_request"}
FILED = {"GSTR-1": "outward_return", "GSTR-3B": "closing"}
STATE = (
    *("record", "trail", "action_request", "outward", "outward_rest", "outward_return", "filing_request"),
    *("added_back", "statement", "statement_line", "statement_total", "statement_request", "closing"),
)
# Which transaction finished it. A save is shown to suppliers later, by another one: its trail says when it was done.
CHANGE = {"action_request": "coalesce((select xmin from trail where rtin = t.rtin and id = t.first_entry), xmin)"}


@dataclass
class Verdict:
    """What was found; `lost` and `doubled` in words, one for each."""

    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


def judge(db: Connection, log: Log) -> Verdict:
    """Of a quiet database."""
    verdict = Verdict(len(log.entries))
    _promises(db, log, verdict)
    _requests(db, verdict)
    _trail(db, verdict)
    _against(db, verdict)
    return verdict


def _rows(db: Connection, query: str) -> list[Any]:
    return list(db.execute(query).fetchall())  # type: ignore[arg-type]


def _promises(db: Connection, log: Log, verdict: Verdict) -> None:
    """Each acknowledged request stands there, finished, and each return is filed under the number that was told."""
    finished: dict[str, dict[str, str]] = {}
    for kind, table in REQUESTS.items():
        rows = _rows(db, f"select reference_id, status, finished_at, error_code from {table}")
        finished[kind] = {r.reference_id: r.status if r.finished_at else "open" for r in rows}
        verdict.lost += [f"{r.reference_id} was given up" for r in rows if r.error_code == "RET12501"]
    for kind, table in FILED.items():
        finished[kind] = {row.arn: "filed" for row in _rows(db, f"select arn from {table}")}
    for entry in log.entries:
        if finished[entry.kind].get(entry.name, "open") == "open":
            verdict.lost.append(f"{entry.kind} {entry.name} of {entry.gstin}")
    failed = _rows(db, "select id, task_name from procrastinate_jobs where status = 'failed'")
    verdict.lost += [f"job {row.id} {row.task_name} has failed" for row in failed]


def _requests(db: Connection, verdict: Verdict) -> None:
    """Also what nobody heard of is done wholly, and each row of it once."""
    rows = _rows(
        db,
        """
        select r.reference_id, r.finished_at, r.applied, count(t.id) as written,
               count(distinct (t.section, t.stin, t.number, t.period, t.form, t.port_code)) as records
          from action_request r
          left join trail t on t.rtin = r.rtin and t.reference_id = r.reference_id and t.event in ('acted', 'reset')
         group by r.rtin, r.reference_id""",
    )
    for row in rows:
        if row.finished_at is None or row.written < row.applied:
            verdict.lost.append(f"{row.reference_id}: {row.written} of {row.applied} rows")
        if row.written > row.applied or row.written > row.records:
            verdict.doubled.append(f"{row.reference_id}: {row.written} of {row.applied} rows, {row.records} records")
    for table in ("filing_request", "statement_request"):
        rows = _rows(db, f"select reference_id from {table} where finished_at is null")
        verdict.lost += [f"{row.reference_id} isn't finished" for row in rows]


def _trail(db: Connection, verdict: Verdict) -> None:
    """The trail, told from its first event, comes to the records."""
    told, known = replayed(db), stored(db)
    verdict.lost += [f"the trail doesn't come to {key}" for key in known if told.get(key) != known[key]]
    verdict.doubled += [f"the trail has {key}" for key in told if key not in known]


def _against(db: Connection, verdict: Verdict) -> None:
    """Everything is as it would be had the same things happened without faults, moments included."""
    with _another_portal() as (portal, clock):
        _do_again(db, portal, clock)
        with portal.transaction() as other:
            for table in STATE:
                is_so, should_be = _content(db, table), _content(other, table)
                verdict.lost += [f"{table} lacks {_told(text)}" for text in (should_be - is_so).elements()]
                verdict.doubled += [f"{table} has {_told(text)}" for text in (is_so - should_be).elements()]


def _told(text: str) -> dict[str, Any]:
    """A row in short."""
    (row, _) = json.loads(text)
    return {name: value for name, value in row.items() if value not in (None, 0, False, "") and name != "body"}


def _content(db: Connection, table: str) -> Counter[str]:
    """The rows of a table. Acknowledgement numbers are by chance; the trail's order counts record by record."""
    order = (
        "row_number() over (partition by rtin, section, stin, number, period, form, port_code order by id)"
        if table == "trail"
        else "1"
    )
    chance = "'{id,arn,first_entry,last_entry}'::text[]"
    rows = _rows(db, f"select to_jsonb(t) - {chance} as content, {order} as place from {table} t")
    return Counter(json.dumps(tuple(row), sort_keys=True, default=str) for row in rows)


@dataclass
class Hands:
    """A clock whose hands stand where they are put."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@contextmanager
def _another_portal() -> Generator[tuple[Portal, Hands]]:
    directory = Path(tempfile.mkdtemp(prefix="gst-ims-faults-again-"))
    quick = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    with EmbeddedServer(directory, quick) as server:
        upgrade(server.url)
        with open_portal(server.url, Settings(test_mode=True, rate_limit=None)) as opened:
            clock = Hands(opened.clock.now())
            yield replace(opened, clock=clock), clock
    shutil.rmtree(directory)
    shutil.rmtree(server.sockets, ignore_errors=True)


def _do_again(db: Connection, portal: Portal, clock: Hands) -> None:
    """All that happened, in the order of the commits, each at the moment at which it did.

    Who waits for another's lock commits after him. The mix keeps filings apart from the statements that they would
    change; whatever else doesn't wait for one another may be done in either order.
    """
    put_taxpayers(
        portal,
        [
            TaxpayerRow(**{name: getattr(row, name) for name in TaxpayerRow.__struct_fields__})
            for row in _rows(db, "select * from taxpayer")
        ],
    )
    happened: list[tuple[datetime, datetime, Callable[[], Any]]] = []
    for table, moment, do in (
        ("action_request", "finished_at", _act),
        ("filing_request", "finished_at", _save),
        ("statement_request", "finished_at", _compute),
        ("statement", "generated_at", _draft),
        ("outward_return", "filed_at", _file),
        ("closing", "filed_at", _close),
        ("calendar_day", "done_at", _night),
    ):
        change = CHANGE.get(table, "xmin")
        for row in _rows(db, f"select *, pg_xact_commit_timestamp({change}) as committed from {table} t"):
            happened.append((row.committed, getattr(row, moment), partial(do, portal, row)))
    for _, clock.at, do in sorted(happened, key=lambda event: event[0]):
        do()


def _act(portal: Portal, row: Any) -> None:
    of_request = {"rtin": row.rtin, "reference_id": row.reference_id}
    with portal.transaction() as db:
        action.queries.add_request(db, **of_request, kind=row.kind, body=row.body, at=row.received_at)
    action.process(portal, Gstin(row.rtin), row.reference_id)


def _save(portal: Portal, row: Any) -> None:
    of_request = {"stin": row.stin, "reference_id": row.reference_id, "period": row.period, "form": row.form}
    with portal.transaction() as db:
        filing.queries.add_request(db, **of_request, kind=row.kind, body=row.body, at=row.received_at)
    filing.process(portal, Gstin(row.stin), row.reference_id)


def _compute(portal: Portal, row: Any) -> None:
    of_request = {"rtin": row.rtin, "reference_id": row.reference_id}
    with portal.transaction() as db:
        statement.queries.add_request(db, **of_request, period=row.period, at=row.received_at)
    statement.compute(portal, Gstin(row.rtin), row.reference_id)


def _draft(portal: Portal, row: Any) -> None:
    if row.cause == "draft":
        statement.draft(portal, Gstin(row.rtin), Period.of(row.period))


def _file(portal: Portal, row: Any) -> None:
    with portal.transaction() as db:
        filing.file(db, Gstin(row.stin), Form(row.form), Period.of(row.period), row.filed_at)


def _close(portal: Portal, row: Any) -> None:
    with portal.transaction() as db:
        closing.file(db, Gstin(row.rtin), Period.of(row.period), row.filed_at)


def _night(portal: Portal, row: Any) -> None:
    # The drafts that it queues are events of their own.
    calendar.catch_up(portal)
