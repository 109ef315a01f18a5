"""Pushing: what is decided is at the portal afterwards, once each, with a verdict for every row."""

from __future__ import annotations

from tests.api import Taxpayer
from tests.desk.review.test_decide import make, records, wish

from gst_ims.core.gstin import Gstin
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk
from gst_ims.desk.people.service import Person
from gst_ims.desk.push.service import push
from gst_ims.desk.review.steps import approve


def test_what_is_decided_and_approved_is_at_the_portal(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    first, second, *_ = records(desk, mine)
    assert make(desk, mine, asha, wish(first, Action.ACCEPT), wish(second, Action.REJECT)).made == 2
    with desk.of([mine]) as db:
        ids = [row.id for row in db.execute("select id from desk.decision").fetchall()]
    assert approve(desk, chetan, mine, ids).done == 2
    (done,) = push(desk, asha, mine)
    assert (done.rows, done.applied, done.refused, done.unknown) == (2, 2, 0, 0)
    assert done.ended_at is not None
    assert {it["inum"]: it["action"] for it in recipient.records("B2B")} == {
        **{f"INV-{n}": "N" for n in range(7)},
        first.number: "A",
        second.number: "R",
    }
