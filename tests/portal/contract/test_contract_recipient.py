"""Counts and lists: every section, every status, every spelling (contract 3.1 and 3.2, protocol 1.3 and 1.4)."""

from __future__ import annotations

import pytest
from tests.api import Taxpayer, data
from tests.portal.contract import schemas
from tests.portal.contract.conftest import Everything
from tests.portal.contract.schemas import ROOTS, SPELLINGS, STATES, check, exact

LETTERS = dict(zip(STATES, "ARPN", strict=True))
CASES = [str.lower, str.upper, str.title]
# ISD is only shown; bills of entry can't be rejected; the example of everything has all the rest.
EMPTY = {
    (section, status)
    for section in ("isd", "isda", "isdcn", "isdcna")
    for status in ("accepted", "rejected", "pending")
}
EMPTY |= {(section, "rejected") for section in ("impg", "impga", "impgsez", "impgseza")}


@pytest.mark.parametrize("type_of_goods", ROOTS)
def test_a_count_is_as_the_contract_has_it(everything: Everything, type_of_goods: str) -> None:
    answer = everything.recipient.get("invoices/count", type_of_goods=type_of_goods)
    check(answer, schemas.success(schemas.counts(type_of_goods)))


@pytest.mark.parametrize("type_of_goods", ROOTS)
def test_the_count_of_an_empty_account_has_zeros_in_every_section(nobody: Taxpayer, type_of_goods: str) -> None:
    answer = check(
        nobody.get("invoices/count", type_of_goods=type_of_goods), schemas.success(schemas.counts(type_of_goods))
    )
    (root,) = answer["data"]["data"].values()
    assert root.pop("ttl_cnt") == 0
    assert all(set(section.values()) == {0} for section in root.values())


@pytest.mark.parametrize("type_of_goods", ROOTS)
def test_the_total_is_the_sum_of_all_counters(everything: Everything, type_of_goods: str) -> None:
    counts = everything.recipient.counts(type_of_goods)
    assert counts.pop("ttl_cnt") == sum(sum(section.values()) for section in counts.values()) > 0


@pytest.mark.parametrize(("root", "section"), [(root, section) for root in ROOTS for section in ROOTS[root][1]])
@pytest.mark.parametrize("status", STATES)
def test_a_counter_counts_what_the_list_lists(everything: Everything, root: str, section: str, status: str) -> None:
    listed = everything.recipient.records(section, status=status)
    assert everything.recipient.counts(root)[section][STATES[status]] == len(listed)


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("status", [None, *STATES])
def test_a_list_is_as_the_contract_has_it(everything: Everything, spelling: str, status: str | None) -> None:
    section = SPELLINGS[spelling]
    query = {"section": spelling.upper(), **({"status": status} if status else {})}
    least = 0 if (section, status) in EMPTY else 1
    check(everything.recipient.get("invoices", **query), schemas.success(schemas.records(section, least)))


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("case", CASES)
def test_a_section_may_be_asked_for_in_any_case(everything: Everything, spelling: str, case: type[str]) -> None:
    asked = everything.recipient.get("invoices", section=case(spelling)).json()["data"]["data"]
    assert asked == {SPELLINGS[spelling]: everything.recipient.records(SPELLINGS[spelling])}


@pytest.mark.parametrize("section", sorted(set(SPELLINGS.values())))
@pytest.mark.parametrize("status", STATES)
def test_a_filter_lets_only_its_status_through(everything: Everything, section: str, status: str) -> None:
    assert {row["action"] for row in everything.recipient.records(section, status=status)} <= {LETTERS[status]}


@pytest.mark.parametrize("section", sorted(set(SPELLINGS.values())))
def test_the_filters_together_are_the_whole_list(everything: Everything, section: str) -> None:
    listed = [row["hash"] for status in STATES for row in everything.recipient.records(section, status=status)]
    assert sorted(listed) == sorted(row["hash"] for row in everything.recipient.records(section))


@pytest.mark.parametrize("spelling", SPELLINGS)
@pytest.mark.parametrize("status", [None, *STATES])
def test_nothing_to_list_is_an_empty_list_and_no_error(nobody: Taxpayer, spelling: str, status: str | None) -> None:
    query = {"section": spelling, **({"status": status} if status else {})}
    assert data(nobody.get("invoices", **query)) == {SPELLINGS[spelling]: []}


@pytest.mark.parametrize("section", sorted(set(SPELLINGS.values())))
def test_amounts_are_written_with_two_decimals(everything: Everything, section: str) -> None:
    names = ("val", "txval", "iamt", "igst", "camt", "samt", "cess", "declIgst")
    assert exact(everything.recipient.get("invoices", section=section), names) == {2}


@pytest.mark.parametrize("section", ["b2b", "b2bcn", "ecoma"])
def test_a_list_is_sorted_by_supplier_and_number(everything: Everything, section: str) -> None:
    rows = everything.recipient.records(section)
    keys = [(row["stin"], row.get("inum", row.get("nt_num"))) for row in rows]
    assert keys == sorted(keys)


def test_the_source_form_says_gstr1_gstr1a_or_iff(everything: Everything) -> None:
    assert {row["srcform"] for row in everything.recipient.records("B2B")} == {"R1", "R1A", "IFF"}


def test_saved_and_filed_documents_say_so(everything: Everything) -> None:
    states = {row["srcform"]: row["srcfilstatus"] for row in everything.recipient.records("B2B")}
    assert states == {"R1": "Filed", "R1A": "Not Filed", "IFF": "Not Filed"}


def test_the_supplier_of_an_operators_document_is_the_operator(everything: Everything) -> None:
    suppliers = {row["stin"] for row in everything.recipient.records("ECOM") if row["srcform"] == "R1"}
    assert suppliers == {everything.operator.gstin}


@pytest.mark.parametrize("section", ["b2ba", "b2bdna", "b2bcn", "b2bcna", "ecoma"])
def test_the_flag_of_the_reduction_stands_on_every_reducible_record(everything: Everything, section: str) -> None:
    assert all("isItcRedReqBlocked" in row for row in everything.recipient.records(section))


@pytest.mark.parametrize("section", ["b2b", "b2bdn", "ecom"])
def test_the_flag_of_the_reduction_stands_on_no_other_record(everything: Everything, section: str) -> None:
    assert not any("isItcRedReqBlocked" in row for row in everything.recipient.records(section))


@pytest.mark.parametrize("section", ["b2bcn", "b2bcna"])
def test_what_was_declared_is_shown(everything: Everything, section: str) -> None:
    (declared, *_) = everything.recipient.records(section, status="accepted")
    wanted = {"itcRedReq": "Y", "declIgst": 9.5, "declCgst": 0, "declSgst": 0, "declCess": 0, "remarks": "as agreed"}
    assert {name: declared.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("section", ["b2b", "ecom", "b2bcn"])
def test_remarks_and_declaration_are_absent_where_nothing_was_said(everything: Everything, section: str) -> None:
    said = {"remarks", "itcRedReq", "declIgst", "declCgst", "declSgst", "declCess"}
    assert not any(said & set(row) for row in everything.recipient.records(section, status="no_action_taken"))


@pytest.mark.parametrize("section", ["b2c", "", "CDNR", "b2b ", "b2b,b2ba"])
def test_a_section_that_does_not_exist_is_unprocessable(nobody: Taxpayer, section: str) -> None:
    check(nobody.get("invoices", section=section), schemas.http_failure(422), 422)


@pytest.mark.parametrize("status", ["A", "", "accept", "no action"])
def test_a_status_that_does_not_exist_is_unprocessable(nobody: Taxpayer, status: str) -> None:
    check(nobody.get("invoices", section="b2b", status=status), schemas.http_failure(422), 422)


@pytest.mark.parametrize("goods", ["all_oth", "", "import"])
def test_a_type_of_goods_that_does_not_exist_is_unprocessable(nobody: Taxpayer, goods: str) -> None:
    check(nobody.get("invoices/count", type_of_goods=goods), schemas.http_failure(422), 422)
