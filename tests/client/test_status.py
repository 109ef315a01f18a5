"""How far a request is that another program sent: asked once, or followed until it is over."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.client.conftest import KEYS, Time
from tests.client.replay import Replay, refusal, well

from gst_ims.client import AsyncClient, FileStore, Session, State, Status, errors

ASKED = "invoices/status"


def told(word: str, **more: Any) -> Any:
    return well({"status_cd": word, **more})


def test_without_time_it_is_asked_once(replay: Replay, reading: Session, moment: Time) -> None:
    replay.on("GET", ASKED, told("IP"), told("S"))
    assert reading.status("r1").state is State.IN_PROGRESS
    assert (len(replay.calls(ASKED)), moment.slept) == (1, [])


@pytest.mark.parametrize(("word", "end"), [("S", State.PROCESSED), ("PE", State.WITH_ERRORS), ("ER", State.FAILED)])
def test_with_time_it_is_asked_until_it_is_over(word: str, end: State, replay: Replay, reading: Session) -> None:
    replay.on("GET", ASKED, told("IP"), told("REC"), told("P"), told(word))
    assert reading.status("r1", 60).state is end
    assert [call.query for call in replay.calls(ASKED)] == [{"reference_id": "r1"}] * 4


def test_when_the_time_is_over_it_is_told_as_it_is(replay: Replay, reading: Session, moment: Time) -> None:
    replay.on("GET", ASKED, told("IP"))
    before = moment.now()
    assert reading.status("r1", 20).state is State.IN_PROGRESS
    assert (moment.now() - before).total_seconds() == pytest.approx(20)


def test_what_is_over_is_not_asked_again(replay: Replay, reading: Session, moment: Time) -> None:
    replay.on("GET", ASKED, told("S"))
    assert reading.status("r1", 60).final
    assert (len(replay.calls(ASKED)), moment.slept) == (1, [])


def test_one_that_nobody_knows_is_not_waited_for(replay: Replay, reading: Session, moment: Time) -> None:
    replay.on("GET", ASKED, refusal("RET13508", "Reference is unknown"))
    with pytest.raises(errors.NothingFound, match="Reference is unknown"):
        reading.status("nobody", 60)
    assert moment.slept == []


def test_a_task_waits_too(replay: Replay, state: Path) -> None:
    replay.on("GET", ASKED, told("IP"), told("S"))

    async def none(seconds: float) -> None:
        """No pause."""

    async def work() -> Status:
        store = FileStore(state / "tokens")
        async with AsyncClient(base_url=replay.address, **KEYS, state=state, token_store=store, sleep=none) as client:
            session = client.taxpayer("27AAXCT0001K1Z6", "acme.com")
            await session.verify("575757")
            return await session.status("r1", 60)

    assert asyncio.run(work()).final
