"""What a matching says: a row for each document of either side, and ways to take it along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Self

import duckdb
import pyarrow  # pyright: ignore[reportMissingTypeStubs]
from pyarrow import parquet  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.connect.errors import Unreadable
from gst_ims.connect.whole import new_file
from gst_ims.core.errors import Invalid
from gst_ims.core.money import Paise
from gst_ims.database.queries import load

outputs: Any = load(__file__, "outputs.sql", "duckdb")
_ARROW: Any = pyarrow
_FILES: Any = parquet

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

COLUMNS = (
    *("side", "id", "rtin", "stin", "section", "kind", "number", "document_date"),
    *("taxable", "igst", "cgst", "sgst", "cess", "bucket", "score", "rule", "partners", "reasons", "differences"),
)


class Sum(NamedTuple):
    """What is in one bucket of one side. Credit notes count below zero."""

    bucket: str
    side: str
    documents: int
    taxable: Paise
    tax: Paise


class Result:
    """The rows of one matching, in a DuckDB of their own; one for each document of either side.

    | column | what it is |
    |---|---|
    | `side` | `portal` or `books` |
    | `id` | the document's id, as text |
    | `rtin`, `stin`, `section`, `number`, `document_date` | what names it; `stin` is empty for goods from abroad |
    | `kind` | `invoice`, `credit`, `debit`, `import`, `isd`, `isd credit`; null if `section` isn't one |
    | `taxable`, `igst`, `cgst`, `sgst`, `cess` | paise, positive for credit notes too |
    | `bucket` | one of `BUCKETS` |
    | `score` | 0 to 100; without a partner, how sure it is that there is none |
    | `rule` | the respect in which the pair is weakest, such as `number mistyped`; `exact` if there is none |
    | `partners` | list of `id`, `stin`, `section`, `number`, `document_date` of the other side |
    | `reasons` | list of sentences |
    | `differences` | list of `field`, `portal` and `books` (texts), `difference` (books less portal: paise or days) |
    """

    def __init__(self, db: duckdb.DuckDBPyConnection) -> None:
        """`db` has the rows as `result`."""
        self._db = db
        self._db.execute(outputs.helpers.sql)

    @classmethod
    def read(cls, path: Path) -> Self:
        """What was written as .parquet. Raises Unreadable where it is something else."""
        try:
            rows = _FILES.read_table(path)
        except (_ARROW.lib.ArrowException, OSError) as error:
            raise Unreadable(f"{path} can't be read as a result in .parquet: {str(error).rstrip('.')}.") from error
        if rows.schema.names != list(COLUMNS):
            raise Unreadable(f"{path} isn't a result of matching: give one that `ims match --out` wrote as .parquet.")
        db = duckdb.connect()
        db.register("kept", rows)
        db.execute("create table result as from kept")
        db.unregister("kept")
        return cls(db)

    @property
    def relation(self) -> duckdb.DuckDBPyRelation:
        """The rows, for anything that DuckDB can do."""
        return self._db.view("result")

    def table(self) -> Any:
        """The rows as an Arrow table, in no particular order."""
        return self.relation.to_arrow_table()

    def rows(self) -> list[dict[str, Any]]:
        """The rows as Python has them, the surest pairs last: a worklist."""
        return self._dicts(outputs.worklist.sql)

    def worst(self, count: int) -> list[dict[str, Any]]:
        """The first `count` of what is to be looked at: those whose decision moves most tax, which is `at_stake`."""
        return self._dicts(outputs.worst.sql, [count])

    def buckets(self) -> dict[tuple[str, str], int]:
        """Documents by side and bucket."""
        return {(side, bucket): n for side, bucket, n in self._db.execute(outputs.buckets.sql).fetchall()}

    def sums(self) -> list[Sum]:
        """What is in each bucket that has documents, the worklist first."""
        return [Sum(*row) for row in self._db.execute(outputs.sums.sql).fetchall()]

    def totals(self) -> list[Sum]:
        """The same of all buckets together, by side."""
        return [Sum("all", *row) for row in self._db.execute(outputs.totals.sql).fetchall()]

    def lines(self, bucket: str) -> Iterator[dict[str, Any]]:
        """One bucket as people compare: a line for each pair, with the amounts of each document once."""
        cursor = self._db.cursor()
        cursor.execute(outputs.lines.sql, {"bucket": bucket})
        names = [column[0] for column in cursor.description or ()]
        while rows := cursor.fetchmany(10_000):
            yield from (dict(zip(names, row, strict=True)) for row in rows)

    def write(self, path: Path) -> None:
        """Write the rows as the ending of `path` says: .parquet, .json (a list of objects), or .xlsx (a worklist).

        Raises Invalid for another ending, AlreadyThere, Unwritable; the file is there whole or not at all.
        """
        kind = path.suffix.lower()
        statements = {".parquet": outputs.parquet, ".json": outputs.json, ".xlsx": None}
        if kind not in statements:
            raise Invalid(f"{path.name!r} ends with {path.suffix!r}: use .parquet, .xlsx or .json.")
        with new_file(path) as part:
            if statement := statements[kind]:
                try:
                    self._db.execute(statement.sql.format(path=str(part).replace("'", "''"))).fetchall()
                except duckdb.IOException as error:
                    # The reason is its last words, in JSON or not.
                    raise OSError(str(error).partition('","errno"')[0].rpartition(": ")[2]) from error
            else:
                # It imports this module.
                from gst_ims.desk.match.workbook import write

                write(part, self)

    def absent(self, named: Any) -> list[dict[str, Any]]:
        """Of a table of identities (`side`, `rtin`, `stin`, `section`, `number`, `document_date`) those it hasn't."""
        self._db.register("named", named)
        try:
            return self._dicts(outputs.absent.sql)
        finally:
            self._db.unregister("named")

    def _dicts(self, statement: str, values: Any = None) -> list[dict[str, Any]]:
        cursor = self._db.execute(statement, values)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
