"""`python -m bench.calibrate`: fit what comparisons weigh, and what a score means, on made-up books with known truth.

It writes src/gst_ims/desk/match/calibration.yaml. Its seeds are kept for it: no test and no benchmark uses them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import yaml

from gst_ims.desk.match import Settings, evidence
from gst_ims.desk.match.engine import Run
from gst_ims.synthetic.ledgers import Ledgers, Links, ledgers
from gst_ims.synthetic.ledgers.score import right

SEEDS = range(9_000, 9_006)
OUT = Path(evidence.__file__).with_name("calibration.yaml")
RIDGE = 1.0


def main() -> None:
    truths = [made for seed in SEEDS for made in (ledgers(40_000, seed), ledgers(20_000, seed, heavy=20_000))]
    compared = [_pairs(truth, "all pairs") for truth in truths]
    columns = {axis: np.concatenate([pairs[axis] for pairs, _ in compared]) for axis in evidence.AXES}
    answers = np.concatenate([answer for _, answer in compared])
    base, levels = fit(columns, answers)
    data: dict[str, Any] = {
        "origin": f"bench/calibrate.py, seeds {SEEDS[0]} to {SEEDS[-1]} of gst_ims.synthetic.ledgers at the default "
        f"mix: {len(answers)} pairs of ordinary suppliers (40,000 documents) and heavy ones (20,000)",
        "base": base,
        "levels": levels,
        "scores": [[0.0, 50.0]],
        "tiers": {"exact": 100, "number": 100, "manual": 100, "named": 99, "sum": 95, "copy": 95},
    }
    _write(data)
    linked = [_pairs(truth, "linked pairs") for truth in truths]
    strength = np.concatenate([pairs["strength"] for pairs, _ in linked])
    data["scores"] = curve(strength, np.concatenate([answer for _, answer in linked]))
    _write(data)


def _pairs(truth: Ledgers, which: str) -> tuple[evidence.Columns, Any]:
    """The pairs that compete, or those that the best assignment has, and which are right."""
    run = Run(Settings(least=2))  # unlikely pairs too, so that low scores are measured as well
    run.read(truth.portal, truth.books)
    run.decide([])
    run.certain()
    run.compare()
    if which == "linked pairs":
        run.assign()
    edges = run.db.table("edge")
    edges = edges.filter("linked") if which == "linked pairs" else edges
    ids = edges.set_alias("e").join(run.db.table("portal").set_alias("p"), "e.p = p.doc")
    ids = ids.join(run.db.table("books").set_alias("b"), "e.b = b.doc")
    chosen = ids.project("e.*, p.id::bigint as portal_id, b.id::bigint as books_id").fetchnumpy()
    nothing = np.full(len(chosen["p"]), "", dtype=object)
    return chosen, right(truth, Links(chosen["portal_id"], chosen["books_id"], nothing))


def fit(columns: evidence.Columns, answers: Any) -> tuple[float, dict[str, list[float]]]:
    """Logistic regression by Newton's method. The first level of each axis weighs nothing; a ridge keeps levels that
    were always right, or never, finite.
    """
    places = [(axis, level) for axis in evidence.AXES for level in range(1, LEVELS[axis])]
    patterns, which = np.unique(
        np.stack([columns[axis] for axis in evidence.AXES], axis=1), axis=0, return_inverse=True
    )
    count = np.bincount(which.ravel()).astype(float)
    good = np.bincount(which.ravel(), weights=answers.astype(float))
    axes = list(evidence.AXES)
    x = np.column_stack([np.ones(len(patterns)), *(patterns[:, axes.index(axis)] == level for axis, level in places)])
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (good - count * likely) - RIDGE * weights
        bend = (x * (count * likely * (1 - likely))[:, None]).T @ x + RIDGE * np.eye(x.shape[1])
        step = np.linalg.solve(bend, slope)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    levels = {axis: [0.0] * LEVELS[axis] for axis in evidence.AXES}
    for (axis, level), weight in zip(places, weights[1:], strict=True):
        levels[axis][level] = round(float(weight), 2)
    return round(float(weights[0]), 2), levels


LEVELS = {"number": 7, "date": 5, "amount": 6, "gstin": 4, "kind": 2, "common": 2}


def curve(strength: Any, answers: Any) -> list[list[float]]:
    """Points of strength and of how many in a hundred were right, rising: neighbours are pooled until they do.

    The weakest pairs are looked at closely, thirty at a time, the strongest by the thousand. What is
    weaker than all that was seen falls to nothing.
    """
    order = np.argsort(strength, kind="stable")
    parts = np.split(order, np.cumsum([int(30 * 1.3**k) for k in range(40)]))
    parts = [part for part in parts if len(part)]
    pools: list[tuple[float, float, int]] = []
    for part in parts:
        pools.append((float(strength[part].mean()), float(answers[part].mean()), len(part)))
        while len(pools) > 1 and pools[-2][1] >= pools[-1][1]:
            (s1, a1, n1), (s2, a2, n2) = pools[-2:]
            pools[-2:] = [((s1 * n1 + s2 * n2) / (n1 + n2), (a1 * n1 + a2 * n2) / (n1 + n2), n1 + n2)]
    return [[round(pools[0][0] - 3, 2), 0.0], *([round(s, 2), round(100 * a, 1)] for s, a, _ in pools)]


def _write(data: dict[str, Any]) -> None:
    evidence.calibration.cache_clear()
    OUT.write_text(yaml.safe_dump(data, sort_keys=False, width=118, default_flow_style=None), encoding="utf-8")


if __name__ == "__main__":
    main()
