"""`ims desk policy`: checking without a database, trying, versions, lists, and what is proposed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.api import Taxpayer
from tests.cli.client.conftest import Done, Ims

from gst_ims.cli.exits import Exit

MINE = """name = "mine"

[[rule]]
name = "from those we trust"
when = "in_list('trusted')"
action = "accept"
approval = false

[[rule]]
name = "not in our books"
when = "bucket in ('missing in books', 'not compared')"
action = "pending"
remarks = "Not booked yet"
"""


def fine(done: Done) -> Done:
    assert done.code == 0, done.err
    return done


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(MINE)
    return path


def test_a_policy_without_mistakes_says_what_it_needs(ims: Ims, mine: Path) -> None:
    told = fine(ims("desk", "policy", "check", str(mine))).err
    assert f"{mine}: 2 rules, and nothing is wrong." in told
    assert "It asks for the vendor lists trusted." in told


def test_the_same_commands_are_there_without_the_desk_s_name(ims: Ims, mine: Path) -> None:
    assert ims("policy", "check", str(mine)) == ims("desk", "policy", "check", str(mine))
    assert ims("policy", "starter") == ims("desk", "policy", "starter")


def test_every_mistake_has_a_line_of_its_own_and_the_code_says_so(ims: Ims, mine: Path) -> None:
    mine.write_text(MINE.replace("bucket in", "bukcet in").replace('"accept"', '"acept"').replace("remarks", "remark"))
    done = ims("desk", "policy", "check", str(mine))
    assert done.code == Exit.USAGE
    assert [line.removeprefix(f"{mine}:")[:6] for line in done.out.splitlines()] == ["6:1: '", "11:9: ", "13:1: "]
    assert "do you mean `bucket`?" in done.out
    assert "3 problems." in done.err


def test_what_is_no_text_is_said(ims: Ims, mine: Path) -> None:
    mine.write_bytes(b'name = "\xff"')
    done = ims("desk", "policy", "check", str(mine))
    assert (done.code, "isn't text in UTF-8" in done.err) == (Exit.USAGE, True)


def test_the_starter_can_be_kept_and_checked(ims: Ims, mine: Path) -> None:
    mine.write_text(fine(ims("desk", "policy", "starter")).out)
    fine(ims("desk", "policy", "check", str(mine)))


def test_a_policy_goes_from_a_file_into_force_and_proposes(desk: Taxpayer, ims: Ims, mine: Path) -> None:
    fine(ims("desk", "sync"))
    assert "No policy is in force" in fine(ims("desk", "policy", "propose")).err
    assert "ims desk policy approve mine 1" in fine(ims("desk", "policy", "put", str(mine), "--why", "to begin")).err
    assert "Asha is preparer" in ims("desk", "policy", "approve", "mine", "1").err
    assert "ims desk policy use mine" in fine(ims("desk", "policy", "approve", "mine", "1", "--as", "Chetan")).err
    fine(ims("desk", "policy", "use", "mine", "--as", "Chetan"))
    (version,) = json.loads(fine(ims("desk", "policy", "show", "--json")).out)
    assert (version["name"], version["version"], version["person"], version["approved_by"], version["why"]) == (
        *("mine", 1, "Asha", "Chetan", "to begin"),
    )
    assert fine(ims("desk", "policy", "show", "mine", "--version", "1")).out == MINE
    told = fine(ims("desk", "policy", "propose"))
    assert "mine v1: 12 decisions prepared, 0 of them anew; 0 withdrawn, 0 refused." in told.err
    fine(ims("desk", "policy", "use", "--as", "Chetan"))
    assert "No policy is in force" in fine(ims("desk", "policy", "propose")).err


def test_trying_says_what_would_be_and_keeps_nothing(desk: Taxpayer, ims: Ims, mine: Path, tmp_path: Path) -> None:
    fine(ims("desk", "sync"))
    told = fine(ims("desk", "policy", "try", str(mine))).out
    lines = told.splitlines()
    assert lines[0].startswith("Rule ")
    assert {"Action", "Records", "Tax"} < set(lines[0].split())
    assert lines[2].startswith("not in our books")
    assert "Held for nothing: from those we trust." in told
    assert "No such vendor list, or an empty one: trusted." in told
    assert "No policy is in force to compare with." in told
    fine(ims("desk", "policy", "put", str(mine)))
    fine(ims("desk", "policy", "approve", "mine", "1", "--as", "Chetan"))
    fine(ims("desk", "policy", "use", "mine", "--as", "Chetan"))
    assert "It does what the policy in force does." in fine(ims("desk", "policy", "try", str(mine))).out
    mine.write_text(MINE.replace('"pending"', '"ask"').replace('remarks = "Not booked yet"\n', ""))
    told = fine(ims("desk", "policy", "try", str(mine), "--records", "1")).out
    assert "Otherwise than the policy in force:" in told
    found = json.loads(fine(ims("desk", "policy", "try", str(mine), "--json", "--records", "2")).out)
    assert [(it["rule"], it["records"], it["proposed"]) for it in found["rules"]] == [
        ("from those we trust", 0, 0),
        ("not in our books", 12, 0),
    ]
    assert [(it["was"], it["becomes"], it["records"]) for it in found["changes"]] == [("pending", "ask", 12)]
    assert len(found["changed"]) == 2
    assert found["credit_before"] == found["credit_after"]


def test_lists_are_kept_shown_and_dropped(desk: Taxpayer, ims: Ims, tmp_path: Path) -> None:
    path = tmp_path / "trusted.csv"
    path.write_text("vendor,note\nAAPFU0939F,since 2019\n")
    assert "There is no vendor list yet" in fine(ims("desk", "policy", "lists", "show")).err
    done = fine(ims("desk", "policy", "lists", "put", "trusted", str(path), "--as", "Chetan"))
    assert "trusted: 1 vendor, 1 of them new." in done.err
    assert json.loads(fine(ims("desk", "policy", "lists", "show", "--json")).out) == [{"list": "trusted", "vendors": 1}]
    assert json.loads(fine(ims("desk", "policy", "lists", "show", "trusted", "--json")).out) == [
        {"vendor": "AAPFU0939F", "note": "since 2019"}
    ]
    path.write_text("AAPFU0939\n")
    done = ims("desk", "policy", "lists", "put", "trusted", str(path), "--as", "Chetan")
    assert done.code == Exit.USAGE
    assert f"{path}:1:1: GSTIN 'AAPFU0939' has 9 characters" in done.err
    fine(ims("desk", "policy", "lists", "drop", "trusted", "--as", "Chetan"))
    assert "no vendor list 'trusted'" in ims("desk", "policy", "lists", "show", "trusted").err


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("show", "mine", "--version", "3"), "There is no mine v3"),
        (("approve", "mine", "3", "--as", "Chetan"), "There is no mine v3"),
        (("use", "mine", "--as", "Chetan"), "No version of 'mine' is approved"),
    ],
)
def test_what_is_not_there_is_said(desk: Taxpayer, ims: Ims, command: tuple[str, ...], words: str) -> None:
    done = ims("desk", "policy", *command)
    assert done.code != 0
    assert words in done.err
