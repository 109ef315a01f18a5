"""Pushing: what is approved, or needs no approval, goes to the portal. Whoever finds a push open goes on with it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from gst_ims.client.errors import ClientError, WaitTimeout
from gst_ims.client.record import Key
from gst_ims.connect.errors import NotOffered
from gst_ims.core.errors import ImsError, Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.desk.desk import PROGRAM, Desk, Unknown
from gst_ims.desk.jobs import defer
from gst_ims.desk.people.service import Person, Role, note, registration
from gst_ims.desk.push import promise
from gst_ims.desk.push.next_steps import next_step
from gst_ims.desk.push.work import OnProgress, Work, queries
from gst_ims.desk.review.service import key_of
from gst_ims.desk.sync.service import sync


class Busy(ImsError):
    """Somebody is pushing for this taxpayer: wait until that is over."""


@dataclass(frozen=True)
class Pushed:
    """How far a push is. `void` are decisions whose record had changed: they are asked about again."""

    id: int
    person: str
    began_at: datetime
    #: None while it is open.
    ended_at: datetime | None
    rows: int
    applied: int
    refused: int
    void: int
    unknown: int
    #: What a person has to do for it, where files are carried by hand.
    words: str = ""


class Left(NamedTuple):
    """A decision that isn't applied: what the portal, or the desk, says about it, and what to do next."""

    key: Key
    decision: int
    state: str
    code: str | None
    words: str
    next: str


def request(desk: Desk, by: Person, gstin: Gstin) -> None:
    """Queue a push. Raises NotAllowed."""
    by.must(gstin, Role.PREPARER)
    with desk.of([gstin]) as db:
        defer(db, "desk:push", gstin, person=by.name)


def push(desk: Desk, by: Person, gstin: Gstin, on_progress: OnProgress | None = None) -> list[Pushed]:
    """Go on with what is open, then send what may be sent. Gives the pushes that it worked on, if any.

    Raises NotAllowed; Busy; and what the way to the portal raises: then the push stays open, to be gone on with.
    """
    by.must(gstin, Role.PREPARER)
    with _held(desk, gstin):
        done = _go_on(desk, gstin, on_progress)
        if all(it.ended_at for it in done) and _begin(desk, gstin, by.name):
            done += _go_on(desk, gstin, on_progress, fresh=True)
        return done


def resume(desk: Desk, gstin: Gstin, on_progress: OnProgress | None = None) -> list[Pushed]:
    """Go on with what is open, and send nothing else. Raises as `push`."""
    with _held(desk, gstin):
        return _go_on(desk, gstin, on_progress)


def pushes(desk: Desk, by: Person, gstin: Gstin, limit: int = 50) -> list[Pushed]:
    """The pushes of a taxpayer, the newest first. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return [_pushed(row) for row in queries.pushes(db, gstin=gstin, push=None, limit=limit)]


def left(desk: Desk, by: Person, gstin: Gstin, number: int) -> list[Left]:
    """The decisions of a push that aren't applied, with what to do about each. Raises NotAllowed, Unknown."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        if not list(queries.pushes(db, gstin=gstin, push=number, limit=1)):
            raise Unknown(f"{gstin} has no push {number}: choose one of the list of pushes.")
        return [
            Left(key_of(row), row.id, row.state, row.code, row.words or "", next_step(row.state, row.code))
            for row in queries.left(db, gstin=gstin, push=number)
        ]


@contextmanager
def _held(desk: Desk, gstin: Gstin) -> Generator[None]:
    """One push of a taxpayer at a time, of all programs. What dies lets go by itself."""
    with desk.of([gstin], f"desk push {gstin}") as db:
        if not queries.hold(db, gstin=gstin):
            raise Busy(f"Somebody is pushing for {gstin}: wait until that is over.")
        yield


def _begin(desk: Desk, gstin: Gstin, person: str) -> bool:
    """Write down what is to be sent, before anything is. Returns whether there is anything."""
    at = desk.clock.now()
    with desk.of([gstin]) as db:
        queries.void_changed(db, gstin=gstin, at=at)
        if not queries.any_ready(db, gstin=gstin):
            return False
        number: int = queries.begin(db, gstin=gstin, person=person, at=at)
        queries.take(db, gstin=gstin, push=number, person=person, at=at)
        queries.count_rows(db, gstin=gstin, push=number)
        return True


def _go_on(desk: Desk, gstin: Gstin, on_progress: OnProgress | None, *, fresh: bool = False) -> list[Pushed]:
    with desk.of([gstin]) as db:
        there = list(queries.open_pushes(db, gstin=gstin))
    if not there:
        return []
    with desk.ways(registration(desk, gstin).profile, gstin) as portal:
        return [
            _finish(Work(desk, gstin, portal, row.id, row.person, row.rows, on_progress), row, fresh) for row in there
        ]


def _finish(work: Work, row: Any, fresh: bool) -> Pushed:
    """Bring one push to its end, or as far as it goes without the hands of a person."""
    desk, gstin = work.desk, work.gstin
    try:
        if not fresh:
            work.hear(row.batches)
            work.compare()
        work.send()
    except WaitTimeout as error:
        if not work.by_hand:
            raise
        return _tally(work, str(error))
    # What stands now is read before it is over: so whoever decides next sees it.
    sync(desk, gstin, PROGRAM)
    _compare(work)
    with desk.of([gstin]) as db:
        queries.end(db, gstin=gstin, push=work.id, at=desk.clock.now())
        note(db, desk, gstin, work.person, "pushed", detail={"push": work.id})
    return _tally(work)


def _compare(work: Work) -> None:
    """Have the GSTR-2B that is due computed anew, and compare it. Where that can't be, the trail says why."""
    desk, gstin = work.desk, work.gstin
    period = promise.due_period(registration(desk, gstin).frequency, desk.clock)
    try:
        why_not = promise.recompute(work.portal, period)
        promise.keep(desk, gstin, work.portal.gstr2b(period), work.person)
    except (ClientError, NotOffered, Invalid) as error:  # a GSTR-2B that makes no sense keeps no push open
        why_not = str(error)
    what = "recomputed" if not why_not else "not recomputed"
    with desk.of([gstin]) as db:
        note(db, desk, gstin, work.person, what, why=why_not, detail={"period": str(period), "push": work.id})


def _tally(work: Work, words: str = "") -> Pushed:
    with work.desk.of([work.gstin]) as db:
        (row,) = queries.pushes(db, gstin=work.gstin, push=work.id, limit=1)
        return _pushed(row, words)


def _pushed(row: Any, words: str = "") -> Pushed:
    return Pushed(
        *(row.id, row.person, row.began_at, row.ended_at, row.rows, row.applied, row.refused, row.void, row.unknown),
        words,
    )
