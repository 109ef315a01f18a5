"""A computation of GSTR-2B that is taken up again by its reference, by another program or on another day."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from tests.api import Taxpayer
from tests.client.conftest import KEYS, Served, Time, make_client, signed_in
from tests.client.replay import BASE, Replay, failure, refusal, well
from tests.story import draw_up_drafts

from gst_ims.client import AsyncClient, Client, FileStore, Session, State, errors
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period

SHARED, OWN = "gstrs/gstr-2b/regenerate", "gstrs/gstr-2b/2025/11/regenerate"


def told(word: str, **more: Any) -> Any:
    return well({"status_cd": word, **more})


def test_it_is_followed_by_its_reference_alone(replay: Replay, reading: Session) -> None:
    replay.on("GET", SHARED, told("IP"), told("IP"), told("P"))
    status = reading.computation("0032e479bcb644c").wait()
    assert (status.state, status.reference_id, status.final) == (State.PROCESSED, "0032e479bcb644c", True)
    assert [call.query for call in replay.calls(SHARED)] == [{"reference_id": "0032e479bcb644c"}] * 3


def test_nothing_is_asked_until_it_has_to_be(replay: Replay, reading: Session) -> None:
    before = len(replay.asked)
    computation = reading.computation("r1", "112025")
    assert len(replay.asked) == before
    assert (computation.reference_id, computation.period) == ("r1", Period(2025, 11))


@pytest.mark.parametrize("period", ["112025", Period(2025, 11)])
def test_with_its_period_the_other_address_is_tried_too(period: Period | str, replay: Replay, reading: Session) -> None:
    replay.on("GET", OWN, told("P"))
    assert reading.computation("r1", period).wait().state is State.PROCESSED
    assert (len(replay.calls(SHARED)), len(replay.calls(OWN))) == (1, 1)


def test_without_its_period_it_is_said_where_it_was_looked_for(replay: Replay, reading: Session) -> None:
    replay.on("GET", OWN, told("P"))
    with pytest.raises(errors.NotFound, match="GET /gst/compliance/tax-payer/gstrs/gstr-2b/regenerate"):
        reading.computation("r1").status()
    assert replay.calls(OWN) == []


@pytest.mark.parametrize("period", ["2025-11", "132025", "", "062017"])
def test_what_is_no_period_is_refused_before_anything_is_asked(period: str, replay: Replay, reading: Session) -> None:
    before = len(replay.asked)
    with pytest.raises(Invalid):
        reading.computation("r1", period)
    assert len(replay.asked) == before


def test_one_that_failed_says_why(replay: Replay, reading: Session) -> None:
    replay.on("GET", SHARED, told("ER", err_cd="IMS2B007", err_msg="GSTR-3B is filed."))
    with pytest.raises(errors.StatementClosed, match="GSTR-3B is filed"):
        reading.computation("r1").wait()


def test_one_that_nobody_knows_is_said(replay: Replay, reading: Session) -> None:
    replay.on("GET", SHARED, refusal("RET13508", "Reference is unknown"))
    with pytest.raises(errors.NothingFound, match="Reference is unknown"):
        reading.computation("nobody").status()


def test_an_answer_that_is_no_status_is_said(replay: Replay, reading: Session) -> None:
    replay.on("GET", SHARED, well([1, 2]))
    with pytest.raises(errors.UnexpectedAnswer, match="isn't a status"):
        reading.computation("r1").status()


def test_it_is_not_waited_for_longer_than_is_said(replay: Replay, reading: Session, moment: Time) -> None:
    replay.on("GET", SHARED, told("IP"))
    before = moment.now()
    computation = reading.computation("r1")
    with pytest.raises(errors.WaitTimeout):
        computation.wait(timeout=20)
    assert 20 <= (moment.now() - before).total_seconds() < 30
    replay.on("GET", SHARED, told("P"))
    assert computation.wait(timeout=0).final


def test_who_is_not_signed_in_is_told_so(reader: Client) -> None:
    with pytest.raises(errors.SignInNeeded):
        reader.taxpayer("27AAXCT0001K1Z6", "acme.com").computation("r1").status()


def test_it_is_shown_by_period_and_reference(reading: Session) -> None:
    assert repr(reading.computation("r1", "112025")) == "Computation(Period('112025'), 'r1')"
    assert repr(reading.computation("r1")) == "Computation(None, 'r1')"


@pytest.mark.parametrize("period", [None, "112025"])
def test_a_task_takes_it_up_too(period: str | None, replay: Replay, state: Path) -> None:
    replay.on("GET", SHARED, told("IP"), told("P"))

    async def none(seconds: float) -> None:
        """No pause."""

    async def work() -> tuple[str, Period | None, bool]:
        store = FileStore(state / "tokens")
        async with AsyncClient(base_url=replay.address, **KEYS, state=state, token_store=store, sleep=none) as client:
            session = client.taxpayer("27AAXCT0001K1Z6", "acme.com")
            await session.verify("575757")
            computation = session.computation("r1", period)
            return computation.reference_id, computation.period, (await computation.wait()).final

    assert asyncio.run(work()) == ("r1", period and Period(2025, 11), True)


def test_another_program_takes_up_what_one_began(
    client: Client, served: Served, recipient: Taxpayer, state: Path
) -> None:
    """At this project's portal, in both dialects."""
    served.api.go_to("2025-11-14T18:00")
    draw_up_drafts(served.api)
    session = signed_in(client, recipient)
    session.save(record.accept() for record in session.records("B2B")).wait()
    session.save([next(session.records("CN")).reject("No")]).wait()
    begun = session.regenerate("102025")
    with make_client(client.base_url, state) as other:
        again = other.taxpayer(session.gstin, session.username).computation(begun.reference_id)
        assert again.wait().state is State.PROCESSED
    assert session.computation(begun.reference_id, "102025").status().final


# Whether key and secret are right.


def test_key_and_secret_are_proved_by_a_new_token(replay: Replay, reader: Client) -> None:
    reader.prove()
    reader.prove()
    assert [asked.path for asked in replay.asked] == ["/authenticate"] * 2
    reader.taxpayer("27AAXCT0001K1Z6", "acme.com").request_otp()
    assert len([asked for asked in replay.asked if asked.path == "/authenticate"]) == 2, "and the token is kept"


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_secret_is_said_though_a_token_is_kept(status: int, replay: Replay, reader: Client) -> None:
    reader.prove()
    replay.on("POST", "/authenticate", failure(status, "Wrong"))
    with pytest.raises((errors.Unauthorized, errors.Forbidden), match="Wrong"):
        reader.prove()
    replay.on("POST", f"{BASE}/otp", well({}))
    reader.taxpayer("27AAXCT0001K1Z6", "acme.com").request_otp()


def test_a_task_proves_them_too(replay: Replay, state: Path) -> None:
    replay.on("POST", "/authenticate", failure(401, "Wrong"))

    async def work() -> None:
        async with AsyncClient(base_url=replay.address, **KEYS, state=state) as client:
            await client.prove()

    with pytest.raises(errors.Unauthorized, match="Wrong"):
        asyncio.run(work())
