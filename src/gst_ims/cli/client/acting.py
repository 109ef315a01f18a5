"""`ims accept`, `reject`, `pending` and `reset`: choose records, say what would happen, do it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import typer

from gst_ims.cli.client.choosing import Filter, find, read_name
from gst_ims.cli.client.columns import DECISIONS, PROBLEMS, VERDICTS
from gst_ims.cli.client.deciding import Plan, check_words, decide, plan
from gst_ims.cli.client.opening import Opened, opened
from gst_ims.cli.client.options import Place, Words
from gst_ims.cli.client.output import Form, counted, named, say, show, write_object
from gst_ims.cli.client.rows import Wanted, read_reduction, read_rows
from gst_ims.cli.client.waiting import report, say_missing, wait
from gst_ims.cli.exits import Exit, Usage
from gst_ims.client import Decision, Outcome, Reduction
from gst_ims.client.errors import ClientError, WaitTimeout
from gst_ims.connect.portal import Portal, Reference
from gst_ims.core.errors import Invalid
from gst_ims.core.money import indian, paise
from gst_ims.core.section import Action

Reduce = bool | Reduction | None
Send = Callable[[list[Decision], float], Reference]

_DEEDS = {Action.ACCEPT: "accept", Action.REJECT: "reject", Action.PENDING: "keep pending", Action.NONE: "reset"}


@dataclass(frozen=True)
class Manner:
    """How something is sent."""

    form: Form
    dry_run: bool
    yes: bool
    timeout: float


def act(
    place: Place,
    action: Action,
    names: list[str],
    filter_: Filter,
    file: Path | None,
    words: Words,
    manner: Manner,
) -> Exit:
    """Do one thing to the records that are named, in a file, or that a filter takes. Raises Usage, ClientError."""
    if sum((bool(names), not filter_.empty, file is not None)) != 1:
        raise Usage("Say which records: by their names, by filters such as --section B2B, or by --file. One of these.")
    said = _read_words(words)
    wanted = read_rows(file) if file else [Wanted(read_name(name)) for name in names]
    for remarks_of_row, reduce_of_row in (said, *((row.remarks, row.reduce) for row in wanted)):
        check_words(action, remarks_of_row, reduce_of_row)
    with opened(place) as it:
        if wanted:
            made = _by_name(it.session, action, wanted, *said)
        else:
            made = plan(decide(record, action, *said) for record in filter_.records(it.session.records))
        return perform(it, made, manner)


def perform(it: Opened, made: Plan, manner: Manner) -> Exit:
    """Send a plan, after a question where it is about many, or say only what would be sent."""
    if manner.dry_run:
        return _rehearse(made, manner.form)
    if made.done:
        say(f"{counted(len(made.done), 'record')} said so already: not sent again.")
    if made.send:
        _confirm(made, manner)
    outcomes = _send(it, made, manner.timeout)
    verdicts = [verdict for outcome in outcomes for verdict in outcome.verdicts]
    references = tuple(name for outcome in outcomes for name in outcome.reference_ids)
    return report(Outcome((*verdicts, *made.refused), references), manner.form, made.missing, made.problems)


def _send(it: Opened, made: Plan, timeout: float) -> list[Outcome]:
    """Saves first, then resets: a portal takes one request at a time. Files are all written, then carried."""
    outcomes: list[Outcome] = []
    if made.saves:
        try:
            outcomes.append(wait(it, _start(it, it.session.save, made.saves, timeout), timeout))
        except (ClientError, typer.Exit) as error:
            if not made.resets:
                raise
            if not (it.profile.offline and isinstance(error, WaitTimeout)):
                say(f"ims: Not sent yet: {counted(len(made.resets), 'reset')}. Do this again when the save is over.")
                raise
            say(f"ims: {error}")
    if made.resets:
        outcomes.append(wait(it, _start(it, _reset(it.session), made.resets, timeout), timeout))
    return outcomes


def _start(it: Opened, send: Send, decisions: list[Decision], timeout: float) -> Reference:
    try:
        return send(decisions, timeout)
    except WaitTimeout as error:
        raise WaitTimeout(
            f"Nothing is sent. {error} Look with `ims status --pending --profile {it.name}`, then try again."
        ) from error


def _reset(session: Portal) -> Send:
    return lambda decisions, timeout: session.reset((decision.record for decision in decisions), timeout)


def _read_words(words: Words) -> tuple[str | None, Reduce]:
    try:
        return words.remarks or None, read_reduction(words.reduce)
    except Invalid as error:
        raise Usage(str(error)) from error


def _by_name(session: Portal, action: Action, wanted: list[Wanted], remarks: str | None, reduce: Reduce) -> Plan:
    """What a row of a file says goes before what is said for all."""
    rows = {str(row.key): row for row in wanted}
    named = find((row.key for row in wanted), session.records)
    decisions: list[Decision] = []
    for record in named.found:
        row = rows[str(record.key)]
        own = reduce if row.reduce is None else row.reduce
        decisions.append(decide(record, action, row.remarks or remarks, own))
    return plan(decisions, named.missing)


def _confirm(made: Plan, manner: Manner) -> None:
    """On a terminal, ask before more than one record is changed."""
    if manner.yes or len(made.send) == 1 or not sys.stdin.isatty():
        return
    tax = indian(paise(sum((decision.record.tax for decision in made.send), Decimal(0))))
    actions = Counter(_DEEDS[decision.action] for decision in made.send)
    what = ", ".join(f"{deed} {count} records" for deed, count in actions.items())
    typer.confirm(f"{what[0].upper()}{what[1:]} with tax of {tax}?", abort=True, err=True)


def _rehearse(made: Plan, form: Form) -> Exit:
    """Say what would be sent, what not, and why. Nothing is sent."""
    if form is Form.JSON:
        send = [
            {**row, "row": decision.row()} for row, decision in zip(named(DECISIONS, made.send), made.send, strict=True)
        ]
        left = {"missing": made.missing, "problems": named(PROBLEMS, made.problems)}
        done = [str(decision.record.key) for decision in made.done]
        write_object({"send": send, "not_sent": named(VERDICTS, made.refused), "done_already": done, **left})
    elif form is Form.CSV:
        show(DECISIONS, made.send, form)
    else:
        show(DECISIONS, made.send, form)
        show(VERDICTS, made.refused, form)
        sys.stdout.write(
            f"Nothing is sent. Would be sent: {len(made.send)}, not sent: {len(made.refused)},"
            f" so already: {len(made.done)}.\n"
        )
    say_missing(made.missing)
    return Exit.DONE if made.complete else Exit.REFUSED
