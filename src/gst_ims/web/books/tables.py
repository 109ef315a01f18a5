"""Registers, their rows to look at, and what matching found, as files."""

from __future__ import annotations

from typing import Any

from gst_ims.desk.match import service as matching
from gst_ims.desk.match.result import BUCKETS
from gst_ims.desk.register import service as registers
from gst_ims.web import words
from gst_ims.web.tables.asked import Asked, Made, Told, count, made, moment, money
from gst_ims.web.words import N_

_REGISTERS: tuple[Told[Any], ...] = (
    Told(N_("Register"), lambda it, _: it.label, width=20),
    count(N_("Documents"), lambda it, _: it.documents),
    money(N_("Taxable"), lambda it, _: it.totals.get("taxable")),
    money("IGST", lambda it, _: it.totals.get("igst")),
    money("CGST", lambda it, _: it.totals.get("cgst")),
    money("SGST", lambda it, _: it.totals.get("sgst")),
    money(N_("Cess"), lambda it, _: it.totals.get("cess")),
    count(N_("To look at"), lambda it, _: it.problems),
    Told(N_("Files"), lambda it, _: ", ".join(it.files), width=30),
    moment(N_("Read"), lambda it, _: it.at),
    Told(N_("By"), lambda it, _: it.person),
)
_PROBLEMS: tuple[Told[dict[str, Any]], ...] = (
    Told(N_("File"), lambda it, _: it["file"], width=24),
    Told(N_("Sheet"), lambda it, _: it["sheet"]),
    count(N_("Row"), lambda it, _: it["row"] or None),
    Told(N_("Column"), lambda it, _: it["heading"], width=24),
    Told(N_("What"), lambda it, say: say(words.PROBLEM[it["kind"]])),
    Told(N_("Why"), lambda it, _: it["reason"], width=60),
)
_FOUND: tuple[Told[tuple[str, int, int]], ...] = (
    Told(N_("Found"), lambda it, say: say(words.BUCKET[it[0]]), width=20),
    count(N_("Portal"), lambda it, _: it[1]),
    count(N_("Books"), lambda it, _: it[2]),
)


def all_registers(asked: Asked) -> Made:
    """What stands of each label."""
    return made(asked, N_("Registers"), _REGISTERS, registers.registers(asked.desk, asked.person, asked.one))


def problems(asked: Asked) -> Made:
    """Rows of a register that aren't documents, or to be looked at."""
    rows = registers.problems(asked.desk, asked.person, asked.one, asked.number("register"))
    return made(asked, N_("Rows to look at"), _PROBLEMS, rows)


def found(asked: Asked) -> Made:
    """How many documents the newest matching found in which way."""
    newest = matching.matchings(asked.desk, asked.person, asked.one, limit=1)
    buckets: dict[str, int] = newest[0].buckets if newest else {}
    rows = [(it, buckets.get(f"portal {it}", 0), buckets.get(f"books {it}", 0)) for it in BUCKETS]
    return made(asked, N_("Matching"), _FOUND, [it for it in rows if any(it[1:])])
