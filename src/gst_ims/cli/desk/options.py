"""Options that the desk's commands share."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from gst_ims.cli.client.options import ConfigFile, taking
from gst_ims.cli.exits import Usage
from gst_ims.core.errors import Invalid

if TYPE_CHECKING:
    from gst_ims.core.gstin import Gstin

DEFAULT_DATA_DIR = Path(".ims")


class At(NamedTuple):
    """Which desk, and who sits at it."""

    data_dir: Path
    database_url: str
    config: Path
    person: str


def at(
    data_dir: Annotated[Path, typer.Option(help="Where the embedded PostgreSQL keeps its data.")] = DEFAULT_DATA_DIR,
    database_url: Annotated[
        str, typer.Option(envvar="IMS_DATABASE_URL", help="A PostgreSQL of your own, instead of the embedded one.")
    ] = "",
    config: ConfigFile = None,
    person: Annotated[
        str, typer.Option("--as", envvar="IMS_PERSON", help="Who you are. Without it: your name on this computer.")
    ] = "",
) -> At:
    """--data-dir, --database-url, --config and --as."""
    from gst_ims.cli.client.config import default_path

    return At(data_dir, database_url, config or default_path(), person or getpass.getuser())


def whose(
    gstin: Annotated[
        str, typer.Option("--gstin", "-g", envvar="IMS_GSTIN", help="Which taxpayer. Without it: the only one.")
    ] = "",
) -> str:
    """--gstin."""
    return gstin


class Desked(NamedTuple):
    """Which desk, who sits at it, and about which taxpayer; an empty GSTIN means the only one."""

    at: At
    gstin: str


@taking(at=at, gstin=whose)
def desked(at: At, gstin: str) -> Desked:
    """The options of commands about one taxpayer."""
    return Desked(at, gstin)


def read_gstin(text: str) -> Gstin:
    """A GSTIN of the command line. Raises Usage."""
    from gst_ims.core.gstin import Gstin

    try:
        return Gstin(text.strip().upper())
    except Invalid as error:
        raise Usage(str(error)) from error
