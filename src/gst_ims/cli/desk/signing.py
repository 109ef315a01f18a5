"""How people get into the workbench: passwords and one-time codes."""

from __future__ import annotations

import sys

import typer

from gst_ims.cli.client.output import say
from gst_ims.cli.desk.opening import open_desk
from gst_ims.cli.desk.options import At
from gst_ims.cli.exits import Usage
from gst_ims.desk.sessions import service as sessions


def password(at: At, name: str, *, from_stdin: bool) -> None:
    """Ask for a password, twice, or read it once."""
    if from_stdin:
        wanted = sys.stdin.readline().rstrip("\r\n")
    elif sys.stdin.isatty():
        wanted = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))
    else:
        raise Usage("There is no terminal to ask for the password: give --password-stdin.")
    with open_desk(at) as desk:
        sessions.set_password(desk, name, wanted)
    say(f"{name} signs in with this password from now on.")


def totp(at: At, name: str, *, wanted: bool) -> None:
    """Print the address that an authenticator reads, on stdout, once."""
    with open_desk(at) as desk:
        if not wanted:
            sessions.ask_for_no_codes(desk, name)
            say(f"{name} signs in with his password only.")
            return
        sys.stdout.write(f"{sessions.ask_for_codes(desk, name)}\n")
    say(f"Put this address into the authenticator of {name}: it is shown this once.")
