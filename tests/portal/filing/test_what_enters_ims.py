"""Which documents become records, and which go straight to GSTR-2B (R1.1 to R1.13)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Api, Taxpayer, amending, bill_of_entry, data, inside, invoice, note

NOTHING: dict[str, Any] = {}


def sections_of(recipient: Taxpayer) -> set[str]:
    counts = {**recipient.counts("others"), **recipient.counts("imports")}
    counts.pop("ttl_cnt")
    return {section for section, by_state in counts.items() if sum(by_state.values())}


@pytest.mark.parametrize("kind", ["R", "DE", "SEWP", "SEWOP", "CBW"])
def test_an_invoice_of_any_type_is_a_record(supplier: Taxpayer, recipient: Taxpayer, kind: str) -> None:
    supplier.sell(recipient.gstin, invoice(inv_typ=kind, tax={"iamt": 0} if kind == "SEWOP" else {"iamt": 180}))
    assert recipient.record("b2b")["inv_typ"] == kind


def test_a_reverse_charge_invoice_never_enters_ims(supplier: Taxpayer, recipient: Taxpayer) -> None:
    assert supplier.sell(recipient.gstin, invoice(rchrg="Y"))["status_cd"] == "P"
    assert recipient.records("b2b") == []


def test_a_reverse_charge_note_never_enters_ims(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.give_notes(recipient.gstin, note(rchrg="Y"))
    assert recipient.records("b2bcn") == []


def test_a_supply_in_the_suppliers_state_to_a_recipient_of_another_never_enters_ims(
    supplier: Taxpayer, recipient: Taxpayer
) -> None:
    supplier.sell(recipient.gstin, invoice(pos="24", tax=inside(90)))
    assert recipient.records("b2b") == []


def test_a_supply_inside_the_state_of_both_enters_ims(town: Api, recipient: Taxpayer) -> None:
    town.company("27").sell(recipient.gstin, invoice(tax=inside(90)))
    assert recipient.record("b2b")["camt"] == 90


def test_a_supply_in_a_third_state_enters_ims(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice(pos="29"))
    assert recipient.record("b2b")["pos"] == "29"


def test_the_state_of_an_operators_document_is_that_of_the_seller(town: Api, recipient: Taxpayer) -> None:
    """Seller and place of supply in Karnataka, recipient in Maharashtra: no credit there."""
    operator, seller = town.company("27"), town.company("29")
    groups = [{"rtin": recipient.gstin, "stin": seller.gstin, "inv": [invoice(pos="29", tax=inside(90))]}]
    assert operator.save_return("2025/10", ecom={"b2b": groups})["status_cd"] == "P"
    assert recipient.records("ecom") == []


@pytest.mark.parametrize(
    ("moment", "day", "there"),
    [
        ("2025-11-30T23:50", "31-03-2025", True),
        ("2025-12-01T00:00", "31-03-2025", False),
        ("2025-12-01T02:00", "01-04-2024", False),
        ("2025-12-01T02:00", "01-04-2025", True),
    ],
)
@pytest.mark.parametrize("section", ["b2b", "b2bdn"])
def test_after_30_november_the_documents_of_the_year_before_never_enter_ims(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, section: str, moment: str, day: str, there: bool
) -> None:
    town.go_to(moment)
    if section == "b2b":
        supplier.sell(recipient.gstin, invoice(day=day), period="2025/11")
    else:
        supplier.give_notes(recipient.gstin, note(day=day, kind="D"), period="2025/11")
    assert bool(recipient.records(section)) is there


def test_a_credit_note_is_never_too_late(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    town.go_to("2025-12-05T09:00")
    supplier.give_notes(recipient.gstin, note(day="01-04-2023"), period="2025/11")
    assert len(recipient.records("b2bcn")) == 1


@pytest.mark.parametrize(("moment", "there"), [("2025-11-30T23:50", True), ("2025-12-01T00:10", False)])
def test_a_document_that_was_saved_in_time_must_be_filed_in_time(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, moment: str, there: bool
) -> None:
    supplier.sell(recipient.gstin, invoice(day="15-03-2025"))
    town.go_to(moment)
    data(supplier.file())
    assert bool(recipient.records("b2b")) is there


@pytest.mark.parametrize(
    "document",
    [
        invoice(rchrg="Y"),
        invoice(pos="24", tax=inside(90)),
        invoice(day="15-03-2024"),
    ],
    ids=["reverse charge", "place of supply", "too late"],
)
def test_what_never_enters_ims_is_in_the_supplier_view_without_an_action(
    supplier: Taxpayer, recipient: Taxpayer, document: dict[str, Any]
) -> None:
    supplier.sell(recipient.gstin, document)
    assert recipient.counts()["ttl_cnt"] == 0
    (sold,) = supplier.sold("b2b")
    assert "imsactn" not in sold


@pytest.mark.parametrize(
    ("moment", "there"), [("2024-10-11T23:00", False), ("2024-10-12T00:00", True), ("2024-11-05T10:00", True)]
)
def test_only_documents_of_the_2b_of_october_2024_and_later_are_in_ims(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, moment: str, there: bool
) -> None:
    """EX-17: what counts is when GSTR-1 of September 2024 is filed."""
    town.go_to(moment)
    supplier.sell(recipient.gstin, invoice(day="05-09-2024"), period="2024/09")
    data(supplier.file("2024/09"))
    assert bool(recipient.records("b2b")) is there


def test_a_document_that_was_saved_before_ims_and_filed_into_it_is_in_ims(
    town: Api, supplier: Taxpayer, recipient: Taxpayer
) -> None:
    town.go_to("2024-10-05T10:00")
    supplier.sell(recipient.gstin, invoice(day="05-09-2024"), period="2024/09")
    town.go_to("2024-10-15T10:00")
    data(supplier.file("2024/09"))
    assert len(recipient.records("b2b")) == 1


@pytest.mark.parametrize("section", ["IMPG", "IMPGA", "IMPGSEZ", "IMPGSEZA"])
@pytest.mark.parametrize(("period", "there"), [("092025", False), ("102025", True), ("112025", True)])
def test_bills_of_entry_are_in_ims_from_october_2025(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, section: str, period: str, there: bool
) -> None:
    seller = {"stin": supplier.gstin} if "SEZ" in section else {}
    data(town.imports(bill_of_entry(recipient.gstin, section=section, itcprd=period, **seller)))
    assert bool(recipient.records(section)) is there


# Where a document stands (protocol 5.3).

TO_SECTIONS: list[tuple[str, Any, str]] = [
    ("b2b", invoice(), "b2b"),
    ("b2ba", amending(invoice(), inum="A"), "b2ba"),
    ("cdnr", note(kind="D"), "b2bdn"),
    ("cdnr", note(kind="C"), "b2bcn"),
    ("cdnra", amending(note(kind="D"), nt_num="A"), "b2bdna"),
    ("cdnra", amending(note(kind="C"), nt_num="A"), "b2bcna"),
    ("ecom.b2b", invoice(), "ecom"),
    ("ecom.urp2b", invoice(), "ecom"),
    ("ecoma.b2ba", amending(invoice(), inum="A"), "ecoma"),
    ("ecoma.urp2ba", amending(invoice(), inum="A"), "ecoma"),
]


def as_tables(path: str, recipient: Taxpayer, seller: Taxpayer, document: dict[str, Any]) -> dict[str, Any]:
    table, _, part = path.partition(".")
    if not part:
        return {table: [{"ctin": recipient.gstin, "nt" if table.startswith("cdnr") else "inv": [document]}]}
    stin = {} if part.startswith("urp") else {"stin": seller.gstin}
    return {table: {part: [{"rtin": recipient.gstin, **stin, "inv": [document]}]}}


@pytest.mark.parametrize(
    ("path", "document", "section"), TO_SECTIONS, ids=lambda value: value if isinstance(value, str) else ""
)
@pytest.mark.parametrize("name", ["gstr-1", "gstr-1a"])
def test_a_table_feeds_its_section(
    town: Api, supplier: Taxpayer, recipient: Taxpayer, name: str, path: str, document: dict[str, Any], section: str
) -> None:
    if name == "gstr-1a":
        data(supplier.file())
    seller = town.company("29")
    assert supplier.save_return("2025/10", name, **as_tables(path, recipient, seller, document))["status_cd"] == "P"
    assert sections_of(recipient) == {section}
    record = recipient.record(section)
    assert (record["stin"], record["srcform"]) == (supplier.gstin, "R1" if name == "gstr-1" else "R1A")


def test_a_record_is_the_sum_of_the_documents_items(supplier: Taxpayer, recipient: Taxpayer) -> None:
    items = [
        {"num": n, "itm_det": {"rt": rate, "txval": 100.1, "iamt": rate + 0.01, "csamt": 0.1}}
        for n, rate in enumerate((5, 12, 18, 28, 40))
    ]
    supplier.sell(recipient.gstin, invoice(val=604.05) | {"itms": items})
    record = recipient.record("b2b")
    amounts = {name: record[name] for name in ("val", "txval", "iamt", "camt", "samt", "cess")}
    assert amounts == {"val": 604.05, "txval": 500.5, "iamt": 103.05, "camt": 0, "samt": 0, "cess": 0.5}


@pytest.mark.parametrize(
    ("table", "content"),
    [
        ("b2cs", [{"sply_ty": "INTRA", "pos": "24", "rt": 5, "typ": "OE", "txval": 1, "camt": 0, "samt": 0}]),
        ("hsn", {"data": []}),
        ("supeco", {"clttx": [], "paytx": []}),
        ("exp", []),
        ("doc_issue", {"doc_det": []}),
    ],
)
def test_a_table_for_others_makes_no_record(supplier: Taxpayer, recipient: Taxpayer, table: str, content: Any) -> None:
    assert supplier.save_return("2025/10", **{table: content})["status_cd"] == "P"
    assert recipient.counts()["ttl_cnt"] == 0
