"""Download, act, write, upload: the same comes of it as through the API, at a real portal over a real socket."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.api import Taxpayer, bill_of_entry, data, echo
from tests.connect.conftest import Carried
from tests.connect.sheets import fill_in

from gst_ims.client import Decision, Fate, Outcome, Record, Session
from gst_ims.connect import workbook
from gst_ims.connect.offline import Batch, Offline, batch, read
from gst_ims.connect.portal import Portal
from gst_ims.core.section import OTHERS, Section

Fetch = Callable[[Carried, Taxpayer, Path], Path]


def json_file(by_hand: Carried, who: Taxpayer, folder: Path) -> Path:
    return by_hand.fetch(who, "invoices/offline", folder)


def excel(by_hand: Carried, who: Taxpayer, folder: Path) -> Path:
    return by_hand.fetch(who, "invoices/offline/excel", folder)


def zipped_excel(by_hand: Carried, who: Taxpayer, folder: Path) -> Path:
    file = excel(by_hand, who, folder.with_name("unzipped"))
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(folder / "IMS.zip", "w", zipfile.ZIP_DEFLATED) as into:
        into.write(file, file.name)
    return folder / "IMS.zip"


each_file = pytest.mark.parametrize("fetch", [json_file, excel, zipped_excel])


def decided(portal: Portal) -> list[Decision]:
    """Of the four documents of each section one is accepted, one rejected, one kept pending; one is left alone."""
    found: list[Decision] = []
    for section in OTHERS:
        first, second, third, _ = portal.records(section)
        found += [first.accept("as agreed"), second.reject("not ours")]
        found.append(third.keep_pending("later") if not third.pending_blocked else third.accept())
    return found


def told(records: Iterator[Record]) -> list[tuple[Any, ...]]:
    """What the records say that both ways know, without whose they are."""
    return [
        (
            *(it.section, it.number, it.date, it.period, it.form, it.invoice_type, it.original_number, it.pos),
            *(it.value, it.taxable, it.tax, it.action, it.remarks, it.reduction, it.declared_igst, it.pending_blocked),
            *(it.filed, it.remarks_blocked, it.reduction_blocked),
        )
        for it in records
    ]


def everything(portal: Portal) -> list[tuple[Any, ...]]:
    return [row for section in OTHERS for row in told(portal.records(section))]


def trail(who: Taxpayer) -> list[Any]:
    """What was written down about a recipient's decisions, without whose and when."""
    with who.api.portal.as_recipient(who.gstin) as db:
        return db.execute(
            "select event, section, number, period, form, was, became, details from trail"
            " where rtin = %s and event in ('acted', 'reset') order by section, number, event, was",
            [who.gstin],
        ).fetchall()


def verdicts(outcome: Outcome) -> list[tuple[Any, ...]]:
    return [(it.record.section, it.record.number, it.fate, it.code, it.words) for it in outcome.verdicts]


@contextmanager
def working(by_hand: Carried) -> Iterator[None]:
    """Requests are worked on while somebody waits for them."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.02):
            by_hand.api.work()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def through_the_api(by_hand: Carried, session: Session, act: Callable[[Session], Any]) -> Outcome:
    with working(by_hand):
        return act(session).wait(timeout=60)


@each_file
def test_a_file_says_what_the_api_says(by_hand: Carried, tmp_path: Path, fetch: Fetch) -> None:
    who = by_hand.filled()
    session = by_hand.session(who, tmp_path / "state")
    through_the_api(by_hand, session, lambda it: it.save(decided(it)))
    offline = Offline(who.gstin, tmp_path, fetch(by_hand, who, tmp_path / "in"))
    assert offline.problems == ()
    assert everything(offline) == everything(session)
    assert offline.counts() == session.counts()


@each_file
def test_decisions_by_file_are_decisions_through_the_api(by_hand: Carried, tmp_path: Path, fetch: Fetch) -> None:
    one, other = by_hand.filled(), by_hand.filled()
    session = by_hand.session(other, tmp_path / "state")
    offline = Offline(one.gstin, tmp_path, fetch(by_hand, one, tmp_path / "in"))

    written = offline.save(decided(offline))
    assert by_hand.carry(one, written.files, written.folder) == ["P"]
    by_hand.fetch(one, "invoices/offline", written.folder)
    sent = through_the_api(by_hand, session, lambda it: it.save(decided(it)))

    assert written.outcome().complete
    assert verdicts(written.wait()) == verdicts(sent)
    assert everything(Offline(one.gstin, tmp_path)) == everything(session)
    assert trail(one) == trail(other) != []


def test_a_refused_row_has_the_verdict_that_it_has_through_the_api(by_hand: Carried, tmp_path: Path) -> None:
    one, other = by_hand.filled(), by_hand.filled()
    session = by_hand.session(other, tmp_path / "state")
    offline = Offline(one.gstin, tmp_path, json_file(by_hand, one, tmp_path / "in"))
    decisions, theirs = decided(offline), decided(session)
    for who in (one, other):
        # Somebody decides otherwise meanwhile: of two documents each.
        for section in ("b2b", "b2bdn"):
            first = who.records(section)[0]
            assert who.act(section, echo(first, "R", remarks="no"))["status_cd"] == "P"

    written = offline.save(decisions)
    assert by_hand.carry(one, written.files, written.folder) == ["PE"]
    sent = through_the_api(by_hand, session, lambda it: it.save(theirs))

    outcome = written.outcome()
    assert verdicts(outcome) == verdicts(sent)
    assert {verdict.code for verdict in outcome.refused} == {"IMSSAV0010"}
    assert (len(outcome.refused), len(outcome.applied)) == (2, len(decisions) - 2)
    assert trail(one) == trail(other)


def test_what_was_decided_is_taken_back_by_file(by_hand: Carried, tmp_path: Path) -> None:
    one, other = by_hand.filled(), by_hand.filled()
    session = by_hand.session(other, tmp_path / "state")
    offline = Offline(one.gstin, tmp_path, json_file(by_hand, one, tmp_path / "in"))
    untouched = everything(offline)
    by_hand.carry(one, offline.save(decided(offline)).files, tmp_path / "back")
    through_the_api(by_hand, session, lambda it: it.save(decided(it)))

    again = Offline(one.gstin, tmp_path, json_file(by_hand, one, tmp_path / "later"))
    written = again.reset(record for section in OTHERS for record in again.records(section) if record.action != "N")
    assert by_hand.carry(one, written.files, written.folder) == ["P"]
    by_hand.fetch(one, "invoices/offline", written.folder)
    records = [it for section in OTHERS for it in session.records(section) if it.action != "N"]
    sent = through_the_api(by_hand, session, lambda it: it.reset(records))

    assert verdicts(written.outcome()) == verdicts(sent)
    assert everything(Offline(one.gstin, tmp_path)) == untouched
    assert trail(one) == trail(other)


def test_a_batch_in_several_files_is_taken_file_by_file(
    by_hand: Carried, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "ROWS", 2)
    who = by_hand.filled()
    offline = Offline(who.gstin, tmp_path, json_file(by_hand, who, tmp_path / "in"))
    written = offline.save(decided(offline))
    assert len(written.files) > 8
    assert by_hand.carry(who, written.files[:1], written.folder) == ["P"]
    by_hand.fetch(who, "invoices/offline", written.folder)
    first, rest = written.outcome(), len(written.decisions) - 2
    assert (len(first.applied), len(first.unknown)) == (2, rest)
    assert set(by_hand.carry(who, written.files[1:], written.folder)) == {"P"}
    by_hand.fetch(who, "invoices/offline", written.folder)
    assert Batch.open(written.folder).wait().complete


def test_a_file_that_is_uploaded_twice_does_nothing_twice(by_hand: Carried, tmp_path: Path) -> None:
    who = by_hand.filled()
    offline = Offline(who.gstin, tmp_path, json_file(by_hand, who, tmp_path / "in"))
    written = offline.save(decided(offline))
    by_hand.carry(who, written.files, written.folder)
    before = trail(who)
    assert by_hand.carry(who, written.files, written.folder) == ["PE"]
    assert trail(who) == before
    # The error file alone says that all was refused: that it is done all the same the records tell.
    assert written.outcome().counts[Fate.REFUSED] == len(written.decisions)
    by_hand.fetch(who, "invoices/offline", written.folder)
    assert written.outcome().complete


def test_a_workbook_that_was_decided_in_goes_all_the_way(by_hand: Carried, tmp_path: Path) -> None:
    who = by_hand.filled()
    offline = Offline(who.gstin, tmp_path, excel(by_hand, who, tmp_path / "in"))
    records = offline.reading.records
    assert workbook.export(tmp_path / "out.xlsx", records) == len(records) == 32
    words = {
        "B/1": {"Decision": "Accept"},
        "B/2": {"Decision": "reject", "Decision remarks": "=not ours"},
        "C-1": {"Decision": "Accept", "Reduce credit": "In part", "Reduce IGST": 9.5, "Decision remarks": "half"},
        "C-2": {"Decision": "Accept", "Reduce credit": "Not at all", "Decision remarks": "never claimed"},
        "E1": {"Decision": "Pending"},
    }
    fill_in(tmp_path / "out.xlsx", words)
    decisions, problems = workbook.read_decisions(tmp_path / "out.xlsx", records)
    assert problems == ()
    written = offline.save(decisions)
    assert by_hand.carry(who, written.files, written.folder) == ["P"]
    acted = {
        row.get("inum", row.get("nt_num")): row for it in OTHERS for row in who.records(it) if row["action"] != "N"
    }
    assert {number: row["action"] for number, row in acted.items()} == dict(zip(words, "ARAAP", strict=True))
    assert (acted["B/2"]["remarks"], acted["C-1"]["declIgst"], acted["C-2"]["itcRedReq"]) == ("=not ours", 9.5, "N")


def test_a_file_of_one_taxpayer_is_of_no_use_to_another(by_hand: Carried, tmp_path: Path) -> None:
    one, other = by_hand.filled(), by_hand.filled()
    offline = Offline(one.gstin, tmp_path, json_file(by_hand, one, tmp_path / "in"))
    (file,) = offline.save(decided(offline)).files
    before = by_hand.api.fingerprint()
    assert by_hand.ask(other, "POST", "invoices/offline", file.read_bytes()).status_code == 403
    assert by_hand.api.fingerprint() == before


def test_a_bill_of_entry_is_in_neither_file(by_hand: Carried, tmp_path: Path) -> None:
    """The offline tool has none, so what the portal has of them is in no file."""
    who = by_hand.filled()
    data(by_hand.api.imports(bill_of_entry(who.gstin)))
    for fetch in (json_file, excel):
        assert {it.section for it in read(fetch(by_hand, who, tmp_path / "in")).records} == {*map(Section, OTHERS)}
