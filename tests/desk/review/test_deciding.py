"""People decide about one or many, and see before what that would do."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.api import Taxpayer
from tests.desk.decisions import agreed, records, rows, told

from gst_ims.client.record import Key, Reduction
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Section
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.people.service import Person
from gst_ims.desk.push.service import push
from gst_ims.desk.review.deciding import Otherwise, Seen, Want, decide_about, preview
from gst_ims.desk.review.lists import Filter


def test_all_of_a_list_are_decided_about(desk: Desk, mine: Gstin, asha: Person) -> None:
    records(desk, mine)
    made = decide_about(desk, asha, mine, Filter(state="todo", text="INV-"), Want(Action.ACCEPT, why="All came."))
    assert (made.made, made.refused) == (7, ())
    assert {(row.action, row.why, row.person) for row in rows(desk, mine)} == {("A", "All came.", "Asha")}


def test_an_acceptance_reduces_in_full_where_it_has_to_say_so(desk: Desk, mine: Gstin, asha: Person) -> None:
    records(desk, mine)
    assert decide_about(desk, asha, mine, Filter(), Want(Action.ACCEPT)).made == 12
    found = {row.number: row.reduction for row in rows(desk, mine)}
    assert {found[f"CN-{n}"] for n in range(3)} == {"full"}
    assert {found[number] for number in ("INV-1", "DN-1")} == {None}


def test_a_part_of_the_reduction_is_declared_where_that_is_possible(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    want = Want(Action.ACCEPT, "Half of it.", Reduction(igst=Decimal("9.09")))
    made = decide_about(desk, asha, mine, [Seen(known["CN-1"].key), Seen(known["INV-1"].key)], want)
    assert made.made == 1
    assert [(it.key.number, "leave it out" in it.why) for it in made.refused] == [("INV-1", True)]
    assert [row.declared_igst for row in rows(desk, mine)] == [9_09]


def test_a_preview_says_what_happens_and_leaves_nothing(desk: Desk, mine: Gstin, asha: Person) -> None:
    records(desk, mine)
    trail = told(desk, mine)
    want = Want(Action.REJECT)
    shown = preview(desk, asha, mine, Filter(), want)
    assert (rows(desk, mine), told(desk, mine)) == ([], trail)
    assert shown.effect.owed_after == 18_00 + 18_18 + 18_36
    assert shown.effect.credit_after == 0
    assert decide_about(desk, asha, mine, Filter(), want) == shown


def test_what_became_another_list_since_it_was_looked_at_is_not_decided(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person
) -> None:
    """Of a filter, and of names: a record of them was decided and pushed meanwhile, and stands otherwise."""
    known = records(desk, mine)
    want = Want(Action.ACCEPT)
    looks: list[Filter | list[Seen]] = [Filter(text="INV-"), [Seen(known["INV-1"].key), Seen(known["INV-2"].key)]]
    shown = [preview(desk, asha, mine, chosen, want).seen for chosen in looks]
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.PENDING))
    push(desk, asha, mine)
    for chosen, seen in zip(looks, shown, strict=True):
        with pytest.raises(Otherwise, match="look again"):
            decide_about(desk, asha, mine, chosen, want, seen)
    assert rows(desk, mine, "prepared") == []


def test_what_has_changed_since_it_was_seen_is_refused(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.PENDING))
    push(desk, asha, mine)
    seen = [
        Seen(known["INV-1"].key, known["INV-1"].hash, Action.NONE),
        Seen(known["INV-2"].key, "of before"),
        Seen(Key(Section.B2B, known["INV-1"].stin, "NIL", Period(2025, 10))),
        Seen(known["INV-3"].key, known["INV-3"].hash, Action.NONE),
    ]
    made = decide_about(desk, asha, mine, seen, Want(Action.ACCEPT))
    assert made.made == 1
    assert [it.why.split(":")[0] for it in made.refused] == [
        "Somebody acted on the record since",
        "The supplier has edited the document since",
        "There is no such record in IMS, or no longer.",
    ]


def test_what_stands_is_taken_back_by_a_list(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person, recipient: Taxpayer
) -> None:
    known = records(desk, mine)
    agreed(desk, asha, chetan, mine, (known["INV-1"], Action.ACCEPT), (known["CN-1"], Action.REJECT))
    push(desk, asha, mine)
    made = decide_about(desk, asha, mine, Filter(), Want(Action.NONE, why="Wrong month."))
    assert (made.made, len(made.refused)) == (2, 10)
    assert made.effect.credit_after - made.effect.credit_before == -18_18
    assert made.effect.owed_before - made.effect.owed_after == 18_18
    push(desk, asha, mine)
    assert {it["action"] for it in recipient.records("B2B") + recipient.records("CN")} == {"N"}


def test_an_empty_list_is_no_decision(desk: Desk, mine: Gstin, asha: Person) -> None:
    assert decide_about(desk, asha, mine, [], Want(Action.ACCEPT)).made == 0
    assert decide_about(desk, asha, mine, Filter(text="nothing like it"), Want(Action.ACCEPT)).made == 0


def test_only_a_preparer_decides_and_looks_what_it_would_do(desk: Desk, mine: Gstin, chetan: Person) -> None:
    for act in (decide_about, preview):
        with pytest.raises(NotAllowed, match="this takes preparer"):
            act(desk, chetan, mine, Filter(), Want(Action.ACCEPT))
