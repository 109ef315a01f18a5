"""Which column of a register is which: proposed, shown, confirmed by a person, and kept for the next time."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from gst_ims.cli.client.output import for_people, say
from gst_ims.cli.exits import Exit, Usage
from gst_ims.client.tokens import state_directory
from gst_ims.desk.register import Mapping, Mappings, Recognised, propose
from gst_ims.desk.register.mapping import FIELDS, SAID, Known
from gst_ims.desk.register.values import DateOrder

_ORDERS = {"day": DateOrder.DAY, "month": DateOrder.MONTH}
_HINT = "Say which column is which, such as --column 'taxable=Basic Amount'."


def confirm(
    paths: Sequence[Path], kept: Known, columns: dict[str, Sequence[str]], dates: str, *, yes: bool
) -> tuple[list[Mapping], list[Mapping]]:
    """How the registers are read, and what of it a person has confirmed just now, to be kept.

    What was confirmed before isn't asked again. `dates` says what stands first in dates: day, month, or nothing to let
    the rows decide. With `yes` nobody is asked, and nothing is kept. Raises Usage.
    """
    if dates not in ("", *_ORDERS):
        raise Usage(f"Dates are written {dates!r} first nowhere: use one of {', '.join(_ORDERS)}.")
    found = [it for path in paths for it in propose(path, kept, columns)]
    _check(found, columns)
    if dates:
        found = [it._replace(mapping=it.mapping.with_order(_ORDERS[dates])) for it in found]
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


def kept_mappings() -> Mappings:
    """What this user has confirmed."""
    return Mappings(state_directory() / "mappings.json")


def keep(kept: Mappings, fresh: Sequence[Mapping]) -> None:
    """Keep what was confirmed just now."""
    for mapping in fresh:
        kept.path.parent.mkdir(parents=True, exist_ok=True)
        kept.save(mapping)


def columns(texts: Sequence[str]) -> dict[str, Sequence[str]]:
    """What is said of columns: FIELD=HEADING, with + between several; no heading for no column. Raises Usage."""
    said: dict[str, Sequence[str]] = {}
    for text in texts:
        field, equals, headings = (part.strip() for part in text.partition("="))
        if not equals or field not in FIELDS:
            raise Usage(f"Column {text!r} isn't FIELD=HEADING, with one of these fields: {', '.join(FIELDS)}.")
        said[field] = [heading.strip() for heading in headings.split("+")] if headings else []
    return said
