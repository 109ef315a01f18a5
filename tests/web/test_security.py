"""Who may see and do what: by session, by role, by taxpayer, and from our own pages only."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from tests.web.conftest import PASSWORD, SCRIPT, Enter, Visitor, Workbench

from gst_ims.core.gstin import Gstin
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Role
from gst_ims.desk.review import steps
from gst_ims.desk.sessions import service as sessions
from gst_ims.web.app import create_app
from gst_ims.web.inward.filters import read_key
from gst_ims.web.tokens import COOKIE

OPEN = {("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/web/{digest:str}/{name:str}")}


def calls(app: Litestar, gstin: str) -> list[tuple[str, str, str]]:
    """Every call that the application has: method, template, and an address of it."""
    found: list[tuple[str, str, str]] = []
    for route in app.routes:
        address = re.sub(r"\{taxpayer:\w+\}", gstin, route.path)
        address = re.sub(r"\{\w+:int\}", "1", re.sub(r"\{\w+:str\}", "x", address))
        found += [(method, route.path, address) for method in sorted(route.methods) if method != "OPTIONS"]  # type: ignore[attr-defined]
    return found


def test_no_call_works_without_a_session(workbench: Workbench, visitor: Visitor) -> None:
    let_in: list[Any] = []
    for method, template, address in calls(visitor.client.app, workbench.mine):  # type: ignore[arg-type]
        if (method, template) in OPEN:
            continue
        answer = visitor.client.request(method, address, follow_redirects=False)
        if (answer.status_code, answer.headers.get("location", "").partition("?")[0]) != (303, "/sign-in"):
            let_in.append((method, address, answer.status_code))
    assert let_in == []


def test_a_script_without_a_session_is_told_so(workbench: Workbench, visitor: Visitor) -> None:
    path = f"/desk/{workbench.mine}/inward/rows"
    answer = visitor.get(path, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (401, {"message": "Your session is over: sign in."})
    part = visitor.get(path, headers={"hx-request": "true"})
    assert (part.status_code, part.headers["hx-redirect"]) == (401, "/sign-in?ended=true")
    on_its_page = {
        "hx-request": "true",
        "hx-current-url": f"http://testserver.local/desk/{workbench.mine}/inward?text=a",
    }
    door = visitor.get(path, headers=on_its_page).headers["hx-redirect"]
    assert door == f"/sign-in?ended=true&back=%2Fdesk%2F{workbench.mine}%2Finward%3Ftext%3Da"
    assert "What you pressed last was not done." in visitor.get("/sign-in?ended=true").text
    assert "was not done" not in visitor.get("/sign-in").text


def test_who_signs_in_is_where_he_was(workbench: Workbench, visitor: Visitor) -> None:
    page = f"/desk/{workbench.mine}/inward?text=INV-&state=todo"
    door = visitor.get(page).headers["location"]
    back = unescape(re.findall(r'name="back" value="([^"]*)"', visitor.get(door).text)[0])
    assert back == page
    wrong = visitor.sign_in("Asha", "wrong", back=back)
    assert f'name="back" value="{escape(page)}"' in wrong.text
    assert visitor.sign_in("Asha", back=back).headers["location"] == page


def test_a_file_leads_back_to_the_page_of_its_link_and_a_form_to_its_own(
    workbench: Workbench, visitor: Visitor
) -> None:
    page = f"/desk/{workbench.mine}/pushes"
    headers = {"referer": f"http://testserver.local{page}"}
    back = urlencode({"back": page})
    assert visitor.get(f"/desk/{workbench.mine}/tables/pushes.csv", headers=headers).headers["location"] == (
        f"/sign-in?{back}"
    )
    assert visitor.post(page, headers=headers).headers["location"] == f"/sign-in?ended=true&{back}"
    assert visitor.post(page).headers["location"] == "/sign-in?ended=true"


@pytest.mark.parametrize(
    ("told", "way"),
    [
        ("https://evil.example/desk/{mine}", "/desk/{mine}"),
        ("/desk/{mine}/x\r\nset-cookie: a=b", "/desk/{mine}/xset-cookie:%20a=b"),
        ("/desk/{mine}?text=नमस्ते&a=%2F", f"/desk/{{mine}}?text={quote('नमस्ते')}&a=%2F"),
        ("/desk/{other}/inward", "/desk"),
        ("/desk/{mine}?text=" + "x" * 20_000, "/desk"),
        ("//evil.example", "/desk"),
        ("https://evil.example", "/desk"),
        ("/desk/..//evil.example", "/desk"),
        ("/desk/%2f%2fevil.example", "/desk"),
        ("http://[", "/desk"),
        ("http://a\uff0fb/desk/{mine}", "/desk"),
        ("/sign-out", "/desk"),
        ("/desk", "/desk"),
        ("javascript:alert(1)", "/desk"),
    ],
)
def test_nobody_is_led_elsewhere(workbench: Workbench, visitor: Visitor, told: str, way: str) -> None:
    told, way = (it.replace("{mine}", workbench.mine).replace("{other}", workbench.other) for it in (told, way))
    assert visitor.sign_in("Vera", back=told).headers["location"] == way


@pytest.mark.parametrize("header", ["referer", "hx-current-url"])
def test_who_says_nonsense_of_where_he_was_is_led_to_the_door(
    workbench: Workbench, visitor: Visitor, header: str
) -> None:
    answer = visitor.get(f"/desk/{workbench.mine}", headers={header: "http://["})
    assert answer.headers["location"] == "/sign-in"


def test_who_has_no_duty_is_told_so_not_shown_the_door_again(workbench: Workbench, visitor: Visitor) -> None:
    bina = people.person(workbench.desk, "Bina")
    people.put_person(workbench.desk, bina, "Nila", "")
    sessions.set_password(workbench.desk, "Nila", PASSWORD)
    answer = visitor.sign_in("Nila")
    assert answer.status_code == 403
    assert "has no duty at this desk" in answer.text
    assert COOKIE not in visitor.client.cookies


def test_no_call_about_a_taxpayer_works_for_who_has_nothing_to_do_with_him(workbench: Workbench, enter: Enter) -> None:
    devi = enter("Devi")
    let_in: list[Any] = []
    for method, template, address in calls(devi.client.app, workbench.mine):  # type: ignore[arg-type]
        if "{taxpayer" in template:
            answer = devi.client.request(method, address, headers=devi.token, follow_redirects=False)
            if answer.status_code != 403:
                let_in.append((method, address, answer.status_code))
    assert let_in == []


# What a viewer may call as well: nothing changes, or only what he has seen, how he looks, and what he takes along.
ONLY_LOOKING = ("/record", "/check", "/try", "/policy/rows", "/preview", "/seen", "/reports", "/views", "/views/drop")
FORM = {
    "text": 'name = "x"\n[[rule]]\nname = "a"\naction = "ask"\n',
    "name": "x",
    "version": "1",
    "period": "102025",
    "token": "x",
}


def test_nothing_that_changes_anything_works_for_a_viewer(workbench: Workbench, enter: Enter) -> None:
    vera = enter("Vera")
    let_in: list[Any] = []
    for method, template, address in calls(vera.client.app, workbench.mine):  # type: ignore[arg-type]
        if method == "POST" and "{taxpayer" in template and not template.endswith(ONLY_LOOKING):
            bodies: list[dict[str, Any]] = [
                {
                    "json": {
                        "action": "A",
                        "everything": True,
                        "decisions": [1],
                        "tokens": ["x"],
                        "label": "x",
                        "sheets": [],
                        "portal": ["x"],
                        "books": ["y"],
                        "together": True,
                        "number": 1,
                    }
                },
                {
                    "data": {
                        "label": "tally",
                        "verdict": "approve",
                        "ids": ["1", "2"],
                        "party": workbench.other,
                        "side": "supplier",
                        **FORM,
                    }
                },
                {"files": {"data": ("a.csv", b"a,b\n1,2\n")}},
            ]
            statuses = {
                vera.client.post(address, headers=vera.token, follow_redirects=False, **it).status_code for it in bodies
            }
            if not statuses <= {400, 403, 404} or statuses == {400}:
                let_in.append((address, statuses))
    assert let_in == []


def test_ids_of_another_taxpayer_find_nothing(workbench: Workbench, asha: Visitor) -> None:
    name = f"b2b:{workbench.supplier.gstin}:INV-0:102025"
    assert asha.get(f"/desk/{workbench.other}/inward/record", params={"name": name}).status_code == 403
    assert (
        asha.get(f"/desk/{workbench.mine}/inward/record", params={"name": name.replace("INV-0", "INV-77")}).status_code
        == 404
    )
    assert asha.post(f"/desk/{workbench.mine}/inward/undo", {"decisions": [999_999]}).status_code == 404


@pytest.mark.parametrize("gstin", ["x", "27AAXCT0001K1Z", "../../etc", "%00", "27AAXCT9999K1ZZ"])
def test_a_taxpayer_that_there_is_not_is_no_page(asha: Visitor, gstin: str) -> None:
    assert asha.get(f"/desk/{gstin}/inward").status_code in (403, 404, 422)


@pytest.mark.parametrize("headers", [{}, {"x-form-token": "0" * 64}, {"x-form-token": ""}])
def test_a_call_without_the_pages_token_changes_nothing(
    workbench: Workbench, asha: Visitor, headers: dict[str, str]
) -> None:
    body = {"action": "A", "everything": True}
    answer = asha.client.post(f"/desk/{workbench.mine}/inward/decide", json=body, headers=headers)
    assert answer.status_code == 403
    assert "load the page again" in answer.text
    rows = asha.get(f"/desk/{workbench.mine}/inward/rows", params={"state": "prepared"}).json()["rows"]
    assert [row for row in rows if row["person"] == "Asha" and row["decided"] == "A"] == []


@pytest.mark.parametrize(
    "headers", [{"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}]
)
def test_another_sites_page_can_send_nothing(workbench: Workbench, asha: Visitor, headers: dict[str, str]) -> None:
    assert asha.post(f"/desk/{workbench.mine}/read", headers=headers).status_code == 403
    form = {"name": "Asha", "password": "x"}
    assert asha.client.post("/sign-in", data=form, headers=headers).status_code == 403


def test_our_own_page_can(asha: Visitor) -> None:
    headers = {"origin": "http://testserver.local", "sec-fetch-site": "same-origin"}
    assert asha.post("/sign-out", headers=headers).headers["location"] == "/sign-in"


def test_every_answer_has_the_headers_that_keep_others_out(workbench: Workbench, asha: Visitor) -> None:
    assets = create_app(workbench.desk).state["assets"]
    paths = ["/sign-in", "/desk", f"/desk/{workbench.mine}/inward", f"/desk/{workbench.mine}/inward/rows", "/nowhere"]
    for path in [*paths, assets["desk.js"].address]:
        headers = asha.get(path).headers
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'"), path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"


def test_pages_have_no_script_and_no_style_inside(workbench: Workbench, asha: Visitor) -> None:
    for path in ("/sign-in", "/desk", *(f"/desk/{workbench.mine}{rest}" for rest in ("", "/inward", "/books"))):
        html = asha.get(path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", html), path
        assert not re.search(r"""(?:src|href|action)=["'](?:https?:)?//""", html), path


def test_pages_are_kept_nowhere_and_assets_for_ever(workbench: Workbench, asha: Visitor) -> None:
    assert asha.get("/desk").headers["cache-control"] == "no-store"
    asset = create_app(workbench.desk).state["assets"]["desk.css"]
    answer = asha.get(asset.address)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.text == asset.content.decode()
    assert asha.get(asset.address.replace("/web/", "/web/0")).status_code == 404
    assert asha.get("/web/x/../../pyproject.toml").status_code == 404


@pytest.mark.parametrize("secure", [True, False])
def test_the_cookie_is_for_this_site_and_no_script(workbench: Workbench, secure: bool) -> None:
    with TestClient(create_app(workbench.desk, secure=secure)) as client:
        cookie = Visitor(client).sign_in("Vera").headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert {"httponly", "samesite=strict", "path=/"} <= set(cookie.split("; "))
    assert ("secure" in cookie.split("; ")) is secure


def test_signing_out_ends_the_session_for_who_kept_the_cookie(asha: Visitor) -> None:
    kept = asha.client.cookies[COOKIE]
    asha.post("/sign-out")
    asha.client.cookies.set(COOKIE, kept)
    assert asha.get("/desk").headers.get("location") == "/sign-in"


def test_signing_in_gives_a_new_session_and_ends_the_old(asha: Visitor) -> None:
    before = asha.client.cookies[COOKIE]
    asha.sign_in("Asha")
    assert asha.client.cookies[COOKIE] != before
    asha.client.cookies.clear()
    asha.client.cookies.set(COOKIE, before)
    assert asha.get("/desk").headers.get("location") == "/sign-in"


@pytest.mark.parametrize(("name", "password"), [("Asha", "wrong"), ("Nobody", "wrong"), (SCRIPT, SCRIPT)])
def test_the_door_says_the_same_whatever_is_wrong(visitor: Visitor, name: str, password: str) -> None:
    answer = visitor.sign_in(name, password)
    assert answer.status_code == 403
    assert "Name, password or one-time code is wrong" in answer.text
    assert COOKIE not in visitor.client.cookies
    assert SCRIPT not in answer.text


def test_stored_script_is_shown_as_text(workbench: Workbench, enter: Enter) -> None:
    """Names of people and taxpayers, comments, labels of registers, reasons: whoever writes them, nothing runs."""
    desk, mine = workbench.desk, workbench.mine
    bina = people.person(desk, "Bina")
    people.put_person(desk, bina, SCRIPT, "")
    people.grant(desk, bina, mine, SCRIPT, Role.PREPARER)
    who = people.person(desk, SCRIPT)
    name = f"b2b:{workbench.supplier.gstin}:INV-3:102025"
    steps.comment(desk, who, mine, read_key(name), f"{SCRIPT} comment")
    asha = enter("Asha")
    ask = {"action": "R", "records": [asha_row(asha, workbench, "INV-3")], "remarks": SCRIPT, "why": SCRIPT}
    assert asha.post(f"/desk/{mine}/inward/decide", ask).json()["made"] == 1
    asha.post(f"/desk/{mine}/inward/record", {"name": name, "text": SCRIPT})
    shown = asha.get(f"/desk/{mine}/inward/record", params={"name": name}).text
    assert shown.count("&lt;script&gt;") >= 4
    pages = [f"/desk/{mine}{rest}" for rest in ("", "/inward", "/books", f"/inward?text={SCRIPT}&supplier={SCRIPT}")]
    assert [page for page in [shown, *(asha.get(path).text for path in pages)] if "<script>" in page] == []


def asha_row(asha: Visitor, workbench: Workbench, number: str) -> dict[str, str]:
    rows = asha.get(f"/desk/{workbench.mine}/inward/rows", params={"text": number}).json()["rows"]
    (row,) = [row for row in rows if row["number"] == number]
    return {"name": row["name"], "hash": row["hash"], "was": row["action"]}


@pytest.mark.parametrize(
    "path",
    [
        "news?became={}",
        "outward/documents?period=102025&section={}&action={}",
        "statements/documents?period=102025&part={}&supply={}&leaf={}",
    ],
)
def test_script_in_an_address_is_shown_as_text(drawn: Gstin, enter: Enter, path: str) -> None:
    """Also where a word is looked up to be translated, and isn't there."""
    html = enter("Asha").get(f"/desk/{drawn}/{path.replace('{}', quote(SCRIPT))}").text
    assert "&lt;script&gt;" in html.lower()
    assert SCRIPT not in html


def test_an_upload_of_another_person_is_not_found(workbench: Workbench, enter: Enter) -> None:
    """Also not by who may do the same for the same taxpayer."""
    desk, mine = workbench.desk, workbench.mine
    people.grant(desk, people.person(desk, "Bina"), mine, "Bina", Role.PREPARER)
    asha = enter("Asha")
    content = "Supplier GSTIN,Invoice Number,Invoice Date,Taxable Value,IGST\n27AAXCT0001K1Z6,X-1,05-10-2025,100,18\n"
    looked = asha.client.post(f"/desk/{mine}/books/look", files={"data": ("x.csv", content)}, headers=asha.token)
    token = re.search(r'data-tokens="([^"]+)"', looked.text)
    assert token is not None, looked.text
    other = Visitor(asha.client)
    asha.client.cookies.clear()
    assert other.sign_in("Bina").status_code == 303
    body = {"tokens": [token[1]], "label": "x", "sheets": [["stin", "number", "document_date", "taxable", "igst"]]}
    assert other.post(f"/desk/{mine}/books/keep", body).status_code == 404


@pytest.mark.parametrize("name", ["../../evil.csv", "/etc/passwd", "..\\..\\evil.csv", "", "a\0b.csv", "x" * 300])
def test_the_name_of_an_upload_is_no_path(workbench: Workbench, asha: Visitor, name: str) -> None:
    from io import BytesIO

    from gst_ims.web.books.uploads import Uploads

    uploads = Uploads()
    token = uploads.add("Asha", workbench.mine, name, BytesIO(b"a"))
    path = uploads.find(token, "Asha", workbench.mine).path
    assert path.parent.name.startswith("gst-ims-upload-")
    assert path.resolve() == path
    uploads.close()
    assert not path.parent.exists()


@pytest.mark.parametrize(
    "query",
    [
        *("order=tax;drop", "order=1", "limit=0", "limit=100000", "action=X", "section=none", "period=13"),
        *("state=open", "dated_from=today", "order=deadline&after=x&after_name=b2b:x:1:102025", "after_name=x"),
    ],
)
def test_the_grids_address_takes_known_words_only(workbench: Workbench, asha: Visitor, query: str) -> None:
    answer = asha.get(f"/desk/{workbench.mine}/inward/rows?{query}", headers={"accept": "application/json"})
    assert answer.status_code == 422, answer.text
    assert answer.json()["message"]


def test_sql_in_a_filter_is_text(workbench: Workbench, asha: Visitor) -> None:
    for text in ("' or '1'='1", "%", "'; drop table desk.record; --", "\\", "{by}", "%(gstin)s"):
        answer = asha.get(f"/desk/{workbench.mine}/inward/rows", params={"text": text, "supplier": text})
        assert answer.json()["rows"] == []
