"""Reading the status of a request, in both dialects and with every alias (contract 3.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import msgspec

from gst_ims.client.outcome import FailedRow, State, Status
from gst_ims.client.protocol import integer
from gst_ims.core.errors import Invalid
from gst_ims.core.section import Section

_STATES = {
    "S": State.PROCESSED,
    "PE": State.WITH_ERRORS,
    "ER": State.FAILED,
}
# Other clients have seen these keys for the two sections of e-commerce operators.
_OPERATORS = {"e_b2b": Section.ECOM, "e_c2b": Section.ECOM, "e_b2ba": Section.ECOMA, "e_c2ba": Section.ECOMA}


def read_status(reference_id: str, payload: bytes, rows: int | None = None) -> Status:
    """How far a save or reset of `rows` rows is; None if it isn't known how many it had.

    P is "in progress" to some and "processed" to others: it counts as done when the counts say that all is done.
    """
    told: dict[str, Any] = msgspec.json.decode(payload, type=dict[str, Any])
    said = str(told.get("status_cd") or "")
    processed, failed = _count(told.get("proc_cnt")), _count(told.get("err_cnt"))
    done = processed is not None and (processed == rows if rows else processed > 0)
    state = (State.PROCESSED if done else State.IN_PROGRESS) if said == "P" else _STATES.get(said, State.IN_PROGRESS)
    return Status(
        reference_id,
        state,
        said,
        processed,
        failed,
        str(told.get("err_cd") or ""),
        str(told.get("err_msg") or ""),
        tuple(_failures(told.get("error_report"))),
    )


def read_computation(reference_id: str, payload: bytes) -> Status:
    """How far the computation of a GSTR-2B is: here P has one meaning, processed."""
    told: dict[str, Any] = msgspec.json.decode(payload, type=dict[str, Any])
    said = str(told.get("status_cd") or "")
    state = State.PROCESSED if said == "P" else _STATES.get(said, State.IN_PROGRESS)
    return Status(reference_id, state, said, code=str(told.get("err_cd") or ""), words=str(told.get("err_msg") or ""))


def _failures(report: object) -> Iterator[FailedRow]:
    for key, groups in _object(report).items():
        for group in map(_object, _list(groups)):
            reason = str(group.get("error_cd") or ""), str(group.get("error_msg") or "")
            stin = str(group.get("stin") or "")
            for document in map(_object, _list(group.get("inv") or group.get("nt") or [{}])):
                number = document.get("inum") or document.get("nt_num") or ""
                yield FailedRow(section_of(key), stin, str(number), str(document.get("rtnprd") or ""), *reason)


def section_of(key: str) -> Section | None:
    """The section of a key of a reply, in any of its spellings."""
    try:
        return _OPERATORS.get(key.lower()) or Section.parse(key)
    except Invalid:
        return None


def _object(value: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _count(value: object) -> int | None:
    count = integer(value)
    return count if count is not None and count >= 0 else None
