"""Who may operate the portal, its clock, its keys, its health."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from litestar.routes import HTTPRoute
from litestar.testing import TestClient
from prometheus_client.parser import text_string_to_metric_families
from tests.api import BASE, Api, Taxpayer, data

from gst_ims.core.clock import IST
from gst_ims.portal.access.service import TEST_KEY, TEST_SECRET
from gst_ims.portal.operator.endpoints import router

ROUTES = [
    (method, route.path)
    for route in router.routes
    if isinstance(route, HTTPRoute)
    for method in sorted(route.methods - {"OPTIONS", "HEAD"})
]
WRONG_KEYS = {"none": {}, "an empty one": {"x-operator-key": ""}, "a wrong one": {"x-operator-key": "operator_wrong"}}
WRONG_KEYS |= {"an API key": {"x-operator-key": TEST_KEY}, "a secret": {"x-operator-key": TEST_SECRET}}


def test_there_are_sixteen_things_to_do() -> None:
    assert len(ROUTES) == 16


@pytest.mark.parametrize("headers", WRONG_KEYS.values(), ids=WRONG_KEYS.keys())
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nothing_goes_without_the_operator_s_key(
    standing: Api, method: str, path: str, headers: dict[str, str]
) -> None:
    assert standing.http.request(method, path, headers=headers).status_code == 401


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_taxpayer_s_credentials_operate_nothing(recipient: Taxpayer, method: str, path: str) -> None:
    headers = {"x-api-key": TEST_KEY, "authorization": recipient.token}
    assert recipient.api.http.request(method, path, headers=headers).status_code == 401


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[0] in ("POST", "PUT")])
@pytest.mark.parametrize(
    ("body", "status"), [(b"", 400), (b"{", 400), (b"{}", 400), (b"[]", 422), (b'{"x":1}', 400), (b"[" * 100_000, 422)]
)
def test_a_body_that_is_none_is_refused(standing: Api, method: str, path: str, body: bytes, status: int) -> None:
    answer = standing.operator(method, path.removeprefix("/operator/v1/"), content=body)
    assert answer.status_code == status, answer.text


# The clock


def now(api: Api) -> datetime:
    return datetime.fromisoformat(data(api.operator("GET", "clock"))["now"])


def test_the_clock_stands_where_it_was_set_and_runs_on(town: Api) -> None:
    moment = datetime(2025, 11, 14, 6, tzinfo=IST)
    answer = data(town.operator("PUT", "clock", json={"now": moment.isoformat()}))
    assert timedelta(0) <= datetime.fromisoformat(answer["now"]) - moment < timedelta(seconds=5)
    assert now(town) > moment


def test_a_moment_may_be_of_any_zone(town: Api) -> None:
    town.operator("PUT", "clock", json={"now": "2025-11-14T00:30:00Z"})
    assert now(town).replace(microsecond=0, second=0) == datetime(2025, 11, 14, 6, tzinfo=IST)


def test_the_clock_can_go_back(town: Api) -> None:
    town.set_clock("2025-12-01T10:00")
    town.set_clock("2025-11-01T10:00")
    assert now(town).month == 11


def test_answers_are_stamped_with_the_portal_s_time(town: Api) -> None:
    stamp = town.operator("GET", "health").json()["timestamp"]
    assert datetime.fromtimestamp(stamp / 1000, IST).date().isoformat() == "2025-11-05"


BAD_MOMENTS = [
    *("2025-11-14T06:00:00", "2025-11-14", "yesterday", "", "14-11-2025T06:00:00+05:30", "2025-02-30T00:00:00Z"),
    *("9999-12-31T23:59:59+05:30", "0001-01-01T00:00:00+05:30", "2017-06-30T23:59:59+05:30", "2100-01-01T00:00:00Z"),
]


@pytest.mark.parametrize("moment", BAD_MOMENTS)
def test_a_moment_that_is_naive_or_not_of_gst_s_time_is_refused(town: Api, moment: str) -> None:
    before = now(town)
    assert town.operator("PUT", "clock", json={"now": moment}).status_code == 422
    assert now(town) - before < timedelta(minutes=1)


@pytest.mark.parametrize("moment", ["2017-07-01T00:00:00+05:30", "2099-12-31T23:00:00+05:30"])
def test_at_either_end_of_gst_s_time_people_can_still_sign_in(api: Api, moment: str) -> None:
    assert api.operator("PUT", "clock", json={"now": moment}).status_code == 200
    headers = {"x-api-key": TEST_KEY, "x-api-secret": TEST_SECRET}
    assert api.http.post("/authenticate", headers=headers).status_code == 200


# API keys


def make_key(api: Api, **more: object) -> dict[str, str]:
    return data(api.operator("POST", "api-keys", json={"label": "An ERP"} | more))


def test_a_new_key_authenticates(town: Api) -> None:
    made = make_key(town)
    headers = {"x-api-key": made["api_key"], "x-api-secret": made["api_secret"]}
    assert town.http.post("/authenticate", headers=headers).status_code == 200


def test_every_key_is_another(town: Api) -> None:
    assert len({text for _ in range(3) for text in make_key(town).values()}) == 6


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[0] == "GET"])
def test_a_secret_is_shown_once(town: Api, method: str, path: str) -> None:
    made = make_key(town)
    shown = town.operator(method, path.removeprefix("/operator/v1/")).text
    assert made["api_secret"] not in shown


@pytest.mark.parametrize("limit", [0, -1, 1.5, "3", 1_000_001])
def test_a_limit_that_is_none_is_refused(standing: Api, limit: object) -> None:
    answer = standing.operator("POST", "api-keys", json={"label": "x", "rate_limit": limit})
    assert answer.status_code == 422


@pytest.mark.parametrize("label", ["", "x" * 201, "a\0b"])
def test_a_label_that_is_none_is_refused(standing: Api, label: str) -> None:
    assert standing.operator("POST", "api-keys", json={"label": label}).status_code == 422


# Health and metrics; more of these is in test_metrics.py


def test_a_healthy_portal_says_so(api: Api) -> None:
    health = data(api.operator("GET", "health"))
    assert health["status"] == "ok"
    assert [health[f"jobs_{state}"] for state in ("waiting", "running", "failed")] == [0, 0, 0]


def test_waiting_jobs_are_counted(api: Api) -> None:
    api.set_clock("2025-11-05T10:00")
    supplier = api.company()
    supplier.post("gstrs/gstr-1/2025/10", {"gstin": supplier.gstin, "fp": "102025"})
    assert data(api.operator("GET", "health"))["jobs_waiting"] == 1


def samples(api: Api) -> list[tuple[str, dict[str, str], float]]:
    text = api.operator("GET", "metrics").text
    return [(s.name, s.labels, s.value) for family in text_string_to_metric_families(text) for s in family.samples]


def test_metrics_are_of_the_type_that_prometheus_reads(standing: Api) -> None:
    answer = standing.operator("GET", "metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")


def test_answers_are_counted_by_endpoint_and_status(recipient: Taxpayer) -> None:
    def count() -> float:
        labels = {"method": "GET", "path": f"{BASE}/invoices/count", "status": "200"}
        found = [value for name, seen, value in samples(recipient.api) if seen == labels and name.endswith("_total")]
        return sum(found)

    before = count()
    recipient.get("invoices/count", type_of_goods="others")
    assert count() == before + 1


def test_no_label_has_a_taxpayer_s_data(recipient: Taxpayer) -> None:
    """Whatever people put into addresses: what isn't an endpoint is counted as unknown."""
    secret = recipient.gstin
    for path in (f"/{secret}", f"{BASE}/{secret}", f"{BASE}/gstrs/gstr-1/{secret}/10", f"/operator/v1/{secret}"):
        recipient.api.http.get(path, headers={"x-api-key": TEST_KEY, "authorization": recipient.token})
    assert not [labels for _, labels, _ in samples(recipient.api) if secret in str(labels)]


def test_an_address_that_does_not_exist_is_counted_as_unknown(standing: Api, http_of_standing: TestClient) -> None:
    http_of_standing.get("/nothing/here")
    assert [labels for _, labels, _ in samples(standing) if labels.get("path") == "unknown"]


@pytest.fixture
def http_of_standing(standing: Api) -> TestClient:
    return standing.http
