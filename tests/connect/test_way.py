"""The offline way as a portal: what it can do, and what it says where it can't."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.connect.records import OTHER, RTIN, download, members

from gst_ims.client import State
from gst_ims.client.errors import NothingFound, WaitTimeout
from gst_ims.connect.errors import NothingChanged, NotOffered, Unreadable
from gst_ims.connect.offline import Offline
from gst_ims.connect.portal import WAYS, Ability
from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.errors import Invalid
from gst_ims.core.section import OTHERS, Action, Section

NOW = datetime(2025, 11, 5, 10, 0, tzinfo=IST)
ROWS = {
    "b2b": [members(number=f"INV-{n}", action=action) for n, action in enumerate("NARP")],
    "b2bcn": [members(Section.B2BCN, f"CN-{n}") for n in range(2)],
}


@pytest.fixture
def offline(tmp_path: Path) -> Offline:
    (tmp_path / "IMS.json").write_bytes(download(ROWS))
    return Offline(RTIN, tmp_path, clock=FixedClock(NOW))


def test_counts_are_those_of_the_download(offline: Offline) -> None:
    counts = offline.counts()
    b2b = counts["B2B"]
    assert (b2b.no_action, b2b.accepted, b2b.rejected, b2b.pending) == (1, 1, 1, 1)
    assert (counts.total, counts["CN"].no_action, counts["ECOMA"].total) == (6, 2, 0)
    assert set(counts.sections) == set(OTHERS)


@pytest.mark.parametrize("section", ["B2B", "b2b", Section.B2B])
def test_records_are_listed_by_section(offline: Offline, section: Section | str) -> None:
    assert [it.number for it in offline.records(section)] == ["INV-0", "INV-1", "INV-2", "INV-3"]


@pytest.mark.parametrize(
    ("status", "number"),
    [("no_action_taken", "INV-0"), ("accepted", "INV-1"), (Action.REJECT, "INV-2"), (Action.PENDING, "INV-3")],
)
def test_records_are_listed_by_status(offline: Offline, status: Action | str, number: str) -> None:
    assert [it.number for it in offline.records("B2B", status)] == [number]


@pytest.mark.parametrize("query", [("B2X", None), ("B2B", "approved")])
def test_a_section_or_a_status_that_does_not_exist_is_invalid(offline: Offline, query: Any) -> None:
    with pytest.raises(Invalid, match="use one of"):
        offline.records(*query)


NOT_OFFERED = {
    "counts": lambda it: it.counts("imports"),
    "records": lambda it: it.records("IMPG"),
    "sales": lambda it: it.sales("102025", "B2B"),
    "added_back": lambda it: it.added_back("112025"),
    "gstr2b": lambda it: it.gstr2b("102025"),
    "regenerate": lambda it: it.regenerate("102025"),
    "computation": lambda it: it.computation("r1"),
}


@pytest.mark.parametrize("call", NOT_OFFERED.values(), ids=NOT_OFFERED)
def test_what_files_do_not_have_is_refused_with_what_to_do_instead(offline: Offline, call: Any) -> None:
    with pytest.raises(NotOffered, match=r"GST portal|IMS dashboard"):
        call(offline)


OFFERED = {
    "counts": lambda it: it.counts(),
    "records": lambda it: it.records("B2B"),
    "save": lambda it: it.save(record.accept() for record in it.records("CN")),
    "reset": lambda it: it.reset(it.records("B2B", "accepted")),
    "pending": lambda it: it.pending(),
    "reference": lambda it: it.reference(it.save(record.accept() for record in it.records("CN")).id),
    "status": lambda it: it.status(it.save(record.accept() for record in it.records("CN")).id),
}


@pytest.mark.parametrize("ability", Ability)
def test_it_can_what_it_says_it_can_and_nothing_else(offline: Offline, ability: Ability) -> None:
    can = ability in WAYS["offline"].can
    assert can == (ability in OFFERED)
    if can:
        OFFERED[ability](offline)
    else:
        with pytest.raises(NotOffered):
            NOT_OFFERED[ability](offline)


def test_a_save_is_found_again_by_another_run(offline: Offline, tmp_path: Path) -> None:
    batch = offline.save(it.accept() for it in offline.records("B2B", "no_action_taken"))
    (again,) = Offline(RTIN, tmp_path).pending()
    assert (again, again.id, again.gstin, again.reference_ids) == (batch, "ims-save-20251105-100000", RTIN, ())


def test_what_was_answered_is_pending_until_somebody_is_told(offline: Offline, tmp_path: Path) -> None:
    batch = offline.save(it.accept() for it in offline.records("B2B", "no_action_taken"))
    with pytest.raises(WaitTimeout):
        batch.wait()
    assert offline.pending() == [batch]
    (batch.folder / "later.json").write_bytes(download({"b2b": [members(number="INV-0", action="A")]}))
    assert batch.outcome().complete
    assert Offline(RTIN, tmp_path).pending() == [batch], "nobody was told"
    outcome = batch.wait()
    assert Offline(RTIN, tmp_path).pending() == []
    assert offline.reference(batch.id).wait() == outcome, "it can be asked again by its name"


def test_a_reset_takes_back_what_has_an_action(offline: Offline) -> None:
    batch = offline.reset(offline.records("B2B"))
    assert [it.fate.value for it in batch.outcome().verdicts] == ["not_sent", "unknown", "unknown", "unknown"]


def test_where_nothing_changes_nothing_is_written(offline: Offline, tmp_path: Path) -> None:
    with pytest.raises(NothingChanged):
        offline.save(it.accept() for it in offline.records("B2B", "accepted"))
    assert [path.name for path in tmp_path.iterdir()] == ["IMS.json"]


def test_another_taxpayers_uploads_in_the_same_folder_are_not_mine(offline: Offline, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    other.write_bytes(download(ROWS, OTHER))
    Offline(OTHER, tmp_path, other).save(it.accept() for it in Offline(OTHER, tmp_path, other).records("CN"))
    assert offline.pending() == []


def errors(offline: Offline, *numbers: str) -> None:
    (batch,) = offline.pending()
    rows = [
        {"stin": it.record.stin, "inum": it.record.number, "rtnprd": "102025", "error_msg": "no"}
        for it in batch.decisions
        if it.record.number in numbers
    ]
    document = {"imsDetailsErr": {"invdata": {"b2b": [{**row, "stin": str(row["stin"])} for row in rows]}}}
    (batch.folder / "errors.json").write_bytes(msgspec.json.encode(document))


@pytest.mark.parametrize(
    ("refused", "state", "counts"),
    [
        ((), State.IN_PROGRESS, (0, 0)),
        (("INV-1",), State.WITH_ERRORS, (3, 1)),
        (("INV-0", "INV-1", "INV-2", "INV-3"), State.FAILED, (0, 4)),
    ],
)
def test_the_status_says_how_far_an_upload_is(offline: Offline, refused: Any, state: State, counts: Any) -> None:
    batch = offline.save(it.reject("other words") for it in offline.records("B2B"))
    if refused:
        errors(offline, *refused)
    status = offline.status(batch.id)
    assert (status.state, (status.processed, status.failed)) == (state, counts)
    assert [it.number for it in status.failures] == list(refused)


def test_an_upload_that_is_done_is_processed(offline: Offline) -> None:
    batch = offline.save(it.accept() for it in offline.records("B2B", "no_action_taken"))
    (batch.folder / "later.json").write_bytes(download({"b2b": [members(number="INV-0", action="A")]}))
    assert offline.status(batch.id).state is State.PROCESSED


@pytest.mark.parametrize("reference", ["", "..", "../x", "ims-save-20251105-100001", "IMS.json"])
def test_an_upload_that_does_not_exist_is_not_found(offline: Offline, reference: str) -> None:
    offline.save(it.accept() for it in offline.records("CN"))
    with pytest.raises(NothingFound, match="There is no upload"):
        offline.status(reference)


def test_without_a_download_it_says_where_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="Download JSON"):
        Offline(RTIN, tmp_path).counts()


def test_the_newest_download_counts_also_one_beside_an_upload(offline: Offline, tmp_path: Path) -> None:
    batch = offline.save(it.accept() for it in offline.records("CN"))
    newer = batch.folder / "IMS.json"
    newer.write_bytes(download({"b2b": [members(number="NEW")]}))
    os.utime(tmp_path / "IMS.json", (100, 100))
    os.utime(newer, (200, 200))
    errors_file = batch.folder / "errors.json"
    errors_file.write_bytes(msgspec.json.encode({"imsDetailsErr": {"invdata": {}}}))
    assert [it.number for it in Offline(RTIN, tmp_path).records("B2B")] == ["NEW"]


def test_a_download_of_somebody_else_is_refused_before_anything_is_written(offline: Offline, tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=f"is of {RTIN}, not of {OTHER}"):
        Offline(OTHER, tmp_path).save(it.accept() for it in Offline(OTHER, tmp_path).records("B2B"))
    assert [path.name for path in tmp_path.iterdir()] == ["IMS.json"]


def test_problems_of_the_download_are_told(tmp_path: Path) -> None:
    (tmp_path / "IMS.json").write_bytes(download({"b2b": [members(), members(number="BAD", val=-1)]}))
    offline = Offline(RTIN, tmp_path)
    assert [str(it) for it in offline.problems] == ["IMS.json, b2b, row 2, val: Amount -1 is below zero."]
    assert offline.counts().total == 1


def test_it_is_of_one_taxpayer() -> None:
    with pytest.raises(Invalid, match="must have 15"):
        Offline("27AAXCT", Path())
