"""Policies with a live check and two people; the supplier's side; GSTR-2B against the promise."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from tests.desk.decisions import records
from tests.web.conftest import SCRIPT, Enter, Visitor, Workbench

from gst_ims.core.gstin import Gstin
from gst_ims.desk.followup import rounds
from gst_ims.desk.people import service as people
from gst_ims.desk.policy.columns import COLUMNS, FUNCTIONS
from gst_ims.desk.policy.document import read, starter
from gst_ims.web.policy.endpoints import EXAMPLES, LINES

pytestmark = pytest.mark.usefixtures("without_policies")

POLICY = """
name = "{name}"

[[rule]]
name = "what matches"
when = "bucket = 'matched'"
action = "accept"
"""


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}"


def send(visitor: Visitor, path: str, **form: str | int) -> tuple[int, str]:
    headers = visitor.token | {"hx-request": "true"}
    answer = visitor.client.post(path, data=form, headers=headers, follow_redirects=False)
    return answer.status_code, unescape(answer.text)


def test_at_first_there_is_the_starter_which_can_be_tried(asha: Visitor, base: str) -> None:
    html = unescape(asha.get(f"{base}/policy").text)
    assert starter().strip()[:200] in html
    status, tried = send(asha, f"{base}/policy/try", text=starter())
    assert (status, "What it would do now" in tried) == (200, True)


def test_what_is_wrong_is_said_with_its_place(asha: Visitor, base: str) -> None:
    text = POLICY.format(name="x").replace("bucket", SCRIPT)
    for path in ("try", ""):
        _, html = send(asha, f"{base}/policy/{path}".rstrip("/"), text=text, why="")
        assert "Line 6, column" in html
    _, html = send(asha, f"{base}/policy/try", text="= 1")
    assert "This can't be read" in html
    assert "How rules are written stands below" in html


def test_how_rules_are_written_stands_beside_them_with_examples_that_can_be_read(asha: Visitor, base: str) -> None:
    html = unescape(asha.get(f"{base}/policy").text)
    named = set(re.findall(r"<code>([a-z_0-9]+)(?:\(.*?\))?</code>", html))
    assert {*COLUMNS, *FUNCTIONS, *LINES} <= named
    for example in EXAMPLES:
        assert example.strip() in html
        assert read(f'name = "mine"\n{example}').rules[0].condition is not None


def test_a_policy_comes_into_force_by_two(workbench: Workbench, asha: Visitor, base: str, enter: Enter) -> None:
    _, html = send(asha, f"{base}/policy", text=POLICY.format(name="two"), why="First")
    assert "two v1 is kept." in html
    chetan = enter("Chetan")
    assert "Approve two v1" in chetan.get(f"{base}/policy").text
    assert send(asha, f"{base}/policy/approve", name="two", version=1)[0] == 403
    assert send(chetan, f"{base}/policy/approve", name="two", version=1)[0] == 303
    assert send(chetan, f"{base}/policy/use", name="two")[0] == 303
    assert "two proposes for this taxpayer." in asha.get(f"{base}/policy").text
    _, tried = send(asha, f"{base}/policy/try", text=POLICY.format(name="two").replace("accept", "pending"))
    assert "accept → keep pending: " in tried
    changed = {"which": "changed", "was": "accept", "becomes": "pending"}
    text = POLICY.format(name="two").replace("accept", "pending")
    _, rows = send(asha, f"{base}/policy/rows", text=text, **changed)
    assert (rows.count('<th scope="row">'), "INV-1" in rows, "what matches" in rows) == (1, True, True)
    _, rows = send(asha, f"{base}/policy/rows", text=text, which="changed")
    assert rows.count('<th scope="row">') == 1
    status, html = send(asha, f"{base}/policy/propose")
    assert (status, "It is queued" in html, f"{base}/inward?state=prepared" in html) == (200, True, True)
    assert send(chetan, f"{base}/policy/use", name="")[0] == 303
    assert asha.get(f"{base}/policy?name=two&version=9").status_code == 404


def test_the_check_reads_and_looks_at_no_record(asha: Visitor, base: str) -> None:
    _, html = send(asha, f"{base}/policy/check", text=starter())
    assert "5 rules, and they can be read." in html
    _, html = send(asha, f"{base}/policy/check", text=POLICY.format(name="x").replace("accept", "accep"))
    assert 'data-at="7:1"' in html
    assert "accept" in html


MANY = """
name = "many"

[[rule]]
name = "notes wait"
when = "credit_note"
action = "pending"

[[rule]]
name = "invoices"
when = "section = 'b2b'"
action = "accept"
approval = 181
"""


def test_behind_each_number_of_a_trial_are_its_records(asha: Visitor, base: str) -> None:
    _, html = send(asha, f"{base}/policy/try", text=MANY)
    numbers = re.findall(r"hx-vals='?\"?(\{[^}]+\})'?\"? [^>]*>([\d,]+)</button>", html)
    assert len(numbers) >= 4
    for values, count in numbers:
        _, rows = send(asha, f"{base}/policy/rows", text=MANY, **json.loads(values))
        assert rows.count('<th scope="row">') == int(count), values


def test_the_records_behind_a_rule_say_what_each_becomes_and_why(asha: Visitor, base: str) -> None:
    _, html = send(asha, f"{base}/policy/rows", text=MANY, place=2, which="all")
    first = html.split("<tbody>")[1].split("</tr>")[0]
    assert ("INV-6" in first, "invoices" in first, "Accepted" in first) == (True, True, True)
    _, html = send(asha, f"{base}/policy/rows", text=MANY, place=2, which="approve")
    assert html.count("a second person approves") == html.count('<th scope="row">') > 0
    _, html = send(asha, f"{base}/policy/rows", text=MANY, place=2, after_tax=18_108, after_name="z")
    assert "INV-6" not in html


@pytest.mark.parametrize(
    ("more", "status"),
    [({"place": 9}, 422), ({"place": "x"}, 400), ({"which": "some"}, 422), ({"which": "' or true"}, 422)],
)
def test_rows_that_there_are_not_are_refused(asha: Visitor, base: str, more: dict[str, str | int], status: int) -> None:
    assert send(asha, f"{base}/policy/rows", text=MANY, **more)[0] == status


def test_a_text_that_is_wrong_by_now_says_where(asha: Visitor, base: str) -> None:
    _, html = send(asha, f"{base}/policy/rows", text="= 1", place=1)
    assert "To be corrected" in html


def test_nothing_of_a_trial_is_kept(asha: Visitor, base: str, workbench: Workbench) -> None:
    for path in ("check", "try", "rows"):
        send(asha, f"{base}/policy/{path}", text=MANY, place=1)
    assert "many v1" not in asha.get(f"{base}/policy").text
    assert len(records(workbench.desk, workbench.mine)) == 12


def test_a_script_in_a_policy_is_text(asha: Visitor, base: str) -> None:
    text = MANY.replace("invoices", "<script>alert(1)</script>")
    for path, more in (("check", {}), ("try", {}), ("rows", {"place": 2})):
        headers = asha.token | {"hx-request": "true"}
        answer = asha.client.post(f"{base}/policy/{path}", data={"text": text, **more}, headers=headers)
        assert answer.status_code == 200
        assert "<script>" not in answer.text


def test_the_supplier_sees_who_rejected_and_what_comes_back(seller: Gstin, enter: Enter) -> None:
    html = enter("Asha").get(f"/desk/{seller}/outward").text
    assert "CN-2" in html
    assert "rejected" in html
    assert "18.36" in html


def test_what_was_never_read_is_not_said_to_be_fine(asha: Visitor, base: str) -> None:
    assert "Nothing is known yet" in asha.get(f"{base}/outward").text
    status, html = send(asha, f"{base}/outward/read")
    assert (status, "It is queued" in html, f'href="{base}/outward"' in html) == (200, True, True)


def test_every_number_by_period_and_section_has_its_documents(seller: Gstin, enter: Enter) -> None:
    asha = enter("Asha")
    html = unescape(asha.get(f"/desk/{seller}/outward").text)
    links = re.findall(r'<a href="([^"]+/outward/documents[?][^"]+)">(\d+)</a>', html)
    assert len(links) >= 3
    for link, count in links:
        rows = asha.get(link).text.split("<tbody>")[1]
        assert rows.count('<th scope="row">') == int(count), link
    assert sum(int(count) for _, count in links) == 12
    (rejected,) = [link for link, _ in links if "action=R" in link]
    assert ("CN-2" in asha.get(rejected).text, "Not agreed" in asha.get(rejected).text) == (True, True)
    assert asha.get(f"/desk/{seller}/outward/documents?period=x&section=b2b&action=R").status_code == 422
    none = asha.get(f"/desk/{seller}/outward/documents?period=102025&section={SCRIPT}&action={SCRIPT}").text
    assert ("No document" in none, "<script>alert" in none) == (True, False)
    assert enter("Devi").get(rejected).status_code == 403


def test_a_draft_to_correct_it_is_a_file(seller: Gstin, enter: Enter) -> None:
    asha = enter("Asha")
    html = asha.get(f"/desk/{seller}/outward").text
    name = html.split("/outward/drafts/")[1].split('"')[0]
    answer = asha.get(f"/desk/{seller}/outward/drafts/{name}")
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert "CN-2" in json.dumps(answer.json())
    assert asha.get(f"/desk/{seller}/outward/drafts/other.json").status_code == 404


def test_who_has_no_address_cannot_be_asked(seller: Gstin, enter: Enter) -> None:
    asha = enter("Asha")
    party = asha.get(f"/desk/{seller}/outward").text.split('name="party" value="')[1].split('"')[0]
    for path in ("ask/preview", "ask"):
        _, html = send(asha, f"/desk/{seller}/{path}", side="customer", party=party)
        assert f"{party} has no address." in html
        assert "An administrator enters it under Contacts." in html
    assert send(asha, f"/desk/{seller}/ask", side="customer", party="x")[0] == 422


def test_gstr_2b_is_read_and_compared(workbench: Workbench, asha: Visitor, base: str) -> None:
    """November's is drawn up on the 14th of December: before, the portal says that there is none."""
    assert "Nothing was read yet" in asha.get(f"{base}/statements").text
    status, html = send(asha, f"{base}/statements", period="112025")
    assert (status, "<html" in html) == (409, False)
    assert asha.get(f"{base}/statements?period=102025").status_code == 404
    assert asha.get(f"{base}/statements?period=13").status_code in (404, 422)


def test_alerts_stand_on_the_home_page_until_somebody_has_seen_them(
    workbench: Workbench, asha: Visitor, base: str
) -> None:
    rounds.look(workbench.desk, workbench.mine)
    told = {"kinds": ["x"], "keys": ["1"], "urgents": [False], "texts": ["Look at X-1"]}
    with workbench.desk.of([workbench.mine]) as db:
        rounds.queries.put_alerts(db, gstin=workbench.mine, at=workbench.clock.now(), **told)
    known = rounds.alerts(workbench.desk, people.person(workbench.desk, "Asha"), workbench.mine, seen=False)
    html = unescape(asha.get(base).text)
    assert all(alert.text in html for alert in known[:10])
    assert "Look at X-1" in html
    for alert, here in zip(known, ["", *[workbench.mine] * len(known)], strict=False):
        form = {"alert": alert.id, "here": here}
        answer = asha.client.post(f"{base}/seen", data=form, headers=asha.token, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, base if here else "/desk")
    assert "<h2>Alerts</h2>" not in asha.get(base).text


def test_records_stay_as_they_were(workbench: Workbench) -> None:
    assert len(records(workbench.desk, workbench.mine)) == 12
