"""What is too large, too deep or too much is refused, and says so; and the next request is none the worse."""

from __future__ import annotations

import json

import pytest
from tests.api import SURAT, Api, Taxpayer, data, invoice

from gst_ims.core.errors import Invalid
from gst_ims.portal import decoding
from gst_ims.portal.decoding import at_most

DEEP = b"[" * 200_000 + b"]" * 200_000
BODIES = {
    ("POST", "invoices/status/save"): b'{"rtin":"%s","reqtyp":"SAVE","invdata":%s}',
    ("POST", "invoices/status/reset"): b'{"rtin":"%s","reqtyp":"RESET","invdata":%s}',
    ("POST", "gstrs/gstr-1/2025/10"): b'{"gstin":"%s","fp":"102025","b2cs":%s}',
}


@pytest.mark.parametrize(("where", "body"), BODIES.items(), ids=[path for _, path in BODIES])
def test_what_is_nested_too_deeply_is_refused(recipient: Taxpayer, where: tuple[str, str], body: bytes) -> None:
    answer = recipient.call(*where, content=body % (recipient.gstin.encode(), DEEP))
    assert answer.status_code == 400
    assert answer.json()["message"] == "The body is nested too deeply."


@pytest.mark.parametrize("path", ["taxpayers", "imports", "isd", "what-if"])
def test_the_operator_s_calls_are_not_deeper(town: Api, path: str) -> None:
    answer = town.operator("POST", path, content=b'{"taxpayers":%s}' % DEEP)
    assert answer.status_code in (400, 422)


def test_a_deep_one_time_password_request_is_refused(town: Api, recipient: Taxpayer) -> None:
    assert recipient.call("POST", "otp", content=b'{"username":%s}' % DEEP).status_code in (400, 422)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_ROWS", 3)


@pytest.mark.usefixtures("few")
def test_a_return_with_too_many_documents_is_refused_as_a_whole(supplier: Taxpayer, recipient: Taxpayer) -> None:
    status = supplier.sell(recipient.gstin, *(invoice(f"I{n}") for n in range(4)))
    assert status["status_cd"] == "ER"
    assert "more than 3 rows" in status["error_report"]["error_msg"]
    assert recipient.records("B2B") == []
    assert supplier.sell(recipient.gstin, *(invoice(f"I{n}") for n in range(3)))["status_cd"] == "P"


@pytest.mark.usefixtures("few")
def test_a_save_with_too_many_rows_is_refused_as_a_whole(recipient: Taxpayer) -> None:
    row = {"portcd": "INNSA1", "boedt": "28-10-2025", "itcprd": "102025", "txval": 1, "igst": 1, "cess": 0}
    rows = [{**row, "boenum": str(n), "prev_status": "N", "action": "A"} for n in range(4)]
    status = recipient.act("impg", *rows)
    assert (status["status_cd"], status["err_cd"]) == ("ER", "IMSSAV005")
    assert "more than 3 rows" in status["err_msg"]
    assert recipient.act("impg", *rows[:3])["status_cd"] == "PE"


@pytest.mark.usefixtures("few")
def test_rows_are_counted_as_they_come() -> None:
    """Not first gathered: then there would be too many already."""
    endless = iter(int, 1)
    with pytest.raises(Invalid, match="more than 3 rows: send it in parts"):
        list(at_most(endless))


@pytest.mark.parametrize("number", [0, 1, 3])
@pytest.mark.usefixtures("few")
def test_as_many_as_allowed_are_taken(number: int) -> None:
    assert list(at_most(range(number))) == list(range(number))


def test_garbage_in_masses_is_given_up_early(supplier: Taxpayer) -> None:
    """A million empty documents fit into a body; each would become a line of the error report."""
    body = {"gstin": supplier.gstin, "fp": "102025", "b2b": [{"ctin": SURAT, "inv": [{}] * 60_000}]}
    reference = data(supplier.call("POST", "gstrs/gstr-1/2025/10", content=json.dumps(body)))["reference_id"]
    supplier.api.work()
    status = data(supplier.get("gstrs/2025/10/status", reference_id=reference))
    assert status["status_cd"] == "ER"
    assert "more than 50000 rows" in status["error_report"]["error_msg"]
