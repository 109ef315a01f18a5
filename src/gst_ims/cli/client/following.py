"""`ims status`: what became of a save or reset, taking up a wait that was interrupted."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from gst_ims.cli.client.opening import Opened, opened
from gst_ims.cli.client.options import Place
from gst_ims.cli.client.output import Column, Form, named, say, show, write_object
from gst_ims.cli.client.waiting import again, not_done, patiently, report, wait
from gst_ims.cli.exits import Exit, Usage
from gst_ims.client import FailedRow, Outcome, State, Status
from gst_ims.client.errors import ClientError, InvalidRequest, NothingFound, WaitTimeout
from gst_ims.connect.portal import Reference

_FAILURES = (
    Column[FailedRow]("section", lambda row: row.section, "section"),
    Column[FailedRow]("supplier", lambda row: row.stin, "supplier"),
    Column[FailedRow]("number", lambda row: row.number, "number"),
    Column[FailedRow]("period", lambda row: row.period, "period"),
    Column[FailedRow]("code", lambda row: row.code, "code", 1),
    Column[FailedRow]("words", lambda row: row.words, "why", wraps=True),
)


def follow(place: Place, reference_id: str, form: Form, timeout: float, *, pending: bool) -> Exit:
    """Wait for a save or reset, or for all that aren't over, and print the verdicts. Raises Usage, ClientError."""
    if pending == bool(reference_id):
        raise Usage("Give a reference, or --pending.")
    with opened(place) as it:
        if pending:
            return _report_all(it, it.session.pending(), form, timeout)
        reference = it.reference(reference_id)
        if reference is None:
            return _tell(it, _of_another(it, reference_id, timeout), form, timeout)
        return _report_all(it, [reference], form, timeout)


def _of_another(it: Opened, reference_id: str, timeout: float) -> Status:
    """Of another program, or of another machine: all there is is what the portal says. Raises ClientError."""
    try:
        status = it.session.status(reference_id)
    except (NothingFound, InvalidRequest) as error:
        raise ClientError(
            f"Neither this machine nor the portal knows a save or reset {reference_id[:40]!r} of"
            f" {it.profile.gstin}: check the reference and the profile."
            f" What isn't over is told by `ims status --pending --profile {it.name}`."
        ) from error
    if status.final or not timeout:
        return status
    return patiently(it, reference_id, lambda _: it.session.status(reference_id, timeout))


def _report_all(it: Opened, references: Sequence[Reference], form: Form, timeout: float) -> Exit:
    outcomes: list[Outcome] = []
    ending = Exit.DONE
    for reference in references:
        try:
            outcomes.append(wait(it, reference, timeout))
        except WaitTimeout as error:
            # Others may be over.
            say(f"ims: {error}")
            ending = Exit.UNFINISHED
    if ending and not outcomes:
        return ending
    if not outcomes:
        say(f"Nothing of {it.profile.gstin} is in progress.")
    verdicts = tuple(verdict for outcome in outcomes for verdict in outcome.verdicts)
    names = tuple(name for outcome in outcomes for name in outcome.reference_ids)
    return max(report(Outcome(verdicts, names), form), ending)


def _tell(it: Opened, status: Status, form: Form, timeout: float) -> Exit:
    if form is Form.JSON:
        head = {"reference_id": status.reference_id, "state": status.state, "said": status.said}
        counts = {"processed": status.processed, "failed": status.failed, "code": status.code, "words": status.words}
        write_object({**head, **counts, "rows": named(_FAILURES, status.failures)})
    else:
        show(_FAILURES, status.failures, form)
    if form is Form.TABLE:
        why = " ".join(part for part in (status.code, status.words) if part)
        sys.stdout.write(f"{status.state.value.replace('_', ' ')}{': ' if why else ''}{why}\n")
    if not status.final:
        say(f"ims: {not_done(timeout)} {again(it, status.reference_id)}")
        return Exit.UNFINISHED
    return Exit.DONE if status.state is State.PROCESSED else Exit.REFUSED
