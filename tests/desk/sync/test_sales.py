"""Reading a portal as a supplier: what recipients did, version by version, and the liability that comes back."""

from __future__ import annotations

from tests.api import Taxpayer

from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk
from gst_ims.desk.sync.sales import sync_sales


def test_the_first_reading_finds_every_sale_new(desk: Desk, seller: Gstin, customer: Taxpayer) -> None:
    found = sync_sales(desk, seller)
    assert (found.id, found.documents, found.changed, found.skipped) == (1, 12, {"new": 12}, "")
