"""The client that doesn't block: the same methods and types as `Client`, to be awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from pathlib import Path
from types import TracebackType

from gst_ims.client import reading, selling, statements
from gst_ims.client.amounts import as_period
from gst_ims.client.journal import Batch
from gst_ims.client.outcome import Outcome, Status
from gst_ims.client.record import Decision, Record
from gst_ims.client.sending import OnProgress
from gst_ims.client.setup import TURN, WAIT, Equipment, Setup
from gst_ims.client.tokens import TokenStore
from gst_ims.client.transport import AsyncTransport
from gst_ims.client.views import AddedBack, Counts, Gstr2b, Sales
from gst_ims.core.clock import Clock
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section


class AsyncClient:
    """A client of the IMS API of Sandbox, or of any portal that speaks it. The tasks of one event loop can share it.

    >>> async with AsyncClient(api_key="key_live_…", api_secret="secret_live_…") as client:
    ...     session = client.taxpayer("27ADGCK1498U1ZB", "saraswati_textiles_27")
    ...     matched = [record async for record in session.records("B2B", "no_action_taken") if record.number in books]
    ...     outcome = await (await session.save(record.accept() for record in matched)).wait()
    """

    def __init__(
        self,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        api_secret: str | None = None,
        rate: int | None = None,
        state: Path | None = None,
        token_store: TokenStore | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        random: Callable[[], float] | None = None,
    ) -> None:
        """Make a client; nothing is asked of the portal yet. The arguments are those of `Client`."""
        self._setup = Setup(base_url, api_key, api_secret, rate, state, token_store, clock, random)
        self._transport = AsyncTransport(self._setup.base_url, sleep)

    @property
    def base_url(self) -> str:
        """Where the portal is."""
        return self._setup.base_url

    async def prove(self) -> None:
        """Find out whether key and secret are right, as `Client.prove`."""
        await self._transport.run(self._setup.account.prove())

    def taxpayer(self, gstin: str, username: str) -> AsyncSession:
        """The session of a taxpayer, with his name at the GST portal; signed in already if a token is kept.

        Raises Invalid if it isn't a GSTIN. Its check digit isn't looked at.
        """
        return AsyncSession(self._transport, self._setup, self._setup.taxpayer(gstin, username))

    def reference(self, name: str) -> AsyncReference:
        """A save or reset that was made before, by its own id or one of the portal's. Raises ClientError."""
        batch = self._setup.batch(name)
        return AsyncReference(self._transport, self._setup.taxpayer(batch.gstin, batch.username), batch)

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def __aenter__(self) -> AsyncClient:
        """The client itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self.close()

    def __repr__(self) -> str:
        """Without key and secret."""
        return f"{type(self).__name__}({self.base_url!r})"


class AsyncSession:
    """What one taxpayer can do. Made by `AsyncClient.taxpayer`. It raises what `Session` raises."""

    def __init__(self, transport: AsyncTransport, setup: Setup, equipment: Equipment) -> None:
        """Made by `AsyncClient.taxpayer`."""
        self._transport = transport
        self._setup = setup
        self._equipment = equipment
        self._access = equipment.access

    @property
    def gstin(self) -> Gstin:
        """The taxpayer."""
        return self._access.gstin

    @property
    def username(self) -> str:
        """His name at the GST portal."""
        return self._access.username

    @property
    def signed_in(self) -> bool:
        """Whether there is a token that hasn't ended by this machine's clock."""
        return self._access.signed_in

    async def request_otp(self) -> None:
        """Have a one-time password sent to the taxpayer, as `Session.request_otp`."""
        await self._transport.run(self._access.request_otp())

    async def verify(self, otp: str) -> None:
        """Sign in with the one-time password, as `Session.verify`."""
        await self._transport.run(self._access.verify(otp))

    async def refresh(self) -> None:
        """Go on for six more hours, as `Session.refresh`."""
        await self._transport.run(self._access.refresh())

    async def logout(self) -> None:
        """End the session at the portal, and forget the token."""
        await self._transport.run(self._access.log_out())

    async def counts(self, type_of_goods: str = "others") -> Counts:
        """Count the records by section and action, as `Session.counts`."""
        return await self._transport.run(reading.counts(self._access, type_of_goods))

    async def records(self, section: Section | str, status: Action | str | None = None) -> AsyncIterator[Record]:
        """The inward records of a section, one after another, as `Session.records`."""
        for record in await self._transport.run(reading.pages(self._access, *reading.listing(section, status))):
            yield record

    async def save(self, decisions: Iterable[Decision], timeout: float = TURN) -> AsyncReference:
        """Save decisions, as `Session.save`."""
        return self._reference(await self._transport.run(self._equipment.sender.start("SAVE", decisions, timeout)))

    async def reset(self, records: Iterable[Record], timeout: float = TURN) -> AsyncReference:
        """Take back what was decided about records, as `Session.reset`."""
        decisions = (Decision(record, Action.NONE) for record in records)
        return self._reference(await self._transport.run(self._equipment.sender.start("RESET", decisions, timeout)))

    def pending(self) -> list[AsyncReference]:
        """This taxpayer's saves and resets that aren't over, as `Session.pending`."""
        batches = self._setup.journal.pending(self._setup.base_url, self.gstin)
        return [self._reference(batch) for batch in batches]

    def reference(self, name: str) -> AsyncReference:
        """One of this taxpayer's saves and resets, over or not, as `AsyncClient.reference`. Raises ClientError."""
        return self._reference(self._setup.batch(name, self.gstin))

    async def status(self, reference_id: str, timeout: float = 0) -> Status:
        """How far a request is, by the portal's reference id, as `Session.status`."""
        rows = self._setup.journal.rows(reference_id)
        return await self._transport.run(reading.settled(self._access, reference_id, rows, timeout))

    async def sales(self, period: Period | str, section: str, return_type: str = "gstr-1") -> Sales:
        """What the taxpayer reported as a supplier, as `Session.sales`."""
        return await self._transport.run(selling.sales(self._access, as_period(period), section, return_type))

    async def added_back(self, period: Period | str, section: str = "CDNR") -> AddedBack:
        """The liability that comes back to the taxpayer as a supplier, as `Session.added_back`."""
        return await self._transport.run(selling.added_back(self._access, as_period(period), section))

    async def gstr2b(self, period: Period | str) -> Gstr2b:
        """GSTR-2B of a period, whole, as `Session.gstr2b`."""
        return await self._transport.run(statements.statement(self._access, as_period(period)))

    async def regenerate(self, period: Period | str) -> AsyncComputation:
        """Have GSTR-2B computed anew, as `Session.regenerate`."""
        of = as_period(period)
        reference_id = await self._transport.run(statements.regenerate(self._access, of))
        return AsyncComputation(self._transport, self._equipment, of, reference_id)

    def computation(self, reference_id: str, period: Period | str | None = None) -> AsyncComputation:
        """A computation of GSTR-2B that was begun before, as `Session.computation`."""
        of = None if period is None else as_period(period)
        return AsyncComputation(self._transport, self._equipment, of, reference_id)

    def _reference(self, batch: Batch) -> AsyncReference:
        return AsyncReference(self._transport, self._equipment, batch)

    def __repr__(self) -> str:
        """Without its token."""
        return f"{type(self).__name__}({self.gstin!r}, {self.username!r})"


class AsyncReference:
    """A save or a reset. It is on disk too: `AsyncSession.pending` and `AsyncClient.reference` find it again."""

    def __init__(self, transport: AsyncTransport, equipment: Equipment, batch: Batch) -> None:
        """Made by `AsyncSession.save` and `reset`."""
        self._transport = transport
        self._sender = equipment.sender
        self._batch = batch

    @property
    def id(self) -> str:
        """Its own id, for `AsyncClient.reference`."""
        return self._batch.id

    @property
    def gstin(self) -> Gstin:
        """The taxpayer."""
        return self._batch.gstin

    @property
    def reference_ids(self) -> tuple[str, ...]:
        """The portal's reference ids, of the requests that it has taken until now."""
        return self._batch.reference_ids

    async def wait(self, timeout: float = WAIT, on_progress: OnProgress | None = None) -> Outcome:
        """Wait until all is done, send what isn't sent yet, and give the verdicts, as `Reference.wait`."""
        return await self._transport.run(self._sender.finish(self._batch, timeout, on_progress))

    def __repr__(self) -> str:
        """With its id."""
        return f"{type(self).__name__}({self.id!r})"


class AsyncComputation:
    """GSTR-2B that is being computed anew, as `Computation`."""

    def __init__(
        self, transport: AsyncTransport, equipment: Equipment, period: Period | None, reference_id: str
    ) -> None:
        """Made by `AsyncSession.regenerate` and `computation`."""
        self._transport = transport
        self._access = equipment.access
        self.period = period
        self._reference_id = reference_id

    @property
    def reference_id(self) -> str:
        """The portal's name of it."""
        return self._reference_id

    async def status(self) -> Status:
        """How far it is."""
        return await self._transport.run(statements.computation(self._access, self.period, self._reference_id))

    async def wait(self, timeout: float = WAIT) -> Status:
        """Wait until it is done, as `Computation.wait`."""
        return await self._transport.run(statements.computed(self._access, self.period, self._reference_id, timeout))

    def __repr__(self) -> str:
        """With the portal's reference id."""
        return f"{type(self).__name__}({self.period!r}, {self._reference_id!r})"
