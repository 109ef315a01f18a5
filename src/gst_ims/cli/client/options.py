"""Options that many commands have, in groups. Nothing heavy is imported until a command runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Container
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from gst_ims.cli.exits import Usage
from gst_ims.core.errors import Invalid
from gst_ims.core.section import OTHERS, Action

if TYPE_CHECKING:
    from gst_ims.cli.client.acting import Manner
    from gst_ims.cli.client.choosing import Filter
    from gst_ims.cli.client.output import Form
    from gst_ims.core.period import Period

Command = Callable[..., Any]

Columns = Annotated[
    list[str] | None,
    typer.Option(help="Which column of the register is which, such as taxable=Basic Amount. Repeatable."),
]
Dates = Annotated[
    str, typer.Option(help="What stands first in dates: day or month. Without it: what most rows can only mean.")
]
STATUSES = ("accepted", "rejected", "pending", "no_action_taken")


def taking(**groups: Command) -> Callable[[Command], Command]:
    """Give a command, or a group, the options of groups: it gets what each makes of them as an argument."""

    def decorate(command: Command) -> Command:
        own = _parameters(command, without=groups)
        options = {name: _parameters(group) for name, group in groups.items()}

        def run(**given: Any) -> Any:
            made = {name: groups[name](**{it.name: given.pop(it.name) for it in options[name]}) for name in groups}
            return command(**given, **made)

        everything = [*own, *(parameter for group in options.values() for parameter in group)]
        run.__signature__ = inspect.Signature(everything)  # pyright: ignore[reportFunctionMemberAccess]
        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__annotations__ = {}
        return run

    return decorate


def _parameters(function: Command, without: Container[str] = ()) -> list[inspect.Parameter]:
    """The parameters of a function, as those of commands: by keyword, their annotations read."""
    if not hasattr(function, "__signature__"):
        # What belongs to no option may have a type that isn't imported here.
        own = {name: kind for name, kind in function.__annotations__.items() if name not in without}
        function.__annotations__ = {name: kind for name, kind in own.items() if name != "return"}
    found = inspect.signature(function, eval_str=True).parameters.values()
    return [it.replace(kind=it.KEYWORD_ONLY) for it in found if it.name not in without]


class Place(NamedTuple):
    """Which config file, and which profile in it; an empty name means the default."""

    config: Path
    profile: str


def profiles(context: typer.Context, incomplete: str) -> list[str]:
    """Names of profiles, for the completion of a shell."""
    from gst_ims.cli.client.config import default_path, load

    try:
        names = load(context.params.get("config") or default_path()).profiles
    except Usage:
        return []
    return [name for name in names if name.startswith(incomplete)]


def sections(incomplete: str) -> list[str]:
    """Sections, for the completion of a shell."""
    short = [section.error_key.upper() for section in OTHERS]
    return [name for name in short if name.startswith(incomplete.upper())]


def statuses(incomplete: str) -> list[str]:
    """Statuses, for the completion of a shell."""
    return [name for name in STATUSES if name.startswith(incomplete)]


ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", envvar="IMS_CONFIG", help="The config file. Without it: that of the user."),
]
ProfileName = Annotated[
    str,
    typer.Option(
        "--profile", "-p", envvar="IMS_PROFILE", autocompletion=profiles, help="Whose data. Without it: the default."
    ),
]


Statuses = Annotated[
    list[str] | None, typer.Option(autocompletion=statuses, help=f"{', '.join(STATUSES)}. Repeatable.")
]
Remarks = Annotated[str, typer.Option(help="Why, in 250 characters at most.")]


def place(config: ConfigFile = None, profile: ProfileName = "") -> Place:
    """--config and --profile."""
    from gst_ims.cli.client.config import default_path

    return Place(config or default_path(), profile)


def config_file(config: ConfigFile = None) -> Path:
    """--config."""
    return place(config, "").config


def form(
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="As CSV.")] = False,
) -> Form:
    """--json or --csv; without them a table."""
    from gst_ims.cli.client.output import Form

    if json and csv:
        raise Usage("Give --json or --csv, not both.")
    return Form.JSON if json else Form.CSV if csv else Form.TABLE


Timeout = Annotated[float, typer.Option(min=0, help="Seconds to wait for the portal. With 0 it is only asked.")]
DEFAULT_TIMEOUT = 1800.0


@taking(form=form)
def manner(
    form: Form,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be sent, and send nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Don't ask, however many records it is about.")] = False,
    timeout: Timeout = DEFAULT_TIMEOUT,
) -> Manner:
    """How something is sent."""
    from gst_ims.cli.client.acting import Manner

    return Manner(form, dry_run, yes, timeout)


def chosen(
    supplier: Annotated[list[str] | None, typer.Option(help="GSTIN of the supplier. Repeatable.")] = None,
    status: Statuses = None,
    period: Annotated[list[str] | None, typer.Option(help="The supplier's return period, MMYYYY. Repeatable.")] = None,
    number: Annotated[list[str] | None, typer.Option(help="Number of the document. Repeatable.")] = None,
    since: Annotated[str, typer.Option("--from", help="First day of the document, DD-MM-YYYY or YYYY-MM-DD.")] = "",
    until: Annotated[str, typer.Option("--to", help="Last day of the document, DD-MM-YYYY or YYYY-MM-DD.")] = "",
    least: Annotated[str, typer.Option("--min", help="Least value of the document, in rupees, such as 1,00,000.")] = "",
    most: Annotated[
        str, typer.Option("--max", help="Greatest value of the document, in rupees, such as 1,00,000.")
    ] = "",
) -> Filter:
    """What records have to be, but for their section."""
    from gst_ims.cli.client.choosing import Filter, read_amount, read_day, read_gstin
    from gst_ims.core.period import Period

    try:
        return Filter(
            suppliers=frozenset(map(read_gstin, supplier or ())),
            statuses=read_statuses(status),
            periods=frozenset(Period.parse(text) for text in period or ()),
            numbers=frozenset(text.upper() for text in number or ()),
            since=read_day(since) if since else None,
            until=read_day(until) if until else None,
            least=read_amount(least) if least else None,
            most=read_amount(most) if most else None,
        )
    except Invalid as error:
        raise Usage(str(error)) from error


@taking(chosen=chosen)
def chosen_anywhere(
    chosen: Filter,
    section: Annotated[
        list[str] | None, typer.Option(autocompletion=sections, help="Section, such as B2B or CN. Repeatable.")
    ] = None,
) -> Filter:
    """What records have to be, and in which sections they are."""
    return in_sections(chosen, section or [])


def in_sections(filter_: Filter, names: list[str]) -> Filter:
    """A filter for some sections. Raises Usage."""
    from dataclasses import replace

    from gst_ims.cli.client.choosing import read_section

    try:
        return replace(filter_, sections=tuple(dict.fromkeys(map(read_section, names))))
    except Invalid as error:
        raise Usage(str(error)) from error


class Words(NamedTuple):
    """What is said to an action: remarks, and how much credit is to be reduced. Empty where nothing is."""

    remarks: str = ""
    reduce: str = ""


def words_of(action: Action) -> Callable[..., Words]:
    """The options by which something is said to an action: a reset takes none."""

    def none() -> Words:
        return Words()

    def only_remarks(remarks: Remarks = "") -> Words:
        return Words(remarks)

    def both(
        remarks: Remarks = "",
        reduce: Annotated[
            str,
            typer.Option(
                help="Credit to be reduced by a credit note or an amendment: full, none, or amounts such as"
                " igst=10.50,cess=1. Without it: full where that is asked for."
            ),
        ] = "",
    ) -> Words:
        return Words(remarks, reduce)

    return {Action.NONE: none, Action.ACCEPT: both}.get(action, only_remarks)


def read_statuses(texts: list[str] | None) -> frozenset[Action]:
    """Statuses of the command line. Raises Usage."""
    try:
        return frozenset(map(Action.of_status, texts or ()))
    except Invalid as error:
        raise Usage(str(error)) from error


def read_period(text: str) -> Period:
    """A period of the command line, MMYYYY. Raises Usage."""
    from gst_ims.core.period import Period

    try:
        return Period.parse(text)
    except Invalid as error:
        raise Usage(str(error)) from error
