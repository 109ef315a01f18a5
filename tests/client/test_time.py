"""Time: a wait ends when it is said, whatever the portal asks for, and nobody moves it by setting a clock."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.client.conftest import KEYS, Time, make_client
from tests.client.replay import Replay, Said, failure, refusal, well
from tests.client.test_documents_of_saves import LIST, SAVE, STATUS, fates, invoices
from tests.client.test_documents_of_saves import state as told

from gst_ims.client import AsyncClient, Client, FileStore, Record, Session, errors
from gst_ims.client.protocol import Line
from gst_ims.core.clock import IST, FixedClock, SystemClock

LATER: dict[str, Said] = {
    "too many": failure(429, retry_after="300"),
    "down": failure(503, retry_after="300"),
    "down, until a day": failure(503, retry_after="Wed, 05 Nov 2025 11:00:00 +0530"),
    "busy without a word": failure(429),
}


@pytest.fixture
def records(replay: Replay, reading: Session) -> list[Record]:
    replay.on("GET", LIST, well({"b2b": invoices()}))
    replay.on("POST", SAVE, well({"reference_id": "r1"}))
    replay.on("GET", STATUS, well(told("P", 3)))
    return list(reading.records("B2B"))


def passed(moment: Time, work: Callable[[], Any]) -> float:
    """How many seconds of the client's time some work takes that runs out of it."""
    before = moment.now()
    with pytest.raises(errors.WaitTimeout):
        work()
    return (moment.now() - before).total_seconds()


@pytest.mark.parametrize("answer", LATER.values(), ids=LATER)
@pytest.mark.parametrize("timeout", [0, 5, 20])
def test_a_wait_ends_at_its_time_whatever_the_portal_asks_for(
    answer: Said, timeout: float, replay: Replay, reading: Session, records: list[Record], moment: Time
) -> None:
    reference = reading.save(record.accept() for record in records)
    replay.on("GET", STATUS, answer)
    assert passed(moment, lambda: reference.wait(timeout)) == pytest.approx(timeout)
    replay.on("GET", STATUS, well(told("P", 3)))
    assert fates(reference.wait()) == "aaa", "and it is taken up again"


@pytest.mark.parametrize("answer", [LATER["too many"], LATER["busy without a word"]])
def test_a_save_ends_at_its_time_too_and_nothing_was_sent(
    answer: Said, replay: Replay, reading: Session, records: list[Record], moment: Time
) -> None:
    replay.on("POST", SAVE, answer)
    assert passed(moment, lambda: reading.save([records[0].accept()], timeout=7)) == pytest.approx(7)
    assert reading.pending() == []


@pytest.mark.parametrize("answer", LATER.values(), ids=LATER)
def test_a_computation_ends_at_its_time(answer: Said, replay: Replay, reading: Session, moment: Time) -> None:
    replay.on("GET", "gstrs/gstr-2b/regenerate", answer)
    assert passed(moment, lambda: reading.computation("r1").wait(11)) == pytest.approx(11)


def test_a_pause_that_is_short_enough_is_made(
    replay: Replay, reading: Session, records: list[Record], moment: Time
) -> None:
    reference = reading.save(record.accept() for record in records)
    replay.on("GET", STATUS, failure(429, retry_after="30"), well(told("P", 3)))
    assert fates(reference.wait(timeout=31)) == "aaa"
    assert moment.slept == [30.0]


def test_the_pauses_of_several_calls_are_one_time(
    replay: Replay, reading: Session, records: list[Record], moment: Time
) -> None:
    """Each asks for 40 seconds, and a hundred are given."""
    reference = reading.save(record.accept() for record in records)
    replay.on("GET", STATUS, *[failure(429, retry_after="40"), well(told("IP"))] * 8)
    assert passed(moment, lambda: reference.wait(timeout=100)) == pytest.approx(100)
    assert moment.slept.count(40.0) == 2


def test_what_has_no_time_of_its_own_is_waited_for(replay: Replay, reading: Session, moment: Time) -> None:
    """To list has no timeout: the portal's word counts, five minutes at most."""
    replay.on("GET", LIST, failure(429, retry_after="9999"), well({"b2b": invoices(1)}))
    assert len(list(reading.records("B2B"))) == 1
    assert moment.slept == [300.0]


def test_a_busy_portal_says_so_when_the_time_is_over(
    replay: Replay, reading: Session, records: list[Record], moment: Time
) -> None:
    replay.on("POST", SAVE, refusal("IMSSAV0015"))
    with pytest.raises(errors.WaitTimeout, match="Another request of this taxpayer isn't over"):
        reading.save([records[0].accept()], timeout=60)


def test_a_task_waits_no_longer_either(replay: Replay, state: Path) -> None:
    replay.on("GET", "gstrs/gstr-2b/regenerate", failure(429, retry_after="300"))
    moment = Time()

    async def sleep(seconds: float) -> None:
        moment.sleep(seconds)

    async def work() -> None:
        store = FileStore(state / "tokens")
        async with AsyncClient(
            base_url=replay.address, **KEYS, state=state, token_store=store, clock=moment, sleep=sleep
        ) as client:
            session = client.taxpayer("27AAXCT0001K1Z6", "acme.com")
            await session.verify("575757")
            await session.computation("r1").wait(timeout=9)

    assert passed(moment, lambda: asyncio.run(work())) == pytest.approx(9)


# Which clock.


class Jumping(SystemClock):
    """A computer whose clock somebody sets: by an hour each time that it is read."""

    def __init__(self, by: timedelta) -> None:
        self.by = by
        self.at = datetime(2025, 11, 5, 10, tzinfo=IST)

    def now(self) -> datetime:
        self.at += self.by
        return self.at


def line(clock: Any) -> Line:
    return Line("https://x", "k", None, clock, lambda: 1.0)


@pytest.mark.parametrize("by", [timedelta(hours=1), timedelta(hours=-1)])
def test_who_sets_the_computer_s_clock_does_not_move_a_deadline(by: timedelta) -> None:
    of = line(Jumping(by))
    before = time.monotonic()
    ticks = [of.ticks() for _ in range(3)]
    assert before <= ticks[0] <= ticks[1] <= ticks[2] <= time.monotonic()


def test_a_clock_that_is_passed_in_is_the_one_that_counts() -> None:
    clock = FixedClock(datetime(2025, 11, 5, 10, tzinfo=IST))
    of = line(clock)
    first = of.ticks()
    clock.at += timedelta(seconds=90)
    assert of.ticks() - first == 90.0
    assert of.now() == clock.now().timestamp()


def test_the_end_of_a_token_is_by_the_calendar() -> None:
    """Another program reads it, perhaps after the computer was started anew."""
    assert line(SystemClock()).now() == pytest.approx(time.time(), abs=60)


def test_a_wait_is_not_ended_by_a_clock_that_jumps_ahead(replay: Replay, state: Path) -> None:
    slept: list[float] = []
    clock = Jumping(timedelta(minutes=1))
    with make_client(replay.address, state, slept.append, clock=clock) as client:
        session = client.taxpayer("27AAXCT0001K1Z6", "acme.com")
        session.request_otp()
        session.verify("575757")
        statuses = [well({"status_cd": "IP"})] * 5
        replay.on("GET", "gstrs/gstr-2b/regenerate", *statuses, well({"status_cd": "P"}))
        assert session.computation("r1").wait(timeout=60).final
    assert len(slept) == 5


def test_a_rate_is_kept_by_the_same_clock(replay: Replay, state: Path) -> None:
    """With the computer's clock an hour ahead at every look there would be no rate at all."""
    slept: list[float] = []
    store = FileStore(state / "tokens")
    clock = Jumping(timedelta(minutes=5))
    replay.on("GET", "invoices/count", well({"all_oth": {"ttl_cnt": 0}}))
    with Client(
        base_url=replay.address, **KEYS, state=state, rate=3, token_store=store, clock=clock, sleep=slept.append
    ) as client:
        session = client.taxpayer("27AAXCT0001K1Z6", "acme.com")
        session.request_otp()
        session.verify("575757")
        for _ in range(3):
            session.counts()
    assert len(slept) == 3
    assert all(0 < seconds <= 60 for seconds in slept)
