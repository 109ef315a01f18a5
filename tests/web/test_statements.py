"""GSTR-2B on pages: every number has its documents, two versions are compared, and what-if decides nothing."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.web.conftest import SCRIPT, Enter, Visitor, Workbench

from gst_ims.core.gstin import Gstin


@pytest.fixture
def base(drawn: Gstin) -> str:
    return f"/desk/{drawn}/statements"


def shown(visitor: Visitor, path: str, **query: str) -> str:
    answer = visitor.get(path, **({"params": query} if query else {}))
    assert answer.status_code == 200, answer.text
    return unescape(answer.text)


def body_rows(html: str) -> list[str]:
    """The rows of the last table."""
    return re.findall(r"<tr[ >].*?</tr>", html.rsplit("<tbody>", 1)[1], flags=re.DOTALL)


def test_every_number_of_the_figures_leads_to_its_documents(asha: Visitor, base: str) -> None:
    html = shown(asha, base)
    links = re.findall(r'<a href="([^"]+/documents[?][^"]+)">([^<]+)</a>', html)
    assert len(links) >= 6
    counts = [(link, int(text)) for link, text in links if "." not in text]
    for link, count in counts:
        assert len(body_rows(shown(asha, link))) == count, link
    (rejected,) = [link for link, _ in counts if "itcRejected" in link]
    assert "INV-1" in shown(asha, rejected)


def test_a_head_shows_the_documents_that_have_it(asha: Visitor, base: str) -> None:
    everything = shown(asha, f"{base}/documents", period="102025")
    assert "INV-0" in everything
    assert len(body_rows(everything)) == 11
    assert "No document stands behind it" in shown(asha, f"{base}/documents", period="102025", head="cess")


def test_two_versions_side_by_side(asha: Visitor, base: str) -> None:
    html = shown(asha, f"{base}/compare", period="102025", reading="2", against="1")
    for words in ("Figures before and after", "INV-1", "INV-2", "changed", "gone", "Rejected"):
        assert words in html
    for action in ("Rejected", "Pending"):
        assert f"Acted on elsewhere: it stands as {action}, read on" in html
    gone = shown(asha, f"{base}/compare", period="102025", reading="2", against="1", kind="gone")
    assert (gone.count("?text=INV-1"), gone.count("?text=INV-2")) == (0, 1)
    same = shown(asha, f"{base}/compare", period="102025", reading="2", against="2")
    assert "the same documents with the same figures" in same


def test_the_promise_stands_document_by_document(asha: Visitor, base: str) -> None:
    assert "Every document is as it was promised." in shown(asha, base)
    html = shown(asha, base, period="102025", which="all")
    assert len(body_rows(html)) == 11
    assert "Decided after GSTR-2B was drawn up" not in html


def test_what_if_says_what_would_be_and_decides_nothing(asha: Visitor, drawn: Gstin, base: str) -> None:
    html = shown(asha, f"{base}/what-if", period="102025", asked="y", undecided="R")
    assert "What GSTR-2B of Oct 2025 would be" in html
    assert "₹ 54.54" in html  # three credit notes come back to the supplier
    # What was in an earlier GSTR-2B of the same period can be in it; so all but the two that are decided change.
    assert len(body_rows(html)) == 10
    rows = asha.get(f"/desk/{drawn}/inward/rows", params={"state": "prepared"}).json()["rows"]
    assert rows == []
    at_first = shown(asha, f"{base}/what-if", period="102025")
    assert "Nothing is supposed of any record" in at_first
    assert 'name="decisions" value="y" checked' in at_first


def test_what_if_for_one_supplier(asha: Visitor, drawn: Gstin, base: str) -> None:
    row = asha.get(f"/desk/{drawn}/inward/rows").json()["rows"][0]
    html = shown(asha, f"{base}/what-if", period="102025", asked="y", supplier=row["stin"].lower(), of_supplier="P")
    assert "Suppliers for whom the most changes" in html
    assert f'value="{row["stin"]}"' in html


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/documents", 400),
        ("/documents?period=112025", 404),
        ("/documents?period=102025&reading=9", 404),
        ("/documents?period=102025&head=vat", 422),
        ("/documents?period=102025&after_size=x", 400),
        ("/compare?period=102025&reading=2&against=7", 404),
        ("/compare?period=102025&reading=2&against=1&kind=new", 422),
        ("/what-if?period=13", 422),
        ("/what-if?undecided=X", 422),
        ("/what-if?of_supplier=N", 422),
        ("/what-if?supplier=short", 422),
        ("?period=102025&reading=99", 404),
        ("?period=102025&which=changed", 422),
    ],
)
def test_an_address_that_means_nothing_says_so(asha: Visitor, base: str, path: str, status: int) -> None:
    assert asha.get(f"{base}{path}").status_code == status


@pytest.mark.parametrize("path", ["", "/documents", "/compare", "/what-if"])
def test_a_script_in_the_address_is_text(asha: Visitor, base: str, path: str) -> None:
    words = ("part", "supply", "leaf", "head", "kind", "supplier", "after", "which", "undecided")
    for word in words:
        query = {"period": "102025", "reading": "2", "against": "1", word: SCRIPT}
        assert "<script>alert" not in asha.get(f"{base}{path}", params=query).text


def test_others_do_not_see_them(drawn: Gstin, base: str, enter: Enter, visitor: Visitor) -> None:
    devi, vera = enter("Devi"), enter("Vera")
    for path in ("", "/documents?period=102025", "/compare?period=102025&against=1", "/what-if"):
        assert devi.get(f"{base}{path}").status_code == 403
        assert vera.get(f"{base}{path}").status_code == 200
        assert visitor.get(f"{base}{path}").headers["location"].startswith("/sign-in")


def test_readings_of_another_taxpayer_are_not_found(workbench: Workbench, asha: Visitor, drawn: Gstin) -> None:
    assert asha.get(f"/desk/{workbench.mine}/statements/documents?period=102025&reading=1").status_code == 404
