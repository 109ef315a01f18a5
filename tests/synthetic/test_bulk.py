"""As many documents as wanted: exactly so many, right ones, in time, and without holding them."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from datetime import datetime
from decimal import Decimal
from itertools import islice, pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gst_ims.core.clock import IST
from gst_ims.core.document import document_number, wire_date
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.synthetic import File, Save, sized

NOVEMBER = Period(2025, 11)


def count(world, flatten):
    return sum(1 for e in world.events() if isinstance(e, Save) for _ in flatten(e.body))


# How many


@pytest.mark.parametrize("documents", [1, 2, 99, 100, 101, 12_345])
def test_there_are_exactly_as_many_documents_as_wanted(documents, flatten):
    assert count(sized(documents), flatten) == documents


@given(st.integers(1, 300), st.integers(1, 9), st.integers(1, 9), st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_however_they_are_spread(documents, recipients, suppliers, seed):
    world = sized(documents, recipients, suppliers, seed)
    rows = sum(
        len(group.get("inv", group.get("nt")))
        for e in world.events()
        if isinstance(e, Save)
        for table in ("b2b", "cdnr")
        for group in e.body.get(table, [])
    )
    assert rows == documents


def test_they_are_spread_evenly_over_recipients(bulk_world, bulk_reported):
    counts = Counter(rtin for _, _, rtin, _, _ in bulk_reported)
    assert counts.keys() == {c.gstin for c in bulk_world.recipients}
    assert max(counts.values()) - min(counts.values()) <= 1


def test_they_are_spread_evenly_over_suppliers(bulk_world, bulk_reported):
    counts = Counter(e.stin for e, *_ in bulk_reported)
    assert counts.keys() == {c.gstin for c in bulk_world.suppliers}
    assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize(("documents", "suppliers"), [(1, 1), (250, 2), (10_000, 100), (10_000_000, 2_000)])
def test_there_is_a_supplier_for_each_hundred_documents(documents, suppliers):
    assert len(sized(documents).suppliers) == suppliers


def test_a_body_has_at_most_ten_thousand_documents(flatten):
    parts = [sum(1 for _ in flatten(e.body)) for e in sized(25_000, suppliers=1).events() if isinstance(e, Save)]
    assert parts == [10_000, 10_000, 5_000]


@pytest.mark.parametrize(("documents", "recipients", "suppliers"), [(0, 1, 1), (1, 0, 1), (1, 1, 0)])
def test_nothing_of_something_is_refused(documents, recipients, suppliers):
    with pytest.raises(ValueError, match="at least one"):
        sized(documents, recipients, suppliers)


def test_more_than_the_numbers_can_tell_apart_is_refused():
    with pytest.raises(ValueError, match="9,999,999"):
        sized(10_000_000, suppliers=1)


def test_a_period_that_does_not_exist_is_refused():
    with pytest.raises(Invalid, match="Month 13"):
        sized(1, period="132025")


# When


def test_events_are_in_the_order_of_time(bulk_events):
    assert all(a.at <= b.at for a, b in pairwise(bulk_events))


def test_all_is_filed_by_the_eleventh(bulk_events):
    assert datetime(2025, 12, 1, tzinfo=IST) <= bulk_events[0].at
    assert bulk_events[-1].at < datetime(2025, 12, 11, tzinfo=IST)


def test_each_supplier_saves_and_then_files(bulk_events):
    assert [type(e) for e in bulk_events] == [Save, File] * 11
    assert all(a.stin == b.stin for a, b in zip(bulk_events[::2], bulk_events[1::2], strict=True))


def test_every_form_is_gstr_1_of_the_period(bulk_events):
    assert {(e.form, e.period) for e in bulk_events} == {(Form.R1, NOVEMBER)}


def test_another_period_may_be_wanted():
    world = sized(10, period="022024")
    save = next(iter(world.events()))
    assert save.body["fp"] == "022024"
    assert save.at.date().isoformat() == "2024-03-01"
    assert "/2324/" in save.body["b2b"][0]["inv"][0]["inum"]


# Right ones


def test_every_value_is_the_sum_of_taxable_value_and_tax(bulk_reported, totals):
    assert all(sum(totals(row).values()) == row["val"] for *_, row in bulk_reported)


def test_tax_fits_the_place_of_supply(bulk_reported, totals):
    insides = set()
    for event, _, rtin, _, row in bulk_reported:
        amounts = totals(row)
        inside = row["pos"] == event.stin.state
        insides.add(inside)
        assert row["pos"] == rtin[:2]
        assert (amounts["iamt"] == 0) is inside
        assert amounts["camt"] == amounts["samt"]
        assert (amounts["camt"] > 0) is inside
    assert insides == {True, False}


def test_tax_is_that_of_the_rate(bulk_reported):
    for *_, row in bulk_reported:
        (item,) = row["itms"]
        detail = item["itm_det"]
        tax = detail["iamt"] + detail["camt"] + detail["samt"]
        assert abs(tax - detail["txval"] * detail["rt"] / 100) <= Decimal("0.01")


def test_amounts_have_two_decimals(bulk_reported):
    for *_, row in bulk_reported:
        amounts = [row["val"], *(v for k, v in row["itms"][0]["itm_det"].items() if k != "rt")]
        assert {amount.as_tuple().exponent for amount in amounts} == {-2}


def test_amounts_differ(bulk_reported):
    assert len({row["val"] for *_, row in bulk_reported}) > 2_800


def test_invoices_and_notes_are_mixed(bulk_reported):
    counts = Counter(section for _, section, *_ in bulk_reported)
    assert counts == {"b2b": 2_550, "b2bcn": 300, "b2bdn": 150}


def test_all_rates_come_in_all_sections(bulk_reported):
    pairs = {(section, row["itms"][0]["itm_det"]["rt"]) for _, section, *_, row in bulk_reported}
    assert pairs == {(section, rate) for section in ("b2b", "b2bcn", "b2bdn") for rate in (5, 18)}


def test_numbers_come_once(bulk_reported, number_of):
    numbers = {(e.stin, document_number(number_of(row))) for e, *_, row in bulk_reported}
    assert len(numbers) == 3_000


def test_numbers_come_once_over_several_bodies(flatten, number_of):
    rows = [r for e in sized(25_000, suppliers=1).events() if isinstance(e, Save) for *_, r in flatten(e.body)]
    assert len({number_of(row) for row in rows}) == 25_000


def test_documents_are_of_the_period(bulk_reported, date_of):
    days = {wire_date(date_of(row)) for *_, row in bulk_reported}
    assert {Period.of(day) for day in days} == {NOVEMBER}
    assert {day.day for day in days} == set(range(1, 31))


def test_a_body_is_json(bulk_events):
    encoder = msgspec.json.Encoder(decimal_format="number")
    for event in bulk_events:
        if isinstance(event, Save):
            assert msgspec.json.decode(encoder.encode(event.body))["fp"] == "112025"


def test_recipients_and_suppliers_are_different_companies(bulk_world):
    gstins = [c.gstin for c in bulk_world.companies()]
    assert len(set(gstins)) == len(gstins) == 18


# Determinism and streaming


def test_the_same_seed_makes_the_same_documents(bulk_events):
    assert list(sized(3_000, recipients=7, suppliers=11).events()) == bulk_events


def test_another_seed_makes_others(bulk_events):
    assert next(iter(sized(3_000, recipients=7, suppliers=11, seed=2).events())) != bulk_events[0]


def test_the_beginning_of_ten_million_takes_little_memory(flatten):
    tracemalloc.start()
    try:
        world = sized(10_000_000, recipients=1_000)
        rows = (row for e in world.events() if isinstance(e, Save) for row in flatten(e.body))
        assert len(list(islice(rows, 1_000))) == 1_000
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_only_one_body_is_held_at_a_time():
    events = sized(40_000, suppliers=4).events()
    tracemalloc.start()
    try:
        for _ in events:
            pass
        one_body = 10_000 * 2_500
        assert tracemalloc.get_traced_memory()[1] < 3 * one_body
    finally:
        tracemalloc.stop()
