"""What `ims match` prints: what was read, how much is in which bucket, what to look at first, what has changed."""

from __future__ import annotations

import re
import shutil
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gst_ims.cli.client.output import Column, Form, counted, for_people, say, show, write_object
from gst_ims.core.money import indian, rupees
from gst_ims.desk.match import Matching, Side, Sum
from gst_ims.desk.match.files import Said

#: How many of a kind are printed; the files have them all.
_MOST = 20
_WORST = 10

_SUMS = (
    Column[Sum]("bucket", lambda it: it.bucket, "bucket"),
    Column[Sum]("side", lambda it: it.side, "side"),
    Column[Sum]("documents", lambda it: it.documents, "documents"),
    Column[Sum]("taxable", lambda it: rupees(it.taxable), "taxable"),
    Column[Sum]("tax", lambda it: rupees(it.tax), "tax"),
)


def report(found: Matching, *, json: bool) -> None:
    """Say it all: for people, or as one object of JSON."""
    for side in (found.portal, found.books):
        _say_read(side)
    _say_some(
        f"ims: A decision is about {_document(it)}, which isn't in the {it['side']}: it was passed over."
        for it in found.absent
    )
    if json:
        write_object(_summary(found))
        return
    show(_SUMS, [*found.result.sums(), *found.result.totals()], Form.TABLE)
    worst = found.result.worst(_WORST)
    if worst:
        _print("", "To be looked at first:")
    for place, row in enumerate(worst, 1):
        what = f"{row['bucket']}, tax of {indian(row['at_stake'])} at stake"
        _print(f"{place:2}. {_document(row)}{_with(row['partners'])}: {what}")
        _print(*_wrapped(telling(row["reasons"])))
    if found.changes is not None:
        _print_changes(found.changes)


def telling(reasons: Sequence[str]) -> str:
    """Of reasons those that say what is wrong; all where none does."""
    wrong = [it for it in reasons if not it.endswith(" the same.") and not it.startswith("Not the ")]
    return " ".join(wrong or reasons)


def _say_read(side: Side) -> None:
    rows = sum(n for name, n in side.rows.items() if name not in ("heading", "blank"))
    of = f" of {rows} rows" if rows else ""
    notes = f", {counted(len(side.notes), 'note')}" if side.notes else ""
    say(f"The {side.name}: {counted(side.documents, 'document')}{of}, {side.unread} not read{notes}.")
    # What was assumed about a whole sheet changes everything.
    _say_some(f"Note: {_place(row)}" for row in side.notes if not row[3])
    _say_some(_kinds_of(side.notes))
    _say_some(f"ims: {_place(row)}" for row in side.rejected)


def _kinds_of(notes: Sequence[Said]) -> Iterator[str]:
    """Of notes about rows that differ in what they quote alone, the first, and how many more there are."""
    kinds: dict[tuple[str, ...], list[Said]] = {}
    for row in notes:
        if row[3]:
            kinds.setdefault((*row[1:3], row[4], re.sub(r"'.*'|\S*\d\S*", "", row[5])), []).append(row)
    for first, *more in kinds.values():
        others = f" So {counted(len(more), 'more row')}: the sheet Rows of an .xlsx has them all." if more else ""
        yield f"Note: {_place(first)}{others}"


def _say_some(lines: Iterable[str]) -> None:
    every = list(lines)
    for line in every[:_MOST]:
        say(for_people(line))
    if len(every) > _MOST:
        say(f"ims: … and {len(every) - _MOST} more: --json and .xlsx have them all.")


def _place(row: Said) -> str:
    _, file, sheet, number, column, reason = row
    where = (file, sheet, f"row {number}" if number else "", column)
    return f"{', '.join(filter(None, where))}: {reason}"


def _print_changes(changes: Sequence[Mapping[str, Any]]) -> None:
    _print("", f"Changed since: {counted(len(changes), 'document')}.")
    for it in changes[:_MOST]:
        was, became = it["was"] or "wasn't there", it["became"] or "isn't there"
        _print(f"  {it['side']} {_document(it)}: {was}, now {became}{_with(it['partners_became'])}")
    if len(changes) > _MOST:
        _print(f"  … and {len(changes) - _MOST} more: --json and .xlsx have them all.")


def _document(row: Mapping[str, Any]) -> str:
    """Such as 24AAXCT0003K1ZA INV-7 of 05-11-2025."""
    return f"{row['stin'] or 'Import'} {row['number']} of {for_people(row['document_date'])}"


def _with(partners: Sequence[Mapping[str, Any]] | None) -> str:
    return f" with {', '.join(str(it['number']) for it in partners)}" if partners else ""


def _wrapped(text: str) -> list[str]:
    width = shutil.get_terminal_size().columns
    return textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False)


def _print(*lines: str) -> None:
    sys.stdout.write("".join(f"{for_people(line)}\n" for line in lines))


def _summary(found: Matching) -> dict[str, Any]:
    """The same for programs. Amounts are rupees."""
    sides = (found.portal, found.books)
    return {
        "read": [{"side": it.name, "documents": it.documents, "rows": it.rows} for it in sides],
        "control_totals": [_control(it) for side in sides for it in side.totals],
        "not_read": [_said(side, row) for side in sides for row in side.rejected],
        "notes": [_said(side, row) for side in sides for row in side.notes],
        "buckets": [{column.name: column.of(it) for column in _SUMS} for it in found.result.sums()],
        "totals": [{column.name: column.of(it) for column in _SUMS[1:]} for it in found.result.totals()],
        "worst": [_row(row) for row in found.result.worst(_WORST)],
        "passed_over": found.absent,
        "changes": found.changes,
    }


def _control(it: Any) -> dict[str, Any]:
    names = ("read", "documents", "repeated", "excluded", "rejected", "derived")
    amounts = {name: rupees(getattr(it, name)) for name in names}
    return {"file": it.file, "sheet": it.sheet, "column": it.headings, **amounts, "agrees": it.agrees}


def _said(side: Side, row: Said) -> dict[str, Any]:
    return {"side": side.name, **dict(zip(("file", "sheet", "row", "column", "reason"), row[1:], strict=True))}


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("side", "rtin", "stin", "section", "number", "document_date", "bucket", "score", "rule", "partners")
    return {**{name: row[name] for name in names}, "at_stake": rupees(row["at_stake"]), "reasons": row["reasons"]}
