"""Worklists: what wants a decision, by rupees and by the days that are left."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from tests.api import Taxpayer
from tests.desk.conftest import Hire
from tests.desk.decisions import agreed, decided, make, records, rows, wish

from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action, Section
from gst_ims.desk.desk import PROGRAM, Desk, NotAllowed
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.push.service import push
from gst_ims.desk.review.lists import Filter, Place, worklist
from gst_ims.desk.review.steps import give_back

TODO = Filter(state="todo")


def numbers(desk: Desk, by: Person, gstin: Gstin, wanted: Filter, order: str = "rupees") -> list[str]:
    return [line.key.number for line in worklist(desk, by, gstin, wanted, order).lines]


def test_what_is_new_wants_a_decision_the_most_rupees_first(desk: Desk, mine: Gstin, asha: Person) -> None:
    records(desk, mine)
    page = worklist(desk, asha, mine, TODO)
    assert [line.tax for line in page.lines] == sorted((line.tax for line in page.lines), reverse=True)
    assert len(page.lines) == 12
    assert page.next is None
    top = page.lines[0]
    assert (top.key.number, top.tax, top.action, top.decision, top.state) == ("INV-6", 181_08, Action.NONE, None, None)


def test_pages_follow_upon_one_another_without_gap_or_repetition(desk: Desk, mine: Gstin, asha: Person) -> None:
    records(desk, mine)
    for order in ("rupees", "deadline"):
        whole = [line.name for line in worklist(desk, asha, mine, TODO, order).lines]
        found: list[str] = []
        after: Place | None = None
        while True:
            page = worklist(desk, asha, mine, TODO, order, after, 5)
            found += [line.name for line in page.lines]
            after = page.next
            if after is None:
                break
        assert found == whole


def test_what_is_decided_is_no_longer_to_be_done_and_waits_or_is_ready(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    decided(desk, asha, mine, known["INV-1"], Action.ACCEPT)
    decided(desk, asha, mine, known["INV-2"], Action.REJECT)
    assert {"INV-1", "INV-2"}.isdisjoint(numbers(desk, asha, mine, TODO))
    assert numbers(desk, asha, mine, Filter(state="ready")) == ["INV-1"]
    assert numbers(desk, asha, mine, Filter(state="waiting")) == ["INV-2"]
    (line,) = worklist(desk, asha, mine, Filter(state="waiting")).lines
    assert (line.person, line.decided, line.needs_approval) == ("Asha", Action.REJECT, True)


def test_what_is_returned_or_edited_comes_back(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    known = records(desk, mine)
    number = decided(desk, asha, mine, known["INV-1"], Action.REJECT)
    give_back(desk, chetan, mine, [number], "Call them first.")
    line = next(line for line in worklist(desk, asha, mine, TODO).lines if line.key.number == "INV-1")
    assert (line.state, line.why) == ("returned", "Call them first.")


def test_what_is_pushed_is_done_though_no_reading_has_seen_it(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person
) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.ACCEPT), (known["INV-2"], Action.PENDING))
    push(desk, asha, mine)
    assert {"INV-1", "INV-2"}.isdisjoint(numbers(desk, asha, mine, TODO))
    assert set(numbers(desk, asha, mine, Filter(actions=(Action.ACCEPT, Action.PENDING)))) == {"INV-1", "INV-2"}
    assert set(numbers(desk, asha, mine, Filter(state="applied"))) == {"INV-1", "INV-2"}


def test_what_a_policy_asks_about_is_to_be_done_until_somebody_decides(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person
) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.PENDING))
    push(desk, asha, mine)
    assert "INV-1" not in numbers(desk, asha, mine, TODO)
    with desk.of([mine]) as db:
        people.note(db, desk, mine, PROGRAM, "asked", record=str(known["INV-1"].key), policy="house v1: old")
    assert "INV-1" in numbers(desk, asha, mine, TODO)
    decided(desk, asha, mine, records(desk, mine)["INV-1"], Action.ACCEPT)
    assert "INV-1" not in numbers(desk, asha, mine, TODO)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(sections=(Section.B2BCN,)), {"CN-0", "CN-1", "CN-2"}),
        (Filter(text="inv-3"), {"INV-3"}),
        (Filter(text="100%_"), set[str]()),
        (Filter(sections=(Section.B2BDN,), text="-1"), {"DN-1"}),
        (Filter(supplier="24AAXCT0000K1Z0"), set[str]()),
        (Filter(buckets=("matched",)), set[str]()),
        (Filter(actions=(Action.REJECT,)), set[str]()),
    ],
)
def test_lists_are_filtered(desk: Desk, mine: Gstin, asha: Person, wanted: Filter, found: set[str]) -> None:
    records(desk, mine)
    assert set(numbers(desk, asha, mine, wanted)) == found


def test_a_supplier_is_found_by_gstin_and_by_pan(desk: Desk, mine: Gstin, asha: Person) -> None:
    supplier = records(desk, mine)["INV-1"].stin
    assert len(numbers(desk, asha, mine, Filter(supplier=supplier))) == 12
    assert len(numbers(desk, asha, mine, Filter(supplier=supplier.pan))) == 12


def test_deadlines_are_those_of_the_rulebook(desk: Desk, mine: Gstin, asha: Person, clock: FixedClock) -> None:
    records(desk, mine)

    def days(number: str) -> tuple[date | None, date | None]:
        line = next(it for it in worklist(desk, asha, mine, Filter()).lines if it.key.number == number)
        return line.due, line.pending_until

    assert days("INV-1") == (date(2025, 11, 20), date(2026, 11, 30))
    # R2.6, R2.8: one more tax period for what reduces credit.
    assert days("CN-1") == (date(2025, 11, 20), date(2025, 12, 20))
    # R2.12: an amended note that gives credit back waits like an invoice; no reduction can be declared of it (R6.9).
    with desk.of([mine]) as db:
        db.execute("update desk.record set reduction_blocked = true where number = 'CN-2'")
    assert days("CN-2") == (date(2025, 11, 20), date(2026, 11, 30))
    clock.at = datetime(2025, 11, 21, 10, tzinfo=IST)
    # What is still in IMS then goes into a later GSTR-3B.
    assert days("INV-1")[0] == date(2025, 12, 20)


def test_a_quarterly_filer_has_the_days_of_his_quarter(desk: Desk, mine: Gstin, asha: Person) -> None:
    people.found(desk, mine, "Konkan Traders", "konkan", "quarterly", "Bina")
    records(desk, mine)
    lines = {line.key.number: line for line in worklist(desk, asha, mine, Filter()).lines}
    assert lines["INV-1"].due == date(2026, 1, 22)
    assert lines["CN-1"].pending_until == date(2026, 4, 22)


def test_by_deadline_what_waits_longer_comes_later(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-6"], Action.PENDING))
    push(desk, asha, mine)
    assert numbers(desk, asha, mine, Filter(), "deadline")[-1] == "INV-6"
    assert numbers(desk, asha, mine, Filter(), "rupees")[0] == "INV-6"


def test_whoever_has_a_duty_sees_the_list_and_nobody_else(desk: Desk, mine: Gstin, hire: Hire) -> None:
    records(desk, mine)
    dev = hire("Dev", mine, Role.VIEWER)
    assert len(numbers(desk, dev, mine, TODO)) == 12
    with pytest.raises(NotAllowed, match="nothing to do with"):
        worklist(desk, Person("Eve", {}), mine, TODO)


def test_a_list_that_there_is_not_is_refused(desk: Desk, mine: Gstin, asha: Person) -> None:
    with pytest.raises(Invalid, match="There is no state 'done'"):
        Filter(state="done")
    with pytest.raises(Invalid, match="order by rupees or deadline"):
        worklist(desk, asha, mine, TODO, "name")
    with pytest.raises(Invalid, match="one line at least"):
        worklist(desk, asha, mine, TODO, limit=0)


def test_a_policys_proposal_says_which_rule_it_was(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    make(desk, mine, PROGRAM, wish(known["INV-1"], Action.ACCEPT, policy="house v1: matched", why="It matches."))
    (line,) = worklist(desk, asha, mine, Filter(state="ready")).lines
    assert (line.person, line.policy, line.why) == (PROGRAM, "house v1: matched", "It matches.")
    assert len(rows(desk, mine)) == 1
