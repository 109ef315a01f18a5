"""Which column of a sheet is which member of a record: by its heading, in one row or two, however it is spelled."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from gst_ims.connect.offline.cells import Cell, heading
from gst_ims.core.section import Section

#: How deep headings are looked for: above them are titles.
DEEPEST = 20

_GSTIN = re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]{3}")
# The first that fits counts. What stands as `number` and `day` has another name in each section; "" is no member.
_SPELLINGS = [
    (re.compile(pattern), member)
    for pattern, member in (
        (r"original.*\b(number|no)\b", "onumber"),
        (r"original.*\bdate\b", "oday"),
        (r"original|filing date|date of filing|recipient|taxpayer|\birn\b|reverse charge|\brate\b|count", ""),
        (r"(declared|reduc|revers).*(integrated|igst)", "declIgst"),
        (r"(declared|reduc|revers).*(central|cgst)", "declCgst"),
        (r"(declared|reduc|revers).*(state|sgst)", "declSgst"),
        (r"(declared|reduc|revers).*\bcess", "declCess"),
        (r"(reduc|declar).*block", "itcRedReqBlocked"),
        (r"remarks?.*block", "isRemarksBlocked"),
        (r"pending.*block", "ispendactblocked"),
        (r"reduc|reversal required", "itcRedReq"),
        (r"remark", "remarks"),
        (r"gstin", "stin"),
        (r"\bnames?\b", "tradenm"),
        (r"filing status|filed", "srcfilstatus"),
        (r"period", "rtnprd"),
        (r"place of supply|\bpos\b", "pos"),
        (r"taxable", "txval"),
        (r"integrated|igst", "iamt"),
        (r"central|cgst", "camt"),
        (r"state|sgst|utgst", "samt"),
        (r"cess", "cess"),
        (r"(invoice|note|document|doc) value|total value", "val"),
        (r"(invoice|note|document|doc|supply) type|type of", "inv_typ"),
        (r"(invoice|note|document|doc) (number|no)\b|^(number|no)\b", "number"),
        (r"\bdate\b", "day"),
        (r"source|\bform\b|return type", "srcform"),
        (r"action|status", "action"),
    )
]
_WIRE = (
    *("stin", "inum", "idt", "nt_num", "nt_dt", "oinum", "oidt", "ont_num", "ont_dt", "inv_typ", "srcform", "rtnprd"),
    *("srcfilstatus", "pos", "val", "txval", "iamt", "camt", "samt", "cess", "action", "ispendactblocked", "remarks"),
    *("isremarksblocked", "itcredreqblocked", "itcredreq", "decligst", "declcgst", "declsgst", "declcess", "tradenm"),
)
_WIRE_OF = {
    **{name: name for name in _WIRE},
    **{"isremarksblocked": "isRemarksBlocked", "itcredreqblocked": "itcRedReqBlocked", "itcredreq": "itcRedReq"},
    **{"isitcredreqblocked": "itcRedReqBlocked", "decligst": "declIgst", "declcgst": "declCgst"},
    **{"declsgst": "declSgst", "declcess": "declCess"},
}


class Layout(NamedTuple):
    """Where a sheet has what. Columns count from 0."""

    #: The first row of data, from 0.
    first: int
    #: By the member's name on the wire.
    columns: dict[str, int]
    #: What stands above each column.
    headings: list[str]

    def missing(self, section: Section) -> list[str]:
        """The members without which there is no record, and that no column has."""
        return [member for member in required(section) if member not in self.columns]


def required(section: Section) -> list[str]:
    """The members that every record of a section has."""
    number, day = ("nt_num", "nt_dt") if section.is_note else ("inum", "idt")
    originals = [f"o{number}", f"o{day}"] if section.is_amendment else []
    kind = [] if section in (Section.ECOM, Section.ECOMA) else ["inv_typ"]
    amounts = ["val", "txval", "iamt", "camt", "samt", "cess"]
    return ["stin", number, day, *originals, *kind, "rtnprd", "pos", *amounts, "action"]


def find(
    rows: Sequence[Sequence[Cell]], section: Section, merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]
) -> Layout:
    """The headings of a sheet: the row, or the two rows, in which most of its members are found.

    `merged` are the ranges of merged cells, from and to, row and column; where there are none, a heading goes on over
    the empty cells to its right.
    """
    top = rows[:DEEPEST]
    candidates = [
        _layout(section, at + 1, [heading(cell) for cell in row]) for at, row in enumerate(top) if not _is_data(row)
    ]
    for at, (upper, lower) in enumerate(pairwise(top)):
        if not _is_data(upper) and not _is_data(lower) and any(heading(cell) for cell in lower):
            candidates.append(_layout(section, at + 2, _joined(at, upper, lower, merged)))
    # Of equals the first: one row goes before two.
    return max(candidates, key=lambda layout: len(layout.columns), default=Layout(0, {}, []))


def member_of(said: str, section: Section) -> str:
    """The member that a heading means; nothing where it means none."""
    if known := _WIRE_OF.get(re.sub(r"[^a-z_]", "", said.lower())):
        return known
    words = " ".join(re.findall(r"[a-z]+", said.lower()))
    found = next((member for pattern, member in _SPELLINGS if pattern.search(words)), "")
    number, day = ("nt_num", "nt_dt") if section.is_note else ("inum", "idt")
    return {"number": number, "day": day, "onumber": f"o{number}", "oday": f"o{day}"}.get(found, found)


def _layout(section: Section, first: int, headings: list[str]) -> Layout:
    columns: dict[str, int] = {}
    for column, said in enumerate(headings):
        if member := member_of(said, section):
            columns.setdefault(member, column)
    return Layout(first, columns, headings)


def _joined(
    at: int,
    upper: Sequence[Cell],
    lower: Sequence[Cell],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
) -> list[str]:
    over: dict[int, str] = {}
    wide = [(left, right) for (first, left), (last, right) in merged if first <= at <= last and right > left]
    for left, right in wide:
        over |= dict.fromkeys(range(left, right + 1), heading(upper[left]) if left < len(upper) else "")
    headings: list[str] = []
    above = ""
    for column, below in enumerate(map(heading, lower)):
        said = heading(upper[column]) if column < len(upper) else ""
        above = said or ("" if wide or not below else above)
        headings.append(" ".join(part for part in (over.get(column, above), below) if part))
    return headings


def _is_data(row: Sequence[Cell]) -> bool:
    return any(isinstance(cell, str) and _GSTIN.fullmatch(cell.strip().upper()) for cell in row)
