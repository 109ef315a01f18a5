"""The worklist of a workbook as people gave it back: which rows they decided about, and what is wrong with others."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, cast

from python_calamine import CalamineError, CalamineWorkbook

from gst_ims.client.record import REMARKS_LENGTH, Key, Reduction
from gst_ims.connect.errors import Unreadable
from gst_ims.connect.offline import cells
from gst_ims.connect.offline.archive import load
from gst_ims.connect.offline.reading import Problem
from gst_ims.connect.workbook import WrongCell, key_in, reduction
from gst_ims.core.errors import Invalid
from gst_ims.core.section import Action
from gst_ims.desk.report.tables import WORKLIST, Kind
from gst_ims.desk.report.workbook import DECISIONS

_FREE = tuple(it.heading for it in WORKLIST.columns if it.kind is Kind.FREE)
_HIDDEN = tuple(it.heading for it in WORKLIST.columns if it.kind is Kind.HIDDEN)
#: What has to stand in a row as it was written: it says which document that is.
SHOWN = ("Section", "Supplier", "Number", "Date", "Period", "Form", "Value", "Taxable", "IGST", "CGST", "SGST", "Cess")
_NEEDED = (*SHOWN, *_FREE, *_HIDDEN)
_ACTIONS = dict(zip(DECISIONS, (Action.ACCEPT, Action.REJECT, Action.PENDING), strict=True))


class Place(NamedTuple):
    """Where a row stands, counted as Excel does."""

    file: str
    sheet: str
    row: int

    def problem(self, column: str, reason: str) -> Problem:
        """What is wrong there; `column` is its heading, empty where it is the whole row."""
        return Problem(self.file, self.sheet, self.row, column, reason)


class Edited(NamedTuple):
    """A row that somebody decided about: what he decided, and the record as it was when the workbook was written."""

    place: Place
    key: Key
    hash: str
    was: Action
    action: Action
    remarks: str | None
    reduce: bool | Reduction | None
    #: What stands in the row, by the headings of `SHOWN`.
    shown: Mapping[str, cells.Cell]

    @property
    def decided(self) -> tuple[Action, str | None, bool | Reduction | None]:
        """What is decided, wherever it stands."""
        return self.action, self.remarks, self.reduce


class Read(NamedTuple):
    """What was decided in a workbook, one row a record, and what can't be read."""

    rows: tuple[Edited, ...]
    problems: tuple[Problem, ...]


def read_decisions(path: Path, gstin: str) -> Read:
    """Read what was decided in a workbook that was written for a taxpayer.

    Sheets may be sorted and filtered: what a filter hides counts as well. Rows without a decision are passed over; the
    same decision twice counts once, two different ones of one record are problems. Raises Unreadable.
    """
    rows: list[Edited] = []
    problems: list[Problem] = []
    for place, cell in _cells(path):
        try:
            rows.append(_row(place, gstin, cell))
        except WrongCell as error:
            problems.append(place.problem(error.column, str(error)))
    found, torn = _once(rows)
    return Read(found, tuple(sorted((*problems, *torn))))


def _cells(path: Path) -> Iterator[tuple[Place, dict[str, cells.Cell]]]:
    """The rows of all worklists in which something is written where people decide, as cells by their headings."""
    content = load(path)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            names = [name for name in book.sheet_names if name.startswith(WORKLIST.title)]
            if not names:
                raise Unreadable(f"{path.name} has no sheet {WORKLIST.title}: take the workbook of a report.")
            for name in names:
                rows = iter(book.get_sheet_by_name(name).iter_rows())
                headings = [cells.heading(cell) for cell in next(rows, cast("list[cells.Cell]", []))]
                _look_at(headings, f"{path.name}, {name}")
                free = [headings.index(heading) for heading in _FREE]
                for at, row in enumerate(rows, 2):
                    if not all(cells.is_empty(row[place]) for place in free):
                        yield (
                            Place(path.name, name, at),
                            dict(zip(headings, cast("list[cells.Cell]", row), strict=True)),
                        )
    except (CalamineError, OSError) as error:
        raise Unreadable(f"{path.name} isn't a workbook, or is damaged ({error}).") from error


def _look_at(headings: list[str], where: str) -> None:
    if missing := [heading for heading in _NEEDED if heading not in headings]:
        raise Unreadable(f"{where} has no column {', '.join(missing)}: write the workbook anew, and leave all columns.")
    if twice := [heading for heading in _NEEDED if headings.count(heading) > 1]:
        raise Unreadable(f"{where} has two columns {', '.join(twice)}: take one of them out.")


def _row(place: Place, gstin: str, cell: Mapping[str, cells.Cell]) -> Edited:
    taxpayer, record, fingerprint, was = (cells.text(cell[heading]) for heading in _HIDDEN)
    if not taxpayer or not record or was not in tuple(Action):
        raise WrongCell("", "It isn't of the report: its hidden columns are empty. Take the row out.")
    if taxpayer != gstin:
        raise WrongCell("", f"It is of {taxpayer}, not of {gstin}: read it as that taxpayer.")
    key = key_in(cell)
    if str(key) != record:
        raise WrongCell("", f"It says {key} but was written for {record}: put back what it said; sort whole rows only.")
    said = cells.text(cell["Decision"]).capitalize()
    remarks = cells.text(cell["Decision remarks"]) or None
    if said not in _ACTIONS:
        words = f"{said!r} isn't" if said else "There are remarks, or a reduction, and no decision: it has to be"
        raise WrongCell("Decision", f"{words} one of {', '.join(_ACTIONS)}.")
    if len(remarks or "") > REMARKS_LENGTH:
        raise WrongCell("Decision remarks", f"They have {len(remarks or '')} characters, of {REMARKS_LENGTH} at most.")
    try:
        reduce = reduction(cell)
    except Invalid as error:
        raise WrongCell("Reduce credit", str(error)) from error
    shown = {heading: cell[heading] for heading in SHOWN}
    return Edited(place, key, fingerprint, Action(was), _ACTIONS[said], remarks, reduce, shown)


def _once(rows: list[Edited]) -> tuple[tuple[Edited, ...], list[Problem]]:
    """The first row of each record, and those of records that are decided about differently."""
    of: dict[Key, list[Edited]] = {}
    for row in rows:
        of.setdefault(row.key, []).append(row)
    torn = {key for key, same in of.items() if len({row.decided for row in same}) > 1}
    problems = [
        row.place.problem("Decision", f"There are {len(of[key])} different decisions about {key}: leave one.")
        for key in torn
        for row in of[key]
    ]
    return tuple(same[0] for key, same in of.items() if key not in torn), problems
