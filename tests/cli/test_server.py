"""The server that `ims serve` runs: it hangs up on demand, and ends without letting anybody down."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from tests.api import BASE, MUMBAI, Api, Taxpayer, data

from gst_ims.cli.server import Server
from gst_ims.portal.access.service import TEST_KEY
from gst_ims.portal.app import create_app

DRAIN = 0.7


@pytest.fixture
def server(api: Api) -> Iterator[tuple[Server, str]]:
    """A server in a thread, and its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    ready = threading.Event()
    running = Server(create_app(api.portal), DRAIN, ready.set)
    thread = threading.Thread(target=running.run, args=([listener],))
    thread.start()
    assert ready.wait(10)
    yield running, f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture
def caller(api: Api) -> Taxpayer:
    return api.taxpayer(MUMBAI)


def count(address: str, caller: Taxpayer, http: httpx.Client | None = None) -> httpx.Response:
    headers = {"x-api-key": TEST_KEY, "authorization": caller.token}
    return (http or httpx).get(f"{address}{BASE}/invoices/count?type_of_goods=others", headers=headers, timeout=20)


def make_fault(caller: Taxpayer, **fault: object) -> None:
    request = {"endpoint": "getInvoiceCount", "fault": fault, "expires_in": 60}
    data(caller.api.operator("POST", "faults", json=request))


def test_an_outage_closes_the_connection_without_an_answer(server: tuple[Server, str], caller: Taxpayer) -> None:
    _, address = server
    make_fault(caller, kind="outage")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        count(address, caller)
    data(caller.api.operator("DELETE", "faults"))
    assert count(address, caller).status_code == 200


def test_an_outage_leaves_other_connections_alone(server: tuple[Server, str], caller: Taxpayer) -> None:
    _, address = server
    with httpx.Client() as http:
        assert http.get(f"{address}/openapi.json").status_code == 200
        make_fault(caller, kind="outage")
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            count(address, caller)
        (connection,) = http._transport._pool.connections
        assert http.get(f"{address}/openapi.json").status_code == 200
        assert http._transport._pool.connections == [connection]


def test_a_running_call_is_answered_though_the_server_is_told_to_stop(
    server: tuple[Server, str], caller: Taxpayer
) -> None:
    running, address = server
    make_fault(caller, kind="delay", milliseconds=1500)
    answers: list[int] = []
    call = threading.Thread(target=lambda: answers.append(count(address, caller).status_code))
    call.start()
    time.sleep(0.3)
    running.should_exit = True
    call.join(10)
    assert answers == [200]


def test_a_server_that_stops_still_answers_while_it_drains(server: tuple[Server, str], caller: Taxpayer) -> None:
    running, address = server
    with httpx.Client() as http:
        assert "connection" not in count(address, caller, http).headers
        running.should_exit = True
        began, answers = time.monotonic(), []
        while time.monotonic() - began < DRAIN - 0.3:
            answers.append(count(address, caller, http))
        assert {answer.status_code for answer in answers} == {200}
        # Whoever keeps connections open is told to open the next one elsewhere.
        assert answers[-1].headers["connection"] == "close"
    time.sleep(0.8)
    with pytest.raises(httpx.ConnectError):
        count(address, caller)
