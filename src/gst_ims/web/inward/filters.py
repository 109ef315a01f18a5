"""The grid's address: which records, in which order, and where a page goes on. The same words in pages and calls."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from litestar.datastructures import MultiDict
from litestar.di import NamedDependency

from gst_ims.client.record import Key
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Form, Section
from gst_ims.desk.review.lists import Filter
from gst_ims.web.pages import AnyRequest
from gst_ims.web.reading import read_day, read_period


@dataclass(frozen=True)
class Wanted:
    """A filter as the address has it: words, and lists of words."""

    section: tuple[str, ...] = ()
    action: tuple[str, ...] = ()
    bucket: tuple[str, ...] = ()
    state: str = ""
    supplier: str = ""
    period: str = ""
    text: str = ""
    dated_from: str = ""
    dated_to: str = ""

    @classmethod
    def of(cls, it: Filter) -> Wanted:
        """The words of a filter."""
        return cls(
            tuple(map(str, it.sections)),
            tuple(map(str, it.actions)),
            it.buckets,
            it.state or "",
            it.supplier or "",
            str(it.period or ""),
            it.text or "",
            str(it.dated_from or ""),
            str(it.dated_to or ""),
        )

    def filter(self) -> Filter:
        """The desk's filter. Raises Invalid for a word that there isn't."""
        return Filter(
            state=self.state or None,
            sections=tuple(map(Section.parse, self.section)),
            supplier=self.supplier.strip().upper() or None,
            buckets=self.bucket,
            actions=tuple(map(_action, self.action)),
            text=self.text.strip() or None,
            period=read_period(self.period),
            dated_from=read_day(self.dated_from),
            dated_to=read_day(self.dated_to),
        )

    @property
    def given(self) -> dict[str, Any]:
        """What is said, by name."""
        return {name: value for name, value in asdict(self).items() if value}


TheWanted = NamedDependency[Wanted]


def provide_wanted(request: AnyRequest) -> Wanted:
    """The filter of an address."""
    return read_wanted(request.query_params)


def read_wanted(told: MultiDict[Any]) -> Wanted:
    """The filter that words of an address say."""
    section, action, bucket = (tuple(map(str, told.getall(name, []))) for name in ("section", "action", "bucket"))
    words = ("state", "supplier", "period", "text", "dated_from", "dated_to")
    return Wanted(section, action, bucket, *(str(told.get(name, "")) for name in words))


def read_key(name: str) -> Key:
    """A record's name as a key: section:supplier:number:period[:R1A]. Raises Invalid.

    Numbers may have colons: the other parts have none, and stand at the ends.
    """
    form = Form.R1
    if name.endswith(":R1A"):
        name, form = name.removesuffix(":R1A"), Form.R1A
    parts = name.split(":")
    if len(parts) < 4:
        raise Invalid(f"{name!r} isn't a record's name: section:supplier:number:period.")
    return Key(Section.parse(parts[0]), parts[1], ":".join(parts[2:-1]), Period.parse(parts[-1]), form)


def _action(text: str) -> Action:
    try:
        return Action(text)
    except ValueError:
        raise Invalid(f"There is no action {text!r}: use one of {', '.join(Action)}.") from None
