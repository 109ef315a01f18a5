"""What was written to be uploaded, remembered beside the files: so a later run can read what the portal says about it.

A batch is a folder: the numbered files to upload, `batch.json` with what stands in which, and whatever the person puts
there that the portal gave him afterwards, an error file or a new download. It comes into being whole or not at all.
"""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Raw, Struct

from gst_ims.client.errors import WaitTimeout
from gst_ims.client.outcome import Fate, Outcome, Progress, Verdict
from gst_ims.client.record import Decision, Key, Record, Reduction
from gst_ims.connect.errors import AlreadyThere, NothingChanged, Unreadable
from gst_ims.connect.offline.evidence import Evidence, gathered
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action, Section

#: What a file has at most: of each section so many rows, and so many bytes in all (R8.8).
ROWS, BYTES = 5_000, 4_000_000

Kind = Literal["SAVE", "RESET"]
STATE = "batch.json"
#: Stands in a folder once somebody was told what became of all its rows. Hidden: it is no file of the portal's.
_TOLD = ".told"
SAYS_SO = "The record says so already, so it is in no file."
_OWN = re.compile(r"ims-(save|reset)-[0-9-]+-of-[0-9]+\.json")
# How often somebody's folder is looked into while he is waited for, in seconds.
_PAUSE = 2.0

_encode = msgspec.json.Encoder(decimal_format="number").encode


class _Row(Struct, omit_defaults=True):
    section: Section
    source: Raw
    action: Action
    remarks: str | None = None
    reduce: bool | dict[str, str] | None = None
    file: str | None = None  # none: it was not to be uploaded, and why
    fate: Fate | None = None
    words: str = ""


class _State(Struct):
    gstin: str
    kind: Kind
    written: datetime
    rows: list[_Row]


@dataclass(frozen=True, slots=True)
class Batch:
    """Decisions of one save or reset, and the files in which they stand."""

    gstin: Gstin
    kind: Kind
    written: datetime
    decisions: tuple[Decision, ...]
    #: The name of the file of each decision; None for what isn't to be uploaded.
    places: tuple[str | None, ...]
    #: What is known without the portal, by the decision's place.
    known: dict[int, tuple[Fate, str]] = field(repr=False)
    #: Where it is; the folder doesn't exist where there was nothing to upload.
    folder: Path

    @classmethod
    def write(cls, parent: Path, gstin: Gstin, kind: Kind, decisions: Sequence[Decision], now: datetime) -> Batch:
        """Write the decisions into a new folder below `parent`.

        What the record forbids, what stands twice and what it says already is in no file. Raises NothingChanged where
        nothing else is left and nothing is forbidden, and AlreadyThere; then nothing is written.
        """
        known = _known(kind, decisions)
        files = list(_split([place for place in range(len(decisions)) if place not in known], decisions))
        if not files and all(fate is Fate.APPLIED for fate, _ in known.values()):
            raise NothingChanged
        name = _free(parent, f"ims-{kind.lower()}-{now:%Y%m%d-%H%M%S}")
        names = [f"{name}-{n}-of-{len(files)}.json" for n in range(1, len(files) + 1)]
        places: list[str | None] = [None] * len(decisions)
        for file, rows in zip(names, files, strict=True):
            for row in rows:
                places[row] = file
        batch = cls(gstin, kind, now, tuple(decisions), tuple(places), known, parent / name)
        if files:
            bodies = [_body(gstin, kind, [decisions[row] for row in rows]) for rows in files]
            _create(batch.folder, {**dict(zip(names, bodies, strict=True)), STATE: _encode(batch._state())})
        return batch

    @classmethod
    def open(cls, folder: Path) -> Batch:
        """The batch in a folder. Raises Unreadable."""
        try:
            state = msgspec.json.decode((folder / STATE).read_bytes(), type=_State)
            decisions = tuple(_decision(row) for row in state.rows)
            gstin = Gstin(state.gstin)
        except (OSError, ValueError) as error:
            raise Unreadable(f"{folder} isn't a folder that was written to be uploaded: {error}") from error
        known = {at: (row.fate, row.words) for at, row in enumerate(state.rows) if row.fate is not None}
        places = tuple(row.file for row in state.rows)
        return cls(gstin, state.kind, state.written, decisions, places, known, folder)

    @property
    def id(self) -> str:
        """The name by which it is found again."""
        return self.folder.name

    @property
    def reference_ids(self) -> tuple[str, ...]:
        """None: the portal tells its ids to the person who uploads."""
        return ()

    @property
    def files(self) -> list[Path]:
        """What is to be uploaded, in this order."""
        names = {name for name in self.places if name is not None}
        return [self.folder / name for name in sorted(names, key=lambda name: int(name.rsplit("-", 3)[1]))]

    def outcome(self) -> Outcome:
        """What became of each row, by what the portal gave: error files and later downloads in the folder.

        A row that an error file names is refused, and the others of its upload are applied. Of an upload without error
        file a later download tells. Raises Unreadable for a file that is about something else.
        """
        return self.judge(gathered(given(self.folder), self.gstin, self.decisions, self.places))

    @property
    def told(self) -> bool:
        """Whether somebody was told what became of every row."""
        return (self.folder / _TOLD).exists()

    def wait(self, timeout: float = 0.0, on_progress: Callable[[Progress], object] | None = None) -> Outcome:
        """The outcome, once the folder has what tells it: then it is told. Raises WaitTimeout with what to do."""
        until = time.monotonic() + timeout
        while True:
            outcome = self.outcome()
            left = {self.places[at] for at, verdict in enumerate(outcome.verdicts) if verdict.fate is Fate.UNKNOWN}
            if on_progress is not None:
                done = len(outcome.verdicts) - len(outcome.unknown)
                on_progress(Progress(done, len(outcome.verdicts), len(self.files) - len(left), len(self.files)))
            if not left:
                if self.folder.exists():
                    (self.folder / _TOLD).touch()
                return outcome
            if (rest := until - time.monotonic()) <= 0:
                files = ", ".join(path.name for path in self.files if path.name in left)
                raise WaitTimeout(
                    f"Upload {files} at the GST portal, then put its error file, or a new download of the records, "
                    f"into {self.folder}."
                )
            time.sleep(min(_PAUSE, rest))

    def judge(self, evidence: Evidence) -> Outcome:
        """The verdicts by what the portal gave."""
        verdicts = (self._verdict(at, decision, evidence) for at, decision in enumerate(self.decisions))
        return Outcome(tuple(verdicts))

    def _verdict(self, at: int, decision: Decision, evidence: Evidence) -> Verdict:
        if at in self.known:
            fate, words = self.known[at]
            return Verdict(decision, fate, None, words)
        later = evidence.later.get(decision.record.key)
        if later is not None and decision.stands(later):
            return Verdict(decision, Fate.APPLIED)
        if at in evidence.refused:
            return Verdict(decision, Fate.REFUSED, *evidence.refused[at])
        if self.places[at] in evidence.judged:
            return Verdict(decision, Fate.APPLIED)
        if later is not None:
            return Verdict(decision, Fate.UNKNOWN, None, f"The record is as it was: was {self.places[at]} uploaded?")
        return Verdict(decision, Fate.UNKNOWN, None, f"Nothing tells of {self.places[at]} yet.")

    def _state(self) -> _State:
        rows = [
            _Row(
                decision.record.section,
                Raw(decision.record.source),
                decision.action,
                decision.remarks,
                _reduction(decision.reduce),
                self.places[at],
                *self.known.get(at, (None, "")),
            )
            for at, decision in enumerate(self.decisions)
        ]
        return _State(str(self.gstin), self.kind, self.written, rows)


def given(folder: Path) -> list[Path]:
    """What was put into the folder of a batch, the oldest first: whatever isn't its own, or hidden."""
    there = [path for path in folder.glob("[!.]*") if path.is_file()]
    mine = [path for path in there if path.name != STATE and not _OWN.fullmatch(path.name)]
    return sorted(mine, key=lambda path: (path.stat().st_mtime, path.name))


def batches(parent: Path) -> list[Batch]:
    """The batches in a folder, the oldest first."""
    return [Batch.open(state.parent) for state in sorted(parent.glob(f"*/{STATE}"))]


def _known(kind: Kind, decisions: Sequence[Decision]) -> dict[int, tuple[Fate, str]]:
    known: dict[int, tuple[Fate, str]] = {}
    seen: set[Key] = set()
    for at, decision in enumerate(decisions):
        if (decision.action is Action.NONE) != (kind == "RESET"):
            known[at] = Fate.NOT_SENT, "Take an action back by a reset, and everything else by a save."
        elif decision.record.key in seen:
            known[at] = Fate.NOT_SENT, "The record stands here twice: the first row counts."
        elif kind == "SAVE" and decision.record.action is decision.action and _says(decision):
            known[at] = Fate.APPLIED, SAYS_SO
        elif (why := decision.why_not()) is not None:
            known[at] = Fate.NOT_SENT, why
        seen.add(decision.record.key)
    return known


def _says(decision: Decision) -> bool:
    """Whether the record has everything that was decided. What a download leaves out was never said."""
    record, wanted = decision.record, decision.row()
    said = (record.remarks or "", record.reduction)
    told = {"Y": True, "N": False}.get(wanted.get("itcRedReq", ""))
    heads = ("igst", "cgst", "sgst", "cess")
    declared = [(getattr(record, f"declared_{head}") or 0, wanted.get(f"decl{head.title()}", 0)) for head in heads]
    return said == (wanted.get("remarks", ""), told) and all(was == is_now for was, is_now in declared)


def _split(rows: Iterable[int], decisions: Sequence[Decision]) -> Iterator[list[int]]:
    """The rows in files, by section, none with more rows of a section or more bytes than it may have."""
    part: list[int] = []
    size, counted = 0, dict[Section, int]()
    for row in sorted(rows, key=lambda at: list(Section).index(decisions[at].record.section)):
        section = decisions[row].record.section
        length = len(_encode(decisions[row].row())) + 1
        # Around the rows there is less than 1,000 bytes.
        if part and (counted.get(section) == ROWS or size + length > BYTES - 1_000):
            yield part
            part, size, counted = [], 0, {}
        part.append(row)
        size += length
        counted[section] = counted.get(section, 0) + 1
    if part:
        yield part


def _body(gstin: Gstin, kind: Kind, decisions: list[Decision]) -> bytes:
    invdata: dict[str, list[dict[str, Any]]] = {}
    for decision in decisions:
        invdata.setdefault(decision.record.section.value, []).append(decision.row())
    return _encode({"rtin": str(gstin), "reqtyp": kind, "invdata": invdata})


def _free(parent: Path, name: str) -> str:
    """A name that no folder has: two batches may be of one second."""
    names = (name, *(f"{name}-{n}" for n in range(2, 1_000)))
    return next((it for it in names if not (parent / it).exists()), name)


def _create(folder: Path, files: dict[str, bytes]) -> None:
    """Make a folder with these files in it, at once. Raises AlreadyThere."""
    part = folder.with_name(f".{folder.name}.{os.getpid()}")
    part.mkdir(parents=True)
    try:
        for name, content in files.items():
            with (part / name).open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        if folder.exists():
            raise AlreadyThere(f"{folder} is there already: nothing was written. Try again.")
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part)
        raise


def _decision(row: _Row) -> Decision:
    reduce = Reduction(**row.reduce) if isinstance(row.reduce, dict) else row.reduce  # type: ignore[arg-type]  # texts of amounts
    return Decision(Record.read(row.section, bytes(row.source)), row.action, row.remarks, reduce)


def _reduction(reduce: bool | Reduction | None) -> bool | dict[str, str] | None:
    if not isinstance(reduce, Reduction):
        return reduce
    return {head: str(getattr(reduce, head)) for head in ("igst", "cgst", "sgst", "cess")}
