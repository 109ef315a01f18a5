"""Why: for a record and a moment, what may be done, what follows, and by which rules."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Taxpayer, amending, bill_of_entry, data, distribution, error, inside, invoice, note
from tests.portal.statement.conftest import Books

from gst_ims.rulebook.law import law


def explained(books: Books, record: str, at: str = "") -> dict[str, Any]:
    answer = books.api.operator("GET", f"explain/{books.who.gstin}/{record}", params={"at": at} if at else {})
    return data(answer)


def rules(said: dict[str, Any]) -> list[str]:
    return [rule["rule"] for rule in said["rules"]]


@pytest.fixture
def credit_note(books: Books, seller: Taxpayer) -> str:
    """The name of a credit note of October, filed on the 5th of November."""
    seller.give_notes(books.who.gstin, note("CN-1", taxable=100))
    data(seller.file())
    return f"b2bcn:{seller.gstin}:CN-1:102025"


def test_each_rule_comes_with_its_text_source_and_confidence(books: Books, credit_note: str) -> None:
    for rule in explained(books, credit_note)["rules"]:
        known = law().rules[rule["rule"]]
        assert (rule["says"], rule["source"], rule["confidence"]) == (known.says, known.source, known.confidence)
        assert rule["result"].endswith(".")


def test_a_credit_note_without_a_decision(books: Books, credit_note: str) -> None:
    said = explained(books, credit_note)
    assert said["allowed"] == ["A", "R", "P"]
    assert said["credit_if_accepted"] == {"iamt": -18, "camt": 0, "samt": 0, "csamt": 0}
    assert said["liability_if_rejected"] == {"iamt": 18, "camt": 0, "samt": 0, "csamt": 0}
    assert rules(said) == ["R7.3", "R2.4", "R2.6", "R2.8", "R6.6", "R6.8", "R2.2"]


def test_an_invoice_without_a_decision(books: Books, seller: Taxpayer) -> None:
    seller.sell(books.who.gstin, invoice("INV-1"))
    said = explained(books, f"b2b:{seller.gstin}:INV-1:102025")
    assert said["credit_if_accepted"]["iamt"] == 180
    assert said["liability_if_rejected"] == {"iamt": 0, "camt": 0, "samt": 0, "csamt": 0}
    assert "not filed, so tentative" in said["rules"][0]["result"]
    assert rules(said) == ["R7.3", "R2.4", "R2.12", "R2.2"]


def test_pending_names_its_last_day_and_then_that_it_is_over(books: Books, credit_note: str) -> None:
    books.act("b2bcn", "CN-1", "P")
    said = explained(books, credit_note)
    assert {"rule": "R2.8", "values": {"last day": "20-12-2025"}}.items() <= said["rules"][3].items()
    assert rules(said)[-1] == "R3.16"
    later = explained(books, credit_note, "2025-12-21T00:00:00+05:30")
    assert later["allowed"] == ["A", "R"]
    assert "R2.9" in rules(later)
    assert "R3.16" not in rules(later)


def test_the_past_is_explained_as_it_was(books: Books, credit_note: str) -> None:
    books.api.go_to("2025-11-08T10:00")
    books.act("b2bcn", "CN-1", "R", remarks="not agreed")
    books.on("2025-11-14T10:00")
    books.close()
    before = books.api.fingerprint()
    assert rules(explained(books, credit_note, "2025-11-06T10:00:00+05:30"))[-1] == "R2.2"
    assert rules(explained(books, credit_note, "2025-11-09T10:00:00+05:30")) == [
        *("R7.3", "R2.4", "R2.6", "R2.8", "R6.6", "R6.8")
    ]
    now = explained(books, credit_note)
    assert rules(now) == ["R7.3", "R2.4", "R4.7", "R3.14", "R5.4"]
    assert (now["allowed"], now["credit_if_accepted"], now["liability_if_rejected"]) == ([], None, None)
    assert now["rules"][-1]["result"] == "Rejecting it adds 18.00 to the supplier's liability."
    assert books.api.fingerprint() == before


def test_before_it_was_saved_there_was_nothing_to_explain(books: Books, credit_note: str) -> None:
    answer = books.api.operator(
        "GET", f"explain/{books.who.gstin}/{credit_note}", params={"at": "2025-11-04T10:00:00+05:30"}
    )
    assert error(answer) == "RET11416"


def test_an_edit_is_seen_from_its_moment_on(books: Books, seller: Taxpayer) -> None:
    seller.sell(books.who.gstin, invoice("INV-1", taxable=1000))
    name = f"b2b:{seller.gstin}:INV-1:102025"
    books.api.go_to("2025-11-07T10:00")
    seller.sell(books.who.gstin, invoice("INV-1", taxable=2000))
    assert explained(books, name)["credit_if_accepted"]["iamt"] == 360
    assert explained(books, name, "2025-11-06T10:00:00+05:30")["credit_if_accepted"]["iamt"] == 180


def test_an_amendment_waits_and_then_counts_with_the_difference(books: Books, seller: Taxpayer) -> None:
    seller.sell(books.who.gstin, invoice("INV-1", taxable=1000))
    data(seller.file())
    amended = amending(invoice("INV-1", taxable=600), inum="INV-1A", oinum="INV-1")
    books.on("2025-11-14T10:00")
    assert seller.save_return("2025/10", "gstr-1a", b2ba=[{"ctin": books.who.gstin, "inv": [amended]}])
    data(seller.file(name="gstr-1a"))
    name = f"b2ba:{seller.gstin}:INV-1A:102025"
    waiting = explained(books, name)
    assert waiting["allowed"] == []
    assert "R3.7" in rules(waiting)
    books.close()
    free = explained(books, name)
    assert "R3.11" in rules(free)
    assert free["credit_if_accepted"]["iamt"] == -72
    assert free["liability_if_rejected"]["iamt"] == 72
    assert explained(books, name, "2025-11-14T10:01:00+05:30")["allowed"] in ([], ["A", "R", "P"])


@pytest.mark.parametrize(
    ("more", "rule", "word"),
    [
        ({"rchrg": "Y"}, "R1.3", "reverse charge"),
        ({"pos": "24", "tax": inside(90)}, "R1.4", "place of supply"),
        ({"day": "05-10-2023"}, "S16.4", "section 16(4)"),
    ],
)
def test_what_bypasses_ims_says_why(books: Books, seller: Taxpayer, more: dict[str, Any], rule: str, word: str) -> None:
    seller.sell(books.who.gstin, invoice("INV-1", **more))
    data(seller.file())
    said = explained(books, f"b2b:{seller.gstin}:INV-1:102025")
    assert said["allowed"] == []
    (found,) = [r for r in said["rules"] if r["rule"] == rule]
    assert word in found["result"]


def test_a_bill_of_entry_may_not_be_rejected(books: Books) -> None:
    data(books.api.imports(bill_of_entry(books.who.gstin)))
    said = explained(books, "impg:INNSA1:2566282:102025")
    assert said["allowed"] == ["A", "P"]
    assert said["liability_if_rejected"] is None
    assert "R2.13" in rules(said)


def test_bills_of_entry_of_one_number_are_told_apart_by_their_port(books: Books) -> None:
    for port, duty in (("INNSA1", 100), ("INMAA1", 200)):
        data(books.api.imports(bill_of_entry(books.who.gstin, portcd=port, igst=duty)))
    credit = [explained(books, f"impg:{port}:2566282:102025")["credit_if_accepted"] for port in ("INNSA1", "INMAA1")]
    assert [heads["iamt"] for heads in credit] == [100, 200]


def test_now_is_what_the_lists_show_even_after_the_clock_was_moved_back(books: Books) -> None:
    data(books.api.imports(bill_of_entry(books.who.gstin)))
    books.api.go_to("2025-11-04T10:00")
    assert explained(books, "impg:INNSA1:2566282:102025")["allowed"] == ["A", "P"]


def test_a_declaration_is_explained_with_what_was_declared(books: Books, credit_note: str) -> None:
    books.act("b2bcn", "CN-1", "A", itcRedReq="Y", declIgst=7.5, remarks="part of it")
    books.on("2025-11-14T10:00")
    said = {rule["rule"]: rule for rule in explained(books, credit_note)["rules"]}
    assert said["R6.5"]["result"] == "Accepting it reduces the credit by what was declared."
    assert said["R6.5"]["values"] == {"itcRedReq": "Y", "declIgst": "7.50"}
    assert said["R4.7"]["result"] == "In GSTR-2B of 102025 it adds -7.50 to the credit."


def test_an_accepted_amendment_takes_the_liability_back(books: Books, seller: Taxpayer, credit_note: str) -> None:
    """R3.10, R5.10: rejected in October, re-furnished and accepted in November."""
    books.act("b2bcn", "CN-1", "R", remarks="not agreed")
    books.on("2025-11-14T10:00")
    books.close()
    books.api.go_to("2025-12-05T10:00")
    amended = amending(note("CN-1", taxable=80), nt_num="CN-1A", ont_num="CN-1")
    seller.save_return("2025/11", cdnra=[{"ctin": books.who.gstin, "nt": [amended]}])
    data(seller.file("2025/11"))
    books.act("b2bcna", "CN-1A", "A", itcRedReq="Y")
    books.on("2025-12-14T10:00")
    books.close("2025/11")
    said = explained(books, f"b2bcna:{seller.gstin}:CN-1A:112025")
    assert "R3.10" in rules(said)
    last = said["rules"][-1]
    assert (last["rule"], last["values"]) == ("R5.10", {"in": "122025"})
    assert last["result"] == "It takes 18.00 back from the supplier's liability."


def test_a_rejected_invoice_adds_nothing(books: Books, seller: Taxpayer) -> None:
    seller.sell(books.who.gstin, invoice("INV-1"))
    data(seller.file())
    books.act("b2b", "INV-1", "R", remarks="not ours")
    books.on("2025-11-14T10:00")
    books.close()
    assert explained(books, f"b2b:{seller.gstin}:INV-1:102025")["rules"][-1]["rule"] == "R5.5"


def test_what_a_distributor_passes_on_is_only_shown(books: Books, seller: Taxpayer) -> None:
    data(books.api.distributions(distribution(books.who.gstin, seller.gstin)))
    said = explained(books, f"isd:{seller.gstin}:ISD-1:102025")
    assert said["allowed"] == []
    assert "R1.8" in rules(said)


@pytest.mark.parametrize(
    ("record", "status"),
    [
        ("b2bcn", 422),
        ("b2bcn:CN-1", 422),
        ("b2x:24AAXCT0003K1ZA:CN-1:102025", 422),
        ("b2bcn:24AAXCT0003K1ZA:CN-1:132025", 422),
        ("b2bcn:24AAXCT0003K1ZA:CN-1:102025:more", 422),
        ("b2bcn:24AAXCT0003K1ZA:CN-99:102025", 200),
        ("b2bcn:%00:CN-1:102025", 422),
    ],
)
def test_a_name_that_names_nothing_is_refused(books: Books, credit_note: str, record: str, status: int) -> None:
    answer = books.api.operator("GET", f"explain/{books.who.gstin}/{record}")
    assert answer.status_code == status, answer.text
    if status == 200:
        assert error(answer) == "RET11416"
    else:
        assert len(answer.json()["message"]) > 20


@pytest.mark.parametrize("at", ["yesterday", "2025-11-05", "2025-11-05T10:00:00", "2025-13-05T10:00:00+05:30"])
def test_a_moment_that_is_none_is_refused(books: Books, credit_note: str, at: str) -> None:
    answer = books.api.operator("GET", f"explain/{books.who.gstin}/{credit_note}", params={"at": at})
    assert answer.status_code == 422


def test_the_record_of_another_recipient_is_not_found(books: Books, credit_note: str) -> None:
    other = books.api.company("29")
    assert error(books.api.operator("GET", f"explain/{other.gstin}/{credit_note}")) == "RET11416"


def test_only_the_operator_may_ask(books: Books, credit_note: str) -> None:
    assert books.api.http.get(f"/operator/v1/explain/{books.who.gstin}/{credit_note}").status_code in (401, 403)
