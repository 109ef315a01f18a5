"""Statements and liabilities of the portal beside those of the model."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from tests.model import Line, Record, Rules, Statement
from tests.model.record import DECLARED
from tests.model.statements import LEAVES

from gst_ims.core.document import print_date
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Section
from gst_ims.database.connection import Connection
from gst_ims.portal.statement import service as statement

HEADS = ("igst", "cgst", "sgst", "cess")
RETURN_HEADS = ("iamt", "camt", "samt", "csamt")
REASONS = {"place of supply": "P", "section 16(4)": "C"}


def compare_statements(db: Connection, rules: Rules, read: dict[tuple[Gstin, Period, int], Any]) -> None:
    """Every version is the model's; those not read before are read, and must add up."""
    versions = {
        (row.rtin, Period.of(row.period), row.version) for row in db.execute("select * from statement").fetchall()
    }
    expected = {
        (rtin, period, number): one
        for (rtin, period), known in rules.statements.items()
        for number, one in enumerate(known, 1)
    }
    assert versions == expected.keys()
    for of, model in expected.items():
        if of not in read:
            rtin, period, version = of
            pieces = statement.read(db, rtin, period, at=rules.now, version=version, file=None)
            said = json.loads("".join(pieces))["data"]
            compare(said, model)
            read[of] = said


def compare(said: dict[str, Any], model: Statement) -> None:
    """What GSTR-2B says on the wire is what the model has, and its figures are the sums of its documents."""
    assert said["gendt"] == print_date(model.drawn_up)
    figures = {
        (part, supply, leaf): values
        for part, supplies in said["itcsumm"].items()
        for supply, leaves in supplies.items()
        for leaf, values in leaves.items()
        if isinstance(values, dict)
    }
    for place, values in figures.items():
        lines = [line for line in model.lines if (line.part, line.supply, line.leaf) == place]
        sign = -1 if place[1] == "othersup" and place[0] != "itcRejected" else 1
        sums = [sum(line.taxable for line in lines), *(sum(line.tax[head] for line in lines) for head in range(4))]
        assert in_paise(values, ("txval", *HEADS)) == [sign * amount for amount in sums], place
    assert {(line.part, line.supply, line.leaf) for line in model.lines} <= figures.keys()
    for supplies in said["itcsumm"].values():
        for leaves in supplies.values():
            parts = [in_paise(values, HEADS) for values in leaves.values() if isinstance(values, dict)]
            assert in_paise(leaves, HEADS) == [sum(column) for column in zip(*parts, strict=True)]
    shown = [
        json.dumps([rejected, table, group["ctin"], group["supprd"], document], sort_keys=True)
        for rejected, member in ((False, "docdata"), (True, "docRejdata"))
        for table, groups in said.get(member, {}).items()
        for group in groups
        for document in group.get("nt", group.get("inv"))
    ]
    wanted = [json.dumps(as_shown(line, model.records[line.record]), sort_keys=True) for line in model.lines]
    assert sorted(shown) == sorted(wanted)
    sums = Counter[str]()
    for member in ("cpsumm", "cpSummRej"):
        for groups in said.get(member, {}).values():
            for group in groups:
                sums[member] += group["ttldocs"]
    assert (sums["cpsumm"], sums["cpSummRej"]) == (
        sum(line.outcome != "R" for line in model.lines),
        sum(line.outcome == "R" for line in model.lines),
    )


def as_shown(line: Line, record: Record) -> list[Any]:
    """A document as GSTR-2B lists it: with its own figures, and what the recipient said (R4.8)."""
    d, section = record.document, record.document.section
    number, of_number, of_day = ("ntnum", "ontnum", "ontdt") if section.is_note else ("inum", "oinum", "oidt")
    row: dict[str, Any] = {number: d.number, "dt": print_date(d.day), "pos": d.pos}
    if d.original:
        row |= {of_number: d.original[0], of_day: print_date(d.original[1])}
        row |= {"onttyp": d.note} if section.is_note else {}
    if section.is_note:
        row |= {"typ": d.note, "suptyp": d.kind}
    elif section not in (Section.ECOM, Section.ECOMA):
        row["typ"] = d.kind
    row |= {"rev": "Y" if record.outside == "reverse charge" else "N"}
    row |= {"itcavl": "N" if line.part == "itcunavl" else "Y", "rsn": REASONS.get(record.outside, "")}
    amounts = zip(("val", "txval", *HEADS), (d.taxable + sum(d.tax), d.taxable, *d.tax), strict=True)
    row |= {name: amount / 100 for name, amount in amounts}
    if line.outcome != "D":
        row["imsStatus"] = {"P": "N"}.get(line.action, line.action)
    row |= {name: value for name, value in line.reduction if name in ("itcRedReq", *DECLARED)}
    row |= {} if line.remarks is None else {"remarks": line.remarks}
    return [line.part == "itcRejected", LEAVES.get(section, section), record.of.stin, str(record.of.period), row]


def compare_liabilities(db: Connection, rules: Rules) -> None:
    """What suppliers owe is what the model has booked."""
    rows = db.execute("select stin, period, section, rtin, number, igst, cgst, sgst, cess from added_back").fetchall()
    booked = [(row.stin, Period.of(row.period), *row[2:]) for row in rows]
    assert sorted(booked) == sorted((*one[:5], *one.tax) for one in rules.liabilities)


def owed(rules: Rules, stin: Gstin, period: Period) -> dict[str, float]:
    """What GSTR-3B of a supplier says is added back."""
    mine = [one.tax for one in rules.liabilities if (one.stin, one.period) == (stin, period)]
    return {name: sum(heads) / 100 for name, heads in zip(RETURN_HEADS, zip(*mine, strict=True), strict=True)}


def in_paise(values: dict[str, Any], names: tuple[str, ...]) -> list[int]:
    return [round(values[name] * 100) for name in names]
