"""`ims desk`: who works at it, what it reads, and what belongs together. Each command imports what it needs itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gst_ims.cli.client import options as client_options
from gst_ims.cli.client.options import Columns, Dates, taking
from gst_ims.cli.desk import followup, options, push, report, review
from gst_ims.cli.desk.options import At, Desked
from gst_ims.cli.desk.policy import policy
from gst_ims.cli.panels import Panel

if TYPE_CHECKING:
    from gst_ims.cli.client.output import Form

desk = typer.Typer(
    no_args_is_help=True,
    help="A tax team's workbench: read portals and books, match, decide, approve, push, follow up.",
)
books = typer.Typer(no_args_is_help=True, help="Purchase registers.")
desk.add_typer(books, name="books")
desk.add_typer(policy, name="policy")

RoleName = Annotated[str, typer.Argument(metavar="ROLE", help="viewer, preparer, approver or administrator.")]
PersonName = Annotated[str, typer.Argument(metavar="PERSON")]


@desk.command()
@taking(at=options.at)
def found(
    at: At,
    gstin: Annotated[str, typer.Argument(help="The taxpayer.")],
    name: Annotated[str, typer.Option(help="What the taxpayer is called.")],
    profile: Annotated[str, typer.Option("--profile", "-p", help="The profile that leads to its portal.")],
    quarterly: Annotated[bool, typer.Option("--quarterly", help="It files quarterly (QRMP).")] = False,
) -> None:
    """Make the desk of a taxpayer, with you as its administrator; or change its name, profile or frequency."""
    from gst_ims.cli.desk import running

    running.found(at, gstin, name, profile, "quarterly" if quarterly else "monthly")


@desk.command()
@taking(at=options.at)
def person(
    at: At,
    name: PersonName,
    email: Annotated[str, typer.Option(help="Where mail for him goes.")] = "",
    gone: Annotated[bool, typer.Option("--gone", help="He has left: his duties count no more.")] = False,
) -> None:
    """Make a person known at the desk, or say that he has left."""
    from gst_ims.cli.desk import running

    running.person(at, name, email, gone=gone)


@desk.command()
@taking(at=options.at)
def password(
    at: At,
    name: PersonName,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False,
) -> None:
    """Give a person a password for the workbench, and sign him out everywhere."""
    from gst_ims.cli.desk import signing

    signing.password(at, name, from_stdin=password_stdin)


@desk.command()
@taking(at=options.at)
def totp(
    at: At, name: PersonName, off: Annotated[bool, typer.Option("--off", help="Ask for no codes any more.")] = False
) -> None:
    """Ask a person for one-time codes at the workbench, and print the address for his authenticator."""
    from gst_ims.cli.desk import signing

    signing.totp(at, name, wanted=not off)


@desk.command()
@taking(desked=options.desked)
def grant(desked: Desked, name: PersonName, role: RoleName) -> None:
    """Give a person a duty."""
    from gst_ims.cli.desk import running

    running.duty(desked, name, role, given=True)


@desk.command()
@taking(desked=options.desked)
def revoke(desked: Desked, name: PersonName, role: RoleName) -> None:
    """Take a duty away."""
    from gst_ims.cli.desk import running

    running.duty(desked, name, role, given=False)


@desk.command("people")
@taking(at=options.at, form=client_options.form)
def list_people(at: At, form: Form) -> None:
    """Who may do what for which taxpayer."""
    from gst_ims.cli.desk import running

    running.list_people(at, form)


@desk.command()
@taking(desked=options.desked)
def sync(desked: Desked) -> None:
    """Read the portal, and say what changed since the last time."""
    from gst_ims.cli.desk import running

    running.sync(desked)


@desk.command()
@taking(desked=options.desked, form=client_options.form)
def changes(
    desked: Desked,
    form: Form,
    reading: Annotated[int, typer.Option("--sync", min=0, help="Which reading. Without it: the last one.")] = 0,
) -> None:
    """What a reading of the portal found changed."""
    from gst_ims.cli.desk import running

    running.changes(desked, reading, form)


@books.command("add")
@taking(desked=options.desked)
def add_books(
    desked: Desked,
    files: Annotated[list[Path], typer.Argument(help="xlsx, xls, csv or parquet.", exists=True, dir_okay=False)],
    label: Annotated[str, typer.Option(help="What the register is called: read again, it replaces what it said.")],
    column: Columns = None,
    dates: Dates = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Take the columns as they are recognised.")] = False,
) -> None:
    """Read a purchase register."""
    from gst_ims.cli.desk import running

    running.add_books(desked, files, label, column or [], dates, yes=yes)


@books.command("list")
@taking(desked=options.desked, form=client_options.form)
def list_books(desked: Desked, form: Form) -> None:
    """The registers that stand."""
    from gst_ims.cli.desk import running

    running.list_books(desked, form)


@books.command("problems")
@taking(desked=options.desked, form=client_options.form)
def list_problems(
    desked: Desked,
    form: Form,
    register: Annotated[int, typer.Argument(min=1, help="The register's number, as `ims desk books list` has it.")],
) -> None:
    """Rows of a register that aren't documents, or are to be looked at."""
    from gst_ims.cli.desk import running

    running.list_problems(desked, register, form)


@books.command("drop")
@taking(desked=options.desked)
def drop_books(desked: Desked, label: Annotated[str, typer.Argument(help="The register's label.")]) -> None:
    """Take a register out of what the books say. Its past stays."""
    from gst_ims.cli.desk import running

    running.drop_books(desked, label)


@desk.command("match")
@taking(desked=options.desked)
def match_all(desked: Desked) -> None:
    """Match what the portal says with what the books say, and keep what is found."""
    from gst_ims.cli.desk import running

    running.match(desked)


@desk.command()
@taking(desked=options.desked)
def link(
    desked: Desked,
    portal: Annotated[list[str], typer.Option(help="A record, as `ims desk list` names it. Repeatable.")],
    books: Annotated[list[str], typer.Option(help="A document of the books. Repeatable.")],
    apart: Annotated[bool, typer.Option("--apart", help="They don't belong together.")] = False,
    why: Annotated[str, typer.Option(help="Why, for the trail.")] = "",
) -> None:
    """Say that documents belong together, whatever matching thinks."""
    from gst_ims.cli.desk import running

    running.link(desked, portal, books, why, together=not apart)


@desk.command()
@taking(desked=options.desked)
def unlink(desked: Desked, number: Annotated[int, typer.Argument(help="The link's number.")]) -> None:
    """Take a link back."""
    from gst_ims.cli.desk import running

    running.unlink(desked, number)


@desk.command()
@taking(at=options.at)
def worker(
    at: At,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Taxpayers worked on at a time.")] = 2,
    once: Annotated[bool, typer.Option("--once", help="End when nothing is left to be done.")] = False,
) -> None:
    """Do the desk's background work: readings, matchings, pushes, messages. More machines may each run one."""
    from gst_ims.cli.desk import running

    running.worker(at, concurrency, wait=not once)


def add_to(app: typer.Typer) -> None:
    """Make the commands known."""
    followup.add_to(desk)
    review.add_to(desk)
    push.add_to(desk)
    report.add_to(desk)
    app.add_typer(desk, name="desk", rich_help_panel=Panel.DESK)
    # What is used most often by itself is there without the desk's name, too.
    app.add_typer(policy, name="policy", rich_help_panel=Panel.DESK)
