"""Faults on demand: what they do to the calls that they are for, and to no other."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.api import BASE, Api, Taxpayer, data
from tests.portal.contract import schemas

from gst_ims.core.clock import SystemClock
from gst_ims.portal.access import service as access
from gst_ims.portal.access.service import TEST_KEY, TEST_OPERATOR_KEY, TEST_SECRET
from gst_ims.portal.app import create_app
from gst_ims.portal.context import Portal, Settings
from gst_ims.portal.operator.faults import READ_SECONDS
from gst_ims.portal.operator.service import queries

DOWN = {"kind": "status", "status": 503, "message": "Down for maintenance."}
COUNT = "invoices/count?type_of_goods=others"


@pytest.fixture
def portal_of_faults(town: Api) -> Iterator[Api]:
    """The standing portal, which has no fault afterwards."""
    yield town
    data(town.operator("DELETE", "faults"))


@pytest.fixture
def caller(portal_of_faults: Api, newcomer: Taxpayer) -> Taxpayer:
    return newcomer


def make(api: Api, fault: dict[str, Any] = DOWN, endpoint: str = "getInvoiceCount", **more: Any) -> str:
    """Put a fault in force, for a minute unless `more` says otherwise. Returns its id."""
    request = {"endpoint": endpoint, "fault": fault, "expires_in": 60} | more
    return data(api.operator("POST", "faults", json=request))["id"]


def listed(api: Api) -> list[dict[str, Any]]:
    return data(api.operator("GET", "faults"))["faults"]


def statuses(caller: Taxpayer, calls: int) -> list[int]:
    return [caller.get(COUNT).status_code for _ in range(calls)]


def test_without_a_fault_nothing_goes_wrong(caller: Taxpayer) -> None:
    assert listed(caller.api) == []
    assert statuses(caller, 3) == [200] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502, 503, 504, 599])
def test_a_status_is_answered_in_the_portal_s_envelope(caller: Taxpayer, status: int) -> None:
    make(caller.api, DOWN | {"status": status})
    answer = caller.get(COUNT)
    schemas.check(answer, schemas.http_failure(status), status)
    assert answer.json()["message"] == "Down for maintenance."


def test_a_business_error_is_answered_as_a_rule_would(caller: Taxpayer) -> None:
    make(caller.api, {"kind": "error", "error_cd": "IMSSAV0015", "message": "Please wait."})
    answer = caller.get(COUNT)
    schemas.check(answer, schemas.failure("IMSSAV0015", "Please wait."))


def test_a_delay_makes_a_call_late_and_leaves_its_answer(caller: Taxpayer) -> None:
    sound = caller.get(COUNT).json()
    make(caller.api, {"kind": "delay", "milliseconds": 400})
    began = time.monotonic()
    late = caller.get(COUNT).json()
    assert 0.4 <= time.monotonic() - began < 5
    assert late["data"] == sound["data"]


def test_a_delay_and_a_failure_both_strike(caller: Taxpayer) -> None:
    make(caller.api, {"kind": "delay", "milliseconds": 300})
    make(caller.api)
    began = time.monotonic()
    assert statuses(caller, 1) == [503]
    assert time.monotonic() - began >= 0.3


def test_the_first_failure_goes_first_and_the_next_isn_t_asked(caller: Taxpayer) -> None:
    make(caller.api, DOWN | {"status": 500})
    make(caller.api)
    assert statuses(caller, 2) == [500, 500]
    assert [(fault["calls"], fault["strikes"]) for fault in listed(caller.api)] == [(2, 2), (0, 0)]


def test_nothing_is_done_by_a_call_that_fails(caller: Taxpayer) -> None:
    before = caller.api.fingerprint()
    make(caller.api, endpoint="saveInvoiceStatus")
    body = {"rtin": caller.gstin, "reqtyp": "SAVE", "invdata": {"b2b": []}}
    assert caller.post("invoices/status/save", body).status_code == 503
    assert caller.api.fingerprint() == before


# Which calls


def test_another_operation_is_left_alone(caller: Taxpayer) -> None:
    make(caller.api, endpoint="getInvoices")
    assert statuses(caller, 1) == [200]
    assert caller.get("invoices", section="B2B").status_code == 503


@pytest.mark.parametrize(
    ("endpoint", "gstr1", "gstr1a"),
    [
        *(("saveGstr1", 503, 200), ("saveGstr1A", 200, 503), (f"{BASE}/gstrs/*", 503, 503)),
        *((f"{BASE}/gstrs/gstr-1/2025/*", 503, 200), ("/*", 503, 503), (f"{BASE}/gstrs/gstr-1?/*", 200, 503)),
        *((f"{BASE}/gstrs", 200, 200), (f"{BASE}/gstrs/gstr-1/2024/*", 200, 200)),
    ],
)
def test_an_endpoint_is_an_operation_or_a_pattern_of_paths(
    caller: Taxpayer, endpoint: str, gstr1: int, gstr1a: int
) -> None:
    make(caller.api, endpoint=endpoint)
    body = {"gstin": caller.gstin, "fp": "102025"}
    assert caller.post("gstrs/gstr-1/2025/10", body).status_code == gstr1
    assert caller.post("gstrs/gstr-1a/2025/10", body).status_code == gstr1a
    caller.api.work()


def test_a_method_that_is_no_operation_is_struck_by_its_path_only(caller: Taxpayer) -> None:
    make(caller.api)
    assert caller.call("OPTIONS", COUNT).status_code == 204
    make(caller.api, endpoint=f"{BASE}/invoices/*")
    assert caller.call("OPTIONS", COUNT).status_code == 503


def test_signing_in_can_fail_too(caller: Taxpayer) -> None:
    make(caller.api, endpoint="authenticate")
    headers = {"x-api-key": TEST_KEY, "x-api-secret": TEST_SECRET}
    assert caller.api.http.post("/authenticate", headers=headers).status_code == 503


def test_a_fault_comes_before_the_credentials_are_looked_at(caller: Taxpayer) -> None:
    make(caller.api)
    assert caller.api.http.get(f"{BASE}/{COUNT}").status_code == 503


@pytest.mark.parametrize("path", ["/operator/v1/clock", "/operator/v1/faults", "/openapi.json", "/docs"])
def test_what_the_operator_needs_never_fails(caller: Taxpayer, path: str) -> None:
    make(caller.api, endpoint="/*")
    answer = caller.api.http.get(path, headers={"x-operator-key": TEST_OPERATOR_KEY})
    assert answer.status_code == 200


def test_a_fault_of_a_gstin_strikes_its_taxpayer_alone(caller: Taxpayer) -> None:
    other = caller.api.company("29")
    make(caller.api, gstin=other.gstin)
    assert statuses(caller, 2) == [200, 200]
    assert statuses(other, 2) == [503, 503]
    assert listed(caller.api)[0]["calls"] == 2


def test_a_fault_of_a_gstin_strikes_nobody_who_is_not_signed_in(caller: Taxpayer) -> None:
    make(caller.api, gstin=caller.gstin)
    headers = {"x-api-key": TEST_KEY, "authorization": caller.token[:-2]}
    assert caller.api.http.get(f"{BASE}/{COUNT}", headers=headers).status_code == 403


def test_a_fault_of_an_api_key_strikes_that_key_alone(caller: Taxpayer) -> None:
    other = data(caller.api.operator("POST", "api-keys", json={"label": "An ERP"}))
    make(caller.api, endpoint="authenticate", api_key=other["api_key"])

    def authenticate(key: str, secret: str) -> int:
        headers = {"x-api-key": key, "x-api-secret": secret}
        return caller.api.http.post("/authenticate", headers=headers).status_code

    assert authenticate(TEST_KEY, TEST_SECRET) == 200
    assert authenticate(other["api_key"], other["api_secret"]) == 503


# How often


def pattern(caller: Taxpayer, calls: int, **more: Any) -> list[int]:
    """What the first calls under a fault are answered with."""
    made = make(caller.api, **more)
    seen = statuses(caller, calls)
    data(caller.api.operator("DELETE", f"faults/{made}"))
    return seen


def test_a_seed_strikes_the_same_calls_each_time(caller: Taxpayer) -> None:
    first = pattern(caller, 30, probability=0.5, seed=7)
    assert set(first) == {200, 503}
    assert pattern(caller, 30, probability=0.5, seed=7) == first


def test_another_seed_strikes_other_calls(caller: Taxpayer) -> None:
    assert pattern(caller, 30, probability=0.5, seed=1) != pattern(caller, 30, probability=0.5, seed=2)


def test_a_higher_probability_strikes_what_a_lower_one_struck_and_more(caller: Taxpayer) -> None:
    rare, often = (pattern(caller, 40, probability=probability, seed=3) for probability in (0.2, 0.7))
    assert all(b == 503 for a, b in zip(rare, often, strict=True) if a == 503)
    assert often.count(503) > rare.count(503) > 0


@pytest.mark.parametrize(("probability", "expected"), [(0, {200}), (1, {503})])
def test_never_and_always_mean_what_they_say(caller: Taxpayer, probability: float, expected: set[int]) -> None:
    assert set(pattern(caller, 12, probability=probability)) == expected


@pytest.mark.parametrize(("probability", "seed"), [*itertools.product([0.01, 0.1, 0.5, 0.9], [0, 1, 2**31 - 1])])
def test_strikes_are_as_frequent_as_asked_for(caller: Taxpayer, probability: float, seed: int) -> None:
    """4,000 calls: four standard deviations are less than 0.032."""
    made = make(caller.api, probability=probability, seed=seed)
    with caller.api.portal.transaction() as db:
        struck = [queries.strike(db, id=made) for _ in range(4000)]
    allowed = 4 * (probability * (1 - probability) / 4000) ** 0.5
    assert abs(struck.count(True) / 4000 - probability) < allowed
    assert [(fault["calls"], fault["strikes"]) for fault in listed(caller.api)] == [(4000, struck.count(True))]


# How long


def test_a_fault_ends_by_itself(caller: Taxpayer) -> None:
    make(caller.api, expires_in=1)
    assert statuses(caller, 1) == [503]
    time.sleep(1.1)
    assert statuses(caller, 1) == [200]
    assert listed(caller.api) == []


@pytest.mark.parametrize("moment", ["2026-11-05T10:00", "2024-11-05T10:00"])
def test_the_portal_s_clock_doesn_t_end_a_fault(caller: Taxpayer, moment: str) -> None:
    make(caller.api, endpoint="authenticate")
    caller.api.set_clock(moment)
    assert caller.api.http.post("/authenticate").status_code == 503
    assert 50 <= listed(caller.api)[0]["expires_in"] <= 60


def test_a_fault_that_is_removed_strikes_no_more(caller: Taxpayer) -> None:
    kept, gone = make(caller.api, DOWN | {"status": 500}), make(caller.api)
    assert data(caller.api.operator("DELETE", f"faults/{kept}")) == {"removed": 1}
    assert [fault["id"] for fault in listed(caller.api)] == [gone]
    assert statuses(caller, 1) == [503]
    assert data(caller.api.operator("DELETE", "faults")) == {"removed": 1}
    assert statuses(caller, 1) == [200]


@pytest.mark.parametrize("name", ["0", "x", "99999999999999999999", "1%20or%201"])
def test_removing_what_there_isn_t_removes_nothing(caller: Taxpayer, name: str) -> None:
    make(caller.api)
    assert data(caller.api.operator("DELETE", f"faults/{name}")) == {"removed": 0}
    assert len(listed(caller.api)) == 1


def test_a_fault_is_listed_as_it_was_made(caller: Taxpayer) -> None:
    asked = {"endpoint": "getInvoices", "fault": {"kind": "delay", "milliseconds": 1}, "probability": 0.25, "seed": 9}
    asked |= {"gstin": caller.gstin, "api_key": TEST_KEY}
    made = data(caller.api.operator("POST", "faults", json={**asked, "expires_in": 60}))["id"]
    (fault,) = listed(caller.api)
    assert 58 <= fault.pop("expires_in") <= 60
    assert fault == {**asked, "id": made, "calls": 0, "strikes": 0}


# Several processes


def test_every_process_obeys_within_a_second(caller: Taxpayer) -> None:
    with TestClient(create_app(caller.api.portal), raise_server_exceptions=False) as other:
        headers = {"x-api-key": TEST_KEY, "authorization": caller.token}
        assert other.get(f"{BASE}/{COUNT}", headers=headers).status_code == 200
        make(caller.api)
        time.sleep(READ_SECONDS + 0.1)
        assert other.get(f"{BASE}/{COUNT}", headers=headers).status_code == 503
        data(caller.api.operator("DELETE", "faults"))
        # Known here for a moment yet, but not in the database, which decides.
        assert other.get(f"{BASE}/{COUNT}", headers=headers).status_code == 200


def test_processes_share_the_count_that_decides(caller: Taxpayer) -> None:
    alone = pattern(caller, 20, probability=0.5, seed=5)
    make(caller.api, probability=0.5, seed=5)
    headers = {"x-api-key": TEST_KEY, "authorization": caller.token}
    with TestClient(create_app(caller.api.portal), raise_server_exceptions=False) as other:
        turns = itertools.cycle([caller.api.http, other])
        assert [next(turns).get(f"{BASE}/{COUNT}", headers=headers).status_code for _ in range(20)] == alone


def test_without_faults_the_database_is_asked_once_a_second(caller: Taxpayer, monkeypatch: pytest.MonkeyPatch) -> None:
    faults, asked = caller.api.http.app.state["faults"], []
    read = faults.listed
    monkeypatch.setattr(faults, "listed", lambda: asked.append(1) or read())
    began = time.monotonic()
    statuses(caller, 20)
    assert len(asked) <= 1 + (time.monotonic() - began) / READ_SECONDS


# What isn't a fault

WRONG = {
    "an operation that there isn't": {"endpoint": "getEverything"},
    "an operation of the operator": {"endpoint": "moveClock"},
    "a path that isn't whole": {"endpoint": "gstrs/*"},
    "no endpoint": {"endpoint": ""},
    "no expiry": {"expires_in": None},
    "an expiry that is over": {"expires_in": 0},
    "an expiry after a day": {"expires_in": 86_401},
    "a status that is none": {"fault": DOWN | {"status": 600}},
    "a status that is success": {"fault": DOWN | {"status": 200}},
    "a kind that is none": {"fault": {"kind": "fire"}},
    "a member of another kind": {"fault": {"kind": "outage", "status": 500}},
    "a delay of nothing": {"fault": {"kind": "delay", "milliseconds": 0}},
    "a delay of hours": {"fault": {"kind": "delay", "milliseconds": 600_001}},
    "more than always": {"probability": 1.01},
    "less than never": {"probability": -0.01},
    "a seed that isn't whole": {"seed": 1.5},
    "a GSTIN that is none": {"gstin": "27AAXCT"},
    "an unknown member": {"x": 1},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_what_is_no_fault_is_refused(caller: Taxpayer, wrong: dict[str, Any]) -> None:
    request = {"endpoint": "getInvoices", "fault": DOWN, "expires_in": 60} | wrong
    assert caller.api.operator("POST", "faults", json=request).status_code in (400, 422)
    assert listed(caller.api) == []


def test_a_fault_without_an_expiry_is_refused(caller: Taxpayer) -> None:
    request = {"endpoint": "getInvoices", "fault": DOWN}
    assert caller.api.operator("POST", "faults", json=request).status_code == 400


# Production


class TestInProduction:
    """Nothing of this is there outside of test mode."""

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings()

    @pytest.fixture
    def production(self, api: Api, portal: Portal) -> Api:
        with portal.transaction() as db:
            access.create_operator_key(db, SystemClock().now(), TEST_OPERATOR_KEY)
        return api

    @pytest.mark.parametrize(("method", "path"), [("GET", "faults"), ("DELETE", "faults"), ("DELETE", "faults/1")])
    def test_faults_are_forbidden(self, production: Api, method: str, path: str) -> None:
        assert production.operator(method, path).status_code == 403

    def test_none_can_be_made(self, production: Api) -> None:
        request = {"endpoint": "authenticate", "fault": DOWN, "expires_in": 60}
        assert production.operator("POST", "faults", json=request).status_code == 403
        with production.portal.transaction() as db:
            assert list(queries.faults(db)) == []

    def test_one_that_got_into_the_database_strikes_nobody(self, production: Api) -> None:
        with production.portal.transaction() as db:
            db.execute(
                "insert into fault (endpoint, fault, probability, seed, expires_at)"
                """ values ('/*', '{"kind": "status", "status": 503, "message": "x"}', 1, 0, now() + interval '1 h')"""
            )
        assert production.http.post("/authenticate").status_code == 401
