"""What Prometheus is told: of this process by calls, of the whole installation by the database."""

from __future__ import annotations

import asyncio
import time

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.api import BASE, MUMBAI, SURAT, Api, Taxpayer, as_owner, data, echo, error, invoice

from gst_ims.portal import jobs


@pytest.fixture
def api(api: Api) -> Api:
    """A portal that nobody else counts in."""
    api.set_clock("2025-11-05T10:00")
    return api


def read(api: Api, name: str, **labels: str) -> float | None:
    """The value of a sample; None where there is none."""
    text = api.operator("GET", "metrics").text
    found = [
        sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if (sample.name, sample.labels) == (name, labels)
    ]
    assert len(found) <= 1, found
    return found[0] if found else None


def queue_save(api: Api, stin: str = SURAT) -> str:
    body = {"gstin": stin, "fp": "102025", "b2b": [{"ctin": MUMBAI, "inv": [invoice()]}]}
    return data(api.taxpayer(stin).post("gstrs/gstr-1/2025/10", body))["reference_id"]


def work(api: Api, database_url: str) -> None:
    asyncio.run(jobs.run_worker(api.portal, database_url, 2, wait=False))


# The queue


@pytest.mark.parametrize("state", ["waiting", "running", "failed"])
@pytest.mark.parametrize("task", jobs.TASKS)
def test_an_empty_queue_is_measured_as_empty(standing: Api, task: str, state: str) -> None:
    assert read(standing, "ims_jobs", task=task, state=state) is not None


def test_the_tasks_that_are_measured_are_those_of_the_queue(database_url: str) -> None:
    ours = {name for name in jobs.app(database_url).tasks if "builtin" not in name}
    assert ours == set(jobs.TASKS)


def test_the_depth_of_the_queue_is_told_by_task(api: Api) -> None:
    for _ in range(3):
        queue_save(api)
    assert read(api, "ims_jobs", task="filing:process", state="waiting") == 3
    assert read(api, "ims_jobs", task="action:process", state="waiting") == 0


def test_running_and_failed_jobs_are_told_apart(api: Api) -> None:
    queue_save(api)
    with api.portal.transaction() as db:
        db.execute("update procrastinate_jobs set status = 'doing'")
    assert read(api, "ims_jobs", task="filing:process", state="running") == 1
    with api.portal.transaction() as db:
        db.execute("update procrastinate_jobs set status = 'failed'")
    assert read(api, "ims_jobs", task="filing:process", state="running") == 0
    assert read(api, "ims_jobs", task="filing:process", state="failed") == 1
    assert read(api, "ims_oldest_job_seconds", task="filing:process") == 0


def test_the_oldest_job_s_age_grows_until_it_is_done(api: Api, database_url: str) -> None:
    assert read(api, "ims_oldest_job_seconds", task="filing:process") == 0
    queue_save(api)
    with api.portal.transaction() as db:
        db.execute("update procrastinate_events set at = at - interval '90 seconds'")
    queue_save(api)
    before = read(api, "ims_oldest_job_seconds", task="filing:process")
    time.sleep(0.05)
    after = read(api, "ims_oldest_job_seconds", task="filing:process")
    assert before is not None
    assert after is not None
    assert 90 <= before < after < 120
    for _ in range(5):
        work(api, database_url)
    assert read(api, "ims_oldest_job_seconds", task="filing:process") == 0


def test_the_age_is_of_the_real_time(api: Api) -> None:
    queue_save(api)
    api.set_clock("2026-03-05T10:00")
    age = read(api, "ims_oldest_job_seconds", task="filing:process")
    assert age is not None
    assert age < 60


# What was worked on


def test_rows_are_counted_by_what_was_asked(api: Api) -> None:
    recipient, supplier = api.taxpayer(MUMBAI), api.taxpayer(SURAT)
    supplier.sell(MUMBAI, invoice("A"), invoice("B"), invoice("C"))
    assert read(api, "ims_rows_applied_total", kind="return save") == 3
    recipient.act("b2b", *(echo(row, "A") for row in recipient.records("B2B")[:2]))
    assert read(api, "ims_rows_applied_total", kind="save") == 2
    recipient.reset("b2b", *(echo(row) for row in recipient.records("B2B") if row["action"] == "A"))
    assert read(api, "ims_rows_applied_total", kind="reset") == 2
    assert read(api, "ims_request_errors_total", task="action:process", code="IMSSAV0010") is None


def test_a_reset_of_a_return_is_counted_by_its_documents(api: Api) -> None:
    supplier = api.taxpayer(SURAT)
    supplier.sell(MUMBAI, invoice("A"), invoice("B"))
    data(supplier.post("gstrs/gstr-1/2025/10/reset"))
    api.work()
    assert read(api, "ims_rows_applied_total", kind="return reset") == 2


def test_refused_rows_are_counted_by_code(api: Api) -> None:
    recipient = api.taxpayer(MUMBAI)
    api.taxpayer(SURAT).sell(MUMBAI, invoice("A"), invoice("B"), invoice("C"))
    stale = [echo(row, "A") | {"prev_status": "P"} for row in recipient.records("B2B")]
    recipient.act("b2b", *stale[:2], echo(recipient.records("B2B")[2], "A"))
    assert read(api, "ims_request_errors_total", task="action:process", code="IMSSAV0010") == 2
    assert read(api, "ims_rows_applied_total", kind="save") == 1


def test_refused_documents_are_counted_and_not_as_applied(api: Api) -> None:
    supplier = api.taxpayer(SURAT)
    supplier.sell(MUMBAI, invoice("A"), invoice("A"), invoice("B"))
    with api.portal.transaction() as db:
        (code,) = db.execute("select code from tally where name = 'errors'").fetchone()
    assert read(api, "ims_request_errors_total", task="filing:process", code=code) == 1
    assert read(api, "ims_rows_applied_total", kind="return save") == 2


def test_a_request_that_fails_as_a_whole_is_counted_by_its_code(api: Api) -> None:
    recipient = api.taxpayer(MUMBAI)
    reference = recipient.submit("save", {"b2b": [{"x": 1}]})
    api.work()
    assert recipient.status_of(reference)["status_cd"] == "ER"
    assert read(api, "ims_request_errors_total", task="action:process", code="IMSSAV005") == 1
    assert read(api, "ims_rows_applied_total", kind="save") is None


def test_work_is_counted_once_though_it_is_asked_for_twice(api: Api, database_url: str) -> None:
    queue_save(api)
    api.work()
    work(api, database_url)
    assert read(api, "ims_rows_applied_total", kind="return save") == 1


def test_a_request_that_is_given_up_is_counted(api: Api, database_url: str) -> None:
    queue_save(api)
    with as_owner(api.portal) as db:
        db.execute("update procrastinate_jobs set attempts = %s", [jobs.ATTEMPTS - 1])
        db.execute("alter table trail add constraint nothing_goes check (false) not valid")
    work(api, database_url)
    assert read(api, "ims_request_errors_total", task="filing:process", code=jobs.GIVEN_UP) == 1


# Calls


@pytest.fixture
def caller(town: Api, newcomer: Taxpayer) -> Taxpayer:
    return newcomer


def test_how_long_a_call_took_is_told_by_operation(caller: Taxpayer) -> None:
    before = read(caller.api, "ims_http_request_seconds_count", operation="getInvoiceCount") or 0
    spent = read(caller.api, "ims_http_request_seconds_sum", operation="getInvoiceCount") or 0
    fault = {"endpoint": "getInvoiceCount", "fault": {"kind": "delay", "milliseconds": 300}, "expires_in": 9}
    data(caller.api.operator("POST", "faults", json=fault))
    caller.get("invoices/count", type_of_goods="others")
    data(caller.api.operator("DELETE", "faults"))
    assert read(caller.api, "ims_http_request_seconds_count", operation="getInvoiceCount") == before + 1
    took = (read(caller.api, "ims_http_request_seconds_sum", operation="getInvoiceCount") or 0) - spent
    assert 0.3 <= took < 5


def test_an_operation_of_both_returns_is_told_by_return(caller: Taxpayer) -> None:
    before = read(caller.api, "ims_http_request_seconds_count", operation="readGstr1A") or 0
    caller.get("gstrs/gstr-1a/2025/10")
    assert read(caller.api, "ims_http_request_seconds_count", operation="readGstr1A") == before + 1


def test_an_address_that_is_none_is_one_operation(caller: Taxpayer) -> None:
    caller.get("gstrs/nothing")
    assert (read(caller.api, "ims_http_request_seconds_count", operation="other") or 0) > 0


def test_business_failures_are_counted_by_code(caller: Taxpayer) -> None:
    before = read(caller.api, "ims_http_errors_total", code="RET13508") or 0
    assert error(caller.get("invoices/status", reference_id="0" * 15)) == "RET13508"
    assert read(caller.api, "ims_http_errors_total", code="RET13508") == before + 1


def test_a_refused_call_is_counted_by_its_status(caller: Taxpayer) -> None:
    labels = {"method": "GET", "path": f"{BASE}/invoices/count", "status": "401"}
    before = read(caller.api, "ims_http_requests_total", **labels) or 0
    caller.api.http.get(f"{BASE}/invoices/count", params={"type_of_goods": "others"})
    assert read(caller.api, "ims_http_requests_total", **labels) == before + 1
