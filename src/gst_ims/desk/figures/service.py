"""What a tax team asks first: how much is decided, what is at risk, what is late, and what has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section
from gst_ims.database.queries import load
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person, Registration, registrations
from gst_ims.rulebook.calendar import draft_day, due_date_3b, tax_period
from gst_ims.rulebook.law import law

queries: Any = load(__file__)

#: Where the books and the portal agree, as matching has it.
AGREE = ("matched", "within tolerance")
#: What is new is younger than this.
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Cell:
    """Records that are alike, and their sums in paise: `tax`, and `credit` once they are accepted.

    `unsure` of them amend documents that the desk has never seen, and are left out of the credit.
    """

    gstin: Gstin
    period: Period
    section: Section
    action: Action
    #: What matching found; None before it ran.
    bucket: str | None
    #: Days since the document's date: 0 to 30 days, 1 to 60, 2 to 90, 3 for more.
    age: int
    records: int
    tax: Paise
    credit: Paise
    unsure: int

    @property
    def status(self) -> str:
        """accepted, pending or rejected; of what nobody decided about: agrees, or at risk."""
        if self.action is not Action.NONE:
            return {Action.ACCEPT: "accepted", Action.PENDING: "pending", Action.REJECT: "rejected"}[self.action]
        return "agrees" if self.bucket in AGREE else "at risk"


@dataclass(frozen=True)
class Days:
    """The days that a taxpayer waits for. `draft`: GSTR-2B is drawn up; `due`: GSTR-3B of `period` is due."""

    period: Period
    draft: date
    due: date
    to_draft: int
    to_due: int


@dataclass(frozen=True)
class Work:
    """What is under way for a taxpayer: open decisions by `waiting`, `ready`, `sending`, with the tax at stake."""

    last_read: datetime | None
    #: What readings of the last day found changed: how many by kind.
    changed: Mapping[str, int]
    decisions: Mapping[str, tuple[int, Paise]]
    pushes: tuple[Any, ...]


@dataclass(frozen=True)
class Figures:
    """All figures of some taxpayers."""

    registrations: tuple[Registration, ...]
    cells: tuple[Cell, ...]
    days: Mapping[Gstin, Days]
    work: Mapping[Gstin, Work]
    #: gstin, stin, trade_name, records, tax: the ten with the most.
    at_risk: tuple[Any, ...]

    def records(self, by: Callable[[Cell], Any], where: Callable[[Cell], bool] = lambda _: True) -> Counter[Any]:
        """How many records, by whatever a cell says."""
        return _sum(self.cells, by, where, lambda cell: cell.records)

    def credit(self, by: Callable[[Cell], Any], where: Callable[[Cell], bool] = lambda _: True) -> Counter[Any]:
        """Their credit in paise, by whatever a cell says."""
        return _sum(self.cells, by, where, lambda cell: cell.credit)

    @property
    def unsure(self) -> int:
        """How many records are left out of the credit."""
        return sum(cell.unsure for cell in self.cells)


def figures(desk: Desk, by: Person, gstins: Iterable[Gstin] | None = None) -> Figures:
    """The figures of some taxpayers, or of all that a person sees. Raises NotAllowed."""
    mine = _seen(by, gstins)
    now = desk.clock.now()
    with desk.of(mine) as db:
        cells = tuple(map(_cell, queries.standing(db, gstins=mine, today=now.date())))
        at_risk = tuple(queries.suppliers_at_risk(db, gstins=mine, limit=10))
        readings = {row.gstin: row for row in queries.readings(db, gstins=mine, since=now - DAY)}
        decisions = list(queries.decisions(db, gstins=mine))
        pushes = list(queries.open_pushes(db, gstins=mine))
    there = [it for it in registrations(desk, by) if it.gstin in mine]
    work = {
        gstin: Work(
            readings[gstin].last if gstin in readings else None,
            (readings[gstin].changed or {}) if gstin in readings else {},
            {row.state: (row.decisions, row.stake) for row in decisions if row.gstin == gstin},
            tuple(row for row in pushes if row.gstin == gstin),
        )
        for gstin in mine
    }
    return Figures(tuple(there), cells, {it.gstin: days(it, now.date()) for it in there}, work, at_risk)


def suppliers_at_risk(desk: Desk, by: Person, gstins: Iterable[Gstin] | None = None) -> list[Any]:
    """All suppliers of whom `Figures.at_risk` has the first ones. Raises NotAllowed."""
    mine = _seen(by, gstins)
    with desk.of(mine) as db:
        return list(queries.suppliers_at_risk(db, gstins=mine, limit=None))


def open_decisions(desk: Desk, by: Person, gstin: Gstin) -> dict[str, tuple[int, Paise]]:
    """What is open for one taxpayer, as `Work` has it. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return {row.state: (row.decisions, row.stake) for row in queries.decisions(db, gstins=[gstin])}


def news(
    desk: Desk,
    by: Person,
    gstin: Gstin,
    became: str = "",
    after: tuple[Paise, str] | None = None,
    limit: int = 100,
) -> Sequence[Any]:
    """What changed since yesterday, as the portal was read: all, or of one kind; the most rupees first.

    Key, `trade_name`, `became`, `at`, action and tax as they were (`was`, `tax_before`) and are; `size` and `name` say
    where the page after begins. Raises NotAllowed.
    """
    by.must(gstin)
    size, name = after or (None, None)
    since = desk.clock.now() - DAY
    with desk.of([gstin]) as db:
        page = {"became": became, "after_size": size, "after": name, "limit": limit}
        return list(queries.news(db, gstin=gstin, since=since, **page))


def days(registration: Registration, today: date) -> Days:
    """The period whose GSTR-3B is due next, and when. From the 14th on the draft of its GSTR-2B is there."""
    frequency, state = registration.frequency, registration.gstin.state
    period = tax_period(frequency, Period.of(today).previous())
    while (due := due_date_3b(frequency, state, period, law())) < today:
        period = tax_period(frequency, period.next())
    draft = draft_day(period, law())
    return Days(period, draft, due, (draft - today).days, (due - today).days)


def _seen(by: Person, gstins: Iterable[Gstin] | None) -> list[Gstin]:
    mine = list(by.gstins if gstins is None else gstins)
    for gstin in mine:
        by.must(gstin)
    return mine


def _cell(row: Any) -> Cell:
    return Cell(
        *(Gstin(row.gstin), Period.of(row.period), Section(row.section), Action(row.action), row.bucket, row.age),
        *(row.records, row.tax, row.credit, row.unsure),
    )


def _sum(
    cells: Iterable[Cell], by: Callable[[Cell], Any], where: Callable[[Cell], bool], what: Callable[[Cell], int]
) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for cell in cells:
        if where(cell):
            found[by(cell)] += what(cell)
    return found
