"""`make faults [KILLS=300] [SEED=…]`: kill processes at random moments under load, then look for what was lost."""

from __future__ import annotations

import argparse
import random
import secrets
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from faults.people import Person, Recipient, Supplier, town
from faults.running import OPERATOR, Running, Victim, wait_until
from faults.verdict import Verdict, judge
from faults.wire import Wire
from gst_ims.core.clock import IST
from gst_ims.core.period import Period

VICTIMS: tuple[Victim, ...] = ("api", "worker", "worker", "database", "database")
MONTHS = 3


@dataclass
class Run:
    """How many of what, and how it ended."""

    kills: Counter[str]
    verdict: Verdict
    unknown: int
    rows: int

    @property
    def summary(self) -> str:
        found = self.verdict
        return (
            f"{self.kills.total()} kills, {found.acknowledged} acknowledged, "
            f"{len(found.lost)} lost, {len(found.doubled)} doubled"
        )


def run(kills: int, seed: int, *, months: int = MONTHS, bulk: int = 200, hurried: bool = False) -> Run:
    """Play the mix while `kills` processes are killed, then judge what is left."""
    dice, killed = random.Random(f"{seed}/kills"), Counter[str]()
    with Running() as portal:
        people, log = town(portal.address, seed, suppliers=3, recipients=4, bulk=bulk)
        for person in people:
            register(portal, person.wire)
        period = Period(2025, 10)
        phases = 3 * months

        def play(phase: int, busy: list[Person], then: list[Person]) -> None:
            """Let people go on until it is time for the next phase, then let some of them close; all under fire."""
            over = threading.Event()
            threads = [threading.Thread(target=live, args=(p, over, p in then, errors), daemon=True) for p in busy]
            for thread in threads:
                thread.start()
            while killed.total() < kills * phase // phases and not errors:
                time.sleep(dice.uniform(0.1, 2.5))
                victim = dice.choice(VICTIMS)
                portal.kill(victim, dice.random())
                killed[victim] += 1
                if dice.random() < 0.8:
                    wait_until(portal.answers, "answer")
            over.set()
            for thread in threads:
                while thread.is_alive():
                    thread.join(1)
                    if hurried:
                        portal.hurry()
            if errors:
                raise errors[0]

        errors: list[BaseException] = []
        suppliers = [p for p in people if isinstance(p, Supplier)]
        recipients = [p for p in people if isinstance(p, Recipient)]
        for month in range(months):
            set_clock(portal, period.plus(1), 5)
            for person in people:
                person.begin(period)
            play(3 * month + 1, people, [])
            set_clock(portal, period.plus(1), 10)
            play(3 * month + 2, people, list(suppliers))
            set_clock(portal, period.plus(1), 14)
            for recipient in recipients:
                recipient.statements = True
            play(3 * month + 3, list(recipients), list(recipients))
            period = period.plus(1)
        for person in people:
            person.wire.close()
        portal.wait_for_quiet(hurried=hurried)
        with portal.connect() as db:
            rows: Any = db.execute("select count(*) as rows from trail").fetchone()
            return Run(killed, judge(db, log), log.unknown, rows.rows)


def live(person: Person, over: threading.Event, closes: bool, errors: list[BaseException]) -> None:
    """Step by step until it is over, at least one."""
    try:
        person.step()
        while not over.is_set() and not errors:
            person.step()
        if closes:
            person.close()
    except BaseException as error:  # it is raised by whoever waits for this thread
        errors.append(error)


def register(portal: Running, wire: Wire) -> None:
    """Let the operator know a taxpayer."""
    who = wire.gstin
    row = {"gstin": who, "username": f"user.{who}", "legal_name": f"Legal {who}", "trade_name": f"Trade {who}"}
    row |= {"filing_frequency": "monthly", "taxpayer_type": "Regular"}
    _operate(portal, "POST", "taxpayers", {"taxpayers": [row]})


def set_clock(portal: Running, period: Period, day: int) -> None:
    """Move the clock to ten in the morning of a day."""
    moment = datetime(period.year, period.month, day, 10, tzinfo=IST)
    _operate(portal, "PUT", "clock", {"now": moment.isoformat()})


def _operate(portal: Running, method: str, path: str, body: dict[str, Any]) -> None:
    def done() -> bool:
        try:
            answer = httpx.request(method, f"{portal.address}/operator/v1/{path}", headers=OPERATOR, json=body)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200

    wait_until(done, path)


def main() -> None:
    """Print what is done, and what was found. The last line has the figures."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__)
    parser.add_argument("kills", type=int)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    asked = parser.parse_args()
    sys.stdout.write(f"seed {asked.seed}\n")
    sys.stdout.flush()
    began = time.monotonic()
    ended = run(asked.kills, asked.seed)
    for kind, found in (("lost", ended.verdict.lost), ("doubled", ended.verdict.doubled)):
        for text in found[:20]:
            sys.stdout.write(f"{kind}: {text}\n")
    killed = ", ".join(f"{number} {victim}" for victim, number in sorted(ended.kills.items()))
    sys.stdout.write(
        f"{killed}; {ended.unknown} requests without an answer; {ended.rows} rows of trail;"
        f" {time.monotonic() - began:.0f} seconds\n{ended.summary}\n"
    )
    sys.exit(bool(ended.verdict.lost or ended.verdict.doubled))


if __name__ == "__main__":
    main()
