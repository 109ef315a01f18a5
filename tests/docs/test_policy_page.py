"""The page of policies works when it is pasted, and the reference has every column and function."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tests.docs.test_readme import END_OF_BLOCK, FENCE, as_pattern, steps

from gst_ims.desk.policy.columns import COLUMNS, FUNCTIONS, GROUPS, Column
from gst_ims.desk.policy.document import Declaration, Wish, read

ROOT = Path(__file__).parents[2]
PAGE = "docs/how-to/write-a-policy.md"
REFERENCE = (ROOT / "docs/reference/policy.md").read_text()


def row(column: Column) -> str:
    """The line of a column in the reference."""
    values = f" One of {', '.join(f'`{value}`' for value in column.values)}." if column.values else ""
    empty = " Can be empty." if column.empty and "mpty" not in column.says else ""
    return f"| `{column.name}` | {column.kind} | {column.says}{values}{empty} |"


@pytest.mark.parametrize("group", GROUPS)
def test_the_reference_has_the_columns_of_a_group_in_order(group: str) -> None:
    lines = "\n".join(map(row, GROUPS[group]))
    assert f"### {group}\n\n| column | kind | meaning |\n|---|---|---|\n{lines}\n" in REFERENCE


def test_the_reference_has_the_functions() -> None:
    lines = "\n".join(f"| `{it.form}` | {it.says} |" for it in FUNCTIONS.values())
    assert f"| function | meaning |\n|---|---|\n{lines}\n" in REFERENCE


def test_the_reference_has_the_actions_and_declarations() -> None:
    assert all(f"`{word}`" in REFERENCE for word in (*Wish, *Declaration))


def test_names_in_backquotes_are_columns_functions_or_words_of_policies() -> None:
    words = set(re.findall(r"`([a-z0-9_]+)`", REFERENCE))
    known = {*COLUMNS, *FUNCTIONS, *Wish, *Declaration, *(it for column in COLUMNS.values() for it in column.values)}
    keys = {"name", "when", "action", "remarks", "declaration", "approval"}
    assert words <= known | keys | {"and", "or", "not", "in", "ilike", "true", "false", "_"}


def test_every_policy_of_the_page_is_one() -> None:
    scripts = "".join(
        content for _, language, content in FENCE.findall((ROOT / PAGE).read_text()) if language == "bash"
    )
    (text,) = re.findall(r"<<'TOML'\n(.*?)^TOML$", scripts, re.DOTALL | re.MULTILINE)
    assert len(read(text).rules) == 6


def test_the_page_works_when_it_is_pasted(tmp_path: Path) -> None:
    text = (ROOT / PAGE).read_text()
    walk = [step for step in steps(PAGE) if f"<!-- not run -->\n```bash\n{step.script}" not in text]
    assert len(walk) == 3
    (tmp_path / ".venv").symlink_to(sys.prefix)
    script = "set -euo pipefail\n" + "".join(f"{step.script}\nprintf '%s' '{END_OF_BLOCK}'\n" for step in walk)
    done = subprocess.run(
        ["bash"], input=script, capture_output=True, text=True, check=False, timeout=120, cwd=tmp_path, env=os.environ
    )
    assert done.returncode == 0, done.stderr
    for step, output in zip(walk, done.stdout.split(END_OF_BLOCK), strict=False):
        for line in step.shown.splitlines():
            assert any(as_pattern(line).fullmatch(real) for real in output.splitlines()), f"{line}\nisn't in\n{output}"
