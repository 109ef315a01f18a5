"""Saving, editing, moving, deleting and filing a document, as its recipient and its supplier see it (R3.1 to R3.6)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Api, Taxpayer, amending, data, echo, inside, invoice, note
from tests.portal.trail import replayed, stored

DELETED = {"inum": "INV-1", "idt": "05-10-2025", "flag": "D"}


@pytest.fixture
def accepted(supplier: Taxpayer, recipient: Taxpayer) -> dict[str, Any]:
    """An invoice that is saved, and accepted with remarks."""
    supplier.sell(recipient.gstin, invoice())
    recipient.act("b2b", echo(recipient.record("b2b"), "A", remarks="fine"))
    return recipient.record("b2b")


def test_a_saved_document_is_at_the_recipient_at_once(supplier: Taxpayer, recipient: Taxpayer) -> None:
    """R3.1."""
    supplier.sell(recipient.gstin, invoice())
    record = recipient.record("b2b")
    assert (record["srcfilstatus"], record["rtnprd"], record["stin"]) == ("Not Filed", "102025", supplier.gstin)


def test_a_filed_document_says_so(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    data(supplier.file())
    assert recipient.record("b2b")["srcfilstatus"] == "Filed"


def test_filing_keeps_action_and_remarks_and_hash(
    supplier: Taxpayer, recipient: Taxpayer, accepted: dict[str, Any]
) -> None:
    data(supplier.file())
    assert recipient.record("b2b") == {**accepted, "srcfilstatus": "Filed"}


EDITS: dict[str, dict[str, Any]] = {
    "the date": {"day": "06-10-2025"},
    "the taxable value": {"taxable": 1000.01, "tax": {"iamt": 180}},
    "the IGST": {"tax": {"iamt": 180.01}},
    "the cess": {"tax": {"iamt": 180, "csamt": 0.01}},
    "the value": {"val": 1180.5},
    "the place of supply": {"pos": "29"},
    "the type": {"inv_typ": "CBW"},
}


@pytest.mark.parametrize("edit", EDITS)
def test_the_hash_changes_with_what_the_record_says(supplier: Taxpayer, recipient: Taxpayer, edit: str) -> None:
    supplier.sell(recipient.gstin, invoice())
    before = recipient.record("b2b")
    supplier.sell(recipient.gstin, invoice(**EDITS[edit]))
    after = recipient.record("b2b")
    assert before != {**after, "hash": before["hash"]}
    assert before["hash"] != after["hash"]


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_takes_the_action_and_the_remarks_back_on_both_sides(
    supplier: Taxpayer, recipient: Taxpayer, accepted: dict[str, Any], edit: str
) -> None:
    """R3.2."""
    supplier.sell(recipient.gstin, invoice(**EDITS[edit]))
    record = recipient.record("b2b")
    (sold,) = supplier.sold("b2b")
    assert (record["action"], "remarks" in record, "imsactn" in sold, "remarks" in sold) == ("N", False, False, False)


def test_an_edit_takes_the_declaration_back(supplier: Taxpayer, recipient: Taxpayer) -> None:
    """R3.17."""
    supplier.give_notes(recipient.gstin, note())
    recipient.act("b2bcn", echo(recipient.record("b2bcn"), "A", itcRedReq="Y", declIgst=9, remarks="half"))
    supplier.give_notes(recipient.gstin, note(taxable=200))
    assert not {"remarks", "itcRedReq", "declIgst"} & set(recipient.record("b2bcn"))


SAME: dict[str, dict[str, Any]] = {
    "again": invoice(),
    "with decimals": invoice(val=1180.00),
    "with the mark of another client": invoice(flag="U", cflag="N", updby="R", chksum="0" * 64),
    "with an e-invoice behind it": invoice(srctyp="e-Invoice", irn="a" * 64, irngendate="05-10-2025"),
}


@pytest.mark.parametrize("case", SAME)
def test_the_same_content_keeps_the_action_and_the_hash(
    supplier: Taxpayer, recipient: Taxpayer, accepted: dict[str, Any], case: str
) -> None:
    supplier.sell(recipient.gstin, SAME[case])
    assert recipient.record("b2b") == accepted
    (sold,) = supplier.sold("b2b")
    assert (sold["imsactn"], sold["remarks"]) == ("A", "fine")


def test_the_same_content_in_other_items_keeps_the_action(
    supplier: Taxpayer, recipient: Taxpayer, accepted: dict[str, Any]
) -> None:
    """IMS is document-level (R1.11)."""
    items = [{"num": n, "itm_det": {"rt": rate, "txval": 500, "iamt": 90}} for n, rate in ((1, 12), (2, 28))]
    supplier.sell(recipient.gstin, invoice() | {"itms": items})
    assert recipient.record("b2b") == accepted


def test_two_documents_never_share_a_hash(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, *(invoice(f"I{n}") for n in range(5)))
    town.company("29").sell(recipient.gstin, *(invoice(f"I{n}") for n in range(5)))
    assert len({record["hash"] for record in recipient.records("b2b")}) == 10


def test_a_deleted_document_disappears(supplier: Taxpayer, recipient: Taxpayer, accepted: dict[str, Any]) -> None:
    """R3.4."""
    assert supplier.sell(recipient.gstin, DELETED)["status_cd"] == "P"
    assert recipient.records("b2b") == []
    assert supplier.get("invoices/2025/10/sales").json()["data"]["error"]["error_cd"] == "RET11416"


def test_a_deleted_document_may_come_again_without_its_action(
    supplier: Taxpayer, recipient: Taxpayer, accepted: dict[str, Any]
) -> None:
    supplier.sell(recipient.gstin, DELETED)
    supplier.sell(recipient.gstin, invoice())
    record = recipient.record("b2b")
    assert (record["action"], "remarks" in record, record["hash"]) == ("N", False, accepted["hash"])


def test_a_number_may_be_used_again_after_a_deletion_in_another_return(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    supplier.sell(recipient.gstin, DELETED)
    assert supplier.sell(recipient.gstin, invoice(), period="2025/11")["status_cd"] == "P"


def test_deleting_one_document_leaves_the_others(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice(), invoice("INV-2"))
    supplier.sell(recipient.gstin, DELETED)
    assert recipient.record("b2b")["inum"] == "INV-2"


def test_deleting_what_was_never_saved_is_an_error(supplier: Taxpayer, recipient: Taxpayer) -> None:
    assert supplier.sell(recipient.gstin, DELETED)["status_cd"] == "PE"


def test_a_document_may_move_to_another_recipient(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, accepted: dict[str, Any]
) -> None:
    other = town.company("27")
    supplier.sell(other.gstin, invoice())
    assert recipient.records("b2b") == []
    assert other.record("b2b")["action"] == "N"
    (sold,) = supplier.sold("b2b")
    assert "imsactn" not in sold


def test_a_document_that_came_back_has_a_new_life(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, accepted: dict[str, Any]
) -> None:
    supplier.sell(town.company("27").gstin, invoice())
    supplier.sell(recipient.gstin, invoice())
    assert recipient.record("b2b")["action"] == "N"


@pytest.mark.parametrize(("before", "after"), [("C", "D"), ("D", "C")])
def test_a_note_may_change_between_credit_and_debit(
    supplier: Taxpayer, recipient: Taxpayer, before: str, after: str
) -> None:
    sections = {"C": "b2bcn", "D": "b2bdn"}
    supplier.give_notes(recipient.gstin, note(kind=before))
    recipient.act(sections[before], echo(recipient.record(sections[before]), "R"))
    supplier.give_notes(recipient.gstin, note(kind=after))
    assert recipient.records(sections[before]) == []
    assert recipient.record(sections[after])["action"] == "N"
    (sold,) = supplier.sold("cdnr")
    assert (sold["ntty"], "imsactn" in sold) == (after, False)


@pytest.mark.parametrize(
    "document", [invoice(rchrg="Y"), invoice(pos="24", tax=inside(90))], ids=["reverse charge", "place of supply"]
)
def test_an_edit_may_take_a_document_out_of_ims_and_back(
    supplier: Taxpayer, recipient: Taxpayer, accepted: dict[str, Any], document: dict[str, Any]
) -> None:
    supplier.sell(recipient.gstin, document)
    assert recipient.records("b2b") == []
    (sold,) = supplier.sold("b2b")
    assert "imsactn" not in sold
    supplier.sell(recipient.gstin, invoice())
    assert recipient.record("b2b")["action"] == "N"


def test_a_filed_document_is_changed_by_an_amendment_which_is_a_record_of_its_own(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, accepted: dict[str, Any]
) -> None:
    data(supplier.file())
    town.go_to("2025-12-05T10:00")
    amended = amending(invoice(taxable=900), inum="INV-1A", idt="03-11-2025")
    groups = [{"ctin": recipient.gstin, "inv": [amended]}]
    assert supplier.save_return("2025/11", b2ba=groups)["status_cd"] == "P"
    assert recipient.record("b2b") == {**accepted, "srcfilstatus": "Filed"}
    record = recipient.record("b2ba")
    assert (record["oinum"], record["oidt"], record["action"]) == ("INV-1", "05-10-2025", "N")


def test_an_amendment_may_keep_the_number(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    data(supplier.file())
    town.go_to("2025-12-05T10:00")
    groups = [{"ctin": recipient.gstin, "inv": [amending(invoice(taxable=900))]}]
    assert supplier.save_return("2025/11", b2ba=groups)["status_cd"] == "P"
    assert recipient.record("b2ba")["inum"] == "INV-1"


def test_filing_touches_no_other_return(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice("NOV"), period="2025/11")
    town.company("29").sell(recipient.gstin, invoice("OTHER"))
    data(supplier.file())
    assert {record["srcfilstatus"] for record in recipient.records("b2b")} == {"Not Filed"}


def test_the_trail_says_of_each_kind_of_document_what_its_record_says(
    town: Api, supplier: Taxpayer, recipient: Taxpayer
) -> None:
    """What goes into the trail is put together before there is a record, and again by SQL where one is restored."""
    to = recipient.gstin
    status = supplier.save_return(
        "2025/10",
        b2b=[{"ctin": to, "inv": [invoice(), invoice("INV-2", rchrg="Y"), invoice("INV-3", pos="24", tax=inside(90))]}],
        cdnr=[{"ctin": to, "nt": [note(), note("DN-1", kind="D")]}],
        b2ba=[{"ctin": to, "inv": [amending(invoice("OLD"), inum="NEW", val=1)]}],
    )
    assert status["status_cd"] == "P", status
    supplier.sell(to, invoice(taxable=900))
    with town.portal.transaction() as db:
        told, kept = replayed(db), stored(db)
    mine = [key for key in kept if key[0] == recipient.gstin]
    assert len(mine) == 6
    assert [told[key]["content"] for key in mine] == [kept[key]["content"] for key in mine]
