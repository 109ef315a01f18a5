"""What the desk's commands do."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import typer

from gst_ims.cli.client.matching import confirming
from gst_ims.cli.client.output import Column, Form, counted, say, show
from gst_ims.cli.desk.opening import database, open_desk, opened
from gst_ims.cli.desk.options import At, Desked, read_gstin
from gst_ims.cli.exits import Exit, Usage
from gst_ims.cli.logs import configure_logging
from gst_ims.cli.serve import end_with_parent
from gst_ims.core.errors import Invalid
from gst_ims.core.money import rupees
from gst_ims.core.period import Period
from gst_ims.desk import jobs
from gst_ims.desk.match import service as matching
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Role
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.sync import service as syncing
from gst_ims.rulebook.law import Frequency


def found(at: At, gstin: str, name: str, profile: str, frequency: Frequency) -> None:
    """Make a desk."""
    with open_desk(at, new=True) as desk:
        people.found(desk, read_gstin(gstin), name, profile, frequency, at.person)
    say(f"The desk of {name} ({gstin.upper()}) stands; {at.person} administers it.")


def person(at: At, name: str, email: str, *, gone: bool) -> None:
    """Make a person known, or let him go."""
    with open_desk(at) as desk:
        by = people.person(desk, at.person)
        if gone:
            people.let_go(desk, by, name)
        else:
            people.put_person(desk, by, name, email)
    say(f"{name} has left." if gone else f"{name} is known.")


def duty(desked: Desked, name: str, role: str, *, given: bool) -> None:
    """Give a duty, or take it away."""
    if role not in tuple(Role):
        raise Usage(f"There is no role {role!r}: use one of {', '.join(Role)}.")
    with opened(desked) as it:
        (people.grant if given else people.revoke)(it.desk, it.person, it.gstin, name, Role(role))
        say(f"{name} is {'now' if given else 'no longer'} {role} for {it.gstin}.")


def list_people(at: At, form: Form) -> None:
    """Print duties."""
    columns = [
        Column[Any]("gstin", lambda row: row.gstin, "GSTIN"),
        Column[Any]("person", lambda row: row.person, "Person"),
        Column[Any]("role", lambda row: row.role, "Role"),
    ]
    with open_desk(at) as desk:
        show(columns, people.duties(desk, people.person(desk, at.person)), form)


def sync(desked: Desked) -> None:
    """Read the portal."""
    with opened(desked) as it:
        it.person.must(it.gstin, Role.PREPARER)
        made = syncing.sync(it.desk, it.gstin, it.person.name)
    changed = ", ".join(f"{made.changed[kind]} {kind}" for kind in syncing.KINDS if kind in made.changed)
    say(f"Reading {made.id}: {counted(made.records, 'record')}; {changed or 'nothing has changed'}.")


def changes(desked: Desked, reading: int, form: Form) -> None:
    """Print what a reading found changed."""
    columns = [
        Column[Any]("became", lambda row: row.became, "What"),
        Column[Any]("section", lambda row: row.section, "Section", rank=2),
        Column[Any]("supplier", lambda row: row.stin, "Supplier"),
        Column[Any]("name", lambda row: row.trade_name, "Name", rank=3),
        Column[Any]("number", lambda row: row.number, "Number"),
        Column[Any]("period", lambda row: str(Period(row.period.year, row.period.month)), "Period", rank=2),
        Column[Any]("was", lambda row: row.was, "Was", rank=1),
        Column[Any]("action", lambda row: row.action, "Is", rank=1),
        Column[Any]("tax_before", lambda row: _rupees(row.tax_before), "Tax before", rank=1),
        Column[Any]("tax", lambda row: _rupees(row.tax), "Tax"),
        Column[Any]("ours", lambda row: row.ours, "By us", rank=1),
    ]
    with opened(desked) as it:
        if not show(columns, syncing.changes(it.desk, it.person, it.gstin, reading or None), form):
            say("Nothing has changed.")


def add_books(
    desked: Desked, files: Sequence[Path], label: str, columns: Sequence[str], dates: str, *, yes: bool
) -> None:
    """Read a register, show how its columns are taken, and keep it."""
    said = confirming.columns(columns)
    with opened(desked) as it:
        it.person.must(it.gstin, Role.PREPARER)
        before = registers.mappings(it.desk, it.person, it.gstin)
        mappings, fresh = confirming.confirm(files, before, said, dates, yes=yes)
        digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        with read(files, it.gstin, mappings) as register:
            try:
                kept = registers.keep(it.desk, it.person, it.gstin, label, register, digests, confirmed=fresh)
            except Invalid as error:  # the label, or whose the file is
                raise Usage(str(error)) from error
    say(
        f"Register {kept.id} ({label}): {counted(kept.documents, 'document')}; {kept.new} new, {kept.changed} changed,"
        f" {kept.gone} gone."
    )
    for other, documents in kept.twice.items():
        say(f"{counted(documents, 'document')} of it: also under {other}, and counted twice. Take one of the two out.")
    if kept.problems:
        say(f"{counted(kept.problems, 'row')} to look at: `ims desk books problems {kept.id}`.")


def list_books(desked: Desked, form: Form) -> None:
    """Print the registers."""
    columns = [
        Column[Any]("id", lambda row: row.id, "Nr"),
        Column[Any]("label", lambda row: row.label, "Register"),
        Column[Any]("documents", lambda row: row.documents, "Documents"),
        Column[Any]("taxable", lambda row: _rupees(row.totals.get("taxable")), "Taxable"),
        Column[Any]("problems", lambda row: row.problems, "To look at"),
        Column[Any]("files", lambda row: ", ".join(row.files), "Files", rank=1),
        Column[Any]("person", lambda row: row.person, "Read by", rank=2),
        Column[Any]("at", lambda row: row.at.isoformat(timespec="minutes"), "At", rank=2, shown=lambda row: row.at),
    ]
    with opened(desked) as it:
        if not show(columns, registers.registers(it.desk, it.person, it.gstin), form):
            say("There are no books yet: `ims desk books add FILE --label NAME`.")


def list_problems(desked: Desked, register: int, form: Form) -> None:
    """Print rows that aren't documents."""
    columns = [
        Column[dict[str, Any]]("file", lambda row: row["file"], "File", rank=1),
        Column[dict[str, Any]]("sheet", lambda row: row["sheet"], "Sheet", rank=1),
        Column[dict[str, Any]]("row", lambda row: row["row"], "Row"),
        Column[dict[str, Any]]("heading", lambda row: row["heading"], "Column"),
        Column[dict[str, Any]]("kind", lambda row: row["kind"], "Kind"),
        Column[dict[str, Any]]("reason", lambda row: row["reason"], "Reason", wraps=True),
    ]
    with opened(desked) as it:
        if not show(columns, registers.problems(it.desk, it.person, it.gstin, register), form):
            say("There is nothing to look at.")


def drop_books(desked: Desked, label: str) -> None:
    """Take a register out."""
    with opened(desked) as it:
        say(f"{counted(registers.drop(it.desk, it.person, it.gstin, label), 'document')} of {label} dropped.")


def match(desked: Desked) -> None:
    """Match, and say how many documents are in each bucket."""
    with opened(desked) as it:
        it.person.must(it.gstin, Role.PREPARER)
        made = matching.run(it.desk, it.gstin, it.person.name)
    rows = [(*key.split(" ", 1), n) for key, n in made.buckets.items()]
    columns = [
        Column[tuple[str, str, int]]("side", lambda row: row[0], "Side"),
        Column[tuple[str, str, int]]("bucket", lambda row: row[1], "Bucket"),
        Column[tuple[str, str, int]]("documents", lambda row: row[2], "Documents"),
    ]
    show(columns, cast("list[tuple[str, str, int]]", rows), Form.TABLE)
    say(f"Matching {made.id}: {counted(made.changed, 'finding')} changed.")


def link(desked: Desked, portal: Sequence[str], books: Sequence[str], why: str, *, together: bool) -> None:
    """Keep a person's word."""
    with opened(desked) as it:
        number = matching.link(it.desk, it.person, it.gstin, portal, books, together=together, why=why)
    say(f"Link {number}; it counts from the next matching on.")


def unlink(desked: Desked, number: int) -> None:
    """Take it back."""
    with opened(desked) as it:
        matching.unlink(it.desk, it.person, it.gstin, number)
    say(f"Link {number} is taken back; it counts no more from the next matching on.")


def worker(at: At, concurrency: int, *, wait: bool) -> None:
    """Work on the desk's queue."""
    configure_logging()
    end_with_parent()
    with database(at.data_dir, at.database_url) as url, open_desk(at, concurrency * 2 + 1) as desk:
        asyncio.run(jobs.run_worker(desk, url, concurrency, wait=wait))
    raise typer.Exit(Exit.DONE)


def _rupees(amount: int | None) -> Decimal | None:
    return None if amount is None else rupees(amount)
