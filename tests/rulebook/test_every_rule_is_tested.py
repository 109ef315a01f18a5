"""Each rule is named by at least one test: in a case's name or rules, or in the name or the docstring of a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gst_ims.rulebook.law import law

TESTS = Path(__file__).parents[1]
RULE = re.compile(r"\b(?:R[0-9]+\.[0-9]+|S16\.4|RATES)\b")


def said() -> Iterator[str]:
    """What tests say of themselves; what models and helpers say doesn't count."""
    for path in TESTS.glob("cases/*.yaml"):
        yield path.read_text().partition("steps:")[0]
    for path in TESTS.rglob("test_*.py"):
        module = ast.parse(path.read_text())
        yield ast.get_docstring(module) or ""
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield ast.get_docstring(node) or ""
            elif isinstance(node, ast.Tuple) and len(node.elts) > 1 and isinstance(node.elts[0], ast.Constant):
                yield str(node.elts[0].value)  # a row of a parametrized test


NAMED = {rule for text in said() for rule in RULE.findall(text)}


@pytest.mark.parametrize("rule", sorted(law().rules))
def test_a_rule_is_named_by_a_test(rule: str) -> None:
    assert rule in NAMED


def test_no_test_names_a_rule_that_is_not_there() -> None:
    cases = [rule for path in TESTS.glob("cases/*.yaml") for rule in RULE.findall(path.read_text())]
    assert set(cases) <= set(law().rules)
