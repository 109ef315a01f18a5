"""GSTR-2B in its versions: drawn up, computed again, read as it stood (R4.1 to R4.6)."""

from __future__ import annotations

import pytest
from tests.api import Api, Taxpayer, data, error, invoice, note
from tests.portal.statement.conftest import Books

from gst_ims.portal import jobs
from gst_ims.portal.statement import service as statement


@pytest.fixture
def october(books: Books, seller: Taxpayer) -> Books:
    """Two invoices and a credit note of October, filed; it is the 14th of November, and the drafts are out."""
    seller.sell(books.who.gstin, invoice("INV-1", taxable=1000), invoice("INV-2", taxable=500))
    seller.give_notes(books.who.gstin, note("CN-1", taxable=100))
    data(seller.file())
    return books.on("2025-11-14T10:00")


def test_the_draft_has_everything_that_was_left_alone(october: Books) -> None:
    said = october.read()
    assert (said["version"], said["gendt"]) == ("1", "14-11-2025")
    assert october.documents() == dict.fromkeys(("INV-1", "INV-2", "CN-1"), ("docdata", "N"))
    assert said["itcsumm"]["itcavl"]["nonrevsup"]["b2b"] == {
        **{"txval": 1500, "igst": 270, "cgst": 0, "sgst": 0, "cess": 0}
    }
    assert said["itcsumm"]["itcavl"]["othersup"]["cdnr"]["igst"] == 18


def test_an_earlier_version_is_read_as_it_stood(october: Books) -> None:
    first = october.answer().json()["data"]["data"]
    october.act("b2b", "INV-2", "R", remarks="not ours")
    assert october.compute() == {"status_cd": "P", "err_cd": "", "err_msg": ""}
    october.act("b2b", "INV-1", "P")
    october.compute()
    assert october.documents() == {"INV-2": ("docRejdata", "R"), "CN-1": ("docdata", "N")}
    assert october.documents(version="2") == {
        **{"INV-1": ("docdata", "N"), "INV-2": ("docRejdata", "R"), "CN-1": ("docdata", "N")}
    }
    assert october.answer(version="1").json()["data"]["data"] == first
    assert [october.read(version=str(n))["version"] for n in (1, 2, 3)] == ["1", "2", "3"]


def test_a_supplier_who_changes_his_name_changes_no_version(october: Books, seller: Taxpayer) -> None:
    first = october.answer().text.partition('"data":{"data"')[2].partition(',"transaction_id"')[0]
    row = {"gstin": seller.gstin, "username": "new", "legal_name": "New", "trade_name": "New Name"}
    row |= {"filing_frequency": "monthly", "taxpayer_type": "Regular"}
    data(october.api.operator("POST", "taxpayers", json={"taxpayers": [row]}))
    assert first in october.answer().text
    october.act("b2b", "INV-2", "R", remarks="not ours")
    october.compute()
    assert october.read()["cpsumm"]["b2b"][0]["trdnm"] == "New Name"
    assert first in october.answer(version="1").text


def test_sums_may_be_larger_than_any_amount(october: Books) -> None:
    with october.api.portal.transaction() as db:
        db.execute("update record set taxable = 999999999999999, igst = 9000000000000000000 where section = 'b2b'")
    october.compute()
    assert '"igst":180000000000000000.00' in october.answer().text
    assert '"iamt":179999999999999982.00' in october.who.get("gstrs/gstr-3b/2025/10").text


def test_versions_stay_readable_when_the_period_is_closed(october: Books) -> None:
    before = october.answer(version="1").json()["data"]["data"]
    october.act("b2b", "INV-2", "R", remarks="not ours")
    october.compute()
    october.close()
    assert october.answer(version="1").json()["data"]["data"] == before
    assert october.documents()["INV-2"] == ("docRejdata", "R")


def test_a_version_that_does_not_exist_is_not_generated(october: Books) -> None:
    answer = october.answer(version="2")
    assert error(answer) == "RET2B1023"
    assert "the latest is 1" in answer.json()["data"]["error"]["message"]


@pytest.mark.parametrize("query", [{"version": "0"}, {"version": "-1"}, {"version": "one"}, {"version": "9" * 10}])
def test_a_version_that_is_no_number_is_refused(october: Books, query: dict[str, str]) -> None:
    assert october.answer(**query).status_code == 422


def test_a_reset_action_makes_the_statement_the_same_again(october: Books) -> None:
    october.act("b2b", "INV-1", "R", remarks="a mistake")
    (record,) = october.who.records("b2b", status="rejected")
    row = {name: value for name, value in record.items() if name in ("stin", "inum", "idt", "inv_typ", "rtnprd")}
    row |= {name: record[name] for name in ("srcform", "pos", "val", "txval", "iamt", "camt", "samt", "cess")}
    assert october.who.reset("b2b", {**row, "prev_status": "R"})["status_cd"] == "S"
    assert error(october.ask("2025/10")) == "IMS0005"


def test_remarks_alone_make_it_out_of_date(october: Books) -> None:
    """What GSTR-2B shows isn't rupees only."""
    october.act("b2b", "INV-1", "R", remarks="first thought")
    october.compute()
    october.act("b2b", "INV-1", "R", remarks="second thought")
    assert error(october.file()) == "RET3B9002"
    assert october.compute()["status_cd"] == "P"


def test_twice_the_same_request_is_one(october: Books) -> None:
    october.act("b2b", "INV-1", "R", remarks="not ours")
    references = {data(october.ask("2025/10"))["reference_id"] for _ in range(3)}
    assert len(references) == 1


def test_a_request_is_worked_on_once(october: Books) -> None:
    october.act("b2b", "INV-1", "R", remarks="not ours")
    (reference,) = {data(october.ask("2025/10"))["reference_id"]}
    for _ in range(3):
        statement.compute(october.api.portal, october.who.gstin, reference)
    assert october.read()["version"] == "2"


def test_what_changed_between_request_and_work_is_said_in_the_status(october: Books) -> None:
    october.act("b2b", "INV-1", "R", remarks="not ours")
    reference = data(october.ask("2025/10"))["reference_id"]
    october.act("b2b", "INV-1", "A")
    october.act("b2b", "INV-2", "A")
    statement.compute(october.api.portal, october.who.gstin, reference)
    other = data(october.who.get("gstrs/gstr-2b/regenerate", reference_id=reference))
    assert other["status_cd"] == "P"  # the status is another now: A instead of N
    assert october.documents()["INV-1"] == ("docdata", "A")


def test_a_request_that_is_given_up_says_so(october: Books) -> None:
    october.act("b2b", "INV-1", "R", remarks="not ours")
    reference = data(october.ask("2025/10"))["reference_id"]
    statement.park(october.api.portal, october.who.gstin, reference)
    status = data(october.who.get("gstrs/gstr-2b/2025/10/regenerate", reference_id=reference))
    assert (status["status_cd"], status["err_cd"]) == ("ER", jobs.GIVEN_UP)
    assert october.compute()["status_cd"] == "P"


def test_the_status_of_somebody_elses_request_is_unknown(october: Books, seller: Taxpayer) -> None:
    october.act("b2b", "INV-1", "R", remarks="not ours")
    reference = data(october.ask("2025/10"))["reference_id"]
    assert error(seller.get("gstrs/gstr-2b/regenerate", reference_id=reference)) == "RET13508"
    assert error(october.who.get("gstrs/gstr-2b/regenerate", reference_id="0" * 15)) == "RET13508"


def test_the_status_under_another_period_is_unknown(october: Books) -> None:
    october.act("b2b", "INV-1", "R", remarks="not ours")
    reference = data(october.ask("2025/10"))["reference_id"]
    assert error(october.who.get("gstrs/gstr-2b/2025/11/regenerate", reference_id=reference)) == "RET13508"


def test_a_changed_filing_frequency_hides_no_statement(october: Books) -> None:
    october.close()
    becomes(october, "quarterly")
    assert october.read(version="1")["version"] == "1"
    assert october.return_3b()["filed"] is True
    assert error(october.answer("2025/11")) == "GTR2B-001"


def becomes(books: Books, frequency: str) -> None:
    gstin = books.who.gstin
    row = {"gstin": gstin, "username": f"user.{gstin}", "legal_name": "Legal", "trade_name": "Trade"}
    row |= {"filing_frequency": frequency, "taxpayer_type": "Regular"}
    data(books.api.operator("POST", "taxpayers", json={"taxpayers": [row]}))


def test_nobody_reads_another_ones_statement(october: Books, seller: Taxpayer) -> None:
    assert error(seller.get("gstrs/gstr-2b/2025/10")) == "GTR2B-002"
    october.act("b2b", "INV-1", "R", remarks="not ours")
    october.compute()
    assert error(seller.get("gstrs/gstr-2b/2025/10", version="2")) == "GTR2B-002"


@pytest.mark.parametrize(
    ("moment", "period", "reading", "asking"),
    [
        ("2025-11-13T23:59", "2025/10", "RET2B1018", "IMS2B009"),
        ("2025-11-13T23:59", "2025/11", "RET2B1018", "IMS2B009"),
        ("2025-11-14T00:00", "2025/10", "GTR2B-002", "IMS0004"),
        ("2025-11-14T00:00", "2025/12", "RET2B1018", "IMS2B007"),
        ("2025-11-14T00:00", "2099/12", "RET2B1018", "IMS2B007"),
    ],
)
def test_where_there_is_nothing_the_code_says_why(
    books: Books, moment: str, period: str, reading: str, asking: str
) -> None:
    books.on(moment)
    assert error(books.answer(period)) == reading
    assert error(books.ask(period)) == asking


def test_where_the_period_before_is_open_nothing_is_drawn_up(october: Books, seller: Taxpayer) -> None:
    october.on("2025-12-05T10:00")
    seller.sell(october.who.gstin, invoice("INV-3", "05-11-2025"), period="2025/11")
    data(seller.file("2025/11"))
    october.on("2025-12-14T10:00")
    assert error(october.answer("2025/11")) == "GTR2B-002"
    assert error(october.ask("2025/11")) == "GTR2B-002"
    october.close()
    assert error(october.answer("2025/11")) == "RET2B1023"
    assert october.compute("2025/11")["status_cd"] == "P"
    assert october.documents("2025/11") == {"INV-3": ("docdata", "N")}


def test_a_quarterly_recipient_has_a_statement_of_the_quarter_alone(quarterly: Books, seller: Taxpayer) -> None:
    """R4.6."""
    seller.sell(quarterly.who.gstin, invoice("INV-1"))
    data(seller.file())
    quarterly.on("2025-11-14T10:00")
    for period in ("2025/10", "2025/11"):
        assert error(quarterly.answer(period)) == error(quarterly.ask(period)) == "GTR2B-001"
    quarterly.on("2026-01-14T10:00")
    assert quarterly.documents("2025/12") == {"INV-1": ("docdata", "N")}


def test_a_draft_is_drawn_up_once(october: Books, api: Api) -> None:
    for moment in ("2025-11-13T10:00", "2025-11-14T12:00", "2025-11-15T10:00"):
        october.on(moment)
    with api.portal.transaction() as db:
        (row,) = db.execute("select version, cause from statement").fetchall()
    assert (row.version, row.cause) == (1, "draft")


def test_ex_39_what_is_not_filed_is_in_no_statement(october: Books, seller: Taxpayer) -> None:
    october.on("2025-12-03T10:00")
    seller.sell(october.who.gstin, invoice("INV-3", "05-11-2025"), period="2025/11")
    october.act("b2b", "INV-3", "A")
    october.close()
    october.on("2025-12-14T10:00")
    assert error(october.answer("2025/11")) == "GTR2B-002"
    (record,) = october.who.records("b2b")
    assert (record["inum"], record["action"]) == ("INV-3", "A")
