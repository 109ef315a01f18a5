"""What became of a request: its wait is taken up again, and what isn't over has a code of its own."""

from __future__ import annotations

import json

import httpx
import pytest
from tests.api import Taxpayer
from tests.cli.client.conftest import Ims
from tests.cli.client.test_acting import actions
from tests.client.conftest import Served

from gst_ims.portal.access.service import TEST_OPERATOR_KEY


def test_a_request_that_is_over_is_told_again(ims: Ims, me: Taxpayer) -> None:
    (reference,) = json.loads(ims("accept", "--section", "B2B", "--json").out)["reference_ids"]
    assert ims("status", reference) == (0, "7 applied.\n", "")
    assert json.loads(ims("status", reference, "--json").out)["applied"] == 7


def test_nothing_in_progress_is_said(ims: Ims, me: Taxpayer) -> None:
    done = ims("status", "--pending")
    assert (done.code, done.err) == (0, f"Nothing of {me.gstin} is in progress.\n")


def test_a_wait_that_was_too_short_says_how_to_go_on_and_is_taken_up(
    ims: Ims, me: Taxpayer, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served.api.portal.transaction() as db:
        # Whoever holds the recipient's lock keeps the worker waiting.
        db.execute("set local role none")
        db.execute("select 1 from record where rtin = %s for update", [me.gstin])
        done = ims("accept", "--section", "B2B", "--timeout", "1")
        assert (done.code, done.out, done.err.count("\n")) == (5, "", 1)
        assert done.err.startswith("ims: The portal isn't done after 1 seconds. Take it up again with `ims status ")
        reference = done.err.split("`")[1].split()[2]
        assert ims("status", reference, "--timeout", "0").code == 5
    assert actions(me) in ("NNNNNNN", "AAAAAAA")
    assert ims("status", "--pending") == (0, "7 applied.\n", "")
    assert actions(me) == "AAAAAAA"
    assert ims("status", reference).out == "7 applied.\n"


def test_what_the_portal_is_too_busy_for_is_not_sent_and_what_it_took_is(
    ims: Ims, me: Taxpayer, served: Served
) -> None:
    with served.api.portal.transaction() as db:
        db.execute("set local role none")
        db.execute("select 1 from record where rtin = %s for update", [me.gstin])
        assert ims("accept", "--section", "B2B", "--timeout", "0").code == 5
        busy = ims("accept", "--section", "DN", "--timeout", "0")
        assert (busy.code, busy.out) == (5, "")
        assert busy.err == (
            "ims: Nothing is sent. Another request of this taxpayer isn't over."
            " Look with `ims status --pending --profile me`, then try again.\n"
        )
    assert ims("status", "--pending") == (0, "7 applied.\n", "")


def test_a_request_of_another_program_is_told_as_the_portal_tells_it(ims: Ims, me: Taxpayer) -> None:
    record = next(iter(me.records("B2B")))
    names = ("hash", "ispendactblocked", "srcfilstatus", "isRemarksBlocked", "isItcRedReqBlocked", "action")
    row = {name: value for name, value in record.items() if name not in names}
    good = me.submit("save", {"b2b": [{**row, "prev_status": "N", "action": "A"}]})
    assert ims("status", good) == (0, "processed\n", "")
    stale = me.submit("save", {"b2b": [{**row, "prev_status": "N", "action": "R"}]})
    done = ims("status", stale)
    assert done.code == 1
    assert "IMSSAV0010" in done.out
    told = json.loads(ims("status", stale, "--json").out)
    assert (told["state"], told["rows"][0]["number"]) in (
        ("failed", record["inum"]),
        ("processed_with_errors", record["inum"]),
    )


def test_a_request_of_another_program_is_waited_for_as_long_as_is_said(ims: Ims, me: Taxpayer, served: Served) -> None:
    record = next(iter(me.records("B2B")))
    names = ("hash", "ispendactblocked", "srcfilstatus", "isRemarksBlocked", "isItcRedReqBlocked", "action")
    row = {name: value for name, value in record.items() if name not in names}
    with served.api.portal.transaction() as db:
        # Whoever holds the recipient's lock keeps the worker waiting.
        db.execute("set local role none")
        db.execute("select 1 from record where rtin = %s for update", [me.gstin])
        sent = me.submit("save", {"b2b": [{**row, "prev_status": "N", "action": "A"}]})
        for seconds in ("0", "1"):
            done = ims("status", sent, "--timeout", seconds)
            assert (done.code, done.out) == (5, "in progress\n")
            again = f"Take it up again with `ims status {sent} --profile me`."
            assert done.err == f"ims: The portal isn't done after {seconds} seconds. {again}\n"
        assert json.loads(ims("status", sent, "--timeout", "0", "--json").out)["state"] == "in_progress"
    assert ims("status", sent) == (0, "processed\n", "")


@pytest.mark.parametrize("form", [[], ["--json"], ["--csv"]])
@pytest.mark.parametrize("reference", ["0123456789abcde", "x", "b2b:24AAXCT0003K1ZA:1:102025", "a b"])
def test_a_request_that_nobody_knows_is_said_with_where_to_look(
    ims: Ims, me: Taxpayer, reference: str, form: list[str]
) -> None:
    done = ims("status", reference, *form)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"ims: Neither this machine nor the portal knows a save or reset {reference!r} of {me.gstin}: check the"
        " reference and the profile. What isn't over is told by `ims status --pending --profile me`.\n"
    )


def test_a_reference_without_end_is_said_in_short(ims: Ims, me: Taxpayer) -> None:
    done = ims("status", "x" * 500)
    assert done.code == 1
    assert len(done.err) < 300


@pytest.mark.parametrize("arguments", [("status",), ("status", "x", "--pending")])
def test_either_a_reference_or_all_has_to_be_meant(ims: Ims, arguments: tuple[str, ...]) -> None:
    assert ims(*arguments).code == 2


def test_a_portal_that_is_down_has_its_code_and_says_how_to_go_on(
    ims: Ims, me: Taxpayer, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gst_ims.client.protocol.ATTEMPTS", 1)
    operator = {"x-operator-key": TEST_OPERATOR_KEY}
    down = {"kind": "status", "status": 503, "message": "Down for maintenance."}
    fault = {"endpoint": "/gst/compliance/tax-payer/invoices/status", "fault": down, "expires_in": 60}
    made = httpx.post(f"{served.address}/operator/v1/faults", headers=operator, json=fault)
    assert made.status_code == 200, made.text
    done = ims("accept", "--section", "B2B")
    httpx.delete(f"{served.address}/operator/v1/faults", headers=operator)
    assert done.code == 4
    assert "Take it up again with `ims status " in done.err
