"""`python -m bench [SIZE …]`: measure, print a table, write bench/out/portal.json."""

from __future__ import annotations

import json
import math
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from pathlib import Path

from bench.drafts import drafts
from bench.line import Line
from bench.portal import measure
from bench.stand import portal

SIZES = (10_000, 100_000, 1_000_000)
OUT = Path(__file__).parent / "out" / "portal.json"


def main(sizes: list[int]) -> None:
    lines: list[Line] = []
    print(f"{'work':36}{'size':>10}{'value':>12} {'unit':13}{'bare':>12}{'ratio':>7}")
    for line in chain(_portal(sizes), chain.from_iterable(map(drafts, sizes))):
        lines.append(line)
        compared = f"{line.bare:12,.1f}{line.ratio:7.2f}" if line.bare is not None else ""
        print(f"{line.work:36}{line.size:>10,}{line.value:12,.1f} {line.unit:13}{compared}", flush=True)
    if len(sizes) > 1:
        print("\nHow the cost of a piece grows with the size, as its power: 0 is a straight line.")
        for work, exponent in _growth(lines):
            print(f"{work:36}{exponent:10.2f}")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n")


def _portal(sizes: list[int]) -> Iterator[Line]:
    with portal() as stand, stand.database() as db:
        for size in sizes:
            yield from measure(stand, db, size)
            for process, memory in stand.peak_memory().items():
                yield Line(f"peak memory of the {process}", size, memory, "MB")


def _growth(lines: list[Line]) -> Iterator[tuple[str, float]]:
    """The slope of the cost of a piece (a document, a byte, a call) over the size, both as logarithms."""
    costs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for line in lines:
        cost = line.value if line.unit in ("ms", "MB") else 1 / line.value
        costs[line.work].append((math.log(line.size), math.log(cost)))
    for work, points in costs.items():
        if len({size for size, _ in points}) > 1:
            yield work, statistics.linear_regression(*zip(*points, strict=True)).slope


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
