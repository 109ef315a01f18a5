"""What a row echoes must be what the record says, member by member (R2.17)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from tests.api import Api, Taxpayer, amending, bill_of_entry, data, echo, inside, invoice, note

OTHERS: dict[str, Any] = {
    **{"rtnprd": "092025", "srcform": "R1A", "pos": "29", "val": 1180.01, "txval": 999.99, "prev_status": "P"},
    **{"iamt": 180.01, "camt": 0.01, "samt": 0.01, "cess": 0.01, "stin": "29AAXCT9999K1ZZ"},
}
INVOICE, ORIGINAL = {"inum": "INV-2", "idt": "04-10-2025"}, {"oinum": "INV-9", "oidt": "04-10-2025"}
NOTE, ORIGINAL_NOTE = {"nt_num": "N-2", "nt_dt": "05-10-2025"}, {"ont_num": "N-9", "ont_dt": "05-10-2025"}
TYPE = {"inv_typ": "SEWP"}
MEMBERS: dict[str, dict[str, Any]] = {
    "b2b": {**OTHERS, **INVOICE, **TYPE},
    "b2ba": {**OTHERS, **INVOICE, **ORIGINAL, **TYPE},
    "b2bdn": {**OTHERS, **NOTE, **TYPE},
    "b2bdna": {**OTHERS, **NOTE, **ORIGINAL_NOTE, **TYPE},
    "b2bcn": {**OTHERS, **NOTE, **TYPE},
    "b2bcna": {**OTHERS, **NOTE, **ORIGINAL_NOTE, **TYPE},
    "ecom": {**OTHERS, **INVOICE},
    "ecoma": {**OTHERS, **INVOICE, **ORIGINAL},
}
BILL: dict[str, Any] = {
    **{"portcd": "INBOM4", "boenum": "9999999", "boedt": "27-10-2025", "itcprd": "112025", "txval": 49999.99},
    **{"igst": 9000.01, "cess": 12.51, "prev_status": "A", "rgstinrefId": "REF2", "irefdt": "30-10-2025"},
    **{"srtinprd": "112025", "stin": "29AAXCT9999K1ZZ"},
}
BILL_CASES = [(section, member) for section in ("impg", "impgsez") for member in BILL]
BILL_CASES.remove(("impg", "stin"))
CASES = [(section, member) for section, members in MEMBERS.items() for member in members]


@dataclass
class Records:
    recipient: Taxpayer
    rows: dict[str, dict[str, Any]]


def only_stale(status: dict[str, Any]) -> bool:
    """Whether nothing was applied, for the reason that what was echoed isn't what the record says."""
    codes = [group["error_cd"] for groups in status.get("error_report", {}).values() for group in groups]
    return status["proc_cnt"] == "0" and codes == ["IMSSAV0010"]


@pytest.fixture(scope="module")
def records(standing: Api) -> Records:
    """One record in each section. Nobody changes them: every row of these tests is refused."""
    standing.go_to("2025-11-05T10:00")
    supplier, recipient = standing.company("24"), standing.company("27")
    to, through = {"ctin": recipient.gstin}, {"rtin": recipient.gstin}
    sold, debit, credited = invoice(), note("D-1", kind="D"), note("C-1")
    status = supplier.save_return(
        "2025/10",
        b2b=[{**to, "inv": [sold]}],
        b2ba=[{**to, "inv": [amending(sold, inum="INV-A")]}],
        cdnr=[{**to, "nt": [debit, credited]}],
        cdnra=[{**to, "nt": [amending(debit, nt_num="D-A"), amending(credited, nt_num="C-A")]}],
        ecom={"urp2b": [{**through, "inv": [sold]}]},
        ecoma={"urp2ba": [{**through, "inv": [amending(sold, inum="E-A")]}]},
    )
    assert status["status_cd"] == "P"
    return Records(recipient, {section: echo(recipient.record(section)) for section in MEMBERS})


@pytest.mark.parametrize(("section", "member"), CASES)
def test_an_action_that_echoes_another_value_is_stale(records: Records, section: str, member: str) -> None:
    row = {**records.rows[section], member: MEMBERS[section][member], "action": "R"}
    assert only_stale(records.recipient.act(section, row))


@pytest.mark.parametrize("member", MEMBERS["b2ba"])
def test_a_reset_that_echoes_another_value_is_stale(records: Records, member: str) -> None:
    row = {**records.rows["b2ba"], member: MEMBERS["b2ba"][member]}
    assert only_stale(records.recipient.reset("b2ba", row))


@pytest.mark.parametrize(("section", "member"), BILL_CASES)
@pytest.mark.parametrize("kind", ["save", "reset"])
def test_a_bill_of_entry_that_is_echoed_with_another_value_is_stale(
    town: Api, recipient: Taxpayer, kind: str, section: str, member: str
) -> None:
    seller = {"stin": town.company("24").gstin} if section == "impgsez" else {}
    reference = {"rgstinrefId": "REF1", "irefdt": "29-10-2025"}
    data(town.imports(bill_of_entry(recipient.gstin, section=section.upper(), **seller, **reference)))
    row = echo(recipient.record(section)) | {member: BILL[member]}
    assert only_stale(
        recipient.act(section, {**row, "action": "P"}) if kind == "save" else recipient.reset(section, row)
    )


@pytest.mark.parametrize("section", MEMBERS)
def test_a_row_that_echoes_everything_can_be_reset(records: Records, section: str) -> None:
    assert records.recipient.reset(section, records.rows[section])["status_cd"] == "S"


@pytest.mark.parametrize("name", ["val", "txval", "iamt"])
def test_an_amount_may_be_written_with_or_without_decimals(records: Records, name: str) -> None:
    row = records.rows["b2b"]
    assert records.recipient.reset("b2b", {**row, name: int(row[name])})["status_cd"] == "S"


def test_a_tax_that_only_moved_between_the_heads_is_another_value(town: Api, recipient: Taxpayer) -> None:
    supplier = town.company("27")
    supplier.sell(recipient.gstin, invoice(tax=inside(90)))
    row = echo(recipient.record("b2b"), "A", camt=0, samt=180)
    assert recipient.act("b2b", row)["proc_cnt"] == "0"
