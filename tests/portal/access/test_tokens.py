"""API keys and the tokens of accounts (contract 2.1)."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from tests.api import as_owner, error

from gst_ims.portal.access import service as access

from .conftest import NOON, Gate, Visitor

ROUTES_OF_A_CALLER = [("POST", "otp"), ("POST", "otp/verify?otp=1")]
ROUTES_OF_A_TAXPAYER = [
    *(("POST", "session/refresh"), ("POST", "logout")),
    *(("GET", "invoices/count?type_of_goods=others"), ("GET", "invoices?section=B2B")),
    *(("POST", "invoices/status/save"), ("POST", "invoices/status/reset")),
    *(("GET", "invoices/status?reference_id=x"), ("GET", "invoices/2025/10/sales")),
    *(("GET", "invoices/added-back-liabilities/2025/10"), ("GET", "gstrs/2025/10/status?reference_id=x")),
    *(("POST", "gstrs/gstr-1/2025/10"), ("GET", "gstrs/gstr-1/2025/10"), ("POST", "gstrs/gstr-1/2025/10/file")),
    *(("POST", "gstrs/gstr-1/2025/10/reset"), ("POST", "gstrs/gstr-1a/2025/10")),
]
ROUTES = ROUTES_OF_A_CALLER + ROUTES_OF_A_TAXPAYER


def part(value: object) -> str:
    """One part of a JWT."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def header_of(token: str) -> dict[str, str]:
    return json.loads(base64.urlsafe_b64decode(token.partition(".")[0] + "=="))


def claims_of(token: str) -> dict[str, object]:
    return json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))


def test_key_and_secret_give_a_token(gate: Gate) -> None:
    answer = gate.visitor().authenticate().json()
    assert set(answer) == {"code", "timestamp", "data", "transaction_id"}
    assert set(answer["data"]) == {"access_token"}


def test_the_token_says_when_it_ends(visitor: Visitor) -> None:
    claims = claims_of(visitor.token)
    assert claims["iat"] == int(NOON.timestamp())
    assert claims["exp"] == int((NOON + timedelta(hours=24)).timestamp())


WRONG = {
    "no key": {"x-api-key": "", "x-api-secret": "right"},
    "no headers": {},
    "an unknown key": {"x-api-key": "key_live_unknown", "x-api-secret": "right"},
    "a wrong secret": {"x-api-key": "right", "x-api-secret": "secret_live_wrong"},
    "no secret": {"x-api-key": "right"},
    "an empty secret": {"x-api-key": "right", "x-api-secret": ""},
    "test mode's own": {"x-api-key": "key_test_local", "x-api-secret": "secret_test_local"},
    "key and secret exchanged": {"x-api-key": "secret", "x-api-secret": "key"},
}


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_key_or_secret_is_unauthorized_whichever_it_is(gate: Gate, headers: dict[str, str]) -> None:
    visitor = gate.visitor()
    right = {"x-api-key": {"right": visitor.key, "secret": visitor.secret}}
    right["x-api-secret"] = {"right": visitor.secret, "key": visitor.key}
    sent = {name: right[name].get(value, value) for name, value in headers.items()}
    answer = gate.http.post("/authenticate", headers=sent)
    assert (answer.status_code, answer.json()["code"], answer.json()["message"]) == (401, 401, "Unauthorized")


def test_another_s_secret_is_unauthorized(gate: Gate) -> None:
    one, other = gate.visitor(), gate.visitor()
    one.secret = other.secret
    assert one.authenticate().status_code == 401


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_call_goes_without_a_key(gate: Gate, visitor: Visitor, method: str, path: str) -> None:
    visitor.key = "key_live_unknown"
    assert visitor.call(method, path).status_code == 401


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_call_goes_without_a_token(gate: Gate, visitor: Visitor, method: str, path: str) -> None:
    visitor.token = ""
    assert visitor.call(method, path).status_code == 403


@pytest.mark.parametrize(("method", "path"), ROUTES_OF_A_TAXPAYER)
def test_an_account_s_token_opens_no_taxpayer_s_data(visitor: Visitor, method: str, path: str) -> None:
    assert visitor.call(method, path).status_code == 403


def test_a_taxpayer_s_token_serves_as_the_account_s(visitor: Visitor) -> None:
    """On the real test host both are the same token (contract 1.6): clients may send either."""
    token = visitor.session()
    assert visitor.ask(token).json()["data"] == {"status_cd": "1"}


def test_authenticating_anew_leaves_older_tokens_alive(visitor: Visitor) -> None:
    old = visitor.token
    visitor.enter()
    assert visitor.ask(old).status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(24 * 3600 - 1, 200), (24 * 3600, 403)])
def test_an_account_s_token_lives_24_hours(gate: Gate, visitor: Visitor, seconds: int, status: int) -> None:
    gate.later(seconds=seconds)
    assert visitor.ask().status_code == status


def forgeries(token: str) -> dict[str, str]:
    """What somebody might try who has `token` of another session, or none."""
    head, claims, signature = token.split(".")
    header = header_of(token)
    known = OctKey.import_key(b"known to everybody, 32 characters")
    foreign = jwt.encode({"alg": "HS256", "typ": "JWT", "kid": header["kid"]}, claims_of(token), known)
    other_algorithm = jwt.encode({"alg": "HS512", "kid": header["kid"]}, claims_of(token), known, algorithms=["HS512"])
    later = part(claims_of(token) | {"exp": 4_000_000_000})
    return {
        "with Bearer": f"Bearer {token}",
        "with a space": f"x {token}",
        "no JWT": "let me in",
        "empty parts": "..",
        "one part": head,
        "unsigned": f"{head}.{claims}.",
        "alg none": f"{part({'alg': 'none', 'kid': header['kid']})}.{claims}.",
        "alg None": f"{part({'alg': 'None'})}.{claims}.",
        "another algorithm": other_algorithm,
        "another algorithm's name": f"{part(header | {'alg': 'HS512'})}.{claims}.{signature}",
        "another's key": foreign,
        "an unknown key": f"{part(header | {'kid': 'deadbeef'})}.{claims}.{signature}",
        "no key id": f"{part({'alg': 'HS256'})}.{claims}.{signature}",
        "a key id that isn't text": f"{part(header | {'kid': {'a': 1}})}.{claims}.{signature}",
        "a key id that no database takes": f"{part(header | {'kid': chr(0)})}.{claims}.{signature}",
        "a longer life": f"{head}.{later}.{signature}",
        "a cut signature": token[:-4],
        "a header that is a list": f"{part([1])}.{claims}.{signature}",
        "not ASCII": "é.è.ê",
        "encrypted, in five parts": "a.b.c.d.e",
    }


FORGERIES = [
    *("with Bearer", "with a space", "no JWT", "empty parts", "one part", "unsigned", "alg none", "alg None"),
    *("another algorithm", "another algorithm's name", "another's key", "an unknown key", "no key id"),
    *("a key id that isn't text", "a key id that no database takes", "a longer life", "a cut signature"),
    *("a header that is a list", "not ASCII", "encrypted, in five parts"),
]


@pytest.mark.parametrize("how", FORGERIES)
def test_a_token_that_the_portal_did_not_give_out_is_forbidden(visitor: Visitor, how: str) -> None:
    token = forgeries(visitor.session())[how]
    answer = visitor.gate.http.get(
        "/gst/compliance/tax-payer/invoices/count?type_of_goods=others",
        headers={b"x-api-key": visitor.key.encode(), b"authorization": token.encode()},  # type: ignore[dict-item]
    )
    assert answer.status_code == 403, answer.text


def test_a_token_of_another_key_is_forbidden(gate: Gate, visitor: Visitor) -> None:
    token = visitor.session()
    other = gate.visitor().enter()
    assert other.look(token).status_code == 403


def test_a_refusal_has_the_envelope_of_failures(visitor: Visitor) -> None:
    visitor.token = "wrong"
    answer = visitor.ask().json()
    assert set(answer) == {"code", "message", "timestamp", "transaction_id"}
    assert answer["code"] == 403


def test_the_version_is_nobody_s_business(visitor: Visitor) -> None:
    headers = {"x-api-key": visitor.key, "x-api-secret": visitor.secret, "x-api-version": "9.9"}
    assert visitor.gate.http.post("/authenticate", headers=headers).status_code == 200


def test_a_body_does_not_disturb_the_authentication(visitor: Visitor) -> None:
    headers = {"x-api-key": visitor.key, "x-api-secret": visitor.secret}
    assert visitor.gate.http.post("/authenticate", headers=headers, content=b"not JSON").status_code == 200


BAD_BODIES = {
    "no JSON": (b"x", 400),
    "nothing": (b"", 400),
    "a list": (b"[]", 422),
    "no GSTIN": (b'{"username":"a"}', 400),
    "an unknown member": (b'{"username":"a","gstin":"27AAPFU0939F1ZV","rtin":"x"}', 400),
    "an empty username": (b'{"username":"","gstin":"27AAPFU0939F1ZV"}', 422),
    "a username with U+0000": (b'{"username":"a\\u0000","gstin":"27AAPFU0939F1ZV"}', 422),
    "half a surrogate pair": (b'{"username":"a\\ud800","gstin":"27AAPFU0939F1ZV"}', 400),
    "a number for a GSTIN": (b'{"username":"a","gstin":27}', 422),
    "a GSTIN with a wrong check digit": (b'{"username":"a","gstin":"27AAPFU0939F1ZW"}', 422),
    "a GSTIN in small letters": (b'{"username":"a","gstin":"27aapfu0939f1zv"}', 422),
    "the sample GSTIN of the documentation": (b'{"username":"acme.com","gstin":"29AAACQ3770E000"}', 422),
}


@pytest.mark.parametrize("path", ["otp", "otp/verify?otp=123456"])
@pytest.mark.parametrize(("body", "status"), BAD_BODIES.values(), ids=BAD_BODIES.keys())
def test_a_body_that_is_not_a_request_for_a_password_is_refused(
    visitor: Visitor, path: str, body: bytes, status: int
) -> None:
    assert visitor.call("POST", path, content=body).status_code == status


@pytest.mark.parametrize("gstin", ["27AAPFU0939F1ZW", "27aapfu0939f1zv", "27", "", "99AAAAA0000A1Z5"])
def test_a_wrong_gstin_is_refused_in_the_words_of_the_real_service(visitor: Visitor, gstin: str) -> None:
    answer = visitor.call("POST", "otp", json={"username": "a", "gstin": gstin})
    assert answer.json()["message"] == "Invalid GSTIN pattern"


def test_a_taxpayer_that_the_portal_does_not_know_gets_no_password(visitor: Visitor) -> None:
    visitor.who = {"username": "nobody", "gstin": "27AAPFU0939F1ZV"}
    assert error(visitor.ask()) == "AUTH158"


def kid(token: str) -> str:
    return header_of(token)["kid"]


def keys_of(gate: Gate) -> set[str]:
    with gate.portal.transaction() as db:
        return {row.id for row in db.execute("select id from signing_key").fetchall()}


@pytest.fixture
def newcomer(gate: Gate) -> Visitor:
    """A visitor whose token is the first that a new key has signed."""
    with as_owner(gate.portal) as db:
        db.execute("delete from signing_key")
    return gate.visitor().enter()


def test_one_key_signs_for_a_month(gate: Gate, newcomer: Visitor) -> None:
    before = kid(newcomer.token)
    gate.later(days=29)
    assert kid(newcomer.enter().token) == before


def test_then_a_new_key_signs_and_the_old_one_still_reads(gate: Gate, newcomer: Visitor) -> None:
    gate.later(days=29, hours=23)
    old = newcomer.enter().session()
    gate.later(hours=2)
    new = newcomer.enter().token
    assert kid(new) != kid(old)
    assert newcomer.look(old).status_code == 200
    assert newcomer.refresh(old).status_code == 200


def test_a_key_is_deleted_when_what_it_signed_has_expired(gate: Gate, newcomer: Visitor) -> None:
    old = kid(newcomer.token)
    gate.later(days=30, hours=1)
    second = kid(newcomer.enter().token)
    assert {old, second} <= keys_of(gate)
    gate.later(days=30, hours=1)
    third = kid(newcomer.enter().token)
    assert old not in keys_of(gate)
    assert {second, third} <= keys_of(gate)


def test_a_session_outlives_the_key_that_signed_its_first_token(gate: Gate, newcomer: Visitor) -> None:
    gate.later(days=29, hours=23)
    session = newcomer.enter().session()
    gate.later(hours=2)
    refreshed = newcomer.refresh(session).json()["data"]["access_token"]
    assert kid(refreshed) != kid(session)
    assert newcomer.look(refreshed).status_code == 200


def test_a_key_that_is_taken_back_is_good_for_nothing(gate: Gate, visitor: Visitor) -> None:
    session = visitor.session()
    assert visitor.look(session).status_code == 200
    assert gate.operator("DELETE", f"api-keys/{visitor.key}").status_code == 200
    assert visitor.look(session).status_code == 401
    assert visitor.authenticate().status_code == 401


def test_so_are_the_sessions_that_it_opened(gate: Gate, visitor: Visitor) -> None:
    """Also if the key should ever come back."""
    session = visitor.session()
    gate.operator("DELETE", f"api-keys/{visitor.key}")
    with gate.portal.transaction() as db:
        access.create_api_key(db, NOON, "again", key=visitor.key, secret=visitor.secret)
    assert visitor.look(session).status_code == 403
    assert visitor.enter().look(visitor.session()).status_code == 200


def test_another_s_key_stays_good(gate: Gate, visitor: Visitor) -> None:
    other = gate.visitor().enter()
    session = other.session()
    gate.operator("DELETE", f"api-keys/{visitor.key}")
    assert other.look(session).status_code == 200


def test_an_unknown_key_cannot_be_taken_back(gate: Gate) -> None:
    assert gate.operator("DELETE", "api-keys/key_live_unknown").status_code == 404


def test_only_the_operator_takes_keys_back(gate: Gate, visitor: Visitor) -> None:
    answer = gate.http.delete(f"/operator/v1/api-keys/{visitor.key}", headers={"x-operator-key": visitor.key})
    assert answer.status_code == 401
    assert visitor.authenticate().status_code == 200
