"""Reports that people ask for in a browser: a worker makes them, and they are there for a week."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

from gst_ims.core.clock import IST
from gst_ims.core.errors import ImsError, Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.database.queries import load
from gst_ims.desk.desk import DatabaseAway, Desk, Unknown, what_now
from gst_ims.desk.jobs import defer
from gst_ims.desk.people.service import Person, person
from gst_ims.desk.report.document import write_json
from gst_ims.desk.report.workbook import write_workbook

queries: Any = load(__file__, "asked.sql")

Form = Literal["xlsx", "json"]
FORMS: Final = {"xlsx": write_workbook, "json": write_json}
#: How long a report is kept.
KEPT = timedelta(days=7)
#: Bytes of a part of its file.
PART = 1 << 20


@dataclass(frozen=True)
class Asked:
    """A report that somebody asked for. `words`: why it couldn't be made; empty where it could."""

    id: int
    period: Period
    form: str
    person: str
    asked_at: datetime
    #: None until it is made, or can't be.
    ended_at: datetime | None
    words: str
    #: Bytes.
    size: int


def request(desk: Desk, by: Person, gstin: Gstin, period: Period | None, form: str) -> None:
    """Queue a report of a period; without one, of last month. Who waits for the same one already waits for that.

    Raises NotAllowed; Invalid for a form that there isn't.
    """
    by.must(gstin)
    if form not in FORMS:
        raise Invalid(f"There is no report as {form!r}: use {' or '.join(FORMS)}.")
    now = desk.clock.now()
    of = period or Period.of(now.astimezone(IST).date()).previous()
    with desk.of([gstin]) as db:
        queries.forget(db, gstin=gstin, before=now - KEPT)
        number = queries.ask(db, gstin=gstin, period=of, form=form, person=by.name, at=now)
        if number is not None:
            # It needn't wait for a portal that is read.
            defer(db, "desk:report", gstin, "report", number=number)


def reports(desk: Desk, by: Person, gstin: Gstin, limit: int = 20) -> list[Asked]:
    """What was asked for, by anybody, the newest first. Raises NotAllowed."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        return [_asked(row) for row in queries.reports(db, gstin=gstin, limit=limit)]


def fetch(desk: Desk, by: Person, gstin: Gstin, number: int) -> tuple[Asked, Generator[bytes]]:
    """A report that is made, and its file, part by part. Raises NotAllowed, Unknown."""
    by.must(gstin)
    with desk.of([gstin]) as db:
        row = queries.report(db, gstin=gstin, report=number)
    if row is None or row.ended_at is None or row.words:
        raise Unknown(f"There is no report {number} of {gstin}, or none yet, or no longer: ask for a new one.")
    return _asked(row), _parts(desk, gstin, number)


def make(desk: Desk, gstin: Gstin, number: int) -> None:
    """Make a report that was asked for, and keep its file. What can't be made says why; what is made is left alone.

    A database that can't even keep that raises: then it is to be tried again, else somebody would wait for ever.
    """
    with desk.of([gstin]) as db:
        row = queries.report(db, gstin=gstin, report=number)
    if row is None or row.ended_at is not None:
        return
    with TemporaryDirectory(prefix="gst-ims-report-") as folder:
        path = Path(folder) / f"report.{row.form}"
        words = "Something went wrong: the log says what."
        try:
            FORMS[row.form](desk, person(desk, row.person), gstin, path, Period.of(row.period))
            _keep(desk, gstin, number, path)
            words = ""
        except ImsError as error:
            words = str(error)
        except DatabaseAway as error:
            words = what_now(error)
            raise
        finally:
            if words:
                _keep(desk, gstin, number, None, words)


def _keep(desk: Desk, gstin: Gstin, number: int, path: Path | None, words: str = "") -> None:
    size = path.stat().st_size if path else 0
    with desk.of([gstin]) as db:
        ended = queries.end(db, gstin=gstin, report=number, at=desk.clock.now(), words=words, size=size)
        if path and ended:
            with path.open("rb") as file:
                for part in count():
                    if not (content := file.read(PART)):
                        break
                    queries.put_part(db, gstin=gstin, report=number, part=part, content=content)


def _parts(desk: Desk, gstin: Gstin, number: int) -> Generator[bytes]:
    for part in count():
        # A transaction for each: who reads slowly keeps no connection.
        with desk.of([gstin]) as db:
            content = queries.part(db, gstin=gstin, report=number, part=part)
        if content is None:
            return
        yield bytes(content)


def _asked(row: Any) -> Asked:
    return Asked(row.id, Period.of(row.period), *row[2:])
