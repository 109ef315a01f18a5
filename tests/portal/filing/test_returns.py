"""The return as a whole: open, saved, reset, read back, filed (issue 2, section 3; protocol 5.1 and 5.2)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Api, Taxpayer, amending, data, echo, error, invoice, note

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.portal.filing import service


def b2b(to: Gstin, *invoices: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"ctin": to, "inv": list(invoices)}]


def post(who: Taxpayer, period: str = "2025/10", name: str = "gstr-1", **tables: Any) -> Any:
    year, month = period.split("/")
    return who.post(f"gstrs/{name}/{period}", {"gstin": who.gstin, "fp": f"{month}{year}", **tables})


@pytest.mark.parametrize("verb", ["", "/file", "/reset"])
def test_a_period_that_has_not_begun_is_refused(supplier: Taxpayer, verb: str) -> None:
    body = {"gstin": supplier.gstin, "fp": "122025"}
    assert error(supplier.post(f"gstrs/gstr-1/2025/12{verb}", body)) == "AUTH113"


def test_the_running_period_is_open(supplier: Taxpayer, recipient: Taxpayer) -> None:
    assert supplier.sell(recipient.gstin, invoice(), period="2025/11")["status_cd"] == "P"


@pytest.mark.parametrize("verb", ["", "/file", "/reset"])
def test_a_filed_return_is_closed(supplier: Taxpayer, verb: str) -> None:
    data(supplier.file())
    body = {"gstin": supplier.gstin, "fp": "102025"}
    assert error(supplier.post(f"gstrs/gstr-1/2025/10{verb}", body)) == "RET00009"


def test_a_refused_save_of_a_filed_return_changes_nothing(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    data(supplier.file())
    before = supplier.api.fingerprint()
    assert error(post(supplier, b2b=b2b(recipient.gstin, invoice(taxable=1)))) == "RET00009"
    assert supplier.api.fingerprint() == before


def test_a_return_is_not_filed_over_a_save_that_is_worked_on(supplier: Taxpayer, recipient: Taxpayer) -> None:
    data(post(supplier, b2b=b2b(recipient.gstin, invoice())))
    assert error(supplier.file()) == "RET191251"
    supplier.api.work()
    assert data(supplier.file())["ack_num"]


def test_saves_of_one_return_add_up(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice("A"))
    supplier.sell(recipient.gstin, invoice("B"))
    assert [row["inum"] for row in recipient.records("b2b")] == ["A", "B"]


def test_saves_are_processed_in_their_order(supplier: Taxpayer, recipient: Taxpayer) -> None:
    data(post(supplier, b2b=b2b(recipient.gstin, invoice(taxable=100))))
    data(post(supplier, b2b=b2b(recipient.gstin, invoice(taxable=200))))
    supplier.api.work()
    assert recipient.record("b2b")["txval"] == 200


def test_a_save_that_is_processed_twice_changes_nothing(supplier: Taxpayer, recipient: Taxpayer) -> None:
    api = supplier.api
    reference = data(post(supplier, b2b=b2b(recipient.gstin, invoice())))["reference_id"]
    api.work()
    recipient.act("b2b", echo(recipient.record("b2b"), "A"))
    before = api.fingerprint()
    service.process(api.portal, supplier.gstin, reference)
    assert api.fingerprint() == before


def test_another_suppliers_reference_id_is_unknown(town: Api, supplier: Taxpayer) -> None:
    reference = data(post(supplier))["reference_id"]
    assert error(town.company("24").get("gstrs/2025/10/status", reference_id=reference)) == "RET13508"


def test_acknowledgement_numbers_name_state_and_period(supplier: Taxpayer) -> None:
    assert data(supplier.file())["ack_num"].startswith("AA241025")


# Reset.


def test_a_reset_removes_what_is_saved_from_everywhere(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.save_return("2025/10", b2b=b2b(recipient.gstin, invoice(), invoice("B")), hsn={"data": []})
    assert supplier.reset_return() == {"form_typ": "R1", "status_cd": "P", "action": "RESET"}
    assert recipient.records("b2b") == []
    assert error(supplier.get("invoices/2025/10/sales")) == "RET11416"


def test_after_a_reset_everything_may_be_saved_anew(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    recipient.act("b2b", echo(recipient.record("b2b"), "A"))
    supplier.reset_return()
    supplier.sell(recipient.gstin, invoice())
    assert recipient.record("b2b")["action"] == "N"


def test_a_reset_touches_no_other_return(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice("OCT"))
    supplier.sell(recipient.gstin, invoice("NOV"), period="2025/11")
    town.company("29").sell(recipient.gstin, invoice("OTHER"))
    supplier.reset_return()
    assert {row["inum"] for row in recipient.records("b2b")} == {"NOV", "OTHER"}


# Reading back.


def document_of(answer: dict[str, Any], table: str) -> dict[str, Any]:
    groups = answer[table]
    if isinstance(groups, dict):
        ((*_, groups),) = ((groups[part],) for part in groups)
    (group,) = groups
    (document,) = group.get("inv", group.get("nt"))
    return document


@pytest.mark.parametrize(
    ("table", "document"),
    [
        ("b2b", invoice(etin="29AAXCT0001C1CS", diff_percent=0.65, srctyp="e-Invoice", irn="a" * 64)),
        ("b2ba", amending(invoice(), inum="A")),
        ("cdnr", note(p_gst="N")),
        ("cdnra", amending(note(), nt_num="A")),
    ],
)
def test_what_is_read_back_is_what_was_saved_with_checksum_and_flags(
    supplier: Taxpayer, recipient: Taxpayer, table: str, document: dict[str, Any]
) -> None:
    documents = "nt" if table.startswith("cdnr") else "inv"
    supplier.save_return("2025/10", **{table: [{"ctin": recipient.gstin, documents: [document]}]})
    back = document_of(supplier.read_return(), table)
    assert len(back.pop("chksum")) == 64
    assert {back.pop(name) for name in ("flag", "cflag", "updby")} == {"U", "N", "S"}
    assert back == document


def test_the_checksum_changes_with_the_content_only(supplier: Taxpayer, recipient: Taxpayer) -> None:
    checksums = []
    for content in (invoice(), invoice(), invoice(srctyp="e-Invoice")):
        supplier.sell(recipient.gstin, content)
        checksums.append(document_of(supplier.read_return(), "b2b")["chksum"])
    assert checksums[0] == checksums[1] != checksums[2]


def test_what_is_read_back_can_be_saved_again_without_a_change(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    recipient.act("b2b", echo(recipient.record("b2b"), "A"))
    before, back = recipient.record("b2b"), supplier.read_return()
    assert supplier.save_return("2025/10", b2b=back["b2b"])["status_cd"] == "P"
    assert recipient.record("b2b") == before
    assert supplier.read_return() == back


def test_reading_back_tells_nothing_of_the_recipients_actions(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice())
    recipient.act("b2b", echo(recipient.record("b2b"), "R", remarks="why"))
    assert not {"imsactn", "remarks"} & set(document_of(supplier.read_return(), "b2b"))


def test_an_operators_documents_are_read_back_by_seller(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> None:
    seller = town.company("29")
    ecom = {
        "b2b": [{"rtin": recipient.gstin, "stin": seller.gstin, "inv": [invoice("A")]}],
        "urp2b": [{"rtin": recipient.gstin, "inv": [invoice("B")]}],
    }
    supplier.save_return("2025/10", ecom=ecom)
    back = supplier.read_return()["ecom"]
    assert [(g["rtin"], g["stin"], g["inv"][0]["inum"]) for g in back["b2b"]] == [(recipient.gstin, seller.gstin, "A")]
    assert [(g["rtin"], "stin" in g, g["inv"][0]["inum"]) for g in back["urp2b"]] == [(recipient.gstin, False, "B")]


REST: dict[str, Any] = {
    "b2cs": [{"sply_ty": "INTRA", "pos": "24", "rt": 5, "typ": "OE", "txval": 1.5, "camt": 0.04, "samt": 0.04}],
    "b2cl": [],
    "exp": [{"exp_typ": "WOPAY", "inv": [{"inum": "E1", "val": 1}]}],
    "nil": {"inv": [{"sply_ty": "INTRB2B", "nil_amt": 1, "expt_amt": 0, "ngsup_amt": 0}]},
    "hsn": {"data": [{"num": 1, "hsn_sc": "1001", "desc": 'wheat "durum" – गेहूँ', "txval": 1}]},
    "doc_issue": {"doc_det": []},
    "supeco": {"clttx": [], "paytx": []},
    "gt": 3782969.01,
}


@pytest.mark.parametrize("table", REST)
def test_a_table_without_records_is_kept_and_read_back(supplier: Taxpayer, table: str) -> None:
    assert supplier.save_return("2025/10", **{table: REST[table]})["status_cd"] == "P"
    assert supplier.read_return()[table] == REST[table]


def test_a_later_save_of_such_a_table_replaces_it(supplier: Taxpayer) -> None:
    supplier.save_return("2025/10", hsn={"data": [{"num": 1}]}, b2cl=[])
    supplier.save_return("2025/10", hsn={"data": []})
    assert (supplier.read_return()["hsn"], supplier.read_return()["b2cl"]) == ({"data": []}, [])


def test_an_operators_sales_to_consumers_are_kept_beside_those_to_businesses(
    supplier: Taxpayer, recipient: Taxpayer
) -> None:
    ecom = {"urp2b": [{"rtin": recipient.gstin, "inv": [invoice()]}], "b2c": [{"stin": "x", "txval": 1}]}
    supplier.save_return("2025/10", ecom=ecom)
    text = supplier.get("gstrs/gstr-1/2025/10").text
    assert text.count('"ecom":') == 1
    back = supplier.read_return()["ecom"]
    assert (len(back["urp2b"]), back["b2c"]) == (1, ecom["b2c"])


@pytest.mark.parametrize("name", ["b2bb", "B2B", "", 'x":1,"y'])
def test_a_table_that_no_return_has_is_refused(supplier: Taxpayer, recipient: Taxpayer, name: str) -> None:
    answer = post(supplier, b2b=b2b(recipient.gstin, invoice()), **{name: []})
    if answer.status_code == 200:
        supplier.api.work()
        reference = data(answer)["reference_id"]
        assert data(supplier.get("gstrs/2025/10/status", reference_id=reference))["status_cd"] in ("PE", "ER")
    else:
        assert answer.status_code in (400, 422)


# IFF and GSTR-1A.


@pytest.fixture
def quarterly(town: Api) -> Taxpayer:
    return town.company("24", "quarterly")


@pytest.mark.parametrize(("month", "form"), [("2025/10", "IFF"), ("2025/11", "IFF"), ("2025/12", "R1")])
def test_a_quarterly_filer_reports_on_iff_in_the_first_two_months(
    town: Api, quarterly: Taxpayer, recipient: Taxpayer, month: str, form: str
) -> None:
    town.go_to("2026-01-05T10:00")
    assert quarterly.sell(recipient.gstin, invoice(), period=month)["status_cd"] == "P"
    assert recipient.record("b2b")["srcform"] == form


@pytest.mark.parametrize("table", ["ecom", "hsn", "b2cs"])
def test_iff_has_only_the_tables_of_registered_recipients(quarterly: Taxpayer, recipient: Taxpayer, table: str) -> None:
    status = quarterly.save_return("2025/10", b2b=b2b(recipient.gstin, invoice()), **{table: {}})
    assert [group["error_cd"] for group in status["error_report"][table]] == ["RET199004"]
    assert len(recipient.records("b2b")) == 1


def test_filing_an_iff_files_its_documents(quarterly: Taxpayer, recipient: Taxpayer) -> None:
    quarterly.sell(recipient.gstin, invoice())
    data(quarterly.file())
    assert recipient.record("b2b")["srcfilstatus"] == "Filed"


@pytest.mark.parametrize("verb", ["", "/file", "/reset"])
def test_gstr1a_opens_when_gstr1_is_filed(supplier: Taxpayer, verb: str) -> None:
    body = {"gstin": supplier.gstin, "fp": "102025"}
    path = f"gstrs/gstr-1a/2025/10{verb}"
    assert error(supplier.post(path, body)) == "AUTH113"
    data(supplier.file())
    assert data(supplier.post(path, body))


def test_gstr1a_follows_a_filed_iff_too(quarterly: Taxpayer, recipient: Taxpayer) -> None:
    data(quarterly.file())
    assert quarterly.save_return("2025/10", "gstr-1a", b2b=b2b(recipient.gstin, invoice()))["form_typ"] == "R1A"


def test_gstr1a_of_one_period_is_not_opened_by_gstr1_of_another(supplier: Taxpayer) -> None:
    data(supplier.file("2025/09"))
    assert error(post(supplier, name="gstr-1a")) == "AUTH113"


def test_gstr1a_is_filed_once(supplier: Taxpayer) -> None:
    data(supplier.file())
    data(supplier.file(name="gstr-1a"))
    assert error(supplier.file(name="gstr-1a")) == "RET00009"


def test_an_amendment_by_gstr1a_is_at_the_recipient_beside_the_original(
    supplier: Taxpayer, recipient: Taxpayer
) -> None:
    supplier.sell(recipient.gstin, invoice())
    data(supplier.file())
    amended = amending(invoice(taxable=900))
    assert supplier.save_return("2025/10", "gstr-1a", b2ba=b2b(recipient.gstin, amended))["status_cd"] == "P"
    assert recipient.record("b2b")["srcfilstatus"] == "Filed"
    record = recipient.record("b2ba")
    assert (record["srcform"], record["srcfilstatus"], record["txval"]) == ("R1A", "Not Filed", 900)


def test_gstr1_and_gstr1a_are_read_apart(supplier: Taxpayer, recipient: Taxpayer) -> None:
    supplier.sell(recipient.gstin, invoice("ONE"))
    data(supplier.file())
    supplier.save_return("2025/10", "gstr-1a", b2b=b2b(recipient.gstin, invoice("TWO")))
    assert [document_of(supplier.read_return(name=name), "b2b")["inum"] for name in ("gstr-1", "gstr-1a")] == [
        *("ONE", "TWO"),
    ]


def test_a_large_return_can_be_filed_right_after_it_was_saved(api: Api) -> None:
    """PostgreSQL knows nothing of its records yet, and could read all of them for each. It counts what it reads."""
    api.go_to("2025-11-05T10:00")
    supplier, recipient = api.company("24"), api.company("27")
    documents = 3 * service.FEW
    supplier.sell(recipient.gstin, *(invoice(f"INV-{n}") for n in range(documents)))
    with api.portal.as_supplier(supplier.gstin) as db:
        service.file(db, supplier.gstin, Form.R1, Period(2025, 10), api.portal.clock.now())
        count = "select sum(idx_tup_fetch + seq_tup_read)::int as rows from pg_stat_xact_user_tables where relname ~ %s"
        read = db.execute(count, [r"^record_\d$"]).fetchone().rows
    assert documents < read < 20 * documents
