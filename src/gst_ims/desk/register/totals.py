"""Control totals: what was read in each column, and what became of it, to the paisa."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gst_ims.core.money import Paise, indian


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal:
    """The sums of one field of one sheet, in paise, with the signs of the books: credit notes may be below zero."""

    file: str
    sheet: str
    field: str
    #: The columns, by their headings.
    headings: str
    #: All cells that are amounts, also of rows that aren't documents.
    read: Paise
    #: What went into documents.
    taken: Paise
    #: What stood on each row of a document, and was counted once.
    repeated: Paise
    #: Rows that aren't documents: totals, headings, suppliers without GSTIN.
    excluded: Paise
    #: Rows that can't be read, each of which is among the problems.
    rejected: Paise
    #: The same field in the documents; for one column of GST all heads together.
    documents: Paise
    #: What was computed because the cells are empty.
    derived: Paise
    #: How many cells aren't amounts: they are in no sum, and their rows are rejected.
    unread: int

    @property
    def agrees(self) -> bool:
        """Whether all that was read is accounted for, and the documents have all that was taken."""
        return (
            self.read == self.taken + self.repeated + self.excluded + self.rejected
            and self.documents == self.taken + self.derived
        )


def table(totals: Iterable[ControlTotal]) -> str:
    """The totals for people, in rupees."""
    head = ("sheet", "column", "read", "documents", "repeated", "excluded", "rejected", "computed", "agrees")
    lines: list[tuple[str, ...]] = [head]
    for it in totals:
        amounts = (it.read, it.documents, it.repeated, it.excluded, it.rejected, it.derived)
        place = f"{it.file} {it.sheet}".strip()
        lines.append((place, it.headings, *map(indian, amounts), "yes" if it.agrees else "NO"))
    widths = [max(len(line[place]) for line in lines) for place in range(len(head))]
    return "".join(
        "  ".join(
            cell.ljust(width) if at < 2 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + "\n"
        for line in lines
    )
