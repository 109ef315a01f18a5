"""What a declaration takes from the credit: the payloads of EX-21 to EX-25, and what GSTR-2B makes of them (R6.5)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Api, Taxpayer, data, echo, inside, invoice, note
from tests.portal.statement.conftest import Books

from gst_ims.core.gstin import Gstin


@pytest.fixture
def october(books: Books) -> Books:
    """A credit note with CGST and SGST of 900 each, filed in October."""
    neighbour = books.api.company("27")
    neighbour.give_notes(books.who.gstin, note("CN-1", taxable=10_000, tax=inside(900)))
    data(neighbour.file())
    return books


PAYLOADS: dict[str, tuple[dict[str, Any], float]] = {
    "EX-21, a part is declared": ({"itcRedReq": "Y", "declCgst": 850, "declSgst": 850, "remarks": "850 taken"}, 850),
    "EX-22, all of it needs no amounts": ({"itcRedReq": "Y"}, 900),
    "EX-22, all of it may be said": ({"itcRedReq": "Y", "declCgst": 900, "declSgst": 900}, 900),
    "EX-23, nothing of it is N": ({"itcRedReq": "N", "remarks": "never taken"}, 0),
    "EX-23, N and amounts of zero": ({"itcRedReq": "N", "declCgst": 0, "declSgst": 0, "remarks": "never taken"}, 0),
    "the paisa counts": ({"itcRedReq": "Y", "declCgst": 0.01, "declSgst": 0.01, "remarks": "a paisa"}, 0.01),
}


@pytest.mark.parametrize(("declared", "taken"), PAYLOADS.values(), ids=PAYLOADS)
def test_gstr_2b_and_gstr_3b_take_what_was_declared(october: Books, declared: dict[str, Any], taken: float) -> None:
    october.act("b2bcn", "CN-1", "A", **declared)
    october.on("2025-11-14T10:00")
    figures = october.read()["itcsumm"]["itcavl"]["othersup"]["cdnr"]
    assert (figures["cgst"], figures["sgst"]) == (taken, taken)
    (line,) = [row for row in october.return_3b()["itc_elg"]["itc_avl"] if row["ty"] == "OTH"]
    assert (line["camt"], line["samt"]) == (-taken, -taken)
    (group,) = october.read()["docdata"]["cdnr"]
    (shown,) = group["nt"]
    assert shown["itcRedReq"] == declared["itcRedReq"]
    assert shown["cgst"] == 900  # the document stands with its own amounts
    assert {name: shown[name] for name in declared} == declared


@pytest.mark.parametrize("declared", [{"itcRedReq": "Y"}, {"itcRedReq": "N", "remarks": "none"}, {"declCgst": 1}])
def test_ex_25_where_the_declaration_is_blocked_none_is_taken(books: Books, declared: dict[str, Any]) -> None:
    """A credit note of GSTR-2B September 2025."""
    books.api.go_to("2025-10-08T10:00")
    supplier = books.api.company("24")
    supplier.give_notes(books.who.gstin, note("CN-1", "15-09-2025"), period="2025/09")
    data(supplier.file("2025/09"))
    record = books.who.record("b2bcn")
    assert record["isItcRedReqBlocked"] == "Y"
    status = books.who.act("b2bcn", echo(record, "A", **declared))
    assert status["status_cd"] == "PE"
    assert books.who.act("b2bcn", echo(record, "A"))["status_cd"] == "S"


def test_ex_29_the_total_counts_every_section(api: Api, seller: Taxpayer, books: Books) -> None:
    """297 invoices, 90 of them accepted; one amended invoice; 8 credit notes, 3 of them accepted."""
    to: Gstin = books.who.gstin
    seller.sell(to, *(invoice(f"I-{n}") for n in range(297)))
    seller.give_notes(to, *(note(f"C-{n}") for n in range(8)))
    seller.save_return("2025/10", b2ba=[{"ctin": to, "inv": [invoice("A-1", oinum="OLD", oidt="01-09-2025")]}])
    invoices, notes = books.who.records("b2b"), books.who.records("b2bcn")
    books.who.act("b2b", *(echo(record, "A") for record in invoices[:90]))
    books.who.act("b2bcn", *(echo(record, "A", itcRedReq="Y") for record in notes[:3]))
    counts = books.who.counts()
    assert counts["ttl_cnt"] == 306
    assert counts["b2b"] == {"accept": 90, "noaction": 207, "reject": 0, "pending": 0}
    assert counts["b2ba"] == {"accept": 0, "noaction": 1, "reject": 0, "pending": 0}
    assert counts["b2bcn"] == {"accept": 3, "noaction": 5, "reject": 0, "pending": 0}
