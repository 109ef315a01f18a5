"""All that is known about one record."""

from __future__ import annotations

from decimal import Decimal

import pytest
from psycopg.types.json import Jsonb
from tests.api import Taxpayer, invoice, note
from tests.desk.decisions import agreed, decided, records

from gst_ims.client.record import Key
from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Form, Section
from gst_ims.desk.desk import Desk, NotAllowed, Unknown
from gst_ims.desk.people.service import Person
from gst_ims.desk.push.service import push
from gst_ims.desk.review.deciding import Seen, Want, decide_about
from gst_ims.desk.review.panel import panel
from gst_ims.desk.review.steps import comment, give_back


def test_a_panel_has_everything_about_a_record(desk: Desk, mine: Gstin, asha: Person, chetan: Person) -> None:
    record = records(desk, mine)["CN-1"]
    number = decided(desk, asha, mine, record, Action.ACCEPT, reduce=False, remarks="Reversed.", why="See JV 12")
    give_back(desk, chetan, mine, [number], "Which period?")
    comment(desk, asha, mine, record.key, "September.")
    agreed(desk, asha, chetan, mine, (record, Action.ACCEPT))
    push(desk, asha, mine)
    seen = panel(desk, asha, mine, record.key)
    assert seen.stands
    assert [(version.became, version.record.action) for version in seen.versions] == [
        ("acted", Action.ACCEPT),
        ("new", Action.NONE),
    ]
    assert seen.record.reduction is True
    assert [(it.state, it.reduce, it.words, it.current) for it in seen.decisions] == [
        ("applied", True, None, True),
        ("returned", False, "Which period?", True),
    ]
    assert (seen.decisions[0].approved_by, seen.decisions[0].push, seen.decisions[1].why) == ("Chetan", 1, "See JV 12")
    assert [it.text for it in seen.comments] == ["September."]
    assert [it.what for it in seen.trail] == [
        *("prepared", "returned", "commented", "prepared", "approved", "sending", "applied"),
    ]
    assert [it.key for it in seen.chain] == [record.key]


def test_a_panel_shows_what_was_found_and_the_books(desk: Desk, mine: Gstin, asha: Person) -> None:
    record = records(desk, mine)["INV-1"]
    with desk.of([mine]) as db:
        db.execute(
            "insert into desk.book (gstin, id, since, label, section, stin, number, document_date, value, taxable,"
            " igst, cgst, sgst, cess, source) values (%s, 'fy:b2b:1', 1, 'fy', 'b2b', %s, 'INV/1', '2025-10-05',"
            " 118118, 100100, 18017, 0, 0, 0, %s)",
            (mine, record.stin, Jsonb({"file": "books.xlsx", "row": 7})),
        )
        db.execute(
            "insert into desk.finding (gstin, side, id, since, bucket, score, rule, partners, reasons, differences)"
            " values (%s, 'portal', %s, 1, 'probable', 81, 'number', '{fy:b2b:1}', '{Numbers differ by a slash.}', %s)",
            (mine, str(record.key), Jsonb({"igst": [18018, 18017]})),
        )
    seen = panel(desk, asha, mine, record.key)
    assert seen.finding is not None
    assert (seen.finding.bucket, seen.finding.reasons) == ("probable", ("Numbers differ by a slash.",))
    assert seen.finding.differences == {"igst": [18018, 18017]}
    (book,) = seen.books
    assert (book.number, book.igst, book.source["row"], book.period) == ("INV/1", 180_17, 7, None)


def test_the_chain_of_amendments_is_found_from_either_end(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer
) -> None:
    supplier = recipient.api.company("24")
    supplier.give_notes(mine, note("CN-9", taxable=100))
    supplier.file()
    amended = {**note("CN-9A", taxable=150), "ont_num": "CN-9", "ont_dt": "06-10-2025"}
    supplier.save_return("2025/11", cdnra=[{"ctin": mine, "nt": [amended]}])
    known = records(desk, mine)
    for number in ("CN-9", "CN-9A"):
        chain = panel(desk, asha, mine, known[number].key).chain
        assert [(it.key.number, it.tax) for it in chain] == [("CN-9", 18_00), ("CN-9A", 27_00)]


def test_a_record_that_is_gone_is_still_known(desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer) -> None:
    supplier = recipient.api.company("24")
    supplier.give_notes(mine, note("CN-9"))
    record = records(desk, mine)["CN-9"]
    number = decided(desk, asha, mine, record, Action.REJECT)
    supplier.reset_return()
    records(desk, mine)
    seen = panel(desk, asha, mine, record.key)
    assert (seen.stands, seen.days) == (False, None)
    assert seen.record.tax == Decimal("18.00")
    assert [(it.id, it.state, it.current) for it in seen.decisions] == [(number, "void", False)]


def test_only_who_may_sees_it_and_nothing_is_made_up(desk: Desk, mine: Gstin, asha: Person) -> None:
    record = records(desk, mine)["INV-1"]
    with pytest.raises(NotAllowed):
        panel(desk, Person("Eve", {}), mine, record.key)
    with pytest.raises(Unknown, match="has, and had, no record"):
        panel(desk, asha, mine, Key(Section.B2B, record.stin, "NIL", Period(2025, 10)))


def test_what_came_by_iff_is_found_by_its_name_which_does_not_say_so(
    desk: Desk, mine: Gstin, asha: Person, recipient: Taxpayer
) -> None:
    quarterly = recipient.api.company("24", "quarterly")
    quarterly.sell(mine, invoice("IFF-1", taxable=100))
    record = records(desk, mine)["IFF-1"]
    read = Key(Section.B2B, record.stin, "IFF-1", Period(2025, 10))
    assert (record.form, str(read)) == (Form.IFF, str(record.key))
    made = decide_about(desk, asha, mine, [Seen(read, record.hash, record.action)], Want(Action.ACCEPT))
    assert (made.made, made.refused) == (1, ())
    comment(desk, asha, mine, read, "By hand.")
    seen = panel(desk, asha, mine, read)
    assert (seen.key, [it.action for it in seen.decisions]) == (record.key, [Action.ACCEPT])
    assert [it.text for it in seen.comments] == ["By hand."]
    assert [it.key for it in seen.chain] == [record.key]
