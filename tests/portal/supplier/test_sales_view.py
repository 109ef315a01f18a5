"""What the supplier sees of his recipients' decisions, and that it is only his (R5.1 to R5.3, R5.13, R1.13)."""

from __future__ import annotations

import pytest
from tests.api import Api, Taxpayer, amending, data, echo, error, invoice, note


@pytest.mark.parametrize("action", "ARP")
@pytest.mark.parametrize("table", ["b2b", "b2ba", "cdnr", "cdnra", "ecom", "ecoma"])
def test_an_action_and_its_remarks_are_at_the_supplier(
    supplier: Taxpayer, recipient: Taxpayer, table: str, action: str
) -> None:
    to, debit = {"ctin": recipient.gstin}, note(kind="D")
    eco = {"rtin": recipient.gstin}
    made = {
        "b2b": ("b2b", [{**to, "inv": [invoice()]}]),
        "b2ba": ("b2ba", [{**to, "inv": [amending(invoice(), inum="A")]}]),
        "cdnr": ("b2bdn", [{**to, "nt": [debit]}]),
        "cdnra": ("b2bdna", [{**to, "nt": [amending(debit, nt_num="A")]}]),
        "ecom": ("ecom", {"urp2b": [{**eco, "inv": [invoice()]}]}),
        "ecoma": ("ecoma", {"urp2ba": [{**eco, "inv": [amending(invoice(), inum="A")]}]}),
    }
    section, content = made[table]
    supplier.save_return("2025/10", **{table: content})
    recipient.act(section, echo(recipient.record(section), action, remarks="as told"))
    (sold,) = supplier.sold(table)
    assert (sold["imsactn"], sold["remarks"]) == (action, "as told")


def test_a_reset_is_seen_as_no_action(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    recipient.act("b2b", echo(recipient.record("b2b"), "R", remarks="why"))
    recipient.reset("b2b", echo(recipient.record("b2b")))
    (sold,) = supplier.sold("b2b")
    assert not {"imsactn", "remarks"} & set(sold)


def test_a_refused_action_is_not_seen(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    recipient.act("b2b", echo(recipient.record("b2b"), "R", prev_status="A"))
    (sold,) = supplier.sold("b2b")
    assert "imsactn" not in sold


def test_an_action_on_a_credit_note_is_not_seen_on_the_debit_note_beside_it(
    supplier: Taxpayer, recipient: Taxpayer
) -> None:
    supplier.give_notes(recipient.gstin, note("C-1"), note("D-1", kind="D"))
    recipient.act("b2bcn", echo(recipient.record("b2bcn"), "R"))
    assert {sold["nt_num"]: sold.get("imsactn") for sold in supplier.sold("cdnr")} == {"C-1": "R", "D-1": None}


def test_an_action_on_the_amendment_is_not_seen_on_the_original(supplier: Taxpayer, recipient: Taxpayer) -> None:
    to = {"ctin": recipient.gstin}
    supplier.save_return("2025/10", b2b=[{**to, "inv": [invoice()]}], b2ba=[{**to, "inv": [amending(invoice())]}])
    recipient.act("b2ba", echo(recipient.record("b2ba"), "R"))
    assert [supplier.sold(table)[0].get("imsactn") for table in ("b2b", "b2ba")] == [None, "R"]


def test_an_action_on_gstr1a_is_not_seen_on_gstr1(supplier: Taxpayer, recipient: Taxpayer) -> None:
    to = {"ctin": recipient.gstin}
    supplier.save_return("2025/10", b2ba=[{**to, "inv": [amending(invoice("X"), inum="A")]}])
    data(supplier.file())
    supplier.save_return("2025/10", "gstr-1a", b2ba=[{**to, "inv": [amending(invoice("Y"), inum="A")]}])
    (corrected,) = [row for row in recipient.records("b2ba") if row["srcform"] == "R1A"]
    recipient.act("b2ba", echo(corrected, "R"))
    assert supplier.sold("b2ba")[0].get("imsactn") is None
    assert supplier.sold("b2ba", return_type="gstr-1a")[0]["imsactn"] == "R"


def test_sales_show_saved_and_filed_documents_alike(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    before = supplier.sold("b2b")
    data(supplier.file())
    assert supplier.sold("b2b") == before


def test_sales_are_of_one_period(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice("OCT"))
    supplier.sell(recipient.gstin, invoice("NOV"), period="2025/11")
    assert [sold["inum"] for sold in supplier.sold("b2b", "2025/11")] == ["NOV"]


def test_sales_are_the_suppliers_own(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    assert error(town.company("24").get("invoices/2025/10/sales")) == "RET11416"
    assert error(recipient.get("invoices/2025/10/sales")) == "RET11416"


def test_reading_back_is_of_the_suppliers_own_return(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    assert "INV-1" not in town.company("24").get("gstrs/gstr-1/2025/10").text


def test_a_table_without_documents_is_no_data_though_others_have_some(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    assert error(supplier.get("invoices/2025/10/sales", section="cdnr")) == "RET11416"


def test_added_back_liability_is_the_suppliers_own(town: Api) -> None:
    one, other = town.company("24"), town.company("24")
    with town.portal.transaction() as db:
        db.execute(
            """insert into added_back (stin, period, section, rtin, number, supplier_period, form, document_date,
                   document_type, invoice_type, value, taxable, igst, cgst, sgst, cess)
               values (%s, '2025-11-01', 'cdnr', '27AAXCT0001K1ZQ', 'C', '2025-10-01', 'R1', '2025-10-06', 'C', 'R',
                   118, 100, 18, 0, 0, 0)""",
            [one.gstin],
        )
    path = "invoices/added-back-liabilities/2025/{}"
    assert data(one.get(path.format("11")))["rejInvAddBackLiab"]["cdnr"][0]["nt_num"] == "C"
    assert error(one.get(path.format("10"))) == "IMS0027"
    assert error(other.get(path.format("11"))) == "IMS0027"


def test_a_document_that_became_too_late_shows_no_action(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    """Accepted while it was saved, filed after the time limit: it isn't in IMS any more (R1.3, R1.13)."""
    supplier.sell(recipient.gstin, invoice(day="15-03-2025"))
    recipient.act("b2b", echo(recipient.record("b2b"), "A", remarks="fine"))
    town.go_to("2025-12-05T10:00")
    data(supplier.file())
    (sold,) = supplier.sold("b2b")
    assert not {"imsactn", "remarks"} & set(sold)
