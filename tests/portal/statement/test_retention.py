"""Bodies of finished requests are forgotten after a while; what became of the requests is not."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.api import MUMBAI, SURAT, Api, Taxpayer, data, echo, invoice

from gst_ims.core.clock import IST
from gst_ims.portal.context import Settings
from gst_ims.portal.statement import calendar

BEGAN = datetime(2025, 11, 5, 10, tzinfo=IST)


@pytest.fixture
def settings() -> Settings:
    return Settings(test_mode=True, rate_limit=None, retention_days=30)


@pytest.fixture
def recipient(api: Api) -> Taxpayer:
    """Who has saved, been refused and failed, on the 5th of November 2025; and his supplier has filed."""
    api.set_clock("2025-11-05T10:00")
    recipient, supplier = api.taxpayer(MUMBAI), api.taxpayer(SURAT)
    supplier.sell(MUMBAI, invoice("A"), invoice("B"), invoice("A"))
    rows = [echo(row, "A") for row in recipient.records("B2B")]
    recipient.act("b2b", rows[0], rows[1] | {"prev_status": "P"})
    recipient.reset("b2b", echo(recipient.records("B2B")[0]))
    recipient.save({"b2b": [{"x": 1}]})
    return recipient


def bodies(api: Api) -> dict[str, int]:
    """How many are kept."""
    with api.portal.transaction() as db:
        return {
            table: db.execute(f"select count(body) as kept from {table}").fetchone().kept
            for table in ("action_request", "filing_request")
        }


def statuses(api: Api) -> list[Any]:
    """How far each request is, as its taxpayer is told."""
    with api.portal.transaction() as db:
        references = [
            [row.reference_id for row in db.execute(f"select reference_id from {table} order by 1")]
            for table in ("action_request", "filing_request")
        ]
    recipient, supplier = api.taxpayer(MUMBAI), api.taxpayer(SURAT)
    return [recipient.status_of(reference) for reference in references[0]] + [
        data(supplier.get("gstrs/2025/10/status", reference_id=reference)) for reference in references[1]
    ]


def go_on(api: Api, days: float) -> None:
    api.go_to(f"{BEGAN + timedelta(days=days):%Y-%m-%dT%H:%M}")


def test_a_body_is_kept_for_as_many_days_as_are_asked_for(recipient: Taxpayer) -> None:
    everything = {"action_request": 3, "filing_request": 1}
    assert bodies(recipient.api) == everything
    go_on(recipient.api, 29.9)
    assert bodies(recipient.api) == everything
    go_on(recipient.api, 31)
    assert bodies(recipient.api) == {"action_request": 0, "filing_request": 0}


def test_the_status_stays_as_it_was(recipient: Taxpayer) -> None:
    before = statuses(recipient.api)
    assert {status["status_cd"] for status in before} == {"S", "PE", "ER"}
    assert any(status.get("error_report") for status in before)
    go_on(recipient.api, 31)
    assert bodies(recipient.api)["action_request"] == 0
    assert statuses(recipient.api) == before


def test_nothing_else_changes(recipient: Taxpayer) -> None:
    tables = ("record", "trail", "outward", "added_back")
    before = recipient.api.fingerprint(tables)
    go_on(recipient.api, 31)
    assert recipient.api.fingerprint(tables) == before


def test_a_request_that_is_not_finished_keeps_its_body_and_can_be_worked_on(recipient: Taxpayer) -> None:
    reference = recipient.submit("save", {"b2b": [echo(recipient.records("B2B")[0], "A")]})
    go_on(recipient.api, 31)
    assert bodies(recipient.api) == {"action_request": 1, "filing_request": 0}
    recipient.api.work()
    assert recipient.status_of(reference)["status_cd"] == "S"


def test_each_body_has_its_own_day(recipient: Taxpayer) -> None:
    go_on(recipient.api, 20)
    recipient.save({"b2b": []})
    go_on(recipient.api, 31)
    assert bodies(recipient.api) == {"action_request": 1, "filing_request": 0}


def test_what_is_forgotten_is_found_by_an_index(recipient: Taxpayer) -> None:
    """One that has only bodies which are still there: a night costs what that night forgets."""
    with recipient.api.portal.transaction() as db:
        db.execute("set local enable_seqscan = off")
        for name in ("action", "filing"):
            sql = getattr(calendar.portal_queries, f"forget_{name}_bodies").sql
            plan = str(db.execute(f"explain {sql}", {"before": BEGAN}).fetchall())
            assert "Seq Scan" not in plan
            assert plan.count("finished_at_idx") == 8, plan


def test_a_portal_that_nobody_tells_keeps_them_for_half_a_year() -> None:
    assert Settings().retention_days == 180
