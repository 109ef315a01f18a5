"""Books beside portal: lists by filter, links by hand that are looked at first, and what each run changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from tests.client.conftest import Served
from tests.web.conftest import SCRIPT, Enter, Visitor, Workbench, keep, open_workbench, rows_of, work

from gst_ims.database.embedded import EmbeddedServer
from gst_ims.desk.followup import contacts
from gst_ims.desk.match import lists
from gst_ims.desk.match import service as matching
from gst_ims.desk.match.lists import Filter
from gst_ims.desk.people import service as people
from gst_ims.web.matching import endpoints


@pytest.fixture(scope="module")
def workbench(server: EmbeddedServer, served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """One for this module: it links and matches."""
    with open_workbench(server, served, tmp_path_factory.mktemp("by_hand")) as made:
        yield made


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}/matching"


@pytest.fixture(autouse=True)
def as_before(workbench: Workbench) -> Iterator[None]:
    """Links of a test are taken back after it, and what it left unmatched is matched."""
    yield
    desk, mine, asha = workbench.desk, workbench.mine, people.person(workbench.desk, "Asha")
    links = lists.links(desk, asha, mine)
    for link in links:
        matching.unlink(desk, asha, mine, link.id)
    with desk.house() as db:
        queued = db.execute("delete from procrastinate_jobs where task_name = 'desk:match' returning id").fetchall()
    if links or queued or matching.state(desk, asha, mine).outdated:
        matching.run(desk, mine)


def ids(workbench: Workbench, side: lists.Side, *numbers: str) -> list[str]:
    """Documents of one side by their numbers."""
    by = people.person(workbench.desk, "Asha")
    found = {
        row.number: row.id for row in lists.documents(workbench.desk, by, workbench.mine, side, Filter(), limit=99)
    }
    return [found[number] for number in numbers]


def numbers(html: str) -> list[str]:
    return re.findall(r'data-name="([^"]+)"', html)


def found(workbench: Workbench, number: str, side: lists.Side = "portal") -> Any:
    (row,) = lists.documents(
        workbench.desk, people.person(workbench.desk, "Asha"), workbench.mine, side, Filter(number=number)
    )
    return row


def word(workbench: Workbench, portal: list[str], books: list[str], **more: Any) -> dict[str, Any]:
    chosen = {"portal": ids(workbench, "portal", *portal), "books": ids(workbench, "books", *books)}
    return chosen | {"together": True} | more


def test_what_has_no_partner_stands_side_by_side_with_its_sums(workbench: Workbench, asha: Visitor, base: str) -> None:
    html = unescape(asha.get(base).text)
    ours, theirs = html.split('id="portal-title"')
    assert numbers(ours) == ["INV-99"]
    assert "1 document · taxable ₹ 10,000.00 · tax ₹ 1,800.00" in ours
    assert set(numbers(theirs)) == {
        *(f"INV-{n}" for n in (0, 3, 4, 5, 6)),
        *("CN-0", "CN-1", "CN-2", "DN-0", "DN-1"),
    }
    assert "10 documents" in theirs


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ({"side": "books", "shown": "all"}, {"INV-1", "INV-2", "INV-99"}),
        ({"side": "books", "shown": "mismatch"}, {"INV-2"}),
        ({"side": "books", "number": "99"}, {"INV-99"}),
        ({"side": "portal", "number": "cn-", "shown": "all"}, {"CN-0", "CN-1", "CN-2"}),
        ({"side": "portal", "amount": "1,003"}, {"INV-3", "INV-4"}),
        ({"side": "portal", "amount": "1002.01", "shown": "all"}, {"INV-2", "INV-3"}),
        ({"side": "portal", "period": "092025"}, set[str]()),
        ({"side": "portal", "supplier": "nobody"}, set[str]()),
    ],
)
def test_each_list_is_filtered_by_the_server(asha: Visitor, base: str, words: dict[str, str], shown: set[str]) -> None:
    answer = asha.get(f"{base}/list", params=words)
    # INV-3 has 1003, INV-4 1004: an amount fits but for a rupee, which INV-2 of 1002 has a partner for.
    assert set(numbers(unescape(answer.text))) == shown


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("side=books&amount=x", 422),
        ("side=books&amount=1.234", 422),
        ("side=books&period=13", 422),
        ("side=books&shown=nonsense", 422),
        ("side=x", 400),
        ("", 400),
    ],
)
def test_a_filter_that_is_none_is_refused(asha: Visitor, base: str, words: str, status: int) -> None:
    assert asha.get(f"{base}/list?{words}").status_code == status
    assert asha.get(f"{base}?view=x").status_code == 400
    assert asha.get(f"{base}/doubtful?bucket=x").status_code == 422


def test_a_long_list_goes_on_where_it_ended(asha: Visitor, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "_PAGE", 4)
    seen: list[str] = []
    address: str | None = f"{base}/list?side=portal&shown=all"
    while address:
        html = unescape(asha.get(address).text)
        seen += numbers(html)
        more = re.search(r'hx-get="([^"]+/list[^"]+)"', html)
        address = more and more[1]
    assert len(seen) == len(set(seen)) == 12


def test_a_look_shows_what_differs_and_keeps_nothing(workbench: Workbench, asha: Visitor, base: str) -> None:
    chosen = word(workbench, ["INV-3"], ["INV-99"])
    html = unescape(asha.post(f"{base}/preview", chosen).text)
    assert re.search(r'class="marked"><th scope="row">Taxable</th>.*8,997\.00', html)
    assert html.count('class="marked"') == 2
    assert "They belong together" in html
    assert lists.links(workbench.desk, people.person(workbench.desk, "Asha"), workbench.mine) == []


def test_a_link_counts_once_the_job_has_matched(workbench: Workbench, asha: Visitor, base: str) -> None:
    told = asha.post(f"{base}/link", word(workbench, ["INV-3"], ["INV-99"], why="booked with freight"))
    number = told.json()["link"]
    runs = asha.get(f"{base}/state").text
    assert "Matching runs" in runs
    # An answer that the database is away doesn't take the place of what asks again.
    assert 'hx-status:5xx="swap:none"' in runs
    assert "hx-trigger" not in asha.get(f"{base}/state").headers
    work(workbench)
    over = asha.get(f"{base}/state")
    assert ("Matching runs" in over.text, over.headers["hx-trigger"]) == (False, "matched")
    assert (found(workbench, "INV-3").partners, found(workbench, "INV-3").rule) == (
        ids(workbench, "books", "INV-99"),
        "manual",
    )
    assert numbers(asha.get(f"{base}/list?side=books").text) == []
    html = unescape(asha.get(f"{base}?view=links").text)
    assert "booked with freight" in html
    trail = unescape(asha.get(f"/desk/{workbench.mine}/trail?what=linked").text)
    assert "booked with freight" in trail
    assert "Asha" in trail
    assert asha.post(f"{base}/unlink", {"number": number}).json() == {"link": number}
    assert asha.post(f"{base}/unlink", {"number": number}).status_code == 404
    work(workbench)
    assert found(workbench, "INV-3").bucket == "missing in books"


def test_several_belong_to_one(workbench: Workbench, asha: Visitor, base: str) -> None:
    assert asha.post(f"{base}/link", word(workbench, ["INV-3", "INV-4", "INV-5"], ["INV-99"])).status_code == 200
    work(workbench)
    ours = ids(workbench, "books", "INV-99")
    assert [found(workbench, f"INV-{n}").partners for n in (3, 4, 5)] == [ours] * 3
    assert sorted(found(workbench, "INV-99", "books").partners) == sorted(
        ids(workbench, "portal", "INV-3", "INV-4", "INV-5")
    )


def test_a_link_survives_books_that_are_read_anew(
    workbench: Workbench, asha: Visitor, base: str, tmp_path: Path
) -> None:
    asha.post(f"{base}/link", word(workbench, ["INV-3"], ["INV-99"]))
    keep(workbench.desk, workbench.mine, tmp_path / "again.csv", rows_of(workbench.supplier.gstin))
    work(workbench)
    assert found(workbench, "INV-3").partners == ids(workbench, "books", "INV-99")


def test_what_was_matched_is_parted(workbench: Workbench, asha: Visitor, base: str) -> None:
    asha.post(f"{base}/link", word(workbench, ["INV-1"], ["INV-1"], together=False, why="another delivery"))
    work(workbench)
    assert found(workbench, "INV-1").bucket == "missing in books"
    # What it was booked for may be looked for elsewhere.
    assert set(ids(workbench, "portal", "INV-1")).isdisjoint(found(workbench, "INV-1", "books").partners)


def test_what_is_in_doubt_is_asked_until_it_is_confirmed(workbench: Workbench, asha: Visitor, base: str) -> None:
    html = unescape(asha.get(f"{base}?view=doubtful").text)
    assert "Taxable" in html
    assert '1,002.00</td><td class="n">1,100.00</td><td class="n"><strong>98.00' in html
    pair = re.search(r"data-compare='([^']+)'|data-compare=\"([^\"]+)\"", html)
    assert pair is not None
    asha.post(f"{base}/link", word(workbench, ["INV-2"], ["INV-2"]))
    work(workbench)
    html = unescape(asha.get(f"{base}/doubtful").text)
    assert "Nothing is in doubt here" in html
    assert "INV-1" in asha.get(f"{base}/doubtful?bucket=matched").text


def test_links_go_on_page_by_page(
    workbench: Workbench, asha: Visitor, base: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "_PAGE", 2)
    made = [asha.post(f"{base}/link", word(workbench, [f"INV-{n}"], ["INV-99"])).json()["link"] for n in (3, 4, 5)]
    seen: list[int] = []
    address = f"{base}?view=links"
    while address:
        html = unescape(asha.get(address).text)
        seen += map(int, re.findall(r'data-back="(\d+)"', html))
        more = re.search(r'href="(\?view=links&before=\d+)"', html)
        address = base + more[1] if more else ""
    assert seen == made[::-1]


def test_suppliers_of_what_the_portal_lacks_can_be_asked(
    workbench: Workbench, asha: Visitor, base: str, tmp_path: Path
) -> None:
    """September's return was due, October's not yet; a document that differs is asked about at once."""
    party = workbench.supplier.gstin
    late = f"{party},SEP-1,05-09-2025,1180,1000,180,0,0"
    keep(workbench.desk, workbench.mine, tmp_path / "late.csv", [*rows_of(party), late])
    matching.run(workbench.desk, workbench.mine)
    html = unescape(asha.get(f"{base}?view=suppliers").text)
    asked = dict(re.findall(r'name="chosen"[^>]* checked> (\S+)</label>.*?<td>([^<]+)<', html))
    assert asked == {"SEP-1": "not at the portal", "INV-2": "differs from the books"}
    ask = f"/desk/{workbench.mine}/ask"
    for path in (f"{ask}/preview", ask):
        told = asha.client.post(path, data={"side": "supplier", "party": party}, headers=asha.token)
        assert f"{party} has no address." in unescape(told.text)
    shown = re.findall(r'name="shown" value="([^"]+)"', html)
    assert len(shown) == 2
    bina = people.person(workbench.desk, "Bina")
    contacts.keep(workbench.desk, bina, workbench.mine, {"gstin": party, "email": "accounts@surat.example.in"})
    about = {it: number for number in asked for it in shown if f":{number}:" in it}
    for chosen in (shown[:1], shown, []):
        form = {"side": "supplier", "party": party, "shown": shown, "chosen": chosen}
        letter = unescape(asha.client.post(f"{ask}/preview", data=form, headers=asha.token).text)
        assert {it for it in shown if f"{about[it]} of" in letter} == set(chosen)
        assert ("There is nothing to ask." in letter) == (not chosen)
        left = re.findall(r'name="shown" value="([^"]+)"', letter)
        assert left == ([it for it in shown if it not in chosen] if chosen else [])
    contacts.remove(workbench.desk, bina, workbench.mine, party)
    keep(workbench.desk, workbench.mine, tmp_path / "again.csv", rows_of(party))


def test_a_run_shows_what_it_changed_and_how_it_stood(workbench: Workbench, asha: Visitor, base: str) -> None:
    asha.post(f"{base}/link", word(workbench, ["INV-3"], ["INV-99"]))
    work(workbench)
    newest = matching.matchings(workbench.desk, people.person(workbench.desk, "Asha"), workbench.mine, 1)[0].id
    assert f'/runs/{newest}"' in asha.get(f"{base}?view=runs").text
    html = unescape(asha.get(f"{base}/runs/{newest}").text)
    assert "Missing in portal" in html
    assert "INV-99" in html
    before = unescape(asha.get(f"{base}/runs/{newest - 1}?bucket=missing in portal").text)
    assert "INV-99" in before.split("As it stood:")[1]
    after = unescape(asha.get(f"{base}/runs/{newest}?bucket=missing in portal").text)
    assert "INV-99" not in after.split("As it stood:")[1]
    assert asha.get(f"{base}/runs/{newest + 1}").status_code == 404


def test_a_run_that_is_long_goes_on(asha: Visitor, base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoints, "_PAGE", 6)
    seen, address = 0, "?"
    while address:
        html = unescape(asha.get(f"{base}/runs/1{address}").text)
        seen += html.count("<td>Portal</td><th") + html.count("<td>Books</td><th")
        more = re.search(r'href="(\?bucket=[^"]*after_side[^"]+)"', html)
        address = more[1] if more else ""
    assert seen == 12 + 3


def test_a_record_is_brought_along_to_be_linked(workbench: Workbench, asha: Visitor, base: str) -> None:
    (name,) = ids(workbench, "portal", "INV-3")
    html = unescape(asha.get(base, params={"record": name}).text)
    assert name in html.split('data-begin="')[1]
    assert set(numbers(html.split('id="portal-title"')[0])) == {"INV-99"}
    assert numbers(html.split('id="portal-title"')[1]) == ["INV-3"]
    assert asha.get(base, params={"record": name.replace("INV-3", "INV-33")}).status_code == 404


def test_a_matching_is_asked_for_and_one_that_waits_is_enough(workbench: Workbench, asha: Visitor, base: str) -> None:
    for _ in range(2):
        assert "Matching runs" in asha.post(f"{base}/run").text
    with workbench.desk.house() as db:
        jobs = db.execute(
            "select from procrastinate_jobs where task_name = 'desk:match' and status = 'todo'"
        ).fetchall()
    assert len(jobs) == 1


# Who may.


def test_who_only_looks_compares_and_links_nothing(workbench: Workbench, enter: Enter, base: str) -> None:
    vera = enter("Vera")
    html = vera.get(base).text
    assert ("INV-99" in html, 'draggable="true"' in html, 'id="tray"' in html) == (True, False, False)
    chosen = word(workbench, ["INV-3"], ["INV-99"])
    assert "They belong together" not in vera.post(f"{base}/preview", chosen).text
    for path, body in (("link", chosen), ("unlink", {"number": 1}), ("run", None)):
        assert vera.post(f"{base}/{path}", body).status_code == 403
    form = {"side": "supplier", "party": workbench.supplier.gstin}
    assert vera.client.post(f"/desk/{workbench.mine}/ask", data=form, headers=vera.token).status_code == 403


def test_documents_of_another_taxpayer_are_not_linked(workbench: Workbench, asha: Visitor, base: str) -> None:
    with workbench.desk.of([workbench.other]) as db:
        row = db.execute(
            "select desk.name_of(section, stin, number, period, form) as id from desk.record where gstin = %s",
            [workbench.other],
        ).fetchone()
    assert row is not None
    chosen = word(workbench, [], ["INV-99"]) | {"portal": [row.id]}
    for path in ("preview", "link"):
        assert asha.post(f"{base}/{path}", chosen).status_code == 404
        other = f"/desk/{workbench.other}/matching/{path}"
        assert asha.post(other, chosen).status_code == 403
    assert lists.links(workbench.desk, people.person(workbench.desk, "Asha"), workbench.mine) == []


@pytest.mark.parametrize(
    "headers", [{}, {"x-form-token": "0" * 64}, {"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}]
)
def test_a_call_from_elsewhere_links_nothing(
    workbench: Workbench, asha: Visitor, base: str, headers: dict[str, str]
) -> None:
    extra = asha.token if set(headers) & {"origin", "sec-fetch-site"} else {}
    answer = asha.client.post(f"{base}/link", json=word(workbench, ["INV-3"], ["INV-99"]), headers=extra | headers)
    assert answer.status_code == 403
    assert lists.links(workbench.desk, people.person(workbench.desk, "Asha"), workbench.mine) == []


@pytest.mark.parametrize(
    "body", [{}, {"portal": [], "books": [], "together": True}, {"portal": "x", "books": ["y"], "together": True}, None]
)
def test_a_link_of_nothing_is_refused(asha: Visitor, base: str, body: Any) -> None:
    assert asha.post(f"{base}/link", body).status_code in (400, 422)


def test_stored_script_is_shown_as_text(workbench: Workbench, asha: Visitor, base: str) -> None:
    asha.post(f"{base}/link", word(workbench, ["INV-3"], ["INV-99"], why=SCRIPT))
    with workbench.desk.of([workbench.mine]) as db:
        db.execute(
            "update desk.record set trade_name = %s where gstin = %s and number in ('INV-3', 'INV-2')",
            [SCRIPT, workbench.mine],
        )
    work(workbench)
    pages = [base, *(f"{base}?view={view}" for view in endpoints.VIEWS), f"{base}/list?side=portal&shown=all"]
    pages += [
        f"{base}?books={SCRIPT}",
        f"{base}/list?side=books&supplier={SCRIPT}",
        f"{base}/doubtful?supplier={SCRIPT}",
    ]
    shown = [asha.get(path).text for path in pages]
    shown.append(asha.post(f"{base}/preview", word(workbench, ["INV-3"], ["INV-99"])).text)
    assert [html for html in shown if "<script>" in html] == []
    assert sum("&lt;script&gt;" in html for html in shown) >= 6


def test_sql_in_a_filter_is_text(asha: Visitor, base: str) -> None:
    for text in ("' or '1'='1", "%", "'; drop table desk.link; --", "\\", "{side}", "%(gstin)s"):
        answer = asha.get(f"{base}/list", params={"side": "books", "number": text, "supplier": text, "shown": "all"})
        assert (answer.status_code, numbers(answer.text)) == (200, [])
