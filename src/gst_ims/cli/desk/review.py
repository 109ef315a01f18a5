"""`ims desk list, show, decide, approve, …`: who decides what. Each command imports what it needs itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gst_ims.cli.client import options as client_options
from gst_ims.cli.client.options import Remarks, Statuses, sections, taking
from gst_ims.cli.desk import options
from gst_ims.cli.desk.options import Desked

if TYPE_CHECKING:
    from gst_ims.cli.client.output import Form
    from gst_ims.desk.review.lists import Filter

Ids = Annotated[
    list[int], typer.Argument(metavar="NUMBER...", help="Numbers of decisions, as `ims desk list` has them.")
]
Why = Annotated[str, typer.Option(help="Why, for the trail.")]
Key = Annotated[str, typer.Argument(metavar="RECORD", help="Its name, as `ims desk list` has it.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Don't ask.")]


def chosen(
    state: Annotated[
        str,
        typer.Option(help="todo, waiting (for approval), ready (to be pushed), or what became of the last decision."),
    ] = "",
    section: Annotated[
        list[str] | None, typer.Option(autocompletion=sections, help="Section, such as B2B or CN. Repeatable.")
    ] = None,
    supplier: Annotated[str, typer.Option(help="GSTIN or PAN of the supplier.")] = "",
    bucket: Annotated[list[str] | None, typer.Option(help="What matching found. Repeatable.")] = None,
    status: Statuses = None,
    text: Annotated[str, typer.Option(help="Part of the number, of the supplier's name or of his GSTIN.")] = "",
) -> Filter:
    """Which records."""
    from gst_ims.cli.desk import reviewing

    return reviewing.read_filter(state, section or [], supplier, bucket or [], status or [], text)


@taking(desked=options.desked, wanted=chosen, form=client_options.form)
def list_records(
    desked: Desked,
    wanted: Filter,
    form: Form,
    order: Annotated[str, typer.Option(help="rupees or deadline.")] = "rupees",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
) -> None:
    """Records with what is found and decided about them. Without --state: those that want a decision."""
    from gst_ims.cli.desk import reviewing

    reviewing.list_records(desked, wanted, order, limit, form)


@taking(desked=options.desked)
def show(desked: Desked, key: Key, json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False) -> None:
    """All that is known about one record."""
    from gst_ims.cli.desk import reviewing

    reviewing.show_record(desked, key, json=json)


@taking(desked=options.desked, wanted=chosen)
def decide(
    desked: Desked,
    wanted: Filter,
    action: Annotated[str, typer.Argument(help="accept, reject, pending or reset.")] = "",
    keys: Annotated[list[str] | None, typer.Argument(metavar="[RECORD]...", help="Names. Without: filters.")] = None,
    remarks: Remarks = "",
    reduce: Annotated[
        str,
        typer.Option(help="Credit to be reduced: full, none, or amounts such as igst=10.50. Without it: full."),
    ] = "",
    why: Why = "",
    file: Annotated[
        Path | None,
        typer.Option(
            "--from", help="What people decided in this workbook, which `ims desk report` wrote.", exists=True
        ),
    ] = None,
    skip_wrong: Annotated[
        bool, typer.Option("--skip-wrong", help="With --from: leave out rows that are wrong, and decide the others.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, and decide nothing.")] = False,
    yes: Yes = False,
) -> None:
    """Decide about records that are named, about all of a list, or as a workbook says. The effect is shown before."""
    from gst_ims.cli.desk import reporting, reviewing

    words = reviewing.Said(action, remarks, reduce, why)
    if file is not None:
        raise typer.Exit(reporting.decide(desked, file, words, skip_wrong=skip_wrong, dry_run=dry_run, yes=yes))
    raise typer.Exit(reviewing.decide(desked, wanted, keys or [], words, dry_run=dry_run, yes=yes))


@taking(desked=options.desked)
def approve(
    desked: Desked,
    ids: Annotated[list[int] | None, typer.Argument(metavar="[NUMBER]...", help="Numbers of decisions.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that waits, but for your own.")] = False,
    why: Why = "",
    yes: Yes = False,
) -> None:
    """Approve what others decided."""
    from gst_ims.cli.desk import reviewing

    raise typer.Exit(reviewing.approve(desked, ids or [], why, everything=everything, yes=yes))


@taking(desked=options.desked)
def give_back(
    desked: Desked, ids: Ids, why: Annotated[str, typer.Option(help="What the one who decided has to know.")]
) -> None:
    """Return decisions to who made them."""
    from gst_ims.cli.desk import reviewing

    raise typer.Exit(reviewing.give_back(desked, ids, why))


@taking(desked=options.desked)
def undo(desked: Desked, ids: Ids, why: Why = "") -> None:
    """Take decisions back before they are pushed."""
    from gst_ims.cli.desk import reviewing

    raise typer.Exit(reviewing.undo(desked, ids, why))


@taking(desked=options.desked)
def comment(desked: Desked, key: Key, text: Annotated[str, typer.Argument(help="What you say.")]) -> None:
    """Say something about a record, for everybody who sees it."""
    from gst_ims.cli.desk import reviewing

    reviewing.comment(desked, key, text)


def add_to(desk: typer.Typer) -> None:
    """Make the commands known."""
    for name, command in (
        *(("list", list_records), ("show", show), ("decide", decide), ("approve", approve)),
        *(("return", give_back), ("undo", undo), ("comment", comment)),
    ):
        desk.command(name)(command)
