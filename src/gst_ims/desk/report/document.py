"""The figures of a report for programs: one JSON document, written row by row."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gst_ims.connect.whole import new_file
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import rupees
from gst_ims.core.period import Period
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.report.service import About, Report, open_report
from gst_ims.desk.report.tables import SHEETS, SUMMARY, Kind, Table

_encode = msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode


def figures(desk: Desk, by: Person, gstin: Gstin, period: Period | None = None) -> dict[str, Any]:
    """All tables of a report by their names, as lists of rows by column, and `about`: what it was made of.

    Amounts are Decimal rupees with two decimals, periods MMYYYY. Raises NotAllowed, Unknown.
    """
    with open_report(desk, by, gstin, period) as report:
        return {"about": _about(report.about), **{it.name: list(_rows(report, it)) for it in (*SUMMARY, *SHEETS)}}


def write_json(desk: Desk, by: Person, gstin: Gstin, path: Path, period: Period | None = None) -> dict[str, int]:
    """Write the figures into a new file, one row a line, as JSON with exact amounts. Returns how many rows each has.

    Raises NotAllowed, AlreadyThere, Unwritable: the file is there whole or not at all.
    """
    counts: dict[str, int] = {}
    with open_report(desk, by, gstin, period) as report, new_file(path) as part, part.open("wb") as file:
        file.write(b'{"about": ' + _encode(_about(report.about)))
        for table in (*SUMMARY, *SHEETS):
            file.write(b",\n" + _encode(table.name) + b": [")
            count = 0
            for count, row in enumerate(_rows(report, table), 1):
                file.write((b"\n" if count == 1 else b",\n") + _encode(row))
            file.write(b"]")
            counts[table.name] = count
        file.write(b"}\n")
    return counts


def _about(about: About) -> dict[str, Any]:
    return {**dataclasses.asdict(about), "period": str(about.period), "gstin": str(about.gstin)}


def _rows(report: Report, table: Table) -> Iterator[dict[str, Any]]:
    kept = [(place, it) for place, it in enumerate(table.columns) if it.kind is not Kind.FREE]
    for row in report.rows(table):
        yield {it.name: _plain(it.kind, row[place]) for place, it in kept}


def _plain(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    if kind is Kind.MONEY:
        return rupees(value)
    return str(Period.of(value)) if kind is Kind.PERIOD else value
