"""Bringing a sheet into DuckDB: its cells as they stand, the fields of its mapping, and what their texts mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, cast

import pyarrow  # pyright: ignore[reportMissingTypeStubs]
from duckdb import DuckDBPyConnection

from gst_ims.desk.register import values
from gst_ims.desk.register.mapping import Mapping
from gst_ims.desk.register.sources import Numbered, Range, Sheet
from gst_ims.desk.register.values import DateOrder, Meaning
from gst_ims.desk.register.words import AMOUNTS, TEXTS, field_of, words

#: How many rows are held as Python objects at a time.
BATCH = 8_192
#: Of blank rows that follow one another so many are looked at.
GAP = 100
_DATES = ("document_date", "voucher_date", "original_date")
# Dates with a time, and serial numbers with a part of a day, are as many different texts as there are rows.
_WHOLE_DAY = r"regexp_replace({}, '^(\d{{4}}-\d{{2}}-\d{{2}})T.*$|^(\d{{5}})\.\d+$', '\1\2')"
_ARROW: Any = pyarrow


def stage(db: DuckDBPyConnection, sheet: Sheet, above: int, mapping: Mapping) -> int:
    """Fill `cells` from the rows of a sheet below its headings. Returns how many blank ones are left out."""
    width = len(mapping.headings)
    schema = _ARROW.schema([("row", _ARROW.int64()), *((f"c{at}", _ARROW.string()) for at in range(width + 1))])
    rows = islice(sheet.rows(), above, None)
    gaps = _Gaps()
    batches = _batches(gaps.closed(_filled(rows, sheet.merged, mapping)), width, schema)
    db.register("staged", _ARROW.RecordBatchReader.from_batches(schema, batches))
    db.execute("create or replace temp table raw as select * from staged")
    db.unregister("staged")
    # Of all parts of the purchase together: of one tax a month may have more credit notes than invoices.
    parts = _side(db, [at for field in AMOUNTS if field != "value" for at in mapping.columns(field)], "dr")
    sides = dict.fromkeys(AMOUNTS, parts) | {"value": _side(db, mapping.columns("value"), "cr")}
    db.execute(f"create or replace temp table cells as {_cells(mapping, sides)}")
    db.execute("drop table raw")
    return gaps.left_out


class _Gaps:
    """A sheet may have a million rows with nothing but a format, each as dear as a document: a gap is cut to `GAP`."""

    def __init__(self) -> None:
        self.left_out = 0

    def closed(self, rows: Iterable[Numbered]) -> Iterator[Numbered]:
        blank = 0
        for number, cells in rows:
            blank = 0 if any(cells) else blank + 1
            if blank <= GAP:
                yield number, cells
            else:
                self.left_out += 1


def _batches(rows: Iterator[Numbered], width: int, schema: Any) -> Iterator[Any]:
    while batch := list(islice(rows, BATCH)):
        numbers = [number for number, _ in batch]
        even = [
            [*cells, ""]
            if len(cells) == width
            else [*cells[:width], *[""] * (width - len(cells)), _rest(cells[width:])]
            for _, cells in batch
        ]
        arrays = [_ARROW.array(numbers, _ARROW.int64())]
        arrays += [_ARROW.array(column, _ARROW.string()) for column in zip(*even, strict=True)]
        yield _ARROW.RecordBatch.from_arrays(arrays, schema=schema)


def _rest(cells: Sequence[str]) -> str:
    return " ".join(filter(None, map(str.strip, cells)))


def _filled(rows: Iterable[Numbered], merged: Sequence[Range], mapping: Mapping) -> Iterator[Numbered]:
    """The rows, where a cell that is merged downwards names the document in each row that it covers."""
    amounts = {column for field in AMOUNTS for column in mapping.columns(field)}
    covered: dict[int, list[tuple[int, int]]] = {}
    for (first, left), (last, _) in merged:
        if last > first and left not in amounts:
            for row in range(first + 1, last + 1):
                covered.setdefault(row + 1, []).append((first + 1, left))
    tops: dict[tuple[int, int], str] = {}
    wanted: dict[int, set[int]] = {}
    for top, column in {place for places in covered.values() for place in places}:
        wanted.setdefault(top, set()).add(column)
    for number, cells in rows:
        for top, column in covered.get(number, ()):
            if column < len(cells) and not cells[column]:
                cells[column] = tops.get((top, column), "")
        for column in wanted.get(number, ()):
            tops[number, column] = cells[column] if column < len(cells) else ""
        yield number, cells


def _cells(mapping: Mapping, sides: dict[str, str]) -> str:
    """The query of `cells` over `raw`. Only places of columns go into it, no word of a file.

    It goes step by step, so that nothing is computed twice of a cell, nor planned twice.
    """
    places = list({at: sides[field] for field in AMOUNTS for at in mapping.columns(field)}.items())
    steps = [
        [f"{_cell(at)} as c{at}" for at in range(len(mapping.headings) + 1)],
        [f"bare(c{at}) as b{at}" for at, _ in places],
        [f"digits(b{at}) as d{at}" for at, _ in places],
        [f"exact(b{at}, d{at}, '{side}') as x{at}" for at, side in places],
        [f"amount_of(c{at}, x{at}) as a{at}" for at, _ in places],
    ]
    query = f"(select row, {', '.join(steps[0])} from raw)"  # noqa: S608
    for step in steps[1:]:
        query = f"(select {', '.join(['*', *step])} from {query})"  # noqa: S608
    return f"select {', '.join(_selected(mapping))} from {query}"  # noqa: S608


def _selected(mapping: Mapping) -> Iterator[str]:
    """The columns of `cells`, over those of the last step."""
    width = len(mapping.headings)
    amounts = {column for field in AMOUNTS for column in mapping.columns(field)}
    said = [at for at, heading in enumerate(mapping.headings) if (field_of(heading) or ("",))[0] != "serial"]
    yield "row"
    yield f"coalesce({_listed('c', range(width + 1))}) is null as blank"
    yield f"concat_ws(chr(10), {_listed('c', [at for at in range(width) if at not in amounts])}) as said"
    yield f"hash({_listed('c', said)}) as line"
    yield f"c{width} as extra"
    for field in TEXTS:
        filled = f"coalesce({_listed('c', mapping.columns(field))})"
        yield f"cast({_WHOLE_DAY.format(filled) if field in _DATES else filled} as varchar) as {field}"
    for field in AMOUNTS:
        columns = mapping.columns(field)
        # Null where none of them is an amount.
        added = " + ".join(f"coalesce(a{at}, 0)" for at in columns) or "null"
        yield f"cast(case when coalesce({_listed('a', columns)}) is not null then {added} end as bigint) as {field}"
        yield f"cast([{', '.join(f'c{at}' for at in columns)}] as varchar[]) as {field}_cells"
        yield f"{_first(f'c{at} is not null and a{at} is null' for at in columns)} as {field}_unread"
        yield f"{_first(f'is_uneven(x{at})' for at in columns)} as {field}_uneven"


def _listed(letter: str, columns: Iterable[int]) -> str:
    return ", ".join([*(f"{letter}{at}" for at in columns), "null"])


def _first(conditions: Iterable[str]) -> str:
    """The place of the first condition that holds, from 1; 0 where none does."""
    whens = " ".join(f"when {condition} then {place}" for place, condition in enumerate(conditions, 1))
    return f"case {whens} else 0 end" if whens else "0"


def _cell(at: int) -> str:
    return f"nullif(trim(c{at}, chr(160) || chr(9) || chr(10) || chr(13) || ' '), '')"


def tell(db: DuckDBPyConnection, sheet: Sheet, mapping: Mapping, section: str, owner: str | None, file: str) -> None:
    """Set the variables that the statements need of the sheet."""
    told: dict[str, Any] = {
        "sheet_file": file,
        "sheet_name": sheet.name,
        "sheet_section": section,
        "owner": owner,
        # In any of its cells: DuckDB's own option doesn't make ^ that.
        "totals": f"(?m){words().totals}",
        "tax": tax_from(mapping),
    }
    for field in TEXTS:
        columns = mapping.columns(field)
        told[f"heading_{field}"] = mapping.heading(columns[0]) if columns else None
    for field in AMOUNTS:
        told[f"headings_{field}"] = [mapping.heading(column) for column in mapping.columns(field)]
    for name, value in told.items():
        db.execute(f"set variable {name} = ?", [value])
    db.execute("create or replace temp table amount_field (field varchar, headings varchar)")
    for field in AMOUNTS:
        if mapping.columns(field):
            db.execute("insert into amount_field values (?, ?)", [field, " + ".join(told[f"headings_{field}"])])


def tax_from(mapping: Mapping) -> str:
    """What says the tax: a column for each head, one for all, or the rate; nothing of it where none does."""
    if any(mapping.columns(head) for head in ("igst", "cgst", "sgst")):
        return "heads"
    return next((field for field in ("gst", "rate") if mapping.columns(field)), "")


def _side(db: DuckDBPyConnection, columns: Sequence[int], usual: str) -> str:
    """The side of the ledger on which most of these columns stands: what is on the other is below zero."""
    counts = [
        f"count(*) filter (c{at} ilike '%{side}' or c{at} ilike '%{side}.')" for side in ("dr", "cr") for at in columns
    ]
    if not counts:
        return usual
    found = cast("tuple[int, ...]", db.execute(f"select {', '.join(counts)} from raw").fetchone())  # noqa: S608
    left, right = sum(found[: len(columns)]), sum(found[len(columns) :])
    return "dr" if left > right else "cr" if right > left else usual


def mean(db: DuckDBPyConnection, sheet: Sheet, mapping: Mapping) -> list[str]:
    """Fill `meaning`: each text of a field is read once. Returns what is to be said about the dates of the sheet."""
    said: list[str] = []
    for field, reader in values.READERS.items():
        if mapping.columns(field):
            _read(db, field, reader)
    for field in _DATES:
        if mapping.columns(field):
            order, remark = _order(db, field, mapping)
            said += [f"{mapping.heading(mapping.columns(field)[0])}: {remark}"] if remark else []
            _read(db, field, lambda text, order=order: values.day(text, order, since_1904=sheet.since_1904))
    return said


def _texts(db: DuckDBPyConnection, field: str) -> Iterator[list[tuple[str, int]]]:
    """The different texts of a field, and how often each stands there, in parts."""
    relation = db.sql(
        f"select {field}, count(*) from cells where {field} is not null group by {field}"  # noqa: S608
    ).to_arrow_reader(BATCH)
    for batch in relation:
        yield list(zip(*(column.to_pylist() for column in batch.columns), strict=True))


def _read(db: DuckDBPyConnection, field: str, reader: Callable[[str], Meaning]) -> None:
    def batches() -> Iterator[Any]:
        for texts in _texts(db, field):
            meanings = [reader(text) for text, _ in texts]
            columns = [[field] * len(texts), [text for text, _ in texts], *map(list, zip(*meanings, strict=True))]
            yield _ARROW.RecordBatch.from_arrays([_ARROW.array(it, _ARROW.string()) for it in columns], names=_NAMES)

    for batch in list(batches()):
        db.register("read", _ARROW.Table.from_batches([batch]))
        db.execute("insert into meaning select * from read")
        db.unregister("read")


_NAMES = ["field", "cell", "value", "reason", "note"]


def _order(db: DuckDBPyConnection, field: str, mapping: Mapping) -> tuple[DateOrder, str | None]:
    """In which order the dates of a column are written, by all of its rows, and what is to be said about that."""
    seen = dict.fromkeys(DateOrder, 0)
    unclear = early = late = 0
    for texts in _texts(db, field):
        for text, times in texts:
            order = values.order_of(text)
            if order is not None:
                seen[order] += times
            unclear += times if values.is_open(text) else 0
            if found := re.fullmatch(r"\d{4}-\d{2}-(\d{2})", text):
                early, late = early + (int(found[1]) <= 12), late + (int(found[1]) > 12)
    days, months = seen[DateOrder.DAY], seen[DateOrder.MONTH]
    if mapping.date_order is not None:
        return mapping.date_order, None
    order = DateOrder.MONTH if months > days else DateOrder.DAY
    if days and months:
        return order, (
            f"dates are written in both orders ({days} day first, {months} month first): read as {order}. Write "
            "them as 2025-10-31, or say which comes first."
        )
    if unclear and not days and not months:
        return order, (
            f"each date could be day first or month first: read as {order}. If it isn't, write them as 2025-10-31, or "
            "say which comes first."
        )
    if days and not unclear and early >= 10 and not late:
        return order, (
            "cells that are dates have days up to 12 only, those that are text have later ones only: Excel seems to "
            "have taken day for month. Export the register anew, and import the dates as text."
        )
    return order, None


def insert(db: DuckDBPyConnection, table: str, columns: Sequence[str], rows: Sequence[dict[str, Any]]) -> None:
    """Add rows to a table, whose columns are these in this order."""
    if not rows:
        return
    arrays = {name: _ARROW.array([_bare(row[name]) for row in rows]) for name in columns}
    db.register("added", _ARROW.table(arrays))
    db.execute(f"insert into {table} select * from added")  # noqa: S608
    db.unregister("added")


def _bare(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value
