"""All that is known about one record, for whoever decides about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from gst_ims.client.record import Key, Record
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import Paise
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section
from gst_ims.desk.desk import Desk, Unknown
from gst_ims.desk.people.service import Person
from gst_ims.desk.review.lists import calendar, composed, queries
from gst_ims.desk.review.service import Reduce, key_of


@dataclass(frozen=True)
class Version:
    """A record as it stood from one reading of the portal until another. Amounts of `record` are rupees."""

    record: Record
    #: new, edited, filed, acted or flags.
    became: str
    read_at: datetime
    #: When a reading found it gone or different; None while it stands.
    ended_at: datetime | None


@dataclass(frozen=True)
class Finding:
    """What matching found. Differences are by field: what the portal says, and what the books say."""

    bucket: str
    score: int
    rule: str
    reasons: tuple[str, ...]
    differences: Any


@dataclass(frozen=True)
class Book:
    """A document of the books that the record was matched with. Amounts are paise."""

    id: str
    label: str
    section: Section
    stin: str | None
    number: str
    document_date: date | None
    period: Period | None
    value: Paise | None
    taxable: Paise
    igst: Paise
    cgst: Paise
    sgst: Paise
    cess: Paise
    #: Where it was read: file, sheet, row, voucher, notes.
    source: Mapping[str, Any]


@dataclass(frozen=True)
class Past:
    """A decision, open or over."""

    id: int
    state: str
    action: Action
    was: Action
    remarks: str | None
    reduce: Reduce
    stake: Paise
    person: str
    at: datetime
    why: str
    policy: str | None
    needs_approval: bool
    approved_by: str | None
    approved_at: datetime | None
    push: int | None
    #: The portal's, where it refused.
    code: str | None
    #: Why it is returned, void, refused.
    words: str | None
    #: Whether it is about the record as it stands.
    current: bool


@dataclass(frozen=True)
class Comment:
    """What somebody said."""

    person: str
    at: datetime
    text: str


@dataclass(frozen=True)
class Linked:
    """A document of the same chain of amendments, as it was last read."""

    key: Key
    document_date: date
    original_number: str | None
    action: Action
    tax: Paise
    #: Whether it is in IMS now.
    stands: bool


@dataclass(frozen=True)
class Entry:
    """A line of the trail."""

    at: datetime
    person: str
    what: str
    why: str
    policy: str | None
    detail: Mapping[str, Any]


class Days(NamedTuple):
    """The days of a record in IMS. Until GSTR-3B is filed, which is `due`, it can be decided about (R2.3)."""

    due: date | None
    #: The last day of Pending. After it what reduces credit (`specified`) counts as accepted, the rest has no credit.
    pending_until: date | None
    specified: bool


@dataclass(frozen=True)
class Panel:
    """One record. `versions` and `decisions` have the newest first, the others the oldest."""

    key: Key
    versions: tuple[Version, ...]
    finding: Finding | None
    books: tuple[Book, ...]
    decisions: tuple[Past, ...]
    comments: tuple[Comment, ...]
    #: With the record itself; by the period in which each was reported.
    chain: tuple[Linked, ...]
    trail: tuple[Entry, ...]
    #: None for what isn't in IMS now.
    days: Days | None

    @property
    def record(self) -> Record:
        """The newest version."""
        return self.versions[0].record

    @property
    def stands(self) -> bool:
        """Whether it is in IMS now."""
        return self.versions[0].ended_at is None


def panel(desk: Desk, by: Person, gstin: Gstin, key: Key) -> Panel:
    """Everything about a record that is, or was, in IMS. Raises NotAllowed, Unknown.

    The panel's key has the form by which the record came, whatever a name that was read says of it.
    """
    by.must(gstin)
    of_name = {"gstin": gstin, "name": str(key)}
    with desk.of([gstin]) as db:
        versions = list(queries.versions(db, **of_name, **key._asdict()))
        if not versions:
            raise Unknown(f"{gstin} has, and had, no record {key}: look for it in the list of records.")
        newest, finding = versions[0], queries.finding(db, **of_name)
        found = key_of(newest)
        of_record: dict[str, Any] = {"gstin": gstin, **found._asdict()}
        days = db.execute(composed(queries.record_days), of_record | calendar(desk, gstin)).fetchone()
        return Panel(
            found,
            tuple(map(_version, versions)),
            finding
            and Finding(finding.bucket, finding.score, finding.rule, tuple(finding.reasons), finding.differences),
            tuple(map(_book, queries.partners(db, gstin=gstin, ids=finding.partners))) if finding else (),
            tuple(_past(row, newest) for row in queries.record_decisions(db, **of_record)),
            tuple(Comment(*row) for row in queries.comments(db, **of_name)),
            tuple(map(_linked, queries.chain(db, **of_record))),
            tuple(Entry(*row) for row in queries.trail(db, **of_name)),
            days and Days(*days),
        )


def _version(row: Any) -> Version:
    # What is kept to be echoed leaves the name out.
    record = replace(Record.read(Section(row.section), row.source.encode()), trade_name=row.trade_name)
    return Version(record, row.became, row.read_at, row.ended_at)


def _book(row: Any) -> Book:
    return Book(
        *(row.id, row.label, Section(row.section), row.stin, row.number, row.document_date),
        None if row.period is None else Period.of(row.period),
        *(row.value, row.taxable, row.igst, row.cgst, row.sgst, row.cess, row.source),
    )


def _past(row: Any, newest: Any) -> Past:
    amounts = (row.declared_igst, row.declared_cgst, row.declared_sgst, row.declared_cess)
    reduce: Reduce = amounts if row.reduction == "amounts" else {None: None, "full": True, "none": False}[row.reduction]
    return Past(
        *(row.id, row.state, Action(row.action), Action(row.was), row.remarks, reduce, row.stake, row.person, row.at),
        *(row.why, row.policy, row.needs_approval, row.approved_by, row.approved_at, row.push, row.code, row.words),
        newest.until is None and row.hash == newest.hash,
    )


def _linked(row: Any) -> Linked:
    return Linked(key_of(row), row.document_date, row.original_number, Action(row.action), row.tax, row.stands)
