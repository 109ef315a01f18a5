"""Documents of a run, with what their ids say of them: they may be gone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import Desk
from gst_ims.desk.match import lists
from gst_ims.desk.parties import names_of
from gst_ims.desk.people.service import Person


class Said(NamedTuple):
    """A row of a run, what its id says, and what the supplier is called as far as that is known."""

    row: Any
    document: lists.Named
    name: str | None


def said(desk: Desk, by: Person, gstin: Gstin, rows: Sequence[Any]) -> list[Said]:
    """Rows of `lists.changes` or `lists.past`. Raises NotAllowed."""
    documents = [lists.read_id(row.side, row.id) for row in rows]
    names = names_of(desk, by, gstin, (it.stin for it in documents), (row.id for row in rows))
    return [Said(row, it, names.get(it.stin)) for row, it in zip(rows, documents, strict=True)]
