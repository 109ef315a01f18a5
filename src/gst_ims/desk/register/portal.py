"""The portal's side as the same table: records of IMS by API or offline tool, GSTR-2B, our own workbook of records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from gst_ims.client.amounts import Members, members, objects, optional_amount, text
from gst_ims.client.record import Record
from gst_ims.client.reports import section_of
from gst_ims.client.statements import documents
from gst_ims.client.views import StatementDocument
from gst_ims.connect.errors import Unreadable
from gst_ims.connect.offline import archive
from gst_ims.connect.offline.reading import read as read_offline
from gst_ims.connect.workbook import SHEET
from gst_ims.core.document import wire_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import paise
from gst_ims.core.period import Period
from gst_ims.core.section import IMPORTS, OTHERS, Section
from gst_ims.desk.register.register import Register, add_file
from gst_ims.desk.register.sources import sheets
from gst_ims.desk.register.staging import BATCH, insert

_NOTES = {"C": Section.B2BCN, "D": Section.B2BDN}
_AMENDED_NOTES = {"C": Section.B2BCNA, "D": Section.B2BDNA}
_COLUMNS = (
    *("id", "rtin", "stin", "section", "number", "document_date", "period", "original_number", "original_date", "pos"),
    *("value", "taxable", "igst", "cgst", "sgst", "cess", "reverse_charge", "source"),
)


class _Page(NamedTuple):
    """A file of GSTR-2B: all of it, its head without documents, or one of its pages."""

    file: str
    gstin: str
    period: str
    version: str
    #: How many pages there are beside this head; 0 for anything else.
    pages: int
    told: Members


def read_portal(paths: Sequence[Path], rtin: str | None = None) -> Register:
    """Read what the portal says: a `Register`, whose documents are those of the suppliers.

    Takes JSON of IMS as the API answers it or the offline tool has it, the Excel of IMS details, our own workbook of
    records, and GSTR-2B as JSON: whole, or its head and all of its pages. `rtin` is the recipient, whom answers of the
    API don't name. What GSTR-2B lists as rejected or reversed is there too, and says so in `source`.

    Raises Unreadable for a file that is none of these, of another recipient, or that lacks pages; nothing is read then.
    """
    owner = None if rtin is None else Gstin(rtin)
    register = Register()
    pages: list[_Page] = []
    try:
        for path in paths:
            _read_path(register, path, owner, pages)
        _whole(pages)
        for page in pages:
            whose = _whose(page.file, page.gstin, owner)
            _insert(register, page.file, _of_page(register, page, whose))
    except BaseException:
        register.close()
        raise
    return register


def _read_path(register: Register, path: Path, owner: Gstin | None, pages: list[_Page]) -> None:
    content = archive.load(path)
    if not content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        if any(sheet.name.startswith(SHEET) for sheet in islice(sheets(path), 1)):
            add_file(register, path, path.name, owner, {}, None)
        else:
            _offline(register, path, owner)
        return
    try:
        told = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal).decode(content.removeprefix(b"\xef\xbb\xbf"))
    except msgspec.DecodeError as error:
        raise Unreadable(f"{path.name} isn't JSON, or is cut off ({error}): download it again.") from error
    if "imsDetails" in told:
        _offline(register, path, owner)
        return
    while isinstance(told.get("data"), dict):
        told = cast("dict[str, Any]", told["data"])
    if {"docdata", "docRejdata", "fc"} & told.keys():
        gstin, period, version = (text(told, name) or "" for name in ("gstin", "rtnprd", "version"))
        pages.append(_Page(path.name, gstin, period, version, int(told.get("fc") or 0), told))
        return
    known = {section: told[name] for name in told if (section := section_of(name)) and isinstance(told[name], list)}
    if not known:
        raise Unreadable(f"{path.name} has neither records of IMS nor GSTR-2B: choose the JSON of one of them.")
    whose = _whose(path.name, text(told, "rtin", "gstin"), owner)
    _insert(register, path.name, _of_api(register, path.name, known, whose))


def _offline(register: Register, path: Path, owner: Gstin | None) -> None:
    reading = read_offline(path, owner)
    whose = _whose(path.name, reading.gstin, owner)
    for problem in reading.problems:
        register.complain(problem.file, problem.sheet, problem.row, problem.reason, column=problem.column)
    _insert(register, path.name, (_of_record(it, whose, path.name, 0) for it in reading.records))


def _whose(file: str, said: str | None, owner: Gstin | None) -> Gstin:
    if owner is None and not said:
        raise Unreadable(f"{file} doesn't say whose it is: give the recipient's GSTIN.")
    if owner is not None and said and said.upper() != owner:
        raise Unreadable(f"{file} is of {said}, not of {owner}: choose the files of one recipient.")
    return owner or Gstin(str(said).upper())


def _whole(pages: Sequence[_Page]) -> None:
    """Check that each GSTR-2B has all of its pages, and all of one version. Raises Unreadable."""
    for head in pages:
        if not head.pages:
            continue
        same = [page for page in pages if page is not head and (page.gstin, page.period) == (head.gstin, head.period)]
        if len(same) < head.pages:
            raise Unreadable(
                f"{head.file} is the head of a GSTR-2B of {head.pages} files, but {len(same)} are here: add the others."
            )
        if other := next((page for page in same if page.version != head.version), None):
            raise Unreadable(f"{other.file} is of another version of GSTR-2B than {head.file}: download all again.")


def _of_page(register: Register, page: _Page, whose: Gstin) -> Iterator[dict[str, Any]]:
    for name in ("docdata", "docRejdata"):
        try:
            listed = list(documents(page.told.get(name), rejected=name == "docRejdata"))
        except Invalid as error:
            raise Unreadable(f"{page.file} can't be read in {name}: {error} Download it again.") from error
        for place, it in enumerate(listed, 1):
            try:
                yield _of_statement(page, it, whose)
            except Invalid as error:
                register.complain(page.file, f"{name} {it.table}", place, str(error))


def _of_api(register: Register, file: str, known: Mapping[Section, Any], whose: Gstin) -> Iterator[dict[str, Any]]:
    for section, rows in known.items():
        for place, row in enumerate(objects(rows), 1):
            try:
                if section in OTHERS:
                    yield _of_record(Record.read(section, _encode(row)), whose, file, place)
                elif section in IMPORTS:
                    yield _of_entry(section, row, whose, file, place)
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
        "source": _source(file, record.section, place, form=record.form, action=record.action, filed=record.filed),
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
        "period": _first(text(row, "itcprd", "rtnprd")),
        **{"value": taxable + igst + cess, "taxable": taxable, "igst": igst, "cgst": 0, "sgst": 0, "cess": cess},
        "reverse_charge": False,
        "source": _source(file, section, place, port=text(row, "portcd", "portcode"), action=text(row, "action")),
    }


def _of_statement(page: _Page, it: StatementDocument, whose: Gstin) -> dict[str, Any]:
    reversed_, table = it.table.startswith("itcrev."), it.table.removeprefix("itcrev.")
    if not it.number or it.date is None:
        raise Invalid("It has no number, or no date of the calendar.")
    section = _section(table, it.more)
    heads = {name: paise(getattr(it, name)) for name in ("igst", "cgst", "sgst", "cess")}
    taxable = None if it.taxable is None else paise(it.taxable)
    # The documents of an ISD have no value, and bills of entry none either.
    value = sum(heads.values(), taxable or 0) if it.value is None else paise(it.value)
    said = text(it.more, "oidt", "ontdt", "odocdt", "oinvdt")
    return {
        "rtin": whose,
        "stin": it.supplier,
        "section": section,
        "number": it.number,
        "document_date": it.date,
        "period": it.period.first_day if it.period else _first(page.period),
        "original_number": text(it.more, "oinum", "ontnum", "odocnum", "oinvnum"),
        "original_date": wire_date(said) if said else None,
        "pos": text(it.more, "pos"),
        "reverse_charge": text(it.more, "rev") == "Y",
        "value": value,
        "taxable": taxable or 0,
        **heads,
        "source": _source(
            page.file, section, 0, statement=page.period, rejected=it.rejected, reversed=reversed_, action=it.action,
            credit=it.credit_available, port=text(it.more, "portcode"),
        ),
    }  # fmt: skip


def _section(table: str, more: Members) -> Section:
    if table in ("cdnr", "cdnra"):
        return (_NOTES if table == "cdnr" else _AMENDED_NOTES)[text(more, "typ", "nttyp") or "C"]
    if table in ("isd", "isda"):
        note = text(more, "doctyp") == "ISDC"
        return Section(f"isd{'cn' if note else ''}{'a' if table == 'isda' else ''}")
    if table == "impga" or (table == "impg" and text(more, "isamd") == "Y"):
        return Section.IMPGA
    if table in ("impgseza", "impgasez") or (table == "impgsez" and text(more, "isamd") == "Y"):
        return Section.IMPGSEZA
    found = section_of(table)
    if found is None:
        raise Invalid(f"Table {table!r} isn't one of GSTR-2B that is known here.")
    return found


def _first(period: str | None) -> date | None:
    try:
        return Period.parse(period or "").first_day
    except Invalid:
        return None


def _source(file: str, section: Section, place: int, **more: Any) -> str:
    told = {"file": file, "section": section.value, "place": place or None, **more}
    return msgspec.json.encode({name: value for name, value in told.items() if value is not None}).decode()


def _insert(register: Register, file: str, rows: Iterable[dict[str, Any]]) -> None:
    """Put the documents of a file into the table; one that is there already is complained of."""
    known = register.keys
    fresh: list[dict[str, Any]] = []
    place = 0
    for place, row in enumerate(rows, 1):
        source = members(msgspec.json.decode(row["source"]))
        key = (*(row.get(name) for name in ("rtin", "section", "stin", "number", "document_date", "period")),)
        key = (*key, source.get("form"), source.get("port"), source.get("reversed"))
        if key in known:
            register.complain(
                file, row["section"].value, place, f"Document {row['number']} stands here twice: the first counts."
            )
            continue
        known.add(key)
        fresh.append({**dict.fromkeys(_COLUMNS), **row, "id": f"{file}#{place}"})
        if len(fresh) == BATCH:
            insert(register.db, "document", _COLUMNS, fresh)
            fresh = []
    insert(register.db, "document", _COLUMNS, fresh)
