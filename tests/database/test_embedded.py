"""The server that the program brings along: real processes on directories of their own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from tests.conftest import FAST

from gst_ims.database.embedded import EmbeddedServer, ServerFailed


@pytest.fixture
def directory() -> Iterator[Path]:
    """Where no server has been yet. Not below pytest's own directory, which others may not enter."""
    path = Path(tempfile.mkdtemp(prefix="gst-ims-embedded-")) / "data"
    yield path
    embedded = EmbeddedServer(path)
    for process in servers(embedded):
        process.kill()
    shutil.rmtree(path.parent)
    shutil.rmtree(embedded.sockets, ignore_errors=True)


@pytest.fixture(scope="module")
def used() -> Iterator[EmbeddedServer]:
    """A server that has run before and holds a table `kept` with one row. Stopped, unless a test leaves it running."""
    path = Path(tempfile.mkdtemp(prefix="gst-ims-embedded-"))
    embedded = EmbeddedServer(path, FAST)
    with embedded, psycopg.connect(embedded.url) as db:
        db.execute("create table kept as select 42 as answer")
    yield embedded
    assert not servers(embedded)
    shutil.rmtree(path)
    shutil.rmtree(embedded.sockets, ignore_errors=True)  # gone, if the last test stopped the server


def servers(embedded: EmbeddedServer) -> list[psutil.Process]:
    """The living processes that serve this directory: the postmaster, by its own words."""
    return [p for p in psutil.process_iter() if str(embedded.sockets) in _command(p)]


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def postmaster(embedded: EmbeddedServer) -> int:
    return int((embedded.cluster / "postmaster.pid").read_text().split()[0])


def answer(embedded: EmbeddedServer) -> int:
    """What the table `kept` holds."""
    with psycopg.connect(embedded.url) as db:
        row = db.execute("select answer from kept").fetchone()
        assert row is not None
        return row[0]


def start_elsewhere(path: Path, then: str) -> subprocess.Popen[bytes]:
    """Start a server on `path` in a program of its own, which then goes on with `then`."""
    code = f"""
import os, sys, time
from pathlib import Path
from gst_ims.database.embedded import EmbeddedServer
EmbeddedServer(Path({str(path)!r}), {FAST!r}).start()
print("started", flush=True)
{then}
"""
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def test_a_new_directory_gets_a_server_that_answers(directory: Path) -> None:
    with EmbeddedServer(directory, FAST) as embedded, psycopg.connect(embedded.url) as db:
        assert db.execute("select current_database()").fetchone() == ("ims",)


def test_what_was_stored_is_there_at_the_next_start(used: EmbeddedServer) -> None:
    with used:
        assert answer(used) == 42


def test_the_next_program_finds_what_was_stored(used: EmbeddedServer) -> None:
    with EmbeddedServer(used.data_dir, FAST) as another:
        assert answer(another) == 42


def test_it_is_reached_by_its_socket_only(used: EmbeddedServer) -> None:
    with used:
        kinds = {connection.family for p in servers(used) for connection in p.net_connections(kind="all")}
    assert {kind.name for kind in kinds} == {"AF_UNIX"}


def test_its_time_zone_is_india_s(used: EmbeddedServer) -> None:
    with used, psycopg.connect(used.url) as db:
        assert db.execute("show timezone").fetchone() == ("Asia/Kolkata",)


@pytest.mark.parametrize("directory", ["cluster", "sockets"])
def test_no_other_user_enters_its_directories(used: EmbeddedServer, directory: str) -> None:
    with used:
        mode = getattr(used, directory).stat().st_mode
    assert mode & 0o777 == 0o700


def test_no_other_user_reads_the_data_directory(used: EmbeddedServer) -> None:
    """As root its way in has to be open for the account that runs the server: to go through, not to look."""
    assert used.data_dir.stat().st_mode & 0o066 == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to hand the server over to an account of its own")
def test_root_s_server_runs_as_an_account_of_its_own(used: EmbeddedServer) -> None:
    with used:
        assert {p.username() for p in servers(used)} == {"gst-ims"}


def test_after_the_end_no_process_is_left(used: EmbeddedServer) -> None:
    with used:
        assert servers(used)
    assert not servers(used)


def test_it_ends_in_order_with_clients_connected(used: EmbeddedServer) -> None:
    with used:
        client = psycopg.connect(used.url)
    client.close()
    assert "database system is shut down" in used.log_file.read_text()[-400:]


def test_a_killed_postmaster_is_recovered_from(used: EmbeddedServer) -> None:
    start_elsewhere(used.data_dir, "os._exit(1)").communicate(timeout=60)
    os.kill(postmaster(used), signal.SIGKILL)
    with used:
        assert answer(used) == 42


def test_a_server_left_behind_is_taken_over(used: EmbeddedServer) -> None:
    start_elsewhere(used.data_dir, "os._exit(1)").communicate(timeout=60)
    old = postmaster(used)
    with used:
        assert answer(used) == 42
        assert postmaster(used) != old
    assert not psutil.pid_exists(old) or psutil.Process(old).status() == psutil.STATUS_ZOMBIE


def test_a_server_in_use_is_left_alone(used: EmbeddedServer) -> None:
    """A second `ims serve`, or `ims db upgrade`, must not take the database away from the first."""
    with used:
        with pytest.raises(ServerFailed, match="in use by another program"):
            EmbeddedServer(used.data_dir, FAST).start()
        assert answer(used) == 42


def test_a_process_id_that_is_another_program_s_by_now_harms_nobody(used: EmbeddedServer) -> None:
    """After a crash of the machine, or of a container, ids are given out anew."""
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    lines = [str(stranger.pid), str(used.cluster), "1763000000", "5432", str(used.sockets), "", "1 1", "ready"]
    (used.cluster / "postmaster.pid").write_text("\n".join(lines) + "\n")
    try:
        with used:
            assert answer(used) == 42
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_first_start_that_was_killed_is_begun_anew(directory: Path) -> None:
    program = start_elsewhere(directory, "time.sleep(60)")
    deadline = time.monotonic() + 30
    while not list(directory.glob("postgres*/base")) and time.monotonic() < deadline:
        time.sleep(0.005)
    for child in psutil.Process(program.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # initdb's children come and go
            child.kill()
    program.kill()
    program.communicate()
    with EmbeddedServer(directory, FAST) as embedded, psycopg.connect(embedded.url) as db:
        assert db.execute("select 1").fetchone() == (1,)


def test_a_cluster_of_another_version_is_refused_with_the_end_of_the_log(used: EmbeddedServer) -> None:
    version = used.cluster / "PG_VERSION"
    right = version.read_text()
    version.write_text("9.1\n")
    try:
        with pytest.raises(ServerFailed, match=r"ends with:(.|\n)*9\.1"):
            used.start()
    finally:
        version.write_text(right)


def test_a_directory_with_something_else_in_it_is_refused(directory: Path) -> None:
    (directory / "postgres").mkdir(parents=True)
    (directory / "postgres" / "thesis.txt").write_text("years of work")
    with pytest.raises(ServerFailed, match="something else"):
        EmbeddedServer(directory, FAST).start()
    assert (directory / "postgres" / "thesis.txt").read_text() == "years of work"


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ServerFailed, match="can't be used"):
        EmbeddedServer(tmp_path / "file").start()


def test_a_socket_directory_of_somebody_else_is_refused(directory: Path, tmp_path: Path) -> None:
    """Everybody may write to /tmp: whoever made the directory first could answer in the server's place."""
    embedded = EmbeddedServer(directory, FAST)
    embedded.sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(ServerFailed, match="belongs to somebody else"):
            embedded.start()
    finally:
        embedded.sockets.unlink()


def test_two_data_directories_have_two_addresses(tmp_path: Path) -> None:
    assert EmbeddedServer(tmp_path / "a").url != EmbeddedServer(tmp_path / "b").url


def test_the_socket_s_path_is_short_enough_for_any_directory(tmp_path: Path) -> None:
    """A socket's path has 107 characters at most."""
    embedded = EmbeddedServer(tmp_path / ("deep/" * 50))
    assert len(str(embedded.sockets / ".s.PGSQL.5432")) < 107
