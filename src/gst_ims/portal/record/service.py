"""Reading inward records: how many there are, and which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from gst_ims.core.errors import Unprocessable
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import IMPORTS, INWARD_SUPPLIES, OTHERS, Action, Section
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.portal.context import Portal
from gst_ims.portal.record.schemas import CountReply, ImportCounts, InwardSupplyCounts, OtherCounts, SectionCount
from gst_ims.rulebook.law import law

queries = load(__file__)

ROOTS: dict[str, tuple[str, tuple[Section, ...], type[Any]]] = {
    "others": ("all_oth", OTHERS, OtherCounts),
    "inward_supplies": ("inv_supp_isd", INWARD_SUPPLIES, InwardSupplyCounts),
    "imports": ("imp_gds", IMPORTS, ImportCounts),
}
# A count reads no more rows than this, but for the changes of some minutes.
CHANGES = 200
MEMBERS = {Action.NONE: "noaction", Action.REJECT: "reject", Action.PENDING: "pending", Action.ACCEPT: "accept"}


def counts(db: Connection, rtin: Gstin, type_of_goods: str) -> CountReply:
    """Records by section and action, zeros included. Raises Unprocessable for an unknown type of goods."""
    if type_of_goods not in ROOTS:
        raise Unprocessable(f"type_of_goods {type_of_goods[:40]!r} doesn't exist: use one of {', '.join(ROOTS)}.")
    root, sections, reply = ROOTS[type_of_goods]
    by_section = {section: SectionCount() for section in sections}
    total = 0
    for row in queries.counts(db, rtin=rtin):
        if row.section in by_section:
            setattr(by_section[Section(row.section)], MEMBERS[Action(row.action)], row.records)
            total += row.records
    return CountReply(**{root: reply(ttl_cnt=total, **by_section)})


def sum_up(portal: Portal) -> None:
    """Sum up the changes of those who have many, so that counting stays quick."""
    with portal.transaction() as db:
        queries.sum_up(db, changes=CHANGES)


def records(db: Connection, rtin: Gstin, section: Section, action: Action | None, today: date) -> Iterator[str]:
    """The records of a section as the JSON of the wire, by supplier and number; all of them come, none is held."""
    if section.is_import:
        statement = queries.imports
    elif section.is_isd:
        statement = queries.distributions
    else:
        statement = queries.notes if section.is_note else queries.invoices
    since = law().since("R6.11", "remarks_taken")
    parameters = {"rtin": rtin, "section": section, "action": action, "today": today, "remarks_since": since}
    with db.cursor() as cursor:
        for row in cursor.stream(statement.sql, parameters, size=500):
            yield row.json
