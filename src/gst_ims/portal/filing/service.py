"""What a supplier can do: save a return, reset it, file it, read it back, ask how far a request is."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec
from psycopg import DataError
from psycopg.types.json import Jsonb

from gst_ims.core import errors
from gst_ims.core.document import print_date
from gst_ims.core.errors import Invalid, RowError
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Form
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.portal import jobs
from gst_ims.portal.context import Portal
from gst_ims.portal.decoding import at_most, decode
from gst_ims.portal.filing.documents import NOTE_TABLES, Refused, Return, Staged, read
from gst_ims.portal.filing.schemas import FilingStatus, ReturnHead
from gst_ims.portal.record.flags import dated, place
from gst_ims.rulebook import scope
from gst_ims.rulebook.calendar import tax_period
from gst_ims.rulebook.law import law

queries = load(__file__)
# Up to so many documents of a return may each be looked for by itself.
FEW = 200


def form_of(db: Connection, stin: Gstin, period: Period) -> Form:
    """What stin reports `period` on: IFF in the first two months of a quarterly filer's quarter, else GSTR-1."""
    return Form.IFF if _quarterly(db, stin) and not period.is_quarter_end else Form.R1


def submit(db: Connection, stin: Gstin, form: Form, period: Period, kind: str, body: bytes, at: datetime) -> str:
    """Take a return to be saved, or its reset, and queue it. Returns the reference id.

    `body` is kept as it came. Raises AlreadyFiled, and InvalidPeriod for a period that hasn't begun, or for a GSTR-1A
    whose GSTR-1 isn't filed (R3.5).
    """
    if period > Period.of(at.date()):
        raise errors.InvalidPeriod(f"The return period {period} has not begun.")
    _must_be_open(db, stin, form, period)
    if form is Form.R1A:
        _may_correct(db, stin, period)
    reference_id = jobs.new_reference_id()
    queries.add_request(db, stin=stin, reference_id=reference_id, kind=kind, period=period, form=form, body=body, at=at)
    jobs.defer(db, "filing:process", stin, reference_id)
    return reference_id


def check_body(body: bytes, stin: Gstin, period: Period) -> None:
    """Raises what the edge says to a return that isn't one, or isn't this taxpayer's, or isn't of this period."""
    head = decode(body, ReturnHead)
    if head.gstin != stin:
        raise errors.Forbidden(f"gstin {head.gstin[:20]} isn't the taxpayer of this session.")
    if head.fp != str(period):
        raise errors.Unprocessable(f"fp {head.fp[:20]} isn't the period of the address, {period}.")


def process(portal: Portal, stin: Gstin, reference_id: str) -> None:
    """Work on a request: once, wholly or not at all. A request that is finished is left alone."""
    with portal.as_supplier(stin, job=True) as db:
        request = queries.take_request(db, stin=stin, reference_id=reference_id)
        if request is None:
            return
        outcome: dict[str, Any] = {"error_code": "", "error_text": "", "errors": None}
        try:
            with db.transaction():
                applied, refused = _work(db, portal, stin, reference_id, request)
        except (errors.AlreadyFiled, Invalid, DataError, RecursionError, msgspec.MsgspecError) as error:
            code = error.code if isinstance(error, errors.AlreadyFiled) else errors.RowStructure.code
            text = str(error).partition("\n")[0] or type(error).__name__
            report = Jsonb({"error_cd": code, "error_msg": text})
            outcome |= {"status": "ER", "error_code": code, "error_text": text, "errors": report}
            applied, codes = 0, [code]
        else:
            codes = [row.error.code for row in refused]
            outcome |= {"status": "PE" if refused else "P", "errors": Jsonb(_report(refused)) if refused else None}
        queries.finish_request(db, stin=stin, reference_id=reference_id, at=portal.clock.now(), **outcome)
    jobs.tally(portal, "filing:process", f"return {request.kind.lower()}", applied, codes)


def park(portal: Portal, stin: Gstin, reference_id: str) -> None:
    """Give up a request that fails again and again for reasons of ours: the supplier's next ones must go on."""
    code, text = jobs.GIVEN_UP, jobs.GIVEN_UP_TEXT
    report = Jsonb({"error_cd": code, "error_msg": text})
    with portal.as_supplier(stin) as db:
        if queries.take_request(db, stin=stin, reference_id=reference_id):
            of_request = {"stin": stin, "reference_id": reference_id, "at": portal.clock.now()}
            queries.finish_request(db, **of_request, status="ER", error_code=code, error_text=text, errors=report)


def status(db: Connection, stin: Gstin, period: Period, reference_id: str) -> FilingStatus:
    """How far a request is. Raises UnknownReference."""
    row = queries.request(db, stin=stin, reference_id=reference_id)
    if row is None or Period.of(row.period) != period:
        raise errors.UnknownReference
    return FilingStatus("R1A" if row.form == "R1A" else "R1", row.status, row.kind, row.errors)


def file(db: Connection, stin: Gstin, form: Form, period: Period, at: datetime) -> str:
    """File the return with all that is saved. Returns its acknowledgement number.

    Raises AlreadyFiled, ReturnInProgress while a save or reset of it isn't finished, InvalidPeriod.
    """
    if period > Period.of(at.date()):
        raise errors.InvalidPeriod(f"The return period {period} has not begun.")
    if form is Form.R1A:
        _may_correct(db, stin, period)
    if not queries.hold_return(db, stin=stin, form=form, period=period):
        raise errors.ReturnInProgress
    arn = f"AA{stin.state}{period.month:02}{period.year % 100:02}{secrets.randbelow(10**6):06}A"
    if not queries.add_return(db, stin=stin, period=period, form=form, at=at, arn=arn):
        raise errors.AlreadyFiled
    if queries.open_request(db, stin=stin, form=form, period=period):
        raise errors.ReturnInProgress
    rules = law()
    of_return = {"stin": stin, "period": period, "form": form, "at": at}
    queries.hold_chains(db, rtins=queries.amended_recipients(db, **of_return))
    in_2b = scope.period_2b(form, period, at, quarterly=_quarterly(db, stin), law=rules)
    keys = queries.return_keys(db, **of_return)
    _lock(db, keys)
    queries.file_records(
        db,
        **of_return,
        rtins=list(keys) or [stin],
        **dated(in_2b, rules),
        period_2b=in_2b,
        time_limit=scope.Bypass.TIME_LIMIT,
        before_ims=scope.Bypass.BEFORE_IMS,
        in_ims_since=rules.since("R1.10", "records_in_ims"),
    )
    queries.join_by_hash(db, only=False)
    _place(db, of_return)
    if rules.at("R3.8", "amendment_supersedes", in_2b) and (late := queries.late_recipients(db, **of_return)):
        queries.supersede_late(db, **of_return, rtins=late)
    queries.file_documents(db, **of_return)
    _clear_actions(db, of_return)
    return arn


def rest(db: Connection, stin: Gstin, form: Form, period: Period) -> Iterator[tuple[str, Iterator[str]]]:
    """The tables of the return that make no records: name and JSON, as they were saved."""
    for row in queries.rest(db, stin=stin, form=form, period=period):
        yield row.section, iter([row.content])


def _work(db: Connection, portal: Portal, stin: Gstin, reference_id: str, request: Any) -> tuple[int, list[Refused]]:
    """Do what a request asks for. Returns how many documents were applied, and those that are refused."""
    about = Return(
        stin=stin,
        form=Form(request.form),
        period=Period.of(request.period),
        quarterly=_quarterly(db, stin),
        received_at=request.received_at,
        checksum=not portal.settings.test_mode,
        law=law(),
    )
    queries.wait_for_return(db, stin=stin, form=about.form, period=about.period)
    _must_be_open(db, stin, about.form, about.period)
    return _reset(db, about) if request.kind == "RESET" else _save(db, about, request.body, reference_id)


def _quarterly(db: Connection, stin: Gstin) -> bool:
    row = queries.taxpayer(db, gstin=stin)
    return row is not None and row.filing_frequency == "quarterly"


def _must_be_open(db: Connection, stin: Gstin, form: Form, period: Period) -> None:
    if queries.filed(db, stin=stin, form=form, period=period):
        raise errors.AlreadyFiled


def _may_correct(db: Connection, stin: Gstin, period: Period) -> None:
    """GSTR-1A is open from GSTR-1 until the GSTR-3B of the tax period (R3.5)."""
    if queries.any_filed(db, stin=stin, period=period) is None:
        raise errors.InvalidPeriod(f"GSTR-1A opens when GSTR-1 of {period} is filed.")
    ends = tax_period("quarterly" if _quarterly(db, stin) else "monthly", period)
    if queries.closing(db, stin=stin, period=ends):
        raise errors.InvalidPeriod(f"GSTR-1A of {period} is closed: GSTR-3B of {ends} is filed. Amend it in GSTR-1.")


def _save(db: Connection, about: Return, body: bytes, reference_id: str) -> tuple[int, list[Refused]]:
    refused: list[Refused] = []
    seen: set[tuple[str, str]] = set()
    of_return = {"stin": about.stin, "form": about.form, "period": about.period}
    queries.make_staging(db)
    with db.cursor() as cursor, cursor.copy(queries.copy_staging.sql) as copy:
        rest_tables: list[tuple[str, bytes]] = []
        for part in at_most(read(body, about)):
            if isinstance(part, tuple):
                rest_tables.append(part)
            elif isinstance(part, Refused):
                refused.append(part)
            elif (part.section, part.number) in seen:
                text = "The document stands twice in this request. Please send it once."
                refused.append(_refuse(part, errors.DuplicateDocument(text)))
            else:
                seen.add((part.section, part.number))
                copy.write_row(msgspec.structs.astuple(part))
    queries.sample_little(db)
    queries.analyze_staging(db)
    applied = len(seen)
    for statement, error in (
        (queries.refuse_duplicates, errors.DuplicateDocument()),
        (queries.refuse_unknown_deletions, errors.RowStructure("There is no such saved document to be deleted.")),
        *([(queries.refuse_other_recipients, errors.WrongReceiver())] if about.form is Form.R1A else []),
    ):
        rows = list(statement(db, **of_return))
        applied -= len(rows)
        refused += [Refused(row.section, row.rtin, row.number, print_date(row.document_date), error) for row in rows]
    _apply(db, about, reference_id)
    for name, content in rest_tables:
        queries.put_rest(db, **of_return, section=name, content=content.decode())
    return applied, refused


def _reset(db: Connection, about: Return) -> tuple[int, list[Refused]]:
    of_return = {"stin": about.stin, "form": about.form, "period": about.period}
    queries.make_staging(db)
    applied: int = queries.stage_everything(db, **of_return)
    queries.sample_little(db)
    queries.analyze_staging(db)
    _apply(db, about, "")
    queries.delete_rest(db, **of_return)
    return applied, []


def _apply(db: Connection, about: Return, reference_id: str) -> None:
    """Bring records and documents to what is staged, with the trail of it."""
    of_return = {"stin": about.stin, "form": about.form, "period": about.period}
    change = {**of_return, "at": about.received_at, "reference_id": reference_id or None}
    queries.hold_staged_chains(db)
    known = queries.staged_keys(db, **of_return)
    _lock(db, known.keys)
    if known.left_by:
        queries.remove_records(db, **change, rtins=known.left_by)
    of_law = dated(about.period_2b, about.law)
    # An empty list of recipients would go to every machine.
    queries.put_records(db, **change, **of_law, period_2b=about.period_2b, rtins=list(known.keys) or [about.stin])
    queries.join_by_hash(db, only=False)
    queries.put_documents(db, **of_return)
    _place(db, of_return)
    queries.delete_documents(db, **of_return)
    _clear_actions(db, of_return)


def _lock(db: Connection, keys: dict[str, list[Any]]) -> None:
    """Lock a return's records. What follows finds them by hash, where they are many, until it is told otherwise."""
    queries.join_by_hash(db, only=sum(map(len, keys.values())) > FEW)
    queries.lock_records(db, keys=Jsonb(keys))


def _place(db: Connection, of_return: dict[str, Any]) -> None:
    """Let the amendments of a return have what their place in the chain, and the law of their period, make of them."""
    if rtins := queries.amended_recipients(db, **of_return):
        for row in list(queries.amended(db, **of_return, rtins=rtins)):
            place(db, Gstin(row.rtin), Period.of(row.period_2b), row.keys)


def _clear_actions(db: Connection, of_return: dict[str, Any]) -> None:
    if rtins := queries.shown_recipients(db, **of_return):
        queries.clear_actions(db, **of_return, rtins=rtins)


def _refuse(part: Staged, error: RowError) -> Refused:
    return Refused(part.section, part.rtin, part.number, print_date(part.document_date), error)


def _report(refused: Iterable[Refused]) -> dict[str, Any]:
    """GSTN's error report: by table, then by recipient and error, the documents."""
    report: dict[str, dict[tuple[str, str, str], list[dict[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for row in refused:
        names = (
            {"nt_num": row.number, "nt_dt": row.date}
            if row.section in NOTE_TABLES
            else {"inum": row.number, "idt": row.date}
        )
        report[row.section][row.rtin, row.error.code, row.error.text].append(names)
    return {
        section: [
            {"ctin": rtin, "error_cd": code, "error_msg": text, "nt" if section in NOTE_TABLES else "inv": documents}
            for (rtin, code, text), documents in groups.items()
        ]
        for section, groups in report.items()
    }
