"""`python -m bench.match [SIZE …]`: matching, beside a bare join and beside Splink; writes bench/out/match.json."""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow.parquet as parquet

from bench.line import Line
from gst_ims.desk.match import Settings, match
from gst_ims.desk.match.engine import Run
from gst_ims.synthetic.ledgers import Ledgers, Links, ledgers, score

HERE = Path(__file__).parent
OUT = HERE / "out" / "match.json"
SIZES = (10_000, 100_000, 1_000_000)
HEAVY = 20_000
SEED = 7_001  # and the ones after it; calibration has its own
THREADS = os.cpu_count() or 1
SPLINK = "splink==5.0.0"
JOIN = """
create table found as
select p.id as portal, b.id as books
  from portal p join books b using (rtin, stin, section, number, document_date, taxable, igst, cgst, sgst, cess)
"""


def main(sizes: list[int]) -> None:
    lines: list[Line] = []
    print(f"{'work':50}{'size':>10}{'value':>12} {'unit':16}{'bare':>12}{'ratio':>7}")
    with tempfile.TemporaryDirectory() as folder:
        for line in measure(sizes, Path(folder)):
            lines.append(line)
            compared = f"{line.bare:12,.1f}{line.ratio:7.2f}" if line.bare is not None else ""
            print(f"{line.work:50}{line.size:>10,}{line.value:12,.2f} {line.unit:16}{compared}", flush=True)
    every = [line for line in lines if line.work == "all tiers"]
    if len(every) > 1:
        points = [(math.log(line.size), -math.log(line.value)) for line in every]
        slope = statistics.linear_regression(*zip(*points, strict=True)).slope
        print(f"\nThe cost of a document grows with the size by the power {slope:.2f}: 0 is a straight line.")
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(json.dumps([asdict(line) for line in lines], indent=1) + "\n")


def measure(sizes: list[int], folder: Path) -> Iterator[Line]:
    """Growth and accuracy at each size; at the largest, the bare join and Splink; then one heavy supplier."""
    for place, size in enumerate(sizes):
        truth = ledgers(size, SEED + place)
        files = _written(truth, folder)
        seconds, busy, memory, links = _apart(_match, files)
        yield Line("all tiers", size, size / seconds, "documents/s")
        yield Line("all tiers, processor time", size, size / busy, "documents/s")
        yield Line("peak memory", size, memory, "MB")
        yield from accuracy("", size, truth, links)
    bare, certain = (sorted(_apart(work, files)[:2] for _ in range(3))[1] for work in (_join, _certain))
    yield from _both("certain tiers, beside a bare join", size, certain, bare)
    *its, its_memory, its_links = splink(files, folder)
    yield from _both("all tiers, beside Splink", size, (seconds, busy), (its[0], its[1]))
    yield Line("Splink: peak memory", size, its_memory, "MB")
    yield from accuracy("Splink: ", size, truth, its_links)
    even = _apart(_match, _written(ledgers(HEAVY, SEED + 8), folder))[:2]
    truth = ledgers(HEAVY, SEED + 9, heavy=HEAVY)
    *heavy, _, links = _apart(_match, _written(truth, folder))
    yield from _both("one supplier, beside even ones", HEAVY, (heavy[0], heavy[1]), even)
    yield from accuracy("one supplier: ", HEAVY, truth, links)


def _both(work: str, size: int, mine: tuple[float, float], its: tuple[float, float]) -> Iterator[Line]:
    """By the clock, and by the time of the processors, in which others that use the machine don't count."""
    for name, ours, theirs in zip((work, f"{work}, processor time"), mine, its, strict=True):
        yield Line(name, size, size / ours, "documents/s", size / theirs, theirs / ours)


def accuracy(whose: str, size: int, truth: Ledgers, links: Links) -> Iterator[Line]:
    result = score(truth, links)
    yield Line(f"{whose}true pairs found", size, 100 * result.recall, "%")
    yield Line(f"{whose}pairs that are right", size, 100 * result.precision, "%")
    wrong = 10_000 * result.wrong_accepts / max(result.accepted, 1)
    yield Line(f"{whose}wrong pairs accepted", size, wrong, "in 10,000")
    for name in ("number_typo", "gstin_typo", "split", "merged", "regrouped"):
        if name in result.classes:
            yield Line(f"{whose}{name.replace('_', ' ')} found", size, 100 * result.classes[name].recall, "%")


Files = tuple[Path, Path]


def _written(truth: Ledgers, folder: Path) -> Files:
    files = (folder / "portal.parquet", folder / "books.parquet")
    for table, path in zip((truth.portal, truth.books), files, strict=True):
        parquet.write_table(table, path)
    return files


def _apart(work: Callable[[Any, Any], tuple[float, Any]], files: Files) -> tuple[float, float, float, Any]:
    """Seconds, those of the processors, peak megabytes and outcome of a work on the files, in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (work, files))


def _measured(work: Callable[[Any, Any], tuple[float, Any]], files: Files) -> tuple[float, float, float, Any]:
    tables = [parquet.read_table(path) for path in files]
    before = time.process_time()
    seconds, outcome = work(*tables)
    busy, memory = time.process_time() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return seconds, busy, memory, outcome


def _match(portal: Any, books: Any) -> tuple[float, Links]:
    began = time.perf_counter()
    result = match(portal, books, Settings(threads=THREADS))
    # All that is said of each document too, much of which is put into words only when it is asked for.
    result.relation.aggregate("bit_xor(hash(columns(*)))").fetchall()
    seconds = time.perf_counter() - began
    found = result.relation.filter("side = 'portal'")
    found = found.project("id::bigint as portal, unnest(partners).id::bigint as books, bucket").fetchnumpy()
    return seconds, Links(found["portal"], found["books"], np.asarray(found["bucket"], dtype=object))


def _certain(portal: Any, books: Any) -> tuple[float, None]:
    began = time.perf_counter()
    run = Run(Settings(threads=THREADS))
    run.read(portal, books)
    run.decide([])
    run.certain()
    return time.perf_counter() - began, None


def _join(portal: Any, books: Any) -> tuple[float, None]:
    """What DuckDB needs for one join on everything, the tables read as matching reads them."""
    began = time.perf_counter()
    with duckdb.connect(config={"threads": THREADS}) as db:
        db.execute("set enable_progress_bar = false")
        db.register("_portal", portal)
        db.register("_books", books)
        db.execute("create table portal as from _portal")
        db.execute("create table books as from _books")
        db.execute(JOIN)
    return time.perf_counter() - began, None


def splink(files: Files, folder: Path) -> tuple[float, float, float, Links]:
    """Splink on the same files, in an environment that is made for it once."""
    environment = HERE / "out" / "splink"
    python = environment / "bin" / "python"
    uv = Path(sys.executable).with_name("uv")
    if not python.exists():
        subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, environment], check=True)
        pinned = [f"duckdb=={duckdb.__version__}", SPLINK]
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *pinned], check=True)
    out = folder / "splink.parquet"
    command = [python, HERE / "splink_match.py", *files, out, str(THREADS)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    took = json.loads(done.stdout.splitlines()[-1])
    found = parquet.read_table(out)
    portal, books = (found[name].to_numpy() for name in ("portal", "books"))
    return (
        took["seconds"],
        took["busy"],
        took["megabytes"],
        Links(portal, books, np.full(len(portal), "matched", dtype=object)),
    )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or list(SIZES))
