"""Accepting, rejecting, keeping pending and taking back: by filter, by name, by file, and for show only."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api import Taxpayer, note
from tests.cli.client.conftest import Done, Ims
from tests.client.conftest import Served, fill

from gst_ims.portal.access.service import TEST_OPERATOR_KEY


def actions(who: Taxpayer, section: str = "B2B") -> str:
    """The actions of all records of a section, by their numbers."""
    records = sorted(who.records(section), key=lambda it: it.get("inum", it.get("nt_num")))
    return "".join(record["action"] for record in records)


def names(ims: Ims, section: str = "B2B") -> list[str]:
    return [row["id"] for row in json.loads(ims("list", section, "--json").out)]


def told(done: Done) -> dict[str, Any]:
    return json.loads(done.out)


VERBS = {"accept": "AAAAAAA", "reject": "RRRRRRR", "pending": "PPPPPPP"}


@pytest.mark.parametrize(("verb", "after"), VERBS.items())
def test_what_a_filter_takes_is_done(ims: Ims, me: Taxpayer, verb: str, after: str) -> None:
    assert ims(verb, "--section", "B2B") == (0, "7 applied.\n", "")
    assert actions(me) == after
    assert actions(me, "DN") == "NN"


def test_what_was_decided_is_taken_back(ims: Ims, me: Taxpayer) -> None:
    ims("accept", "--section", "B2B")
    assert ims("reset", "--status", "accepted", "--max", "1182") == (0, "2 applied.\n", "")
    assert actions(me) == "NNAAAAA"


def test_records_are_taken_by_name(ims: Ims, me: Taxpayer) -> None:
    first, second, *_ = names(ims)
    assert ims("reject", first, second, "--remarks", "not ours").out == "2 applied.\n"
    assert actions(me) == "RRNNNNN"
    assert {it.get("remarks") for it in me.records("B2B", status="rejected")} == {"not ours"}


def test_a_name_that_no_record_has_is_said_and_the_others_are_done(ims: Ims, me: Taxpayer) -> None:
    there, *_ = names(ims)
    gone = there.replace("INV-0", "INV-9")
    done = ims("accept", there, gone)
    assert (done.code, done.out) == (1, "1 applied.\n")
    assert done.err == f"ims: There is no record {gone}: list the section, and look.\n"
    assert actions(me) == "ANNNNNN"


def test_records_and_their_words_are_taken_from_a_file(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    notes = names(ims, "CN")
    rows = [
        {"id": notes[0], "remarks": "half of it", "reduce": "igst=9.00"},
        {"id": notes[1], "reduce": "full"},
        {"id": notes[2]},
    ]
    (tmp_path / "rows.json").write_text(json.dumps(rows))
    done = ims("accept", "--file", tmp_path / "rows.json", "--reduce", "none", "--remarks", "no credit was taken")
    assert done == (0, "3 applied.\n", "")
    by_number = {it["nt_num"]: it for it in me.records("CN")}
    assert (by_number["CN-0"]["itcRedReq"], by_number["CN-0"]["declIgst"]) == ("Y", 9.0)
    assert by_number["CN-0"]["remarks"] == "half of it"
    assert (by_number["CN-1"]["itcRedReq"], by_number["CN-1"]["remarks"]) == ("Y", "no credit was taken")
    assert by_number["CN-2"]["itcRedReq"] == "N"


def test_a_credit_note_is_accepted_with_its_whole_reduction_where_nothing_is_said(ims: Ims, me: Taxpayer) -> None:
    assert ims("accept", "--section", "CN").code == 0
    assert {it["itcRedReq"] for it in me.records("CN")} == {"Y"}


def test_what_the_rulebook_forbids_is_not_sent_and_the_rest_is(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    first, second, _ = names(ims, "CN")
    (tmp_path / "rows.json").write_text(json.dumps([{"id": first, "reduce": "none"}, {"id": second}]))
    done = ims("accept", "--file", tmp_path / "rows.json")
    stin = first.split(":")[1]
    assert done.out.splitlines() == [
        "section  supplier         number  period  what to do",
        f"b2bcn    {stin}  CN-0    102025  A partial reduction, or none, has to",
        "                                          be explained: add remarks (R6.10).",
        "1 applied, 1 not sent.",
    ]
    assert (done.code, done.err) == (1, "")
    assert actions(me, "CN") == "NAN"


def test_what_the_portal_refuses_is_shown_with_what_to_do(ims: Ims, me: Taxpayer, served: Served) -> None:
    """An amendment waits for its original, which no flag of the list tells."""
    supplier = fill(served.api, me.gstin)
    amended = {**note("CN-0A", "06-10-2025", 40), "ont_num": "CN-0", "ont_dt": "06-10-2025"}
    supplier.save_return("2025/11", cdnra=[{"ctin": me.gstin, "nt": [amended]}])
    done = ims("accept", "--section", "CNA", "--json")
    (row,) = told(done)["rows"]
    assert (done.code, row["fate"], row["code"]) == (1, "refused", "IMSSAV9009")
    assert row["what_to_do"].startswith("The original of this amendment is still open")


def test_the_outcome_is_one_json_document(ims: Ims, me: Taxpayer) -> None:
    outcome = told(ims("accept", "--section", "B2B", "--json"))
    counts = {fate: outcome[fate] for fate in ("applied", "refused", "not_sent", "unknown")}
    assert counts == {"applied": 7, "refused": 0, "not_sent": 0, "unknown": 0}
    assert (len(outcome["rows"]), len(outcome["reference_ids"]), outcome["missing"]) == (7, 1, [])
    assert {row["becomes"] for row in outcome["rows"]} == {"accepted"}


def test_the_outcome_is_csv(ims: Ims, me: Taxpayer) -> None:
    lines = ims("accept", "--section", "B2B", "--csv").out.splitlines()
    assert lines[0] == "id,section,supplier,number,period,becomes,fate,code,words,what_to_do"
    assert len(lines) == 8


def test_what_is_so_already_is_not_sent_again(ims: Ims, me: Taxpayer) -> None:
    ims("accept", "--section", "B2B", "--number", "INV-1")
    assert ims("accept", "--section", "B2B") == (
        0,
        "6 applied.\n",
        "1 record said so already: not sent again.\n",
    )
    assert ims("accept", "--section", "B2B").out == "Nothing to do.\n"


def test_other_remarks_are_sent_again(ims: Ims, me: Taxpayer) -> None:
    ims("reject", "--section", "B2B", "--number", "INV-1", "--remarks", "first")
    assert ims("reject", "--section", "B2B", "--number", "INV-1", "--remarks", "second").out == "1 applied.\n"
    assert [it["remarks"] for it in me.records("B2B", status="rejected")] == ["second"]


def requests(served: Served) -> float:
    """How many saves and resets the portal was ever sent, by its own count."""
    text = httpx.get(f"{served.address}/operator/v1/metrics", headers={"x-operator-key": TEST_OPERATOR_KEY}).text
    lines = [line for line in text.splitlines() if "status/save" in line or "status/reset" in line]
    return sum(float(line.split()[-1]) for line in lines if "_count" in line or "_total" in line)


@pytest.mark.parametrize("verb", ["accept", "reject", "pending", "reset"])
def test_for_show_nothing_is_sent(ims: Ims, me: Taxpayer, served: Served, verb: str) -> None:
    ims("accept", "--section", "B2B", "--number", "INV-1")
    asked, held = requests(served), served.api.fingerprint(("record", "trail", "action_request"))
    assert asked > 0
    for form in ([], ["--json"], ["--csv"]):
        assert ims(verb, "--section", "B2B", "--dry-run", *form).code == 0
    assert (requests(served), served.api.fingerprint(("record", "trail", "action_request"))) == (asked, held)


def test_for_show_it_is_said_what_would_be_sent_and_what_not(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    first, second, _ = names(ims, "CN")
    (tmp_path / "rows.json").write_text(json.dumps([{"id": first, "reduce": "none"}, {"id": second}]))
    done = ims("accept", "--file", tmp_path / "rows.json", "--dry-run")
    stin = first.split(":")[1]
    assert done.out.splitlines() == [
        "section  supplier         number  period    tax  was        becomes   reduce",
        f"b2bcn    {stin}  CN-1    102025  18.18  no action  accepted  full",
        "section  supplier         number  period  what to do",
        f"b2bcn    {stin}  CN-0    102025  A partial reduction, or none, has to",
        "                                          be explained: add remarks (R6.10).",
        "Nothing is sent. Would be sent: 1, not sent: 1, so already: 0.",
    ]
    assert done.code == 1


def test_for_show_the_row_is_the_one_that_would_be_sent(ims: Ims, me: Taxpayer) -> None:
    shown = told(ims("reject", "--section", "CN", "--number", "CN-0", "--remarks", "no", "--dry-run", "--json"))
    row = shown["send"][0]["row"]
    assert (row["nt_num"], row["prev_status"], row["action"], row["remarks"]) == ("CN-0", "N", "R", "no")
    assert "hash" not in row


WRONG = {
    "nothing": ("accept",),
    "two ways": ("accept", "--section", "B2B", "--file", "x.csv"),
    "a name that is none": ("accept", "INV-1"),
    "no such file": ("accept", "--file", "nowhere.csv"),
    "a reduction that is none": ("accept", "--section", "CN", "--reduce", "half"),
    "no such section": ("reset", "--section", "XYZ"),
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_is_said_in_one_line_and_nothing_is_sent(
    ims: Ims, me: Taxpayer, served: Served, arguments: tuple[str, ...]
) -> None:
    asked = requests(served)
    done = ims(*arguments)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert requests(served) == asked


@pytest.mark.parametrize(
    "arguments", [("reject", "--reduce", "full"), ("reset", "--remarks", "x"), ("pending", "--reduce", "full")]
)
def test_an_option_that_belongs_to_another_verb_is_none(ims: Ims, arguments: tuple[str, ...]) -> None:
    assert ims(*arguments, "--section", "B2B").code == 2


def test_a_reduction_in_a_file_belongs_to_accept_only(ims: Ims, me: Taxpayer, tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_text(json.dumps([{"id": names(ims)[0], "reduce": "full"}]))
    done = ims("reject", "--file", tmp_path / "rows.json")
    assert (done.code, done.err) == (2, "ims: --reduce belongs to `ims accept` only: leave it out.\n")
