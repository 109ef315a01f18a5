"""What tests of GSTR-2B share."""

from __future__ import annotations

import pytest
from tests.api import Taxpayer, amending, data, invoice, note
from tests.desk.decisions import records
from tests.desk.push.test_promise import draw_up

from gst_ims.core.clock import FixedClock
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.desk.desk import Desk


@pytest.fixture
def november(mine: Gstin, recipient: Taxpayer, clock: FixedClock, desk: Desk) -> Gstin:
    """October is credited and closed, and a supplier amends two of its documents in November."""
    supplier = recipient.api.company("24")
    old, credit = invoice("OLD-1", taxable=700), note("OLD-2", taxable=300)
    supplier.sell(mine, old)
    supplier.give_notes(mine, credit)
    supplier.file()
    draw_up(recipient, clock)
    records(desk, mine)
    data(recipient.post("gstrs/gstr-3b/2025/10/file"))
    lower, higher = invoice(taxable=500), note(taxable=400)
    supplier.save_return(
        "2025/11",
        b2ba=[{"ctin": str(mine), "inv": [amending(old, itms=lower["itms"], val=lower["val"])]}],
        cdnra=[{"ctin": str(mine), "nt": [amending(credit, itms=higher["itms"], val=higher["val"])]}],
    )
    data(supplier.file("2025/11"))
    draw_up(recipient, clock, Period(2025, 11))
    records(desk, mine)
    return mine
