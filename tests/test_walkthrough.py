"""The path through the whole product, once, as a supplier and a recipient walk it."""

from __future__ import annotations

from tests.api import MUMBAI, SURAT, Api, data, echo, invoice


def test_an_invoice_goes_from_the_supplier_to_the_recipient_and_his_decision_comes_back(api: Api) -> None:
    api.set_clock("2025-11-05T10:00")
    supplier, recipient = api.taxpayer(SURAT), api.taxpayer(MUMBAI)
    assert supplier.sell(MUMBAI, invoice())["status_cd"] == "P"
    (record,) = recipient.records("B2B")
    assert (record["inum"], record["srcfilstatus"], record["action"], record["iamt"]) == (
        "INV-1",
        "Not Filed",
        "N",
        180,
    )
    assert data(supplier.file())["ack_num"]
    assert recipient.act("b2b", echo(record, "R", remarks="not ours"))["status_cd"] == "S"
    (record,) = recipient.records("B2B", status="rejected")
    assert (record["srcfilstatus"], record["action"], record["remarks"]) == ("Filed", "R", "not ours")
    sales = data(supplier.get("invoices/2025/10/sales", section="B2B"))
    (sold,) = sales["gstr1"]["b2b"][0]["inv"]
    assert (sold["imsactn"], sold["remarks"]) == ("R", "not ours")
