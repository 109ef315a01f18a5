"""What the operator may and may not do outside of test mode."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from tests.api import Api, bill_of_entry, data, gstin

from gst_ims.core.clock import IST, SystemClock
from gst_ims.portal.access import service as access
from gst_ims.portal.access.service import TEST_OPERATOR_KEY
from gst_ims.portal.context import Portal, Settings

SAMPLE = "29AAACQ3770E000"  # of the real test host's documentation; its check digit is wrong


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def production(api: Api, portal: Portal) -> Api:
    """The portal, with an operator's key that `Api` knows."""
    with portal.transaction() as db:
        access.create_operator_key(db, SystemClock().now(), TEST_OPERATOR_KEY)
    return api


def taxpayer(number: str) -> dict[str, object]:
    row = {"gstin": number, "username": "a", "legal_name": "b", "trade_name": "c", "filing_frequency": "monthly"}
    return {"taxpayers": [row | {"taxpayer_type": "Regular"}]}


def test_the_clock_is_the_real_one(production: Api) -> None:
    shown = datetime.fromisoformat(data(production.operator("GET", "clock"))["now"])
    assert abs(shown - datetime.now(IST)) < timedelta(minutes=1)


def test_the_clock_cannot_be_moved(production: Api) -> None:
    answer = production.operator("PUT", "clock", json={"now": "2025-11-14T06:00:00+05:30"})
    assert answer.status_code == 403


@pytest.mark.parametrize(("number", "status"), [(gstin("27", 1), 200), (SAMPLE, 422), (gstin("27", 1)[:14] + "?", 422)])
def test_the_check_digit_of_a_taxpayer_is_checked(production: Api, number: str, status: int) -> None:
    answer = production.operator("POST", "taxpayers", json=taxpayer(number))
    assert answer.status_code == status


def test_the_check_digit_of_an_importer_is_checked(production: Api) -> None:
    assert production.imports(bill_of_entry(SAMPLE)).status_code == 422


def test_the_documentation_s_sample_is_not_registered(production: Api) -> None:
    assert data(production.operator("GET", "taxpayers")) == {"taxpayers": []}
