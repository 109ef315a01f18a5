"""`ims desk push, pushes, promise`: what is decided goes to the portal. Each command imports what it needs itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gst_ims.cli.client import options as client_options
from gst_ims.cli.client.options import taking
from gst_ims.cli.desk import options
from gst_ims.cli.desk.options import Desked

if TYPE_CHECKING:
    from gst_ims.cli.client.output import Form


@taking(desked=options.desked)
def push(
    desked: Desked,
    queue: Annotated[bool, typer.Option("--queue", help="Let the worker do it.")] = False,
) -> None:
    """Send what is approved, or needs no approval, to the portal; go on first with a push that is open."""
    from gst_ims.cli.desk import pushing

    raise typer.Exit(pushing.push(desked, queue=queue))


@taking(desked=options.desked, form=client_options.form)
def pushes(
    desked: Desked,
    form: Form,
    number: Annotated[
        int, typer.Argument(min=0, metavar="[NUMBER]", help="What of this push isn't applied, and what to do about it.")
    ] = 0,
) -> None:
    """The pushes, the newest first."""
    from gst_ims.cli.desk import pushing

    pushing.pushes(desked, number, form)


@taking(desked=options.desked, form=client_options.form)
def promise(
    desked: Desked,
    form: Form,
    period: Annotated[str, typer.Argument(help="The period of GSTR-2B, MMYYYY.")],
    read: Annotated[bool, typer.Option("--read", help="Read GSTR-2B now.")] = False,
) -> None:
    """GSTR-2B against what the decisions promised: totals, and the documents that differ."""
    from gst_ims.cli.desk import pushing

    raise typer.Exit(pushing.promise(desked, period, form, read=read))


def add_to(desk: typer.Typer) -> None:
    """Make the commands known."""
    for name, command in (("push", push), ("pushes", pushes), ("promise", promise)):
        desk.command(name)(command)
