"""What a recipient can do: save actions, reset them, ask how far a request is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from psycopg import DataError
from psycopg.types.json import Jsonb

from gst_ims.core import errors
from gst_ims.core.errors import Invalid, RowError
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Section
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.portal import jobs
from gst_ims.portal.action.rows import KEY, Row, read
from gst_ims.portal.action.schemas import RequestHead, RequestStatus
from gst_ims.portal.context import Dialect, Portal, hold_recipient
from gst_ims.portal.decoding import at_most, decode
from gst_ims.rulebook.law import law

queries = load(__file__)

# Section, supplier, number, period, and why not.
Refusal = tuple[Section, str, str, str, RowError]

SCHEMA_FAILURE = "IMSSAV005"


class Done(NamedTuple):
    """How many rows were applied, and the first and the last entry that they have in the trail."""

    applied: int
    first_entry: int | None
    last_entry: int | None


NOTHING_DONE = {**Done(0, None, None)._asdict(), "refused": 0, "error_code": "", "error_text": "", "errors": None}
# A refusal's name in SQL is that of its error.
REFUSALS: dict[str, type[RowError]] = {
    kind.__name__: kind
    for kind in (
        errors.StaleAction,
        errors.OriginalOpen,
        errors.RejectNotAllowed,
        errors.PendingBlocked,
        errors.ReductionBlocked,
        errors.ReductionInvalid,
        errors.ReductionMissing,
        errors.RemarksBlocked,
        errors.RemarksTooLong,
        errors.RemarksMissing,
    )
}


def submit(portal: Portal, rtin: Gstin, kind: str, body: bytes) -> str:
    """Take a save or reset request and queue its processing, in one transaction. Returns the reference id.

    Only the three top-level members are looked at; the rows are validated when the request is processed. `body` is kept
    as it came. Raises RequestInProgress (IMSSAV0015) while another request of the taxpayer isn't finished.
    """
    head = decode(body, RequestHead)
    if head.reqtyp != kind:
        raise errors.Unprocessable(f"reqtyp must be {kind} here, not {head.reqtyp[:20]!r}.")
    if head.rtin != rtin:
        raise errors.Forbidden(f"rtin {head.rtin[:15]!r} isn't the taxpayer of this session.")
    reference_id = jobs.new_reference_id()
    at = portal.clock.now()
    with portal.as_recipient(rtin) as db:
        if not queries.add_request(db, rtin=rtin, reference_id=reference_id, kind=kind, body=body, at=at):
            raise errors.RequestInProgress
        jobs.defer(db, "action:process", rtin, reference_id)
    return reference_id


def process(portal: Portal, rtin: Gstin, reference_id: str) -> None:
    """Work on a request: once, wholly or not at all; then show its suppliers what became of it.

    A request that is finished is only shown, if it wasn't yet.
    """
    with portal.as_recipient(rtin, job=True) as db:
        request = queries.take_request(db, rtin=rtin, reference_id=reference_id)
        if request is None:
            return
        finished = request.finished_at is not None
        done = None if finished else _finish(db, rtin, reference_id, request, portal.clock.now())
    if done is not None:
        jobs.tally(portal, "action:process", request.kind.lower(), *done)
    with portal.as_recipient(rtin, job=True) as db:
        request = queries.take_request(db, rtin=rtin, reference_id=reference_id)
        if request is not None:
            _show(db, rtin, reference_id, request)


def _finish(db: Connection, rtin: Gstin, reference_id: str, request: Any, at: datetime) -> tuple[int, list[str]]:
    """Returns how many rows were applied, and the codes of the others."""
    codes = [SCHEMA_FAILURE]
    outcome: dict[str, Any] = dict(NOTHING_DONE)
    try:
        with db.transaction():
            done, refused = take(db, rtin, reference_id, request.kind, request.body, request.received_at)
    except (msgspec.MsgspecError, Invalid, DataError, RecursionError) as error:
        text = f"Schema validation failure: {error}"[:500]
        outcome |= {"status": "ER", "error_code": SCHEMA_FAILURE, "error_text": text}
    else:
        outcome |= {"status": "PE" if refused else "P", "refused": len(refused), **done._asdict()}
        outcome["errors"] = Jsonb(report(refused)) if refused else None
        codes = [error.code for *_, error in refused]
    queries.finish_request(db, rtin=rtin, reference_id=reference_id, at=at, **outcome)
    return outcome["applied"], codes


def _show(db: Connection, rtin: Gstin, reference_id: str, request: Any) -> None:
    """Outside of the transaction that finishes a request: the recipient doesn't wait for what his suppliers see."""
    entries = {"rtin": rtin, "reference_id": reference_id, "first": request.first_entry, "last": request.last_entry}
    if stins := {row.stin for row in queries.lock_decided(db, **entries)}:
        queries.show(db, **entries, stins=list(stins))
    queries.shown(db, rtin=rtin, reference_id=reference_id)


def take(
    db: Connection, rtin: Gstin, reference_id: str, kind: str, body: bytes, at: datetime
) -> tuple[Done, list[Refusal]]:
    """Apply what of a request can be applied, judged by the law of the day on which it came.

    Returns what was done, and the refused rows. Raises msgspec.ValidationError or Invalid where the request
    isn't as the schema has it.
    """
    rules, today = law(), at.date()
    hold_recipient(db, rtin)
    rows, duplicates = _stage(db, kind, body)
    queries.lock_records(db, rtin=rtin)
    written, *others = queries.decide(
        db,
        rtin=rtin,
        reference_id=reference_id,
        at=at,
        event="acted" if kind == "SAVE" else "reset",
        today=today,
        remarks_length=rules.at("R6.10", "remarks_length", Period.of(today)),
        remarks_since=rules.since("R6.11", "remarks_taken"),
        cap_at_difference=rules.at("R6.8", "cap_at_difference", Period.of(today)),
    )
    refused = [
        (Section(row.section), row.stin, row.number, str(Period.of(row.period)), REFUSALS[row.refusal]())
        for row in others
    ]
    return Done(rows - len(refused), written.first_entry, written.last_entry), [*refused, *duplicates]


def park(portal: Portal, rtin: Gstin, reference_id: str) -> None:
    """Give up a request that fails again and again for reasons of ours: the taxpayer's next ones must go on."""
    with portal.as_recipient(rtin) as db:
        request = queries.take_request(db, rtin=rtin, reference_id=reference_id)
        if request is not None and request.finished_at is None:
            of_request = {"rtin": rtin, "reference_id": reference_id, "at": portal.clock.now()}
            why = {"status": "ER", "error_code": jobs.GIVEN_UP, "error_text": jobs.GIVEN_UP_TEXT}
            queries.finish_request(db, **of_request, **{**NOTHING_DONE, **why})


def status(db: Connection, rtin: Gstin, reference_id: str, dialect: Dialect) -> RequestStatus:
    """How far a request is, in either dialect. Raises UnknownReference."""
    row = queries.request(db, rtin=rtin, reference_id=reference_id)
    if row is None:
        raise errors.UnknownReference
    status_cd: Any = {"IP": "P", "P": "S"}.get(row.status, row.status) if dialect == "overview" else row.status
    return RequestStatus(
        status_cd=status_cd,
        transTypCd="SAV" if row.kind == "SAVE" else "RST",
        proc_cnt=str(row.applied),
        err_cd=row.error_code,
        err_msg=row.error_text,
        err_cnt=str(row.refused) if row.status in ("PE", "ER") else None,
        error_report=row.errors,
    )


def _stage(db: Connection, kind: str, body: bytes) -> tuple[int, list[Refusal]]:
    """Load the rows into the staging table. Returns how many, and those that name a record again, which are stale."""
    queries.make_staging(db)
    seen: set[Row] = set()
    duplicates: list[Refusal] = []
    with db.cursor() as cursor, cursor.copy(queries.copy_staging.sql) as copy:
        for row in at_most(read(kind, body)):
            key = row[KEY]
            if key in seen:
                section, stin, number, period, *_ = key
                duplicates.append((Section(section), stin, number, str(Period.of(period)), errors.StaleAction()))
            else:
                seen.add(key)
                copy.write_row(row)
    queries.sample_little(db)
    queries.analyze_staging(db)
    return len(seen), duplicates


def report(refused: Iterable[Refusal]) -> dict[str, list[dict[str, Any]]]:
    """GSTN's error report: by section, then by supplier and error, the documents."""
    report: dict[str, dict[tuple[str, str, str], list[dict[str, str]]]] = {}
    for section, stin, number, period, error in refused:
        groups = report.setdefault(section.error_key, {})
        groups.setdefault((stin, error.code, error.text), []).append({"inum": number, "rtnprd": period})
    return {
        section: [
            {"stin": stin, "error_cd": code, "error_msg": text, "inv": documents}
            for (stin, code, text), documents in groups.items()
        ]
        for section, groups in report.items()
    }
