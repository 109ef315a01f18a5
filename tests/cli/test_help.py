"""What `ims --help` shows: every command once, in groups that a stranger understands, each with a sentence."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from gst_ims import __version__
from gst_ims.cli.main import app
from gst_ims.cli.panels import Panel

WIDE = {"COLUMNS": "160", "TERM": "dumb"}
COMMANDS: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]  # pyright: ignore

PANELS = {
    Panel.DECIDE: ["accept", "reject", "pending", "reset", "import", "status"],
    Panel.READ: ["counts", "list", "export", "match", "2b"],
    Panel.SUPPLY: ["sales", "added-back"],
    Panel.SIGN: ["login", "logout", "profile"],
    Panel.DESK: ["desk", "policy"],
    Panel.PORTAL: ["serve", "worker", "explain", "db", "audit"],
}


def shown(*arguments: str) -> str:
    done = CliRunner().invoke(app, [*arguments, "--help"], env=WIDE)
    assert done.exit_code == 0, done.output
    return done.output


def panels(text: str) -> dict[str, list[str]]:
    """The commands below each heading, in order."""
    found: dict[str, list[str]] = {}
    for heading, body in re.findall(r"╭─ (.+?) ─+╮\n(.*?)╰", text, re.DOTALL):
        found[heading] = re.findall(r"^│ ([a-z0-9][a-z0-9-]*) ", body, re.MULTILINE)
    assert found.pop("Options") == []
    return found


def test_commands_are_in_groups_and_these_in_order() -> None:
    found = panels(shown())
    assert found == {panel.value: names for panel, names in PANELS.items()}
    assert list(found) == [panel.value for panel in Panel]


def test_no_command_is_left_out_and_none_stands_twice() -> None:
    names = [name for names in panels(shown()).values() for name in names]
    assert sorted(names) == sorted(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_a_sentence_and_a_group(name: str) -> None:
    command = COMMANDS[name]
    assert command.rich_help_panel in {panel.value for panel in Panel}
    said = command.help.strip().splitlines()[0]
    assert said.endswith(".")
    assert said[0].isupper() or said[0].isdigit()


def leaves(command: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """All commands that do something, with the words by which they are called."""
    inner = getattr(command, "commands", None)
    if inner is None:
        return [path]
    return [leaf for name, child in inner.items() for leaf in leaves(child, (*path, name))]


ALL = leaves(get_command(app))


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_option_says_what_it_is_for(path: tuple[str, ...]) -> None:
    text = shown(*path)
    assert text.splitlines()[1].strip().startswith(f"Usage: root {' '.join(path)}")
    command: Any = get_command(app)
    for name in path:
        command = command.commands[name]
    for parameter in command.params:
        if parameter.name != "help" and getattr(parameter, "opts", [""])[0].startswith("--"):
            assert (parameter.help or "").strip(), f"{parameter.opts} has no help"
            assert parameter.help.strip()[-1] in ".)", parameter.help


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_an_option_that_there_is_not_is_refused_without_a_trace(path: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, [*path, "--no-such-option"], env=WIDE)
    assert done.exit_code == 2
    assert "No such option" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("words", [[], ["2b"], ["profile"], ["db"], ["audit"], ["desk"]], ids=" ".join)
def test_who_says_nothing_more_is_shown_what_there_is(words: list[str]) -> None:
    done = CliRunner().invoke(app, words, env=WIDE)
    assert done.exit_code == 2
    assert "Usage: " in done.output


def test_a_command_that_there_is_not_is_refused() -> None:
    done = CliRunner().invoke(app, ["acept"], env=WIDE)
    assert done.exit_code == 2
    assert "No such command 'acept'" in done.output


def test_the_version_is_said_at_once() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"ims {__version__}\n"


HEAVY = ("httpx2", "psycopg", "litestar", "duckdb", "scipy", "python_calamine", "xlsxwriter", "tomlkit")


def test_nothing_heavy_is_imported_before_a_command_needs_it() -> None:
    code = (
        "import sys; from gst_ims.cli.main import app; from typer.main import get_command; get_command(app);"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
