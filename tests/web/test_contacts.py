"""Contacts in a browser: searched, kept, removed, taken from files; by administrators only, and no secret is shown."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from tests.api import MYSURU, PUNE, SURAT
from tests.web.conftest import SCRIPT, Enter, Visitor, Workbench

from gst_ims.core.gstin import Gstin
from gst_ims.desk.followup.contacts import contacts, keep
from gst_ims.desk.people import service as people

HOOK, SECRET = "https://surat.example.in/ims", "whsec_c2VjcmV0IG9mIGEgd2ViaG9vaw=="


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}/contacts"


@pytest.fixture
def bina(enter: Enter) -> Visitor:
    """Bina, who administers, signed in."""
    return enter("Bina")


@pytest.fixture(autouse=True)
def forgotten(workbench: Workbench) -> Iterator[None]:
    yield
    with workbench.desk.of([workbench.mine]) as db:
        db.execute("delete from desk.contact where gstin = %s", [workbench.mine])


def send(visitor: Visitor, path: str, **form: str) -> Any:
    return visitor.client.post(path, data=form, headers=visitor.token, follow_redirects=False)


def take(visitor: Visitor, base: str, content: str, name: str = "contacts.csv") -> Any:
    headers = visitor.token | {"hx-request": "true"}
    return visitor.client.post(f"{base}/take", files={"data": (name, content)}, headers=headers)


def there(workbench: Workbench) -> list[tuple[str, str, str]]:
    found = contacts(workbench.desk, people.person(workbench.desk, "Vera"), workbench.mine)
    return [(it.party, it.name, it.email) for it in found]


def test_nobody_yet_says_what_to_do_and_who_may(bina: Visitor, asha: Visitor, base: str) -> None:
    html = bina.get(base).text
    assert "Enter one above, or drop a list" in html
    assert "tables/contacts" not in html, "there is nothing to take along"
    html = asha.get(base).text
    assert "an administrator of this desk enters addresses here" in html
    assert "<input" not in html.partition("<main")[2]


def test_a_contact_is_kept_without_script(workbench: Workbench, bina: Visitor, base: str) -> None:
    answer = send(bina, base, gstin=PUNE.lower(), name="Pune & Sons", email="a@pune.in")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{base}?kept={PUNE}")
    html = bina.get(answer.headers["location"]).text
    assert f"The contact of {PUNE} is kept." in html
    assert re.search(rf'class="marked"><th scope="row">{PUNE}</th><td>Pune &amp; Sons</td>', html)
    assert there(workbench) == [(PUNE, "Pune & Sons", "a@pune.in")]


def test_what_is_wrong_stays_in_the_form(workbench: Workbench, bina: Visitor, base: str) -> None:
    answer = send(bina, base, gstin=PUNE, name="Pune", email="nobody", webhook=HOOK, secret=SECRET)
    assert answer.status_code == 422
    assert "isn't a mail address" in unescape(answer.text)
    for value in (PUNE, "Pune", "nobody", HOOK):
        assert f'value="{value}"' in answer.text
    assert SECRET not in answer.text
    assert there(workbench) == []


def test_a_contact_is_changed_without_its_secret_and_removed(workbench: Workbench, bina: Visitor, base: str) -> None:
    send(bina, base, gstin=SURAT, name="Surat", webhook=HOOK, secret=SECRET)
    form = bina.get(f"{base}?party={SURAT}").text
    assert "Change a contact" in form
    assert f'value="{HOOK}"' in form
    assert SECRET not in form
    assert send(bina, base, gstin=SURAT, name="Surat", email="s@surat.in", webhook=HOOK).status_code == 303
    assert there(workbench) == [(SURAT, "Surat", "s@surat.in")]
    assert send(bina, f"{base}/remove", gstin=SURAT).headers["location"] == base
    assert there(workbench) == []
    again = send(bina, f"{base}/remove", gstin=SURAT)
    assert (again.status_code, "load the page again" in again.text) == (404, True)


def test_a_link_brings_the_party_into_the_form(bina: Visitor, base: str) -> None:
    html = bina.get(base, params={"party": MYSURU, "name": "Mysuru Mills"}).text
    assert "Enter a contact" in html
    assert f'value="{MYSURU}"' in html
    assert 'value="Mysuru Mills"' in html


def test_nobody_can_have_said_what_was_not_kept(bina: Visitor, base: str) -> None:
    """A link from elsewhere may say anything."""
    for word in (PUNE, "x", "call 1800-000"):
        html = bina.get(base, params={"kept": word, "party": "x"}).text
        assert "is kept" not in html
        assert "call 1800" not in html


def test_a_file_is_taken_and_its_wrong_rows_are_named(workbench: Workbench, bina: Visitor, base: str) -> None:
    answer = take(bina, base, f"gstin,name,email\n{PUNE},Pune,a@pune.in\n{SURAT},Surat,nobody\nx,,\n")
    html = unescape(answer.text)
    assert answer.status_code == 200
    assert "1 contact is taken." in html
    assert "2 rows are left out" in html
    assert re.search(r">3</th><td>email</td><td>'nobody' isn't a mail address\.", html)
    assert "a@pune.in" in html
    assert there(workbench) == [(PUNE, "Pune", "a@pune.in")]


@pytest.mark.parametrize(("name", "content"), [("a.csv", "party,mail\n"), ("a.xlsx", "torn"), ("a.csv", "")])
def test_what_is_no_list_is_refused(workbench: Workbench, bina: Visitor, base: str, name: str, content: str) -> None:
    answer = take(bina, base, content, name)
    assert answer.status_code in (409, 422)
    assert name in answer.text
    assert there(workbench) == []


def test_the_list_is_searched_and_its_file_is_what_it_shows(workbench: Workbench, bina: Visitor, base: str) -> None:
    for party, name in ((PUNE, "Pune"), (SURAT, "Surat Silk")):
        send(bina, base, gstin=party, name=name, email="a@b.in")
    html = bina.get(base, params={"text": "silk"}).text
    assert SURAT in html
    assert PUNE not in html
    link = re.search(r'href="(/desk/[^"]+contacts\.csv[^"]*)"', html)
    assert link is not None
    answer = bina.get(unescape(link[1]))
    assert list(csv.DictReader(io.StringIO(answer.text))) == [
        {"gstin": SURAT, "name": "Surat Silk", "email": "a@b.in", "webhook": ""}
    ]
    assert "No contact has that in it" in bina.get(base, params={"text": "nobody"}).text


def test_the_file_can_be_taken_back_in(workbench: Workbench, bina: Visitor, base: str) -> None:
    send(bina, base, gstin=SURAT, name="=Surat", email="a@b.in", webhook=HOOK, secret=SECRET)
    answer = bina.get(f"/desk/{workbench.mine}/tables/contacts.xlsx")
    assert SECRET.encode() not in answer.content
    taken = take(bina, base, answer.content, "contacts.xlsx").text
    assert "1 contact is taken." in taken
    assert there(workbench) == [(SURAT, "=Surat", "a@b.in")]


def test_a_long_list_goes_on(workbench: Workbench, bina: Visitor, base: str) -> None:
    with workbench.desk.of([workbench.mine]) as db:
        db.execute(
            "insert into desk.contact (gstin, party, name, email) select %s,"
            " '27AAXCT' || to_char(n, 'FM0000') || 'K1Z6', 'Nr ' || n, 'a@b.in' from generate_series(1, 101) n",
            [workbench.mine],
        )
    html = bina.get(base).text
    more = re.search(r'href="([^"]+)">More<', html)
    assert more is not None
    assert "Nr 101<" not in html
    assert "Nr 101<" in bina.get(unescape(more[1])).text


@pytest.mark.parametrize("who", ["Asha", "Chetan", "Vera"])
def test_only_administrators_change_any(workbench: Workbench, enter: Enter, base: str, who: str) -> None:
    keep(workbench.desk, people.person(workbench.desk, "Bina"), workbench.mine, {"gstin": PUNE, "email": "a@pune.in"})
    visitor = enter(who)
    refused = [
        send(visitor, base, gstin=PUNE, email="evil@x.in"),
        send(visitor, f"{base}/remove", gstin=PUNE),
        take(visitor, base, f"gstin,email\n{PUNE},evil@x.in\n"),
    ]
    assert [it.status_code for it in refused] == [403] * 3
    assert there(workbench) == [(PUNE, "", "a@pune.in")]
    assert "a@pune.in" in visitor.get(base).text


def test_a_form_of_another_site_changes_nothing(workbench: Workbench, bina: Visitor, base: str) -> None:
    for path in (base, f"{base}/remove", f"{base}/take"):
        answer = bina.client.post(path, data={"gstin": PUNE, "email": "evil@x.in"}, follow_redirects=False)
        assert answer.status_code == 403
    assert there(workbench) == []


def test_contacts_of_others_are_not_seen(workbench: Workbench, enter: Enter, bina: Visitor, base: str) -> None:
    send(bina, base, gstin=PUNE, email="a@pune.in")
    devi = enter("Devi")
    assert devi.get(base).status_code == 403
    assert "a@pune.in" not in devi.get(f"/desk/{workbench.other}/contacts?party={PUNE}").text
    assert send(devi, f"/desk/{workbench.other}/contacts/remove", gstin=PUNE).status_code == 404
    assert there(workbench) == [(PUNE, "", "a@pune.in")]


def test_script_in_a_name_is_shown_as_text(bina: Visitor, base: str) -> None:
    send(bina, base, gstin=PUNE, name=SCRIPT, email="a@pune.in")
    take(bina, base, f'gstin,name,email\n{SURAT},"{SCRIPT}",a@b.in\n"{SCRIPT}",x,y\n')
    pages = [
        bina.get(path).text
        for path in (base, f"{base}?party={PUNE}", f"{base}?text={SCRIPT}&kept={SCRIPT}&party={MYSURU}&name={SCRIPT}")
    ]
    wrong = send(bina, base, gstin=PUNE, name=SCRIPT, email=SCRIPT).text
    assert [it for it in (*pages, wrong) if "<script>" in it] == []
    assert all("&lt;script&gt;" in it for it in (*pages, wrong))


def test_whoever_has_no_address_is_marked_where_he_is_to_be_asked(
    workbench: Workbench, seller: Gstin, enter: Enter, bina: Visitor
) -> None:
    asha, supplier = enter("Asha"), workbench.supplier.gstin
    path = f"/desk/{workbench.mine}/matching?view=suppliers"
    link = f'href="/desk/{workbench.mine}/contacts?party={supplier}&amp;'
    assert link in asha.get(path).text
    asked = send(asha, f"/desk/{workbench.mine}/ask/preview", side="supplier", party=supplier).text
    assert f'href="/desk/{workbench.mine}/contacts?party={supplier}' in asked
    assert "An administrator enters it" in asked
    assert f'href="/desk/{seller}/contacts?party=' in asha.get(f"/desk/{seller}/outward").text
    send(bina, f"/desk/{workbench.mine}/contacts", gstin=supplier, email="a@b.in")
    assert link not in asha.get(path).text
