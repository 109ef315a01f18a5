"""The story of a world, chapter by chapter: one tax period each, from the first save to the last decision.

A chapter is held in memory as a whole. For more documents than fit, see `bulk`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import TYPE_CHECKING

from gst_ims.core.period import Period
from gst_ims.core.section import Action, Form, Section
from gst_ims.synthetic.arrivals import arrivals
from gst_ims.synthetic.decisions import decide, early
from gst_ims.synthetic.documents import Document, body
from gst_ims.synthetic.events import Event, File, Save
from gst_ims.synthetic.people import Company
from gst_ims.synthetic.returns import (
    Numbers,
    Standing,
    amend,
    correct,
    file_event,
    form_of,
    issue,
    moment,
    originals,
    save_parts,
)

if TYPE_CHECKING:
    from gst_ims.synthetic.world import World

_AMENDABLE = (Section.B2B, Section.B2BCN, Section.B2BDN, Section.ECOM)
_AMENDED = 0.07  # of the documents of a section
_CORRECTED = 8  # a chapter
_UNFILED = 3  # suppliers


def story(world: World) -> Iterator[Event]:
    """All events up to the world's end, in the order of time."""
    waiting: list[Event] = []
    before: list[Standing] = []
    for i in range(world.periods):
        chapter = Chapter(world, world.first.plus(i), before)
        waiting += chapter.events()
        waiting.sort(key=lambda event: event.at)
        # Nothing of the next chapter happens before this.
        next_begins = moment(chapter.period.next(), 5, 0)
        yield from (event for event in waiting if event.at < next_begins)
        waiting = [event for event in waiting if event.at >= next_begins]
        before = chapter.standings
    yield from (event for event in waiting if event.at <= world.end)


class Chapter:
    """What belongs to one period: the suppliers' returns for it, and the recipients' decisions on its records."""

    def __init__(self, world: World, period: Period, before: list[Standing]) -> None:
        """`before` are the standings of the previous chapter, as it left them."""
        self.world, self.period, self.before = world, period, before
        self.sellers = [*world.suppliers, *world.recipients]
        self.numbers = {seller.gstin: Numbers(seller, period) for seller in self.sellers}
        self.standings: list[Standing] = []

    def events(self) -> Iterator[Event]:
        """All of them, not yet in order; after that, `standings` is what the next chapter goes on from."""
        amendments = self._amendments()
        for i, seller in enumerate(self.sellers):
            yield from self._return(i, seller, [s for s in amendments if s.document.stin == seller.gstin])
        yield from self._corrections()
        late = [s for s in self.before if s.counts_in == self.period]
        carried = [s for s in self.before if s.action is Action.PENDING]
        records = [*carried, *late, *self.standings]
        if self.period == self.world.first:
            yield from self._amended_return()
        for recipient in self.world.recipients:
            # Those of the GSTR-1A of this period aren't among them yet: they are decided a chapter later.
            mine = [s for s in records if s.document.rtin == recipient.gstin]
            yield from decide(self._rng(recipient.gstin, "acts"), recipient, self.period, mine)
        yield from arrivals(self.world, self.period)

    def _rng(self, *parts: object) -> Random:
        return Random("/".join(map(str, (self.world.seed, self.period, *parts))))  # noqa: S311

    def _return(self, index: int, seller: Company, amendments: list[Standing]) -> Iterator[Event]:
        rng = self._rng(seller.gstin)
        made = originals(rng, seller, self.world.recipients, self.world.suppliers, self.period, self._share(index))
        form = form_of(seller, self.period)
        numbers = self.numbers[seller.gstin]
        new = [issue(rng, seller, section, buyer, day, numbers.next(), via) for section, buyer, day, via in made]
        self.standings += [*(Standing(document, form, self.period, self.period) for document in new), *amendments]
        yield from save_parts(rng, seller, self.period, [*new, *(s.document for s in amendments)])
        if self.period != self.world.last or seller.gstin not in self._late():
            yield file_event(rng, seller, self.period)

    def _share(self, index: int) -> int:
        """How many documents a supplier issues in the period: some sell more than others, amendments come on top."""
        weights = [1 + i * 7 % 5 for i in range(len(self.sellers))]
        month = self.world.documents * 19 // 20 // self.world.periods
        return month * sum(weights[: index + 1]) // sum(weights) - month * sum(weights[:index]) // sum(weights)

    def _late(self) -> set[str]:
        monthly = [s for s in self.world.suppliers if not s.quarterly]
        return {s.gstin for s in monthly[:_UNFILED]}

    def _amendments(self) -> list[Standing]:
        """Some documents of the previous period were wrong: less and more by turns, in every section that has any."""
        rng = self._rng("amendments")
        forms = {s.gstin: form_of(s, self.period) for s in self.sellers}
        made: list[Standing] = []
        for section in _AMENDABLE:
            # IFF is left to the month's own documents. What is amended once stays so. And an amendment is saved when
            # the original has been filed: not before the 14th.
            can = [
                s
                for s in self.before
                if s.document.section is section and s.document.in_ims
                and s.form is not Form.R1A and s.counts_in < self.period and forms[s.document.stin] is Form.R1
                and not any(t.amends is s for t in self.before)
            ]  # fmt: skip
            chosen = rng.sample(can, min(len(can), max(6, int(len(can) * _AMENDED))))
            for i, standing in enumerate(chosen):
                per_cent = rng.randint(60, 90) if i % 2 == 0 else rng.randint(105, 130)
                made.append(self._amended(standing, per_cent, rng.randint(14, 28), form=Form.R1))
        return made

    def _amended(self, old: Standing, per_cent: int, day: int, *, form: Form) -> Standing:
        number = self.numbers[old.document.stin].next()
        document = amend(old, number, date(self.period.year, self.period.month, day), per_cent)
        counts_in = self.period.next() if form is Form.R1A else self.period
        return Standing(document, form, self.period, counts_in, amends=old)

    def _corrections(self) -> Iterator[Event]:
        """Some recipients are quick, and some suppliers then change what was decided upon already."""
        rng = self._rng("corrections")
        can = [s for s in self.standings if s.document.section is Section.B2B and s.document.in_ims]
        quick = rng.sample(can, min(len(can), 3 * _CORRECTED))
        for recipient in self.world.recipients:
            mine = [s for s in quick if s.document.rtin == recipient.gstin]
            yield from early(rng, recipient, self.period, mine)
        delete = self.period == self.world.first
        yield from correct(rng, quick[:_CORRECTED], delete=delete)
        if delete and quick:
            self.standings.remove(quick[0])

    def _amended_return(self) -> Iterator[Event]:
        """One supplier files a GSTR-1A: an invoice corrected, and one added. Both count a period later (R3.5)."""
        rng = self._rng("GSTR-1A")
        monthly = {s.gstin: s for s in self.world.suppliers if not s.quarterly}
        old = next((s for s in self.standings if s.document.stin in monthly and _plain(s.document)), None)
        if old is None:
            return
        seller, last = monthly[old.document.stin], self.period.last_day
        buyer = next(r for r in self.world.recipients if r.gstin == old.document.rtin)
        amended = self._amended(old, 80, last.day, form=Form.R1A)
        forgotten = issue(rng, seller, Section.B2B, buyer, last, self.numbers[seller.gstin].next(), "")
        added = [amended, Standing(forgotten, Form.R1A, self.period, self.period.next())]
        self.standings += added
        rows = body(seller.gstin, self.period, [s.document for s in added])
        yield Save(moment(self.period.next(), 14, 11), seller.gstin, Form.R1A, self.period, rows)
        yield File(moment(self.period.next(), 16, 15), seller.gstin, Form.R1A, self.period)


def _plain(document: Document) -> bool:
    return document.section is Section.B2B and document.in_ims
