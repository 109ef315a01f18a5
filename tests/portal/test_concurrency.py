"""Two at once: who has to wait, who doesn't, and that nothing is lost between them. Locks are held on purpose here, so
nothing depends on chance or time."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Any

import pytest
from tests.api import Api, Taxpayer, as_owner, data, echo, error, invoice, note

from gst_ims.core import errors
from gst_ims.core.clock import SystemClock
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.database.connection import Connection
from gst_ims.portal.action import service as action
from gst_ims.portal.context import Portal, hold_recipient
from gst_ims.portal.context import queries as portal_queries
from gst_ims.portal.filing import service as filing
from gst_ims.portal.statement import calendar

# Seconds until a test is given up; nothing is measured by it.
PATIENCE = 60


def blocked(portal: Portal) -> int:
    """How many sessions wait for a lock."""
    with as_owner(portal) as db:
        return (
            db.execute(
                "select count(*) as waiting from pg_stat_activity"
                " where datname = current_database() and wait_event_type = 'Lock' and wait_event <> 'extend'"
            )
            .fetchone()
            .waiting
        )


class Waiter(threading.Thread):
    """Does something that has to wait; what comes of it is seen when it may go on."""

    def __init__(self, portal: Portal, do: Callable[[], Any]) -> None:
        super().__init__(daemon=True)
        self.do, self.result = do, None
        self.start()
        until = time.monotonic() + PATIENCE
        while not blocked(portal):
            assert self.is_alive(), "it had not to wait"
            assert time.monotonic() < until
            time.sleep(0.01)

    def run(self) -> None:
        self.result = self.do()

    def goes_on(self) -> Any:
        self.join(timeout=PATIENCE)
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
        with as_owner(town.portal) as db:
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
        assert on.wait(PATIENCE)
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
        assert there.wait(PATIENCE)
        other = Waiter(town.portal, then)
    saving.join(PATIENCE)
    return reference, other.goes_on()


def statuses(recipient: Taxpayer) -> set[tuple[str, str]]:
    return {(record["srcfilstatus"], record["action"]) for record in recipient.records("B2B")}


def supplier_first(town: Api, supplier: Taxpayer, recipient: Taxpayer, body: Any) -> dict[str, Any]:
    """A return stands before the end of its save when its recipient's decision begins. The status of the decision."""
    reference, period = queued(recipient), Period(2025, 10)
    with town.portal.transaction() as db:
        now = town.portal.clock.now()
        edit = filing.submit(db, supplier.gstin, Form.R1, period, "SAVE", json.dumps(body).encode(), now)
    with in_the_middle(town.portal, filing.queries, "finish_request") as there:
        editing = threading.Thread(target=filing.process, args=(town.portal, supplier.gstin, edit), daemon=True)
        editing.start()
        assert there.wait(PATIENCE)
        saving = Waiter(town.portal, lambda: action.process(town.portal, recipient.gstin, reference))
    editing.join(PATIENCE)
    saving.goes_on()
    return recipient.status_of(reference)


def edited(supplier: Taxpayer, recipient: Taxpayer) -> dict[str, Any]:
    """All that the supplier has sold him, for another amount."""
    documents = [invoice(record["inum"], taxable=5000) for record in recipient.records("B2B")]
    return {"gstin": supplier.gstin, "fp": "102025", "b2b": [{"ctin": recipient.gstin, "inv": documents}]}


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
        assert there.wait(PATIENCE)
        saving = Waiter(town.portal, lambda: action.process(town.portal, recipient.gstin, reference))
    files.join(PATIENCE)
    saving.goes_on()
    assert recipient.status_of(reference)["status_cd"] == "S"
    assert statuses(recipient) == {("Filed", "A")}


def test_an_edit_that_comes_before_a_decision_wins_and_the_recipient_is_told(town: Api, sold: Any) -> None:
    supplier, recipient = sold
    told = supplier_first(town, supplier, recipient, edited(supplier, recipient))
    (refusal,) = told["error_report"]["b2b"]
    assert (told["status_cd"], told["proc_cnt"], refusal["error_cd"]) == ("PE", "0", errors.StaleAction.code)
    assert len(refusal["inv"]) == len(recipient.records("B2B"))
    assert {(r["txval"], r["action"]) for r in recipient.records("B2B")} == {(5000, "N")}


def test_a_decision_that_comes_before_an_edit_is_done_and_then_undone_by_it(town: Api, sold: Any) -> None:
    """The recipient is told that his save was done; the trail, that the edit took it back (R3.2)."""
    supplier, recipient = sold
    with town.portal.transaction() as db:
        body = json.dumps(edited(supplier, recipient)).encode()
        edit = filing.submit(db, supplier.gstin, Form.R1, Period(2025, 10), "SAVE", body, town.portal.clock.now())
    reference, _ = decides_first(town, recipient, lambda: filing.process(town.portal, supplier.gstin, edit))
    assert recipient.status_of(reference)["status_cd"] == "S"
    assert {(r["txval"], r["action"]) for r in recipient.records("B2B")} == {(5000, "N")}
    with town.portal.transaction() as db:
        rows = db.execute("select event from trail where rtin = %s order by id", [recipient.gstin]).fetchall()
    assert [event for event, _ in groupby(row.event for row in rows)] == ["saved", "acted", "edited"]


def test_what_a_supplier_takes_back_before_a_decision_is_not_there_any_more(town: Api, sold: Any) -> None:
    supplier, recipient = sold
    body = edited(supplier, recipient)
    for document in body["b2b"][0]["inv"]:
        document["flag"] = "D"
    assert supplier_first(town, supplier, recipient, body)["status_cd"] == "PE"
    assert recipient.records("B2B") == []


def test_many_do_not_wait_for_one(town: Api, supplier: Taxpayer) -> None:
    """While one recipient's save is held with all its locks, others save, have statements, file and are sold to."""
    one, *others = [town.company("27") for _ in range(5)]
    for buyer in (one, *others):
        assert supplier.sell(buyer.gstin, invoice(f"I-{buyer.gstin[-4:]}"))["status_cd"] == "P"
    another = town.company("24")
    reference = queued(one)
    with in_the_middle(town.portal, action.queries, "finish_request") as there:
        # The only one that stops: the others' saves go through what they were before.
        saving = threading.Thread(target=action.process, args=(town.portal, one.gstin, reference), daemon=True)
        saving.start()
        assert there.wait(PATIENCE)
        with town.portal.transaction() as db:
            hold_everything_of(db, supplier, others)
        body = json.dumps({"gstin": another.gstin, "fp": "102025", "b2b": sold_to(others)}).encode()
        with town.portal.transaction() as db:
            now = town.portal.clock.now()
            sold = filing.submit(db, another.gstin, Form.R1, Period(2025, 10), "SAVE", body, now)
        filing.process(town.portal, another.gstin, sold)
        assert {len(buyer.records("B2B")) for buyer in others} == {2}
        assert data(another.file())["ack_num"]
        assert len(one.records("B2B")) == 1
        assert one.records("B2B")[0]["action"] == "N"
    saving.join(PATIENCE)
    assert one.records("B2B")[0]["action"] == "A"


def hold_everything_of(db: Connection, seller: Taxpayer, buyers: list[Taxpayer]) -> None:
    """Take every lock of what these recipients have of a supplier without waiting; an error where anybody has one."""
    db.execute("set local lock_timeout = 1")
    for buyer in buyers:
        hold_recipient(db, buyer.gstin)
        db.execute("select from record where rtin = %s for update", [buyer.gstin])
        db.execute("select from outward where stin = %s and rtin = %s for update", [seller.gstin, buyer.gstin])


def sold_to(buyers: list[Taxpayer]) -> list[Any]:
    return [{"ctin": buyer.gstin, "inv": [invoice(f"J-{n}")]} for n, buyer in enumerate(buyers)]


def test_two_saves_of_one_recipient_never_interleave(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    """A second one is refused while the first is open; a worker that takes up the same one again waits, for nothing."""
    supplier.sell(recipient.gstin, *(invoice(f"I-{n}") for n in range(20)))
    empty = {"rtin": recipient.gstin, "reqtyp": "SAVE", "invdata": {"b2b": []}}

    reference = queued(recipient)
    assert error(recipient.post("invoices/status/save", empty)) == "IMSSAV0015"
    with in_the_middle(town.portal, action.queries, "finish_request") as there:
        saving = threading.Thread(target=action.process, args=(town.portal, recipient.gstin, reference), daemon=True)
        saving.start()
        assert there.wait(PATIENCE)
        assert error(recipient.post("invoices/status/save", empty)) == "IMSSAV0015"
        again = Waiter(town.portal, lambda: action.process(town.portal, recipient.gstin, reference))
    saving.join(PATIENCE)
    again.goes_on()
    assert recipient.status_of(reference)["proc_cnt"] == "20"
    with town.portal.transaction() as db:
        acted = db.execute("select count(*) from trail where rtin = %s and event = 'acted'", [recipient.gstin])
        assert acted.fetchone() == (20,)


def test_two_saves_of_one_return_never_interleave(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    """Both are taken; the second one waits for the end of the first, and has the last word."""
    period = Period(2025, 10)
    references: list[str] = []
    for taxable in (1000, 2000):
        sold = [{"ctin": recipient.gstin, "inv": [invoice(f"I-{n}", taxable=taxable) for n in range(20)]}]
        body = json.dumps({"gstin": supplier.gstin, "fp": "102025", "b2b": sold}).encode()
        with town.portal.transaction() as db:
            now = town.portal.clock.now()
            references.append(filing.submit(db, supplier.gstin, Form.R1, period, "SAVE", body, now))
    first, second = references
    with in_the_middle(town.portal, filing.queries, "finish_request") as there:
        saving = threading.Thread(target=filing.process, args=(town.portal, supplier.gstin, first), daemon=True)
        saving.start()
        assert there.wait(PATIENCE)
        other = Waiter(town.portal, lambda: filing.process(town.portal, supplier.gstin, second))
    saving.join(PATIENCE)
    other.goes_on()
    assert {record["txval"] for record in recipient.records("B2B")} == {2000}
    with town.portal.transaction() as db:
        rows = db.execute("select event from trail where rtin = %s order by id", [recipient.gstin]).fetchall()
    assert [row.event for row in rows] == ["saved"] * 20 + ["edited"] * 20


def test_a_return_is_not_filed_twice_at_once(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    with in_the_middle(town.portal, filing.queries, "file_documents") as there:
        first: list[Any] = []
        files = threading.Thread(target=lambda: first.append(data(supplier.file())), daemon=True)
        files.start()
        assert there.wait(PATIENCE)
        assert error(supplier.file()) == "RET191251"
    files.join(PATIENCE)
    assert first[0]["ack_num"]
    assert error(supplier.file()) == "RET00009"


def test_the_night_waits_for_a_decision_and_both_are_done(api: Api) -> None:
    """What is accepted in the last moment isn't written down as expired."""
    api.set_clock("2025-11-05T10:00")
    supplier, recipient = api.company("24"), api.company("27")
    assert supplier.give_notes(recipient.gstin, *(note(f"CN-{n}") for n in range(20)))["status_cd"] == "P"
    data(supplier.file())
    pending = [echo(record, "P") for record in recipient.records("CN")]
    assert recipient.act("b2bcn", *pending)["status_cd"] == "S"
    # The day after the last of Pending, before anybody has noticed.
    moment = datetime.fromisoformat("2025-12-21T10:00:00+05:30")
    with api.portal.transaction() as db:
        portal_queries.move_clock(db, clock_offset=moment - SystemClock().now())
    api.moves += 1
    rows = [echo(record, "A", itcRedReq="Y") for record in recipient.records("CN")]
    reference = recipient.submit("save", {"b2bcn": rows})
    with in_the_middle(api.portal, action.queries, "finish_request") as there:
        saving = threading.Thread(target=action.process, args=(api.portal, recipient.gstin, reference), daemon=True)
        saving.start()
        assert there.wait(PATIENCE)
        night = Waiter(api.portal, lambda: calendar.catch_up(api.portal))
    saving.join(PATIENCE)
    night.goes_on()
    assert recipient.status_of(reference)["status_cd"] == "S"
    assert {record["action"] for record in recipient.records("CN")} == {"A"}
    with api.portal.transaction() as db:
        assert db.execute("select count(*) from record where expired").fetchone() == (0,)
