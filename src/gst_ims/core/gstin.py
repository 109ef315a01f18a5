"""GSTIN: the fifteen characters under which a taxpayer is registered."""

from __future__ import annotations

import re

from gst_ims.core.errors import Invalid
from gst_ims.core.states import GSTIN_STATES

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SHAPE = re.compile(r"[0-9]{2}[0-9A-Z]{13}")

# What GSTN gives out. GSTN's own samples fit none of these always, so they bind only where the check digit does.
_KINDS = re.compile(
    r"""
      [0-9]{2} [A-Z]{5} [0-9]{4} [A-Z] [1-9A-Z] [1-9A-DJZ] [0-9A-Z]     # regular, composition, SEZ, ISD; C: e-commerce
    | [0-9]{2} [A-Z]{4} [A-Z0-9] [0-9]{4} [A-Z] [1-9A-Z] D [0-9A-Z]     # deducts tax at source: a TAN for a PAN
    | [0-9]{2} [A-Z]{4} [0-9]{5} [A-Z] [0-9] Z [0-9]                    # government
    | [0-9]{4} [A-Z]{3} [0-9]{5} NR [0-9A-Z]                            # non-resident
    | 99 [0-9]{2} [A-Z]{3} [0-9]{5} OS [0-9A-Z]                         # online services from abroad (OIDAR)
    | [0-9]{4} [A-Z]{3} [0-9]{5} [UO] N [0-9A-Z]                        # United Nations, embassies
    """,
    re.VERBOSE,
)


class Gstin(str):
    """One GSTIN: a str of 15 digits and capital letters that begins with the code of a state.

    `Gstin(text)` asks no more than that, so that what was let in once can be read back; `Gstin.parse` is for what comes
    from outside.

    >>> Gstin.parse("27AAPFU0939F1ZV").pan
    'AAPFU0939F'
    """

    __slots__ = ()

    def __new__(cls, text: str) -> Gstin:
        """Raises Invalid if the shape or the state is wrong."""
        if len(text) != 15:
            raise Invalid(f"GSTIN {text!r} has {len(text)} characters: it must have 15.")
        if not _SHAPE.fullmatch(text):
            hint = "capital letters are needed" if _SHAPE.fullmatch(text.upper()) else "check each character"
            raise Invalid(f"GSTIN {text!r} isn't two digits and then 13 digits or capital letters: {hint}.")
        if text[:2] not in GSTIN_STATES:
            raise Invalid(f"GSTIN {text!r} begins with {text[:2]}, which isn't the code of a state.")
        return super().__new__(cls, text)

    @classmethod
    def parse(cls, text: str, *, checksum: bool = True) -> Gstin:
        """Read a GSTIN. Raises Invalid, saying which of length, pattern, state and check digit is wrong.

        Without `checksum` (test mode) only the shape and the state count: GSTN's sample GSTINs have invented PANs and
        check digits.
        """
        gstin = cls(text)
        if checksum:
            if not _KINDS.fullmatch(text):
                raise Invalid(f"GSTIN {text!r} fits no kind of registration: check the PAN and what follows it.")
            expected = check_digit(text[:14])
            if text[14] != expected:
                raise Invalid(f"GSTIN {text!r} ends with check digit {text[14]}: it should be {expected}.")
        return gstin

    @property
    def state(self) -> str:
        """The two digits of the state of registration, a key of STATES."""
        return self[:2]

    @property
    def pan(self) -> str:
        """Characters 3 to 12: the PAN, or what stands in its place for those who have none."""
        return self[2:12]

    def __repr__(self) -> str:
        return f"Gstin('{self}')"


def check_digit(first14: str) -> str:
    """The fifteenth character that belongs to the first fourteen (GSTN check digit, mod 36).

    Every second character counts double, and a product of two digits to the base of 36 counts as their sum. Raises
    Invalid if there aren't fourteen digits or capital letters.
    """
    if len(first14) != 14 or not set(first14) <= set(_ALPHABET):
        raise Invalid(f"{first14!r} isn't 14 digits and capital letters: it has no check digit.")
    products = (_ALPHABET.index(c) * (1 + i % 2) for i, c in enumerate(first14))
    return _ALPHABET[-sum(p // 36 + p % 36 for p in products) % 36]
