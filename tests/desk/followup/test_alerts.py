"""Kinds of alerts: what each finds in what stands, as tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.api import MUMBAI, PUNE
from tests.desk.followup.conftest import NOVEMBER, OCTOBER

from gst_ims.core.clock import IST
from gst_ims.core.period import Period
from gst_ims.desk.followup import alerts as kinds
from gst_ims.desk.followup.alerts import KINDS, Alert, Large, Push, Situation, Some, alerts, deadline
from gst_ims.desk.followup.documents import Document
from gst_ims.desk.followup.liability import Back, Heads, Liability, Stake
from gst_ims.desk.followup.settings import NAMES, Settings

SOME = Some(3, 1_23_456_00)


def at(day: str, hour: int = 10) -> datetime:
    return datetime.fromisoformat(f"{day}T{hour:02}:00:00").replace(tzinfo=IST)


def situation(day: str = "2025-11-05", **more: Any) -> Situation:
    """Nothing is to be told, but for what is said."""
    about = {"gstin": MUMBAI, "frequency": "monthly", "now": at(day), "settings": Settings(), "undecided": Some(0, 0)}
    return Situation(**{**about, **more})


def found(it: Situation) -> list[tuple[str, str, bool]]:
    """Kind, key and urgency."""
    return [(alert.kind, alert.key, alert.urgent) for alert in alerts(it)]


def test_where_nothing_stands_nothing_is_told() -> None:
    assert alerts(situation()) == []


DAYS = [
    ("2025-11-10", []),
    ("2025-11-11", [("2025-11-14", False)]),
    ("2025-11-13", [("2025-11-14", False)]),
    ("2025-11-14", [("2025-11-14 today", True)]),
    ("2025-11-15", []),
]


@pytest.mark.parametrize(("day", "expected"), DAYS)
def test_the_day_of_the_draft(day: str, expected: list[Any]) -> None:
    assert found(situation(day, undecided=SOME)) == [("draft", *it) for it in expected]


def test_the_day_of_the_draft_is_nobodys_concern_where_all_is_decided() -> None:
    assert found(situation("2025-11-13")) == []


def test_the_alert_says_how_much_is_undecided() -> None:
    (alert,) = alerts(situation("2025-11-13", undecided=SOME))
    assert alert.text == (
        "Until 14-11-2025: GSTR-2B of 102025 is drafted from the decisions as they stand:"
        " 3 documents with tax of ₹ 1,23,456.00 without any."
    )


@pytest.mark.parametrize(
    ("deemed", "words"),
    [
        (Some(0, 0), ""),
        (Some(1, 90_00), " 1 document with tax of ₹ 90.00 without a decision counts as accepted (R2.2)."),
        (SOME, " 3 documents with tax of ₹ 1,23,456.00 without a decision count as accepted (R2.2)."),
    ],
)
def test_what_is_not_filed_does_not_count_as_accepted(deemed: Some, words: str) -> None:
    (alert,) = alerts(situation("2025-11-18", undecided=SOME, deemed=deemed))
    assert alert.text == f"Until 20-11-2025: GSTR-3B of 102025 is due.{words}"


@pytest.mark.parametrize(
    ("day", "frequency", "filed", "expected"),
    [
        ("2025-11-16", "monthly", "", []),
        ("2025-11-17", "monthly", "", [("2025-11-20", False)]),
        ("2025-11-20", "monthly", "", [("2025-11-20 today", True)]),
        ("2025-11-20", "monthly", "102025", []),
        ("2025-11-20", "monthly", "092025", [("2025-11-20 today", True)]),
        ("2025-11-21", "monthly", "", []),
        ("2025-11-20", "quarterly", "", []),
        ("2026-01-22", "quarterly", "", [("2026-01-22 today", True)]),
    ],
)
def test_the_due_date_of_gstr_3b(day: str, frequency: str, filed: str, expected: list[Any]) -> None:
    it = situation(day, frequency=frequency, settings=Settings(filed_3b=filed))
    assert found(it) == [("gstr_3b", *each) for each in expected]


@pytest.mark.parametrize(
    ("day", "some", "expected"),
    [
        ("2025-12-16", Some(1, 100, OCTOBER), []),
        ("2025-12-18", Some(1, 100, OCTOBER), ["2025-12-20"]),
        ("2025-12-20", Some(1, 100, OCTOBER), ["2025-12-20 today"]),
        ("2025-12-20", Some(1, 100, OCTOBER, "R1A"), []),
        ("2026-01-20", Some(1, 100, OCTOBER, "R1A"), ["2026-01-20 today"]),
        ("2025-10-20", Some(1, 100, Period(2025, 8)), []),
    ],
)
def test_the_last_day_of_pending(day: str, some: Some, expected: list[str]) -> None:
    """R2.6, R2.8; before the cut-over nothing specified may be pending at all (R2.5)."""
    it = situation(day, pending=[some], settings=Settings(filed_3b="122026"))
    assert [key for _, key, _ in found(it)] == expected


def test_what_has_the_same_last_day_is_told_together() -> None:
    it = situation("2025-12-18", pending=[Some(1, 100, OCTOBER), Some(2, 200, Period(2025, 9), "R1A")])
    told = [alert for alert in alerts(it) if alert.kind == "pending"]
    assert [alert.text.partition(" can")[0] for alert in told] == ["Until 20-12-2025: 3 documents with tax of ₹ 3.00"]


@pytest.mark.parametrize(("name", "kind"), [("held", "credit"), ("missing", "credit_missing")])
@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-10-30", []),
        ("2025-10-31", [("2025-11-30", False)]),
        ("2025-11-30", [("2025-11-30 today", True)]),
        ("2025-12-01", []),
    ],
)
def test_the_time_limit_of_credit(name: str, kind: str, day: str, expected: list[Any]) -> None:
    """Section 16(4): the 30th of November after the financial year."""
    it = situation(day, **{name: [Some(1, 100, day=date(2025, 3, 31)), Some(1, 100, day=date(2025, 4, 1))]})
    assert [each for each in found(it) if each[0] == kind] == [(kind, *each) for each in expected]


@pytest.mark.parametrize(
    ("push", "expected"),
    [
        (Push(7, at("2025-11-05", 9), None, 0), []),
        (Push(7, at("2025-11-05", 7), None, 0), [("push_late", "7", True)]),
        (Push(7, at("2025-11-05", 7), at("2025-11-05", 8), 0), []),
        (Push(7, at("2025-11-05", 7), at("2025-11-05", 8), 2), [("push_failed", "7", True)]),
        (Push(7, at("2025-11-05", 9), None, 2), []),
    ],
)
def test_pushes_that_take_too_long_or_left_something(push: Push, expected: list[Any]) -> None:
    assert found(situation(pushes=[push])) == expected


@pytest.mark.parametrize(
    ("schedule", "read_at", "expected"),
    [
        ((), None, []),
        ((7,), None, ["never"]),
        ((7,), at("2025-11-05", 7), []),
        ((7,), at("2025-11-04", 10), []),
        ((7,), at("2025-11-04", 9), [at("2025-11-04", 9).isoformat()]),
    ],
)
def test_readings_that_fail(schedule: tuple[int, ...], read_at: datetime | None, expected: list[str]) -> None:
    it = situation(settings=Settings(schedule=schedule), read_at=read_at)
    assert found(it) == [("reading", key, False) for key in expected]


def test_edits_after_acceptance_are_urgent() -> None:
    it = situation(edited=[(4, Some(1, 100)), (6, SOME)])
    assert found(it) == [("edited", "4", True), ("edited", "6", True)]


def test_large_rejections_by_both_sides() -> None:
    large = Large("cdnr:X:CN-1:102025", "CN-1", PUNE, "Pune Stores", 2_00_000_00)
    it = situation(refused=[large], refusing=[replace(large, id="b2b:Y:9:102025", name="")])
    assert found(it) == [("rejected", large.id, True), ("we_rejected", "b2b:Y:9:102025", False)]
    assert [f"{PUNE}" in alert.text for alert in alerts(it)] == [False, True]


def owed(came: int, comes: int, expected: Period = NOVEMBER) -> Liability:
    """So much came back in October, and so much is expected."""
    about = {"name": "", "remarks": "", "section": "cdnr", "number": "CN-1", "date": date(2025, 10, 6), "form": "R1"}
    document = Document(
        kind="rejected", party=PUNE, id="x", period=OCTOBER, value=0, taxable=0, tax=comes, detail="", **about
    )
    back = Back(of=OCTOBER, party=PUNE, period=Period(2025, 9), heads=Heads(cgst=came), **about)
    return Liability((back,), (Stake(document, Heads(igst=comes), True, expected, None),), OCTOBER, NOVEMBER)


@pytest.mark.parametrize(
    ("liability", "expected"),
    [
        (owed(0, 0), []),
        (owed(99_99, 99_99), []),
        (owed(100_00, 0), [("liability", "102025", True)]),
        (owed(0, 100_00), [("forecast", "112025", False)]),
        (owed(0, 100_00, OCTOBER), [("forecast", "102025", False)]),
        (owed(0, 100_00, Period(2026, 3)), []),
    ],
)
def test_liability_above_the_threshold(liability: Liability, expected: list[Any]) -> None:
    assert found(situation(liability=liability, settings=Settings(liability=100_00))) == expected


def test_no_threshold_tells_of_no_liability_that_is_nothing() -> None:
    assert found(situation(liability=owed(0, 0), settings=Settings(liability=0))) == []


def test_messages_that_could_not_be_delivered() -> None:
    assert found(situation(dead=[(3, PUNE)])) == [("undelivered", "3", False)]


@given(
    st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.integers(1, 366), st.dates(date(2025, 1, 1), date(2026, 12, 31))
)
def test_a_deadline_is_told_twice_at_most_and_never_after(day: date, ahead: int, today: date) -> None:
    told = list(deadline("x", day, ahead, today, "words"))
    assert len(told) == (today <= day <= today + timedelta(days=ahead))
    assert all(alert.urgent == (day == today) for alert in told)
    keys = {alert.key for back in range(40) for alert in deadline("x", day, ahead, day - timedelta(days=back), "words")}
    assert len(keys) == 2


def test_every_kind_is_in_the_table_with_settings_that_there_are() -> None:
    made = {name for kind in KINDS for name in kind.names}
    assert {name for kind in KINDS for name in kind.settings} <= set(NAMES)
    functions: list[Callable[..., Any]] = [kind.find for kind in KINDS]
    assert len(set(functions)) == len(functions)
    everything = situation(
        "2025-11-30",
        undecided=SOME,
        settings=Settings(schedule=(1,), liability=1, days_ahead=60),
        pending=[Some(1, 1, OCTOBER)],
        held=[Some(1, 1, day=date(2025, 3, 1))],
        missing=[Some(1, 1, day=date(2025, 3, 1))],
        pushes=[Push(1, at("2025-11-01"), None, 0), Push(2, at("2025-11-01"), at("2025-11-01"), 1)],
        edited=[(1, SOME)],
        refused=[Large("a", "1", PUNE, "", 1)],
        refusing=[Large("b", "1", PUNE, "", 1)],
        liability=owed(10, 10),
        dead=[(1, PUNE)],
    )
    told = alerts(everything)
    assert {alert.kind for alert in told} == made
    assert len({(alert.kind, alert.key) for alert in told}) == len(told)
    assert kinds.Alert("x", "y", "z") == Alert("x", "y", "z", urgent=False)
