"""GSTR-2B after a push says what the decisions promised, document by document, or why not."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from tests.api import Taxpayer, amending, data, invoice
from tests.desk.decisions import agreed, decided, records

from gst_ims.client.errors import StatementTooEarly
from gst_ims.client.record import Reduction
from gst_ims.client.views import StatementDocument
from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.people.service import Person
from gst_ims.desk.push.documents import section_of
from gst_ims.desk.push.promise import Comparison, compare, due_period, keep, promised
from gst_ims.desk.push.service import push

OCTOBER = Period(2025, 10)


def draw_up(recipient: Taxpayer, clock: FixedClock, period: Period = OCTOBER) -> None:
    """Come to the 15th of the month after, and wait until GSTR-2B is drawn up."""
    later = period.next()
    clock.at = datetime(later.year, later.month, 15, 10, tzinfo=IST)
    recipient.api.go_to(f"{clock.at:%Y-%m-%dT%H:%M}")
    for _ in range(400):
        if recipient.get(f"gstrs/gstr-2b/{period.year}/{period.month:02}").json()["data"]["status_cd"] == "1":
            return
        time.sleep(0.05)
    pytest.fail("It isn't drawn up.")


@pytest.fixture
def later(mine: Gstin, recipient: Taxpayer, clock: FixedClock) -> None:
    """GSTR-2B of October is drawn up."""
    draw_up(recipient, clock)


def differing(found: Comparison) -> dict[str, tuple[int | None, int | None, str]]:
    return {it.record.split(":")[2]: (it.promised, it.stated, it.reason) for it in found.differing}


@pytest.mark.usefixtures("later")
def test_after_a_push_gstr_2b_is_what_was_promised(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    known = records(desk, mine)
    decided(desk, asha, mine, known["CN-1"], Action.ACCEPT, remarks="Half.", reduce=Reduction(igst=Decimal("9.09")))
    decided(desk, asha, mine, known["CN-2"], Action.ACCEPT, remarks="We never took it.", reduce=False)
    wanted = ((known["INV-1"], Action.ACCEPT), (known["INV-2"], Action.REJECT), (known["INV-3"], Action.PENDING))
    agreed(desk, asha, chetan, mine, *wanted)
    push(desk, asha, mine)
    kept = promised(desk, asha, mine, OCTOBER)
    assert kept.differing == ()
    # Seven invoices less the one rejected and the one that waits, two debit notes, less a note in full and one by half.
    invoices = sum(18 * (1000 + n) for n in range(7)) - 18 * 1002 - 18 * 1003
    assert kept.promised == kept.stated == invoices + 2 * 18_00 - 18_00 - 9_09
    assert (kept.outside, kept.documents) == (0, 11)


def test_two_that_read_it_at_once_keep_a_reading_each(desk: Desk, mine: Gstin, asha: Person, later: None) -> None:
    records(desk, mine)
    with desk.ways("", mine) as portal, ThreadPoolExecutor(2) as pool:
        read = portal.gstr2b(OCTOBER)
        found = list(pool.map(lambda _: keep(desk, mine, read, asha.name), range(2)))
    assert [it.differing for it in found] == [(), ()]
    with desk.of([mine]) as db:
        assert [row.id for row in db.execute("select id from desk.statement order by id")] == [1, 2]


def test_what_is_decided_after_it_was_drawn_up_differs_until_it_is_computed_anew(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer, later: None
) -> None:
    records(desk, mine)
    assert compare(desk, asha, mine, OCTOBER).differing == ()
    row = next(it for it in recipient.records("B2B") if it["inum"] == "INV-1")
    acted: Any = {name: row[name] for name in row if name in ("stin", "inum", "idt", "inv_typ", "srcform", "rtnprd")}
    acted |= {name: row[name] for name in ("pos", "val", "txval", "iamt", "camt", "samt", "cess")}
    recipient.act("b2b", {**acted, "prev_status": "N", "action": "R"})
    records(desk, mine)
    found = compare(desk, asha, mine, OCTOBER)
    assert differing(found) == {
        "INV-1": (0, 180_18, "Decided after GSTR-2B was drawn up: have it computed anew."),
    }
    assert found.promised - found.stated == -180_18
    assert promised(desk, asha, mine, OCTOBER) == found


def test_what_the_supplier_reported_late_is_not_there_yet(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer, later: None
) -> None:
    late = recipient.api.company("24")
    late.sell(mine, invoice("LATE-1", taxable=5000))
    late.file()
    records(desk, mine)
    found = compare(desk, asha, mine, OCTOBER)
    assert differing(found) == {
        "LATE-1": (
            900_00,
            None,
            "Not in this GSTR-2B: the supplier filed after the cut-off, or it is in that of another period.",
        )
    }


def test_of_an_original_beside_its_amendment_only_the_amendment_counts(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer, clock: FixedClock, later: None
) -> None:
    """R3.8: the original of October was filed too late for its GSTR-2B, so November has both."""
    late, old = recipient.api.company("24"), invoice("LATE-1", taxable=5000)
    late.sell(mine, old)
    late.file()
    lower = invoice(taxable=4000)
    late.save_return(
        "2025/11", b2ba=[{"ctin": str(mine), "inv": [amending(old, itms=lower["itms"], val=lower["val"])]}]
    )
    data(late.file("2025/11"))
    records(desk, mine)
    compare(desk, asha, mine, OCTOBER)
    data(recipient.post("gstrs/gstr-3b/2025/10/file"))
    draw_up(recipient, clock, Period(2025, 11))
    records(desk, mine)
    found = compare(desk, asha, mine, Period(2025, 11))
    assert differing(found) == {}
    assert (found.promised, found.stated, found.documents) == (720_00, 720_00, 1)
    with desk.of([mine]) as db:
        listed = db.execute(
            "select number, credit[1] from desk.statement_document where period = '2025-11-01'"
        ).fetchall()
    assert listed == [("LATE-1", 720_00)]


def test_what_bypasses_ims_is_outside_and_no_difference(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer, clock: FixedClock
) -> None:
    supplier = recipient.api.company("24")
    supplier.sell(mine, invoice("RC-1", taxable=100, rchrg="Y"))
    supplier.file()
    records(desk, mine)
    draw_up(recipient, clock)
    found = compare(desk, asha, mine, OCTOBER)
    assert (found.outside, found.differing) == (18_00, ())


@pytest.mark.usefixtures("later")
def test_a_document_that_only_an_earlier_reading_has_is_told(desk: Desk, mine: Gstin, asha: Person) -> None:
    """What it was in is GSTR-2B of the same period: it is missing, and not in one of another."""
    records(desk, mine)
    compare(desk, asha, mine, OCTOBER)
    with desk.ways("konkan", mine) as portal:
        whole = portal.gstr2b(OCTOBER)
    left = tuple(it for it in whole.documents if it.number != "INV-5")
    assert differing(keep(desk, mine, replace(whole, documents=left), "Asha")) == {
        "INV-5": (
            180_90,
            None,
            "Not in this GSTR-2B: the supplier filed after the cut-off, or it is in that of another period.",
        )
    }


@pytest.mark.usefixtures("later")
def test_a_document_that_was_never_read_is_told(desk: Desk, mine: Gstin, asha: Person) -> None:
    records(desk, mine)
    with desk.of([mine]) as db:
        db.execute("delete from desk.record where number = 'INV-5'")
    assert differing(compare(desk, asha, mine, OCTOBER)) == {
        "INV-5": (
            None,
            180_90,
            "The desk has never seen such a record: read the portal again, unless it left IMS with GSTR-3B before.",
        )
    }


@pytest.mark.usefixtures("later")
def test_an_amendment_of_what_was_never_seen_is_in_no_sum(desk: Desk, mine: Gstin, asha: Person) -> None:
    """GSTR-2B has the whole tax of the document, and in its figure the difference to the original alone."""
    records(desk, mine)
    whole = compare(desk, asha, mine, OCTOBER)
    with desk.of([mine]) as db:
        amended = "original_number = 'X', original_date = document_date"
        db.execute(f"update desk.record set {amended} where number = 'INV-5'")
        db.execute(f"update desk.record set {amended}, action = 'P' where number = 'INV-6'")
    found = compare(desk, asha, mine, OCTOBER)
    left_out = (None, 0, "It amends a document that the desk has never seen: its rupees are left out.")
    assert differing(found) == {"INV-5": left_out, "INV-6": left_out}
    assert (found.promised, found.outside) == (whole.promised - 180_90 - 181_08, 0)
    assert found.promised == found.stated


def test_an_edit_that_gstr_2b_does_not_have_is_told(desk: Desk, mine: Gstin, asha: Person, later: None) -> None:
    records(desk, mine)
    with desk.of([mine]) as db:
        db.execute("update desk.record set igst = igst + 100 where number = 'INV-5'")
        db.execute("update desk.record set reduction = false where number = 'CN-0'")
        db.execute("update desk.record set action = 'P' where number = 'INV-6'")
        db.execute("update desk.record set action = 'P', pending_blocked = true where number = 'CN-1'")
    assert differing(compare(desk, asha, mine, OCTOBER)) == {
        "INV-5": (181_90, 180_90, "The supplier has edited the document: the amounts differ."),
        "CN-0": (0, -18_00, "The declared reduction differs."),
        # An invoice may wait until section 16(4) (R2.12), a credit note for one tax period (R2.8, R2.9).
        "INV-6": (0, 181_08, "Decided after GSTR-2B was drawn up: have it computed anew."),
        "CN-1": (0, -18_18, "It has waited for as long as it may, and counts as accepted."),
    }


def test_before_its_day_there_is_none_and_nothing_is_kept(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person
) -> None:
    records(desk, mine)
    with pytest.raises(StatementTooEarly):
        compare(desk, asha, mine, OCTOBER)
    with pytest.raises(Unknown, match="wasn't compared yet"):
        promised(desk, asha, mine, OCTOBER)
    with pytest.raises(NotAllowed, match="this takes preparer"):
        compare(desk, chetan, mine, OCTOBER)


@pytest.mark.parametrize(
    ("frequency", "today", "period"),
    [
        ("monthly", "2025-11-13", Period(2025, 9)),
        ("monthly", "2025-11-14", Period(2025, 10)),
        ("quarterly", "2025-11-14", Period(2025, 9)),
        ("quarterly", "2026-01-13", Period(2025, 9)),
        ("quarterly", "2026-01-14", Period(2025, 12)),
    ],
)
def test_the_gstr_2b_that_is_due_is_the_newest_that_is_drawn_up(frequency: Any, today: str, period: Period) -> None:
    clock = FixedClock(datetime.fromisoformat(f"{today}T09:00").replace(tzinfo=IST))
    assert due_period(frequency, clock) == period


@pytest.mark.parametrize(
    ("table", "kind", "section"),
    [
        ("b2b", None, Section.B2B),
        ("cdnr", "C", Section.B2BCN),
        ("cdnr", "D", Section.B2BDN),
        ("cdnra", "C", Section.B2BCNA),
        ("cdnra", "D", Section.B2BDNA),
        ("ecoma", None, Section.ECOMA),
    ],
)
def test_tables_of_gstr_2b_are_sections_of_ims(table: str, kind: str | None, section: Section) -> None:
    assert section_of(document(table, kind)) is section


@pytest.mark.parametrize(("table", "kind"), [("cdnr", None), ("impg", None), ("isd", None), ("tds", None)])
def test_what_is_not_of_ims_is_refused(table: str, kind: str | None) -> None:
    with pytest.raises(Invalid):
        section_of(document(table, kind))


def document(table: str, kind: str | None) -> StatementDocument:
    zero = Decimal("0.00")
    return StatementDocument(
        table=table,
        rejected=False,
        supplier=None,
        supplier_name=None,
        period=None,
        filed=None,
        number="X",
        date=date(2025, 10, 5),
        value=None,
        taxable=None,
        igst=zero,
        cgst=zero,
        sgst=zero,
        cess=zero,
        credit_available="Y",
        action=None,
        remarks=None,
        more={"typ": kind} if kind else {},
    )
