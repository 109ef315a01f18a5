"""The command and its options. What it needs it imports itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gst_ims.cli.client import options
from gst_ims.cli.client.options import Columns, Dates, Place, taking

DEFAULT_WITHIN = "1.00"
DEFAULT_DAYS = 5


@taking(place=options.place)
def match(
    place: Place,
    books: Annotated[
        list[Path],
        typer.Option(help="A purchase register: .xlsx, .xls, .csv, .parquet. Repeatable.", show_default=False),
    ],
    ims: Annotated[
        list[Path] | None,
        typer.Option(help="What the portal says: JSON or Excel of IMS, GSTR-2B as JSON. Repeatable."),
    ] = None,
    gstin: Annotated[
        str, typer.Option(help="The recipient. Without --ims his records are read through his profile.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="A new file for the result: .xlsx to work through, .parquet or .json.")
    ] = None,
    within: Annotated[
        str, typer.Option(help="How far amounts may lie apart, in rupees, such as 1,000.00.")
    ] = DEFAULT_WITHIN,
    days: Annotated[int, typer.Option(min=0, help="How many days dates may lie apart.")] = DEFAULT_DAYS,
    links: Annotated[
        list[Path] | None,
        typer.Option(help="Your decisions: a file of them, or a worklist in which you decided. Repeatable."),
    ] = None,
    column: Columns = None,
    dates: Dates = "",
    since: Annotated[Path | None, typer.Option(help="An earlier result in .parquet: say what has changed.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the columns as they are proposed.")] = False,
    json: Annotated[bool, typer.Option("--json", help="The summary as JSON.")] = False,
) -> None:
    """Match what the portal says with purchase registers: what belongs together, what is missing, and why."""
    from gst_ims.cli.client.matching import confirming, running

    task = running.Task(
        ims=ims or [],
        gstin=gstin.upper(),
        books=books,
        out=out,
        settings=running.settings(within, days),
        links=links or [],
        columns=confirming.columns(column or []),
        dates=dates,
        since=since,
    )
    raise typer.Exit(running.run(place, task, yes=yes, json=json))
