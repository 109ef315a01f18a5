"""`ims serve` as people run it: a process, its server, its worker."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest
from tests.api import BASE, data

from gst_ims.cli.welcome import curl_lines
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.portal.access.service import TEST_KEY, TEST_OPERATOR_KEY, TEST_SECRET
from gst_ims.synthetic import demo

IMS = [sys.executable, "-m", "gst_ims.cli"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("IMS_")}
KEY = {"x-api-key": TEST_KEY}
ACCOUNT = {**KEY, "x-api-secret": TEST_SECRET}
OPERATOR = {"x-operator-key": TEST_OPERATOR_KEY}


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@dataclass
class Served:
    """A running `ims serve`."""

    process: subprocess.Popen[str]
    ready: str
    data_dir: Path

    @property
    def address(self) -> str:
        return self.ready.removeprefix("ready: ").strip()

    @property
    def workers(self) -> list[psutil.Process]:
        """The portal's, as far as they live."""
        return [child for child in self._children if "desk" not in child.cmdline()]

    @property
    def desk_workers(self) -> list[psutil.Process]:
        """The workbench's."""
        return [child for child in self._children if "desk" in child.cmdline()]

    @property
    def _children(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if alive(child) and "worker" in child.cmdline()]

    @property
    def servers(self) -> list[psutil.Process]:
        sockets = str(EmbeddedServer(self.data_dir).sockets)
        return [p for p in psutil.process_iter(["cmdline"]) if sockets in " ".join(p.info["cmdline"] or [])]

    def end(self, how: signal.Signals) -> tuple[int, float, str]:
        """Exit code, seconds that it took, and what else was on stdout."""
        began = time.monotonic()
        self.process.send_signal(how)
        rest, _ = self.process.communicate(timeout=40)
        return self.process.returncode, time.monotonic() - began, rest


def start(data_dir: Path, *options: str) -> Served:
    command = [*IMS, "serve", "--port", "0", "--data-dir", str(data_dir), *options]
    with (data_dir / "stderr").open("w") as stderr:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=ENVIRONMENT)
    assert process.stdout is not None
    ready = process.stdout.readline()
    assert ready, (data_dir / "stderr").read_text()
    return Served(process, ready, data_dir)


def run(*arguments: str, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    command = [*IMS, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=ENVIRONMENT, timeout=timeout, check=False)


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="gst-ims-cli-"))
    yield path
    shutil.rmtree(path)
    shutil.rmtree(EmbeddedServer(path).sockets, ignore_errors=True)


@pytest.fixture(scope="module")
def served(data_dir: Path) -> Iterator[Served]:
    """On new data, in test mode, with the first company of the demo."""
    served = start(data_dir, "--test-mode")
    company = demo().recipients[0]
    row = {name: getattr(company, name) for name in ("gstin", "username", "legal_name", "trade_name", "taxpayer_type")}
    rows = {"taxpayers": [row | {"filing_frequency": "monthly"}]}
    data(httpx.post(f"{served.address}/operator/v1/taxpayers", headers=OPERATOR, json=rows))
    yield served
    if served.process.poll() is None:
        served.end(signal.SIGTERM)


def test_it_says_where_it_is_ready(served: Served) -> None:
    host, _, port = served.address.removeprefix("http://").rpartition(":")
    assert served.ready == f"ready: http://127.0.0.1:{port}\n"
    assert host == "127.0.0.1"
    assert int(port) > 0


def test_it_answers_when_it_says_so(served: Served) -> None:
    answer = httpx.get(f"{served.address}/operator/v1/health", headers=OPERATOR)
    assert data(answer)["status"] == "ok"


def test_new_data_is_greeted_with_credentials_for_people(served: Served) -> None:
    welcome = (served.data_dir / "stderr").read_text()
    assert [text for text in (TEST_KEY, TEST_SECRET, TEST_OPERATOR_KEY, served.address) if text not in welcome] == []


def test_its_worker_works(served: Served) -> None:
    """A save is answered at once, and done by the worker."""
    company = demo().recipients[0]
    token = httpx.post(f"{served.address}/authenticate", headers=ACCOUNT).json()["data"]["access_token"]
    who = {"gstin": company.gstin, "username": company.username}
    headers = {**KEY, "authorization": token}
    data(httpx.post(f"{served.address}{BASE}/otp", headers=headers, json=who))
    session = data(httpx.post(f"{served.address}{BASE}/otp/verify?otp=575757", headers=headers, json=who))
    headers["authorization"] = session["access_token"]
    body = {"rtin": company.gstin, "reqtyp": "SAVE", "invdata": {"b2b": []}}
    status = f"{served.address}{BASE}/invoices/status"
    reference = data(httpx.post(f"{status}/save", headers=headers, json=body))["reference_id"]
    deadline = time.monotonic() + 20
    while True:
        state = data(httpx.get(status, headers=headers, params={"reference_id": reference}))["status_cd"]
        if state != "P" or time.monotonic() > deadline:
            break
        time.sleep(0.1)
    assert state == "S"


@pytest.mark.skipif(not shutil.which("curl"), reason="curl isn't on this machine")
@pytest.mark.skipif(not shutil.which("python3"), reason="the lines read JSON with python3")
def test_the_lines_to_paste_work(served: Served) -> None:
    script = "set -e\n" + "\n".join(curl_lines(served.address))
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert '"all_oth"' in done.stdout
    assert done.stdout.rstrip().endswith("}")


def test_a_port_in_use_is_said_in_one_line(served: Served, tmp_path: Path) -> None:
    port = served.address.rpartition(":")[2]
    done = run("serve", "--port", port, "--data-dir", str(tmp_path / "other"))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == f"ims: Can't listen on 127.0.0.1:{port}: Address already in use. Choose another --port.\n"


def test_data_in_use_is_left_to_whoever_uses_it(served: Served) -> None:
    done = run("db", "upgrade", "--data-dir", str(served.data_dir))
    assert (done.returncode, "in use by another program" in done.stderr) == (1, True)
    assert httpx.get(f"{served.address}/operator/v1/health", headers=OPERATOR).status_code == 200


def test_a_worker_that_dies_is_started_anew(served: Served) -> None:
    (worker,) = served.workers
    worker.kill()
    deadline = time.monotonic() + 30
    while worker.pid in [p.pid for p in served.workers] or not served.workers:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_sigterm_ends_it_in_order(served: Served) -> None:
    """Exit code 0, within seconds, nothing more on stdout; the worker and the server are gone."""
    workers, servers = served.workers, served.servers
    code, seconds, rest = served.end(signal.SIGTERM)
    assert (code, rest) == (0, "")
    assert seconds < 15
    assert (len(workers), len(servers)) == (1, 1)
    assert not [process for process in workers + servers if alive(process)]


@pytest.fixture(scope="module")
def again(served: Served, data_dir: Path) -> Iterator[Served]:
    """A second start on the same data, after the first has ended."""
    if served.process.poll() is None:
        served.end(signal.SIGTERM)
    again = start(data_dir, "--test-mode", "--rate-limit", "3", "--status-dialect", "gstn")
    yield again
    if again.process.poll() is None:
        again.end(signal.SIGTERM)


def test_a_second_start_finds_the_data(again: Served) -> None:
    taxpayers = data(httpx.get(f"{again.address}/operator/v1/taxpayers", headers=OPERATOR))["taxpayers"]
    assert demo().recipients[0].gstin in [row["gstin"] for row in taxpayers]


def test_a_second_start_shows_the_known_keys_again(again: Served) -> None:
    assert TEST_SECRET in (again.data_dir / "stderr").read_text()


def test_the_rate_limit_is_that_of_the_option(again: Served) -> None:
    answers = [httpx.post(f"{again.address}/authenticate", headers=ACCOUNT) for _ in range(8)]
    assert {answer.headers["x-ratelimit-limit"] for answer in answers} == {"3"}
    assert 429 in [answer.status_code for answer in answers]


def test_ctrl_c_ends_it_in_order(again: Served) -> None:
    workers, servers = again.workers, again.servers
    code, seconds, rest = again.end(signal.SIGINT)
    assert (code, rest) == (0, "")
    assert seconds < 15
    assert not [process for process in workers + servers if alive(process)]


def test_a_stop_while_it_starts_leaves_no_server_behind(tmp_path: Path) -> None:
    command = [*IMS, "serve", "--port", "0", "--data-dir", str(tmp_path / "data")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    starting = Served(process, "", tmp_path / "data")
    deadline = time.monotonic() + 60
    while not starting.servers and time.monotonic() < deadline:
        time.sleep(0.01)
    code, _, rest = starting.end(signal.SIGTERM)
    shutil.rmtree(EmbeddedServer(tmp_path / "data").sockets, ignore_errors=True)
    assert (code, rest, starting.servers) == (0, "", [])


def test_an_address_of_ipv6_can_be_opened() -> None:
    """As a URL has it: in brackets."""
    from gst_ims.cli.serve import _address  # pyright: ignore[reportPrivateUsage]

    with socket.socket(socket.AF_INET6) as listener:
        try:
            listener.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        assert httpx.URL(_address(listener, "http")).port == listener.getsockname()[1]


def test_small_answers_are_sent_at_once() -> None:
    """Else each of them waits some 40 ms for the other side's acknowledgement (Nagle's algorithm)."""
    from gst_ims.cli.serve import _listen  # pyright: ignore[reportPrivateUsage]

    told: list[int] = []

    async def serve_one(listener: socket.socket) -> None:
        def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            told.append(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        async with await asyncio.start_server(answer, sock=listener):
            reader, writer = await asyncio.open_connection(*listener.getsockname())
            await reader.read()
            writer.close()
            await writer.wait_closed()

    with _listen("127.0.0.1", 0) as listener:
        asyncio.run(serve_one(listener))
    assert told == [1]
