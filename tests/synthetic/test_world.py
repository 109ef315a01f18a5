"""The demo's cast, its calendar, and that the same seed tells the same story."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice, pairwise

import msgspec
import pytest

from gst_ims.core.clock import IST
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.synthetic import NOW, Act, Closing, Distribution, File, Imports, Reset, Save, demo, sized

# Who is in it


def test_the_group_has_three_monthly_recipients_and_a_quarterly_one(world):
    assert [(c.gstin.state, c.filing_frequency) for c in world.recipients] == [
        ("27", "monthly"),
        ("24", "monthly"),
        ("29", "monthly"),
        ("33", "quarterly"),
    ]


def test_all_of_the_group_have_its_name(world):
    assert all(c.trade_name.startswith("Saraswati ") for c in world.recipients)


def test_there_are_forty_suppliers(world):
    assert len(world.suppliers) == 40
    assert sum(c.quarterly for c in world.suppliers) == 6
    assert sum(c.gstin[13] == "C" for c in world.suppliers) == 3


def test_everybody_is_registered_once(world):
    gstins = [c.gstin for c in world.companies()]
    assert len(set(gstins)) == len(gstins) == 4 + 40 + len(world.others)


def test_a_distributor_shares_its_recipients_pan(world):
    distributors = [c for c in world.others if c.taxpayer_type == "Input Service Distributor"]
    assert [c.gstin.pan for c in distributors] == [world.recipients[0].gstin.pan, world.recipients[2].gstin.pan]


def test_every_gstin_of_the_world_is_right(world):
    assert all(Gstin.parse(c.gstin) for c in world.companies())


def test_everybody_who_does_something_is_registered(world, events):
    known = {c.gstin for c in world.companies()}
    suppliers = {e.stin for e in events if isinstance(e, Save | File)}
    recipients = {e.rtin for e in events if isinstance(e, Act | Reset | Imports | Distribution)}
    assert suppliers | recipients <= known


def test_everybody_named_in_a_return_is_registered(world, reported):
    known = {c.gstin for c in world.companies()} | {""}
    assert {found for _, _, rtin, seller, _ in reported for found in (rtin, seller)} <= known


def test_the_group_sells_too(world, reported):
    group = {c.gstin for c in world.recipients}
    inside = [e for e, _, rtin, _, _ in reported if e.stin in group and rtin in group]
    assert {e.stin for e in inside} == group


def test_nobody_sells_to_itself(reported):
    assert all(rtin not in (e.stin, seller) for e, _, rtin, seller, _ in reported)


# When


def test_the_story_ends_when_gstr_2b_of_december_is_out(world):
    assert world.end == NOW == datetime.fromisoformat("2026-01-15T10:00+05:30")


def test_the_last_period_is_december(world):
    assert (world.first, world.last, world.periods) == (Period(2025, 10), Period(2025, 12), 3)


def test_events_are_in_the_order_of_time(events):
    assert all(a.at <= b.at for a, b in pairwise(events))


def test_events_have_an_offset(events):
    assert all(e.at.utcoffset() == timedelta(hours=5, minutes=30) for e in events)


def test_nothing_happens_before_the_story_or_after_it(events):
    assert datetime(2025, 10, 5, tzinfo=IST) <= events[0].at
    assert events[-1].at <= NOW


def test_something_happens_on_the_last_day(events):
    assert events[-1].at > NOW - timedelta(hours=1, minutes=1)


def test_a_taxpayer_does_one_thing_at_a_time(events):
    """IMS takes one request of a recipient at a time (R2.18)."""
    moments = Counter((e.rtin, e.at) for e in events if isinstance(e, Act | Reset))
    assert max(moments.values()) == 1


# How much


def test_there_are_about_two_thousand_documents(world, reported, number_of):
    documents = {(e.stin, number_of(row)) for e, _, _, _, row in reported}
    assert world.documents == 2_000
    assert 1_900 <= len(documents) <= 2_100


def test_some_suppliers_sell_more_than_others(reported):
    counts = Counter(e.stin for e, *_ in reported)
    assert max(counts.values()) > 3 * min(counts.values())


# Determinism


def test_the_same_seed_tells_the_same_story(events):
    assert list(demo().events()) == events


def test_a_world_tells_its_story_as_often_as_wanted(world, events):
    assert list(world.events()) == events


def test_two_readers_do_not_disturb_each_other(world, events):
    one, two = world.events(), world.events()
    read = [(next(one), next(two)) for _ in range(100)]
    assert [a for a, _ in read] == [b for _, b in read] == events[:100]


def test_worlds_of_the_same_fields_are_equal(world):
    assert demo(2025) == world
    assert demo(7) != world


def test_another_seed_tells_another_story(world):
    other = demo(7)
    assert {c.gstin for c in other.suppliers}.isdisjoint(c.gstin for c in world.suppliers)
    assert len(list(other.events())) > 500


def test_the_story_is_the_same_to_the_byte_wherever_it_is_told(events):
    """A change here changes everybody's demo: do it knowingly."""
    encoder = msgspec.json.Encoder(decimal_format="number")
    bodies = [(str(e.at), e.body) for e in events if isinstance(e, Save | Act | Reset)]
    assert sha256(encoder.encode(bodies)).hexdigest()[:16] == "52324336bd11afa0"


@pytest.mark.parametrize("periods", [1, 2, 4])
def test_a_shorter_story_begins_as_the_longer_one(world, events, periods):
    made = list(replace(world, periods=periods, documents=667 * periods).events())
    early = datetime(2025, 11, 5, tzinfo=IST)
    assert [e for e in made if e.at < early] == [e for e in events if e.at < early]


def test_a_story_may_go_on_into_the_next_financial_year(world, flatten, number_of):
    long = replace(world, first=Period(2026, 2), periods=3, documents=300)
    numbers = [number_of(r) for e in long.events() if isinstance(e, Save) for *_, r in flatten(e.body)]
    assert {n[4:9] for n in numbers} == {"25-26", "26-27"}


def test_a_world_without_operators_or_distributors_goes_on(world):
    poor = replace(world, suppliers=world.suppliers[:2], others=[], documents=60)
    kinds = {type(e) for e in poor.events()}
    assert {Save, File, Act} <= kinds
    assert not {Imports, Distribution} & kinds


def test_a_world_of_one_operator_and_nobody_who_sells_has_no_documents(world):
    lonely = replace(world, suppliers=world.suppliers[-1:], recipients=world.recipients[3:], others=[])
    assert not [e for e in lonely.events() if isinstance(e, Save)]


# On the wire


def test_every_body_is_json(events):
    encoder = msgspec.json.Encoder(decimal_format="number")
    for event in events:
        if isinstance(event, Save | Act | Reset):
            assert msgspec.json.decode(encoder.encode(event.body))


def test_no_amount_is_a_float(events):
    def leaves(value):
        if isinstance(value, dict):
            value = list(value.values())
        if isinstance(value, list):
            for inner in value:
                yield from leaves(inner)
        else:
            yield value

    kinds = {type(leaf).__name__ for e in events if isinstance(e, Save | Act | Reset) for leaf in leaves(e.body)}
    assert kinds == {"str", "int", "Decimal"}


# GSTR-3B


def test_monthly_recipients_close_each_month_but_the_last(world):
    monthly = [c.gstin for c in world.recipients if not c.quarterly]
    assert world.closings() == [
        Closing(datetime(after.year, after.month, 20, 18, tzinfo=IST), rtin, after.previous())
        for after in (Period(2025, 11), Period(2025, 12))
        for rtin in monthly
    ]


def test_a_quarterly_recipient_closes_its_quarter_on_the_22nd(world):
    quarterly = world.recipients[3].gstin
    closings = replace(world, periods=4).closings()
    assert [c for c in closings if c.rtin == quarterly] == [
        Closing(datetime(2026, 1, 22, 18, tzinfo=IST), quarterly, Period(2025, 12))
    ]


def test_closings_are_in_the_order_of_time(world):
    closings = replace(world, periods=7).closings()
    assert all(a.at <= b.at for a, b in pairwise(closings))


def test_a_world_shows_itself_without_its_plot():
    assert "plot" not in repr(sized(10))


def test_the_beginning_can_be_read_without_the_rest(world):
    assert len(list(islice(world.events(), 3))) == 3
