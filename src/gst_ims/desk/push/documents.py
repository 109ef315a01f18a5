"""The documents of a GSTR-2B: in which figure each stands, and what it does to it, head by head."""

from __future__ import annotations

from typing import Any

from gst_ims.client.views import Gstr2b, StatementDocument
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise, paise
from gst_ims.core.section import OTHERS, Section
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load

queries: Any = load(__file__, "documents.sql")

#: The order of tax by head, wherever there are four amounts.
HEADS = ("igst", "cgst", "sgst", "cess")
_TABLES = ("b2b", "b2ba", "cdnr", "cdnra", "ecom", "ecoma")
#: Of an input service distributor's documents, those that take credit back.
_ISD_NOTES = ("ISDC", "ISDCN", "ISDCA", "ISDCNA")
_DECLARED = ("declIgst", "declCgst", "declSgst", "declCess")


def keep(db: Connection, gstin: Gstin, number: int, statement: Gstr2b) -> None:
    """Keep the documents of a GSTR-2B that was read as its period's `number`, in the caller's transaction."""
    queries.make_staging(db)
    with db.cursor() as cursor, cursor.copy("copy drawn from stdin") as copy:
        for place, document in enumerate(statement.documents, 1):
            copy.write_row((place, *_row(document)))
    queries.analyse_staging(db)
    queries.add_documents(db, gstin=gstin, period=statement.period, statement=number)
    queries.drop_staging(db)


def in_ims(document: StatementDocument) -> bool:
    """Whether the API of IMS has it: not imports, nor what an input service distributor passes on."""
    return document.table in _TABLES and document.supplier is not None


def section_of(document: StatementDocument) -> Section:
    """The section of IMS from which a document of GSTR-2B is. Raises Invalid for one that isn't from there."""
    name = document.table
    if name in ("cdnr", "cdnra"):
        kind = {"C": "cn", "D": "dn"}.get(str(document.more.get("typ")))
        if kind is None:
            raise Invalid(f"The note {document.number} is neither a credit note nor a debit note.")
        name = f"b2b{kind}{name.removeprefix('cdnr')}"
    section = Section.parse(name)
    if section not in OTHERS:
        raise Invalid(f"Table {document.table} isn't of IMS.")
    return section


def declared_of(document: StatementDocument) -> tuple[str | None, list[Paise] | None]:
    """What was declared about the reduction of credit (full, none, amounts; None for nothing), and amounts by head."""
    told = document.more
    given = [told.get(name) for name in _DECLARED]
    amounts = None if all(it is None for it in given) else [paise(it or 0) for it in given]
    reduction = {"Y": "full", "N": "none"}.get(str(told.get("itcRedReq")))
    return "amounts" if reduction == "full" and amounts is not None else reduction, amounts


def place_of(document: StatementDocument) -> tuple[str, str, str]:
    """The figure in which a document stands: part, supply and table, as the portal calls them."""
    prefix, _, table = document.table.rpartition(".")
    part = prefix or (
        "itcRejected" if document.rejected else "itcunavl" if document.credit_available == "N" else "itcavl"
    )
    reverse = document.more.get("rev") == "Y"
    if table in ("cdnr", "cdnra") and document.more.get("typ") == "C":
        return part, "othersup", f"{table}rev" if reverse else table
    if table in ("isd", "isda"):
        return part, "othersup" if document.more.get("doctyp") in _ISD_NOTES else "isdsup", table
    if table.startswith("impg"):
        # From special economic zones the list of documents is called impgseza, and its figure impgasez.
        amended = document.more.get("isamd") == "Y" or table not in ("impg", "impgsez")
        return part, "imports", f"impg{'a' if amended else ''}{'sez' if 'sez' in table else ''}"
    return part, "revsup" if reverse and table not in ("ecom", "ecoma") else "nonrevsup", table


def _row(document: StatementDocument) -> tuple[Any, ...]:
    part, supply, leaf = place_of(document)
    reduction, declared = declared_of(document)
    section = str(section_of(document)) if in_ims(document) else document.table
    period = document.period
    stin = document.supplier or str(document.more.get("portcode") or "")
    return (
        *(
            section,
            stin,
            document.number,
            period and period.first_day,
            part,
            supply,
            leaf,
            document.supplier_name or "",
        ),
        *(document.date, [paise(getattr(document, head)) for head in HEADS], reduction, declared),
    )
