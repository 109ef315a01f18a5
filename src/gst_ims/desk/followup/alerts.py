"""What people must be told: kinds of alerts, each a small function of what stands.

An alert's key says what it is about, so that nobody is told the same twice. A deadline has two: some days ahead, and
urgently on its last day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gst_ims.core.document import print_date
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise, indian
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.desk.followup.liability import Liability
from gst_ims.desk.followup.settings import Settings
from gst_ims.rulebook.calendar import draft_day, due_date_3b, pending_limit, tax_period
from gst_ims.rulebook.law import Frequency, law
from gst_ims.rulebook.scope import credit_limit


@dataclass(frozen=True)
class Alert:
    """Something that people must be told. Those that are urgent don't wait for the next digest."""

    kind: str
    key: str
    text: str
    urgent: bool = False


@dataclass(frozen=True)
class Some:
    """Documents that have something in common: a return period and form, or a day; how many, and their tax in paise."""

    count: int
    tax: Paise
    period: Period | None = None
    form: str = Form.R1
    day: date | None = None


@dataclass(frozen=True)
class Push:
    """A push that isn't over, or left rows behind."""

    id: int
    began: datetime
    ended: datetime | None
    left: int


@dataclass(frozen=True)
class Large:
    """A document with much tax that was rejected: by its recipient, or by us."""

    id: str
    number: str
    party: Gstin
    name: str
    tax: Paise


@dataclass(frozen=True)
class Situation:
    """What stands at a taxpayer's desk."""

    gstin: Gstin
    frequency: Frequency
    now: datetime
    settings: Settings
    #: Records without an action and without a decision that is on its way.
    undecided: Some
    #: Those of them that count as accepted: what isn't filed is in no GSTR-2B.
    deemed: Some = Some(0, 0)
    #: Pending records whose acceptance lowers the credit, by period and form; the others, by the day of the document.
    pending: Sequence[Some] = ()
    held: Sequence[Some] = ()
    #: Documents of the books that the portal doesn't have, by day.
    missing: Sequence[Some] = ()
    pushes: Sequence[Push] = ()
    #: When the portal was read last; None where it never was.
    read_at: datetime | None = None
    #: By reading: how many documents their suppliers had edited after they were accepted, and their tax as it is now.
    edited: Sequence[tuple[int, Some]] = ()
    refused: Sequence[Large] = ()
    refusing: Sequence[Large] = ()
    liability: Liability | None = None
    #: Messages that couldn't be delivered: number and party.
    dead: Sequence[tuple[int, str]] = ()

    @property
    def today(self) -> date:
        """In India."""
        return self.now.date()


def alerts(it: Situation) -> list[Alert]:
    """Everything that is to be told now, of every kind. The same again and again, until it is over."""
    return [alert for kind in KINDS for alert in kind.find(it)]


def deadline(kind: str, day: date, ahead: int, today: date, words: str) -> Iterator[Alert]:
    """Some days ahead of a day, and urgently on the day itself; never after."""
    if day == today:
        yield Alert(kind, f"{day} today", f"Today is the last day: {words}", urgent=True)
    elif today < day <= today + timedelta(days=ahead):
        yield Alert(kind, f"{day}", f"Until {print_date(day)}: {words}")


def draft(it: Situation) -> Iterable[Alert]:
    """The 14th: GSTR-2B of the last month is drawn up by what is decided then (R4.1)."""
    for period in _tax_periods(it) if it.undecided.count else ():
        words = f"GSTR-2B of {period} is drafted from the decisions as they stand: {_some(it.undecided)} without any."
        yield from deadline("draft", draft_day(period, law()), it.settings.days_ahead, it.today, words)


def gstr_3b(it: Situation) -> Iterable[Alert]:
    """The due date of the taxpayer's own GSTR-3B (R7.8)."""
    for period in _tax_periods(it):
        if it.settings.filed_3b and period <= Period.parse(it.settings.filed_3b):
            continue
        day = due_date_3b(it.frequency, it.gstin.state, period, law())
        words = f"GSTR-3B of {period} is due."
        if it.deemed.count:
            verb = "counts" if it.deemed.count == 1 else "count"
            words = f"{words} {_some(it.deemed)} without a decision {verb} as accepted (R2.2)."
        yield from deadline("gstr_3b", day, it.settings.days_ahead, it.today, words)


def pending(it: Situation) -> Iterable[Alert]:
    """The last day of Pending of specified records; then they are deemed accepted, and reduce the credit in full."""
    by: dict[date, list[Some]] = {}
    for some in it.pending:
        if some.period is not None:
            in_2b = some.period.next() if some.form == Form.R1A else some.period
            if limit := pending_limit(it.frequency, it.gstin.state, in_2b, law()):
                by.setdefault(limit, []).append(some)
    for day, those in sorted(by.items()):
        words = f"{_some(_all(those))} can be kept pending no longer; then deemed accepted, with full reduction (R2.9)."
        yield from deadline("pending", day, it.settings.days_ahead, it.today, words)


def credit(it: Situation) -> Iterable[Alert]:
    """Section 16(4): the last day for credit on documents that are pending, or that the portal doesn't have."""
    for kind, those, what in (
        ("credit", it.held, "kept pending"),
        ("credit_missing", it.missing, "missing in the portal"),
    ):
        by: dict[date, list[Some]] = {}
        for some in those:
            if some.day is not None:
                by.setdefault(credit_limit(some.day, law()), []).append(some)
        for day, its in sorted(by.items()):
            words = f"{_some(_all(its))} {what} lose their credit by section 16(4)."
            yield from deadline(kind, day, it.settings.credit_days_ahead, it.today, words)


def pushes(it: Situation) -> Iterable[Alert]:
    """A push that takes too long, or left rows behind."""
    for push in it.pushes:
        if push.ended is None and it.now - push.began > timedelta(hours=it.settings.push_hours):
            text = (
                f"Push {push.id}, begun at {push.began:%d-%m-%Y %H:%M}, isn't over: look after it, it can be resumed."
            )
            yield Alert("push_late", f"{push.id}", text, urgent=True)
        elif push.ended is not None and push.left:
            text = f"Push {push.id} left {_rows(push.left)} refused or unknown: look what to do with each."
            yield Alert("push_failed", f"{push.id}", text, urgent=True)


def reading(it: Situation) -> Iterable[Alert]:
    """Where there is a schedule: the portal hasn't been read for too long."""
    if not it.settings.schedule:
        return
    if it.read_at is None or it.now - it.read_at > timedelta(hours=it.settings.reading_hours):
        since = "never" if it.read_at is None else f"last at {it.read_at:%d-%m-%Y %H:%M}"
        words = f"The portal was read {since}: sign the desk in at the portal anew, or look why readings fail."
        yield Alert("reading", "never" if it.read_at is None else it.read_at.isoformat(), words)


def edited(it: Situation) -> Iterable[Alert]:
    """A supplier changed documents after they were accepted: the acceptance is gone (R3.2)."""
    for number, some in it.edited:
        words = f"{_some(some)} edited by suppliers after you had accepted: look again (reading {number})."
        yield Alert("edited", f"{number}", words, urgent=True)


def rejections(it: Situation) -> Iterable[Alert]:
    """Much tax was rejected: by a recipient of ours, or by us."""
    for large in it.refused:
        words = f"{large.name or large.party} rejected {large.number}, tax ₹ {indian(large.tax)}: ask why, correct it."
        yield Alert("rejected", large.id, words, urgent=True)
    for large in it.refusing:
        words = f"We rejected {large.number} of {large.name or large.party}, tax ₹ {indian(large.tax)}: is that right?"
        yield Alert("we_rejected", large.id, words)


def liability(it: Situation) -> Iterable[Alert]:
    """Much liability came back, or will."""
    owed, most = it.liability, it.settings.liability
    if owed is None:
        return
    for period in (owed.this, owed.following):
        if (came := owed.came(period).total) and came >= most:
            words = f"₹ {indian(came)} came back to our liability of {period}, because recipients rejected."
            yield Alert("liability", f"{period}", words, urgent=True)
        if (comes := owed.comes(period, certain=True).total) and comes >= most:
            words = (
                f"₹ {indian(comes)} of liability will come back in {period} unless recipients change their decision."
            )
            yield Alert("forecast", f"{period}", words)


def undelivered(it: Situation) -> Iterable[Alert]:
    """A message couldn't be delivered."""
    for number, party in it.dead:
        yield Alert("undelivered", f"{number}", f"Message {number} to {party} couldn't be delivered: see its reason.")


@dataclass(frozen=True)
class Kind:
    """A kind of alert: how it is found, for whom to read about it, and the settings that it obeys."""

    names: tuple[str, ...]
    find: Callable[[Situation], Iterable[Alert]]
    settings: tuple[str, ...] = ()


#: All kinds, in the order in which they are told.
KINDS: tuple[Kind, ...] = (
    Kind(("draft",), draft, ("days_ahead",)),
    Kind(("gstr_3b",), gstr_3b, ("days_ahead", "filed_3b")),
    Kind(("pending",), pending, ("days_ahead",)),
    Kind(("credit", "credit_missing"), credit, ("credit_days_ahead",)),
    Kind(("push_late", "push_failed"), pushes, ("push_hours",)),
    Kind(("reading",), reading, ("schedule", "reading_hours")),
    Kind(("edited",), edited),
    Kind(("rejected", "we_rejected"), rejections, ("large_rejection",)),
    Kind(("liability", "forecast"), liability, ("liability", "filed_3b")),
    Kind(("undelivered",), undelivered),
)


def _tax_periods(it: Situation) -> list[Period]:
    """Those whose deadlines may lie ahead."""
    now = Period.of(it.today)
    return list(dict.fromkeys(tax_period(it.frequency, now.plus(-back)) for back in (3, 2, 1, 0)))


def _all(those: Iterable[Some]) -> Some:
    its = list(those)
    return Some(sum(some.count for some in its), sum(some.tax for some in its))


def _some(some: Some) -> str:
    return f"{some.count} document{'' if some.count == 1 else 's'} with tax of ₹ {indian(some.tax)}"


def _rows(count: int) -> str:
    return f"{count} row{'' if count == 1 else 's'}"
