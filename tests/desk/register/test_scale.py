"""A large register streams through: what is held in memory doesn't grow with it."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

from tests.desk.register.made import HEADINGS, RTIN, row, supplier

ROWS = 200_000
# Beyond what an empty run takes, in bytes, with 256 MB for DuckDB.
MOST = 450_000_000

_RUN = """
import json, resource, sys
from pathlib import Path
from gst_ims.desk.register import read
from gst_ims.desk.register import register
register.MEMORY = "256MB"
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
with read([Path(sys.argv[1])], sys.argv[2]) as books:
    totals = {it.field: (it.documents, it.agrees) for it in books.totals}
    rows = dict(books.rows)
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([(after - before) * 1024, totals, rows]))
"""


def test_two_hundred_thousand_rows_are_read_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "books.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for at in range(ROWS):
            # Every second document has two rates, with its value on both rows.
            first = at // 3 * 3
            number = f"INV/{first}" if at - first < 2 else f"INV/{at}"
            value = "2360.00" if at - first < 2 and first + 1 < ROWS else "1180.00"
            writer.writerow(row(number, stin=supplier(first // 10), value=value, rate="18"))
    done = subprocess.run([sys.executable, "-c", _RUN, str(path), RTIN], capture_output=True, text=True, check=True)
    grown, totals, rows = json.loads(done.stdout)
    assert rows == {"heading": 1, "document": ROWS}
    assert totals["taxable"] == [ROWS * 100000, True]
    assert totals["igst"] == [ROWS * 18000, True]
    assert totals["value"] == [ROWS * 118000, True]
    assert grown < MOST
