"""The envelope, the answers of access, and the failures before any rule (contract 1 and 2)."""

from __future__ import annotations

import pytest
from tests.api import BASE, TEST_KEY, TEST_OTP, TEST_SECRET, Api, Taxpayer
from tests.portal.contract import schemas
from tests.portal.contract.schemas import check

KEY = {"x-api-key": TEST_KEY}
GETS = [
    "invoices/count?type_of_goods=others",
    "invoices?section=B2B",
    "invoices/status?reference_id=0123456789abcde",
    "invoices/2025/10/sales",
    "invoices/added-back-liabilities/2025/10",
    "gstrs/gstr-1/2025/10",
    "gstrs/gstr-1a/2025/10",
    "gstrs/2025/10/status?reference_id=0123456789abcde",
]
POSTS = ["invoices/status/save", "invoices/status/reset", "gstrs/gstr-1/2025/10", "gstrs/gstr-1a/2025/10"]
POSTS += [f"gstrs/gstr-{form}/2025/10/{verb}" for form in ("1", "1a") for verb in ("file", "reset")]
POSTS += ["session/refresh", "logout"]
CALLS = [("GET", path) for path in GETS] + [("POST", path) for path in POSTS]


def token(api: Api) -> str:
    return api.http.post("/authenticate", headers={**KEY, "x-api-secret": TEST_SECRET}).json()["data"]["access_token"]


def test_authenticate_answers_with_a_token_beside_no_status_cd(town: Api) -> None:
    check(town.http.post("/authenticate", headers={**KEY, "x-api-secret": TEST_SECRET}), schemas.flat(schemas.ACCOUNT))


def test_a_one_time_password_is_answered_with_status_cd_alone(town: Api, supplier: Taxpayer) -> None:
    who = {"username": f"user.{supplier.gstin}", "gstin": supplier.gstin}
    headers = {**KEY, "authorization": token(town)}
    check(town.http.post(f"{BASE}/otp", headers=headers, json=who), schemas.flat(schemas.OK))


def test_verifying_a_password_opens_a_session_of_six_hours(town: Api, supplier: Taxpayer) -> None:
    who = {"username": f"user.{supplier.gstin}", "gstin": supplier.gstin}
    headers = {**KEY, "authorization": token(town)}
    town.http.post(f"{BASE}/otp", headers=headers, json=who)
    answer = check(
        town.http.post(f"{BASE}/otp/verify?otp={TEST_OTP}", headers=headers, json=who), schemas.flat(schemas.SESSION)
    )
    assert abs(answer["data"]["token_expiry"] - answer["timestamp"] - 6 * 3600 * 1000) < 5000


def test_a_refresh_answers_like_the_verification(supplier: Taxpayer) -> None:
    check(supplier.post("session/refresh"), schemas.flat(schemas.SESSION))


def test_a_logout_is_answered_with_status_cd_alone(supplier: Taxpayer) -> None:
    check(supplier.post("logout"), schemas.flat(schemas.OK))


def test_the_gstin_of_the_documentation_is_taken_in_test_mode(town: Api) -> None:
    who = {"username": "acme.com", "gstin": "29AAACQ3770E000"}
    check(
        town.http.post(f"{BASE}/otp", headers={**KEY, "authorization": token(town)}, json=who),
        schemas.flat(schemas.OK),
    )


def test_a_gstin_that_is_none_is_refused_in_the_words_of_the_documentation(town: Api) -> None:
    who = {"username": "acme.com", "gstin": "29AAACQ3770E"}
    answer = check(
        town.http.post(f"{BASE}/otp", headers={**KEY, "authorization": token(town)}, json=who),
        schemas.http_failure(422),
        422,
    )
    assert answer["message"] == "Invalid GSTIN pattern"


def test_a_password_without_a_request_is_an_invalid_session(town: Api, supplier: Taxpayer) -> None:
    who = {"username": f"user.{supplier.gstin}", "gstin": supplier.gstin}
    headers = {**KEY, "authorization": token(town)}
    answer = town.http.post(f"{BASE}/otp/verify?otp={TEST_OTP}", headers=headers, json=who)
    check(answer, schemas.failure("AUTH4033", "Invalid Session"))


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_call_without_an_api_key_is_unauthorized(town: Api, method: str, path: str) -> None:
    answer = check(town.http.request(method, f"{BASE}/{path}"), schemas.http_failure(401), 401)
    assert answer["message"] == "Unauthorized"


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_call_without_a_token_is_forbidden(town: Api, method: str, path: str) -> None:
    check(town.http.request(method, f"{BASE}/{path}", headers=KEY), schemas.http_failure(403), 403)


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_the_accounts_own_token_reaches_no_taxpayers_data(town: Api, method: str, path: str) -> None:
    headers = {**KEY, "authorization": token(town)}
    check(town.http.request(method, f"{BASE}/{path}", headers=headers), schemas.http_failure(403), 403)


@pytest.mark.parametrize("path", ["invoice", "invoices/2025/sales", "gstrs/gstr-9/2025/10", "invoices/status/undo"])
def test_an_unknown_address_is_answered_in_the_envelope(nobody: Taxpayer, path: str) -> None:
    check(nobody.get(path), schemas.http_failure(404), 404)


def test_a_wrong_method_is_answered_in_the_envelope(nobody: Taxpayer) -> None:
    check(nobody.call("DELETE", "invoices"), schemas.http_failure(405), 405)


@pytest.mark.parametrize("path", ["invoices/count", "invoices", "invoices/status", "gstrs/2025/10/status"])
def test_a_call_without_its_required_parameter_is_a_bad_request(nobody: Taxpayer, path: str) -> None:
    check(nobody.get(path), schemas.http_failure(400), 400)


@pytest.mark.parametrize("version", ["1.0", "1.0.0"])
def test_any_version_header_of_the_documentation_is_taken(nobody: Taxpayer, version: str) -> None:
    answer = nobody.call("GET", "invoices?section=B2B", headers={"x-api-version": version, "x-source": "primary"})
    check(answer, schemas.success(schemas.records("b2b")))
