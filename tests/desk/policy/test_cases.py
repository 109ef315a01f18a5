"""Policies as a chartered accountant reads them: the rules, some records, and what becomes of each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.desk.policy import tables as made

from gst_ims.core.money import paise
from gst_ims.desk.policy.document import read, starter
from gst_ims.desk.policy.view import view

CASES = sorted(Path(__file__).with_name("cases").glob("*.yaml"))
HEADS = ("igst", "cgst", "sgst", "cess")


def record(said: dict[str, Any]) -> made.Row:
    """A record of a case, which has rupees."""
    amounts = {name: paise(said[name]) for name in ("taxable", *HEADS) if name in said}
    others = {name: value for name, value in said.items() if name not in (*amounts, "bucket", "differences", "number")}
    row = (made.credit_note if said.get("section") == "b2bcn" else made.record)(said["number"], **{**others, **amounts})
    return {**row, "value": row["taxable"] + sum(row[head] for head in HEADS)}


def findings(records: list[made.Row], said: list[dict[str, Any]]) -> list[made.Row]:
    found: list[made.Row] = []
    for row, it in zip(records, said, strict=True):
        if bucket := it.get("bucket"):
            differences = {name: paise(amount) for name, amount in it.get("differences", {}).items()}
            partners = [] if bucket == "missing in books" else None
            found.append(made.finding(row, bucket, partners=partners, **differences))
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case_comes_out_as_it_says(path: Path) -> None:
    case = yaml.safe_load(path.read_text())
    policy = read(starter() if case["policy"] == "starter" else case["policy"], path.name)
    rows = [record(it) for it in case["records"]]
    lists = [{"list": name, "vendor": it} for name, of in case.get("lists", {}).items() for it in of]
    tables = made.tables(rows, findings(rows, case["records"]), vendors=lists, suppliers=case.get("suppliers"))
    recipient = replace(made.RECIPIENT, today=case.get("today", made.RECIPIENT.today))
    with view(tables, recipient) as it:
        it.judge(policy)
        names = [column[0] for column in it.db.execute("select * from outcome").description or ()]
        outcome = [dict(zip(names, row, strict=True)) for row in it.db.execute("select * from outcome").fetchall()]
    assert len(outcome) == len(rows) == len(case["expected"])
    for row in outcome:
        told = {
            **{"rule": row["rule"], "action": row["does"], "becomes": row["becomes"], "remarks": row["remarks"]},
            **{"reduction": row["reduction"], "approval": row["needs_approval"]},
        }
        if row["reduction"] == "amounts":
            told["declared"] = [row[f"declared_{head}"] // 100 for head in HEADS]
        expected = case["expected"][row["number"]]
        problem = expected.pop("problem", None)
        assert (row["problem"] or "").partition(problem or "nothing")[1] == (problem or ""), row["number"]
        assert (row["problem"] is None) == (problem is None), row["number"]
        assert {name: told[name] for name in expected} == expected, row["number"]
