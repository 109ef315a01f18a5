"""What people do while everything fails: suppliers fill and file returns, recipients decide, compute and close.

Each has dice of his own, thrown from the seed: the same seed gives the same mix. They go on for as long as the phase
lasts, so how much of the mix is played depends on the machine. Everybody does one thing after another.
"""

from __future__ import annotations

import random
import time
from abc import ABC, abstractmethod
from typing import Any

from tests.api import echo, gstin, invoice, note

from faults.wire import IN_PROGRESS, Log, Refused, Unknown, Wire
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period

SECTIONS = ("B2B", "CN", "DN")
KEYS = {"B2B": "b2b", "CN": "b2bcn", "DN": "b2bdn"}


class Person(ABC):
    """Somebody who does one step after another."""

    def __init__(self, wire: Wire, seed: int) -> None:
        self.wire = wire
        self.dice = random.Random(f"{seed}/{wire.gstin}")
        self.wire_period = ""
        self.period = Period(2025, 10)

    def begin(self, period: Period) -> None:
        """A new month."""
        self.period = period
        self.wire_period = f"{period.year}/{period.month:02}"

    @abstractmethod
    def step(self) -> None:
        """What he does all the time."""

    @abstractmethod
    def close(self) -> None:
        """What he does at last in a month; until he knows that it is done."""


class Supplier(Person):
    """Saves some hundred documents, edits, deletes and resets them, and files."""

    def __init__(self, wire: Wire, seed: int, customers: list[Gstin], bulk: int) -> None:
        super().__init__(wire, seed)
        self.customers, self.bulk = customers, bulk
        self.saved: list[int] = []
        self.numbers = 0

    def begin(self, period: Period) -> None:
        super().begin(period)
        self.saved = []

    def step(self) -> None:
        what = self.dice.random()
        if len(self.saved) < self.bulk or (what < 0.2 and len(self.saved) < 6 * self.bulk):
            first = self.numbers + 1
            self.numbers += self.bulk
            self.saved += range(first, self.numbers + 1)
            self._save(self.saved[-self.bulk :])
        elif what < 0.9:
            self._save(self.dice.sample(self.saved, self.dice.randint(1, self.bulk // 2)))
        elif what < 0.96:
            gone = self.dice.sample(self.saved, self.dice.randint(1, self.bulk // 10))
            self.saved = [number for number in self.saved if number not in gone]
            self._save(gone, flag="D")
        else:
            # What is reset is gone: nobody has seen its numbers again.
            self.saved = []
            self._until_finished(f"gstrs/gstr-1/{self.wire_period}/reset", None)

    def close(self) -> None:
        while True:
            try:
                self.wire.acknowledged("GSTR-1", f"gstrs/gstr-1/{self.wire_period}/file")
            except Unknown:
                continue
            except Refused as refusal:
                if str(refusal) in IN_PROGRESS:
                    time.sleep(0.1)
                    continue
                # It was filed when no answer came.
                assert str(refusal) == "RET00009", refusal
            return

    def _save(self, numbers: list[int], **flag: str) -> None:
        day = f"{self.dice.randint(1, 9):02}-{self.period.month:02}-{self.period.year}"
        sold: dict[Gstin, list[Any]] = {}
        given: dict[Gstin, list[Any]] = {}
        for number in numbers:
            to, taxable = self.customers[number % len(self.customers)], self.dice.randint(100, 99999)
            if number % 5 < 3:
                sold.setdefault(to, []).append(invoice(f"I-{number}", day, taxable) | flag)
            else:
                kind = "C" if number % 5 == 3 else "D"
                given.setdefault(to, []).append(note(f"N-{number}", day, taxable, kind) | flag)
        body = {
            "gstin": self.wire.gstin,
            "fp": str(self.period),
            "b2b": [{"ctin": to, "inv": documents} for to, documents in sold.items()],
            "cdnr": [{"ctin": to, "nt": documents} for to, documents in given.items()],
        }
        self._until_finished(f"gstrs/gstr-1/{self.wire_period}", body)

    def _until_finished(self, path: str, body: Any) -> None:
        """Ask, again where no answer came: to save or reset the same twice does no harm."""
        while True:
            try:
                reference = self.wire.acknowledged("filing", path, body)
            except Unknown:
                continue
            self.wire.wait(f"gstrs/{self.wire_period}/status", reference, "REC")
            return


class Recipient(Person):
    """Reads, decides in bulk, takes back, has GSTR-2B computed, and files GSTR-3B."""

    def __init__(self, wire: Wire, seed: int) -> None:
        super().__init__(wire, seed)
        self.statements = False

    def begin(self, period: Period) -> None:
        super().begin(period)
        self.statements = False

    def step(self) -> None:
        if self.statements and self.dice.random() < 0.3:
            self.compute()
            return
        section = self.dice.choice(SECTIONS)
        (records,) = self.wire.insist("GET", "invoices", section=section).values()
        chosen = [record for record in records if self.dice.random() < 0.6][:400]
        if self.dice.random() < 0.8:
            self._ask("save", KEYS[section], [echo(r, self._decision(r)) for r in chosen])
        else:
            self._ask("reset", KEYS[section], [echo(r) for r in chosen if r["action"] != "N"])

    def compute(self) -> None:
        """GSTR-2B anew, where there is anything new."""
        path = f"gstrs/gstr-2b/{self.wire_period}/regenerate"
        while True:
            try:
                reference = self.wire.acknowledged("statement", path)
            except Unknown:
                continue
            except Refused:
                return
            self.wire.wait("gstrs/gstr-2b/regenerate", reference, "IP")
            return

    def close(self) -> None:
        while True:
            self.compute()
            try:
                self.wire.acknowledged("GSTR-3B", f"gstrs/gstr-3b/{self.wire_period}/file")
            except Unknown:
                continue
            except Refused as refusal:
                if str(refusal) == "RET00009":
                    return
                assert str(refusal) in ("RET3B9002", "RET2B1023"), refusal
                continue
            return

    def _decision(self, record: dict[str, Any]) -> str:
        allowed = "AR" if record["ispendactblocked"] == "Y" else "ARP"
        return self.dice.choice(allowed)

    def _ask(self, kind: str, key: str, rows: list[dict[str, Any]]) -> None:
        """A request, and then nothing until it is finished, also where nobody said whether there is one."""
        while True:
            body = {"rtin": self.wire.gstin, "reqtyp": kind.upper(), "invdata": {key: rows}}
            try:
                reference = self.wire.acknowledged("action", f"invoices/status/{kind}", body)
            except Refused as refusal:
                assert str(refusal) in IN_PROGRESS, refusal
                time.sleep(0.1)
                continue
            except Unknown:
                # One at a time is taken: when an empty one is, there is no other any more.
                kind, rows = "save", []
                continue
            self.wire.wait("invoices/status", reference, "P")
            return


def town(address: str, seed: int, *, suppliers: int, recipients: int, bulk: int) -> tuple[list[Person], Log]:
    """Those who take part."""
    log = Log()
    buyers = [gstin("27", 500 + n) for n in range(recipients)]
    people: list[Person] = [Recipient(Wire(address, buyer, log), seed) for buyer in buyers]
    people += [Supplier(Wire(address, gstin("24", 600 + n), log), seed, buyers, bulk) for n in range(suppliers)]
    return people, log
