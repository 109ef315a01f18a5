"""Reports that are asked for and made by a worker: whole, for a week, and for who sees the taxpayer."""

from __future__ import annotations

import asyncio
import io
import json
from datetime import timedelta

import pytest
from psycopg.sql import SQL, Identifier
from python_calamine import CalamineWorkbook
from tests.api import Taxpayer
from tests.desk.conftest import Hire, full, waiting
from tests.web.conftest import in_a_thread

from gst_ims.core.clock import FixedClock
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.desk import jobs
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.report import asked
from gst_ims.desk.report.asked import KEPT, fetch, make, reports, request
from gst_ims.desk.report.document import figures


def content(desk: Desk, by: Person, gstin: Gstin, number: int) -> bytes:
    return b"".join(fetch(desk, by, gstin, number)[1])


def work(desk: Desk, url: str) -> None:
    """What is queued is done."""
    in_a_thread(lambda: asyncio.run(jobs.run_worker(desk, url, 1, wait=False)))


def test_what_is_asked_for_is_made_by_the_worker(desk: Desk, compared: Gstin, asha: Person, database_url: str) -> None:
    request(desk, asha, compared, None, "xlsx")
    request(desk, asha, compared, Period(2025, 9), "json")
    assert [(it.period, it.form, it.ended_at) for it in reports(desk, asha, compared)] == [
        (Period(2025, 9), "json", None),
        (Period(2025, 10), "xlsx", None),
    ]
    work(desk, database_url)
    second, first = reports(desk, asha, compared)
    assert (first.words, first.person, first.ended_at) == ("", "Asha", desk.clock.now())
    workbook = content(desk, asha, compared, first.id)
    assert len(workbook) == first.size
    assert CalamineWorkbook.from_filelike(io.BytesIO(workbook)).sheet_names[:2] == ["Summary", "Worklist"]
    told = json.loads(content(desk, asha, compared, second.id))
    assert told["about"]["period"] == "092025"
    assert len(told["worklist"]) == len(figures(desk, asha, compared, Period(2025, 9))["worklist"]) > 0


def test_a_file_of_many_parts_is_one_file(
    desk: Desk, compared: Gstin, asha: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "PART", 1000)
    request(desk, asha, compared, None, "json")
    (it,) = reports(desk, asha, compared)
    make(desk, compared, it.id)
    parts = list(fetch(desk, asha, compared, it.id)[1])
    assert {len(part) for part in parts[:-1]} == {1000}
    assert len(parts) > 3
    assert json.loads(b"".join(parts))["about"]["made_by"] == "Asha"


def test_who_waits_for_a_report_gets_no_second_one(desk: Desk, compared: Gstin, asha: Person, chetan: Person) -> None:
    for _ in range(3):
        request(desk, asha, compared, None, "xlsx")
    assert len(reports(desk, asha, compared)) == 1
    request(desk, chetan, compared, None, "xlsx")
    assert [it.person for it in reports(desk, asha, compared)] == ["Chetan", "Asha"]
    make(desk, compared, reports(desk, asha, compared)[1].id)
    request(desk, asha, compared, None, "xlsx")
    assert len(reports(desk, asha, compared)) == 3


def test_a_job_that_comes_twice_changes_nothing(desk: Desk, compared: Gstin, asha: Person, clock: FixedClock) -> None:
    request(desk, asha, compared, None, "json")
    (it,) = reports(desk, asha, compared)
    make(desk, compared, it.id)
    before = reports(desk, asha, compared), content(desk, asha, compared, it.id)
    clock.at += timedelta(hours=1)
    make(desk, compared, it.id)
    make(desk, compared, 999)
    assert (reports(desk, asha, compared), content(desk, asha, compared, it.id)) == before


def test_what_is_not_made_is_not_there(desk: Desk, compared: Gstin, asha: Person) -> None:
    request(desk, asha, compared, None, "json")
    (it,) = reports(desk, asha, compared)
    for number in (it.id, it.id + 1, 0):
        with pytest.raises(Unknown, match=f"There is no report {number} of {compared}"):
            fetch(desk, asha, compared, number)


def test_who_has_no_duty_any_more_gets_no_report(desk: Desk, compared: Gstin, asha: Person, chetan: Person) -> None:
    request(desk, asha, compared, None, "xlsx")
    people.revoke(desk, people.person(desk, "Bina"), compared, "Asha", Role.PREPARER)
    (it,) = reports(desk, chetan, compared)
    make(desk, compared, it.id)
    (it,) = reports(desk, chetan, compared)
    assert "'Asha' has no duty at this desk" in it.words
    assert it.ended_at is not None
    with pytest.raises(Unknown):
        fetch(desk, chetan, compared, it.id)


def test_what_nobody_thought_of_is_said_and_logged(
    desk: Desk, compared: Gstin, asha: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("secret")

    monkeypatch.setitem(asked.FORMS, "xlsx", fail)
    request(desk, asha, compared, None, "xlsx")
    (it,) = reports(desk, asha, compared)
    with pytest.raises(RuntimeError, match="secret"):
        make(desk, compared, it.id)
    (it,) = reports(desk, asha, compared)
    assert it.words == "Something went wrong: the log says what."


def test_a_report_for_which_there_is_no_room_says_so_and_can_be_asked_for_again(
    desk: Desk, compared: Gstin, asha: Person, database_url: str
) -> None:
    """Else it would be on its way for ever, and nobody got another one."""
    request(desk, asha, compared, None, "json")
    with full(database_url, "insert on desk.report_part"):
        work(desk, database_url)
    (it,) = reports(desk, asha, compared)
    assert "disk of the desk's database is full" in it.words
    request(desk, asha, compared, None, "json")
    work(desk, database_url)
    assert reports(desk, asha, compared)[0].words == ""


def test_a_report_of_which_nothing_can_be_noted_is_made_later(
    desk: Desk, compared: Gstin, asha: Person, database_url: str
) -> None:
    request(desk, asha, compared, None, "json")
    with full(database_url, "update on desk.report"):
        work(desk, database_url)
    assert "desk:report" in waiting(database_url)
    assert reports(desk, asha, compared)[0].ended_at is None


def test_reports_are_there_for_a_week(desk: Desk, compared: Gstin, asha: Person, clock: FixedClock) -> None:
    request(desk, asha, compared, None, "json")
    (it,) = reports(desk, asha, compared)
    make(desk, compared, it.id)
    clock.at += KEPT
    request(desk, asha, compared, Period(2025, 9), "json")
    assert len(reports(desk, asha, compared)) == 2
    clock.at += timedelta(seconds=1)
    request(desk, asha, compared, Period(2025, 8), "json")
    assert it.id not in {it.id for it in reports(desk, asha, compared)}
    with desk.of([compared]) as db:
        asked_for = "select count(*) as n from desk.report_part where gstin = %s and report = %s"
        rows = db.execute(asked_for, (compared, it.id))
        assert next(rows).n == 0


@pytest.mark.parametrize("form", ["", "csv", "XLSX", "pdf"])
def test_only_what_there_is_can_be_asked_for(desk: Desk, mine: Gstin, asha: Person, form: str) -> None:
    with pytest.raises(Invalid, match="use xlsx or json"):
        request(desk, asha, mine, None, form)
    assert reports(desk, asha, mine) == []


def test_reports_are_of_one_taxpayer(
    desk: Desk, compared: Gstin, asha: Person, hire: Hire, recipient: Taxpayer
) -> None:
    other = recipient.api.company("27").gstin
    people.found(desk, other, "Deccan Stores", "deccan", "monthly", "Bina")
    eka = hire("Eka", other, Role.PREPARER)
    request(desk, asha, compared, None, "json")
    (it,) = reports(desk, asha, compared)
    make(desk, other, it.id)
    make(desk, compared, it.id)
    with pytest.raises(Unknown):
        fetch(desk, eka, other, it.id)
    for act in (
        lambda: reports(desk, eka, compared),
        lambda: fetch(desk, eka, compared, it.id),
        lambda: request(desk, eka, compared, None, "json"),
    ):
        with pytest.raises(NotAllowed):
            act()
    with desk.of([other]) as db:
        for table in ("report", "report_part"):
            found = db.execute(SQL("select count(*) as n from desk.{}").format(Identifier(table)))
            assert next(found).n == 0
    assert len(reports(desk, asha, compared)) == 1
