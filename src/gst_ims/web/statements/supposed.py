"""What-if as files: what GSTR-2B would be by head, by section and by supplier, and the records that make it."""

from __future__ import annotations

from gst_ims.core.money import Paise
from gst_ims.desk.push.documents import HEADS
from gst_ims.desk.push.whatif import Line, Outlook, Section, Supplier, outlook, stream
from gst_ims.web import words
from gst_ims.web.statements.choosing import read_supposing
from gst_ims.web.tables.asked import Asked, Made, Told, count, document, made, money
from gst_ims.web.texts import section
from gst_ims.web.words import N_

_Head = tuple[str, Paise, Paise]
_HEADS: tuple[Told[_Head], ...] = (
    Told(N_("Head"), lambda it, say: say(it[0])),
    money(N_("Now"), lambda it, _: it[1]),
    money(N_("Then"), lambda it, _: it[2]),
    money(N_("Change"), lambda it, _: it[2] - it[1]),
)
_SECTIONS: tuple[Told[Section], ...] = (
    Told(N_("Section"), lambda it, _: section(it.section), width=8),
    count(N_("Documents now"), lambda it, _: it.documents_now),
    count(N_("Documents then"), lambda it, _: it.documents_later),
    money(N_("Credit now"), lambda it, _: sum(it.now)),
    money(N_("Credit then"), lambda it, _: sum(it.later)),
    money(N_("Change"), lambda it, _: sum(it.later) - sum(it.now)),
    money(N_("Supplier’s liability now"), lambda it, _: it.owed_now),
    money(N_("Supplier’s liability then"), lambda it, _: it.owed_later),
    count(N_("Left out"), lambda it, _: it.unsure),
)
_SUPPLIERS: tuple[Told[Supplier], ...] = (
    Told(N_("GSTIN"), lambda it, _: it.stin, width=17),
    Told(N_("Supplier"), lambda it, _: it.trade_name, width=26),
    count(N_("Documents"), lambda it, _: it.documents),
    money(N_("Supplier’s liability now"), lambda it, _: it.owed_now),
    money(N_("Supplier’s liability then"), lambda it, _: it.owed_later),
    money(N_("Credit now"), lambda it, _: it.credit_now),
    money(N_("Credit then"), lambda it, _: it.credit_later),
)
_RECORDS: tuple[Told[Line], ...] = (
    *document(),
    money(N_("Tax"), lambda it, _: it.tax),
    Told(N_("Stands as"), lambda it, say: say(words.ACTION[it.action])),
    Told(N_("Then"), lambda it, say: say(words.ACTION[it.becomes])),
    money(N_("Credit now"), lambda it, _: it.credit_now),
    money(N_("Credit then"), lambda it, _: it.credit_later),
    money(N_("Supplier’s liability now"), lambda it, _: it.owed_now),
    money(N_("Supplier’s liability then"), lambda it, _: it.owed_later),
)


def heads(asked: Asked) -> Made:
    """Credit by head, and in total."""
    found = _outlook(asked)
    rows = [
        *((words.FIELD[head], found.now[at], found.later[at]) for at, head in enumerate(HEADS)),
        (N_("Total"), sum(found.now), sum(found.later)),
    ]
    return made(asked, N_("Credit by head"), _HEADS, rows)


def sections(asked: Asked) -> Made:
    """Documents, credit and liability by section."""
    return made(asked, N_("By section"), _SECTIONS, _outlook(asked).sections)


def suppliers(asked: Asked) -> Made:
    """Every supplier for whom something changes."""
    return made(asked, N_("Suppliers"), _SUPPLIERS, _outlook(asked, every=True).suppliers, frozen=2)


def records(asked: Asked) -> Made:
    """Every record of which something is supposed."""
    told = read_supposing(asked.told)
    rows = stream(asked.desk, asked.person, asked.one, told.of(asked.desk, asked.one), told.supposed)
    return made(asked, N_("The records"), _RECORDS, rows, frozen=4)


def _outlook(asked: Asked, *, every: bool = False) -> Outlook:
    told = read_supposing(asked.told)
    of = told.of(asked.desk, asked.one)
    return outlook(asked.desk, asked.person, asked.one, of, told.supposed, limit=1, suppliers=None if every else 1)
