"""`ims desk policy`: rules that people wrote, and vendor lists. Each command imports what it needs itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gst_ims.cli.client import options as client_options
from gst_ims.cli.client.options import taking
from gst_ims.cli.desk import options
from gst_ims.cli.desk.options import Desked

if TYPE_CHECKING:
    from gst_ims.cli.client.output import Form

policy = typer.Typer(no_args_is_help=True, help="Rules that decide what is clear: check, try, put into force.")
lists = typer.Typer(no_args_is_help=True, help="Vendor lists, for in_list('…') in conditions.")
policy.add_typer(lists, name="lists")

File = Annotated[Path, typer.Argument(help="The policy, TOML.", exists=True, dir_okay=False)]
PolicyName = Annotated[str, typer.Argument(metavar="NAME", help="The policy's name.")]
ListName = Annotated[str, typer.Argument(metavar="LIST", help="The list's name.")]


@policy.command()
def check(file: File) -> None:
    """Say everything that is wrong with a policy: line, column, what to do. Needs no database."""
    from gst_ims.cli.desk import policies

    raise typer.Exit(policies.check(file))


@policy.command()
def starter() -> None:
    """Print the policy that comes with the program, to begin with."""
    from gst_ims.desk.policy.document import starter as text

    typer.echo(text(), nl=False)


@policy.command("try")
@taking(desked=options.desked, form=client_options.form)
def attempt(
    desked: Desked,
    file: File,
    form: Form,
    records: Annotated[int, typer.Option(min=0, help="How many records that change are shown.")] = 10,
) -> None:
    """What a policy would do with what there is, and otherwise than the one in force. Nothing is kept."""
    from gst_ims.cli.desk import policies

    policies.attempt(desked, file, records, form)


@policy.command()
@taking(desked=options.desked)
def put(desked: Desked, file: File, why: Annotated[str, typer.Option(help="Why, for the trail.")] = "") -> None:
    """Keep a new version, for another person to approve."""
    from gst_ims.cli.desk import policies

    policies.put(desked, file, why)


@policy.command()
@taking(desked=options.desked)
def approve(
    desked: Desked, name: PolicyName, version: Annotated[int, typer.Argument(min=1, help="Which version.")]
) -> None:
    """Put another person's version into force."""
    from gst_ims.cli.desk import policies

    policies.approve(desked, name, version)


@policy.command()
@taking(desked=options.desked)
def use(
    desked: Desked,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The policy's name. Without it: none proposes.")] = "",
) -> None:
    """Say which policy proposes decisions for the taxpayer."""
    from gst_ims.cli.desk import policies

    policies.use(desked, name)


@policy.command()
@taking(desked=options.desked, form=client_options.form)
def show(
    desked: Desked,
    form: Form,
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="The policy's name. Without it: all are listed.")] = "",
    version: Annotated[int, typer.Option(min=0, help="Print this version. Without it they are listed.")] = 0,
) -> None:
    """The versions of policies, or the text of one."""
    from gst_ims.cli.desk import policies

    policies.show(desked, name, version, form)


@policy.command()
@taking(desked=options.desked)
def propose(desked: Desked) -> None:
    """Let the policy in force decide what is its to decide. People approve and push."""
    from gst_ims.cli.desk import policies

    policies.propose(desked)


@lists.command("show")
@taking(desked=options.desked, form=client_options.form)
def show_lists(
    desked: Desked,
    form: Form,
    name: Annotated[str, typer.Argument(metavar="[LIST]", help="The list's name. Without it: the lists.")] = "",
) -> None:
    """The vendor lists, or the vendors of one."""
    from gst_ims.cli.desk import policies

    policies.show_lists(desked, name, form)


@lists.command("put")
@taking(desked=options.desked)
def put_list(
    desked: Desked,
    name: ListName,
    file: Annotated[Path, typer.Argument(help="CSV: a GSTIN or a PAN, and a note.", exists=True, dir_okay=False)],
) -> None:
    """Make a list, or let it take the place of what it was."""
    from gst_ims.cli.desk import policies

    policies.put_list(desked, name, file)


@lists.command("drop")
@taking(desked=options.desked)
def drop_list(desked: Desked, name: ListName) -> None:
    """Take a list away."""
    from gst_ims.cli.desk import policies

    policies.drop_list(desked, name)
