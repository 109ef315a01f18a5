"""A world's story told to the model, and the figures that come of it.

Suppliers' documents go through the model of the rule book (tests.model). Bills of entry and distributions, which it
doesn't know, are simply added up here.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from heapq import merge
from typing import Any

import msgspec
from tests.model import Document, Rules, Tax
from tests.synthetic.conftest import flatten_body, row_date, row_number, sums

from gst_ims.core.clock import IST
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Section
from gst_ims.synthetic.events import Act, Body, Distribution, File, Imports, Reset, Save
from gst_ims.synthetic.world import Closing, World

encode = msgspec.json.Encoder(decimal_format="number").encode

Figures = dict[tuple[str, str, str], Tax]
"""Tax in paise by taxpayer, tax period, and what it is: "itcavl nonrevsup b2b", "4(A) OTH", "added back"."""

TABLES = {"b2bcn": "cdnr", "b2bdn": "cdnr", "b2bcna": "cdnra", "b2bdna": "cdnra"}
BILLS = {"impg": "impg", "impga": "impga", "impgsez": "impgsez", "impgseza": "impgasez"}
DISTRIBUTED = {"isd": "isdsup isd", "isda": "isdsup isda", "isdcn": "othersup isd", "isdcna": "othersup isda"}


def figures(world: World, closings: Iterable[Closing]) -> Figures:
    """What GSTR-2B (the latest version), GSTR-3B and the suppliers' liability come to when all of it has happened."""
    told = Told(world)
    for event in merge(world.events(), sorted(closings, key=lambda closing: closing.at), key=lambda event: event.at):
        told.happen(event)
    return told.figures()


class Told:
    """What has been told to the model so far, and what it doesn't know."""

    def __init__(self, world: World) -> None:
        quarterly = [company.gstin for company in world.companies() if company.quarterly]
        # What the recipients filed before isn't told: for them GST begins with their first record.
        sellers = [company for company in world.companies() if company not in world.recipients]
        registered = {company.gstin: company.registered_on for company in sellers if company.registered_on}
        self.model = Rules(quarterly, datetime.combine(world.first.first_day, time(), IST), registered)
        self.bills: dict[tuple[str, str, str], Body] = {}  # by recipient, section and number
        self.kept: set[tuple[str, str, str]] = set()
        self.shares: list[tuple[str, str, Body]] = []

    def happen(self, event: Any) -> None:
        for rtin, period in self.model.time_passes(event.at):
            self.model.draft(rtin, period)
        match event:
            case Save():
                of = self.model.return_of(event.stin, event.period, corrects=event.form == "R1A")
                assert not self.model.save(of, list(_documents(event.body)))
                assert self.model.work_on_save(event.stin).status == "P"
            case File():
                assert not self.model.file(self.model.return_of(event.stin, event.period, corrects=event.form == "R1A"))
            case Act() | Reset():
                self._decide(event)
            case Closing():
                self.model.compute(event.rtin, event.period)  # unless it is up to date
                assert not self.model.file_3b(event.rtin, event.period)
            case Imports():
                for row in event.rows:
                    self.bills[str(event.rtin), event.section.value, row["boe_number"]] = row
            case Distribution():
                self.shares += [(str(event.rtin), event.section.value, row) for row in event.rows]

    def _decide(self, event: Act | Reset) -> None:
        body = json.loads(encode(event.body))
        rows = [(Section(section), row) for section, rows in body["invdata"].items() for row in rows]
        for section, row in rows:
            if section in BILLS and row["action"] == "P":
                self.kept.add((body["rtin"], section, row["boenum"]))
        rows = [(section, row) for section, row in rows if section not in BILLS]
        if rows:
            self.model.decide(event.rtin, body["reqtyp"], rows)
            assert self.model.work_on_decisions(event.rtin).status == "P"

    def figures(self) -> Figures:
        found: dict[tuple[str, str, str], Tax] = defaultdict(Tax)
        for (rtin, period), versions in self.model.statements.items():
            for line in versions[-1].lines:
                # Credit notes have their amounts in a table of their own, where they stand without a sign.
                sign = -1 if line.supply == "othersup" and line.part != "itcRejected" else 1
                _add(found, rtin, period, f"{line.part} {line.supply} {line.leaf}", line.tax, sign)
                if line.part != "itcRejected":
                    _add(found, rtin, period, _row_of_table_4(line.part, line.supply, line.leaf), line.tax)
        for (rtin, section, number), row in self.bills.items():
            was = self.bills.get((rtin, section.removesuffix("a"), number)) if section.endswith("a") else None
            if (rtin, section, number) not in self.kept:
                tax = Tax(row["igst"]).less(Tax(was["igst"] if was else 0))
                _add(found, rtin, row["period"], f"itcavl imports {BILLS[section]}", tax)
                _add(found, rtin, row["period"], "4(A) IMPG", tax)
        shared = {(rtin, row["stin"], row["number"]): _tax(row) for rtin, _, row in self.shares}
        for rtin, section, row in self.shares:
            tax = _tax(row).less(shared.get((rtin, row["stin"], row.get("original_number")), Tax()))
            _add(found, rtin, row["period"], f"itcavl {DISTRIBUTED[section]}", tax)
            _add(found, rtin, row["period"], "4(A) ISD", tax, -1 if section.startswith("isdcn") else 1)
        for owed in self.model.liabilities:
            _add(found, owed.stin, owed.period, "added back", owed.tax)
        return {key: tax for key, tax in found.items() if any(tax)}


def _documents(body: Body) -> Iterator[Document]:
    """The documents of a body of GSTR-1, as the model has them."""
    for section, to, seller, row in flatten_body(body):
        taxable, *tax = (int(amount * 100) for amount in sums(row).values())
        original = row.get("oinum") or row.get("ont_num")
        yield Document(
            TABLES.get(section, section), row_number(row), _day(row_date(row)), Gstin(to), taxable, Tax(*tax),
            row["pos"], row.get("ntty", ""), original and (original, _day(row.get("oidt") or row["ont_dt"])),
            row["inv_typ"], seller, row.get("rchrg") == "Y", row.get("flag") == "D",
        )  # fmt: skip


def _day(text: str) -> date:
    return datetime.strptime(text, "%d-%m-%Y").replace(tzinfo=IST).date()


def _row_of_table_4(part: str, supply: str, leaf: str) -> str:
    table = "4(A)" if part == "itcavl" else "4(D)"
    return f"{table} ISRC" if supply == "revsup" or leaf.endswith("rev") else f"{table} OTH"


def _tax(row: Body) -> Tax:
    return Tax(*(row[head] for head in Tax._fields))


def _add(found: dict[tuple[str, str, str], Tax], who: str, period: Period, what: str, tax: Tax, sign: int = 1) -> None:
    key = str(who), str(period), what
    found[key] = Tax(*(a + sign * b for a, b in zip(found[key], tax, strict=True)))
