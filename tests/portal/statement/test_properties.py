"""What must hold however things happen: the trail tells it all, order among strangers doesn't matter, twice is once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api import Api, Taxpayer, amending, data, echo, error, invoice, note
from tests.portal.trail import replayed, stored
from tests.story import draw_up_drafts

from gst_ims.portal.statement import service as statement

QUICK = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
SECTIONS = ("b2b", "b2bcn", "b2ba", "b2bcna")
Step = Callable[[], Any]
Decisions = st.lists(st.sampled_from("ARPN"), min_size=4, max_size=4)


class Town:
    """Two suppliers who sell to two recipients, all of them new."""

    def __init__(self, api: Api) -> None:
        self.api = api
        api.go_to("2025-11-05T10:00")
        self.suppliers = [api.company("24"), api.company("24")]
        self.recipients = [api.company("27"), api.company("27")]

    def save(self, supplier: Taxpayer, period: str, *, amended: bool = False, taxable: float = 1000) -> None:
        """An invoice and a credit note for each recipient, or amendments of them."""
        invoices: list[Any] = []
        notes: list[Any] = []
        for number, recipient in enumerate(self.recipients):
            sold, given = invoice(f"INV-{number}", taxable=1000), note(f"CN-{number}", taxable=100)
            if amended:
                sold = amending(invoice(f"INV-{number}", taxable=taxable), inum=f"INV-{number}A")
                given = amending(note(f"CN-{number}", taxable=taxable / 10), nt_num=f"CN-{number}A")
                sold["oinum"], given["ont_num"] = f"INV-{number}", f"CN-{number}"
            else:
                sold, given = invoice(f"INV-{number}", taxable=taxable), note(f"CN-{number}", taxable=taxable / 10)
            invoices.append({"ctin": recipient.gstin, "inv": [sold]})
            notes.append({"ctin": recipient.gstin, "nt": [given]})
        tables = {"b2ba" if amended else "b2b": invoices, "cdnra" if amended else "cdnr": notes}
        assert supplier.save_return(period, **tables)["status_cd"] == "P"

    def decide(self, recipient: Taxpayer, supplier: Taxpayer, action: str) -> None:
        """The same for all that he has of a supplier and may act upon."""
        for section in SECTIONS:
            for record in recipient.records(section):
                if record["stin"] == supplier.gstin and action != "N":
                    reducing = {"itcRedReq": "Y"} if action == "A" and record.get("isItcRedReqBlocked") == "N" else {}
                    recipient.act(section, echo(record, action, **reducing))

    def compute(self, recipient: Taxpayer, period: str) -> str | None:
        """GSTR-2B anew; the code of a refusal."""
        answer = recipient.post(f"gstrs/gstr-2b/{period}/regenerate")
        if answer.json()["data"]["status_cd"] == "0":
            return error(answer)
        statement.compute(self.api.portal, recipient.gstin, data(answer)["reference_id"])
        return None

    def closes(self, recipient: Taxpayer, period: str) -> None:
        self.compute(recipient, period)
        data(recipient.post(f"gstrs/gstr-3b/{period}/file"))

    def outcome(self) -> dict[str, Any]:
        """Everything that is known of the four, by what they are instead of who they are."""
        names = {who.gstin: f"supplier {n}" for n, who in enumerate(self.suppliers)}
        names |= {who.gstin: f"recipient {n}" for n, who in enumerate(self.recipients)}
        known: dict[str, Any] = {}
        with self.api.portal.transaction() as db:
            for table in ("record", "statement_line", "statement_total", "closing", "added_back"):
                rows = db.execute(
                    f"select to_jsonb(t) - '{{hash,saved_at,filed_at,acted_at,arn}}'::text[] as row from {table} t"  # type: ignore[arg-type]
                    f" where rtin = any(%s)",
                    ([who.gstin for who in self.recipients],),
                ).fetchall()
                texts = [json.dumps({k: names.get(v, v) for k, v in r.row.items()}, sort_keys=True) for r in rows]
                known[table] = sorted(texts)
        return known


def in_turns(threads: list[list[Step]], turns: list[int]) -> None:
    """Do the steps of each thread in its order, and the threads in turns as they are said; at last what is left."""
    waiting = [list(thread) for thread in threads]
    for turn in turns:
        if waiting[turn % len(waiting)]:
            waiting[turn % len(waiting)].pop(0)()
    for thread in waiting:
        for step in thread:
            step()


def two_months(api: Api, actions: list[str], turns: list[int]) -> dict[str, Any]:
    """Two periods in which everybody does what he does, the unrelated of it in turns."""
    town = Town(api)
    (s1, s2), recipients = town.suppliers, town.recipients
    in_turns([[lambda s=s: town.save(s, "2025/10")] for s in (s1, s2)], turns)
    edits: list[Step] = [lambda: town.save(s2, "2025/10", taxable=1100), lambda: data(s2.file("2025/10"))]
    first: list[list[Step]] = [
        [lambda r=r, a=a: town.decide(r, s1, a) for a in pair]
        for r, pair in zip(recipients, (actions[:2], actions[2:]), strict=True)
    ]
    in_turns([edits, *first], turns)
    data(s1.file("2025/10"))
    api.go_to("2025-11-14T10:00")
    draw_up_drafts(api)
    in_turns(
        [
            [lambda r=r, a=a: town.decide(r, s2, a), lambda r=r: town.closes(r, "2025/10")]
            for r, a in zip(recipients, actions[1:3], strict=True)
        ],
        turns,
    )
    api.go_to("2025-12-05T10:00")
    in_turns(
        [
            [lambda s=s, t=t: town.save(s, "2025/11", amended=True, taxable=t), lambda s=s: data(s.file("2025/11"))]
            for s, t in ((s1, 800), (s2, 1300))
        ],
        turns,
    )
    api.go_to("2025-12-14T10:00")
    draw_up_drafts(api)
    in_turns(
        [
            [
                lambda r=r, a=a: town.decide(r, s1, a),
                lambda r=r, a=a: town.decide(r, s2, a),
                lambda r=r: town.closes(r, "2025/11"),
            ]
            for r, a in zip(recipients, actions[2:], strict=True)
        ],
        turns,
    )
    return town.outcome()


@QUICK
@given(actions=Decisions, turns=st.lists(st.integers(0, 2), min_size=3, max_size=8))
def test_the_order_of_what_is_unrelated_changes_nothing(api: Api, actions: list[str], turns: list[int]) -> None:
    assert two_months(api, actions, turns) == two_months(api, actions, [])


@QUICK
@given(actions=Decisions)
def test_records_are_what_their_trail_tells(api: Api, actions: list[str]) -> None:
    two_months(api, actions, [])
    with api.portal.transaction() as db:
        told, known = replayed(db), stored(db)
    for key, record in known.items():
        if key[5] not in ("BOE", "R6"):
            assert told[key] == record, key


@QUICK
@given(actions=Decisions)
def test_computed_twice_gstr_2b_is_the_same(api: Api, actions: list[str]) -> None:
    """Asked for again it is refused; and drawn up again without asking it would say the same."""
    town = Town(api)
    supplier, recipient = town.suppliers[0], town.recipients[0]
    town.save(supplier, "2025/10")
    data(supplier.file("2025/10"))
    api.go_to("2025-11-14T10:00")
    draw_up_drafts(api)
    for action in actions:
        town.decide(recipient, supplier, action)
        assert town.compute(recipient, "2025/10") in (None, "IMS0005")
        assert town.compute(recipient, "2025/10") == "IMS0005"
        read = data(recipient.get("gstrs/gstr-2b/2025/10"))["data"]
        with api.portal.transaction() as db, db.transaction(force_rollback=True):
            who = statement.recipient(db, recipient.gstin)
            at = api.portal.clock.now()
            period = statement.Period(2025, 10)
            version = statement.generate(db, who, period, at, "recompute")
            again = json.loads("".join(statement.read(db, recipient.gstin, period, at=at, version=version, file=None)))[
                "data"
            ]
        assert again == read | {"version": str(version)}
