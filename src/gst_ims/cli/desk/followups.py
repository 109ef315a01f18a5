"""What the commands of follow-up do."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from gst_ims.cli.client.output import Column, Form, counted, say, show
from gst_ims.cli.desk.opening import opened
from gst_ims.cli.desk.options import Desked, read_gstin
from gst_ims.cli.exits import Exit, Usage
from gst_ims.core.document import print_date
from gst_ims.core.errors import Invalid
from gst_ims.core.money import indian, rupees
from gst_ims.core.period import Period
from gst_ims.desk.followup import contacts as addresses
from gst_ims.desk.followup import documents as found
from gst_ims.desk.followup import drafts as drafting
from gst_ims.desk.followup import liability as owed
from gst_ims.desk.followup import messages as writing
from gst_ims.desk.followup import rounds
from gst_ims.desk.followup import settings as setting
from gst_ims.desk.followup.documents import Document, Party, Side
from gst_ims.desk.followup.liability import Stake
from gst_ims.desk.people.service import Role
from gst_ims.desk.sync import sales as selling


def sales(desked: Desked, periods: Sequence[str]) -> None:
    """Read what was sold."""
    wanted = [_period(text) for text in periods]
    with opened(desked) as it:
        it.person.must(it.gstin, Role.PREPARER)
        made = selling.sync_sales(it.desk, it.gstin, wanted, it.person.name)
    if made.skipped:
        say(f"Nothing was read: {made.skipped}")
        return
    changed = ", ".join(f"{made.changed[kind]} {kind}" for kind in selling.KINDS if kind in made.changed)
    say(f"Reading {made.id}: {counted(made.documents, 'document')} sold; {changed or 'nothing has changed'}.")


def parties(desked: Desked, side: Side, form: Form, *, documents: bool) -> None:
    """Print who is to be asked, or about what."""
    with opened(desked) as it:
        read = found.suppliers if side == "supplier" else found.customers
        its, today = read(it.desk, it.person, it.gstin), it.desk.clock.now().date()
    if documents:
        show(_documents(today), [document for party in its for document in party.documents], form)
    else:
        kinds = ("unfiled", "mismatch", "missing") if side == "supplier" else ("rejected", "pending")
        show(_parties(kinds, today), its, form)
    tax = indian(sum(party.tax for party in its))
    say(f"{len(its)} to ask, tax {tax}: `ims desk ask {side}s`." if its else "There is nobody to ask.")


def liability(desked: Desked, form: Form) -> None:
    """Print what came back and what is expected."""
    with opened(desked) as it:
        told = owed.liability(it.desk, it.person, it.gstin)
    columns = [
        Column[Stake]("id", lambda row: row.document.id),
        Column[Stake]("party", lambda row: row.document.party, "Customer"),
        Column[Stake]("name", lambda row: row.document.name, "Name", rank=2),
        Column[Stake]("number", lambda row: row.document.number, "Number"),
        Column[Stake]("decision", lambda row: row.document.kind, "Decision"),
        Column[Stake]("igst", lambda row: rupees(row.heads.igst), "IGST", rank=3),
        Column[Stake]("cgst", lambda row: rupees(row.heads.cgst), "CGST", rank=3),
        Column[Stake]("sgst", lambda row: rupees(row.heads.sgst), "SGST", rank=3),
        Column[Stake]("cess", lambda row: rupees(row.heads.cess), "Cess", rank=3),
        Column[Stake]("amount", lambda row: rupees(row.heads.total), "Comes back"),
        Column[Stake]("expected", lambda row: str(row.expected), "In"),
        Column[Stake]("until", lambda row: row.until, "Pending until", rank=1),
        Column[Stake]("remarks", lambda row: row.document.remarks, "Remarks", rank=4, wraps=True),
    ]
    show(columns, told.stakes, form)
    for period in (told.this, told.following):
        rejected, pending = told.comes(period, certain=True), told.comes(period, certain=False)
        say(
            f"{period}: {indian(told.came(period).total)} came back, {indian(rejected.total)} is expected of what is"
            f" rejected, {indian(pending.total)} at risk of what is pending."
        )
    for words in owed.ASSUMPTIONS:
        say(f"Assumed: {words}")


def drafts(desked: Desked, out: Path | None, to_zero: Sequence[str], into: str, form: Form) -> None:
    """Print the choice for each rejected document, and write the returns."""
    with opened(desked) as it:
        made = drafting.drafts(it.desk, it.person, it.gstin, to_zero, _period(into) if into else None)
    columns = [
        Column[drafting.Correction]("id", lambda row: row.id, "Document"),
        Column[drafting.Correction]("party", lambda row: row.party),
        Column[drafting.Correction]("tax", lambda row: rupees(row.tax), "Tax"),
        Column[drafting.Correction]("route", lambda row: row.route or "none", "By"),
        Column[drafting.Correction]("period", lambda row: row.period and str(row.period), "Of", rank=1),
        Column[drafting.Correction]("to_zero", lambda row: row.to_zero, "To zero", rank=1),
        Column[drafting.Correction]("why", lambda row: row.why, "Why", wraps=True),
        Column[drafting.Correction]("remarks", lambda row: row.remarks, "Remarks", rank=2, wraps=True),
    ]
    if not show(columns, made.corrections, form):
        say("Nothing is rejected and uncorrected.")
    elif out is None:
        say("Give --out to write the returns.")
    else:
        for path in drafting.write(made, out):
            say(f"Written: {path}")


def import_contacts(desked: Desked, file: Path) -> Exit:
    """Take contacts, and say what was left out."""
    with opened(desked) as it:
        made = addresses.import_contacts(it.desk, it.person, it.gstin, file)
    for problem in made.problems:
        say(f"Row {problem.row}{f', {problem.column}' if problem.column else ''}: {problem.reason}")
    say(f"{counted(made.taken, 'contact')} taken, {counted(len(made.problems), 'row')} left out.")
    return Exit.REFUSED if made.problems else Exit.DONE


def list_contacts(desked: Desked, form: Form) -> None:
    """Print contacts."""
    columns = [
        Column[addresses.Contact]("party", lambda row: row.party, "GSTIN"),
        Column[addresses.Contact]("name", lambda row: row.name, "Name"),
        Column[addresses.Contact]("email", lambda row: row.email, "Mail"),
        Column[addresses.Contact]("webhook", lambda row: row.webhook, "Webhook", rank=1),
    ]
    with opened(desked) as it:
        if not show(columns, addresses.contacts(it.desk, it.person, it.gstin), form):
            say("There are no contacts: `ims desk contacts import FILE`.")


def ask(desked: Desked, side: Side, only: Sequence[str], reply_by: date | None, *, preview: bool) -> None:
    """Ask, or show what would be asked."""
    with opened(desked) as it:
        do = writing.preview if preview else writing.ask
        asked = do(it.desk, it.person, it.gstin, side, [read_gstin(text) for text in only], reply_by)
    for each in asked.asks:
        if preview:
            to = " and ".join(address for address in (each.contact.email, each.contact.webhook) if address)
            sys.stdout.write(f"To: {to}\nSubject: {each.text.subject}\n\n{each.text.body}\n")
        else:
            numbers = ", ".join(map(str, each.ids))
            say(f"{each.party}: message {numbers} about {counted(len(each.documents), 'document')}.")
    for party, day in asked.waiting.items():
        say(f"{party}: asked already, the answer is due by {print_date(day)}.")
    for party in asked.unreachable:
        say(f"{party}: there is no contact. `ims desk contacts import FILE` takes one.")
    if not asked.asks:
        say("Nobody is asked.")


def messages(desked: Desked, state: str, requeue: Sequence[int], answered: Sequence[int], form: Form) -> None:
    """Print what went to whom, after what is to be noted."""
    if state not in ("", "queued", "sent", "dead"):
        raise Usage(f"There is no state {state!r}: use queued, sent or dead.")
    columns = [
        Column[writing.Message]("id", lambda row: row.id, "Nr"),
        Column[writing.Message]("party", lambda row: row.party, "To"),
        Column[writing.Message]("kind", lambda row: row.kind, "About", rank=1),
        Column[writing.Message]("channel", lambda row: row.channel, "By", rank=1),
        Column[writing.Message]("address", lambda row: row.address, "Address", rank=3),
        Column[writing.Message]("documents", lambda row: len(row.records), "Documents", rank=2),
        Column[writing.Message]("person", lambda row: row.person, "From", rank=2),
        Column[writing.Message](
            "at", lambda row: row.at.isoformat(timespec="minutes"), "At", rank=2, shown=lambda row: row.at
        ),
        Column[writing.Message]("state", lambda row: row.state, "State"),
        Column[writing.Message]("attempts", lambda row: row.attempts, "Tried", rank=3),
        Column[writing.Message]("reply_by", lambda row: row.reply_by, "Answer by"),
        Column[writing.Message]("answered", lambda row: row.answered_at and row.answered_at.date(), "Answered", rank=1),
        Column[writing.Message]("words", lambda row: row.words, "Why not", rank=1, wraps=True),
    ]
    with opened(desked) as it:
        for number in requeue:
            writing.requeue(it.desk, it.person, it.gstin, number)
        for number in answered:
            writing.answered(it.desk, it.person, it.gstin, number)
        if not show(columns, writing.messages(it.desk, it.person, it.gstin, state=state or None), form):
            say("There are no messages.")


def alerts(desked: Desked, seen: Sequence[int], form: Form, *, everything: bool) -> None:
    """Look what there is to be told by now, and print it, after what is seen is noted."""
    columns = [
        Column[rounds.Told]("id", lambda row: row.id, "Nr"),
        Column[rounds.Told]("kind", lambda row: row.kind, "Kind", rank=2),
        Column[rounds.Told]("urgent", lambda row: row.urgent, "Urgent"),
        Column[rounds.Told](
            "at", lambda row: row.at.isoformat(timespec="minutes"), "At", rank=1, shown=lambda row: row.at
        ),
        Column[rounds.Told]("text", lambda row: row.text, "What", wraps=True),
        Column[rounds.Told]("seen_by", lambda row: row.seen_by, "Seen by", rank=1),
    ]
    with opened(desked) as it:
        it.person.must(it.gstin)
        rounds.look(it.desk, it.gstin)
        if seen:
            rounds.see(it.desk, it.person, it.gstin, seen)
        rows = rounds.alerts(it.desk, it.person, it.gstin, seen=None if everything else False)
    if not show(columns, rows, form):
        say("There is nothing new.")


def settings(desked: Desked, name: str, value: str, form: Form) -> None:
    """Set one, or print all."""
    with opened(desked) as it:
        if name:
            setting.put(it.desk, it.person, it.gstin, name, _value(value))
            say(f"{name} is set." if value else f"{name} has its default again.")
            return
        told = setting.settings(it.desk, it.person, it.gstin)
    columns = [
        Column[str]("name", lambda row: row, "Setting"),
        Column[str]("value", lambda row: msgspec.json.encode(getattr(told, row)).decode(), "Value", wraps=True),
    ]
    show(columns, setting.NAMES, form)


def _value(text: str) -> Any:
    """What stands on the command line: JSON where it is, else the text itself."""
    if not text:
        return None
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except Invalid as error:
        raise Usage(str(error)) from error


def _parties(kinds: Sequence[str], today: date) -> list[Column[Party]]:
    return [
        Column[Party]("party", lambda row: row.gstin, "GSTIN"),
        Column[Party]("name", lambda row: row.name, "Name", rank=1),
        *(Column[Party](kind, lambda row, kind=kind: len(row.of(kind)), kind.capitalize()) for kind in kinds),
        Column[Party]("tax", lambda row: rupees(row.tax), "Tax"),
        Column[Party]("days", lambda row: row.age(today), "Days old"),
    ]


def _documents(today: date) -> list[Column[Document]]:
    return [
        Column[Document]("id", lambda row: row.id),
        Column[Document]("kind", lambda row: row.kind, "What"),
        Column[Document]("party", lambda row: row.party, "GSTIN"),
        Column[Document]("name", lambda row: row.name, "Name", rank=3),
        Column[Document]("number", lambda row: row.number, "Number"),
        Column[Document]("date", lambda row: row.date, "Date", rank=1),
        Column[Document]("taxable", lambda row: rupees(row.taxable), "Taxable", rank=2),
        Column[Document]("tax", lambda row: rupees(row.tax), "Tax"),
        Column[Document]("days", lambda row: row.age(today), "Days old", rank=1),
        Column[Document]("remarks", lambda row: row.remarks, "Remarks", rank=2, wraps=True),
        Column[Document]("difference", lambda row: row.detail, "Difference", rank=2, wraps=True),
    ]
