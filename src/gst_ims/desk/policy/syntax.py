"""How conditions are read: sqlglot's DuckDB with few words, of which most texts make no sense at all."""

from __future__ import annotations

from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import ParseError, TokenError
from sqlglot.parsers.duckdb import DuckDBParser
from sqlglot.tokenizer_core import Token, TokenType

from gst_ims.desk.policy.terms import Mistake

#: Longer ones are several rules, or a vendor list.
LONGEST = 10_000

_WORDS = {"AND", "OR", "NOT", "IN", "BETWEEN", "LIKE", "ILIKE", "IS", "NULL", "TRUE", "FALSE", "DATE"}
_SIGNS = {
    *(TokenType.VAR, TokenType.STRING, TokenType.NUMBER, TokenType.L_PAREN, TokenType.R_PAREN, TokenType.COMMA),
    *(TokenType.EQ, TokenType.NEQ, TokenType.LT, TokenType.LTE, TokenType.GT, TokenType.GTE),
    *(TokenType.PLUS, TokenType.DASH, TokenType.STAR, TokenType.SLASH),
    *(TokenType.AND, TokenType.OR, TokenType.NOT, TokenType.IN, TokenType.BETWEEN, TokenType.LIKE, TokenType.ILIKE),
    *(TokenType.IS, TokenType.NULL, TokenType.TRUE, TokenType.FALSE, TokenType.DATE),
}


class Conditions(DuckDB):
    """DuckDB's expressions with the few words of conditions: all others are names, and functions are just that."""

    class Tokenizer(DuckDB.Tokenizer):
        KEYWORDS = {  # noqa: RUF012 - as sqlglot has it
            word: kind for word, kind in DuckDB.Tokenizer.KEYWORDS.items() if not word[0].isalpha() or word in _WORDS
        }

    class Parser(DuckDBParser):
        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {}
        NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
        NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {}


def parsed(text: str) -> exp.Expr:
    """What sqlglot makes of a condition. Raises Mistake."""
    if len(text) > LONGEST:
        raise Mistake(0, f"This has more than {LONGEST} characters: make several rules of it, or a vendor list.")
    try:
        tokens = Conditions().tokenize(text)
    except TokenError as error:
        raise Mistake(0, "This can't be read: look whether each quote and bracket is closed.") from error
    for token in tokens:
        _look_at(token)
    if not tokens:
        raise Mistake(0, "There is no condition: leave `when` out where the rule always holds.")
    try:
        expressions = Conditions().parser().parse(tokens, text)
    except ParseError as error:
        raise _unread(text, error) from error
    (expression,) = expressions
    assert isinstance(expression, exp.Expr)  # noqa: S101 - there are tokens, and no semicolon among them
    return expression


def _look_at(token: Token) -> None:
    """Raises Mistake for what has no place in a condition, before anything is made of it."""
    if token.comments:
        raise Mistake(token.start, "Conditions have no comments of their own: write them above the rule, after #.")
    if token.token_type is TokenType.IDENTIFIER:
        raise Mistake(token.start, f"A text stands in single quotes, and a column in none: '{token.text}'.")
    if token.token_type not in _SIGNS:
        raise Mistake(token.start, f"{token.text!r} has no place in a condition.")
    if token.token_type is TokenType.STRING and not token.text.isprintable():
        raise Mistake(token.start, "This text has characters that can't be seen: write it anew.")


def _unread(text: str, error: ParseError) -> Mistake:
    told = error.errors[0]
    lines = text.split("\n")
    # sqlglot says where the word ends that it stumbles over.
    end = sum(len(line) + 1 for line in lines[: told["line"] - 1]) + told["col"]
    word = str(told["highlight"] or "")
    hint = "a bracket, an operator or a word is missing"
    return Mistake(max(end - len(word), 0), f"This can't be read from {word!r} on: {hint}.")


def only(node: exp.Expr, *names: str) -> None:
    """Raises Mistake where sqlglot has read more of a node than is looked at."""
    more = [name for name, value in node.args.items() if value and name not in names]
    if more:
        raise Mistake(start(node), f"Conditions have no such thing here: {', '.join(more)}.")


def start(node: exp.Expr) -> int:
    """The first character of a part."""
    return min((part.meta["start"] for part in node.walk() if "start" in part.meta), default=0)
