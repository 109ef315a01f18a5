"""A month at the desk, pasted block by block into one shell beside a portal of its own, prints what the page shows."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.test_readme import DOCUMENTED, END_OF_BLOCK, as_pattern, started, steps

PAGE = "docs/tutorial/a-month-at-the-desk.md"


def environment(home: Path) -> dict[str, str]:
    """That of somebody who has just set it up. Whatever a command compiles serves the next one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("IMS_", "XDG_", "COLUMNS"))}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept | {
        "HOME": str(home),
        "PATH": f"{sys.prefix}/bin{os.pathsep}{os.environ['PATH']}",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PYTHONPYCACHEPREFIX": str(home / "compiled"),
        "PYTHONUNBUFFERED": "1",
    }


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """An empty portal in the directory of the tutorial."""
    command = ["ims", "serve", "--test-mode", "--port", "0"]
    with started(command, tmp_path, cwd=tmp_path, env=environment(tmp_path)) as portal:
        yield portal


def test_the_month_is_as_it_is_shown(address: str, tmp_path: Path) -> None:
    walk = steps(PAGE)
    assert len(walk) > 15
    script = "set -euo pipefail\n" + "".join(f"{step.script}\nprintf '%s' '{END_OF_BLOCK}'\n" for step in walk)
    done = subprocess.run(
        ["bash"],
        input=script.replace(DOCUMENTED, address),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=600,
        cwd=tmp_path,
        env=environment(tmp_path),
    )
    printed = done.stdout.split(END_OF_BLOCK)
    for step, output in zip(walk, printed, strict=False):
        lines = output.splitlines()
        for line in step.shown.splitlines():
            assert any(as_pattern(line).fullmatch(real) for real in lines), f"it shows\n{line}\nbut\n{output}"
    assert done.returncode == 0, f"block {len(printed)}: {printed[-1]}"
