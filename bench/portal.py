"""The lines of the table: each is measured at a size, beside a bare equivalent on the same server and data."""

from __future__ import annotations

import json
import random
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec
import psycopg

from bench import load
from bench.line import Line
from bench.stand import Stand, psql
from gst_ims.portal.record.service import queries as lists_of
from gst_ims.synthetic.bulk import sized
from gst_ims.synthetic.events import Save

ROWS = 10_000
BODY = 5_000_000
LISTED = 100_000
NOT_ECHOED = ("hash", "srcfilstatus", "ispendactblocked", "isRemarksBlocked", "isItcRedReqBlocked", "action", "remarks")
encode = msgspec.json.Encoder(decimal_format="number").encode

Database = psycopg.Connection[Any]
Timed = Callable[[int], float]
"""One turn: prepares what it needs, and returns the seconds of what is measured."""


def race(work: str, size: int, amount: float, unit: str, mine: Timed, bare: Timed, turns: int = 5) -> Line:
    """Amounts a second: the middle of several turns, which the two take in alternation."""
    times = [(mine(turn), bare(turn)) for turn in range(turns)]
    ours, its = (statistics.median(column) for column in zip(*times, strict=True))
    return Line(work, size, amount / ours, unit, amount / its, its / ours)


def measure(stand: Stand, db: Database, size: int) -> Iterator[Line]:
    """Every line at one size, on one recipient with so many records."""
    rtin = load.gstin(size % 9_999)
    stand.register(rtin)
    load.records(db, [rtin], size)
    load.settle(db)
    yield counts(stand, rtin, size)
    yield lists(stand, db, size)
    yield posts(stand, db, rtin, size)
    yield saves(stand, db, rtin, size)
    yield statements(stand, db, rtin, size)
    yield from returns(stand, db, size)


def saves(stand: Stand, db: Database, rtin: str, size: int) -> Line:
    """Ten thousand actions on records anywhere among all, from the POST until the status says done."""
    some = f"from record tablesample bernoulli ({min(100, 100 * 6 * ROWS / size)}) repeatable (1)"
    sampled = lists_of.invoices.sql.replace("from record", some)
    records = [json.loads(row.json) for row in db.execute(sampled, listed(rtin))]
    rows = min(ROWS, len(records))

    def save(turn: int) -> float:
        chosen = random.Random(turn).sample(records, rows)
        for record in chosen:
            record["prev_status"], record["action"] = record["action"], "AR"[turn % 2]
        body = [
            {name: value for name, value in r.items() if name not in NOT_ECHOED or name == "action"} for r in chosen
        ]
        sent = encode({"rtin": rtin, "reqtyp": "SAVE", "invdata": {"b2b": body}})
        began = time.perf_counter()
        reference = stand.post(rtin, "invoices/status/save", sent)["reference_id"]
        done = stand.wait(rtin, f"invoices/status?reference_id={reference}", "P")
        took = time.perf_counter() - began
        assert done["proc_cnt"] == str(rows), done
        quiet(db)
        return took

    def update(turn: int) -> float:
        db.execute(
            "create temporary table chosen (stin text, number text, period date, form text,"
            " primary key (stin, number, period, form)) on commit drop"
        )
        with db.cursor().copy("copy chosen from stdin") as copy:
            for record in random.Random(turn + 100).sample(records, rows):
                copy.write_row((record["stin"], record["inum"], "2025-11-01", "R1"))
        db.execute("analyze chosen")
        return timed(
            db,
            "update record r set acted_at = now() from chosen c where r.rtin = %s and r.section = 'b2b'"
            " and (r.stin, r.number, r.period, r.form) = (c.stin, c.number, c.period, c.form)",
            (rtin,),
        )

    return race("save of 10,000 rows", size, rows, "rows/s", save, update)


def posts(stand: Stand, db: Database, rtin: str, size: int) -> Line:
    """The POST of a body of 5 MB, until it is answered with a reference id."""
    row = {"stin": load.gstin(0, "24"), "inum": "N/0", "idt": "20-11-2025", "inv_typ": "R", "rtnprd": "112025"}
    row |= {"srcform": "R1", "pos": "27", "val": 1, "txval": 1, "iamt": 0, "camt": 0, "samt": 0, "cess": 0}
    row |= {"prev_status": "N", "action": "A", "remarks": "x" * 200}
    body = encode({"rtin": rtin, "reqtyp": "SAVE", "invdata": {"b2b": [row] * (BODY // len(encode(row)))}})
    db.execute("create table if not exists bare_body (id bigint generated always as identity, body bytea)")
    db.commit()

    def post(_: int) -> float:
        began = time.perf_counter()
        reference = stand.post(rtin, "invoices/status/save", body)["reference_id"]
        took = time.perf_counter() - began
        stand.wait(rtin, f"invoices/status?reference_id={reference}", "P")
        return took

    def insert(_: int) -> float:
        return timed(db, "insert into bare_body (body) values (%b)", (body,))

    return race("POST of a 5 MB body", size, len(body) / 1e6, "MB/s", post, insert, turns=15)


def lists(stand: Stand, db: Database, size: int) -> Line:
    """A list of 100,000 records of one section (of another recipient, who has as many), beside psql."""
    count = min(size, LISTED)
    rtin = load.gstin(10_000 + count % 9_999)
    if db.execute("select from record where rtin = %s limit 1", (rtin,)).fetchone() is None:
        stand.register(rtin)
        load.records(db, [rtin], count * 20 // 17)
        load.settle(db)
    sql = psycopg.ClientCursor(db).mogrify(lists_of.invoices.sql, listed(rtin))
    length = len(stand.get(rtin, "invoices?section=B2B").content)

    def read(_: int) -> float:
        began = time.perf_counter()
        assert len(stand.get(rtin, "invoices?section=B2B").content) > length // 2
        return time.perf_counter() - began

    def print_(_: int) -> float:
        began = time.perf_counter()
        subprocess.run([*psql(stand.url), "--output=/dev/null", f"--command={sql}"], check=True)
        return time.perf_counter() - began

    return race("list of 100,000 records", count, length / 1e6, "MB/s", read, print_)


def listed(rtin: str) -> dict[str, object]:
    """What the list of a recipient's B2B records is asked with."""
    remarks_since = date(2025, 10, 1)
    return {"rtin": rtin, "section": "b2b", "action": None, "today": date(2025, 12, 13), "remarks_since": remarks_since}


def counts(stand: Stand, rtin: str, size: int) -> Line:
    """Counting over HTTP, 200 times."""
    times: list[float] = []
    for _ in range(200):
        began = time.perf_counter()
        stand.get(rtin, "invoices/count?type_of_goods=others")
        times.append((time.perf_counter() - began) * 1000)
    return Line("count, p99", size, sorted(times)[-2], "ms")


def statements(stand: Stand, db: Database, rtin: str, size: int) -> Line:
    """GSTR-2B of everything, beside an INSERT of its lines and a GROUP BY of their totals."""
    stand.at("2025-12-15T10:00:00+05:30")
    quiet(db)
    db.execute("drop table if exists bare_line, bare_total")
    db.execute("create table bare_line (like statement_line including all)")
    db.execute("create table bare_total (like statement_total including all)")
    db.commit()
    (one,) = db.execute("select number from record where rtin = %s limit 1", (rtin,))

    def compute(turn: int) -> float:
        remark = {"remarks": f"turn {turn}", "rtin": rtin, "number": one.number}
        db.execute("update record set remarks = %(remarks)s where rtin = %(rtin)s and number = %(number)s", remark)
        db.commit()
        began = time.perf_counter()
        reference = stand.post(rtin, "gstrs/gstr-2b/2025/11/regenerate")["reference_id"]
        done = stand.wait(rtin, f"gstrs/gstr-2b/regenerate?reference_id={reference}", "IP")
        took = time.perf_counter() - began
        assert done["status_cd"] == "P", done
        return took

    def insert(turn: int) -> float:
        return timed(
            db,
            "with line as (insert into bare_line"
            "  select rtin, '2025-11-01', %(turn)s, section, stin, number, return_period, form, port_code, part,"
            "  supply, leaf, outcome, action, remarks, reduction, declared_igst, declared_cgst, declared_sgst,"
            "  declared_cess, taxable, igst, cgst, sgst, cess"
            "  from open_line where rtin = %(rtin)s and period_2b <= '2025-11-01' and waits_until < '2025-12-15'"
            "  returning *)"
            " insert into bare_total select rtin, period, version, part, supply, leaf, count(*), sum(taxable),"
            "  sum(igst), sum(cgst), sum(sgst), sum(cess) from line group by 1, 2, 3, 4, 5, 6",
            {"rtin": rtin, "turn": turn},
        )

    line = race("GSTR-2B", size, size, "documents/s", compute, insert, turns=3 if size <= 1_000_000 else 1)
    stand.at("2025-12-13T10:00:00+05:30")
    return line


def returns(stand: Stand, db: Database, size: int) -> Iterator[Line]:
    """A GSTR-1 save of ten thousand documents, beside a COPY of the rows that it leaves into tables with the same keys.

    Once of all of them (documents, records, trail), once of the supplier's documents only.
    """
    world = sized(min(size, ROWS), recipients=100, suppliers=1)
    (save,) = [event for event in world.events() if isinstance(event, Save)]
    stand.register(*(str(company.gstin) for company in world.recipients))
    tables = ("outward", "record", "trail")
    for table in tables:
        db.execute(f"create table if not exists bare_{table} (like {table} including all)")  # type: ignore[arg-type]
    db.commit()
    path = f"{save.period.year}/{save.period.month:02}"
    body = encode(save.body)

    def post(turn: int) -> float:
        stin = load.gstin(20_000 + turn + size % 997, save.stin.state)
        stand.register(stin)
        stand.headers(stin)
        sent = body.replace(str(save.stin).encode(), stin.encode())
        began = time.perf_counter()
        reference = stand.post(stin, f"gstrs/gstr-1/{path}", sent)["reference_id"]
        done = stand.wait(stin, f"gstrs/{path}/status?reference_id={reference}", "REC")
        took = time.perf_counter() - began
        assert done["status_cd"] == "P", str(done)[:500]
        copies.append([copied(db, f"select * from {table} where stin = '{stin}'") for table in tables])
        return took

    def copy(turn: int) -> float:
        began = time.perf_counter()
        for table, rows in zip(tables, copies[turn], strict=True):
            with db.cursor().copy(f"copy bare_{table} from stdin") as into:  # type: ignore[arg-type]
                into.write(rows)
            moments.append(time.perf_counter() - began)
        db.commit()
        return time.perf_counter() - began

    copies: list[list[bytes]] = []
    moments: list[float] = []
    documents = sum(
        len(group[member]) for table, member in (("b2b", "inv"), ("cdnr", "nt")) for group in save.body[table]
    )
    line = race("GSTR-1 save of 10,000 documents", size, documents, "rows/s", post, copy)
    yield line
    alone = documents / statistics.median(moments[:: len(tables)])
    yield replace(line, work="the same, beside one table", bare=alone, ratio=line.value / alone)


def quiet(db: Database) -> None:
    """Wait until nothing is queued, and suppliers have been shown everything."""
    left = (
        "select 1 as one from procrastinate_jobs where status in ('todo', 'doing') and task_name <> 'nightly'"
        " union all select 1 from action_request where not shown"
    )
    while db.execute(left).fetchone():
        db.commit()
        time.sleep(0.02)
    db.commit()


def copied(db: Database, query: str) -> bytes:
    """The rows as COPY has them."""
    with db.cursor().copy(f"copy ({query}) to stdout") as rows:  # type: ignore[arg-type]
        return b"".join(rows)


def timed(db: Database, sql: str, parameters: Any) -> float:
    began = time.perf_counter()
    db.execute(sql, parameters)  # type: ignore[arg-type]
    db.commit()
    return time.perf_counter() - began
