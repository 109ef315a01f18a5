"""Approvals, pushes and the trail as files."""

from __future__ import annotations

from gst_ims.desk.parties import names_of
from gst_ims.desk.push import service as pushing
from gst_ims.desk.push.service import Left, Pushed
from gst_ims.desk.review.lists import Filter, Line, lines
from gst_ims.desk.review.trail import Search, Step, stream
from gst_ims.web import words
from gst_ims.web.reading import read_day
from gst_ims.web.tables.asked import Asked, Made, Told, count, day, made, moment, money
from gst_ims.web.texts import section
from gst_ims.web.words import N_

_APPROVALS: tuple[Told[Line], ...] = (
    Told(N_("Section"), lambda it, _: section(it.key.section), width=8),
    Told(N_("Number"), lambda it, _: it.key.number, width=18),
    Told(N_("GSTIN"), lambda it, _: it.key.stin, width=17),
    Told(N_("Supplier"), lambda it, _: it.trade_name, width=26),
    day(N_("Date"), lambda it, _: it.document_date),
    money(N_("Tax"), lambda it, _: it.tax),
    Told(N_("Was"), lambda it, say: say(words.ACTION[it.action])),
    Told(N_("To be"), lambda it, say: it.decided and say(words.VERB[it.decided])),
    Told(N_("Books"), lambda it, say: say(words.BUCKET[it.bucket or "not matched"]), width=16),
    Told(N_("Decided by"), lambda it, _: it.person),
    Told(N_("Policy"), lambda it, _: it.policy, width=24),
    Told(N_("Why"), lambda it, _: it.why, width=40),
    Told(N_("Remarks for the supplier"), lambda it, _: it.telling, width=40),
    day(N_("Decide by"), lambda it, _: it.deadline),
)
_PUSHES: tuple[Told[Pushed], ...] = (
    count(N_("Push"), lambda it, _: it.id),
    Told(N_("By"), lambda it, _: it.person),
    moment(N_("Begun"), lambda it, _: it.began_at),
    moment(N_("Ended"), lambda it, _: it.ended_at),
    count(N_("Rows"), lambda it, _: it.rows),
    count(N_("Applied"), lambda it, _: it.applied),
    count(N_("Refused"), lambda it, _: it.refused),
    count(N_("Void"), lambda it, _: it.void),
    count(N_("Unknown"), lambda it, _: it.unknown),
    Told(N_("How far"), lambda it, _: it.words, width=40),
)
#: What isn't applied, and what its supplier is called.
_Left = tuple[Left, str | None]
_LEFT: tuple[Told[_Left], ...] = (
    Told(N_("Section"), lambda it, _: section(it[0].key.section), width=8),
    Told(N_("Number"), lambda it, _: it[0].key.number, width=18),
    Told(N_("GSTIN"), lambda it, _: it[0].key.stin, width=17),
    Told(N_("Supplier"), lambda it, _: it[1], width=26),
    Told(N_("Period"), lambda it, _: it[0].key.period, width=9),
    Told(N_("What"), lambda it, say: say(words.STATE[it[0].state]), width=20),
    Told(N_("Code"), lambda it, _: it[0].code),
    Told(N_("Why"), lambda it, _: it[0].words, width=60),
    Told(N_("What to do"), lambda it, _: it[0].next, width=60),
)
_TRAIL: tuple[Told[Step], ...] = (
    count(N_("Entry"), lambda it, _: it.id),
    moment(N_("When"), lambda it, _: it.at),
    Told(N_("Who"), lambda it, _: it.person),
    Told(N_("What"), lambda it, _: it.what),
    Told(N_("Record"), lambda it, _: it.record, width=40),
    Told(N_("Why"), lambda it, _: it.why, width=40),
    Told(N_("Policy"), lambda it, _: it.policy, width=30),
    Told(N_("Details"), lambda it, _: "; ".join(f"{name}: {value}" for name, value in it.detail.items()), width=60),
)


#: More pushes than there are.
_ALL = 1_000_000


def approvals(asked: Asked) -> Made:
    """What waits for a second person."""
    rows = lines(asked.desk, asked.person, asked.one, Filter(state="waiting"))
    return made(asked, N_("Approvals"), _APPROVALS, rows, frozen=2)


def pushes(asked: Asked) -> Made:
    """What was sent."""
    return made(asked, N_("Pushes"), _PUSHES, pushing.pushes(asked.desk, asked.person, asked.one, _ALL))


def push_rows(asked: Asked) -> Made:
    """What of a push isn't applied."""
    rows = pushing.left(asked.desk, asked.person, asked.one, asked.number("push"))
    names = names_of(asked.desk, asked.person, asked.one, (it.key.stin for it in rows))
    return made(asked, N_("Not applied"), _LEFT, ((it, names.get(it.key.stin)) for it in rows), frozen=2)


def trail(asked: Asked) -> Made:
    """The trail, as it is searched."""
    text, who, what = (asked.word(name).strip() or None for name in ("text", "who", "what"))
    rows = stream(asked.desk, asked.person, asked.one, Search(text, who, what, read_day(asked.word("since"))))
    return made(asked, N_("Trail"), _TRAIL, rows)
