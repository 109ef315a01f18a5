"""Made-up companies, each with a GSTIN whose check digit is right."""

from __future__ import annotations

import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random
from typing import Literal

from gst_ims.core.gstin import Gstin, check_digit

Frequency = Literal["monthly", "quarterly"]


class Role(StrEnum):
    """What a company is in the world. No two roles ever share a GSTIN."""

    RECIPIENT = "recipient"
    SUPPLIER = "supplier"
    ECO = "eco"
    SEZ = "sez"


@dataclass(frozen=True, slots=True)
class Company:
    """One registration under GST. Several may share a PAN, as a company and its input service distributor do."""

    gstin: Gstin
    username: str
    legal_name: str
    trade_name: str
    filing_frequency: Frequency
    taxpayer_type: str
    registered_on: date | None

    @property
    def quarterly(self) -> bool:
        return self.filing_frequency == "quarterly"

    @property
    def prefix(self) -> str:
        """Three capital letters with which its document numbers begin."""
        return self.trade_name[:3].upper()


# Syllables that no company has put together so.
# fmt: off
_FIRST = (
    "Anu", "Chitra", "Deva", "Hari", "Indu", "Jala", "Kamal", "Lata", "Madhu", "Mihi",
    "Nila", "Padma", "Rohi", "Ruku", "Shubha", "Sura", "Taru", "Uda", "Vana", "Yashi",
)
_SECOND = ("vati", "rathi", "shila", "kunja", "prabha", "giri", "nandi", "sagari", "vahini", "merika")
_TRADES = (
    "Agro Foods", "Bearings", "Cables", "Ceramics", "Chemicals", "Engineering", "Fabrics", "Forgings",
    "Garments", "Hardware", "Instruments", "Logistics", "Minerals", "Packaging", "Paints", "Papers",
    "Plastics", "Polymers", "Pumps", "Steels", "Textiles", "Tools", "Tyres", "Yarns",
)
# fmt: on
_NAMES = len(_FIRST) * len(_SECOND) * len(_TRADES)
_NAME_STRIDE = 1_777  # coprime to _NAMES: all names come before one comes twice
_ECO_TRADES = ("Rides", "Kitchen", "Stays", "Errands")
_TYPES = {
    Role.RECIPIENT: "Regular",
    Role.SUPPLIER: "Regular",
    Role.ECO: "Tax Collector (E-Commerce)",
    Role.SEZ: "SEZ Unit",
}

#: Where companies are, as often as it is written here: industry is not spread evenly.
# fmt: off
STATES = (
    "27", "27", "27", "24", "24", "29", "29", "33", "33", "36", "07", "06", "09", "08",
    "19", "23", "32", "03", "37", "21", "05", "20", "22", "10", "02", "18", "30",
)
# fmt: on

_LETTERS = string.ascii_uppercase
_PANS = 26 * 26 * 26 * 10_000  # what is left to choose in a PAN when its holder, initial and role are given
_STRIDE = 66_169_853  # coprime to _PANS, so that no PAN comes twice
_EPOCH = date(2017, 7, 1)


def companies(
    seed: int, count: int, role: Role | str, *, states: Sequence[str] = (), quarterly: int = 0
) -> list[Company]:
    """`count` made-up companies. More of them begin with the same ones: the first ten of a hundred are those of ten.

    `states` are taken in turn, where given. The first `quarterly` of them file by quarter. Raises ValueError for a role
    that doesn't exist.
    """
    role = Role(role)
    rng = Random(f"{seed}/{role}")  # noqa: S311
    start = rng.randrange(_PANS)
    made: list[Company] = []
    for i in range(count):
        drawn = rng.choice(STATES)
        state = states[i % len(states)] if states else drawn
        name = _name(start + i, role)
        pan = _pan((start + i * _STRIDE) % _PANS, role, name[0])
        made.append(
            register(
                make_gstin(state, pan, kind="C" if role is Role.ECO else "Z"),
                name,
                frequency="quarterly" if i < quarterly else "monthly",
                taxpayer_type=_TYPES[role],
                registered_on=_EPOCH + timedelta(days=rng.randrange(2_900)),
            )
        )
    return made


def register(
    gstin: Gstin,
    trade_name: str,
    *,
    frequency: Frequency = "monthly",
    taxpayer_type: str = "Regular",
    registered_on: date | None = _EPOCH,
) -> Company:
    """A company of this GSTIN and trade name; its username and legal name follow from them."""
    username = f"{trade_name.lower().replace(' ', '_')}_{gstin.state}"
    return Company(
        gstin, username, f"{trade_name} Private Limited", trade_name, frequency, taxpayer_type, registered_on
    )


def make_gstin(state: str, pan: str, *, entity: str = "1", kind: str = "Z") -> Gstin:
    """The GSTIN of the `entity`th registration of `pan` in `state`; kind C is an e-commerce operator's."""
    first = f"{state}{pan}{entity}{kind}"
    return Gstin.parse(first + check_digit(first))


def _name(serial: int, role: Role) -> str:
    trades = _ECO_TRADES if role is Role.ECO else _TRADES
    rest, first = divmod(serial * _NAME_STRIDE % _NAMES, len(_FIRST))
    rest, second = divmod(rest, len(_SECOND))
    return f"{_FIRST[first]}{_SECOND[second]} {trades[(first + second + rest) % len(trades)]}"


def _pan(serial: int, role: Role, initial: str) -> str:
    """Three letters, C for a company, the initial, four digits and a letter. The first letter is the role's."""
    serial, digits = divmod(serial, 10_000)
    serial, last = divmod(serial, 26)
    second, third = divmod(serial, 26)
    first = _LETTERS[list(Role).index(role)]
    return f"{first}{_LETTERS[second]}{_LETTERS[third]}C{initial}{digits:04}{_LETTERS[last]}"
