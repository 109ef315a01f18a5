"""Drafts of corrections: which way is open for each document, and that the portal takes them as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.api import Taxpayer, amending, data, inside, invoice, note
from tests.client.conftest import Served, file_3b
from tests.desk.followup.conftest import NOVEMBER, OCTOBER, act, file, finished, supplier_of

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.followup import settings
from gst_ims.desk.followup.drafts import Drafts, drafts, write
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.sync.sales import sync_sales


def file_draft(served: Served, made: Drafts) -> None:
    """Save and file the only draft as it is, at the portal."""
    (draft,) = made.drafts
    supplier = supplier_of(served, draft.gstin)
    period = f"{draft.period.year}/{draft.period.month:02}"
    headers = {"content-type": "application/json"}
    answer = supplier.call("POST", f"gstrs/{draft.route}/{period}", content=draft.body, headers=headers)
    reference = data(answer)["reference_id"]
    status = finished(supplier, f"gstrs/{period}/status", reference, "REC")
    assert status["status_cd"] == "P", status
    file(supplier, period, draft.route)


def rejected(desk: Desk, seller: Gstin, customer: Taxpayer, *documents: tuple[str, str]) -> None:
    for section, number in documents:
        act(customer, section, number, "R", remarks="not ours")
    sync_sales(desk, seller, [OCTOBER])


def test_a_rejected_document_is_corrected_in_gstr_1a_while_gstr_3b_is_open(
    desk: Desk, seller: Gstin, customer: Taxpayer, deepa: Person, served: Served
) -> None:
    rejected(desk, seller, customer, ("b2bcn", "CN-1"), ("b2b", "INV-3"))
    made = drafts(desk, deepa, seller)
    assert [(it.route, it.period) for it in made.corrections] == [("gstr-1a", OCTOBER)] * 2
    file_draft(served, made)
    (note_again,) = customer.records("b2bcna")
    (invoice_again,) = customer.records("b2ba")
    assert (note_again["ont_num"], note_again["txval"], note_again["srcform"]) == ("CN-1", 101, "R1A")
    assert (invoice_again["oinum"], invoice_again["iamt"], invoice_again["srcfilstatus"]) == ("INV-3", 180.54, "Filed")


def test_what_is_reported_anew_is_no_longer_to_be_corrected(
    desk: Desk, seller: Gstin, customer: Taxpayer, deepa: Person, served: Served
) -> None:
    rejected(desk, seller, customer, ("b2bcn", "CN-1"))
    file_draft(served, drafts(desk, deepa, seller))
    sync_sales(desk, seller, [OCTOBER])
    assert drafts(desk, deepa, seller) == Drafts((), ())


def test_after_gstr_3b_it_is_amended_in_the_next_gstr_1(
    desk: Desk, seller: Gstin, customer: Taxpayer, deepa: Person, served: Served, go: Callable[[str], None]
) -> None:
    rejected(desk, seller, customer, ("b2bcn", "CN-1"), ("b2b", "INV-3"))
    go("2025-11-21T10:00")
    made = drafts(desk, deepa, seller)
    assert [(it.route, it.period) for it in made.corrections] == [("gstr-1", NOVEMBER)] * 2
    file_draft(served, made)
    assert customer.records("b2bcna")[0]["rtnprd"] == customer.records("b2ba")[0]["rtnprd"] == "112025"


def test_the_taxpayer_may_say_that_gstr_3b_is_filed(
    desk: Desk, seller: Gstin, customer: Taxpayer, bina: Person, deepa: Person
) -> None:
    rejected(desk, seller, customer, ("b2bcn", "CN-1"))
    settings.put(desk, bina, seller, "filed_3b", "102025")
    (found,) = drafts(desk, deepa, seller).corrections
    assert (found.route, found.period) == ("gstr-1", NOVEMBER)


def test_what_was_corrected_in_gstr_1a_and_rejected_again_is_amended(
    desk: Desk, seller: Gstin, customer: Taxpayer, deepa: Person, served: Served, go: Callable[[str], None]
) -> None:
    """GSTR-1A is once a period (R3.5)."""
    supplier_of(served, seller).save_return(
        "2025/10", "gstr-1a", cdnra=[{"ctin": customer.gstin, "nt": [amending(note("CN-1", taxable=101))]}]
    )
    file(supplier_of(served, seller), "2025/10", "gstr-1a")
    go("2025-11-15T10:00")
    file_3b(customer)
    act(customer, "b2bcna", "CN-1", "R")
    sync_sales(desk, seller, [OCTOBER])
    (found,) = drafts(desk, deepa, seller).corrections
    assert (found.route, found.period) == ("gstr-1", NOVEMBER)


def test_past_the_time_limit_neither_is_open(
    desk: Desk, seller: Gstin, customer: Taxpayer, deepa: Person, go: Callable[[str], None]
) -> None:
    rejected(desk, seller, customer, ("b2bcn", "CN-1"))
    go("2026-12-01T10:00")
    made = drafts(desk, deepa, seller)
    (found,) = made.corrections
    assert (found.route, found.period, made.drafts) == ("", None, ())
    assert "30-11-2026" in found.why


def test_a_document_can_be_drafted_to_nothing(
    desk: Desk, seller: Gstin, customer: Taxpayer, deepa: Person, served: Served
) -> None:
    rejected(desk, seller, customer, ("b2b", "INV-3"))
    (found,) = drafts(desk, deepa, seller).corrections
    file_draft(served, drafts(desk, deepa, seller, [found.id]))
    (record,) = customer.records("b2ba")
    assert (record["txval"], record["iamt"], record["val"], record["oinum"]) == (0, 0, 0, "INV-3")


def test_amounts_inside_a_state_of_several_rates_and_with_cess_come_through(
    desk: Desk, served: Served, seller: Gstin, deepa: Person
) -> None:
    neighbour = served.api.company("24")
    items = [
        {"num": 1, "itm_det": {"rt": 18, "txval": 1000.10, "iamt": 0, "camt": 90.01, "samt": 90.01, "csamt": 12.34}},
        {"num": 2, "itm_det": {"rt": 5, "txval": 0.2, "iamt": 0, "camt": 0.01, "samt": 0.01, "csamt": 0}},
    ]
    sold = {**invoice("LOCAL", pos="24", tax=inside(90.02), day="02-11-2025"), "itms": items, "val": 1192.67}
    supplier = supplier_of(served, seller)
    supplier.sell(neighbour.gstin, sold, period="2025/11")
    file(supplier, "2025/11")
    act(neighbour, "b2b", "LOCAL", "R")
    sync_sales(desk, seller, [NOVEMBER])
    file_draft(served, drafts(desk, deepa, seller))
    (record,) = neighbour.records("b2ba")
    assert (record["txval"], record["camt"], record["samt"], record["cess"], record["val"]) == (
        *(1000.3, 90.02, 90.02, 12.34, 1192.67),
    )
    ((again,),) = [supplier.sold("b2ba", "2025/11", return_type="gstr-1a")]
    assert [it["itm_det"]["rt"] for it in again["itms"]] == [18, 5]


def test_an_operators_documents_keep_their_sellers(desk: Desk, served: Served, customer: Taxpayer) -> None:
    operator, merchant = served.api.company("29"), served.api.company("27")
    groups = [
        {"rtin": customer.gstin, "stin": merchant.gstin, "inv": [invoice("E-1")]},
    ]
    plain = [{"rtin": customer.gstin, "inv": [invoice("E-2")]}]
    for group in (*groups, *plain):
        for sold in group["inv"]:
            sold.pop("inv_typ")
            sold["sply_ty"] = "INTER"
    operator.save_return("2025/10", ecom={"b2b": groups, "urp2b": plain})
    file(operator, "2025/10")
    act(customer, "ecom", "E-1", "R")
    act(customer, "ecom", "E-2", "R")
    people.found(desk, operator.gstin, "Bazaar", "bazaar", "monthly", "Bina")
    boss = people.person(desk, "Bina")
    people.grant(desk, boss, operator.gstin, "Bina", Role.PREPARER)
    sync_sales(desk, operator.gstin, [OCTOBER])
    file_draft(served, drafts(desk, people.person(desk, "Bina"), operator.gstin))
    assert sorted(it["oinum"] for it in customer.records("ecoma")) == ["E-1", "E-2"]


def test_nothing_rejected_makes_no_draft(desk: Desk, seller: Gstin, deepa: Person) -> None:
    sync_sales(desk, seller, [OCTOBER])
    assert drafts(desk, deepa, seller) == Drafts((), ())


def test_a_document_that_is_not_rejected_cannot_be_drafted_to_nothing(
    desk: Desk, seller: Gstin, customer: Taxpayer, deepa: Person
) -> None:
    sync_sales(desk, seller, [OCTOBER])
    with pytest.raises(Invalid, match="no such document is rejected"):
        drafts(desk, deepa, seller, [f"b2b:{customer.gstin}:INV-1:102025"])


def test_it_cannot_be_amended_in_its_own_period(
    desk: Desk, seller: Gstin, customer: Taxpayer, bina: Person, deepa: Person
) -> None:
    rejected(desk, seller, customer, ("b2b", "INV-3"))
    settings.put(desk, bina, seller, "filed_3b", "102025")
    with pytest.raises(Invalid, match="a later period"):
        drafts(desk, deepa, seller, into=OCTOBER)


def test_the_files_are_there_whole_or_not_at_all(
    desk: Desk, seller: Gstin, customer: Taxpayer, deepa: Person, tmp_path: Path
) -> None:
    rejected(desk, seller, customer, ("b2b", "INV-3"))
    made = drafts(desk, deepa, seller)
    (path,) = write(made, tmp_path / "out")
    assert path.name == f"{seller}-gstr-1a-102025.json"
    assert json.loads(path.read_bytes())["fp"] == "102025"
    with pytest.raises(Invalid, match="already"):
        write(made, tmp_path / "out")


def test_drafts_are_for_those_who_prepare(desk: Desk, seller: Gstin, bina: Person) -> None:
    with pytest.raises(NotAllowed, match="preparer"):
        drafts(desk, bina, seller)
