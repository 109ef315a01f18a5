"""Whatever happens between client and portal: no row is applied twice, none is lost, none is reported wrongly."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from tests.api import Taxpayer
from tests.client.conftest import Served, make_client
from tests.client.proxy import FAULTS, PATIENCE, Plan, Proxy, proxy

from gst_ims.client import Client, Decision, Fate, Outcome, Session, transport
from gst_ims.client.errors import NoAnswer, PortalDown, Refused
from gst_ims.portal.access.service import TEST_OTP

SAVE, STATUS, LIST = "/invoices/status/save", "/invoices/status", "/invoices"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "TIMEOUT", httpx2.Timeout(PATIENCE, connect=5))


@pytest.fixture
def between(served: Served) -> Iterator[Proxy]:
    with proxy(served.address) as running:
        yield running


@pytest.fixture
def client(between: Proxy, state: Path) -> Iterator[Client]:
    with make_client(between.address, state) as client:
        yield client


def sign_in(client: Client, who: Taxpayer) -> Session:
    """As a person would: what goes wrong is tried again from the one-time password on."""
    session = client.taxpayer(who.gstin, f"user.{who.gstin}")
    for _ in range(20):
        with suppress(NoAnswer, PortalDown, Refused):
            session.request_otp()
            session.verify(TEST_OTP)
            break
    assert session.signed_in
    return session


def decide(session: Session) -> list[Decision]:
    """Something of everything, of two sections."""
    invoices, notes = list(session.records("B2B")), list(session.records("CN"))
    return [
        invoices[0].accept(),
        invoices[1].reject("Not ours"),
        notes[0].accept(),
        invoices[2].keep_pending(),
        notes[1].accept("Never claimed", reduce=False),
        invoices[3].accept(),
    ]


def save(session: Session, decisions: list[Decision]) -> Outcome:
    """As a program would: an error that says so is followed by another attempt."""
    for _ in range(20):
        with suppress(NoAnswer, PortalDown):
            reference = session.save(decisions)
            break
    for _ in range(20):
        with suppress(NoAnswer, PortalDown):
            return reference.wait()
    raise AssertionError("The portal never answered.")


def settle(between: Proxy, who: Taxpayer) -> None:
    """Whatever comes late has come, and is done."""
    between.rest()
    who.api.work()


def check(outcome: Outcome, decisions: list[Decision], who: Taxpayer) -> None:
    """The outcome is what the portal's records and its trail say."""
    assert [verdict.decision for verdict in outcome.verdicts] == decisions
    actions = {
        (key, row.get("inum") or row["nt_num"]): row["action"] for key in ("b2b", "b2bcn") for row in who.records(key)
    }
    with who.api.portal.transaction() as db:
        entries = db.execute(
            "select section, number, became from trail where rtin = %s and event in ('acted', 'reset')", [who.gstin]
        ).fetchall()
    done = Counter((row.section, row.number) for row in entries)
    for verdict in outcome.verdicts:
        key = (verdict.record.section.value, verdict.record.number)
        assert verdict.fate is Fate.APPLIED, verdict
        assert actions[key] == verdict.decision.action
        assert done[key] == 1, (key, entries)
    assert sum(done.values()) == len(decisions)


def once(fault: str, method: str, path: str) -> Plan:
    """The plan in which the first such call meets the fault."""
    met = itertools.count()

    def plan(asked: str, of: str) -> str:
        return fault if asked == method and of.endswith(path) and next(met) == 0 else ""

    return plan


STEPS = [
    *(("POST", path) for path in ("/authenticate", "/otp", "/otp/verify", "/session/refresh", SAVE)),
    *(("GET", path) for path in (LIST, STATUS)),
]


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("method", "path"), STEPS, ids=[path.rpartition("/")[2] for _, path in STEPS])
def test_one_fault_at_any_step_does_no_harm(
    fault: str, method: str, path: str, between: Proxy, client: Client, recipient: Taxpayer
) -> None:
    between.plan = once(fault, method, path)
    session = sign_in(client, recipient)
    if path.endswith("refresh"):
        with suppress(NoAnswer, PortalDown):
            session.refresh()
        if not session_works(session):
            session = sign_in(client, recipient)
    decisions = decide(session)
    outcome = save(session, decisions)
    assert len(between.met) == 1
    settle(between, recipient)
    check(outcome, decisions, recipient)


def session_works(session: Session) -> bool:
    try:
        session.counts()
    except Exception:
        return False
    return True


@pytest.mark.parametrize("seed", range(12))
def test_many_faults_do_no_harm(seed: int, between: Proxy, client: Client, recipient: Taxpayer) -> None:
    """The first call and then two in five go wrong, once the taxpayer is signed in."""
    session = sign_in(client, recipient)
    decisions = decide(session)
    dice = random.Random(seed)
    between.plan = lambda method, path: dice.choice(FAULTS) if not between.met or dice.random() < 0.4 else ""
    outcome = save(session, decisions)
    between.plan = lambda method, path: ""
    settle(between, recipient)
    check(outcome, decisions, recipient)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_reset_meets_a_fault(fault: str, between: Proxy, client: Client, recipient: Taxpayer) -> None:
    session = sign_in(client, recipient)
    session.save([record.accept() for record in session.records("B2B")]).wait().raise_for_refused()
    between.plan = once(fault, "POST", "/reset")
    outcome = session.reset(session.records("B2B")).wait()
    assert outcome.complete
    settle(between, recipient)
    assert {record["action"] for record in recipient.records("B2B")} == {"N"}
    with recipient.api.portal.transaction() as db:
        (entries,) = db.execute(
            "select count(*) from trail where rtin = %s and event = 'reset'", [recipient.gstin]
        ).fetchone()
    assert entries == 7
