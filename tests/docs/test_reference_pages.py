"""The reference pages have every rule, every option and every address of the product, and the index has every page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from litestar.testing import TestClient
from typer.main import get_command
from typer.testing import CliRunner

from gst_ims.cli.main import app
from gst_ims.rulebook.law import Rule, law

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BASE = "/gst/compliance/tax-payer"
COMMANDS = [
    *("profile add", "profile list", "profile remove", "login", "logout", "counts", "list", "accept", "reject"),
    *("pending", "reset", "status", "export", "import", "sales", "added-back", "match", "2b show", "2b recompute"),
    *(
        f"desk {verb}"
        for verb in (
            "found",
            "person",
            "grant",
            "revoke",
            "people",
            "sync",
            "changes",
            "match",
            "link",
            "unlink",
            "worker",
        )
    ),
    *(f"desk books {verb}" for verb in ("add", "list", "problems", "drop")),
    *("desk list", "desk show", "desk decide", "desk approve", "desk return", "desk undo", "desk comment"),
    *("desk push", "desk pushes", "desk promise", "desk report"),
    "policy",
    *(f"desk policy {verb}" for verb in ("check", "starter", "try", "put", "approve", "use", "show", "propose")),
    *(f"desk policy lists {verb}" for verb in ("show", "put", "drop")),
    *(
        f"desk {verb}"
        for verb in ("sales", "suppliers", "customers", "liability", "drafts", "ask", "messages", "alerts")
    ),
    *("desk settings", "desk contacts import", "desk contacts list"),
    *("desk password", "desk totp", "", "serve", "worker", "explain", "audit verify", "db upgrade", "db distribute"),
]


def pages() -> list[str]:
    """The pages of the site's navigation."""
    nav = yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]

    def walk(entries: object) -> list[str]:
        if isinstance(entries, str):
            return [entries]
        values = entries.values() if isinstance(entries, dict) else entries
        return [page for entry in values for page in walk(entry)]

    return walk(nav)


@pytest.mark.parametrize("rule", law().rules.values(), ids=lambda rule: rule.id)
def test_a_rule_stands_in_the_page_of_rules(rule: Rule) -> None:
    page = (DOCS / "reference/rules.md").read_text()
    assert f"\n| {rule.id} | {rule.says.strip()} | " in page
    assert f" | {rule.source} | {rule.confidence} |\n" in page


@pytest.mark.parametrize("command", COMMANDS)
def test_the_options_of_a_command_are_those_of_its_help(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"], env={"COLUMNS": "200", "TERM": "dumb"})
    assert shown.exit_code == 0
    options = set(re.findall(r"(?<![\w-])--[a-z-]+", shown.output)) - {"--install-completion", "--show-completion"}
    page = (DOCS / "reference/cli.md").read_text()
    (section,) = re.findall(rf"^## `ims{command and ' ' + command}`\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"^\| `(--[a-z-]+)", section, re.MULTILINE)) == options


def test_every_command_has_its_section() -> None:
    page = (DOCS / "reference/cli.md").read_text()
    documented = re.findall(r"^## `ims ?([^`]*)`$", page, re.MULTILINE)

    def names(command: Any, path: str) -> list[str]:
        inner = getattr(command, "commands", None)
        # `ims policy` is `ims desk policy`, and has one section.
        if inner is None or path == "policy":
            return [path]
        return [name for word, each in inner.items() for name in names(each, f"{path} {word}".strip())]

    assert sorted(documented) == sorted(["", *names(get_command(app), "")])


def test_every_call_stands_in_the_page_of_the_api_and_no_other(http: TestClient) -> None:
    calls = {
        (method.upper(), path.removeprefix(BASE))
        for path, methods in http.get("/openapi.json").json()["paths"].items()
        for method in methods
    }
    page = (DOCS / "reference/api.md").read_text()
    documented = re.findall(r"^\| (GET|POST|PUT|DELETE) \| `([^`]+)` \|", page, re.MULTILINE)
    assert sorted(documented) == sorted(calls)


def test_the_index_for_language_models_has_every_page() -> None:
    index = (DOCS / "llms.txt").read_text()
    for page in pages():
        address = "." if page == "index.md" else page.removesuffix(".md") + "/"
        assert re.search(rf"^- \[[^]]+\]\({re.escape(address)}\): .+\.$", index, re.MULTILINE), page


def test_every_page_is_in_the_navigation() -> None:
    assert sorted(pages()) == sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md"))
