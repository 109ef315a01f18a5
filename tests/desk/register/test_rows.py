"""Every row is a document, or it is said why not, with file, sheet, row and column."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.desk.register.made import (
    GUJARAT,
    HEADINGS,
    HOME,
    RTIN,
    amounts,
    csv_file,
    documents,
    reasons,
    row,
    xlsx,
)

from gst_ims.desk.register import read

BAD_ROWS: list[tuple[dict[str, Any], str, str]] = [
    ({"stin": "24AAXCT0003K1Z"}, "GSTIN of supplier", "has 14 characters"),
    ({"stin": "98AAXCT0003K1ZA"}, "GSTIN of supplier", "begins with 98"),
    ({"number": ""}, "Invoice number", "It is empty: the document has no number."),
    ({"number": "2025-11-05T00:00:00"}, "Invoice number", "Number 2025-11-05 came as a date: format the cell as text."),
    ({"number": "1.2345678901234568e+16"}, "Invoice number", "came with its last digits lost"),
    ({"day": ""}, "Invoice Date", "It is empty: the document has no date."),
    ({"day": "31-11-2025"}, "Invoice Date", "Date '31-11-2025' isn't a day"),
    ({"day": "soon"}, "Invoice Date", "Date 'soon' isn't a day"),
    ({"value": "1.180,00"}, "Invoice Value", "Amount '1.180,00' isn't a number such as 1,23,456.78."),
    ({"taxable": "1000 approx"}, "Taxable Value", "Amount '1000 approx' isn't a number"),
    ({"igst": "#REF!"}, "Integrated Tax", "Amount '#REF!' isn't a number"),
    ({"cess": "12345678901234567890"}, "Cess", "isn't a number"),
    ({"value": "", "taxable": ""}, "", "It has no amount."),
    (
        {"stin": "", "number": "", "day": ""},
        "GSTIN of supplier",
        "The row has amounts, but names no document: neither supplier nor number nor date.",
    ),
]


@pytest.mark.parametrize(("wrong", "heading", "reason"), BAD_ROWS, ids=lambda it: str(it)[:40])
def test_a_row_that_cant_be_read_is_reported_and_the_others_are_read(
    wrong: dict[str, Any], heading: str, reason: str, tmp_path: Path
) -> None:
    rows = [HEADINGS, row("A-0"), row(**wrong), row("A-2")]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        assert [document["number"] for document in documents(books)] == ["A-0", "A-2"]
        (problem,) = books.rejected()
        assert (problem.file, problem.sheet, problem.row, problem.column) == ("books.csv", "", 3, heading)
        assert reason in problem.reason
        assert books.rows["rejected"] == 1
        assert all(total.agrees for total in books.totals)


def test_every_mistake_of_a_row_is_said(tmp_path: Path) -> None:
    rows = [HEADINGS, row(), row("", day="soon", igst="x")]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        assert [heading for _, heading, _ in reasons(books)] == ["Invoice number", "Invoice Date", "Integrated Tax"]


@pytest.mark.parametrize(
    ("cells", "kind", "reason"),
    [
        (["", "", "", "", "", "", "", "", "", ""], None, None),
        (["Total", "", "", "3540", "", "3000", "540", "", "", ""], "total", "It adds up others."),
        (["", "Grand Total:", "", "3540", "", "3000", "540", "", "", ""], "total", "It adds up others."),
        (["", "Sub-total", "", "3540", "", "3000", "540", "", "", ""], "total", "It adds up others."),
        (["*", "", "", "3540", "", "3000", "540", "", "", ""], "total", "It adds up others."),
        (["", "Carried forward", "", "3540", "", "3000", "540", "", "", ""], "total", "It adds up others."),
        (["Branch: Pune", "", "", "", "", "", "", "", "", ""], "heading", "It is a heading: it has no supplier and"),
        (HEADINGS, "heading", "It is a heading"),
        (row(stin="URP"), "unregistered", "Its supplier has no GSTIN"),
        (row(stin="Unregistered"), "unregistered", "Its supplier has no GSTIN"),
        (row(stin=""), "unregistered", "Its supplier has no GSTIN"),
    ],
)  # fmt: skip
def test_rows_that_are_no_documents_are_counted_apart(
    cells: list[str], kind: str | None, reason: str | None, tmp_path: Path
) -> None:
    rows = [HEADINGS, row("A-0"), cells, row("A-2")]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        assert len(documents(books)) == 2
        said = reasons(books, "excluded")
        if kind is None:
            assert (said, books.rows["blank"]) == ([], 1)
        else:
            assert said[0][0] == 3
            assert said[0][2].startswith(str(reason))
            assert books.rows[kind] == (2 if kind == "heading" else 1)
        assert list(books.rejected()) == []
        assert all(total.agrees for total in books.totals)


def test_a_supplier_called_total_is_no_total(tmp_path: Path) -> None:
    rows = [["Party", *HEADINGS], ["Total Energies", *row()]]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        assert len(documents(books)) == 1


def test_a_row_with_more_cells_than_headings_is_reported(tmp_path: Path) -> None:
    """As a comma in a name makes it that wasn't quoted."""
    with read([csv_file(tmp_path, [HEADINGS, row(), [*row("A-2"), "7"]])], RTIN) as books:
        assert reasons(books) == [(3, "", "It has more cells than the sheet has headings: '7'.")]


def test_a_wrong_check_digit_is_kept_and_noted(tmp_path: Path) -> None:
    wrong = f"{GUJARAT[:-1]}9"
    with read([csv_file(tmp_path, [HEADINGS, row(), row("A-2", stin=wrong)])], RTIN) as books:
        assert documents(books)[1]["stin"] == wrong
        assert reasons(books, "note") == [
            (3, "GSTIN of supplier", f"GSTIN '{wrong}' ends with check digit 9: it should be A.")
        ]


def test_a_part_of_a_paisa_is_rounded_and_noted_but_not_what_excel_is_off(tmp_path: Path) -> None:
    rows = [HEADINGS, row(taxable=1000.0000000001, igst=0.1 + 0.2), row("A-2", taxable=1000.125, igst=2.675)]
    with read([xlsx(tmp_path, {"Books": rows})], RTIN) as books:
        first, second = documents(books)
        assert (first["taxable"], first["igst"]) == (100000, 30)
        assert (second["taxable"], second["igst"]) == (100013, 268)
        assert reasons(books, "note") == [
            (3, "Taxable Value", "Amount '1000.125' has parts of a paisa: rounded, halves up."),
            (3, "Integrated Tax", "Amount '2.675' has parts of a paisa: rounded, halves up."),
        ]


def test_a_document_isnt_taken_without_one_of_its_rows(tmp_path: Path) -> None:
    rows = [HEADINGS, row(value="2230"), row(value="2230", rate="5", igst="fifty"), row("A-2")]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        assert [document["number"] for document in documents(books)] == ["A-2"]
        first, second = reasons(books)
        assert first == (2, "", "Row 3 of the same document can't be read: the document would be short of it.")
        assert second[:2] == (3, "Integrated Tax")
        assert all(total.agrees for total in books.totals)


PER_RATE = [row(value="2230"), row(value="2230", rate="5", igst="50")]
OWN_VALUES = [row(), row(value="1050", rate="5", igst="50")]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(PER_RATE, [(223000, 200000, 23000)], id="the value of the document on each row"),
        pytest.param(OWN_VALUES, [(223000, 200000, 23000)], id="each row with its own value"),
        pytest.param([row(), row()], [(118000, 100000, 18000)] * 2, id="booked twice"),
        pytest.param(PER_RATE * 2, [(223000, 200000, 23000)] * 2, id="two rates, booked twice"),
        pytest.param([row(value="2360")] * 2, [(236000, 200000, 36000)], id="two equal items of one document"),
        pytest.param(
            [row(value="2230"), row(value="", rate="5", igst="50")],
            [(223000, 200000, 23000)],
            id="the value on the first row only",
        ),
        pytest.param(
            [row(value="2300"), row(value="2300", rate="5", igst="50")],
            [(230000, 200000, 23000)],
            id="a value that has more in it than taxable and taxes",
        ),
        pytest.param(
            [row(), row(taxable="-100", igst="-18", value="-118")],
            [(106200, 90000, 16200)],
            id="a row that takes something off",
        ),
        pytest.param([row(), row(day="26-11-2025")], [(118000, 100000, 18000)] * 2, id="a number of two days"),
        pytest.param([row(value=""), row(value="", rate="5", igst="50")], [(223000, 200000, 23000)], id="no value"),
        pytest.param([row(value=""), row(value="")], [(118000, 100000, 18000)] * 2, id="equal rows, no value"),
    ],
)
def test_rows_of_one_document_are_added_up(
    rows: list[list[str]], expected: list[tuple[int, ...]], tmp_path: Path
) -> None:
    with read([csv_file(tmp_path, [HEADINGS, *rows, row("B-1", stin=HOME)])], RTIN) as books:
        found = [amounts(document)[:3] for document in documents(books) if document["number"] == "A-1"]
        assert found == expected
        assert all(total.agrees for total in books.totals)


def test_vouchers_tell_bookings_apart(tmp_path: Path) -> None:
    rows = [["Voucher No", *HEADINGS], ["1", *row(value="2360")], ["2", *row(value="2360")]]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        assert [document["source"]["voucher"] for document in documents(books)] == ["1", "2"]


@pytest.mark.parametrize(
    ("heading", "kind", "sign", "section"),
    [
        ("Document Type", "Invoice", "", "b2b"),
        ("Document Type", "", "", "b2b"),
        ("Document Type", "Invoice", "-", "b2bcn"),
        ("Document Type", "Credit Note", "", "b2bcn"),
        ("Document Type", "Credit Note", "-", "b2bcn"),
        ("Document Type", "C", "", "b2bcn"),
        ("Document Type", "Cr. Note", "", "b2bcn"),
        ("Document Type", "Dr Note", "", "b2bdn"),
        ("Document Type", "Debit Note", "", "b2bdn"),
        ("Document Type", "Debit Note", "-", "b2bcn"),
        ("Document Type", "Amended invoice", "", "b2ba"),
        ("Document Type", "Amended invoice", "-", "b2bcna"),
        ("Document Type", "Import of goods", "", "impg"),
        ("Voucher Type", "Purchase", "", "b2b"),
        ("Voucher Type", "Debit Note", "", "b2bcn"),
        ("Voucher Type", "Credit Note", "", "b2bdn"),
        ("Voucher Type", "Purchase Return", "", "b2bcn"),
    ],
)
def test_the_section_comes_of_type_and_sign(heading: str, kind: str, sign: str, section: str, tmp_path: Path) -> None:
    amount = {"value": f"{sign}1180.00", "taxable": f"{sign}1000.00", "igst": f"{sign}180.00"}
    rows = [[heading, *HEADINGS], ["Invoice", *row("B-1")], [kind, *row(**amount)]]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        found = documents(books)[1]
        assert found["section"] == section
        assert amounts(found) == (118000, 100000, 18000, 0, 0, 0)


def test_a_type_that_isnt_known_is_taken_for_an_invoice_and_noted(tmp_path: Path) -> None:
    rows = [["Document Type", *HEADINGS], ["Hundi", *row()]]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        assert documents(books)[0]["section"] == "b2b"
        assert reasons(books, "note") == [(2, "Document Type", "Type 'Hundi' isn't known: taken for an invoice.")]


@pytest.mark.parametrize(
    ("kind", "original", "section"),
    [
        ("Invoice", "OLD-1", "b2ba"),
        ("Invoice", "", "b2b"),
        ("Invoice", "A-1", "b2b"),
        ("Credit Note", "OLD-1", "b2bcn"),
    ],
)
def test_an_original_makes_an_invoice_an_amendment(kind: str, original: str, section: str, tmp_path: Path) -> None:
    """A credit note only names the invoice that it belongs to."""
    rows = [
        ["Document Type", "Original Invoice No", "Original Invoice Date", *HEADINGS],
        [kind, original, "01-10-2025" if original else "", *row()],
    ]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        (document,) = documents(books)
        assert document["section"] == section
        assert document["original_number"] == (original or None)
        assert document["original_date"] == (date(2025, 10, 1) if original else None)


@pytest.mark.parametrize(
    ("heading", "section"),
    [
        ("Vendor Credit Number", "b2bcn"),
        ("Credit Note No.", "b2bcn"),
        ("Credit note/Debit note number", "b2b"),
        ("Debit Note No", "b2b"),
    ],
)
def test_a_column_of_numbers_can_say_that_they_are_those_of_credit_notes(
    heading: str, section: str, tmp_path: Path
) -> None:
    with read([csv_file(tmp_path, [[HEADINGS[0], heading, *HEADINGS[2:]], row()])], RTIN) as books:
        assert documents(books)[0]["section"] == section


def test_the_section_of_our_own_export_goes_before_the_type_of_invoice(tmp_path: Path) -> None:
    rows = [["section", "invoice_type", *HEADINGS], ["b2bcn", "R", *row()], ["b2bdn", "R", *row("A-2")]]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        assert [it["section"] for it in documents(books)] == ["b2bcn", "b2bdn"]


@pytest.mark.parametrize("sheet", ["Credit Notes", "CDNR", "Debit Note Register"])
def test_a_sheet_can_say_that_its_documents_are_credit_notes(sheet: str, tmp_path: Path) -> None:
    with read([xlsx(tmp_path, {sheet: [HEADINGS, row()]})], RTIN) as books:
        assert documents(books)[0]["section"] == "b2bcn"


@pytest.mark.parametrize(("said", "code"), [("Maharashtra", "27"), ("MH", "27"), ("27-MH", "27"), ("Mars", None)])
def test_a_place_of_supply_is_read_or_noted(said: str, code: str | None, tmp_path: Path) -> None:
    with read([csv_file(tmp_path, [["Place of Supply", *HEADINGS], [said, *row()]])], RTIN) as books:
        assert documents(books)[0]["pos"] == code
        assert len(list(books.notes())) == (code is None)


@pytest.mark.parametrize("said", ["102025", "Oct-25", "2025-10", "10/2025"])
def test_a_return_period_is_its_first_day(said: str, tmp_path: Path) -> None:
    with read([csv_file(tmp_path, [["Return Period", *HEADINGS], [said, *row()]])], RTIN) as books:
        assert documents(books)[0]["period"] == date(2025, 10, 1)
