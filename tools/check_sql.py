"""Refuse SQL on taxpayers' data that doesn't say whose: recipients' data is keyed by `rtin`, suppliers' by `stin`, and
the desk's tables by `gstin`.

Such a statement would look into every partition, and into every taxpayer's data. Run it as
`python tools/check_sql.py [folder]`: it reads each `queries.sql` below the folder (default: src), prints a line for
each statement to correct, and ends with 1 if there is any.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from gst_ims.database.distribute import KEYS

# What is the desk's, and nobody's in particular.
_HOUSE = {"person", "policy", "credential", "session"}
# A name before a bracket is a function's, unless something is put into it.
_DESK = re.compile(r"\binto\s+desk\.(\w+)|\bdesk\.(\w+)\b(?!\s*\()")
_NAME = re.compile(r"^--\s*name\s*:\s*(?P<name>[\w-]+)", re.MULTILINE)
# Words in these aren't SQL: line comments, block comments, text.
_NOT_SQL = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)


@dataclass(frozen=True)
class Statement:
    """A statement of a file, with the line on which its name stands; without one before the first name."""

    name: str
    line: int
    sql: str

    @property
    def words(self) -> set[str]:
        """What it names, in lower case: comments and texts left out."""
        return set(re.findall(r"\w+", self._plain))

    @property
    def desks(self) -> set[str]:
        """Tables of the desk that it names, with the columns of which it says so."""
        return {into or name for into, name in _DESK.findall(self._plain)}

    @property
    def _plain(self) -> str:
        return _NOT_SQL.sub(" ", self.sql).lower()


def statements(text: str) -> Iterator[Statement]:
    """The statements of a file, as aiosql names them."""
    names = list(_NAME.finditer(text))
    yield Statement("", 1, text[: names[0].start()] if names else text)
    for name, following in zip_longest(names, names[1:]):
        end = following.start() if following else len(text)
        yield Statement(name["name"], text.count("\n", 0, name.start()) + 1, text[name.end() : end])


def complaints(text: str) -> Iterator[tuple[Statement, str]]:
    """The statements of a file that can't stay as they are, and what to do about each."""
    seen: set[str] = set()
    for statement in statements(text):
        words = statement.words
        if not statement.name:
            if words:
                yield statement, "SQL without a name: write `-- name: …` above it"
            continue
        if statement.name in seen:
            yield statement, "the name stands twice in this file: choose another one"
        seen.add(statement.name)
        if statement.desks:
            if statement.desks - _HOUSE and "gstin" not in words:
                yield statement, f"it touches desk.{min(statement.desks - _HOUSE)}: compare `gstin`"
            continue
        for key, tables in KEYS.items():
            touched = sorted(words.intersection(tables))
            if touched and key not in words:
                yield statement, f"it touches {', '.join(touched)}: compare `{key}`, the key of the partitions"


def main(folder: str = "src") -> int:
    """Check every `queries.sql` below `folder`, and of other files what is the desk's. Returns the exit code.

    The other files are DuckDB's, which has tables of its own; migrations are about everybody.
    """
    found = 0
    for path in sorted(Path(folder).rglob("*.sql")):
        if "migrations" in path.parts:
            continue
        for statement, what in complaints(path.read_text(encoding="utf-8")):
            if path.name != "queries.sql" and not statement.desks:
                continue
            found += 1
            print(f"{path}:{statement.line}: {statement.name or '(no name)'}: {what}.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
