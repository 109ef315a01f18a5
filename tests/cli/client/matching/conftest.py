"""Two files of one taxpayer, and a person at a terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.cli.client.conftest import Done, Ims
from tests.desk.match.sides import booked, books, ims, invoice

from gst_ims.cli.main import main


class Files(NamedTuple):
    """What the portal says, and the register."""

    portal: Path
    register: Path


Match = Callable[..., Done]
Answering = Callable[..., Done]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """A match, one that differs, and one on each side that the other hasn't."""
    portal = ims(tmp_path, invoice("INV-1"), invoice("INV-2", 2000), invoice("INV-3", 300000))
    register = books(tmp_path, booked("inv/1"), booked("INV-2", 2500), booked("INV-4", 4000))
    return Files(portal, register)


@pytest.fixture
def match(ims: Ims, files: Files) -> Match:
    """`ims match` of the two files, with their columns as proposed."""

    def run(*arguments: object, register: Path = files.register, portal: Path = files.portal) -> Done:
        return ims("match", "--ims", portal, "--books", register, "--yes", *arguments)

    return run


class Terminal(io.StringIO):
    """What a person types."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def answering(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answering:
    """Run a command on a terminal, where a person gives this answer."""

    def run(answer: str, *arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["ims", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", Terminal(f"{answer}\n"))
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed.out, printed.err)

    return run
