"""Registers in a browser: dropped, looked at, corrected, kept; what is no register says so."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO

import pytest
from tests.web.conftest import HEADINGS, Visitor, Workbench

from gst_ims.desk.register.looking import taken
from gst_ims.desk.register.propose import propose
from gst_ims.web.books.uploads import KEPT, Uploads


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}/books"


def drop(asha: Visitor, base: str, content: str, name: str = "march.csv") -> tuple[int, str]:
    answer = asha.client.post(
        f"{base}/look", files={"data": (name, content)}, headers=asha.token | {"hx-request": "true"}
    )
    return answer.status_code, unescape(answer.text)


def fields(html: str) -> list[str]:
    return re.findall(r'<option value="(\w+)" selected>', html)


def test_the_registers_and_the_matching_are_shown(workbench: Workbench, asha: Visitor, base: str) -> None:
    html = asha.get(base).text
    assert "tally.csv" in html
    assert "12,101.00" in html
    assert f'href="/desk/{workbench.mine}/inward?bucket=mismatch">1</a>' in html


def test_a_file_is_looked_at_and_kept_as_it_was_said(workbench: Workbench, asha: Visitor, base: str) -> None:
    line = f"{workbench.supplier.gstin},NEW-1,05-10-2025,1180,1000,180,0,0"
    status, html = drop(asha, base, f"{HEADINGS}\n{line}\n")
    assert status == 200
    said = fields(html)
    assert said == ["stin", "number", "document_date", "value", "taxable", "igst", "cgst", "sgst"]
    token = re.search(r'data-token="([^"]+)"', html)
    assert token is not None
    body = {"token": token[1], "label": "march", "sheets": [[*said[:3], "", *said[4:]]]}
    kept = asha.post(f"{base}/keep", body).text
    assert "1 document is kept under march." in kept
    assert "Invoice Value" not in kept
    assert asha.post(f"{base}/keep", body).status_code == 404
    assert "march.csv" in asha.get(base).text
    assert (
        asha.client.post(
            f"{base}/drop", data={"label": "march"}, headers=asha.token, follow_redirects=False
        ).status_code
        == 303
    )
    assert 'aria-label="Take out march"' not in asha.get(base).text


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "empty"), ("a,b\n1,2\n", "isn't a purchase register"), ("PK\x03\x04nothing", "isn't a workbook")],
)
def test_what_is_no_register_is_refused_with_what_to_do(asha: Visitor, base: str, content: str, says: str) -> None:
    status, html = drop(asha, base, content)
    assert (status, says in html, "<html" in html) == (409, True, False)


def test_a_register_of_somebody_else_is_not_kept(workbench: Workbench, asha: Visitor, base: str) -> None:
    rows = f"Buyer GSTIN,{HEADINGS}\n{workbench.other},{workbench.supplier.gstin},X-1,05-10-2025,1180,1000,180,0,0\n"
    _, html = drop(asha, base, rows)
    token = re.search(r'data-token="([^"]+)"', html)
    assert token is not None
    answer = asha.post(f"{base}/keep", {"token": token[1], "label": "other", "sheets": [fields(html)]})
    assert (answer.status_code, "look whose register it is" in answer.text) == (422, True)


def test_columns_of_another_file_are_refused(asha: Visitor, base: str, workbench: Workbench) -> None:
    _, html = drop(asha, base, f"{HEADINGS}\n{workbench.supplier.gstin},N-1,05-10-2025,1180,1000,180,0,0\n")
    token = re.search(r'data-token="([^"]+)"', html)
    assert token is not None
    for sheets in ([], [["stin"], ["stin"]], [["nonsense"]]):
        assert asha.post(f"{base}/keep", {"token": token[1], "label": "x", "sheets": sheets}).status_code == 422


def test_rows_that_are_no_documents_are_listed(workbench: Workbench, asha: Visitor, base: str) -> None:
    rows = f"{HEADINGS}\n{workbench.supplier.gstin},P-1,05-10-2025,1180,1000,180,0,0\n,P-2,soon,1,1,x,0,0\n"
    _, html = drop(asha, base, rows)
    token = re.search(r'data-token="([^"]+)"', html)
    assert token is not None
    kept = asha.post(f"{base}/keep", {"token": token[1], "label": "bad", "sheets": [fields(html)]}).text
    address = re.search(r'href="([^"]+/problems)"', kept)
    assert address is not None
    listed = asha.get(address[1]).text
    assert "march.csv" in listed
    assert listed.count("<tr>") >= 2
    asha.client.post(f"{base}/drop", data={"label": "bad"}, headers=asha.token)


def test_a_matching_is_asked_for(workbench: Workbench, asha: Visitor, base: str) -> None:
    assert asha.post(f"{base}/match").status_code == 303
    with workbench.desk.house() as db:
        jobs = db.execute("select args from procrastinate_jobs where task_name = 'desk:match'").fetchall()
    assert {"gstin": str(workbench.mine), "person": "Asha"} in [job.args for job in jobs]


def test_a_mapping_is_what_a_person_says_of_each_column() -> None:
    mapping = propose(
        ["GSTIN", "Bill", "Date", "CGST 9%", "CGST 14%"], [(2, ["27AAXCT0001K1Z6", "1", "05-10-2025", "9", "14"])]
    )
    said = taken(mapping, ["stin", "number", "", "cgst", "cgst"])
    assert said.fields == {"stin": (0,), "number": (1,), "cgst": (3, 4)}
    assert taken(said, ["", "", "", "", ""]).fields == {}


def test_uploads_wait_for_an_hour(workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    uploads = Uploads()
    old = uploads.add("Asha", workbench.mine, "a.csv", BytesIO(b"a"))
    path = uploads.find(old, "Asha", workbench.mine).path
    assert path.read_bytes() == b"a"
    now = __import__("time").monotonic()
    monkeypatch.setattr("gst_ims.web.books.uploads.time.monotonic", lambda: now + KEPT + 1)
    new = uploads.add("Asha", workbench.mine, "b.csv", BytesIO(b"b"))
    assert not path.exists()
    assert uploads.find(new, "Asha", workbench.mine).digest
    uploads.close()
