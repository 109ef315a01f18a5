"""Texts for people: through gettext, amounts in lakh and crore, dates as India writes them."""

from __future__ import annotations

import gettext
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache, partial
from pathlib import Path
from urllib.parse import urlencode

from gst_ims.core.clock import IST
from gst_ims.core.money import Paise, indian
from gst_ims.core.period import Period
from gst_ims.core.section import Section
from gst_ims.web import words
from gst_ims.web.words import N_

LOCALE = Path(__file__).parent / "locale"
_LAKH, _CRORE = 1_00_000_00, 1_00_00_000_00
_CRORES, _LAKHS = N_("crore"), N_("lakh")
_MONTHS = (
    *(N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun")),
    *(N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")),
)


@lru_cache(maxsize=32)
def translations(wanted: str) -> gettext.NullTranslations:
    """The catalog of the first language of an Accept-Language header that there is one of, else English, the source."""
    tags = [part.partition(";")[0].strip().replace("-", "_") for part in wanted.split(",")]
    tags = [tag for tag in tags if tag.replace("_", "").isalnum()]
    tags = tags[: tags.index("en")] if "en" in tags else tags
    return gettext.translation("web", LOCALE, tags, fallback=True)


def rupees(amount: Paise | None) -> str:
    """12,34,567.89, to the paisa; a dash where there is none."""
    return "–" if amount is None else indian(amount)


def short(amount: Paise | None, _: Callable[[str], str] = str) -> str:
    """An amount at a glance: 12.34 lakh, 1.23 crore, or whole rupees below a lakh; cut off, not rounded up."""
    if amount is None:
        return "–"
    sign, size = ("−" if amount < 0 else ""), abs(amount)
    for unit, name in ((_CRORE, _CRORES), (_LAKH, _LAKHS)):
        if size >= unit:
            hundredths = size * 100 // unit
            return f"{sign}{hundredths // 100}.{hundredths % 100:02} {_(name)}"
    return f"{sign}{indian(size).partition('.')[0]}"


def number(count: int) -> str:
    """A count in Indian grouping: 12,34,567."""
    return indian(count * 100).partition(".")[0]


def day(it: date | None) -> str:
    """DD-MM-YYYY; a dash where there is none."""
    return "–" if it is None else it.strftime("%d-%m-%Y")


def moment(it: datetime | None) -> str:
    """DD-MM-YYYY HH:MM in India."""
    return "–" if it is None else it.astimezone(IST).strftime("%d-%m-%Y %H:%M")


def month(it: date | Period, _: Callable[[str], str] = str) -> str:
    """Dec 2025."""
    return f"{_(_MONTHS[it.month - 1])} {it.year}"


def section(it: str) -> str:
    """A section as the portal's pages call it: B2B, CN, DNA."""
    return Section(it).error_key.upper()


def size(count: int) -> str:
    """How large a file is: 12 KB, 3.4 MB."""
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{-(-count // 1000)} KB"


def filters(catalog: gettext.NullTranslations) -> dict[str, Callable[..., str]]:
    """What templates show amounts, days and so on with, in the words of a catalog."""

    def named(it: str, table: str) -> str:
        # What may be no word of ours is escaped like anything else: what goes through `_` is taken for ours.
        names: dict[str, str] = words.ALL[table]
        return catalog.gettext(names[it]) if it in names else it

    return {
        "rupees": rupees,
        "short": partial(short, _=catalog.gettext),
        "number": number,
        "day": day,
        "moment": moment,
        "month": partial(month, _=catalog.gettext),
        "section": section,
        "bytes": size,
        "urlwords": partial(urlencode, doseq=True),
        "named": named,
    }
