"""What customers did, what comes back, how to correct it, and what was asked, as files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gst_ims.core.period import Period
from gst_ims.desk.followup import documents, messages
from gst_ims.desk.followup.documents import Acted, Document
from gst_ims.desk.followup.drafts import Correction, drafts
from gst_ims.desk.followup.liability import Back, liability
from gst_ims.desk.followup.messages import Message
from gst_ims.desk.parties import names_of
from gst_ims.desk.report.tables import Kind
from gst_ims.web import words
from gst_ims.web.tables.asked import Asked, Made, Told, count, day, made, moment, money, paged
from gst_ims.web.words import N_

# Rows, and what their customers are called.
_DOCUMENTS: tuple[Told[tuple[Document, str | None]], ...] = (
    Told(N_("GSTIN"), lambda it, _: it[0].party, width=17),
    Told(N_("Customer"), lambda it, _: it[1], width=26),
    Told(N_("Section"), lambda it, _: it[0].section.upper(), width=8),
    Told(N_("Document"), lambda it, _: it[0].number, width=18),
    Told(N_("What"), lambda it, say: say(words.FOLLOWED[it[0].kind])),
    day(N_("Date"), lambda it, _: it[0].date),
    Told(N_("Period"), lambda it, _: it[0].period, width=9),
    money(N_("Value"), lambda it, _: it[0].value),
    money(N_("Taxable"), lambda it, _: it[0].taxable),
    money(N_("Tax"), lambda it, _: it[0].tax),
    Told(N_("Remarks"), lambda it, _: it[0].remarks, width=40),
)
_ACTED: tuple[Told[Acted], ...] = (
    Told(N_("Period"), lambda it, _: it.period, Kind.PERIOD, 9),
    Told(N_("Section"), lambda it, _: it.section.upper(), width=8),
    Told(N_("What"), lambda it, say: say(words.ACTION[it.action])),
    count(N_("Documents"), lambda it, _: it.documents),
    money(N_("Tax"), lambda it, _: it.tax),
)
_SOLD: tuple[Told[tuple[Any, str | None]], ...] = (
    Told(N_("GSTIN"), lambda it, _: it[0].rtin, width=17),
    Told(N_("Customer"), lambda it, _: it[1], width=26),
    Told(N_("Document"), lambda it, _: it[0].number, width=18),
    Told(N_("Section"), lambda it, _: it[0].section.upper(), width=8),
    Told(N_("Period"), lambda it, _: it[0].period, Kind.PERIOD, 9),
    day(N_("Date"), lambda it, _: it[0].document_date),
    Told(N_("What"), lambda it, say: say(words.ACTION[it[0].action])),
    money(N_("Taxable"), lambda it, _: it[0].taxable),
    money(N_("Tax"), lambda it, _: it[0].size),
    Told(N_("Remarks"), lambda it, _: it[0].remarks, width=40),
)
_Corrected = tuple[Correction, str | None]
_CORRECTIONS: tuple[Told[_Corrected], ...] = (
    Told(N_("GSTIN"), lambda it, _: it[0].party, width=17),
    Told(N_("Customer"), lambda it, _: it[1], width=26),
    Told(N_("Document"), lambda it, _: it[0].number, width=18),
    money(N_("Tax"), lambda it, _: it[0].tax),
    Told(N_("Remarks"), lambda it, _: it[0].remarks, width=40),
    Told(N_("Goes into"), lambda it, _: it[0].route.upper()),
    Told(N_("Period"), lambda it, _: it[0].period, width=9),
    Told(N_("Why"), lambda it, _: it[0].why, width=60),
)
_BACK: tuple[Told[tuple[Back, str | None]], ...] = (
    Told(N_("For"), lambda it, _: it[0].of, width=9),
    Told(N_("GSTIN"), lambda it, _: it[0].party, width=17),
    Told(N_("Customer"), lambda it, _: it[1], width=26),
    Told(N_("Document"), lambda it, _: it[0].number, width=18),
    day(N_("Date"), lambda it, _: it[0].date),
    money("IGST", lambda it, _: it[0].heads.igst),
    money("CGST", lambda it, _: it[0].heads.cgst),
    money("SGST", lambda it, _: it[0].heads.sgst),
    money(N_("Cess"), lambda it, _: it[0].heads.cess),
    money(N_("Tax"), lambda it, _: it[0].heads.total),
    Told(N_("Remarks"), lambda it, _: it[0].remarks, width=40),
)
_Sent = tuple[Message, str | None]
_MESSAGES: tuple[Told[_Sent], ...] = (
    moment(N_("When"), lambda it, _: it[0].at),
    Told(N_("Whom"), lambda it, _: it[0].party, width=17),
    Told(N_("Name"), lambda it, _: it[1], width=26),
    Told(N_("Address"), lambda it, _: it[0].address, width=26),
    Told(N_("Subject"), lambda it, _: it[0].subject, width=40),
    count(N_("Documents"), lambda it, _: len(it[0].records)),
    day(N_("Reply by"), lambda it, _: it[0].reply_by),
    Told(N_("Status"), lambda it, say: say(words.MESSAGE[it[0].state])),
    Told(N_("Why"), lambda it, _: it[0].words, width=40),
)
#: More messages than a desk sends.
_ALL = 1_000_000


def customers(asked: Asked) -> Made:
    """Every document that a customer rejected or keeps pending; of one customer, where the address names him."""
    party = asked.word("party")
    found = documents.customers(asked.desk, asked.person, asked.one)
    names = _names(asked, (it.gstin for it in found))
    rows = (
        (it, names.get(it.party)) for customer in found if party in ("", customer.gstin) for it in customer.documents
    )
    return made(asked, N_("Customers"), _DOCUMENTS, rows, frozen=4)


def acted(asked: Asked) -> Made:
    """What customers did, by period, section and action."""
    return made(asked, N_("By period"), _ACTED, documents.actions(asked.desk, asked.person, asked.one), frozen=3)


def sold(asked: Asked) -> Made:
    """What was sold in a period, of one section and with one action of the customers."""
    period, (part, action) = Period.parse(asked.word("period")), (asked.word(name) for name in ("section", "action"))

    def page(after: Any, limit: int) -> list[tuple[Any, str | None]]:
        rows = documents.sold(asked.desk, asked.person, asked.one, period, part, action, after, limit)
        names = _names(asked, (it.rtin for it in rows))
        return [(it, names.get(it.rtin)) for it in rows]

    return made(asked, N_("Sold"), _SOLD, paged(page, lambda it: (it[0].size, it[0].name)), frozen=3)


def corrections(asked: Asked) -> Made:
    """How rejections can be corrected: for who prepares."""
    rows = drafts(asked.desk, asked.person, asked.one).corrections
    names = _names(asked, (it.party for it in rows))
    return made(asked, N_("Corrections"), _CORRECTIONS, ((it, names.get(it.party)) for it in rows), frozen=3)


def back(asked: Asked) -> Made:
    """Liability that came back."""
    rows = liability(asked.desk, asked.person, asked.one).back
    names = _names(asked, (it.party for it in rows))
    return made(asked, N_("Came back"), _BACK, ((it, names.get(it.party)) for it in rows), frozen=4)


def asked_for(asked: Asked) -> Made:
    """What was asked."""
    rows = messages.messages(asked.desk, asked.person, asked.one, limit=_ALL)
    names = _names(asked, (it.party for it in rows))
    return made(asked, N_("What was asked"), _MESSAGES, ((it, names.get(it.party)) for it in rows))


def _names(asked: Asked, parties: Iterable[str]) -> dict[str, str]:
    return names_of(asked.desk, asked.person, asked.one, parties)
