"""Records out into files, decisions back; and a profile whose portal is a folder of offline files."""

from __future__ import annotations

import csv
import json
import time
from pathlib import Path

import httpx
import pytest
from python_calamine import CalamineWorkbook
from tests.api import BASE, Taxpayer
from tests.cli.client.conftest import Ims
from tests.cli.client.test_acting import actions
from tests.client.conftest import Served
from xlsxwriter import Workbook  # pyright: ignore[reportMissingTypeStubs]

from gst_ims.cli.client.config import default_path, load
from gst_ims.portal.access.service import TEST_KEY


def decide(path: Path, to: Path, decisions: dict[str, tuple[str, str]]) -> None:
    """Fill in decisions and their remarks by number, as a person does in a spreadsheet."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Records").to_python()
    head = rows[0]
    with Workbook(str(to)) as book:
        sheet = book.add_worksheet("Records")
        for at, row in enumerate(rows):
            cells = dict(zip(head, row, strict=True))
            if at and cells["Number"] in decisions:
                cells["Decision"], cells["Decision remarks"] = decisions[str(cells["Number"])]
            for column, name in enumerate(head):
                value = cells[name]
                sheet.write(at, column, f"{value:%d-%m-%Y}" if hasattr(value, "strftime") else value)


def test_a_workbook_goes_out_is_decided_in_and_comes_back(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    out, back = tmp_path / "records.xlsx", tmp_path / "decided.xlsx"
    assert ims("export", out, "--section", "B2B") == (0, "", f"{out} has 7 records.\n")
    decide(out, back, {"INV-0": ("Accept", ""), "INV-1": ("Reject", "not ours"), "INV-2": ("Pending", "")})
    shown = ims("import", back, "--dry-run")
    assert shown.out.endswith("Nothing is sent. Would be sent: 3, not sent: 0, so already: 0.\n")
    assert actions(me) == "NNNNNNN"
    assert ims("import", back) == (0, "3 applied.\n", "")
    assert actions(me) == "ARPNNNN"


def test_decisions_and_what_is_taken_back_go_in_one_import(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    ims("accept", "--section", "B2B", "--number", "INV-0")
    ims("export", tmp_path / "records.xlsx", "--section", "B2B")
    decide(tmp_path / "records.xlsx", tmp_path / "decided.xlsx", {"INV-0": ("Reset", ""), "INV-1": ("Accept", "")})
    done = ims("import", tmp_path / "decided.xlsx", "--json")
    assert (done.code, json.loads(done.out)["applied"]) == (0, 2)
    assert actions(me) == "NANNNNN"


def test_a_decision_that_is_none_is_said_with_its_row_and_the_others_are_done(
    ims: Ims, me: Taxpayer, tmp_path: Path
) -> None:
    ims("export", tmp_path / "records.xlsx", "--section", "B2B")
    decide(tmp_path / "records.xlsx", tmp_path / "decided.xlsx", {"INV-0": ("Perhaps", ""), "INV-1": ("Accept", "")})
    done = ims("import", tmp_path / "decided.xlsx")
    assert (done.code, done.out) == (1, "1 applied.\n")
    assert "Perhaps" in done.err
    assert actions(me) == "NANNNNN"


def test_rows_that_cannot_be_done_are_in_the_json_too(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    ims("export", tmp_path / "records.xlsx", "--section", "B2B")
    words = {"INV-0": ("Perhaps", ""), "INV-1": ("Accept", ""), "INV-2": ("Reject", "x" * 251)}
    decide(tmp_path / "records.xlsx", tmp_path / "decided.xlsx", words)
    for more, done in (("--dry-run", "send"), ("--yes", "rows")):
        ended = ims("import", tmp_path / "decided.xlsx", "--json", more)
        told = json.loads(ended.out)
        assert (ended.code, len(told[done])) == (1, 1)
        assert [(it["file"], it["sheet"], it["row"], it["column"]) for it in told["problems"]] == [
            ("decided.xlsx", "Records", 2, "Decision"),
            ("decided.xlsx", "Records", 4, "Decision remarks"),
        ]
        assert [it["reason"].split()[0] for it in told["problems"]] == ["Decision", "The"]
        assert ended.err.count("ims: decided.xlsx, Records, row ") == 2
    assert actions(me) == "NANNNNN"


def test_where_there_is_no_problem_the_json_says_so(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    ims("export", tmp_path / "records.xlsx", "--section", "B2B")
    decide(tmp_path / "records.xlsx", tmp_path / "decided.xlsx", {"INV-1": ("Accept", "")})
    assert json.loads(ims("import", tmp_path / "decided.xlsx", "--json").out)["problems"] == []
    assert json.loads(ims("accept", "--section", "DN", "--json").out)["problems"] == []


@pytest.mark.parametrize("name", ["decided.csv", "decided.CSV", "decided.json"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_a_workbook_that_was_saved_as_text_is_refused_with_what_to_do(
    ims: Ims, me: Taxpayer, tmp_path: Path, name: str, separator: str
) -> None:
    (tmp_path / name).write_text(separator.join(["Section", "Supplier", "Number", "Decision"]))
    done = ims("import", tmp_path / name)
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        f"ims: {tmp_path / name} is no workbook: decide in one that `ims export FILE.xlsx` made, and save it as .xlsx."
        " A file that only names records is for `ims accept --file` and the like.\n"
    )


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_list_with_any_separator_is_acted_on(ims: Ims, me: Taxpayer, tmp_path: Path, separator: str) -> None:
    listed = [*csv.reader(ims("list", "CN", "--csv").out.splitlines())]
    with (tmp_path / "list.csv").open("w", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(listed)
    assert ims("reject", "--file", tmp_path / "list.csv") == (0, "3 applied.\n", "")
    assert actions(me, "CN") == "RRR"


def test_a_workbook_is_corrected_and_imported_again(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    out, back = tmp_path / "records.xlsx", tmp_path / "decided.xlsx"
    ims("export", out, "--section", "B2B")
    decide(out, back, {"INV-0": ("Perhaps", ""), "INV-1": ("Accept", "")})
    ims("import", back)
    decide(out, back, {"INV-0": ("Reject", ""), "INV-1": ("Accept", "")})
    assert ims("import", back) == (0, "1 applied.\n", "1 record said so already: not sent again.\n")
    assert actions(me) == "RANNNNN"


def test_what_was_decided_otherwise_meanwhile_is_refused(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    out, back = tmp_path / "records.xlsx", tmp_path / "decided.xlsx"
    ims("export", out, "--section", "B2B")
    decide(out, back, {"INV-0": ("Accept", "")})
    ims("reject", "--section", "B2B", "--number", "INV-0")
    done = ims("import", back)
    assert done.code == 1
    assert "was No action and is Reject: export anew" in done.err
    assert actions(me) == "RNNNNNN"


def test_csv_and_json_have_all_sections(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    assert ims("export", tmp_path / "all.csv").code == 0
    assert ims("export", tmp_path / "all.json").code == 0
    with (tmp_path / "all.csv").open(newline="") as file:
        assert len([*csv.DictReader(file)]) == 12
    assert len(json.loads((tmp_path / "all.json").read_text())) == 12


@pytest.mark.parametrize("name", ["there.xlsx", "there.csv"])
def test_no_file_is_written_over(ims: Ims, me: Taxpayer, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    done = ims("export", tmp_path / name)
    assert (done.code, done.err) == (
        2,
        f"ims: {tmp_path / name} is there already: choose another name, or move it away.\n",
    )
    assert (tmp_path / name).read_text() == "mine"


@pytest.mark.parametrize("name", ["file.pdf", "nowhere/file.csv", "nowhere/file.xlsx"])
def test_a_file_that_cannot_be_is_refused(ims: Ims, me: Taxpayer, tmp_path: Path, name: str) -> None:
    done = ims("export", tmp_path / name)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert [*tmp_path.glob("nowhere*")] == []


@pytest.mark.parametrize(
    ("name", "content"), [("gone.xlsx", None), ("text.xlsx", b"text"), ("zip.xlsx", b"PK\x03\x04")]
)
def test_what_is_no_workbook_is_refused(
    ims: Ims, me: Taxpayer, tmp_path: Path, name: str, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = ims("import", tmp_path / name)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


@pytest.fixture
def folder(ims: Ims, me: Taxpayer, served: Served, tmp_path: Path) -> Path:
    """The recipient's download of the offline tool, in the folder of the profile `files`."""
    headers = {"x-api-key": TEST_KEY, "authorization": me.token}
    download = httpx.get(f"{served.address}{BASE}/invoices/offline", headers=headers)
    assert download.status_code == 200, download.text
    directory = tmp_path / "ims"
    directory.mkdir()
    (directory / "download.json").write_bytes(download.content)
    ims("profile", "add", "files", "--portal", "offline", "--gstin", me.gstin, "--folder", directory)
    return directory


def test_a_folder_of_offline_files_is_read_like_a_portal(ims: Ims, folder: Path) -> None:
    online, offline = ims("counts", "--json"), ims("counts", "-p", "files", "--json")
    assert (offline.code, offline.out) == (0, online.out)
    listed = json.loads(ims("list", "CN", "-p", "files", "--json").out)
    assert [row["id"] for row in listed] == [row["id"] for row in json.loads(ims("list", "CN", "--json").out)]


def test_what_is_decided_there_is_written_to_be_uploaded_and_followed_by_what_comes_back(
    ims: Ims, me: Taxpayer, served: Served, folder: Path
) -> None:
    done = ims("accept", "--section", "B2B", "-p", "files")
    (upload,) = folder.glob("*/ims-save-*.json")
    reference = upload.parent.name
    assert (done.code, done.out) == (5, "")
    assert f"Upload {upload.name} at the GST portal" in done.err
    assert f"`ims status {reference} --profile files`" in done.err
    assert ims("status", "--pending", "-p", "files").code == 5
    headers = {"x-api-key": TEST_KEY, "authorization": me.token}
    sent = httpx.post(f"{served.address}{BASE}/invoices/offline", headers=headers, content=upload.read_bytes())
    sent_as = sent.json()["data"]["data"]["reference_id"]
    while (told := ims("status", sent_as)).code == 5:  # what another program sent is only asked about
        time.sleep(0.05)
    assert told.code == 0
    later = httpx.get(f"{served.address}{BASE}/invoices/offline", headers=headers)
    (upload.parent / "later.json").write_bytes(later.content)
    assert ims("status", "--pending", "-p", "files") == (0, "7 applied.\n", "")
    assert ims("status", "--pending", "-p", "files").err == f"Nothing of {me.gstin} is in progress.\n"
    assert ims("status", reference, "-p", "files") == (0, "7 applied.\n", "")


def test_what_is_to_be_saved_and_what_taken_back_is_all_written(
    ims: Ims, me: Taxpayer, folder: Path, tmp_path: Path
) -> None:
    ims("accept", "--section", "B2B", "--number", "INV-0")
    headers = {"x-api-key": TEST_KEY, "authorization": me.token}
    address = json.loads(ims("profile", "list", "--json").out)[0]["portal"]
    later = httpx.get(f"{address}{BASE}/invoices/offline", headers=headers)
    (folder / "download.json").write_bytes(later.content)
    ims("export", tmp_path / "records.xlsx", "-p", "files", "--section", "B2B")
    decide(tmp_path / "records.xlsx", tmp_path / "decided.xlsx", {"INV-0": ("Reset", ""), "INV-1": ("Accept", "")})
    done = ims("import", tmp_path / "decided.xlsx", "-p", "files")
    uploads = sorted(path.name for path in folder.glob("*/ims-*.json"))
    assert [name.split("-")[1] for name in uploads] == ["reset", "save"]
    assert done.code == 5
    pending = ims("status", "--pending", "-p", "files")
    assert pending.code == 5
    for name in uploads:
        assert f"Upload {name}" in done.err
        assert f"Upload {name}" in pending.err


def test_what_files_cannot_do_is_said(ims: Ims, folder: Path) -> None:
    done = ims("sales", "102025", "-p", "files")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "isn't in offline files" in done.err


@pytest.mark.parametrize("folder_", ["ims", "./ims", "ims/../ims"])
def test_a_folder_is_found_from_everywhere(
    ims: Ims, folder: Path, monkeypatch: pytest.MonkeyPatch, folder_: str
) -> None:
    """Wherever it was said, the profile has the whole path."""
    online = ims("counts", "-p", "files", "--json").out
    gstin = json.loads(ims("profile", "list", "--json").out)[0]["gstin"]
    monkeypatch.chdir(folder.parent)
    made = ims("profile", "add", "near", "--portal", "offline", "--gstin", gstin, "--folder", folder_)
    assert made.code == 0, made.err
    monkeypatch.chdir("/")
    assert ims("counts", "-p", "near", "--json") == ims("counts", "-p", "files", "--json")
    assert ims("counts", "-p", "near", "--json").out == online
    assert Path(load(default_path()).profiles["near"].folder).is_absolute()


def test_a_folder_below_one_s_home_is_written_down_whole(ims: Ims, home: Path) -> None:
    ims("profile", "add", "files", "--portal", "offline", "--gstin", "27AAXCT0001K1Z6", "--folder", "~/ims")
    assert load(default_path()).profiles["files"].folder == f"{home}/ims"


def test_an_upload_that_nobody_knows_is_said(ims: Ims, folder: Path, me: Taxpayer) -> None:
    done = ims("status", "ims-save-1", "-p", "files")
    assert (done.code, done.out) == (1, "")
    assert f"knows a save or reset 'ims-save-1' of {me.gstin}" in done.err


def test_a_folder_without_a_download_is_said(ims: Ims, folder: Path) -> None:
    (folder / "download.json").unlink()
    done = ims("counts", "-p", "files")
    assert done.code == 2
    assert "has no download" in done.err
