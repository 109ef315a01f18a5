"""Reports in a browser: asked for, made, fetched; decisions in the workbook are looked at, and then made."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from tests.desk.report.excel import Cells, rewritten, write
from tests.web.conftest import Enter, Visitor, Workbench, work
from tests.web.test_inward import rows

from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Role
from gst_ims.desk.report.workbook import write_workbook
from gst_ims.desk.review import steps


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}"


@pytest.fixture
def book(workbench: Workbench, tmp_path: Path) -> Path:
    """The workbook, as Asha has it."""
    path = tmp_path / "october.xlsx"
    write_workbook(workbench.desk, people.person(workbench.desk, "Asha"), workbench.mine, path)
    return path


@pytest.fixture(autouse=True)
def as_before(workbench: Workbench) -> Iterator[None]:
    """What a test decides is taken back."""
    yield
    desk, mine = workbench.desk, workbench.mine
    with desk.of([mine]) as db:
        found = db.execute(
            "select id from desk.decision where gstin = %s and why like 'Workbook%%' and state = 'prepared'", [mine]
        )
        ids = [row.id for row in found]
    if ids:
        steps.undo(desk, people.person(desk, "Asha"), mine, ids)


def send(visitor: Visitor, path: str, **fields: str) -> tuple[int, str]:
    headers = visitor.token | {"hx-request": "true"}
    answer = visitor.client.post(path, data=fields, headers=headers, follow_redirects=False)
    return answer.status_code, unescape(answer.text)


def drop(visitor: Visitor, base: str, path: Path | bytes, name: str = "october.xlsx") -> tuple[int, str]:
    content = path if isinstance(path, bytes) else path.read_bytes()
    headers = visitor.token | {"hx-request": "true"}
    answer = visitor.client.post(f"{base}/reports/look", files={"data": (name, content)}, headers=headers)
    return answer.status_code, unescape(answer.text)


def token_of(html: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', html)
    assert found is not None, html
    return found[1]


def state(asha: Visitor, base: str, number: str) -> tuple[Any, Any, Any]:
    (row,) = rows(asha, f"{base}/inward", text=number)
    return row["decided"], row["state"], row["why"]


def test_a_report_is_asked_for_made_and_fetched(workbench: Workbench, base: str, enter: Enter) -> None:
    """By anybody who sees the taxpayer."""
    vera = enter("Vera")
    for kind in ("xlsx", "json"):
        status, html = send(vera, f"{base}/reports", kind=kind, period="102025")
        assert (status, "being made" in html, "<html" in html) == (200, True, False)
    work(workbench)
    html = enter("Chetan").get(f"{base}/reports").text
    assert "being made" not in html
    json, xlsx = re.findall(rf'href="({base}/reports/\d+)"', html)[:2]
    answer = vera.get(xlsx)
    assert answer.headers["content-disposition"] == f'attachment; filename="report-{workbench.mine}-102025.xlsx"'
    assert answer.headers["cache-control"] == "no-store"
    assert CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).sheet_names[0] == "Summary"
    told = vera.get(json).json()
    assert (told["about"]["gstin"], told["about"]["made_by"]) == (workbench.mine, "Vera")


def test_without_a_period_it_is_of_last_month(asha: Visitor, base: str) -> None:
    assert 'value="102025"' in asha.get(f"{base}/reports").text
    assert "Oct 2025" in send(asha, f"{base}/reports", kind="json", period=" ")[1]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"kind": "pdf"}, 422),
        ({"kind": "xlsx", "period": "13"}, 422),
        ({"kind": "xlsx", "period": "132025"}, 422),
        ({}, 400),
    ],
)
def test_what_cannot_be_asked_for_is_said(asha: Visitor, base: str, fields: dict[str, str], status: int) -> None:
    assert send(asha, f"{base}/reports", **fields)[0] == status


def test_a_report_that_there_is_not_is_no_file(workbench: Workbench, asha: Visitor, base: str, enter: Enter) -> None:
    assert asha.get(f"{base}/reports/99999").status_code == 404
    send(asha, f"{base}/reports", kind="xlsx", period="082025")
    (number, *_) = sorted(
        (it for it in rows_of(workbench) if it.person == "Asha" and it.form == "xlsx"), key=lambda it: -it.id
    )
    assert asha.get(f"{base}/reports/{number.id}").status_code == 404, "it isn't made yet"
    devi = enter("Devi")
    assert devi.get(f"{base}/reports/{number.id}").status_code == 403
    assert devi.get(f"/desk/{workbench.other}/reports/{number.id}").status_code == 404


def rows_of(workbench: Workbench) -> list[Any]:
    with workbench.desk.of([workbench.mine]) as db:
        return list(db.execute("select * from desk.report where gstin = %s", [workbench.mine]))


def test_a_call_without_the_pages_token_asks_for_nothing(asha: Visitor, base: str, book: Path) -> None:
    assert asha.client.post(f"{base}/reports", data={"kind": "xlsx"}).status_code == 403
    assert asha.client.post(f"{base}/reports/look", files={"data": ("a.xlsx", book.read_bytes())}).status_code == 403
    assert asha.client.post(f"{base}/reports/decide", data={"token": "x"}).status_code == 403


def test_a_workbook_shows_what_it_would_do_and_does_it_when_told(
    workbench: Workbench, asha: Visitor, base: str, book: Path
) -> None:
    changed = rewritten(book, write("INV-1", Decision="Accept"), write("INV-2", Decision="Pending"))
    status, html = drop(asha, base, changed)
    assert (status, "2 documents" in html, "<html" in html) == (200, True, False)
    assert "₹ 360.54 → <strong>₹ 180.18" in html
    assert state(asha, base, "INV-1")[0] is None or state(asha, base, "INV-1")[1] == "undone", "nothing is done yet"
    form = {"token": token_of(html), "why": "Workbook of October"}
    status, html = send(asha, f"{base}/reports/decide", **form)
    assert (status, "2 documents are decided about." in html) == (200, True)
    assert state(asha, base, "INV-1") == ("A", "prepared", "Workbook of October")
    assert state(asha, base, "INV-2") == ("P", "prepared", "Workbook of October")
    assert send(asha, f"{base}/reports/decide", **form)[0] == 404, "once"
    _, html = drop(asha, base, changed)
    assert "2 rows say what is so already." in html
    assert "There is nothing more to decide." in html


def test_wrong_rows_are_named_and_can_be_left_out(asha: Visitor, base: str, book: Path) -> None:
    changed = rewritten(book, write("INV-1", Decision="Accept"), write("INV-2", Decision="Maybe"))
    _, html = drop(asha, base, changed)
    assert "1 row is wrong." in html
    assert "'Maybe' isn't one of Accept, Reject, Pending." in html
    assert "Decide, without the wrong rows" in html
    token = token_of(html)
    _, html = send(asha, f"{base}/reports/decide", token=token, why="Workbook")
    assert "Nothing is decided" in html
    assert state(asha, base, "INV-1")[1] in (None, "undone")
    _, html = send(asha, f"{base}/reports/decide", token=token, why="Workbook", skip_wrong="true")
    assert "1 document is decided about." in html
    assert state(asha, base, "INV-1")[:2] == ("A", "prepared")
    assert state(asha, base, "INV-2")[1] in (None, "undone")


def test_what_changed_since_the_look_is_not_decided_about(
    workbench: Workbench, asha: Visitor, base: str, book: Path
) -> None:
    _, html = drop(asha, base, rewritten(book, write("INV-1", Decision="Accept")))
    change = "update desk.record set hash = 'x' || hash where gstin = %s and number = 'INV-1' and until is null"
    back = "update desk.record set hash = substr(hash, 2) where gstin = %s and number = 'INV-1' and until is null"
    with workbench.desk.of([workbench.mine]) as db:
        db.execute(change, [workbench.mine])
    try:
        _, html = send(asha, f"{base}/reports/decide", token=token_of(html), why="Workbook")
        assert "Nothing is decided: something changed since you looked." in html
    finally:
        with workbench.desk.of([workbench.mine]) as db:
            db.execute(back, [workbench.mine])
    assert state(asha, base, "INV-1")[1] in (None, "undone")


def test_a_workbook_without_decisions_says_so(asha: Visitor, base: str, book: Path) -> None:
    _, html = drop(asha, base, book)
    assert "There is nothing to decide in it" in html
    assert 'name="token"' not in html


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "isn't a workbook"), (b"a,b\n1,2\n", "isn't a workbook"), (b"PK\x03\x04x", "october.xlsx")],
)
def test_what_is_no_workbook_is_refused_with_what_to_do(asha: Visitor, base: str, content: bytes, says: str) -> None:
    status, html = drop(asha, base, content)
    assert (status, says in html, "<html" in html) == (409, True, False)


def test_a_workbook_of_another_taxpayer_decides_nothing(
    workbench: Workbench, asha: Visitor, base: str, book: Path
) -> None:
    def of_another(cells: Cells) -> None:
        heading = cells[0].index("Taxpayer")
        for row in cells[1:]:
            row[heading] = str(workbench.other)

    _, html = drop(asha, base, rewritten(book, write("INV-1", Decision="Accept"), of_another))
    assert f"It is of {workbench.other}, not of {workbench.mine}" in html
    assert 'name="token"' not in html


def test_stored_script_in_a_workbook_is_shown_as_text(asha: Visitor, base: str, book: Path) -> None:
    changed = rewritten(book, write("INV-2", Decision="<script>alert(1)</script>"))
    headers = asha.token | {"hx-request": "true"}
    files = {"data": ("<script>x.xlsx", changed.read_bytes())}
    html = asha.client.post(f"{base}/reports/look", files=files, headers=headers).text
    assert "&lt;script&gt;alert(1)" in html
    assert "<script" not in html


@pytest.mark.parametrize("name", ["Vera", "Chetan"])
def test_who_does_not_prepare_decides_nothing(base: str, book: Path, enter: Enter, name: str) -> None:
    visitor = enter(name)
    assert "Decisions that were written into the workbook" not in visitor.get(f"{base}/reports").text
    assert drop(visitor, base, book)[0] == 403
    assert send(visitor, f"{base}/reports/decide", token="x")[0] == 403


def test_a_workbook_that_another_one_dropped_is_not_found(
    workbench: Workbench, base: str, book: Path, asha: Visitor
) -> None:
    people.grant(workbench.desk, people.person(workbench.desk, "Bina"), workbench.mine, "Bina", Role.PREPARER)
    _, html = drop(asha, base, rewritten(book, write("INV-1", Decision="Accept")))
    asha.client.cookies.clear()
    assert asha.sign_in("Bina").status_code == 303
    assert send(asha, f"{base}/reports/decide", token=token_of(html))[0] == 404
