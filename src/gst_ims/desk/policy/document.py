"""A policy as people write it: one TOML file with rules in order, of which the first that holds wins."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from importlib import resources
from itertools import islice
from typing import Any, TypeVar, cast

from gst_ims.client.record import REMARKS_LENGTH
from gst_ims.core.errors import Invalid
from gst_ims.core.money import Paise, positive_paise
from gst_ims.desk.policy import expression, places
from gst_ims.desk.policy.expression import Condition
from gst_ims.desk.policy.problems import PolicyWrong, Problem

E = TypeVar("E", bound=StrEnum)
#: Of a file in characters, and of its rules.
LARGEST, MOST_RULES = 500_000, 500
#: Problems after which no more rules are looked at, and names that are told of those that aren't known.
_ENOUGH, _TOLD = 100, 10
# tomllib takes minutes for a key of thousands of parts. Policies have no such keys at all.
_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]+|"[^"\n]*"|'[^'\n]*')[ \t]*\.[ \t]*){20}""")


class Wish(StrEnum):
    """What a rule wants. ASK leaves the record to people."""

    ACCEPT = "accept"
    REJECT = "reject"
    PENDING = "pending"
    ASK = "ask"


class Declaration(StrEnum):
    """By how much credit is to be reduced, where accepting a record has to say so."""

    FULL = "full"
    NONE = "none"
    BOOKS = "as in books"


@dataclass(frozen=True)
class Rule:
    """One rule."""

    name: str
    #: On which line of the file it begins.
    line: int
    #: None: it always holds.
    condition: Condition | None
    wish: Wish
    remarks: str | None
    declaration: Declaration
    #: From which tax on, in paise, a second person has to approve; None: never.
    approval: Paise | None


@dataclass(frozen=True)
class Policy:
    """Rules in order. What none of them holds for is asked about."""

    name: str
    rules: tuple[Rule, ...]
    text: str

    @property
    def lists(self) -> frozenset[str]:
        """The vendor lists that its conditions ask about."""
        return frozenset(name for rule in self.rules if rule.condition for name in rule.condition.lists)


def starter() -> str:
    """The policy that comes with the program: it accepts what matches, and asks about the rest."""
    return resources.files("gst_ims.desk.policy").joinpath("starter.toml").read_text(encoding="utf-8")


def read(text: str, source: str = "policy") -> Policy:
    """Read a policy. Raises PolicyWrong with everything that is wrong; `source` is what the file is called."""
    text = text.replace("\r\n", "\n")
    if len(text) > LARGEST:
        raise PolicyWrong(source, [Problem(1, 1, f"This has more than {LARGEST} characters: use vendor lists.")])
    if found := _LONG_KEY.search(text):
        raise PolicyWrong(source, [Problem(*places.line_and_column(text, found.start()), "No name has so many parts.")])
    try:
        # An amount that is written with a point is one, and no float.
        members = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits are no TOMLDecodeError
        raise PolicyWrong(source, [_of_toml(text, error)]) from error
    reading = _Reading(text)
    policy = reading.policy(members)
    if reading.problems:
        raise PolicyWrong(source, reading.problems)
    return policy


#: What tomllib says of slips that are frequent, in the writer's words.
_UNCLOSED = "the quotation mark at the end is missing"
_SLIPS = {
    **dict.fromkeys(("Illegal character '\\n'", "Unterminated string", 'Expected "\'"'), _UNCLOSED),
    "Invalid value": "a text stands in quotation marks, a number, true or false without",
    "Cannot overwrite a value": "the same line stands here twice",
}


def _of_toml(text: str, error: Exception) -> Problem:
    said = re.fullmatch(
        r"(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)", str(error)
    )
    if said is None:
        return Problem(1, 1, "This can't be read as rules: look at how they are written.")
    line, column = said["line"], said["column"]
    place = (int(line), int(column)) if line else places.line_and_column(text, len(text))
    what = _SLIPS.get(said["what"]) or f"{said['what'][0].lower()}{said['what'][1:]}"
    return Problem(*place, f"This can't be read: {what}.")


class _Reading:
    """One file: its members, where they stand, and what is wrong so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.top, *self.tables = places.tables(text)

    def policy(self, members: dict[str, Any]) -> Policy:
        head = _Part(self, self.top, members)
        head.only("name", "rule")
        name = head.text("name")
        if name is None:
            head.say("name", 'Give the policy a name in the first line: name = "purchases".')
        elif not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,39}", name):
            head.say("name", "A policy's name has up to 40 small letters, digits, and - . _ between them.")
        rules = cast("list[Any]", members.get("rule", []))
        if type(rules) is not list or not all(isinstance(rule, dict) for rule in rules):
            head.say("rule", "Each rule is a table of its own: begin it with [[rule]].")
            rules = []
        if not rules:
            head.say("rule", "There is no rule: begin one with [[rule]].")
        if len(rules) > MOST_RULES:
            head.say("rule", f"There are more than {MOST_RULES} rules: use vendor lists.")
            rules = []
        return Policy(name or "", tuple(self.rules(rules)), self.text)

    def rules(self, members: list[dict[str, Any]]) -> list[Rule]:
        found: list[Rule] = []
        # Rules within brackets have no tables of their own, and are all found there.
        inline = self.top.statements.get("rule")
        elsewhere = places.Table(inline.key if inline else 0)
        headers = (table for table in self.tables if table.name == "rule" and not inline)
        for rule_members in members:
            if len(self.problems) >= _ENOUGH:
                break
            table = next(headers, elsewhere)
            part = _Part(self, table, rule_members)
            rule = part.rule()
            if rule.name in {other.name for other in found}:
                part.say("name", f"There is another rule with the name {rule.name!r}: choose another name.")
            if always := next((other for other in found if other.condition is None and other.name != ""), None):
                part.say("when", f"This rule never comes to its turn: {always.name!r} before it has no condition.")
            found.append(rule)
        return found


class _Part:
    """A table of the file."""

    def __init__(self, reading: _Reading, table: places.Table, members: Mapping[str, Any]) -> None:
        self.reading, self.table, self.members = reading, table, members

    def say(self, key: str, message: str) -> None:
        """Note what is wrong with a member, or with the table where it has none such."""
        statement = self.table.statements.get(key)
        table = next((table for table in self.reading.tables if table.name == key), self.table)
        self.at(statement.key if statement else table.start, message)

    def at(self, place: int, message: str) -> None:
        self.reading.problems.append(Problem(*places.line_and_column(self.reading.text, place), message))

    def only(self, *keys: str) -> None:
        """Note members of other names."""
        for key in islice((key for key in self.members if key not in keys), _TOLD):
            near = difflib.get_close_matches(key[:80], keys, 1)
            hint = f"do you mean {near[0]!r}?" if near else f"there are {', '.join(keys)}."
            self.say(key, f"There is no {key!r} here: {hint}")

    def text(self, key: str) -> str | None:
        value = self.members.get(key)
        if value is None or isinstance(value, str):
            return value
        self.say(key, f"{key!r} is a text: write it in quotes.")
        return None

    def one_of(self, key: str, words: type[E]) -> E | None:
        value = self.text(key)
        if value is None or value in set(words):
            return None if value is None else words(value)
        self.say(key, f"{value!r} isn't known here: use one of {', '.join(words)}.")
        return None

    def rule(self) -> Rule:
        self.only("name", "when", "action", "remarks", "declaration", "approval")
        name, wish = self.text("name"), self.one_of("action", Wish)
        if "name" not in self.members:
            self.say("name", "Give the rule a name: people read it where it decided.")
        elif name is not None and not (0 < len(name.strip()) <= 80 and name.isprintable()):
            self.say("name", "A rule's name has 1 to 80 characters that can be seen.")
        if "action" not in self.members:
            self.say("action", f"Say what is to be done: action = one of {', '.join(Wish)}.")
        remarks, declaration = self.text("remarks"), self.one_of("declaration", Declaration)
        if remarks is not None:
            self.remarks(remarks, wish)
        if declaration:
            self.declaration(declaration, remarks, wish)
        line, _ = places.line_and_column(self.reading.text, self.table.start)
        return Rule(
            name=name or "",
            line=line,
            condition=self.condition(),
            wish=wish or Wish.ASK,
            remarks=remarks,
            declaration=declaration or Declaration.FULL,
            approval=self.approval(wish),
        )

    def remarks(self, remarks: str, wish: Wish | None) -> None:
        if wish is Wish.ASK:
            self.say("remarks", "Nothing is sent where the rule asks: leave the remarks out.")
        if not remarks.strip() or not remarks.isprintable():
            self.say("remarks", "Remarks are one line of characters that can be seen: or leave them out.")
        if len(remarks) > REMARKS_LENGTH:
            self.say(
                "remarks", f"The remarks have {len(remarks)} characters: shorten them to {REMARKS_LENGTH} (R6.10)."
            )

    def declaration(self, declaration: Declaration, remarks: str | None, wish: Wish | None) -> None:
        if wish is not Wish.ACCEPT:
            self.say("declaration", "A reduction can be declared on acceptance only: leave it out (R6.7).")
        if declaration is not Declaration.FULL and not remarks:
            self.say("declaration", "A partial reduction, or none, has to be explained: add remarks (R6.10).")

    def condition(self) -> Condition | None:
        text = self.text("when")
        if text is None:
            # So that a mistake here isn't taken for "always".
            return Condition("false") if "when" in self.members else None
        read = expression.read(text)
        if isinstance(read, Condition):
            return read
        statement = self.table.statements.get("when")
        characters = places.inside(statement) if statement else []
        for mistake in read:
            place = characters[mistake.at] if mistake.at < len(characters) else self.table.start
            self.at(place, mistake.message)
        return Condition("false")

    def approval(self, wish: Wish | None) -> Paise | None:
        """Two pairs of eyes unless the rule says otherwise."""
        value = self.members.get("approval", True)
        if "approval" in self.members and wish is Wish.ASK:
            self.say("approval", "Nothing is approved where the rule asks: leave it out.")
        if isinstance(value, bool):
            return 0 if value else None
        try:
            if isinstance(value, int | Decimal):
                return positive_paise(value)
            self.say("approval", "Write true, false, or from how many rupees of tax on: 1_00_000.")
        except Invalid as error:
            self.say("approval", str(error))
        return 0
