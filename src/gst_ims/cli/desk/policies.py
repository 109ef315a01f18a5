"""What the commands of policies do."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import typer

from gst_ims.cli.client.output import Column, Form, counted, say, write_object
from gst_ims.cli.client.output import show as table
from gst_ims.cli.desk.opening import opened
from gst_ims.cli.desk.options import Desked
from gst_ims.cli.exits import Exit, Usage
from gst_ims.core.money import indian, rupees
from gst_ims.desk.people.service import Role, registration
from gst_ims.desk.policy import service, vendors
from gst_ims.desk.policy.document import read
from gst_ims.desk.policy.problems import PolicyWrong
from gst_ims.desk.policy.service import Version
from gst_ims.desk.policy.trial import Change, Figures, Trial


def check(file: Path) -> Exit:
    """Print what is wrong, a line for each problem."""
    try:
        policy = read(_text(file), str(file))
    except PolicyWrong as error:
        typer.echo(str(error))
        say(f"{counted(len(error.problems), 'problem')}.")
        return Exit.USAGE
    say(f"{file}: {counted(len(policy.rules), 'rule')}, and nothing is wrong.")
    if policy.lists:
        say(f"It asks for the vendor lists {', '.join(sorted(policy.lists))}.")
    return Exit.DONE


def attempt(desked: Desked, file: Path, records: int, form: Form) -> None:
    """Print a dry run."""
    with opened(desked) as it:
        found = service.attempt_at(it.desk, it.person, it.gstin, _text(file), str(file))
    changed: list[dict[str, Any]] = [] if found.changed is None else found.changed.slice(0, records).to_pylist()
    if form is Form.JSON:
        write_object({**_plain(found), "changed": [{**row, "tax": rupees(row["tax"])} for row in changed]})
        return
    table(_FIGURES, found.figures, form)
    if form is Form.TABLE:
        _say_more(found, changed)


def put(desked: Desked, file: Path, why: str) -> None:
    """Keep a version."""
    with opened(desked) as it:
        made = service.put(it.desk, it.person, it.gstin, _text(file), why, str(file))
    say(f"{made.label} is kept. It isn't in force until another person approves it:")
    say(f"  ims desk policy approve {made.name} {made.version}")


def approve(desked: Desked, name: str, version: int) -> None:
    """Put a version into force."""
    with opened(desked) as it:
        service.approve(it.desk, it.person, it.gstin, name, version)
        used = registration(it.desk, it.gstin).policy == name
    hint = "" if used else f" For it to propose: ims desk policy use {name}"
    say(f"{name} v{version} is in force.{hint}")


def use(desked: Desked, name: str) -> None:
    """Choose a policy."""
    with opened(desked) as it:
        service.use(it.desk, it.person, it.gstin, name or None)
        say(f"{name} proposes for {it.gstin}." if name else f"No policy proposes for {it.gstin}.")


def show(desked: Desked, name: str, version: int, form: Form) -> None:
    """Print versions, or the text of one."""
    with opened(desked) as it:
        found = service.versions(it.desk, it.person, it.gstin, name)
    if not version:
        if not table(_VERSIONS, found, form):
            say("There is no policy yet: `ims desk policy starter` prints one to begin with.")
        return
    for one in found:
        if name and one.version == version:
            typer.echo(one.text, nl=False)
            return
    raise Usage(f"There is no {name or 'policy'} v{version}: `ims desk policy show` lists what there is.")


def propose(desked: Desked) -> None:
    """Let the policy in force propose."""
    with opened(desked) as it:
        it.person.must(it.gstin, Role.PREPARER)
        made = service.propose(it.desk, it.gstin)
    if made is None:
        say("No policy is in force: `ims desk policy use NAME` says which one proposes.")
        return
    say(
        f"{made.policy}: {counted(made.made, 'decision')} prepared, {made.replaced} of them anew;"
        f" {made.withdrawn} withdrawn, {len(made.refused)} refused."
    )
    table(_REFUSED, made.refused, Form.TABLE)


def show_lists(desked: Desked, name: str, form: Form) -> None:
    """Print vendor lists, or the vendors of one."""
    with opened(desked) as it:
        if name:
            table(_VENDORS, vendors.vendors(it.desk, it.person, it.gstin, name), form)
        elif not table(_LISTS, vendors.lists(it.desk, it.person, it.gstin), form):
            say("There is no vendor list yet: `ims desk policy lists put LIST FILE`.")


def put_list(desked: Desked, name: str, file: Path) -> None:
    """Make a vendor list."""
    read_list = vendors.read(_text(file), str(file))
    with opened(desked) as it:
        new = vendors.put(it.desk, it.person, it.gstin, name, read_list)
    say(f"{name}: {counted(len(read_list), 'vendor')}, {new} of them new.")


def drop_list(desked: Desked, name: str) -> None:
    """Take a vendor list away."""
    with opened(desked) as it:
        vendors.drop(it.desk, it.person, it.gstin, name)
    say(f"{name} is gone.")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Usage(f"{file} isn't text in UTF-8: save it as such.") from error


def _plain(found: Trial) -> dict[str, Any]:
    """A dry run for programs: rupees as numbers."""
    return {
        "rules": [{**asdict(it), "value": rupees(it.value), "tax": rupees(it.tax)} for it in found.figures],
        **{name: it if name == "unsure" else rupees(it) for name, it in found.totals._asdict().items()},
        "silent": found.silent,
        "missing_lists": found.missing_lists,
        "changes": found.changes and [{**it._asdict(), "tax": rupees(it.tax)} for it in found.changes],
    }


def _say_more(found: Trial, changed: list[dict[str, Any]]) -> None:
    totals = found.totals
    typer.echo("")
    for what, before, after in (
        ("Credit in GSTR-2B", totals.credit_before, totals.credit_after),
        ("Suppliers' added liability", totals.liability_before, totals.liability_after),
    ):
        typer.echo(f"{what}: {indian(before)} as it stands, {indian(after)} then ({indian(after - before)}).")
    if totals.unsure:
        typer.echo(f"Left out of that: {counted(totals.unsure, 'amendment')} of documents that were never read here.")
    for it in found.figures:
        if it.problem:
            typer.echo(f"{it.rule}: {counted(it.unable, 'record')} can't be decided so, such as: {it.problem}")
    if found.silent:
        typer.echo(f"Held for nothing: {', '.join(found.silent)}.")
    if found.missing_lists:
        typer.echo(f"No such vendor list, or an empty one: {', '.join(found.missing_lists)}.")
    if found.changes is None:
        typer.echo("No policy is in force to compare with.")
    elif not found.changes:
        typer.echo("It does what the policy in force does.")
    else:
        typer.echo("\nOtherwise than the policy in force:")
        table(_CHANGES, found.changes, Form.TABLE)
        if changed:
            typer.echo("")
            table(_CHANGED, changed, Form.TABLE)


def _day(version: Version) -> str:
    return version.at.isoformat(timespec="minutes")


def _amount(row: dict[str, Any]) -> Decimal:
    return rupees(row["tax"])


_FIGURES = [
    Column[Figures]("rule", lambda it: it.rule, "Rule"),
    Column[Figures]("line", lambda it: it.line, "Line", rank=3, shown=lambda it: it.line or None),
    Column[Figures]("action", lambda it: it.action, "Action"),
    Column[Figures]("records", lambda it: it.records, "Records"),
    Column[Figures]("value", lambda it: rupees(it.value), "Value", rank=2),
    Column[Figures]("tax", lambda it: rupees(it.tax), "Tax"),
    Column[Figures]("proposed", lambda it: it.proposed, "To decide", rank=1),
    Column[Figures]("approvals", lambda it: it.approvals, "To approve", rank=1),
    Column[Figures]("unable", lambda it: it.unable, "Can't", rank=2),
]
_CHANGES = [
    Column[Change]("was", lambda it: it.was, "Was"),
    Column[Change]("becomes", lambda it: it.becomes, "Becomes"),
    Column[Change]("records", lambda it: it.records, "Records"),
    Column[Change]("tax", lambda it: rupees(it.tax), "Tax"),
]
_CHANGED = [
    Column[dict[str, Any]]("supplier", lambda it: it["supplier"], "Supplier"),
    Column[dict[str, Any]]("name", lambda it: it["supplier_name"], "Name", rank=3),
    Column[dict[str, Any]]("number", lambda it: it["number"], "Number"),
    Column[dict[str, Any]]("tax", _amount, "Tax"),
    Column[dict[str, Any]]("was", lambda it: it["was"], "Was"),
    Column[dict[str, Any]]("becomes", lambda it: it["becomes"], "Becomes"),
    Column[dict[str, Any]]("rule", lambda it: it["rule_becomes"], "By", rank=1),
]
_VERSIONS = [
    Column[Version]("name", lambda it: it.name, "Policy"),
    Column[Version]("version", lambda it: it.version, "Version"),
    Column[Version]("person", lambda it: it.person, "Written by"),
    Column[Version]("at", _day, "At", rank=1, shown=lambda it: it.at),
    Column[Version]("why", lambda it: it.why, "Why", rank=2, wraps=True),
    Column[Version]("approved_by", lambda it: it.approved_by, "Approved by"),
]
_LISTS = [
    Column[Any]("list", lambda it: it.list, "List"),
    Column[Any]("vendors", lambda it: it.vendors, "Vendors"),
]
_VENDORS = [
    Column[Any]("vendor", lambda it: it.vendor, "Vendor"),
    Column[Any]("note", lambda it: it.note, "Note", wraps=True),
]
_REFUSED = [
    Column[Any]("record", lambda it: str(it.key), "Record"),
    Column[Any]("why", lambda it: it.why, "Why not", wraps=True),
]
