"""Parts of a condition that are checked: what each is, and its SQL.

Figures are whole numbers throughout, so that all is exact: `sql` is the figure times ten to the power of `scale`. How
many digits it can have is known beforehand, so nothing can overflow either.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from gst_ims.desk.policy.columns import Column, Kind

#: A bigint has 18 digits whatever they are, a hugeint 38.
_BIGINT, _HUGEINT = 18, 38


class Mistake(Exception):
    """A part of a condition that can't be; `at` is the character where it begins."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at, self.message = at, message


@dataclass(frozen=True)
class Term:
    """A part that is checked."""

    kind: Kind
    sql: str
    at: int
    digits: int = 0
    scale: int = 0
    #: The figure of a number that stands in the condition itself: it is rupees beside rupees.
    constant: int | None = None
    #: The text of a literal.
    text: str | None = None
    #: The column, where it is one and nothing else.
    column: Column | None = None

    def must(self, *kinds: Kind) -> Term:
        """Itself. Raises Mistake where it is of no such kind."""
        if self.kind not in kinds:
            raise Mistake(self.at, f"This is {self.kind}, and here stands {' or '.join(kinds)}.")
        return self


def number(digits: str, at: int) -> Term:
    """A number as it is written. Raises Mistake where it isn't plain."""
    if not re.fullmatch(r"[0-9]+(\.[0-9]+)?", digits):
        raise Mistake(at, f"{digits!r} isn't a plain number: write it such as 100000, 1_00_000 or 0.5.")
    whole, _, part = digits.partition(".")
    _bounded(len(whole + part), at)
    return constant(int(whole + part), len(part), at)


def constant(figure: int, scale: int, at: int) -> Term:
    """A figure that is known. Raises Mistake where it has too many digits."""
    digits = len(str(abs(figure)))
    kind = "bigint" if _bounded(digits, at) <= _BIGINT else "hugeint"
    return Term(Kind.NUMBER, f"cast({figure} as {kind})", at, digits, scale, constant=figure)


def of_column(column: Column, at: int) -> Term:
    """A column; rupees are paise, so a hundred times what they are."""
    scale = 2 if column.kind is Kind.RUPEES else 0
    return Term(column.kind, f'"{column.name}"', at, column.digits, scale, column=column)


def alike(terms: list[Term]) -> list[Term]:
    """The terms of one kind and of one scale, so that their SQL can be compared. Raises Mistake where they aren't."""
    # What is no bare number says what the others are.
    leading = next((term for term in terms if term.constant is None), terms[0])
    for term in terms:
        bare = term.constant is not None and leading.kind is Kind.RUPEES
        if term.kind is not leading.kind and not bare:
            raise Mistake(term.at, f"This is {term.kind}, and the other side {leading.kind}: compare what is alike.")
    if leading.column and leading.column.values:
        for term in terms:
            if term.text is not None and term.text not in leading.column.values:
                raise Mistake(term.at, never(f"`{leading.column.name}`", term.text, leading.column.values))
    if leading.kind not in (Kind.NUMBER, Kind.RUPEES):
        return terms
    scale = max(term.scale for term in terms)
    return [replace(_shifted(term, scale - term.scale), kind=leading.kind) for term in terms]


def never(what: str, text: str, values: Iterable[str]) -> str:
    """What to say of a text that can't stand there."""
    values = list(values)
    near = difflib.get_close_matches(text.lower(), values, 1)
    hint = f"do you mean {near[0]!r}?" if near else f"it is one of {', '.join(values)}."
    return f"{what} is never {text!r}: {hint}"


def negative(term: Term) -> Term:
    """A figure with the other sign."""
    term.must(Kind.NUMBER, Kind.RUPEES)
    if term.constant is not None:
        return constant(-term.constant, term.scale, term.at)
    return replace(term, sql=f"(-{term.sql})", column=None)


def sum_of(left: Term, right: Term, sign: str) -> Term:
    """Left plus or minus right; of two dates the days between. Raises Mistake where they can't be added."""
    if left.kind is right.kind is Kind.DAY and sign == "-":
        return Term(Kind.NUMBER, f"({left.sql} - {right.sql})", left.at, 7)
    for term in (left, right):
        if term.kind is Kind.DAY:
            hint = "compare the days between two, `today - document_date > 180`"
            raise Mistake(left.at, f"Nothing is added to a date: {hint}.")
        term.must(Kind.NUMBER, Kind.RUPEES)
    a, b = alike([left, right])
    if a.constant is not None and b.constant is not None:
        return constant(a.constant + b.constant if sign == "+" else a.constant - b.constant, a.scale, left.at)
    digits = _bounded(max(a.digits, b.digits) + 1, left.at)
    return Term(a.kind, f"({_wide(a.sql, digits)} {sign} {b.sql})", left.at, digits, a.scale)


def product(left: Term, right: Term) -> Term:
    """Left times right, of which one is no rupees. Raises Mistake."""
    for term in (left, right):
        term.must(Kind.NUMBER, Kind.RUPEES)
    if left.kind is right.kind is Kind.RUPEES:
        raise Mistake(left.at, "Rupees times rupees is nothing: multiply by a number.")
    scale, digits = left.scale + right.scale, _bounded(left.digits + right.digits, left.at)
    if left.constant is not None and right.constant is not None:
        return constant(left.constant * right.constant, scale, left.at)
    kind = Kind.RUPEES if Kind.RUPEES in (left.kind, right.kind) else Kind.NUMBER
    return Term(kind, f"({_wide(left.sql, digits)} * {right.sql})", left.at, digits, scale)


def _shifted(term: Term, places: int) -> Term:
    if not places:
        return term
    if term.constant is not None:
        return constant(term.constant * 10**places, term.scale + places, term.at)
    digits = _bounded(term.digits + places, term.at)
    sql = f"({_wide(term.sql, digits)} * {10**places})"
    return replace(term, sql=sql, digits=digits, scale=term.scale + places, column=None)


def _wide(sql: str, digits: int) -> str:
    return sql if digits <= _BIGINT else f"cast({sql} as hugeint)"


def _bounded(digits: int, at: int) -> int:
    if digits > _HUGEINT - 1:
        raise Mistake(at, "This figure can have more than 37 digits: multiply by less, or with fewer decimals.")
    return digits
