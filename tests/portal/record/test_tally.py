"""The kept counts are those of the records, whatever happens to them; summing up changes none of them."""

from __future__ import annotations

import pytest
from tests.api import Api, Taxpayer, bill_of_entry, data, echo, invoice, note
from tests.portal.statement.conftest import Books

from gst_ims.core.gstin import Gstin
from gst_ims.portal.record import service as record


def counted(api: Api, rtin: Gstin) -> dict[tuple[str, str], int]:
    with api.portal.transaction() as db:
        rows = db.execute(
            "select section, action, count(*) as n from record where rtin = %s and bypass is null and closed_in is null"
            " group by section, action",
            (rtin,),
        ).fetchall()
    return {(row.section, row.action): row.n for row in rows}


def kept(api: Api, rtin: Gstin) -> dict[tuple[str, str], int]:
    with api.portal.transaction() as db:
        return {(row.section, row.action): row.records for row in record.queries.counts(db, rtin=rtin) if row.records}


def rows(api: Api, rtin: Gstin) -> int:
    with api.portal.transaction() as db:
        return db.execute("select count(*) as n from record_tally where rtin = %s", (rtin,)).fetchone().n


def test_every_event_keeps_the_counts(api: Api) -> None:
    """Saves, edits, deletions, decisions, a filing that lets records leave IMS, imports, and a GSTR-3B."""
    api.go_to("2025-11-05T10:00")
    seller, books = api.company("24"), Books(api, api.company("27"))
    to = books.who.gstin

    def agree() -> None:
        assert kept(api, to) == counted(api, to)

    seller.sell(to, invoice("I-1"), invoice("I-2"), invoice("I-3"), invoice("RCM", rchrg="Y"))
    seller.give_notes(to, note("C-1"), note("D-1", kind="D"))
    agree()
    first, second, _ = books.who.records("b2b")
    books.who.act("b2b", echo(first, "A"), echo(second, "P"))
    books.act("b2bcn", "C-1", "R", remarks="not agreed")
    agree()
    seller.sell(to, invoice("I-1", taxable=2000), {**invoice("I-3"), "flag": "D"})
    agree()
    data(api.imports(bill_of_entry(to)))
    data(seller.file())
    agree()
    books.on("2025-11-14T10:00")
    books.close()
    agree()
    assert kept(api, to) == {("b2b", "P"): 1}
    seller.sell(to, invoice("I-9", "05-11-2025"), period="2025/11")
    data(seller.call("POST", "gstrs/gstr-1/2025/11/reset"))
    api.work()
    agree()


def test_summing_up_changes_no_count(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.go_to("2025-11-05T10:00")
    seller, buyer, other = api.company("24"), api.company("27"), api.company("29")
    for number in range(6):
        seller.sell(buyer.gstin, invoice(f"I-{number}"))
    seller.sell(other.gstin, invoice("O-1", pos="29"))
    before = rows(api, buyer.gstin)
    monkeypatch.setattr(record, "CHANGES", 5)
    record.sum_up(api.portal)
    assert before == 6
    assert (rows(api, buyer.gstin), rows(api, other.gstin)) == (1, 1)
    assert kept(api, buyer.gstin) == counted(api, buyer.gstin) == {("b2b", "N"): 6}
    assert buyer.counts()["b2b"]["noaction"] == 6


def test_what_sums_up_to_nothing_leaves_no_row(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.go_to("2025-11-05T10:00")
    seller, buyer = api.company("24"), api.company("27")
    seller.sell(buyer.gstin, invoice("I-1"))
    seller.sell(buyer.gstin, {**invoice("I-1"), "flag": "D"})
    monkeypatch.setattr(record, "CHANGES", 1)
    record.sum_up(api.portal)
    assert rows(api, buyer.gstin) == 0
    assert buyer.counts()["ttl_cnt"] == 0


def test_a_change_that_is_rolled_back_is_not_counted(api: Api) -> None:
    api.go_to("2025-11-05T10:00")
    seller, buyer = api.company("24"), api.company("27")
    seller.sell(buyer.gstin, invoice("I-1"))
    with api.portal.transaction() as db, db.transaction(force_rollback=True):
        db.execute("update record set action = 'A' where rtin = %s", (buyer.gstin,))
        db.execute("delete from record where rtin = %s", (buyer.gstin,))
    assert kept(api, buyer.gstin) == {("b2b", "N"): 1}


def test_nobody_counts_what_is_anothers(api: Api) -> None:
    api.go_to("2025-11-05T10:00")
    seller, buyer, other = api.company("24"), api.company("27"), api.company("27")
    seller.sell(buyer.gstin, invoice("I-1"))
    assert isinstance(other, Taxpayer)
    assert other.counts()["ttl_cnt"] == 0
