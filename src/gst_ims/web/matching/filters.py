"""The filter of one list of documents, as an address has it."""

from __future__ import annotations

from typing import Any

from litestar.datastructures import MultiDict
from msgspec import Struct, structs

from gst_ims.core.errors import Invalid
from gst_ims.core.money import paise
from gst_ims.desk.match.lists import DOUBTFUL, LONELY, Filter, Side
from gst_ims.desk.match.result import BUCKETS
from gst_ims.web.pages import AnyRequest
from gst_ims.web.reading import read_period

#: Which documents a list shows: those without partner, those of a bucket, or all.
SHOWN = ("alone", *BUCKETS, "not matched", "all")


class Wanted(Struct, frozen=True):
    """The filter of one list as an address has it; `shown` is one of `SHOWN`."""

    supplier: str = ""
    number: str = ""
    amount: str = ""
    period: str = ""
    shown: str = "alone"

    def filter(self, side: Side) -> Filter:
        """The desk's filter. Raises Invalid for what isn't an amount, a period or a bucket."""
        if self.shown not in SHOWN:
            raise Invalid(f"There is no list {self.shown!r}: use one of {', '.join(SHOWN)}.")
        buckets = {"alone": LONELY[side], "all": None}.get(self.shown, (self.shown,))
        amount = self.amount.replace(",", "").strip()
        return Filter(
            self.supplier.strip() or None,
            self.number.strip() or None,
            paise(amount) if amount else None,
            read_period(self.period),
            buckets,
        )

    @property
    def words(self) -> dict[str, str]:
        """What an address says to have the same again."""
        return structs.asdict(self)


def provide_wanted(request: AnyRequest) -> Wanted:
    """The filter of an address."""
    return read_wanted(request.query_params)


def read_wanted(told: MultiDict[Any]) -> Wanted:
    """The filter that words of an address say."""
    return Wanted(**{name: str(told[name]) for name in Wanted.__struct_fields__ if name in told})


def doubted(bucket: str) -> tuple[str, ...]:
    """The buckets of pairs that a word of an address asks for: without one those in doubt. Raises Invalid."""
    if bucket and bucket not in BUCKETS:
        raise Invalid(f"There is no bucket {bucket!r}: use one of {', '.join(BUCKETS)}.")
    return (bucket,) if bucket else DOUBTFUL
