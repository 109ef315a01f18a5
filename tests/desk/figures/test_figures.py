"""Figures at a glance: each is the sum of records that can be looked up, to the paisa."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime

import pytest
from tests.api import Taxpayer, data, echo, invoice
from tests.desk.conftest import Hire
from tests.desk.decisions import make, records, wish
from tests.desk.push.test_promise import draw_up

from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.figures.service import days, figures, news, suppliers_at_risk
from gst_ims.desk.match import service as matching
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Registration
from gst_ims.desk.sync.sales import sync_sales
from gst_ims.desk.sync.service import sync

_TAX = {"b2b": sum(round((1000 + n) * 18) for n in range(7)), "cn": sum(round((100 + n) * 18) for n in range(3))}


def test_before_anything_is_read_there_are_no_figures_but_deadlines(desk: Desk, mine: Gstin, asha: Person) -> None:
    found = figures(desk, asha)
    assert (found.cells, found.at_risk) == ((), ())
    assert found.work[mine].last_read is None
    assert found.days[mine].due == date(2025, 11, 20)


def test_every_record_is_in_one_cell(desk: Desk, mine: Gstin, asha: Person) -> None:
    sync(desk, mine)
    found = figures(desk, asha)
    assert sum(cell.records for cell in found.cells) == 12
    assert found.records(lambda cell: cell.section) == {"b2b": 7, "b2bcn": 3, "b2bdn": 2}
    assert found.credit(lambda cell: cell.section)["b2b"] == _TAX["b2b"]
    assert found.credit(lambda cell: cell.section)["b2bcn"] == -_TAX["cn"]


def test_credit_is_reduced_by_what_was_declared(desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer) -> None:
    """As in the report: an accepted credit note takes off what the portal was told, not all of its tax."""
    declared = {"CN-0": {"itcRedReq": "N"}, "CN-1": {"itcRedReq": "Y", "declIgst": 5}}
    for row in recipient.records("CN"):
        if row["nt_num"] in declared:
            recipient.act("b2bcn", echo(row, "A", remarks="Reversed before", **declared[row["nt_num"]]))
    sync(desk, mine)
    told = figures(desk, asha).credit(lambda cell: (cell.section, cell.status))
    assert told["b2bcn", "accepted"] == -5_00
    assert told["b2bcn", "at risk"] == -1836


def test_an_amendment_of_what_was_never_seen_is_counted_and_left_out_of_the_credit(
    desk: Desk, mine: Gstin, asha: Person
) -> None:
    """As everywhere: its whole tax is not what it brings."""
    sync(desk, mine)
    with desk.of([mine]) as db:
        amended = "section = 'b2ba', original_number = 'X', original_date = document_date"
        db.execute(f"update desk.record set {amended} where number = 'INV-1'")
    found = figures(desk, asha)
    assert found.unsure == 1
    assert found.records(lambda cell: cell.section)["b2ba"] == 1
    assert found.credit(lambda cell: cell.section)["b2ba"] == 0


@pytest.mark.parametrize(
    ("period", "part", "base"),
    [("2025-09-01", "itcavl", 100_00), ("2025-09-01", "itcRejected", 0), ("2025-10-01", "itcavl", None)],
)
def test_what_an_earlier_gstr_2b_has_was_seen(
    desk: Desk, mine: Gstin, asha: Person, period: str, part: str, base: int | None
) -> None:
    """It left IMS before the desk began; the newest version of that GSTR-2B counts."""
    sync(desk, mine)
    with desk.of([mine]) as db:
        amended = "section = 'b2ba', original_number = 'X', original_date = '2025-08-20'"
        (stin,) = db.execute(f"update desk.record set {amended} where number = 'INV-1' returning stin").fetchone()  # type: ignore[misc]
        for version, tax in enumerate((9_00, 100_00), 1):
            db.execute(
                "insert into desk.statement values (%s, %s, %s, now(), %s, '{}')", (mine, period, version, version)
            )
            db.execute(
                "insert into desk.statement_document values"
                " (%s, %s, %s, %s, %s, 'nonrevsup', 'b2b', %s, '', 'X', '2025-08-20', %s, %s)",
                (mine, period, version, f"b2b:{stin}:X:082025", part, stin, [tax, 0, 0, 0], [tax, 0, 0, 0]),
            )
    found = figures(desk, asha)
    credit = found.credit(lambda cell: cell.section)["b2ba"]
    assert (found.unsure, credit) == ((1, 0) if base is None else (0, 180_18 - base))


def test_suppliers_are_at_risk_before_anything_is_matched_too(desk: Desk, mine: Gstin, asha: Person) -> None:
    """So their documents are those of the figure beside them."""
    sync(desk, mine)
    found = figures(desk, asha)
    assert sum(row.records for row in found.at_risk) == found.records(lambda cell: cell.status)["at risk"] == 12


def test_what_the_books_do_not_have_is_at_risk_until_somebody_decides(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer
) -> None:
    sync(desk, mine)
    matching.run(desk, mine)
    found = figures(desk, asha)
    assert set(found.records(lambda cell: cell.status)) == {"at risk"}
    (supplier,) = found.at_risk
    assert (supplier.gstin, supplier.records, supplier.tax) == (
        mine,
        12,
        sum(found.credit(lambda cell: "all").values()),
    )


def test_ten_suppliers_at_risk_are_shown_and_a_file_has_all(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer
) -> None:
    for n in range(11):
        supplier = recipient.api.company("24")
        supplier.sell(mine, invoice(f"A-{n}", taxable=1_000 * (n + 1)))
        supplier.file()
    sync(desk, mine)
    matching.run(desk, mine)
    everybody = suppliers_at_risk(desk, asha)
    assert len(everybody) == 12
    assert tuple(everybody[:10]) == figures(desk, asha).at_risk
    assert suppliers_at_risk(desk, asha, [mine]) == everybody
    with pytest.raises(NotAllowed):
        suppliers_at_risk(desk, Person("Devi", {}), [mine])


def test_decisions_under_way_are_told_by_what_is_to_be_done(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    make(desk, mine, "Asha", wish(known["INV-1"], Action.REJECT), wish(known["INV-2"], Action.PENDING))
    make(desk, mine, "Asha", wish(known["CN-1"], Action.REJECT))
    work = figures(desk, asha).work[mine]
    # The credit note is taken off.
    assert work.decisions == {"waiting": (2, 180_18 - 18_18), "ready": (1, 180_36)}


def test_the_last_day_is_what_counts_as_news(desk: Desk, mine: Gstin, asha: Person, clock: FixedClock) -> None:
    sync(desk, mine)
    assert figures(desk, asha).work[mine].changed == {"new": 12}
    clock.at = datetime(2025, 11, 7, 12, tzinfo=IST)
    assert figures(desk, asha).work[mine].changed == {}


def test_the_news_are_as_many_rows_as_counted_with_what_stood_before(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer, clock: FixedClock
) -> None:
    sync(desk, mine)
    clock.at = datetime(2025, 11, 7, 12, tzinfo=IST)
    (row,) = [it for it in recipient.records("B2B") if it["inum"] == "INV-1"]
    recipient.act("b2b", echo(row, "R"))
    supplier = recipient.api.company("24")
    supplier.sell(mine, invoice("NEW-1", taxable=5000), invoice("NEW-2", taxable=10))
    sync(desk, mine)
    supplier.save_return("2025/10", b2b=[{"ctin": str(mine), "inv": [invoice("NEW-1", taxable=6000)]}])
    sync(desk, mine)
    counted = figures(desk, asha).work[mine].changed
    found = news(desk, asha, mine)
    assert Counter(it.became for it in found) == counted
    assert [it.size for it in found] == sorted((it.size for it in found), reverse=True)
    edited = next(it for it in found if it.became == "edited" and it.number == "NEW-1")
    assert (edited.tax_before, edited.tax) == (900_00, 1080_00)
    (acted,) = news(desk, asha, mine, "acted")
    assert (acted.number, acted.was, acted.action) == ("INV-1", "N", "R")
    first, rest = found[:1], found[1:]
    assert news(desk, asha, mine, after=(first[0].size, first[0].name)) == rest
    clock.at = datetime(2025, 11, 9, 12, tzinfo=IST)
    assert news(desk, asha, mine) == []


def test_what_was_read_of_sales_is_no_news_of_inward_records(desk: Desk, seller: Gstin, hire: Hire) -> None:
    """The number leads to its rows, and those are inward."""
    bina = hire("Bina", seller, people.Role.ADMINISTRATOR)
    sync_sales(desk, seller)
    assert dict(figures(desk, bina).work[seller].changed) == {}
    assert news(desk, bina, seller) == []


def test_what_is_gone_is_news_with_what_it_was(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer, clock: FixedClock
) -> None:
    draw_up(recipient, clock)
    sync(desk, mine)
    clock.at = datetime(2025, 11, 17, 12, tzinfo=IST)
    data(recipient.post("gstrs/gstr-3b/2025/10/file"))
    sync(desk, mine)
    found = news(desk, asha, mine, "gone")
    assert (len(found), {it.action for it in found}, {it.tax for it in found}) == (12, {None}, {None})
    assert found[0].tax_before == 181_08


def test_news_of_others_are_nobodys(desk: Desk, mine: Gstin, seller: Gstin, hire: Hire) -> None:
    with pytest.raises(NotAllowed):
        news(desk, hire("Devi", seller, people.Role.VIEWER), mine)


@pytest.mark.parametrize(
    ("today", "age"),
    [("2025-11-04", 0), ("2025-11-05", 1), ("2025-12-04", 1), ("2025-12-05", 2), ("2026-01-03", 2), ("2026-01-04", 3)],
)
def test_records_age_by_their_date(
    desk: Desk, mine: Gstin, asha: Person, clock: FixedClock, today: str, age: int
) -> None:
    """Invoices are of the 5th of October: 31 days on the 5th of November."""
    sync(desk, mine)
    clock.at = datetime.fromisoformat(f"{today}T10:00:00+05:30")
    ages = {cell.age for cell in figures(desk, asha).cells if cell.section == "b2b"}
    assert ages == {age}


def test_nobody_sees_figures_of_others(desk: Desk, mine: Gstin, seller: Gstin, hire: Hire) -> None:
    sync(desk, mine)
    other = people.person(desk, "Bina")
    only = hire("Devi", seller, people.Role.VIEWER)
    assert figures(desk, only).cells == ()
    assert set(figures(desk, other).days) == {mine, seller}
    with pytest.raises(NotAllowed):
        figures(desk, only, [mine])


@pytest.mark.parametrize(
    ("frequency", "today", "period", "draft", "due"),
    [
        ("monthly", "2026-01-15", "122025", "2026-01-14", "2026-01-20"),
        ("monthly", "2026-01-20", "122025", "2026-01-14", "2026-01-20"),
        ("monthly", "2026-01-21", "012026", "2026-02-14", "2026-02-20"),
        ("quarterly", "2026-01-15", "122025", "2026-01-14", "2026-01-22"),
        ("quarterly", "2026-02-01", "032026", "2026-04-14", "2026-04-22"),
    ],
)
def test_the_period_that_is_due_next(frequency: str, today: str, period: str, draft: str, due: str) -> None:
    it = Registration(Gstin("27AAXCT0001K1Z6"), "Konkan", "konkan", frequency, None)  # type: ignore[arg-type]
    found = days(it, date.fromisoformat(today))
    assert (str(found.period), str(found.draft), str(found.due)) == (period, draft, due)
    assert found.to_due == (date.fromisoformat(due) - date.fromisoformat(today)).days
