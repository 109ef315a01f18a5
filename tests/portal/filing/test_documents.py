"""Each document is checked by itself: the wrong one is reported, the good ones are saved (protocol 5.4)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Api, Taxpayer, amending, data, inside, invoice, note


def items(*details: dict[str, Any]) -> dict[str, Any]:
    return {"itms": [{"num": n, "itm_det": {"txval": 100, **detail}} for n, detail in enumerate(details, 1)]}


def lacking(member: str) -> dict[str, Any]:
    return {name: value for name, value in invoice("BAD").items() if name != member}


BAD: dict[str, tuple[str, dict[str, Any]]] = {
    "unknown member": ("RET191106", invoice("BAD", colour="red")),
    "value is a text": ("RET191106", invoice("BAD", val="much")),
    "value is missing": ("RET191106", lacking("val")),
    "date is missing": ("RET191106", lacking("idt")),
    "number is missing": ("RET191106", lacking("inum")),
    "number is no text": ("RET191106", invoice("BAD") | {"inum": 17}),
    "value below zero": ("RET191106", invoice("BAD", val=-1)),
    "three decimals": ("RET191106", invoice("BAD", val=1180.005)),
    "value too large": ("RET191106", invoice("BAD", val=10**13)),
    "tax too large": ("RET191106", invoice("BAD", taxable=10**11)),
    "unknown type": ("RET191106", invoice("BAD", inv_typ="B2B")),
    "unknown reverse charge": ("RET191106", invoice("BAD", rchrg="X")),
    "no items": ("RET191107", invoice("BAD") | {"itms": []}),
    "items are missing": ("RET191107", lacking("itms")),
    "item without value": ("RET191106", invoice("BAD") | {"itms": [{"num": 1, "itm_det": {"rt": 18}}]}),
    "place of supply is missing": ("RET191112", lacking("pos")),
    "place of supply 00": ("RET191112", invoice("BAD", pos="00")),
    "place of supply 39": ("RET191112", invoice("BAD", pos="39")),
    "place of supply 99": ("RET191112", invoice("BAD", pos="99")),
    "place of supply in one digit": ("RET191112", invoice("BAD", pos="7")),
    "date in ISO": ("RET191114", invoice("BAD", day="2025-10-05")),
    "no such day": ("RET191114", invoice("BAD", day="31-09-2025")),
    "before GST": ("RET191114", invoice("BAD", day="30-06-2017")),
    "after the period": ("RET191114", invoice("BAD", day="01-11-2025")),
    "rate twice": ("RET191117", invoice("BAD") | items({"rt": 18, "iamt": 18}, {"rt": 18, "iamt": 18})),
    "no rate of GST": ("RET199002", invoice("BAD") | items({"rt": 17, "iamt": 17})),
    "rate of the future": ("RET199002", invoice("BAD", "05-08-2025") | items({"rt": 40, "iamt": 40})),
    "CGST outside the state": ("RET199001", invoice("BAD", tax=inside(90))),
    "IGST inside the state": ("RET199001", invoice("BAD", pos="24")),
    "CGST is not SGST": ("RET199001", invoice("BAD", pos="24", tax={"camt": 90, "samt": 89.99})),
    "CGST on a supply to an SEZ": ("RET199001", invoice("BAD", pos="24", inv_typ="SEWP", tax=inside(90))),
    "number of zeros": ("RET199005", invoice("000")),
    "number of 17 characters": ("RET199005", invoice("X" * 17)),
    "number with a blank": ("RET199005", invoice("A 1")),
    "empty number": ("RET199005", invoice("")),
    "number in another script": ("RET199005", invoice("१२३")),
}


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_document_is_reported_and_the_good_ones_are_saved(
    supplier: Taxpayer, recipient: Taxpayer, case: str
) -> None:
    code, wrong = BAD[case]
    status = supplier.sell(recipient.gstin, invoice("GOOD-1"), wrong, invoice("GOOD-2"))
    (group,) = status["error_report"]["b2b"]
    assert (status["status_cd"], group["ctin"], group["error_cd"]) == ("PE", recipient.gstin, code)
    assert group["inv"] == [{"inum": str(wrong.get("inum", "")), "idt": wrong.get("idt", "")}]
    assert [record["inum"] for record in recipient.records("b2b")] == ["GOOD-1", "GOOD-2"]


@pytest.mark.parametrize("ctin", ["", "27", "27AAXCT00011Z", "27aaxct0001k1zq", "96AAXCT0001K1ZQ", "27AAXCT0001K1Z "])
def test_what_is_no_gstin_is_reported(supplier: Taxpayer, recipient: Taxpayer, ctin: str) -> None:
    groups = [{"ctin": ctin, "inv": [invoice("BAD")]}, {"ctin": recipient.gstin, "inv": [invoice()]}]
    status = supplier.save_return("2025/10", b2b=groups)
    assert [group["error_cd"] for group in status["error_report"]["b2b"]] == ["RET191113"]
    assert len(recipient.records("b2b")) == 1


def test_a_supplier_cannot_be_his_own_recipient(supplier: Taxpayer) -> None:
    status = supplier.sell(supplier.gstin, invoice(pos="24", tax=inside(90)))
    assert [group["error_cd"] for group in status["error_report"]["b2b"]] == ["RET191119"]


@pytest.mark.parametrize("kind", ["R", "E", "c", ""])
def test_a_note_is_a_credit_or_a_debit(supplier: Taxpayer, recipient: Taxpayer, kind: str) -> None:
    status = supplier.give_notes(recipient.gstin, note("BAD", kind=kind), note())
    (group,) = status["error_report"]["cdnr"]
    assert (group["error_cd"], group["nt"]) == ("RET191106", [{"nt_num": "BAD", "nt_dt": "06-10-2025"}])
    assert len(recipient.records("b2bcn")) == 1


@pytest.mark.parametrize("table", ["b2ba", "cdnra"])
def test_an_amendment_names_its_original(supplier: Taxpayer, recipient: Taxpayer, table: str) -> None:
    documents = {"inv": [invoice()]} if table == "b2ba" else {"nt": [note()]}
    status = supplier.save_return("2025/10", **{table: [{"ctin": recipient.gstin, **documents}]})
    assert [group["error_cd"] for group in status["error_report"][table]] == ["RET191106"]


GOOD: dict[str, dict[str, Any]] = {
    "16 characters": invoice("A/B-345678901234"),
    "leading zeros": invoice("0001"),
    "the last day of the period": invoice(day="31-10-2025"),
    "a document of years ago": invoice(day="01-07-2017"),
    "place of supply 97": invoice(pos="97"),
    "place of supply 96": invoice(pos="96"),
    "no tax at all": invoice() | items({"rt": 0}),
    "only cess": invoice() | items({"rt": 0, "csamt": 5}),
    "an eighth rate": invoice() | items({"rt": 0.1, "iamt": 0.1}, {"rt": 0.25, "iamt": 0.25}, {"rt": 1.5, "iamt": 1.5}),
    "40 per cent since the reform": invoice() | items({"rt": 40, "iamt": 40}),
    "IGST inside the state to an SEZ": invoice(pos="24", inv_typ="SEWP"),
    "the widest value": invoice(val=9999999999999.99),
    "the widest taxable value": invoice(taxable=99999999999.99, tax={"iamt": 0}),
}


@pytest.mark.parametrize("case", GOOD)
def test_a_document_at_the_edge_of_what_is_right_is_saved(supplier: Taxpayer, recipient: Taxpayer, case: str) -> None:
    assert supplier.sell(recipient.gstin, GOOD[case])["status_cd"] == "P"


def test_a_document_may_stand_only_once_in_a_request(supplier: Taxpayer, recipient: Taxpayer) -> None:
    status = supplier.sell(recipient.gstin, invoice(), invoice(taxable=2000))
    assert [group["error_cd"] for group in status["error_report"]["b2b"]] == ["RET191111"]
    assert recipient.record("b2b")["txval"] == 1000


@pytest.mark.parametrize(
    ("day", "code"), [("01-04-2025", "RET191111"), ("31-03-2025", None)], ids=["same year", "the year before"]
)
def test_a_number_is_used_once_in_a_financial_year(
    supplier: Taxpayer, recipient: Taxpayer, day: str, code: str | None
) -> None:
    supplier.sell(recipient.gstin, invoice(day=day), period="2025/09")
    status = supplier.sell(recipient.gstin, invoice())
    assert [group["error_cd"] for group in status.get("error_report", {"b2b": []})["b2b"]] == ([code] if code else [])


def test_a_number_of_another_recipient_in_another_return_is_used_too(town: Api, supplier: Taxpayer) -> None:
    supplier.sell(town.company("27").gstin, invoice(day="05-09-2025"), period="2025/09")
    assert supplier.sell(town.company("27").gstin, invoice())["status_cd"] == "PE"


def test_another_supplier_may_use_the_number(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    assert town.company("24").sell(recipient.gstin, invoice())["status_cd"] == "P"


def test_an_invoice_and_a_note_may_have_one_number(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice("X1"))
    assert supplier.give_notes(recipient.gstin, note("X1"))["status_cd"] == "P"


def test_errors_are_grouped_by_recipient_and_reason(town: Api, supplier: Taxpayer) -> None:
    one, other = town.company("27"), town.company("29")
    groups = [
        {"ctin": one.gstin, "inv": [invoice("A", pos="99"), invoice("B", pos="99"), invoice("C", day="x")]},
        {"ctin": other.gstin, "inv": [invoice("D", pos="99")]},
    ]
    report = supplier.save_return("2025/10", b2b=groups)["error_report"]["b2b"]
    found = [(g["ctin"], g["error_cd"], [row["inum"] for row in g["inv"]]) for g in report]
    assert found == [
        (one.gstin, "RET191112", ["A", "B"]),
        (one.gstin, "RET191114", ["C"]),
        (other.gstin, "RET191112", ["D"]),
    ]


def test_gstr1a_cannot_change_the_recipient(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    data(supplier.file())
    groups = [{"ctin": town.company("27").gstin, "inv": [amending(invoice(), inum="A")]}]
    status = supplier.save_return("2025/10", "gstr-1a", b2ba=groups)
    assert [group["error_cd"] for group in status["error_report"]["b2ba"]] == ["RET191119"]


# What must not leave a request unfinished: a supplier's return could never be filed then.

POISON: dict[str, Any] = {
    "a rate that is a signalling NaN": invoice() | items({"rt": "sNaN"}),
    "a rate that is a NaN": invoice() | items({"rt": "NaN"}),
    "a rate beyond all decimals": invoice() | items({"rt": 10**400}),
    "a value beyond all decimals": invoice(val=10**400),
    "a share beyond all numbers": "1e999999",
    "a share that is a NaN": invoice(diff_percent="NaN"),
    "a deletion with a share that is a NaN": invoice(flag="D", diff_percent="NaN"),
    "an unknown member of 900 levels": invoice(deep="$DEEP"),
    "a document that is a list": [],
    "a document that is null": None,
    "half a surrogate": "\\ud800",
}


@pytest.mark.parametrize("case", POISON)
def test_a_document_that_breaks_every_reader_is_an_error_of_its_own(api: Api, case: str) -> None:
    api.go_to("2025-11-05T10:00")
    supplier, recipient = api.company("24"), api.company("27")
    body = {"gstin": supplier.gstin, "fp": "102025", "b2b": [{"ctin": recipient.gstin, "inv": [POISON[case]]}]}
    content = supplier.api.http.build_request("POST", "/", json=body).read().decode()
    content = content.replace('"$DEEP"', "[" * 900 + "]" * 900)
    if case == "a share beyond all numbers":
        content = content.replace(
            '"1e999999"',
            '{"inum":"X","idt":"05-10-2025","val":1,"pos":"27","diff_percent":1e999999,'
            '"itms":[{"num":1,"itm_det":{"rt":18,"txval":1}}]}',
        )
    if case == "half a surrogate":
        content = content.replace('"\\\\ud800"', '{"inum":"\\ud800"}')
    answer = supplier.call("POST", "gstrs/gstr-1/2025/10", content=content.encode())
    if answer.status_code == 200:
        api.work()
        reference = answer.json()["data"]["data"]["reference_id"]
        assert data(supplier.get("gstrs/2025/10/status", reference_id=reference))["status_cd"] in ("PE", "ER")
    else:
        assert answer.status_code in (400, 422)
    data(supplier.file())


@pytest.mark.parametrize("table", ["b2b", "hsn"])
def test_a_character_that_the_database_cannot_hold_is_refused_at_once(supplier: Taxpayer, table: str) -> None:
    body = {"gstin": supplier.gstin, "fp": "102025", table: [{"ctin": "\x00", "inv": []}]}
    assert supplier.post("gstrs/gstr-1/2025/10", body).status_code == 422
