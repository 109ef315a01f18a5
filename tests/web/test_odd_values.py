"""What no page of ours sends: it is refused, nothing breaks, and nothing is changed."""

from __future__ import annotations

import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.web.conftest import HEADINGS, Visitor, Workbench
from tests.web.test_inward import rows

from gst_ims.desk.desk import Unknown
from gst_ims.desk.review.service import WORDS
from gst_ims.web.books import uploads
from gst_ims.web.tables import endpoints as tables

HUGE = 10**30


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("inward/rows", {"text": "a\0b"}),
        ("inward/rows", {"order": "tax", "after": HUGE, "after_name": "b2b:x:y:102025"}),
        ("inward/record", {"name": "b2b:x:\0:102025"}),
        ("trail", {"before": HUGE}),
        ("approvals", {"after_tax": HUGE, "after_name": "x"}),
        ("matching", {"view": "links", "before": 2**31}),
        ("matching/runs/99999999999", {}),
        ("pushes/99999999999", {}),
        ("tables/inward.csv", {"supplier": "\0"}),
    ],
)
def test_a_value_that_no_database_takes_is_refused(asha: Visitor, base: str, path: str, told: dict[str, Any]) -> None:
    answer = asha.get(f"{base}/{path}", params=told, headers={"accept": "application/json"})
    assert (answer.status_code, "Nothing was changed." in answer.json()["message"]) == (422, True)


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000])
def test_a_body_that_is_nested_without_end_is_refused(asha: Visitor, base: str, body: bytes) -> None:
    headers = asha.token | {"content-type": "application/json"}
    answer = asha.client.post(f"{base}/inward/decide", content=body, headers=headers)
    assert answer.status_code == 422


def test_an_action_that_nobody_can_have_seen_is_refused(asha: Visitor, base: str) -> None:
    first = rows(asha, f"{base}/inward")[0]
    body = {"action": "A", "records": [{"name": first["name"], "hash": first["hash"], "was": "X"}]}
    assert asha.post(f"{base}/inward/decide", body).status_code == 400


def test_an_origin_that_is_no_address_is_somebody_else_s(asha: Visitor, base: str) -> None:
    assert asha.post(f"{base}/read", headers={"origin": "http://["}).status_code == 403


def test_a_reason_of_any_length_is_not_kept(asha: Visitor, base: str) -> None:
    first = next(row for row in rows(asha, f"{base}/inward") if row["action"] == "N" and row["state"] is None)
    body = {"action": "A", "records": [{"name": first["name"], "hash": first["hash"], "was": "N"}]}
    answer = asha.post(f"{base}/inward/decide", body | {"why": "x" * (WORDS + 1)})
    assert (answer.status_code, f"say it in {WORDS}" in answer.text) == (422, True)
    form = {"text": 'name = "long"\n[[rule]]\nname = "a"\naction = "ask"\n', "why": "x" * (WORDS + 1)}
    assert asha.client.post(f"{base}/policy", data=form, headers=asha.token).status_code == 422
    assert "long v1" not in asha.get(f"{base}/policy").text


@pytest.mark.parametrize("name", ["..", "a/../..", "..\\..", "क" * 200 + ".csv"])
def test_a_file_may_be_called_anything(workbench: Workbench, asha: Visitor, base: str, name: str) -> None:
    content = f"{HEADINGS}\n{workbench.supplier.gstin},NEW-1,05-10-2025,1180,1000,180,0,0\n"
    answer = asha.client.post(f"{base}/books/look", files={"data": (name, content)}, headers=asha.token)
    assert answer.status_code == 200


@pytest.mark.parametrize("files", [[("data", ("", b"x"))], [("data", ("a.xlsx", b"x")), ("data", ("b.xlsx", b"x"))]])
def test_anything_but_one_workbook_is_refused(asha: Visitor, base: str, files: Any) -> None:
    answer = asha.client.post(f"{base}/reports/look", files=files, headers=asha.token)
    assert answer.status_code in (400, 422)


class Torn(BytesIO):
    """A file that breaks off."""

    def read(self, *_: Any) -> bytes:
        raise OSError("No space left on device")


def test_a_file_that_cannot_be_kept_leaves_nothing(
    workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    there = uploads.Uploads()
    with pytest.raises(OSError, match="No space"):
        there.add("Asha", workbench.mine, "a.csv", Torn())
    assert list(tmp_path.glob("*/*")) == []


def test_files_go_with_their_server(workbench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    there = uploads.Uploads()
    there.add("Asha", workbench.mine, "a.csv", BytesIO(b"a"))
    del there
    assert list(tmp_path.iterdir()) == []


def test_a_person_s_files_are_only_so_many(workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever drops more makes his own oldest go, and nobody else's."""
    monkeypatch.setattr(uploads, "MOST", 10)
    there, mine = uploads.Uploads(), workbench.mine
    theirs = there.add("Chetan", mine, "c.csv", BytesIO(b"x" * 10))
    old, new = (there.add("Asha", mine, f"{n}.csv", BytesIO(b"x" * 6)) for n in range(2))
    assert there.find(theirs, "Chetan", mine)
    assert there.find(new, "Asha", mine)
    with pytest.raises(Unknown):
        there.find(old, "Asha", mine)
    there.close()


# What XlsxWriter hasn't closed complains once more when it is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_full_disk_is_said_and_leaves_nothing(
    workbench: Workbench, asha: Visitor, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is dropped, and tables that are written: /dev/full takes nothing."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with monkeypatch.context() as full:
        full.setattr(uploads, "_safe", lambda _: "/dev/full")
        full.setattr(tables, "SpooledTemporaryFile", lambda **_: open("/dev/full", "w+b"))  # noqa: SIM115
        dropped = asha.client.post(f"{base}/books/look", files={"data": ("a.csv", b"x" * 99)}, headers=asha.token)
        answers = [dropped, *(asha.get(f"{base}/tables/inward.{form}") for form in ("csv", "xlsx"))]
    assert [answer.status_code for answer in answers] == [503] * 3
    assert all("disk is full" in answer.text for answer in answers)
    assert list(tmp_path.iterdir()) == []
    assert asha.get(f"{base}/tables/inward.xlsx").status_code == 200
