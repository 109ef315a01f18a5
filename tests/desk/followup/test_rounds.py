"""The round that goes by itself: readings that are due, alerts once each, digests outside of quiet hours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api import PUNE
from tests.desk.followup.conftest import Mailbox, deliver_all, put_sales

from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.followup import rounds
from gst_ims.desk.followup import settings as setting
from gst_ims.desk.followup.messages import WAITS, messages
from gst_ims.desk.followup.post import Post
from gst_ims.desk.followup.rounds import alerts, due, last_slot, look, see
from gst_ims.desk.followup.settings import Settings
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role

LARGE = {"igst": 2_00_000_00, "section": "cdnr", "note_type": "C"}


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=IST)


def queued(desk: Desk, task: str) -> int:
    """How many jobs of a kind wait."""
    with desk.house() as db:
        sql = "select count(*) as n from procrastinate_jobs where task_name = %s and status = 'todo'"
        return db.execute(sql, [task]).fetchone().n  # type: ignore[union-attr]


def test_a_large_rejection_is_told_once_to_everybody_with_a_duty(
    desk: Desk, house: Gstin, eka: Person, hire: Callable[..., Person], post: Post, mailbox: Mailbox
) -> None:
    hire("Farah", house, Role.VIEWER)
    put_sales(desk, house, LARGE)
    for _ in range(3):
        look(desk, house)
        deliver_all(desk, post, house)
    assert sorted(mail["To"] for mail in mailbox.mails) == ["eka@example.in", "farah@example.in"]
    text = mailbox.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "URGENT" in text
    assert f"{PUNE} rejected INV-1, tax ₹ 2,00,000.00" in text
    assert mailbox.mails[0]["Subject"] == "Konkan Traders: 1 alert from the desk, urgent"
    assert [(it.kind, it.told_at is not None) for it in alerts(desk, eka, house)] == [("rejected", True)]


def test_who_is_gone_is_told_nothing(
    desk: Desk, house: Gstin, eka: Person, hire: Callable[..., Person], post: Post, mailbox: Mailbox
) -> None:
    hire("Farah", house, Role.VIEWER)
    people.revoke(desk, eka, house, "Farah", Role.VIEWER)
    put_sales(desk, house, LARGE)
    look(desk, house)
    deliver_all(desk, post, house)
    assert [mail["To"] for mail in mailbox.mails] == ["eka@example.in"]


def test_in_quiet_hours_even_what_is_urgent_waits(
    desk: Desk, house: Gstin, eka: Person, clock: FixedClock, post: Post, mailbox: Mailbox
) -> None:
    put_sales(desk, house, LARGE)
    clock.at = at("2025-11-05T20:00")
    look(desk, house)
    clock.at = at("2025-11-06T07:59")
    look(desk, house)
    assert messages(desk, eka, house) == []
    clock.at = at("2025-11-06T08:00")
    look(desk, house)
    deliver_all(desk, post, house)
    assert len(mailbox.mails) == 1


def test_a_digest_that_is_tried_again_in_quiet_hours_waits_for_their_end(
    desk: Desk, house: Gstin, eka: Person, clock: FixedClock, post: Post, mailbox: Mailbox
) -> None:
    put_sales(desk, house, LARGE)
    clock.at = at("2025-11-05T19:59")
    look(desk, house)
    mailbox.busy = 1
    deliver_all(desk, post, house)
    clock.at = at("2025-11-05T20:01")
    deliver_all(desk, post, house)
    assert mailbox.mails == []
    assert [(it.state, it.attempts, it.words) for it in messages(desk, eka, house)] == [("queued", 1, WAITS)]
    clock.at = at("2025-11-06T08:01")
    before = queued(desk, "desk:deliver")
    look(desk, house)
    assert queued(desk, "desk:deliver") == before + 1
    deliver_all(desk, post, house)
    assert len(mailbox.mails) == 1


def test_what_is_not_urgent_waits_for_the_hour_of_digests(
    desk: Desk, house: Gstin, eka: Person, clock: FixedClock
) -> None:
    """Three days before the due date of GSTR-3B, at ten: the next digest is at nine."""
    clock.at = at("2025-11-17T10:00")
    look(desk, house)
    assert ([it.kind for it in alerts(desk, eka, house)], messages(desk, eka, house)) == (["gstr_3b"], [])
    clock.at = at("2025-11-18T08:45")
    look(desk, house)
    assert messages(desk, eka, house) == []
    clock.at = at("2025-11-18T09:00")
    look(desk, house)
    assert [it.kind for it in messages(desk, eka, house)] == ["digest"]


def test_alerts_are_seen_by_the_first_who_says_so(
    desk: Desk, house: Gstin, eka: Person, hire: Callable[..., Person]
) -> None:
    put_sales(desk, house, LARGE)
    look(desk, house)
    (alert,) = alerts(desk, eka, house, seen=False)
    farah = hire("Farah", house, Role.VIEWER)
    assert see(desk, farah, house, [alert.id]) == 1
    assert see(desk, eka, house, [alert.id]) == 0
    assert alerts(desk, eka, house, seen=False) == []
    assert [it.seen_by for it in alerts(desk, eka, house, seen=True)] == ["Farah"]


def test_alerts_of_another_desk_are_out_of_reach(
    desk: Desk, house: Gstin, eka: Person, seller: Gstin, deepa: Person
) -> None:
    put_sales(desk, house, LARGE)
    look(desk, house)
    (alert,) = alerts(desk, eka, house)
    for do in (lambda: alerts(desk, deepa, house), lambda: see(desk, deepa, house, [alert.id])):
        with pytest.raises(NotAllowed):
            do()
    assert see(desk, deepa, seller, [alert.id]) == 0
    assert alerts(desk, eka, house)[0].seen_by is None


def test_a_round_looks_at_every_desk_and_the_worker_does_it(
    desk: Desk, house: Gstin, eka: Person, seller: Gstin, run_jobs: Callable[[], None], mailbox: Mailbox
) -> None:
    put_sales(desk, house, LARGE)
    rounds.begin(desk)
    assert queued(desk, "desk:look") == 2
    run_jobs()
    assert [mail["To"] for mail in mailbox.mails] == ["eka@example.in"]


def test_without_a_schedule_nothing_is_read(desk: Desk, house: Gstin) -> None:
    look(desk, house)
    assert queued(desk, "desk:sync") == 0


@pytest.mark.parametrize(
    ("read_at", "requested"),
    [(None, 1), ("2025-11-05T06:59", 1), ("2025-11-05T07:00", 0), ("2025-11-05T09:00", 0)],
)
def test_a_reading_is_requested_once_its_hour_has_struck(
    desk: Desk, house: Gstin, eka: Person, read_at: str | None, requested: int
) -> None:
    setting.put(desk, eka, house, "schedule", [7, 14])
    if read_at is not None:
        with desk.of([house]) as db:
            for number, side in enumerate(("inward", "sales"), 1):
                db.execute(
                    "insert into desk.sync (gstin, id, side, began_at) values (%s, %s, %s, %s)",
                    [house, number, side, at(read_at)],
                )
    look(desk, house)
    assert (queued(desk, "desk:sync"), queued(desk, "desk:sync_sales")) == (requested, requested)


@pytest.mark.parametrize(
    ("hours", "now", "slot"),
    [
        ((), "2025-11-05T10:00", None),
        ((9,), "2025-11-05T09:00", "2025-11-05T09:00"),
        ((9,), "2025-11-05T08:59", "2025-11-04T09:00"),
        ((14, 7), "2025-11-05T13:00", "2025-11-05T07:00"),
        ((14, 7), "2025-11-05T06:00", "2025-11-04T14:00"),
        ((0,), "2025-03-01T00:00", "2025-03-01T00:00"),
    ],
)
def test_the_last_time_that_an_hour_struck(hours: Sequence[int], now: str, slot: str | None) -> None:
    assert last_slot(hours, at(now)) == (slot and at(slot))


@dataclass
class Untold:
    at: datetime
    urgent: bool


HOURS = st.integers(0, 23)
MOMENTS = st.datetimes(datetime(2025, 11, 1), datetime(2025, 11, 30)).map(lambda moment: moment.replace(tzinfo=IST))


@given(
    st.lists(st.builds(Untold, MOMENTS, st.booleans()), max_size=5), HOURS, HOURS, st.lists(HOURS, max_size=3), MOMENTS
)
def test_quiet_hours_are_never_broken(
    untold: list[Untold], quiet_from: int, quiet_to: int, digest: list[int], now: datetime
) -> None:
    told = Settings(quiet_from=quiet_from, quiet_to=quiet_to, digest_hours=tuple(digest))
    telling = due(untold, told, now)
    hours = [(quiet_from + n) % 24 for n in range((quiet_to - quiet_from) % 24)]
    if now.hour in hours:
        assert telling == []
    elif any(alert.urgent for alert in untold):
        assert telling == untold


ROUNDS = st.lists(st.tuples(st.sampled_from(["look", "deliver", "reject"]), st.integers(1, 30)), max_size=12)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=ROUNDS)
def test_whatever_the_order_of_rounds_nobody_is_told_twice_or_at_night(
    desk: Desk, house: Gstin, eka: Person, clock: FixedClock, post: Post, mailbox: Mailbox, steps: list[tuple[str, int]]
) -> None:
    with desk.of([house]) as db:
        for table in ("message", "alert", "sale"):
            db.execute(f"delete from desk.{table} where gstin = %s".encode(), [house])
    clock.at = at("2025-11-12T10:00")
    mailbox.envelopes.clear()
    nights: list[int] = []
    for number, (what, hours) in enumerate(steps):
        before = len(mailbox.envelopes)
        if what == "reject":
            put_sales(desk, house, {**LARGE, "number": f"R-{number}"})
        elif what == "look":
            look(desk, house)
        else:
            deliver_all(desk, post, house)
        if Settings().is_quiet(clock.at.hour):
            nights.append(len(mailbox.envelopes) - before)
        clock.at += timedelta(hours=hours)
    assert sum(nights) == 0
    told: list[Any] = [record for it in messages(desk, eka, house) for record in it.records]
    assert len(told) == len(set(told))
    everything = alerts(desk, eka, house)
    assert len({(it.kind, it.text) for it in everything}) == len(everything)
