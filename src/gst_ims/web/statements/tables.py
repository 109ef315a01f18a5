"""GSTR-2B as files: what was read, and the documents of a reading beside another one."""

from __future__ import annotations

from gst_ims.client.record import Key
from gst_ims.core.money import Paise
from gst_ims.desk.push.statements import Kept, Stated, statements, stream
from gst_ims.web.inward.filters import read_key
from gst_ims.web.statements.choosing import find
from gst_ims.web.tables.asked import Asked, Made, Told, count, made, moment, money
from gst_ims.web.texts import section
from gst_ims.web.words import N_

_READ: tuple[Told[Kept], ...] = (
    Told(N_("Period"), lambda it, _: it.period, width=9),
    Told(N_("Version"), lambda it, _: it.version),
    moment(N_("Read"), lambda it, _: it.at),
    count(N_("Documents"), lambda it, _: it.documents),
    money(N_("Promised"), lambda it, _: it.promised),
    money(N_("Stated"), lambda it, _: it.stated),
    money(N_("Apart"), lambda it, _: it.stated - it.promised),
    money(N_("Beside IMS"), lambda it, _: it.outside),
    count(N_("Differing"), lambda it, _: it.differing),
)
_Named = tuple[Key, Stated]
_BEFORE: Told[_Named] = money(N_("Stated before"), lambda it, _: it[1].before)
_DOCUMENTS: tuple[Told[_Named], ...] = (
    Told(N_("Section"), lambda it, _: section(it[0].section), width=8),
    Told(N_("GSTIN"), lambda it, _: it[0].stin, width=17),
    Told(N_("Number"), lambda it, _: it[0].number, width=18),
    Told(N_("Period"), lambda it, _: it[0].period, width=9),
    money(N_("Promised"), lambda it, _: it[1].promised),
    money(N_("Stated"), lambda it, _: it[1].stated),
    money(N_("Apart"), lambda it, _: _apart(it[1])),
    Told(N_("Why they differ"), lambda it, _: it[1].reason, width=60),
)


def read(asked: Asked) -> Made:
    """Every GSTR-2B that was read."""
    return made(asked, N_("GSTR-2B"), _READ, statements(asked.desk, asked.person, asked.one))


def documents(asked: Asked) -> Made:
    """The documents of one reading. Raises Unknown."""
    found = statements(asked.desk, asked.person, asked.one)
    kept = find(found, asked.word("period"), asked.number("reading"))
    against = asked.number("against")
    before = find(found, asked.word("period"), against) if against else None
    rows = stream(asked.desk, asked.person, asked.one, kept, asked.word("which") or "differing", before)
    columns = (*_DOCUMENTS[:6], _BEFORE, *_DOCUMENTS[6:]) if before else _DOCUMENTS
    return made(asked, N_("Documents"), columns, ((read_key(it.record), it) for it in rows), frozen=3)


def _apart(it: Stated) -> Paise | None:
    return None if it.promised is None else (it.stated or 0) - it.promised
