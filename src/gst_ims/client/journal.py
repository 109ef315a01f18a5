"""Saves and resets that aren't over, on disk: what was wanted, what was sent, and what is known of it.

A save is written down before it is sent, so that a wait that was interrupted, by whatever, can be taken up again, and
the outcome still has a verdict for every row.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal
from uuid import uuid4

import msgspec
from msgspec import Raw, Struct

from gst_ims.client.errors import ClientError, StateUnusable
from gst_ims.client.outcome import Fate, Outcome, Verdict
from gst_ims.client.protocol import MALFORMED
from gst_ims.client.record import Decision, Record, Reduction
from gst_ims.client.tokens import digest, usable, write_private
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action, Section

#: Seconds for which a save that is over can still be looked up.
KEPT = 7 * 24 * 3600

PartState = Literal["unsent", "sending", "taken", "over"]


class Part(Struct):
    """Rows that go in one request.

    It is "sending" from before it is sent until the answer is here: one that is found so may have been taken, or not.
    """

    rows: list[int]
    state: PartState = "unsent"
    reference_id: str | None = None


class _Row(Struct):
    section: Section
    source: Raw
    action: Action
    remarks: str | None
    reduce: bool | None = None
    amounts: tuple[str, str, str, str] | None = None


class _Fate(Struct):
    fate: Fate
    code: str | None = None
    words: str = ""


class _Head(Struct):
    base_url: str
    gstin: str
    username: str
    kind: Literal["SAVE", "RESET"]
    rows: list[_Row]


class _Progress(Struct):
    parts: list[Part]
    fates: dict[int, _Fate]


@dataclass
class Batch:
    """A save or a reset: its rows in the order given, its parts, and the fates that are known."""

    base_url: str
    gstin: Gstin
    username: str
    kind: Literal["SAVE", "RESET"]
    decisions: tuple[Decision, ...]
    parts: list[Part]
    verdicts: dict[int, Verdict] = field(default_factory=dict[int, Verdict])
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def over(self) -> bool:
        """Whether every row has its verdict."""
        return len(self.verdicts) == len(self.decisions)

    @property
    def reference_ids(self) -> tuple[str, ...]:
        """The portal's references, in the order of the requests."""
        return tuple(part.reference_id for part in self.parts if part.reference_id is not None)

    def decide(self, row: int, fate: Fate, code: str | None = None, words: str = "") -> None:
        """Write down what became of a row."""
        self.verdicts[row] = Verdict(self.decisions[row], fate, code or None, words)

    def outcome(self) -> Outcome:
        """The verdicts in order."""
        return Outcome(tuple(self.verdicts[row] for row in range(len(self.decisions))), self.reference_ids)


class Journal:
    """The batches of this user, in a directory: two files each, the rows and how far they are."""

    def __init__(self, state: Path) -> None:
        """`state` is the directory of this user's state."""
        self._directory = state / "requests"

    def add(self, batch: Batch) -> None:
        """Write down a new batch. Those that are over for long go."""
        self._prune()
        head = _Head(batch.base_url, str(batch.gstin), batch.username, batch.kind, [_row(d) for d in batch.decisions])
        try:
            write_private(self._rows(batch.id), msgspec.json.encode(head))
            self.store(batch)
        except StateUnusable:
            self.remove(batch)
            raise

    def store(self, batch: Batch) -> None:
        """Write down how far it is."""
        fates = {row: _Fate(v.fate, v.code, v.words) for row, v in batch.verdicts.items()}
        write_private(self._progress(batch.id), msgspec.json.encode(_Progress(batch.parts, fates)))

    def remove(self, batch: Batch) -> None:
        """Forget it."""
        with usable(self._directory):
            self._progress(batch.id).unlink(missing_ok=True)
            self._rows(batch.id).unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # one system removes no file that is open
            self.lock(batch).unlink(missing_ok=True)

    def load(self, name: str) -> Batch:
        """The batch of an id, of ours or of the portal. Raises ClientError where there is none."""
        mine = self._rows(name).exists()
        for identity in [name] if mine else self._ids():
            # That another one is damaged is said when it is asked for.
            with contextlib.nullcontext() if mine else contextlib.suppress(StateUnusable):
                batch = self._load(identity)
                if batch is not None and name in (batch.id, *batch.reference_ids):
                    return batch
        raise ClientError(f"No save or reset with the id {name[:40]!r} is known here: check it.")

    def refresh(self, batch: Batch) -> None:
        """Learn how far others have come with it. Raises ClientError where it is forgotten, StateUnusable."""
        try:
            self._fill(batch)
        except FileNotFoundError:
            raise ClientError(f"The save or reset {batch.id} is forgotten: it was over long ago.") from None

    def rows(self, reference_id: str) -> int | None:
        """How many rows the request of one of the portal's references has; None if it isn't known here."""
        with contextlib.suppress(ClientError):
            parts = self.load(reference_id).parts
            return next((len(part.rows) for part in parts if part.reference_id == reference_id), None)
        return None

    def pending(self, base_url: str, gstin: Gstin) -> Iterator[Batch]:
        """The batches of a taxpayer that aren't over, oldest first. Raises StateUnusable where one is damaged."""
        for identity in self._ids():
            batch = self._load(identity)
            if batch is not None and not batch.over and (batch.base_url, batch.gstin) == (base_url, gstin):
                yield batch

    def lock(self, batch: Batch) -> Path:
        """The file by which one program at a time works on it."""
        return self._directory / f"{batch.id}.lock"

    def _load(self, identity: str) -> Batch | None:
        # Somebody else may have removed it meanwhile.
        with contextlib.suppress(FileNotFoundError):
            with self._whole(identity):
                head = msgspec.json.decode(self._rows(identity).read_bytes(), type=_Head)
                decisions = tuple(map(_decision, head.rows))
                batch = Batch(head.base_url, Gstin(head.gstin), head.username, head.kind, decisions, [], id=identity)
            self._fill(batch)
            return batch
        return None

    def _fill(self, batch: Batch) -> None:
        with self._whole(batch.id):
            progress = msgspec.json.decode(self._progress(batch.id).read_bytes(), type=_Progress)
            if {row for part in progress.parts for row in part.rows} - set(range(len(batch.decisions))):
                raise Invalid("It has rows that there aren't.")
            for row, known in progress.fates.items():
                batch.decide(row, known.fate, known.code, known.words)
        batch.parts = progress.parts

    @contextlib.contextmanager
    def _whole(self, identity: str) -> Generator[None]:
        """Raises StateUnusable for files that are there, but can't be read."""
        try:
            with usable(self._rows(identity)):
                yield
        except (*MALFORMED, ValueError, IndexError) as error:
            name = self._rows(identity).with_suffix(".*")
            raise StateUnusable(
                f"{name} are damaged ({error}): look at the records what became of that save, then move them away."
            ) from error

    def _ids(self) -> list[str]:
        aged: list[tuple[int, str]] = []
        for path in self._directory.glob("*.rows"):
            with contextlib.suppress(FileNotFoundError):
                aged.append((path.stat().st_mtime_ns, path.stem))
        return [identity for _, identity in sorted(aged)]

    def _prune(self) -> None:
        # By the time of the files: this machine's own.
        for identity in self._ids():
            with contextlib.suppress(FileNotFoundError, StateUnusable):
                old = self._progress(identity).stat().st_mtime < time.time() - KEPT
                batch = self._load(identity) if old else None
                if batch is not None and batch.over:
                    self.remove(batch)

    def _rows(self, identity: str) -> Path:
        return self._directory / f"{identity if identity.isalnum() else digest(identity)}.rows"

    def _progress(self, identity: str) -> Path:
        return self._rows(identity).with_suffix(".progress")


def _row(decision: Decision) -> _Row:
    reduce = decision.reduce
    amounts = None
    if isinstance(reduce, Reduction):
        amounts = (str(reduce.igst), str(reduce.cgst), str(reduce.sgst), str(reduce.cess))
    return _Row(
        decision.record.section,
        Raw(decision.record.source),
        decision.action,
        # Half a character can't be written, and is never sent.
        None if decision.remarks is None else decision.remarks.encode(errors="replace").decode(),
        None if isinstance(reduce, Reduction) else reduce,
        amounts,
    )


def _decision(row: _Row) -> Decision:
    reduce: bool | Reduction | None = row.reduce
    if row.amounts is not None:
        reduce = Reduction(*map(Decimal, row.amounts))
    return Decision(Record.read(row.section, bytes(row.source)), row.action, row.remarks, reduce)
