"""How likely two documents are the same one, from how their fields compare. What the levels weigh is data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from gst_ims.desk.match.assignment import Indices, Weights

AXES = ("number", "date", "amount", "gstin", "kind", "common")
"""The comparisons of a pair; the levels of each are in pairs.sql."""

Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Calibration:
    """`base` and `levels` are log-odds: a pair's weight is `base` and what each of its levels adds. `scores` are points
    of (strength, score) between which a score lies on a line. `tiers`: scores of what no assignment weighed.
    """

    origin: str
    base: float
    levels: dict[str, list[float]]
    scores: list[tuple[float, float]]
    tiers: dict[str, int]

    def weights(self, pairs: Columns) -> Weights:
        """The weight of each pair."""
        return self.base + np.sum([np.array(self.levels[axis])[pairs[axis]] for axis in AXES], axis=0)

    def score(self, strength: Weights) -> NDArray[np.int64]:
        """0 to 100: of pairs scored 90, about nine in ten are right."""
        x, y = zip(*self.scores, strict=True)
        return np.rint(np.interp(strength, x, y)).astype(np.int64)


@cache
def calibration() -> Calibration:
    """The measured one, of calibration.yaml beside this file."""
    data = yaml.safe_load(Path(__file__).with_name("calibration.yaml").read_text(encoding="utf-8"))
    return Calibration(**data)


def strengths(pairs: Columns, weight: Weights) -> Weights:
    """The log-odds of each pair when a document can be only one of those it resembles, or none of them.

    Copies of one document don't stand against each other.
    """
    odds = np.exp(np.minimum(weight, 50.0))
    rivals = _rivals(pairs["p"], pairs["b_twin"], odds) + _rivals(pairs["b"], pairs["p_twin"], odds)
    return np.log(odds) - np.log1p(rivals)


def _rivals(own: Indices, other: Indices, odds: Weights) -> Weights:
    """By pair: the odds of all that `own` has with others; of copies, the best only."""
    pair = (
        np.unique(np.stack([own, other.astype(np.int64)], axis=1), axis=0, return_inverse=True)[1].ravel()
        if len(own)
        else own
    )
    best = np.zeros(int(pair.max(initial=-1)) + 1)
    np.maximum.at(best, pair, odds)
    first = np.zeros(len(best), dtype=np.int64)
    first[pair] = own
    total = np.bincount(first, weights=best, minlength=int(own.max(initial=-1)) + 1)
    return np.maximum(total[own] - best[pair], 0.0)
