"""`python -m bench.desk [SIZE …]`: the desk's set work, its grid, its pages; writes bench/out/desk.json."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import chain
from pathlib import Path

from bench.grid import grid
from bench.line import Line
from bench.policy import policy

OUT = Path(__file__).parent / "out" / "desk.json"
SIZES = (10_000, 100_000, 1_000_000)


def main(sizes: list[int]) -> None:
    lines: list[Line] = []
    print(f"{'work':36}{'size':>10}{'value':>14} {'unit':13}{'bare':>14}{'ratio':>8}")
    for line in chain(chain.from_iterable(map(policy, sizes)), chain.from_iterable(map(grid, sizes))):
        lines.append(line)
        compared = f"{line.bare:14,.1f}{line.ratio:8.4f}" if line.bare is not None else ""
        print(f"{line.work:36}{line.size:>10,}{line.value:14,.1f} {line.unit:13}{compared}", flush=True)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
