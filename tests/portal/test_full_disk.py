"""A disk that is full: what can't be written is refused or tried again, and nothing is half there.

The disk's end is a limit of the database's processes on the size of a file: writing beyond it fails where writing on a
full disk does, with another word for it.
"""

from __future__ import annotations

import resource
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from litestar.testing import TestClient
from tests.api import MUMBAI, SURAT, Api, Taxpayer, as_owner, data, invoice
from tests.conftest import FAST

from gst_ims.core.gstin import Gstin
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.database.migrate import upgrade
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Settings
from gst_ims.portal.filing import service as filing
from gst_ims.portal.start import install, open_portal

# The files of PostgreSQL's log have so many bytes, and have all of them from the start: they aren't hit.
END = 16 * 1024 * 1024


class Disk:
    """The database's, under a portal that goes on while it is restarted."""

    def __init__(self, server: EmbeddedServer) -> None:
        self.server = server

    @contextmanager
    def full(self) -> Iterator[None]:
        self._restart(END)
        yield
        self._restart(None)

    def _restart(self, end: int | None) -> None:
        """A process has the limits of whoever starts it."""
        self.server.stop()
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (end or soft, hard))
        try:
            self.server.start()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def disk() -> Iterator[Disk]:
    directory = Path(tempfile.mkdtemp(prefix="gst-ims-disk-"))
    with EmbeddedServer(directory, FAST) as server:
        upgrade(server.url)
        yield Disk(server)
    shutil.rmtree(directory)


@pytest.fixture
def api(disk: Disk) -> Iterator[Api]:
    with open_portal(disk.server.url, Settings(test_mode=True, rate_limit=None), pool_size=4) as portal:
        install(portal)
        with TestClient(create_app(portal), raise_server_exceptions=False) as http:
            api = Api(portal, http)
            api.set_clock("2025-11-05T10:00")
            yield api


@pytest.fixture
def supplier(api: Api) -> Taxpayer:
    return api.taxpayer(SURAT)


def send(supplier: Taxpayer, number: str = "I-0") -> Any:
    """A return of 6 MB that can't be made smaller, with one invoice."""
    body = {"gstin": SURAT, "fp": "102025", "b2b": [{"ctin": MUMBAI, "inv": [invoice(number)]}]}
    return supplier.post("gstrs/gstr-1/2025/10", body | {"hsn": {"note": secrets.token_hex(3_000_000)}})


def statuses(api: Api) -> list[str]:
    with as_owner(api.portal) as db:
        return [row.status for row in db.execute("select status from filing_request order by received_at").fetchall()]


def test_what_cannot_be_kept_is_not_acknowledged(disk: Disk, api: Api, supplier: Taxpayer) -> None:
    answers: list[Any] = []
    with disk.full():
        while not answers or answers[-1].status_code == 200:
            assert len(answers) < 10
            answers.append(send(supplier))
        assert len(answers) > 1
        assert answers[-1].status_code == 500
        assert "transaction_id" in answers[-1].json()
        # What needs no room goes on.
        assert data(api.taxpayer(MUMBAI).get("invoices/count", type_of_goods="others"))
    assert len(statuses(api)) == len(answers) - 1
    assert data(send(supplier))["reference_id"]
    api.work()
    assert statuses(api) == ["P"] * len(answers)
    assert len(api.taxpayer(MUMBAI).records("B2B")) == 1


def process(api: Api, references: list[str]) -> None:
    for reference in references:
        filing.process(api.portal, Gstin(SURAT), reference)


def test_what_cannot_be_finished_is_not_begun_and_finished_later(disk: Disk, api: Api, supplier: Taxpayer) -> None:
    references = [data(send(supplier, f"I-{n}"))["reference_id"] for n in range(4)]
    with disk.full():
        with pytest.raises(psycopg.Error, match=r"No space left|File too large"):
            process(api, references)
        done = statuses(api).count("P")
        assert statuses(api) == ["P"] * done + ["REC"] * (4 - done)
        assert [row["inum"] for row in api.taxpayer(MUMBAI).records("B2B")] == [f"I-{n}" for n in range(done)]
    api.work()
    assert statuses(api) == ["P"] * 4
    assert len(api.taxpayer(MUMBAI).records("B2B")) == 4
