"""Where things stand in a TOML file: tomllib says what they are, and forgets where.

Only what tomllib has read without complaint comes here, so that little suffices: statements end with their line unless
a bracket is open, and brackets in texts and comments don't count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_LEXEMES = re.compile(
    r'''
      (?P<text> """(?:\\.|[^\\])*?"{3,5} | \'{3}.*?\'{3,5} | "(?:\\.|[^"\\])*" | '[^']*' )
    | (?P<comment> \#[^\n]* )
    | (?P<open> [\[{] ) | (?P<close> [\]}] ) | (?P<equals> = ) | (?P<end> \n ) | (?P<space> [ \t]+ )
    | (?P<word> [^\s"'\#\[\]{}=]+ )
    ''',
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:(?P<join>[ \t]*\n\s*)|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|x[0-9A-Fa-f]{2}|.)", re.DOTALL)


@dataclass
class Statement:
    """A key and its value: from which character on each stands, and the value as it is written."""

    key: int
    value: int
    written: str


@dataclass
class Table:
    """A table of the file: from which character on it stands, what its header says, and its statements by key."""

    start: int
    name: str = ""
    statements: dict[str, Statement] = field(default_factory=dict[str, Statement])


def tables(text: str) -> list[Table]:
    """The tables of a file in order; first what stands before any header. `text` has no CR before LF."""
    found = [Table(0)]
    for lexemes in _statements(text):
        first = lexemes[0]
        if first.lastgroup == "open":
            name = "".join(lexeme[0].strip("\"'") for lexeme in lexemes if lexeme.lastgroup in ("word", "text"))
            found.append(Table(first.start(), name))
            continue
        equals = next(i for i, lexeme in enumerate(lexemes) if lexeme.lastgroup == "equals")
        key = "".join(lexeme[0].strip("\"'") for lexeme in lexemes[:equals])
        start, end = lexemes[equals + 1].start(), lexemes[-1].end()
        found[-1].statements[key] = Statement(first.start(), start, text[start:end])
    return found


def _statements(text: str) -> Iterator[list[re.Match[str]]]:
    """The lexemes of each statement, without spaces and comments."""
    depth, statement = 0, list[re.Match[str]]()
    for lexeme in _LEXEMES.finditer(f"{text}\n"):
        kind = lexeme.lastgroup
        depth += (kind == "open") - (kind == "close")
        if kind == "end" and not depth:
            if statement:
                yield statement
            statement = []
        elif kind not in ("space", "comment", "end"):
            statement.append(lexeme)


def inside(statement: Statement) -> list[int]:
    """For a value that is a text: from which character of the file on each of its characters stands, and its end."""
    written = statement.written
    quotes = 3 if written[:3] in ('"""', "'''") else 1
    at, end = quotes, len(written) - quotes
    if quotes == 3 and written[at] == "\n":
        at += 1
    found: list[int] = []
    while at < end:
        escape = _ESCAPE.match(written, at) if written[0] == '"' else None
        if not (escape and escape["join"]):
            found.append(statement.value + at)
        at = escape.end() if escape else at + 1
    return [*found, statement.value + end]


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Where a character of a text stands, from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
