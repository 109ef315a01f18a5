"""Liability that comes back: what came, as the portal lists it, and a forecast that the portal proves right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from tests.api import PUNE, Taxpayer, amending, invoice, note
from tests.client.conftest import Served, file_3b
from tests.desk.followup.conftest import DECEMBER, NOVEMBER, OCTOBER, act, file, put_sales, supplier_of

from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.followup import settings
from gst_ims.desk.followup.liability import Heads, first_open_3b, liability
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person
from gst_ims.desk.sync.sales import sync_sales


def test_what_the_forecast_says_of_a_rejected_credit_note_is_what_comes_back(
    desk: Desk, seller: Gstin, customer: Taxpayer, deepa: Person, go: Callable[[str], None]
) -> None:
    act(customer, "b2bcn", "CN-1", "R")
    act(customer, "b2bcn", "CN-2", "P")
    act(customer, "b2b", "INV-1", "R")
    sync_sales(desk, seller, [OCTOBER])
    before = liability(desk, deepa, seller)
    assert (before.this, before.following) == (OCTOBER, NOVEMBER)
    assert before.comes(NOVEMBER, certain=True) == Heads(igst=18_18)
    assert before.comes(NOVEMBER, certain=False) == Heads(igst=18_36)
    go("2025-11-15T10:00")
    file_3b(customer)
    sync_sales(desk, seller, [OCTOBER, NOVEMBER])
    after = liability(desk, deepa, seller)
    assert after.came(NOVEMBER) == before.comes(NOVEMBER, certain=True)
    assert after.comes(NOVEMBER, certain=True) == Heads()


def test_what_the_forecast_says_of_a_chain_is_what_comes_back(
    desk: Desk, seller: Gstin, customer: Taxpayer, deepa: Person, served: Served, go: Callable[[str], None]
) -> None:
    """Invoice and credit note accepted, amended downward and upward, and rejected: the differences (R5.9)."""
    supplier = supplier_of(served, seller)
    go("2025-11-15T10:00")
    file_3b(customer)
    go("2025-12-05T10:00")
    supplier.save_return(
        "2025/11",
        b2ba=[
            {"ctin": customer.gstin, "inv": [amending(invoice("INV-1", taxable=1001), **invoice("INV-1", taxable=400))]}
        ],
        cdnra=[{"ctin": customer.gstin, "nt": [amending(note("CN-1", taxable=101), **note("CN-1", taxable=151))]}],
    )
    file(supplier, "2025/11")
    act(customer, "b2ba", "INV-1", "R")
    act(customer, "b2bcna", "CN-1", "R")
    sync_sales(desk, seller, [OCTOBER, NOVEMBER])
    before = liability(desk, deepa, seller)
    assert [(it.document.number, it.heads.igst) for it in before.stakes] == [("INV-1", 108_18), ("CN-1", 9_00)]
    go("2025-12-15T10:00")
    file_3b(customer, "2025/11")
    sync_sales(desk, seller, [NOVEMBER, DECEMBER])
    assert liability(desk, deepa, seller).came(DECEMBER) == before.comes(DECEMBER, certain=True) == Heads(igst=117_18)


STAKES = {
    "a rejected credit note counts in full": ({"section": "cdnr", "note_type": "C"}, (18_00, NOVEMBER, True)),
    "one of GSTR-1A counts a period later": (
        {"section": "cdnr", "note_type": "C", "form": "R1A"},
        (18_00, DECEMBER, True),
    ),
    "a pending one might": ({"section": "cdnr", "note_type": "C", "action": "P"}, (18_00, NOVEMBER, False)),
    "a debit note never": ({"section": "cdnr", "note_type": "D"}, None),
    "an invoice never": ({}, None),
    "an accepted credit note no more": ({"section": "cdnr", "note_type": "C", "action": "A"}, None),
    "an amended invoice of which nothing is known not either": (
        {"section": "b2ba", "original_number": "OLD", "original_date": date(2025, 9, 5)},
        None,
    ),
    "an amended credit note of which nothing is known in full": (
        {"section": "cdnra", "note_type": "C", "original_number": "OLD", "original_date": date(2025, 9, 5)},
        (18_00, NOVEMBER, True),
    ),
}


@pytest.mark.parametrize("case", STAKES)
def test_what_is_at_stake(desk: Desk, house: Gstin, eka: Person, case: str) -> None:
    row, expected = STAKES[case]
    put_sales(desk, house, row)
    found = [(it.heads.total, it.expected, it.certain) for it in liability(desk, eka, house).stakes]
    assert found == ([] if expected is None else [expected])


AMENDED = {"original_number": "INV-1", "original_date": date(2025, 10, 5), "of": NOVEMBER, "since": 2}


@pytest.mark.parametrize(
    ("was", "igst", "owed"),
    [
        ("A", 10_00, [8_00]),
        ("N", 10_00, [8_00]),
        ("R", 10_00, []),
        ("P", 10_00, []),
        ("A", 20_00, []),
        ("A", 18_00, []),
    ],
)
def test_an_invoice_amended_downward_counts_with_the_difference_to_what_was_accepted(
    desk: Desk, house: Gstin, eka: Person, was: str, igst: int, owed: list[int]
) -> None:
    put_sales(desk, house, {"action": was}, {**AMENDED, "section": "b2ba", "igst": igst})
    assert [it.heads.igst for it in liability(desk, eka, house).stakes] == owed


def test_what_came_back_for_the_original_is_not_owed_again(desk: Desk, house: Gstin, eka: Person) -> None:
    """R5.10."""
    credit = {"section": "cdnr", "note_type": "C"}
    put_sales(desk, house, credit, {**AMENDED, "section": "cdnra", "note_type": "C", "igst": 30_00})
    with desk.of([house]) as db:
        db.execute(
            "insert into desk.added_back values"
            " (%s, '2025-11-01', 'cdnr', %s, 'INV-1', '2025-10-01', 'R1', '2025-10-05', 1800, 0, 0, 0, null, now())",
            [house, PUNE],
        )
    assert [(it.document.section, it.heads.igst) for it in liability(desk, eka, house).stakes] == [("cdnra", 12_00)]


def test_a_rejection_that_is_late_comes_in_the_period_that_is_open(
    desk: Desk, house: Gstin, eka: Person, go: Callable[[str], None]
) -> None:
    put_sales(desk, house, {"section": "cdnr", "note_type": "C"})
    go("2026-02-25T10:00")
    (stake,) = liability(desk, eka, house).stakes
    assert str(stake.expected) == "022026"


def test_a_pending_one_is_forgotten_after_its_last_day(
    desk: Desk, house: Gstin, eka: Person, go: Callable[[str], None]
) -> None:
    put_sales(desk, house, {"section": "cdnr", "note_type": "C", "action": "P"})
    (stake,) = liability(desk, eka, house).stakes
    assert stake.until == date(2025, 12, 20)
    go("2025-12-20T10:00")
    assert liability(desk, eka, house).stakes
    go("2025-12-21T10:00")
    assert liability(desk, eka, house).stakes == ()


@pytest.mark.parametrize(
    ("frequency", "state", "filed", "day", "period"),
    [
        ("monthly", "27", "", date(2025, 11, 20), "102025"),
        ("monthly", "27", "", date(2025, 11, 21), "112025"),
        ("monthly", "27", "102025", date(2025, 11, 5), "112025"),
        ("quarterly", "27", "", date(2025, 11, 5), "122025"),
        ("quarterly", "27", "", date(2025, 10, 25), "092025"),
        ("quarterly", "27", "", date(2025, 10, 26), "122025"),
        ("quarterly", "09", "", date(2025, 10, 24), "092025"),
        ("quarterly", "27", "092025", date(2025, 10, 5), "122025"),
    ],
)
def test_the_first_tax_period_that_is_not_filed(frequency: str, state: str, filed: str, day: date, period: str) -> None:
    assert str(first_open_3b(frequency, state, filed, day)) == period  # type: ignore[arg-type]


def test_who_has_no_duty_sees_no_liability(desk: Desk, house: Gstin, seller: Gstin, deepa: Person) -> None:
    with pytest.raises(NotAllowed):
        liability(desk, deepa, house)


def test_a_quarterly_filers_liability_comes_at_the_end_of_his_quarter(desk: Desk, house: Gstin, eka: Person) -> None:
    people.found(desk, house, "Konkan Traders", "konkan", "quarterly", "Bina")
    put_sales(desk, house, {"section": "cdnr", "note_type": "C"})
    (stake,) = liability(desk, eka, house).stakes
    assert str(stake.expected) == "032026"
    assert str(liability(desk, eka, house).this) == "122025"
    settings.put(desk, eka, house, "filed_3b", "122025")
    assert str(liability(desk, eka, house).this) == "032026"
