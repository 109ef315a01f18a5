"""The commands that work for a taxpayer. Each imports what it needs itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gst_ims.cli.client import options
from gst_ims.cli.client.matching.command import match
from gst_ims.cli.client.options import Place, taking
from gst_ims.cli.panels import Panel
from gst_ims.core.section import Action

if TYPE_CHECKING:
    from gst_ims.cli.client.acting import Manner
    from gst_ims.cli.client.choosing import Filter
    from gst_ims.cli.client.output import Form

profile = typer.Typer(no_args_is_help=True, help="Profiles: taxpayers at portals.")
statement = typer.Typer(no_args_is_help=True, help="GSTR-2B.")

PeriodArgument = Annotated[str, typer.Argument(metavar="PERIOD", help="MMYYYY, such as 122025.")]
AllProfiles = Annotated[bool, typer.Option("--all-profiles", help="Of every profile in the config file.")]


@taking(place=options.place)
def login(
    place: Place,
    otp_stdin: Annotated[bool, typer.Option("--otp-stdin", help="Read the one-time password from stdin.")] = False,
) -> None:
    """Sign in with a one-time password, for six hours. The API secret is asked for where it isn't known."""
    from gst_ims.cli.client import signing

    raise typer.Exit(signing.login(place, otp_stdin=otp_stdin))


@taking(place=options.place)
def logout(place: Place) -> None:
    """End the session at the portal."""
    from gst_ims.cli.client import signing

    raise typer.Exit(signing.logout(place))


@taking(place=options.place, form=options.form)
def counts(
    place: Place,
    form: Form,
    goods: Annotated[str, typer.Option(help="others, inward_supplies, imports or all.")] = "others",
    all_profiles: AllProfiles = False,
) -> None:
    """Count records by section and status."""
    from gst_ims.cli.client import reading

    raise typer.Exit(reading.counts(place, goods, form, everyone=all_profiles))


@taking(chosen=options.chosen, place=options.place, form=options.form)
def list_records(
    chosen: Filter,
    place: Place,
    form: Form,
    section: Annotated[
        str,
        typer.Argument(metavar="SECTION", autocompletion=options.sections, help="B2B, B2BA, CN, CNA, DN, DNA, ECOM, …"),
    ],
    all_profiles: AllProfiles = False,
) -> None:
    """List the records of a section."""
    from gst_ims.cli.client import reading

    filter_ = options.in_sections(chosen, [section])
    raise typer.Exit(reading.records(place, filter_, form, everyone=all_profiles))


def acting(action: Action, words: str) -> Callable[..., None]:
    """The command that does one thing to records."""

    @taking(chosen=options.chosen_anywhere, said=options.words_of(action), place=options.place, manner=options.manner)
    def act(
        chosen: Filter,
        said: options.Words,
        place: Place,
        manner: Manner,
        names: Annotated[
            list[str] | None, typer.Argument(metavar="RECORD", help="section:supplier:number:period, as in a list.")
        ] = None,
        file: Annotated[
            Path | None, typer.Option(help="CSV, Excel or JSON with a record a row, perhaps with remarks and reduce.")
        ] = None,
    ) -> None:
        from gst_ims.cli.client.acting import act

        raise typer.Exit(act(place, action, names or [], chosen, file, said, manner))

    act.__doc__ = words
    return act


@taking(chosen=options.chosen_anywhere, place=options.place)
def export(
    chosen: Filter,
    place: Place,
    file: Annotated[Path, typer.Argument(help="A new file: .xlsx to decide in, .csv or .json.")],
) -> None:
    """Write records into a file."""
    from gst_ims.cli.client.carrying import take_out

    raise typer.Exit(take_out(place, chosen, file))


@taking(place=options.place, manner=options.manner)
def import_decisions(
    place: Place,
    manner: Manner,
    file: Annotated[Path, typer.Argument(help="A workbook that was exported, with decisions in it.")],
) -> None:
    """Do what was decided in a workbook that was exported."""
    from gst_ims.cli.client.carrying import bring_back

    raise typer.Exit(bring_back(place, file, manner))


@taking(place=options.place, form=options.form)
def status(
    place: Place,
    form: Form,
    reference: Annotated[str, typer.Argument(metavar="REFERENCE", help="Of the portal, or ours.")] = "",
    pending: Annotated[bool, typer.Option("--pending", help="All that isn't over.")] = False,
    timeout: options.Timeout = options.DEFAULT_TIMEOUT,
) -> None:
    """Say what became of a save or reset, taking up a wait that was interrupted."""
    from gst_ims.cli.client.following import follow

    raise typer.Exit(follow(place, reference, form, timeout, pending=pending))


@taking(place=options.place, form=options.form)
def sales(
    place: Place,
    form: Form,
    period: PeriodArgument,
    section: Annotated[str, typer.Option(help="B2B, B2BA, CDNR, CDNRA, ECOM or ECOMA. Without it: all.")] = "",
    return_type: Annotated[str, typer.Option(help="gstr-1, also for IFF, or gstr-1a.")] = "gstr-1",
    status: options.Statuses = None,
) -> None:
    """List what you reported as a supplier, and what the recipients decided."""
    from gst_ims.cli.client import reading

    statuses = options.read_statuses(status)
    raise typer.Exit(reading.sales(place, options.read_period(period), section, return_type, statuses, form))


@taking(place=options.place, form=options.form)
def added_back(
    place: Place,
    form: Form,
    period: PeriodArgument,
    section: Annotated[str, typer.Option(help="CDNR, CDNRA, B2BA or ECOMA. Without it: all.")] = "",
) -> None:
    """List the liability that comes back to you as a supplier."""
    from gst_ims.cli.client import reading

    raise typer.Exit(reading.added_back(place, options.read_period(period), section, form))


@statement.command("show")
@taking(place=options.place, form=options.form)
def show(
    place: Place,
    form: Form,
    period: PeriodArgument,
    documents: Annotated[bool, typer.Option("--documents", help="Every document, not only sums.")] = False,
) -> None:
    """Show GSTR-2B of a period."""
    from gst_ims.cli.client import reading

    raise typer.Exit(reading.statement(place, options.read_period(period), form, documents=documents))


@statement.command("recompute")
@taking(place=options.place)
def recompute(place: Place, period: PeriodArgument, timeout: options.Timeout = options.DEFAULT_TIMEOUT) -> None:
    """Have GSTR-2B computed anew, after actions have changed."""
    from gst_ims.cli.client import reading

    raise typer.Exit(reading.recompute(place, options.read_period(period), timeout))


@profile.command("add")
@taking(config=options.config_file)
def add_profile(
    config: Path,
    name: Annotated[str, typer.Argument(help="A name of your own.")],
    gstin: Annotated[str, typer.Option(help="The taxpayer.")],
    username: Annotated[str, typer.Option(help="His user name at the GST portal.")] = "",
    portal: Annotated[
        str, typer.Option(help="A base URL; sandbox; or offline, for the files of the offline tool.")
    ] = "sandbox",
    folder: Annotated[str, typer.Option(help="Of offline: where the downloads are, and the uploads will be.")] = "",
    api_key: Annotated[str, typer.Option(help="The API key, which isn't secret. Without it: IMS_API_KEY.")] = "",
    default: Annotated[bool, typer.Option("--default", help="What is meant where no profile is named.")] = False,
) -> None:
    """Write a profile into the config file. The first one is the default."""
    from gst_ims.cli.client import signing
    from gst_ims.cli.client.config import Profile

    # Commands are run in any directory.
    place = str(Path(folder).expanduser().absolute()) if folder else ""
    made = Profile(gstin.upper(), username, portal, api_key, place)
    raise typer.Exit(signing.add(config, name, made, default=default))


@profile.command("list")
@taking(config=options.config_file, form=options.form)
def list_profiles(config: Path, form: Form) -> None:
    """List the profiles of the config file."""
    from gst_ims.cli.client import signing

    raise typer.Exit(signing.listed(config, form))


@profile.command("remove")
@taking(config=options.config_file)
def remove_profile(
    config: Path,
    name: Annotated[str, typer.Argument(autocompletion=options.profiles, help="Its name.")],
) -> None:
    """Take a profile out of the config file."""
    from gst_ims.cli.client import signing

    raise typer.Exit(signing.remove(config, name))


def add_to(app: typer.Typer) -> None:
    """Add all of them to a program, in the order of its help."""
    decide, read, supply, sign = Panel.DECIDE, Panel.READ, Panel.SUPPLY, Panel.SIGN
    app.command("accept", rich_help_panel=decide)(acting(Action.ACCEPT, "Accept records."))
    app.command("reject", rich_help_panel=decide)(acting(Action.REJECT, "Reject records."))
    app.command("pending", rich_help_panel=decide)(acting(Action.PENDING, "Keep records pending."))
    app.command("reset", rich_help_panel=decide)(acting(Action.NONE, "Take back what was decided about records."))
    app.command("import", rich_help_panel=decide)(import_decisions)
    app.command("status", rich_help_panel=decide)(status)
    app.command("counts", rich_help_panel=read)(counts)
    app.command("list", rich_help_panel=read)(list_records)
    app.command("export", rich_help_panel=read)(export)
    app.command("match", rich_help_panel=read)(match)
    app.add_typer(statement, name="2b", rich_help_panel=read)
    app.command("sales", rich_help_panel=supply)(sales)
    app.command("added-back", rich_help_panel=supply)(added_back)
    app.add_typer(profile, name="profile", rich_help_panel=sign)
    app.command("login", rich_help_panel=sign)(login)
    app.command("logout", rich_help_panel=sign)(logout)
