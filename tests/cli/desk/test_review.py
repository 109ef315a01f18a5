"""`ims desk list, show, decide, approve, return, undo, comment, push, pushes, promise`."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.api import Taxpayer
from tests.cli.client.conftest import Done, Ims

from gst_ims.cli.exits import Exit


def fine(done: Done) -> Done:
    assert done.code == 0, done.err
    return done


def listed(ims: Ims, *options: str) -> dict[str, Any]:
    """Lines of a list by the number of their document."""
    lines = json.loads(fine(ims("desk", "list", "--json", *options)).out)
    return {line["record"].split(":")[2]: line for line in lines}


@pytest.fixture
def known(desk: Taxpayer, ims: Ims) -> dict[str, Any]:
    """What the desk has read."""
    fine(ims("desk", "sync"))
    return listed(ims)


def test_from_the_list_to_the_portal(desk: Taxpayer, ims: Ims, known: dict[str, Any]) -> None:
    name = known["INV-1"]["record"]
    done = fine(ims("desk", "decide", "reject", name, "--why", "Not ours."))
    assert "Credit: 180.18 before, 0.00 after." in done.err
    assert "1 record decided about." in done.err
    (line,) = listed(ims, "--state", "waiting").values()
    assert (line["record"], line["needs_approval"], line["why"]) == (name, True, "Not ours.")
    assert "0 of" not in fine(ims("desk", "approve", "--all", "--yes", "--as", "Chetan")).err
    done = fine(ims("desk", "push"))
    assert "Push 1: 1 of 1 row applied" in done.err
    assert [it["action"] for it in desk.records("B2B") if it["inum"] == "INV-1"] == ["R"]
    (push,) = json.loads(fine(ims("desk", "pushes", "--json")).out)
    assert (push["id"], push["applied"], push["person"]) == (1, 1, "Asha")
    assert "Everything is applied." in fine(ims("desk", "pushes", "1")).err
    assert "There is nothing to push" in fine(ims("desk", "push")).err


def test_a_narrow_list_has_what_is_needed_to_approve(desk: Taxpayer, ims: Ims, known: dict[str, Any]) -> None:
    fine(ims("desk", "decide", "reject", known["INV-1"]["record"]))
    heading, line = fine(ims("desk", "list", "--state", "waiting")).out.splitlines()
    assert {"Record", "Tax", "Nr", "Decided"} <= set(heading.split())
    (number,) = (it["decision"] for it in listed(ims, "--state", "waiting").values())
    assert str(number) in line.split()


def test_a_record_is_shown_in_words(desk: Taxpayer, ims: Ims, known: dict[str, Any]) -> None:
    shown = fine(ims("desk", "show", known["INV-1"]["record"])).out.splitlines()
    assert shown[1] == "  of 05-10-2025, taxable 1,001.00, tax 180.18, no action taken"


def test_a_list_is_decided_about_after_a_look(desk: Taxpayer, ims: Ims, known: dict[str, Any]) -> None:
    done = fine(ims("desk", "decide", "accept", "--section", "CN", "--dry-run"))
    assert "3 records would be decided about" in done.err
    assert listed(ims, "--state", "prepared") == {}
    done = ims("desk", "decide", "accept", "--section", "CN")
    assert (done.code, "give --yes" in done.err) == (Exit.USAGE, True)
    fine(ims("desk", "decide", "accept", "--section", "CN", "--yes"))
    assert set(listed(ims, "--state", "ready")) == {"CN-0", "CN-1", "CN-2"}
    assert len(listed(ims)) == len(known) - 3


def test_what_is_refused_is_said_and_ends_with_1(ims: Ims, known: dict[str, Any]) -> None:
    done = ims("desk", "decide", "reset", known["INV-1"]["record"])
    assert (done.code, "There is no action to take back." in done.err) == (Exit.REFUSED, True)
    fine(ims("desk", "decide", "reject", known["INV-2"]["record"]))
    number = str(listed(ims, "--state", "waiting")["INV-2"]["decision"])
    done = ims("desk", "approve", number)
    assert (done.code, "this takes approver" in done.err) == (Exit.REFUSED, True)


def test_a_return_says_why_and_an_undo_takes_back(ims: Ims, known: dict[str, Any]) -> None:
    fine(ims("desk", "decide", "reject", known["INV-1"]["record"], known["INV-2"]["record"]))
    waiting = listed(ims, "--state", "waiting")
    number = str(waiting["INV-1"]["decision"])
    assert "1 decision returned." in fine(ims("desk", "return", number, "--why", "Call.", "--as", "Chetan")).err
    assert listed(ims)["INV-1"]["why"] == "Call."
    assert "1 decision taken back." in fine(ims("desk", "undo", str(waiting["INV-2"]["decision"]))).err
    assert listed(ims, "--state", "waiting") == {}


def test_a_record_is_shown_with_its_past(ims: Ims, known: dict[str, Any]) -> None:
    name = known["INV-1"]["record"]
    fine(ims("desk", "comment", name, "Where is the lorry receipt?"))
    fine(ims("desk", "decide", "pending", name, "--remarks", "Goods are late."))
    told = json.loads(fine(ims("desk", "show", name, "--json")).out)
    assert (told["record"], told["stands"], told["comments"][0]["person"]) == (name, True, "Asha")
    assert [it["what"] for it in told["trail"]] == ["commented", "prepared"]
    assert told["versions"][0]["source"]["inum"] == "INV-1"
    out = fine(ims("desk", "show", name)).out
    assert "pending by Asha, prepared. Goods are late." in out
    assert "Asha commented: Where is the lorry receipt?" in out


def test_a_push_is_queued_for_the_worker(desk: Taxpayer, ims: Ims, known: dict[str, Any]) -> None:
    fine(ims("desk", "decide", "accept", known["INV-1"]["record"]))
    assert "It is queued" in fine(ims("desk", "push", "--queue")).err
    fine(ims("desk", "worker", "--once"))
    assert listed(ims, "--state", "applied")["INV-1"]["action"] == "A"


@pytest.mark.parametrize(
    ("command", "words", "code"),
    [
        (("list", "--state", "done"), "no state 'done'", Exit.USAGE),
        (("list", "--order", "name"), "rupees or deadline", Exit.USAGE),
        (("list", "--section", "X"), "Section 'X' doesn't exist", Exit.USAGE),
        (("decide", "accept"), "Say which records", Exit.USAGE),
        (("decide", "buy", "--state", "todo"), "no action 'buy'", Exit.USAGE),
        (("decide", "accept", "--state", "todo", "--reduce", "half"), "isn't full, none, or amounts", Exit.USAGE),
        (("decide", "accept", "b2b:x"), "isn't named section:supplier:number:period", Exit.USAGE),
        (("approve",), "Say which decisions", Exit.USAGE),
        (("undo", "99"), "no decision 99", Exit.REFUSED),
        (("show", "b2b:24AAXCT0003K1ZA:NIL:102025"), "has, and had, no record", Exit.REFUSED),
        (("pushes", "9"), "no push 9", Exit.REFUSED),
        (("pushes", "9" * 19), "out of range", Exit.REFUSED),
        (("promise", "102025"), "wasn't compared yet", Exit.REFUSED),
        (("promise", "2025"), "write MMYYYY", Exit.USAGE),
        (("push", "--as", "Chetan"), "this takes preparer", Exit.REFUSED),
    ],
)
def test_mistakes_say_what_to_do(desk: Taxpayer, ims: Ims, command: tuple[str, ...], words: str, code: Exit) -> None:
    done = ims("desk", *command)
    assert (done.code, words in done.err) == (code, True), done.err
