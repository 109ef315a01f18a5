"""The worklist as a workbook: what is in which bucket, each bucket line by line, and all that was said about rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import count, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.connect.workbook import MOST, RUPEES
from gst_ims.core.money import Paise, rupees
from gst_ims.desk.match.links import HEADINGS, WORDS, lines
from gst_ims.desk.match.result import Result
from gst_ims.desk.match.settings import Decision

if TYPE_CHECKING:
    from gst_ims.desk.match.files import Side

Value = str | int | Decimal | date | None

DUTIES = {
    "mismatch": "The same document, but fields differ: ask the supplier to amend, or correct the books.",
    "probable": "Likely the same document: confirm by together, or hold apart.",
    "missing in books": "The supplier reported it, you haven't booked it: book it, or reject it.",
    "missing in portal": "You booked it, the supplier hasn't reported it: ask him; the credit isn't there yet.",
    "duplicate": "It says again what another document of its side says: remove it.",
    "not comparable": "Something is missing, or it never enters IMS: complete it, or leave it.",
    "within tolerance": "Nothing: it differs by no more than you allow.",
    "matched": "Nothing.",
}
"""The buckets in the order of the worklist, and what to do with each."""

_HEADS = ("taxable", "igst", "cgst", "sgst", "cess")
_NAMED = ("Taxable", "IGST", "CGST", "SGST", "Cess")
_TITLES = (
    *HEADINGS,
    *("Taxable differs by", "Tax differs by", "Tax at stake", "Score", "Rule", "Why", "What differs"),
    *(f"{side} {name}" for side in ("Portal", "Books") for name in _NAMED),
    *("Portal row", "Books row"),
)
_WIDTHS = {
    **{"Decision": 11, "Portal section": 9, "Portal date": 11, "Books section": 9, "Books date": 11, "Score": 7},
    **{"Rule": 24, "Why": 70, "What differs": 50, "Reason": 70, "Portal row": 28, "Books row": 28},
}


class Notes(NamedTuple):
    """What a workbook has beside the result: what was read, what has changed since, and the user's decisions."""

    sides: Sequence[Side] = ()
    changes: Sequence[Mapping[str, Any]] | None = None
    manual: Sequence[Decision] = ()


def write(path: Path, result: Result, notes: Notes | None = None) -> None:
    """Write a new workbook. Every text is written as text: nothing of a supplier's is ever a formula."""
    notes = notes or Notes()
    book: Any
    with Workbook(str(path), {"constant_memory": True}) as book:
        made = _Book(book)
        made.summary(result, notes.sides)
        if notes.manual:
            made.sheet("Decisions", HEADINGS, (_decision(*line) for line in lines(notes.manual)))
        found = {it.bucket for it in result.sums()}
        for bucket in DUTIES:
            if bucket in found:
                made.sheet(bucket.capitalize(), _TITLES, map(_line, result.lines(bucket)), choices=WORDS)
        if any(side.said for side in notes.sides):
            titles = ("Side", "What", "File", "Sheet", "Row", "Column", "Reason")
            made.sheet("Rows", titles, ((side.name, *row) for side in notes.sides for row in side.said))
        if notes.changes is not None:
            titles = ("Side", "Recipient", "Supplier", "Section", "Number", "Date", "Was", "Is", "With", "Why")
            made.sheet("Changes", titles, map(_change, notes.changes))


class _Book:
    """A workbook while it is written."""

    def __init__(self, book: Any) -> None:
        self.book = book
        self.bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        self.free = book.add_format({"bg_color": "#FFF8DC", "num_format": "@"})
        self.formats = {
            date: book.add_format({"num_format": "dd-mm-yyyy"}),
            Decimal: book.add_format({"num_format": RUPEES}),
            int: book.add_format({"num_format": "0"}),
        }

    def summary(self, result: Result, sides: Sequence[Side]) -> None:
        """How much is in which bucket, what to do, and that no rupee is missing."""
        sheet = self.book.add_worksheet("Summary")
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 9, 18)
        sheet.set_column(10, 10, 80)
        rows = self.row(sheet, 0, ("Bucket", "Side", "Documents", "Taxable", "Tax", "What to do"), head=True)
        for it in result.sums():
            amounts = (rupees(it.taxable), rupees(it.tax))
            rows = self.row(sheet, rows, (it.bucket, it.side, it.documents, *amounts, DUTIES[it.bucket]))
        for it in result.totals():
            rows = self.row(sheet, rows, (it.bucket, it.side, it.documents, rupees(it.taxable), rupees(it.tax)))
        rows = self.row(sheet, rows, ("Credit notes count below zero.",)) + 1
        for side in sides:
            # What the portal answers in JSON has no rows of other kinds.
            classes = side.rows or {"document": side.documents}
            rows = self.row(sheet, rows, (f"Rows of the {side.name}", "", *classes), head=True)
            rows = self.row(sheet, rows, ("", "", *classes.values()))
            titles = ("File", "Sheet", "Column", "Read", "Documents", "Repeated", "Excluded", "Rejected", "Computed")
            rows = self.row(sheet, rows, (*titles, "Agrees"), head=True) if side.totals else rows
            for it in side.totals:
                amounts = (it.read, it.documents, it.repeated, it.excluded, it.rejected, it.derived)
                agrees = "yes" if it.agrees else "NO"
                rows = self.row(sheet, rows, (it.file, it.sheet, it.headings, *map(rupees, amounts), agrees))
            rows += 1

    def sheet(
        self, name: str, titles: Sequence[str], rows: Iterable[Iterable[Value]], choices: Sequence[str] = ()
    ) -> None:
        """A sheet with a heading that stays in sight, and filters; what doesn't fit goes on in the next one."""
        every = iter(rows)
        for number in count(1):
            sheet = self.book.add_worksheet(name if number == 1 else f"{name} {number}")
            sheet.freeze_panes(1, 1)
            sheet.set_landscape()
            sheet.repeat_rows(0)
            sheet.fit_to_pages(1, 0)
            for column, title in enumerate(titles):
                sheet.set_column(column, column, _WIDTHS.get(title, 17), self.free if title == "Decision" else None)
            self.row(sheet, 0, titles, head=True)
            if choices:
                sheet.data_validation(1, 0, MOST, 0, {"validate": "list", "source": list(choices)})
            used = 0
            for used, cells in enumerate(islice(every, MOST), 1):
                self.row(sheet, used, cells)
            sheet.autofilter(0, 0, max(used, 1), len(titles) - 1)
            if used < MOST:
                return

    def row(self, sheet: Any, at: int, cells: Iterable[Value], *, head: bool = False) -> int:
        """Write a row. Returns the place of the next one."""
        for column, value in enumerate(cells):
            if isinstance(value, str):
                # An empty cell keeps the format of its column.
                if value:
                    sheet.write_string(at, column, value, self.bold if head else None)
            elif isinstance(value, date):
                sheet.write_datetime(at, column, value, self.formats[date])
            elif value is not None:
                sheet.write_number(at, column, value, self.formats[type(value)])
        return at + 1


def _line(row: Mapping[str, Any]) -> tuple[Value, ...]:
    """A line of a bucket, as `_TITLES` has it."""
    amounts = [[row[f"{side}_{head}"] for head in _HEADS] for side in ("p", "b")]
    return (
        *("", row["rtin"], *(row[f"{side}_{name}"] for side in ("p", "b") for name in _PARTS)),
        *map(_rupees, (row["taxable_differs"], row["tax_differs"], row["at_stake"])),
        *(row["score"], row["rule"], " ".join(row["reasons"]), told(row["differences"])),
        *(_rupees(amount) for side in amounts for amount in side),
        *(row["p_id"], row["b_id"]),
    )


_PARTS = ("stin", "section", "number", "date")


def _rupees(amount: Paise | None) -> Decimal | None:
    return None if amount is None else rupees(amount)


def told(differences: Sequence[Mapping[str, Any]]) -> str:
    """Differences in words."""
    return "; ".join(f"{it['field']}: portal {it['portal']}, books {it['books']}" for it in differences)


def partners(row: Sequence[Mapping[str, Any]] | None) -> str:
    """Partners in words."""
    return "; ".join(f"{it['number']} of {it['document_date']:%d-%m-%Y}" for it in row or ())


def _decision(word: str, *pair: Any) -> Iterator[Value]:
    yield word
    yield pair[0].rtin
    for it in pair:
        yield from (it.stin, it.section, it.number, it.document_date)


def _change(row: Mapping[str, Any]) -> tuple[Value, ...]:
    named = (row[name] for name in ("side", "rtin", "stin", "section", "number", "document_date"))
    return (*named, row["was"] or "wasn't there", row["became"] or "isn't there", partners(row["partners_became"]),
            " ".join(row["reasons"]))  # fmt: skip
