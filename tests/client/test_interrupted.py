"""Programs that die, and programs that work for one taxpayer at the same time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.api import Taxpayer
from tests.client.conftest import KEYS, Served, Time, fill, make_client, signed_in
from tests.client.replay import Replay, failure, well
from tests.client.test_record import INVOICE

from gst_ims.client import Client, Fate, FileStore, Outcome, Reduction, Session, errors, sending
from gst_ims.client.journal import KEPT, Batch, Journal, Part
from gst_ims.client.record import Decision, Record
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action, Section

PROGRAM = """
import json, os, sys, time
from pathlib import Path
from gst_ims.client import Client, FileStore, sending
told = json.loads(sys.argv[1])
sending.ROWS = told["rows"]
state = Path(told["state"])
client = Client(base_url=told["address"], api_key=told["api_key"], api_secret=told["api_secret"], state=state,
                token_store=FileStore(state / "tokens"), sleep=lambda s: time.sleep(min(s, 0.05)))
session = client.taxpayer(told["gstin"], told["username"])
mine = lambda record: int(record.number.removeprefix("INV-")) % told["of"] == told["part"]
records = [record for record in session.records("B2B", "no_action_taken") if mine(record)]
print("ready", flush=True)
sys.stdin.readline()
reference = session.save([r.accept() for r in records])
print("saved", flush=True)
outcome = reference.wait()
print(json.dumps({verdict.record.number: verdict.fate for verdict in outcome.verdicts}), flush=True)
"""


@pytest.fixture
def plain(served: Served, state: Path) -> Iterator[Client]:
    with make_client(served.address, state) as client:
        yield client


def program(
    served: Served, state: Path, who: Taxpayer, part: int = 0, of: int = 1, rows: int = 5000
) -> subprocess.Popen[str]:
    """A program of its own that accepts its share of the invoices, when it is told to."""
    told = {
        **{"address": served.address, "state": str(state), "gstin": str(who.gstin), "username": f"user.{who.gstin}"},
        **{"part": part, "of": of, "rows": rows, **KEYS},
    }
    command = [sys.executable, "-c", PROGRAM, json.dumps(told)]
    started = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "ready\n"
    return started


def go(started: subprocess.Popen[str]) -> None:
    assert started.stdin is not None
    started.stdin.write("\n")
    started.stdin.flush()


def actions(who: Taxpayer) -> list[str]:
    return [record["action"] for record in who.records("B2B")]


def times_acted(who: Taxpayer) -> int:
    with who.api.portal.transaction() as db:
        return len(db.execute("select from trail where rtin = %s and event = 'acted'", [who.gstin]).fetchall())


def test_programs_take_turns(served: Served, plain: Client, recipient: Taxpayer, state: Path) -> None:
    signed_in(plain, recipient)
    programs = [program(served, state, recipient, part, 3, rows=1) for part in range(3)]
    for started in programs:
        go(started)
    told: dict[str, str] = {}
    for started in programs:
        output, _ = started.communicate(timeout=60)
        told |= json.loads(output.splitlines()[-1])
    assert told == {f"INV-{n}": "applied" for n in range(7)}
    assert (actions(recipient), times_acted(recipient)) == (["A"] * 7, 7)


@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
def test_a_killed_program_is_taken_over(
    after: float, served: Served, plain: Client, recipient: Taxpayer, state: Path
) -> None:
    """Wherever it was: what it had written down is followed to its end, and nothing is done twice."""
    session = signed_in(plain, recipient)
    started = program(served, state, recipient, rows=2)
    go(started)
    time.sleep(after)
    os.kill(started.pid, signal.SIGKILL)
    started.communicate()
    outcomes = [reference.wait() for reference in session.pending()]
    assert [outcome.complete for outcome in outcomes] == [True] * len(outcomes)
    done = 7 if outcomes or "A" in actions(recipient) else 0
    assert (actions(recipient).count("A"), times_acted(recipient)) == (done, done)
    assert not session.pending()


def test_threads_take_turns(plain: Client, recipient: Taxpayer) -> None:
    session = signed_in(plain, recipient)
    outcomes: list[Outcome] = []
    threads = [
        threading.Thread(target=lambda record=record: outcomes.append(session.save([record.accept()]).wait()))
        for record in session.records("B2B")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [outcome.complete for outcome in outcomes] == [True] * 7
    assert times_acted(recipient) == 7


def test_two_waits_for_one_save_do_it_once(
    plain: Client, served: Served, recipient: Taxpayer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ROWS", 1)
    fill(served.api, recipient.gstin, 5, 0)
    session = signed_in(plain, recipient)
    reference = session.save([record.reject("No") for record in session.records("B2B")])
    outcomes: list[Outcome] = []
    references = [reference, plain.reference(reference.id), plain.reference(reference.id)]
    threads = [threading.Thread(target=lambda r=r: outcomes.append(r.wait())) for r in references]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({outcome.verdicts for outcome in outcomes}) == 1
    assert (len(outcomes), outcomes[0].complete, times_acted(recipient)) == (3, True, 12)


def test_who_holds_the_turn_for_too_long_is_said(
    replay: Replay, reading: Session, reader: Client, moment: Time
) -> None:
    replay.on("GET", "invoices", well({"b2b": [INVOICE]}))
    (record,) = reading.records("B2B")
    sender = reading._equipment.sender  # pyright: ignore[reportPrivateUsage]
    turn = sender._turn  # pyright: ignore[reportPrivateUsage]
    from filelock import FileLock

    turn.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(turn), pytest.raises(errors.WaitTimeout, match="Another program"):
        reading.save([record.accept()], timeout=10)
    assert not reading.pending()
    assert not replay.calls("invoices/status/save")


def test_an_interrupted_save_may_have_been_taken(
    replay: Replay, reading: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while the portal answers: what became of it is found out when it is taken up again."""
    replay.on("GET", "invoices", well({"b2b": [INVOICE]}), well({"b2b": [INVOICE | {"action": "A"}]}))
    replay.on("POST", "invoices/status/save", failure(429))
    (record,) = reading.records("B2B")

    def interrupt(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(reading._transport, "_sleep", interrupt)  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(KeyboardInterrupt):
        reading.save([record.accept()])
    monkeypatch.undo()
    (reference,) = reading.pending()
    assert reference.wait().complete


# The journal.


def batch(*decisions: Decision) -> Batch:
    return Batch(
        "http://x", Gstin("27AAXCT0001K1Z6"), "acme.com", "SAVE", decisions, [Part(list(range(len(decisions))))]
    )


def record(number: str = "INV-1") -> Record:
    return Record.of(Section.B2B, INVOICE | {"inum": number})


def test_the_journal_gives_back_what_it_was_given(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    written = batch(
        record("1").accept(),
        record("2").reject("Not ours \N{SNOWMAN}"),
        Decision(record("3"), Action.ACCEPT, "x", Reduction(igst=record().igst)),
        Decision(record("4"), Action.ACCEPT, None, False),
    )
    written.parts[0].reference_id = "r1"
    written.decide(1, Fate.REFUSED, "C", "words")
    journal.add(written)
    for name in (written.id, "r1"):
        read = journal.load(name)
        assert read == written
        assert [d.record.source for d in read.decisions] == [d.record.source for d in written.decisions]
    assert journal.rows("r1") == 4
    assert [found.id for found in journal.pending("http://x", written.gstin)] == [written.id]
    assert list(journal.pending("http://y", written.gstin)) == []


def test_the_journal_is_for_this_user_alone(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "state")
    journal.add(batch(record().accept()))
    files = list((tmp_path / "state" / "requests").iterdir())
    assert len(files) == 2
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


@pytest.mark.parametrize("over", [True, False])
def test_what_is_over_for_long_is_forgotten(over: bool, tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    old, new = batch(record().accept()), batch(record().accept())
    if over:
        old.decide(0, Fate.APPLIED)
    journal.add(old)
    long_ago = time.time() - KEPT - 60
    for path in (tmp_path / "requests").iterdir():
        os.utime(path, (long_ago, long_ago))
    journal.add(new)
    assert journal.load(new.id).id == new.id
    if over:
        with pytest.raises(errors.ClientError):
            journal.load(old.id)
    else:
        assert journal.load(old.id).id == old.id


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "x" * 500, "a/b"])
def test_an_id_is_no_path(name: str, tmp_path: Path) -> None:
    with pytest.raises(errors.ClientError):
        Journal(tmp_path).load(name)


def test_a_reference_of_another_portal_is_refused(replay: Replay, reading: Session, state: Path) -> None:
    replay.on("GET", "invoices", well({"b2b": [INVOICE]}))
    replay.on("POST", "invoices/status/save", well({"reference_id": "r"}))
    reference = reading.save([record.accept() for record in reading.records("B2B")])
    with make_client("http://127.0.0.1:9", state) as other, pytest.raises(errors.ClientError, match="is at http"):
        other.reference(reference.id)
    assert FileStore(state).load("x") is None
