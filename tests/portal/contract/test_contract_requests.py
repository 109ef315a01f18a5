"""Save, reset and their status, with every example of the contract in values of our own (contract 3.3 to 3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.api import Api, Taxpayer, bill_of_entry, data, echo, invoice
from tests.portal.contract import schemas
from tests.portal.contract.conftest import tables
from tests.portal.contract.schemas import check

from gst_ims.portal.app import create_app

STALE = "Either previous action is incorrect/ invoice might have edited by supplier"
MISSING = "Error! Please enter value for the column itcRedReq."
RUNNING = "Previous Save or Reset request is already under progress. Please try after some time."
REDUCED = {"itcRedReq": "Y", "declIgst": 9, "declSgst": 0, "declCgst": 0, "declCess": 0}
KEYS = {"b2bdn": "dn", "b2bdna": "dna", "b2bcn": "cn", "b2bcna": "cna"}
REDUCIBLE = ("b2ba", "b2bdna", "b2bcn", "b2bcna", "ecoma")
CREDIT = ("b2bcn", "b2bcna")


@dataclass
class Deal:
    """A supplier who has saved one document for each section, and their recipient."""

    supplier: Taxpayer
    recipient: Taxpayer

    def rows(self, **more: Any) -> dict[str, list[dict[str, Any]]]:
        """A row for each section, written out as the examples of the contract are."""
        stin = {"stin": self.supplier.gstin, "rtnprd": "102025", "srcform": "R1", "pos": "27"}
        big = {"val": 1181.77, "txval": 1001.5, "iamt": 180.27, "camt": 0, "samt": 0, "cess": 0}
        small = {"val": 236, "txval": 200, "iamt": 36, "camt": 0, "samt": 0, "cess": 0}
        debit = {"val": 118, "txval": 100, "iamt": 18, "camt": 0, "samt": 0, "cess": 0}
        eco = {"val": 590, "txval": 500, "iamt": 90, "camt": 0, "samt": 0, "cess": 0}
        note, first = {"nt_dt": "06-10-2025", "inv_typ": "R"}, {"ont_dt": "06-10-2025"}
        sale = {"idt": "05-10-2025"}
        rows: dict[str, dict[str, Any]] = {
            "b2b": {**big, **sale, "inum": "B/1", "inv_typ": "R"},
            "b2ba": {**big, **sale, "inum": "BA/1", "inv_typ": "R", "oinum": "B/1", "oidt": "05-10-2025", "val": 2000},
            "b2bdn": {**debit, **note, "nt_num": "D-1"},
            "b2bdna": {**debit, **note, **first, "nt_num": "DA-1", "ont_num": "D-1"},
            "b2bcn": {**small, **note, "nt_num": "C-1"},
            "b2bcna": {**small, **note, **first, "nt_num": "CA-1", "ont_num": "C-1"},
            "ecom": {**eco, **sale, "inum": "E1"},
            "ecoma": {**eco, **sale, "inum": "AE1", "oinum": "E1", "oidt": "05-10-2025"},
        }
        return {section: [{**stin, **row, **more}] for section, row in rows.items()}

    def accept(self, reduced: tuple[str, ...] = CREDIT, **more: Any) -> dict[str, list[dict[str, Any]]]:
        """The save example: everything accepted, with remarks, and a declaration in these sections."""
        said = {"action": "A", "prev_status": "N", "remarks": "as agreed", **more}
        return {
            section: [{**row, **said, **(REDUCED if section in reduced else {})}]
            for section, (row,) in self.rows().items()
        }

    def actions(self) -> dict[str, str]:
        return {section: self.recipient.record(section)["action"] for section in self.rows()}


@pytest.fixture
def deal(town: Api, supplier: Taxpayer, recipient: Taxpayer) -> Deal:
    whole = tables(recipient, town.company("29"))
    one: dict[str, Any] = {
        name: [{**group, documents: group[documents][::4]} for group in whole[name]]  # type: ignore[attr-defined]
        for name, documents in (("b2b", "inv"), ("b2ba", "inv"), ("cdnr", "nt"), ("cdnra", "nt"))
    }
    for name, part in (("ecom", "b2b"), ("ecoma", "b2ba")):
        (group,) = whole[name][part]  # type: ignore[index]
        one[name] = {part: [{**group, "inv": group["inv"][:1]}]}
    assert supplier.save_return("2025/10", **one)["status_cd"] == "P"
    return Deal(supplier, recipient)


@pytest.fixture(scope="module")
def gstn(standing: Api) -> Iterator[TestClient]:
    """The same portal, speaking GSTN's dialect."""
    portal = standing.portal
    speaking = replace(portal, settings=replace(portal.settings, status_dialect="gstn"))
    with TestClient(create_app(speaking), raise_server_exceptions=False) as client:
        yield client


def ask(who: Taxpayer, reference: str, dialect: str, gstn: TestClient) -> Any:
    """The raw answer about a request in one of the two dialects."""
    who = who if dialect == "overview" else replace(who, api=replace(who.api, http=gstn))
    return who.get("invoices/status", reference_id=reference)


@pytest.mark.parametrize("kind", ["save", "reset"])
def test_a_request_is_answered_with_its_reference_id_at_once(deal: Deal, kind: str) -> None:
    rows = deal.accept() if kind == "save" else deal.rows(prev_status="N")
    body = {"rtin": deal.recipient.gstin, "reqtyp": kind.upper(), "invdata": rows}
    check(deal.recipient.post(f"invoices/status/{kind}", body), schemas.success(schemas.REFERENCE))


def test_the_save_example_is_applied_in_every_section(deal: Deal) -> None:
    status = deal.recipient.save(deal.accept())
    assert (status["status_cd"], status["proc_cnt"]) == ("S", "8")
    assert set(deal.actions().values()) == {"A"}


def test_the_save_example_may_say_what_was_said_before(deal: Deal) -> None:
    deal.recipient.save(deal.accept())
    status = deal.recipient.save(deal.accept(prev_status="A"))
    assert (status["status_cd"], status["proc_cnt"]) == ("S", "8")


def test_the_save_example_with_every_declaration_is_refused_only_where_no_credit_is_reduced(deal: Deal) -> None:
    status = deal.recipient.save(deal.accept(reduced=REDUCIBLE))
    assert (status["status_cd"], status["proc_cnt"], status["err_cnt"]) == ("PE", "5", "3")
    assert set(status["error_report"]) == {"b2ba", "dna", "ecoma"}


def test_the_reset_example_is_applied_in_every_section(deal: Deal) -> None:
    deal.recipient.save(deal.accept())
    reference = deal.recipient.submit("reset", deal.rows(prev_status="A"))
    deal.supplier.api.work()
    status = deal.recipient.status_of(reference)
    assert (status["status_cd"], status["proc_cnt"], status["transTypCd"]) == ("S", "8", "RST")
    assert set(deal.actions().values()) == {"N"}


@pytest.mark.parametrize("section", list(schemas.IDENTITY))
@pytest.mark.parametrize("action", "ARP")
def test_an_example_row_is_applied_by_itself(deal: Deal, section: str, action: str) -> None:
    row = deal.rows(prev_status="N", action=action)[section][0]
    row |= REDUCED | {"remarks": "half"} if section in CREDIT and action == "A" else {}
    assert deal.recipient.act(section, row)["proc_cnt"] == "1"
    assert deal.recipient.record(section)["action"] == action


@pytest.mark.parametrize(("dialect", "word"), [("overview", "P"), ("gstn", "IP")])
def test_a_request_in_progress_has_processed_nothing_yet(deal: Deal, gstn: TestClient, dialect: str, word: str) -> None:
    reference = deal.recipient.submit("save", deal.accept())
    answer = check(ask(deal.recipient, reference, dialect, gstn), schemas.success(schemas.status(word)))
    assert answer["data"]["data"]["proc_cnt"] == "0"


@pytest.mark.parametrize(("dialect", "word"), [("overview", "S"), ("gstn", "P")])
@pytest.mark.parametrize(("kind", "transaction"), [("save", "SAV"), ("reset", "RST")])
def test_a_request_that_is_done_says_how_much(
    deal: Deal, gstn: TestClient, dialect: str, word: str, kind: str, transaction: str
) -> None:
    reference = deal.recipient.submit(kind, deal.accept() if kind == "save" else deal.rows(prev_status="N"))
    deal.supplier.api.work()
    answer = check(ask(deal.recipient, reference, dialect, gstn), schemas.success(schemas.status(word)))
    status = answer["data"]["data"]
    assert (status["proc_cnt"], status["transTypCd"]) == ("8", transaction)


@pytest.mark.parametrize("dialect", ["overview", "gstn"])
@pytest.mark.parametrize("kind", ["save", "reset"])
def test_a_request_with_row_errors_names_them_under_gstns_keys(
    deal: Deal, gstn: TestClient, dialect: str, kind: str
) -> None:
    rows = deal.accept(prev_status="R") if kind == "save" else deal.rows(prev_status="R")
    reference = deal.recipient.submit(kind, rows)
    deal.supplier.api.work()
    answer = check(ask(deal.recipient, reference, dialect, gstn), schemas.success(schemas.status("PE")))
    status = answer["data"]["data"]
    assert (status["proc_cnt"], status["err_cnt"]) == ("0", "8")
    assert set(status["error_report"]) == {KEYS.get(section, section) for section in schemas.IDENTITY}


@pytest.mark.parametrize("section", list(schemas.IDENTITY))
def test_a_stale_row_is_reported_in_gstns_words_and_by_its_number(deal: Deal, section: str) -> None:
    row = deal.rows(prev_status="P", action="R")[section][0]
    report = deal.recipient.act(section, row)["error_report"]
    number = row.get("inum", row.get("nt_num"))
    assert report == {
        KEYS.get(section, section): [
            {
                **{"stin": deal.supplier.gstin, "error_cd": "IMSSAV0010", "error_msg": STALE},
                "inv": [{"inum": number, "rtnprd": "102025"}],
            }
        ]
    }


@pytest.mark.parametrize("dialect", ["overview", "gstn"])
@pytest.mark.parametrize(("kind", "transaction"), [("save", "SAV"), ("reset", "RST")])
def test_a_request_against_the_schema_fails_as_a_whole_in_gstns_words(
    deal: Deal, gstn: TestClient, dialect: str, kind: str, transaction: str
) -> None:
    reference = deal.recipient.submit(kind, {"b2b": [{"inum": "B/1"}]})
    deal.supplier.api.work()
    answer = check(ask(deal.recipient, reference, dialect, gstn), schemas.success(schemas.status("ER")))
    status = answer["data"]["data"]
    assert (status["err_cd"], status["transTypCd"]) == ("IMSSAV005", transaction)
    assert status["err_msg"].startswith("Schema validation failure")


def test_counts_are_of_the_rows_applied_and_the_rows_refused(deal: Deal) -> None:
    rows = deal.accept()
    for section in ("b2b", "b2bcn", "ecom"):
        rows[section][0]["prev_status"] = "A"
    status = deal.recipient.save(rows)
    assert (status["status_cd"], status["proc_cnt"], status["err_cnt"]) == ("PE", "5", "3")


def test_errors_are_grouped_by_supplier_and_reason(town: Api, recipient: Taxpayer) -> None:
    suppliers = [town.company("24"), town.company("29")]
    for supplier in suppliers:
        supplier.sell(recipient.gstin, *(invoice(f"G{n}") for n in range(3)))
    rows = [echo(record, "A", prev_status="R") for record in recipient.records("b2b")]
    groups = recipient.act("b2b", *rows)["error_report"]["b2b"]
    assert [(group["stin"], len(group["inv"])) for group in groups] == [(supplier.gstin, 3) for supplier in suppliers]


@pytest.mark.parametrize("kind", ["save", "reset"])
@pytest.mark.parametrize("running", ["save", "reset"])
def test_a_second_request_of_a_taxpayer_waits_for_the_first(deal: Deal, running: str, kind: str) -> None:
    deal.recipient.submit(running, {"b2b": []})
    body = {"rtin": deal.recipient.gstin, "reqtyp": kind.upper(), "invdata": deal.rows()}
    check(deal.recipient.post(f"invoices/status/{kind}", body), schemas.failure("IMSSAV0015", RUNNING))


def test_a_request_of_another_taxpayer_does_not_wait(town: Api, recipient: Taxpayer) -> None:
    recipient.submit("save", {"b2b": []})
    assert town.company("27").submit("save", {"b2b": []})


def test_a_request_is_taken_again_when_the_one_before_is_done(deal: Deal) -> None:
    deal.recipient.save(deal.accept())
    assert deal.recipient.submit("save", {"b2b": []})


@pytest.mark.parametrize("section", CREDIT)
def test_accepting_a_credit_note_without_a_declaration_is_refused_in_gstns_words(deal: Deal, section: str) -> None:
    row = deal.rows(prev_status="N", action="A")[section][0]
    status = deal.recipient.act(section, row)
    (group,) = status["error_report"][KEYS[section]]
    assert (group["error_cd"], group["error_msg"]) == ("IMSSAV0054", MISSING)
    assert (status["status_cd"], status["proc_cnt"], status["err_cnt"]) == ("PE", "0", "1")


def test_an_unknown_reference_id_is_a_business_failure(recipient: Taxpayer) -> None:
    answer = recipient.get("invoices/status", reference_id="0123456789abcde")
    check(answer, schemas.failure("RET13508", "No Details Found for the Provided Inputs"))


@pytest.mark.parametrize("section", ["impg", "impga", "impgsez", "impgseza"])
@pytest.mark.parametrize("action", "AP")
def test_a_bill_of_entry_can_be_acted_upon_by_the_same_requests(deal: Deal, section: str, action: str) -> None:
    town, recipient = deal.supplier.api, deal.recipient
    seller = {"stin": deal.supplier.gstin} if "sez" in section else {}
    data(town.imports(bill_of_entry(recipient.gstin, section=section.upper(), **seller)))
    row = {"portcd": "INNSA1", "boenum": "2566282", "boedt": "28-10-2025", "itcprd": "102025", "txval": 50000}
    row |= {"igst": 9000, "cess": 12.5, "prev_status": "N", "action": action}
    assert recipient.act(section, row)["status_cd"] == "S"
    assert recipient.record(section)["action"] == action


@pytest.mark.parametrize("section", ["impg", "impga", "impgsez", "impgseza"])
def test_a_stale_bill_of_entry_is_reported_under_its_section(deal: Deal, section: str) -> None:
    seller = {"stin": deal.supplier.gstin} if "sez" in section else {}
    data(deal.supplier.api.imports(bill_of_entry(deal.recipient.gstin, section=section.upper(), **seller)))
    row = echo(deal.recipient.record(section), "A", prev_status="P")
    reference = deal.recipient.submit("save", {section: [row]})
    deal.supplier.api.work()
    answer = deal.recipient.get("invoices/status", reference_id=reference)
    report = check(answer, schemas.success(schemas.status("PE")))["data"]["data"]["error_report"]
    assert report[section][0]["inv"] == [{"inum": "2566282", "rtnprd": "102025"}]
