"""Accept, reject, keep pending, reset: what each does and who may not (R2.1 to R2.19)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Api, Taxpayer, bill_of_entry, data, distribution, echo, invoice, note

ACTIONS = "ARP"


def codes(status: dict[str, Any]) -> list[str]:
    return [group["error_cd"] for groups in status.get("error_report", {}).values() for group in groups]


@pytest.fixture
def sold(supplier: Taxpayer, recipient: Taxpayer) -> dict[str, Any]:
    """An invoice at the recipient."""
    supplier.sell(recipient.gstin, invoice())
    return recipient.record("b2b")


@pytest.fixture
def credited(supplier: Taxpayer, recipient: Taxpayer) -> dict[str, Any]:
    """A credit note of October 2025 at the recipient: 18 rupees of IGST."""
    supplier.give_notes(recipient.gstin, note())
    return recipient.record("b2bcn")


def test_a_new_record_has_no_action(sold: dict[str, Any]) -> None:
    assert sold["action"] == "N"


@pytest.mark.parametrize("action", ACTIONS)
def test_a_record_that_is_only_saved_can_be_acted_upon(sold: dict[str, Any], recipient: Taxpayer, action: str) -> None:
    """R2.19."""
    recipient.act("b2b", echo(sold, action))
    assert recipient.record("b2b")["action"] == action


@pytest.mark.parametrize("action", ACTIONS)
def test_a_filed_record_can_be_acted_upon(
    sold: dict[str, Any], supplier: Taxpayer, recipient: Taxpayer, action: str
) -> None:
    data(supplier.file())
    recipient.act("b2b", echo(sold, action))
    assert recipient.record("b2b")["action"] == action


@pytest.mark.parametrize("last", ACTIONS)
@pytest.mark.parametrize("first", ACTIONS)
def test_the_last_action_overwrites(sold: dict[str, Any], recipient: Taxpayer, first: str, last: str) -> None:
    """R2.3."""
    recipient.act("b2b", echo(sold, first))
    recipient.act("b2b", echo(recipient.record("b2b"), last))
    assert recipient.record("b2b")["action"] == last


@pytest.mark.parametrize("action", ACTIONS)
def test_a_reset_takes_the_action_back(sold: dict[str, Any], recipient: Taxpayer, action: str) -> None:
    """R2.16."""
    recipient.act("b2b", echo(sold, action, remarks="for now"))
    recipient.reset("b2b", echo(recipient.record("b2b")))
    assert recipient.record("b2b") == sold


def test_a_reset_takes_the_declaration_back(credited: dict[str, Any], recipient: Taxpayer) -> None:
    recipient.act("b2bcn", echo(credited, "A", itcRedReq="Y", declIgst=9, remarks="half of it"))
    recipient.reset("b2bcn", echo(recipient.record("b2bcn")))
    assert recipient.record("b2bcn") == credited


def test_a_reset_works_on_a_filed_record(sold: dict[str, Any], supplier: Taxpayer, recipient: Taxpayer) -> None:
    recipient.act("b2b", echo(sold, "R"))
    data(supplier.file())
    recipient.reset("b2b", echo(recipient.record("b2b")))
    assert recipient.record("b2b")["action"] == "N"


def test_an_action_does_not_change_the_hash(sold: dict[str, Any], recipient: Taxpayer) -> None:
    recipient.act("b2b", echo(sold, "A", remarks="fine"))
    assert recipient.record("b2b")["hash"] == sold["hash"]


@pytest.mark.parametrize("action", ACTIONS)
def test_remarks_may_come_with_any_action(sold: dict[str, Any], recipient: Taxpayer, action: str) -> None:
    recipient.act("b2b", echo(sold, action, remarks="see our e-mail of the 3rd"))
    assert recipient.record("b2b")["remarks"] == "see our e-mail of the 3rd"


def test_a_later_action_without_remarks_has_none(sold: dict[str, Any], recipient: Taxpayer) -> None:
    recipient.act("b2b", echo(sold, "R", remarks="not ours"))
    recipient.act("b2b", echo(recipient.record("b2b"), "A"))
    assert "remarks" not in recipient.record("b2b")


@pytest.mark.parametrize("text", ["x" * 250, "ग" * 250, "\"'\\;--\t\n", "0", " "])
def test_remarks_are_kept_to_the_letter(sold: dict[str, Any], recipient: Taxpayer, text: str) -> None:
    recipient.act("b2b", echo(sold, "R", remarks=text))
    assert recipient.record("b2b")["remarks"] == text


@pytest.mark.parametrize("text", ["x" * 251, "ग" * 251])
def test_remarks_of_more_than_250_characters_are_refused(sold: dict[str, Any], recipient: Taxpayer, text: str) -> None:
    assert codes(recipient.act("b2b", echo(sold, "R", remarks=text))) == ["IMSSAV9008"]
    assert recipient.record("b2b") == sold


def test_a_bill_of_entry_cannot_be_rejected(town: Api, recipient: Taxpayer) -> None:
    """EX-42."""
    data(town.imports(bill_of_entry(recipient.gstin)))
    assert codes(recipient.act("impg", echo(recipient.record("impg"), "R"))) == ["IMSSAV9002"]
    assert recipient.record("impg")["action"] == "N"


@pytest.mark.parametrize("section", ["isd", "isdcn"])
def test_a_distribution_is_only_shown(town: Api, supplier: Taxpayer, recipient: Taxpayer, section: str) -> None:
    """R1.8."""
    kind = "ISDC" if section == "isdcn" else "ISDI"
    data(town.distributions(distribution(recipient.gstin, supplier.gstin, doctyp=kind)))
    status = recipient.act(section, echo(recipient.record(section), "A"))
    assert (status["status_cd"], status["err_cd"]) == ("ER", "IMSSAV005")


# Declaring how much credit is reduced (R6.2 to R6.10).


@pytest.mark.parametrize(
    ("declared", "shown"),
    [
        ({"itcRedReq": "Y"}, {"itcRedReq": "Y"}),
        ({"itcRedReq": "Y", "declIgst": 18}, {"itcRedReq": "Y", "declIgst": 18}),
        ({"itcRedReq": "Y", "declIgst": 17.99, "remarks": "r"}, {"itcRedReq": "Y", "declIgst": 17.99, "remarks": "r"}),
        ({"itcRedReq": "N", "remarks": "never taken"}, {"itcRedReq": "N", "remarks": "never taken"}),
        (
            {"itcRedReq": "N", "declIgst": 0, "declCgst": 0, "declSgst": 0, "declCess": 0, "remarks": "never taken"},
            {"itcRedReq": "N", "declIgst": 0, "declCgst": 0, "declSgst": 0, "declCess": 0, "remarks": "never taken"},
        ),
    ],
    ids=["full", "full in figures", "partial", "none", "none in figures"],
)
def test_an_accepted_credit_note_may_declare(
    credited: dict[str, Any], recipient: Taxpayer, declared: dict[str, Any], shown: dict[str, Any]
) -> None:
    assert recipient.act("b2bcn", echo(credited, "A", **declared))["status_cd"] == "S"
    assert recipient.record("b2bcn") == {**credited, "action": "A", **shown}


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ({}, "IMSSAV0054"),
        ({"declIgst": 9, "remarks": "half"}, "IMSSAV0054"),
        ({"itcRedReq": "Y", "declIgst": 18.01}, "IMSSAV9005"),
        ({"itcRedReq": "Y", "declCess": 0.01, "remarks": "r"}, "IMSSAV9005"),
        ({"itcRedReq": "Y", "declCgst": 1, "remarks": "r"}, "IMSSAV9005"),
        ({"itcRedReq": "N", "declIgst": 1, "remarks": "r"}, "IMSSAV9005"),
        ({"itcRedReq": "Y", "declIgst": 9}, "IMSSAV9007"),
        ({"itcRedReq": "Y", "declIgst": 9, "remarks": "  "}, "IMSSAV9007"),
        ({"itcRedReq": "N"}, "IMSSAV9007"),
    ],
    ids=[
        *("nothing", "amounts without the flag", "more than the tax", "cess of a note that bears none"),
        *("CGST without SGST", "an amount with N", "partial without remarks", "partial with blank remarks"),
        "none without remarks",
    ],
)
def test_a_declaration_that_does_not_fit_is_refused(
    credited: dict[str, Any], recipient: Taxpayer, declared: dict[str, Any], code: str
) -> None:
    """R6.7."""
    assert codes(recipient.act("b2bcn", echo(credited, "A", **declared))) == [code]
    assert recipient.record("b2bcn") == credited


def test_cgst_and_sgst_must_be_declared_alike(town: Api, recipient: Taxpayer) -> None:
    town.company("27").give_notes(recipient.gstin, note(tax={"camt": 9, "samt": 9}))
    row = echo(recipient.record("b2bcn"), "A", itcRedReq="Y", remarks="some")
    assert codes(recipient.act("b2bcn", {**row, "declCgst": 4, "declSgst": 5})) == ["IMSSAV9005"]
    assert recipient.act("b2bcn", {**row, "declCgst": 8.5, "declSgst": 8.5})["status_cd"] == "S"


@pytest.mark.parametrize("action", "RP")
@pytest.mark.parametrize("declared", [{"itcRedReq": "Y"}, {"itcRedReq": "N"}, {"declIgst": 1}])
def test_only_an_acceptance_declares(
    credited: dict[str, Any], recipient: Taxpayer, action: str, declared: dict[str, Any]
) -> None:
    assert codes(recipient.act("b2bcn", echo(credited, action, remarks="r", **declared))) == ["IMSSAV9005"]


@pytest.mark.parametrize("action", "RP")
def test_a_credit_note_needs_no_declaration_unless_accepted(
    credited: dict[str, Any], recipient: Taxpayer, action: str
) -> None:
    assert recipient.act("b2bcn", echo(credited, action))["status_cd"] == "S"


@pytest.mark.parametrize("section", ["b2b", "b2bdn", "ecom"])
def test_a_declaration_is_no_part_of_a_row_that_reduces_nothing(
    supplier: Taxpayer, recipient: Taxpayer, section: str
) -> None:
    to = {"ctin": recipient.gstin}
    ecom = {"urp2b": [{"rtin": recipient.gstin, "inv": [invoice()]}]}
    supplier.save_return("2025/10", b2b=[{**to, "inv": [invoice()]}], cdnr=[{**to, "nt": [note(kind="D")]}], ecom=ecom)
    status = recipient.act(section, echo(recipient.record(section), "A", itcRedReq="Y"))
    assert (status["status_cd"], status["err_cd"]) == ("ER", "IMSSAV005")


# Requests as a whole.


def test_one_row_of_a_request_fails_by_itself(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, *(invoice(f"I{n}") for n in range(5)))
    rows = [echo(record, "A") for record in recipient.records("b2b")]
    rows[2]["prev_status"] = "R"
    status = recipient.act("b2b", *rows)
    assert (status["proc_cnt"], status["err_cnt"]) == ("4", "1")
    assert [record["action"] for record in recipient.records("b2b")] == ["A", "A", "N", "A", "A"]


def test_a_request_may_have_two_sections(supplier: Taxpayer, recipient: Taxpayer) -> None:
    to = {"ctin": recipient.gstin}
    supplier.save_return("2025/10", b2b=[{**to, "inv": [invoice()]}], cdnr=[{**to, "nt": [note(kind="D")]}])
    rows = {"b2b": [echo(recipient.record("b2b"), "A")], "b2bdn": [echo(recipient.record("b2bdn"), "R")]}
    assert recipient.save(rows)["proc_cnt"] == "2"
    assert (recipient.record("b2b")["action"], recipient.record("b2bdn")["action"]) == ("A", "R")


def test_the_second_row_of_a_record_in_one_request_is_stale(sold: dict[str, Any], recipient: Taxpayer) -> None:
    status = recipient.act("b2b", echo(sold, "A"), echo(sold, "R"))
    assert (status["proc_cnt"], status["err_cnt"], codes(status)) == ("1", "1", ["IMSSAV0010"])
    assert recipient.record("b2b")["action"] == "A"


def test_the_same_request_sent_again_is_stale(sold: dict[str, Any], recipient: Taxpayer) -> None:
    recipient.act("b2b", echo(sold, "A"))
    assert codes(recipient.act("b2b", echo(sold, "A"))) == ["IMSSAV0010"]


def test_a_record_that_the_supplier_edited_meanwhile_is_stale(
    sold: dict[str, Any], supplier: Taxpayer, recipient: Taxpayer
) -> None:
    supplier.sell(recipient.gstin, invoice(taxable=1100))
    assert codes(recipient.act("b2b", echo(sold, "A"))) == ["IMSSAV0010"]


def test_a_record_that_the_supplier_deleted_meanwhile_is_stale(
    sold: dict[str, Any], supplier: Taxpayer, recipient: Taxpayer
) -> None:
    supplier.sell(recipient.gstin, {"inum": "INV-1", "idt": "05-10-2025", "flag": "D"})
    assert codes(recipient.act("b2b", echo(sold, "A"))) == ["IMSSAV0010"]


def test_a_document_that_never_entered_ims_cannot_be_acted_upon(
    sold: dict[str, Any], supplier: Taxpayer, recipient: Taxpayer
) -> None:
    supplier.sell(recipient.gstin, invoice("RCM", rchrg="Y"))
    assert codes(recipient.act("b2b", echo(sold, "A", inum="RCM"))) == ["IMSSAV0010"]


@pytest.mark.parametrize("kind", ["save", "reset"])
def test_a_section_without_rows_changes_nothing(sold: dict[str, Any], recipient: Taxpayer, kind: str) -> None:
    reference = recipient.submit(kind, {"b2b": []})
    recipient.api.work()
    status = recipient.status_of(reference)
    assert (status["status_cd"], status["proc_cnt"]) == ("S", "0")
    assert recipient.record("b2b") == sold


def test_every_change_of_a_record_is_in_its_trail(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    recipient.act("b2b", echo(recipient.record("b2b"), "R", remarks="why"))
    supplier.sell(recipient.gstin, invoice(taxable=1100))
    recipient.act("b2b", echo(recipient.record("b2b"), "A"))
    recipient.reset("b2b", echo(recipient.record("b2b")))
    data(supplier.file())
    with town.portal.transaction() as db:
        query = "select event, was, became from trail where rtin = %s order by id"
        events = [tuple(row) for row in db.execute(query, [recipient.gstin])]
    assert events == [
        *(("saved", None, "N"), ("acted", "N", "R"), ("edited", None, "N"), ("acted", "N", "A")),
        *(("reset", "A", "N"), ("filed", "N", "N")),
    ]
