"""`python -m bench [SIZE …]`: measure, print a table, write bench/out/portal.json."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

from bench.portal import Line, measure
from bench.stand import portal

SIZES = (10_000, 100_000, 1_000_000)
OUT = Path(__file__).parent / "out" / "portal.json"


def main(sizes: list[int]) -> None:
    lines: list[Line] = []
    print(f"{'work':36}{'size':>10}{'value':>12} {'unit':13}{'bare':>12}{'ratio':>7}")
    with portal() as stand, stand.database() as db:
        for size in sizes:
            for line in measure(stand, db, size):
                lines.append(line)
                compared = f"{line.bare:12,.1f}{line.ratio:7.2f}" if line.bare is not None else ""
                print(f"{line.work:36}{line.size:>10,}{line.value:12,.1f} {line.unit:13}{compared}", flush=True)
        print(f"{'peak memory of the portal':36}{max(sizes):>10,}{stand.peak_memory():12,.1f} MB")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
