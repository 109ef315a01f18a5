"""What is written to be uploaded, and what the portal's files make of it."""

from __future__ import annotations

import json
import os
import shutil
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.connect import records as made
from tests.connect.records import OTHER, RTIN, download, members, record

from gst_ims.client import Decision, Fate, Outcome, Progress, Record, Reduction
from gst_ims.client.errors import WaitTimeout
from gst_ims.connect.errors import NothingChanged, Unreadable
from gst_ims.connect.offline import Batch, batch
from gst_ims.connect.offline.batch import SAYS_SO, batches
from gst_ims.core.clock import IST
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import OTHERS, Action, Section

NOW = datetime(2025, 11, 5, 10, 0, tzinfo=IST)
STALE = "Either previous action is incorrect/ invoice might have edited by supplier"


def write(folder: Path, *decisions: Decision, kind: Any = "SAVE", now: datetime = NOW) -> Batch:
    return Batch.write(folder, Gstin(RTIN), kind, decisions, now)


def reset(it: Record) -> Decision:
    return Decision(it, Action.NONE)


def body(file: Path) -> Any:
    return json.loads(file.read_bytes())


def errors(folder: Path, rows: dict[str, list[dict[str, Any]]], name: str = "errors.json", **more: Any) -> None:
    """The portal's file of errors, put beside the upload."""
    document = {"imsDetailsErr": {"rtin": RTIN, "invdata": rows, **more}}
    (folder / name).write_bytes(msgspec.json.encode(document))


def fates(outcome: Outcome) -> list[str]:
    return [verdict.fate.value for verdict in outcome.verdicts]


def inventory(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


ONE, TWO, THREE = (record(number=f"INV-{n}") for n in (1, 2, 3))


# Writing.


def test_a_file_is_the_body_of_a_save(tmp_path: Path) -> None:
    (file,) = write(tmp_path, ONE.accept(), TWO.reject("not ours")).files
    echoed = {"srcfilstatus", "ispendactblocked", "isRemarksBlocked", "action"}
    rows = [{k: v for k, v in members(number=f"INV-{n}").items() if k not in echoed} for n in (1, 2)]
    rows[0] |= {"action": "A", "prev_status": "N"}
    rows[1] |= {"action": "R", "prev_status": "N", "remarks": "not ours"}
    assert body(file) == {"rtin": RTIN, "reqtyp": "SAVE", "invdata": {"b2b": rows}}
    assert file.name == "ims-save-20251105-100000-1-of-1.json"


def test_a_file_of_resets_has_no_action(tmp_path: Path) -> None:
    (file,) = write(tmp_path, reset(record(action="A")), kind="RESET").files
    (row,) = body(file)["invdata"]["b2b"]
    assert (body(file)["reqtyp"], row["prev_status"], "action" in row) == ("RESET", "A", False)


@settings(deadline=None)
@given(made.sections())
def test_what_a_file_says_is_what_was_decided(
    tmp_path_factory: pytest.TempPathFactory, sections: dict[str, list[dict[str, Any]]]
) -> None:
    folder = tmp_path_factory.mktemp("any")
    records = [record(Section(name), **row) for name, rows in sections.items() for row in rows]
    decisions = [it.accept("as agreed") if it.remarks_blocked else it.reject() for it in records]
    try:
        written = write(folder, *decisions)
    except NothingChanged:
        assert all(it.action is Action.REJECT and not it.remarks and it.reduction is None for it in records)
        return
    uploaded = [row for file in written.files for rows in body(file)["invdata"].values() for row in rows]
    expected = [it.row() for at, it in enumerate(decisions) if at not in written.known]
    key = json.dumps
    plain = json.loads(msgspec.json.Encoder(decimal_format="number").encode(expected))
    assert sorted(uploaded, key=key) == sorted(plain, key=key)


@settings(deadline=None)
@given(
    st.sampled_from(made.REDUCIBLE),
    st.sampled_from(
        [True, False, None, Reduction(igst=Decimal("9.50")), Reduction(Decimal(0), Decimal(0), Decimal(0))]
    ),
    made.TEXTS,
)
def test_a_batch_that_is_opened_again_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, section: Section, reduce: Any, remarks: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    written = write(
        folder, record(section).accept(remarks or "because", reduce), record(section).reject(), ONE.accept()
    )
    again = Batch.open(written.folder)
    assert again == written
    assert again.known == written.known
    assert [it.row() for it in again.decisions] == [it.row() for it in written.decisions]
    assert batches(folder) == [written]


def test_only_what_changed_is_in_the_file(tmp_path: Path) -> None:
    accepted = record(number="OLD", action="A", remarks="ok")
    written = write(tmp_path, accepted.accept("ok"), ONE.accept())
    assert [row["inum"] for row in body(written.files[0])["invdata"]["b2b"]] == ["INV-1"]
    assert (written.outcome().verdicts[0].fate, written.outcome().verdicts[0].words) == (Fate.APPLIED, SAYS_SO)


@pytest.mark.parametrize(
    "now", [ONE.reject("other words"), record(action="A").accept("new words"), record(action="A", remarks="x").accept()]
)
def test_other_remarks_are_a_change(tmp_path: Path, now: Decision) -> None:
    assert len(write(tmp_path, now).files) == 1


def test_another_reduction_is_a_change(tmp_path: Path) -> None:
    note = record(Section.B2BCN, action="A", itcRedReq="Y")
    with pytest.raises(NothingChanged):
        write(tmp_path, note.accept())
    assert len(write(tmp_path, note.accept("half", Reduction(igst=Decimal(90)))).files) == 1
    assert len(write(tmp_path, note.accept("never claimed", reduce=False)).files) == 1


def test_where_nothing_changed_there_is_no_file_and_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(NothingChanged, match="nothing to upload: no file was written"):
        write(tmp_path, record(action="A").accept())
    with pytest.raises(NothingChanged):
        write(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_is_forbidden_is_in_no_file_and_has_its_reason(tmp_path: Path) -> None:
    blocked = record(number="BLOCKED", ispendactblocked="Y").keep_pending()
    outcome = write(tmp_path, blocked, ONE.accept(), ONE.reject(), reset(record(number="X", action="A"))).outcome()
    assert fates(outcome) == ["not_sent", "unknown", "not_sent", "not_sent"]
    words = [verdict.words for verdict in outcome.not_sent]
    assert [it.split(":")[0] for it in words] == [
        "It can't be kept pending, or no longer",
        "The record stands here twice",
        "Take an action back by a reset, and everything else by a save.",
    ]


def test_where_everything_is_forbidden_there_is_no_file_but_an_outcome(tmp_path: Path) -> None:
    written = write(tmp_path, record(ispendactblocked="Y").keep_pending())
    assert (written.files, fates(written.wait()), list(tmp_path.iterdir())) == ([], ["not_sent"], [])


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
def test_no_file_has_more_rows_of_a_section_than_it_may(
    tmp_path: Path, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "ROWS", rows)
    decisions = [record(it, f"N-{n}").accept() for it in OTHERS for n in range(1, 6)]
    written = write(tmp_path, *decisions)
    counts = [[len(it) for it in body(file)["invdata"].values()] for file in written.files]
    assert max(map(max, counts)) == min(rows, 5)
    assert sum(map(sum, counts)) == len(decisions)
    ending = f"-of-{len(written.files)}.json"
    assert [file.name.removesuffix(ending).rpartition("-")[2] for file in written.files] == [
        str(n) for n in range(1, len(written.files) + 1)
    ]


@pytest.mark.parametrize("size", [1_500, 3_000, 5_000])
def test_no_file_is_larger_than_it_may_be(tmp_path: Path, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "BYTES", size)
    written = write(tmp_path, *(record(number=f"N-{n}").reject("₹" * 100) for n in range(1, 12)))
    assert max(file.stat().st_size for file in written.files) <= size
    assert len(written.files) > 1


def test_two_batches_of_one_second_are_two_folders(tmp_path: Path) -> None:
    first, second, third = (write(tmp_path, it.accept()) for it in (ONE, TWO, THREE))
    assert [it.id for it in (first, second, third)] == [f"ims-save-20251105-100000{end}" for end in ("", "-2", "-3")]
    assert batches(tmp_path) == [first, second, third]
    assert [path.name for path in second.files] == ["ims-save-20251105-100000-2-1-of-1.json"]
    assert second.outcome().unknown


def test_what_is_there_is_never_written_over(tmp_path: Path) -> None:
    folder = tmp_path / "ims-save-20251105-100000"
    folder.mkdir()
    (folder / "mine").write_text("precious")
    before = inventory(tmp_path)
    write(tmp_path, ONE.accept())
    assert before.items() <= inventory(tmp_path).items()


def test_a_batch_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(batch.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, ONE.accept())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content", [None, b"", b"{}", b"[]", b'{"gstin":"x","kind":"SAVE","written":"2025","rows":[]}']
)
def test_a_folder_of_something_else_is_no_batch(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / batch.STATE).write_bytes(content)
    with pytest.raises(Unreadable, match="isn't a folder that was written to be uploaded"):
        Batch.open(tmp_path)


# What became of it.


@pytest.fixture
def written(tmp_path: Path) -> Batch:
    """Three rows in one file."""
    return write(tmp_path, ONE.accept(), TWO.accept(), THREE.reject())


def uploaded(written: Batch, number: str) -> dict[str, Any]:
    rows = body(written.files[0])["invdata"]["b2b"]
    return next(row for row in rows if row["inum"] == number)


def test_before_the_portal_says_something_nothing_is_known(written: Batch) -> None:
    outcome = written.outcome()
    assert fates(outcome) == ["unknown"] * 3
    assert outcome.verdicts[0].words == f"Nothing tells of {written.files[0].name} yet."


def test_rows_of_an_error_file_are_refused_and_the_others_applied(written: Batch) -> None:
    errors(written.folder, {"b2b": [{**uploaded(written, "INV-2"), "error_msg": STALE}]})
    outcome = written.outcome()
    assert fates(outcome) == ["applied", "refused", "applied"]
    assert (outcome.refused[0].code, outcome.refused[0].words) == ("IMSSAV0010", STALE)


def test_a_later_run_reads_the_error_file_too(written: Batch) -> None:
    errors(written.folder, {"b2b": [{**uploaded(written, "INV-2"), "error_msg": STALE}]})
    assert Batch.open(written.folder).outcome() == written.outcome()


def test_words_that_nobody_knows_have_no_code_unless_the_file_says_it(written: Batch) -> None:
    rows = [{**uploaded(written, "INV-1"), "error_msg": "Otherwise"}]
    rows.append({**uploaded(written, "INV-2"), "error_msg": "x", "error_cd": "IMS9"})
    errors(written.folder, {"b2b": rows})
    assert [(it.code, it.words) for it in written.outcome().refused] == [(None, "Otherwise"), ("IMS9", "x")]


def test_of_an_error_file_with_a_reason_for_everything_every_row_is_refused(written: Batch) -> None:
    reason = "Schema validation failure: …"
    rows = [{**uploaded(written, f"INV-{n}"), "error_msg": reason} for n in (1, 2, 3)]
    errors(written.folder, {"b2b": rows}, error_msg=reason)
    assert {(it.fate, it.code, it.words) for it in written.outcome().verdicts} == {(Fate.REFUSED, "IMSSAV005", reason)}


def test_an_error_file_without_rows_is_of_the_only_upload(written: Batch) -> None:
    errors(written.folder, {}, error_msg="Schema validation failure")
    assert fates(written.outcome()) == ["refused"] * 3


@pytest.fixture
def several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Batch:
    """Three rows in three files."""
    monkeypatch.setattr(batch, "ROWS", 1)
    return write(tmp_path, ONE.accept(), TWO.accept(), THREE.reject())


def test_an_error_file_without_rows_of_one_of_several_uploads_is_not_guessed_at(several: Batch) -> None:
    errors(several.folder, {}, error_msg="Schema validation failure")
    with pytest.raises(Unreadable, match="of which of 3 uploads"):
        several.outcome()


def test_an_error_file_tells_of_its_own_upload_only(several: Batch) -> None:
    row = body(several.files[1])["invdata"]["b2b"][0]
    errors(several.folder, {"b2b": [{**row, "error_msg": STALE}]})
    assert fates(several.outcome()) == ["unknown", "refused", "unknown"]


def test_several_error_files_tell_together(several: Batch) -> None:
    for n in (0, 2):
        row = body(several.files[n])["invdata"]["b2b"][0]
        errors(several.folder, {"b2b": [{**row, "error_msg": STALE}]}, name=f"any-{n}.json")
    assert fates(several.outcome()) == ["refused", "unknown", "refused"]


def test_a_later_download_tells_what_is_applied(several: Batch) -> None:
    rows = [members(number="INV-1", action="A"), members(number="INV-2"), members(number="INV-3", action="A")]
    (several.folder / "IMS.json").write_bytes(download({"b2b": rows}))
    outcome = several.outcome()
    assert fates(outcome) == ["applied", "unknown", "unknown"]
    assert outcome.verdicts[1].words == f"The record is as it was: was {several.files[1].name} uploaded?"


def test_of_two_downloads_the_later_one_counts(written: Batch) -> None:
    for name, action, at in (("a.json", "A", 200), ("b.json", "N", 100)):
        file = written.folder / name
        file.write_bytes(download({"b2b": [members(number="INV-1", action=action)]}))
        os.utime(file, (at, at))
    assert fates(written.outcome())[0] == "applied"


def test_a_row_that_was_refused_the_second_time_is_applied_if_the_record_says_so(written: Batch) -> None:
    errors(written.folder, {"b2b": [{**uploaded(written, "INV-1"), "error_msg": STALE}]})
    (written.folder / "later.json").write_bytes(download({"b2b": [members(number="INV-1", action="A")]}))
    assert fates(written.outcome()) == ["applied"] * 3


@pytest.mark.parametrize(
    "change", [{"inum": "OTHER"}, {"stin": OTHER}, {"rtnprd": "092025"}, {"srcform": "R1A"}], ids=str
)
def test_an_error_file_of_something_else_is_refused(written: Batch, change: dict[str, Any]) -> None:
    errors(written.folder, {"b2b": [{**uploaded(written, "INV-1"), "error_msg": STALE} | change]})
    before = inventory(written.folder)
    with pytest.raises(Unreadable, match="which was in none of the uploads of this folder"):
        written.outcome()
    assert inventory(written.folder) == before


def test_the_error_file_of_another_taxpayer_is_refused(written: Batch) -> None:
    document = {"imsDetailsErr": {"rtin": OTHER, "invdata": {"b2b": []}}}
    (written.folder / "errors.json").write_bytes(msgspec.json.encode(document))
    with pytest.raises(Unreadable, match=f"is of {OTHER}, not of {RTIN}"):
        written.outcome()


@pytest.mark.parametrize(
    "content", [b"", b'{"imsDetailsErr": ', b'{"imsDetailsErr": []}', b"PK\x03\x04", b"{}"], ids=str
)
def test_a_broken_file_beside_the_upload_is_refused(written: Batch, content: bytes) -> None:
    (written.folder / "errors.json").write_bytes(content)
    with pytest.raises(Unreadable, match=r"errors\.json"):
        written.outcome()


def test_hidden_files_are_nobodys_business(written: Batch) -> None:
    (written.folder / ".DS_Store").write_bytes(b"\0")
    assert written.outcome().unknown


def test_notes_in_an_error_file_may_have_the_key_and_the_number_of_either_spelling(tmp_path: Path) -> None:
    """In GSTN's error report notes stand under cn and dn, with inum."""
    written = write(tmp_path, record(Section.B2BCN, "CN-1").accept(), record(Section.B2BDN, "DN-1").accept())
    row = {"stin": made.SUPPLIERS[0], "inum": "cn-1", "rtnprd": "102025", "error_msg": STALE}
    errors(written.folder, {"cn": [row]})
    assert fates(written.outcome()) == ["refused", "applied"]


def test_waiting_says_what_to_do_and_where(several: Batch) -> None:
    told: list[Progress] = []
    with pytest.raises(WaitTimeout) as waited:
        several.wait(on_progress=told.append)
    assert all(file.name in str(waited.value) for file in several.files)
    assert str(several.folder) in str(waited.value)
    assert told == [Progress(0, 3, 0, 3)]


def test_waiting_ends_when_the_answer_is_put_there(written: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    def bring(_: float) -> None:
        errors(written.folder, {"b2b": [{**uploaded(written, "INV-2"), "error_msg": STALE}]})

    monkeypatch.setattr(batch.time, "sleep", bring)
    told: list[Progress] = []
    assert fates(written.wait(timeout=60, on_progress=told.append)) == ["applied", "refused", "applied"]
    assert told == [Progress(0, 3, 0, 1), Progress(3, 3, 1, 1)]


def test_a_batch_may_be_carried_to_another_machine(written: Batch, tmp_path: Path) -> None:
    elsewhere = shutil.copytree(written.folder, tmp_path / "elsewhere" / written.id)
    shutil.rmtree(written.folder)
    assert all(file.exists() for file in Batch.open(elsewhere).files)


def test_the_moment_of_writing_is_kept(written: Batch) -> None:
    assert Batch.open(written.folder).written - NOW == timedelta(0)
