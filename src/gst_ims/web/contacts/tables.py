"""Contacts as a file, which can be taken back in: its headings are those that a file has to have."""

from __future__ import annotations

from gst_ims.desk.followup.contacts import Contact, contacts
from gst_ims.web.tables.asked import Asked, Made, Told, made
from gst_ims.web.words import N_

# Not translated: another desk takes them by these words.
_CONTACTS: tuple[Told[Contact], ...] = (
    Told("gstin", lambda it, _: it.party, width=17),
    Told("name", lambda it, _: it.name, width=26),
    Told("email", lambda it, _: it.email, width=30),
    Told("webhook", lambda it, _: it.webhook, width=40),
)


def all_contacts(asked: Asked) -> Made:
    """The contacts that have a text, without the secrets of their webhooks."""
    rows = contacts(asked.desk, asked.person, asked.one, asked.word("text"))
    return made(asked, N_("Contacts"), _CONTACTS, rows)
