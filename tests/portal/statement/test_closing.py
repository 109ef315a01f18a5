"""GSTR-3B: its figures, and what filing it does to records, amendments and suppliers (R3.14, R4.3, R5.8)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.api import Api, Taxpayer, amending, as_owner, bill_of_entry, data, distribution, error, inside, invoice, note
from tests.portal.statement.conftest import Books

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.portal.statement import closing


@pytest.fixture
def october(books: Books, seller: Taxpayer) -> Books:
    """An invoice and two credit notes of October, filed; it is the 14th of November, and the drafts are out."""
    seller.sell(books.who.gstin, invoice("INV-1", taxable=1000))
    seller.give_notes(books.who.gstin, note("CN-1", taxable=100), note("CN-2", taxable=50))
    data(seller.file())
    return books.on("2025-11-14T10:00")


def credit(figures: dict[str, Any], line: str, table: str = "itc_avl") -> list[float]:
    """IGST, CGST, SGST and cess of one line of table 4."""
    (row,) = [row for row in figures["itc_elg"][table] if row["ty"] == line]
    return [row[head] for head in ("iamt", "camt", "samt", "csamt")]


def owed(taxpayer: Taxpayer, period: str) -> list[dict[str, Any]]:
    """The entries of liability added back in a period."""
    answer = taxpayer.get(f"invoices/added-back-liabilities/{period}")
    if answer.json()["data"]["status_cd"] == "0":
        assert error(answer) == "IMS0027"
        return []
    return [entry for table in data(answer)["rejInvAddBackLiab"].values() for entry in table]


def test_filing_answers_with_a_number_and_closes_the_period(october: Books) -> None:
    assert october.return_3b()["filed"] is False
    ack = data(october.file())["ack_num"]
    assert ack.startswith("AB271025")
    assert len(ack) == 15
    assert october.return_3b()["filed"] is True
    assert october.who.records("b2b") == october.who.records("b2bcn") == []


def test_it_is_filed_once(october: Books) -> None:
    october.close()
    before = october.api.fingerprint()
    assert error(october.file()) == "RET00009"
    assert error(october.ask("2025/10")) == "IMS2B007"
    assert october.api.fingerprint() == before


def test_what_is_pending_stays_and_is_in_the_next_statement(october: Books, seller: Taxpayer) -> None:
    october.act("b2b", "INV-1", "P")
    october.compute()
    october.close()
    (record,) = october.who.records("b2b")
    assert (record["inum"], record["action"]) == ("INV-1", "P")
    october.act("b2b", "INV-1", "A")
    october.on("2025-12-14T10:00")
    assert october.documents("2025/11") == {"INV-1": ("docdata", "A")}
    assert credit(october.return_3b("2025/11"), "OTH") == [180, 0, 0, 0]


@pytest.mark.parametrize(
    ("moment", "period", "code"),
    [
        ("2025-10-31T23:59", "2025/10", "AUTH113"),  # not over
        ("2025-11-13T10:00", "2025/10", "RET2B1023"),  # over, and no statement yet
        ("2025-11-14T10:00", "2025/11", "AUTH113"),
        ("2025-11-14T10:00", "2025/09", "AUTH113"),  # before the first
        ("2025-12-14T10:00", "2025/11", "RET3B9001"),  # October is open
    ],
)
def test_what_cannot_be_filed_is_refused_and_changes_nothing(
    october: Books, seller: Taxpayer, moment: str, period: str, code: str
) -> None:
    if moment < "2025-11-14":
        with as_owner(october.api.portal) as db:
            for table in ("statement_line", "statement_total", "statement"):
                db.execute(f"delete from {table}")  # type: ignore[arg-type]
    october.api.go_to(moment)
    before = october.api.fingerprint()
    assert error(october.file(period)) == code
    assert october.api.fingerprint() == before
    assert october.return_3b("2025/10")["filed"] is False


def test_without_anything_in_ims_a_period_is_filed_all_the_same(books: Books) -> None:
    books.api.operator("POST", "taxpayers", json={"taxpayers": [registered(books.who.gstin, "2025-09-15")]})
    books.on("2025-11-14T10:00")
    books.close("2025/09")
    books.close("2025/10")
    assert error(books.file("2025/08")) == "AUTH113"


def registered(gstin: Gstin, day: str) -> dict[str, str]:
    row = {"gstin": gstin, "username": f"user.{gstin}", "legal_name": "Legal", "trade_name": "Trade"}
    return {**row, "filing_frequency": "monthly", "taxpayer_type": "Regular", "registered_on": day}


def test_the_periods_since_registration_are_filed_in_order(october: Books) -> None:
    """They count from `registered_on`, where it is told."""
    october.api.operator("POST", "taxpayers", json={"taxpayers": [registered(october.who.gstin, "2025-08-20")]})
    assert error(october.file()) == "RET3B9001"
    for period in ("2025/08", "2025/09", "2025/10"):
        october.close(period)


def test_a_quarterly_filer_closes_the_quarter(quarterly: Books, seller: Taxpayer) -> None:
    seller.sell(quarterly.who.gstin, invoice("INV-1"))
    data(seller.file())
    quarterly.on("2026-01-14T10:00")
    for period in ("2025/10", "2025/11"):
        assert error(quarterly.file(period)) == "AUTH113"
        assert error(quarterly.who.get(f"gstrs/gstr-3b/{period}")) == "AUTH113"
    quarterly.close("2025/12")
    assert credit(quarterly.return_3b("2025/12"), "OTH") == [180, 0, 0, 0]


def test_months_of_a_quarter_that_is_filed_are_not_filed_again(quarterly: Books, seller: Taxpayer) -> None:
    """Whoever changes from quarters to months."""
    seller.sell(quarterly.who.gstin, invoice("INV-1"))
    data(seller.file())
    quarterly.on("2026-02-14T10:00")
    quarterly.close("2025/12")
    row = {**registered(quarterly.who.gstin, "2025-10-01")}
    data(quarterly.api.operator("POST", "taxpayers", json={"taxpayers": [row]}))
    assert {error(quarterly.file(f"2025/{month}")) for month in (10, 11, 12)} == {"RET00009"}
    quarterly.close("2026/01")


def test_once_something_is_filed_older_documents_bring_no_older_periods_back(october: Books) -> None:
    october.close()
    data(october.api.imports(bill_of_entry(october.who.gstin, itcprd="072017")))
    assert error(october.file("2017/07")) == "AUTH113"
    october.on("2025-12-14T10:00")
    october.close("2025/11")


def test_a_taxpayer_of_whom_nothing_is_known_files_in_order_from_where_he_begins(books: Books) -> None:
    books.on("2026-01-14T10:00")
    books.close("2025/10")
    assert error(books.file("2025/09")) == "AUTH113"
    refused = books.file("2025/12")
    assert error(refused) == "RET3B9001"
    assert "GSTR-3B of 112025" in refused.json()["data"]["error"]["message"]
    books.close("2025/11")
    books.close("2025/12")


def test_table_4_has_each_kind_of_credit_in_its_line(books: Books, seller: Taxpayer) -> None:
    to = books.who.gstin
    neighbour = books.api.company("27")
    seller.sell(
        to,
        invoice("INV-1", taxable=1000),
        invoice("RCM", taxable=300, rchrg="Y"),
        invoice("ABROAD", taxable=200, pos="24", tax=inside(18)),
    )
    seller.give_notes(to, note("CN-1", taxable=100), note("DN-1", taxable=10, kind="D"))
    neighbour.sell(to, invoice("INV-2", taxable=100, tax=inside(9)))
    data(seller.file())
    data(neighbour.file())
    data(books.api.imports(bill_of_entry(to)))
    data(
        books.api.distributions(
            distribution(to, neighbour.gstin, "ISD-1", iamt=0, camt=5, samt=5),
            distribution(to, neighbour.gstin, "ISD-2", doctyp="ISDC", iamt=2),
        )
    )
    books.on("2025-11-14T10:00")
    figures = books.return_3b()
    assert credit(figures, "IMPG") == [9000, 0, 0, 12.5]
    assert credit(figures, "ISRC") == [54, 0, 0, 0]
    assert credit(figures, "ISD") == [-2, 5, 5, 0]
    assert credit(figures, "OTH") == [180 - 18 + 1.8, 9, 9, 0]
    assert credit(figures, "OTH", "itc_inelg") == [0, 18, 18, 0]


def test_a_rejected_credit_note_comes_back_to_its_supplier_alone(october: Books, seller: Taxpayer) -> None:
    other = october.api.company("24")
    october.act("b2bcn", "CN-1", "R", remarks="not agreed")
    october.compute()
    assert owed(seller, "2025/11") == []
    october.close()
    (entry,) = owed(seller, "2025/11")
    assert {name: entry[name] for name in ("nt_num", "iamt", "camt", "ctin", "remarks", "supPrd", "form")} == {
        **{"nt_num": "CN-1", "iamt": 18, "camt": 0, "ctin": october.who.gstin, "remarks": "not agreed"},
        **{"supPrd": "102025", "form": "R1"},
    }
    assert owed(other, "2025/11") == owed(october.who, "2025/11") == []
    assert data(seller.get("gstrs/gstr-3b/2025/11"))["liab_added_back"]["iamt"] == 18


@pytest.mark.parametrize(("frequency", "period"), [("monthly", "2025/11"), ("quarterly", "2026/03")])
def test_it_is_booked_in_the_tax_period_that_follows_the_recipients(books: Books, frequency: str, period: str) -> None:
    """R5.8: a quarterly supplier's is the quarter after."""
    supplier = books.api.company("24", frequency)
    supplier.give_notes(books.who.gstin, note("CN-1", taxable=100))
    data(supplier.file())
    books.on("2025-11-14T10:00")
    books.act("b2bcn", "CN-1", "R", remarks="not agreed")
    books.compute()
    books.close()
    assert [entry["nt_num"] for entry in owed(supplier, period)] == ["CN-1"]


def test_what_the_supplier_has_filed_already_takes_no_more(october: Books, seller: Taxpayer) -> None:
    """R5.8: the recipient files GSTR-3B of October late, in January."""
    october.api.operator("POST", "taxpayers", json={"taxpayers": [registered(seller.gstin, "2025-10-01")]})
    october.on("2026-01-15T10:00")
    for period in ("2025/10", "2025/11"):
        data(seller.post(f"gstrs/gstr-3b/{period}/file"))
    october.act("b2bcn", "CN-1", "R", remarks="not agreed")
    october.compute()
    october.close()
    assert owed(seller, "2025/11") == []
    assert [entry["nt_num"] for entry in owed(seller, "2025/12")] == ["CN-1"]


def test_an_amendment_waits_until_its_original_is_closed(october: Books, seller: Taxpayer) -> None:
    """R3.7: and stands then where the original has left the credit."""
    october.api.go_to("2025-12-05T10:00")
    amended = amending(invoice("INV-1", "05-10-2025", taxable=1500), inum="INV-1A", oinum="INV-1")
    seller.save_return("2025/11", b2ba=[{"ctin": october.who.gstin, "inv": [amended]}])
    data(seller.file("2025/11"))
    (waiting,) = october.who.records("b2ba")
    assert waiting["ispendactblocked"] == "Y"
    october.close()
    (free,) = october.who.records("b2ba")
    assert free["ispendactblocked"] == "N"
    october.on("2025-12-14T10:00")
    assert credit(october.return_3b("2025/11"), "OTH") == [90, 0, 0, 0]


def test_figures_before_filing_are_those_of_the_latest_statement(october: Books) -> None:
    assert credit(october.return_3b(), "OTH") == [153, 0, 0, 0]
    october.act("b2b", "INV-1", "R", remarks="not ours")
    assert credit(october.return_3b(), "OTH") == [153, 0, 0, 0]
    october.compute()
    assert credit(october.return_3b(), "OTH") == [-27, 0, 0, 0]


def test_two_filings_at_once_close_it_once(october: Books, api: Api) -> None:
    october.who.sign_in()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: october.file().json()["data"], range(4)))
    codes = sorted(answer["status_cd"] for answer in answers)
    assert codes == ["0", "0", "0", "1"]
    assert {a["error"]["error_cd"] for a in answers if a["status_cd"] == "0"} == {"RET00009"}
    with api.portal.transaction() as db:
        assert db.execute("select count(*) as n from trail where event = 'closed'").fetchone().n == 3


def test_a_large_gstr_2b_can_be_closed_right_after_it_was_computed(books: Books, seller: Taxpayer, api: Api) -> None:
    """PostgreSQL knows nothing of its lines yet, and could read all of them for each record. It counts its reading."""
    lines = 600
    seller.sell(books.who.gstin, *(invoice(f"INV-{n}") for n in range(lines)))
    data(seller.file())
    books.on("2025-11-14T10:00")
    with api.portal.as_recipient(books.who.gstin) as db:
        closing.file(db, books.who.gstin, Period(2025, 10), api.portal.clock.now())
        count = "select sum(idx_tup_fetch + seq_tup_read)::int as rows from pg_stat_xact_user_tables where relname ~ %s"
        read = db.execute(count, [r"^statement_line_\d$"]).fetchone().rows
    assert lines <= read < 20 * lines
