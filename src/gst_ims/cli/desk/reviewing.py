"""What the commands about decisions do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import typer
from msgspec import Raw

from gst_ims.cli.client.choosing import read_name, read_section
from gst_ims.cli.client.options import read_statuses
from gst_ims.cli.client.output import Column, Form, counted, for_people, say, write_object
from gst_ims.cli.client.output import show as show_table
from gst_ims.cli.client.rows import read_reduction
from gst_ims.cli.desk.opening import Opened, opened
from gst_ims.cli.desk.options import Desked
from gst_ims.cli.exits import Exit, Usage
from gst_ims.core.errors import Invalid
from gst_ims.core.money import Paise, indian, rupees
from gst_ims.core.section import Action
from gst_ims.desk.review import steps
from gst_ims.desk.review.deciding import Seen, Want, decide_about, preview
from gst_ims.desk.review.lists import ORDERS, Filter, Line, Place, worklist
from gst_ims.desk.review.panel import Panel, panel
from gst_ims.desk.review.service import Decided, Refusal
from gst_ims.desk.review.steps import Stepped

ACTIONS = {"accept": Action.ACCEPT, "reject": Action.REJECT, "pending": Action.PENDING, "reset": Action.NONE}
_PAGE = 500
_STANDS = dict(zip(ACTIONS.values(), ("accepted", "rejected", "pending", "no action taken"), strict=True))

LINES = [
    Column[Line]("record", lambda it: it.name, "Record"),
    Column[Line]("supplier", lambda it: it.trade_name, "Supplier", rank=4),
    Column[Line]("date", lambda it: it.document_date, "Date", rank=4),
    Column[Line]("value", lambda it: rupees(it.value), "Value", rank=4),
    Column[Line]("tax", lambda it: rupees(it.tax), "Tax"),
    Column[Line]("action", lambda it: it.action, "Is"),
    Column[Line]("deadline", lambda it: it.deadline, "Until", rank=3),
    Column[Line]("bucket", lambda it: it.bucket, "Match", rank=2),
    Column[Line]("decision", lambda it: it.decision, "Nr", rank=1),
    Column[Line]("decided", lambda it: it.decided, "Decided", rank=1),
    Column[Line]("state", lambda it: it.state, "State", rank=2),
    Column[Line]("needs_approval", lambda it: it.needs_approval),
    Column[Line]("person", lambda it: it.person, "By", rank=3),
    Column[Line]("why", lambda it: it.why, "Why", rank=4, wraps=True),
    Column[Line]("policy", lambda it: it.policy, "Policy", rank=5),
    Column[Line]("code", lambda it: it.code, "Code", rank=5),
    Column[Line]("comments", lambda it: it.comments),
]


class Said(NamedTuple):
    """What somebody wants, in the words of the command line."""

    action: str
    remarks: str
    reduce: str
    why: str

    def want(self) -> Want:
        """Raises Usage."""
        if self.action not in ACTIONS:
            raise Usage(f"There is no action {self.action!r}: use one of {', '.join(ACTIONS)}.")
        try:
            return Want(ACTIONS[self.action], self.remarks or None, read_reduction(self.reduce), self.why)
        except Invalid as error:
            raise Usage(str(error)) from error


def read_filter(
    state: str, section: list[str], supplier: str, bucket: list[str], status: list[str], text: str
) -> Filter:
    """The filter of the command line. Raises Usage."""
    try:
        return Filter(
            state or None,
            tuple(map(read_section, section)),
            supplier.strip().upper() or None,
            tuple(bucket),
            tuple(read_statuses(status)),
            text or None,
        )
    except Invalid as error:
        raise Usage(str(error)) from error


def list_records(desked: Desked, wanted: Filter, order: str, limit: int, form: Form) -> None:
    """Print a worklist."""
    if order not in ORDERS:
        raise Usage(f"There is no order {order!r}: use {' or '.join(ORDERS)}.")
    wanted = replace(wanted, state=wanted.state or "todo")
    with opened(desked) as it:
        lines, more = _lines(it, wanted, order, limit)
    if not show_table(LINES, lines, form):
        say("There is nothing.")
    if more:
        say(f"There is more: --limit {limit * 2} shows it.")


def show_record(desked: Desked, key: str, *, json: bool) -> None:
    """Print one record."""
    name = read_name(key)
    with opened(desked) as it:
        found = panel(it.desk, it.person, it.gstin, name)
    if json:
        write_object(_object(found))
    else:
        _print(found)


def decide(desked: Desked, wanted: Filter, keys: Sequence[str], said: Said, *, dry_run: bool, yes: bool) -> Exit:
    """Show what a decision would do, and decide."""
    if bool(keys) != (wanted == Filter()):
        raise Usage("Say which records: by their names, or by filters such as --state todo. One of these.")
    want = said.want()
    chosen = [Seen(read_name(key)) for key in keys] or wanted
    with opened(desked) as it:
        shown = preview(it.desk, it.person, it.gstin, chosen, want)
        effect_of(shown, "would be decided about" if dry_run else "to be decided about")
        _refused(shown.refused)
        if dry_run or not shown.made:
            return _exit(shown.refused)
        ask("Decide so?", sure=yes or (bool(keys) and not shown.replaced))
        done = decide_about(it.desk, it.person, it.gstin, chosen, want, shown.seen)
    say(f"{counted(done.made, 'record')} decided about.")
    return _exit(done.refused)


def approve(desked: Desked, ids: Sequence[int], why: str, *, everything: bool, yes: bool) -> Exit:
    """Approve by number, or whatever waits."""
    if bool(ids) == everything:
        raise Usage("Say which decisions: by their numbers, or --all. One of these.")
    with opened(desked) as it:
        if everything:
            lines, _ = _lines(it, Filter(state="waiting"), "rupees", sys.maxsize)
            mine = [line for line in lines if line.person != it.person.name]
            ids = [line.decision for line in mine if line.decision is not None]
            say(f"{counted(len(ids), 'decision')}, {indian(sum(line.tax for line in mine))} of tax.")
            ask("Approve them?", sure=yes or not ids)
        return _stepped(steps.approve(it.desk, it.person, it.gstin, ids, why), "approved")


def give_back(desked: Desked, ids: Sequence[int], why: str) -> Exit:
    """Return decisions."""
    with opened(desked) as it:
        return _stepped(steps.give_back(it.desk, it.person, it.gstin, ids, why), "returned")


def undo(desked: Desked, ids: Sequence[int], why: str) -> Exit:
    """Take decisions back."""
    with opened(desked) as it:
        return _stepped(steps.undo(it.desk, it.person, it.gstin, ids, why), "taken back")


def comment(desked: Desked, key: str, text: str) -> None:
    """Say something."""
    name = read_name(key)
    with opened(desked) as it:
        steps.comment(it.desk, it.person, it.gstin, name, text)
    say("It is said.")


def _lines(it: Opened, wanted: Filter, order: str, limit: int) -> tuple[list[Line], bool]:
    lines: list[Line] = []
    after: Place | None = None
    while len(lines) < limit:
        page = worklist(it.desk, it.person, it.gstin, wanted, order, after, min(_PAGE, limit - len(lines)))
        lines += page.lines
        after = page.next
        if after is None:
            break
    return lines, after is not None


def effect_of(shown: Decided, words: str) -> None:
    """Print what decisions do."""
    effect = shown.effect
    say(f"{counted(shown.made, 'record')} {words}; {shown.replaced} of them anew.")
    say(f"Credit: {_change(effect.credit_before, effect.credit_after)}.")
    if effect.owed_before or effect.owed_after:
        say(f"Suppliers owe: {_change(effect.owed_before, effect.owed_after)}.")
    if effect.unsure:
        say(f"{counted(effect.unsure, 'amendment')} of documents that the desk has never seen: not counted.")


def _change(before: Paise, after: Paise) -> str:
    return f"{indian(before)} before, {indian(after)} after"


def ask(question: str, *, sure: bool) -> None:
    """Ask, unless it is sure. Raises Usage where nobody can answer."""
    if sure:
        return
    if not sys.stdin.isatty():
        raise Usage("Look at the above, and give --yes.")
    typer.confirm(question, abort=True, err=True)


def _stepped(done: Stepped, what: str) -> Exit:
    say(f"{counted(done.done, 'decision')} {what}.")
    _refused(done.refused)
    return _exit(done.refused)


def _refused(refused: Sequence[Refusal]) -> None:
    for refusal in refused[:20]:
        say(f"{refusal.key}: {refusal.why}")
    if len(refused) > 20:
        say(f"And {len(refused) - 20} more.")


def _exit(refused: Sequence[Refusal]) -> Exit:
    return Exit.REFUSED if refused else Exit.DONE


def _object(found: Panel) -> dict[str, Any]:
    return {
        "record": str(found.key),
        "stands": found.stands,
        "versions": [
            {"became": it.became, "read_at": it.read_at, "ended_at": it.ended_at, "source": Raw(it.record.source)}
            for it in found.versions
        ],
        "finding": found.finding,
        "books": found.books,
        "decisions": found.decisions,
        "comments": found.comments,
        "chain": [
            {"record": str(it.key), "action": it.action, "tax": it.tax, "stands": it.stands} for it in found.chain
        ],
        "trail": found.trail,
    }


def _print(found: Panel) -> None:
    record = found.record
    out = typer.echo
    out(f"{found.key}  {record.trade_name or ''}".rstrip() + ("" if found.stands else "  (no longer in IMS)"))
    taxable, tax = for_people(record.taxable), for_people(record.tax)
    out(f"  of {for_people(record.date)}, taxable {taxable}, tax {tax}, {_STANDS[record.action]}")
    if found.finding:
        out(f"  {found.finding.bucket} ({found.finding.score}): {' '.join(found.finding.reasons)}")
    for book in found.books:
        out(f"  books: {book.label} {book.number}, taxable {indian(book.taxable)}")
    for it in found.chain:
        if it.key != found.key:
            out(f"  chain: {it.key}, tax {indian(it.tax)}, {_STANDS[it.action]}")
    for past in found.decisions:
        said = " – ".join(part for part in (past.remarks, past.why, past.code, past.words) if part)
        out(f"  decision {past.id}: {past.action.name.lower()} by {past.person}, {past.state}. {said}".rstrip())
    for entry in found.trail:
        out(f"  {entry.at:%d-%m-%Y %H:%M} {entry.person} {entry.what}{f': {entry.why}' if entry.why else ''}")
