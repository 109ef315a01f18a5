"""`ims desk report`: workbooks and figures. The command imports what it needs itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gst_ims.cli.client.options import taking
from gst_ims.cli.desk import options
from gst_ims.cli.desk.options import Desked


@taking(desked=options.desked)
def report(
    desked: Desked,
    out: Annotated[
        Path, typer.Option(help="A new file: .xlsx to read, sort and decide in, or .json with the figures.")
    ],
    period: Annotated[str, typer.Option(help="Tax period, MMYYYY. Without it: last month.")] = "",
) -> None:
    """Write what stands at the desk: worklist, matches, GSTR-2B compared, scorecards, audit."""
    from gst_ims.cli.desk import reporting

    reporting.report(desked, out, period)


def add_to(desk: typer.Typer) -> None:
    """Make the command known."""
    desk.command()(report)
