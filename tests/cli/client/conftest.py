"""A home of its own for every test, the command in this process, and a portal over a real socket."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import keyring
import pytest
from keyring.backends.null import Keyring
from tests.api import Taxpayer
from tests.client import conftest as client_tests
from tests.client.conftest import (
    Served,
    serving,
)

from gst_ims.cli.client.config import Profile, default_path, put
from gst_ims.cli.main import main
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.portal.access.service import TEST_KEY, TEST_OTP, TEST_SECRET


class Done(NamedTuple):
    """What a command ended with, and what it printed."""

    code: int
    out: str
    err: str


Ims = Callable[..., Done]

served, recipient = client_tests.served, client_tests.recipient


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of the user's own is read or written."""
    for name in [name for name in os.environ if name.startswith("IMS_")]:
        monkeypatch.delenv(name)
    directory = tmp_path / "home"
    for name, folder in (("HOME", ""), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state")):
        monkeypatch.setenv(name, str(directory / folder))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    monkeypatch.setenv("COLUMNS", "80")
    keyring.set_keyring(Keyring())
    return directory


@pytest.fixture
def ims(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ims:
    """Run a command to its end in this process."""

    def run(*arguments: object, stdin: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["ims", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture(scope="session")
def running(server: EmbeddedServer) -> Iterator[Served]:
    """One portal for all tests of a process, with a worker."""
    with serving(server) as portal:
        yield portal


def profile_of(who: Taxpayer, address: str) -> Profile:
    return Profile(who.gstin, f"user.{who.gstin}", address, TEST_KEY)


@pytest.fixture
def me(ims: Ims, served: Served, recipient: Taxpayer, monkeypatch: pytest.MonkeyPatch) -> Taxpayer:
    """The recipient as the default profile, signed in."""
    put(default_path(), "me", profile_of(recipient, served.address), default=True)
    sign_in(ims, monkeypatch, "me")
    return recipient


def sign_in(ims: Ims, monkeypatch: pytest.MonkeyPatch, profile: str) -> None:
    """Sign a profile in as a script does. Its secret is kept, so it isn't needed again."""
    monkeypatch.setenv("IMS_API_SECRET", TEST_SECRET)
    done = ims("login", "--profile", profile, "--otp-stdin", stdin=f"{TEST_OTP}\n")
    assert done.code == 0, done.err
    monkeypatch.delenv("IMS_API_SECRET")
