"""The client that doesn't block: the same as the other one."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from tests.api import Taxpayer
from tests.client.conftest import KEYS, Served
from tests.client.replay import Replay, failure, well
from tests.client.test_record import INVOICE

from gst_ims import AsyncClient, Client
from gst_ims.client import (
    AsyncComputation,
    AsyncReference,
    AsyncSession,
    Computation,
    FileStore,
    Outcome,
    Reference,
    Session,
    errors,
)
from gst_ims.core.section import Action
from gst_ims.portal.access.service import TEST_OTP

PAIRS = [(Client, AsyncClient), (Session, AsyncSession), (Reference, AsyncReference), (Computation, AsyncComputation)]


async def quick(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.05))


def within(address: str, state: Path, work: Callable[[AsyncClient], Awaitable[Any]]) -> Any:
    """What comes of some work with a client."""

    async def run() -> Any:
        store = FileStore(state / "tokens")
        async with AsyncClient(base_url=address, **KEYS, state=state, token_store=store, sleep=quick) as client:
            return await work(client)

    return asyncio.run(run())


def public(kind: type) -> dict[str, Any]:
    return {name: member for name, member in vars(kind).items() if not name.startswith("_")}


@pytest.mark.parametrize(("blocking", "other"), PAIRS, ids=lambda kind: kind.__name__)
def test_both_have_the_same_methods_and_types(blocking: type, other: type) -> None:
    assert set(public(blocking)) == set(public(other))
    for name, member in public(blocking).items():
        twin = public(other)[name]
        if not callable(member):
            assert isinstance(twin, property)
            continue
        mine, his = inspect.signature(member), inspect.signature(twin)
        assert mine.parameters == his.parameters, name
        assert str(mine.return_annotation) == str(his.return_annotation).replace("Async", ""), name
    starts = {k: v.annotation for k, v in inspect.signature(blocking).parameters.items()}
    ends = {k: v.annotation for k, v in inspect.signature(other).parameters.items()}
    assert starts.keys() == ends.keys()


@pytest.mark.parametrize("dialect", ["overview", "gstn"])
def test_a_day_of_work(dialect: str, served: Served, recipient: Taxpayer, state: Path) -> None:
    async def work(client: AsyncClient) -> Outcome:
        session = client.taxpayer(recipient.gstin, f"user.{recipient.gstin}")
        await session.request_otp()
        await session.verify(TEST_OTP)
        assert (await session.counts()).total == 12
        decisions = [record.accept() async for record in session.records("B2B")]
        decisions += [record.reject("No") async for record in session.records("CN", "no_action_taken")]
        reference = await session.save(decisions)
        outcome = await reference.wait()
        assert (await session.status(outcome.reference_ids[0])).final
        assert (await client.reference(reference.id).wait()).complete
        await (await session.reset([record async for record in session.records("CN", Action.REJECT)])).wait()
        assert (await session.added_back("102025")).entries == ()
        assert (await session.sales("102025", "B2B")).documents == ()
        with pytest.raises(errors.StatementTooEarly):
            await session.gstr2b("102025")
        with pytest.raises(errors.StatementTooEarly):
            await session.regenerate("102025")
        await session.refresh()
        assert session.pending() == []
        await session.logout()
        assert not session.signed_in
        return outcome

    outcome = within(served.addresses[dialect], state, work)
    assert (len(outcome.applied), outcome.complete) == (10, True)
    assert {record["action"] for record in recipient.records("B2B")} == {"A"}
    assert {record["action"] for record in recipient.records("CN")} == {"N"}


def test_tasks_take_turns(served: Served, recipient: Taxpayer, state: Path) -> None:
    """One request of a taxpayer at a time, though ten tasks save at once."""

    async def work(client: AsyncClient) -> list[Outcome]:
        session = client.taxpayer(recipient.gstin, f"user.{recipient.gstin}")
        await session.request_otp()
        await session.verify(TEST_OTP)
        records = [record for section in ("B2B", "CN") async for record in session.records(section)]
        references = await asyncio.gather(*(session.save([record.accept()]) for record in records))
        return await asyncio.gather(*(reference.wait() for reference in references))

    outcomes = within(served.address, state, work)
    assert [outcome.complete for outcome in outcomes] == [True] * 10


def test_a_computation_is_awaited(replay: Replay, state: Path) -> None:
    replay.on("POST", "gstrs/gstr-2b/2025/11/regenerate", well({"reference_id": "r"}))
    statuses = [well({"status_cd": word}) for word in ("IP", "IP", "P")]
    replay.on("GET", "gstrs/gstr-2b/regenerate", *statuses)

    async def work(client: AsyncClient) -> bool:
        session = client.taxpayer("27AAXCT0001K1Z6", "acme.com")
        await session.verify("575757")
        computation = await session.regenerate("112025")
        assert not (await computation.status()).final
        return (await computation.wait()).final

    assert within(replay.address, state, work)


def test_errors_are_the_same(replay: Replay, state: Path) -> None:
    replay.on("POST", "otp", failure(422, "Invalid GSTIN pattern"))

    async def work(client: AsyncClient) -> None:
        await client.taxpayer("27AAXCT0001K1Z6", "acme.com").request_otp()

    with pytest.raises(errors.InvalidRequest, match="Invalid GSTIN pattern"):
        within(replay.address, state, work)


def test_where_nobody_listens_it_is_said(state: Path) -> None:
    async def work(client: AsyncClient) -> None:
        await client.taxpayer("27AAXCT0001K1Z6", "acme.com").request_otp()

    with pytest.raises(errors.Unreachable):
        within("http://127.0.0.1:1", state, work)


def test_a_cancelled_save_lets_the_next_one_go_on(replay: Replay, state: Path) -> None:
    """It holds its turn no longer, and it isn't known whether it was taken."""
    replay.on("GET", "invoices", well({"b2b": [INVOICE]}), well({"b2b": [INVOICE | {"action": "A"}]}))
    replay.on("POST", "invoices/status/save", failure(429))

    async def work(client: AsyncClient) -> bool:
        session = client.taxpayer("27AAXCT0001K1Z6", "acme.com")
        await session.verify("575757")
        (record,) = [record async for record in session.records("B2B")]
        save = asyncio.create_task(session.save([record.accept()]))
        while not replay.calls("invoices/status/save"):
            await asyncio.sleep(0.01)
        save.cancel()
        with pytest.raises(asyncio.CancelledError):
            await save
        (reference,) = session.pending()
        return (await reference.wait(timeout=10)).complete

    assert within(replay.address, state, work)
