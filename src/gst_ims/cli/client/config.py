"""The config file: profiles, each a taxpayer at a portal. There are no secrets in it."""

from __future__ import annotations

import os
import stat
import tomllib
from pathlib import Path
from typing import Any, cast

import msgspec
import platformdirs
import tomlkit
from msgspec import Struct

from gst_ims.cli.exits import Usage
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin

#: The words for Sandbox's hosts, of which the key decides, and for files of the offline tool in a folder.
SANDBOX, OFFLINE = "sandbox", "offline"


class Profile(Struct, frozen=True, forbid_unknown_fields=True):
    """A taxpayer at a portal. `portal` is a base URL, "sandbox", or "offline"."""

    gstin: str
    username: str = ""
    portal: str = SANDBOX
    #: Where there is none IMS_API_KEY is used.
    api_key: str = ""
    #: Of "offline": where the downloads are, and the uploads will be.
    folder: str = ""

    @property
    def offline(self) -> bool:
        """Whether a person carries files, instead of a call that is made."""
        return self.portal == OFFLINE


class Config(Struct, forbid_unknown_fields=True):
    """The profiles by name, and the one that is meant where none is named."""

    default: str = ""
    profiles: dict[str, Profile] = {}


def default_path() -> Path:
    """Where the config file is if nobody says otherwise: such as ~/.config/gst-ims/config.toml."""
    return platformdirs.user_config_path("gst-ims", appauthor=False) / "config.toml"


def load(path: Path) -> Config:
    """Read the config file; an empty one where there is none. Raises Usage."""
    try:
        text = path.read_text()
        if path.stat().st_mode & stat.S_IWOTH:
            # Who can change the address of a portal gets what is sent there.
            raise Usage(f"{path} can be written by everybody: run `chmod o-w {path}` and look at what it says.")
        told = tomllib.loads(text)
        if _has_secret(told):
            raise Usage(f"There is a secret in {path}: take it out, and run `ims login`, or set IMS_API_SECRET.")
        config = msgspec.convert(told, type=Config)
        for name, profile in config.profiles.items():
            check(name, profile)
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError, Invalid) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Usage(f"The config file {path} can't be used: {reason}. Correct it.") from error
    return config


def check(name: str, profile: Profile) -> None:
    """Raises Invalid, naming the profile, for what can't be one."""
    try:
        if not name.replace("-", "").replace("_", "").isalnum():
            raise Invalid("its name may have letters, digits, - and _ only")
        Gstin(profile.gstin)
        if profile.portal not in (SANDBOX, OFFLINE) and not profile.portal.startswith(("http://", "https://")):
            raise Invalid(f"its portal is {profile.portal!r}: that can be a URL, {SANDBOX}, or {OFFLINE}")
        if profile.offline == bool(profile.username) or profile.offline != bool(profile.folder):
            offline, online = "an offline one needs a folder", "one at a portal needs a username"
            raise Invalid(f"{offline} and takes no username" if profile.offline else f"{online} and takes no folder")
    except Invalid as error:
        raise Invalid(f"Profile {name!r}: {error}".rstrip(".")) from error


def choose(config: Config, path: Path, name: str) -> tuple[str, Profile]:
    """The profile of a name; without one the default, or the only one. Raises Usage, saying which there are."""
    known = ", ".join(config.profiles)
    if not config.profiles:
        raise Usage(f"There is no profile in {path}: make one with `ims profile add`.")
    wanted = name or config.default or (known if len(config.profiles) == 1 else "")
    if not wanted:
        raise Usage(f"Say which profile: --profile or IMS_PROFILE. There are: {known}.")
    if wanted not in config.profiles:
        raise Usage(f"There is no profile {wanted!r} in {path}. There are: {known}.")
    return wanted, config.profiles[wanted]


def put(path: Path, name: str, profile: Profile, *, default: bool) -> Profile | None:
    """Write a profile into the file, whose other lines stay. The first one is the default. Raises Usage.

    Returns the profile that had this name before.
    """
    before = load(path).profiles.get(name)
    try:
        check(name, profile)
    except Invalid as error:
        raise Usage(f"{error}.") from error
    document = _document(path)
    if "profiles" not in document:
        document["profiles"] = tomlkit.table(is_super_table=True)
        default = True
    profiles = cast("dict[str, Any]", document["profiles"])
    # One that is there is changed where it stands: comments of the user are in it.
    table: dict[str, Any] = profiles.setdefault(name, tomlkit.table())
    for field in ("portal", "folder", "api_key", "gstin", "username"):
        if value := getattr(profile, field):
            table[field] = value
        else:
            table.pop(field, None)
    if default:
        document["default"] = name
    _write(path, document)
    return before


def drop(path: Path, name: str) -> Profile:
    """Take a profile out of the file, and give it back. Raises Usage where there is none of this name."""
    config = load(path)
    _, profile = choose(config, path, name)
    document = _document(path)
    del document["profiles"][name]  # pyright: ignore[reportIndexIssue]
    if config.default == name:
        del document["default"]
    _write(path, document)
    return profile


def _has_secret(told: dict[str, object]) -> bool:
    tables = (cast("dict[str, object]", table) for table in told.values() if isinstance(table, dict))
    return any("secret" in name for name in told) or any(map(_has_secret, tables))


def _document(path: Path) -> tomlkit.TOMLDocument:
    return tomlkit.parse(path.read_text()) if path.exists() else tomlkit.document()


def _write(path: Path, document: tomlkit.TOMLDocument) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(tomlkit.dumps(document))
        os.replace(new, path)
    except OSError as error:
        raise Usage(f"The config file {path} can't be written: {error.strerror}. Choose another.") from error
