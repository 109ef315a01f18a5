"""The tables of the home page as files: of one taxpayer, or of all that a person sees."""

from __future__ import annotations

from typing import Any

from gst_ims.core.gstin import Gstin
from gst_ims.desk.figures.service import Days, Figures, Work, figures, news, suppliers_at_risk
from gst_ims.desk.people.service import Registration, registrations
from gst_ims.web import words
from gst_ims.web.home.statuses import ACTIONS, OPEN, STATUSES
from gst_ims.web.tables.asked import Asked, Made, Told, count, day, made, moment, money, paged
from gst_ims.web.texts import section
from gst_ims.web.words import N_

_Taxpayer = tuple[Registration, Days, Work, dict[str, int]]
_DEADLINES: tuple[Told[_Taxpayer], ...] = (
    Told(N_("Taxpayer"), lambda it, _: it[0].name, width=26),
    Told(N_("GSTIN"), lambda it, _: it[0].gstin, width=17),
    Told(N_("Period"), lambda it, _: it[1].period, width=9),
    day(N_("GSTR-2B"), lambda it, _: it[1].draft),
    day(N_("GSTR-3B due"), lambda it, _: it[1].due),
    *(money(words.STATUS_SHORT[name], lambda it, _, name=name: it[3][name]) for name in STATUSES),
    count(N_("To approve"), lambda it, _: it[2].decisions.get("waiting", (0, 0))[0]),
    count(N_("To push"), lambda it, _: it[2].decisions.get("ready", (0, 0))[0]),
    count(N_("News"), lambda it, _: sum(it[2].changed.values())),
    moment(N_("Portal read"), lambda it, _: it[2].last_read),
)
_Age = tuple[Registration, str, dict[str, tuple[int, int]]]
#: A row, and the taxpayer's name.
_AT_RISK: tuple[Told[tuple[str, Any]], ...] = (
    Told(N_("Taxpayer"), lambda it, _: it[0], width=26),
    Told(N_("GSTIN"), lambda it, _: it[1].stin, width=17),
    Told(N_("Supplier"), lambda it, _: it[1].trade_name, width=26),
    count(N_("Documents"), lambda it, _: it[1].records),
    money(N_("Tax"), lambda it, _: it[1].tax),
)
_SECTIONS: tuple[Told[tuple[str, Any, list[int]]], ...] = (
    Told(N_("Taxpayer"), lambda it, _: it[0], width=26),
    Told(N_("Section"), lambda it, _: section(it[1]), width=8),
    *(count(words.ACTION[it], lambda row, _, at=at: row[2][at]) for at, it in enumerate(ACTIONS)),
)
_NEWS: tuple[Told[Any], ...] = (
    Told(N_("Section"), lambda it, _: section(it.section), width=8),
    Told(N_("Number"), lambda it, _: it.number, width=18),
    Told(N_("GSTIN"), lambda it, _: it.stin, width=17),
    Told(N_("Supplier"), lambda it, _: it.trade_name, width=26),
    Told(N_("What"), lambda it, say: say(words.BECAME[it.became]), width=20),
    moment(N_("Read"), lambda it, _: it.at),
    Told(N_("Was"), lambda it, say: it.was and say(words.ACTION[it.was])),
    Told(N_("Is"), lambda it, say: it.action and say(words.ACTION[it.action])),
    money(N_("Tax before"), lambda it, _: it.tax_before),
    money(N_("Tax"), lambda it, _: it.tax),
)


def _aged(status: str) -> tuple[Told[_Age], Told[_Age]]:
    return (
        count(words.STATUS_SHORT[status], lambda it, _: it[2][status][0]),
        money(words.STATUS_RUPEES[status], lambda it, _: it[2][status][1]),
    )


_AGEING: tuple[Told[_Age], ...] = (
    Told(N_("Taxpayer"), lambda it, _: it[0].name, width=26),
    Told(N_("Since its date"), lambda it, say: say(it[1]), width=16),
    *(column for status in OPEN for column in _aged(status)),
)


def deadlines(asked: Asked) -> Made:
    """Deadlines, credit by status, and work of each taxpayer."""
    found = _figures(asked)
    credit = found.credit(lambda cell: (cell.gstin, cell.status))
    rows = (
        (it, found.days[it.gstin], found.work[it.gstin], {name: credit[it.gstin, name] for name in STATUSES})
        for it in found.registrations
    )
    return made(asked, N_("Deadlines and work"), _DEADLINES, rows, frozen=2)


def ageing(asked: Asked) -> Made:
    """What is open by its age, of each taxpayer."""
    found = _figures(asked)
    records, credit = (of(lambda cell: (cell.gstin, cell.status, cell.age)) for of in (found.records, found.credit))
    rows = (
        (it, name, {status: (records[it.gstin, status, age], credit[it.gstin, status, age]) for status in OPEN})
        for it in found.registrations
        for age, name in enumerate(words.AGE)
    )
    return made(asked, N_("Age of what is open"), _AGEING, rows, frozen=2)


def at_risk(asked: Asked) -> Made:
    """All suppliers at risk, of whom the page shows the first ones."""
    names = {it.gstin: it.name for it in registrations(asked.desk, asked.person)}
    found = suppliers_at_risk(asked.desk, asked.person, [asked.gstin] if asked.gstin else None)
    rows = ((names[Gstin(row.gstin)], row) for row in found)
    return made(asked, N_("Suppliers at risk"), _AT_RISK, rows, frozen=3)


def sections(asked: Asked) -> Made:
    """Records by section and action."""
    found = _figures(asked)
    counts = found.records(lambda cell: (cell.gstin, cell.section, cell.action))
    there = sorted({(cell.gstin, cell.section) for cell in found.cells})
    names = {it.gstin: it.name for it in found.registrations}
    rows = ((names[gstin], it, [counts[gstin, it, action] for action in ACTIONS]) for gstin, it in there)
    return made(asked, N_("Records by section"), _SECTIONS, rows, frozen=2)


def changed(asked: Asked) -> Made:
    """What changed since yesterday, record by record."""
    rows = paged(lambda after, n: news(asked.desk, asked.person, asked.one, asked.word("became"), after, n))
    return made(asked, N_("News"), _NEWS, rows, frozen=3)


def _figures(asked: Asked) -> Figures:
    return figures(asked.desk, asked.person, [asked.gstin] if asked.gstin else None)
