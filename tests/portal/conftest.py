"""One portal for all these tests of a run: they don't meet, because each brings companies of its own.

A new portal (the fixture `api`) is for tests that leave something unfinished, or look at everything.
"""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from litestar.testing import TestClient
from tests.api import Api, Taxpayer

from gst_ims.database.embedded import EmbeddedServer
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Settings
from gst_ims.portal.start import install, open_portal

# After the due date of GSTR-1 of October's predecessor, before that of October: October 2025 is open, and its 2B too.
NOW = "2025-11-05T10:00"


@pytest.fixture(scope="session")
def standing(server: EmbeddedServer) -> Iterator[Api]:
    """The portal that stands through the run."""
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("create database standing template ims")
    with open_portal(server.url_of("standing"), Settings(test_mode=True, rate_limit=None), pool_size=4) as portal:
        install(portal)
        with TestClient(create_app(portal), raise_server_exceptions=False) as http:
            yield Api(portal, http)


@pytest.fixture
def town(standing: Api) -> Api:
    """The same on the 5th of November 2025."""
    standing.go_to(NOW)
    return standing


@pytest.fixture(scope="session")
def newcomer(standing: Api) -> Taxpayer:
    """A taxpayer who has nothing, for tests that leave it so."""
    standing.go_to(NOW)
    return standing.company("27")


@pytest.fixture
def nobody(town: Api, newcomer: Taxpayer) -> Taxpayer:
    """The newcomer on the 5th of November 2025."""
    return newcomer


@pytest.fixture
def supplier(town: Api) -> Taxpayer:
    """A monthly filer in Gujarat."""
    return town.company("24")


@pytest.fixture
def recipient(town: Api) -> Taxpayer:
    """A monthly filer in Maharashtra: what the supplier sells him bears IGST."""
    return town.company("27")
