"""Waiting for a save or a reset, and saying what became of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from gst_ims.cli.client.columns import PROBLEMS, VERDICTS
from gst_ims.cli.client.opening import Opened
from gst_ims.cli.client.output import Form, named, say, show, write_object
from gst_ims.cli.exits import Exit
from gst_ims.client import Fate, Outcome
from gst_ims.client import Progress as Done
from gst_ims.client.errors import ClientError, WaitTimeout
from gst_ims.connect.offline.reading import Problem
from gst_ims.connect.portal import Reference

T = TypeVar("T")

_WORDS = {
    Fate.APPLIED: "applied",
    Fate.REFUSED: "refused",
    Fate.NOT_SENT: "not sent",
    Fate.UNKNOWN: "of unknown fate",
}


def wait(it: Opened, reference: Reference, timeout: float) -> Outcome:
    """Wait for what became of every row, but for nobody who has files to carry. Raises WaitTimeout, ClientError."""
    if it.profile.offline:
        timeout = 0
    try:
        return patiently(it, reference.id, lambda progress: reference.wait(timeout, progress))
    except WaitTimeout as error:
        # Of files it says what to do with them.
        words = str(error) if it.profile.offline else not_done(timeout)
        raise WaitTimeout(f"{words} {again(it, reference.id)}") from error


def not_done(timeout: float) -> str:
    """That so many seconds weren't enough."""
    return f"The portal isn't done after {timeout:g} seconds."


def again(it: Opened, reference_id: str) -> str:
    """How to take a wait up again."""
    return f"Take it up again with `ims status {reference_id} --profile {it.name}`."


def patiently(it: Opened, reference_id: str, ask: Callable[[Callable[[Done], None]], T]) -> T:
    """Do what takes long, with a progress bar that `ask` is given. What ends it early is said, and how to go on.

    Raises WaitTimeout, about which nothing is said here, and ClientError.
    """
    console = Console(stderr=True)
    words, count = TextColumn("waiting for the portal"), MofNCompleteColumn()
    with Progress(
        words, BarColumn(), count, TimeElapsedColumn(), console=console, transient=True, disable=not console.is_terminal
    ) as bars:
        bar = bars.add_task("", total=None)

        def progress(done: Done) -> None:
            bars.update(bar, completed=done.done, total=done.total)

        try:
            return ask(progress)
        except KeyboardInterrupt:
            bars.stop()
            say(f"ims: The portal goes on with it. {again(it, reference_id)}")
            raise typer.Exit(Exit.INTERRUPTED) from None
        except WaitTimeout:
            raise
        except ClientError:
            # What it says itself, and its code, come after this.
            say(f"ims: It isn't over. {again(it, reference_id)}")
            raise


def report(outcome: Outcome, form: Form, missing: Sequence[str] = (), problems: Sequence[Problem] = ()) -> Exit:
    """Say what became of every row; `missing` are names that no record has, `problems` are said already but in JSON."""
    if form is Form.JSON:
        rows = named(VERDICTS, outcome.verdicts)
        counts = {fate.value: count for fate, count in outcome.counts.items()}
        left = {"missing": missing, "problems": named(PROBLEMS, problems)}
        write_object({"reference_ids": outcome.reference_ids, **counts, "rows": rows, **left})
    elif form is Form.CSV:
        show(VERDICTS, outcome.verdicts, form)
    else:
        show(VERDICTS, [verdict for verdict in outcome.verdicts if verdict.fate is not Fate.APPLIED], form)
        told = [f"{count} {_WORDS[fate]}" for fate, count in outcome.counts.items() if count]
        sys.stdout.write(f"{', '.join(told) or 'Nothing to do'}.\n")
    say_missing(missing)
    if outcome.unknown:
        return Exit.UNFINISHED
    return Exit.DONE if outcome.complete and not missing and not problems else Exit.REFUSED


def say_missing(names: Iterable[str]) -> None:
    """Say which names no record has."""
    for name in names:
        say(f"ims: There is no record {name}: list the section, and look.")
