"""The client that blocks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
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
from gst_ims.client.transport import Transport
from gst_ims.client.views import AddedBack, Counts, Gstr2b, Sales
from gst_ims.core.clock import Clock
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section


class Client:
    """A client of the IMS API of Sandbox, or of any portal that speaks it. Threads can share one.

    >>> with Client(api_key="key_live_…", api_secret="secret_live_…") as client:
    ...     session = client.taxpayer("27ADGCK1498U1ZB", "saraswati_textiles_27")
    ...     matched = [record for record in session.records("B2B", "no_action_taken") if record.number in books]
    ...     session.save(record.accept() for record in matched).wait().raise_for_refused()
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
        sleep: Callable[[float], None] = time.sleep,
        random: Callable[[], float] | None = None,
    ) -> None:
        """Make a client; nothing is asked of the portal yet.

        `base_url` is Sandbox' production host if it isn't given, or the test host for a key that begins with key_test_.
        The key and its secret can be in IMS_API_KEY and IMS_API_SECRET instead. `rate` is in requests a minute: 100 at
        the production host, 25 at the test host, and no limit elsewhere, if it isn't given. Without TLS only this
        machine is called, and the hosts that IMS_PLAIN_HTTP names, separated by commas.

        Tokens are in the system's keyring if there is one, else in files for this user alone; those, and saves that
        aren't over, are in `state`, which all programs of a user share. `clock`, `sleep` (of seconds) and `random` (0
        to 1) are there for tests. Raises CredentialsMissing, and Invalid.
        """
        self._setup = Setup(base_url, api_key, api_secret, rate, state, token_store, clock, random)
        self._transport = Transport(self._setup.base_url, sleep)

    @property
    def base_url(self) -> str:
        """Where the portal is."""
        return self._setup.base_url

    def prove(self) -> None:
        """Find out whether key and secret are right, by a new token of the account. Raises Unauthorized."""
        self._transport.run(self._setup.account.prove())

    def taxpayer(self, gstin: str, username: str) -> Session:
        """The session of a taxpayer, with his name at the GST portal; signed in already if a token is kept.

        Raises Invalid if it isn't a GSTIN. Its check digit isn't looked at.
        """
        return Session(self._transport, self._setup, self._setup.taxpayer(gstin, username))

    def reference(self, name: str) -> Reference:
        """A save or reset that was made before, by its own id or one of the portal's. Raises ClientError."""
        batch = self._setup.batch(name)
        return Reference(self._transport, self._setup.taxpayer(batch.gstin, batch.username), batch)

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def __enter__(self) -> Client:
        """The client itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        self.close()

    def __repr__(self) -> str:
        """Without key and secret."""
        return f"{type(self).__name__}({self.base_url!r})"


class Session:
    """What one taxpayer can do. Made by `Client.taxpayer`. Threads can share one.

    All calls but `request_otp` and `verify` raise SignInNeeded where there is no valid token. What the portal refuses
    raises a Refused, by GSTN's code, or an HttpFailed; where there is no answer, a NoAnswer.
    """

    def __init__(self, transport: Transport, setup: Setup, equipment: Equipment) -> None:
        """Made by `Client.taxpayer`."""
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

    def request_otp(self) -> None:
        """Have a one-time password sent to the taxpayer. Raises UnknownTaxpayer, TooManySessions, OtpUndelivered."""
        self._transport.run(self._access.request_otp())

    def verify(self, otp: str) -> None:
        """Sign in with the one-time password, text, for six hours. Raises WrongOtp, InvalidSession."""
        self._transport.run(self._access.verify(otp))

    def refresh(self) -> None:
        """Go on for six more hours. That happens by itself too, when a call is made soon before the end."""
        self._transport.run(self._access.refresh())

    def logout(self) -> None:
        """End the session at the portal, and forget the token."""
        self._transport.run(self._access.log_out())

    def counts(self, type_of_goods: str = "others") -> Counts:
        """Count the records by section and action: `others`, `inward_supplies` or `imports`."""
        return self._transport.run(reading.counts(self._access, type_of_goods))

    def records(self, section: Section | str, status: Action | str | None = None) -> Iterator[Record]:
        """The inward records of a section (B2B, B2BA, CN, CNA, DN, DNA, ECOM, ECOMA), one after another.

        `status` is accepted, rejected, pending or no_action_taken; all if it isn't given. The first is there when the
        portal's answer is, whole; the answer is held as text, and each record made when its turn comes.
        """
        return self._transport.run(reading.pages(self._access, *reading.listing(section, status)))

    def save(self, decisions: Iterable[Decision], timeout: float = TURN) -> Reference:
        """Save decisions: what the rulebook forbids isn't sent, the others are, and the outcome has a verdict for each.

        One request has one section, 5,000 rows and 4 MB at most. The first is sent at once, the others by `wait`, one
        after another, as GSTN takes one at a time of a taxpayer; while it is busy with another this waits, for
        `timeout` seconds at most. If this raises, nothing was sent. Raises WaitTimeout.
        """
        return self._reference(self._transport.run(self._equipment.sender.start("SAVE", decisions, timeout)))

    def reset(self, records: Iterable[Record], timeout: float = TURN) -> Reference:
        """Take back what was decided about records. As `save` in all else."""
        decisions = (Decision(record, Action.NONE) for record in records)
        return self._reference(self._transport.run(self._equipment.sender.start("RESET", decisions, timeout)))

    def pending(self) -> list[Reference]:
        """This taxpayer's saves and resets that aren't over, by any program of this user, to be waited for again."""
        batches = self._setup.journal.pending(self._setup.base_url, self.gstin)
        return [self._reference(batch) for batch in batches]

    def reference(self, name: str) -> Reference:
        """One of this taxpayer's saves and resets, over or not, as `Client.reference`. Raises ClientError."""
        return self._reference(self._setup.batch(name, self.gstin))

    def status(self, reference_id: str, timeout: float = 0) -> Status:
        """How far a request is, by the portal's reference id: once it is over, or after `timeout` seconds.

        Raises NothingFound for one that the portal doesn't know.
        """
        rows = self._setup.journal.rows(reference_id)
        return self._transport.run(reading.settled(self._access, reference_id, rows, timeout))

    def sales(self, period: Period | str, section: str, return_type: str = "gstr-1") -> Sales:
        """What the taxpayer reported as a supplier, and what the recipients decided.

        `section` is B2B, B2BA, CDNR, CDNRA, ECOM or ECOMA; `return_type` gstr-1, also for IFF, or gstr-1a. A period
        without documents has none.
        """
        return self._transport.run(selling.sales(self._access, as_period(period), section, return_type))

    def added_back(self, period: Period | str, section: str = "CDNR") -> AddedBack:
        """The liability that comes back to the taxpayer as a supplier; `section` is CDNR, CDNRA, B2BA or ECOMA."""
        return self._transport.run(selling.added_back(self._access, as_period(period), section))

    def gstr2b(self, period: Period | str) -> Gstr2b:
        """GSTR-2B of a period, whole. Raises StatementMissing or StatementTooEarly where there is none."""
        return self._transport.run(statements.statement(self._access, as_period(period)))

    def regenerate(self, period: Period | str) -> Computation:
        """Have GSTR-2B computed anew. Raises StatementUnchanged, StatementClosed, StatementTooEarly."""
        of = as_period(period)
        return Computation(
            self._transport, self._equipment, of, self._transport.run(statements.regenerate(self._access, of))
        )

    def computation(self, reference_id: str, period: Period | str | None = None) -> Computation:
        """A computation of GSTR-2B that was begun before, by the portal's reference id.

        Nothing is asked of the portal yet. The period is needed only where the portal keeps it under that address.
        """
        of = None if period is None else as_period(period)
        return Computation(self._transport, self._equipment, of, reference_id)

    def _reference(self, batch: Batch) -> Reference:
        return Reference(self._transport, self._equipment, batch)

    def __repr__(self) -> str:
        """Without its token."""
        return f"{type(self).__name__}({self.gstin!r}, {self.username!r})"


class Reference:
    """A save or a reset. It is on disk too: `Session.pending` and `Client.reference` find it again."""

    def __init__(self, transport: Transport, equipment: Equipment, batch: Batch) -> None:
        """Made by `Session.save` and `reset`."""
        self._transport = transport
        self._sender = equipment.sender
        self._batch = batch

    @property
    def id(self) -> str:
        """Its own id, for `Client.reference`."""
        return self._batch.id

    @property
    def gstin(self) -> Gstin:
        """The taxpayer."""
        return self._batch.gstin

    @property
    def reference_ids(self) -> tuple[str, ...]:
        """The portal's reference ids, of the requests that it has taken until now."""
        return self._batch.reference_ids

    def wait(self, timeout: float = WAIT, on_progress: OnProgress | None = None) -> Outcome:
        """Wait until all is done, send what isn't sent yet, and give the verdicts.

        `on_progress` is called with a Progress whenever something is over. Raises WaitTimeout after `timeout` seconds;
        then, and after any other error, it can be called again.
        """
        return self._transport.run(self._sender.finish(self._batch, timeout, on_progress))

    def __repr__(self) -> str:
        """With its id."""
        return f"{type(self).__name__}({self.id!r})"


class Computation:
    """GSTR-2B that is being computed anew. By its reference id `Session.computation` takes it up again.

    `period` is None where it wasn't said.
    """

    def __init__(self, transport: Transport, equipment: Equipment, period: Period | None, reference_id: str) -> None:
        """Made by `Session.regenerate` and `computation`."""
        self._transport = transport
        self._access = equipment.access
        self.period = period
        self._reference_id = reference_id

    @property
    def reference_id(self) -> str:
        """The portal's name of it."""
        return self._reference_id

    def status(self) -> Status:
        """How far it is."""
        return self._transport.run(statements.computation(self._access, self.period, self._reference_id))

    def wait(self, timeout: float = WAIT) -> Status:
        """Wait until it is done. Raises WaitTimeout after `timeout` seconds, or a Refused where it couldn't be done."""
        return self._transport.run(statements.computed(self._access, self.period, self._reference_id, timeout))

    def __repr__(self) -> str:
        """With the portal's reference id."""
        return f"{type(self).__name__}({self.period!r}, {self._reference_id!r})"
