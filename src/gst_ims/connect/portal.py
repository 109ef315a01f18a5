"""What everything above needs of one GSTIN's IMS, whichever way leads there.

A `Session` of the client is a `Portal` as it is: at Sandbox, or at a portal of this project, which differ by the base
URL alone. `Offline` is one as far as files go. Which way can do what is data (`WAYS`), so that nobody has to try.

The way to GSTN itself through a GSP will be one more class with these methods. It needs what the others don't:

- a session of its own making: an app key of 32 random bytes under GSTN's public key, a one-time password, and the
  session key (sek) that is unwrapped with the app key; renewed before it ends, in minutes that the taxpayer has set;
- an envelope: the body as base64, encrypted under the session key with AES-256 in ECB mode, with an HMAC-SHA256 beside
  it; answers under a key of their own (rek), checked before they are opened;
- the GSP's headers (client id and secret, state code, the caller's address, a transaction number for each call), and
  for some of them `hdr`, a copy of these in the body of a save;
- a profile of spellings for each GSP, as data: version in the path, PUT or POST, names of sections, keys of the error
  report, flags, R1 for IFF, and whether what is asked is `returns/ims?action=…` or a path;
- files of large answers, encrypted under a key that comes with the list of files.

Rows, records and verdicts are the same: `client.record`, `reports` and `verdicts` serve it unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from gst_ims.client.outcome import Outcome, Progress, Status
from gst_ims.client.record import Decision, Record
from gst_ims.client.views import AddedBack, Counts, Gstr2b, Sales
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section

if TYPE_CHECKING:
    from gst_ims.client import Session
    from gst_ims.connect.offline import Offline


class Reference(Protocol):
    """A save or a reset that was made. It is on disk: `Portal.pending` finds it again."""

    @property
    def id(self) -> str:
        """Its name at this way, the same in every run."""
        ...

    @property
    def gstin(self) -> Gstin:
        """The recipient."""
        ...

    @property
    def reference_ids(self) -> tuple[str, ...]:
        """The portal's own names of the requests that it has taken until now; none where it gives none."""
        ...

    def wait(self, timeout: float = ..., on_progress: Callable[[Progress], object] | None = None) -> Outcome:
        """The verdict of every row, in the order in which they were given.

        Raises WaitTimeout after `timeout` seconds, with what is to be done; then it can be called again.
        """
        ...


class Computation(Protocol):
    """A GSTR-2B that is being computed anew."""

    @property
    def reference_id(self) -> str:
        """The portal's name of it, by which `Portal.computation` takes it up again."""
        ...

    def status(self) -> Status:
        """How far it is."""
        ...

    def wait(self, timeout: float = ...) -> Status:
        """Wait until it is done. Raises WaitTimeout after `timeout` seconds."""
        ...


class Portal(Protocol):
    """The IMS of one GSTIN. What a way can't do raises NotOffered, and says what to do instead."""

    @property
    def gstin(self) -> Gstin:
        """The recipient, who is a supplier to others."""
        ...

    def counts(self, type_of_goods: str = "others") -> Counts:
        """Count the records by section and action: `others`, `inward_supplies` or `imports`."""
        ...

    def records(self, section: Section | str, status: Action | str | None = None) -> Iterator[Record]:
        """The inward records of a section, of one status or all."""
        ...

    def save(self, decisions: Iterable[Decision], timeout: float = ...) -> Reference:
        """Send decisions. Each has a verdict in the end, also what is forbidden and never sent."""
        ...

    def reset(self, records: Iterable[Record], timeout: float = ...) -> Reference:
        """Take back what was decided about records."""
        ...

    def pending(self) -> Sequence[Reference]:
        """The saves and resets that aren't over, by any program: `wait` takes each up again."""
        ...

    def reference(self, name: str) -> Reference:
        """A save or a reset by its own name, over or not. Raises ClientError for one that isn't known, or no more."""
        ...

    def status(self, reference_id: str, timeout: float = ...) -> Status:
        """How far one request is: once it is over, or after `timeout` seconds. Raises NothingFound."""
        ...

    def sales(self, period: Period | str, section: str, return_type: str = "gstr-1") -> Sales:
        """What the taxpayer reported as a supplier, and what the recipients decided."""
        ...

    def added_back(self, period: Period | str, section: str = "CDNR") -> AddedBack:
        """The liability that comes back to the taxpayer as a supplier."""
        ...

    def gstr2b(self, period: Period | str) -> Gstr2b:
        """GSTR-2B of a period."""
        ...

    def regenerate(self, period: Period | str) -> Computation:
        """Have GSTR-2B computed anew."""
        ...

    def computation(self, reference_id: str, period: Period | str | None = None) -> Computation:
        """A computation of GSTR-2B that was begun before, by any program."""
        ...


class Ability(StrEnum):
    """What a way may be able to do: the methods of a `Portal`."""

    COUNTS = "counts"
    RECORDS = "records"
    SAVE = "save"
    RESET = "reset"
    PENDING = "pending"
    REFERENCE = "reference"
    STATUS = "status"
    SALES = "sales"
    ADDED_BACK = "added_back"
    GSTR2B = "gstr2b"
    REGENERATE = "regenerate"
    COMPUTATION = "computation"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a portal."""

    name: str
    #: One sentence for people.
    says: str
    can: frozenset[Ability]
    #: Where a client finds it unless it is told otherwise; None where the key says it, or no client is needed.
    base_url: str | None = None
    #: Whether a person carries the files, so that nothing happens by itself.
    by_hand: bool = False


_FILES = {
    Ability.COUNTS,
    Ability.RECORDS,
    Ability.SAVE,
    Ability.RESET,
    Ability.PENDING,
    Ability.REFERENCE,
    Ability.STATUS,
}

#: The ways by their names, as profiles have them.
WAYS: dict[str, Way] = {
    way.name: way
    for way in (
        Way("local", "A portal of this project, over HTTP.", frozenset(Ability), base_url="http://127.0.0.1:8000"),
        Way("sandbox", "The GST portal, through the API of Sandbox.", frozenset(Ability)),
        Way("offline", "The GST portal, through the offline tool's files.", frozenset(_FILES), by_hand=True),
    )
}


if TYPE_CHECKING:

    def are_portals(session: Session, offline: Offline) -> tuple[Portal, ...]:
        """The type checker's proof."""
        return session, offline
