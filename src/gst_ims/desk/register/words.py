"""What registers call things: headings, types of documents, sheets, states. All of it is data, in `words.yaml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

#: The fields that are amounts, of a row or of the document.
AMOUNTS = ("value", "taxable", "igst", "cgst", "sgst", "cess", "gst")
#: The fields of which only the first filled column counts.
TEXTS = (
    *("rtin", "stin", "number", "document_date", "voucher_date", "voucher", "period", "original_number"),
    *("original_date", "pos", "kind", "voucher_kind", "reverse_charge", "rate", "name"),
)
HEADS = ("igst", "cgst", "sgst", "cess")


class Spelling(Struct, frozen=True):
    """How a field is called: the whole heading, or what must be found in it."""

    headings: list[str] = []
    patterns: list[str] = []


class Words(Struct, frozen=True, kw_only=True):
    """The file."""

    fields: dict[str, Spelling]
    unregistered: list[str]
    totals: str
    kinds: dict[str, list[str]]
    books_mean: dict[str, str]
    books_keep: list[str]
    sheets: dict[str, str]
    times: str
    credits: str
    purchases: str
    scaled: str
    states: dict[str, str]
    rates: list[str]


@cache
def words() -> Words:
    """All words."""
    return msgspec.yaml.decode(Path(__file__).with_name("words.yaml").read_bytes(), type=Words)


def plain(heading: str) -> str:
    """A heading as it is compared, by its Latin letters: `Input CGST @ 9% (₹)` is `input cgst at 9`."""
    return _compared(heading, "[a-z0-9]+")


def spelled(heading: str) -> str:
    """The same with the letters of every script, by which headings are told apart."""
    return _compared(heading, r"[^\W_]+")


def _compared(heading: str, word: str) -> str:
    said = re.sub(r"\((₹|rs\.?|inr|in rs\.?|in ₹|amount in rs\.?)\)|₹", " ", heading.lower())
    said = re.sub(r"@\s*(?=\d)|(?<![\d.])(?=\d+(\.\d+)?\s*%)", " at ", said)
    said = re.sub(r"(?<=\d)\s*%", " ", said).replace("%", " percent ")
    said = re.sub(r"(?<=\d)\.(?=\d)", "point", said)
    return re.sub(r"\bat at\b", "at", " ".join(re.findall(word, said)))


@cache
def field_of(heading: str) -> tuple[str, bool] | None:
    """The field that a heading means, and whether it is one of its whole headings; None where it means none."""
    said = plain(heading)
    for name, spelling in words().fields.items():
        if said in spelling.headings:
            return name, True
    for name, spelling in words().fields.items():
        if said and any(re.search(pattern, said) for pattern in spelling.patterns):
            return name, False
    return None


@cache
def kind_of(said: str, *, books: bool) -> str | None:
    """The section of a type, as the supplier means it or as the books do; None for words that aren't known."""
    known = words()
    word = " ".join(re.findall(r"[a-z0-9]+", said.lower()))
    section = next((section for section, spelled in known.kinds.items() if word in spelled), None)
    if section is None or not books or word in known.books_keep:
        return section
    return known.books_mean.get(section, section)


def section_of_sheet(name: str) -> str | None:
    """The section that a sheet's name means, whatever month it is of; None where it means none."""
    said = (re.sub(r"[^a-z0-9]", "", it.lower()) for it in (name, re.sub(words().times, "", name.replace("_", " "))))
    return next((words().sheets[it] for it in said if it in words().sheets), None)


def is_of_credits(heading: str) -> bool:
    """Whether the numbers below a heading are those of credit notes."""
    return re.search(words().credits, plain(heading)) is not None


def is_scaled(heading: str) -> bool:
    """Whether a heading says that the amounts below it aren't in rupees."""
    return re.search(words().scaled, plain(heading)) is not None


def is_of_purchases(heading: str) -> bool:
    """Whether a heading is the name of a ledger of purchases."""
    return re.search(words().purchases, plain(heading)) is not None
