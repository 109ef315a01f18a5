"""`ims export` and `ims import`: records out into a file to decide in, and decisions back."""

from __future__ import annotations

from contextlib import redirect_stdout
from pathlib import Path

from gst_ims.cli.client.acting import Manner, perform
from gst_ims.cli.client.choosing import Filter
from gst_ims.cli.client.columns import RECORDS
from gst_ims.cli.client.deciding import plan
from gst_ims.cli.client.opening import opened
from gst_ims.cli.client.options import Place
from gst_ims.cli.client.output import Form, counted, say, show
from gst_ims.cli.exits import Exit, Usage
from gst_ims.cli.files import check_new
from gst_ims.connect.workbook import export, read_decisions
from gst_ims.core.section import OTHERS

_FORMS = {".csv": Form.CSV, ".json": Form.JSON}


def take_out(place: Place, filter_: Filter, file: Path) -> Exit:
    """Write the records that a filter takes into a new file of the kind that its name says.

    Raises Usage, AlreadyThere, ClientError; then there is no file.
    """
    kind = file.suffix.lower()
    check_new(file, (".xlsx", *_FORMS))
    with opened(place) as it:
        # Read before the file is made: what fails leaves none.
        records = [*filter_.records(it.session.records)]
    if kind == ".xlsx":
        export(file, records)
    else:
        with file.open("x", newline="") as out, redirect_stdout(out):
            show(RECORDS, records, _FORMS[kind])
    say(f"{file} has {counted(len(records), 'record')}.")
    return Exit.DONE


def bring_back(place: Place, file: Path, manner: Manner) -> Exit:
    """Do what was decided in a workbook of `ims export`. Raises Usage, Unreadable, ClientError."""
    if not file.is_file():
        raise Usage(f"There is no file {file}.")
    if file.suffix.lower() in _FORMS:
        raise Usage(
            f"{file} is no workbook: decide in one that `ims export FILE.xlsx` made, and save it as .xlsx."
            " A file that only names records is for `ims accept --file` and the like."
        )
    with opened(place) as it:
        records = (record for section in OTHERS for record in it.session.records(section))
        read = read_decisions(file, records)
        for problem in read.problems:
            say(f"ims: {problem}")
        return perform(it, plan(read.decisions, problems=read.problems), manner)
