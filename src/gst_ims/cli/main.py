"""`ims`: the commands. What a command needs it imports itself, so that `ims --version` answers at once."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.main import get_command

from gst_ims import __version__
from gst_ims.cli.client import commands
from gst_ims.cli.client.options import ConfigFile
from gst_ims.cli.desk import commands as desk
from gst_ims.cli.exits import Exit, exit_code
from gst_ims.cli.panels import Panel, Panelled
from gst_ims.core.errors import ImsError

app = typer.Typer(
    cls=Panelled,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="India's GST Invoice Management System: act on invoices at a portal, and run a portal of your own.",
)
db = typer.Typer(no_args_is_help=True, help="The portal's database.")
app.add_typer(db, name="db", rich_help_panel=Panel.PORTAL)
audit = typer.Typer(no_args_is_help=True, help="The audit trail.")
app.add_typer(audit, name="audit", rich_help_panel=Panel.PORTAL)
commands.add_to(app)
desk.add_to(app)

DataDir = Annotated[Path, typer.Option(help="Where the embedded PostgreSQL keeps its data.")]
DatabaseUrl = Annotated[
    str, typer.Option(envvar="IMS_DATABASE_URL", help="A PostgreSQL of your own, instead of the embedded one.")
]
TestMode = Annotated[
    bool, typer.Option("--test-mode", help="Known keys, one-time password 575757, a clock that can be moved.")
]
RetentionDays = Annotated[
    int,
    typer.Option(min=1, envvar="IMS_RETENTION_DAYS", help="How long the bodies of finished requests are kept."),
]
DEFAULT_DATA_DIR = Path(".ims")
DEFAULT_RETENTION_DAYS = 180


class StatusDialect(StrEnum):
    """The two ways to say how far a request is."""

    overview = "overview"
    gstn = "gstn"


def read_rate_limit(text: str) -> int | None:
    """Calls a minute, or none."""
    if text == "none":
        return None
    if not text.isdecimal() or int(text) < 1:
        raise typer.BadParameter("give a number of calls a minute, or none")
    return int(text)


def print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"ims {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=print_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Options before any command."""


@app.command(rich_help_panel=Panel.PORTAL)
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8000,
    data_dir: DataDir = DEFAULT_DATA_DIR,
    database_url: DatabaseUrl = "",
    test_mode: TestMode = False,
    demo: Annotated[bool, typer.Option("--demo", help="Load the demo group, once, into an empty portal.")] = False,
    status_dialect: Annotated[
        StatusDialect, typer.Option(help="How a request's status is said: P and S, or GSTN's IP and P.")
    ] = StatusDialect.overview,
    rate_limit: Annotated[
        str,
        typer.Option(
            help="Calls a minute of a key that has no limit of its own, or none. Without it: 100, in test mode none."
        ),
    ] = "",
    tls_cert: Annotated[
        Path | None, typer.Option(help="Speak HTTPS with this certificate (PEM, with its chain).")
    ] = None,
    tls_key: Annotated[Path | None, typer.Option(help="The certificate's private key (PEM).")] = None,
    drain: Annotated[
        float, typer.Option(min=0, help="Seconds to go on when told to stop, until load balancers have seen it.")
    ] = 0,
    retention_days: RetentionDays = DEFAULT_RETENTION_DAYS,
    config: ConfigFile = None,
) -> None:
    """Run the portal and the workbench, with a worker for each."""
    from gst_ims.cli.client.config import default_path
    from gst_ims.cli.serve import Serving, serve
    from gst_ims.portal.context import Settings

    if (tls_cert is None) != (tls_key is None):
        raise typer.BadParameter("give --tls-cert and --tls-key, or neither")
    limit = read_rate_limit(rate_limit) if rate_limit else None if test_mode else 100
    settings = Settings(test_mode, status_dialect.value, limit, retention_days)
    serve(
        Serving(
            *(host, port, data_dir, database_url, settings, demo, drain, config or default_path()), tls_cert, tls_key
        )
    )


@app.command(rich_help_panel=Panel.PORTAL)
def worker(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    database_url: DatabaseUrl = "",
    test_mode: TestMode = False,
    concurrency: Annotated[int, typer.Option(min=1, max=64, help="Requests worked on at a time.")] = 4,
    retention_days: RetentionDays = DEFAULT_RETENTION_DAYS,
) -> None:
    """Run a worker alone, beside a portal on the same database."""
    from gst_ims.cli.serve import work
    from gst_ims.portal.context import Settings

    work(data_dir, database_url, Settings(test_mode, retention_days=retention_days), concurrency)


@app.command(rich_help_panel=Panel.PORTAL)
def explain(
    record: Annotated[
        str,
        typer.Argument(
            help="GSTIN/section:supplier:number:period, such as"
            " 27AAXCT0001K1Z6/b2bcn:24AAXCT0003K1ZA:CN-9:102025. Of a bill of entry the port stands for the supplier."
        ),
    ],
    at: Annotated[
        str, typer.Option(help="A moment, such as 2025-12-21T10:00:00+05:30. Without it: the portal's now.")
    ] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    database_url: DatabaseUrl = "",
) -> None:
    """Say what may be done with a record, what would follow in rupees, and by which rules."""
    from gst_ims.cli.explain import explain_record

    typer.echo(explain_record(data_dir, database_url, record, at))


@audit.command("verify")
def verify(
    gstin: Annotated[str, typer.Option(help="One recipient. Without it: all.")] = "",
    data_dir: DataDir = DEFAULT_DATA_DIR,
    database_url: DatabaseUrl = "",
) -> None:
    """Recompute the audit trail, and name the first place where something was changed, removed or put in."""
    from gst_ims.cli.audit import verify_trail

    typer.echo(verify_trail(data_dir, database_url, gstin))


@db.command("upgrade")
def upgrade(data_dir: DataDir = DEFAULT_DATA_DIR, database_url: DatabaseUrl = "") -> None:
    """Bring the database to this version's schema."""
    from gst_ims.cli.serve import upgrade_database

    upgrade_database(data_dir, database_url)


@db.command("distribute")
def distribute(
    database_url: Annotated[
        str, typer.Option(envvar="IMS_DATABASE_URL", help="The coordinator of a Citus cluster, as a superuser.")
    ],
) -> None:
    """Spread taxpayers' data over the machines of a Citus cluster, by GSTIN."""
    from gst_ims.cli.serve import distribute_database

    typer.echo(distribute_database(database_url))


@cache
def _command() -> Any:
    return get_command(app)


def main() -> None:
    """Run a command. What we know to be wrong is said in one line, without a trace."""
    try:
        _run()
    except ImsError as error:
        sys.stderr.write(f"ims: {error}\n")
        sys.exit(exit_code(error))
    except UnicodeEncodeError as error:
        sys.exit(f"ims: {error.object!r} isn't text in UTF-8.")
    except OSError as error:
        sys.stderr.write(f"ims: {error.filename or 'What is printed'} can't be read or written: {error.strerror}.\n")
        _leave_quietly(Exit.REFUSED)
    except Exception as error:
        # What DuckDB makes of Ctrl-C: an error of its own or a RuntimeError, as the moment has it.
        if str(error).endswith(("Query interrupted", "Interrupted!")):
            sys.exit(Exit.INTERRUPTED)
        raise


def _run() -> None:
    """Run it, and see that what it prints is written."""
    try:
        _command()()
    except SystemExit as ended:
        # Typer has met it, and ended with 1.
        if isinstance(ended.__context__, BrokenPipeError):
            _leave_quietly(Exit.UNREAD)
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever read it has enough of it, such as `head`: that is no fault to be spoken of.
            _leave_quietly(Exit.UNREAD)
        raise


def _leave_quietly(code: Exit) -> NoReturn:
    """End, though what was printed can't be written."""
    # What is left in buffers has to go somewhere when Python ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(code)
