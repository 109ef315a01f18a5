"""What a matching says: a row for each document of either side, and ways to take it along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from gst_ims.core.errors import Invalid
from gst_ims.core.money import rupees
from gst_ims.database.queries import load

outputs: Any = load(__file__, "outputs.sql", "duckdb")

BUCKETS = (
    "matched",
    "within tolerance",
    "mismatch",
    "probable",
    "missing in books",
    "missing in portal",
    "duplicate",
    "not comparable",
)
"""From what needs no look to what can't be looked at."""

_MONEY = ("taxable", "igst", "cgst", "sgst", "cess")
_IDENTITY = ("side", "rtin", "stin", "section", "number", "document_date")
_COLUMNS = (*_IDENTITY, *_MONEY, "bucket", "score", "rule", "partner", "reasons", "differences")


class Result:
    """The rows of one matching, in a DuckDB of their own: `side`, `id`, the document's identity and amounts (paise),
    `bucket`, `score` (0 to 100), `rule`, `partners` (identities), `reasons` (sentences), and `differences` (field, what
    the portal and what the books have, and books less portal, in paise or days, where it can be counted).
    """

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        """`db` has the rows in a table `result`."""
        self._db = db

    @property
    def relation(self) -> duckdb.DuckDBPyRelation:
        """The rows, for anything that DuckDB can do."""
        return self._db.table("result")

    def rows(self) -> list[dict[str, Any]]:
        """The rows as Python has them, the surest pairs last: a worklist."""
        cursor = self._db.execute(outputs.worklist.sql)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def buckets(self) -> dict[tuple[str, str], int]:
        """Documents by side and bucket."""
        return {(side, bucket): n for side, bucket, n in self._db.execute(outputs.buckets.sql).fetchall()}

    def write(self, path: Path) -> None:
        """Write the rows as the ending of `path` says: .parquet, .json (a list of objects) or .xlsx (in rupees).

        Raises Invalid for another ending.
        """
        if path.suffix == ".xlsx":
            _workbook(path, self.rows(), self.buckets())
        elif path.suffix in (".parquet", ".json"):
            statement = outputs.parquet if path.suffix == ".parquet" else outputs.json
            self._db.execute(statement.sql.format(path=str(path).replace("'", "''"))).fetchall()
        else:
            raise Invalid(f"{path.name!r} ends with {path.suffix!r}: use .parquet, .xlsx or .json.")


def _workbook(path: Path, rows: list[dict[str, Any]], counts: dict[tuple[str, str], int]) -> None:
    """A sheet for each bucket that has rows, and one with the totals. Texts are written as texts, never as formulas."""
    # Only for those who want a workbook.
    import xlsxwriter  # pyright: ignore[reportMissingTypeStubs]

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book: Any = xlsxwriter.Workbook(path, options)
    with book:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd-mm-yyyy"})
        money = book.add_format({"num_format": "#,##0.00"})
        total = book.add_worksheet("Total")
        total.write_row(0, 0, ("bucket", "portal", "books"), bold)
        for line, bucket in enumerate(BUCKETS, 1):
            total.write_row(line, 0, (bucket, *(counts.get((side, bucket), 0) for side in ("portal", "books"))))
        for bucket in BUCKETS:
            mine = [row for row in rows if row["bucket"] == bucket]
            if mine:
                sheet = book.add_worksheet(bucket)
                sheet.freeze_panes(1, 0)
                sheet.write_row(0, 0, _COLUMNS, bold)
                for line, row in enumerate(mine, 1):
                    for place, name in enumerate(_COLUMNS):
                        if name in _MONEY:
                            sheet.write_number(line, place, rupees(row[name]), money)
                        elif name == "document_date" and row[name]:
                            sheet.write_datetime(line, place, row[name], day)
                        else:
                            sheet.write(line, place, _cell(row, name))


def _cell(row: dict[str, Any], name: str) -> str | int:
    """What a cell says of a value that isn't an amount or a date."""
    if name == "partner":
        return "; ".join(f"{p['number']} of {p['document_date']:%d-%m-%Y}" for p in row["partners"])
    if name == "reasons":
        return " ".join(row[name])
    if name == "differences":
        return "; ".join(f"{d['field']}: {d['portal']} / {d['books']}" for d in row[name])
    return row[name] if row[name] is not None else ""
