"""The portal's side as the same table: records of IMS from a portal or from files, and GSTR-2B."""

from __future__ import annotations

import codecs
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, cast

import msgspec

from gst_ims.client.amounts import Members, members, optional_amount, text
from gst_ims.client.record import Record
from gst_ims.client.reports import section_of
from gst_ims.connect.errors import Unreadable
from gst_ims.connect.offline import Offline, archive
from gst_ims.connect.offline.reading import Problem
from gst_ims.connect.offline.reading import read as read_offline
from gst_ims.connect.portal import Portal
from gst_ims.connect.workbook import SHEET
from gst_ims.core.document import wire_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import paise
from gst_ims.core.section import IMPORTS, OTHERS, Section
from gst_ims.desk.register.register import Register, add_file
from gst_ims.desk.register.sources import OLE, sheets
from gst_ims.desk.register.staging import BATCH, insert
from gst_ims.desk.register.statement import Page, check, documents_of, first_day, source

_COLUMNS = (
    *("id", "rtin", "stin", "section", "number", "document_date", "period", "original_number", "original_date", "pos"),
    *("value", "taxable", "igst", "cgst", "sgst", "cess", "reverse_charge", "source"),
)
_NEITHER = (
    "{} has neither records of IMS nor GSTR-2B, as the portal has them: choose the JSON of one of them. Of what ims "
    "writes itself the .xlsx of `ims export` is read."
)


def read_portal(paths: Sequence[Path], rtin: str | None = None) -> Register:
    """Read what the portal says: a `Register`, whose documents are those of the suppliers.

    Takes JSON of IMS as the API answers it or the offline tool has it, the Excel of IMS details, our own workbook of
    records, and GSTR-2B as JSON: whole, or its head and all of its pages. `rtin` is the recipient, whom answers of the
    API don't name. What GSTR-2B lists as rejected or reversed is there too, and says so in `source`. A document of IMS
    that GSTR-2B has as well counts once.

    Raises Unreadable for a file that is none of these, of another recipient, or that lacks pages; nothing is read then.
    """
    owner = None if rtin is None else Gstin(rtin)
    register = Register()
    pages: list[Page] = []
    names = Counter[str]()
    try:
        for path in paths:
            names[path.name] += 1
            file = path.name if names[path.name] == 1 else f"{path.name} ({names[path.name]})"
            _read_path(register, path, file, owner, pages)
        check(pages)
        for page in pages:
            whose = _whose(register, page.file, page.gstin, owner)
            _insert(register, page.file, documents_of(register, page, whose))
    except BaseException:
        register.close()
        raise
    return register


def read_session(portal: Portal) -> Register:
    """Read the records of a recipient's IMS through a way to it: a `Register`, as `read_portal` gives it.

    Raises what the way does; nothing is read then.
    """
    register = Register()
    try:
        register.owners.add(portal.gstin)
        records = (record for section in OTHERS for record in portal.records(section))
        _insert(register, "IMS", (_of_record(record, portal.gstin, "IMS", 0) for record in records))
        if isinstance(portal, Offline):
            _complain(register, portal.problems)
    except BaseException:
        register.close()
        raise
    return register


def _read_path(register: Register, path: Path, file: str, owner: Gstin | None, pages: list[Page]) -> None:
    content = archive.load(path)
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # As PowerShell writes what a program prints.
        content = content.decode("utf-16", errors="replace").encode()
    if not content.strip():
        raise Unreadable(f"{file} is empty: download it again.")
    if archive.is_zip(content) or content.startswith(OLE):
        if any(sheet.name.startswith(SHEET) for sheet in islice(sheets(path), 1)):
            add_file(register, path, file, owner, {}, None)
        else:
            _offline(register, path, file, owner)
        return
    try:
        told = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode(content.removeprefix(b"\xef\xbb\xbf"))
    except msgspec.ValidationError as error:
        raise Unreadable(_NEITHER.format(file)) from error
    except (msgspec.DecodeError, RecursionError) as error:
        raise Unreadable(
            f"{file} isn't JSON, or is cut off ({error}): download it again. What is read is JSON or Excel of IMS, and"
            " JSON of GSTR-2B."
        ) from error
    if "imsDetails" in told:
        _offline(register, path, file, owner)
        return
    while isinstance(told.get("data"), dict):
        told = cast("dict[str, Any]", told["data"])
    if {"docdata", "docRejdata", "fc"} & told.keys():
        gstin, period, version = (text(told, name) or "" for name in ("gstin", "rtnprd", "version"))
        count = str(told.get("fc") or 0)
        if not count.isdecimal():
            raise Unreadable(f"{file} says that it has {count[:40]!r} files, which is no number: download it again.")
        pages.append(Page(file, gstin, period, version, int(count), told))
        return
    known = {section: told[name] for name in told if (section := section_of(name)) and isinstance(told[name], list)}
    if not known:
        raise Unreadable(_NEITHER.format(file))
    whose = _whose(register, file, text(told, "rtin", "gstin"), owner)
    _insert(register, file, _of_api(register, file, known, whose))


def _offline(register: Register, path: Path, file: str, owner: Gstin | None) -> None:
    reading = read_offline(path, owner)
    whose = _whose(register, file, reading.gstin, owner)
    _complain(register, (problem._replace(file=file) for problem in reading.problems))
    _insert(register, file, (_of_record(it, whose, file, 0) for it in reading.records))


def _complain(register: Register, problems: Iterable[Problem]) -> None:
    for problem in problems:
        register.complain(problem.file, problem.sheet, problem.row, problem.reason, column=problem.column)


def _whose(register: Register, file: str, said: str | None, owner: Gstin | None) -> Gstin:
    if owner is None and not said:
        raise Unreadable(f"{file} doesn't say whose it is: give the recipient's GSTIN.")
    if owner is not None and said and said.upper() != owner:
        raise Unreadable(f"{file} is of {said}, not of {owner}: choose the files of one recipient.")
    try:
        whose = owner or Gstin(str(said).upper())
    except Invalid as error:
        raise Unreadable(f"{file} says whose it is in words that aren't understood: {error}") from error
    register.owners.add(whose)
    return whose


def _of_api(register: Register, file: str, known: Mapping[Section, Any], whose: Gstin) -> Iterator[dict[str, Any]]:
    for section, rows in known.items():
        for place, row in enumerate(rows, 1):
            if not isinstance(row, dict):
                register.complain(file, section.value, place, f"It is no record, but {str(row)[:40]!r}.")
                continue
            try:
                if section in OTHERS:
                    yield _of_record(Record.read(section, _encode(row)), whose, file, place)
                elif section in IMPORTS:
                    yield _of_entry(section, members(row), whose, file, place)
                else:
                    register.complain(file, section.value, place, "Credit of an ISD is read from GSTR-2B.", "excluded")
            except Invalid as error:
                register.complain(file, section.value, place, str(error))


_encode = msgspec.json.Encoder(decimal_format="number").encode


def _of_record(record: Record, whose: Gstin, file: str, place: int) -> dict[str, Any]:
    told = msgspec.json.decode(record.source, type=dict[str, Any])
    return {
        "rtin": whose,
        "stin": record.stin,
        "section": record.section,
        "number": record.number,
        "document_date": record.date,
        "period": record.period.first_day,
        "original_number": record.original_number,
        "original_date": record.original_date,
        "pos": record.pos,
        "reverse_charge": str(told.get("rchrg") or told.get("rev") or "N").upper() in ("Y", "YES", "TRUE"),
        **{name: paise(getattr(record, name)) for name in ("value", "taxable", "igst", "cgst", "sgst", "cess")},
        "source": source(file, record.section, place, form=record.form, action=record.action, filed=record.filed),
    }


def _of_entry(section: Section, row: Members, whose: Gstin, file: str, place: int) -> dict[str, Any]:
    """A bill of entry, which has no supplier unless it is one of an SEZ, and no value."""
    number, said = text(row, "boenum"), text(row, "boedt")
    if number is None or said is None:
        raise Invalid("It has no number or no date of a bill of entry.")
    taxable, igst, cess = (paise(optional_amount(row, name) or 0) for name in ("txval", "igst", "cess"))
    supplier = text(row, "stin", "ctin")
    return {
        "rtin": whose,
        "stin": None if supplier is None else Gstin(supplier.upper()),
        "section": section,
        "number": number,
        "document_date": wire_date(said),
        "period": first_day(text(row, "itcprd", "rtnprd")),
        **{"value": taxable + igst + cess, "taxable": taxable, "igst": igst, "cgst": 0, "sgst": 0, "cess": cess},
        "reverse_charge": False,
        "source": source(file, section, place, port=text(row, "portcd", "portcode"), action=text(row, "action")),
    }


def _insert(register: Register, file: str, rows: Iterable[dict[str, Any]]) -> None:
    """Put the documents of a file into the table; one that is there already is complained of."""
    known = register.keys
    fresh: list[dict[str, Any]] = []
    for place, row in enumerate(rows, 1):
        told = members(msgspec.json.decode(row["source"]))
        name = (*(row.get(it) for it in ("rtin", "section", "stin", "number", "document_date", "period")),)
        name = (*name, told.get("port"))
        listed = "statement" in told
        # GSTR-2B doesn't say the form of a document: it is the one that IMS has, whatever its form is there.
        key = name if listed and not told["reversed"] else (*name, told.get("form"), told.get("reversed"))
        if key in known:
            register.complain(
                file, row["section"].value, place, f"Document {row['number']} stands here twice: the first counts.",
                "excluded" if listed else "rejected",
            )  # fmt: skip
            continue
        known.update((key,) if listed else (key, name))
        fresh.append({**dict.fromkeys(_COLUMNS), **row, "id": f"{file}#{place}"})
        if len(fresh) == BATCH:
            insert(register.db, "document", _COLUMNS, fresh)
            fresh = []
    insert(register.db, "document", _COLUMNS, fresh)
