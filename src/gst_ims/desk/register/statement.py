"""GSTR-2B as documents: whole, or its head and all of its pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from gst_ims.client.amounts import Members, text
from gst_ims.client.reports import section_of
from gst_ims.client.statements import documents
from gst_ims.client.views import StatementDocument
from gst_ims.connect.errors import Unreadable
from gst_ims.core.document import wire_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import paise
from gst_ims.core.period import Period
from gst_ims.core.section import Section
from gst_ims.desk.register.register import Register

_NOTES = {"C": Section.B2BCN, "D": Section.B2BDN}
_AMENDED_NOTES = {"C": Section.B2BCNA, "D": Section.B2BDNA}


class Page(NamedTuple):
    """A file of GSTR-2B: all of it, its head without documents, or one of its pages."""

    file: str
    gstin: str
    period: str
    version: str
    #: How many pages there are beside this head; 0 for anything else.
    pages: int
    told: Members


def check(pages: Sequence[Page]) -> None:
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


def documents_of(register: Register, page: Page, whose: Gstin) -> Iterator[dict[str, Any]]:
    """The documents of a page. Those that can't be read are complained of. Raises Unreadable."""
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


def _of_statement(page: Page, it: StatementDocument, whose: Gstin) -> dict[str, Any]:
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
        "period": it.period.first_day if it.period else first_day(page.period),
        "original_number": text(it.more, "oinum", "ontnum", "odocnum", "oinvnum"),
        "original_date": wire_date(said) if said else None,
        "pos": text(it.more, "pos"),
        "reverse_charge": text(it.more, "rev") == "Y",
        "value": value,
        "taxable": taxable or 0,
        **heads,
        "source": source(
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


def first_day(period: str | None) -> date | None:
    """The first day of a period; None where it isn't one."""
    try:
        return Period.parse(period or "").first_day
    except Invalid:
        return None


def source(file: str, section: Section, place: int, **more: Any) -> str:
    """Where a document came from, as JSON; what is None isn't said."""
    told = {"file": file, "section": section.value, "place": place or None, **more}
    return msgspec.json.encode({name: value for name, value in told.items() if value is not None}).decode()
