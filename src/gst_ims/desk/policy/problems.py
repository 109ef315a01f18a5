"""What is wrong with a policy: each problem has its place, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gst_ims.core.errors import Invalid


@dataclass(frozen=True, order=True)
class Problem:
    """Something to correct. Lines and columns count from 1."""

    line: int
    column: int
    message: str


class PolicyWrong(Invalid):
    """The policy can't be used: correct what its `problems` name."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        """`source` is the name of the file, which stands before each line."""
        self.source, self.problems = source, tuple(sorted(problems))
        super().__init__("\n".join(f"{source}:{p.line}:{p.column}: {p.message}" for p in self.problems))

    def __reduce__(self) -> tuple[type[PolicyWrong], tuple[str, tuple[Problem, ...]]]:
        # Exceptions are copied by calling the class with `args`, which here is the message.
        return type(self), (self.source, self.problems)
