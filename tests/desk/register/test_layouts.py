"""The same purchases in the layouts and files of several programs: whichever it is, the documents are the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from tests.desk.register.made import HEADINGS, RTIN, csv_file, documents, reasons, supplier, text, xls, xlsx

from gst_ims.core.money import indian, rupees
from gst_ims.desk.register import Register, read

NUMBERS = st.from_regex(r"[A-Z]{1,3}[/-][0-9]{1,6}", fullmatch=True)
RATES = (0, 3, 5, 12, 18, 28, 40)
Cells = list[Any]


class Line(NamedTuple):
    """What a document has at one rate, in paise."""

    rate: int
    taxable: int
    cess: int


class Bought(NamedTuple):
    """A document as its supplier made it: an invoice or a credit note."""

    stin: str
    number: str
    day: date
    section: str
    lines: tuple[Line, ...]

    @property
    def home(self) -> bool:
        """Whether it has CGST and SGST."""
        return self.stin[:2] == RTIN[:2]

    def heads(self, line: Line) -> tuple[int, int, int]:
        """IGST, CGST and SGST of a line."""
        half = line.taxable * line.rate // 200
        return (0, half, half) if self.home else (line.taxable * line.rate // 100, 0, 0)

    @property
    def amounts(self) -> tuple[int, ...]:
        """Value, taxable, IGST, CGST, SGST, cess."""
        parts = [(line.taxable, *self.heads(line), line.cess) for line in self.lines]
        sums = [sum(column) for column in zip(*parts, strict=True)]
        return (sum(sums), *sums)


@st.composite
def purchases(draw: st.DrawFn) -> list[Bought]:
    """A month of documents, of which most are invoices. No number stands for two."""
    numbers = draw(
        st.lists(st.from_regex(r"[A-Z]{1,3}[/-][0-9]{1,6}", fullmatch=True), min_size=12, max_size=20, unique=True)
    )
    found: list[Bought] = []
    for at, number in enumerate(numbers):
        rates = draw(st.lists(st.sampled_from(RATES), min_size=1, max_size=3, unique=True))
        amounts = st.integers(100_00, 10**10)
        lines = tuple(Line(rate, draw(amounts), draw(st.sampled_from([0, 0, 12_34]))) for rate in rates)
        stin = supplier(draw(st.integers(0, 50)), draw(st.sampled_from(["24", "27", "29"])))
        day = draw(st.dates(date(2025, 11, 1), date(2025, 11, 30)))
        found.append(Bought(stin, number, day, "b2bcn" if at % 4 == 3 else "b2b", lines))
    return found


def shown(paise: int, style: int) -> str:
    """An amount as a program writes it, in lakhs or plain, and below zero by a sign or brackets."""
    if style % 4 == 0:
        return str(rupees(paise))
    said = indian(abs(paise))
    return said if paise >= 0 else (f"-{said}", f"({said})", f"{said}-")[style % 3]


def plain_rows(bought: Sequence[Bought], style: int) -> list[Cells]:
    """A row for each rate, the value of the document on each; credit notes below zero."""
    rows: list[Cells] = []
    for it in bought:
        sign = -1 if it.section == "b2bcn" else 1
        for line in it.lines:
            amounts = (line.taxable, *it.heads(line), line.cess)
            told = [shown(sign * amount, style) for amount in amounts]
            day = f"{it.day:%d-%m-%Y}"
            rows.append([it.stin, it.number, day, shown(sign * it.amounts[0], style), f"{line.rate}%", *told])
    return rows


def plain_csv(folder: Path, bought: Sequence[Bought], style: int) -> list[Path]:
    """Text with one of the usual encodings and delimiters."""
    encoding = ("utf-8", "utf-8-sig", "utf-16", "cp1252")[style % 4]
    path = folder / "books.csv"
    path.write_bytes(text([HEADINGS, *plain_rows(bought, style)], ",;\t|"[style % 4]).encode(encoding))
    return [path]


def old_excel(folder: Path, bought: Sequence[Bought], style: int) -> list[Path]:
    """A workbook of Excel 97, its amounts numbers."""
    rows = [[*cells[:3], *map(number, cells[3:])] for cells in plain_rows(bought, 0)]
    return [xls(folder, [HEADINGS, *rows])]


def number(cell: str) -> float | str:
    """A number as Excel has it."""
    return cell if cell.endswith("%") else float(cell)


def parquets(folder: Path, bought: Sequence[Bought], style: int) -> list[Path]:
    """Days as days, amounts as decimals, in one file for the first half and one for the second."""
    rows = plain_rows(bought, 0)
    paths: list[Path] = []
    cut = len(bought) // 2
    for nth, part in enumerate((bought[:cut], bought[cut:])):
        rows = plain_rows(part, 0)
        columns = [list(column) for column in zip(*rows, strict=True)]
        columns[2] = [it.day for it in part for _ in it.lines]
        paths.append(folder / f"books{nth}.parquet")
        parquet.write_table(pyarrow.table(dict(zip(HEADINGS, columns, strict=True))), paths[-1])
    return paths


def template_of_gstn(folder: Path, bought: Sequence[Bought], style: int) -> list[Path]:
    """Two rows of headings with merged cells, notes on a sheet of their own with amounts above zero."""
    tail = [
        "Place of supply",
        "Supply Attract Reverse Charge",
        "Rate(%)",
        "Taxable Value (₹)",
        "Tax Amount",
        "",
        "",
        "",
    ]
    taxes = ["", "", "", "", "Integrated Tax(₹)", "Central Tax(₹)", "State/UT Tax(₹)", "Cess(₹)"]
    sheets: dict[str, list[Cells]] = {}
    for sheet, section, words in (
        ("B2B", "b2b", ["Invoice number", "Invoice type", "Invoice Date", "Invoice Value(₹)"]),
        ("CDNR", "b2bcn", ["Note number", "Note type", "Note Date", "Note Value (₹)"]),
    ):
        upper = ["GSTIN of supplier", "Trade/Legal name", "Details", "", "", "", *tail]
        sheets[sheet] = [["Purchase register"], upper, ["", "", *words, *taxes]]
        for it in bought:
            if it.section == section:
                kind = "Regular" if section == "b2b" else "Credit Note"
                first = [it.stin, "Made-up", it.number, kind, it.day, float(rupees(it.amounts[0]))]
                for line in it.lines:
                    parts = (line.taxable, *it.heads(line), line.cess)
                    sheets[sheet].append([*first, "27-Maharashtra", "N", line.rate, *map(float, map(rupees, parts))])
    merged = [(1, 2, 1, 5, "Details"), (1, 10, 1, 13, "Tax Amount"), (1, 0, 2, 0, "GSTIN of supplier")]
    return [xlsx(folder, sheets, merged)]


def columns_of_tally(folder: Path, bought: Sequence[Bought], style: int) -> list[Path]:
    """A row for each voucher, a column for each ledger; the books' debit note is the supplier's credit note."""
    used = sorted({line.rate for it in bought for line in it.lines})
    ledgers = [f"Purchase @ {rate}%" for rate in used]
    taxes = [f"Input {head} @ {rate}%" for rate in used for head in ("IGST", "CGST", "SGST")]
    headings = ["Date", "Particulars", "Voucher Type", "Voucher No.", "Voucher Ref. No.", "Voucher Ref. Date"]
    rows: list[Cells] = [["Acme Textiles"], ["Purchase Register"], ["1-Nov-25 to 30-Nov-25"], []]
    rows.append([*headings, "GSTIN/UIN", "Gross Total", *ledgers, *taxes, "Cess"])
    sums = [0] * (2 + len(ledgers) + len(taxes))
    for nth, it in enumerate(bought, 101):
        by_rate = {line.rate: line for line in it.lines}
        lines = [by_rate.get(rate, Line(rate, 0, 0)) for rate in used]
        told = [it.amounts[0], *(line.taxable for line in lines), *(head for line in lines for head in it.heads(line))]
        told.append(it.amounts[-1])
        sums = [total + amount for total, amount in zip(sums, told, strict=True)]
        kind = "Purchase" if it.section == "b2b" else "Debit Note"
        cells = [amount and float(rupees(amount)) for amount in told]
        rows.append(
            [date(2025, 11, 30), "Made-up", kind, str(nth), it.number, it.day, it.stin, *(it or None for it in cells)]
        )
    rows.append([None, "Grand Total", *[None] * 5, *(float(rupees(total)) for total in sums)])
    return [xlsx(folder, {"Purchase Register": rows})]


def sides_of_tally(folder: Path, bought: Sequence[Bought], style: int) -> list[Path]:
    """Amounts with Dr and Cr, a group for each supplier and its total; what goes back is on the other side."""
    head = ["Date", "Particulars", "Party GSTIN/UIN", "Vch No.", "Supplier Invoice No.", "Supplier Invoice Date"]
    head += ["Taxable Amount", "Integrated Tax Amount", "Central Tax Amount", "State Tax Amount", "Cess Amount"]
    rows: list[Cells] = [["Acme Textiles"], ["GSTR-2 - B2B Invoices"], [*head, "Tax Amount", "Invoice Amount"]]
    for nth, it in enumerate(bought):
        usual, other = ("Dr", "Cr") if it.section == "b2b" else ("Cr", "Dr")
        value, taxable, *taxes = it.amounts
        told = [f"{indian(amount)} {usual}" if amount else "" for amount in (taxable, *taxes, sum(taxes))]
        day = f"{it.day.day}-{it.day:%b-%y}"
        rows.append(["", f"Party {nth}"])
        rows.append([day, f"Party {nth}", it.stin, str(nth + 1), it.number, day, *told, f"{indian(value)} {other}"])
        rows.append(["", "Total", "", "", "", "", *told, f"{indian(value)} {other}"])
    return [csv_file(folder, rows)]


def bills_of_zoho(folder: Path, bought: Sequence[Bought], style: int) -> list[Path]:
    """Bills and vendor credits as files, a row for each item, with the bill's total on each."""
    shared = ["Vendor Name", "GST Treatment", "GST Identification Number (GSTIN)", "Destination of Supply", "SubTotal"]
    shared += ["Total", "Item Name", "Quantity", "Item Total", "Tax Percentage", "CGST", "SGST", "IGST", "CESS"]
    paths: list[Path] = []
    for name, section in (("Bill", "b2b"), ("Vendor Credit", "b2bcn")):
        rows: list[Cells] = [[f"{name} Date", f"{name} Number", "Type", *shared]]
        for it in (it for it in bought if it.section == section):
            value, taxable = map(rupees, it.amounts[:2])
            for line in it.lines:
                igst, cgst, sgst = (rupees(head) if head else "" for head in it.heads(line))
                told = ["Yarn", "2", rupees(line.taxable), line.rate, cgst, sgst, igst, rupees(line.cess)]
                rows.append([it.day, it.number, name, "Made-up", "business_gst", it.stin, "MH", taxable, value, *told])
        paths.append(csv_file(folder, rows, f"{name}.csv"))
    return paths


LAYOUTS: list[Callable[[Path, Sequence[Bought], int], list[Path]]] = [
    *(plain_csv, old_excel, parquets, template_of_gstn, columns_of_tally, sides_of_tally, bills_of_zoho)
]
folders = count()
# A failure is told as it was found: making it smaller would read hundreds of files.
GENERATED = (Phase.explicit, Phase.generate)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("layouts")


def named(register: Register) -> set[tuple[Any, ...]]:
    """What names a document, and its amounts."""
    heads = ("value", "taxable", "igst", "cgst", "sgst", "cess")
    found = documents(register)
    assert len({it["id"] for it in found}) == len(found)
    return {
        (it["stin"], it["number"], it["document_date"], it["section"], *(it[head] for head in heads)) for it in found
    }


@pytest.mark.parametrize("layout", LAYOUTS)
@settings(max_examples=3, phases=GENERATED)
@given(bought=purchases(), style=st.integers(0, 11))
def test_the_documents_are_the_same_in_every_layout(
    layout: Callable[[Path, Sequence[Bought], int], list[Path]], bought: list[Bought], style: int, folder: Path
) -> None:
    place = folder / str(next(folders))
    place.mkdir()
    with read(layout(place, bought, style), RTIN) as books:
        assert reasons(books) == []
        assert named(books) == {(*it[:4], *it.amounts) for it in bought}
        assert [total for total in books.totals if not total.agrees] == []
        assert books.rows["document"] == sum(len(it["source"]["rows"]) for it in documents(books))


def broken(rows: Sequence[Cells], at: int) -> Iterator[Cells]:
    """The rows, one of which has an amount that is none."""
    for nth, cells in enumerate(rows):
        yield [*cells[:6], "much", *cells[7:]] if nth == at else list(cells)


@settings(max_examples=3, phases=GENERATED)
@given(bought=purchases(), at=st.integers(0, 11))
def test_a_broken_row_costs_its_own_document_alone(bought: list[Bought], at: int, folder: Path) -> None:
    place = folder / str(next(folders))
    place.mkdir()
    rows = plain_rows(bought, 1)
    hit = next(it for it in bought if it.number == rows[at][1])
    with read([csv_file(place, [HEADINGS, *broken(rows, at)])], RTIN) as books:
        assert named(books) == {(*it[:4], *it.amounts) for it in bought if it != hit}
        assert {row for row, _, _ in reasons(books)} == {
            nth for nth, cells in enumerate(rows, 2) if cells[:2] == [hit.stin, hit.number]
        }
        assert (at + 2, "Integrated Tax", "Amount 'much' isn't a number such as 1,23,456.78.") in reasons(books)
        (igst,) = [total for total in books.totals if total.field == "igst"]
        assert (igst.unread, [total for total in books.totals if not total.agrees]) == (1, [])
