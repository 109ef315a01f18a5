"""What the commands about workbooks do: a report is written, and decisions are read back."""

from __future__ import annotations

from pathlib import Path

from gst_ims.cli.client.output import Column, Form, counted, say, show
from gst_ims.cli.desk.opening import opened
from gst_ims.cli.desk.options import Desked
from gst_ims.cli.desk.reviewing import Said, ask, effect_of
from gst_ims.cli.exits import Exit, Usage
from gst_ims.cli.files import check_new
from gst_ims.connect.offline.reading import Problem
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.desk.report.deciding import decide_from
from gst_ims.desk.report.document import write_json
from gst_ims.desk.report.edited import read_decisions
from gst_ims.desk.report.workbook import write_workbook

_WRITERS = {".xlsx": write_workbook, ".json": write_json}
_PROBLEMS = [
    Column[Problem]("sheet", lambda it: it.sheet, "Sheet"),
    Column[Problem]("row", lambda it: it.row, "Row"),
    Column[Problem]("column", lambda it: it.column, "Column"),
    Column[Problem]("reason", lambda it: it.reason, "Reason", wraps=True),
]


def report(desked: Desked, path: Path, period: str) -> None:
    """Write a report."""
    check_new(path, tuple(_WRITERS))
    try:
        of = Period.parse(period) if period else None
    except Invalid as error:
        raise Usage(str(error)) from error
    with opened(desked) as it:
        counts = _WRITERS[path.suffix.lower()](it.desk, it.person, it.gstin, path, of)
    say(
        f"{path}: {counted(counts['worklist'], 'record')} to decide, {counted(counts['pairs'], 'matched pair')},"
        f" {counts['missing_in_books']} missing in books, {counts['missing_in_portal']} missing in portal."
    )


def decide(desked: Desked, path: Path, said: Said, *, skip_wrong: bool, dry_run: bool, yes: bool) -> Exit:
    """Read decisions from a workbook, say what they would do, and make them."""
    if said.action or said.remarks or said.reduce:
        raise Usage("The workbook says what is decided: leave out action, --remarks and --reduce.")
    with opened(desked) as it:
        read = read_decisions(path, it.gstin)
        looked = decide_from(it.desk, it.person, it.gstin, read, why=said.why, keep=False)
        show(_PROBLEMS, looked.problems, Form.TABLE)
        effect_of(looked.decided, "would be decided about" if dry_run else "to be decided about")
        if looked.already:
            say(f"{counted(looked.already, 'row')} of what stands already.")
        if looked.problems and not skip_wrong:
            say("Nothing is decided: correct the rows above, or leave them out with --skip-wrong.")
            return Exit.REFUSED
        if looked.decided.made and not dry_run:
            ask("Decide so?", sure=yes)
            made = decide_from(it.desk, it.person, it.gstin, read, why=said.why, skip_wrong=skip_wrong)
            say(f"{counted(made.decided.made, 'record')} decided about.")
    return Exit.REFUSED if looked.problems else Exit.DONE
