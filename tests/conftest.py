"""What tests share: one real PostgreSQL for a run, a database of its own for each test, and a portal on it."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from litestar.testing import TestClient
from tests.api import Api

from gst_ims.database.embedded import EmbeddedServer
from gst_ims.database.migrate import upgrade
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Portal, Settings
from gst_ims.portal.start import install, open_portal

# Tests lose nothing in a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
numbers = itertools.count(1)
# Where a file system in memory has so much room, databases are made there.
MEMORY, ROOM = Path("/dev/shm"), 8_000_000_000
# How long something takes on a busy machine is no fault of it. What a change is judged by has the same examples each
# time; `make test-all` looks for others.
UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
hypothesis_settings.register_profile("search", **UNHURRIED)
hypothesis_settings.register_profile("same", **UNHURRIED, derandomize=True)
hypothesis_settings.load_profile("same")


# Tests of these take minutes: `make test` leaves them to `make test-all`.
SLOW = (
    *("cli/test_rolling_restart.py", "client/test_faults.py", "desk/followup", "desk/match/test_lists"),
    *("desk/match/test_words_win", "desk/push", "desk/report/test_deciding", "desk/report/test_figures"),
    *("desk/report/test_workbook.py", "desk/sync/test_sales.py", "desk/test_month.py", "docs/test_desk_tutorial.py"),
    *("faults/test_faults.py", "portal/statement/test_properties.py", "portal/test_full_disk.py"),
    "synthetic/test_quarter.py",
    "docs/test_readme.py::test_the_blocks_of_a_page_work_when_pasted_in_order_and_print_what_it_shows[docs/",
    "web/test_without_database.py::test_what_is_cut_at_any_moment_is_not_half_done",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.removeprefix("tests/").startswith(SLOW):
            item.add_marker("slow")


def in_memory() -> bool:
    return MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM


@pytest.fixture(autouse=True, scope="session")
def quiet_log() -> None:
    """No line of the log is among what a command prints. Tests of the log capture it."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())


@pytest.fixture(autouse=True)
def log_as_before(quiet_log: None) -> Iterator[None]:
    """Whatever a command makes of the log is over with its test."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.fixture(scope="session")
def server() -> Iterator[EmbeddedServer]:
    """One server a test process."""
    directory = Path(tempfile.mkdtemp(prefix="gst-ims-test-", dir=MEMORY if in_memory() else None))
    with EmbeddedServer(directory, FAST) as running:
        upgrade(running.url)
        yield running
    shutil.rmtree(directory)
    shutil.rmtree(running.sockets, ignore_errors=True)


@pytest.fixture
def database_url(server: EmbeddedServer) -> Iterator[str]:
    """A database of one test: migrated, not installed."""
    name = f"test_{next(numbers)}"
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        # Copying files is several times as fast as writing their pages into the log first.
        db.execute(f"create database {name} template ims strategy file_copy")
        yield server.url_of(name)
        db.execute(f"drop database {name} with (force)")


@pytest.fixture
def settings() -> Settings:
    """Test mode without a limit. Tests of other modes override this."""
    return Settings(test_mode=True, rate_limit=None)


@pytest.fixture
def portal(database_url: str, settings: Settings) -> Iterator[Portal]:
    """A new portal."""
    with open_portal(database_url, settings, pool_size=4) as opened:
        install(opened)
        yield opened


@pytest.fixture
def http(portal: Portal) -> Iterator[TestClient]:
    """HTTP to the portal, which answers errors as it would anywhere."""
    with TestClient(create_app(portal), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def api(portal: Portal, http: TestClient) -> Api:
    """The portal as its users see it."""
    return Api(portal, http)
