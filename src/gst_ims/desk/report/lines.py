"""The worklist of a report: what wants a decision, as review has it, with all that helps to decide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice
from typing import Any

from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.desk.review.lists import Filter, stream
from gst_ims.desk.review.service import columns_of, key_of

queries: Any = load(__file__)

#: What stands at the portal, as people read it.
STATUS = {Action.NONE: "No action", Action.ACCEPT: "Accepted", Action.REJECT: "Rejected", Action.PENDING: "Pending"}
#: Rows that are in memory together.
BATCH = 5_000
_UNDECIDED = Filter(state="todo")


def deadlines(db: Connection, gstin: Gstin, days: dict[str, Any]) -> list[tuple[date, int, int]]:
    """Until when how many documents, and how much tax, are to be decided about. `days`: review's `calendar`."""
    until: dict[date, tuple[int, int]] = {}
    for line in stream(db, gstin, _UNDECIDED, days, "deadline", BATCH):
        if line.deadline is not None:
            documents, tax = until.get(line.deadline, (0, 0))
            until[line.deadline] = documents + 1, tax + line.tax
    return [(day, *sums) for day, sums in sorted(until.items())]


def worklist(db: Connection, gstin: Gstin, days: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows of the table `WORKLIST`."""
    lines = stream(db, gstin, _UNDECIDED, days, "deadline", BATCH)
    while batch := list(islice(lines, BATCH)):
        details = queries.details(db, gstin=gstin, **columns_of(batch))
        for line, more in zip(batch, details, strict=True):
            yield _row(gstin, line, more)


def _row(gstin: Gstin, line: Any, more: Any) -> tuple[Any, ...]:
    return (
        *(line.section, line.stin, line.trade_name, line.number),
        *(None,) * 7,
        *(line.document_date, line.period, line.tax, line.deadline, line.bucket),
        *(more.reasons, more.differences, more.labels, more.numbers, more.day, more.books_taxable, more.books_tax),
        *(line.form, more.invoice_type, "Yes" if line.filed else "No", more.original_number, more.pos),
        *(line.value, line.taxable, more.igst, more.cgst, more.sgst, more.cess, STATUS[Action(line.action)]),
        *(line.remarks, line.pending_until, line.state, line.why),
        *(gstin, str(key_of(line)), line.hash, line.action),
    )
