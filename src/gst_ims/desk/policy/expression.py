"""Conditions: SQL expressions that reach nothing but the columns of a record.

What sqlglot makes of them is checked node by node, and SQL is written anew from what was checked: of the user's text
only numbers and quoted texts get into it.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlglot import exp

from gst_ims.desk.policy import terms
from gst_ims.desk.policy.calls import CALLS, call
from gst_ims.desk.policy.columns import COLUMNS, FUNCTIONS, Kind
from gst_ims.desk.policy.syntax import only, parsed, start
from gst_ims.desk.policy.terms import Mistake, Term

_COMPARISONS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_ORDERED = (Kind.NUMBER, Kind.RUPEES, Kind.DAY)


@dataclass(frozen=True)
class Condition:
    """A condition that is checked."""

    #: Over the columns of the view. Null where something that it asks about is empty.
    sql: str
    #: The vendor lists that it asks about.
    lists: frozenset[str] = frozenset()


def read(text: str) -> Condition | list[Mistake]:
    """Read a condition, or say everything that is wrong with it."""
    try:
        reading = _Reading()
        term = reading.decided(parsed(text))
    except Mistake as mistake:
        return [mistake]
    except RecursionError:
        return [Mistake(0, "This is nested too deep: make several rules of it.")]
    return reading.mistakes or Condition(term.sql, frozenset(reading.lists))


class _Reading:
    """One condition: what is wrong with it so far, and the lists that it names."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self.lists: set[str] = set()

    def decided(self, node: exp.Expr) -> Term:
        """A part that holds or doesn't. What is wrong with it is kept, so that the other parts are looked at too."""
        try:
            return self.term(node).must(Kind.YESNO)
        except Mistake as mistake:
            self.mistakes.append(mistake)
            return Term(Kind.YESNO, "false", start(node))

    def term(self, node: exp.Expr) -> Term:
        """A part, checked. Raises Mistake."""
        handler = _HANDLERS.get(type(node))
        if handler is None:
            raise Mistake(start(node), f"Conditions have no such thing: {type(node).__name__.lower()}.")
        return handler(self, node)

    def part(self, node: exp.Expr, name: str) -> Term:
        return self.term(node.args[name])

    def logic(self, node: exp.Expr) -> Term:
        only(node, "this", "expression")
        assert isinstance(node, exp.And | exp.Or)  # noqa: S101
        parts = [self.decided(part) for part in node.flatten()]
        word = " and " if isinstance(node, exp.And) else " or "
        return Term(Kind.YESNO, f"({word.join(part.sql for part in parts)})", parts[0].at)

    def negation(self, node: exp.Expr) -> Term:
        only(node, "this")
        return _not(self.decided(node.args["this"]))

    def bracket(self, node: exp.Expr) -> Term:
        only(node, "this")
        return self.part(node, "this")

    def comparison(self, node: exp.Expr) -> Term:
        only(node, "this", "expression")
        left, right = terms.alike([self.part(node, "this"), self.part(node, "expression")])
        sign = _COMPARISONS[type(node)]
        if left.kind not in _ORDERED and sign not in ("=", "<>"):
            raise Mistake(left.at, f"This is {left.kind}, which is neither more nor less: use = or <>.")
        return Term(Kind.YESNO, f"({left.sql} {sign} {right.sql})", left.at)

    def between(self, node: exp.Expr) -> Term:
        only(node, "this", "low", "high", "negate")
        it, low, high = terms.alike([self.part(node, name) for name in ("this", "low", "high")])
        it.must(*_ORDERED)
        return _not_if(node, Term(Kind.YESNO, f"({it.sql} between {low.sql} and {high.sql})", it.at))

    def among(self, node: exp.Expr) -> Term:
        only(node, "this", "expressions", "negate")
        it, *others = terms.alike([self.part(node, "this"), *map(self.term, node.expressions)])
        if not others:
            raise Mistake(it.at, "There is nothing in the brackets after `in`.")
        return _not_if(node, Term(Kind.YESNO, f"({it.sql} in ({', '.join(o.sql for o in others)}))", it.at))

    def pattern(self, node: exp.Expr) -> Term:
        only(node, "this", "expression", "negate")
        it, like = self.part(node, "this").must(Kind.TEXT), self.part(node, "expression").must(Kind.TEXT)
        if like.text is None:
            raise Mistake(like.at, "After `like` stands a text in quotes, with % for anything and _ for one character.")
        word = "like" if isinstance(node, exp.Like) else "ilike"
        return _not_if(node, Term(Kind.YESNO, f"({it.sql} {word} {like.sql})", it.at))

    def emptiness(self, node: exp.Expr) -> Term:
        only(node, "this", "expression", "negate")
        it = self.part(node, "this")
        if not isinstance(node.args["expression"], exp.Null):
            raise Mistake(it.at, "After `is` stands null, or not null.")
        return _not_if(node, Term(Kind.YESNO, f"({it.sql} is null)", it.at))

    def sum(self, node: exp.Expr) -> Term:
        only(node, "this", "expression")
        left, right = self.part(node, "this"), self.part(node, "expression")
        return terms.sum_of(left, right, "+" if isinstance(node, exp.Add) else "-")

    def product(self, node: exp.Expr) -> Term:
        only(node, "this", "expression")
        return terms.product(self.part(node, "this"), self.part(node, "expression"))

    def quotient(self, node: exp.Expr) -> Term:
        hint = "write `100 * a <= b` for `a / b <= 0.01`"
        raise Mistake(start(node), f"Nothing is divided here, so that all is exact: {hint}.")

    def sign(self, node: exp.Expr) -> Term:
        only(node, "this")
        return terms.negative(self.part(node, "this"))

    def column(self, node: exp.Expr) -> Term:
        only(node, "this")
        name, at = str(node.name), start(node)
        if column := COLUMNS.get(name):
            return terms.of_column(column, at)
        near = difflib.get_close_matches(name.lower(), COLUMNS, 1)
        hint = f"do you mean `{near[0]}`?" if near else "docs/reference/policy.md has them all."
        raise Mistake(at, f"There is no column `{name}`: {hint} A text stands in single quotes: '{name}'.")

    def literal(self, node: exp.Expr) -> Term:
        only(node, "this", "is_string")
        text, at = str(node.args["this"]), start(node)
        if not node.args["is_string"]:
            return terms.number(text, at)
        return Term(Kind.TEXT, quoted(text), at, text=text)

    def truth(self, node: exp.Expr) -> Term:
        only(node, "this")
        return Term(Kind.YESNO, "true" if node.args["this"] else "false", start(node))

    def day(self, node: exp.Expr) -> Term:
        """`date '2025-11-30'`, which sqlglot reads as a cast; there is no other one."""
        only(node, "this", "to")
        it, to = node.args["this"], node.args["to"]
        if not (isinstance(it, exp.Literal) and it.is_string and to.this is exp.DType.DATE):
            raise Mistake(start(node), "Nothing is cast here. A date is written date '2025-11-30'.")
        try:
            day = date.fromisoformat(str(it.this))
        except ValueError:
            raise Mistake(start(it), f"{str(it.this)!r} isn't a date: write it as date '2025-11-30'.") from None
        return Term(Kind.DAY, f"date '{day.isoformat()}'", start(it))

    def juxtaposed(self, node: exp.Expr) -> Term:
        raise Mistake(start(node), "Two things stand side by side: put `and`, `or` or another operator between them.")

    def nothing(self, node: exp.Expr) -> Term:
        raise Mistake(start(node), "Nothing equals null: ask `is null` or `is not null`.")

    def function(self, node: exp.Expr) -> Term:
        only(node, "this", "expressions")
        name, at = str(node.args["this"]), start(node)
        if name not in CALLS:
            near = difflib.get_close_matches(name.lower(), FUNCTIONS, 1)
            hint = f"do you mean `{near[0]}`?" if near else f"there are {', '.join(FUNCTIONS)}."
            raise Mistake(at, f"There is no function `{name}`: {hint}")
        arguments = [self.term(argument) for argument in node.expressions]
        if name == "in_list" and len(arguments) == 1 and arguments[0].text is not None:
            self.lists.add(arguments[0].text)
        return call(name, at, arguments)


_HANDLERS: dict[type[exp.Expr], Callable[[_Reading, exp.Expr], Term]] = {
    exp.And: _Reading.logic,
    exp.Or: _Reading.logic,
    exp.Not: _Reading.negation,
    exp.Paren: _Reading.bracket,
    **dict.fromkeys(_COMPARISONS, _Reading.comparison),
    exp.Between: _Reading.between,
    exp.In: _Reading.among,
    exp.Like: _Reading.pattern,
    exp.ILike: _Reading.pattern,
    exp.Is: _Reading.emptiness,
    exp.Add: _Reading.sum,
    exp.Sub: _Reading.sum,
    exp.Mul: _Reading.product,
    exp.Div: _Reading.quotient,
    exp.Neg: _Reading.sign,
    exp.Column: _Reading.column,
    exp.Literal: _Reading.literal,
    exp.Boolean: _Reading.truth,
    exp.Cast: _Reading.day,
    exp.Null: _Reading.nothing,
    exp.Alias: _Reading.juxtaposed,
    exp.Anonymous: _Reading.function,
}


def quoted(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _not(term: Term) -> Term:
    return Term(Kind.YESNO, f"(not {term.sql})", term.at)


def _not_if(node: exp.Expr, term: Term) -> Term:
    return _not(term) if node.args.get("negate") else term
