"""The suppliers' side of the story: what they issue in a month, and how they report it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from random import Random

from gst_ims.core.clock import IST
from gst_ims.core.document import document_number
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Form, Section
from gst_ims.synthetic.documents import Document, Original, body, make_items, scaled
from gst_ims.synthetic.events import Event, File, Save
from gst_ims.synthetic.people import Company

AMENDING = {section.original: section for section in Section if section.is_amendment}
_LARGEST = {Section.B2B: 900_000_00, Section.B2BCN: 90_000_00, Section.B2BDN: 60_000_00, Section.ECOM: 20_000_00}
_KINDS = (Section.B2B,) * 15 + (Section.B2BCN,) * 4 + (Section.B2BDN,) * 2


@dataclass(slots=True)
class Standing:
    """Where a document stands: how it was reported, in which period its credit counts, and what was decided so far."""

    document: Document
    form: Form
    period: Period
    counts_in: Period
    action: Action = Action.NONE
    amends: Standing | None = None


class Numbers:
    """The next document number of a supplier: no number comes twice in a financial year."""

    def __init__(self, company: Company, period: Period) -> None:
        year, month = period.financial_year % 100, (period.month - 4) % 12 + 1
        self._stem = f"{company.prefix}/{year:02}-{(year + 1) % 100:02}/{month:02}"
        self._serial = count(1)

    def next(self) -> str:
        """Raises Invalid after 9,999 of them: the number would be too long."""
        return document_number(f"{self._stem}{next(self._serial):04}")


def moment(period: Period, day: int, hour: int, minute: int = 0) -> datetime:
    """That time on a day of the month of `period`."""
    return datetime(period.year, period.month, day, hour, minute, tzinfo=IST)


def form_of(company: Company, period: Period) -> Form:
    """Who files by quarter reports the first two months by IFF."""
    return Form.IFF if company.quarterly and not period.is_quarter_end else Form.R1


def originals(
    rng: Random, seller: Company, buyers: Sequence[Company], sellers: Sequence[Company], period: Period, number: int
) -> Iterator[tuple[Section, Company, date, str]]:
    """What a supplier issues in a month, by date: section, buyer, date, and who sold through it if it's an operator."""
    operator = seller.gstin[13] == "C"
    # An operator's sellers here are those of its own state: then its own state and theirs give the same kind of tax.
    vendors = [str(s.gstin) for s in sellers if s.gstin.state == seller.gstin.state and s.gstin[13] != "C"]
    others = [b for b in buyers if b.gstin != seller.gstin and not (operator and b.taxpayer_type == "SEZ Unit")]
    if not others or (operator and not vendors):
        return
    # The first one buys most; the SEZ unit buys little.
    weights = [1 if b.taxpayer_type == "SEZ Unit" else max(5 - buyers.index(b), 1) for b in others]
    for day in sorted(rng.randint(1, period.last_day.day) for _ in range(number)):
        buyer = rng.choices(others, weights)[0]
        section = Section.ECOM if operator else rng.choice(_KINDS)
        yield section, buyer, date(period.year, period.month, day), rng.choice(vendors) if operator else ""


def issue(rng: Random, seller: Company, section: Section, buyer: Company, day: date, number: str, via: str) -> Document:
    """One document with everything on it. A few fall under reverse charge, a few under the rule of place of supply."""
    sez = buyer.taxpayer_type == "SEZ Unit"
    luck = 1.0 if sez or section is Section.ECOM else rng.random()
    barred = luck < 0.02 and seller.gstin.state != buyer.gstin.state
    pos = seller.gstin.state if barred else buyer.gstin.state
    intra = pos == seller.gstin.state and not sez  # supplies to an SEZ unit are always inter-state
    trade = seller.trade_name.split()[-1]
    items = make_items(rng, rng.choice((1, 1, 1, 2, 3)), trade, intra=intra, largest=_LARGEST[section])
    return Document(
        section, seller.gstin, buyer.gstin, number, day, pos, items,
        kind="SEWP" if sez else "R", reverse_charge=0.02 <= luck < 0.05, seller=via,
    )  # fmt: skip


def amend(standing: Standing, number: str, day: date, per_cent: int) -> Document:
    """The document that amends one of before, with its values at `per_cent`."""
    old = standing.document
    return replace(
        old,
        section=AMENDING[old.section],
        number=number,
        day=day,
        items=scaled(old.items, per_cent),
        original=Original(old.number, old.day),
    )


def save_parts(rng: Random, seller: Company, period: Period, documents: Sequence[Document]) -> Iterator[Save]:
    """The month's documents, saved in three parts: from the 5th of the month to the 6th of the next."""
    form, after = form_of(seller, period), period.next()
    minute, turnover = rng.randrange(60), rng.randrange(5_000_000_00, 90_000_000_00)
    days = (rng.randint(5, 9), rng.randint(15, 24))
    moments = [
        moment(period, days[0], 17, minute),
        moment(period, days[1], 18, minute),
        moment(after, rng.randint(1, 6), 11, minute),
    ]
    for since, until, at in zip((0, *days), (*days, 32), moments, strict=True):
        # A part has what was issued on the days before it: nobody reports this evening's invoice this evening.
        part = [d for d in documents if since <= d.day.day < until]
        if part:
            yield Save(at, seller.gstin, form, period, body(seller.gstin, period, part, turnover=turnover))


def file_event(rng: Random, seller: Company, period: Period) -> File:
    """The return is filed: by the 11th, or the 13th where the supplier files by quarter."""
    day = rng.randint(10, 11) + (2 if seller.quarterly else 0)
    at = moment(period.next(), day, rng.randint(10, 18), rng.randrange(60))
    return File(at, seller.gstin, form_of(seller, period), period)


def correct(rng: Random, standings: Iterable[Standing], *, delete: bool) -> Iterator[Event]:
    """Saved documents are edited on the 9th, before the return is filed; with `delete` the first of them goes instead.

    The standings follow: an edit sets the decision back (R3.2). A deleted one must be forgotten by the caller.
    """
    for i, standing in enumerate(standings):
        gone = delete and i == 0
        at = moment(standing.period.next(), 9, 10 + i % 8, rng.randrange(60))
        document = standing.document
        if not gone:
            document = replace(document, items=scaled(document.items, rng.choice((75, 80, 110, 125))))
        stin = Gstin(document.stin)
        rows = body(stin, standing.period, () if gone else (document,), deleted=(document,) if gone else ())
        yield Save(at, stin, standing.form, standing.period, rows)
        standing.document, standing.action = document, Action.NONE
