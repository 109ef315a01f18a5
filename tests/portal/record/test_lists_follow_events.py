"""Counts and lists after each event; and whose they are (R1.1, R8.2; issue 2, section 2)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Api, Taxpayer, bill_of_entry, data, distribution, echo, invoice, note


def b2b(recipient: Taxpayer) -> dict[str, int]:
    return recipient.counts()["b2b"]


def test_counters_follow_every_action(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, *(invoice(f"I{n}") for n in range(4)))
    assert b2b(recipient) == {"noaction": 4, "accept": 0, "reject": 0, "pending": 0}
    rows = recipient.records("b2b")
    recipient.act("b2b", echo(rows[0], "A"), echo(rows[1], "R"), echo(rows[2], "P"))
    assert b2b(recipient) == {"noaction": 1, "accept": 1, "reject": 1, "pending": 1}
    recipient.reset("b2b", echo(rows[0], prev_status="A"))
    assert b2b(recipient) == {"noaction": 2, "accept": 0, "reject": 1, "pending": 1}


def test_what_never_entered_ims_is_not_counted(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice(), invoice("RCM", rchrg="Y"))
    assert recipient.counts()["ttl_cnt"] == 1


@pytest.mark.parametrize("goods", ["others", "imports", "inward_supplies"])
def test_a_count_is_of_its_own_goods_only(town: Api, supplier: Taxpayer, recipient: Taxpayer, goods: str) -> None:
    supplier.sell(recipient.gstin, invoice())
    data(town.imports(*(bill_of_entry(recipient.gstin, str(n)) for n in (1, 2))))
    data(town.distributions(*(distribution(recipient.gstin, supplier.gstin, f"D{n}") for n in (1, 2, 3))))
    assert recipient.counts(goods)["ttl_cnt"] == {"others": 1, "imports": 2, "inward_supplies": 3}[goods]


@pytest.mark.parametrize("goods", ["others", "imports", "inward_supplies"])
def test_nobody_counts_what_is_anothers(town: Api, supplier: Taxpayer, recipient: Taxpayer, goods: str) -> None:
    supplier.sell(recipient.gstin, invoice())
    data(town.imports(bill_of_entry(recipient.gstin)))
    data(town.distributions(distribution(recipient.gstin, supplier.gstin)))
    assert supplier.counts(goods)["ttl_cnt"] == 0


@pytest.mark.parametrize("section", ["b2b", "b2bcn", "impg", "isd"])
def test_nobody_lists_what_is_anothers(town: Api, supplier: Taxpayer, recipient: Taxpayer, section: str) -> None:
    supplier.sell(recipient.gstin, invoice())
    supplier.give_notes(recipient.gstin, note())
    data(town.imports(bill_of_entry(recipient.gstin)))
    data(town.distributions(distribution(recipient.gstin, supplier.gstin)))
    assert len(recipient.records(section)) == 1
    assert supplier.records(section) == []


def test_no_parameter_reaches_another_taxpayer(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    stranger = town.company("27")
    assert stranger.records("b2b", gstin=recipient.gstin, rtin=recipient.gstin) == []
    answer = stranger.call("GET", "invoices?section=b2b", headers={"gstin": recipient.gstin})
    assert data(answer) == {"b2b": []}


def test_records_of_several_suppliers_and_periods_stand_in_one_list(
    town: Api, supplier: Taxpayer, recipient: Taxpayer
) -> None:
    supplier.sell(recipient.gstin, invoice("A"))
    supplier.sell(recipient.gstin, invoice("B"), period="2025/11")
    town.company("29").sell(recipient.gstin, invoice("A"))
    assert len(recipient.records("b2b")) == 3


def test_a_list_longer_than_a_chunk_comes_whole(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, *(invoice(f"N{n:04}") for n in range(1500)))
    assert [row["inum"] for row in recipient.records("b2b")] == [f"N{n:04}" for n in range(1500)]


@pytest.mark.parametrize("change", [{"txval": 50001}, {"igst": 9000.01}, {"cess": 0}, {"boedt": "27-10-2025"}], ids=str)
def test_a_changed_bill_of_entry_starts_anew(town: Api, recipient: Taxpayer, change: dict[str, Any]) -> None:
    data(town.imports(bill_of_entry(recipient.gstin)))
    before = recipient.record("impg")
    recipient.act("impg", echo(before, "A", remarks="ours"))
    data(town.imports(bill_of_entry(recipient.gstin, **change)))
    after = recipient.record("impg")
    assert (after["action"], "remarks" in after, after["hash"] != before["hash"]) == ("N", False, True)


def test_the_same_bill_of_entry_keeps_its_action(town: Api, recipient: Taxpayer) -> None:
    data(town.imports(bill_of_entry(recipient.gstin)))
    recipient.act("impg", echo(recipient.record("impg"), "P"))
    before = recipient.record("impg")
    data(town.imports(bill_of_entry(recipient.gstin)))
    assert recipient.record("impg") == before


def test_a_changed_reference_of_a_bill_of_entry_is_shown(town: Api, recipient: Taxpayer) -> None:
    data(town.imports(bill_of_entry(recipient.gstin, rgstinrefId="R1", irefdt="28-10-2025")))
    data(town.imports(bill_of_entry(recipient.gstin, rgstinrefId="R2", irefdt="29-10-2025")))
    record = recipient.record("impg")
    assert (record["rgstinrefId"], record["irefdt"]) == ("R2", "29-10-2025")


def test_bills_of_entry_are_told_apart_by_port(town: Api, recipient: Taxpayer) -> None:
    data(town.imports(bill_of_entry(recipient.gstin), bill_of_entry(recipient.gstin, portcd="INBOM4")))
    recipient.act("impg", echo(recipient.records("impg")[0], "A"))
    assert [row["action"] for row in recipient.records("impg")] == ["A", "N"]


def test_a_bill_of_entry_is_of_the_period_of_its_credit(town: Api, recipient: Taxpayer) -> None:
    data(town.imports(bill_of_entry(recipient.gstin, itcprd="112025")))
    assert recipient.record("impg")["itcprd"] == "112025"
