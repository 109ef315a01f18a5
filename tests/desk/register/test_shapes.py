"""Registers in the shapes in which programs export them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pytest
from pyarrow import parquet  # pyright: ignore[reportMissingTypeStubs]
from tests.desk.register.made import (
    GUJARAT,
    HEADINGS,
    HOME,
    KARNATAKA,
    RTIN,
    amounts,
    csv_file,
    documents,
    reasons,
    row,
    xls,
    xlsx,
)

from gst_ims.connect.errors import Unreadable
from gst_ims.desk.register import propose, read, sources, unique
from gst_ims.desk.register.register import WIDEST
from gst_ims.desk.register.staging import GAP


def test_the_columnar_purchase_register_of_tally(tmp_path: Path) -> None:
    """Titles, ledgers side by side, a purchase return, and a grand total."""
    day, earlier = date(2025, 11, 28), date(2025, 11, 27)
    headings = [
        "Date",
        "Particulars",
        "Voucher Type",
        "Voucher No.",
        "Voucher Ref. No.",
        "Voucher Ref. Date",
        "GSTIN/UIN",
        "Gross Total",
        "Purchase @ 18%",
        "Purchase @ 5%",
        "Freight Inward",
        "Input CGST @ 9%",
        "Input SGST @ 9%",
        "Input CGST @ 2.5%",
        "Input SGST @ 2.5%",
        "Input IGST @ 18%",
        "Round Off",
    ]
    no = None
    rows: list[list[Any]] = [
        *(["Acme Textiles Private Limited"], ["Purchase Register"], ["1-Nov-25 to 30-Nov-25"], [], headings),
        [day, "Gujarat Yarns", "Purchase", "101", "GY/77", earlier, GUJARAT, 1298, 1000, no, 100, no, no, no, no, 198],
        [day, "Home Mills", "Purchase", "102", "HM-9", no, HOME, 2230.4, 1000, 1000, no, 90, 90, 25, 25, no, 0.4],
        [day, "Gujarat Yarns", "Debit Note", "7", "CN/3", day, GUJARAT, 118, 100, no, no, no, no, no, no, 18],
        [no, "Grand Total", no, no, no, no, no, 3646.4, 2100, 1000, 100, 90, 90, 25, 25, 216, 0.4],
    ]
    with read([xlsx(tmp_path, {"Purchase Register": rows})], RTIN) as books:
        first, second, third = documents(books)
        assert amounts(first) == (129800, 110000, 19800, 0, 0, 0)
        assert (first["number"], first["document_date"], first["section"]) == ("GY/77", earlier, "b2b")
        # The supplier's date is empty: that of the voucher counts.
        assert (second["document_date"], amounts(second)) == (day, (223040, 200000, 0, 11500, 11500, 0))
        # The books' debit note is the supplier's credit note.
        assert (third["section"], amounts(third)) == ("b2bcn", (11800, 10000, 1800, 0, 0, 0))
        assert books.rows == {"heading": 5, "document": 3, "total": 1}
        assert all(total.agrees for total in books.totals)


def test_the_gstr_2_report_of_tally_with_its_groups(tmp_path: Path) -> None:
    path = tmp_path / "gstr2.csv"
    path.write_text(
        "Acme Textiles\n"
        "GSTR-2 - B2B Invoices\n"
        "Date,Particulars,Party GSTIN/UIN,Vch Type,Vch No.,Supplier Invoice No.,Supplier Invoice Date,Taxable Amount,"
        "Integrated Tax Amount,Central Tax Amount,State Tax Amount,Cess Amount,Tax Amount,Invoice Amount\n"
        ",Gujarat Yarns\n"
        f"28-Nov-25,Gujarat Yarns,{GUJARAT},Purchase,101,GY/77,27-Nov-25,"
        '"1,000.00 Dr",180.00 Dr,,,,180.00,"1,180.00 Cr"\n'
        ',Total,,,,,,"1,000.00 Dr",180.00 Dr,,,,180.00,"1,180.00 Cr"\n'
        f"29-Nov-25,Gujarat Yarns,{GUJARAT},Purchase,103,GY/78,29-Nov-25,500.00 Cr,90.00 Cr,,,,90.00,590.00 Dr\n"
    )
    with read([path], RTIN) as books:
        first, second = documents(books)
        assert amounts(first) == (118000, 100000, 18000, 0, 0, 0)
        # On the other side of the ledger: the goods went back.
        assert (second["section"], amounts(second)) == ("b2bcn", (59000, 50000, 9000, 0, 0, 0))
        assert [reason for _, _, reason in reasons(books, "excluded")] == [
            "It is a heading: it has no supplier and no amount.",
            "It adds up others.",
        ]


def test_the_side_of_the_ledger_is_that_of_the_whole_purchase(tmp_path: Path) -> None:
    """Of IGST there is a credit note alone: its column stands on the other side than most of the sheet."""
    path = tmp_path / "gstr2.csv"
    path.write_text(
        "Date,Party GSTIN/UIN,Supplier Invoice No.,Taxable Amount,Integrated Tax Amount,Central Tax Amount,"
        "State Tax Amount,Invoice Amount\n"
        f"28-Nov-25,{HOME},GY/77,1000.00 Dr,,90.00 Dr,90.00 Dr,1180.00 Cr\n"
        f"28-Nov-25,{HOME},GY/79,2000.00 Dr,,180.00 Dr,180.00 Dr,2360.00 Cr\n"
        f"29-Nov-25,{GUJARAT},GY/78,500.00 Cr,90.00 Cr,,,590.00 Dr\n"
    )
    with read([path], RTIN) as books:
        assert [(it["section"], amounts(it)) for it in documents(books)] == [
            ("b2b", (118000, 100000, 0, 9000, 9000, 0)),
            ("b2b", (236000, 200000, 0, 18000, 18000, 0)),
            ("b2bcn", (59000, 50000, 9000, 0, 0, 0)),
        ]


def test_bills_and_vendor_credits_of_zoho_books(tmp_path: Path) -> None:
    """A row for each item, with the bill's total on each."""
    shared = (
        "Vendor Name,GST Treatment,GST Identification Number (GSTIN),Source of Supply,Destination of Supply,SubTotal,"
        "Total,Item Name,Quantity,Item Total,Tax Percentage,CGST,SGST,IGST,CESS,Is Inclusive Tax,Reverse Charge\n"
    )
    bill = f"2025-11-27,GY/77,Gujarat Yarns,business_gst,{GUJARAT},GJ,MH,1500.00,1705.00"
    bills, notes = tmp_path / "Bill.csv", tmp_path / "Vendor_Credit.csv"
    bills.write_text(
        f"Bill Date,Bill Number,{shared}"
        f"{bill},Yarn,2,1000.00,18,,,180.00,,false,No\n"
        f"{bill},Jute,1,500.00,5,,,25.00,,false,No\n"
    )
    notes.write_text(
        f"Vendor Credit Date,Vendor Credit Number,Type,{shared}"
        f"2025-11-28,VC-1,Vendor Credit,Gujarat Yarns,business_gst,{GUJARAT},GJ,MH,100.00,118.00,Yarn,1,100.00,18,,,"
        "18.00,,false,No\n"
    )
    with read([bills, notes], RTIN) as books:
        first, credit = documents(books)
        assert (amounts(first), first["pos"]) == ((170500, 150000, 20500, 0, 0, 0), "27")
        assert first["source"]["rows"] == [2, 3]
        assert "Its value stands on each of its rows, and counts once." in first["notes"]
        assert (credit["section"], amounts(credit)) == ("b2bcn", (11800, 10000, 1800, 0, 0, 0))
        (value,) = (total for total in books.totals if total.field == "value" and total.file == "Bill.csv")
        assert (value.read, value.taken, value.repeated, value.agrees) == (341000, 170500, 170500, True)


def test_the_template_of_gstn_with_merged_headings_and_a_sheet_for_notes(tmp_path: Path) -> None:
    upper = [
        *("GSTIN of supplier", "Trade/Legal name", "Invoice Details", "", "", "", "Place of supply"),
        *("Supply Attract Reverse Charge", "Rate(%)", "Taxable Value (₹)", "Tax Amount", "", "", ""),
    ]
    lower = [
        *("", "", "Invoice number", "Invoice type", "Invoice Date", "Invoice Value(₹)", "", "", "", ""),
        *("Integrated Tax(₹)", "Central Tax(₹)", "State/UT Tax(₹)", "Cess(₹)"),
    ]
    invoice = [GUJARAT, "Gujarat Yarns", "GY/77", "Regular", "27/11/2025", 1180, "27-Maharashtra", "N", 18, 1000]
    notes = [
        *("Note number", "Note type", "Note Date", "Note Value (₹)"),
    ]
    note = [HOME, "Home Mills", "HM-D1", "Debit Note", "28/11/2025", 118, "27-Maharashtra", "Yes", 18, 100, 0, 9, 9, 0]
    book = xlsx(
        tmp_path,
        {
            "Read me": [["How to fill in this workbook"]],
            "B2B": [["Purchase register"], upper, lower, [*invoice, 180, 0, 0, 0]],
            "CDNR": [["Purchase register"], upper, [*lower[:2], *notes, *lower[6:]], note],
        },
        [(1, 2, 1, 5, "Invoice Details"), (1, 10, 1, 13, "Tax Amount"), (1, 0, 2, 0, "GSTIN of supplier")],
    )
    with read([book], RTIN) as books:
        first, second = documents(books)
        assert (amounts(first), first["pos"], first["reverse_charge"]) == (
            (118000, 100000, 18000, 0, 0, 0),
            "27",
            False,
        )
        assert (second["section"], second["reverse_charge"]) == ("b2bdn", True)
        assert amounts(second) == (11800, 10000, 0, 900, 900, 0)
        (skipped,) = books.problems.filter("row = 0").fetchall()
        assert skipped[1] == "Read me"
        assert "The sheet isn't read" in skipped[5]


def test_cells_that_are_merged_downwards_name_the_document_in_each_row(tmp_path: Path) -> None:
    rows = [
        HEADINGS,
        row(day="25-11-2025", value=2230, taxable=1000, igst=180),
        row(stin="", number="", day="", value=None, rate="5", taxable=1000, igst=50),
    ]
    merged = [(1, 0, 2, 0, GUJARAT), (1, 1, 2, 1, "A-1"), (1, 2, 2, 2, "25-11-2025"), (1, 3, 2, 3, "2230")]
    with read([xlsx(tmp_path, {"Sheet1": rows}, merged)], RTIN) as books:
        (document,) = documents(books)
        assert amounts(document) == (223000, 200000, 23000, 0, 0, 0)


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv", "parquet", "ods"])
def test_every_format_gives_the_same_documents(kind: str, tmp_path: Path) -> None:
    rows = [HEADINGS, row(), row("A-2", stin=HOME, igst="0", cgst="90.00", sgst="90.00")]
    with read([as_format(kind, tmp_path, rows)], RTIN) as books:
        first, second = documents(books)
    assert (first["stin"], first["number"], first["document_date"]) == (GUJARAT, "A-1", date(2025, 11, 25))
    assert amounts(first) == (118000, 100000, 18000, 0, 0, 0)
    assert amounts(second) == (118000, 100000, 0, 9000, 9000, 0)
    assert (first["source"]["row"], second["source"]["row"]) == (2, 3)


def as_format(kind: str, folder: Path, rows: list[list[Any]]) -> Path:
    import zipfile
    from xml.sax.saxutils import escape

    import pyarrow
    from pyarrow import parquet

    path = folder / f"books.{kind}"
    match kind:
        case "xlsx":
            return xlsx(folder, {"Books": rows})
        case "xls":
            return xls(folder, rows)
        case "parquet":
            names = rows[0]
            parquet.write_table(
                pyarrow.table({name: [cells[at] for cells in rows[1:]] for at, name in enumerate(names)}), path
            )
            return path
        case "ods":
            space = "urn:oasis:names:tc:opendocument:xmlns:"
            body = "".join(
                "<table:table-row>"
                + "".join(
                    f'<table:table-cell office:value-type="string"><text:p>{escape(cell)}</text:p></table:table-cell>'
                    for cell in cells
                )
                + "</table:table-row>"
                for cells in rows
            )
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
                archive.writestr(
                    "META-INF/manifest.xml",
                    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
                )
                archive.writestr(
                    "content.xml",
                    f'<office:document-content xmlns:office="{space}office:1.0" xmlns:table="{space}table:1.0" '
                    f'xmlns:text="{space}text:1.0"><office:body><office:spreadsheet><table:table table:name="Books">'
                    f"{body}</table:table></office:spreadsheet></office:body></office:document-content>",
                )
            return path
        case _:
            return csv_file(folder, rows)


def test_a_register_without_headings_is_recognised_by_its_cells(tmp_path: Path) -> None:
    rows = [
        row(f"A-{at}", taxable=f"{at * 1000}.00", igst=f"{at * 180}.00", value=f"{at * 1180}.00") for at in range(1, 30)
    ]
    path = csv_file(tmp_path, [cells[:4] + cells[5:7] for cells in rows])
    (found,) = propose(path)
    assert found.mapping.fields == {
        "stin": (0,),
        "number": (1,),
        "document_date": (2,),
        "taxable": (4,),
        "gst": (5,),
        "value": (3,),
    }
    with read([path], RTIN) as books:
        assert amounts(documents(books)[0]) == (118000, 100000, 18000, 0, 0, 0)


@pytest.mark.parametrize(
    ("supplier", "expected", "why"),
    [
        (GUJARAT, (118001, 100000, 18001, 0, 0, 0), "Its tax is IGST"),
        (HOME, (118001, 100000, 0, 9000, 9001, 0), "Its tax is CGST and SGST"),
    ],
)
def test_one_column_of_gst_is_divided_by_the_states(
    supplier: str, expected: tuple[int, ...], why: str, tmp_path: Path
) -> None:
    headings = ["Supplier GSTIN", "Bill No", "Bill Date", "Basic Amount", "GST Amount", "Total"]
    rows = [headings, [supplier, "1", "25/11/2025", "1000", "180.01", "1180.01"]]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        (document,) = documents(books)
        assert amounts(document) == expected
        assert any(note.startswith(why) for note in document["notes"])
        assert all(total.agrees for total in books.totals)


@pytest.mark.parametrize(
    ("amount", "said", "expected"),
    [
        ("Taxable Amount", "1000", (118000, 100000, 18000, 0, 0, 0)),
        ("Invoice Amount", "1180", (118000, 100000, 18000, 0, 0, 0)),
        ("Taxable Amount", "99.99", (11799, 9999, 1800, 0, 0, 0)),
    ],
)
@pytest.mark.parametrize("rate", ["18", "18%", "0.18", "GST18"])
def test_a_rate_and_one_amount_are_enough(
    amount: str, said: str, expected: tuple[int, ...], rate: str, tmp_path: Path
) -> None:
    headings = ["Supplier GSTIN", "Bill No", "Bill Date", amount, "GST Rate"]
    with read([csv_file(tmp_path, [headings, [GUJARAT, "1", "25/11/2025", said, rate]])], RTIN) as books:
        (document,) = documents(books)
        assert amounts(document) == expected
        assert "Its tax is computed from the rate." in document["notes"]


def test_tax_in_columns_for_each_rate_is_added_up(tmp_path: Path) -> None:
    headings = ["GSTIN", "Bill No", "Bill Date", "Taxable 5%", "IGST 5%", "Taxable 18%", "IGST 18%", "Bill Amount"]
    rows = [headings, [GUJARAT, "1", "25/11/2025", "100", "5", "1000", "180", "1285"]]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        (document,) = documents(books)
        assert amounts(document) == (128500, 110000, 18500, 0, 0, 0)


def test_several_files_of_one_name_keep_their_documents_apart(tmp_path: Path) -> None:
    paths = [
        csv_file(folder, [HEADINGS, row()]) for folder in (tmp_path / "a", tmp_path / "b") if folder.mkdir() is None
    ]
    with read(paths, RTIN) as books:
        assert [document["id"] for document in documents(books)] == ["books.csv#!2", "books.csv (2)#!2"]


def test_the_title_or_a_column_says_whose_register_it_is(tmp_path: Path) -> None:
    with read([csv_file(tmp_path, [["Acme", f"GSTIN: {RTIN}"], HEADINGS, row()])]) as books:
        assert documents(books)[0]["rtin"] == RTIN
    rows = [[*HEADINGS, "Branch GSTIN"], [*row(), RTIN], [*row("A-2"), KARNATAKA]]
    with read([csv_file(tmp_path, rows)]) as books:
        assert [document["rtin"] for document in documents(books)] == [RTIN, KARNATAKA]
    with pytest.raises(Unreadable, match="doesn't say whose register it is"):
        read([csv_file(tmp_path, [HEADINGS, row()])])


def test_sheets_are_left_out_by_file_and_name(tmp_path: Path) -> None:
    book = xlsx(tmp_path, {"Apr": [HEADINGS, row("A-1")], "May": [HEADINGS, row("M-1")]})
    with read([book], RTIN, without={("books.xlsx", "Apr")}) as books:
        assert [it["number"] for it in documents(books)] == ["M-1"]
        assert reasons(books, "excluded") == [(0, "", "The sheet isn't read: it is left out.")]
    with read([book], RTIN, without={("other.xlsx", "Apr"), ("books.xlsx", "June")}) as books:
        assert [it["number"] for it in documents(books)] == ["A-1", "M-1"]


def test_of_two_files_with_one_name_each_can_be_left_out(tmp_path: Path) -> None:
    paths: list[Path] = []
    for number in ("A-1", "B-1", "C-1"):
        (folder := tmp_path / number).mkdir()
        paths.append(csv_file(folder, [HEADINGS, row(number)]))
    assert unique(paths) == ["books.csv", "books.csv (2)", "books.csv (3)"]
    with read(paths, RTIN, without={("books.csv (2)", "")}) as books:
        assert [it["number"] for it in documents(books)] == ["A-1", "C-1"]


def test_a_gap_of_any_length_is_blank_and_no_more(tmp_path: Path) -> None:
    """What a program has formatted down to the end of the sheet costs nothing, and the rows keep their numbers."""
    gap = [[""] * len(HEADINGS)] * 3 * GAP
    with read([csv_file(tmp_path, [HEADINGS, row("A-1"), *gap, row("A-2"), *gap])], RTIN) as books:
        assert [(it["number"], it["source"]["row"]) for it in documents(books)] == [("A-1", 2), ("A-2", 3 * GAP + 3)]
        assert books.rows["blank"] == 6 * GAP
        assert books.db.execute("select count(*) from counted where class = 'blank'").fetchone() == (2,)


def test_what_is_wider_than_any_register_is_refused_before_it_is_looked_at(tmp_path: Path) -> None:
    wide = [*HEADINGS, *(f"Column {n}" for n in range(WIDEST))]
    with pytest.raises(Unreadable, match="export it with fewer"):
        propose(csv_file(tmp_path, [wide, row("A-1")]))
    # Empty cells to the end of a sheet are no columns.
    assert propose(csv_file(tmp_path, [[*HEADINGS, *[""] * 5 * WIDEST], row("A-1")]))


def test_a_parquet_file_of_billions_of_equal_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MOST_ROWS", 2)
    path = tmp_path / "many.parquet"
    table: Any = pyarrow.table({heading: ["x"] * 3 for heading in HEADINGS})  # pyright: ignore[reportUnknownMemberType]
    parquet.write_table(table, path)  # pyright: ignore[reportUnknownMemberType]
    with pytest.raises(Unreadable, match="more than 2 rows"):
        propose(path)
