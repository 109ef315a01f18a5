"""Home: every number is that of the rows behind it."""

from __future__ import annotations

import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import psycopg
import pytest
from tests.web.conftest import SCRIPT, Enter, Visitor, Workbench, work

from gst_ims.client.errors import CallFailed
from gst_ims.connect.portal import Portal
from gst_ims.core.gstin import Gstin
from gst_ims.web.home.endpoints import dated


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


def test_documents_of_an_age_are_those_of_the_grid(workbench: Workbench, asha: Visitor) -> None:
    """The fifth of October is 31 days before the fifth of November."""
    html = unescape(asha.get(f"/desk/{workbench.mine}").text)
    aged = [link for link in re.findall(r'<a href="([^"]+/inward[?][^"]+)">', html) if "dated_" in link]
    assert aged
    days = {tuple(re.findall(r"dated_(?:from|to)=[\d-]+", link)) for link in aged}
    assert days <= {("dated_from=2025-10-06",), ("dated_to=2025-10-05", "dated_from=2025-09-06")}


@pytest.mark.parametrize("age", [0, 1, 2, 3])
def test_ages_follow_one_another_without_gap(age: int) -> None:
    today = date(2025, 12, 15)
    this, after = dated(today, age), dated(today, min(age + 1, 3))
    assert ("dated_to" in this, "dated_from" in this) == (age > 0, age < 3)
    if age < 3:
        assert date.fromisoformat(this["dated_from"]) - date.fromisoformat(after["dated_to"]) == timedelta(days=1)


def test_what_changed_since_yesterday_is_there_row_by_row(workbench: Workbench, asha: Visitor, enter: Enter) -> None:
    mine = workbench.mine
    html = unescape(asha.get(f"/desk/{mine}").text)
    (count,) = re.findall(rf'<a href="/desk/{mine}/news">(\d+)</a>', html)
    news = asha.get(f"/desk/{mine}/news").text
    assert news.count('<th scope="row">') == int(count)
    assert asha.get(f"/desk/{mine}/news?became=new").text.count('<th scope="row">') >= 12
    assert "Nothing, as far as the portal was read" in asha.get(f"/desk/{mine}/news?became=gone").text
    assert "<script>alert" not in asha.get(f"/desk/{mine}/news", params={"became": SCRIPT, "after": SCRIPT}).text
    assert enter("Devi").get(f"/desk/{mine}/news").status_code == 403


def test_charts_have_the_figures_of_the_tables(workbench: Workbench, asha: Visitor) -> None:
    html = unescape(asha.get(f"/desk/{workbench.mine}").text)
    charts = [json.loads(it) for it in re.findall(r'data-chart="(.*?)" data-', html)]
    assert len(charts) == 3
    periods, suppliers, ages = charts
    assert [it["name"] for it in periods["series"]] == ["accepted", "agrees", "at risk", "pending", "rejected"]
    assert {len(it["paise"]) for it in ages["series"]} == {4}
    assert suppliers["series"][0]["paise"] == sorted(suppliers["series"][0]["paise"])


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


@pytest.fixture
def no_jobs(workbench: Workbench) -> Generator[None]:
    """Nothing is queued, before and afterwards: what waits to be tried again would hold a reading up."""

    def forget() -> None:
        with psycopg.connect(workbench.url, autocommit=True) as db:
            db.execute("delete from procrastinate_jobs where queue_name = 'desk'")

    forget()
    yield
    forget()


@contextmanager
def away(profile: str, gstin: Gstin) -> Generator[Portal]:
    raise CallFailed("The portal went away.")
    yield


@pytest.mark.usefixtures("no_jobs")
def test_a_reading_that_waits_or_fails_says_so_and_what_to_do(
    workbench: Workbench, asha: Visitor, enter: Enter
) -> None:
    path = f"/desk/{workbench.mine}"
    assert "being read" not in asha.get(path).text
    form = asha.client.post(f"{path}/read", headers=asha.token, follow_redirects=False)
    assert form.status_code == 303
    assert "The portal of Konkan Traders is being read." in asha.get(path).text
    assert "Konkan" not in enter("Devi").get("/desk").text
    work(replace(workbench, desk=replace(workbench.desk, ways=away)))
    html = unescape(asha.get("/desk").text)
    assert "The portal of Konkan Traders could not be read, tried 1 time." in html
    assert ("It is tried again at " in html, "sign it in at the portal anew" in html) == (True, True)
    with psycopg.connect(workbench.url, autocommit=True) as db:
        db.execute("update procrastinate_jobs set status = 'failed' where task_name = 'desk:sync'")
    assert "when you press Read" in asha.get(path).text
    with psycopg.connect(workbench.url, autocommit=True) as db:
        db.execute("update procrastinate_jobs set status = 'todo', scheduled_at = null where task_name = 'desk:sync'")
    work(workbench)
    html = asha.get(path).text
    assert ("being read" in html, "could not be read" in html) == (False, False)


def test_a_chart_with_nothing_to_draw_is_left_out_and_said(workbench: Workbench, enter: Enter) -> None:
    """Somebody whose documents have no tax."""
    of = "where gstin = %s and number = %s and since = %s"
    with psycopg.connect(workbench.url, autocommit=True) as db:
        was = db.execute(
            "select igst, cgst, sgst, cess, gstin, number, since from desk.record where gstin = %s", [workbench.other]
        ).fetchall()
        db.execute("update desk.record set igst = 0, cgst = 0, sgst = 0, cess = 0 where gstin = %s", [workbench.other])
    html = enter("Devi").get("/desk").text
    with psycopg.connect(workbench.url, autocommit=True) as db, db.cursor() as cursor:
        cursor.executemany(f"update desk.record set igst = %s, cgst = %s, sgst = %s, cess = %s {of}", was)
    assert "data-chart" not in html
    assert "there is nothing to draw" in html
    assert "Nothing with tax in it is open." in html
    assert enter("Devi").get("/desk").text.count("data-chart") >= 2
