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


@pytest.mark.parametrize(("file", "case"), CASES, ids=[f"{file}: {case['name']}" for file, case in CASES])
def test_the_other_way_round_the_same_belongs_together(file: str, case: dict[str, Any]) -> None:
    """What the portal has is the books, and what the books have is the portal."""
    settings = Settings(**case.get("settings", {}))
    there = verdicts(match(ledger(case["portal"]), ledger(case["books"]), settings))
    back = verdicts(match(ledger(case["books"]), ledger(case["portal"]), settings))
    other = {"portal": "books", "books": "portal"}
    swapped = {"missing in books": "missing in portal", "missing in portal": "missing in books"}
    for document, row in there.items():
        side, place = document.split()
        turned = back[f"{other[side]} {place}"]
        assert sorted(it["id"] for it in turned["partners"]) == sorted(it["id"] for it in row["partners"])
        assert turned["bucket"] == swapped.get(row["bucket"], row["bucket"])
        assert turned["score"] == row["score"]


def test_the_five_cases_where_a_well_known_tool_errs_are_here() -> None:
    names = " / ".join(case["name"] for _, case in CASES)
    for said in ("1 is not 21", "1001 stays with 1001 though 100 also wants it", "31 March matches 1 April",
                 "inv-1 is INV-1", "INV0012 is INV12", "one wrong character in the supplier's GSTIN"):  # fmt: skip
        assert said in names
