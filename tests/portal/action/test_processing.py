"""The background half of a request: once, wholly or not at all, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Api, Taxpayer, data, echo, invoice
from tests.portal.contract.schemas import check, http_failure

from gst_ims.portal.action import service


@pytest.fixture
def two(supplier: Taxpayer, recipient: Taxpayer) -> list[dict[str, Any]]:
    """Two invoices at the recipient."""
    supplier.sell(recipient.gstin, invoice("ONE"), invoice("TWO"))
    return recipient.records("b2b")


def test_nothing_changes_before_the_request_is_processed(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    recipient.submit("save", {"b2b": [echo(two[0], "A")]})
    assert recipient.records("b2b") == two


def test_a_request_that_is_processed_twice_is_applied_once(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    api = recipient.api
    reference = recipient.submit("save", {"b2b": [echo(two[0], "A"), echo(two[1], "A", prev_status="R")]})
    api.work()
    before = api.fingerprint()
    service.process(api.portal, recipient.gstin, reference)
    assert api.fingerprint() == before


def test_an_old_request_does_not_come_back_over_a_newer_one(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    api = recipient.api
    reference = recipient.submit("save", {"b2b": [echo(two[0], "A")]})
    api.work()
    recipient.reset("b2b", echo(two[0], prev_status="A"))
    service.process(api.portal, recipient.gstin, reference)
    assert recipient.records("b2b") == two


@pytest.mark.parametrize(
    "wrong",
    [
        *({"action": "N"}, {"action": "a"}, {"prev_status": ""}, {"val": -1}, {"val": "much"}, {"val": None}),
        *({"txval": 1.005}, {"txval": 1e15}, {"iamt": True}, {"stin": "short"}, {"inum": 17}, {"inum": ""}),
        *({"inum": "x" * 17}, {"idt": "2025-10-05"}, {"idt": "31-09-2025"}, {"rtnprd": "132025"}, {"pos": "39"}),
        *({"rtnprd": "102016"}, {"srcform": "GSTR1"}, {"inv_typ": "B2B"}, {"remarks": 7}, {"unknown": 1}),
        *({"itcRedReq": "Y"}, {"hash": "0" * 64}, {"srcfilstatus": "Filed"}, {"oinum": "X"}),
    ],
    ids=str,
)
def test_a_row_against_the_schema_fails_the_whole_request_and_changes_nothing(
    two: list[dict[str, Any]], recipient: Taxpayer, wrong: dict[str, Any]
) -> None:
    status = recipient.act("b2b", echo(two[0], "A"), echo(two[1], "A") | wrong)
    assert (status["status_cd"], status["err_cd"], status["proc_cnt"], status["err_cnt"]) == (
        *("ER", "IMSSAV005", "0", "0"),
    )
    assert recipient.records("b2b") == two


@pytest.mark.parametrize("member", ["stin", "inum", "idt", "val", "pos", "cess", "prev_status", "action", "inv_typ"])
def test_a_row_that_lacks_a_member_fails_the_whole_request(
    two: list[dict[str, Any]], recipient: Taxpayer, member: str
) -> None:
    row = echo(two[1], "A")
    del row[member]
    assert recipient.act("b2b", echo(two[0], "A"), row)["status_cd"] == "ER"
    assert recipient.records("b2b") == two


def test_an_amount_in_quotes_is_the_amount(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    """Some clients quote decimals to keep them exact. Nothing is lost in taking them so."""
    assert recipient.act("b2b", echo(two[0], "A", val=f"{two[0]['val']:.2f}"))["status_cd"] == "S"


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "", "ten"])
def test_a_word_is_no_amount(two: list[dict[str, Any]], recipient: Taxpayer, amount: str) -> None:
    assert recipient.act("b2b", echo(two[0], "A", val=amount))["status_cd"] == "ER"


@pytest.mark.parametrize("more", [{"action": "N"}, {"remarks": "r"}, {"itcRedReq": "N"}])
def test_a_reset_takes_no_action_and_no_words(
    two: list[dict[str, Any]], recipient: Taxpayer, more: dict[str, Any]
) -> None:
    assert recipient.reset("b2b", echo(two[0], **more))["status_cd"] == "ER"


@pytest.mark.parametrize(
    "invdata",
    [{}, {"b2c": []}, {"B2B": []}, {"isd": []}, {"b2b": {}}, {"b2b": None}, {"b2b": [1]}, [], None, "b2b", {"cn": []}],
    ids=str,
)
def test_invdata_without_the_sections_of_the_contract_fails(recipient: Taxpayer, invdata: Any) -> None:
    status = recipient.save(invdata)
    assert (status["status_cd"], status["err_cd"], status["proc_cnt"]) == ("ER", "IMSSAV005", "0")


def test_after_a_failed_request_the_next_one_is_taken(two: list[dict[str, Any]], recipient: Taxpayer) -> None:
    recipient.save({})
    assert recipient.act("b2b", echo(two[0], "A"))["status_cd"] == "S"


@pytest.mark.parametrize("text", ["\x00", "before\x00after"])
def test_remarks_that_the_database_cannot_store_are_refused_at_once(
    two: list[dict[str, Any]], recipient: Taxpayer, text: str
) -> None:
    """Were such a request taken and never finished, IMSSAV0015 would answer the taxpayer for ever."""
    invdata = {"b2b": [echo(two[0], "R", remarks=text)]}
    body = {"rtin": recipient.gstin, "reqtyp": "SAVE", "invdata": invdata}
    check(recipient.post("invoices/status/save", body), http_failure(422), 422)
    assert recipient.act("b2b", echo(two[0], "R"))["status_cd"] == "S"


# Nobody reaches another taxpayer's data (issue 2, section 2).


@pytest.mark.parametrize("kind", ["save", "reset"])
def test_the_rtin_of_another_taxpayer_is_forbidden(
    two: list[dict[str, Any]], supplier: Taxpayer, recipient: Taxpayer, kind: str
) -> None:
    api, before = recipient.api, recipient.api.fingerprint()
    body = {"rtin": recipient.gstin, "reqtyp": kind.upper(), "invdata": {"b2b": [echo(two[0], "R")]}}
    check(supplier.post(f"invoices/status/{kind}", body), http_failure(403), 403)
    assert api.fingerprint() == before


def test_another_taxpayers_record_is_stale_whatever_the_row_says(
    two: list[dict[str, Any]], town: Api, recipient: Taxpayer
) -> None:
    stranger = town.company("27")
    assert stranger.act("b2b", echo(two[0], "R"))["proc_cnt"] == "0"
    assert recipient.records("b2b") == two


def test_another_taxpayers_reference_id_is_unknown(two: list[dict[str, Any]], town: Api, recipient: Taxpayer) -> None:
    reference = recipient.submit("save", {"b2b": [echo(two[0], "A")]})
    answer = town.company("27").get("invoices/status", reference_id=reference).json()
    assert answer["data"]["error"]["error_cd"] == "RET13508"


def test_another_taxpayers_requests_are_processed_apart(
    two: list[dict[str, Any]], town: Api, recipient: Taxpayer
) -> None:
    stranger = town.company("27")
    stranger.submit("save", {})
    recipient.submit("save", {"b2b": [echo(two[0], "A")]})
    town.work()
    assert recipient.records("b2b")[0]["action"] == "A"


def test_a_recipients_request_does_not_touch_the_same_document_of_another_recipient(
    town: Api, supplier: Taxpayer
) -> None:
    one, other = town.company("27"), town.company("27")
    supplier.save_return("2025/10", b2b=[{"ctin": one.gstin, "inv": [invoice("A1")]}])
    data(supplier.file())
    town.company("24").save_return("2025/10", b2b=[{"ctin": other.gstin, "inv": [invoice("A1")]}])
    one.act("b2b", echo(one.record("b2b"), "R"))
    assert other.record("b2b")["action"] == "N"
