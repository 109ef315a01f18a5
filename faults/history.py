"""Whether what people saw of one record can be explained by an order in which everything happened at one moment each.

A history is a list of operations with the time when each was asked for and answered. It is linearizable if there is an
order that keeps to these times (what was answered before another was asked for comes first) and in which each answer is
right. Found by Wing and Gong's search, with a memory of what was tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

State = tuple[int, str] | None  # the record: its amount in rupees, and the action; None: there is none


@dataclass(frozen=True)
class Operation:
    """`answered` is infinite where no answer came: then it may have happened at any time since, or not at all."""

    kind: str  # read, act, edit
    asked: float
    answered: float
    value: Any  # read: the state seen; act: (amount echoed, action before, action after, applied); edit: the amount


def after(state: State, operation: Operation) -> State | bool:
    """The state after an operation; False where its answer would have been another."""
    match operation.kind:
        case "read":
            return state if state == operation.value else False
        case "edit":
            amount: int = operation.value
            return state if state is not None and state[0] == amount else (amount, "N")
        case _:
            amount, was, became, applied = operation.value
            fits = state == (amount, was)
            if applied is not None and applied != fits:
                return False
            return (amount, became) if fits else state


def linearizable(
    operations: Sequence[Operation],
    start: State,
    step: Callable[[State, Operation], State | bool] = after,
) -> bool:
    """Whether there is such an order, from `start` on."""
    everything = (1 << len(operations)) - 1
    certain = sum(1 << n for n, operation in enumerate(operations) if math.isfinite(operation.answered))
    tried: set[tuple[int, State]] = set()
    waiting = [(0, start)]
    while waiting:
        done, state = waiting.pop()
        if done & certain == certain:
            return True
        if (done, state) in tried:
            continue
        tried.add((done, state))
        left = everything & ~done
        open_ones = [n for n in range(len(operations)) if left >> n & 1]
        first_answer = min(operations[n].answered for n in open_ones)
        for n in open_ones:
            if operations[n].asked <= first_answer:
                then = step(state, operations[n])
                if then is not False:
                    waiting.append((done | 1 << n, then))  # type: ignore[arg-type]
    return False
