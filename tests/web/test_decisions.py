"""Approvals by a second person, pushes with what is left of them, and the trail with its search."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape
from urllib.parse import quote

import pytest
from tests.web.conftest import Enter, Visitor, Workbench
from tests.web.test_inward import named, rows

from gst_ims.desk.people import service as people
from gst_ims.desk.push.service import push


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}"


@pytest.fixture
def rejected(asha: Visitor, base: str) -> Iterator[dict[str, object]]:
    """INV-4, which Asha has rejected."""
    ask = {"action": "R", "records": named(asha, f"{base}/inward", "INV-4"), "why": "Never came", "remarks": "Not ours"}
    assert asha.post(f"{base}/inward/decide", ask).json()["made"] == 1
    (row,) = rows(asha, f"{base}/inward", text="INV-4")
    yield row
    asha.post(f"{base}/inward/undo", {"decisions": [row["decision"]]})


def judge(visitor: Visitor, base: str, verdict: str, *ids: object, why: str = "") -> str:
    answer = visitor.client.post(
        f"{base}/approvals",
        data={"verdict": verdict, "ids": list(map(str, ids)), "why": why},
        headers=visitor.token | {"hx-request": "true"},
    )
    return unescape(answer.text)


def test_what_waits_is_shown_with_why(base: str, rejected: dict[str, object], enter: Enter) -> None:
    html = enter("Chetan").get(f"{base}/approvals").text
    assert "INV-4" in html
    assert "Never came" in html
    assert "Remarks for the supplier: Not ours" in html
    assert f'value="{rejected["decision"]}"' in html


def test_another_person_approves(base: str, rejected: dict[str, object], enter: Enter) -> None:
    chetan = enter("Chetan")
    assert "1 decision is approved." in judge(chetan, base, "approve", rejected["decision"])
    (row,) = rows(chetan, f"{base}/inward", text="INV-4")
    assert row["state"] == "approved"


def test_another_person_returns_with_words(base: str, rejected: dict[str, object], enter: Enter) -> None:
    chetan = enter("Chetan")
    assert "Say why it is returned" in judge(chetan, base, "return", rejected["decision"])
    assert "1 decision is returned." in judge(chetan, base, "return", rejected["decision"], why="Ask the store")
    (row,) = rows(chetan, f"{base}/inward", text="INV-4")
    assert (row["state"], row["why"]) == ("returned", "Ask the store")


def test_nobody_approves_his_own(workbench: Workbench, base: str, rejected: dict[str, object], asha: Visitor) -> None:
    desk = workbench.desk
    bina = people.person(desk, "Bina")
    people.grant(desk, bina, workbench.mine, "Asha", people.Role.APPROVER)
    try:
        assert (
            f'value="{rejected["decision"]}" aria-label="Choose INV-4" disabled' in asha.get(f"{base}/approvals").text
        )
        assert "Asha has decided so" in judge(asha, base, "approve", rejected["decision"])
        (row,) = rows(asha, f"{base}/inward", text="INV-4")
        assert row["state"] == "prepared"
    finally:
        people.revoke(desk, bina, workbench.mine, "Asha", people.Role.APPROVER)


def test_a_preparer_approves_nothing(base: str, rejected: dict[str, object], asha: Visitor) -> None:
    assert "this takes approver" in judge(asha, base, "approve", rejected["decision"])


@pytest.mark.parametrize(("verdict", "ids", "says"), [("approve", [], "No decision"), ("burn", [1], "no verdict")])
def test_a_verdict_that_is_none(base: str, enter: Enter, verdict: str, ids: list[int], says: str) -> None:
    assert says in judge(enter("Chetan"), base, verdict, *ids)


def test_a_push_is_queued_and_its_rows_are_told(workbench: Workbench, base: str, asha: Visitor, enter: Enter) -> None:
    ask = {"action": "P", "records": named(asha, f"{base}/inward", "DN-1")}
    assert asha.post(f"{base}/inward/decide", ask).json()["made"] == 1
    assert "Push to the portal" in asha.get(f"{base}/pushes").text
    assert "It is queued" in asha.post(f"{base}/pushes").text
    with workbench.desk.house() as db:
        jobs = db.execute("select args from procrastinate_jobs where task_name = 'desk:push'").fetchall()
    assert {"gstin": str(workbench.mine), "person": "Asha"} in [job.args for job in jobs]
    (done,) = push(workbench.desk, people.person(workbench.desk, "Asha"), workbench.mine)
    listed = asha.get(f"{base}/pushes", headers={"hx-request": "true"}).text
    assert "<html" not in listed
    assert f'value="{done.rows}"' in listed
    assert "Everything is applied." in asha.get(f"{base}/pushes/{done.id}").text
    (row,) = rows(asha, f"{base}/inward", text="DN-1")
    assert (row["action"], row["state"]) == ("P", "applied")
    assert asha.get(f"{base}/pushes/999").status_code == 404


def test_a_viewer_sees_pushes_and_sends_none(base: str, enter: Enter) -> None:
    vera = enter("Vera")
    assert "Push to the portal" not in vera.get(f"{base}/pushes").text
    assert vera.post(f"{base}/pushes").status_code == 403


def test_the_trail_has_every_step_and_is_searched(base: str, rejected: dict[str, object], asha: Visitor) -> None:
    html = asha.get(f"{base}/trail", params={"text": "INV-4"}).text
    assert quote(str(rejected["name"])) in html
    assert "Never came" in html
    assert "needs approval: yes" in html
    assert "DN-1" not in html.split("<tbody>")[1]
    for words in ({"who": "Bina"}, {"what": "granted"}):
        found = asha.get(f"{base}/trail", params=words).text.split("<tbody>")[1]
        assert "granted" in found
        assert "prepared" not in found
    assert "No entry fits" in asha.get(f"{base}/trail", params={"since": "2099-01-01"}).text
    assert asha.get(f"{base}/trail", params={"since": "soon"}).status_code == 422


def test_the_trail_is_paged_by_id(workbench: Workbench, base: str, asha: Visitor) -> None:
    with workbench.desk.of([workbench.mine]) as db:
        for n in range(120):
            db.execute(
                "insert into desk.trail (gstin, at, person, what, why) values (%s, now(), 'Asha', 'paged', %s)",
                [workbench.mine, f"entry {n}"],
            )
    first = asha.get(f"{base}/trail", params={"what": "paged"}).text
    older = unescape(first).split('href="?')[-1].split('"')[0]
    second = asha.get(f"{base}/trail?{older}").text
    shown = [html.count("entry ") for html in (first, second)]
    assert shown == [100, 20]
