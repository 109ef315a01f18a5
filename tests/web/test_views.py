"""Views of the grid in a browser's calls: kept, chosen by the address, overwritten, deleted; nobody else's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from tests.web.conftest import SCRIPT, Enter, Visitor, Workbench

JSON = {"accept": "application/json"}
BODY: dict[str, Any] = {"name": "Mine", "columns": [["number", 150], ["tax", 99]], "order": "number", "way": "asc"}


@pytest.fixture
def base(workbench: Workbench) -> Iterator[str]:
    yield f"/desk/{workbench.mine}/inward"
    with workbench.desk.of([workbench.mine]) as db:
        db.execute("delete from desk.view where gstin = %s", [workbench.mine])


def keep(visitor: Visitor, base: str, words: str = "", **more: Any) -> tuple[int, dict[str, Any]]:
    answer = visitor.post(f"{base}/views{words}", BODY | more, headers=JSON)
    return answer.status_code, answer.json()


def grid(html: str) -> Any:
    """How the page has the grid look."""
    found = re.search(r'data-look="([^"]*)"', html)
    assert found is not None
    return json.loads(unescape(found[1]))


def checked(html: str) -> set[str]:
    return set(re.findall(r'name="(?:section|action|bucket)" value="([^"]+)" checked', html))


def test_a_view_is_kept_and_chosen_by_the_address(asha: Visitor, base: str) -> None:
    assert grid(asha.get(base).text) is None
    assert keep(asha, base, "?section=CN&action=N&text=cn&state=todo", name=" Notes ") == (200, {"name": "Notes"})
    assert grid(asha.get(base).text) is None
    html = asha.get(f"{base}?view=Notes").text
    assert grid(html) == {"order": "number", "way": "asc", "columns": [["number", 150], ["tax", 99]]}
    assert checked(html) == {"b2bcn", "N"}
    assert 'name="text" value="cn"' in html
    assert '<option value="todo" selected>' in html
    assert 'id="grouped" checked' not in html


def test_words_of_the_address_go_before_those_of_the_view(asha: Visitor, base: str) -> None:
    keep(asha, base, "?section=CN", by_supplier=True)
    html = asha.get(f"{base}?view=Mine&text=INV").text
    assert (checked(html), grid(html)["order"]) == (set[str](), "number")
    assert 'name="text" value="INV"' in html


def test_the_default_opens_the_page_and_leaves_links_to_rows_alone(asha: Visitor, base: str) -> None:
    keep(asha, base, "?section=CN", by_supplier=True, is_default=True)
    html = asha.get(base).text
    assert (checked(html), grid(html)["way"]) == ({"b2bcn"}, "asc")
    assert 'id="grouped" checked' in html
    linked = asha.get(f"{base}?action=A").text
    assert (checked(linked), grid(linked)["way"]) == ({"A"}, "asc")
    assert 'id="grouped" checked' not in linked
    plain = asha.get(f"{base}?view=").text
    assert (checked(plain), grid(plain)) == (set[str](), None)


def test_another_default_takes_its_place(asha: Visitor, base: str) -> None:
    keep(asha, base, name="A", is_default=True)
    keep(asha, base, name="B", is_default=True, order="tax")
    assert grid(asha.get(base).text)["order"] == "tax"
    assert asha.get(base).text.count("opens first") == 1


def test_a_taken_name_is_said_and_nothing_is_overwritten(asha: Visitor, base: str) -> None:
    keep(asha, base)
    status, told = keep(asha, base, order="tax")
    assert (status, told["message"]) == (409, "There is a view 'Mine': overwrite it, or choose another name.")
    assert grid(asha.get(f"{base}?view=Mine").text)["order"] == "number"
    assert keep(asha, base, order="tax", replace=True)[0] == 200
    assert grid(asha.get(f"{base}?view=Mine").text)["order"] == "tax"


def test_a_view_is_deleted(asha: Visitor, base: str) -> None:
    keep(asha, base)
    assert asha.post(f"{base}/views/drop", {"name": "Mine"}).status_code == 200
    assert asha.get(f"{base}?view=Mine").status_code == 404
    assert asha.post(f"{base}/views/drop", {"name": "Mine"}, headers=JSON).json() == {
        "message": "You have no view 'Mine' here."
    }


def test_a_viewer_has_views_of_his_own(asha: Visitor, base: str, enter: Enter) -> None:
    vera = enter("Vera")
    keep(asha, base)
    assert vera.get(f"{base}?view=Mine").status_code == 404
    assert vera.post(f"{base}/views/drop", {"name": "Mine"}).status_code == 404
    assert keep(vera, base, order="tax")[0] == 200
    assert grid(vera.get(f"{base}?view=Mine").text)["order"] == "tax"
    assert grid(asha.get(f"{base}?view=Mine").text)["order"] == "number"


def test_nobody_keeps_views_at_another_taxpayer(workbench: Workbench, asha: Visitor, base: str) -> None:
    keep(asha, base)
    other = base.replace(workbench.mine, workbench.other)
    assert keep(asha, other)[0] == 403
    assert asha.post(f"{other}/views/drop", {"name": "Mine"}).status_code == 403
    assert asha.get(f"{other}?view=Mine").status_code == 403


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\0b", "a\nb", "a\u202eb", SCRIPT, "--"])
def test_names_that_can_be_none_are_refused(asha: Visitor, base: str, name: str) -> None:
    status, told = keep(asha, base, name=name)
    assert (status, "A view's name has 1 to 60 characters" in told["message"]) == (422, True)
    assert asha.get(base).text.count("?view=") == 1


@pytest.mark.parametrize(
    "change",
    [
        *({"columns": []}, {"columns": [["hash", 100]]}, {"columns": [["tax", 5]]}, {"columns": [["tax", 10**9]]}),
        *({"columns": [["tax", 99], ["tax", 99]]}, {"order": "id; drop"}, {"order": "bucket"}),
    ],
)
def test_a_look_that_there_is_not_is_refused(asha: Visitor, base: str, change: dict[str, Any]) -> None:
    assert keep(asha, base, **change)[0] == 422


@pytest.mark.parametrize("change", [{"way": "up"}, {"columns": "tax"}, {"columns": [["tax"]]}, {"name": None}])
def test_what_is_no_view_at_all_is_refused(asha: Visitor, base: str, change: dict[str, Any]) -> None:
    assert keep(asha, base, **change)[0] == 400


@pytest.mark.parametrize("words", ["?section=none", "?state=x", "?period=13", "?text=" + "x" * 201, "?text=%00"])
def test_a_filter_that_there_is_not_is_not_kept(asha: Visitor, base: str, words: str) -> None:
    assert keep(asha, base, words)[0] == 422


def test_what_a_view_searches_for_is_shown_as_text(asha: Visitor, base: str) -> None:
    assert keep(asha, f"{base}", "?text=%3Cscript%3Ealert(1)%3C/script%3E", name='It\'s "quoted" & more')[0] == 200
    html = asha.get(f"{base}?view=It%27s+%22quoted%22+%26+more").text
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html
    assert "It&#39;s &#34;quoted&#34; &amp; more" in html


def test_a_call_without_the_pages_token_keeps_nothing(asha: Visitor, base: str) -> None:
    assert asha.client.post(f"{base}/views", json=BODY).status_code == 403
    keep(asha, base)
    assert asha.client.post(f"{base}/views/drop", json={"name": "Mine"}).status_code == 403
    assert asha.get(f"{base}?view=Mine").status_code == 200


def test_the_browser_keeps_nothing_itself(asha: Visitor, base: str) -> None:
    script = re.search(r'src="([^"]+/inward\.js)"', asha.get(base).text)
    assert script is not None
    assert "localStorage" not in asha.get(script[1]).text
