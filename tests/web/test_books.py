"""Registers in a browser: dropped, looked at, corrected, kept; what is no register says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO

import pytest
from tests.web.conftest import HEADINGS, Enter, Visitor, Workbench

from gst_ims.desk.match import service as matching
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Role
from gst_ims.desk.register.looking import taken
from gst_ims.desk.register.propose import propose
from gst_ims.web.books.uploads import KEPT, Uploads


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}/books"


@pytest.fixture(autouse=True)
def forgotten(workbench: Workbench) -> Iterator[None]:
    """How registers were read is forgotten after each test."""
    yield
    with workbench.desk.of([workbench.mine]) as db:
        db.execute("delete from desk.mapping where gstin = %s", [workbench.mine])


def drop(asha: Visitor, base: str, content: str, name: str = "march.csv") -> tuple[int, str]:
    answer = asha.client.post(
        f"{base}/look", files={"data": (name, content)}, headers=asha.token | {"hx-request": "true"}
    )
    return answer.status_code, unescape(answer.text)


def fields(html: str) -> list[str]:
    return re.findall(r'<option value="(\w+)" selected>', html)


def tokens(html: str) -> list[str]:
    found = re.search(r'data-tokens="([^"]+)"', html)
    assert found is not None, html
    return found[1].split()


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
    body = {"tokens": tokens(html), "label": "march", "sheets": [[*said[:3], "", *said[4:]]]}
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
    answer = asha.post(f"{base}/keep", {"tokens": tokens(html), "label": "other", "sheets": [fields(html)]})
    assert (answer.status_code, "look whose register it is" in answer.text) == (422, True)


def test_columns_of_another_file_are_refused(asha: Visitor, base: str, workbench: Workbench) -> None:
    _, html = drop(asha, base, f"{HEADINGS}\n{workbench.supplier.gstin},N-1,05-10-2025,1180,1000,180,0,0\n")
    for sheets in ([], [["stin"], ["stin"]], [["nonsense"]], [None]):
        for path in ("check", "keep"):
            body = {"tokens": tokens(html), "label": "x", "sheets": sheets}
            assert asha.post(f"{base}/{path}", body).status_code == 422
    assert asha.post(f"{base}/keep", {"tokens": [], "label": "x", "sheets": []}).status_code == 422


def test_rows_that_are_no_documents_are_listed(workbench: Workbench, asha: Visitor, base: str) -> None:
    rows = f"{HEADINGS}\n{workbench.supplier.gstin},P-1,05-10-2025,1180,1000,180,0,0\n,P-2,soon,1,1,x,0,0\n"
    _, html = drop(asha, base, rows)
    kept = asha.post(f"{base}/keep", {"tokens": tokens(html), "label": "bad", "sheets": [fields(html)]}).text
    address = re.search(r'href="([^"]+/problems)"', kept)
    assert address is not None
    listed = asha.get(address[1]).text
    assert "march.csv" in listed
    assert listed.count("<tr>") >= 2
    asha.client.post(f"{base}/drop", data={"label": "bad"}, headers=asha.token)


def test_what_would_be_kept_is_shown_before(workbench: Workbench, asha: Visitor, base: str) -> None:
    """Documents, rows by row with why, totals to the paisa, and what the label says now: and nothing is kept."""
    rows = [
        f"{workbench.supplier.gstin},INV-1,05-10-2025,1181.18,1001,180.18,0,0",
        f"{workbench.supplier.gstin},INV-2,05-10-2025,1416.00,1200,216.00,0,0",
        f"{workbench.supplier.gstin},NEW-7,05-10-2025,590.33,500.28,90.05,0,0",
        f"{workbench.supplier.gstin},BAD-1,yesterday,118,100,18,0,0",
    ]
    _, html = drop(asha, base, "\n".join([HEADINGS, *rows]), "tally.csv")
    body = {"tokens": tokens(html), "label": "tally", "sheets": [fields(html)]}
    for _ in range(2):
        told = unescape(asha.post(f"{base}/check", body).text)
        assert "3 documents would be kept under tally." in told
        assert "1 new, 1 changed, 1 gone. Nothing is kept yet." in told
        assert re.search(r"tally.csv</td><td></td><td class=\"n\">5</td>.*cannot be read", told)
        taxable = re.search(r'<th scope="row">Taxable Value</th>(.*?)</tr>', told)
        assert taxable is not None
        read, documents, _, _, _, rejected = re.findall(r'"n">([\d,.]+)<', taxable[1])
        assert (read, documents, rejected) == ("2,801.28", "2,701.28", "100.00")
    assert "3</td>" in asha.get(base).text.split("tally</th>")[1][:80]
    with workbench.desk.of([workbench.mine]) as db:
        assert db.execute("select id from desk.book where number = 'NEW-7' and until is null").fetchall() == []


def test_several_files_become_one_register(workbench: Workbench, asha: Visitor, base: str) -> None:
    """With the same headings they are read alike; one of them is left out."""
    line = f"{workbench.supplier.gstin},{{}},05-10-2025,1180,1000,180,0,0"
    files = [("data", (f"{name}.csv", f"{HEADINGS}\n{line.format(name)}\n")) for name in ("april", "may", "june")]
    html = unescape(asha.client.post(f"{base}/look", files=files, headers=asha.token | {"hx-request": "true"}).text)
    assert [re.findall(pattern, html) for pattern in (r"<legend>([^<]+)<", r'data-like="(\d)"')] == [
        ["april.csv", "may.csv", "june.csv"],
        ["0", "0"],
    ]
    assert len(tokens(html)) == 3
    body = {"tokens": tokens(html), "label": "quarter", "sheets": [fields(html), None, fields(html)]}
    kept = unescape(asha.post(f"{base}/keep", body).text)
    assert "2 documents are kept under quarter." in kept
    address = re.search(r'href="([^"]+/problems)"', kept)
    assert address is not None
    assert re.search(r"may.csv</td>.*it is left out", unescape(asha.get(address[1]).text))
    assert "april.csv, june.csv</td>" in asha.get(base).text
    asha.client.post(f"{base}/drop", data={"label": "quarter"}, headers=asha.token)


def test_files_of_one_name_are_told_apart(workbench: Workbench, asha: Visitor, base: str) -> None:
    line = f"{workbench.supplier.gstin},{{}},05-10-2025,1180,1000,180,0,0"
    files = [("data", ("books.csv", f"{HEADINGS}\n{line.format(name)}\n")) for name in ("T-1", "T-2")]
    html = asha.client.post(f"{base}/look", files=files, headers=asha.token).text
    body = {"tokens": tokens(html), "label": "twins", "sheets": [None, fields(html)]}
    told = unescape(asha.post(f"{base}/check", body).text)
    assert "1 document would be kept under twins." in told
    assert "books.csv (2)" in told


def test_one_bad_file_among_several_keeps_none_of_them(asha: Visitor, base: str, workbench: Workbench) -> None:
    good = f"{HEADINGS}\n{workbench.supplier.gstin},G-1,05-10-2025,1180,1000,180,0,0\n"
    files = [("data", ("good.csv", good)), ("data", ("bad.csv", "a,b\n1,2\n"))]
    answer = asha.client.post(f"{base}/look", files=files, headers=asha.token)
    assert (answer.status_code, "bad.csv isn't a purchase register" in unescape(answer.text)) == (409, True)


def test_books_that_are_newer_than_the_matching_say_so(workbench: Workbench, asha: Visitor, base: str) -> None:
    matching.run(workbench.desk, workbench.mine)  # others may have had the portal read since
    assert "are newer than the matching" not in asha.get(base).text
    line = f"{workbench.supplier.gstin},LATE-1,05-10-2025,1180,1000,180,0,0"
    _, html = drop(asha, base, f"{HEADINGS}\n{line}\n")
    asha.post(f"{base}/keep", {"tokens": tokens(html), "label": "late", "sheets": [fields(html)]})
    assert "are newer than the matching" in asha.get(base).text
    asha.client.post(f"{base}/drop", data={"label": "late"}, headers=asha.token)
    assert "are newer than the matching" not in asha.get(base).text


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


def test_what_was_corrected_is_proposed_the_next_time(
    workbench: Workbench, asha: Visitor, base: str, enter: Enter
) -> None:
    """For the same headings, for this taxpayer, and only once it was kept."""
    headings = HEADINGS.replace("Taxable Value", "Net,Gross")
    line = "{},{},05-10-2025,1180,1000,2000,180,0,0"
    content = f"{headings}\n{line.format(workbench.supplier.gstin, 'NEW-1')}\n"
    _, html = drop(asha, base, content)
    proposed = [it or "" for it in chosen(html)]
    corrected = ["taxable" if at == 5 else "" if it == "taxable" else it for at, it in enumerate(proposed)]
    assert corrected != proposed
    body = {"tokens": tokens(html), "label": "april", "sheets": [corrected]}
    assert "1 document would be kept" in asha.post(f"{base}/check", body).text
    assert chosen(drop(asha, base, content)[1]) == proposed, "a check keeps nothing"
    assert "1 document is kept" in asha.post(f"{base}/keep", body).text
    later = f"{headings.upper()}\n{line.format(workbench.supplier.gstin, 'NEW-2')}\n"
    _, html = drop(asha, base, later, "may.csv")
    assert chosen(html) == corrected
    assert ("You said so." in html, html.count("100 %") == len([it for it in corrected if it])) == (True, True)
    other = drop(asha, base, content.replace("Gross", "Broad"))[1]
    assert "You said so." not in other, "other headings are another source"
    devi = enter("Devi")
    people.grant(workbench.desk, people.person(workbench.desk, "Devi"), workbench.other, "Devi", Role.PREPARER)
    assert "You said so." not in drop(devi, base.replace(workbench.mine, workbench.other), content)[1]
    again = {"tokens": tokens(html), "label": "april", "sheets": [proposed]}
    assert "1 document is kept" in asha.post(f"{base}/keep", again).text
    assert chosen(drop(asha, base, content)[1]) == proposed, "the newest word counts"
    asha.client.post(f"{base}/drop", data={"label": "april"}, headers=asha.token)


def test_a_column_that_nothing_tells_is_said_by_a_person(workbench: Workbench, asha: Visitor, base: str) -> None:
    """The file is shown with what it lacks, not refused."""
    line = f"{workbench.supplier.gstin},ODD-1,05-10-2025,Yarn,1000,97"
    _, html = drop(asha, base, f"GSTIN of supplier,Invoice number,Invoice Date,Goods,Base,<i>Levy\n{line}\n", "odd.csv")
    assert "It has no column yet for the taxable amount or the value, tax or its rate." in html
    assert chosen(html) == ["stin", "number", "document_date", "", "", ""]
    body = {"tokens": tokens(html), "label": "odd", "sheets": [chosen(html)]}
    answer = asha.post(f"{base}/check", body)
    assert (answer.status_code, "isn't a purchase register" in unescape(answer.text)) == (409, True)
    body["sheets"] = [["stin", "number", "document_date", "", "taxable", "igst"]]
    assert "1 document would be kept" in asha.post(f"{base}/check", body).text


def chosen(html: str) -> list[str]:
    """What each column is taken for, in order."""
    selects = re.findall(r'<select name="field".*?</select>', html, re.DOTALL)
    return [(re.findall(r'<option value="(\w+)" selected>', it) or [""])[0] for it in selects]


def test_the_same_purchases_under_another_label_are_told_before_and_after(
    workbench: Workbench, asha: Visitor, base: str
) -> None:
    """With how many and which label, and a way to keep it under that one: nothing is forbidden."""
    rows = [f"{workbench.supplier.gstin},{number},05-10-2025,1180,1000,180,0,0" for number in ("INV-1", "INV-2", "T-7")]
    _, html = drop(asha, base, "\n".join([HEADINGS, *rows]), "tally (2).csv")
    body = {"tokens": tokens(html), "label": "tally (2)", "sheets": [fields(html)]}
    told = unescape(asha.post(f"{base}/check", body).text)
    assert "2 documents stand under tally already (same supplier, number and date), and would count twice." in told
    assert 'data-label="tally">Keep it under tally</button>' in told
    assert "count twice" not in asha.post(f"{base}/check", body | {"label": "tally"}).text
    kept = unescape(asha.post(f"{base}/keep", body).text)
    assert "3 documents are kept under tally (2)." in kept
    assert "2 documents stand under tally already (same supplier, number and date), and count" in kept
    asha.client.post(f"{base}/drop", data={"label": "tally (2)"}, headers=asha.token)


def test_cess_stands_beside_the_other_heads_and_to_take_out_is_asked_first(
    workbench: Workbench, asha: Visitor, base: str, enter: Enter
) -> None:
    line = f"{workbench.supplier.gstin},CESS-1,05-10-2025,1301.45,1000,180,0,0,121.45"
    _, html = drop(asha, base, f"{HEADINGS},Cess\n{line}\n", "cars.csv")
    asha.post(f"{base}/keep", {"tokens": tokens(html), "label": "cars", "sheets": [fields(html)]})
    html = unescape(asha.get(base).text)
    row = re.search(r"<tr><th scope=\"row\">cars</th>.*?</tr>", html, re.DOTALL)
    assert row is not None
    assert re.findall(r'<td class="n">([\d,.]+)</td>', row[0])[1:6] == ["1,000.00", "180.00", "0.00", "0.00", "121.45"]
    assert ('data-title="Take out cars?"' in row[0], 'type="button"' in row[0]) == (True, True)
    assert "Its 1 document no longer counts in the books" in row[0]
    sheet = asha.get(f"/desk/{workbench.mine}/tables/registers.csv").text
    assert ("Cess" in sheet.splitlines()[0], "121.45" in sheet) == (True, True)
    assert "data-out" not in enter("Vera").get(base).text
    asha.client.post(f"{base}/drop", data={"label": "cars"}, headers=asha.token)
