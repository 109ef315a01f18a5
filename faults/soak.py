"""`make soak [MINUTES=10]`: mixed load from many at once, without faults: no deadlock, no growth, nothing unexplained.

Beside a town of people, some single records are edited, decided on and read by several at once, and what everybody saw
must have an order that explains it.
"""

from __future__ import annotations

import argparse
import random
import secrets
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psutil
from tests.api import echo, gstin, invoice

from faults.__main__ import live, register, set_clock
from faults.history import Operation, State, linearizable
from faults.people import Recipient, Supplier, town
from faults.running import Running
from faults.verdict import judge
from faults.wire import Log, Refused, Wire
from gst_ims.core.period import Period

PERIOD, PATH = Period(2025, 10), "2025/10"
MEGABYTE = 1_000_000


class Watched:
    """A record on which several work at once; a new document every minute keeps its history short."""

    def __init__(self, address: str, number: int, log: Log, seed: int) -> None:
        self.supplier = Wire(address, gstin("24", 700 + number), log)
        self.buyers = [Wire(address, gstin("27", 700 + number), log) for _ in range(4)]
        self.seed, self.number = seed, 0
        self.histories: list[list[Operation]] = []
        self.errors: list[BaseException] = []

    def watch(self, over: threading.Event) -> None:
        """One history after another."""
        while not over.is_set() and not self.errors:
            self.number += 1
            self._edit(100)
            history: list[Operation] = []
            until = time.monotonic() + 60
            work = [self._edits, self._acts, self._acts, self._reads, self._reads]
            buyers = [self.supplier, *self.buyers]
            threads = [
                threading.Thread(
                    target=self._try, args=(do, wire, random.Random(f"{self.seed}/{n}"), history, until, over)
                )
                for n, (do, wire) in enumerate(zip(work, buyers, strict=True))
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            self.histories.append(history)
        if self.errors:
            raise self.errors[0]

    def _try(self, do: Callable[..., None], *arguments: Any) -> None:
        try:
            do(*arguments)
        except BaseException as error:  # it is raised by whoever waits for this thread
            self.errors.append(error)

    def _edits(
        self, wire: Wire, dice: random.Random, history: list[Operation], until: float, over: threading.Event
    ) -> None:
        while time.monotonic() < until and not over.is_set():
            amount, asked = dice.randint(1, 3) * 100, time.monotonic()
            self._edit(amount)
            history.append(Operation("edit", asked, time.monotonic(), amount))

    def _acts(
        self, wire: Wire, dice: random.Random, history: list[Operation], until: float, over: threading.Event
    ) -> None:
        while time.monotonic() < until and not over.is_set():
            record = self._look(wire, history)
            became = dice.choice("ARP")
            body = {"rtin": wire.gstin, "reqtyp": "SAVE", "invdata": {"b2b": [echo(record, became)]}}
            asked = time.monotonic()
            with suppress(Refused):  # another one is worked on
                reference = wire.acknowledged("action", "invoices/status/save", body)
                ended = wire.wait("invoices/status", reference, "P")
                value = (int(record["txval"]), record["action"], became, ended["proc_cnt"] == "1")
                history.append(Operation("act", asked, time.monotonic(), value))

    def _reads(
        self, wire: Wire, dice: random.Random, history: list[Operation], until: float, over: threading.Event
    ) -> None:
        while time.monotonic() < until and not over.is_set():
            self._look(wire, history)
            time.sleep(dice.uniform(0, 0.2))

    def _look(self, wire: Wire, history: list[Operation]) -> dict[str, Any]:
        asked = time.monotonic()
        (records,) = wire.insist("GET", "invoices", section="B2B").values()
        (record,) = (r for r in records if r["inum"] == f"W-{self.number}")
        state: State = (int(record["txval"]), record["action"])
        history.append(Operation("read", asked, time.monotonic(), state))
        return record

    def _edit(self, amount: int) -> None:
        sold = [{"ctin": self.buyers[0].gstin, "inv": [invoice(f"W-{self.number}", taxable=amount)]}]
        body = {"gstin": self.supplier.gstin, "fp": str(PERIOD), "b2b": sold}
        reference = self.supplier.acknowledged("filing", f"gstrs/gstr-1/{PATH}", body)
        self.supplier.wait(f"gstrs/{PATH}/status", reference, "REC")


def memory(portal: Running) -> dict[str, int]:
    """Megabytes that each kind of process has for itself; the database's with all its sessions."""
    sizes: dict[str, int] = {}
    for kind, processes in portal.processes().items():
        everyone = [p for top in processes for p in (top, *(top.children() if kind == "database" else []))]
        total = 0
        for process in everyone:
            with suppress(psutil.NoSuchProcess):
                total += process.memory_full_info().uss
        sizes[kind] = total // MEGABYTE
    return sizes


def soak(minutes: float, seed: int) -> bool:
    """Whether all was well; prints what was measured."""
    over, errors = threading.Event(), list[BaseException]()
    with Running() as portal:
        people, log = town(portal.address, seed, suppliers=6, recipients=12, bulk=40)
        watched = [Watched(portal.address, n, log, seed) for n in range(3)]
        for wire in [p.wire for p in people] + [w for each in watched for w in (each.supplier, each.buyers[0])]:
            register(portal, wire)
        set_clock(portal, Period(2025, 11), 5)
        for person in people:
            person.begin(PERIOD)
        suppliers = [p for p in people if isinstance(p, Supplier)]
        recipients = [p for p in people if isinstance(p, Recipient)]
        first = threading.Thread(target=_watch_all, args=(watched, over, errors), daemon=True)
        first.start()
        period, began, sizes = PERIOD, time.monotonic(), [memory(portal)]
        rounds = max(1, round(minutes / 2))
        for _ in range(rounds):
            for day, busy in ((5, people), (10, people), (14, recipients)):
                set_clock(portal, period.plus(1), day)
                for recipient in recipients:
                    recipient.statements = day == 14
                closing = {5: [], 10: suppliers, 14: recipients}[day]
                _play(busy, closing, minutes * 60 / rounds / 3, errors)
            period = period.plus(1)
            for person in people:
                person.begin(period)
            sizes.append(memory(portal))
            sys.stdout.write(f"after {time.monotonic() - began:.0f} seconds: {sizes[-1]} MB\n")
            sys.stdout.flush()
        over.set()
        first.join()
        if errors:
            raise errors[0]
        portal.wait_for_quiet()
        with portal.connect() as db:
            found: Any = db.execute(
                "select deadlocks from pg_stat_database where datname = current_database()"
            ).fetchone()
            verdict = judge(db, log)
    histories = [history for each in watched for history in each.histories]
    unexplained = sum(not linearizable(history, (100, "N")) for history in histories)
    for text in (*verdict.lost[:10], *verdict.doubled[:10]):
        sys.stdout.write(f"{text}\n")
    sys.stdout.write(
        f"{len(histories)} histories of {sum(map(len, histories))} operations\n"
        f"{found.deadlocks} deadlocks, {unexplained} unexplained, {verdict.acknowledged} acknowledged, "
        f"{len(verdict.lost)} lost, {len(verdict.doubled)} doubled\n"
    )
    return not (found.deadlocks or unexplained or verdict.lost or verdict.doubled)


def _play(busy: list[Any], closing: list[Any], seconds: float, errors: list[BaseException]) -> None:
    over = threading.Event()
    threads = [threading.Thread(target=live, args=(p, over, p in closing, errors), daemon=True) for p in busy]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    over.set()
    for thread in threads:
        thread.join()


def _watch_all(watched: list[Watched], over: threading.Event, errors: list[BaseException]) -> None:
    def watch(each: Watched) -> None:
        try:
            each.watch(over)
        except BaseException as error:  # it is raised at the end
            errors.append(error)

    threads = [threading.Thread(target=watch, args=(each,), daemon=True) for each in watched]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Print what was measured. The last line has the figures."""
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("minutes", type=float)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    asked = parser.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    sys.exit(not soak(asked.minutes, asked.seed))


if __name__ == "__main__":
    main()
