"""The tables of a report: their columns by the names that programs know, and by the headings that people read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final

#: A value for each column, as its kind says; None where there is none.
Row = tuple[Any, ...]


class Kind(Enum):
    """What stands in a column."""

    TEXT = auto()
    #: A section, by its key of the wire.
    SECTION = auto()
    #: Paise, that are shown as rupees.
    MONEY = auto()
    DAY = auto()
    #: A tax period, as its first day.
    PERIOD = auto()
    MOMENT = auto()
    COUNT = auto()
    #: A fraction of one.
    SHARE = auto()
    #: Left for people, who write into it.
    FREE = auto()
    #: For programs only: people don't see it.
    HIDDEN = auto()


@dataclass(frozen=True)
class Column:
    """A column."""

    name: str
    heading: str
    kind: Kind = Kind.TEXT
    #: Characters wide.
    width: int = 14


@dataclass(frozen=True)
class Table:
    """A table, and how many of its columns stay in sight."""

    name: str
    title: str
    columns: tuple[Column, ...]
    frozen: int = 4


def _money(name: str, heading: str) -> Column:
    return Column(name, heading, Kind.MONEY)


def _day(name: str, heading: str) -> Column:
    return Column(name, heading, Kind.DAY, 11)


def _count(name: str, heading: str) -> Column:
    return Column(name, heading, Kind.COUNT, 11)


_SUPPLIER = Column("supplier", "Supplier", width=17)
_NAME = Column("name", "Name", width=26)
_NUMBER = Column("number", "Number", width=18)
_DATE = _day("date", "Date")
_SECTION = Column("section", "Section", Kind.SECTION, 8)
_PERIOD = Column("period", "Period", Kind.PERIOD, 9)
_IDENTITY = (_SECTION, _SUPPLIER, _NAME, _NUMBER, _DATE, _PERIOD)
_HEADS = (_money("igst", "IGST"), _money("cgst", "CGST"), _money("sgst", "SGST"), _money("cess", "Cess"))
_TAX = _money("tax", "Tax")
_FOUND = Column("found", "Found", width=16)
_REASONS = Column("reasons", "Reasons", width=60)
_DIFFERENCES = Column("differences", "Differences (portal / books)", width=40)
_BOOKS = (
    Column("books", "Books", width=10),
    Column("books_number", "Number in books", width=18),
    _day("books_date", "Date in books"),
    _money("books_taxable", "Taxable in books"),
    _money("books_tax", "Tax in books"),
)

DUE: Final = Table(
    "due",
    "What is due when",
    (_day("day", "Day"), Column("what", "What", width=40), _count("documents", "Documents"), _TAX),
)
SECTIONS: Final = Table(
    "sections",
    "Documents by section and status",
    (
        *(_SECTION, Column("status", "Status"), _count("documents", "Documents")),
        *(_count("not_filed", "Not filed"), _money("taxable", "Taxable"), _TAX),
    ),
)
CREDIT: Final = Table(
    "credit",
    "Input tax credit",
    (
        *(Column("class", "Credit"), _count("documents", "Documents"), _money("credit", "At the portal")),
        *(_count("documents_decided", "Documents, as decided"), _money("credit_decided", "As decided")),
        _count("left_out", "Amendments left out, as decided"),
    ),
)
DECISIONS: Final = Table(
    "decisions",
    "Decisions of the time",
    (
        *(Column("state", "State"), Column("action", "Decision"), _count("documents", "Documents"), _TAX),
        *(_count("by_policy", "By policy"), _count("needs_approval", "Need approval")),
    ),
)
STATEMENT: Final = Table(
    "statement",
    "GSTR-2B and what was promised of it",
    (
        *(_count("documents", "Documents"), _money("promised", "Promised"), _money("stated", "Stated")),
        *(_money("outside", "Outside of IMS"), _count("differing", "Differing")),
    ),
)
#: What the first sheet has, one below the other.
SUMMARY: Final = (DUE, SECTIONS, CREDIT, DECISIONS, STATEMENT)

WORKLIST: Final = Table(
    "worklist",
    "Worklist",
    (
        *(_SECTION, _SUPPLIER, _NAME, _NUMBER),
        *(Column("decision", "Decision", Kind.FREE, 10), Column("remarks_wanted", "Decision remarks", Kind.FREE, 30)),
        Column("reduce", "Reduce credit", Kind.FREE, 12),
        *(Column(f"reduce_{head}", f"Reduce {head.upper()}", Kind.FREE, 11) for head in ("igst", "cgst", "sgst")),
        Column("reduce_cess", "Reduce cess", Kind.FREE, 11),
        *(_DATE, _PERIOD, _money("tax", "Tax at stake"), _day("deadline", "Decide until"), _FOUND),
        *(_REASONS, _DIFFERENCES, *_BOOKS),
        *(Column("form", "Form", width=6), Column("type", "Type", width=6), Column("filed", "Filed", width=6)),
        *(Column("original_number", "Original number", width=18), Column("pos", "Place of supply", width=6)),
        *(_money("value", "Value"), _money("taxable", "Taxable"), *_HEADS, Column("action", "Action")),
        *(Column("remarks", "Remarks", width=24), _day("pending_until", "Pending until")),
        *(Column("last", "Last decision", width=12), Column("last_words", "Why", width=40)),
        *(Column("taxpayer", "Taxpayer", Kind.HIDDEN), Column("record", "Record", Kind.HIDDEN)),
        *(Column("hash", "Hash", Kind.HIDDEN), Column("was", "Was", Kind.HIDDEN)),
    ),
    frozen=6,
)
PAIRS: Final = Table(
    "pairs",
    "Matched pairs",
    (
        *(*_IDENTITY, _money("taxable", "Taxable"), _TAX, *_BOOKS, _FOUND, _count("score", "Score")),
        *(Column("rule", "Rule", width=20), _REASONS, _DIFFERENCES),
    ),
)
MISMATCHES: Final = Table(
    "mismatches",
    "Mismatches",
    (
        *(*_IDENTITY, _TAX, Column("books_number", "Number in books", width=18), Column("field", "Field", width=12)),
        *(Column("portal", "On the portal", width=18), Column("said", "In the books", width=18)),
        *(_money("difference", "Books less portal"), _count("days", "Days later")),
    ),
)
MISSING_IN_BOOKS: Final = Table(
    "missing_in_books",
    "Missing in books",
    (
        *(*_IDENTITY, _money("value", "Value"), _money("taxable", "Taxable"), *_HEADS, _TAX),
        *(Column("action", "Action"), _FOUND, _REASONS),
    ),
)
MISSING_IN_PORTAL: Final = Table(
    "missing_in_portal",
    "Missing in portal",
    (
        *(*_IDENTITY, _money("value", "Value"), _money("taxable", "Taxable"), *_HEADS, _TAX),
        *(_day("credit_until", "Credit until"), _FOUND, _REASONS, Column("books", "Books", width=10)),
        *(Column("file", "File", width=24), Column("row", "Row", width=8)),
    ),
)
PROMISES: Final = Table(
    "gstr2b",
    "GSTR-2B compared",
    (
        *(*_IDENTITY, Column("record", "Record", width=40), _money("promised", "Promised"), _money("stated", "Stated")),
        *(_money("difference", "Stated less promised"), Column("reason", "Reason", width=60)),
    ),
)
SUPPLIERS: Final = Table(
    "suppliers",
    "Supplier scorecard",
    (
        *(_SUPPLIER, _NAME, _count("documents", "Documents"), _money("taxable", "Taxable"), _TAX),
        *(_count("compared", "Compared"), _count("matched", "Matched"), Column("share", "Share", Kind.SHARE, 9)),
        *(_count("edited_after_acceptance", "Edited after acceptance"), _count("late", "Filed late")),
        *(_count("rejected", "Rejected"), _money("tax_rejected", "Tax rejected")),
        *(_count("pending", "Pending"), _money("tax_pending", "Tax pending")),
    ),
    frozen=2,
)
CUSTOMERS: Final = Table(
    "customers",
    "Customer scorecard",
    (
        *(Column("customer", "Customer", width=17), _NAME, _count("documents", "Documents")),
        *(_money("taxable", "Taxable"), _TAX, _count("rejected", "Rejected"), _money("tax_rejected", "Tax rejected")),
        *(_count("pending", "Pending"), _money("tax_pending", "Tax pending"), _count("accepted", "Accepted")),
        *(_count("undecided", "No action"), _money("added_back", "Liability added back")),
    ),
    frozen=2,
)
AUDIT: Final = Table(
    "audit",
    "Audit extract",
    (
        *(_count("entry", "Entry"), Column("at", "At", Kind.MOMENT, 18), Column("person", "Person")),
        *(Column("what", "What"), Column("record", "Record", width=40), Column("why", "Why", width=40)),
        *(Column("policy", "Policy", width=30), Column("detail", "Detail", width=60)),
    ),
    frozen=1,
)
#: What has a sheet of its own, in their order.
SHEETS: Final = (
    *(WORKLIST, PAIRS, MISMATCHES, MISSING_IN_BOOKS, MISSING_IN_PORTAL, PROMISES, SUPPLIERS, CUSTOMERS, AUDIT),
)
