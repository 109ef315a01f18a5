"""The `ims` command: what it takes, what it refuses, and that it says so in one line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import typer
from typer.testing import CliRunner

from gst_ims import __version__
from gst_ims.cli.main import app, main, read_rate_limit
from gst_ims.database.embedded import EmbeddedServer
from gst_ims.portal.context import Settings
from gst_ims.portal.start import open_portal

HEAVY = ("litestar", "uvicorn", "psycopg", "alembic", "sqlalchemy", "procrastinate", "aiosql", "joserfc", "msgspec")
HEAVY += ("httpx2", "tomlkit", "platformdirs", "cryptography", "python_calamine", "xlsxwriter")
Ims = Callable[..., tuple[int | str | None, str]]


@pytest.fixture
def ims(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ims:
    """Run a command to its end in this process. Gives what it exits with, a code or last words, and its stdout."""

    def run(*arguments: str) -> tuple[int | str | None, str]:
        monkeypatch.setattr(sys, "argv", ["ims", *arguments])
        with pytest.raises(SystemExit) as exit_:
            main()
        printed = capsys.readouterr()
        return printed.err.removesuffix("\n") if exit_.value.code == 1 else exit_.value.code, printed.out

    monkeypatch.delenv("IMS_DATABASE_URL", raising=False)
    return run


def invoke(*arguments: str) -> tuple[int, str]:
    """Exit code and words of a command, in this process."""
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def test_the_version_is_said() -> None:
    assert invoke("--version") == (0, f"ims {__version__}\n")


def test_the_version_is_said_without_loading_what_serves() -> None:
    code = (
        "import sys; from gst_ims.cli.main import app\n"
        "try: app(['--version'])\n"
        f"finally: print([name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == f"ims {__version__}\n[]\n"


@pytest.mark.parametrize("command", ["", "serve", "worker", "db", "db upgrade"])
def test_every_command_has_help(command: str) -> None:
    code, words = invoke(*command.split(), "--help")
    assert (code, "Usage" in words) == (0, True)


@pytest.mark.parametrize("option", ["--host", "--port", "--data-dir", "--database-url", "--test-mode", "--demo"])
def test_the_help_of_serve_names_its_options(option: str) -> None:
    assert option in invoke("serve", "--help")[1]


def test_what_is_meant_without_an_option_is_in_its_help() -> None:
    assert "the portal's now" in invoke("explain", "--help")[1]
    assert "in test mode none" in " ".join(invoke("serve", "--help")[1].replace("│", "").split())
    assert "Without it: all" in invoke("audit", "verify", "--help")[1]


WRONG = {
    "no such command": ("fly",),
    "no such option": ("serve", "--fly"),
    "a port that is too large": ("serve", "--port", "65536"),
    "a port below zero": ("serve", "--port", "-1"),
    "a port that is a word": ("serve", "--port", "http"),
    "no such dialect": ("serve", "--status-dialect", "latin"),
    "a limit of zero": ("serve", "--rate-limit", "0"),
    "a limit below zero": ("serve", "--rate-limit=-5"),
    "a limit that is a word": ("serve", "--rate-limit", "many"),
    "a limit with decimals": ("serve", "--rate-limit", "1.5"),
    "no workers": ("worker", "--concurrency", "0"),
    "a drain below zero": ("serve", "--drain=-1"),
    "bodies kept for no day": ("serve", "--retention-days", "0"),
    "bodies kept for no day by a worker": ("worker", "--retention-days", "0"),
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_command_line_is_refused(arguments: tuple[str, ...]) -> None:
    code, words = invoke(*arguments)
    assert code == 2
    assert "Usage" in words


@pytest.mark.parametrize("command", ["serve", "work"])
@pytest.mark.parametrize(
    ("options", "variable", "days"), [([], None, 180), (["--retention-days=7"], "9", 7), ([], "9", 9)]
)
def test_how_long_bodies_are_kept_is_said_by_option_or_variable(
    monkeypatch: pytest.MonkeyPatch, command: str, options: list[str], variable: str | None, days: int
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(f"gst_ims.cli.serve.{command}", lambda *arguments: asked.extend(arguments))
    name = "serve" if command == "serve" else "worker"
    done = CliRunner().invoke(app, [name, *options], env={"IMS_RETENTION_DAYS": variable})
    assert done.exit_code == 0, done.output
    (settings,) = [
        it for given in asked for it in (given, getattr(given, "settings", None)) if isinstance(it, Settings)
    ]
    assert settings.retention_days == days


@pytest.mark.parametrize(("text", "limit"), [("none", None), ("1", 1), ("100", 100)])
def test_a_rate_limit_is_a_number_or_none(text: str, limit: int | None) -> None:
    assert read_rate_limit(text) == limit


@pytest.mark.parametrize("text", ["0", "-1", "", "None", "1e3", "³", " 5"])
def test_other_rate_limits_are_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        read_rate_limit(text)


@pytest.fixture
def empty(server: EmbeddedServer) -> Iterator[str]:
    """A database in which nothing is yet."""
    with psycopg.connect(server.url_of("postgres"), autocommit=True) as db:
        db.execute("create database bare template template0")
        yield server.url_of("bare")
        db.execute("drop database bare with (force)")


def test_a_database_is_upgraded(ims: Ims, empty: str) -> None:
    assert ims("db", "upgrade", "--database-url", empty) == (0, "The database is up to date.\n")
    with open_portal(empty, Settings(), pool_size=1) as portal:
        assert portal.clock.now()


def one_line(done: tuple[int | str | None, str]) -> str:
    """The one line that a command failed with: it goes to stderr, the exit code is 1."""
    words, stdout = done
    assert isinstance(words, str)
    assert (stdout, words.count("\n")) == ("", 0)
    return words


def test_a_worker_without_a_database_says_what_to_do(ims: Ims, tmp_path: Path) -> None:
    line = one_line(ims("worker", "--data-dir", str(tmp_path)))
    assert line.startswith("ims: No database answers. Start `ims serve`")


@pytest.mark.parametrize("command", ["serve --port 0", "db upgrade", "worker"])
def test_a_database_that_does_not_answer_is_said_without_its_password(
    ims: Ims, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("IMS_DATABASE_URL", "postgresql://somebody:hunter2@127.0.0.1:1/ims")
    line = one_line(ims(*command.split()))
    assert line.startswith("ims: No database answers.")
    assert "hunter2" not in line


def test_an_address_of_a_database_that_is_none_is_said(ims: Ims) -> None:
    assert one_line(ims("db", "upgrade", "--database-url", "nonsense")).startswith("ims: No database answers.")


def test_a_worker_on_an_empty_database_says_what_to_do(ims: Ims, empty: str) -> None:
    assert "ims db upgrade" in one_line(ims("worker", "--database-url", empty))


def test_data_of_test_mode_is_not_served_without_it(ims: Ims, database_url: str) -> None:
    with open_portal(database_url, Settings(test_mode=True), pool_size=1):
        pass
    line = one_line(ims("serve", "--port", "0", "--database-url", database_url))
    assert line.startswith("ims: This data was made with --test-mode")


def test_a_host_that_is_not_this_machine_is_refused(ims: Ims) -> None:
    line = one_line(ims("serve", "--host", "192.0.2.1", "--port", "0"))
    assert line.startswith("ims: Can't listen on 192.0.2.1:0")


def test_a_data_directory_that_cannot_be_used_is_said(ims: Ims, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert "can't be used" in one_line(ims("serve", "--port", "0", "--data-dir", str(tmp_path / "file")))
