"""From a profile to a session with its portal: which key, which secret, which address."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gst_ims.cli.client.config import SANDBOX, Profile, choose, load
from gst_ims.cli.client.options import Place
from gst_ims.cli.exits import Usage
from gst_ims.client import Client
from gst_ims.client.errors import ClientError, CredentialsMissing, Forbidden, InvalidSession, SignInNeeded
from gst_ims.client.tokens import TokenStore, default_store, state_directory
from gst_ims.connect.offline import Batch, Offline
from gst_ims.connect.offline.batch import STATE
from gst_ims.connect.portal import Portal, Reference
from gst_ims.core.errors import Invalid


@dataclass(frozen=True)
class Opened:
    """A profile with its way to a portal."""

    name: str
    profile: Profile
    session: Portal
    #: None where nobody is called.
    client: Client | None = None

    def reference(self, name: str) -> Reference | None:
        """A save or reset that was made on this machine before; None if this isn't the id of one."""
        if self.client is None:
            folder = Path(self.profile.folder).expanduser() / name
            return Batch.open(folder) if (folder / STATE).is_file() else None
        try:
            return self.client.reference(name)
        except CredentialsMissing:
            raise
        except ClientError:
            return None


def profiles(place: Place, *, everyone: bool = False) -> dict[str, Profile]:
    """The profile that is meant, or all of them. Raises Usage."""
    config = load(place.config)
    if everyone and config.profiles:
        return config.profiles
    return dict([choose(config, place.config, place.profile)])


@contextmanager
def opened(place: Place) -> Generator[Opened]:
    """The profile that is meant, open. Raises Usage, CredentialsMissing; SignInNeeded says by which command."""
    ((name, profile),) = profiles(place).items()
    if profile.offline:
        yield Opened(name, profile, Offline(profile.gstin, Path(profile.folder).expanduser()))
        return
    secret = kept_secret(secrets(), profile)
    if not secret:
        raise CredentialsMissing(f"The API secret of {name!r} isn't known here: run `ims login --profile {name}`.")
    with connected(name, profile, secret) as client:
        try:
            yield Opened(name, profile, client.taxpayer(profile.gstin, profile.username), client)
        except (Forbidden, InvalidSession, SignInNeeded) as error:
            raise SignInNeeded(f"{error} Run `ims login --profile {name}`.") from error


@contextmanager
def connected(name: str, profile: Profile, secret: str) -> Generator[Client]:
    """A client with the key of a profile. Raises CredentialsMissing, Usage."""
    key = api_key(profile)
    if not key:
        raise CredentialsMissing(f"Profile {name!r} has no API key: put api_key into it, or set IMS_API_KEY.")
    base_url = None if profile.portal == SANDBOX else profile.portal
    try:
        client = Client(base_url=base_url, api_key=key, api_secret=secret)
    except Invalid as error:
        raise Usage(f"Profile {name!r}: {error}") from error
    with client:
        yield client


def secrets() -> TokenStore:
    """Where this user's tokens and secrets are kept. Raises Usage if others can read them."""
    state = state_directory()
    directory = state / "tokens"
    for path in (directory, *directory.glob("*.token")):
        if path.exists() and path.stat().st_mode & 0o077:
            raise Usage(f"Others can read {path}, where secrets are: run `chmod -R go= {directory}`, and sign in anew.")
    return default_store(state)


def api_key(profile: Profile) -> str:
    """The API key of a profile; an empty one where it has none."""
    return profile.api_key or os.environ.get("IMS_API_KEY", "")


def kept_secret(store: TokenStore, profile: Profile) -> str:
    """The secret of a profile's key, by environment or by an earlier login; an empty one if there is none."""
    return os.environ.get("IMS_API_SECRET", "") or store.load(_secret_name(profile)) or ""


def is_kept(store: TokenStore, profile: Profile, secret: str) -> bool:
    """Whether it is the secret of an earlier login."""
    return store.load(_secret_name(profile)) == secret


def keep_secret(store: TokenStore, profile: Profile, secret: str) -> None:
    """Keep a secret beside the tokens."""
    store.save(_secret_name(profile), secret)


def forget_secret(store: TokenStore, profile: Profile) -> None:
    """Forget it; nothing happens if there is none."""
    store.delete(_secret_name(profile))


def _secret_name(profile: Profile) -> str:
    return f"secret {profile.portal} {api_key(profile)}"
