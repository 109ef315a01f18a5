"""What-if: the answer is what really follows, and nothing changes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import TABLES_OF_DATA, Taxpayer, data, echo, invoice, note
from tests.portal.statement.conftest import Books

EVERYTHING = (*TABLES_OF_DATA, "statement", "statement_line", "statement_total", "statement_request", "closing")


@pytest.fixture
def october(books: Books, seller: Taxpayer) -> Books:
    seller.sell(books.who.gstin, invoice("INV-1", taxable=1000), invoice("INV-2", taxable=500))
    seller.give_notes(books.who.gstin, note("CN-1", taxable=100))
    data(seller.file())
    return books.on("2025-11-14T10:00")


def rows(books: Books, **actions: tuple[str, str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Rows of a save: by name, section, number and what is to be done."""
    made: dict[str, list[dict[str, Any]]] = {}
    for section, number, more in actions.values():
        (record,) = [r for r in books.who.records(section) if number in (r.get("inum"), r.get("nt_num"))]
        made.setdefault(section, []).append(echo(record, **more))
    return made


def what_if(books: Books, invdata: Any, period: str = "102025") -> Any:
    body = {"gstin": books.who.gstin, "ret_period": period}
    if invdata:
        body["invdata"] = invdata
    return books.api.operator("POST", "what-if", json=body)


def test_it_says_what_then_really_follows_and_changes_nothing(october: Books, seller: Taxpayer) -> None:
    tried = rows(
        october,
        invoice=("b2b", "INV-2", {"action": "R", "remarks": "not ours"}),
        note=("b2bcn", "CN-1", {"action": "R", "remarks": "not agreed"}),
    )
    before = october.api.fingerprint(EVERYTHING)
    said = data(what_if(october, tried))
    assert october.api.fingerprint(EVERYTHING) == before
    assert (said["applied"], said["error_report"]) == (2, {})

    assert october.who.save(tried)["status_cd"] == "S"
    october.compute()
    assert october.read()["itcsumm"] == said["itcsumm"]
    assert october.return_3b()["itc_elg"] == said["itc_elg"]
    october.close()
    (entry,) = data(seller.get("invoices/added-back-liabilities/2025/11"))["rejInvAddBackLiab"]["cdnr"]
    (liability,) = said["liabilities"]
    assert {liability[name] for name in ("stin", "ret_period", "section", "number")} == {
        *(seller.gstin, "112025", "cdnr", "CN-1")
    }
    assert [liability[head] for head in ("iamt", "camt", "samt", "csamt")] == [
        entry[head] for head in ("iamt", "camt", "samt", "csamt")
    ]


def test_without_actions_it_says_what_follows_from_silence(october: Books) -> None:
    said = data(what_if(october, {}))
    assert (said["applied"], said["liabilities"]) == (0, [])
    assert said["itc_elg"]["itc_avl"][3] == {"iamt": 252, "camt": 0, "samt": 0, "csamt": 0, "ty": "OTH"}


def test_rows_that_would_be_refused_are_named_and_the_others_tried(october: Books) -> None:
    tried = rows(
        october,
        good=("b2b", "INV-1", {"action": "P"}),
        bad=("b2bcn", "CN-1", {"action": "A"}),
    )
    said = data(what_if(october, tried))
    assert said["applied"] == 1
    assert [row["error_cd"] for row in said["error_report"]["cn"]] == ["IMSSAV0054"]
    assert said["itcsumm"]["itcavl"]["nonrevsup"]["b2b"]["igst"] == 90


def test_before_the_14th_it_foresees_the_draft(books: Books, seller: Taxpayer) -> None:
    seller.sell(books.who.gstin, invoice("INV-1", taxable=1000))
    data(seller.file())
    said = data(what_if(books, {}))
    assert said["itcsumm"]["itcavl"]["nonrevsup"]["b2b"]["igst"] == 180
    assert books.on("2025-11-14T10:00").read()["itcsumm"] == said["itcsumm"]


@pytest.mark.parametrize("period", ["092025", "102025", "122025", "122099"])
def test_a_period_that_is_closed_or_has_not_begun_is_refused(october: Books, period: str) -> None:
    october.close()
    answer = what_if(october, {}, period).json()["data"]
    assert answer["error"]["error_cd"] == "IMS2B007"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"gstin": "27AAXCT0001K1Z6"},
        {"gstin": "nobody", "ret_period": "102025", "invdata": {}},
        {"gstin": "27AAXCT0001K1Z6", "ret_period": "132025", "invdata": {}},
        {"gstin": "29AAXCT0009K1ZP", "ret_period": "102025"},
        {"gstin": "27AAXCT0001K1Z6", "ret_period": "102025", "invdata": []},
        {"gstin": "27AAXCT0001K1Z6", "ret_period": "102025", "invdata": {"b2b": {}}},
        {"gstin": "27AAXCT0001K1Z6", "ret_period": "102025", "invdata": {"b2x": []}},
        {"gstin": "27AAXCT0001K1Z6", "ret_period": "102025", "invdata": {"b2b": [{"stin": 1}]}},
        {"gstin": "27AAXCT0001K1Z6", "ret_period": "102025", "invdata": {}, "more": 1},
    ],
)
def test_a_body_that_makes_no_sense_is_refused_with_a_reason(books: Books, body: Any) -> None:
    before = books.api.fingerprint(EVERYTHING)
    answer = books.api.operator("POST", "what-if", json=body)
    assert answer.status_code in (400, 422), answer.text
    assert len(answer.json()["message"]) > 10
    assert books.api.fingerprint(EVERYTHING) == before


def test_a_taxpayers_key_is_not_enough(october: Books) -> None:
    body = {"gstin": october.who.gstin, "ret_period": "102025", "invdata": {}}
    assert october.api.http.post("/operator/v1/what-if", json=body).status_code in (401, 403)
