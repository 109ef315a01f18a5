"""`ims desk`: suppliers and customers to talk to, what to correct, alerts. A command imports what it needs itself."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gst_ims.cli.client import options as client_options
from gst_ims.cli.client.options import taking
from gst_ims.cli.desk import options
from gst_ims.cli.desk.options import Desked

if TYPE_CHECKING:
    from gst_ims.cli.client.output import Form

contacts = typer.Typer(no_args_is_help=True, help="Whom to write to about suppliers and customers.")


class Sides(StrEnum):
    """Who is asked."""

    suppliers = "suppliers"
    customers = "customers"


Documents = Annotated[bool, typer.Option("--documents", help="Every document, not only the parties.")]


@taking(desked=options.desked)
def sales(
    desked: Desked,
    period: Annotated[
        list[str] | None, typer.Option(help="A return period, MMYYYY; repeatable. Without it: the last three.")
    ] = None,
) -> None:
    """Read what you sold, what recipients did with it, and the liability that comes back."""
    from gst_ims.cli.desk import followups

    followups.sales(desked, period or [])


@taking(desked=options.desked, form=client_options.form)
def suppliers(desked: Desked, form: Form, documents: Documents = False) -> None:
    """Suppliers to be asked: not filed, different from the books, missing in the portal."""
    from gst_ims.cli.desk import followups

    followups.parties(desked, "supplier", form, documents=documents)


@taking(desked=options.desked, form=client_options.form)
def customers(desked: Desked, form: Form, documents: Documents = False) -> None:
    """Customers who rejected documents of yours or keep them pending."""
    from gst_ims.cli.desk import followups

    followups.parties(desked, "customer", form, documents=documents)


@taking(desked=options.desked, form=client_options.form)
def liability(desked: Desked, form: Form) -> None:
    """The liability that came back, and what is to be expected, document by document."""
    from gst_ims.cli.desk import followups

    followups.liability(desked, form)


@taking(desked=options.desked, form=client_options.form)
def drafts(
    desked: Desked,
    form: Form,
    out: Annotated[Path | None, typer.Option(help="A folder for the returns. Without it they are only listed.")] = None,
    to_zero: Annotated[
        list[str] | None, typer.Option(help="A document of which nothing is to be left, by its id; repeatable.")
    ] = None,
    into: Annotated[str, typer.Option(help="Amend in GSTR-1 of this period, MMYYYY.")] = "",
) -> None:
    """Correct what was rejected: GSTR-1A or amendments, as returns ready to file."""
    from gst_ims.cli.desk import followups

    followups.drafts(desked, out, to_zero or [], into, form)


@contacts.command("import")
@taking(desked=options.desked)
def import_contacts(
    desked: Desked,
    file: Annotated[
        Path,
        typer.Argument(help="csv or a workbook: gstin, name, email, webhook, secret.", exists=True, dir_okay=False),
    ],
) -> None:
    """Take contacts from a file; rows that are wrong are left out and told."""
    from gst_ims.cli.desk import followups

    raise typer.Exit(followups.import_contacts(desked, file))


@contacts.command("list")
@taking(desked=options.desked, form=client_options.form)
def list_contacts(desked: Desked, form: Form) -> None:
    """The contacts, without their secrets."""
    from gst_ims.cli.desk import followups

    followups.list_contacts(desked, form)


@taking(desked=options.desked)
def ask(
    desked: Desked,
    side: Annotated[Sides, typer.Argument(metavar="SIDE", help="suppliers or customers.")],
    party: Annotated[list[str] | None, typer.Argument(metavar="GSTIN", help="Only these.")] = None,
    reply_by: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="When an answer is due. Without it: in some days.")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Show what would be sent, and send nothing.")] = False,
) -> None:
    """Write to parties about their documents, once each."""
    from gst_ims.cli.desk import followups

    due = reply_by and reply_by.date()
    followups.ask(desked, "supplier" if side is Sides.suppliers else "customer", party or [], due, preview=preview)


@taking(desked=options.desked, form=client_options.form)
def messages(
    desked: Desked,
    form: Form,
    state: Annotated[str, typer.Option(help="queued, sent or dead. Without it: all.")] = "",
    requeue: Annotated[list[int] | None, typer.Option(help="Try a dead message anew; repeatable.")] = None,
    answered: Annotated[list[int] | None, typer.Option(help="This one has its answer; repeatable.")] = None,
) -> None:
    """What was sent to whom; dead letters can be queued anew, answers noted."""
    from gst_ims.cli.desk import followups

    followups.messages(desked, state, requeue or [], answered or [], form)


@taking(desked=options.desked, form=client_options.form)
def alerts(
    desked: Desked,
    form: Form,
    everything: Annotated[bool, typer.Option("--all", help="Also those that somebody has seen.")] = False,
    seen: Annotated[list[int] | None, typer.Option(help="You have seen this one; repeatable.")] = None,
) -> None:
    """What there is to be told, and who has seen it."""
    from gst_ims.cli.desk import followups

    followups.alerts(desked, seen or [], form, everything=everything)


@taking(desked=options.desked, form=client_options.form)
def settings(
    desked: Desked,
    form: Form,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Which one is to be set.")] = "",
    value: Annotated[str, typer.Argument(metavar="VALUE", help="As JSON, or a text. An empty one: the default.")] = "",
) -> None:
    """Hours, thresholds and texts of follow-up and alerts; with a name, set one."""
    from gst_ims.cli.desk import followups

    followups.settings(desked, name, value, form)


def add_to(desk: typer.Typer) -> None:
    """Make the commands known."""
    for command in (sales, suppliers, customers, liability, drafts, ask, messages, alerts, settings):
        desk.command()(command)
    desk.add_typer(contacts, name="contacts")
