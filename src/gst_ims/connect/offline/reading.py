"""Reading what was downloaded: the offline tool's JSON, and the Excel of IMS details. Every row is read or reported."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from gst_ims.client.record import Key, Record
from gst_ims.connect.errors import Unreadable
from gst_ims.connect.offline import headings
from gst_ims.connect.offline.archive import is_zip, load
from gst_ims.connect.offline.cells import READERS, Cell, is_empty
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import OTHERS, Section

_LEGACY_EXCEL = b"\xd0\xcf\x11\xe0"
_GSTIN = re.compile(r"\b\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]{3}\b")
_SHEETS = {
    **{section.value: section for section in OTHERS},
    **{"eco": Section.ECOM, "ecoa": Section.ECOMA},
    **{section.error_key: section for section in OTHERS if section.is_note},
}
# Where a cell is empty these are left out, and mean what they mean on the wire.
_OPTIONAL = (
    *("tradenm", "srcform", "srcfilstatus", "ispendactblocked", "isRemarksBlocked", "itcRedReqBlocked", "itcRedReq"),
    *("declIgst", "declCgst", "declSgst", "declCess", "remarks"),
)
_ALIASES = {"isItcRedReqBlocked": "itcRedReqBlocked"}
_encode = msgspec.json.Encoder(decimal_format="number").encode


class Problem(NamedTuple):
    """A row that isn't read, and why. A row of JSON is counted from 1 in its section, one of Excel as Excel does."""

    file: str
    #: The sheet, or the section in JSON.
    sheet: str
    #: 0 where it is the whole sheet.
    row: int
    #: The heading, or the member in JSON; empty where it is the whole row.
    column: str
    reason: str

    def __str__(self) -> str:
        """One line for people."""
        place = f", row {self.row}" if self.row else ""
        return f"{self.file}, {self.sheet}{place}{f', {self.column}' if self.column else ''}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file has, in its order."""

    #: The recipient; None where the file doesn't say.
    gstin: Gstin | None
    records: tuple[Record, ...]
    problems: tuple[Problem, ...]


def read(path: Path, gstin: Gstin | None = None) -> Reading:
    """Read a JSON file, a workbook, or a zip with one of them in it.

    Raises Unreadable where it is none of them, or of another recipient than `gstin`.
    """
    content = load(path)
    if is_zip(content) or content.startswith(_LEGACY_EXCEL):
        reading = _workbook(path.name, content)
    else:
        reading = _json(path.name, content)
    if gstin is not None and reading.gstin not in (None, gstin):
        raise Unreadable(f"{path.name} is of {reading.gstin}, not of {gstin}: download it as that taxpayer.")
    return reading


def members_of(file: str, content: bytes, root: str, what: str) -> dict[str, Any]:
    """What a JSON file of IMS has under its root, numbers exactly as they stand there. Raises Unreadable."""
    try:
        document = msgspec.json.Decoder(float_hook=Decimal).decode(content.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"{file} isn't JSON, or is cut off ({error}): download it again.") from error
    found = cast("dict[str, Any]", document).get(root) if isinstance(document, dict) else None
    if not isinstance(found, dict):
        raise Unreadable(f"{file} has no {root}, so it isn't {what}.")
    return cast("dict[str, Any]", found)


def rows_of(file: str, details: Mapping[str, Any]) -> Iterator[tuple[str, Section | None, list[Any]]]:
    """The rows by section, with the name that the file has for it; sections stand in `invdata`, or without it.

    Raises Unreadable where there are none.
    """
    inside = details.get("invdata", details)
    if not isinstance(inside, dict):
        raise Unreadable(f"{file} has no sections in its invdata: download it again.")
    for name, rows in cast("dict[str, Any]", inside).items():
        if isinstance(rows, list):
            yield name, _section(name), cast("list[Any]", rows)
        elif _section(name) is not None:
            raise Unreadable(f"{file} has no list of rows in {name}: download it again.")


def recipient_of(file: str, details: Mapping[str, Any]) -> Gstin | None:
    """Whose the file is; None where it doesn't say. Raises Unreadable."""
    try:
        return Gstin(str(details["rtin"]).upper()) if "rtin" in details else None
    except Invalid as error:
        raise Unreadable(f"{file} is of no taxpayer: {error}") from error


def _json(file: str, content: bytes) -> Reading:
    details = members_of(file, content, "imsDetails", "the JSON that the offline tool opens")
    rows_read = _Rows(file)
    for name, section, rows in rows_of(file, details):
        if section is None and rows:
            rows_read.problem(name, 0, "", f"{name} isn't one of {', '.join(OTHERS)}.")
        for place, row in enumerate(rows if section is not None else (), 1):
            if isinstance(row, dict):
                known = {_ALIASES.get(key, key): value for key, value in cast("dict[str, Any]", row).items()}
                rows_read.take(cast("Section", section), known, {}, name, place)
            else:
                rows_read.problem(name, place, "", "It isn't an object with the members of a record.")
    return rows_read.reading(recipient_of(file, details))


def _workbook(file: str, content: bytes) -> Reading:
    rows_read, said, names = _Rows(file), set[Gstin](), list[str]()
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            names = book.sheet_names
            known = [(name, section) for name in names if (section := _section(name)) is not None]
            for name, section in known:
                said |= _sheet(section, book.get_sheet_by_name(name), rows_read)
    except (CalamineError, OSError) as error:
        raise Unreadable(f"{file} isn't a workbook, or is damaged ({error}): download it again.") from error
    if not known:
        other = ", ".join(names)
        raise Unreadable(f"{file} has no sheet such as B2B or B2B-CN, but {other}: it isn't the Excel of IMS details.")
    if len(said) > 1:
        raise Unreadable(f"{file} names several taxpayers ({', '.join(sorted(said))}): download it again.")
    return rows_read.reading(next(iter(said), None))


def _sheet(section: Section, sheet: CalamineSheet, rows_read: _Rows) -> set[Gstin]:
    """Read a sheet. Returns whose it is, as far as its title rows say."""
    rows = cast("list[list[Cell]]", sheet.to_python(skip_empty_area=False))
    layout = headings.find(rows, section, sheet.merged_cell_ranges or ())
    if missing := layout.missing(section):
        if rows:
            reason = f"There is no heading for {', '.join(missing)}: nothing of this sheet is read."
            rows_read.problem(sheet.name, 0, "", reason)
        return set()
    shown = {member: layout.headings[column] for member, column in layout.columns.items()}
    for at, row in enumerate(rows[layout.first :], layout.first + 1):
        if not all(map(is_empty, row)):
            members = {member: row[column] for member, column in layout.columns.items()}
            rows_read.take(section, members, shown, sheet.name, at)
    titles = (cell.upper() for row in rows[: layout.first] for cell in row if isinstance(cell, str))
    return {Gstin(match) for title in titles for match in _GSTIN.findall(title)}


class _Rows:
    """The rows of one file, as they are read."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._records: dict[Key, Record] = {}
        self._problems: list[Problem] = []

    def reading(self, gstin: Gstin | None) -> Reading:
        return Reading(gstin, tuple(self._records.values()), tuple(self._problems))

    def problem(self, sheet: str, row: int, column: str, reason: str) -> None:
        self._problems.append(Problem(self._file, sheet, row, column, reason))

    def take(
        self, section: Section, members: Mapping[str, Cell], shown: Mapping[str, str], sheet: str, row: int
    ) -> None:
        """Read a row, or say for each of its cells why not. `shown` are the headings of the members."""
        wire: dict[str, Any] = {}
        before = len(self._problems)
        for member in (*headings.required(section), *_OPTIONAL):
            cell, heading = members.get(member), shown.get(member, member)
            if member != "action" and is_empty(cell):
                if member not in _OPTIONAL:
                    self.problem(sheet, row, heading, "It is empty.")
                continue
            try:
                wire[member] = READERS[member](cell)
            except Invalid as error:
                self.problem(sheet, row, heading, str(error))
        if len(self._problems) == before:
            self._add(Record.read(section, _encode(wire)), sheet, row)

    def _add(self, record: Record, sheet: str, row: int) -> None:
        if self._records.setdefault(record.key, record) is not record:
            self.problem(sheet, row, "", f"The record {record.key} stands here twice: the first row counts.")


def _section(name: str) -> Section | None:
    return _SHEETS.get(re.sub(r"[^a-z0-9]", "", name.lower()))
