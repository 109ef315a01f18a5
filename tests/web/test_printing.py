"""The grid on paper: all that the filter finds, in its order and columns, up to a limit that is said."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.web.conftest import SCRIPT, Enter, Visitor, Workbench

from gst_ims.web.inward import printing


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}/inward/print"


def shown(html: str) -> list[list[str]]:
    """The table: headings, then rows."""
    rows = re.findall(r"<tr>(.*?)</tr>", html, flags=re.DOTALL)
    return [[unescape(it) for it in re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row)] for row in rows]


def test_all_that_the_filter_finds_is_one_table(asha: Visitor, base: str) -> None:
    words = {"section": "CN", "order": "number", "way": "desc", "column": ["number", "tax", "document_date", "period"]}
    html = asha.get(base, params=words).text
    assert shown(html) == [
        ["Number", "Tax", "Date", "Period"],
        ["CN-2", "18.36", "06-10-2025", "Oct 2025"],
        ["CN-1", "18.18", "06-10-2025", "Oct 2025"],
        ["CN-0", "18.00", "06-10-2025", "Oct 2025"],
    ]
    assert "3 documents" in html
    assert "-54.54" in html
    assert re.search(r"<dt>Section</dt><dd>CN</dd>", html)
    assert "These are the first" not in html


def test_without_words_it_has_all_rows_and_the_usual_columns(asha: Visitor, base: str) -> None:
    table = shown(asha.get(base).text)
    assert len(table) == 13
    assert {"Number", "Supplier", "GSTIN", "Decide by"} <= set(table[0])
    assert "Cess" not in table[0], "a sheet is only so wide"
    assert {len(row) for row in table} == {len(table[0])}


def test_by_supplier_it_has_the_sums(workbench: Workbench, asha: Visitor, base: str) -> None:
    table = shown(asha.get(base, params={"by_supplier": "y", "section": "CN"}).text)
    assert (table[0][0], table[1][0], table[1][-1]) == ("GSTIN", str(workbench.supplier.gstin), "-54.54")


def test_beyond_the_limit_it_says_how_many_there_are_and_where(
    asha: Visitor, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "MOST", 5)
    html = asha.get(base).text
    assert len(shown(html)) == 6
    assert "These are the first 5 of 12 documents. Take the xlsx file" in html
    monkeypatch.setattr(printing, "MOST", 12)
    assert "These are the first" not in asha.get(base).text
    monkeypatch.setattr(printing, "MOST", 1)
    assert "These are the first 1 suppliers." in asha.get(base, params={"by_supplier": "y"}).text


def test_nothing_to_print_says_what_to_do(asha: Visitor, base: str) -> None:
    html = asha.get(base, params={"text": "nothing like it"}).text
    assert "No record fits the filter" in html
    assert "<table" not in html


def test_the_way_back_has_the_filter(workbench: Workbench, asha: Visitor, base: str) -> None:
    html = asha.get(base, params={"action": ["N", "A"], "bucket": "mismatch"}).text
    assert f'href="/desk/{workbench.mine}/inward?action=N&amp;action=A&amp;bucket=mismatch"' in html
    assert re.search(r"<dt>Action</dt><dd>No action, Accepted</dd>", html)


@pytest.mark.parametrize("words", ["column=hash", "order=1", "section=none", "action=X", "dated_from=today"])
def test_the_address_takes_known_words_only(asha: Visitor, base: str, words: str) -> None:
    assert asha.get(f"{base}?{words}").status_code == 422


def test_it_is_for_who_sees_the_taxpayer(base: str, visitor: Visitor, enter: Enter) -> None:
    assert visitor.get(base).headers["location"].startswith("/sign-in")
    assert enter("Devi").get(base).status_code == 403
    assert enter("Vera").get(base).status_code == 200


def test_script_in_a_filter_is_text(asha: Visitor, base: str) -> None:
    html = asha.get(base, params={"text": SCRIPT, "supplier": SCRIPT}).text
    assert SCRIPT not in html
    assert html.count("&lt;script&gt;") >= 2


def test_the_grid_leads_to_it(workbench: Workbench, asha: Visitor, base: str) -> None:
    assert f'href="{base}" data-print' in asha.get(f"/desk/{workbench.mine}/inward").text
