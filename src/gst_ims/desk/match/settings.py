"""What the user says about how alike is alike enough, and what he has decided by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from gst_ims.core.errors import Invalid
from gst_ims.core.money import Paise


@dataclass(frozen=True, slots=True)
class Settings:
    """Amounts are alike if they differ by at most `absolute` paise, or by `relative` hundredths of a per cent of the
    taxable value, whichever is more; head by head. Dates are alike up to `days` apart.

    `near`: how many documents of one key are compared with each other where more share it. `least`: pairs less likely
    than so many in a hundred aren't proposed. `threads` and `memory` are DuckDB's.
    """

    absolute: Paise = 100
    relative: int = 0
    days: int = 5
    near: int = 32
    least: int = 50
    threads: int | None = None
    memory: str = "3GB"

    def __post_init__(self) -> None:
        """Raises Invalid if a limit can't be."""
        if self.absolute < 0 or self.relative < 0 or self.days < 0:
            raise Invalid("A tolerance is below zero: with 0 nothing may differ.")
        if not 0 < self.least < 100:
            raise Invalid(f"least is {self.least}: it must be more than 0 and less than 100.")
        if self.near < 2:
            raise Invalid(f"near is {self.near}: compare with 2 neighbours at least.")


@dataclass(frozen=True, slots=True)
class Identity:
    """What names a document in later versions too, where ids may have changed. Of goods from abroad `stin` is empty."""

    rtin: str
    stin: str
    section: str
    number: str
    document_date: date


@dataclass(frozen=True, slots=True)
class Together:
    """The user's word that these belong together, whatever the engine thinks: one to one, or many to many."""

    portal: Sequence[Identity]
    books: Sequence[Identity]


@dataclass(frozen=True, slots=True)
class Apart:
    """The user's word that these two don't belong together."""

    portal: Identity
    books: Identity


Decision = Together | Apart
