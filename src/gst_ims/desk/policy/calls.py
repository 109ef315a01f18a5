"""The functions of conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gst_ims.desk.policy.columns import FIELDS, FUNCTIONS, Kind
from gst_ims.desk.policy.terms import Mistake, Term, alike, constant, never

_FIGURES = (Kind.NUMBER, Kind.RUPEES)


def call(name: str, at: int, arguments: list[Term]) -> Term:
    """A call of a function of CALLS. Raises Mistake where its arguments aren't what it takes."""
    (fewest, most), made = CALLS[name]
    if not fewest <= len(arguments) <= most:
        raise Mistake(at, f"`{name}` is called as {FUNCTIONS[name].form}.")
    return replace(made(name, arguments), at=at)


def _in_list(_: str, arguments: list[Term]) -> Term:
    (name,) = arguments
    return _holds(name, f"list_contains(lists, {_literal(name)})")


def _differs(_: str, arguments: list[Term]) -> Term:
    (name,) = arguments
    literal = _literal(name)
    if name.text not in FIELDS:
        raise Mistake(name.at, never("What differs", name.text or "", FIELDS))
    return _holds(name, f"list_contains(differing, {literal})")


def _literal(name: Term) -> str:
    if name.text is None:
        raise Mistake(name.at, "Here stands a name in single quotes.")
    return name.sql


def _abs(_: str, arguments: list[Term]) -> Term:
    (it,) = arguments
    it.must(*_FIGURES)
    if it.constant is not None:
        return constant(abs(it.constant), it.scale, it.at)
    return replace(it, sql=f"abs({it.sql})", column=None)


def _choice(name: str, arguments: list[Term]) -> Term:
    same = alike(arguments)
    if name != "coalesce":
        same[0].must(*_FIGURES, Kind.DAY)
    known = [term.constant for term in same if term.constant is not None]
    if len(known) == len(same):
        # So that it stays a bare number, which is rupees beside rupees.
        figure = {"coalesce": known[0], "least": min(known), "greatest": max(known)}[name]
        return constant(figure, same[0].scale, same[0].at)
    sql = f"{name}({', '.join(term.sql for term in same)})"
    return replace(same[0], sql=sql, digits=max(term.digits for term in same), constant=None, text=None, column=None)


def _text(name: str, arguments: list[Term]) -> Term:
    (it,) = arguments
    return Term(Kind.TEXT, f"{name}({it.must(Kind.TEXT).sql})", it.at)


def _length(name: str, arguments: list[Term]) -> Term:
    (it,) = arguments
    return Term(Kind.NUMBER, f"{name}({it.must(Kind.TEXT).sql})", it.at, 9)


def _part(name: str, arguments: list[Term]) -> Term:
    it, of = (term.must(Kind.TEXT) for term in arguments)
    return _holds(it, f"{name}({it.sql}, {of.sql})")


def _date_part(name: str, arguments: list[Term]) -> Term:
    (it,) = arguments
    return Term(Kind.NUMBER, f"{name}({it.must(Kind.DAY).sql})", it.at, 4)


def _holds(it: Term, sql: str) -> Term:
    return Term(Kind.YESNO, sql, it.at)


#: The fewest and the most arguments of each, and what it makes of them.
CALLS: dict[str, tuple[tuple[int, int], Callable[[str, list[Term]], Term]]] = {
    "in_list": ((1, 1), _in_list),
    "differs": ((1, 1), _differs),
    "abs": ((1, 1), _abs),
    "least": ((2, 50), _choice),
    "greatest": ((2, 50), _choice),
    "coalesce": ((2, 50), _choice),
    "lower": ((1, 1), _text),
    "upper": ((1, 1), _text),
    "length": ((1, 1), _length),
    "starts_with": ((2, 2), _part),
    "ends_with": ((2, 2), _part),
    "contains": ((2, 2), _part),
    "month": ((1, 1), _date_part),
    "year": ((1, 1), _date_part),
}
