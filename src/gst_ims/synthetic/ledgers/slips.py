"""Single mistakes: each takes a row of the books and gives what was written instead."""

from __future__ import annotations

import re
from random import Random

from gst_ims.synthetic.ledgers.side import HEADS, Row

_CONFUSED = {"0": "O", "1": "I", "O": "0", "I": "1"}
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_YEAR = re.compile(r"(?:20)?(2[45]-?2[56])[/-]?")


def number_format(rng: Random, row: Row) -> Row:
    """The same number, written otherwise."""
    was: str = row["number"]
    for _ in range(20):
        made = was
        for change in rng.sample(_FORMATS, rng.choice((1, 1, 2))):
            made = change(rng, made, row)
        if made != was:
            return row | {"number": made}
    return row | {"number": was.lower() if was.lower() != was else f"0{was}"}


def _case(rng: Random, number: str, row: Row) -> str:
    return number.lower()


def _separators(rng: Random, number: str, row: Row) -> str:
    return re.sub("[/-]", rng.choice(("", "-", "/", " ", "_")), number)


def _zeros(rng: Random, number: str, row: Row) -> str:
    serial = re.search(r"[0-9]+$", number)
    if serial is None or re.fullmatch(r"2[45]2[56][0-9]+", serial[0]) or re.search(r"2[45][-/ _]?2[56]$", number):
        return number
    bare = serial[0].lstrip("0")
    return number[: serial.start()] + (bare if bare != serial[0] else "0" * rng.choice((1, 2, 3)) + bare)


def _year(rng: Random, number: str, row: Row) -> str:
    if (year := _YEAR.match(number)) or (year := re.search(r"/2[45]-2[56](?=/)", number)):
        return number[: year.start()] + number[year.end() :]
    april = row["document_date"] % 365.25 > 90
    name = "25-26" if april else "24-25"
    return rng.choice((f"{name}/{number}", f"{number}/{name}", f"20{name}/{number}"))


def _look_alike(rng: Random, number: str, row: Row) -> str:
    places = [i for i, c in enumerate(number) if c in _CONFUSED]
    if not places:
        return number
    i = rng.choice(places)
    return number[:i] + _CONFUSED[number[i]] + number[i + 1 :]


_FORMATS = (_case, _separators, _zeros, _year, _look_alike)


def number_typo(rng: Random, row: Row) -> Row:
    """One slip of the finger in the last six characters."""
    return row | {"number": typo(rng, row["number"], max(0, len(row["number"]) - 6))}


def gstin_typo(rng: Random, row: Row) -> Row:
    """One slip of the finger that leaves fifteen characters; the check digit is then wrong, nearly always."""
    was: str = row["stin"]
    while True:
        i = rng.randrange(15)
        if rng.random() < 0.3 and i < 14:
            made = was[:i] + was[i + 1] + was[i] + was[i + 2 :]
        else:
            made = was[:i] + rng.choice("0123456789" if was[i].isdigit() else _LETTERS) + was[i + 1 :]
        if made != was:
            return row | {"stin": made}


def typo(rng: Random, text: str, since: int) -> str:
    """`text` with one character from `since` on replaced, left out, doubled, added or exchanged with the next."""
    while True:
        i = rng.randrange(since, len(text))
        kind = rng.randrange(5)
        digit = rng.choice("0123456789")
        made = (
            text[:i] + (digit if text[i].isdigit() else rng.choice(_LETTERS)) + text[i + 1 :],
            text[:i] + text[i + 1 :],
            text[: i + 1] + text[i:],
            text[:i] + digit + text[i:],
            text[:i] + text[i + 1 : i + 2] + text[i] + text[i + 2 :],
        )[kind]
        if made != text and made.strip("/- 0"):
            return made


def rounded(rng: Random, row: Row) -> Row:
    """Rounded to rupees, or some paise off: at most half a rupee an amount."""
    if rng.random() < 0.5:
        made = row | {name: (row[name] + 50) // 100 * 100 for name in ("taxable", *HEADS)}
    else:
        made = row | {name: row[name] + rng.choice((-2, -1, 1, 2)) for name in ("taxable", *HEADS) if row[name]}
    made["value"] = made["taxable"] + made["igst"] + made["cgst"] + made["sgst"] + made["cess"]
    return made if made != row else made | {"value": made["value"] + 1, "taxable": made["taxable"] + 1}


def other_amount(rng: Random, row: Row) -> Row:
    """Booked with another taxable value or another tax, by one per cent or more."""
    by = rng.choice((101, 102, 105, 110, 112, 118, 150, 99, 98, 95, 90, 82, 50))
    if rng.random() < 0.6:
        made = row | {name: row[name] * by // 100 for name in ("taxable", *HEADS)}
    else:
        made = row | {name: row[name] * by // 100 for name in HEADS}
    return made | {"value": made["taxable"] + made["igst"] + made["cgst"] + made["sgst"] + made["cess"]}


def heads_swapped(rng: Random, row: Row) -> Row:
    """IGST booked as CGST and SGST, or the other way round."""
    if row["igst"]:
        return row | {"igst": 0, "cgst": row["igst"] // 2, "sgst": row["igst"] - row["igst"] // 2}
    return row | {"igst": row["cgst"] + row["sgst"], "cgst": 0, "sgst": 0}


def date_shifted(rng: Random, row: Row) -> Row:
    """Entered some days later, mostly; seldom earlier, or up to six weeks later."""
    days = rng.choice((1, 1, 1, 2, 2, 3, 4, 5, -1, -2, 7, 10, 15, 25, 30, 42))
    return row | {"document_date": row["document_date"] + days}


def credit_negative(rng: Random, row: Row) -> Row:
    """A credit note as a document below zero, under invoices or under notes."""
    made = row | {name: -row[name] for name in ("value", "taxable", *HEADS, "cess")}
    return made | {"section": rng.choice(("b2b", "b2bcn"))}


def credit_as_invoice(rng: Random, row: Row) -> Row:
    return row | {"section": "b2b"}
