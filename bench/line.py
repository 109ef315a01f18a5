"""One figure of a benchmark."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Line:
    """One figure: `value` and `bare` in `unit`; `ratio` of the two where there is a bare equivalent."""

    work: str
    size: int
    value: float
    unit: str
    bare: float | None = None
    ratio: float | None = None
