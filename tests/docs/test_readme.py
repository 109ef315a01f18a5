"""What README, tutorial and recipes show is what happens when their blocks are pasted, in order, into one shell."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# The tutorial comes last: it moves the clock.
PAGES = (
    *("README.md", "docs/how-to/quickstart-client.md", "docs/how-to/recipes.md", "docs/how-to/match-two-files.md"),
    "docs/tutorial/first-month.md",
)
DOCUMENTED = "http://127.0.0.1:8000"
FENCE = re.compile(r"^(<!-- not run -->\n)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END_OF_BLOCK = "\n::end of block::\n"


@dataclass
class Step:
    """A block of shell, and the output that the page shows below it."""

    script: str
    shown: str = ""


def steps(page: str) -> list[Step]:
    """The bash and Python blocks of a page, each with the text block that follows it."""
    found: list[Step] = []
    for skipped, language, content in FENCE.findall((ROOT / page).read_text()):
        if language == "bash":
            found.append(Step(content))
        elif language == "python":
            found.append(Step(f"python - <<'END_OF_PYTHON'\n{content}END_OF_PYTHON\n"))
        elif language == "text" and not skipped:
            assert not found[-1].shown, f"two outputs of one block: {content}"
            found[-1].shown = content
    return found


def as_pattern(line: str) -> re.Pattern[str]:
    """A shown line: `…` stands for anything."""
    return re.compile(".*".join(map(re.escape, line.split("…"))))


@contextmanager
def started(command: list[str], directory: Path, **more: Any) -> Iterator[str]:
    """The address of a portal that a command starts. What it logs is in the directory."""
    with (
        (directory / "log").open("wb") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, **more) as server,
    ):
        assert server.stdout is not None
        try:
            ready = server.stdout.readline().decode()
            assert ready.startswith("ready: "), (directory / "log").read_text()
            yield ready.removeprefix("ready: ").strip()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=60)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A portal as `make serve` starts it, but for the port and the data."""
    directory = tmp_path_factory.mktemp("served")
    command = [sys.executable, "-m", "gst_ims.cli", "serve", "--test-mode", "--demo", "--port", "0"]
    with started([*command, "--data-dir", str(directory / "data")], directory) as portal:
        yield portal


@pytest.mark.parametrize("page", PAGES)
def test_the_blocks_of_a_page_work_when_pasted_in_order_and_print_what_it_shows(
    page: str, address: str, tmp_path: Path
) -> None:
    walk = steps(page)
    assert len(walk) > 5
    # The directory and the home of somebody who has just set it up.
    (tmp_path / ".venv").symlink_to(sys.prefix)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("IMS_", "XDG_", "COLUMNS"))
    }
    environment |= {"HOME": str(tmp_path), "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}
    script = "set -euo pipefail\n" + "".join(f"{step.script}\nprintf '%s' '{END_OF_BLOCK}'\n" for step in walk)
    done = subprocess.run(
        ["bash"],
        input=script.replace(DOCUMENTED, address),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=tmp_path,
        env=environment,
    )
    printed = done.stdout.split(END_OF_BLOCK)
    for step, output in zip(walk, printed, strict=False):
        lines = output.splitlines()
        for line in step.shown.splitlines():
            assert any(as_pattern(line).fullmatch(real) for real in lines), f"{page} shows\n{line}\nbut\n{output}"
    assert done.returncode == 0, f"block {len(printed)} of {page}: {done.stderr}\n{printed[-1]}"


def test_what_a_page_elides_may_be_anything_and_the_rest_may_not() -> None:
    assert as_pattern('{"a": 1, "id": "…"}').fullmatch('{"a": 1, "id": "x"}')
    assert not as_pattern('{"a": 1, "id": "…"}').fullmatch('{"a": 2, "id": "x"}')
