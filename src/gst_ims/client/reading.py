"""The calls that read: counts, records, the status of requests."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import msgspec
from msgspec import Raw

from gst_ims.client import files
from gst_ims.client.access import API, Access
from gst_ims.client.errors import NothingFound, UnexpectedAnswer
from gst_ims.client.outcome import Status
from gst_ims.client.protocol import MALFORMED
from gst_ims.client.record import Key, Record
from gst_ims.client.reports import read_status, section_of
from gst_ims.client.steps import Call, Sleep, Steps
from gst_ims.client.views import Counts, SectionCount
from gst_ims.core.errors import Invalid
from gst_ims.core.section import OTHERS, Action, Section

STATUSES = {
    Action.ACCEPT: "accepted",
    Action.REJECT: "rejected",
    Action.PENDING: "pending",
    Action.NONE: "no_action_taken",
}
GOODS = ("others", "inward_supplies", "imports")
#: The longest pause between two questions for a status, in seconds.
LONGEST = 30.0


def counts(access: Access, type_of_goods: str) -> Steps[Counts]:
    """Records by section and action. Raises Invalid for goods that there aren't."""
    if type_of_goods not in GOODS:
        raise Invalid(f"Type of goods {type_of_goods!r} doesn't exist: use one of {', '.join(GOODS)}.")
    call = Call("GET", f"{API}/invoices/count", query={"type_of_goods": type_of_goods}, repeatable=True)
    try:
        reply = yield from access.ask(call)
    except NothingFound:
        return Counts({}, 0)
    try:
        return read_counts(reply.payload)
    except (*MALFORMED, AttributeError, TypeError, ValueError) as error:
        raise UnexpectedAnswer(f"It isn't counts ({error})", call=call.name) from error


def read_counts(payload: bytes) -> Counts:
    """Counts under one root or several, as numbers or as text."""
    sections: dict[Section, SectionCount] = {}
    total = 0
    roots: dict[str, Any] = msgspec.json.decode(payload, type=dict[str, Any])
    objects: list[dict[str, Any]] = [root for root in roots.values() if isinstance(root, dict)]
    for members in objects:
        found = {section: _count(told) for key, told in members.items() if (section := section_of(key)) is not None}
        sections |= found
        total += int(members.get("ttl_cnt", sum(count.total for count in found.values())))
    return Counts(sections, total)


def _count(told: dict[str, Any]) -> SectionCount:
    return SectionCount(*(int(told.get(name) or 0) for name in ("noaction", "accept", "reject", "pending")))


def listing(section: Section | str, status: Action | str | None) -> tuple[Section, Call]:
    """The call that lists the records of a section. Raises Invalid for a section or a status that there isn't."""
    wanted = Section.parse(section)
    if wanted not in OTHERS:
        raise Invalid(f"Section {wanted} has no records here: use one of {', '.join(OTHERS)}.")
    # As the contract spells them: CN, not B2BCN.
    query = {"section": wanted.error_key.upper()}
    if status is not None:
        query["status"] = STATUSES[status if isinstance(status, Action) else Action.of_status(status)]
    return wanted, Call("GET", f"{API}/invoices", query=query, repeatable=True)


def pages(access: Access, section: Section, call: Call) -> Steps[Iterator[Record]]:
    """The records of a section. All that is held is the answer as text: each record is made when its turn comes."""
    try:
        reply = yield from access.ask(call)
    except NothingFound:
        return iter(())
    texts = yield from files.whole(access, reply.payload)
    return (record for text in texts for record in _records(call, section, text))


def _records(call: Call, section: Section, text: bytes) -> Iterator[Record]:
    try:
        told = msgspec.json.decode(text, type=dict[str, Raw])
        lists = [raw for key, raw in told.items() if section_of(key) is section]
        rows = [row for raw in lists for row in _rows(raw)]
    except MALFORMED as error:
        raise UnexpectedAnswer(f"It isn't a list of {section} ({error})", call=call.name) from error
    for row in rows:
        yield Record.read(section, bytes(row))


def _rows(raw: Raw) -> list[Raw]:
    return msgspec.json.decode(raw, type=list[Raw]) if bytes(raw) != b"null" else []


def now(access: Access, sections: set[Section]) -> Steps[dict[Key, Record]]:
    """All records of some sections as they are, by key."""
    found: dict[Key, Record] = {}
    for section in sorted(sections):
        records = yield from pages(access, *listing(section, None))
        found |= {record.key: record for record in records}
    return found


def status(access: Access, reference_id: str, rows: int | None) -> Steps[Status]:
    """How far a save or reset is. Raises NothingFound for a reference that the portal doesn't know."""
    call = Call("GET", f"{API}/invoices/status", query={"reference_id": reference_id}, repeatable=True)
    reply = yield from access.ask(call)
    try:
        return read_status(reference_id, reply.payload, rows)
    except MALFORMED as error:
        raise UnexpectedAnswer(f"It isn't a status ({error})", call=call.name) from error


def settled(access: Access, reference_id: str, rows: int | None, timeout: float) -> Steps[Status]:
    """The status of a save or reset once it is over, or as it is after `timeout` seconds. Raises as `status`."""
    deadline = access.line.ticks() + timeout
    for attempt in count(1):
        found = yield from status(access, reference_id, rows)
        left = deadline - access.line.ticks()
        if found.final or left <= 0:
            return found
        yield Sleep(min(left, access.line.pause(attempt, LONGEST) / 4))
    raise AssertionError("unreachable")
