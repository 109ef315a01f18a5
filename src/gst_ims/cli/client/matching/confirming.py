"""Which column of a register is which: proposed, shown, confirmed by a person, and kept for the next time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from gst_ims.cli.client.output import for_people, say
from gst_ims.cli.exits import Exit, Usage
from gst_ims.desk.register import Mapping, Mappings, Recognised, propose
from gst_ims.desk.register.mapping import SAID

_HINT = "Say which column is which, such as --column 'taxable=Basic Amount'."


def confirm(
    paths: Sequence[Path], kept: Mappings, columns: dict[str, Sequence[str]], *, yes: bool
) -> tuple[list[Mapping], list[Mapping]]:
    """How the registers are read, and what of it a person has confirmed just now, to be kept.

    What was confirmed before isn't asked again. With `yes` nobody is asked, and nothing is kept. Raises Usage.
    """
    found = [it for path in paths for it in propose(path, kept, columns)]
    _check(found, columns)
    every = {it.mapping.fingerprint: it for it in found}
    fresh = [it for it in every.values() if kept.get(it.mapping.fingerprint) != it.mapping]
    for it in fresh:
        say(f"{it.file}{f', {it.sheet}' if it.sheet else ''} is read so:")
        for line in it.mapping.table().splitlines():
            say(f"  {for_people(line)}")
    if fresh and not yes:
        if not sys.stdin.isatty():
            raise Usage(f"Nobody has confirmed these columns: give --yes where they are right. {_HINT}")
        if not typer.confirm("Is that right?", err=True):
            say(_HINT)
            raise typer.Exit(Exit.REFUSED)
    confirmed = [] if yes else [it.mapping.confirmed() for it in fresh]
    return [it.mapping for it in every.values()], confirmed


def _check(found: Sequence[Recognised], columns: dict[str, Sequence[str]]) -> None:
    """Raises Usage where a column that was named is in no register."""
    for field, headings in columns.items():
        said = any(it.reason == SAID for one in found for it in one.mapping.proposals if it.field == field)
        if not said and headings:
            there = ", ".join(dict.fromkeys(name for it in found for name in it.mapping.headings if name))
            raise Usage(f"No register has a column {' + '.join(headings)!r}: there are {there}.")
