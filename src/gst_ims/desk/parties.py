"""What suppliers and customers are called."""

from __future__ import annotations

from collections.abc import Iterable

from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Section
from gst_ims.desk.desk import Desk, queries
from gst_ims.desk.people.service import Person


def names_of(desk: Desk, by: Person, gstin: Gstin, parties: Iterable[str], books: Iterable[str] = ()) -> dict[str, str]:
    """The names of parties by GSTIN, as far as a contact, a record of the portal or these books (ids) tell any.

    Raises NotAllowed.
    """
    by.must(gstin)
    asked = {"parties": sorted({*parties}), "books": sorted({*books}), "sections": list(map(str, Section))}
    with desk.of([gstin]) as db:
        return {row.party: row.name for row in queries.names_of(db, gstin=gstin, **asked)}
