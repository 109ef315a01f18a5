"""Bills of entry and distributed credit."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest

from gst_ims.core.document import document_number, print_date
from gst_ims.core.money import rupees
from gst_ims.core.period import Period
from gst_ims.core.section import IMPORTS, INWARD_SUPPLIES, Section
from gst_ims.synthetic import Act, Distribution, Imports
from gst_ims.synthetic.arrivals import arrivals


@pytest.fixture(scope="module")
def imports(events):
    return [(e, row) for e in events if isinstance(e, Imports) for row in e.rows]


@pytest.fixture(scope="module")
def distributions(events):
    return [(e, row) for e in events if isinstance(e, Distribution) for row in e.rows]


# Bills of entry


def test_every_section_of_imports_is_there(imports):
    assert {event.section for event, _ in imports} == set(IMPORTS)


def test_a_bill_has_what_customs_reports(imports):
    keys = {"port_code", "boe_number", "boe_date", "reference", "reference_date", "period", "stin"}
    assert all(row.keys() == keys | {"taxable", "igst", "cess"} for _, row in imports)


def test_ports_and_numbers_and_references_look_as_they_should(imports):
    for _, row in imports:
        assert re.fullmatch(r"IN[A-Z]{3}[0-9]", row["port_code"])
        assert re.fullmatch(r"[0-9]{7}", row["boe_number"])
        assert re.fullmatch(r"[0-9a-f]{24}", row["reference"])


def test_no_reference_comes_twice(imports):
    assert len({row["reference"] for _, row in imports}) == len(imports)


def test_amounts_are_whole_paise_and_the_tax_is_eighteen_per_cent(imports):
    for _, row in imports:
        assert type(row["taxable"]) is type(row["igst"]) is type(row["cess"]) is int
        assert abs(row["igst"] * 100 - row["taxable"] * 18) <= 50


def test_only_goods_from_an_sez_have_a_supplier(world, imports):
    units = {c.gstin for c in world.others if c.taxpayer_type == "SEZ Unit"}
    for event, row in imports:
        if event.section in (Section.IMPG, Section.IMPGA):
            assert row["stin"] == ""
        else:
            assert row["stin"] in units


def test_a_bill_is_reported_after_it_is_made(imports):
    for event, row in imports:
        assert row["boe_date"] < row["reference_date"] < event.at.date()


def test_a_bill_counts_in_the_period_in_which_customs_reports_it(imports):
    assert all(Period.of(row["reference_date"]) == row["period"] == Period.of(e.at.date()) for e, row in imports)


def test_an_amended_bill_has_the_same_name_and_another_value(imports):
    before = {(e.rtin, e.section, row["port_code"], row["boe_number"]): row for e, row in imports}
    amended = [(e, row) for e, row in imports if e.section.is_amendment]
    assert len(amended) == 16
    for event, row in amended:
        old = before[event.rtin, event.section.original, row["port_code"], row["boe_number"]]
        assert (old["boe_date"], old["stin"], old["period"].next()) == (row["boe_date"], row["stin"], row["period"])
        assert old["taxable"] != row["taxable"]


def test_the_sez_unit_and_the_quarterly_recipient_import_nothing(world, imports):
    assert {e.rtin for e, _ in imports} == {world.recipients[0].gstin, world.recipients[2].gstin}


def test_decisions_echo_the_bill(events, imports):
    bills = {row["reference"]: row for _, row in imports}
    rows = [
        r for e in events if isinstance(e, Act) for s, rs in e.body["invdata"].items() if s[:3] == "imp" for r in rs
    ]
    assert len(rows) > 20
    for row in rows:
        bill = bills[row["rgstinrefId"]]
        assert row == {
            "rgstinrefId": bill["reference"],
            "irefdt": print_date(bill["reference_date"]),
            "itcprd": str(bill["period"]),
            "portcd": bill["port_code"],
            "boenum": bill["boe_number"],
            "boedt": print_date(bill["boe_date"]),
            "txval": rupees(bill["taxable"]),
            "igst": rupees(bill["igst"]),
            "cess": rupees(bill["cess"]),
            "srtinprd": str(bill["period"]),
            "action": row["action"],
            "prev_status": "N",
        }


# Input service distributors


def test_every_section_of_distributed_credit_is_there(distributions):
    assert {event.section for event, _ in distributions} == set(INWARD_SUPPLIES)


def test_gstr_6_is_filed_on_the_13th(distributions):
    assert all((e.at.day, Period.of(e.at.date())) == (13, row["period"].next()) for e, row in distributions)


def test_a_distributor_serves_those_of_its_pan(distributions):
    assert all(row["stin"][2:12] == event.rtin.pan and row["stin"] != event.rtin for event, row in distributions)


def test_numbers_come_once(distributions):
    counts = Counter((row["stin"], document_number(row["number"])) for _, row in distributions)
    assert max(counts.values()) == 1


def test_distributed_credit_is_igst_or_cgst_and_sgst(distributions):
    for _, row in distributions:
        assert bool(row["igst"]) is not bool(row["cgst"])
        assert row["cgst"] == row["sgst"]
        assert row["taxable"] == row["cess"] == 0
        assert type(row["igst"]) is int


def test_an_amendment_names_what_it_amends(distributions):
    before = {(row["stin"], row["number"]): (e, row) for e, row in distributions}
    for event, row in distributions:
        assert event.section.is_amendment is ("original_number" in row)
        if event.section.is_amendment:
            earlier, old = before[row["stin"], row["original_number"]]
            assert (earlier.section, old["date"]) == (event.section.original, row["original_date"])
            assert old["period"].next() == row["period"]


# Each for itself


def test_the_first_period_has_nothing_to_amend(world):
    made = list(arrivals(world, world.first))
    assert not [e for e in made if not isinstance(e, Act) and e.section.is_amendment]


def test_a_period_can_be_made_without_those_before(world):
    assert list(arrivals(world, Period(2025, 12))) == list(arrivals(world, Period(2025, 12)))


def test_without_an_sez_vendor_nothing_arrives(world):
    others = [c for c in world.others if c.taxpayer_type != "SEZ Unit"]
    assert list(arrivals(replace(world, others=others), world.first)) == []
