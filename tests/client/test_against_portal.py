"""The client against this project's portal, over a real socket, in both dialects."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from tests.api import Taxpayer
from tests.client.conftest import KEYS, Served

from gst_ims.client import Fate, Progress, Session
from gst_ims.core.section import Action
from gst_ims.portal.access.service import TEST_OTP


def test_counts_are_those_of_the_records(session: Session) -> None:
    counts = session.counts()
    assert (counts.total, counts["B2B"].no_action, counts["CN"].total, counts["DN"].total) == (12, 7, 3, 2)
    assert counts.of(Action.NONE) == 12


def test_records_are_listed_with_their_amounts(session: Session) -> None:
    records = list(session.records("B2B"))
    assert [record.number for record in records] == [f"INV-{n}" for n in range(7)]
    assert (records[0].taxable, records[0].igst, records[0].filed) == (Decimal("1000.00"), Decimal("180.00"), True)


def test_what_is_saved_is_applied(session: Session, recipient: Taxpayer) -> None:
    invoices, notes = list(session.records("B2B")), list(session.records("CN"))
    told: list[Progress] = []
    decisions = [
        invoices[0].accept(),
        notes[0].accept(),
        invoices[1].reject("Not ours"),
        notes[1].accept("Never claimed", reduce=False),
        invoices[2].keep_pending(),
        notes[2].reject(),
    ]
    reference = session.save(decisions)
    outcome = reference.wait(on_progress=told.append)
    assert [verdict.fate for verdict in outcome.verdicts] == [Fate.APPLIED] * 6
    assert [verdict.decision for verdict in outcome.verdicts] == decisions
    assert outcome.raise_for_refused() is outcome
    assert len(outcome.reference_ids) == 2
    assert told[-1] == Progress(6, 6, 2, 2)
    now = {record["inum"]: record["action"] for record in recipient.records("B2B")}
    assert now == {"INV-0": "A", "INV-1": "R", "INV-2": "P"} | {f"INV-{n}": "N" for n in range(3, 7)}
    assert [record.remarks for record in session.records("B2B", "rejected")] == ["Not ours"]
    assert [record["itcRedReq"] for record in recipient.records("CN", status="accepted")] == ["Y", "N"]
    assert [record.number for record in session.records("B2B", "no_action_taken")] == [f"INV-{n}" for n in range(3, 7)]


def test_what_is_reset_has_no_action(session: Session) -> None:
    session.save(record.accept() for record in session.records("B2B")).wait().raise_for_refused()
    session.reset(session.records("B2B", Action.ACCEPT)).wait().raise_for_refused()
    assert session.counts()["B2B"].no_action == 7


def test_a_stale_row_is_refused_and_the_others_go_on(session: Session) -> None:
    records = list(session.records("B2B"))
    session.save([records[0].reject()]).wait().raise_for_refused()
    outcome = session.save([records[0].accept(), records[1].accept()]).wait()
    assert [verdict.fate for verdict in outcome.verdicts] == [Fate.REFUSED, Fate.APPLIED]
    assert outcome.refused[0].code == "IMSSAV0010"


TEN_LINES = """
from gst_ims import Client
books = {"INV-1", "INV-4", "INV-6"}
with Client() as client:
    session = client.taxpayer(GSTIN, USERNAME)
    session.request_otp()
    session.verify(input())
    matched = [record for record in session.records("B2B", "no_action_taken") if record.number in books]
    outcome = session.save(record.accept() for record in matched).wait()
    print(len(outcome.raise_for_refused().applied))
"""


def test_ten_lines_accept_what_matches(served: Served, recipient: Taxpayer, tmp_path: Path) -> None:
    """The same against Sandbox, where the base URL isn't given."""
    program = TEN_LINES.replace("Client()", f"Client(base_url={served.address!r})")
    program = program.replace("GSTIN", repr(str(recipient.gstin))).replace("USERNAME", repr(f"user.{recipient.gstin}"))
    keys = {"IMS_API_KEY": KEYS["api_key"], "IMS_API_SECRET": KEYS["api_secret"], "XDG_STATE_HOME": str(tmp_path)}
    keys["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    done = subprocess.run(
        [sys.executable, "-c", program],
        input=TEST_OTP,
        capture_output=True,
        text=True,
        env=os.environ | keys,
        timeout=60,
    )
    assert (done.stdout, done.stderr) == ("3\n", "")
    assert {row["inum"] for row in recipient.records("B2B", status="accepted")} == {"INV-1", "INV-4", "INV-6"}
    assert len(list((tmp_path / "gst-ims" / "tokens").iterdir())) == 2
