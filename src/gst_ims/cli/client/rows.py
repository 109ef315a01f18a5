"""Files with one record a row, as people and programs make them: CSV, Excel, JSON."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import msgspec
from python_calamine import CalamineError, CalamineWorkbook

from gst_ims.cli.client.choosing import make_name, read_name
from gst_ims.cli.exits import Usage
from gst_ims.client.record import Key, Reduction
from gst_ims.core.errors import Invalid
from gst_ims.core.spreadsheet import from_spreadsheet

#: What a column may be called, in small letters and with _ for blanks.
_ALIASES = {
    "stin": "supplier",
    "supplier_gstin": "supplier",
    "gstin": "supplier",
    "inum": "number",
    "nt_num": "number",
    "document_number": "number",
    "rtnprd": "period",
    "return_period": "period",
    "srcform": "form",
}
_HEADS = ("igst", "cgst", "sgst", "cess")


@dataclass(frozen=True)
class Wanted:
    """A row of a file: which record, and what is said about it."""

    key: Key
    remarks: str | None = None
    reduce: bool | Reduction | None = None


def read_rows(path: Path) -> list[Wanted]:
    """Read a file of any of the three kinds. Other columns than those that are known don't matter.

    A row names its record by `id`, or by section, supplier, number, period, and form where that is R1A; it may have
    `remarks` and `reduce`. Raises Usage, saying in which row, before anything is done.
    """
    rows = [*_wanted(path, _rows(path))]
    if not rows:
        raise Usage(f"There is no record in {path}.")
    for name, count in Counter(str(row.key) for row in rows).items():
        if count > 1:
            raise Usage(f"{path} has {name} {count} times: leave it once.")
    return rows


def read_reduction(text: str) -> bool | Reduction | None:
    """Read full, none, amounts such as igst=10.50,cess=1, or nothing. Raises Invalid."""
    said = text.strip().lower()
    if said in ("", "full", "none"):
        return {"": None, "full": True, "none": False}[said]
    amounts = dict[str, Decimal]()
    for part in said.split(","):
        head, equals, amount = (piece.strip() for piece in part.partition("="))
        if not equals or head not in _HEADS or head in amounts or not re.fullmatch(r"[0-9]+(\.[0-9]+)?", amount):
            raise Invalid(f"Reduction {text!r} isn't full, none, or amounts such as igst=10.50,cgst=5,sgst=5,cess=0.")
        amounts[head] = Decimal(amount)
    return Reduction(**amounts)


def _wanted(path: Path, rows: Iterable[tuple[str, Mapping[str, str]]]) -> Iterator[Wanted]:
    for place, row in rows:
        told = {_name(name): text for name, text in row.items()}
        try:
            if told.get("decision"):
                # Otherwise what somebody decided to reject would be accepted.
                raise Usage(f"There is the decision {told['decision']!r}: give `ims import` a workbook with decisions.")
            yield Wanted(_key(told), told.get("remarks") or None, read_reduction(told.get("reduce", "")))
        except (Usage, Invalid) as error:
            raise Usage(f"{path}, {place}: {error}") from error


def _key(row: Mapping[str, str]) -> Key:
    if row.get("id"):
        return read_name(row["id"])
    missing = [name for name in ("section", "supplier", "number", "period") if not row.get(name)]
    if missing:
        raise Usage(f"There is no {' and no '.join(missing)}: name the record by these four, or by its id.")
    # A spreadsheet takes the period for a number, and leaves its zero out.
    period = f"{row['period']:0>6}"
    return make_name(row["section"], row["supplier"], row["number"], period, row.get("form") or "R1")


def _name(heading: str) -> str:
    name = heading.strip().lower().replace(" ", "_")
    return _ALIASES.get(name, name)


def _rows(path: Path) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The rows of a file, each with its place for messages."""
    readers = {".csv": _csv, ".json": _json, ".jsonl": _json, ".xlsx": _excel}
    if path.suffix.lower() not in readers:
        raise Usage(f"{path} is none of {', '.join(readers)}: its name has to say what it is.")
    try:
        content = path.read_bytes()
        yield from readers[path.suffix.lower()](content)
    except OSError as error:
        raise Usage(f"{path} can't be read: {error.strerror}.") from error
    except (UnicodeDecodeError, msgspec.MsgspecError, csv.Error, CalamineError) as error:
        raise Usage(f"{path} isn't what its name says: {' '.join(str(error).split())}.") from error


def _csv(content: bytes) -> Iterator[tuple[str, Mapping[str, str]]]:
    # Excel puts a mark in front, and where the comma is for decimals it separates by semicolons.
    text = content.decode("utf-8-sig")
    separator = max(",;\t", key=text.partition("\n")[0].count)
    # A row that is too long has its rest under "".
    reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval="", delimiter=separator)
    for row in reader:
        yield f"line {reader.line_num}", {name: from_spreadsheet(text) for name, text in row.items() if name}


def _json(content: bytes) -> Iterator[tuple[str, Mapping[str, str]]]:
    one = content.lstrip()[:1] == b"["
    rows = msgspec.json.decode(content, type=list[dict[str, object]]) if one else _lines(content)
    for place, row in enumerate(rows, 1):
        yield f"record {place}", {name: _text(value) for name, value in row.items()}


def _lines(content: bytes) -> list[dict[str, object]]:
    return msgspec.json.Decoder(dict[str, object]).decode_lines(content)


def _excel(content: bytes) -> Iterator[tuple[str, Mapping[str, str]]]:
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    names = [_text(name) for name in rows[0]] if rows else []
    for place, row in enumerate(rows[1:], 2):
        if any(cell != "" for cell in row):
            yield f"row {place}", dict(zip(names, map(_text, row), strict=True))


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
