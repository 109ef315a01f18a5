"""What is to be done with records: which rows would be sent, which not, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from gst_ims.cli.exits import Usage
from gst_ims.client.outcome import Fate, Verdict
from gst_ims.client.record import Decision, Record, Reduction
from gst_ims.connect.offline.reading import Problem
from gst_ims.core.section import Action


@dataclass
class Plan:
    """The decisions that can be sent; those that forbid themselves; those that stand already; what names no record.

    `problems` are the rows of a workbook whose decision can't be read, or isn't possible.
    """

    send: list[Decision] = field(default_factory=list[Decision])
    refused: list[Verdict] = field(default_factory=list[Verdict])
    done: list[Decision] = field(default_factory=list[Decision])
    missing: list[str] = field(default_factory=list[str])
    problems: tuple[Problem, ...] = ()

    @property
    def saves(self) -> list[Decision]:
        """Of what can be sent that which goes by a save."""
        return [decision for decision in self.send if decision.action is not Action.NONE]

    @property
    def resets(self) -> list[Decision]:
        """Of what can be sent that which goes by a reset."""
        return [decision for decision in self.send if decision.action is Action.NONE]

    @property
    def complete(self) -> bool:
        """Whether everything that was asked for can be done."""
        return not self.refused and not self.missing and not self.problems

    def add(self, decision: Decision) -> None:
        """Put a decision where it belongs."""
        said = decision.remarks is not None or decision.reduce is not None
        if decision.record.action is decision.action and (not said or decision.stands(decision.record)):
            self.done.append(decision)
        elif (why := decision.why_not()) is not None:
            self.refused.append(Verdict(decision, Fate.NOT_SENT, words=why))
        else:
            self.send.append(decision)


def decide(record: Record, action: Action, remarks: str | None, reduce: bool | Reduction | None) -> Decision:
    """The decision about a record."""
    if action is Action.ACCEPT:
        return record.accept(remarks, reduce)
    return Decision(record, action, remarks, reduce)


def check_words(action: Action, remarks: str | None, reduce: bool | Reduction | None) -> None:
    """Raises Usage for words that don't belong to an action."""
    if action is Action.NONE and (remarks or reduce is not None):
        raise Usage("A reset takes back what was decided: leave --remarks and --reduce out.")
    if action is not Action.ACCEPT and reduce is not None:
        raise Usage("--reduce belongs to `ims accept` only: leave it out.")


def plan(decisions: Iterable[Decision], missing: Iterable[str] = (), problems: tuple[Problem, ...] = ()) -> Plan:
    """Sort decisions."""
    made = Plan(missing=[*missing], problems=problems)
    for decision in decisions:
        made.add(decision)
    return made
