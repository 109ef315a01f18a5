"""What became of each row of a request: by its report where that adds up, and by the records where it doesn't."""

from __future__ import annotations

from itertools import count

from gst_ims.client import reading
from gst_ims.client.access import Access
from gst_ims.client.journal import Batch
from gst_ims.client.outcome import FailedRow, Fate, State, Status
from gst_ims.client.record import Decision, Key, Record
from gst_ims.client.steps import Sleep, Steps
from gst_ims.core.section import Action

#: "Changed since it was read". Also what a request gets that reaches the portal twice, for all that it has done.
_STALE = "IMSSAV0010"
_AS_BEFORE = "The record is as it was before, though the portal's report doesn't name it."
_STUCK = "The portal says for long that it has done some rows and not all, and this one isn't done: look at it later."
_CHANGED = "The portal's answer was lost, and the record has changed since it was read: look at it."
_UNKNOWN = "The portal's report doesn't name it, and the record says something else by now: look at it."


def why_not(kind: str, decision: Decision, seen: set[Key]) -> str | None:
    """Why a row isn't to be sent; None if nothing forbids it. `seen` are the records before it."""
    if (decision.action is Action.NONE) != (kind == "RESET"):
        return "Take an action back by a reset, and everything else by a save."
    if decision.record.key in seen:
        return "The record stands here twice: the first row counts."
    return decision.why_not()


def judge(access: Access, batch: Batch, rows: list[int], status: Status) -> Steps[None]:
    """The verdicts of the rows of one request that is over.

    A row is applied if the report adds up and doesn't name it. If it doesn't add up, the record must say so. What was
    refused as changed is applied nevertheless where the record is as it was wanted: the network can bring a request to
    the portal twice, and the second finds everything changed.
    """
    refused, loose = _attribute(batch, rows, status.failures)
    others = [row for row in rows if row not in refused]
    if status.state is State.FAILED and not status.processed and not status.failures:
        for row in rows:
            batch.decide(row, Fate.REFUSED, status.code, status.words)
        return
    clear = not loose and _adds_up(status, len(rows), len(refused))
    doubtful = [] if clear else others
    changed = [row for row, failure in refused.items() if failure.code == _STALE]
    for row in others if clear else []:
        batch.decide(row, Fate.APPLIED)
    for row, failure in refused.items():
        batch.decide(row, Fate.REFUSED, failure.code, failure.words)
    if not doubtful and not changed:
        return
    records = yield from reading.now(access, {batch.decisions[row].record.section for row in [*doubtful, *changed]})
    for row in changed:
        if _stands(batch.decisions[row], records):
            batch.decide(row, Fate.APPLIED)
    for row in doubtful:
        _judge_by_record(batch, row, records, loose, status)


def reconcile(access: Access, batch: Batch, rows: list[int], attempt: int) -> Steps[list[int]]:
    """The verdicts of the rows of a request of which it isn't known whether it was taken.

    Returns those that still stand as they were, to be sent again. `attempt` counts from 1: later ones take longer.
    """
    records = yield from _settled(access, batch, rows, attempt)
    left: list[int] = []
    for row in rows:
        decision = batch.decisions[row]
        if _stands(decision, records):
            batch.decide(row, Fate.APPLIED)
        elif _as_before(decision, records):
            left.append(row)
        else:
            batch.decide(row, Fate.UNKNOWN, words=_CHANGED)
    return left


def _settled(access: Access, batch: Batch, rows: list[int], first: int) -> Steps[dict[Key, Record]]:
    """The records of some rows, when they say the same twice: the portal may be at work on them."""
    sections = {batch.decisions[row].record.section for row in rows}
    records = yield from reading.now(access, sections)
    for attempt in count(first):
        before = [_telling(records.get(batch.decisions[row].record.key)) for row in rows]
        yield Sleep(access.line.pause(attempt, 30.0))
        records = yield from reading.now(access, sections)
        if before == [_telling(records.get(batch.decisions[row].record.key)) for row in rows]:
            break
    return records


def _attribute(
    batch: Batch, rows: list[int], failures: tuple[FailedRow, ...]
) -> tuple[dict[int, FailedRow], list[FailedRow]]:
    """Which rows the report names, and which of its lines name none or several.

    A request has one section, so the key of the section, which has many spellings, isn't needed.
    """
    named: dict[tuple[str, str, str], list[int]] = {}
    for row in rows:
        record = batch.decisions[row].record
        named.setdefault((record.stin, record.number.upper(), str(record.period)), []).append(row)
    refused: dict[int, FailedRow] = {}
    loose: list[FailedRow] = []
    for failure in failures:
        found = named.get((failure.stin.upper(), failure.number.upper(), failure.period), [])
        if len(found) == 1:
            refused[found[0]] = failure
        else:
            loose.append(failure)
    return refused, loose


def _adds_up(status: Status, rows: int, refused: int) -> bool:
    """Whether the counts are those of the report. Rows refused are among the processed ones to some (rulebook C11)."""
    if status.state is State.PROCESSED:
        return refused == 0 and status.processed == rows and not status.failed
    if status.state is State.WITH_ERRORS:
        return refused > 0 and status.failed == refused and status.processed in (rows, rows - refused)
    return False


def _judge_by_record(
    batch: Batch, row: int, records: dict[Key, Record], loose: list[FailedRow], status: Status
) -> None:
    decision = batch.decisions[row]
    if _stands(decision, records):
        batch.decide(row, Fate.APPLIED)
    elif not status.final:
        batch.decide(row, Fate.UNKNOWN, words=_STUCK)
    elif _as_before(decision, records) and decision.record.action is not decision.action:
        reasons = {(failure.code, failure.words) for failure in loose} or {(status.code, status.words)}
        code, words = reasons.pop() if len(reasons) == 1 else ("", "")
        batch.decide(row, Fate.REFUSED, code, words or _AS_BEFORE)
    else:
        batch.decide(row, Fate.UNKNOWN, words=_UNKNOWN)


def _stands(decision: Decision, records: dict[Key, Record]) -> bool:
    record = records.get(decision.record.key)
    return record is not None and record.same(decision.record) and decision.stands(record)


def _as_before(decision: Decision, records: dict[Key, Record]) -> bool:
    record = records.get(decision.record.key)
    return record is not None and (record.hash, record.action) == (decision.record.hash, decision.record.action)


def _telling(record: Record | None) -> object:
    return None if record is None else (record.hash, record.action, record.remarks, record.reduction)
