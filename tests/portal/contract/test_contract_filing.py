"""Returns: save, read back, reset, file and status (contract 6.4, protocol 5)."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import Taxpayer, data, invoice, note
from tests.portal.contract import schemas
from tests.portal.contract.conftest import Everything
from tests.portal.contract.schemas import TABLES, check
from tests.portal.contract.test_contract_supplier import NOTHING

NAMES = [("gstr-1", "R1"), ("gstr-1a", "R1A")]


def body(who: Taxpayer, **more: Any) -> dict[str, Any]:
    return {"gstin": who.gstin, "fp": "102025", **more}


@pytest.fixture
def filed(supplier: Taxpayer) -> Taxpayer:
    """A supplier whose GSTR-1 is filed, so that both returns have been open."""
    data(supplier.file())
    return supplier


def status(who: Taxpayer, reference: str) -> Any:
    return who.get("gstrs/2025/10/status", reference_id=reference)


def test_a_saved_return_is_answered_with_its_reference_id(supplier: Taxpayer) -> None:
    check(supplier.post("gstrs/gstr-1/2025/10", body(supplier)), schemas.success(schemas.REFERENCE))


def test_a_saved_gstr1a_is_answered_with_its_reference_id(filed: Taxpayer) -> None:
    check(filed.post("gstrs/gstr-1a/2025/10", body(filed)), schemas.success(schemas.REFERENCE))


def test_a_reset_of_a_return_is_answered_with_its_reference_id(supplier: Taxpayer) -> None:
    check(supplier.post("gstrs/gstr-1/2025/10/reset"), schemas.success(schemas.REFERENCE))


def test_filing_is_answered_with_an_acknowledgement_number(supplier: Taxpayer) -> None:
    check(supplier.file(), schemas.success(schemas.ACKNOWLEDGED))


def test_filing_gstr1a_is_answered_with_an_acknowledgement_number(filed: Taxpayer) -> None:
    check(filed.file(name="gstr-1a"), schemas.success(schemas.ACKNOWLEDGED))


def test_filing_twice_is_refused_in_gstns_words(filed: Taxpayer) -> None:
    check(filed.file(), schemas.failure("RET00009", "Return Form already filed"))


@pytest.mark.parametrize(("name", "form"), NAMES)
@pytest.mark.parametrize(("path", "action"), [("", "SAVE"), ("/reset", "RESET")])
def test_a_request_about_a_return_is_received_and_then_processed(
    supplier: Taxpayer, name: str, form: str, path: str, action: str
) -> None:
    if name == "gstr-1a":
        data(supplier.file())
    sent = None if path else body(supplier, b2b=[])
    reference = data(supplier.post(f"gstrs/{name}/2025/10{path}", sent))["reference_id"]
    check(status(supplier, reference), schemas.success(schemas.return_status("REC", form, action)))
    supplier.api.work()
    check(status(supplier, reference), schemas.success(schemas.return_status("P", form, action)))


def test_a_return_with_wrong_documents_names_them(supplier: Taxpayer, recipient: Taxpayer) -> None:
    wrong = {
        "b2b": [{"ctin": recipient.gstin, "inv": [invoice(pos="99"), invoice("0/0")]}],
        "b2ba": [{"ctin": recipient.gstin, "inv": [invoice("BA")]}],
        "cdnr": [{"ctin": "27", "nt": [note()]}],
        "cdnra": [{"ctin": recipient.gstin, "nt": [note("CA")]}],
        "ecom": {"urp2b": [{"rtin": recipient.gstin, "inv": [invoice(day="31-09-2025")]}]},
        "ecoma": {"urp2ba": [{"rtin": recipient.gstin, "inv": [{"inum": "EA"}]}]},
    }
    reference = data(supplier.post("gstrs/gstr-1/2025/10", body(supplier, **wrong)))["reference_id"]
    supplier.api.work()
    answer = check(status(supplier, reference), schemas.success(schemas.return_status("PE")))
    assert set(answer["data"]["data"]["error_report"]) == set(wrong)


def test_a_return_whose_tables_are_not_built_right_fails_as_a_whole(supplier: Taxpayer, recipient: Taxpayer) -> None:
    sent = body(supplier, b2b=[{"ctin": recipient.gstin, "inv": [invoice()]}], cdnr={})
    reference = data(supplier.post("gstrs/gstr-1/2025/10", sent))["reference_id"]
    supplier.api.work()
    check(status(supplier, reference), schemas.success(schemas.return_status("ER")))
    assert recipient.records("b2b") == []


def test_gstr1_is_read_back_in_all_its_tables(everything: Everything) -> None:
    tables = ("b2b", "b2ba", "cdnr", "cdnra")
    check(everything.supplier.get("gstrs/gstr-1/2025/10"), schemas.success(schemas.read_back(tables)))
    tables = ("ecom", "ecoma")
    check(everything.operator.get("gstrs/gstr-1/2025/10"), schemas.success(schemas.read_back(tables)))


def test_gstr1a_is_read_back_in_all_its_tables(everything: Everything) -> None:
    check(everything.supplier.get("gstrs/gstr-1a/2025/10"), schemas.success(schemas.read_back(tuple(TABLES))))


def test_an_iff_is_read_back_as_gstr1(everything: Everything) -> None:
    check(everything.quarterly.get("gstrs/gstr-1/2025/10"), schemas.success(schemas.read_back(("b2b",))))


@pytest.mark.parametrize("name", ["gstr-1", "gstr-1a"])
def test_reading_back_a_return_that_has_nothing_is_a_business_failure(supplier: Taxpayer, name: str) -> None:
    check(supplier.get(f"gstrs/{name}/2025/10"), schemas.failure("RET11416", NOTHING))


def test_an_unknown_reference_id_of_a_return_is_a_business_failure(supplier: Taxpayer) -> None:
    check(status(supplier, "0123456789abcde"), schemas.failure("RET13508", "No Details Found for the Provided Inputs"))


def test_a_reference_id_belongs_to_its_period(supplier: Taxpayer) -> None:
    reference = data(supplier.post("gstrs/gstr-1/2025/10", body(supplier)))["reference_id"]
    check(supplier.get("gstrs/2025/09/status", reference_id=reference), schemas.failure("RET13508"))
