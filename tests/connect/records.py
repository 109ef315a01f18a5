"""Made-up records, one by one or as Hypothesis makes them."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from hypothesis import strategies as st

from gst_ims.client.record import Record
from gst_ims.core.document import print_date
from gst_ims.core.section import OTHERS, Section

RTIN, OTHER = "27AAXCT0001K1Z6", "29AAXCT0004K1ZZ"
SUPPLIERS = ("24AAXCT0003K1ZA", "29AAXCT0004K1ZZ", "27AAXCE0008K1CP")
REDUCIBLE = [section for section in OTHERS if section.declares_reduction]


def members(section: Section = Section.B2B, number: str = "INV-1", **more: Any) -> dict[str, Any]:
    """A row of the offline tool's file."""
    name, day = ("nt_num", "nt_dt") if section.is_note else ("inum", "idt")
    row: dict[str, Any] = {"stin": SUPPLIERS[0], name: number, day: "05-10-2025", "srcform": "R1", "rtnprd": "102025"}
    row |= {"srcfilstatus": "FILED", "pos": "27", "val": 1180.0, "txval": 1000.0, "iamt": 180.0, "camt": 0}
    row |= {"samt": 0, "cess": 0, "action": "N", "ispendactblocked": "N", "isRemarksBlocked": "N"}
    if section not in (Section.ECOM, Section.ECOMA):
        row["inv_typ"] = "R"
    if section.is_amendment:
        row |= {f"o{name}": "OLD-1", f"o{day}": "05-09-2025"}
    if section.declares_reduction:
        row["itcRedReqBlocked"] = "N"
    return row | more


def record(section: Section = Section.B2B, number: str = "INV-1", **more: Any) -> Record:
    return Record.read(section, msgspec.json.encode(members(section, number, **more)))


def download(sections: dict[str, list[dict[str, Any]]], rtin: str = RTIN) -> bytes:
    """The JSON of the offline tool."""
    return msgspec.json.encode({"imsDetails": {"rtin": rtin, "invdata": sections}})


NUMBERS = st.from_regex(r"[A-Za-z0-9/\-]{0,15}[A-Za-z1-9]", fullmatch=True)
DAYS = st.dates(date(2017, 8, 1), date(2030, 12, 31)).map(print_date)
PERIODS = st.tuples(st.integers(1, 12), st.integers(2018, 2030)).map(lambda pair: f"{pair[0]:02}{pair[1]}")
RUPEES = st.integers(0, 10**13).map(lambda paise: paise / 100)
FLAGS = st.sampled_from("YN")
# What XML can carry, without the spaces around it that nobody sees.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Zs", "Zl", "Zp")), max_size=60)


@st.composite
def rows(draw: st.DrawFn, section: Section) -> dict[str, Any]:
    """Any row of the offline tool's file of this section."""
    drawn = {"stin": st.sampled_from(SUPPLIERS), "srcform": st.sampled_from(["R1", "R1A", "IFF"]), "rtnprd": PERIODS}
    drawn |= {
        "srcfilstatus": st.sampled_from(["FILED", "SAVED"]),
        "pos": st.sampled_from(["01", "27", "38", "96", "97"]),
    }
    drawn |= dict.fromkeys(("val", "txval", "iamt", "camt", "samt", "cess"), RUPEES)
    drawn |= {"action": st.sampled_from("NARP"), "ispendactblocked": FLAGS, "isRemarksBlocked": FLAGS}
    name, day = ("nt_num", "nt_dt") if section.is_note else ("inum", "idt")
    row = members(section, draw(NUMBERS), **{key: draw(strategy) for key, strategy in drawn.items()})
    row[day] = draw(DAYS)
    if "inv_typ" in row:
        row["inv_typ"] = draw(st.sampled_from(["R", "DE", "SEWP", "SEWOP", "CBW"]))
    if section.is_amendment:
        row |= {f"o{name}": draw(NUMBERS), f"o{day}": draw(DAYS)}
    if said := draw(TEXTS):
        row["remarks"] = said
    if draw(st.booleans()):
        row["tradenm"] = draw(TEXTS.filter(bool))
    if section.declares_reduction and draw(st.booleans()):
        row |= {"itcRedReq": "Y", **{f"decl{head}": draw(RUPEES) for head in ("Igst", "Cgst", "Sgst", "Cess")}}
    return row


@st.composite
def sections(draw: st.DrawFn) -> dict[str, list[dict[str, Any]]]:
    """Any rows of any sections, none with a key twice."""

    def key(row: dict[str, Any]) -> tuple[Any, ...]:
        return row["stin"], row.get("inum") or row.get("nt_num"), row["rtnprd"], row["srcform"]

    chosen = draw(st.lists(st.sampled_from(OTHERS), unique=True, max_size=3))
    return {section.value: draw(st.lists(rows(section), max_size=3, unique_by=key)) for section in chosen}
