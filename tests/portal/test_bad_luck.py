"""Bad luck and bad will: what one client or one request does must not hurt the others."""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import tracemalloc
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.api import BASE, MUMBAI, SURAT, Api, data, error, invoice

from gst_ims.core import errors
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.portal.access.service import TEST_KEY
from gst_ims.portal.action import service as action
from gst_ims.portal.context import Portal
from gst_ims.portal.edge import SPOOL, streamed
from gst_ims.portal.filing import service as filing


@pytest.fixture
def supplier(api: Api) -> Any:
    api.set_clock("2025-11-05T10:00")
    return api.taxpayer(SURAT)


# What nobody reads is closed by the garbage collector, which says so.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("size", [10, 3 * SPOOL])
def test_an_answer_that_nobody_reads_holds_no_connection(portal: Portal, size: int) -> None:
    for _ in range(portal.pool.max_size + 1):
        streamed(portal, portal.transaction(), lambda _: ['"', "x" * size, '"'])
    gc.collect()
    assert portal.pool.get_stats()["pool_available"] == portal.pool.get_stats()["pool_size"]


def test_an_answer_of_any_size_takes_little_memory(portal: Portal) -> None:
    """Fifty megabytes here; it waits on disk for its client."""
    pieces = (f'"{"x" * 1_000}",' for _ in range(50_000))
    tracemalloc.start()
    try:
        answer = streamed(portal, portal.transaction(), lambda _: pieces)
        assert tracemalloc.get_traced_memory()[1] < 3 * SPOOL
    finally:
        tracemalloc.stop()
    assert sum(map(len, asyncio.run(collected(answer.iterator)))) > 50_000_000


async def collected(pieces: Any) -> list[bytes]:
    return [piece async for piece in pieces]


def test_an_answer_that_fails_while_it_is_written_holds_no_connection(portal: Portal) -> None:
    def fails(_: object) -> Any:
        yield "{"
        raise errors.NoDocuments

    for _ in range(portal.pool.max_size + 1):
        with pytest.raises(errors.NoDocuments):
            streamed(portal, portal.transaction(), fails)
    assert portal.pool.get_stats()["pool_available"] == portal.pool.get_stats()["pool_size"]


def test_a_return_that_is_being_worked_on_is_not_filed(portal: Portal, supplier: Any) -> None:
    of_return = {"stin": SURAT, "form": Form.R1, "period": Period(2025, 10)}
    with portal.transaction() as db:
        filing.queries.wait_for_return(db, **of_return)
        assert error(supplier.file()) == "RET191251"
    assert data(supplier.file())["ack_num"]


def test_what_is_processed_after_filing_is_told_so(portal: Portal, supplier: Any) -> None:
    """Saved before, worked on after: it must not stand unfiled under a filed return for ever."""
    with portal.transaction() as db:
        body = json.dumps({"gstin": SURAT, "fp": "102025", "b2b": [{"ctin": MUMBAI, "inv": [invoice()]}]}).encode()
        reference = filing.submit(db, SURAT, Form.R1, Period(2025, 10), "SAVE", body, portal.clock.now())
        db.execute("update filing_request set form = 'R1A' where reference_id = %s", [reference])
    assert data(supplier.file())["ack_num"]
    with portal.transaction() as db:
        db.execute("update filing_request set form = 'R1' where reference_id = %s", [reference])
    filing.process(portal, SURAT, reference)
    status = data(supplier.get("gstrs/2025/10/status", reference_id=reference))
    assert (status["status_cd"], status["error_report"]["error_cd"]) == ("ER", "RET00009")
    assert supplier.api.taxpayer(MUMBAI).records("B2B") == []


POISON = {
    "a number that no database holds": '{"gstin":"%s","fp":"102025","b2cs":[1e400000]}',
    "one below zero": '{"gstin":"%s","fp":"102025","hsn":{"x":-1e400000}}',
    "deep nesting": '{"gstin":"%s","fp":"102025","b2cs":' + "[" * 900 + "]" * 900 + "}",
}


@pytest.mark.parametrize("body", POISON.values(), ids=POISON)
def test_a_poisoned_return_does_not_stop_the_next_one(supplier: Any, body: str) -> None:
    answer = supplier.call("POST", "gstrs/gstr-1/2025/10", content=(body % SURAT).encode())
    if answer.status_code == 200:
        supplier.api.work()
        status = data(supplier.get("gstrs/2025/10/status", reference_id=data(answer)["reference_id"]))
        assert status["status_cd"] in ("ER", "P")
    assert supplier.sell(MUMBAI, invoice())["status_cd"] == "P"
    assert data(supplier.file())["ack_num"]


def test_a_filing_request_that_is_given_up_is_failed_and_the_next_one_goes_on(portal: Portal, supplier: Any) -> None:
    reference = data(supplier.post("gstrs/gstr-1/2025/10/reset"))["reference_id"]
    filing.park(portal, SURAT, reference)
    status = data(supplier.get("gstrs/2025/10/status", reference_id=reference))
    assert (status["status_cd"], status["error_report"]["error_cd"]) == ("ER", "RET12501")
    assert supplier.sell(MUMBAI, invoice())["status_cd"] == "P"


def test_a_save_that_is_given_up_is_failed_and_the_next_one_goes_on(portal: Portal, api: Api) -> None:
    api.set_clock("2025-11-05T10:00")
    recipient = api.taxpayer(MUMBAI)
    body = {"rtin": MUMBAI, "reqtyp": "SAVE", "invdata": {"b2b": []}}
    reference = data(recipient.post("invoices/status/save", body))["reference_id"]
    assert error(recipient.post("invoices/status/save", body)) == "IMSSAV0015"
    action.park(portal, MUMBAI, reference)
    status = data(recipient.get("invoices/status", reference_id=reference))
    assert (status["status_cd"], status["err_cd"]) == ("ER", "RET12501")
    assert data(recipient.post("invoices/status/save", body))["reference_id"]


def test_giving_up_a_finished_request_changes_nothing(portal: Portal, supplier: Any) -> None:
    reference = data(supplier.post("gstrs/gstr-1/2025/10/reset"))["reference_id"]
    supplier.api.work()
    filing.park(portal, SURAT, reference)
    assert data(supplier.get("gstrs/2025/10/status", reference_id=reference))["status_cd"] == "P"


def test_a_token_with_a_made_up_header_is_refused(supplier: Any, http: TestClient) -> None:
    head, rest = supplier.token.split(".", 1)
    made_up = json.loads(base64.urlsafe_b64decode(head + "==")) | {"crit": 1}
    token = base64.urlsafe_b64encode(json.dumps(made_up).encode()).decode().rstrip("=") + "." + rest
    answer = http.get(
        f"{BASE}/invoices/count?type_of_goods=others", headers={"x-api-key": TEST_KEY, "authorization": token}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("path", ["/nothing", f"{BASE}/invoices/count?type_of_goods=others"])
def test_a_host_that_is_none_is_answered_in_the_envelope(http: TestClient, path: str) -> None:
    answer = http.get(path, headers={"host": "a:b:c"})
    assert answer.json()["code"] == answer.status_code
    assert answer.status_code in (401, 404)


def test_made_up_methods_are_one_line_of_the_metrics(api: Api) -> None:
    for name in ("FOO1", "FOO2", "X" * 300):
        api.http.request(name, "/nothing")
    text = api.operator("GET", "metrics").text
    assert "FOO" not in text
    assert 'method="other"' in text


def test_asking_for_another_password_gives_no_more_guesses(api: Api) -> None:
    api.set_clock("2025-11-05T10:00")
    api.taxpayer(SURAT)
    headers = {"x-api-key": TEST_KEY, "authorization": api.account_token()}
    who = {"username": f"user.{SURAT}", "gstin": SURAT}
    for _ in range(5):
        data(api.http.post(f"{BASE}/otp", headers=headers, json=who))
        assert error(api.http.post(f"{BASE}/otp/verify?otp=000000", headers=headers, json=who)) == "AUTH4034"
    data(api.http.post(f"{BASE}/otp", headers=headers, json=who))
    assert error(api.http.post(f"{BASE}/otp/verify?otp=575757", headers=headers, json=who)) == "AUTH4033"
