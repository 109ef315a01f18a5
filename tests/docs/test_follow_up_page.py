"""The page of follow-up has every alert, every setting with its default, every name and filter of templates."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from gst_ims.desk.followup import templates
from gst_ims.desk.followup.alerts import KINDS
from gst_ims.desk.followup.settings import NAMES, Settings

PAGE = (Path(__file__).parents[2] / "docs/reference/follow-up.md").read_text()


def section(name: str) -> str:
    return PAGE.partition(f"## {name}\n")[2].partition("\n## ")[0]


def rows(name: str) -> list[list[str]]:
    """The cells of a section's table."""
    lines = [line for line in section(name).splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_kind_of_alert_has_a_row_with_its_settings() -> None:
    told = {re.findall(r"`(\w+)`", row[0])[0]: set(re.findall(r"`(\w+)`", row[3])) for row in rows("Alerts")}
    assert set(told) == {name for kind in KINDS for name in kind.names}
    for kind in KINDS:
        assert set().union(*(told[name] for name in kind.names)) == set(kind.settings)


def test_every_setting_has_a_row_with_its_default() -> None:
    told: dict[str, str] = {}
    for row in rows("Settings"):
        names = re.findall(r"`(\w+)`", row[0])
        values = [value.strip("` ") for value in row[1].split(", ")]
        told |= dict(zip(names, values * len(names) if len(values) == 1 else values, strict=False))
    assert told == {name: msgspec.json.encode(getattr(Settings(), name)).decode() for name in NAMES}


def test_the_template_of_the_page_can_be_filled_in() -> None:
    (example,) = re.findall(r"```jinja\n(.*?)```", PAGE, re.DOTALL)
    templates.check(example)
