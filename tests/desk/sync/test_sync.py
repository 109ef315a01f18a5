"""Reading a portal: what is new, edited, filed, acted on elsewhere and gone, by versions."""

from __future__ import annotations

from tests.api import Taxpayer

from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk
from gst_ims.desk.sync.service import sync


def test_the_first_reading_finds_everything_new(desk: Desk, mine: Gstin, recipient: Taxpayer) -> None:
    found = sync(desk, mine)
    assert (found.id, found.records, found.changed) == (1, 12, {"new": 12})


def test_a_reading_without_news_keeps_nothing(desk: Desk, mine: Gstin) -> None:
    sync(desk, mine)
    found = sync(desk, mine)
    assert (found.id, found.records, found.changed) == (2, 12, {})
