"""A portal with a trail of two recipients, sealed in three parts."""

from __future__ import annotations

import pytest
from tests.api import MUMBAI, PUNE, SURAT, Api, data, echo, invoice

from gst_ims.portal.audit import service


@pytest.fixture
def sealed(api: Api) -> Api:
    """Saved and sealed, acted upon and sealed, filed and sealed: for Mumbai three seals, for Pune two."""
    api.set_clock("2025-11-05T10:00")
    seller, buyer, _ = api.taxpayer(SURAT), api.taxpayer(MUMBAI), api.taxpayer(PUNE)
    documents = [{"ctin": MUMBAI, "inv": [invoice("A"), invoice("B")]}, {"ctin": PUNE, "inv": [invoice("C")]}]
    seller.save_return("2025/10", b2b=documents)
    service.seal(api.portal)
    buyer.act("b2b", *(echo(row, "A") for row in buyer.records("B2B")))
    service.seal(api.portal)
    data(seller.file())
    service.seal(api.portal)
    return api
