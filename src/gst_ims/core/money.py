"""Money: whole paise inside, rupees with two decimals at the edge, never a float."""

from __future__ import annotations

import re
from decimal import Context, Decimal, Inexact, InvalidOperation

from gst_ims.core.errors import Invalid

Paise = int
"""An amount of money. A hundred are a rupee."""

_LIMIT = Decimal("9999999999999.99")  # the widest amount of the wire: 15 digits, 2 of them after the point
_HUNDRED = Decimal(100)
_WIDEST = _LIMIT * _HUNDRED
_EXACT = Context(prec=17, traps=[Inexact, InvalidOperation])


def paise(amount: Decimal | int | str) -> Paise:
    """Rupees to paise, exactly.

    Raises Invalid if the amount isn't a plain decimal number, isn't a whole number of paise, or is larger than the wire
    can carry; TypeError for a float, which has lost the amount before it comes here.
    """
    if isinstance(amount, Decimal):
        if not amount:
            return 0  # as most amounts of a document are
        value = amount
    elif isinstance(amount, int):
        value = Decimal(amount)
    elif isinstance(amount, str):  # pyright: ignore[reportUnnecessaryIsInstance]
        # Decimal itself would also take "1_000", "1e3", "NaN" and the digits of other scripts.
        if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", amount):
            raise Invalid(f"Amount {amount!r} isn't a number such as 1234.50.")
        value = Decimal(amount)
    else:
        raise TypeError(f"Amount {amount!r} is a {type(amount).__name__}: pass a Decimal, an int or a str.")
    try:
        scaled = _EXACT.multiply(value, _HUNDRED)
        # Compared first: of 1E+999999 no int is to be made.
        if -_WIDEST <= scaled <= _WIDEST and scaled == (whole := int(scaled)):
            return whole
    except (Inexact, InvalidOperation):
        pass
    if not value.is_finite() or not -_LIMIT <= value <= _LIMIT:
        raise Invalid(f"Amount {value:.15G} is out of range: it can be {_LIMIT} at most, either way.")
    raise Invalid(f"Amount {amount} has more than two decimals.")


def positive_paise(amount: Decimal | int | str) -> Paise:
    """Rupees to paise like `paise`, for amounts that can't be below zero: those of every document."""
    value = paise(amount)
    if value < 0:
        raise Invalid(f"Amount {amount} is below zero.")
    return value


def rupees(paise: Paise) -> Decimal:
    """Paise to rupees, always with two decimals: 1050 is Decimal('10.50')."""
    return Decimal(paise).scaleb(-2)


def indian(paise: Paise) -> str:
    """Rupees for people, grouped by thousand, lakh and crore: 12345678 paise are "1,23,456.78"."""
    sign = "-" if paise < 0 else ""
    whole, rest = divmod(abs(paise), 100)
    thousands, last = divmod(whole, 1000)
    if not thousands:
        return f"{sign}{whole}.{rest:02}"
    pairs = re.sub(r"(?<=[0-9])(?=([0-9]{2})+$)", ",", str(thousands))
    return f"{sign}{pairs},{last:03}.{rest:02}"
