"""A report as a workbook: for people to read, sort, filter, and decide in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from gst_ims.connect.whole import new_file
from gst_ims.connect.workbook import REDUCTIONS
from gst_ims.core.clock import IST
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.report.service import About, Report, open_report
from gst_ims.desk.report.sheets import Sheets, new_workbook
from gst_ims.desk.report.tables import SHEETS, SUMMARY, WORKLIST

#: What can be decided in the worklist; an empty cell decides nothing.
DECISIONS = ("Accept", "Reject", "Pending")


def write_workbook(desk: Desk, by: Person, gstin: Gstin, path: Path, period: Period | None = None) -> dict[str, int]:
    """Write a report into a new workbook, a sheet for each table. Returns how many rows each has.

    What is more than a sheet holds goes on in another one. Raises NotAllowed, AlreadyThere, Unwritable: the file is
    there whole or not at all.
    """
    counts: dict[str, int] = {}
    with (
        open_report(desk, by, gstin, period) as report,
        new_file(path) as part,
        new_workbook(str(part), f"GST-IMS {gstin} {report.about.period}", by.name) as write,
    ):
        counts |= _summary(write, report)
        for table in SHEETS:
            counts[table.name] = write.add(table, report.rows(table), _offer if table is WORKLIST else None)
    return counts


def _summary(write: Sheets, report: Report) -> dict[str, int]:
    """The first sheet: what the report was made of, and sums below one another."""
    counts: dict[str, int] = {}
    sheet = write.book.add_worksheet("Summary")
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 5, 20)
    line = 0
    for line, (words, value) in enumerate(_head(report.about)):
        sheet.write_string(line, 0, words, write.format(bold=True))
        sheet.write_string(line, 1, value)
    for table in SUMMARY:
        line += 2
        sheet.write_string(line, 0, table.title, write.format(bold=True, font_size=12))
        line += 1
        write.headings(sheet, table, line)
        first = line + 1
        for row in report.rows(table):
            line += 1
            write.row(sheet, table, line, row)
        counts[table.name] = line + 1 - first
    return counts


def _offer(sheet: Any, last: int) -> None:
    """The words that can be written where people decide."""
    headings = [column.heading for column in WORKLIST.columns]
    for heading, words in (("Decision", DECISIONS), ("Reduce credit", REDUCTIONS)):
        place = headings.index(heading)
        sheet.data_validation(1, place, last, place, {"validate": "list", "source": list(words), "ignore_blank": True})


def _head(about: About) -> Iterable[tuple[str, str]]:
    def at(moment: datetime | None) -> str:
        return "" if moment is None else f" of {moment.astimezone(IST):%d-%m-%Y %H:%M}"

    def day(it: date) -> str:
        return f"{it:%d-%m-%Y}"

    return (
        ("Taxpayer", about.gstin),
        ("Name", about.name),
        ("Tax period", str(about.period)),
        ("Made", f"{about.made_at.astimezone(IST):%d-%m-%Y %H:%M} by {about.made_by}"),
        ("Reading of the portal", f"{about.reading or 'none'}{at(about.read_at)}"),
        ("Matching", f"{about.matching or 'none'}{at(about.matched_at)}"),
        ("Books", about.books or "none"),
        ("Policy", about.policy or "none"),
        ("Decisions and audit", f"{day(about.begins)} to {day(about.ends)}"),
    )
