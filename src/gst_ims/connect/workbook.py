"""Records as a workbook of our own, for people to look at, filter and decide in; and what they decided, read back."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from typing import Any, NamedTuple, cast

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.client.record import Decision, Key, Record, Reduction
from gst_ims.connect.errors import Unreadable
from gst_ims.connect.offline import cells
from gst_ims.connect.offline.archive import load
from gst_ims.connect.offline.reading import Problem
from gst_ims.connect.whole import new_file
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Form, Section

SHEET = "Records"
#: What a sheet holds beside its heading; what is more goes on in "Records 2", and so on.
MOST = 1_048_575

#: The format of amounts: lakh and crore, as they are read in India.
RUPEES = r"[>=10000000]#\,##\,##\,##0.00;[>=100000]#\,##\,##0.00;#,##0.00"
_WORDS = {Action.NONE: "No action", Action.ACCEPT: "Accept", Action.REJECT: "Reject", Action.PENDING: "Pending"}
_DECISIONS = ("Accept", "Reject", "Pending", "Reset")
#: The words for how credit is to be reduced; in part: by the amounts of a column for each head.
REDUCTIONS = ("In full", "In part", "Not at all")
_NAMING = ("Section", "Supplier", "Number", "Period", "Form")
# What says whether the record is still the one that was decided about.
_ECHOED = ("Date", "Value", "Taxable", "IGST", "CGST", "SGST", "Cess", "Action")
_DECIDED = ("Decision", "Decision remarks", "Reduce credit", "Reduce IGST", "Reduce CGST", "Reduce SGST", "Reduce cess")
_HEADS = ("igst", "cgst", "sgst", "cess")
_IDENTITY = ("Section", "Supplier", "Name", "Number")
_MORE = (
    *("Date", "Type", "Period", "Form", "Filed", "Original number", "Original date", "Place of supply", "Value"),
    *("Taxable", "IGST", "CGST", "SGST", "Cess", "Action", "Remarks", "Reduction", "Reduced IGST", "Reduced CGST"),
    *("Reduced SGST", "Reduced cess", "Pending blocked", "Reduction blocked"),
)
#: What is decided stands beside what names the record, where people see it. Columns are read by their headings.
HEADINGS = (*_IDENTITY, *_DECIDED, *_MORE)
_TOLD = [HEADINGS.index(heading) for heading in (*_IDENTITY, *_MORE)]
# So many columns stay while the others are moved: what names the record, the decision, and its remarks.
_FROZEN = len(_IDENTITY) + 2
#: Where the parts of a decision stand.
COLUMNS = {"action": "Decision", "remarks": "Decision remarks", "reduce": "Reduce credit"}


class WrongCell(Invalid):
    """A cell can't be meant so."""

    def __init__(self, column: str, words: str) -> None:
        super().__init__(words)
        self.column = column


class Decisions(NamedTuple):
    """What was decided in a workbook."""

    decisions: tuple[Decision, ...]
    #: The rows of which the decision can't be read, or isn't possible, and why.
    problems: tuple[Problem, ...]


def export(path: Path, records: Iterable[Record]) -> int:
    """Write the records into a new workbook, with empty columns for decisions. Returns how many there were.

    Every text is written as text: a supplier's words are no formula, and a number of sixteen digits is no number.
    Raises AlreadyThere, Unwritable; the file is there whole or not at all.
    """
    with new_file(path) as part:
        return _write(part, records)


def read_decisions(path: Path, records: Iterable[Record]) -> Decisions:
    """Read back what was decided in a workbook that `export` made, about these records as they are now.

    Rows without a decision are passed over. A row is a problem if its record isn't there any more or says something
    else by now, or if the decision is impossible. Raises Unreadable.
    """
    known = {record.key: record for record in records}
    found = _Found(path.name, known)
    content = load(path)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            names = [name for name in book.sheet_names if name.split(" ")[0] == SHEET]
            for name in names:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                found.sheet(name, cast("list[list[cells.Cell]]", rows))
    except (CalamineError, OSError) as error:
        raise Unreadable(f"{path.name} isn't a workbook, or is damaged ({error}).") from error
    if not names:
        raise Unreadable(f"{path.name} has no sheet {SHEET}: it isn't a workbook that was exported from here.")
    return Decisions(tuple(found.decisions.values()), tuple(found.problems))


def _write(path: Path, records: Iterable[Record]) -> int:
    book: Any
    written = 0
    with Workbook(str(path), {"constant_memory": True}) as book:
        formats = {
            date: book.add_format({"num_format": "dd-mm-yyyy"}),
            Decimal: book.add_format({"num_format": RUPEES}),
            str: book.add_format({"num_format": "@"}),
        }
        bold = book.add_format({"bold": True, "bottom": 1})
        free = book.add_format({"bg_color": "#FFF8DC", "num_format": "@"})
        rows = iter(records)
        for number in count(1):
            sheet = book.add_worksheet(SHEET if number == 1 else f"{SHEET} {number}")
            _head(sheet, bold, free)
            used = _fill(sheet, islice(rows, MOST), formats)
            sheet.autofilter(0, 0, max(used, 1), len(HEADINGS) - 1)
            written += used
            if used < MOST:
                return written
    return written


def _head(sheet: Any, bold: Any, free: Any) -> None:
    sheet.freeze_panes(1, _FROZEN)
    sheet.set_column(0, len(HEADINGS) - 1, 14)
    sheet.set_column(len(_IDENTITY), len(_IDENTITY) + len(_DECIDED) - 1, 14, free)
    for column, heading in enumerate(HEADINGS):
        sheet.write_string(0, column, heading, bold)
    for heading, words in (("Decision", _DECISIONS), ("Reduce credit", REDUCTIONS)):
        column = HEADINGS.index(heading)
        sheet.data_validation(1, column, MOST, column, {"validate": "list", "source": list(words)})


def _fill(sheet: Any, records: Iterable[Record], formats: Mapping[type, Any]) -> int:
    row = 0
    for row, record in enumerate(records, 1):
        for column, value in zip(_TOLD, _cells(record).values(), strict=True):
            if isinstance(value, str):
                sheet.write_string(row, column, value, formats[str])
            elif isinstance(value, date):
                sheet.write_datetime(row, column, value, formats[date])
            elif value is not None:
                sheet.write_number(row, column, value, formats[Decimal])
    return row


def _cells(record: Record) -> dict[str, str | date | Decimal | None]:
    flags = {True: "Yes", False: "No", None: ""}
    told = (
        *(record.section.value.upper(), record.stin, record.trade_name or "", record.number, record.date),
        *(record.invoice_type or "", str(record.period), record.form.value, flags[record.filed]),
        *(record.original_number or "", record.original_date, record.pos, record.value, record.taxable),
        *(record.igst, record.cgst, record.sgst, record.cess, _WORDS[record.action], record.remarks or ""),
        *(flags[record.reduction], record.declared_igst, record.declared_cgst, record.declared_sgst),
        *(record.declared_cess, flags[record.pending_blocked], flags[record.reduction_blocked]),
    )
    return dict(zip((*_IDENTITY, *_MORE), told, strict=True))


class _Found:
    """The decisions of one workbook, as they are read."""

    def __init__(self, file: str, known: Mapping[Key, Record]) -> None:
        self._file = file
        self._known = known
        self.decisions: dict[Key, Decision] = {}
        self.problems: list[Problem] = []

    def sheet(self, name: str, rows: list[list[cells.Cell]]) -> None:
        headings = [cells.heading(cell) for cell in rows[0]] if rows else []
        if missing := [heading for heading in (*_NAMING, *_ECHOED, *_DECIDED) if heading not in headings]:
            self.problems.append(Problem(self._file, name, 1, "", f"There is no column {', '.join(missing)}."))
            return
        if twice := [heading for heading in HEADINGS if headings.count(heading) > 1]:
            self.problems.append(Problem(self._file, name, 1, "", f"There are two columns {', '.join(twice)}."))
            return
        for at, row in enumerate(rows[1:], 2):
            cell = dict(zip(headings, row, strict=True))
            if not all(cells.is_empty(cell[heading]) for heading in _DECIDED):
                self._row(name, at, cell)

    def _row(self, sheet: str, at: int, cell: Mapping[str, cells.Cell]) -> None:
        column = ""
        try:
            key = key_in(cell)
            record = self._current(key, cell)
            column = "Decision"
            word = _word(cell)
            column = "Reduce credit"
            decision = _decision(record, word, cells.text(cell["Decision remarks"]) or None, reduction(cell))
            if (fault := decision.fault()) is not None:
                column = COLUMNS[fault[0]]
                raise Invalid(fault[1])
            self.decisions[key] = decision
        except WrongCell as error:
            self.problems.append(Problem(self._file, sheet, at, error.column, str(error)))
        except Invalid as error:
            self.problems.append(Problem(self._file, sheet, at, column, str(error)))

    def _current(self, key: Key, cell: Mapping[str, cells.Cell]) -> Record:
        if key in self.decisions:
            raise Invalid(f"The record {key} stands here twice: the first row counts.")
        record = self._known.get(key)
        if record is None:
            raise Invalid(f"The record {key} isn't there, or no longer: leave the row out.")
        now = _cells(record)
        # What stands already, by an earlier import of this workbook, is no conflict.
        stands = now["Action"] == cells.text(cell["Decision"]).capitalize()
        for heading in _ECHOED:
            if (heading != "Action" or not stands) and _plain(heading, cell[heading]) != _plain(heading, now[heading]):
                raise Invalid(f"{heading} of {key} was {cells.text(cell[heading])} and is {now[heading]}: export anew.")
        return record


def key_in(cell: Mapping[str, cells.Cell]) -> Key:
    """The key that people see, whatever they made of it, in the cells of a row by heading. Raises WrongCell."""
    column = "Section"
    try:
        section = Section.parse(cells.text(cell["Section"]))
        column = "Number"
        number = cells.number(cell["Number"])
        column = "Period"
        period = Period.parse(cells.period(cell["Period"]))
        column = "Form"
        return Key(section, cells.text(cell["Supplier"]), number, period, Form(cells.form(cell["Form"])))
    except Invalid as error:
        raise WrongCell(column, str(error)) from error


def _plain(heading: str, cell: cells.Cell) -> object:
    if heading == "Date":
        return cells.day(cell)
    return cells.text(cell) if heading == "Action" else cells.amount(cell)


def _word(cell: Mapping[str, cells.Cell]) -> str:
    word = cells.text(cell["Decision"]).capitalize()
    if word not in _DECISIONS:
        raise Invalid(f"Decision {word!r} isn't one of {', '.join(_DECISIONS)}.")
    return word


def _decision(record: Record, word: str, remarks: str | None, reduce: bool | Reduction | None) -> Decision:
    if word == "Accept":
        return record.accept(remarks, reduce)
    action = {"Reject": Action.REJECT, "Pending": Action.PENDING, "Reset": Action.NONE}[word]
    return Decision(record, action, remarks, reduce)


def reduction(cell: Mapping[str, cells.Cell]) -> bool | Reduction | None:
    """By how much credit is to be reduced, from the cells of a row by their headings; None: nothing is said.

    Raises Invalid.
    """
    word = cells.text(cell["Reduce credit"]).capitalize()
    amounts = [cells.amount(cell[f"Reduce {head if head == 'cess' else head.upper()}"]) for head in _HEADS]
    if word in ("", "In full", "Not at all"):
        if any(amounts):
            raise Invalid("There are amounts to reduce the credit by: say In part.")
        return {"": None, "In full": True, "Not at all": False}[word]
    if word != "In part":
        raise Invalid(f"Reduce credit {word!r} isn't one of {', '.join(REDUCTIONS)}.")
    return Reduction(*amounts)


def split(decisions: Sequence[Decision]) -> tuple[list[Decision], list[Record]]:
    """What is to be saved, and what is to be reset."""
    saves = [decision for decision in decisions if decision.action is not Action.NONE]
    return saves, [decision.record for decision in decisions if decision.action is Action.NONE]
