"""Bad input gets a clear error and changes nothing (issue 2, "How it is proved")."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx import Response
from tests.api import BASE, TEST_KEY, Api, Taxpayer, echo, invoice
from tests.portal.contract.schemas import check, http_failure

DEEP = b"[" * 1000 + b"]" * 1000


def send(who: Taxpayer, path: str, body: Any) -> Response:
    """A POST of bytes as they are, or of JSON in which the GSTIN is filled in."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return who.call("POST", path, content=body.replace(b"$GSTIN", who.gstin.encode()))


def head(kind: str, **more: Any) -> dict[str, Any]:
    return {"rtin": "$GSTIN", "reqtyp": kind, "invdata": {"b2b": []}, **more}


def without(kind: str, member: str) -> dict[str, Any]:
    return {name: value for name, value in head(kind).items() if name != member}


ACTIONS: dict[str, tuple[int, Any]] = {
    "nothing": (400, b""),
    "not JSON": (400, b"rtin=27"),
    "JSON cut off": (400, b'{"rtin": "$GSTIN", "reqtyp": "$KIND", "invdata": {'),
    "two documents": (400, b'{"rtin": "$GSTIN", "reqtyp": "$KIND", "invdata": {}} {}'),
    "not UTF-8": (400, b'{"rtin": "$GSTIN", "reqtyp": "$KIND", "invdata": {"b2b": ["\xff"]}, "x": "\xff"}'),
    "an array": (422, []),
    "a string": (422, "save"),
    "null": (422, None),
    "no rtin": (400, "rtin"),
    "no reqtyp": (400, "reqtyp"),
    "no invdata": (400, "invdata"),
    "an unknown member": (400, {"hdr": {}}),
    "rtin is a number": (422, {"rtin": 27}),
    "rtin is null": (422, {"rtin": None}),
    "rtin of nobody": (403, {"rtin": "27AAXCT9999K1ZZ"}),
    "rtin in small letters": (403, {"rtin": "27aaxct9999k1zz"}),
    "rtin of the empty text": (403, {"rtin": ""}),
    "reqtyp of the other request": (422, {"reqtyp": "$OTHER"}),
    "reqtyp in small letters": (422, {"reqtyp": "save"}),
    "reqtyp is a list": (422, {"reqtyp": ["SAVE"]}),
    "a thousand levels": (400, b'{"rtin": "$GSTIN", "reqtyp": "$KIND", "invdata": {"b2b": ' + DEEP + b"}}"),
    "a thousand levels of nothing else": (422, DEEP),
}


@pytest.mark.parametrize("case", ACTIONS)
@pytest.mark.parametrize("kind", ["save", "reset"])
def test_a_bad_request_is_refused_at_once_and_changes_nothing(
    town: Api, nobody: Taxpayer, kind: str, case: str
) -> None:
    status, body = ACTIONS[case]
    if isinstance(body, str) and body in ("rtin", "reqtyp", "invdata"):
        body = without(kind.upper(), body)
    elif isinstance(body, dict):
        body = head(kind.upper(), **body)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    other = b"RESET" if kind == "save" else b"SAVE"
    raw = raw.replace(b"$KIND", kind.upper().encode()).replace(b"$OTHER", other)
    before = town.fingerprint()
    check(send(nobody, f"invoices/status/{kind}", raw), http_failure(status), status)
    assert town.fingerprint() == before


RETURNS: dict[str, tuple[int, Any]] = {
    "nothing": (400, b""),
    "not JSON": (400, b"gstin=24"),
    "JSON cut off": (400, b'{"gstin": "$GSTIN", "fp": "102025", "b2b": ['),
    "an array": (422, []),
    "no gstin": (400, {"fp": "102025"}),
    "no fp": (400, {"gstin": "$GSTIN"}),
    "gstin is a number": (422, {"gstin": 24, "fp": "102025"}),
    "gstin of another": (403, {"gstin": "24AAXCT9999K1ZZ", "fp": "102025"}),
    "fp is a number": (422, {"gstin": "$GSTIN", "fp": 102025}),
    "fp of another period": (422, {"gstin": "$GSTIN", "fp": "092025"}),
    "month 13": (422, {"gstin": "$GSTIN", "fp": "132025"}),
    "a thousand levels": (400, b'{"gstin": "$GSTIN", "fp": "102025", "b2b": ' + DEEP + b"}"),
    "a thousand levels in a table that makes no records": (
        *(400, b'{"gstin": "$GSTIN", "fp": "102025", "hsn": ' + DEEP + b"}"),
    ),
}


@pytest.mark.parametrize("case", RETURNS)
def test_a_bad_return_is_refused_at_once_and_changes_nothing(town: Api, nobody: Taxpayer, case: str) -> None:
    status, body = RETURNS[case]
    before = town.fingerprint()
    check(send(nobody, "gstrs/gstr-1/2025/10", body), http_failure(status), status)
    assert town.fingerprint() == before


@pytest.mark.parametrize("path", ["invoices/status/save", "invoices/status/reset", "gstrs/gstr-1/2025/10"])
def test_a_body_of_ten_megabytes_is_too_large_and_changes_nothing(town: Api, nobody: Taxpayer, path: str) -> None:
    kind = path.rpartition("/")[2].upper()
    body = {"rtin": "$GSTIN", "gstin": "$GSTIN", "fp": "102025", "reqtyp": kind, "invdata": {"b2b": ["x" * 10_000_000]}}
    before = town.fingerprint()
    check(send(nobody, path, body), http_failure(413), 413)
    assert town.fingerprint() == before


@pytest.mark.parametrize("path", ["invoices/status/save", "gstrs/gstr-1/2025/10"])
def test_a_body_of_five_megabytes_is_taken(api: Api, path: str) -> None:
    api.go_to("2025-11-05T10:00")
    recipient = api.company()
    body = head("SAVE") if "status" in path else {"gstin": "$GSTIN", "fp": "102025", "b2b": []}
    text = json.dumps(body).encode()
    assert send(recipient, path, text + b" " * (5_000_000 - len(text))).status_code == 200
    api.work()


MONTHS = ["2025/13", "2025/00", "2025/1", "25/10", "2025/aa", "2017/06", "2100/01", "-025/10"]


@pytest.mark.parametrize("period", MONTHS)
@pytest.mark.parametrize(
    ("name", "verb"), [("gstr-1", ""), ("gstr-1", "/file"), ("gstr-1a", ""), ("gstr-1a", "/reset")]
)
def test_a_period_that_gst_never_had_is_unprocessable_and_changes_nothing(
    town: Api, nobody: Taxpayer, name: str, verb: str, period: str
) -> None:
    before = town.fingerprint()
    year, month = period.split("/")
    answer = send(nobody, f"gstrs/{name}/{period}{verb}", {"gstin": "$GSTIN", "fp": month + year})
    check(answer, http_failure(422), 422)
    assert town.fingerprint() == before


@pytest.mark.parametrize("period", MONTHS)
@pytest.mark.parametrize("path", ["gstrs/gstr-1/{}", "gstrs/gstr-1a/{}", "gstrs/{}/status?reference_id=1"])
def test_nothing_is_read_of_a_period_that_gst_never_had(nobody: Taxpayer, path: str, period: str) -> None:
    check(nobody.get(path.format(period)), http_failure(422), 422)


@pytest.mark.parametrize("reference", ["", "x" * 5000, "' or 1=1 --", "ग", "0123456789abcde"])
@pytest.mark.parametrize("path", ["invoices/status", "gstrs/2025/10/status"])
def test_an_unknown_reference_id_is_a_business_failure_whatever_it_is(
    nobody: Taxpayer, path: str, reference: str
) -> None:
    answer = nobody.get(path, reference_id=reference).json()
    assert answer["data"]["error"]["error_cd"] == "RET13508"


@pytest.mark.parametrize("path", ["invoices/status?reference_id=%00", "gstrs/2025/10/status?reference_id=%00"])
def test_a_reference_id_that_the_database_cannot_hold_is_no_error_of_the_portal(nobody: Taxpayer, path: str) -> None:
    assert nobody.get(path).status_code < 500


@pytest.mark.parametrize("hours", [6, 24, 24 * 365])
def test_an_expired_token_is_forbidden_and_changes_nothing(town: Api, recipient: Taxpayer, hours: int) -> None:
    town.company("24").sell(recipient.gstin, invoice())
    row = echo(recipient.record("b2b"), "A")
    body = {"rtin": recipient.gstin, "reqtyp": "SAVE", "invdata": {"b2b": [row]}}
    old = {"x-api-key": TEST_KEY, "authorization": recipient.token}
    town.go_to({6: "2025-11-05T16:30", 24: "2025-11-06T10:00"}.get(hours, "2026-11-05T10:00"))
    before = town.fingerprint()
    answer = town.http.post(f"{BASE}/invoices/status/save", headers=old, json=body)
    check(answer, http_failure(403), 403)
    assert town.fingerprint() == before


def test_a_token_is_good_until_its_six_hours_are_over(town: Api, recipient: Taxpayer) -> None:
    old = {"x-api-key": TEST_KEY, "authorization": recipient.token}
    town.go_to("2025-11-05T15:59")
    assert town.http.get(f"{BASE}/invoices?section=b2b", headers=old).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "Bearer x", "null", "x" * 9000])
def test_what_is_no_token_is_forbidden(nobody: Taxpayer, token: str) -> None:
    answer = nobody.call("GET", "invoices?section=b2b", headers={"authorization": token})
    check(answer, http_failure(403), 403)


def test_a_token_with_a_changed_signature_is_forbidden(recipient: Taxpayer) -> None:
    head, payload, signature = recipient.token.split(".")
    forged = ".".join((head, payload, signature[:-6] + ("AAAAAA" if signature[-6:] != "AAAAAA" else "BBBBBB")))
    answer = recipient.call("GET", "invoices?section=b2b", headers={"authorization": forged})
    check(answer, http_failure(403), 403)


def test_a_token_sees_only_its_own_taxpayer(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    assert supplier.records("b2b") == []
    assert town.company("27").records("b2b") == []
    assert len(recipient.records("b2b")) == 1
