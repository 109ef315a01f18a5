"""What the desk's commands about workbooks do: a report is written, and decisions are read back."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from gst_ims.cli.client.output import Column, Form, counted, say, show
from gst_ims.cli.desk.opening import opened
from gst_ims.cli.desk.options import Desked
from gst_ims.cli.exits import Exit, Usage
from gst_ims.connect.offline.reading import Problem
from gst_ims.core.errors import Invalid
from gst_ims.core.money import indian
from gst_ims.core.period import Period
from gst_ims.desk.report.deciding import FromWorkbook, decide_from
from gst_ims.desk.report.document import write_json
from gst_ims.desk.report.edited import read_decisions
from gst_ims.desk.report.workbook import write_workbook

_WRITERS = {".xlsx": write_workbook, ".json": write_json}


def report(desked: Desked, path: Path, period: str) -> None:
    """Write a report."""
    if path.suffix not in _WRITERS:
        raise Usage(f"{path.name!r} ends with {path.suffix!r}: use .xlsx or .json.")
    try:
        of = Period.parse(period) if period else None
    except Invalid as error:
        raise Usage(str(error)) from error
    with opened(desked) as it:
        counts = _WRITERS[path.suffix](it.desk, it.person, it.gstin, path, of)
    say(
        f"{path}: {counted(counts['worklist'], 'record')} to decide, {counted(counts['pairs'], 'matched pair')},"
        f" {counts['missing_in_books']} missing in books, {counts['missing_in_portal']} missing in portal."
    )


def decide(desked: Desked, path: Path, why: str, *, yes: bool, skip_wrong: bool) -> None:
    """Read decisions from a workbook, say what they would do, and make them."""
    with opened(desked) as it:
        read = read_decisions(path, it.gstin)
        looked = decide_from(it.desk, it.person, it.gstin, read, why=why, keep=False)
        _show(looked)
        if looked.problems and not skip_wrong:
            raise Invalid("Nothing is decided: correct these rows, or leave them out with --skip-wrong.")
        if looked.decided.made:
            if not yes and not sys.stdin.isatty():
                raise Usage("Look at what that would do, and give --yes to decide so.")
            if not yes:
                typer.confirm("Decide so?", abort=True, err=True)
            made = decide_from(it.desk, it.person, it.gstin, read, why=why, skip_wrong=skip_wrong)
            say(f"{counted(made.decided.made, 'decision')} made, {made.decided.replaced} in place of earlier ones.")
    raise typer.Exit(Exit.REFUSED if looked.problems else Exit.DONE)


def _show(looked: FromWorkbook) -> None:
    columns = [
        Column[Problem]("sheet", lambda it: it.sheet, "Sheet"),
        Column[Problem]("row", lambda it: it.row, "Row"),
        Column[Problem]("column", lambda it: it.column, "Column"),
        Column[Problem]("reason", lambda it: it.reason, "Reason", wraps=True),
    ]
    show(columns, looked.problems, Form.TABLE)
    effect = looked.decided.effect
    say(
        f"{counted(looked.decided.made, 'decision')}; {looked.already} stand already; {counted(len(looked.problems), 'problem')}."
    )
    say(f"Credit: {indian(effect.credit_before)} before, {indian(effect.credit_after)} after.")
    say(f"Suppliers' liability: {indian(effect.owed_before)} before, {indian(effect.owed_after)} after.")
