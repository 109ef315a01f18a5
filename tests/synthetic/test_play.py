"""Playing a world into a portal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from gst_ims.core.clock import IST, SystemClock
from gst_ims.core.period import Period
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.portal.context import Portal, Settings
from gst_ims.portal.context import queries as installation
from gst_ims.portal.start import install, open_portal
from gst_ims.synthetic.events import Act, Distribution, Event, File, Imports, Save
from gst_ims.synthetic.people import Role, companies, make_gstin, register
from gst_ims.synthetic.play import play
from gst_ims.synthetic.story import story
from gst_ims.synthetic.world import NOW, World

TABLES = ("record", "trail", "outward", "outward_return", "action_request", "filing_request", "taxpayer")


class PowerCut(Exception):
    """The telling is interrupted."""


def small() -> World:
    """Two recipients, five suppliers, two months."""
    group = companies(7, 2, Role.RECIPIENT, states=("27", "29"))
    suppliers = companies(7, 5, Role.SUPPLIER, states=("27", "24", "33"), quarterly=1)
    head = register(
        make_gstin(group[0].gstin.state, group[0].gstin.pan, entity="2"),
        "Head Office",
        taxpayer_type="Input Service Distributor",
    )
    others = [head, *companies(7, 1, Role.SEZ, states=("24",))]
    return World(7, group, suppliers, Period(2025, 10), 2, 80, others)


def cut_after(events: int) -> World:
    """The same, but the lights go out after some events."""

    def plot(world: World) -> Iterator[Event]:
        for told, event in enumerate(story(world)):
            if told == events:
                raise PowerCut
            yield event

    return replace(small(), plot=plot)


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(small().events())


def contents(portal: Portal) -> dict[str, set[str]]:
    """What stands in the tables, but for what is random: reference ids, acknowledgements and the present moment."""
    columns = {
        "record": "rtin, section, stin, number, period, form, hash, action, remarks, edits, filed_at, period_2b",
        "trail": "rtin, event, section, stin, number, period, form, was, became, at",
        "outward": "stin, period, form, section, number, rtin, hash, filed_at, action, remarks",
        "outward_return": "stin, period, form, filed_at",
        "action_request": "rtin, kind, received_at, status, applied, refused",
        "filing_request": "stin, kind, period, form, received_at, status",
        "taxpayer": "gstin, username, trade_name, filing_frequency, taxpayer_type, registered_on",
    }
    with portal.transaction() as db:
        return {
            table: {row.text for row in db.execute(f"select ({columns[table]})::text as text from {table}").fetchall()}
            for table in TABLES
        }


def told(portal: Portal) -> int:
    with portal.transaction() as db:
        return installation.installation(db).demo_events


@pytest.fixture(scope="module")
def played(server: EmbeddedServer) -> Iterator[Portal]:
    """A portal into which the small world has been played."""
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("drop database if exists played with (force)")
        db.execute("create database played template ims")
    with open_portal(server.url_of("played"), Settings(test_mode=True), pool_size=2) as portal:
        install(portal)
        play(portal, small())
        yield portal


def test_a_second_play_does_nothing(played: Portal) -> None:
    before = contents(played)
    assert play(played, small()) == 0
    assert contents(played) == before


def test_the_portal_knows_how_much_has_been_told(played: Portal, events: list[Event]) -> None:
    assert told(played) == len(events) + len(small().closings())


def test_at_the_end_the_clock_stands_where_the_story_does(played: Portal) -> None:
    assert timedelta(0) <= played.clock.now() - NOW < timedelta(minutes=3)


def test_a_second_play_leaves_a_clock_alone_that_was_moved_meanwhile(played: Portal) -> None:
    with played.transaction() as db:
        before = installation.clock_offset(db)
        installation.move_clock(db, clock_offset=NOW + timedelta(days=9) - SystemClock().now())
    play(played, small())
    assert played.clock.now() > NOW + timedelta(days=8)
    with played.transaction() as db:
        installation.move_clock(db, clock_offset=before)


def test_no_job_is_left_to_be_found_done(played: Portal) -> None:
    """A worker that starts after the demo would log each."""
    with played.transaction() as db:
        assert db.execute("select task_name, args from procrastinate_jobs").fetchall() == []


def test_everybody_is_registered(played: Portal) -> None:
    with played.transaction() as db:
        registered = {row.gstin for row in db.execute("select gstin from taxpayer").fetchall()}
    assert {company.gstin for company in small().companies()} <= registered


def test_an_interrupted_telling_goes_on_to_the_same_end(portal: Portal, played: Portal, events: list[Event]) -> None:
    for after in (0, 3, len(events) // 2):
        with pytest.raises(PowerCut):
            play(portal, cut_after(after))
        assert told(portal) == after
    assert play(portal, small()) == len(events) + len(small().closings()) - len(events) // 2
    assert contents(portal) == contents(played)


@pytest.mark.parametrize("kind", [Save, File, Act, Imports])
@pytest.mark.parametrize("step", ["gst_ims.portal.action.service.process", "gst_ims.portal.context.queries.tell_demo"])
def test_an_event_that_was_cut_in_two_is_told_to_its_end(
    portal: Portal, events: list[Event], monkeypatch: pytest.MonkeyPatch, kind: type[Event], step: str
) -> None:
    """The lights go out when the request is taken and not processed, or when it is processed and not counted."""
    before = next(position for position, event in enumerate(events) if isinstance(event, kind))
    with pytest.raises(PowerCut):
        play(portal, cut_after(before))

    def go_out(*_: object, **__: object) -> None:
        raise PowerCut

    with monkeypatch.context() as dark:
        dark.setattr(step, go_out)
        with pytest.raises(PowerCut):
            play(portal, cut_after(before + 1))
    assert told(portal) in (before, before + 1)
    with pytest.raises(PowerCut):
        play(portal, cut_after(before + 2))
    assert told(portal) == before + 2


def test_the_portal_refuses_nothing_of_the_story(played: Portal) -> None:
    with played.transaction() as db:
        requests = db.execute("select error_code, errors from filing_request where status <> 'P'").fetchall()
        requests += db.execute("select error_code, errors from action_request where status <> 'P'").fetchall()
    assert requests == []


def test_the_periods_of_the_story_are_closed(played: Portal) -> None:
    with played.transaction() as db:
        closed = db.execute("select rtin, period, filed_at from closing").fetchall()
    assert sorted((row.rtin, Period.of(row.period), row.filed_at.astimezone(IST)) for row in closed) == sorted(
        (closing.rtin, closing.period, closing.at) for closing in small().closings()
    )


@pytest.mark.parametrize("kind", [Save, File, Act, Imports, Distribution])
def test_the_small_world_has_every_kind_of_event(events: list[Event], kind: type[Event]) -> None:
    """Or these tests would say little."""
    assert [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize("kind", [Save, Act])
def test_what_happens_is_recorded_at_the_time_of_the_story(
    played: Portal, events: list[Event], kind: type[Event]
) -> None:
    table = "filing_request" if kind is Save else "action_request"
    with played.transaction() as db:
        rows = db.execute(f"select received_at from {table} where kind = 'SAVE'").fetchall()
    moments = sorted(event.at for event in events if isinstance(event, kind))
    assert sorted(row.received_at.astimezone(IST) for row in rows) == moments


def test_decisions_stand_on_the_records(played: Portal) -> None:
    with played.transaction() as db:
        row = db.execute("select count(distinct action) as n from record where action <> 'N'").fetchone()
    assert row.n >= 2


def test_no_job_is_left_that_is_not_harmless(played: Portal) -> None:
    """Playing does the work itself; what stands in the queue finds its request finished."""
    with played.transaction() as db:
        open_requests = db.execute("""
            select reference_id from filing_request where finished_at is null
             union all
            select reference_id from action_request where finished_at is null""").fetchall()
    assert open_requests == []
