"""Behind each figure of GSTR-2B are its documents, and two readings tell what came, went and changed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from psycopg.errors import InsufficientPrivilege
from tests.api import Taxpayer, bill_of_entry, data, distribution, echo, invoice, note
from tests.desk.decisions import agreed, records
from tests.desk.push.test_promise import document, draw_up

from gst_ims.core.clock import FixedClock
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.people.service import Person
from gst_ims.desk.push.documents import HEADS, place_of
from gst_ims.desk.push.promise import compare, recompute
from gst_ims.desk.push.service import push
from gst_ims.desk.push.statements import (
    PARTS,
    Behind,
    Figure,
    behind,
    difference_totals,
    differences,
    figures,
    statements,
)

OCTOBER, NOVEMBER = Period(2025, 10), Period(2025, 11)


@pytest.fixture
def october(mine: Gstin, recipient: Taxpayer, clock: FixedClock, desk: Desk) -> Gstin:
    """Other kinds of documents besides: reverse charge, imports, distributed credit."""
    supplier = recipient.api.company("24")
    supplier.sell(mine, invoice("RC-1", "05-09-2025", taxable=100, rchrg="Y"), period="2025/09")
    supplier.file("2025/09")
    supplier.sell(mine, invoice("RC-2", taxable=300, rchrg="Y"))
    supplier.give_notes(mine, note("CN-RC", taxable=40, rchrg="Y"))
    supplier.file()
    data(recipient.api.imports(bill_of_entry(mine)))
    data(
        recipient.api.distributions(
            distribution(mine, supplier.gstin), distribution(mine, supplier.gstin, "ISD-2", doctyp="ISDC")
        )
    )
    draw_up(recipient, clock)
    records(desk, mine)
    return mine


def test_an_amendment_stands_with_what_it_changes(desk: Desk, november: Gstin, asha: Person) -> None:
    compare(desk, asha, november, NOVEMBER)
    kept = statements(desk, asha, november)[0]
    rows = {it.number: (list(it.tax), it.credit) for it in behind(desk, asha, november, kept)}
    assert rows == {"OLD-1": ([90_00, 0, 0, 0], [-36_00, 0, 0, 0]), "OLD-2": ([72_00, 0, 0, 0], [-18_00, 0, 0, 0])}
    assert {(it.leaf, it.total) for it in figures(desk, asha, november, kept)} == {("b2ba", -36_00), ("cdnra", 18_00)}


def test_an_amendment_of_what_was_never_seen_has_no_figures_here(desk: Desk, november: Gstin, asha: Person) -> None:
    with desk.of([november]) as db:
        db.execute("delete from desk.record where number in ('OLD-1', 'OLD-2') and section in ('b2b', 'b2bcn')")
    compare(desk, asha, november, NOVEMBER)
    rows = behind(desk, asha, november, statements(desk, asha, november)[0])
    assert [it.credit for it in rows] == [None, None] or [it.credit for it in rows] == [[None] * 4] * 2


def signed(figure: Figure, heads: list[int]) -> list[int]:
    """As the form has it: what takes credit away is above zero under `othersup`."""
    return [-it for it in heads] if figure.supply == "othersup" and figure.part != "itcRejected" else heads


def read(desk: Desk, by: Person, gstin: Gstin) -> list[Figure]:
    compare(desk, by, gstin, OCTOBER)
    return figures(desk, by, gstin, statements(desk, by, gstin)[0])


def test_behind_every_figure_are_the_documents_that_add_up_to_it(desk: Desk, october: Gstin, asha: Person) -> None:
    found = read(desk, asha, october)
    kept = statements(desk, asha, october)[0]
    assert len(found) >= 6
    for figure in found:
        rows = behind(desk, asha, october, kept, figure.part, figure.supply, figure.leaf)
        assert len(rows) == figure.documents, figure
        adds = [row.credit for row in rows]
        assert None not in adds, rows
        sums = [sum(it[head] for it in adds if it) for head in range(len(HEADS))]
        assert signed(figure, sums) == list(figure.heads), figure


def test_the_numbers_at_the_edge_have_their_rows_too(desk: Desk, october: Gstin, asha: Person) -> None:
    found = read(desk, asha, october)
    kept = statements(desk, asha, october)[0]
    everything = behind(desk, asha, october, kept)
    assert len(everything) == sum(it.documents for it in found)
    for part in PARTS:
        rows = behind(desk, asha, october, kept, part)
        assert len(rows) == sum(it.documents for it in found if it.part == part)
    assert {it.number for it in behind(desk, asha, october, kept, head="cess")} == {"2566282"}
    assert behind(desk, asha, october, kept, head="sgst") == []


def test_pages_have_every_document_once_the_most_rupees_first(desk: Desk, october: Gstin, asha: Person) -> None:
    read(desk, asha, october)
    kept = statements(desk, asha, october)[0]
    everything, paged, after = behind(desk, asha, october, kept), list[Behind](), None
    while page := behind(desk, asha, october, kept, after=after, limit=4):
        paged += page
        after = (page[-1].size, page[-1].name)
    assert paged == everything
    assert [sum(it.tax) for it in everything] == sorted((sum(it.tax) for it in everything), reverse=True)
    assert len({it.name for it in everything}) == len(everything)


def test_two_readings_tell_what_came_went_and_changed(
    desk: Desk, october: Gstin, asha: Person, recipient: Taxpayer
) -> None:
    read(desk, asha, october)
    (row,) = [it for it in recipient.records("B2B") if it["inum"] == "INV-1"]
    recipient.act("b2b", echo(row, "R"))
    (row,) = [it for it in recipient.records("B2B") if it["inum"] == "INV-2"]
    recipient.act("b2b", echo(row, "P"))
    with desk.ways("konkan", october) as portal:
        assert recompute(portal, OCTOBER) == ""
    read(desk, asha, october)
    now, before = statements(desk, asha, october)
    found = {it.number: it for it in differences(desk, asha, october, now, before)}
    assert {number: it.kind for number, it in found.items()} == {"INV-1": "changed", "INV-2": "gone"}
    one, two = found["INV-1"], found["INV-2"]
    assert (one.was_part, one.part, one.was_adds, one.adds) == ("itcavl", "itcRejected", 180_18, 0)
    assert (two.was_part, two.part, two.was, two.now) == ("itcavl", None, [180_36, 0, 0, 0], None)
    assert {it.cause for it in found.values()} == {"anew"}, "the records weren't read since"
    assert difference_totals(desk, asha, october, now, before) == {"changed": (1, 180_18, 0), "gone": (1, 180_36, 0)}
    back = difference_totals(desk, asha, october, before, now)
    assert back == {"changed": (1, 0, 180_18), "added": (1, 0, 180_36)}
    assert [it.number for it in differences(desk, asha, october, now, before, "gone")] == ["INV-2"]
    first, second = differences(desk, asha, october, now, before)
    assert differences(desk, asha, october, now, before, after=(first.size, first.name)) == [second]
    assert differences(desk, asha, october, now, now) == []


def test_what_cannot_be_asked_is_refused(desk: Desk, october: Gstin, asha: Person) -> None:
    read(desk, asha, october)
    kept = statements(desk, asha, october)[0]
    with pytest.raises(Invalid, match="There is no head 'vat'"):
        behind(desk, asha, october, kept, head="vat")
    with pytest.raises(Invalid, match="There is no kind 'new'"):
        differences(desk, asha, october, kept, kept, "new")
    other = replace(kept, period=Period(2025, 9))
    for compared in (differences, difference_totals):
        with pytest.raises(Unknown, match="of one period"):
            compared(desk, asha, october, kept, other)
    devi = Person("Devi", {})
    calls = [
        lambda: figures(desk, devi, october, kept),
        lambda: behind(desk, devi, october, kept),
        lambda: differences(desk, devi, october, kept, kept),
        lambda: difference_totals(desk, devi, october, kept, kept),
    ]
    for call in calls:
        with pytest.raises(NotAllowed):
            call()


def test_documents_that_were_kept_stay_as_they_are(desk: Desk, october: Gstin, asha: Person) -> None:
    read(desk, asha, october)
    for statement in ("update desk.statement_document set number = 'X'", "delete from desk.statement_document"):
        with pytest.raises(InsufficientPrivilege), desk.of([october]) as db:
            db.execute(statement)


@pytest.mark.parametrize(
    ("table", "more", "place"),
    [
        ("b2b", {}, ("itcavl", "nonrevsup", "b2b")),
        ("b2b", {"rev": "Y"}, ("itcavl", "revsup", "b2b")),
        ("cdnr", {"typ": "C"}, ("itcavl", "othersup", "cdnr")),
        ("cdnra", {"typ": "C", "rev": "Y"}, ("itcavl", "othersup", "cdnrarev")),
        ("cdnr", {"typ": "D", "rev": "Y"}, ("itcavl", "revsup", "cdnr")),
        ("cdnr", {"typ": "D"}, ("itcavl", "nonrevsup", "cdnr")),
        ("ecom", {"rev": "Y"}, ("itcavl", "nonrevsup", "ecom")),
        ("isd", {"doctyp": "ISDI"}, ("itcavl", "isdsup", "isd")),
        ("isda", {"doctyp": "ISDC"}, ("itcavl", "othersup", "isda")),
        ("impg", {"isamd": "N"}, ("itcavl", "imports", "impg")),
        ("impgsez", {"isamd": "Y"}, ("itcavl", "imports", "impgasez")),
        ("impga", {"isamd": "Y"}, ("itcavl", "imports", "impga")),
        ("impgseza", {"isamd": "Y"}, ("itcavl", "imports", "impgasez")),
        ("itcrev.b2b", {}, ("itcrev", "nonrevsup", "b2b")),
    ],
)
def test_every_document_has_its_place(table: str, more: dict[str, str], place: tuple[str, str, str]) -> None:
    assert place_of(replace(document(table, None), more=more)) == place


def test_what_is_rejected_or_not_available_stands_apart() -> None:
    assert place_of(replace(document("b2b", None), rejected=True))[0] == "itcRejected"
    assert place_of(replace(document("b2b", None), credit_available="N"))[0] == "itcunavl"


def test_what_was_decided_here_between_two_readings_is_told_by_whom(
    desk: Desk, october: Gstin, asha: Person, chetan: Person
) -> None:
    """An invoice that waited, and was accepted after the draft, comes with the second reading."""
    known = records(desk, october)
    agreed(desk, asha, chetan, october, (known["INV-2"], Action.PENDING), (known["INV-1"], Action.REJECT))
    push(desk, asha, october)
    read(desk, asha, october)
    before = statements(desk, asha, october)[0]
    known = records(desk, october)
    agreed(desk, asha, chetan, october, (known["INV-2"], Action.ACCEPT))
    push(desk, asha, october)
    read(desk, asha, october)
    (found,) = differences(desk, asha, october, statements(desk, asha, october)[0], before)
    assert (found.number, found.kind) == ("INV-2", "added")
    assert (found.cause, found.action, found.person, found.at) == ("decided", "A", "Asha", desk.clock.now())


@pytest.mark.parametrize(("remove", "cause"), [(False, "acted"), (True, "unseen")])
def test_what_a_reading_of_the_portal_found_says_why(
    desk: Desk, october: Gstin, asha: Person, recipient: Taxpayer, remove: bool, cause: str
) -> None:
    records(desk, october)
    read(desk, asha, october)
    (row,) = [it for it in recipient.records("B2B") if it["inum"] == "INV-2"]
    recipient.act("b2b", echo(row, "P"))
    records(desk, october)
    if remove:
        with desk.of([october]) as db:
            db.execute("delete from desk.record where number = 'INV-2'")
    with desk.ways("konkan", october) as portal:
        assert recompute(portal, OCTOBER) == ""
    read(desk, asha, october)
    now, before = statements(desk, asha, october)[:2]
    (found,) = differences(desk, asha, october, now, before)
    assert (found.number, found.cause, found.action) == ("INV-2", cause, None if remove else "P")
