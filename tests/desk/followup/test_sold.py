"""What customers did, by period and section: each number is that of the documents behind it."""

from __future__ import annotations

import pytest
from tests.api import Taxpayer
from tests.desk.conftest import Hire
from tests.desk.followup.conftest import OCTOBER, act

from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.followup.documents import actions, sold
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Role
from gst_ims.desk.sync.sales import sync_sales


def test_every_number_has_its_documents(desk: Desk, seller: Gstin, customer: Taxpayer) -> None:
    bina = people.person(desk, "Bina")
    assert actions(desk, bina, seller) == []
    act(customer, "b2bcn", "CN-1", "R", remarks="not returned")
    sync_sales(desk, seller, [OCTOBER])
    found = actions(desk, bina, seller)
    assert sum(it.documents for it in found) == 12
    for it in found:
        rows = sold(desk, bina, seller, OCTOBER, it.section, it.action)
        assert (len(rows), sum(row.size for row in rows)) == (it.documents, it.tax)
    (rejected,) = sold(desk, bina, seller, OCTOBER, "cdnr", "R")
    assert (rejected.number, rejected.remarks, rejected.rtin) == ("CN-1", "not returned", customer.gstin)


def test_pages_have_every_document_once_the_most_rupees_first(desk: Desk, seller: Gstin) -> None:
    bina = people.person(desk, "Bina")
    sync_sales(desk, seller, [OCTOBER])
    everything = sold(desk, bina, seller, OCTOBER, "b2b", "N")
    assert [row.number for row in everything] == [f"INV-{n}" for n in reversed(range(7))]
    first = sold(desk, bina, seller, OCTOBER, "b2b", "N", limit=3)
    rest = sold(desk, bina, seller, OCTOBER, "b2b", "N", (first[-1].size, first[-1].name))
    assert [*first, *rest] == everything


def test_others_do_not_see_them(desk: Desk, seller: Gstin, mine: Gstin, hire: Hire) -> None:
    devi = hire("Devi", mine, Role.VIEWER)
    with pytest.raises(NotAllowed):
        actions(desk, devi, seller)
    with pytest.raises(NotAllowed):
        sold(desk, devi, seller, OCTOBER, "b2b", "N")
