"""Files of the offline tool come back: they are saves and resets, and what isn't taken comes back once more."""

from __future__ import annotations

import json
from typing import Any

import pytest
from httpx import Response
from tests.api import Api, Taxpayer, bill_of_entry, data, echo, error, invoice, note
from tests.portal.contract import schemas
from tests.portal.contract.schemas import check

STALE = "Either previous action is incorrect/ invoice might have edited by supplier"


def upload(taxpayer: Taxpayer, invdata: Any, kind: str = "SAVE") -> str:
    """Upload a file and have it processed. Returns its reference id."""
    body = {"rtin": taxpayer.gstin, "reqtyp": kind, "invdata": invdata}
    answer = check(taxpayer.post("invoices/offline", body), schemas.success(schemas.REFERENCE))
    taxpayer.api.work()
    return answer["data"]["data"]["reference_id"]


def errors(taxpayer: Taxpayer, reference: str) -> Response:
    return taxpayer.get("invoices/offline/errors", reference_id=reference)


def failed(taxpayer: Taxpayer, reference: str) -> dict[str, Any]:
    answer = errors(taxpayer, reference)
    assert answer.status_code == 200, answer.text
    return answer.json()["imsDetailsErr"]


@pytest.fixture
def two(supplier: Taxpayer, recipient: Taxpayer) -> list[dict[str, Any]]:
    """Two invoices at the recipient."""
    supplier.sell(recipient.gstin, invoice("ONE"), invoice("TWO"))
    return recipient.records("b2b")


def test_an_upload_is_a_save(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    reference = upload(recipient, {"b2b": [echo(two[0], "A"), echo(two[1], "R", remarks="not ours")]})
    assert recipient.status_of(reference)["status_cd"] == "S"
    assert [row["action"] for row in recipient.records("b2b")] == ["A", "R"]


def test_an_upload_leaves_the_trail_of_a_save(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    upload(recipient, {"b2b": [echo(two[0], "A", remarks="as agreed")]})
    recipient.act("b2b", echo(two[1], "A", remarks="as agreed"))
    with recipient.api.portal.as_recipient(recipient.gstin) as db:
        told = "event, section, stin, period, form, was, became, details"
        by_file, by_save = db.execute(f"select {told} from trail where event = 'acted'").fetchall()
    assert by_file == by_save


def test_a_reset_may_be_uploaded_too(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    recipient.act("b2b", echo(two[0], "A"))
    reference = upload(recipient, {"b2b": [echo(two[0], prev_status="A")]}, "RESET")
    assert recipient.status_of(reference)["transTypCd"] == "RST"
    assert recipient.records("b2b") == two


def test_a_second_upload_waits_for_the_first(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    body = {"rtin": recipient.gstin, "reqtyp": "SAVE", "invdata": {"b2b": [echo(two[0], "A")]}}
    data(recipient.post("invoices/offline", body))
    assert error(recipient.post("invoices/offline", body)) == "IMSSAV0015"
    assert error(recipient.post("invoices/status/save", body)) == "IMSSAV0015"
    recipient.api.work()


@pytest.mark.parametrize("changed", [{"rtin": "24AAXCT0003K1ZA"}, {"reqtyp": "DELETE"}, {"imsDetails": {}}], ids=str)
def test_a_file_of_another_kind_is_refused_and_changes_nothing(
    two: list[dict[str, Any]], recipient: Taxpayer, changed: dict[str, Any]
) -> None:
    body = {"rtin": recipient.gstin, "reqtyp": "SAVE", "invdata": {"b2b": [echo(two[0], "A")]}}
    before = recipient.api.fingerprint()
    answer = recipient.post("invoices/offline", body | changed)
    assert answer.status_code in (400, 403, 422)
    assert recipient.api.fingerprint() == before


def test_the_error_file_has_the_refused_rows_as_they_were_sent(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    stale = echo(two[1], "A", prev_status="R", remarks="₹ 5")
    reference = upload(recipient, {"b2b": [echo(two[0], "A"), stale]})
    assert recipient.status_of(reference)["status_cd"] == "PE"
    rows = {"b2b": [{**stale, "error_msg": STALE}]}
    assert failed(recipient, reference) == {"rtin": recipient.gstin, "invdata": rows}


def test_the_error_file_is_a_file(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    reference = upload(recipient, {"b2b": [echo(two[0], "A", prev_status="R")]})
    answer = errors(recipient, reference)
    assert answer.headers["content-type"].startswith("application/json")
    named = f'attachment; filename="IMS_{recipient.gstin}_errors_{reference}.json"'
    assert answer.headers["content-disposition"] == named


def test_each_row_has_its_own_reason(two: list[dict[str, Any]], supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.give_notes(recipient.gstin, note("C-1"), note("D-1", kind="D"))
    credit, debit = recipient.record("CN"), recipient.record("DN")
    rows = {"b2b": [echo(two[0], "A", prev_status="P")], "b2bcn": [echo(credit, "A")], "b2bdn": [echo(debit, "A")]}
    reference = upload(recipient, rows)
    invdata = failed(recipient, reference)["invdata"]
    reasons = {section: [row["error_msg"] for row in rows] for section, rows in invdata.items()}
    assert reasons == {"b2b": [STALE], "b2bcn": ["Error! Please enter value for the column itcRedReq."]}


def test_of_rows_that_name_one_record_the_later_ones_failed(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    first, second, third = echo(two[0], "A"), echo(two[0], "R"), echo(two[0], "P")
    reference = upload(recipient, {"b2b": [first, second, third]})
    assert recipient.records("b2b")[0]["action"] == "A"
    assert [row["action"] for row in failed(recipient, reference)["invdata"]["b2b"]] == ["R", "P"]


def test_bills_of_entry_have_errors_too(recipient: Taxpayer) -> None:
    data(recipient.api.imports(bill_of_entry(recipient.gstin), bill_of_entry(recipient.gstin, "17")))
    first, second = recipient.records("IMPG")
    told = [{name: value for name, value in echo(row, "A").items() if name != "srtinprd"} for row in (first, second)]
    reference = upload(recipient, {"impg": [told[0], {**told[1], "prev_status": "P"}]})
    (row,) = failed(recipient, reference)["invdata"]["impg"]
    assert (row["boenum"], row["error_msg"]) == (second["boenum"], STALE)


def test_of_a_file_against_the_schema_every_row_failed(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    rows = [echo(two[0], "A"), {**echo(two[1], "A"), "inum": 17}]
    reference = upload(recipient, {"b2b": rows})
    found = failed(recipient, reference)
    assert "$.invdata.b2b[1].inum" in found["error_msg"]
    assert found["invdata"] == {"b2b": [{**row, "error_msg": found["error_msg"]} for row in rows]}
    assert recipient.records("b2b") == two


@pytest.mark.parametrize(
    "invdata", [[], {}, {"b2b": {}}, {"b2b": [1, None]}, {"b2c": "x"}, {"x": [[{"a": 1}]]}, "text", None], ids=str
)
def test_of_a_file_without_readable_rows_the_reason_is_left(recipient: Taxpayer, invdata: Any) -> None:
    found = failed(recipient, upload(recipient, invdata))
    assert found["invdata"] == {}
    assert found["error_msg"].startswith("Schema validation failure")


def test_amounts_come_back_as_they_were_sent(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    text = json.dumps({"rtin": recipient.gstin, "reqtyp": "SAVE", "invdata": {"b2b": [echo(two[0], "A")]}})
    text = text.replace('"val": 1180.0', '"val": 9999999999999.98')
    reference = data(recipient.call("POST", "invoices/offline", content=text))["reference_id"]
    recipient.api.work()
    assert '"val":9999999999999.98' in errors(recipient, reference).text


@pytest.mark.parametrize("reference", ["4b1d0c92e7a35f6", "", "'", "x" * 100])
def test_an_unknown_reference_has_no_error_file(nobody: Taxpayer, reference: str) -> None:
    assert error(errors(nobody, reference)) == "RET13508"


def test_the_error_file_of_another_taxpayer_is_one_that_does_not_exist(
    town: Api, two: list[dict[str, Any]], recipient: Taxpayer
) -> None:
    reference = upload(recipient, {"b2b": [echo(two[0], "A", prev_status="R")]})
    assert error(errors(town.company("27"), reference)) == "RET13508"
    assert failed(recipient, reference)["invdata"]["b2b"]


def test_a_request_without_errors_has_no_error_file(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    reference = upload(recipient, {"b2b": [echo(two[0], "A")]})
    answer = check(errors(recipient, reference), schemas.http_failure(422), 422)
    assert "has no errors" in answer["message"]


def test_a_request_that_is_not_finished_has_no_error_file_yet(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    reference = recipient.submit("save", {"b2b": [echo(two[0], "A", prev_status="R")]})
    answer = check(errors(recipient, reference), schemas.http_failure(422), 422)
    assert "ask for its status first" in answer["message"]
    recipient.api.work()
    assert failed(recipient, reference)


def test_when_the_rows_are_forgotten_the_status_still_has_the_errors(
    town: Api, two: list[dict[str, Any]], recipient: Taxpayer
) -> None:
    reference = upload(recipient, {"b2b": [echo(two[0], "A", prev_status="R")]})
    with town.portal.transaction() as db:
        db.execute("update action_request set body = null where rtin = %s", [recipient.gstin])
    answer = check(errors(recipient, reference), schemas.http_failure(422), 422)
    assert "no longer kept" in answer["message"]
    assert recipient.status_of(reference)["error_report"]["b2b"]
