"""What was really supplied: suppliers with their numbering, and documents with their amounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gst_ims.synthetic.ledgers.draws import Flags, Numbers, below, fractions
from gst_ims.synthetic.people import STATES

Texts = NDArray[Any]

FIRST_DAY = np.datetime64("2025-01-01", "D").astype(np.int64)
YEAR_START = np.datetime64("2025-04-01", "D").astype(np.int64)
DAYS = 181  # January to June 2025: two financial years
BUYER_STATE = "27"

#: How suppliers number: what stands before the serial ({y} the financial year, {l} letters), and the serial's width.
_STYLES = (("{l}/{y}/", 4), ("{l}-", 4), ("", 1), ("{y}/", 1), ("20{y}/{l}/", 1), ("{l}{c}", 5), ("{l}/", 1), ("", 7))
_RATES = np.array((1800, 1800, 1800, 500, 1200, 2800))
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Suppliers:
    """By supplier: the GSTIN, and another GSTIN of the same PAN ('' where there is none)."""

    gstin: Texts
    sibling: Texts


def suppliers(count: int, seed: int) -> Suppliers:
    """Every fourth one and the next share a PAN in two states."""
    drawn = below(len(STATES), seed, "state", count)
    second = np.arange(1, count, 4)
    state = np.array([int(code) for code in STATES])[drawn]
    other = np.where(state[second - 1] == 29, 33, 29)
    state[second] = np.where(state[second] == state[second - 1], other, state[second])
    pan = below(26**4 * 10_000, seed, "pan", count)
    last = np.arange(count) % 5
    pan[second], last[second] = pan[second - 1], last[second - 1]
    gstin = _gstins(state, pan, last)
    sibling = np.full(count, "", dtype=object)
    sibling[second], sibling[second - 1] = gstin[second - 1], gstin[second]
    return Suppliers(gstin, sibling)


def _gstins(state: Numbers, pan: Numbers, last: Numbers) -> Texts:
    """GSTINs of companies in these states, made of numbers that stand for their PANs, with right check digits."""
    rest, digits = np.divmod(pan, 10_000)
    a, b, c, d = (10 + rest // 26**k % 26 for k in range(4))
    one, two, three, four = (digits // 10**k % 10 for k in (3, 2, 1, 0))
    company, regular = np.full_like(pan, 12), np.full_like(pan, 35)
    first = (state // 10, state % 10, a, b, c, company, d, one, two, three, four, 25 + last, pan * 0 + 1, regular)
    products = [value * (1 + place % 2) for place, value in enumerate(first)]
    check = -sum(product // 36 + product % 36 for product in products) % 36
    letters = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))[np.stack([*first, check], axis=1)]
    return letters.view("U15").ravel().astype(object)


@dataclass(frozen=True, slots=True)
class Documents:
    """By document: the index of its supplier, its section, number, day (since 1970) and amounts in paise."""

    supplier: Numbers
    credit: Flags
    debit: Flags
    number: Texts
    day: Numbers
    rate: Numbers
    intra: Flags
    taxable: Numbers


def documents(supplier: Numbers, sellers: Suppliers, seed: int) -> Documents:
    """One document for each entry of `supplier`, which is sorted. Days rise within a supplier."""
    count, sellers_count = len(supplier), len(sellers.gstin)
    first = np.searchsorted(supplier, np.arange(sellers_count))
    size = np.diff(np.append(first, count))
    place = np.arange(count) - first[supplier]
    day = FIRST_DAY + (place * DAYS + below(DAYS, seed, "day", count)) // np.maximum(size[supplier], 1)
    luck = fractions(seed, "section", count)
    credit, debit = luck < 0.06, luck > 0.99
    state = np.array([g[:2] for g in sellers.gstin], dtype=object)
    return Documents(
        supplier,
        credit,
        debit,
        _numbers(supplier, place, day, credit | debit, sellers_count, seed),
        day,
        _RATES[below(len(_RATES), seed, "rate", sellers_count)][supplier],
        (state == BUYER_STATE)[supplier],
        _taxable(supplier, sellers_count, seed),
    )


def _numbers(supplier: Numbers, place: Numbers, day: Numbers, note: Flags, sellers: int, seed: int) -> Texts:
    """Serials go up by one, so that most numbers have neighbours one character away; half of the suppliers begin anew
    in April, so that numbers come twice in a year's distance.
    """
    style: Numbers = below(len(_STYLES), seed, "style", sellers)[supplier]
    start = below(3_000, seed, "start", sellers)[supplier] * (below(3, seed, "low", sellers)[supplier] > 0)
    letters = below(len(_LETTERS) ** 3, seed, "letters", sellers)[supplier]
    anew = (below(2, seed, "anew", sellers)[supplier] == 1) & (day >= YEAR_START)
    begun = np.searchsorted(supplier * 1_000_000 + day, np.arange(sellers) * 1_000_000 + YEAR_START)[supplier]
    first = np.searchsorted(supplier, np.arange(sellers))[supplier]
    serial = np.where(anew, place - (begun - first), place + start) + 1
    # One text for what stands before the serials of a supplier, a year and a kind; most documents share it.
    keys: Numbers = np.unique(kinds := supplier * 4 + (day >= YEAR_START) * 2 + note)
    owner = keys // 4
    of = np.searchsorted(supplier, owner)
    heads = [_head(*key) for key in zip(style[of].tolist(), letters[of].tolist(), (keys % 4).tolist(), strict=True)]
    widths: list[int] = [width for _, width in _STYLES]
    places: Numbers = np.searchsorted(keys, kinds).astype(np.int64)
    kind_of: list[int] = style.tolist()
    rows = zip(places.tolist(), serial.tolist(), kind_of, strict=True)
    return np.array([heads[place] + str(n).zfill(widths[kind]) for place, n, kind in rows], dtype=object)


def _head(style: int, letters: int, year_and_note: int) -> str:
    later, note = divmod(year_and_note, 2)
    size = len(_LETTERS)
    prefix = "".join(_LETTERS[letters // size**k % size] for k in range(1 if note else 2)) + ("N" if note else "")
    form = _STYLES[style][0]
    if note and "{l}" not in form:
        form = "N/" + form
    return form.format(l=prefix, y="25-26" if later else "24-25", c="2526" if later else "2425")


def _taxable(supplier: Numbers, sellers: int, seed: int) -> Numbers:
    """From a hundred rupees to five lakh, small ones more often. Every seventh supplier bills the same amount each time
    (rent, carriage), every fifth in whole hundreds of rupees."""
    own, steady = below(100_000, seed, "amount", len(supplier)), below(100_000, seed, "steady", sellers)[supplier]
    odd, same = below(100_00, seed, "odd", len(supplier)), supplier % 7 == 3
    luck = np.where(same, steady, own)
    amount = 100_00 + luck**3 // 10**7 * 500_000_00 // 10**8 + np.where(same, 0, odd)
    whole = below(2, seed, "whole", len(supplier)) == 1
    amount = np.where(whole & ~same, amount // 100 * 100, amount)
    return np.where(supplier % 5 == 2, np.maximum(amount // 100_00, 1) * 100_00, amount)
