"""Pending on credit notes: blocked before the 2B period of October 2025, allowed from then on (R2.5 to R2.7, R2.14)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Api, Taxpayer, amending, bill_of_entry, data, echo, invoice, note
from tests.story import draw_up_drafts

from gst_ims.core.gstin import Gstin


def give(supplier: Taxpayer, to: Gstin, day: str, period: str, name: str = "gstr-1") -> None:
    credited = note("CN", day)
    status = supplier.save_return(period, name, cdnr=[{"ctin": to, "nt": [credited]}])
    assert status["status_cd"] == "P"


def test_ex_1_a_credit_note_of_september_filed_on_11_october_is_blocked(
    town: Api, supplier: Taxpayer, recipient: Taxpayer
) -> None:
    town.go_to("2025-10-11T18:00")
    give(supplier, recipient.gstin, "15-09-2025", "2025/09")
    data(supplier.file("2025/09"))
    record = recipient.record("b2bcn")
    assert (record["ispendactblocked"], record["isItcRedReqBlocked"]) == ("Y", "Y")


def test_ex_2_a_credit_note_of_october_is_free_from_the_moment_it_is_added(
    town: Api, supplier: Taxpayer, recipient: Taxpayer
) -> None:
    town.go_to("2025-10-15T09:00")
    give(supplier, recipient.gstin, "15-10-2025", "2025/10")
    record = recipient.record("b2bcn")
    assert (record["ispendactblocked"], record["isItcRedReqBlocked"]) == ("N", "N")


def test_ex_2_and_it_stays_so_when_it_is_filed(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    town.go_to("2025-10-15T09:00")
    give(supplier, recipient.gstin, "15-10-2025", "2025/10")
    town.go_to("2025-11-11T09:00")
    data(supplier.file("2025/10"))
    assert recipient.record("b2bcn")["ispendactblocked"] == "N"


def test_ex_3_the_date_of_the_note_does_not_matter(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    town.go_to("2025-11-11T09:00")
    give(supplier, recipient.gstin, "15-03-2025", "2025/10")
    data(supplier.file("2025/10"))
    assert recipient.record("b2bcn")["ispendactblocked"] == "N"


def test_ex_4_a_gstr1a_of_september_filed_on_14_october_is_of_october(
    town: Api, supplier: Taxpayer, recipient: Taxpayer
) -> None:
    town.go_to("2025-10-11T18:00")
    data(supplier.file("2025/09"))
    town.go_to("2025-10-14T18:00")
    give(supplier, recipient.gstin, "20-09-2025", "2025/09", "gstr-1a")
    data(supplier.file("2025/09", "gstr-1a"))
    assert recipient.record("b2bcn")["ispendactblocked"] == "N"


def test_ex_41_pending_on_a_blocked_credit_note_is_a_row_error(
    town: Api, supplier: Taxpayer, recipient: Taxpayer
) -> None:
    town.go_to("2025-10-05T09:00")
    give(supplier, recipient.gstin, "15-09-2025", "2025/09")
    record = recipient.record("b2bcn")
    status = recipient.act("b2bcn", echo(record, "P"))
    assert [group["error_cd"] for group in status["error_report"]["cn"]] == ["IMSSAV9001"]
    assert recipient.record("b2bcn") == record


@pytest.mark.parametrize("moment", ["2025-10-12T00:00", "2025-10-31T23:00", "2025-12-05T09:00"])
def test_a_return_of_september_filed_after_the_window_is_of_a_later_2b(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, moment: str
) -> None:
    town.go_to("2025-10-05T09:00")
    give(supplier, recipient.gstin, "15-09-2025", "2025/09")
    town.go_to(moment)
    data(supplier.file("2025/09"))
    assert recipient.record("b2bcn")["ispendactblocked"] == "N"


@pytest.mark.parametrize(("moment", "flag"), [("2025-10-13T23:50", "Y"), ("2025-10-14T00:00", "N")])
def test_a_quarterly_filers_window_is_two_days_longer(town: Api, moment: str, flag: str) -> None:
    town.go_to(moment)
    supplier, recipient = town.company("24", "quarterly"), town.company("27")
    give(supplier, recipient.gstin, "15-09-2025", "2025/09")
    data(supplier.file("2025/09"))
    assert recipient.record("b2bcn")["ispendactblocked"] == flag


@pytest.mark.parametrize("action", "AR")
def test_a_blocked_credit_note_can_be_accepted_and_rejected_without_a_declaration(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, action: str
) -> None:
    town.go_to("2025-10-05T09:00")
    give(supplier, recipient.gstin, "15-09-2025", "2025/09")
    assert recipient.act("b2bcn", echo(recipient.record("b2bcn"), action))["status_cd"] == "S"


@pytest.mark.parametrize("declared", [{"itcRedReq": "Y"}, {"itcRedReq": "N", "remarks": "r"}, {"declIgst": 1}])
def test_a_credit_note_before_october_2025_takes_no_declaration(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, declared: dict[str, Any]
) -> None:
    town.go_to("2025-10-05T09:00")
    give(supplier, recipient.gstin, "15-09-2025", "2025/09")
    status = recipient.act("b2bcn", echo(recipient.record("b2bcn"), "A", **declared))
    assert [group["error_cd"] for group in status["error_report"]["cn"]] == ["IMSSAV9004"]


@pytest.mark.parametrize(
    ("taxable", "flag"), [(100, "Y"), (150, "Y"), (50, "N")], ids=["equal", "upward", "downward, original accepted"]
)
def test_an_amended_credit_note_was_blocked_unless_it_went_down(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, taxable: float, flag: str
) -> None:
    town.go_to("2025-09-11T09:00")
    original = note("CN", "15-08-2025")
    supplier.give_notes(recipient.gstin, original, period="2025/08")
    data(supplier.file("2025/08"))
    town.go_to("2025-09-16T09:00")
    draw_up_drafts(town)
    data(recipient.post("gstrs/gstr-3b/2025/08/file"))
    town.go_to("2025-10-05T09:00")
    amended = amending(note("CN", "15-08-2025", taxable), nt_num="CN-A")
    supplier.save_return("2025/09", cdnra=[{"ctin": recipient.gstin, "nt": [amended]}])
    assert recipient.record("b2bcna")["ispendactblocked"] == flag


@pytest.mark.parametrize("section", ["b2b", "b2ba", "b2bdn", "b2bdna", "ecom", "ecoma"])
def test_what_reduces_no_credit_could_always_wait(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, section: str
) -> None:
    town.go_to("2025-10-05T09:00")
    to, sold, debit = {"ctin": recipient.gstin}, invoice(day="01-09-2025"), note("D", "01-09-2025", kind="D")
    supplier.save_return(
        "2025/09",
        b2b=[{**to, "inv": [sold]}],
        b2ba=[{**to, "inv": [amending(sold, inum="A")]}],
        cdnr=[{**to, "nt": [debit]}],
        cdnra=[{**to, "nt": [amending(debit, nt_num="DA")]}],
        ecom={"urp2b": [{"rtin": recipient.gstin, "inv": [sold]}]},
        ecoma={"urp2ba": [{"rtin": recipient.gstin, "inv": [amending(sold, inum="EA")]}]},
    )
    record = recipient.record(section)
    assert record["ispendactblocked"] == "N"
    assert recipient.act(section, echo(record, "P"))["status_cd"] == "S"


def test_a_bill_of_entry_may_wait(town: Api, recipient: Taxpayer) -> None:
    data(town.imports(bill_of_entry(recipient.gstin)))
    record = recipient.record("impg")
    assert record["ispendactblocked"] == "N"
    assert recipient.act("impg", echo(record, "P"))["status_cd"] == "S"
