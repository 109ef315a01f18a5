"""The rules of `rules.yaml`, loaded once and checked."""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from importlib import resources
from typing import Literal, TypeVar

import msgspec

from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period

T = TypeVar("T")
Confidence = Literal["high", "medium", "known", "derived"]
Frequency = Literal["monthly", "quarterly"]

_REFERENCE = re.compile(r"\bR[0-9]+\.[0-9]+\b")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule: what it says, who says so, how sure we are, and its values by the tax period from which they hold."""

    id: str
    says: str
    source: str
    confidence: Confidence
    values: dict[str, dict[str, int]] = {}
    tables: dict[str, dict[str, list[int]]] = {}


class Extension(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A due date that was extended; `states` are the codes for which it holds, all if empty."""

    form: Literal["GSTR-1", "GSTR-3B"]
    frequency: Frequency
    period: str
    due: date
    source: str
    confidence: Confidence
    states: list[str] = []


class Law:
    """All rules, by id, and the extensions of due dates."""

    def __init__(self, rules: list[Rule], extensions: list[Extension] = []) -> None:  # noqa: B006 - never changed
        """Raises Invalid where an id stands twice, a text names a rule that isn't there, or periods don't ascend."""
        self.rules = {rule.id: rule for rule in rules}
        if len(self.rules) != len(rules):
            twice = sorted({rule.id for rule in rules if sum(other.id == rule.id for other in rules) > 1})
            raise Invalid(f"the rulebook has an id twice: {', '.join(twice)}")
        for rule in rules:
            unknown = set(_REFERENCE.findall(f"{rule.says} {rule.source}")) - set(self.rules)
            if unknown:
                raise Invalid(f"{rule.id} names {', '.join(sorted(unknown))}, which the rulebook doesn't have")
        self._values = {(rule.id, name): _dated(rule, name, v) for rule in rules for name, v in rule.values.items()}
        self._tables = {(rule.id, name): _dated(rule, name, v) for rule in rules for name, v in rule.tables.items()}
        self._extensions = [(Period.parse(extension.period), extension) for extension in extensions]

    def at(self, rule: str, name: str, period: Period) -> int:
        """The value of `rule` that holds in `period`. Before the first one: the first one."""
        return _holding(self._values[rule, name], period)

    def table(self, rule: str, name: str, period: Period) -> list[int]:
        """The list of values of `rule` that holds in `period`."""
        return _holding(self._tables[rule, name], period)

    def since(self, rule: str, name: str) -> Period:
        """The period from which the newest value holds: the cut-over that set-based statements compare with."""
        return self._values[rule, name][-1][0]

    def extended(self, form: str, frequency: Frequency, period: Period, state: str) -> date | None:
        """The extended due date, or None where there is none."""
        for of, extension in self._extensions:
            if (of, extension.form, extension.frequency) == (period, form, frequency) and (
                not extension.states or state in extension.states
            ):
                return extension.due
        return None


def _dated(rule: Rule, name: str, dated: dict[str, T]) -> list[tuple[Period, T]]:
    values = [(Period.parse(since), value) for since, value in dated.items()]
    if not values or values != sorted(values, key=lambda pair: pair[0]):
        raise Invalid(f"{rule.id} {name}: give at least one period, in ascending order")
    return values


def _holding(values: list[tuple[Period, T]], period: Period) -> T:
    return next((value for since, value in reversed(values) if since <= period), values[0][1])


def parse(rules: bytes, extensions: bytes = b"[]") -> Law:
    """Read a rulebook. Raises Invalid with the place of the mistake."""
    try:
        return Law(msgspec.yaml.decode(rules, type=list[Rule]), msgspec.yaml.decode(extensions, type=list[Extension]))
    except msgspec.DecodeError as error:
        raise Invalid(f"rulebook: {error}") from error


@cache
def law() -> Law:
    """The rulebook that comes with the program."""
    folder = resources.files("gst_ims.rulebook")
    return parse(folder.joinpath("rules.yaml").read_bytes(), folder.joinpath("extensions.yaml").read_bytes())
