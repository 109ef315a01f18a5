"""What became of a save or a reset: a verdict for every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from gst_ims.client.errors import RowsRefused
from gst_ims.client.record import Decision, Record
from gst_ims.core.section import Section


class Fate(StrEnum):
    """What can become of a row."""

    #: The portal has done it.
    APPLIED = "applied"
    #: The portal hasn't done it, and says why.
    REFUSED = "refused"
    #: It never went to the portal.
    NOT_SENT = "not_sent"
    #: It went to the portal, and neither the report nor the record tells what became of it.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one row. `code` is the portal's where it refused the row; `words` say why it isn't applied."""

    decision: Decision
    fate: Fate
    code: str | None = None
    words: str = ""

    @property
    def record(self) -> Record:
        """The record as it was when it was decided about."""
        return self.decision.record

    def __str__(self) -> str:
        """One line for people."""
        why = " ".join(part for part in (self.code, self.words) if part)
        return f"{self.record.key} {self.fate.value.replace('_', ' ')}{': ' if why else ''}{why}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdicts of a save or a reset, in the order in which the rows were given, and the portal's references."""

    verdicts: tuple[Verdict, ...]
    reference_ids: tuple[str, ...] = ()

    @property
    def counts(self) -> Mapping[Fate, int]:
        """How many rows had each fate; those that none had are zero."""
        counted = Counter(verdict.fate for verdict in self.verdicts)
        return {fate: counted[fate] for fate in Fate}

    def of(self, fate: Fate) -> list[Verdict]:
        """The verdicts of one fate, in order."""
        return [verdict for verdict in self.verdicts if verdict.fate is fate]

    @property
    def applied(self) -> list[Verdict]:
        """The rows that are done."""
        return self.of(Fate.APPLIED)

    @property
    def refused(self) -> list[Verdict]:
        """The rows that the portal refused."""
        return self.of(Fate.REFUSED)

    @property
    def not_sent(self) -> list[Verdict]:
        """The rows that never went to the portal."""
        return self.of(Fate.NOT_SENT)

    @property
    def unknown(self) -> list[Verdict]:
        """The rows of which neither report nor record tells what became of them: read them again, and look."""
        return self.of(Fate.UNKNOWN)

    @property
    def complete(self) -> bool:
        """Whether every row is applied."""
        return len(self.applied) == len(self.verdicts)

    def raise_for_refused(self) -> Outcome:
        """Give itself back if every row is applied; otherwise raise RowsRefused, which has the verdicts."""
        if not self.complete:
            raise RowsRefused(self)
        return self


class State(StrEnum):
    """How far a request is."""

    IN_PROGRESS = "in_progress"
    PROCESSED = "processed"
    #: Some rows are refused, the others are done.
    WITH_ERRORS = "processed_with_errors"
    #: Nothing was done.
    FAILED = "failed"


class FailedRow(NamedTuple):
    """A line of an error report: the row as far as the report names it, and why it was refused."""

    #: None where the report's key isn't one that is known.
    section: Section | None
    stin: str
    number: str
    #: MMYYYY, as reported.
    period: str
    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Status:
    """How far a save, a reset or a computation of GSTR-2B is."""

    reference_id: str
    state: State
    #: The portal's own word: P, S, PE, ER, IP, REC.
    said: str
    #: Rows done and rows refused, as far as the portal counts them.
    processed: int | None = None
    failed: int | None = None
    code: str = ""
    words: str = ""
    failures: tuple[FailedRow, ...] = field(default=())

    @property
    def final(self) -> bool:
        """Whether nothing more will happen."""
        return self.state is not State.IN_PROGRESS


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a wait is: what `on_progress` is called with."""

    #: Rows with a verdict, and all rows.
    done: int
    total: int
    #: Requests to the portal that are over, and all of them.
    requests_done: int
    requests: int
