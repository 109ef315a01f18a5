"""A portal that answers with anything: what can't be is refused in words, and no record and no decision is lost."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest
from tests.client.conftest import make_client
from tests.client.replay import Replay, Said, failure, replaying, well
from tests.desk.decisions import decided, records, rows

from gst_ims.connect.portal import Portal
from gst_ims.core.errors import ImsError
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.sync import sales
from gst_ims.desk.sync import service as syncing

LIST, COUNT = "invoices", "invoices/count"
Lists = dict[str, list[dict[str, Any]]]
Change = Callable[[Lists], object]


@pytest.fixture
def odd(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Replay]]:
    """The desk, which now reads a portal that says whatever it is told to."""
    with replaying() as replay:

        @contextmanager
        def ways(profile: str, gstin: Gstin) -> Generator[Portal]:
            state = tmp_path_factory.mktemp("state")
            with make_client(replay.address, state, lambda _: None) as client:
                session = client.taxpayer(gstin, "konkan")
                session.verify("575757")
                yield session

        yield replace(desk, ways=ways), replay


def listed(desk: Desk, gstin: Gstin) -> Lists:
    """The records as the portal wrote them."""
    found: Lists = {}
    with desk.of([gstin]) as db:
        for row in db.execute("select section, source from desk.record where until is null order by number"):
            found.setdefault(row.section, []).append(json.loads(row.source))
    return found


def first(name: str, value: Any) -> Change:
    """The first invoice says something else."""
    return lambda lists: lists["b2b"][0].update({name: value})


# What can't be, and a word of what is said then.
CHANGES: dict[str, tuple[Change, str]] = {
    "a document twice": (lambda lists: lists["b2b"].append(lists["b2b"][0]), "INV-0"),
    "a document twice, decided otherwise": (
        lambda lists: lists["b2b"].append(lists["b2b"][0] | {"action": "R"}),
        "twice",
    ),
    "a status that nobody knows": (first("action", "Z"), "INV-0"),
    "no number": (first("inum", None), "no number"),
    "an amount that is none": (first("txval", "NaN"), "INV-0"),
    "an amount without end": (first("iamt", "1e400"), "INV-0"),
    "an amount that no database holds": (first("val", 10**30), "INV-0"),
    "half a paisa": (first("iamt", 180.005), "INV-0"),
    "an amount that is a list": (first("iamt", [180]), "INV-0"),
    "a day that there isn't": (first("idt", "31-02-2025"), "INV-0"),
    "a month that there isn't": (first("rtnprd", "132025"), "INV-0"),
    "a supplier that can't be": (first("stin", "NOBODY"), "INV-0"),
    "a sign that no database holds": (first("inum", "IN\0V"), "can't be"),
    "a record that is a number": (lambda lists: lists["b2b"].insert(0, 7), "b2b"),  # type: ignore[arg-type]
    "a section that is text": (lambda lists: lists.update({"b2b": "later"}), "b2b"),  # type: ignore[dict-item]
    "a section that is gone": (lambda lists: lists.pop("b2b"), "counts 7"),
    "a section that is empty": (lambda lists: lists.update({"b2bcn": []}), "counts 3"),
}
ANSWERS: dict[str, tuple[Said, str]] = {
    "a page": (Said(b"<!doctype html><title>Maintenance</title>", headers={"content-type": "text/html"}), "JSON"),
    "nothing": (Said(b""), "truncated"),
    "the half of it": (Said(b'{"code": 200, "data": {"status_cd": "1", "data": {"b2b": [{"inum": "IN'), "truncated"),
    "no lists": (well({}), "counts"),
    "another way": (Said(b"", 302, {"location": "https://example.com/"}), "302"),
    "a fault": (failure(502, "Bad gateway"), "502"),
}
COUNTED = {"all_oth": {"b2b": {"noaction": 7}, "b2bcn": {"noaction": 3}, "b2bdn": {"noaction": 2}, "ttl_cnt": 12}}


def test_what_cannot_be_is_refused_and_changes_nothing(
    odd: tuple[Desk, Replay], desk: Desk, mine: Gstin, asha: Person
) -> None:
    known = records(desk, mine)
    decided(desk, asha, mine, known["INV-0"], Action.REJECT)
    there = listed(desk, mine)
    wicked, replay = odd
    answers = dict(ANSWERS)
    for name, (change, word) in CHANGES.items():
        lists = deepcopy(there)
        change(lists)
        answers[name] = well(lists), word
    told: dict[str, str] = {}
    for name, (answer, word) in answers.items():
        replay.on("GET", LIST, answer)
        replay.on("GET", COUNT, well(COUNTED))
        try:
            syncing.sync(wicked, mine)
        except ImsError as error:
            told[name] = "" if word in str(error) else str(error)
        assert listed(desk, mine) == there, name
        assert [row.number for row in rows(desk, mine, "prepared")] == ["INV-0"], name
    assert told == dict.fromkeys(answers, "")


def test_what_means_the_same_is_no_news(odd: tuple[Desk, Replay], desk: Desk, mine: Gstin, asha: Person) -> None:
    """Amounts as text, members and sections that nobody knows: the decision stands."""
    decided(desk, asha, mine, records(desk, mine)["INV-0"], Action.REJECT)
    lists = listed(desk, mine)
    lists["b2b"][0] |= {"txval": str(lists["b2b"][0]["txval"]), "somethingNew": {"deep": [1]}, "action": None}
    lists["b2bfuture"] = [{"inum": "X-1"}]
    wicked, replay = odd
    replay.on("GET", LIST, well(lists))
    assert set(syncing.sync(wicked, mine).changed) == {"flags"}
    assert [row.number for row in rows(desk, mine, "prepared")] == ["INV-0"]


@pytest.mark.parametrize("hashed", [False, True])
def test_whatever_the_supplier_changes_is_an_edit(
    odd: tuple[Desk, Replay], desk: Desk, mine: Gstin, hashed: bool
) -> None:
    """Also where the portal's fingerprint stays, and where nothing but that is another one."""
    records(desk, mine)
    lists = listed(desk, mine)
    wicked, replay = odd
    replay.on("GET", LIST, well(lists))
    syncing.sync(wicked, mine)
    said = {"idt": "06-10-2025", "pos": "29", "val": 1, "txval": 2, "iamt": 3, "camt": 4, "samt": 5, "cess": 6}
    for name, value in ({"hash": "0" * 64} if hashed else said).items():
        lists["b2b"][0][name] = value
        replay.on("GET", LIST, well(lists))
        assert syncing.sync(wicked, mine).changed == {"edited": 1}, name


def test_a_section_that_is_closed_is_gone(odd: tuple[Desk, Replay], desk: Desk, mine: Gstin) -> None:
    """The portal counts none either."""
    records(desk, mine)
    lists = listed(desk, mine)
    gone = len(lists.pop("b2bcn"))
    wicked, replay = odd
    replay.on("GET", LIST, well(lists))
    replay.on("GET", COUNT, well({"all_oth": {"b2b": {"noaction": 7}}}))
    assert syncing.sync(wicked, mine).changed["gone"] == gone


def test_another_taxpayers_sales_are_not_shown_as_ones_own(odd: tuple[Desk, Replay], mine: Gstin) -> None:
    wicked, replay = odd
    for period in ("2025/09", "2025/10", "2025/11"):
        replay.on("GET", f"invoices/{period}/sales", well({"gstin": "24AAXCT0003K1ZA", "gstr1": {"b2b": []}}))
    with pytest.raises(ImsError, match="24AAXCT0003K1ZA"):
        sales.sync_sales(wicked, mine)


def test_a_sale_that_is_listed_twice_is_refused(odd: tuple[Desk, Replay], mine: Gstin) -> None:
    wicked, replay = odd
    invoice = {"inum": "S-1", "idt": "05-10-2025", "itms": [{"itm_det": {"txval": 100, "iamt": 18, "rt": 18}}]}
    twice = well({"gstr1": {"b2b": [{"ctin": "24AAXCT0003K1ZA", "inv": [invoice, invoice]}]}})
    for period in ("2025/09", "2025/10", "2025/11"):
        replay.on("GET", f"invoices/{period}/sales", twice)
    with pytest.raises(ImsError, match="twice"):
        sales.sync_sales(wicked, mine)
