"""A made-up world: who is in it, and what happens there, in the order of time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from gst_ims.core.clock import IST
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.synthetic.events import Event
from gst_ims.synthetic.people import Company, Role, companies, make_gstin, register
from gst_ims.synthetic.story import story

NOW = datetime(2026, 1, 15, 10, tzinfo=IST)
"""Where the demo ends: GSTR-2B of 122025 is just out, and the week of decisions has begun."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A recipient files GSTR-3B. Not one of the events, but the story counts on it (R3.14)."""

    at: datetime
    rtin: Gstin
    period: Period


@dataclass(frozen=True)
class World:
    """Everybody, and everything that they do. Two worlds of the same fields have the same events.

    `documents` is how many there are, about; `plot` makes the events. `others` act through customs and GSTR-6 only.
    """

    seed: int
    recipients: list[Company]
    suppliers: list[Company]
    first: Period
    periods: int
    documents: int
    others: list[Company] = field(default_factory=list[Company])
    plot: Callable[[World], Iterator[Event]] = field(default=story, repr=False)

    @property
    def last(self) -> Period:
        """The last period of which there are documents."""
        return self.first.plus(self.periods - 1)

    @property
    def end(self) -> datetime:
        """The moment after which nothing happens: the 15th after the last period, at ten."""
        after = self.last.next()
        return datetime(after.year, after.month, 15, 10, tzinfo=IST)

    def companies(self) -> list[Company]:
        """Everybody who must be registered before the events can happen; each GSTIN once."""
        return [*self.recipients, *self.suppliers, *self.others]

    def events(self) -> Iterator[Event]:
        """What happens, in the order of time, made while it is read."""
        return self.plot(self)

    def closings(self) -> list[Closing]:
        """The recipients' GSTR-3B up to the end: on the 20th after its period, or the 22nd after its quarter (R7.8).

        Whoever plays the story merges them in by `at`: decisions on amendments count on the original's GSTR-3B (R2.4,
        R3.7).
        """
        made: list[Closing] = []
        for i in range(self.periods - 1):
            period = self.first.plus(i)
            after = period.next()
            for recipient in self.recipients:
                if not recipient.quarterly or period.is_quarter_end:
                    at = datetime(after.year, after.month, 22 if recipient.quarterly else 20, 18, tzinfo=IST)
                    made.append(Closing(at, recipient.gstin, period))
        return sorted(made, key=lambda closing: closing.at)


def demo(seed: int = 2025) -> World:
    """The Saraswati Group, its forty suppliers, and about 2,000 documents of 102025 to 122025, troubles included."""
    group = _group(companies(seed, 4, Role.RECIPIENT, states=("27", "24", "29", "33")))
    home = ("27", "29", "24", "27", "29", "24", "33", "07", "36", "19", "06", "08", "27", "32", "29", "23")
    suppliers = companies(seed, 37, Role.SUPPLIER, states=home, quarterly=6)
    operators = companies(seed, 3, Role.ECO, states=("27", "29", "24"))
    distributors = [
        register(
            make_gstin(c.gstin.state, c.gstin.pan, entity="2"),
            f"{c.trade_name} Head Office",
            taxpayer_type="Input Service Distributor",
        )
        for c in group
        if c.taxpayer_type == "Regular" and not c.quarterly
    ]
    others = [*distributors, *companies(seed, 2, Role.SEZ, states=("24", "33"))]
    return World(seed, group, suppliers + operators, Period(2025, 10), 3, 2_000, others)


def _group(made: list[Company]) -> list[Company]:
    trades = ("Textiles", "Exports", "Instruments", "Foods")
    types = ("Regular", "SEZ Unit", "Regular", "Regular")
    return [
        register(
            company.gstin,
            f"Saraswati {trade}",
            frequency="quarterly" if trade == "Foods" else "monthly",
            taxpayer_type=kind,
            registered_on=company.registered_on,
        )
        for company, trade, kind in zip(made, trades, types, strict=True)
    ]
