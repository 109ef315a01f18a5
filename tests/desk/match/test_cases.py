"""Each tier and its near misses, one file each under cases, which someone who knows GST can read and write."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.api import gstin
from tests.desk.match.books import document, table

from gst_ims.desk.match import BUCKETS, Settings, match

FILES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
CASES = [(path.stem, case) for path in FILES for case in yaml.safe_load(path.read_text())]


Rows = list[dict[str, Any]]


def side(cases: list[int], name: str) -> Rows:
    """One side of several cases: each has a recipient of its own, and ids that begin with its place."""
    return [
        made | {"id": f"{place}/{made['id']}"}
        for place in cases
        for n, row in enumerate(CASES[place][1][name], 1)
        for made in [document({"recipient": gstin("27", place)} | row, n)]
    ]


@cache
def verdicts(*names: str) -> list[dict[str, dict[str, Any]]]:
    """Of each case its rows by `portal 1` or `books 2`, where `names` are what counts as the portal and as the books.

    Cases of the same settings are matched at once: a matching takes half a second, however few documents it has. Those
    whose point is who has anything at all are matched alone.
    """
    found: list[dict[str, dict[str, Any]]] = [{} for _ in CASES]

    def alike(place: int) -> tuple[list[Any], int]:
        case = CASES[place][1]
        rows = case["portal"] + case["books"]
        alone = not (case["portal"] and case["books"]) or any("recipient" in row for row in rows)
        return sorted(case.get("settings", {}).items()), place if alone else -1

    for (settings, _), places in groupby(sorted(range(len(CASES)), key=alike), alike):
        cases = list(places)
        for row in match(*(table(side(cases, name)) for name in names), Settings(**dict(settings))).rows():
            place, _, id_ = row["id"].partition("/")
            partners = sorted(p["id"].removeprefix(f"{place}/") for p in row["partners"])
            found[int(place)][f"{row['side']} {id_}"] = row | {"partners": partners}
    return found


EVERY_CASE = pytest.mark.parametrize(
    "place", range(len(CASES)), ids=[f"{file}: {case['name']}" for file, case in CASES]
)


@EVERY_CASE
def test_the_case_comes_out_as_it_says(place: int) -> None:
    case = CASES[place][1]
    assert set(case) <= {"name", "portal", "books", "settings", "expect"}
    found = verdicts("portal", "books")[place]
    assert len(found) == len(case["portal"]) + len(case["books"])
    assert set(case["expect"]) <= set(found), "the case expects something of a document that it doesn't have"
    for name, expected in case["expect"].items():
        row = found[name]
        shown = {
            "bucket": row["bucket"],
            "with": row["partners"],
            "rule": row["rule"],
            "differs": [d["field"] for d in row["differences"]],
            "by": [d["difference"] for d in row["differences"]],
            "says": row["reasons"],
        }
        assert row["bucket"] in BUCKETS
        says = expected.pop("says", None)
        assert {word: shown[word] for word in expected} == expected, f"{name}: {row}"
        assert says is None or any(says in reason for reason in row["reasons"]), f"{name}: {row['reasons']}"


@EVERY_CASE
def test_the_other_way_round_the_same_belongs_together(place: int) -> None:
    """What the portal has is the books, and what the books have is the portal."""
    there, back = verdicts("portal", "books")[place], verdicts("books", "portal")[place]
    other = {"portal": "books", "books": "portal"}
    swapped = {"missing in books": "missing in portal", "missing in portal": "missing in books"}
    for name, row in there.items():
        of, id_ = name.split()
        turned = back[f"{other[of]} {id_}"]
        assert turned["partners"] == row["partners"]
        assert turned["bucket"] == swapped.get(row["bucket"], row["bucket"])
        assert turned["score"] == row["score"]


def test_the_five_cases_where_a_well_known_tool_errs_are_here() -> None:
    names = " / ".join(case["name"] for _, case in CASES)
    for said in ("1 is not 21", "1001 stays with 1001 though 100 also wants it", "31 March matches 1 April",
                 "inv-1 is INV-1", "INV0012 is INV12", "one wrong character in the supplier's GSTIN"):  # fmt: skip
        assert said in names
