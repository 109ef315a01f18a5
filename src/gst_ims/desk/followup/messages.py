"""Asking a party about its documents, once: what goes to whom, what went, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import rupees
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.followup import settings, templates
from gst_ims.desk.followup.contacts import Contact, read
from gst_ims.desk.followup.documents import Document, Side, documents, parties
from gst_ims.desk.followup.settings import Settings
from gst_ims.desk.followup.templates import KINDS, Group, Text, Told
from gst_ims.desk.followup.workbook import workbook
from gst_ims.desk.jobs import defer
from gst_ims.desk.people.service import Person, Role, note, registration

queries: Any = load(__file__)
_encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode

#: So often a message is tried, and then it is dead until somebody queues it anew.
ATTEMPTS = 6
#: Why a digest isn't sent yet.
WAITS = "It waits for the end of quiet hours."


@dataclass(frozen=True)
class Ask:
    """What a party is asked, or would be. `ids` are those of the messages, one a channel; none in a preview."""

    party: Gstin
    contact: Contact
    text: Text
    documents: tuple[Document, ...]
    reply_by: date
    ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class Asked:
    """Who is asked; who can't be, because there is no contact; who was asked already, until when an answer is due.

    `names` are what those are called of whom that is known.
    """

    asks: tuple[Ask, ...]
    unreachable: tuple[Gstin, ...]
    waiting: dict[Gstin, date]
    names: dict[Gstin, str]


@dataclass(frozen=True)
class Message:
    """What went to whom. `state`: queued, sent, or dead after so many attempts, with the reason in `words`."""

    id: int
    party: str
    kind: str
    channel: str
    address: str
    subject: str
    records: list[str]
    person: str
    at: datetime
    reply_by: date | None
    state: str
    attempts: int
    sent_at: datetime | None
    words: str
    answered_at: datetime | None


def preview(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    side: Side,
    only: Collection[Gstin] = (),
    reply_by: date | None = None,
    without: Collection[str] = (),
) -> Asked:
    """What `ask` would send now; nothing is sent. Raises NotAllowed, Invalid."""
    by.must(gstin)
    name = registration(desk, gstin).name
    with desk.of([gstin]) as db:
        return _compose(db, desk, by, gstin, name, side, only, reply_by, without)


def ask(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    side: Side,
    only: Collection[Gstin] = (),
    reply_by: date | None = None,
    without: Collection[str] = (),
) -> Asked:
    """Ask the parties of one side, `only` these or all, about their documents, each by every channel that it has.

    A document about which an answer is still to come is left out, so asking twice sends nothing twice; and so is what
    `without` names by its id. Raises NotAllowed; Invalid for a day that is over.
    """
    by.must(gstin, Role.PREPARER)
    name = registration(desk, gstin).name
    with desk.of([gstin]) as db:
        queries.hold_messages(db, gstin=gstin)
        asked = _compose(db, desk, by, gstin, name, side, only, reply_by, without)
        return replace(asked, asks=tuple(_queue(db, desk, by, gstin, side, it) for it in asked.asks))


def messages(
    desk: Desk, by: Person, gstin: Gstin, *, state: str | None = None, party: Gstin | None = None, limit: int = 100
) -> list[Message]:
    """What went to whom, the newest first; `state` dead are those that couldn't be delivered. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return [Message(*row) for row in queries.messages(db, gstin=gstin, state=state, party=party, limit=limit)]


def requeue(desk: Desk, by: Person, gstin: Gstin, number: int) -> None:
    """Try a dead message anew. Raises NotAllowed, Unknown; Invalid where the party was asked the same since."""
    by.must(gstin, Role.PREPARER)
    with desk.of([gstin]) as db:
        queries.hold_messages(db, gstin=gstin)
        if queries.asked_anew(db, gstin=gstin, id=number, today=desk.clock.now().date()):
            raise Invalid(f"Message {number} isn't needed: the party has been asked about its documents since.")
        if not queries.requeue_message(db, gstin=gstin, id=number):
            raise Unknown(f"There is no dead message {number}: look at the list of messages.")
        send(db, gstin, number)
        note(db, desk, gstin, by.name, "message queued anew", detail={"message": number})


def answered(desk: Desk, by: Person, gstin: Gstin, number: int) -> None:
    """Note that a message has its answer: from then on the party can be asked anew. Raises NotAllowed, Unknown."""
    by.must(gstin, Role.PREPARER)
    with desk.of([gstin]) as db:
        if not queries.answered(db, gstin=gstin, id=number, at=desk.clock.now()):
            raise Unknown(f"There is no message {number} that waits for an answer.")
        note(db, desk, gstin, by.name, "message answered", detail={"message": number})


def send(db: Connection, gstin: Gstin, number: int) -> None:
    """Have a message delivered, in the caller's transaction. One that has to wait holds nothing else up."""
    defer(db, "desk:deliver", gstin, strand=f"message {number}", message=number)


def _compose(
    db: Connection,
    desk: Desk,
    by: Person,
    gstin: Gstin,
    name: str,
    side: Side,
    only: Collection[Gstin],
    reply_by: date | None,
    without: Collection[str],
) -> Asked:
    told, today = settings.read(db, gstin), desk.clock.now().date()
    due = reply_by or today + timedelta(days=told.reply_days)
    if due <= today:
        raise Invalid(f"Nobody can answer by {due:%d-%m-%Y}: give a day after today.")
    before = {(row.party, row.record): row.reply_by for row in queries.asked(db, gstin=gstin, kind=side, today=today)}
    found = [party for party in parties(documents(db, desk, gstin, side)) if not only or party.gstin in only]
    if missing := set(only) - {party.gstin for party in found}:
        raise Invalid(f"There is nothing to ask {', '.join(sorted(missing))} about.")
    known = read(db, gstin, [party.gstin for party in found])
    asks: list[Ask] = []
    left_out = set(without)
    waiting: dict[Gstin, date] = {}
    for party in found:
        wanted = [it for it in party.documents if it.id not in left_out]
        new = tuple(it for it in wanted if (it.party, it.id) not in before)
        if len(new) < len(wanted):
            waiting[party.gstin] = max(before[at] for it in wanted if (at := (it.party, it.id)) in before)
        if new and party.gstin in known:
            groups = [Group(kind, its) for kind in KINDS if (its := [it for it in new if it.kind == kind])]
            it = Told(name, gstin, party.gstin, party.name, groups, due, by.name)
            asks.append(Ask(party.gstin, known[party.gstin], templates.fill(_template(told, side), it=it), new, due))
    unreachable = tuple(party.gstin for party in found if party.gstin not in known)
    return Asked(tuple(asks), unreachable, waiting, {party.gstin: party.name for party in found if party.name})


def _template(told: Settings, side: Side) -> str:
    own = told.supplier_template if side == "supplier" else told.customer_template
    return own or templates.shipped(side)


def _queue(db: Connection, desk: Desk, by: Person, gstin: Gstin, side: Side, it: Ask) -> Ask:
    at = desk.clock.now()
    of = {"gstin": gstin, "party": it.party, "kind": side, "subject": it.text.subject, "person": by.name, "at": at}
    of |= {"records": [document.id for document in it.documents], "reply_by": it.reply_by}
    ids: list[int] = []
    if it.contact.email:
        sheet = workbook(it.documents, at)
        mail = {"channel": "email", "address": it.contact.email, "body": it.text.body, "attachment": sheet}
        ids.append(queries.put_message(db, **of, **mail))
    if it.contact.webhook:
        call = {"channel": "webhook", "address": it.contact.webhook, "body": _payload(gstin, it, at)}
        ids.append(queries.put_message(db, **of, **call, attachment=None))
    for number in ids:
        send(db, gstin, number)
    note(db, desk, gstin, by.name, "asked", detail={"party": it.party, "messages": ids, "documents": len(it.documents)})
    return replace(it, ids=tuple(ids))


def _payload(gstin: Gstin, it: Ask, at: datetime) -> str:
    """The body of a webhook: the same as the mail, for programs."""
    rows = [
        {
            **{"question": document.kind, "section": document.section, "number": document.number},
            **{"date": document.date, "period": document.period and str(document.period), "form": document.form},
            **{"value": rupees(document.value), "taxable": rupees(document.taxable), "tax": rupees(document.tax)},
            **{"remarks": document.remarks, "difference": document.detail},
        }
        for document in it.documents
    ]
    told = {"from": gstin, "to": it.party, "subject": it.text.subject, "text": it.text.body, "reply_by": it.reply_by}
    return _encode({"type": "ims.documents.asked", "timestamp": at, "data": {**told, "documents": rows}}).decode()
