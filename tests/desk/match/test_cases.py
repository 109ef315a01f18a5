"""Each tier and its near misses, one file each under cases, which someone who knows GST can read and write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.desk.match.books import ledger

from gst_ims.desk.match import BUCKETS, Result, Settings, match

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CASES = [(path.stem, case) for path in FILES for case in yaml.safe_load(path.read_text())]


def verdicts(result: Result) -> dict[str, dict[str, Any]]:
    """The rows by `portal 1` or `books 2`."""
    return {f"{row['side']} {row['id']}": row for row in result.rows()}


@pytest.mark.parametrize(("file", "case"), CASES, ids=[f"{file}: {case['name']}" for file, case in CASES])
def test_the_case_comes_out_as_it_says(file: str, case: dict[str, Any]) -> None:
    assert set(case) <= {"name", "portal", "books", "settings", "expect"}
    settings = Settings(**case.get("settings", {}))
    found = verdicts(match(ledger(case["portal"]), ledger(case["books"]), settings))
    assert len(found) == len(case["portal"]) + len(case["books"])
    assert set(case["expect"]) <= set(found), "the case expects something of a document that it doesn't have"
    for document, expected in case["expect"].items():
        row = found[document]
        shown = {
            "bucket": row["bucket"],
            "with": sorted(p["id"] for p in row["partners"]),
            "rule": row["rule"],
            "differs": [d["field"] for d in row["differences"]],
            "by": [d["difference"] for d in row["differences"]],
            "says": row["reasons"],
        }
        assert row["bucket"] in BUCKETS
        says = expected.pop("says", None)
        assert {word: shown[word] for word in expected} == expected, f"{document}: {row}"
        assert says is None or any(says in reason for reason in row["reasons"]), f"{document}: {row['reasons']}"
