"""Vendor lists: GSTINs and PANs under a name that conditions ask for, `in_list('trusted')`."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people.service import Person, Role, note
from gst_ims.desk.policy.problems import PolicyWrong, Problem
from gst_ims.desk.policy.service import queries

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_PAN = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")
_HEADINGS = ("vendor", "gstin", "pan")


def read(text: str, source: str = "list") -> dict[str, str]:
    """Read a list from CSV: a GSTIN or a PAN in the first column, a note in the second; a heading may be there.

    Returns the notes by vendor. Raises PolicyWrong with every line that is wrong.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    for row in reader:
        vendor, written, *more = (cell.strip() for cell in [*row, "", ""])
        vendor = vendor.upper()
        if not any(row) or (not found and vendor.lower() in _HEADINGS):
            continue
        try:
            if not _PAN.fullmatch(vendor):
                Gstin(vendor)
            if vendor in found:
                raise Invalid(f"{vendor} stands here twice: keep one of the lines.")
            if any(more):
                raise Invalid("There are more than two columns: a GSTIN or a PAN, and a note.")
            found[vendor] = written
        except Invalid as error:
            hint = "" if len(vendor) == 15 or vendor in found else " A PAN has ten, such as AAPFU0939F."
            problems.append(Problem(reader.line_num, 1, f"{error}{hint}"))
    if problems:
        raise PolicyWrong(source, problems)
    if not found:
        raise PolicyWrong(source, [Problem(1, 1, "There is no vendor in it: give a GSTIN or a PAN on each line.")])
    return found


def put(desk: Desk, by: Person, gstin: Gstin, name: str, vendors: Mapping[str, str]) -> int:
    """Make a list, or let it take the place of what it was; notes by vendor, as `read` gives them.

    Returns how many vendors are new in it. A list decides what nobody looks at, so it is an approver's.
    Raises NotAllowed; Invalid for a name that conditions couldn't ask for.
    """
    by.must(gstin, Role.APPROVER)
    if not _NAME.fullmatch(name):
        raise Invalid(f"{name!r} can't be a list's name: up to 40 small letters, digits, - and _.")
    with desk.of([gstin]) as db:
        before = {row.vendor for row in queries.list_of(db, gstin=gstin, list=name)}
        queries.clear_list(db, gstin=gstin, list=name)
        rows = [{"gstin": gstin, "list": name, "vendor": vendor, "note": it} for vendor, it in vendors.items()]
        queries.put_vendor(db, rows)
        detail = {"added": sorted(set(vendors) - before), "removed": sorted(before - set(vendors))}
        note(db, desk, gstin, by.name, "vendor list", detail={"list": name, **detail})
        return len(detail["added"])


def drop(desk: Desk, by: Person, gstin: Gstin, name: str) -> None:
    """Take a list away. Raises NotAllowed, Unknown."""
    by.must(gstin, Role.APPROVER)
    with desk.of([gstin]) as db:
        if not queries.clear_list(db, gstin=gstin, list=name):
            raise Unknown(f"{gstin} has no vendor list {name!r}.")
        note(db, desk, gstin, by.name, "vendor list dropped", detail={"list": name})


def lists(desk: Desk, by: Person, gstin: Gstin) -> list[Any]:
    """The lists: `list` and how many `vendors`. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return list(queries.lists(db, gstin=gstin))


def vendors(desk: Desk, by: Person, gstin: Gstin, name: str) -> list[Any]:
    """The lines of a list: `vendor` and `note`. Raises NotAllowed; Unknown where there is none."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        found = list(queries.list_of(db, gstin=gstin, list=name))
    if not found:
        raise Unknown(f"{gstin} has no vendor list {name!r}.")
    return found
