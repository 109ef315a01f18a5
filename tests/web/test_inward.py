"""The grid: rows by key in any order, sums, the record beside it, and decisions that are looked at before."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import pytest
from tests.web.conftest import Enter, Visitor, Workbench

from gst_ims.client.record import Key
from gst_ims.core.clock import IST
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.core.section import Form, Section
from gst_ims.desk.review.grid import ORDERS
from gst_ims.web.inward.filters import read_key


@pytest.fixture
def base(workbench: Workbench) -> str:
    return f"/desk/{workbench.mine}/inward"


def rows(asha: Visitor, base: str, **words: Any) -> list[dict[str, Any]]:
    answer = asha.get(f"{base}/rows", params=words)
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def named(asha: Visitor, base: str, *numbers: str) -> list[dict[str, str]]:
    found = {row["number"]: row for row in rows(asha, base)}
    return [{name: found[n][name] for name in ("name", "hash")} | {"was": found[n]["action"]} for n in numbers]


def test_all_records_are_there_once_most_tax_first(asha: Visitor, base: str) -> None:
    found = rows(asha, base)
    assert len({row["name"] for row in found}) == len(found) == 12
    assert [row["tax"] for row in found] == sorted((row["tax"] for row in found), reverse=True)
    assert (found[0]["number"], found[0]["tax"], found[0]["document_date"]) == ("INV-6", 181_08, "2025-10-05")


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("way", ["asc", "desc"])
def test_pages_by_key_are_the_list_in_pieces(asha: Visitor, base: str, order: str, way: str) -> None:
    whole = [row["name"] for row in rows(asha, base, order=order, way=way)]
    pieces: list[str] = []
    last: dict[str, Any] = {}
    while True:
        told = asha.get(f"{base}/rows", params={"order": order, "way": way, "limit": 5, **last}).json()
        pieces += [row["name"] for row in told["rows"]]
        if told["last"] is None:
            break
        last = told["last"]
    assert pieces == whole
    assert len(whole) == 12


@pytest.mark.parametrize(("limit", "more"), [(11, True), (12, False), (13, False)])
def test_a_list_that_ends_with_its_page_has_no_next_one(asha: Visitor, base: str, limit: int, more: bool) -> None:
    told = asha.get(f"{base}/rows", params={"limit": limit}).json()
    assert (len(told["rows"]), told["last"] is not None) == (min(limit, 12), more)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ({"section": "CN"}, {"CN-0", "CN-1", "CN-2"}),
        ({"section": ["CN", "b2bdn"]}, {"CN-0", "CN-1", "CN-2", "DN-0", "DN-1"}),
        ({"text": "inv-1"}, {"INV-1"}),
        ({"bucket": "matched"}, {"INV-1"}),
        ({"bucket": "mismatch"}, {"INV-2"}),
        ({"period": "092025"}, set[str]()),
        ({"section": "CN", "dated_from": "2025-10-06", "dated_to": "2025-10-06"}, {"CN-0", "CN-1", "CN-2"}),
        ({"dated_to": "2025-10-04"}, set[str]()),
        ({"supplier": "27AAXCT0001K1Z6"}, set[str]()),
        ({"action": ["A", "R"]}, set[str]()),
    ],
)
def test_filters_find_what_they_say(asha: Visitor, base: str, words: dict[str, Any], numbers: set[str]) -> None:
    assert {row["number"] for row in rows(asha, base, **words)} == numbers


def test_the_sums_are_those_of_the_rows(asha: Visitor, base: str) -> None:
    for words in ({}, {"section": "CN"}, {"text": "INV"}):
        found = rows(asha, base, **words)
        sign = [-1 if row["section"] == "b2bcn" else 1 for row in found]
        sums = asha.get(f"{base}/sums", params=words).json()
        assert sums["records"] == len(found)
        for field in ("tax", "taxable"):
            assert sums[field] == sum(s * row[field] for s, row in zip(sign, found, strict=True))


def test_suppliers_have_the_same_sums(workbench: Workbench, asha: Visitor, base: str) -> None:
    html = asha.get(f"{base}/suppliers").text
    assert workbench.supplier.gstin in html
    assert ">12</td>" in html
    assert "data-more" not in html


def test_the_panel_shows_what_differs(asha: Visitor, base: str) -> None:
    (row,) = rows(asha, base, text="INV-2")
    html = asha.get(f"{base}/record", params={"name": row["name"]}).text
    marked = [part.split("<")[0] for part in html.split(' marked">')[1:]]
    assert marked == ["1,298.00", "1,100.00", "198.00"]
    assert "1,002.00" in html
    assert "180.36" in html
    assert "new: tax ₹ 180.36, No action" in html


def test_the_panel_says_what_follows(asha: Visitor, base: str) -> None:
    (row,) = rows(asha, base, text="CN-1")
    html = asha.get(f"{base}/record", params={"name": row["name"]}).text
    assert "-18.18" in html
    assert html.count("18.18") >= 3


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("INV-3", "until 30-11-2026. Then there is no credit on it any more: section 16(4)."),
        ("CN-1", "until 20-12-2025. Then it counts as accepted, with the credit reduced in full."),
    ],
)
def test_the_panel_says_until_when(asha: Visitor, base: str, number: str, words: str) -> None:
    (row,) = rows(asha, base, text=number)
    html = asha.get(f"{base}/record", params={"name": row["name"]}).text
    assert f"It can be kept pending {words}" in html
    assert "until GSTR-3B is filed, which is due on 20-11-2025." in html


def test_the_panel_says_that_a_note_has_waited_long_enough(workbench: Workbench, enter: Enter, base: str) -> None:
    """R2.9."""
    now, workbench.clock.at = workbench.clock.at, datetime(2025, 12, 21, 10, tzinfo=IST)
    asha = enter("Asha")
    (row,) = rows(asha, base, text="CN-1")
    with workbench.desk.of([workbench.mine]) as db:
        (source,) = db.execute("select source from desk.record where name = %s", [row["name"]]).fetchone() or ("",)

    def said_of(source: str) -> str:
        with workbench.desk.of([workbench.mine]) as db:
            db.execute("update desk.record set source = %s where name = %s", [source, row["name"]])
        return asha.get(f"{base}/record", params={"name": row["name"]}).text

    blocked = json.loads(source) | {"ispendactblocked": "Y"}
    waited, rejected = (said_of(json.dumps(blocked | {"action": it})) for it in "PR")
    said_of(source)
    workbench.clock.at = now
    assert "It could be kept pending until 20-12-2025. It counts as accepted now." in waited
    assert "It could be kept pending until 20-12-2025.</li>" in rejected


def test_of_an_amendment_of_what_was_never_seen_nothing_is_made_up(
    workbench: Workbench, asha: Visitor, base: str
) -> None:
    (row,) = rows(asha, base, text="CN-1")
    with workbench.desk.of([workbench.mine]) as db:
        db.execute(
            "update desk.record set original_number = 'X', original_date = '2025-09-01' where name = %s", [row["name"]]
        )
    html = asha.get(f"{base}/record", params={"name": row["name"]}).text
    with workbench.desk.of([workbench.mine]) as db:
        db.execute("update desk.record set original_number = null, original_date = null where name = %s", [row["name"]])
    # The credit, and what would come back to the supplier.
    assert html.count("not known here") == 2


def test_the_panel_of_what_came_by_iff_says_what_follows_too(workbench: Workbench, asha: Visitor, base: str) -> None:
    """A name doesn't say by which form a record came."""
    (row,) = rows(asha, base, text="CN-1")
    with workbench.desk.of([workbench.mine]) as db:
        db.execute("update desk.record set form = 'IFF' where name = %s", [row["name"]])
    html = asha.get(f"{base}/record", params={"name": row["name"]}).text
    with workbench.desk.of([workbench.mine]) as db:
        db.execute("update desk.record set form = 'R1' where name = %s", [row["name"]])
    assert "-18.18" in html


def test_a_look_at_a_decision_changes_nothing(asha: Visitor, base: str) -> None:
    ask = {"action": "R", "records": named(asha, base, "INV-4", "INV-5")}
    html = asha.post(f"{base}/preview", ask).text
    assert "2 documents" in html
    assert "₹ 361.62 → <strong>₹ 0.00" in html
    assert rows(asha, base, state="prepared", text="INV-4") == []


def test_a_decision_is_made_shown_and_taken_back(asha: Visitor, base: str) -> None:
    made = asha.post(f"{base}/decide", {"action": "P", "records": named(asha, base, "INV-5")}).json()
    assert made == {"made": 1, "replaced": 0, "refused": [], "refusals": 0}
    (row,) = rows(asha, base, text="INV-5")
    assert (row["decided"], row["state"], row["person"]) == ("P", "prepared", "Asha")
    assert asha.post(f"{base}/undo", {"decisions": [row["decision"]]}).json()["made"] == 1
    (row,) = rows(asha, base, text="INV-5")
    assert row["state"] == "undone"


def test_what_was_edited_since_it_was_shown_is_refused_by_name(asha: Visitor, base: str) -> None:
    (seen,) = named(asha, base, "INV-0")
    made = asha.post(f"{base}/decide", {"action": "A", "records": [seen | {"hash": "old"}]}).json()
    assert (made["made"], made["refusals"], made["refused"][0]["name"]) == (0, 1, seen["name"])
    assert "edited" in made["refused"][0]["why"]


def test_all_that_a_filter_finds_is_decided_at_once(asha: Visitor, base: str) -> None:
    ask = {"action": "A", "everything": True}
    html = asha.post(f"{base}/preview?section=CN", ask).text
    assert "3 documents" in html
    seen = re.search(r'data-seen="(\w+)"', html)
    assert seen is not None
    # The same list of others, and what nobody looked at.
    for other, words in (("section=B2B", seen[1]), ("section=CN", "")):
        answer = asha.post(f"{base}/decide?{other}", ask | {"seen": words}, headers={"accept": "application/json"})
        assert (answer.status_code, "look again" in answer.json()["message"]) == (409, True)
    assert asha.post(f"{base}/decide?section=CN", ask | {"seen": seen[1]}).json()["made"] == 3
    assert len(rows(asha, base, state="prepared", action="N", section="CN")) == 3
    ids = [row["decision"] for row in rows(asha, base, section="CN")]
    assert asha.post(f"{base}/undo", {"decisions": ids}).json()["made"] == 3


def test_nothing_chosen_is_nothing_decided(asha: Visitor, base: str) -> None:
    answer = asha.post(f"{base}/decide", {"action": "A"}, headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["message"]) == (422, "No record is chosen.")


@pytest.mark.parametrize("body", [{"action": "X"}, {}, {"action": "A", "records": [{"name": 1}]}, [], None])
def test_a_decision_that_is_none_is_refused(asha: Visitor, base: str, body: Any) -> None:
    assert asha.post(f"{base}/decide", body).status_code == 400


def test_a_comment_is_there_for_all(asha: Visitor, base: str) -> None:
    (row,) = rows(asha, base, text="INV-6")
    html = asha.post(f"{base}/record", {"name": row["name"], "text": "Asked the store."}).text
    assert "Asked the store." in html
    (row,) = rows(asha, base, text="INV-6")
    assert row["comments"] == 1
    assert asha.post(f"{base}/record", {"name": row["name"], "text": " "}).status_code == 422


@pytest.mark.parametrize(
    "key",
    [
        Key(Section.B2B, "24AAXCT0003K1ZA", "SRT/25-26/118", Period(2025, 11)),
        Key(Section.B2BCN, "24AAXCT0003K1ZA", "A:B", Period(2025, 11)),
        Key(Section.B2BCN, "24AAXCT0003K1ZA", "A:R1A", Period(2025, 11), Form.R1A),
    ],
)
def test_a_records_name_is_read_as_it_is_written(key: Key) -> None:
    assert read_key(str(key)) == key


@pytest.mark.parametrize("name", ["", "b2b", "b2b:x:1", "no:x:1:112025", "b2b:x:1:13"])
def test_what_is_no_name_is_said(name: str) -> None:
    with pytest.raises(Invalid):
        read_key(name)
