"""What a taxpayer takes away to work on, what he brings back, and what of it wasn't taken."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, cast

import msgspec

from gst_ims.core.errors import UnknownReference, Unprocessable
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import ACTIONABLE, Section
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.portal.action import service as action
from gst_ims.portal.action.schemas import RequestHead
from gst_ims.portal.context import Portal
from gst_ims.portal.decoding import decode
from gst_ims.portal.streaming import array, member_object
from gst_ims.rulebook.law import law

queries = load(__file__)

# The order of the offline tool's sheets.
SECTIONS = (
    *(Section.B2B, Section.B2BA, Section.B2BDN, Section.B2BDNA),
    *(Section.B2BCN, Section.B2BCNA, Section.ECOM, Section.ECOMA),
)
OF_ERROR_KEY = {section.error_key: section.value for section in ACTIONABLE}

Row = dict[str, Any]
# What a row and an entry of the error report have in common: section, supplier, number, period.
Key = tuple[str, str, str, str]


def details(db: Connection, rtin: Gstin, section: Section, today: date) -> Iterator[str]:
    """The records of a section as the offline tool has them, by supplier and number; all of them come, none is held."""
    since = law().since("R6.11", "remarks_taken")
    parameters = {"rtin": rtin, "section": section, "today": today, "remarks_since": since}
    with db.cursor() as cursor:
        for row in cursor.stream(queries.details.sql, parameters, size=500):
            yield row.json


def download(db: Connection, rtin: Gstin, today: date) -> Iterator[str]:
    """The offline tool's file, in pieces."""
    yield f'{{"imsDetails":{{"rtin":"{rtin}","invdata":'
    yield from member_object((section.value, array(details(db, rtin, section, today))) for section in SECTIONS)
    yield "}}"


def upload(portal: Portal, rtin: Gstin, body: bytes) -> str:
    """Take a file of the offline tool, which is the body of a save or reset, and queue it as one.

    Returns the reference id. Raises RequestInProgress (IMSSAV0015) as `submit` does.
    """
    kind = decode(body, RequestHead).reqtyp
    return action.submit(portal, rtin, "RESET" if kind == "RESET" else "SAVE", body)


def errors(db: Connection, rtin: Gstin, reference_id: str) -> bytes:
    """The file of the rows that weren't taken, as they were sent, each with its reason.

    Raises UnknownReference, or Unprocessable where the request has no such file.
    """
    request = queries.request(db, rtin=rtin, reference_id=reference_id)
    if request is None:
        raise UnknownReference
    if request.status not in ("PE", "ER"):
        state = "is still worked on: ask for its status first" if request.status == "IP" else "has no errors"
        raise Unprocessable(f"Request {reference_id} {state}, so there is no file of errors.")
    if request.body is None:
        raise Unprocessable(f"The rows of request {reference_id} are no longer kept: its status has the errors.")
    rows = list(_rows(request.body))
    why = {"error_msg": request.error_text} if request.status == "ER" else {}
    failed = [(section, row | why) for section, row in rows] if why else _refused(rows, request.errors)
    invdata: dict[str, list[Row]] = {}
    for section, row in failed:
        invdata.setdefault(section, []).append(row)
    document = {"imsDetailsErr": {"rtin": rtin, "invdata": invdata, **why}}
    return msgspec.json.Encoder(decimal_format="number", enc_hook=str).encode(document)


def _rows(body: bytes) -> Iterator[tuple[str, Row]]:
    """The rows of a request by section; of one that isn't as the schema has it, what can be read as such."""
    try:
        invdata = msgspec.json.Decoder(float_hook=Decimal).decode(body)["invdata"]
    except RecursionError:
        return
    for section, rows in cast("Row", invdata).items() if isinstance(invdata, dict) else ():
        for row in cast("list[Any]", rows) if isinstance(rows, list) else ():
            if isinstance(row, dict):
                yield section, cast("Row", row)


def _refused(rows: Iterable[tuple[str, Row]], report: dict[str, list[Row]]) -> list[tuple[str, Row]]:
    """The rows that the error report names. Of rows that name one record, those that came later were refused."""
    reasons: defaultdict[Key, list[str]] = defaultdict(list)
    for error_key, groups in report.items():
        for group in groups:
            for document in group["inv"]:
                key = (OF_ERROR_KEY[error_key], group["stin"], document["inum"], document["rtnprd"])
                reasons[key].append(group["error_msg"])
    found: list[tuple[str, Row]] = []
    for section, row in reversed([*rows]):
        if waiting := reasons[_key(section, row)]:
            found.append((section, {**row, "error_msg": waiting.pop()}))
    return found[::-1]


def _key(section: str, row: Row) -> Key:
    if Section(section).is_import:
        return section, "", row["boenum"], row["itcprd"]
    return section, row["stin"], row["nt_num"] if Section(section).is_note else row["inum"], row["rtnprd"]
