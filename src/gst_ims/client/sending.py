"""Saves and resets: split, sent one after another, followed, and judged row by row.

What the portal says is believed as far as it adds up; where it doesn't, the records decide (`verdicts`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import count
from typing import Any, Literal

import msgspec

from gst_ims.client import reading, verdicts
from gst_ims.client.access import API, Access
from gst_ims.client.errors import (
    CallFailed,
    ClientError,
    InvalidRequest,
    NoAnswer,
    NothingFound,
    PortalDown,
    Refused,
    RequestInProgress,
    StateUnusable,
    TooLarge,
    UnexpectedAnswer,
    Unreachable,
    WaitTimeout,
)
from gst_ims.client.journal import Batch, Journal, Part
from gst_ims.client.locks import hold
from gst_ims.client.outcome import Fate, Outcome, Progress
from gst_ims.client.protocol import MALFORMED
from gst_ims.client.record import Decision, Key
from gst_ims.client.steps import Call, Sleep, Steps, until
from gst_ims.client.tokens import digest
from gst_ims.core.section import Section

#: What a request has at most: GSTN's own limit isn't known, these are what other clients do (rulebook R8.8).
ROWS, BYTES = 5000, 4_000_000

#: A P that says the same count so often isn't "in progress" any more.
_STANDSTILL = 6

OnProgress = Callable[[Progress], object]
Kind = Literal["SAVE", "RESET"]


class Sender:
    """What a taxpayer sends to a portal."""

    def __init__(self, access: Access, journal: Journal) -> None:
        """`journal` remembers what isn't over."""
        self.access = access
        self.journal = journal
        self._turn = access.account.state / "locks" / f"{digest(f'{access.line.base_url} {access.gstin}')}.turn"

    def start(self, kind: Kind, decisions: Iterable[Decision], timeout: float) -> Steps[Batch]:
        """Write a save or reset down, and send its first request.

        If this raises, nothing was sent. Raises WaitTimeout where the portal is busy with another one for too long.
        """
        batch = self._batch(kind, tuple(decisions))
        if not batch.parts:
            return batch
        self.journal.add(batch)
        lock = yield from hold(self.journal.lock(batch), timeout)
        try:
            deadline = self.access.line.ticks() + timeout
            yield from until(deadline, self.access.line.ticks, self._send(batch, batch.parts[0], deadline))
        except ClientError:
            self.journal.remove(batch)
            raise
        finally:
            lock.release()
        return batch

    def finish(self, batch: Batch, timeout: float, on_progress: OnProgress | None) -> Steps[Outcome]:
        """Follow a batch to its end, and send what of it isn't sent yet.

        Raises WaitTimeout where that takes longer than `timeout` seconds, or another CallFailed: it can be taken up
        again in each case.
        """
        if batch.over:
            return batch.outcome()
        deadline = self.access.line.ticks() + timeout
        lock = yield from hold(self.journal.lock(batch), timeout)
        try:
            # Another program may have gone on with it.
            self.journal.refresh(batch)
            yield from until(deadline, self.access.line.ticks, self._to_the_end(batch, deadline, on_progress))
        finally:
            lock.release()
        return batch.outcome()

    def _to_the_end(self, batch: Batch, deadline: float, on_progress: OnProgress | None) -> Steps[None]:
        lost = 0
        while (part := _open(batch)) is not None:
            if lost:
                self._left(deadline)
            _tell(batch, on_progress)
            lost += part.state == "sending"
            yield from self._go_on(batch, part, deadline, lost)
        _tell(batch, on_progress)

    def _go_on(self, batch: Batch, part: Part, deadline: float, lost: int) -> Steps[None]:
        if part.state == "unsent":
            yield from self._send(batch, part, deadline)
        elif part.state == "sending":
            yield from self._reconcile(batch, part, lost)
        else:
            yield from self._follow(batch, part, deadline)

    def _batch(self, kind: Kind, decisions: tuple[Decision, ...]) -> Batch:
        access = self.access
        batch = Batch(access.line.base_url, access.gstin, access.username, kind, decisions, [])
        seen: set[Key] = set()
        for row, decision in enumerate(decisions):
            why = verdicts.why_not(kind, decision, seen)
            if why is None:
                seen.add(decision.record.key)
            else:
                batch.decide(row, Fate.NOT_SENT, words=why)
        batch.parts = [Part(rows) for rows in _split(batch)]
        return batch

    def _send(self, batch: Batch, part: Part, deadline: float) -> Steps[None]:
        """Send a part, as soon as the portal isn't busy with another request of this taxpayer.

        Afterwards it is "taken", or "over" because it was refused as a whole; or still "sending": it isn't known
        whether it was taken. If this raises, it wasn't.
        """
        call = Call("POST", f"{API}/invoices/status/{batch.kind.lower()}", body=_body(batch, part.rows))
        for attempt in count(1):
            # Without any time it is sent nevertheless, if it is this one's turn.
            turn = yield from hold(self._turn, max(0.0, deadline - self.access.line.ticks()))
            try:
                self._mark(batch, part, "sending")
                reply = yield from self.access.ask(call)
                part.reference_id = _reference(call, reply.payload)
                # If that can't be written down it is taken all the same: who reads "sending" looks at the records.
                with suppress(StateUnusable):
                    self._mark(batch, part, "taken")
                return None
            except RequestInProgress:
                self._mark(batch, part, "unsent")
            except TooLarge as error:
                return self._halve(batch, part, error)
            except (NoAnswer, PortalDown, UnexpectedAnswer) as error:
                if not isinstance(error, Unreachable):
                    return None
                self._mark(batch, part, "unsent")
                raise
            except (InvalidRequest, Refused) as error:
                # A code that is known is about the taxpayer or the moment, not about the rows.
                if not isinstance(error, InvalidRequest) and type(error) is not Refused:
                    self._mark(batch, part, "unsent")
                    raise
                return self._close(batch, part, Fate.REFUSED, error.code, error.words)
            except ClientError:
                self._mark(batch, part, "unsent")
                raise
            finally:
                turn.release()
            if self.access.line.ticks() >= deadline:
                raise WaitTimeout("Another request of this taxpayer isn't over.")
            yield Sleep(self.access.line.pause(attempt, reading.LONGEST))
        return None

    def _follow(self, batch: Batch, part: Part, deadline: float) -> Steps[None]:
        """Ask for the status of a part until it is over, and judge its rows."""
        before, still = None, 0
        for attempt in count(1):
            try:
                status = yield from reading.status(self.access, part.reference_id or "", len(part.rows))
            except NothingFound:
                # It was taken, but isn't known: perhaps not yet.
                if attempt < _STANDSTILL:
                    yield Sleep(self.access.line.pause(attempt))
                    continue
                return self._mark(batch, part, "sending")
            still = still + 1 if status.processed and status.processed == before else 0
            before = status.processed
            if status.final or still >= _STANDSTILL:
                yield from verdicts.judge(self.access, batch, part.rows, status)
                return self._mark(batch, part, "over")
            self._left(deadline)
            yield Sleep(self.access.line.pause(attempt, reading.LONGEST) / 4)
        return None

    def _reconcile(self, batch: Batch, part: Part, attempt: int) -> Steps[None]:
        """Find out from the records what became of a part that may have been taken, and send again what wasn't.

        The more answers of a wait were lost, the slower it goes: a portal that is down isn't to be besieged.
        """
        left = yield from verdicts.reconcile(self.access, batch, part.rows, attempt)
        part.state = "over"
        if left and part.reference_id is None:
            part.rows, part.state = left, "unsent"
        elif left:
            batch.parts.insert(batch.parts.index(part) + 1, Part(left))
        self.journal.store(batch)

    def _halve(self, batch: Batch, part: Part, error: CallFailed) -> None:
        rows, at = part.rows, batch.parts.index(part)
        if len(rows) == 1:
            return self._close(batch, part, Fate.NOT_SENT, error.code, error.words)
        middle = len(rows) // 2
        batch.parts[at : at + 1] = [Part(rows[:middle]), Part(rows[middle:])]
        return self.journal.store(batch)

    def _close(self, batch: Batch, part: Part, fate: Fate, code: str | None, words: str) -> None:
        for row in part.rows:
            batch.decide(row, fate, code, words)
        self._mark(batch, part, "over")

    def _mark(self, batch: Batch, part: Part, state: Literal["unsent", "sending", "taken", "over"]) -> None:
        part.state = state
        self.journal.store(batch)

    def _left(self, deadline: float) -> None:
        if self.access.line.ticks() >= deadline:
            raise WaitTimeout


def _open(batch: Batch) -> Part | None:
    return next((part for part in batch.parts if part.state != "over"), None)


def _split(batch: Batch) -> Iterable[list[int]]:
    """Rows that fit into one request: of one section, so many and so large at most."""
    sections: dict[Section, list[int]] = {}
    for row, decision in enumerate(batch.decisions):
        if row not in batch.verdicts:
            sections.setdefault(decision.record.section, []).append(row)
    for rows in sections.values():
        part: list[int] = []
        size = 0
        for row in rows:
            length = len(msgspec.json.encode(batch.decisions[row].row())) + 1
            if part and (len(part) == ROWS or size + length > BYTES):
                yield part
                part, size = [], 0
            part.append(row)
            size += length
        yield part


def _body(batch: Batch, rows: list[int]) -> bytes:
    section = batch.decisions[rows[0]].record.section.value
    invdata = {section: [batch.decisions[row].row() for row in rows]}
    return msgspec.json.encode({"rtin": str(batch.gstin), "reqtyp": batch.kind, "invdata": invdata})


def _reference(call: Call, payload: bytes) -> str:
    try:
        told = msgspec.json.decode(payload, type=dict[str, Any])
        return str(told.get("reference_id") or told["ref_id"])
    except (*MALFORMED, KeyError) as error:
        raise UnexpectedAnswer("There is no reference_id in the answer.", call=call.name) from error


def _tell(batch: Batch, on_progress: OnProgress | None) -> None:
    if on_progress is not None:
        over = sum(part.state == "over" for part in batch.parts)
        on_progress(Progress(len(batch.verdicts), len(batch.decisions), over, len(batch.parts)))
