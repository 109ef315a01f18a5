"""The suppliers' side of the demo: every document is right, numbered once, and reported in time."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from gst_ims.core.document import document_number, wire_date
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period, financial_year
from gst_ims.core.section import Form, Section
from gst_ims.core.states import PLACES_OF_SUPPLY
from gst_ims.synthetic import File, Save, demo
from gst_ims.synthetic.people import companies
from gst_ims.synthetic.returns import Numbers, form_of, moment

ZERO = Decimal(0)
NEW = {"b2b", "b2bcn", "b2bdn", "ecom"}


@pytest.fixture(scope="module")
def types(world):
    return {c.gstin: c.taxpayer_type for c in world.companies()}


@pytest.fixture(scope="module")
def first_time(reported, number_of):
    """The rows as they were saved first: without edits and deletions."""
    seen = {}
    for found in reported:
        seen.setdefault((found[0].stin, number_of(found[4])), found)
    return list(seen.values())


# Arithmetic


def test_every_value_is_the_sum_of_taxable_value_and_tax(reported, totals):
    assert all(sum(totals(row).values()) == row["val"] for *_, row in reported)


def test_every_amount_has_two_decimals(reported):
    amounts = [amount for *_, row in reported for item in row["itms"] for amount in item["itm_det"].values()]
    assert {a.as_tuple().exponent for a in amounts if isinstance(a, Decimal)} == {-2}


def test_no_amount_is_negative(reported, totals):
    assert all(amount >= 0 for *_, row in reported for amount in totals(row).values())


def test_tax_is_that_of_the_rate(reported):
    for *_, row in reported:
        for item in row["itms"]:
            detail = item["itm_det"]
            exact = detail["txval"] * detail["rt"] / 100
            tax = detail["iamt"] + detail["camt"] + detail["samt"]
            assert abs(tax - exact) <= Decimal("0.01")


def test_each_rate_comes_once_in_a_document(reported):
    for *_, row in reported:
        rates = [item["itm_det"]["rt"] for item in row["itms"]]
        assert 1 <= len(set(rates)) == len(rates) <= 3


def test_cgst_equals_sgst(reported, totals):
    assert all(totals(row)["camt"] == totals(row)["samt"] for *_, row in reported)


def test_tax_fits_the_place_of_supply(reported, totals):
    """CGST and SGST in the supplier's state, IGST outside of it and for an SEZ."""
    for event, _, _, _, row in reported:
        amounts = totals(row)
        inside = row["pos"] == event.stin.state and row["inv_typ"] != "SEWP"
        assert (amounts["iamt"] == ZERO) is inside
        assert (amounts["camt"] > ZERO) is inside


def test_only_tobacco_bears_cess(reported):
    rates = {item["itm_det"]["rt"] for *_, row in reported for item in row["itms"] if item["itm_det"]["csamt"] > ZERO}
    assert rates == {28}


def test_many_rates_are_in_use(reported):
    assert {item["itm_det"]["rt"] for *_, row in reported for item in row["itms"]} >= {5, 18, 28, 40}


# Content


def test_every_section_of_gstr_1_is_there(reported):
    assert {section for _, section, *_ in reported} == {
        "b2b", "b2ba", "b2bcn", "b2bcna", "b2bdn", "b2bdna", "ecom", "ecoma",
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_every_section_is_there_whatever_the_seed(seed, flatten):
    found = {section for e in demo(seed).events() if isinstance(e, Save) for section, *_ in flatten(e.body)}
    assert found == {s.value for s in Section} - {s.value for s in Section if s.is_import or s.is_isd}


def test_invoices_are_most_of_it(reported):
    counts = Counter(section for _, section, *_ in reported)
    assert counts["b2b"] > counts["b2bcn"] > counts["b2bdn"] > counts["b2bdna"] >= 6


def test_the_sez_unit_and_nobody_else_is_supplied_as_an_sez(reported, types):
    for _, section, rtin, _, row in reported:
        if section not in ("ecom", "ecoma"):
            assert (row["inv_typ"] == "SEWP") is (types[rtin] == "SEZ Unit")


def test_some_documents_are_under_reverse_charge(reported):
    counts = Counter(row.get("rchrg") for *_, row in reported)
    assert 20 < counts["Y"] < 120


def test_some_documents_have_no_credit_for_their_place_of_supply(reported, types):
    barred = [
        row
        for event, _, rtin, _, row in reported
        if event.stin.state == row["pos"] != rtin[:2] and types[rtin] != "SEZ Unit"
    ]
    assert 10 < len(barred) < 80


def test_all_others_are_supplied_where_the_recipient_is(reported):
    elsewhere = [row for e, _, rtin, _, row in reported if row["pos"] not in (rtin[:2], e.stin.state)]
    assert elsewhere == []


def test_every_place_of_supply_exists(reported):
    assert {row["pos"] for *_, row in reported} <= PLACES_OF_SUPPLY


def test_operators_and_nobody_else_report_what_others_sold_through_them(reported):
    for event, section, _, seller, _ in reported:
        assert (event.stin[13] == "C") is (section in ("ecom", "ecoma")) is bool(seller)


def test_who_sells_through_an_operator_is_of_its_state(reported):
    assert all(seller[:2] == event.stin.state for event, _, _, seller, _ in reported if seller)


# Numbers and dates


def test_a_number_is_used_once_in_a_financial_year(first_time, reported, number_of, date_of):
    seen = defaultdict(set)
    for event, section, rtin, _, row in reported:
        year = financial_year(wire_date(date_of(row)))
        seen[event.stin, year, number_of(row)].add((section, rtin, date_of(row), event.form, event.period))
    assert all(len(documents) == 1 for documents in seen.values())
    assert len(seen) == len(first_time)


def test_every_number_is_one_that_gstn_takes(reported, number_of):
    assert all(document_number(number_of(row)) for *_, row in reported)


def test_numbers_say_whose_they_are_and_of_which_year(world, reported, number_of):
    prefix = {c.gstin: c.prefix for c in world.companies()}
    assert all(number_of(row).startswith(f"{prefix[e.stin]}/25-26/") for e, *_, row in reported)


def test_later_documents_have_higher_numbers(first_time, number_of, date_of):
    issued = defaultdict(list)
    for event, section, *_, row in first_time:
        if section in NEW and event.form is not Form.R1A:
            issued[event.stin].append((wire_date(date_of(row)), number_of(row)))
    for documents in issued.values():
        documents.sort(key=lambda found: found[1])
        assert all(a[0] <= b[0] for a, b in pairwise(documents))


def test_numbers_run_out_rather_than_grow_too_long():
    numbers = Numbers(companies(1, 1, "supplier")[0], Period(2026, 3))
    for _ in range(9_999):
        last = numbers.next()
    assert last.endswith("/25-26/129999")
    with pytest.raises(Invalid, match="17 characters"):
        numbers.next()


def test_a_document_is_of_the_month_of_its_return(reported, date_of):
    assert all(Period.of(wire_date(date_of(row))) == event.period for event, *_, row in reported)


def test_nothing_is_saved_before_it_is_issued(reported, date_of):
    assert all(wire_date(date_of(row)) < event.at.date() for event, *_, row in reported)


# Amendments


def test_every_amendment_names_a_document_of_the_period_before(reported, number_of, date_of):
    before = {(e.stin, number_of(row)): (e.period, s, rtin, date_of(row)) for e, s, rtin, _, row in reported}
    for event, section, rtin, _, row in reported:
        if section not in NEW:
            number, day = row.get("oinum", row.get("ont_num")), row.get("oidt", row.get("ont_dt"))
            period, was, to, issued = before[event.stin, number]
            assert (Section(was), to, issued) == (Section(section).original, rtin, day)
            assert period == (event.period if event.form is Form.R1A else event.period.previous())


def test_an_amendment_is_saved_after_its_original_was_filed(events, reported, number_of):
    filed = {(e.stin, e.form, e.period): e.at for e in events if isinstance(e, File)}
    home = {(e.stin, number_of(row)): (e.stin, e.form, e.period) for e, *_, row in reported}
    for event, section, *_, row in reported:
        if section not in NEW:
            assert filed[home[event.stin, row.get("oinum", row.get("ont_num"))]] < event.at


def test_a_document_is_amended_once(reported):
    originals = Counter((e.stin, r.get("oinum", r.get("ont_num"))) for e, s, *_, r in reported if s not in NEW)
    assert max(originals.values()) == 1


@pytest.mark.parametrize("section", ["b2ba", "b2bcna", "b2bdna", "ecoma"])
def test_amendments_go_up_and_down(reported, number_of, section):
    before = {(e.stin, number_of(row)): row["val"] for e, *_, row in reported}
    changes = [
        row["val"] - before[e.stin, row.get("oinum", row.get("ont_num"))] for e, s, *_, row in reported if s == section
    ]
    assert min(changes) < 0 < max(changes)


def test_nothing_is_amended_that_never_was_in_ims(reported):
    assert all(row.get("rchrg", "N") == "N" for _, section, *_, row in reported if section not in NEW)


# Forms and filing


def test_the_form_follows_period_and_frequency(world, reported):
    quarterly = {c.gstin for c in world.companies() if c.quarterly}
    for event, *_ in reported:
        if event.form is not Form.R1A:
            iff = event.stin in quarterly and event.period.month != 12
            assert event.form is (Form.IFF if iff else Form.R1)


def test_iff_has_no_amendments(reported):
    assert {section for event, section, *_ in reported if event.form is Form.IFF} == {"b2b", "b2bcn", "b2bdn"}


def test_one_supplier_files_a_gstr_1a(reported):
    found = [(event, section) for event, section, *_ in reported if event.form is Form.R1A]
    assert {section for _, section in found} == {"b2ba", "b2b"}
    assert len(found) == 2
    assert {event.period for event, _ in found} == {Period(2025, 10)}


def test_a_gstr_1a_comes_after_its_gstr_1(events):
    amended = next(e for e in events if isinstance(e, File) and e.form is Form.R1A)
    usual = next(e for e in events if isinstance(e, File) and (e.stin, e.period) == (amended.stin, amended.period))
    assert usual.form is Form.R1
    assert usual.at < amended.at
    assert amended.at.date() < date(2025, 11, 20)  # the supplier's own GSTR-3B ends it


def test_a_return_is_filed_once(events):
    filed = Counter((e.stin, e.form, e.period) for e in events if isinstance(e, File))
    assert max(filed.values()) == 1


def test_nothing_is_saved_after_filing(events):
    filed = {(e.stin, e.form, e.period): e.at for e in events if isinstance(e, File)}
    for event in events:
        if isinstance(event, Save):
            key = (event.stin, event.form, event.period)
            assert key not in filed or event.at < filed[key]


def test_returns_are_filed_in_time(world, events):
    quarterly = {c.gstin for c in world.companies() if c.quarterly}
    for event in events:
        if isinstance(event, File) and event.form is not Form.R1A:
            last = event.period.next().first_day + timedelta(days=12 if event.stin in quarterly else 10)
            assert last - timedelta(days=1) <= event.at.date() <= last


def test_three_suppliers_have_saved_december_and_not_filed_it(world, events):
    december = Period(2025, 12)
    saved = {e.stin for e in events if isinstance(e, Save) and e.period == december}
    filed = {e.stin for e in events if isinstance(e, File) and e.period == december}
    assert len(saved - filed) == 3
    assert saved - filed <= {c.gstin for c in world.suppliers if not c.quarterly}


def test_all_else_is_filed(events):
    for period in (Period(2025, 10), Period(2025, 11)):
        saved = {(e.stin, e.form) for e in events if isinstance(e, Save) and e.period == period}
        filed = {(e.stin, e.form) for e in events if isinstance(e, File) and e.period == period}
        assert saved <= filed


def test_a_month_is_saved_in_parts(events):
    parts = Counter((e.stin, e.period) for e in events if isinstance(e, Save))
    assert 2 <= sum(parts.values()) / len(parts) <= 4


def test_saves_are_from_the_5th_to_the_9th_of_the_next_month(events):
    for event in events:
        if isinstance(event, Save) and event.form is not Form.R1A:
            first = event.period.first_day + timedelta(days=4)
            assert first <= event.at.date() <= event.period.next().first_day + timedelta(days=8)


# Edits


def edits(reported, number_of):
    seen, found = {}, []
    for event, section, rtin, _, row in reported:
        key = (event.stin, number_of(row))
        if key in seen:
            found.append((event, section, rtin, seen[key], row))
        seen[key] = row
    return found


def test_one_document_is_deleted(reported):
    deleted = [event for event, *_, row in reported if row.get("flag") == "D"]
    assert [event.period for event in deleted] == [Period(2025, 10)]


def test_documents_are_edited_in_every_period(reported, number_of):
    counts = Counter(str(event.period) for event, *_ in edits(reported, number_of))
    assert counts == {"102025": 8, "112025": 8, "122025": 8}


def test_an_edit_changes_the_amounts_and_not_the_names(reported, number_of):
    for _, _, _, before, after in edits(reported, number_of):
        if after.get("flag") == "D":
            assert {**before, "flag": "D"} == after
        else:
            assert before["val"] != after["val"]
            assert {**before, "val": 0, "itms": 0} == {**after, "val": 0, "itms": 0}


# The parts


@pytest.mark.parametrize(
    ("frequency", "month", "form"),
    [("monthly", 10, Form.R1), ("quarterly", 10, Form.IFF), ("quarterly", 11, Form.IFF), ("quarterly", 12, Form.R1)],
)
def test_the_third_month_of_a_quarter_is_for_gstr_1(frequency, month, form):
    company = companies(1, 1, "supplier", quarterly=int(frequency == "quarterly"))[0]
    assert form_of(company, Period(2025, month)) is form


def test_a_moment_is_in_india():
    assert moment(Period(2025, 10), 5, 17, 9).isoformat() == "2025-10-05T17:09:00+05:30"
