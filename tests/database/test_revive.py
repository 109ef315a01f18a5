"""A server that dies is started anew, with everything that was committed."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from gst_ims.database.embedded import EmbeddedServer


@pytest.fixture(scope="module")
def mortal() -> Iterator[EmbeddedServer]:
    directory = Path(tempfile.mkdtemp(prefix="gst-ims-test-"))
    with EmbeddedServer(directory, {"shared_buffers": "16MB"}) as server:
        yield server
    shutil.rmtree(directory)


def test_a_living_server_is_left_alone(mortal: EmbeddedServer) -> None:
    assert not mortal.revive()


def test_a_dead_server_is_started_anew_with_all_that_was_committed(mortal: EmbeddedServer) -> None:
    with psycopg.connect(mortal.url) as db:
        db.execute("create table kept as select 42 as value")
    pid = int((mortal.cluster / "postmaster.pid").read_text().partition("\n")[0])
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 20
    while not mortal.revive():
        assert time.monotonic() < until
        time.sleep(0.1)
    with psycopg.connect(mortal.url) as db:
        assert db.execute("select value from kept").fetchone() == (42,)
