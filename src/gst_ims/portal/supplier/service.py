"""What a supplier sees of IMS: his documents with the recipients' actions, and the liability that comes back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, groupby
from typing import Any

from gst_ims.core.errors import NoAddedBack, Unprocessable
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.portal.streaming import array, member_object

queries = load(__file__)

TABLES = ("b2b", "b2ba", "cdnr", "cdnra", "ecom", "ecoma")
ADDED_BACK_TABLES = ("cdnr", "b2ba", "cdnra", "ecoma")
RETURNS = {"gstr-1": ("gstr1", [Form.R1, Form.IFF]), "gstr-1a": ("gstr1a", [Form.R1A])}


def table(text: str | None, possible: tuple[str, ...]) -> str | None:
    """Read the name of a table in any case. Raises Unprocessable, listing what is possible."""
    if text is None or text.lower() in possible:
        return text and text.lower()
    raise Unprocessable(f"Section {text[:40]!r} doesn't exist here: use one of {', '.join(possible)}.")


def documents(
    db: Connection, stin: Gstin, forms: list[Form], period: Period, section: str | None, *, with_actions: bool
) -> Iterator[tuple[str, Iterator[str]]]:
    """The supplier's documents as JSON of the wire: each table's name, and its text in pieces. Read them in order."""
    parameters = {
        "stin": stin,
        "forms": [form.value for form in forms],
        "period": period,
        "section": section,
        "with_actions": with_actions,
    }
    with db.cursor() as cursor:
        groups = cursor.stream(queries.documents.sql, parameters, size=50)
        for name, rows in groupby(groups, key=lambda row: row.section):
            shape = _operator if name in ("ecom", "ecoma") else _groups
            yield name, shape(rows)


def added_back(db: Connection, stin: Gstin, period: Period, section: str | None) -> Iterator[str]:
    """The liabilities added back in `period`, as JSON in pieces. Raises NoAddedBack (IMS0027) where there are none."""
    rows = queries.added_back(db, stin=stin, period=period, section=section)
    first = next(rows, None)
    if first is None:
        raise NoAddedBack
    tables = groupby(chain([first], rows), key=lambda row: row.section)
    return member_object((name, array(row.json for row in group)) for name, group in tables)


def _groups(rows: Iterable[Any]) -> Iterator[str]:
    return array(map(_group, rows))


def _group(row: Any) -> str:
    documents = "nt" if row.section in ("cdnr", "cdnra") else "inv"
    return f'{{"ctin":"{row.rtin}","cfs":"N","{documents}":[{row.json}]}}'


def _operator(rows: Iterable[Any]) -> Iterator[str]:
    """Sellers with a GSTIN and those without stand in two lists; one operator's sellers are few enough to be held."""
    parts: dict[str, list[str]] = {}
    for row in rows:
        name = ("b2b" if row.seller else "urp2b") + ("a" if row.section == "ecoma" else "")
        seller = f'"stin":"{row.seller}",' if row.seller else ""
        parts.setdefault(name, []).append(f'{{"rtin":"{row.rtin}",{seller}"inv":[{row.json}]}}')
    return member_object((name, array(groups)) for name, groups in parts.items())
