"""Every call has an id: in its answer, and in whatever the log says about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
import structlog
from tests.api import BASE, MUMBAI, Api, Taxpayer, data

from gst_ims.portal import jobs

COUNT = "invoices/count?type_of_goods=others"


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    """The lines of the log."""
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as captured:
        yield captured


def of(lines: list[Any], event: str) -> list[Any]:
    return [line for line in lines if line["event"] == event]


CALLS = {
    "a success": (COUNT, {}, 200),
    "a business failure": ("invoices/status?reference_id=1", {}, 200),
    "a list": ("invoices?section=B2B", {}, 200),
    "a value that is none": ("invoices?section=X", {}, 422),
    "a token that is none": (COUNT, {"authorization": "x"}, 403),
    "a key that is none": (COUNT, {"x-api-key": "x"}, 401),
    "nothing there": ("x", {}, 404),
}


@pytest.mark.parametrize(("path", "headers", "status"), CALLS.values(), ids=CALLS)
def test_the_id_of_an_answer_is_that_of_the_log(
    nobody: Taxpayer, lines: list[Any], path: str, headers: dict[str, str], status: int
) -> None:
    nobody.api.account_token()
    answer = nobody.call("GET", path, headers=headers)
    line = of(lines, "call")[-1]
    assert (line["transaction_id"], line["status"]) == (answer.json()["transaction_id"], answer.status_code)
    assert answer.status_code == status
    assert UUID(line["transaction_id"]).version == 4


@pytest.mark.parametrize("path", ["live", "ready"])
def test_what_load_balancers_ask_all_the_time_is_not_logged(standing: Api, lines: list[Any], path: str) -> None:
    standing.http.get(f"/health/{path}")
    assert of(lines, "call") == []


def test_two_calls_have_two_ids(nobody: Taxpayer) -> None:
    assert len({nobody.get(COUNT).json()["transaction_id"] for _ in range(5)}) == 5


def test_a_call_is_logged_with_operation_and_time_and_without_a_taxpayer_s_data(
    nobody: Taxpayer, lines: list[Any]
) -> None:
    nobody.get(COUNT)
    line = of(lines, "call")[-1]
    assert (line["operation"], line["status"]) == ("getInvoiceCount", 200)
    assert 0 < line["seconds"] < 5
    assert nobody.gstin not in str(lines)


def test_a_bug_is_logged_with_the_id_of_its_answer(
    nobody: Taxpayer, lines: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gst_ims.portal.record.service.queries", None)
    answer = nobody.get(COUNT)
    assert answer.status_code == 500
    (line,) = of(lines, "unexpected error")
    assert line["transaction_id"] == answer.json()["transaction_id"]


def test_a_call_can_be_followed_into_its_job(api: Api, database_url: str, lines: list[Any]) -> None:
    api.set_clock("2025-11-05T10:00")
    recipient = api.taxpayer(MUMBAI)
    body = {"rtin": MUMBAI, "reqtyp": "SAVE", "invdata": {"b2b": []}}
    answer = recipient.post("invoices/status/save", body)
    (queued,) = of(lines, "job queued")
    assert queued["transaction_id"] == answer.json()["transaction_id"]
    assert queued["reference_id"] == data(answer)["reference_id"]
    asyncio.run(jobs.run_worker(api.portal, database_url, 1, wait=False))
    (done,) = [line for line in of(lines, "job done") if line["task"] == "action:process"]
    assert done["reference_id"] == queued["reference_id"]
    assert 0 < done["seconds"] < 5


def test_a_fault_is_logged_so_that_nobody_looks_for_a_bug(town: Api, newcomer: Taxpayer, lines: list[Any]) -> None:
    request = {"endpoint": "getInvoiceCount", "fault": {"kind": "status", "status": 500, "message": "x"}}
    made = data(town.operator("POST", "faults", json=request | {"expires_in": 9}))["id"]
    answer = newcomer.get(COUNT)
    data(town.operator("DELETE", "faults"))
    (line,) = of(lines, "fault")
    assert (line["fault"], line["operation"]) == (made, "getInvoiceCount")
    assert line["transaction_id"] == answer.json()["transaction_id"]


def test_many_calls_at_once_keep_their_ids_apart(nobody: Taxpayer, lines: list[Any]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: nobody.get(COUNT).json()["transaction_id"], range(20)))
    assert sorted(answers) == sorted(line["transaction_id"] for line in of(lines, "call")[-20:])
    assert BASE not in str(lines)
