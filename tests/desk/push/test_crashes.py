"""A push that dies at any step is gone on with: in the end the portal has what was decided, once each."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path

import pytest
from tests.api import Taxpayer, invoice, note
from tests.desk.decisions import agreed, records, rows, standing
from tests.desk.push.crashing import Died, Fuse, mortal

from gst_ims.client.outcome import Progress
from gst_ims.connect.portal import Portal
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.push.service import push, pushes, resume

#: More than a push has steps.
MOST = 80


@pytest.fixture
def many(recipient: Taxpayer) -> Taxpayer:
    """A supplier with documents for every step at which a push can die."""
    supplier = recipient.api.company("24")
    sold = [invoice(f"M-{n}", taxable=500 + n) for n in range(MOST)]
    credited = [note(f"K-{n}", taxable=50 + n) for n in range(MOST)]
    b2b, cdnr = [{"ctin": recipient.gstin, "inv": sold}], [{"ctin": recipient.gstin, "nt": credited}]
    assert supplier.save_return("2025/10", b2b=b2b, cdnr=cdnr)["status_cd"] == "P"
    return supplier


@pytest.fixture
def desk(desk: Desk) -> Iterator[Desk]:
    """The same desk, that signs in once."""
    with ExitStack() as stack:
        sessions: dict[Gstin, Portal] = {}

        @contextmanager
        def ways(profile: str, gstin: Gstin) -> Generator[Portal]:
            if gstin not in sessions:
                sessions[gstin] = stack.enter_context(desk.ways(profile, gstin))
            yield sessions[gstin]

        yield replace(desk, ways=ways)


def acted(recipient: Taxpayer) -> dict[str, list[tuple[str, str]]]:
    """What the portal did to records, by its own trail: what was, and what became."""
    statement = (
        "select number, was, became from trail where rtin = %s and event in ('acted', 'reset') order by number, id"
    )
    with recipient.api.portal.transaction() as db:
        found = list(db.execute(statement, (recipient.gstin,)))
    return {number: [(it.was, it.became) for it in its] for number, its in groupby(found, lambda it: it.number)}


@pytest.mark.parametrize("journal", ["kept", "lost"])
@pytest.mark.usefixtures("many")
def test_whatever_the_step_at_which_it_dies_each_decision_is_at_the_portal_once(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer, tmp_path: Path, journal: str
) -> None:
    records(desk, mine)
    whole, died = Fuse(1_000), list[str]()

    def round_of(n: int, fuse: Fuse) -> None:
        """Reject, accept, and take back what the last round rejected; and die meanwhile."""
        known = standing(desk, mine)
        wanted = [(known[f"M-{n}"], Action.REJECT), (known[f"K-{n}"], Action.ACCEPT)]
        before = [record for record in known.values() if record.action is Action.REJECT]
        agreed(desk, asha, chetan, mine, *wanted, *((record, Action.NONE) for record in before))
        try:
            push(mortal(desk, fuse), asha, mine, lambda _: fuse.step("while it waits"))
        except Died:
            died.append(fuse.where)
        if journal == "lost":
            shutil.rmtree(tmp_path / "state" / "requests", ignore_errors=True)
        push(desk, asha, mine)
        assert rows(desk, mine, "sending", "approved", "unknown", "refused", "void") == [], fuse.where
        assert all(it.ended_at for it in pushes(desk, asha, mine))
        assert acted(recipient)[f"K-{n}"] == [("N", "A")], fuse.where
        assert acted(recipient)[f"M-{n}"] == [("N", "R")], fuse.where
        assert all(acted(recipient)[record.number] == [("N", "R"), ("R", "N")] for record in before), fuse.where

    round_of(0, whole)
    assert died == []
    round_of(1, whole := Fuse(1_000))  # now there is something to take back
    steps = [n for n, where in enumerate(whole.passed) if journal == "kept" or "transaction" not in where]
    for place, n in enumerate(steps, 2):
        round_of(place, Fuse(n))
    assert died == [whole.passed[n] for n in steps]
    # Among them the moments at which nobody knows whether the portal was asked.
    assert {"after save", "after reset", "before wait", "while it waits", "after wait"} <= set(died)
    actions = {it["inum"]: it["action"] for it in recipient.records("B2B")}
    assert [number for number, action in actions.items() if action != "N"] == [f"M-{len(steps) + 1}"]


def test_an_error_in_the_report_of_progress_is_no_loss(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    agreed(desk, asha, chetan, mine, (records(desk, mine)["INV-1"], Action.REJECT))

    def fail(progress: Progress) -> None:
        raise RuntimeError(f"nobody looks at {progress.done} of {progress.total}")

    with pytest.raises(RuntimeError, match="nobody looks at 0 of 1"):
        push(desk, asha, mine, fail)
    assert [it.ended_at for it in pushes(desk, asha, mine)] == [None]
    (done,) = resume(desk, mine)
    assert (done.applied, done.rows) == (1, 1)
    assert acted(recipient) == {"INV-1": [("N", "R")]}
