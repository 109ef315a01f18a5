"""What is to be doubted of a whole sheet: amounts that no register has tell of columns that are taken wrongly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

from duckdb import DuckDBPyConnection

from gst_ims.database.queries import load
from gst_ims.desk.register.mapping import Mapping
from gst_ims.desk.register.staging import tax_from
from gst_ims.desk.register.words import words

#: Of how many rows, in a hundred, something must be odd.
_SOME = 10
_queries: Any = load(__file__, driver="duckdb", name="doubts.sql")


def doubts(db: DuckDBPyConnection, mapping: Mapping) -> list[str]:
    """What is odd about the tax of the sheet that is staged, in sentences; nothing where no column has a head of it."""
    if tax_from(mapping) != "heads":
        return []
    highest = max(map(Decimal, words().rates))
    found = db.execute(_queries.count_odd.sql, {"highest": int(highest)}).fetchone()
    rows, taxed, odd = cast("tuple[int, int, int]", found)
    if rows and not taxed:
        return ["No row has tax. If its cells are formulas, their results are lacking: open it in Excel, save it anew."]
    if 100 * odd > _SOME * rows:
        return [f"In {odd} of {rows} rows the tax is above {highest:f}% of the taxable: see which column is which."]
    return []
