"""What is shown of each kind of thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gst_ims.cli.client.output import Column
from gst_ims.client.outcome import Verdict
from gst_ims.client.record import Decision, Record, Reduction
from gst_ims.client.views import AddedBackEntry, Counts, Sale, SectionCount, StatementDocument
from gst_ims.connect.offline.reading import Problem
from gst_ims.core.errors import RowError
from gst_ims.core.section import Action, Form, Section

#: The words of the wire, by which lists are filtered too.
STATUSES = {
    Action.NONE: "no_action_taken",
    Action.ACCEPT: "accepted",
    Action.REJECT: "rejected",
    Action.PENDING: "pending",
}


def status(action: Action) -> str:
    """The word of an action."""
    return STATUSES[action]


def short(action: Action | None) -> str | None:
    """The word of an action in a table."""
    return None if action is None else "no action" if action is Action.NONE else STATUSES[action]


def period(record: Record) -> str:
    """The period in a table, with the form where that is part of the record's name."""
    # Two documents can differ in nothing but this.
    return f"{record.period}:R1A" if record.form is Form.R1A else str(record.period)


def _reduction(record: Record) -> str | None:
    return None if record.reduction is None else "Y" if record.reduction else "N"


RECORDS: Sequence[Column[Record]] = (
    Column("id", lambda record: str(record.key)),
    Column("section", lambda record: record.section),
    Column("supplier", lambda record: record.stin, "supplier"),
    Column("supplier_name", lambda record: record.trade_name, "name", 6),
    Column("number", lambda record: record.number, "number"),
    Column("date", lambda record: record.date, "date"),
    Column("period", lambda record: str(record.period), "period", shown=period),
    Column("form", lambda record: record.form),
    Column("invoice_type", lambda record: record.invoice_type),
    Column("original_number", lambda record: record.original_number, "amends", 2),
    Column("original_date", lambda record: record.original_date),
    Column("place_of_supply", lambda record: record.pos),
    Column("value", lambda record: record.value, "value", 1),
    Column("taxable", lambda record: record.taxable, "taxable", 4),
    Column("igst", lambda record: record.igst),
    Column("cgst", lambda record: record.cgst),
    Column("sgst", lambda record: record.sgst),
    Column("cess", lambda record: record.cess),
    Column("tax", lambda record: record.tax, "tax"),
    Column("status", lambda record: status(record.action), "status", shown=lambda record: short(record.action)),
    Column("filed", lambda record: record.filed, "filed", 3),
    Column("pending_blocked", lambda record: record.pending_blocked, "no pending", 5),
    Column("remarks", lambda record: record.remarks, "remarks", 7),
    Column("reduction", _reduction),
    Column("declared_igst", lambda record: record.declared_igst),
    Column("declared_cgst", lambda record: record.declared_cgst),
    Column("declared_sgst", lambda record: record.declared_sgst),
    Column("declared_cess", lambda record: record.declared_cess),
)

SALES: Sequence[Column[Sale]] = (
    Column("table", lambda sale: sale.table, "table"),
    Column("recipient", lambda sale: sale.recipient, "recipient"),
    Column("number", lambda sale: sale.number, "number"),
    Column("date", lambda sale: sale.date, "date", 2),
    Column("value", lambda sale: sale.value, "value", 3),
    Column("place_of_supply", lambda sale: sale.pos),
    Column("invoice_type", lambda sale: sale.invoice_type),
    Column("note_type", lambda sale: sale.note_type, "C/D", 4),
    Column("original_number", lambda sale: sale.original_number, "amends", 5),
    Column("original_date", lambda sale: sale.original_date),
    Column("seller", lambda sale: sale.seller, "seller", 6),
    Column("reverse_charge", lambda sale: sale.reverse_charge),
    Column("taxable", lambda sale: sale.taxable, "taxable", 4),
    Column("tax", lambda sale: sale.tax, "tax"),
    Column("status", lambda sale: status(sale.action), "status", shown=lambda sale: short(sale.action)),
    Column("remarks", lambda sale: sale.remarks, "remarks", 1),
)

ADDED_BACK: Sequence[Column[AddedBackEntry]] = (
    Column("table", lambda entry: entry.table, "table"),
    Column("recipient", lambda entry: entry.recipient, "recipient"),
    Column("recipient_name", lambda entry: entry.recipient_name, "name", 7),
    Column("number", lambda entry: entry.number, "number"),
    Column("date", lambda entry: entry.date, "date", 3),
    Column("period", lambda entry: str(entry.period), "period", 2),
    Column("form", lambda entry: entry.form),
    Column("original_number", lambda entry: entry.original_number, "amends", 6),
    Column("original_date", lambda entry: entry.original_date),
    Column("note_type", lambda entry: entry.note_type),
    Column("invoice_type", lambda entry: entry.invoice_type),
    Column("value", lambda entry: entry.value, "value", 5),
    Column("taxable", lambda entry: entry.taxable, "taxable", 4),
    Column("igst", lambda entry: entry.igst),
    Column("cgst", lambda entry: entry.cgst),
    Column("sgst", lambda entry: entry.sgst),
    Column("cess", lambda entry: entry.cess),
    Column("tax", lambda entry: entry.tax, "tax"),
    Column("remarks", lambda entry: entry.remarks, "remarks", 1),
)

STATEMENT: Sequence[Column[StatementDocument]] = (
    Column("table", lambda document: document.table, "table"),
    Column("supplier", lambda document: document.supplier, "supplier"),
    Column("supplier_name", lambda document: document.supplier_name, "name", 6),
    Column("number", lambda document: document.number, "number"),
    Column("date", lambda document: document.date, "date", 3),
    Column("period", lambda document: None if document.period is None else str(document.period), "period", 2),
    Column("filed", lambda document: document.filed),
    Column("value", lambda document: document.value, "value", 5),
    Column("taxable", lambda document: document.taxable, "taxable", 4),
    Column("igst", lambda document: document.igst),
    Column("cgst", lambda document: document.cgst),
    Column("sgst", lambda document: document.sgst),
    Column("cess", lambda document: document.cess),
    Column("tax", lambda document: document.tax, "tax"),
    Column("credit_available", lambda document: document.credit_available, "credit", 1),
    Column("rejected", lambda document: document.rejected, "rejected"),
    Column("status", lambda document: None if document.action is None else status(document.action)),
    Column("remarks", lambda document: document.remarks, "remarks", 7),
)


@dataclass
class Sums:
    """What the documents of a table of GSTR-2B come to, those that count and those that are rejected apart."""

    table: str
    rejected: bool
    documents: int = 0
    taxable: Decimal = Decimal("0.00")
    igst: Decimal = Decimal("0.00")
    cgst: Decimal = Decimal("0.00")
    sgst: Decimal = Decimal("0.00")
    cess: Decimal = Decimal("0.00")


SUMS: Sequence[Column[Sums]] = (
    Column("table", lambda row: row.table, "table"),
    Column("rejected", lambda row: row.rejected, "rejected"),
    Column("documents", lambda row: row.documents, "documents"),
    Column("taxable", lambda row: row.taxable, "taxable", 1),
    Column("igst", lambda row: row.igst, "IGST"),
    Column("cgst", lambda row: row.cgst, "CGST"),
    Column("sgst", lambda row: row.sgst, "SGST"),
    Column("cess", lambda row: row.cess, "cess"),
)


def sums(documents: Iterable[StatementDocument]) -> list[Sums]:
    """The sums of each table, in the order of the documents."""
    found: dict[tuple[str, bool], Sums] = {}
    for document in documents:
        row = found.setdefault((document.table, document.rejected), Sums(document.table, document.rejected))
        row.documents += 1
        row.taxable += document.taxable or 0
        row.igst += document.igst
        row.cgst += document.cgst
        row.sgst += document.sgst
        row.cess += document.cess
    return [*found.values()]


@dataclass(frozen=True)
class CountRow:
    """The counts of a section."""

    section: Section
    count: SectionCount


COUNTS: Sequence[Column[CountRow]] = (
    Column("section", lambda row: row.section, "section"),
    Column("no_action_taken", lambda row: row.count.no_action, "no action"),
    Column("accepted", lambda row: row.count.accepted, "accepted"),
    Column("rejected", lambda row: row.count.rejected, "rejected"),
    Column("pending", lambda row: row.count.pending, "pending"),
    Column("total", lambda row: row.count.total, "total"),
)


def count_rows(counts: Counts) -> Iterator[CountRow]:
    """The sections in the portal's order."""
    for section, count in counts.sections.items():
        yield CountRow(section, count)


# What is to be done, and what became of it.


def reduction(reduce: bool | Reduction | None) -> str | None:
    """How much credit is to be reduced, as the option --reduce has it."""
    if reduce is None:
        return None
    if isinstance(reduce, bool):
        return "full" if reduce else "none"
    return ",".join(f"{head}={getattr(reduce, head)}" for head in ("igst", "cgst", "sgst", "cess"))


DECISIONS: Sequence[Column[Decision]] = (
    Column("id", lambda decision: str(decision.record.key)),
    Column("section", lambda decision: decision.record.section, "section"),
    Column("supplier", lambda decision: decision.record.stin, "supplier"),
    Column("number", lambda decision: decision.record.number, "number"),
    Column("date", lambda decision: decision.record.date, "date", 3),
    Column(
        "period", lambda decision: str(decision.record.period), "period", shown=lambda decision: period(decision.record)
    ),
    Column("tax", lambda decision: decision.record.tax, "tax", 2),
    Column("was", lambda decision: status(decision.record.action), "was", shown=lambda d: short(d.record.action)),
    Column("becomes", lambda decision: status(decision.action), "becomes", shown=lambda d: short(d.action)),
    Column("remarks", lambda decision: decision.remarks, "remarks", 4),
    Column("reduce", lambda decision: reduction(decision.reduce), "reduce", 1),
)

VERDICTS: Sequence[Column[Verdict]] = (
    Column("id", lambda verdict: str(verdict.record.key)),
    Column("section", lambda verdict: verdict.record.section, "section"),
    Column("supplier", lambda verdict: verdict.record.stin, "supplier"),
    Column("number", lambda verdict: verdict.record.number, "number"),
    Column("period", lambda verdict: str(verdict.record.period), "period", shown=lambda v: period(v.record)),
    Column("becomes", lambda verdict: status(verdict.decision.action)),
    Column("fate", lambda verdict: verdict.fate),
    Column("code", lambda verdict: verdict.code, "code", 1),
    Column("words", lambda verdict: verdict.words),
    Column("what_to_do", lambda verdict: advice(verdict), "what to do", wraps=True),
)

PROBLEMS: Sequence[Column[Problem]] = (
    Column("file", lambda problem: problem.file),
    Column("sheet", lambda problem: problem.sheet),
    Column("row", lambda problem: problem.row),
    Column("column", lambda problem: problem.column),
    Column("reason", lambda problem: problem.reason),
)

_ADVICE = {kind.code: (kind.__doc__ or "").partition("\n")[0] for kind in RowError.__subclasses__()}


def advice(verdict: Verdict) -> str:
    """What to do about a row that isn't applied: ours for the codes that we know, else the words of the portal."""
    return _ADVICE.get(verdict.code or "", verdict.words)
