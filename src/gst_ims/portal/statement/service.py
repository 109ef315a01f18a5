"""GSTR-2B: drawn up on the 14th, computed anew on demand, read in any of its versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby
from typing import Any, Literal

from gst_ims.core import errors
from gst_ims.core.document import print_date
from gst_ims.core.errors import BusinessError
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.portal import jobs
from gst_ims.portal.context import Portal, hold_recipient
from gst_ims.portal.statement.schemas import StatementStatus
from gst_ims.portal.statement.summary import itcsumm
from gst_ims.portal.streaming import array, member_object
from gst_ims.rulebook.calendar import draft_day, tax_period
from gst_ims.rulebook.law import Frequency, law

queries = load(__file__)

# More documents than this come in files (file_num), each of so many at the most.
FILE_SIZE = 10_000
Cause = Literal["draft", "demand", "recompute"]


@dataclass(frozen=True)
class Recipient:
    """A taxpayer as a recipient of statements; `first` is his first tax period: those before count as closed."""

    rtin: Gstin
    frequency: Frequency
    first: Period | None

    def closed(self, db: Connection, period: Period) -> bool:
        """Whether GSTR-3B of a tax period is filed, or needn't be."""
        before = self.first is not None and period < self.first
        return before or queries.closing(db, rtin=self.rtin, period=period) is not None

    def previous_closed(self, db: Connection, period: Period) -> bool:
        """The same of the tax period before this one; there is none before the first."""
        return (
            self.first is None
            or period <= self.first
            or self.closed(db, period.plus(-3 if self.frequency == "quarterly" else -1))
        )

    def first_open(self, db: Connection, until: Period) -> Period | None:
        """The earliest tax period, until this one, whose GSTR-3B isn't filed."""
        months = 3 if self.frequency == "quarterly" else 1
        day = queries.first_unfiled(db, rtin=self.rtin, first=self.first, last=until, months=months)
        return Period.of(day) if day else None


def recipient(db: Connection, rtin: Gstin) -> Recipient:
    """What the portal knows of a recipient. Once he has filed, an older document doesn't bring back older periods."""
    row, closed = queries.taxpayer(db, rtin=rtin), queries.closings(db, rtin=rtin)
    frequency: Frequency = row.filing_frequency if row else "monthly"
    began: date | None = (row and row.registered_on) or closed.first or queries.first_period(db, rtin=rtin)
    return Recipient(rtin, frequency, tax_period(frequency, Period.of(began)) if began else None)


def generate(db: Connection, who: Recipient, period: Period, at: datetime, cause: Cause) -> int:
    """Draw up GSTR-2B as the next version, from the records as they stand (R4.1, R4.2). Returns the version."""
    latest = queries.version(db, rtin=who.rtin, period=period, version=None)
    version: int = latest.version + 1 if latest else 1
    of_version = {"rtin": who.rtin, "period": period, "version": version}
    queries.add_statement(db, **of_version, at=at, cause=cause)
    documents = queries.add_lines(db, **of_version, today=at.date())
    queries.add_names(db, **of_version)
    queries.add_totals(db, **of_version)
    queries.count_documents(db, **of_version, documents=documents)
    return version


def draft(portal: Portal, rtin: Gstin, period: Period) -> None:
    """Draw up the first GSTR-2B of a tax period. Not where one exists, or GSTR-3B before it is missing (R4.5)."""
    at = portal.clock.now()
    with portal.as_recipient(rtin, job=True) as db:
        hold_recipient(db, rtin)
        who = recipient(db, rtin)
        if period != tax_period(who.frequency, period) or who.closed(db, period):
            return
        known = queries.version(db, rtin=rtin, period=period, version=None)
        if known is None and who.previous_closed(db, period):
            generate(db, who, period, at, "draft")


def regenerate(portal: Portal, rtin: Gstin, period: Period) -> str:
    """Queue GSTR-2B to be computed anew (R4.2). Returns the reference id.

    Raises what R4.4 to R4.6 refuse: StatementNotApplicable, StatementClosed, StatementTooEarly, PreviousNotFiled,
    NothingForStatement, StatementUnchanged.
    """
    at = portal.clock.now()
    with portal.as_recipient(rtin) as db:
        _may_compute(db, recipient(db, rtin), period, at)
        waiting = queries.open_request(db, rtin=rtin, period=period)
        if waiting:
            return waiting.reference_id
        reference_id = jobs.new_reference_id()
        queries.add_request(db, rtin=rtin, reference_id=reference_id, period=period, at=at)
        jobs.defer(db, "statement:compute", rtin, reference_id)
    return reference_id


def compute(portal: Portal, rtin: Gstin, reference_id: str) -> None:
    """Work on a request to compute GSTR-2B: once. What is refused by now is said in its status."""
    at = portal.clock.now()
    with portal.as_recipient(rtin, job=True) as db:
        hold_recipient(db, rtin)
        request = queries.request(db, rtin=rtin, reference_id=reference_id)
        if request is None or request.finished_at is not None:
            return
        who, period = recipient(db, rtin), Period.of(request.period)
        outcome = {"status": "P", "error_code": "", "error_text": ""}
        try:
            known = _may_compute(db, who, period, at, request.received_at)
            generate(db, who, period, at, "recompute" if known else "demand")
        except BusinessError as error:
            outcome = {"status": "ER", "error_code": error.code, "error_text": error.text}
        queries.finish_request(db, rtin=rtin, reference_id=reference_id, at=at, **outcome)


def park(portal: Portal, rtin: Gstin, reference_id: str) -> None:
    """Give up a request that fails again and again for reasons of ours."""
    given_up = {"status": "ER", "error_code": jobs.GIVEN_UP, "error_text": jobs.GIVEN_UP_TEXT}
    with portal.as_recipient(rtin) as db:
        hold_recipient(db, rtin)
        request = queries.request(db, rtin=rtin, reference_id=reference_id)
        if request is not None and request.finished_at is None:
            queries.finish_request(db, rtin=rtin, reference_id=reference_id, at=portal.clock.now(), **given_up)


def status(db: Connection, rtin: Gstin, reference_id: str, period: Period | None = None) -> StatementStatus:
    """How far a request to compute GSTR-2B, of any period or of this one, is. Raises UnknownReference."""
    row = queries.request(db, rtin=rtin, reference_id=reference_id)
    if row is None or (period is not None and row.period != period.first_day):
        raise errors.UnknownReference
    return StatementStatus(row.status, row.error_code, row.error_text)


def recompute_due(db: Connection, who: Recipient, period: Period, version: int, today: date) -> bool:
    """Whether GSTR-2B would say something else than this version does (R4.3)."""
    differs: bool = queries.differs(db, rtin=who.rtin, period=period, version=version, today=today)
    return differs


def read(
    db: Connection, rtin: Gstin, period: Period, *, at: datetime, version: int | None, file: int | None
) -> Iterator[str]:
    """GSTR-2B as JSON in pieces: whole, or its head, or with `file` one of its files.

    Raises StatementNotApplicable, BeforeCutOff, PreviousNotFiled, NotGenerated.
    """
    found = queries.version(db, rtin=rtin, period=period, version=version)
    if found is None:
        raise _why_none(db, recipient(db, rtin), period, at)
    files = max(-(-found.documents // FILE_SIZE), 1)
    if file is not None and file > files:
        raise errors.NotGenerated(f"There is no file {file}: this GSTR-2B has {files}.")
    digest = sha256()
    data = member_object(_members(db, rtin, period, found, files, file))
    return member_object([("data", _summed(data, digest)), ("chksum", _checksum(digest))])


def _why_none(db: Connection, who: Recipient, period: Period, at: datetime) -> BusinessError:
    """Why there is no GSTR-2B of a period, or not the version that was asked for."""
    latest = queries.version(db, rtin=who.rtin, period=period, version=None)
    if latest is not None:
        return errors.NotGenerated(f"GSTR-2B of {period} has no such version: the latest is {latest.version}.")
    if period != tax_period(who.frequency, period):
        return errors.StatementNotApplicable()
    if at.date() < draft_day(period, law()):
        return errors.BeforeCutOff()
    something = queries.any_document(db, rtin=who.rtin, period=period, today=at.date())
    return errors.NotGenerated() if something and who.previous_closed(db, period) else errors.PreviousNotFiled()


def _summed(pieces: Iterable[str], digest: Any) -> Iterator[str]:
    for piece in pieces:
        digest.update(piece.encode())
        yield piece


def _checksum(digest: Any) -> Iterator[str]:
    """Of the data, once all of it has been written."""
    yield f'"{digest.hexdigest()}"'


def _members(
    db: Connection, rtin: Gstin, period: Period, found: Any, files: int, file: int | None
) -> Iterator[tuple[str, Iterable[str]]]:
    of_version: dict[str, Any] = {"rtin": rtin, "period": period, "version": found.version}
    yield "gstin", [f'"{rtin}"']
    yield "rtnprd", [f'"{period}"']
    yield "version", [f'"{found.version}"']
    if file is None:
        yield "gendt", [f'"{print_date(found.generated_at.date())}"']
        yield "itcsumm", [itcsumm(figures(db, **of_version))]
        yield from _rejected_apart(queries.suppliers(db, **of_version), "cpsumm", "cpSummRej", _sum)
    if file is None and files > 1:
        yield "fc", [str(files)]
    else:
        documents = queries.documents(db, **of_version, page=file or 1, size=FILE_SIZE)
        yield from _rejected_apart(documents, "docdata", "docRejdata", _supplier)


def figures(db: Connection, rtin: Gstin, period: Period, version: int) -> list[Any]:
    """The totals of a statement by part, supply and leaf, in paise."""
    return list(queries.totals(db, rtin=rtin, period=period, version=version))


def _may_compute(db: Connection, who: Recipient, period: Period, at: datetime, asked_at: datetime | None = None) -> Any:
    """The latest version, if there is one; raises what stands against another (R4.4 to R4.6).

    A version that was there at `asked_at` was due when it was asked for: it needn't be compared as a whole again.
    """
    if period != tax_period(who.frequency, period):
        raise errors.StatementNotApplicable
    if period > Period.of(at.date()) or who.closed(db, period):
        raise errors.StatementClosed
    released = draft_day(period, law())
    if at.date() < released:
        raise errors.StatementTooEarly(f"GSTR-2B can be generated only after {print_date(released)}.")
    if not who.previous_closed(db, period):
        raise errors.PreviousNotFiled
    known = queries.version(db, rtin=who.rtin, period=period, version=None)
    if known is None and not queries.any_document(db, rtin=who.rtin, period=period, today=at.date()):
        raise errors.NothingForStatement(f"There is no record available for GSTR 2B of {period} return period")
    compared = known is not None and asked_at is not None and known.generated_at <= asked_at
    if known is not None and not compared and not recompute_due(db, who, period, known.version, at.date()):
        raise errors.StatementUnchanged
    return known


def _rejected_apart(
    rows: Iterator[Any], accepted: str, rejected: str, texts: Any
) -> Iterator[tuple[str, Iterator[str]]]:
    """Two members, documents and rejected documents, each by table; the second only where there are any."""
    found = {False: accepted, True: rejected}
    seen = False
    for is_rejected, group in groupby(rows, key=lambda row: row.rejected):
        if is_rejected and not seen:
            yield accepted, iter(["{}"])
        seen = True
        tables = groupby(group, key=lambda row: row.leaf)
        yield (
            found[is_rejected],
            member_object((leaf, array(t for row in of for t in texts(row))) for leaf, of in tables),
        )
    if not seen:
        yield accepted, iter(["{}"])


def _sum(row: Any) -> list[str]:
    return [row.json]


def _supplier(row: Any) -> list[str]:
    """One supplier's documents of a table. Bills of entry from overseas have no supplier and stand by themselves."""
    if row.leaf in ("impg", "impga"):
        return [row.documents]
    inside = {"cdnr": "nt", "cdnra": "nt", "isd": "doclist", "isda": "doclist", "impgsez": "boe", "impgseza": "boe"}
    return [f'{row.supplier[:-1]},"{inside.get(row.leaf, "inv")}":[{row.documents}]}}']
