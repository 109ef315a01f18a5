"""Suppliers to be asked: who did not file, whose documents differ from the books, what the portal doesn't have."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from psycopg.types.json import Jsonb
from tests.api import Taxpayer, invoice
from tests.client.conftest import Served
from tests.desk.followup.conftest import Introduce, Mailbox, deliver_all

from gst_ims.core.gstin import Gstin, check_digit
from gst_ims.desk.desk import Desk, NotAllowed
from gst_ims.desk.followup.documents import Document, differences, last_due, parties, suppliers
from gst_ims.desk.followup.messages import ask, preview
from gst_ims.desk.followup.post import Post
from gst_ims.desk.match import service as matching
from gst_ims.desk.people import service as people
from gst_ims.desk.people.service import Person
from gst_ims.desk.register import read
from gst_ims.desk.register import service as registers
from gst_ims.desk.sync.service import sync

HEADINGS = ("Supplier GSTIN", "Invoice No", "Invoice Date", "Taxable Value", "IGST", "CGST", "SGST", "Cess")


@pytest.fixture
def sluggish(served: Served, recipient: Taxpayer) -> Taxpayer:
    """A supplier who saved an invoice for the recipient and didn't file."""
    supplier = served.api.company("29")
    supplier.sell(recipient.gstin, invoice("SLOW-1", taxable=5000))
    return supplier


def told(desk: Desk, by: Person, gstin: Gstin) -> set[tuple[str, str, int]]:
    """Kind, number and tax of everything that is to be asked."""
    found = suppliers(desk, by, gstin)
    return {(it.kind, it.number, it.tax) for party in found for it in party.documents}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [("2025-11-11T10:00", set()), ("2025-11-12T10:00", {("unfiled", "SLOW-1", 900_00)})],
)
def test_who_did_not_file_is_asked_once_gstr_1_was_due(
    desk: Desk,
    mine: Gstin,
    asha: Person,
    sluggish: Taxpayer,
    go: Callable[[str], None],
    moment: str,
    expected: set[tuple[str, str, int]],
) -> None:
    sync(desk, mine)
    go(moment)
    assert told(desk, asha, mine) == expected


def test_who_has_filed_by_now_is_not_asked(
    desk: Desk, mine: Gstin, asha: Person, sluggish: Taxpayer, go: Callable[[str], None]
) -> None:
    sync(desk, mine)
    go("2025-11-12T10:00")
    sluggish.file()
    sync(desk, mine)
    assert told(desk, asha, mine) == set()


@pytest.fixture
def matched(desk: Desk, mine: Gstin, asha: Person, tmp_path: Path) -> str:
    """Books that have INV-0 as the portal, INV-1 with another amount, and two that the portal doesn't have."""
    sync(desk, mine)
    seller = seller_of(desk, mine)
    match_books(
        *(desk, mine, asha, tmp_path),
        (seller, "INV-0", "05-10-2025", "1000.00", "180.00"),
        (seller, "INV-1", "05-10-2025", "1201.00", "216.18"),
        (seller, "LOST-1", "20-10-2025", "7000.00", "1260.00"),
        (seller, "LOST-2", "02-11-2025", "9000.00", "1620.00"),
    )
    return seller


def seller_of(desk: Desk, mine: Gstin) -> str:
    """Whose records there are."""
    with desk.of([mine]) as db:
        return db.execute("select min(stin) as stin from desk.record where gstin = %s", [mine]).fetchone().stin  # type: ignore[union-attr]


def match_books(desk: Desk, mine: Gstin, asha: Person, tmp_path: Path, *rows: tuple[str, ...]) -> None:
    """Keep books of these rows, and match them."""
    path = tmp_path / "books.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADINGS, *((*row, "0", "0", "0") for row in rows)])
    with read([path], mine) as register:
        registers.keep(desk, asha, mine, "tally", register, {path.name: "0" * 64})
    matching.run(desk, mine, asha.name)


def test_mismatches_and_missing_documents_are_asked_about(
    desk: Desk, mine: Gstin, asha: Person, matched: str, go: Callable[[str], None]
) -> None:
    """What is of November isn't missing before November's GSTR-1 was due."""
    assert told(desk, asha, mine) == {("mismatch", "INV-1", 180_18)}
    go("2025-11-12T10:00")
    assert told(desk, asha, mine) == {("mismatch", "INV-1", 180_18), ("missing", "LOST-1", 1260_00)}
    go("2025-12-12T10:00")
    assert ("missing", "LOST-2", 1620_00) in told(desk, asha, mine)


@pytest.mark.parametrize(
    ("books", "asked"),
    [
        (lambda it: it[:5] + it[6] + it[5] + it[7:], set()),
        (lambda it: f"29{it[2:14]}{check_digit('29' + it[2:14])}", {("mismatch", "INV-1", 180_18)}),
    ],
    ids=["a slip in our books", "another registration of his PAN"],
)
def test_who_filed_is_not_asked_about_a_slip_in_our_books(
    desk: Desk,
    mine: Gstin,
    asha: Person,
    tmp_path: Path,
    books: Callable[[str], str],
    asked: set[tuple[str, str, int]],
) -> None:
    sync(desk, mine)
    row = ("INV-1", "05-10-2025", "1001.00", "180.18")
    match_books(desk, mine, asha, tmp_path, (books(seller_of(desk, mine)), *row))
    assert told(desk, asha, mine) == asked


@pytest.mark.parametrize(
    ("portal", "ours", "asked"),
    [
        ("value", {"difference": 200}, False),
        ("value", {"difference": -201}, True),
        ("igst", {"difference": -100}, False),
        ("taxable", {"difference": 101}, True),
        ("number", {"portal": "A/0017", "books": "a-17"}, False),
        ("number", {"portal": "A/170", "books": "A-17"}, True),
        ("kind", {"portal": "debit", "books": "invoice"}, False),
        ("kind", {"portal": "credit", "books": "invoice"}, True),
        ("date", {"difference": 30}, True),
        ("reverse charge", {"portal": "true", "books": "false"}, True),
    ],
)
def test_what_is_no_fault_of_the_supplier_is_not_asked_about(
    desk: Desk, mine: Gstin, asha: Person, matched: str, portal: str, ours: dict[str, object], asked: bool
) -> None:
    """Rounding, how a number is written, debit notes that were booked as purchases; alone or together."""
    rounding = {"field": "sgst", "portal": "1.00", "books": "1.01", "difference": 1}
    it = {"field": portal, "portal": "1", "books": "2", "difference": None} | ours
    for differences_ in ([it], [rounding, it]):
        with desk.of([mine]) as db:
            db.execute(
                "update desk.finding set differences = %s where gstin = %s and side = 'portal' and bucket = 'mismatch'",
                [Jsonb(differences_), mine],
            )
        assert (("mismatch", "INV-1", 180_18) in told(desk, asha, mine)) is asked


def test_what_a_person_holds_apart_is_not_asked_about_as_long_as_he_says_so(
    desk: Desk, mine: Gstin, asha: Person, matched: str, go: Callable[[str], None]
) -> None:
    go("2025-11-12T10:00")
    with desk.of([mine]) as db:
        (book,) = db.execute("select id from desk.book where number = 'LOST-1' and until is null").fetchall()
        (record,) = db.execute("select name from desk.record where number = 'INV-2' and until is null").fetchall()
    link = matching.link(desk, asha, mine, [record.name], [book.id], together=False)
    matching.run(desk, mine)
    assert told(desk, asha, mine) == {("mismatch", "INV-1", 180_18)}
    matching.unlink(desk, asha, mine, link)
    matching.run(desk, mine)
    assert ("missing", "LOST-1", 1260_00) in told(desk, asha, mine)


def test_documents_that_are_left_out_can_be_asked_about_later(
    desk: Desk,
    mine: Gstin,
    asha: Person,
    matched: str,
    introduce: Introduce,
    go: Callable[[str], None],
) -> None:
    introduce(people.person(desk, "Bina"), mine, f"{matched},Surat Textiles,accounts@surat.example.in,,")
    go("2025-11-12T10:00")
    (party,) = suppliers(desk, asha, mine)
    one, two = party.documents
    (asked,) = ask(desk, asha, mine, "supplier", without=[one.id]).asks
    assert asked.documents == (two,)
    assert one.number not in asked.text.body
    later = ask(desk, asha, mine, "supplier")
    assert [it.documents for it in later.asks] == [(one,)]
    assert list(later.waiting) == [matched]
    nothing = preview(desk, asha, mine, "supplier", without=[one.id, two.id])
    assert (nothing.asks, nothing.waiting) == ((), {})


def test_the_supplier_is_told_what_differs(
    desk: Desk,
    mine: Gstin,
    asha: Person,
    matched: str,
    introduce: Introduce,
    post: Post,
    mailbox: Mailbox,
    go: Callable[[str], None],
) -> None:
    introduce(people.person(desk, "Bina"), mine, f"{matched},Surat Textiles,accounts@surat.example.in,,")
    go("2025-11-12T10:00")
    ask(desk, asha, mine, "supplier")
    deliver_all(desk, post, mine)
    text = mailbox.mails[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "taxable: 1,001.00 in the portal, 1,201.00 in our books" in text
    assert text.index("Different from our books") < text.index("Not reported") < text.index("LOST-1 of 20-10-2025")


def test_who_has_nothing_to_do_with_it_sees_nothing(desk: Desk, mine: Gstin, house: Gstin, eka: Person) -> None:
    with pytest.raises(NotAllowed):
        suppliers(desk, eka, mine)


@pytest.mark.parametrize(
    ("frequency", "today", "period"),
    [
        ("monthly", date(2025, 11, 11), "092025"),
        ("monthly", date(2025, 11, 12), "102025"),
        ("quarterly", date(2025, 11, 13), "092025"),
        ("quarterly", date(2025, 11, 14), "102025"),
    ],
)
def test_the_last_period_that_was_due(frequency: str, today: date, period: str) -> None:
    assert str(last_due(frequency, today)) == period  # type: ignore[arg-type]


def document(party: str, tax: int, day: date = date(2025, 10, 5), name: str = "", section: str = "b2b") -> Document:
    about = {"section": section, "number": str(tax), "period": None, "form": "R1", "remarks": "", "detail": ""}
    return Document(
        kind="missing",
        party=Gstin(party),
        name=name,
        id=f"{party}:{tax}",
        date=day,
        value=0,
        taxable=0,
        tax=tax,
        **about,
    )


def test_parties_with_the_most_tax_come_first_and_so_do_their_documents() -> None:
    small, large = "27AAXCT0001K1Z6", "24AAXCT0003K1ZA"
    found = parties([document(small, 5), document(large, 3, date(2025, 9, 5)), document(large, 4, name="Surat")])
    assert [(it.gstin, it.tax, it.name) for it in found] == [(large, 7, "Surat"), (small, 5, "")]
    assert [it.tax for it in found[0].documents] == [4, 3]
    assert found[0].age(date(2025, 11, 5)) == 61


def test_differences_are_told_in_words() -> None:
    made = differences(
        [
            {"field": "igst", "portal": "180.00", "books": "123456.00"},
            {"field": "document_date", "portal": "2025-10-05", "books": None},
        ]
    )
    assert made == (
        "igst: 180.00 in the portal, 1,23,456.00 in our books;"
        " document date: 2025-10-05 in the portal, nothing in our books"
    )


def test_credit_notes_of_a_supplier_are_taken_off() -> None:
    party = "24AAXCT0003K1ZA"
    taxes = {"b2b": 900, "b2bcn": 100, "b2bcna": 30, "b2bdn": 5}
    (found,) = parties([document(party, tax, section=section) for section, tax in taxes.items()])
    assert found.tax == 775
