"""Reading the members of larger replies: amounts as Decimal, days, periods."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from gst_ims.client.errors import UnexpectedAnswer
from gst_ims.core.document import wire_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import paise, rupees
from gst_ims.core.period import Period
from gst_ims.core.section import Action

Members = Mapping[str, Any]


def decode(payload: bytes, call: str) -> Members:
    """A JSON object whose fractions are Decimal. Raises UnexpectedAnswer if it isn't one."""
    try:
        told = json.loads(payload, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise UnexpectedAnswer(f"It isn't JSON ({error})", call=call) from error
    if not isinstance(told, dict):
        raise UnexpectedAnswer("It isn't an object.", call=call)
    return members(told)


def must_be_of(told: Members, whose: Gstin, of: Period, call: str) -> None:
    """Raises UnexpectedAnswer where an answer says that it is another taxpayer's, or of another period."""
    said = gstin(told, "gstin") or whose, period(told, "rtnprd") or of
    if said != (whose, of):
        raise UnexpectedAnswer(f"It is of {said[0]} for {said[1]}, not of {whose} for {of}.", call=call)


def members(value: Any) -> Members:
    """An object as it is; an empty one for anything else."""
    return cast("Members", value) if isinstance(value, dict) else {}


def objects(value: Any) -> Iterator[Members]:
    """The objects of a list; the one object where there is no list, as some portals write it."""
    for item in cast("list[Any]", value) if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield cast("Members", item)


def amount(told: Members, name: str) -> Decimal:
    """Rupees; zero where the member isn't there. Raises Invalid."""
    return optional_amount(told, name) or Decimal("0.00")


def optional_amount(told: Members, name: str) -> Decimal | None:
    """Rupees; None where the member isn't there. Raises Invalid."""
    value = told.get(name)
    if not isinstance(value, int | Decimal | str | None) or isinstance(value, bool):
        raise Invalid(f"Amount {name} of the portal is {value!r:.40}, which is no number.")
    return None if value is None or value == "" else rupees(paise(value))


def text(told: Members, *names: str) -> str | None:
    """The first of some members that is there, as text."""
    found = next((told[name] for name in names if told.get(name) not in (None, "")), None)
    return None if found is None else str(found)


def day(told: Members, *names: str) -> date | None:
    """A day; None where it isn't there, or isn't one."""
    try:
        return wire_date(text(told, *names) or "")
    except Invalid:
        return None


def period(told: Members, name: str) -> Period | None:
    """A period; None where it isn't there, or isn't one."""
    try:
        return Period.parse(text(told, name) or "")
    except Invalid:
        return None


def gstin(told: Members, *names: str) -> Gstin | None:
    """A GSTIN; None where it isn't there. Raises Invalid if it isn't one."""
    found = text(told, *names)
    return None if found is None else Gstin(found.upper())


def decided(word: str) -> Action:
    """What a recipient has decided. Raises Invalid for a word that isn't known."""
    try:
        return Action(word)
    except ValueError:
        raise Invalid(f"Action {word!r:.40} of the portal isn't one of {', '.join(Action)}.") from None


def rest(told: Members, *names: str) -> Members:
    """The members but for those."""
    return {name: value for name, value in told.items() if name not in names}


def as_period(of: Period | str) -> Period:
    """A period, also of MMYYYY. Raises Invalid."""
    return of if isinstance(of, Period) else Period.parse(of)
