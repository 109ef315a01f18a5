"""The recipients' side of the demo, replayed against a small model of IMS that knows nothing of how it was made."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest

from gst_ims.core.document import wire_date
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Form, Section
from gst_ims.synthetic import Act, Document, File, Imports, Reset, Save, demo
from gst_ims.synthetic.decisions import actionable, decide, reduces
from gst_ims.synthetic.documents import Original, make_item
from gst_ims.synthetic.people import companies
from gst_ims.synthetic.returns import Standing

SPECIFIED_ALWAYS = {"b2bcn"}
HEADS = {"declIgst": "iamt", "declCgst": "camt", "declSgst": "samt", "declCess": "cess"}
ASKED = {"action", "prev_status", "remarks", "itcRedReq", *HEADS}


@dataclass
class Record:
    """One record of IMS, as the model holds it."""

    section: str
    echo: dict
    saved_at: object
    in_ims: bool
    form: Form
    action: str = "N"
    filed_at: object = None
    trail: list = field(default_factory=list)


@dataclass
class Decision:
    """One row of a request, with the record as it was before."""

    event: object
    section: str
    row: dict
    record: Record
    original: Record | None


class Ims:
    """Plays events; `decisions` is what was asked, `problems` what a portal would refuse."""

    def __init__(self, flatten, totals):
        self.flatten, self.totals = flatten, totals
        self.records, self.bills = {}, {}
        self.decisions, self.problems, self.lost = [], [], []

    def play(self, events):
        for event in events:
            if isinstance(event, Save):
                self.save(event)
            elif isinstance(event, File):
                for record in self.records.values():
                    if (record.echo["stin"], record.form, record.echo["rtnprd"]) == (
                        event.stin, event.form, str(event.period),
                    ):  # fmt: skip
                        record.filed_at = event.at
            elif isinstance(event, Imports):
                for row in event.rows:
                    self.bills[event.rtin, event.section.value, row["reference"]] = [row, "N"]
            elif isinstance(event, Act | Reset):
                for section, rows in event.body["invdata"].items():
                    for row in rows:
                        (self.bill if "boenum" in row else self.decide)(event, section, row)
        return self

    def save(self, event):
        for section, rtin, _, row in self.flatten(event.body):
            key = (rtin, section, str(event.stin), row.get("inum", row.get("nt_num")))
            if row.get("flag") == "D":
                self.lost.append(self.records.pop(key))
                continue
            echo = {k: row[k] for k in row if k not in ("itms", "rchrg", "ntty", "sply_ty")}
            if section in ("ecom", "ecoma"):
                del echo["inv_typ"]
            sums = self.totals(row)
            echo |= {"txval": sums["txval"], "iamt": sums["iamt"], "camt": sums["camt"], "samt": sums["samt"]}
            echo |= {"cess": sums["csamt"], "stin": str(event.stin), "rtnprd": str(event.period)}
            echo["srcform"] = event.form.value
            barred = row.get("rchrg") == "Y" or event.stin.state == row["pos"] != rtin[:2]
            old = self.records.get(key)
            if old and old.action != "N":
                self.lost.append(old)
            self.records[key] = Record(section, echo, event.at, not barred, event.form)

    def decide(self, event, section, row):
        number = row.get("inum", row.get("nt_num"))
        record = self.records.get((event.rtin, section, row["stin"], number))
        if record is None:
            self.problems.append(("unknown", row))
            return
        if {k: v for k, v in row.items() if k not in ASKED} != record.echo:
            self.problems.append(("echo", row))
        if row["prev_status"] != record.action:
            self.problems.append(("prev_status", row))
        original = self.records.get(
            (event.rtin, Section(section).original.value, row["stin"], row.get("oinum", row.get("ont_num")))
        )
        self.decisions.append(Decision(event, section, row, record, original))
        record.action = row.get("action", "N")
        record.trail.append((event.at, record.action))

    def bill(self, event, section, row):
        bill = self.bills.get((event.rtin, section, row["rgstinrefId"]))
        if bill is None or bill[1] != row["prev_status"]:
            self.problems.append(("bill", row))
            return
        bill[1] = row["action"]


def tax(echo):
    return echo["iamt"] + echo["camt"] + echo["samt"] + echo["cess"]


def counts_in(record):
    """The GSTR-2B period: everything in the demo is filed in time (R7.3), and GSTR-1A counts a period later (R3.5)."""
    period = Period.parse(record.echo["rtnprd"])
    return period.next() if record.form is Form.R1A else period


@pytest.fixture(scope="module")
def ims(events, flatten, totals):
    return Ims(flatten, totals).play(events)


@pytest.fixture(scope="module")
def quarterly(world):
    return {c.gstin for c in world.recipients if c.quarterly}


def is_specified(decision, quarterly):
    """R2.4, from the rows alone."""
    section, original = decision.section, decision.original
    if section in SPECIFIED_ALWAYS:
        return True
    if original is None:
        return False
    change = tax(decision.record.echo) - tax(original.echo)
    if section == "b2bcna":
        return change >= 0 or original.action == "R"
    # The quarterly recipient's GSTR-3B is due after the end of the story.
    return change < 0 and original.action in "AN" and decision.event.rtin not in quarterly


# What a portal would say


def test_a_portal_would_take_all_of_it(ims):
    assert ims.problems == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_portal_would_take_it_whatever_the_seed(seed, flatten, totals):
    assert Ims(flatten, totals).play(demo(seed).events()).problems == []


def test_nothing_is_decided_that_is_not_in_ims(ims):
    assert all(d.record.in_ims for d in ims.decisions)


def test_decisions_come_after_the_save(ims):
    assert all(d.record.saved_at < d.event.at for d in ims.decisions)


def test_decisions_come_before_the_recipients_gstr_3b(ims):
    """The 20th after the record's period; what was kept pending may be decided a period later (R2.3, R3.15)."""
    for decision in ims.decisions:
        period = counts_in(decision.record)
        kept = decision.row["prev_status"] == "P" and Period.of(decision.event.at.date()) > period.next()
        last = period.next().next() if kept else period.next()
        assert decision.event.at.date() < date(last.year, last.month, 20)


def test_decisions_are_made_from_the_12th_to_the_19th_but_for_quick_ones_on_the_8th(events):
    days = Counter(e.at.day for e in events if isinstance(e, Act | Reset))
    assert days.keys() <= {8, *range(12, 20)}
    assert days[8] == 12


def test_what_was_pending_is_decided_in_the_next_period(ims):
    late = [d for d in ims.decisions if d.event.at.date() > counts_in(d.record).next().last_day]
    assert len(late) > 10
    assert {d.row["prev_status"] for d in late} == {"P"}


# How much is decided


@pytest.mark.parametrize("period", ["102025", "112025"])
def test_about_six_of_ten_records_are_decided(ims, period):
    records = [r for r in ims.records.values() if r.echo["rtnprd"] == period and r.in_ims]
    assert 0.5 < sum(r.action != "N" for r in records) / len(records) < 0.7


def test_some_of_december_is_decided(ims):
    records = [r for r in ims.records.values() if r.echo["rtnprd"] == "122025" and r.in_ims]
    assert 0.1 < sum(r.action != "N" for r in records) / len(records) < 0.5


def test_most_is_accepted_and_some_rejected_and_some_kept(ims):
    counts = Counter(d.row.get("action") for d in ims.decisions)
    assert counts["A"] > 4 * counts["P"] > counts["R"] > 20


@pytest.mark.parametrize("section", ["b2b", "b2ba", "b2bcn", "b2bcna", "b2bdn", "b2bdna", "ecom", "ecoma"])
def test_something_is_decided_in_every_section(ims, section):
    assert any(d.section == section for d in ims.decisions)


def test_every_recipient_decides(world, ims):
    assert {d.event.rtin for d in ims.decisions} == {c.gstin for c in world.recipients}


def test_some_decisions_are_changed(ims):
    changed = [d for d in ims.decisions if d.row.get("action") and d.row["prev_status"] not in ("N", "P")]
    assert len(changed) > 10
    assert all(d.row["action"] != d.row["prev_status"] for d in changed)


def test_no_decision_is_taken_twice(ims):
    assert all(d.row.get("action") != d.row["prev_status"] for d in ims.decisions)


# Edits after decisions


def test_records_were_edited_after_the_recipient_had_decided(ims):
    assert len(ims.lost) == 24
    assert all(record.action in "AR" and record.filed_at is None for record in ims.lost)


def test_some_of_them_are_decided_anew(ims):
    lost = {(record.echo["stin"], record.echo["inum"]) for record in ims.lost}
    anew = [d for d in ims.decisions if (d.row["stin"], d.row.get("inum")) in lost and d.event.at.day >= 12]
    assert len(anew) >= 5
    assert all(d.record.saved_at.day == 9 for d in anew)


# Amendments


def test_an_amendment_is_decided_after_its_original(ims):
    for decision in ims.decisions:
        if Section(decision.section).is_amendment:
            assert decision.original is not None
            assert decision.original.trail
            assert decision.original.action in ("A", "R")


def test_the_gstr_1a_counts_a_period_later_and_is_decided_then(ims):
    for decision in ims.decisions:
        if decision.record.form is Form.R1A:
            assert decision.event.at.date() >= date(2025, 12, 12)


# Reset


def test_a_reset_has_no_action_and_no_remarks(ims):
    rows = [d.row for d in ims.decisions if d.event.body["reqtyp"] == "RESET"]
    assert len(rows) > 5
    assert all(not {"action", "remarks", "itcRedReq"} & row.keys() for row in rows)


def test_only_what_was_decided_is_reset(ims):
    assert {d.row["prev_status"] for d in ims.decisions if isinstance(d.event, Reset)} <= {"A", "R", "P"}


def test_the_request_says_what_it_is(events):
    for event in events:
        if isinstance(event, Act | Reset):
            assert event.body["reqtyp"] == ("SAVE" if isinstance(event, Act) else "RESET")
            assert event.body["rtin"] == event.rtin
            assert all(event.body["invdata"].values())


# Remarks and reductions


def test_rejections_and_delays_are_explained(ims):
    for decision in ims.decisions:
        if decision.row.get("action") in ("R", "P"):
            assert 0 < len(decision.row["remarks"]) <= 250


def test_a_plain_acceptance_has_no_remarks(ims):
    for decision in ims.decisions:
        row = decision.row
        if row.get("action") == "A" and row.get("itcRedReq", "Y") == "Y" and "declIgst" not in row:
            assert "remarks" not in row


def test_reductions_are_declared_where_accepting_reduces_and_nowhere_else(ims, quarterly):
    for decision in ims.decisions:
        asked = decision.row.get("action") == "A" and is_specified(decision, quarterly)
        assert ("itcRedReq" in decision.row) is asked


def test_a_reduction_is_declared_in_sections_that_have_it(ims):
    assert all(Section(d.section).declares_reduction for d in ims.decisions if "itcRedReq" in d.row)


def test_there_are_full_and_partial_reductions_and_none(ims):
    kinds = Counter((d.row["itcRedReq"], "declIgst" in d.row) for d in ims.decisions if "itcRedReq" in d.row)
    assert kinds.keys() == {("Y", False), ("Y", True), ("N", False)}
    assert kinds["Y", False] > kinds["Y", True] > 5


def test_declared_amounts_are_within_the_tax_and_all_four(ims):
    for decision in ims.decisions:
        if HEADS.keys() & decision.row.keys():
            assert HEADS.keys() <= decision.row.keys()
            assert all(0 <= decision.row[d] <= decision.row[head] for d, head in HEADS.items())
            assert decision.row["declCgst"] == decision.row["declSgst"]
            assert any(decision.row[d] > 0 for d in HEADS)


def test_declared_amounts_of_an_amendment_are_within_the_difference(ims):
    for decision in ims.decisions:
        if "declIgst" in decision.row and decision.original and decision.original.action == "A":
            for declared, head in HEADS.items():
                difference = abs(decision.row[head] - decision.original.echo[head])
                assert decision.row[declared] <= difference


def test_less_than_the_whole_is_explained(ims):
    for decision in ims.decisions:
        if decision.row.get("itcRedReq") == "N" or "declIgst" in decision.row:
            assert decision.row["remarks"]


# Imports


def test_bills_of_entry_are_accepted_or_kept_and_never_rejected(events):
    rows = [
        r for e in events if isinstance(e, Act) for s, rs in e.body["invdata"].items() if s[:3] == "imp" for r in rs
    ]
    assert Counter(row["action"] for row in rows).keys() == {"A", "P"}


def test_bills_of_entry_are_not_mixed_with_others(events):
    """IMS takes them on its page only; a portal that doesn't know them refuses the whole body."""
    for event in events:
        if isinstance(event, Act):
            assert len({section.startswith("imp") for section in event.body["invdata"]}) == 1


# The rules, one by one

LAW_MONTH, LATER = Period(2025, 10), Period(2025, 11)
MONTHLY = companies(1, 1, "recipient", states=("33",))[0]
QUARTERLY = companies(1, 1, "recipient", states=("33",), quarterly=1)[0]
STIN = Gstin("27AAPFU0939F1ZV")


def standing(section, rupees, *, amends=None, action=Action.NONE, counts=LAW_MONTH, **changes):
    items = (make_item(1800, rupees * 100, intra=False),)
    original = Original(amends.document.number, amends.document.day) if amends else None
    document = Document(
        section, STIN, MONTHLY.gstin, "X1", date(2025, 10, 5), "33", items, original=original, **changes
    )
    return Standing(document, Form.R1, LAW_MONTH, counts, action, amends)


def chain(section, before, now, action, *, counts=LATER):
    first = standing(section.original, before, action=action)
    return standing(section, now, amends=first, counts=counts)


def test_an_invoice_does_not_reduce():
    assert not reduces(standing(Section.B2B, 1_000), MONTHLY)
    assert not reduces(standing(Section.B2BDN, 1_000), MONTHLY)


def test_a_credit_note_does():
    assert reduces(standing(Section.B2BCN, 1_000), MONTHLY)


@pytest.mark.parametrize(
    ("now", "action", "expected"),
    [
        (1_500, Action.ACCEPT, True),
        (1_000, Action.ACCEPT, True),
        (500, Action.ACCEPT, False),
        (500, Action.REJECT, True),
        (1_500, Action.REJECT, True),
    ],
)
def test_an_amended_credit_note_reduces_unless_it_is_less_and_was_accepted(now, action, expected):
    assert reduces(chain(Section.B2BCNA, 1_000, now, action), MONTHLY) is expected


@pytest.mark.parametrize("section", [Section.B2BA, Section.B2BDNA, Section.ECOMA])
@pytest.mark.parametrize(
    ("now", "action", "expected"),
    [
        (500, Action.ACCEPT, True),
        (500, Action.REJECT, False),
        (1_000, Action.ACCEPT, False),
        (1_500, Action.ACCEPT, False),
    ],
)
def test_an_amended_invoice_reduces_if_it_is_less_and_was_accepted(section, now, action, expected):
    assert reduces(chain(section, 1_000, now, action), MONTHLY) is expected


def test_within_one_quarter_a_quarterly_recipient_has_nothing_to_reduce():
    assert not reduces(chain(Section.B2BA, 1_000, 500, Action.ACCEPT), QUARTERLY)


def test_in_the_next_quarter_it_has():
    assert reduces(chain(Section.B2BA, 1_000, 500, Action.ACCEPT, counts=Period(2026, 1)), QUARTERLY)


def test_within_one_period_there_is_nothing_to_reduce():
    assert not reduces(chain(Section.B2BA, 1_000, 500, Action.ACCEPT, counts=LAW_MONTH), MONTHLY)


def test_what_is_decided_is_not_decided_again():
    assert not actionable(standing(Section.B2B, 1_000, action=Action.ACCEPT))


def test_what_is_pending_may_be():
    assert actionable(standing(Section.B2B, 1_000, action=Action.PENDING))


def test_reverse_charge_is_never_decided_on():
    assert not actionable(standing(Section.B2B, 1_000, reverse_charge=True))


@pytest.mark.parametrize("action", list(Action))
def test_an_amendment_waits_for_its_original(action):
    expected = action in (Action.ACCEPT, Action.REJECT)
    assert actionable(chain(Section.B2BA, 1_000, 500, action)) is expected


def test_what_was_kept_pending_is_not_kept_again():
    standings = [standing(Section.B2BCN, 1_000, action=Action.PENDING) for _ in range(200)]
    rows = [r for e in decide(Random(1), MONTHLY, LAW_MONTH, standings) for r in e.body["invdata"]["b2bcn"]]
    assert not [r for r in rows if r.get("action") == "P"]


def test_standings_follow_what_was_decided():
    standings = [standing(Section.B2B, 1_000) for _ in range(200)]
    list(decide(Random(1), MONTHLY, LAW_MONTH, standings))
    assert {s.action for s in standings} == set(Action)


def test_changes_come_later_on_the_same_day_or_after():
    made = list(decide(Random(1), MONTHLY, LAW_MONTH, [standing(Section.B2B, 1_000) for _ in range(500)]))
    assert {e.at.hour for e in made} == {9, 15, 16}
    assert all(e.at.date() <= date(2025, 11, 19) for e in made)
    assert timedelta(0) < max(e.at for e in made) - min(e.at for e in made)


def test_half_an_odd_paisa_is_rounded_down():
    """EX-7: a part of the tax may be declared."""
    note = standing(Section.B2BCN, 1_000)
    rows = []
    for seed in range(50):
        note.action = Action.NONE
        rows += [r for e in decide(Random(seed), MONTHLY, LAW_MONTH, [note]) for r in e.body["invdata"]["b2bcn"]]
    declared = {r["declIgst"] for r in rows if "declIgst" in r}
    assert declared == {Decimal("90.00")}


def test_dates_of_the_rows_can_be_read(ims):
    assert all(wire_date(d.row.get("idt", d.row.get("nt_dt"))) for d in ims.decisions)
