"""Which records are meant: by filter, or by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from gst_ims.cli.client.output import say
from gst_ims.cli.exits import Usage
from gst_ims.client.record import Key, Record
from gst_ims.core.document import document_number, wire_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import positive_paise, rupees
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Form, Section

#: Gives the records of a section, of one action or of all.
Fetch = Callable[[Section, Action | None], Iterable[Record]]


@dataclass(frozen=True)
class Filter:
    """What records have to be. What is empty doesn't matter; of several values of one kind, one has to fit."""

    sections: tuple[Section, ...] = ()
    suppliers: frozenset[str] = frozenset()
    statuses: frozenset[Action] = frozenset()
    periods: frozenset[Period] = frozenset()
    numbers: frozenset[str] = frozenset()
    #: The first and the last day of the document.
    since: date | None = None
    until: date | None = None
    #: The value of the document, in rupees.
    least: Decimal | None = None
    most: Decimal | None = None

    @property
    def empty(self) -> bool:
        """Whether it takes everything."""
        return self == Filter()

    def takes(self, record: Record) -> bool:
        """Whether a record is what is looked for. Letters of numbers may be small or large."""
        return (
            (not self.sections or record.section in self.sections)
            and (not self.suppliers or record.stin in self.suppliers)
            and (not self.statuses or record.action in self.statuses)
            and (not self.periods or record.period in self.periods)
            and (not self.numbers or record.number.upper() in self.numbers)
            and (self.since is None or record.date >= self.since)
            and (self.until is None or record.date <= self.until)
            and (self.least is None or record.value >= self.least)
            and (self.most is None or record.value <= self.most)
        )

    def records(self, fetch: Fetch) -> Iterator[Record]:
        """The records that it takes, section by section."""
        # The portal filters by one status; what it needn't send it isn't asked for.
        (action,) = self.statuses if len(self.statuses) == 1 else (None,)
        for section in self.sections or OTHERS:
            yield from filter(self.takes, fetch(section, action))


@dataclass
class Named:
    """Records by name: those that are found, in the order of the names, and the names that there aren't."""

    found: list[Record] = field(default_factory=list[Record])
    missing: list[str] = field(default_factory=list[str])


def find(names: Iterable[Key], fetch: Fetch) -> Named:
    """The records of these names. Each section is read once. A name that stands twice counts once."""
    wanted = list(dict.fromkeys(map(str, names)))
    sections = dict.fromkeys(Section(name.partition(":")[0]) for name in wanted)
    known = {str(record.key): record for section in sections for record in fetch(section, None)}
    named = Named()
    for name in wanted:
        if name in known:
            named.found.append(known[name])
        else:
            named.missing.append(name)
    return named


def read_name(text: str) -> Key:
    """Read section:supplier:number:period, with :R1A behind it for what came by GSTR-1A. Raises Usage."""
    parts = text.strip().split(":")
    if len(parts) not in (4, 5):
        raise Usage(f"Record {text!r} isn't named section:supplier:number:period, such as {_EXAMPLE}.")
    return make_name(*parts)


def make_name(section: str, stin: str, number: str, period: str, form: str = "R1") -> Key:
    """The name of its parts. Raises Usage."""
    try:
        key = Key(
            read_section(section),
            Gstin(stin.strip().upper()),
            document_number(number.strip()),
            Period.parse(period.strip()),
            Form(form.strip().upper() or "R1"),
        )
    except ValueError as error:
        where = ":".join((section, stin, number, period))
        reason = error if isinstance(error, Invalid) else f"Form {form!r} doesn't exist: use R1, R1A or IFF."
        raise Usage(f"Record {where!r}: {reason}") from error
    return key


def read_gstin(text: str) -> Gstin:
    """Read a GSTIN. Of one that GSTN wouldn't give out it is said that it may be mistyped. Raises Invalid."""
    said = text.strip().upper()
    gstin = Gstin(said)
    try:
        Gstin.parse(said)
    except Invalid as error:
        # Not refused: GSTN's own samples are so, and portals in test mode take them.
        say(f"ims: {error} It may be mistyped.")
    return gstin


def read_day(text: str) -> date:
    """Read DD-MM-YYYY, or YYYY-MM-DD as CSV and JSON have it. Raises Invalid."""
    said = text.strip()
    iso = re.fullmatch(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", said)
    try:
        return wire_date("-".join(reversed(iso.groups())) if iso else said)
    except Invalid:
        raise Invalid(f"Date {text!r} isn't a day, written 05-11-2025 or 2025-11-05.") from None


def read_amount(text: str) -> Decimal:
    """Read rupees, perhaps grouped as in 1,00,000.50. Raises Invalid, also below zero."""
    grouped = re.fullmatch(r"[0-9]{1,3}(,[0-9]{2,3})*,[0-9]{3}(\.[0-9]+)?", said := text.strip())
    return rupees(positive_paise(said.replace(",", "") if grouped else said))


def read_section(text: str) -> Section:
    """Read a section that has records. Raises Invalid."""
    section = Section.parse(text.strip())
    if section not in OTHERS:
        raise Invalid(f"Section {section} can't be listed through the API: use one of {', '.join(OTHERS)}.")
    return section


_EXAMPLE = "b2b:24AAXCT0003K1ZA:SRT/25-26/118:112025"
