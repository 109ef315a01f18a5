"""The grid and its suppliers as files: with the filter, the order and the columns of the address."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gst_ims.core.errors import Invalid
from gst_ims.desk.report.tables import Kind
from gst_ims.desk.review import grid
from gst_ims.web import words
from gst_ims.web.inward.filters import read_wanted
from gst_ims.web.tables.asked import Asked, Made, Told, count, day, made, money
from gst_ims.web.texts import section
from gst_ims.web.words import N_

#: What can be in a column of the grid, under the grid's name for it.
COLUMNS: dict[str, Told[Any]] = {
    "section": Told(N_("Section"), lambda it, _: section(it.section), width=8),
    "trade_name": Told(N_("Supplier"), lambda it, _: it.trade_name, width=26),
    "stin": Told(N_("GSTIN"), lambda it, _: it.stin, width=17),
    "number": Told(N_("Number"), lambda it, _: it.number, width=18),
    "document_date": day(N_("Date"), lambda it, _: it.document_date),
    "period": Told(N_("Period"), lambda it, _: it.period, Kind.PERIOD, 9),
    "tax": money(N_("Tax"), lambda it, _: it.tax),
    "action": Told(N_("Portal"), lambda it, say: say(words.ACTION[it.action])),
    "filed": Told(N_("Filed"), lambda it, say: say(N_("yes") if it.filed else N_("no")), width=7),
    "bucket": Told(N_("Books"), lambda it, say: say(words.BUCKET[it.bucket or "not matched"]), width=16),
    "decided": Told(N_("Decided"), lambda it, say: it.decided and say(words.VERB[it.decided])),
    "state": Told(N_("Decision"), lambda it, say: it.state and say(words.STATE[it.state]), width=18),
    "taxable": money(N_("Taxable"), lambda it, _: it.taxable),
    "value": money(N_("Value"), lambda it, _: it.value),
    "igst": money("IGST", lambda it, _: it.igst),
    "cgst": money("CGST", lambda it, _: it.cgst),
    "sgst": money("SGST", lambda it, _: it.sgst),
    "cess": money(N_("Cess"), lambda it, _: it.cess),
    "pos": Told(N_("Place"), lambda it, _: it.pos, width=7),
    "score": count(N_("Score"), lambda it, _: it.score),
    "person": Told(N_("By"), lambda it, _: it.person),
    "why": Told(N_("Why"), lambda it, _: it.why, width=40),
    "deadline": day(N_("Decide by"), lambda it, _: it.deadline),
    "became": Told(N_("Since"), lambda it, say: say(words.BECAME[it.became])),
    "comments": count(N_("Comments"), lambda it, _: it.comments),
    "remarks": Told(N_("Remarks"), lambda it, _: it.remarks, width=24),
}
SUPPLIERS: tuple[Told[Any], ...] = (
    Told(N_("GSTIN"), lambda it, _: it.stin, width=17),
    Told(N_("Supplier"), lambda it, _: it.trade_name, width=26),
    count(N_("Documents"), lambda it, _: it.records),
    count(words.ACTION["N"], lambda it, _: it.undecided),
    count(words.ACTION["A"], lambda it, _: it.accepted),
    count(words.ACTION["P"], lambda it, _: it.pending),
    count(words.ACTION["R"], lambda it, _: it.rejected),
    money(N_("Taxable"), lambda it, _: it.taxable),
    money(N_("Tax"), lambda it, _: it.tax),
)


def chosen(names: Iterable[str]) -> list[Told[Any]]:
    """The columns of these names, each once; without names all. Raises Invalid for one that there isn't."""
    wanted = dict.fromkeys(names) or COLUMNS
    if unknown := [it for it in wanted if it not in COLUMNS]:
        raise Invalid(f"There is no column {unknown[0]!r}: use {', '.join(COLUMNS)}.")
    return [COLUMNS[it] for it in wanted]


def inward(asked: Asked) -> Made:
    """The records of a filter. Raises Invalid for a column that there isn't."""
    columns = chosen(map(str, asked.told.getall("column", [])))
    wanted = read_wanted(asked.told).filter()
    order, descending = asked.word("order") or "tax", asked.word("way") != "asc"
    rows = grid.stream(asked.desk, asked.person, asked.one, wanted, order, descending=descending)
    return made(asked, N_("Inward"), columns, rows, frozen=0)


def suppliers(asked: Asked) -> Made:
    """The same by supplier."""
    wanted = read_wanted(asked.told).filter()
    rows = grid.suppliers(asked.desk, asked.person, asked.one, wanted, limit=None)
    return made(asked, N_("Suppliers"), SUPPLIERS, rows, frozen=2)
