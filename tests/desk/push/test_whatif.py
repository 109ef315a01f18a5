"""What GSTR-2B would be is what it then is: supposed, decided, pushed and drawn up, the figures are the same."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.api import Taxpayer, data, echo, note
from tests.desk.conftest import Hire
from tests.desk.decisions import agreed, decided, records
from tests.desk.push.test_promise import draw_up
from tests.desk.push.test_statements import NOVEMBER

from gst_ims.client.record import Reduction
from gst_ims.core.clock import IST, FixedClock
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.people.service import Person, Role
from gst_ims.desk.policy import service as policies
from gst_ims.desk.push.documents import HEADS
from gst_ims.desk.push.promise import compare, promised, recompute
from gst_ims.desk.push.service import push
from gst_ims.desk.push.statements import figures, statements
from gst_ims.desk.push.whatif import Supposed, outlook

OCTOBER = Period(2025, 10)
NOTHING = Supposed(decisions=False)


def heads_of_gstr2b(desk: Desk, by: Person, gstin: Gstin) -> list[int]:
    """Available credit by head, as the newest GSTR-2B states it."""
    kept = statements(desk, by, gstin)[0]
    found = [it for it in figures(desk, by, gstin, kept) if it.part == "itcavl"]
    return [sum(-it.heads[n] if it.supply == "othersup" else it.heads[n] for it in found) for n in range(len(HEADS))]


def test_what_is_supposed_is_what_comes(
    desk: Desk, mine: Gstin, recipient: Taxpayer, asha: Person, chetan: Person, clock: FixedClock
) -> None:
    draw_up(recipient, clock)
    known = records(desk, mine)
    before = outlook(desk, asha, mine, OCTOBER, Supposed())
    assert (before.now, before.changed) == (before.later, 0)
    compare(desk, asha, mine, OCTOBER)
    assert before.now == heads_of_gstr2b(desk, asha, mine)

    decided(desk, asha, mine, known["CN-1"], Action.ACCEPT, remarks="Half.", reduce=Reduction(igst=Decimal("9.09")))
    wanted = [(known["INV-1"], Action.REJECT), (known["CN-2"], Action.REJECT), (known["INV-3"], Action.PENDING)]
    agreed(desk, asha, chetan, mine, *wanted)
    said = outlook(desk, asha, mine, OCTOBER, Supposed())
    assert (said.changed, said.now) == (4, before.now)
    assert said.later != before.now
    assert said.owed == (0, 18_36)

    push(desk, asha, mine)
    assert promised(desk, asha, mine, OCTOBER).differing == ()
    assert heads_of_gstr2b(desk, asha, mine) == said.later
    after = outlook(desk, asha, mine, OCTOBER, Supposed())
    assert (after.now, after.later, after.owed) == (said.later, said.later, (18_36, 18_36))


def test_amendments_change_the_credit_by_what_they_differ(desk: Desk, november: Gstin, asha: Person) -> None:
    compare(desk, asha, november, NOVEMBER)
    said = outlook(desk, asha, november, NOVEMBER, Supposed(undecided=Action.REJECT))
    assert said.now == heads_of_gstr2b(desk, asha, november) == [-36_00 - 18_00, 0, 0, 0]
    assert (said.later, said.owed) == ([0, 0, 0, 0], (0, 36_00 + 18_00))


def test_a_note_that_has_waited_for_as_long_as_it_may_counts_as_accepted(
    desk: Desk, mine: Gstin, recipient: Taxpayer, asha: Person, clock: FixedClock
) -> None:
    """R2.9: pending until GSTR-3B of November is due, on the 20th of December."""
    (row,) = [row for row in recipient.records("CN") if row["nt_num"] == "CN-1"]
    recipient.act("b2bcn", echo(row, "P"))
    draw_up(recipient, clock)
    data(recipient.post("gstrs/gstr-3b/2025/10/file"))
    draw_up(recipient, clock, NOVEMBER)
    records(desk, mine)
    said = outlook(desk, asha, mine, NOVEMBER, Supposed(undecided=Action.REJECT))
    assert [(it.section, it.documents_now, it.changed) for it in said.sections] == [("b2bcn", 0, 0)]
    assert said.now == [0, 0, 0, 0]

    clock.at = datetime(2025, 12, 21, 10, tzinfo=IST)
    recipient.api.go_to(f"{clock.at:%Y-%m-%dT%H:%M}")
    with desk.ways("konkan", mine) as portal:
        assert recompute(portal, NOVEMBER) == ""
    records(desk, mine)
    compare(desk, asha, mine, NOVEMBER)
    said = outlook(desk, asha, mine, NOVEMBER, Supposed(supplier=row["stin"]))
    assert said.now == heads_of_gstr2b(desk, asha, mine) == [-18_18, 0, 0, 0]
    assert (said.later, said.owed) == ([0, 0, 0, 0], (0, 18_18))


def test_an_amended_note_that_gives_credit_back_waits_like_an_invoice(
    desk: Desk, mine: Gstin, asha: Person, clock: FixedClock
) -> None:
    """R2.12: a note amended downward, whose original was accepted. No reduction can be declared of it (R6.9)."""
    records(desk, mine)
    with desk.of([mine]) as db:
        db.execute("update desk.record set action = 'P', reduction_blocked = true where number = 'CN-1'")
    clock.at = datetime(2025, 12, 21, 10, tzinfo=IST)
    (notes,) = [it for it in outlook(desk, asha, mine, OCTOBER, NOTHING).sections if it.section == "b2bcn"]
    assert notes.documents_now == 2


def test_all_undecided_accepted_is_what_silence_is_and_rejected_is_nothing(
    desk: Desk, mine: Gstin, asha: Person
) -> None:
    records(desk, mine)
    accepted = outlook(desk, asha, mine, OCTOBER, Supposed(undecided=Action.ACCEPT))
    assert accepted.now == accepted.later
    assert accepted.changed == 12
    rejected = outlook(desk, asha, mine, OCTOBER, Supposed(undecided=Action.REJECT))
    assert sum(rejected.later) == 0
    assert rejected.owed[1] == 3 * 18_00 + (18 + 36)
    assert {it.documents_later for it in rejected.sections} == {0}


def test_a_suppliers_rejection_is_his_alone(desk: Desk, mine: Gstin, recipient: Taxpayer, asha: Person) -> None:
    other = recipient.api.company("24")
    other.give_notes(mine, note("CN-9", taxable=1000))
    other.file()
    records(desk, mine)
    for whose in (str(other.gstin), str(other.gstin)[2:12]):
        found = outlook(desk, asha, mine, OCTOBER, Supposed(supplier=whose))
        (changed,) = found.suppliers
        assert (changed.stin, changed.documents) == (other.gstin, 1)
        assert (changed.owed_now, changed.owed_later) == (0, 180_00)
        assert (changed.credit_now, changed.credit_later) == (-180_00, 0)
        assert sum(found.later) - sum(found.now) == 180_00


def test_what_people_decided_comes_before_the_policy_and_both_before_the_rest(
    desk: Desk, mine: Gstin, asha: Person, chetan: Person
) -> None:
    known = records(desk, mine)
    decided(desk, asha, mine, known["INV-1"], Action.PENDING)
    text = 'name = "mine"\n[[rule]]\nname = "two"\nwhen = "number in (\'INV-1\', \'INV-2\')"\naction = "reject"\n'
    policies.put(desk, asha, mine, text)
    policies.approve(desk, chetan, mine, "mine", 1)
    policies.use(desk, chetan, mine, "mine")
    everything = Supposed(policy=True, undecided=Action.ACCEPT)
    becomes = {it.number: it.becomes for it in outlook(desk, asha, mine, OCTOBER, everything).lines}
    assert (becomes.pop("INV-1"), becomes.pop("INV-2"), set(becomes.values())) == ("P", "R", {"A"})
    by_policy = outlook(desk, asha, mine, OCTOBER, Supposed(decisions=False, policy=True))
    assert [it.number for it in by_policy.lines] == ["INV-2"]


def test_pages_of_records_have_each_once_the_most_rupees_first(desk: Desk, mine: Gstin, asha: Person) -> None:
    records(desk, mine)
    supposed = Supposed(undecided=Action.REJECT)
    everything = outlook(desk, asha, mine, OCTOBER, supposed).lines
    paged, after = list(everything[:0]), None
    while page := outlook(desk, asha, mine, OCTOBER, supposed, after, 5).lines:
        paged += page
        after = (page[-1].size, page[-1].name)
    assert paged == everything
    assert len(everything) == 12
    assert [it.size for it in everything] == sorted((it.size for it in everything), reverse=True)


def test_a_record_that_changed_since_is_not_what_was_decided(desk: Desk, mine: Gstin, asha: Person) -> None:
    known = records(desk, mine)
    decided(desk, asha, mine, known["INV-1"], Action.PENDING)
    with desk.of([mine]) as db:
        db.execute("update desk.decision set hash = 'other' where gstin = %s", (mine,))
    assert outlook(desk, asha, mine, OCTOBER, Supposed()).changed == 0


def test_what_is_not_filed_or_of_a_later_period_is_in_none(
    desk: Desk, mine: Gstin, recipient: Taxpayer, asha: Person
) -> None:
    recipient.api.company("24").give_notes(mine, note("SAVED", taxable=1000))
    records(desk, mine)
    found = outlook(desk, asha, mine, OCTOBER, Supposed(undecided=Action.REJECT))
    assert "SAVED" not in {it.number for it in found.lines}
    assert found.changed == 12
    assert outlook(desk, asha, mine, Period(2025, 9), NOTHING).sections == ()


def test_an_amendment_of_what_was_never_seen_is_left_out(desk: Desk, mine: Gstin, asha: Person) -> None:
    records(desk, mine)
    with desk.of([mine]) as db:
        changed = "section = 'b2ba', original_number = 'X', original_date = document_date"
        db.execute(f"update desk.record set {changed} where number = 'INV-1'")
    found = outlook(desk, asha, mine, OCTOBER, Supposed(undecided=Action.REJECT))
    assert found.unsure == 1
    line = next(it for it in found.lines if it.number == "INV-1")
    assert (line.credit_now, line.owed_later) == (None, None)
    with desk.of([mine]) as db:
        db.execute("update desk.record set action = 'R' where number = 'INV-1'")
    # What comes back to its supplier isn't known either.
    assert outlook(desk, asha, mine, OCTOBER, NOTHING).unsure == 1


def test_nothing_stays_and_whoever_sees_the_taxpayer_may_ask(desk: Desk, mine: Gstin, hire: Hire) -> None:
    records(desk, mine)
    viewer = hire("Vera", mine, Role.VIEWER)
    assert outlook(desk, viewer, mine, OCTOBER, Supposed(undecided=Action.REJECT)).changed == 12
    assert outlook(desk, viewer, mine, OCTOBER, Supposed()).changed == 0
    stranger = Person("Devi", {})
    with pytest.raises(NotAllowed):
        outlook(desk, stranger, mine, OCTOBER, Supposed())


@pytest.mark.parametrize("supplier", ["X", "27AAXCT0001K1Z", "' or true --"])
def test_a_supplier_that_there_cannot_be_is_refused(supplier: str) -> None:
    with pytest.raises(Invalid, match="no GSTIN and no PAN"):
        Supposed(supplier=supplier)


HEAD = st.integers(0, 10**12)
FOUR = st.lists(HEAD, min_size=4, max_size=4)


def test_by_head_is_the_same_law_as_in_total(desk: Desk) -> None:
    """Whatever the document, the heads add up to what it does in total."""

    words = st.tuples(
        st.sampled_from([str(it) for it in OTHERS]),
        st.sampled_from("NARP"),
        st.sampled_from([None, "full", "none", "amounts"]),
    )

    @given(words, FOUR, FOUR, FOUR)
    def check(said: tuple[str, str, str | None], shares: list[int], tax: list[int], base: list[int]) -> None:
        # No head is reduced by more than it has (R6.8).
        declared = [min(share, whole) for share, whole in zip(shares, tax, strict=True)]
        with desk.house() as db:
            of = "desk.credits_of(%s, %s, %s, %s, %s, %s) as heads, desk.credit_of(%s, %s, %s, %s, %s, %s) as total"
            values = (*said, declared, tax, base, *said, sum(declared), sum(tax), sum(base))
            (row,) = db.execute(f"select {of}", values)
        assert sum(row.heads) == row.total

    check()
