"""Making decisions: about records as they stand, each refused or made by itself, and told in the trail."""

from __future__ import annotations

from decimal import Decimal

import pytest
from psycopg.types.json import Jsonb
from tests.api import Taxpayer, echo, note
from tests.desk.conftest import Hire
from tests.desk.decisions import agreed, decided, make, records, rows, told, wish

from gst_ims.client.record import Decision, Key, Reduction
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section
from gst_ims.desk.desk import PROGRAM, Desk
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.push.service import push
from gst_ims.desk.review.service import Refusal, Wish, decide, reduce_of
from gst_ims.desk.sync.service import sync


def test_a_decision_keeps_what_it_is_about_and_what_is_at_stake(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    made = make(desk, mine, "Asha", wish(known["INV-1"], Action.PENDING, remarks="Goods are late.", why="Gate says so"))
    assert (made.made, made.replaced, made.refused) == (1, 0, ())
    (row,) = rows(desk, mine)
    assert (row.hash, row.was, row.action, row.remarks) == (known["INV-1"].hash, "N", "P", "Goods are late.")
    assert (row.stake, row.person, row.why, row.state) == (180_18, "Asha", "Gate says so", "prepared")
    assert row.at == desk.clock.now()
    assert told(desk, mine, known["INV-1"]) == [("Asha", "prepared")]


@pytest.mark.parametrize(
    ("number", "action", "more", "why"),
    [
        ("INV-1", Action.NONE, {}, "There is no action to take back."),
        ("INV-1", Action.ACCEPT, {"reduce": True}, "No reduction can be declared here: leave it out (R6.5)."),
        ("CN-1", Action.ACCEPT, {}, "Say whether credit is to be reduced (R6.6)."),
        (
            "CN-1",
            Action.ACCEPT,
            {"reduce": False},
            "A partial reduction, or none, has to be explained: add remarks (R6.10).",
        ),
        (
            "CN-1",
            Action.REJECT,
            {"reduce": True},
            "A reduction can be declared on acceptance only: leave it out (R6.7).",
        ),
        (
            "CN-1",
            Action.ACCEPT,
            {"reduce": (99_00, 0, 0, 0), "remarks": "x"},
            "A declared amount is below zero or above the tax of the document (R6.7).",
        ),
        (
            "INV-1",
            Action.REJECT,
            {"remarks": "x" * 251},
            "The remarks have 251 characters: shorten them to 250 (R6.10).",
        ),
    ],
)
def test_what_the_client_would_not_send_is_not_decided(
    desk: Desk, mine: Gstin, asha: Person, number: str, action: Action, more: dict[str, object], why: str
) -> None:
    record = records(desk, mine)[number]
    assert make(desk, mine, "Asha", wish(record, action, **more)).refused == (Refusal(record.key, why),)
    assert rows(desk, mine) == []
    assert told(desk, mine, record) == []


def test_each_is_refused_by_itself_and_in_order(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    nowhere = Key(Section.B2B, known["INV-1"].stin, "NIL", Period(2025, 10))
    made = make(
        desk,
        mine,
        "Asha",
        wish(known["INV-1"], Action.ACCEPT),
        wish(known["INV-1"], Action.REJECT),
        Wish(nowhere, "x", Action.NONE, Action.ACCEPT),
        Wish(known["INV-2"].key, "another", Action.NONE, Action.ACCEPT),
        Wish(known["INV-3"].key, known["INV-3"].hash, Action.PENDING, Action.ACCEPT),
        wish(known["INV-4"], Action.ACCEPT),
    )
    assert made.made == 2
    assert [(it.key.number, it.why) for it in made.refused] == [
        ("INV-1", "It stands here twice: the first counts."),
        ("NIL", "There is no such record in IMS, or no longer."),
        ("INV-2", "The supplier has edited the document since: look again."),
        ("INV-3", "Somebody acted on the record since: look again."),
    ]
    assert [row.action for row in rows(desk, mine)] == ["A", "A"]


def test_nothing_at_all_is_decided_as_well(desk: Desk, mine: Gstin) -> None:
    made = make(desk, mine, "Asha")
    assert (made.made, made.refused, made.effect.credit_after) == (0, (), 0)


def test_what_the_record_says_already_is_nothing_to_do(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.ACCEPT), (known["CN-1"], Action.ACCEPT))
    push(desk, asha, mine)
    known = records(desk, mine)
    again = [wish(known["INV-1"], Action.ACCEPT), wish(known["CN-1"], Action.ACCEPT, reduce=True)]
    assert [it.why for it in make(desk, mine, "Asha", *again).refused] == [
        "The record says so already: there is nothing to do."
    ] * 2
    other = wish(known["CN-1"], Action.ACCEPT, reduce=False, remarks="We reversed it already.")
    assert make(desk, mine, "Asha", other).made == 1


def test_ones_own_and_the_programs_decisions_are_replaced(desk: Desk, mine: Gstin, asha: Person) -> None:
    record = records(desk, mine)["INV-1"]
    make(desk, mine, PROGRAM, wish(record, Action.ACCEPT, policy="house v1: all"))
    assert make(desk, mine, "Asha", wish(record, Action.PENDING)).replaced == 1
    assert make(desk, mine, "Asha", wish(record, Action.REJECT)).replaced == 1
    assert [(row.action, row.state, row.words) for row in rows(desk, mine)] == [
        ("A", "undone", "Decided anew."),
        ("P", "undone", "Decided anew."),
        ("R", "prepared", None),
    ]
    assert told(desk, mine, record) == [
        *((PROGRAM, "prepared"), ("Asha", "undone"), ("Asha", "prepared"), ("Asha", "undone"), ("Asha", "prepared")),
    ]


def test_another_persons_decision_stays_and_a_policy_replaces_no_persons(
    desk: Desk, mine: Gstin, asha: Person, hire: Hire
) -> None:
    hire("Dev", mine, Role.PREPARER)
    record = records(desk, mine)["INV-1"]
    decided(desk, asha, mine, record, Action.ACCEPT)
    for person in ("Dev", PROGRAM):
        (refused,) = make(desk, mine, person, wish(record, Action.REJECT)).refused
        assert refused.why == "It is for Asha to change, who decided about it."
    assert [row.state for row in rows(desk, mine)] == ["prepared"]


def test_what_is_approved_has_to_be_taken_back_first(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    record = records(desk, mine)["INV-1"]
    agreed(desk, asha, chetan, mine, (record, Action.REJECT))
    (refused,) = make(desk, mine, "Asha", wish(record, Action.ACCEPT)).refused
    assert refused.why == "It is approved: undo that first."


def test_the_same_again_changes_nothing(desk: Desk, mine: Gstin, asha: Person) -> None:
    record = records(desk, mine)["INV-1"]
    proposed = wish(record, Action.ACCEPT, policy="house v1: all")
    make(desk, mine, PROGRAM, proposed)
    (refused,) = make(desk, mine, PROGRAM, proposed).refused
    assert refused.why == "It is decided so already."
    assert make(desk, mine, PROGRAM, proposed._replace(policy="house v2: all")).replaced == 1


def test_a_persons_rejection_needs_approval_and_a_policys_says_so_itself(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    make(desk, mine, "Asha", wish(known["INV-1"], Action.REJECT), wish(known["INV-2"], Action.ACCEPT))
    make(desk, mine, PROGRAM, wish(known["INV-3"], Action.REJECT, policy="house v1: never bought"))
    make(desk, mine, PROGRAM, wish(known["INV-4"], Action.ACCEPT, policy="house v1: look", needs_approval=True))
    assert [row.needs_approval for row in rows(desk, mine)] == [True, False, False, True]


def test_above_the_taxpayers_threshold_everything_needs_approval(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    rule = Jsonb({"always_for": [], "above": 180_18})
    with desk.of([mine]) as db:
        db.execute("insert into desk.setting (gstin, name, value) values (%s, 'approval', %s)", (mine, rule))
    wishes = [wish(known[f"INV-{n}"], Action.REJECT) for n in (1, 2)]
    make(desk, mine, "Asha", wishes[0])
    make(desk, mine, PROGRAM, wishes[1]._replace(policy="house v1: no"))
    assert [(row.stake, row.needs_approval) for row in rows(desk, mine)] == [(180_18, False), (180_36, True)]


@pytest.mark.parametrize("value", [{"above": "much"}, {"abvoe": 1}, ["R"]])
def test_a_rule_of_approval_that_says_nothing_is_told(desk: Desk, mine: Gstin, value: object) -> None:
    with desk.of([mine]) as db:
        db.execute("insert into desk.setting (gstin, name, value) values (%s, 'approval', %s)", (mine, Jsonb(value)))
    with pytest.raises(Invalid, match="The setting 'approval'"):
        make(desk, mine, "Asha")


def test_what_decisions_do_to_credit_and_liability_is_told(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    made = make(
        desk,
        mine,
        "Asha",
        wish(known["INV-1"], Action.REJECT),  # 180.18 of credit
        wish(known["INV-2"], Action.ACCEPT),  # 180.36, which silence would give as well
        wish(known["CN-1"], Action.REJECT),  # 18.18 that the supplier owes again
        wish(known["CN-2"], Action.ACCEPT, reduce=(10_00, 0, 0, 0), remarks="Half of it."),  # of 18.36
    )
    assert made.effect.unsure == 0
    assert made.effect.credit_before == 180_18 + 180_36 - 18_18 - 18_36
    assert made.effect.credit_after == 180_36 - 10_00
    assert (made.effect.owed_before, made.effect.owed_after) == (0, 18_18)


def test_an_amendment_counts_by_its_difference_where_the_original_is_known(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer
) -> None:
    supplier = recipient.api.company("24")
    supplier.give_notes(mine, note("CN-9", taxable=100))
    supplier.file()
    records(desk, mine)
    amended = {**note("CN-9A", taxable=150), "ont_num": "CN-9", "ont_dt": "06-10-2025"}
    supplier.save_return("2025/11", cdnra=[{"ctin": mine, "nt": [amended]}])
    known = records(desk, mine)
    assert "CN-9A" in known, "it is seen before it is filed"
    made = make(desk, mine, "Asha", wish(known["CN-9A"], Action.REJECT))
    # The 9.00 more than the original reduce no credit now; the supplier owes them.
    assert made.effect == (0, -9_00, 0, 0, 9_00)
    with desk.of([mine]) as db:
        db.execute("delete from desk.record where number = 'CN-9'")
    made = make(desk, mine, "Asha", wish(known["CN-9A"], Action.ACCEPT))
    assert made.refused == ()
    assert made.effect == (1, 0, 0, 0, 0), "what isn't known isn't guessed"


def test_a_reduction_survives_the_way_through_the_database(desk: Desk, mine: Gstin, asha: Person) -> None:
    record = records(desk, mine)["CN-1"]
    wanted = record.accept("Half.", Reduction(igst=Decimal("9.09")))
    make(desk, mine, "Asha", wish(record, wanted.action, remarks=wanted.remarks, reduce=reduce_of(wanted.reduce)))
    (row,) = rows(desk, mine)
    assert (row.reduction, row.declared_igst, row.declared_cess) == ("amounts", 9_09, 0)
    assert Decision(record, Action.ACCEPT, "Half.", Reduction(igst=Decimal("9.09"))) == wanted


def test_two_wishes_in_one_transaction_do_not_meet(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    with desk.of([mine]) as db:
        first = decide(db, desk, mine, [wish(known["INV-1"], Action.ACCEPT)], "Asha")
        second = decide(db, desk, mine, [wish(known["INV-2"], Action.ACCEPT)], PROGRAM)
    assert (first.made, second.made) == (1, 1)


def test_a_failed_wish_leaves_nothing(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)

    def wishes() -> object:
        yield wish(known["INV-1"], Action.ACCEPT)
        raise Invalid("The list ends here.")

    with pytest.raises(Invalid, match="ends here"), desk.of([mine]) as db:
        decide(db, desk, mine, wishes(), "Asha")  # type: ignore[arg-type]
    assert rows(desk, mine) == []


def test_what_somebody_did_elsewhere_voids_it_and_nothing_else(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer
) -> None:
    known = records(desk, mine)
    for number in ("INV-1", "INV-2"):
        decided(desk, asha, mine, known[number], Action.REJECT)
    (row,) = [it for it in recipient.records("B2B") if it["inum"] == "INV-1"]
    recipient.act("b2b", echo(row, "A"))
    sync(desk, mine)
    assert {row.number: (row.state, row.words) for row in rows(desk, mine)} == {
        "INV-1": ("void", "Somebody acted on the record elsewhere: look again."),
        "INV-2": ("prepared", None),
    }


def test_an_edit_of_the_supplier_voids_it_and_it_can_be_decided_anew(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer
) -> None:
    supplier = recipient.api.company("24")
    supplier.give_notes(mine, note("CN-9", taxable=100))
    before = records(desk, mine)["CN-9"]
    decided(desk, asha, mine, before, Action.REJECT)
    supplier.give_notes(mine, note("CN-9", taxable=200))
    sync(desk, mine)
    assert [(row.state, row.words) for row in rows(desk, mine)] == [
        ("void", "The supplier has edited the document: look again.")
    ]
    (refused,) = make(desk, mine, "Asha", wish(before, Action.REJECT)).refused
    assert refused.why == "The supplier has edited the document since: look again."
    decided(desk, asha, mine, records(desk, mine)["CN-9"], Action.REJECT)
