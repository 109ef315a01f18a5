"""The Python of the page about offline files does what the page says, in order, in one run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.connect.records import RTIN, download, members

PAGE = Path(__file__).parents[2] / "docs/how-to/work-with-offline-files.md"


def test_the_blocks_of_the_page_work_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ims").mkdir()
    rows = [members(), members(number="INV-2"), members(number="BAD", val=-1)]
    (tmp_path / "ims/IMS.json").write_bytes(download({"b2b": rows}, RTIN))
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(block, names)
    printed = capsys.readouterr().out
    assert "SectionCount(no_action=2" in printed
    assert "IMS.json, b2b, row 3, val: Amount -1 is below zero." in printed
    (file,) = names["batch"].files
    assert f"{file}\n" in printed
    assert f"Upload {file.name} at the GST portal" in printed
    assert (names["saves"], names["problems"]) == ([], ())
    assert Path("to-decide.xlsx").exists()
    # Once the portal's answer is there, the same block says what was refused.
    told = json.loads(file.read_bytes())
    refused = [{**row, "error_msg": "Invoice does not exist"} for row in told["invdata"]["b2b"][:1]]
    answer = {"imsDetailsErr": {"rtin": told["rtin"], "invdata": {"b2b": refused}}}
    (names["batch"].folder / "errors.json").write_text(json.dumps(answer))
    exec(next(block for block in blocks if "outcome.refused" in block), names)
    assert "Invoice does not exist" in capsys.readouterr().out
