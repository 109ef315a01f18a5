"""Home: every number is that of the rows behind it."""

from __future__ import annotations

import re
from html import unescape

from tests.web.conftest import Enter, Visitor, Workbench


def test_the_front_door_leads_home_or_to_the_form(visitor: Visitor, asha: Visitor) -> None:
    assert visitor.get("/").headers["location"] == "/sign-in"
    assert asha.get("/").headers["location"] == "/desk"


def test_every_count_is_a_link_to_as_many_rows(workbench: Workbench, asha: Visitor) -> None:
    html = asha.get(f"/desk/{workbench.mine}").text
    links = re.findall(r'<a href="([^"]+/inward\?[^"]+)">(\d[\d,]*)(?: documents?)?</a>', html)
    assert len(links) >= 5
    wrong = []
    for address, count in links:
        rows = asha.get(unescape(address).replace("/inward?", "/inward/rows?")).json()["rows"]
        if len(rows) != int(count.replace(",", "")):
            wrong.append((address, count, len(rows)))
    assert wrong == []


def test_it_counts_down_to_the_days(workbench: Workbench, asha: Visitor) -> None:
    html = asha.get("/desk").text
    assert "14-11-2025" in html
    assert "20-11-2025" in html
    assert "in 15 days" in html


def test_everybody_sees_his_own_taxpayers(workbench: Workbench, asha: Visitor, enter: Enter) -> None:
    assert ("Konkan Traders" in asha.get("/desk").text, "Mysuru Mills" in asha.get("/desk").text) == (True, False)
    devi = enter("Devi")
    assert ("Konkan Traders" in devi.get("/desk").text, "Mysuru Mills" in devi.get("/desk").text) == (False, True)


def test_a_reading_is_asked_for(workbench: Workbench, asha: Visitor) -> None:
    answer = asha.post(f"/desk/{workbench.mine}/read")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/desk/{workbench.mine}")
    with workbench.desk.house() as db:
        jobs = db.execute(
            "select args from procrastinate_jobs where task_name = 'desk:sync' and status = 'todo'"
        ).fetchall()
    assert {"gstin": str(workbench.mine), "person": "Asha"} in [job.args for job in jobs]


def test_who_has_no_light_asks_for_dark(asha: Visitor) -> None:
    assert "data-theme" not in asha.get("/desk").text.split("<body")[0]
    asha.client.cookies.set("theme", "dark")
    assert 'data-theme="dark"' in asha.get("/desk").text
    asha.client.cookies.set("theme", '"><script>')
    assert "<script>" not in asha.get("/desk").text


def test_what_is_not_there_says_so_and_where_to_go(asha: Visitor) -> None:
    answer = asha.get("/desk/nowhere/at/all")
    assert (answer.status_code, "There is no page at" in answer.text, 'href="/"' in answer.text) == (
        404,
        True,
        True,
    )
