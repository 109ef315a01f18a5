"""`ims login`, `ims logout`, and the profiles for which one signs in. No secret stands on a command line."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from gst_ims.cli.client.choosing import read_gstin
from gst_ims.cli.client.config import Profile, drop, load, put
from gst_ims.cli.client.opening import connected, forget_secret, is_kept, keep_secret, kept_secret, profiles, secrets
from gst_ims.cli.client.options import Place
from gst_ims.cli.client.output import Column, Form, counted, say, show
from gst_ims.cli.exits import Exit, Usage
from gst_ims.client.setup import address
from gst_ims.core.errors import Invalid

_LISTED = (
    Column[tuple[str, Profile, bool]]("name", lambda row: row[0], "name"),
    Column[tuple[str, Profile, bool]]("gstin", lambda row: row[1].gstin, "GSTIN"),
    Column[tuple[str, Profile, bool]]("username", lambda row: row[1].username, "username", 1),
    Column[tuple[str, Profile, bool]]("portal", lambda row: row[1].portal, "portal", 2),
    Column[tuple[str, Profile, bool]]("default", lambda row: row[2], "default", 3),
)


def login(place: Place, *, otp_stdin: bool) -> Exit:
    """Have a one-time password sent, ask for it, sign in, and keep the secret. Raises Usage, ClientError."""
    name, profile = _online(place)
    store = secrets()
    secret = kept_secret(store, profile) or _ask("API secret", "set IMS_API_SECRET", hide=True)
    with connected(name, profile, secret) as client:
        session = client.taxpayer(profile.gstin, profile.username)
        if not otp_stdin:
            _must_ask("One-time password", "give --otp-stdin")
        if not is_kept(store, profile, secret):
            # As long as the account's token is valid, nothing else would tell that it is wrong.
            client.prove()
        session.request_otp()
        say(f"A one-time password is sent to the mobile and mail of {profile.gstin}.")
        otp = sys.stdin.readline().strip() if otp_stdin else _ask("One-time password", "give --otp-stdin")
        if not otp:
            raise Usage("There is no one-time password on stdin.")
        session.verify(otp)
        keep_secret(store, profile, secret)
    say(f"Signed in as {profile.username} for {profile.gstin}.")
    return Exit.DONE


def logout(place: Place) -> Exit:
    """End the session at the portal. Raises Usage, ClientError."""
    name, profile = _online(place)
    with connected(name, profile, kept_secret(secrets(), profile) or "unknown") as client:
        client.taxpayer(profile.gstin, profile.username).logout()
    say(f"Signed out of {profile.gstin}.")
    return Exit.DONE


def add(config: Path, name: str, profile: Profile, *, default: bool) -> Exit:
    """Write a profile into the config file. Raises Usage."""
    try:
        if profile.portal.startswith("http:"):
            address(profile.portal)
    except Invalid as error:
        raise Usage(f"Profile {name!r}: {error}") from error
    before = put(config, name, profile, default=default)
    read_gstin(profile.gstin)
    if before and before.gstin != profile.gstin:
        say(f"Profile {name} was of {before.gstin}, and is now of {profile.gstin}.")
    then = (
        f"Look with `ims counts --profile {name}`" if profile.offline else f"Sign in with `ims login --profile {name}`"
    )
    say(f"Profile {name} is in {config}. {then}.")
    return Exit.DONE


def listed(config: Path, form: Form) -> Exit:
    """Print the profiles. Raises Usage."""
    told = load(config)
    show(_LISTED, [(name, profile, name == told.default) for name, profile in told.profiles.items()], form)
    say(f"{counted(len(told.profiles), 'profile')} in {config}.")
    return Exit.DONE


def remove(config: Path, name: str) -> Exit:
    """Take a profile out of the config file, with its secret where no other needs it. Raises Usage."""
    profile = drop(config, name)
    others = load(config).profiles.values()
    if not any((other.portal, other.api_key) == (profile.portal, profile.api_key) for other in others):
        forget_secret(secrets(), profile)
    say(f"Profile {name} is no longer in {config}.")
    return Exit.DONE


def _online(place: Place) -> tuple[str, Profile]:
    ((name, profile),) = profiles(place).items()
    if profile.offline:
        raise Usage(f"Nobody signs in to files: {name!r} is an offline profile.")
    return name, profile


def _ask(what: str, instead: str, *, hide: bool = False) -> str:
    """Ask on the terminal. Raises Usage where there is none."""
    _must_ask(what, instead)
    return typer.prompt(what, hide_input=hide, err=True).strip()


def _must_ask(what: str, instead: str) -> None:
    if not sys.stdin.isatty():
        raise Usage(f"There is no terminal to ask on. {what}: {instead}.")
