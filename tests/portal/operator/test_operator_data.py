"""Taxpayers, bills of entry and documents of input service distributors, as the operator brings them."""

from __future__ import annotations

from typing import Any

import pytest
from tests.api import MUMBAI, Api, Taxpayer, bill_of_entry, data, distribution, echo, gstin

ROW = {"username": "a", "legal_name": "b", "trade_name": "c", "filing_frequency": "monthly", "taxpayer_type": "Regular"}


def put(api: Api, *rows: dict[str, Any]):
    return api.operator("POST", "taxpayers", json={"taxpayers": list(rows)})


def row(number: int, **more: Any) -> dict[str, Any]:
    return ROW | {"gstin": gstin("33", number)} | more


def listed(api: Api) -> dict[str, dict[str, Any]]:
    rows = data(api.operator("GET", "taxpayers"))["taxpayers"]
    assert [row["gstin"] for row in rows] == sorted(row["gstin"] for row in rows)
    return {row["gstin"]: row for row in rows}


def test_a_taxpayer_is_listed_as_it_was_given(town: Api) -> None:
    given = row(1, registered_on="2020-04-01", filing_frequency="quarterly", trade_name="É “&\\")
    assert data(put(town, given)) == {"saved": 1}
    assert listed(town)[given["gstin"]] == given


def test_without_a_day_of_registration_none_is_listed(town: Api) -> None:
    put(town, row(2))
    assert "registered_on" not in listed(town)[row(2)["gstin"]]


def test_a_known_taxpayer_is_changed(town: Api) -> None:
    put(town, row(3))
    put(town, row(3, legal_name="Another Name", filing_frequency="quarterly"))
    assert listed(town)[row(3)["gstin"]] == row(3, legal_name="Another Name", filing_frequency="quarterly")


def test_no_taxpayers_are_no_error(town: Api) -> None:
    assert data(put(town)) == {"saved": 0}


WRONG_TAXPAYERS = {
    "a short GSTIN": {"gstin": "33"},
    "a GSTIN of no state": {"gstin": "98" + row(4)["gstin"][2:]},
    "a GSTIN in small letters": {"gstin": row(4)["gstin"].lower()},
    "an empty username": {"username": ""},
    "a long name": {"legal_name": "x" * 201},
    "a name with U+0000": {"legal_name": "x\0"},
    "a frequency that isn't one": {"filing_frequency": "yearly"},
    "a day that isn't one": {"registered_on": "2025-02-30"},
    "a name that isn't text": {"trade_name": 1},
}


@pytest.mark.parametrize("wrong", WRONG_TAXPAYERS.values(), ids=WRONG_TAXPAYERS.keys())
def test_a_wrong_taxpayer_is_refused_and_nothing_changes(town: Api, wrong: dict[str, Any]) -> None:
    before = town.fingerprint()
    assert put(town, row(5, trade_name="new"), row(4) | wrong).status_code == 422
    assert town.fingerprint() == before


def test_a_refusal_names_the_row(town: Api) -> None:
    message = put(town, row(6), row(7), row(8, gstin="33")).json()["message"]
    assert message.startswith("Row 3: ")


def test_a_taxpayer_twice_in_a_request_is_refused(town: Api) -> None:
    answer = put(town, row(9), row(9, username="other"))
    assert (answer.status_code, "twice" in answer.json()["message"]) == (422, True)


def test_an_unknown_member_is_refused(town: Api) -> None:
    assert put(town, row(10, pan="AAPFU0939F")).status_code == 400


# Bills of entry


SECTIONS = {
    "IMPG": {},
    "IMPGA": {"section": "IMPGA"},
    "IMPGSEZ": {"section": "IMPGSEZ", "stin": MUMBAI},
    "IMPGSEZA": {"section": "IMPGSEZA", "stin": MUMBAI},
}


@pytest.mark.parametrize(("section", "more"), SECTIONS.items())
def test_a_bill_of_entry_stands_in_its_section(recipient: Taxpayer, section: str, more: dict[str, Any]) -> None:
    assert data(recipient.api.imports(bill_of_entry(recipient.gstin, **more))) == {"saved": 1}
    counted = {name: len(recipient.records(name)) for name in SECTIONS}
    assert counted == {name: int(name == section) for name in SECTIONS}


SHOWN = {
    **{"portcd": "INNSA1", "boenum": "2566282", "boedt": "28-10-2025", "txval": 50000, "igst": 9000, "cess": 12.5},
    **{"action": "N"},
}


@pytest.mark.parametrize(("name", "value"), SHOWN.items())
def test_a_bill_of_entry_is_shown_as_it_came(recipient: Taxpayer, name: str, value: object) -> None:
    recipient.api.imports(bill_of_entry(recipient.gstin))
    assert recipient.records("IMPG")[0][name] == value


@pytest.mark.parametrize(("period", "seen"), [("092025", 0), ("102025", 1), ("112025", 1)])
def test_bills_of_entry_are_in_ims_since_october_2025(recipient: Taxpayer, period: str, seen: int) -> None:
    assert data(recipient.api.imports(bill_of_entry(recipient.gstin, itcprd=period))) == {"saved": 1}
    assert len(recipient.records("IMPG")) == seen


@pytest.fixture
def accepted(recipient: Taxpayer) -> Taxpayer:
    """Whoever has accepted a bill of entry."""
    recipient.api.imports(bill_of_entry(recipient.gstin))
    assert recipient.act("impg", echo(recipient.records("IMPG")[0], "A"))["status_cd"] == "S"
    return recipient


def test_the_same_bill_again_changes_nothing(accepted: Taxpayer) -> None:
    before = accepted.records("IMPG")
    accepted.api.imports(bill_of_entry(accepted.gstin))
    assert accepted.records("IMPG") == before


def test_an_edited_bill_takes_the_place_of_the_first(accepted: Taxpayer) -> None:
    accepted.api.imports(bill_of_entry(accepted.gstin, igst=9001))
    assert [record["igst"] for record in accepted.records("IMPG")] == [9001]


def test_an_edit_resets_the_action(accepted: Taxpayer) -> None:
    accepted.api.imports(bill_of_entry(accepted.gstin, igst=9001))
    assert accepted.records("IMPG")[0]["action"] == "N"


def test_an_edit_changes_the_hash(accepted: Taxpayer) -> None:
    before = accepted.records("IMPG")[0]["hash"]
    accepted.api.imports(bill_of_entry(accepted.gstin, igst=9001))
    assert accepted.records("IMPG")[0]["hash"] != before


@pytest.mark.parametrize("change", [{"portcd": "INMAA4"}, {"boenum": "7"}, {"itcprd": "112025"}, {"section": "IMPGA"}])
def test_another_key_is_another_bill(accepted: Taxpayer, change: dict[str, str]) -> None:
    accepted.api.imports(bill_of_entry(accepted.gstin) | change)
    assert len(accepted.records("IMPG")) + len(accepted.records("IMPGA")) == 2


WRONG_BILLS = {
    "a GSTIN that isn't one": {"rtin": "27"},
    "a seller who isn't in an SEZ": {"stin": MUMBAI},
    "no seller in an SEZ": {"section": "IMPGSEZ"},
    "a wrong seller": {"section": "IMPGSEZ", "stin": "27"},
    "a section of something else": {"section": "B2B"},
    "a section in small letters": {"section": "impg"},
    "a port that isn't one": {"portcd": "IN NSA"},
    "a number with letters": {"boenum": "25A"},
    "a number of eight digits": {"boenum": "12345678"},
    "a day that isn't one": {"boedt": "31-02-2025"},
    "a period that isn't one": {"itcprd": "132025"},
    "an amount below zero": {"igst": -1},
    "a tenth of a paisa": {"igst": 1.001},
    "an amount without end": {"igst": "Infinity"},
    "no amount": {"igst": "NaN"},
    "an amount too large": {"igst": 1e20},
    "a day of the reference that isn't one": {"irefdt": "x"},
    "a reference with U+0000": {"rgstinrefId": "\0"},
}


@pytest.mark.parametrize("wrong", WRONG_BILLS.values(), ids=WRONG_BILLS.keys())
def test_a_wrong_bill_is_refused_and_nothing_changes(recipient: Taxpayer, wrong: dict[str, Any]) -> None:
    before = recipient.api.fingerprint()
    good, bad = bill_of_entry(recipient.gstin, "1"), bill_of_entry(recipient.gstin, "2") | wrong
    assert recipient.api.imports(good, bad).status_code == 422
    assert recipient.api.fingerprint() == before


def test_the_refusal_of_a_bill_names_the_row(recipient: Taxpayer) -> None:
    rows = [bill_of_entry(recipient.gstin, "1"), bill_of_entry(recipient.gstin, "2", boedt="2025-10-28")]
    assert recipient.api.imports(*rows).json()["message"].startswith("Row 2: ")


def test_a_bill_twice_in_a_request_is_refused(recipient: Taxpayer) -> None:
    answer = recipient.api.imports(bill_of_entry(recipient.gstin), bill_of_entry(recipient.gstin, igst=1))
    assert (answer.status_code, "twice" in answer.json()["message"]) == (422, True)


# Input service distributors


KINDS = {
    "isd": {},
    "isda": {"odocnum": "ISD-0", "odocdt": "28-09-2025"},
    "isdcn": {"doctyp": "ISDC"},
    "isdcna": {"doctyp": "ISDC", "odocnum": "ISD-0", "odocdt": "28-09-2025"},
}


@pytest.mark.parametrize(("section", "more"), KINDS.items())
def test_a_distribution_is_counted_in_its_section(recipient: Taxpayer, section: str, more: dict[str, str]) -> None:
    data(recipient.api.distributions(distribution(recipient.gstin, MUMBAI, **more)))
    with recipient.api.portal.transaction() as db:
        rows = db.execute("select section from record where rtin = %s", [recipient.gstin]).fetchall()
    assert [row.section for row in rows] == [section]


def test_a_distribution_is_listed(recipient: Taxpayer) -> None:
    recipient.api.distributions(distribution(recipient.gstin, MUMBAI))
    assert [record["docnum"] for record in recipient.records("ISD")] == ["ISD-1"]


def test_an_edited_distribution_takes_the_place_of_the_first(recipient: Taxpayer) -> None:
    recipient.api.distributions(distribution(recipient.gstin, MUMBAI))
    recipient.api.distributions(distribution(recipient.gstin, MUMBAI, iamt=91))
    assert [record["iamt"] for record in recipient.records("ISD")] == [91]


WRONG_DISTRIBUTIONS = {
    "a GSTIN that isn't one": {"rtin": "27"},
    "a distributor that isn't one": {"stin": "27"},
    "a kind that isn't one": {"doctyp": "ISDX"},
    "a number that isn't one": {"docnum": "a b"},
    "a day that isn't one": {"docdt": "31-02-2025"},
    "a period that isn't one": {"rtnprd": "002025"},
    "an amount below zero": {"iamt": -1},
    "an original without its day": {"odocnum": "ISD-0"},
    "an original without its number": {"odocdt": "28-09-2025"},
    "an original with an empty number": {"odocnum": "", "odocdt": "28-09-2025"},
    "an original with a wrong day": {"odocnum": "ISD-0", "odocdt": "2025"},
}


@pytest.mark.parametrize("wrong", WRONG_DISTRIBUTIONS.values(), ids=WRONG_DISTRIBUTIONS.keys())
def test_a_wrong_distribution_is_refused_and_nothing_changes(recipient: Taxpayer, wrong: dict[str, Any]) -> None:
    before = recipient.api.fingerprint()
    good, bad = (distribution(recipient.gstin, MUMBAI, number) for number in ("1", "2"))
    assert recipient.api.distributions(good, bad | wrong).status_code == 422
    assert recipient.api.fingerprint() == before


def test_a_distribution_twice_in_a_request_is_refused(recipient: Taxpayer) -> None:
    rows = [distribution(recipient.gstin, MUMBAI), distribution(recipient.gstin, MUMBAI, iamt=1)]
    assert recipient.api.distributions(*rows).status_code == 422
