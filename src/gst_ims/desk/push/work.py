"""One push at work: what the portal was asked for, what it said, and what became of each decision.

The client's journal knows what the portal was asked for and didn't answer, by the names in `batches`. Where it has
nothing, the records themselves tell what stands. Each verdict is written down as it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from gst_ims.client.errors import ClientError
from gst_ims.client.outcome import Fate, Progress, Verdict
from gst_ims.client.record import Decision, Key, Record
from gst_ims.connect.errors import NothingChanged
from gst_ims.connect.offline import Offline
from gst_ims.connect.portal import Portal, Reference
from gst_ims.core.errors import StaleAction
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action, Section
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.review.service import decision_of

queries: Any = load(__file__)

#: Rows of one section that go to the portal together, and whose verdicts come together.
ROWS = 5_000
#: Seconds in which the portal has to say what became of them.
WAIT = 1_800.0

OnProgress = Callable[[Progress], object]

_GONE = "The record is no longer in IMS."
_EDITED = "The supplier has edited the document meanwhile: look again."
_ELSEWHERE = "Somebody acted on the record elsewhere meanwhile: look again."
_STALE = "The record had changed since it was decided about: look again."


class _Row(NamedTuple):
    id: int
    decision: Decision


class _Told(NamedTuple):
    """What became of a decision."""

    id: int
    state: str
    code: str | None = None
    words: str = ""


@dataclass(frozen=True)
class Work:
    """A push that is open."""

    desk: Desk
    gstin: Gstin
    portal: Portal
    id: int
    person: str
    rows: int
    on_progress: OnProgress | None

    @property
    def by_hand(self) -> bool:
        """Whether a person carries what is sent."""
        return isinstance(self.portal, Offline)

    def hear(self, names: Sequence[str]) -> None:
        """Hear what became of what was sent before; of what was begun, and not written down here, as well."""
        references = {name: known for name in names if (known := self._known(name)) is not None}
        references |= {it.id: it for it in self.portal.pending() if it.id not in references}
        for reference in references.values():
            self._listen(reference)

    def compare(self) -> None:
        """Where nobody knows what became of it, the record tells: what stands as before is to be sent again."""
        left = self._left()
        now = self._records({row.decision.record.section for row in left})
        found = [_by_record(row, now.get(row.decision.record.key)) for row in left]
        self._write(told for told in found if told is not None)

    def send(self) -> None:
        """Send what isn't over, in parts."""
        for part in self._parts(self._left()):
            decisions = [row.decision for row in part]
            try:
                if decisions[0].action is Action.NONE:
                    reference = self.portal.reset(decision.record for decision in decisions)
                else:
                    reference = self.portal.save(decisions)
            except NothingChanged:  # files for what says so already aren't written
                self._write(_Told(row.id, "applied") for row in part)
                continue
            with self.desk.of([self.gstin]) as db:
                queries.add_batch(db, gstin=self.gstin, push=self.id, batch=reference.id)
            self._listen(reference)

    def _parts(self, rows: list[_Row]) -> Iterator[list[_Row]]:
        """What goes together. Files that a person carries are written at once: he shouldn't have to go twice."""

        def of(row: _Row) -> tuple[bool, str]:
            return row.decision.action is Action.NONE, "" if self.by_hand else row.decision.record.section

        for _, group in groupby(sorted(rows, key=of), of):
            part = list(group)
            size = len(part) if self.by_hand else ROWS
            yield from (part[at : at + size] for at in range(0, len(part), size))

    def _known(self, name: str) -> Reference | None:
        try:
            return self.portal.reference(name)
        except ClientError:
            return None  # the journal of another machine, or one that was forgotten: the records tell

    def _listen(self, reference: Reference) -> None:
        """Wait for the verdicts of what was sent, and write down those of ours that aren't known yet."""
        left = {row.decision.record.key: row for row in self._left()}
        over = self.rows - len(left)

        def tell(progress: Progress) -> None:
            if self.on_progress is not None:
                self.on_progress(Progress(over + progress.done, self.rows, progress.requests_done, progress.requests))

        # A person carries files in his own time.
        outcome = reference.wait(0.0 if self.by_hand else WAIT, tell)
        mine = ((left.get(verdict.record.key), verdict) for verdict in outcome.verdicts)
        # Somebody may have sent something else about the same record.
        self._write(_told(row.id, it) for row, it in mine if row is not None and row.decision == it.decision)

    def _left(self) -> list[_Row]:
        """The decisions without verdict, with their records as they were when they were decided about."""
        with self.desk.of([self.gstin]) as db:
            return [
                _Row(row.id, decision_of(row, Record.read(Section(row.section), row.source.encode())))
                for row in queries.sending(db, gstin=self.gstin, push=self.id)
            ]

    def _records(self, sections: Iterable[Section]) -> dict[Key, Record]:
        return {record.key: record for section in sorted(sections) for record in self.portal.records(section)}

    def _write(self, told: Iterable[_Told]) -> None:
        rows = list(told)
        with self.desk.of([self.gstin]) as db:
            queries.write_verdicts(
                db,
                gstin=self.gstin,
                push=self.id,
                person=self.person,
                at=self.desk.clock.now(),
                ids=[row.id for row in rows],
                states=[row.state for row in rows],
                codes=[row.code for row in rows],
                words=[row.words for row in rows],
            )


def _told(number: int, verdict: Verdict) -> _Told:
    if verdict.code == StaleAction.code and verdict.fate is Fate.REFUSED:
        return _Told(number, "void", verdict.code, _STALE)
    state = {Fate.APPLIED: "applied", Fate.UNKNOWN: "unknown"}.get(verdict.fate, "refused")
    return _Told(number, state, verdict.code, verdict.words)


def _by_record(row: _Row, now: Record | None) -> _Told | None:
    """What a record tells of a decision; None where it stands as it was."""
    was = row.decision.record
    if now is None:
        return _Told(row.id, "void", None, _GONE)
    if row.decision.stands(now) and now.same(was):
        return _Told(row.id, "applied")
    if now.hash != was.hash:
        return _Told(row.id, "void", None, _EDITED)
    return None if now.action is was.action else _Told(row.id, "void", None, _ELSEWHERE)
