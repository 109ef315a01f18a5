"""Where tokens are kept between calls and programs: in the system's keyring, or in files for this user alone."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import msgspec
import platformdirs
from msgspec import Struct

from gst_ims.client.errors import StateUnusable

_SERVICE = "gst-ims"


class Token(Struct, frozen=True):
    """A token of the portal, and when it ends by this machine's clock, in seconds since 1970."""

    access_token: str
    expires_at: float

    def __repr__(self) -> str:
        """Without the token itself."""
        return f"Token(expires_at={self.expires_at})"


class TokenStore(Protocol):
    """Keeps texts by name. Threads and processes can share what it keeps."""

    def load(self, name: str) -> str | None:
        """What was kept under this name last; None if nothing is."""
        ...

    def save(self, name: str, text: str) -> None:
        """Keep a text."""
        ...

    def delete(self, name: str) -> None:
        """Forget it; nothing happens if there is none."""
        ...


class FileStore:
    """Keeps each text in a file with mode 0600, written anew and put in its place whole."""

    def __init__(self, directory: Path) -> None:
        """`directory` is made when something is kept."""
        self._directory = directory

    def load(self, name: str) -> str | None:
        """What was kept under this name last; None if nothing is."""
        path = self._path(name)
        with suppress(FileNotFoundError), usable(path):
            return path.read_text(errors="replace")
        return None

    def save(self, name: str, text: str) -> None:
        """Keep a text."""
        write_private(self._path(name), text.encode())

    def delete(self, name: str) -> None:
        """Forget it; nothing happens if there is none."""
        path = self._path(name)
        with usable(path):
            path.unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self._directory / f"{digest(name)}.token"


class KeyringStore:
    """Keeps texts in the system's keyring. Needs the extra `keyring`."""

    def __init__(self, keyring: Any) -> None:
        """`keyring` is the module, or a backend of it."""
        self._keyring = keyring

    def load(self, name: str) -> str | None:
        """What was kept under this name last; None if nothing is."""
        with _unlocked():
            return self._keyring.get_password(_SERVICE, name)

    def save(self, name: str, text: str) -> None:
        """Keep a text."""
        with _unlocked():
            self._keyring.set_password(_SERVICE, name, text)

    def delete(self, name: str) -> None:
        """Forget it; nothing happens if there is none."""
        if self.load(name) is not None:
            with _unlocked():
                self._keyring.delete_password(_SERVICE, name)


def default_store(state: Path) -> TokenStore:
    """The system's keyring where there is a real one, else files in `state`."""
    try:
        backend = import_module("keyring").get_keyring()
    except ImportError:
        return FileStore(state / "tokens")
    # Those of priority below one are no place to keep a secret: none at all, or a file in the clear.
    real = getattr(backend, "priority", 0) >= 1
    return KeyringStore(backend) if real else FileStore(state / "tokens")


def state_directory() -> Path:
    """Where this user's programs keep their state."""
    return Path(platformdirs.user_state_dir("gst-ims", appauthor=False))


def load(store: TokenStore, name: str) -> Token | None:
    """The token of this name; None if there is none, or none that can be read."""
    try:
        return msgspec.json.decode(store.load(name) or "", type=Token)
    except msgspec.MsgspecError:
        return None


def save(store: TokenStore, name: str, token: Token) -> None:
    """Keep a token."""
    store.save(name, msgspec.json.encode(token).decode())


@contextmanager
def usable(path: Path) -> Generator[None]:
    """Raises StateUnusable where the system refuses this file; that it isn't there is no fault."""
    try:
        yield
    except (FileNotFoundError, TimeoutError):  # the latter is a lock that somebody holds
        raise
    except OSError as error:
        raise StateUnusable(
            f"{path} can't be read or written ({error.strerror}): make room, give this user the rights, or choose "
            "another directory as `state`."
        ) from error


@contextmanager
def _unlocked() -> Generator[None]:
    """Raises StateUnusable where the keyring refuses."""
    try:
        yield
    except import_module("keyring.errors").KeyringError as error:
        raise StateUnusable(
            f"The system's keyring doesn't work ({type(error).__name__}: {error}): unlock it, or keep tokens in files "
            "by `token_store=FileStore(directory)`."
        ) from error


def digest(name: str) -> str:
    """A name for files that says nothing."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def write_private(path: Path, content: bytes) -> None:
    """Write a file for this user alone. Others see the old one or the new one, never a part.

    Raises StateUnusable.
    """
    with usable(path):
        _write(path, content)


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # Made with mode 0600.
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
