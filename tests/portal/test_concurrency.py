"""Two at once: who has to wait, who doesn't, and that nothing is lost between them. Locks are held on purpose here, so
nothing depends on chance or time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.api import Api, Taxpayer, data, echo, invoice

from gst_ims.portal.action import service as action
from gst_ims.portal.context import Portal
from gst_ims.portal.filing import service as filing


def blocked(portal: Portal) -> int:
    """How many sessions wait for a lock."""
    with portal.transaction() as db:
        return db.execute(
            "select count(*) as waiting from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        ).fetchone().waiting


class Waiter(threading.Thread):
    """Does something that has to wait; what comes of it is seen when it may go on."""

    def __init__(self, portal: Portal, do: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.do, self.result = do, None
        self.start()
        until = time.monotonic() + 20
        while not blocked(portal):
            assert self.is_alive(), "it had not to wait"
            assert time.monotonic() < until
            time.sleep(0.01)

    def run(self) -> None:
        self.result = self.do()

    def goes_on(self) -> Any:
        self.join(timeout=20)
        assert not self.is_alive()
        return self.result


@pytest.fixture(params=[(20, False), (300, False), (300, True)], ids=["few", "many", "many with statistics"])
def sold(request: Any, town: Api, supplier: Taxpayer, recipient: Taxpayer) -> tuple[Taxpayer, Taxpayer]:
    """One who has sold to another, and to others too. Size and statistics make PostgreSQL choose other plans."""
    number, analysed = request.param
    buyers = [recipient, *(town.company("27") for _ in range(3))]
    sold = [
        {"ctin": buyer.gstin, "inv": [invoice(f"I{place}-{n}") for n in range(number)]}
        for place, buyer in enumerate(buyers)
    ]
    assert supplier.save_return("2025/10", b2b=sold)["status_cd"] == "P"
    if analysed:
        with town.portal.transaction() as db:
            db.execute("analyze record, outward")
    return supplier, recipient


def queued(recipient: Taxpayer, decision: str = "A") -> str:
    """A save of all invoices that waits to be worked on."""
    return recipient.submit("save", {"b2b": [echo(record, decision) for record in recipient.records("B2B")]})


@contextmanager
def in_the_middle(portal: Portal, statements: Any, last: str) -> Iterator[threading.Event]:
    """Let whoever does something stop before a statement until the block is left; the event says that he is there."""
    there, on = threading.Event(), threading.Event()
    statement = getattr(statements, last)

    def stop(*arguments: Any, **more: Any) -> Any:
        there.set()
        assert on.wait(20)
        return statement(*arguments, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(statements, last, stop)
        try:
            yield there
        finally:
            on.set()


def decides_first(town: Api, recipient: Taxpayer, then: Callable[[], Any]) -> tuple[str, Any]:
    """His save stands before its end when another begins. The reference of it, and what comes of the other."""
    reference = queued(recipient)
    with in_the_middle(town.portal, action.queries, "finish_request") as there:
        saving = threading.Thread(target=action.process, args=(town.portal, recipient.gstin, reference), daemon=True)
        saving.start()
        assert there.wait(20)
        other = Waiter(town.portal, then)
    saving.join(20)
    return reference, other.goes_on()


def statuses(recipient: Taxpayer) -> set[tuple[str, str]]:
    return {(record["srcfilstatus"], record["action"]) for record in recipient.records("B2B")}


def test_what_is_filed_while_its_recipient_decides_is_filed_and_decided(town: Api, sold: Any) -> None:
    supplier, recipient = sold
    _, filed = decides_first(town, recipient, lambda: data(supplier.file()))
    assert filed["ack_num"]
    assert statuses(recipient) == {("Filed", "A")}


def test_what_is_decided_while_its_supplier_files_is_filed_and_decided(town: Api, sold: Any) -> None:
    supplier, recipient = sold
    reference = queued(recipient)
    with in_the_middle(town.portal, filing.queries, "file_documents") as there:
        files = threading.Thread(target=lambda: data(supplier.file()), daemon=True)
        files.start()
        assert there.wait(20)
        saving = Waiter(town.portal, lambda: action.process(town.portal, recipient.gstin, reference))
    files.join(20)
    saving.goes_on()
    assert recipient.status_of(reference)["status_cd"] == "S"
    assert statuses(recipient) == {("Filed", "A")}
