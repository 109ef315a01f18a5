"""What people decided in a workbook becomes decisions at the desk: all of it, or nothing unless they say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from gst_ims.client.record import Decision, Record
from gst_ims.connect.offline import cells
from gst_ims.connect.offline.reading import Problem
from gst_ims.connect.workbook import COLUMNS, WrongCell
from gst_ims.core.document import print_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.database.connection import Connection
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.report.edited import Edited, Read
from gst_ims.desk.report.lines import queries
from gst_ims.desk.review.service import Decided, Wish, columns_of, decide, decision_of, reduce_of, said


@dataclass(frozen=True)
class FromWorkbook:
    """What became of a workbook.

    `kept` says whether `decided` stands, or is only what would be. `already` rows say what is decided, or stands at the
    portal, as it is: reading a workbook again harms nothing.
    """

    kept: bool
    decided: Decided
    already: int
    problems: tuple[Problem, ...]


def decide_from(
    desk: Desk, by: Person, gstin: Gstin, read: Read, *, why: str = "", keep: bool = True, skip_wrong: bool = False
) -> FromWorkbook:
    """Decide what was read from a workbook.

    Nothing stays where a row is wrong, unless `skip_wrong` leaves those rows out; and without `keep`, which tells only
    what would be. Raises NotAllowed.
    """
    by.must(gstin, Role.PREPARER)
    problems = list(read.problems)
    with desk.of([gstin]) as db:
        wishes: list[Wish] = []
        places = {row.key: row.place for row in read.rows}
        already = 0
        for row, now in zip(read.rows, _now(db, gstin, read.rows), strict=True):
            try:
                wish = _wish(row, now, why)
            except WrongCell as error:
                problems.append(row.place.problem(error.column, str(error)))
            else:
                already += wish is None
                wishes += [] if wish is None else [wish]
        decided = decide(db, desk, gstin, wishes, by.name)
        problems += [places[key].problem("", words) for key, words in decided.refused]
        kept = keep and (skip_wrong or not problems)
        if not kept:
            db.rollback()
    return FromWorkbook(kept, decided, already, tuple(sorted(problems)))


def _now(db: Connection, gstin: Gstin, rows: Iterable[Edited]) -> Iterator[Any]:
    keys = columns_of(row.key for row in rows)
    found: Iterator[Any] = iter(queries.edited_rows(db, gstin=gstin, **keys, hashes=[row.hash for row in rows]))
    return found


def _wish(row: Edited, now: Any, why: str) -> Wish | None:
    """What a row wishes; None where that is so already. Raises WrongCell."""
    if now.source is None:
        return Wish(row.key, row.hash, row.was, row.action)  # which is refused, with the reason
    record = Record.read(row.key.section, now.source.encode())
    wanted = Decision(record, row.action, row.remarks, row.reduce)
    if row.action is Action.ACCEPT:
        wanted = record.accept(row.remarks, row.reduce)
    if record.hash == row.hash:
        if wanted.stands(record) or (now.action is not None and decision_of(now, record) == wanted):
            return None
        _compare(row, record)
        if (fault := wanted.fault()) is not None:
            raise WrongCell(COLUMNS[fault[0]], fault[1])
    return Wish(row.key, row.hash, row.was, row.action, row.remarks, reduce_of(wanted.reduce), said(why))


def _compare(row: Edited, record: Record) -> None:
    """Whoever decided has seen what the record says. Raises WrongCell where somebody wrote over it."""
    says: dict[str, object] = {"Date": print_date(record.date), "Value": record.value, "Taxable": record.taxable}
    says |= {"IGST": record.igst, "CGST": record.cgst, "SGST": record.sgst, "Cess": record.cess}
    for heading, value in says.items():
        cell = row.shown[heading]
        try:
            same = (cells.day if heading == "Date" else cells.amount)(cell) == value
        except Invalid:
            same = False
        if not same:
            raise WrongCell(heading, f"It says {cells.heading(cell)}, but the document {value}: put back what it said.")
