"""What every part of the portal is handed."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from litestar.testing import TestClient
from tests.api import MUMBAI, SURAT, Api, as_owner, data, invoice

from gst_ims.core.errors import Invalid
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Portal, Settings
from gst_ims.portal.start import install, open_portal

SAMPLE = "29AAACQ3770E000"


def test_what_is_done_in_a_transaction_stays(portal: Portal) -> None:
    with as_owner(portal) as db:
        db.execute("create table kept ()")
    with portal.transaction() as db:
        assert db.execute("select to_regclass('kept') as it").fetchone().it == "kept"


def test_an_error_undoes_the_whole_transaction(portal: Portal) -> None:
    with pytest.raises(ZeroDivisionError), as_owner(portal) as db:  # noqa: PT012
        db.execute("create table undone ()")
        raise ZeroDivisionError
    with portal.transaction() as db:
        assert db.execute("select to_regclass('undone') as it").fetchone().it is None


def test_test_mode_takes_the_samples_of_the_documentation(portal: Portal) -> None:
    assert portal.gstin(SAMPLE) == SAMPLE


def test_production_does_not(portal: Portal) -> None:
    strict = Portal(portal.pool, Settings(), portal.notifier, portal.clock)
    with pytest.raises(Invalid):
        strict.gstin(SAMPLE)


@pytest.fixture
def narrow(database_url: str) -> Iterator[Api]:
    """A portal with a single connection."""
    with open_portal(database_url, Settings(test_mode=True, rate_limit=None), pool_size=1) as portal:
        portal.pool.timeout = 3
        install(portal)
        with TestClient(create_app(portal), raise_server_exceptions=False) as http:
            yield Api(portal, http)


def test_no_call_waits_for_a_second_connection_while_it_holds_one(narrow: Api) -> None:
    """With as many callers as connections all would wait for one another until they give up."""
    narrow.set_clock("2025-11-05T10:00")
    supplier, recipient = narrow.taxpayer(SURAT), narrow.taxpayer(MUMBAI)
    assert supplier.sell(MUMBAI, invoice())["status_cd"] == "P"
    assert len(recipient.records("B2B")) == 1
    assert data(supplier.file())["ack_num"]
    assert data(narrow.operator("GET", "health"))["status"] == "ok"


def test_many_callers_share_few_connections(narrow: Api) -> None:
    narrow.set_clock("2025-11-05T10:00")
    recipient = narrow.taxpayer(MUMBAI)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: recipient.get("invoices", section="B2B").status_code, range(32)))
    assert set(answers) == {200}
