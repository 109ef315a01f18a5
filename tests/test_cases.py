"""The rulebook's worked examples, and more of their kind, each a file under tests/cases."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.api import Api
from tests.story import CASES, Story, load

FILES = sorted(CASES.rglob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_case_comes_out_as_it_says(api: Api, path: Path) -> None:
    Story(api, load(path)).play()
