"""The offline way: a folder with what a person downloaded, and what he is to upload."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from gst_ims.client.errors import NothingFound
from gst_ims.client.outcome import FailedRow, Fate, State, Status
from gst_ims.client.record import Decision, Record
from gst_ims.client.views import AddedBack, Counts, Gstr2b, Sales, SectionCount
from gst_ims.connect.errors import NotOffered, Unreadable
from gst_ims.connect.offline.batch import Batch, batches, given
from gst_ims.connect.offline.evidence import is_error_file
from gst_ims.connect.offline.reading import Problem, Reading, read
from gst_ims.connect.portal import Computation
from gst_ims.core.clock import Clock, SystemClock
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Section

_DOWNLOADS = (".json", ".xlsx", ".xls", ".zip")
_ELSEWHERE = "Look at the GST portal, or reach it by an API (sandbox or local)."


class Offline:
    """A recipient's IMS as the files of the offline tool have it. A `Portal`, as far as files go.

    >>> ims = Offline("27AAXCT0001K1Z6", Path("ims"))
    ... batch = ims.save(record.accept() for record in ims.records("B2B"))
    ... batch.files  # to be uploaded by hand
    """

    def __init__(self, gstin: str, folder: Path, download: Path | None = None, clock: Clock | None = None) -> None:
        """`folder` has the downloads, and gets a folder for every save and reset.

        Without `download` the newest file counts that is in `folder`, or that was put beside an upload. It is read when
        it is needed first. Raises Invalid if it isn't a GSTIN; its check digit isn't looked at.
        """
        self.gstin = Gstin(gstin)
        self.folder = folder
        self._download = download
        self._clock = clock or SystemClock()

    @cached_property
    def reading(self) -> Reading:
        """The download. Raises Unreadable where there is none, or where it isn't one of this taxpayer."""
        return read(self._download or self._newest(), self.gstin)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The rows of the download that aren't among the records, and why."""
        return self.reading.problems

    def counts(self, type_of_goods: str = "others") -> Counts:
        """Count the records that were downloaded. Raises NotOffered for anything but `others`."""
        if type_of_goods != "others":
            raise NotOffered(f"The offline tool has no {type_of_goods}. {_ELSEWHERE}")
        actions = Counter((record.section, record.action) for record in self.reading.records)
        order = (Action.NONE, Action.ACCEPT, Action.REJECT, Action.PENDING)
        sections = {section: SectionCount(*(actions[section, action] for action in order)) for section in OTHERS}
        return Counts(sections, len(self.reading.records))

    def records(self, section: Section | str, status: Action | str | None = None) -> Iterator[Record]:
        """The records of a section that were downloaded, as `Session.records`. Raises Invalid, NotOffered."""
        wanted = Section.parse(section)
        if wanted not in OTHERS:
            raise NotOffered(f"The offline tool has no {wanted}. {_ELSEWHERE}")
        action = Action.of_status(status) if isinstance(status, str) and not isinstance(status, Action) else status
        return (it for it in self.reading.records if it.section is wanted and action in (None, it.action))

    def save(self, decisions: Iterable[Decision], timeout: float = 0.0) -> Batch:
        """Write the files that are to be uploaded, into a folder of their own. `timeout` is of no use here.

        What the record says already is in no file (R8.6), nor what the rulebook forbids; the outcome has a verdict for
        each. Raises NothingChanged where there is nothing to upload; then no file is written.
        """
        return Batch.write(self.folder, self.gstin, "SAVE", tuple(decisions), self._clock.now())

    def reset(self, records: Iterable[Record], timeout: float = 0.0) -> Batch:
        """Write files that take back what was decided. As `save` in all else."""
        decisions = tuple(Decision(record, Action.NONE) for record in records)
        return Batch.write(self.folder, self.gstin, "RESET", decisions, self._clock.now())

    def pending(self) -> Sequence[Batch]:
        """The saves and resets of which nobody was told yet what became of all rows, the oldest first."""
        return [batch for batch in self._batches() if not batch.told]

    def reference(self, name: str) -> Batch:
        """A save or a reset by the name of its folder. Raises NothingFound."""
        batch = next((batch for batch in self._batches() if batch.id == name), None)
        if batch is None:
            raise NothingFound(f"There is no upload {name[:40]!r} in {self.folder}.")
        return batch

    def status(self, reference_id: str, timeout: float = 0) -> Status:
        """How far an upload is, by the name of its folder: at once, as a person carries it. Raises NothingFound."""
        batch = self.reference(reference_id)
        outcome = batch.outcome()
        refused = tuple(
            FailedRow(record.section, record.stin, record.number, str(record.period), verdict.code or "", verdict.words)
            for verdict in outcome.refused
            for record in (verdict.record,)
        )
        state = State.IN_PROGRESS if outcome.unknown else State.WITH_ERRORS if refused else State.PROCESSED
        if refused and not outcome.unknown and not outcome.counts[Fate.APPLIED]:
            state = State.FAILED
        return Status(batch.id, state, "", len(outcome.applied), len(refused), failures=refused)

    def sales(self, period: Period | str, section: str, return_type: str = "gstr-1") -> Sales:
        """Raises NotOffered."""
        raise NotOffered(f"What recipients decided isn't in offline files. {_ELSEWHERE}")

    def added_back(self, period: Period | str, section: str = "CDNR") -> AddedBack:
        """Raises NotOffered."""
        raise NotOffered(f"Liability that comes back isn't in offline files. {_ELSEWHERE}")

    def gstr2b(self, period: Period | str) -> Gstr2b:
        """Raises NotOffered."""
        raise NotOffered(f"GSTR-2B isn't in offline files. {_ELSEWHERE}")

    def regenerate(self, period: Period | str) -> Computation:
        """Raises NotOffered."""
        raise NotOffered("A file can't have GSTR-2B computed: click Compute GSTR-2B on the IMS dashboard.")

    def computation(self, reference_id: str, period: Period | str | None = None) -> Computation:
        """Raises NotOffered."""
        raise NotOffered(f"GSTR-2B isn't computed by files. {_ELSEWHERE}")

    def _batches(self) -> list[Batch]:
        return [batch for batch in batches(self.folder) if batch.gstin == self.gstin]

    def _newest(self) -> Path:
        there = [path for path in self.folder.glob("*") if path.is_file() and path.suffix.lower() in _DOWNLOADS]
        there += [path for batch in self._batches() for path in given(batch.folder) if not is_error_file(path)]
        if not there:
            raise Unreadable(
                f"{self.folder} has no download: take Download JSON, or Download IMS Details (Excel), from the IMS "
                "dashboard at the GST portal, and put the file there."
            )
        return max(there, key=lambda path: (path.stat().st_mtime, path.name))
