"""The Excel of IMS details in the shapes in which it is found, and in some in which it isn't to be found."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from tests.connect import records as made
from tests.connect.records import OTHER, RTIN, SUPPLIERS, members
from tests.connect.sheets import book

from gst_ims.client.record import Record
from gst_ims.connect.errors import Unreadable
from gst_ims.connect.offline import archive, read
from gst_ims.connect.offline.headings import member_of
from gst_ims.core.gstin import Gstin
from gst_ims.core.section import OTHERS, Section

ONE_ROW = {
    "GSTIN of supplier": SUPPLIERS[0],
    "Trade/Legal name": "Made-up Textiles",
    "Invoice number": "INV-1",
    "Invoice type": "Regular",
    "Invoice Date": "05/10/2025",
    "Invoice Value(₹)": 1180.0,
    "Place of supply": "27-Maharashtra",
    "Taxable Value (₹)": 1000.0,
    "Integrated Tax(₹)": 180.0,
    "Central Tax(₹)": 0,
    "State/UT Tax(₹)": 0,
    "Cess(₹)": 0,
    "GSTR-1/IFF/GSTR-1A Period": "Oct'25",
    "Source": "GSTR-1",
    "Status": "No Action",
}
GROUPS = [("Invoice Details", 2, 5), ("Tax Amount", 8, 11)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "IMS.xlsx"


def titled(*rows: Sequence[Any]) -> list[Sequence[Any]]:
    """Below the title rows that the GST portal writes."""
    return [["Goods and Services Tax - IMS"], [f"GSTIN: {RTIN}"], [], [], *rows]


def one(file: Path, **cells: Any) -> Record:
    """The only record of a sheet with one row of headings."""
    row = ONE_ROW | cells
    (record,) = read(book(file, {"B2B": titled(list(row), list(row.values()))})).records
    return record


EXPECTED = members() | {"tradenm": "Made-up Textiles"}


def expected() -> Record:
    row = {name: it for name, it in EXPECTED.items() if name not in ("srcfilstatus", "ispendactblocked")}
    return made.record(**row)


def test_headings_in_one_row_are_found_below_titles(file: Path) -> None:
    assert one(file) == expected()
    assert read(file).gstin == RTIN


@pytest.mark.parametrize("titles", [0, 1, 3, 10])
def test_headings_are_found_wherever_they_begin(file: Path, titles: int) -> None:
    rows = [["Some title"]] * titles + [list(ONE_ROW), list(ONE_ROW.values())]
    assert read(book(file, {"B2B": rows})).records == (expected(),)


def in_two_rows(*, singles_below: bool) -> tuple[list[str], list[str]]:
    upper, lower = [""] * len(ONE_ROW), list(ONE_ROW)
    for text, left, _ in GROUPS:
        upper[left] = text
    inside = {column for _, left, right in GROUPS for column in range(left, right + 1)}
    if not singles_below:
        for column, heading in enumerate(ONE_ROW):
            if column not in inside:
                upper[column], lower[column] = heading, ""
    return upper, lower


@pytest.mark.parametrize("merge", [False, True])
def test_headings_in_two_rows_are_found(file: Path, merge: bool) -> None:
    upper, lower = in_two_rows(singles_below=False)
    merged = [(4, left, right, text) for text, left, right in GROUPS] if merge else []
    rows = titled([it or (None if merge else it) for it in upper], lower, list(ONE_ROW.values()))
    assert read(book(file, {"B2B": rows}, merged)).records == (expected(),)


def test_headings_below_merged_ones_are_not_of_their_neighbours_group(file: Path) -> None:
    upper, lower = in_two_rows(singles_below=True)
    merged = [(4, left, right, text) for text, left, right in GROUPS]
    rows = titled([it or None for it in upper], lower, list(ONE_ROW.values()))
    assert read(book(file, {"B2B": rows}, merged)).records == (expected(),)


@pytest.mark.parametrize(
    ("sheet", "section"),
    [
        *(("B2B", "b2b"), ("B2BA", "b2ba"), ("B2B-DN", "b2bdn"), ("B2B-DNA", "b2bdna"), ("B2B-CN", "b2bcn")),
        *(("B2B-CNA", "b2bcna"), ("ECO", "ecom"), ("ECOA", "ecoma"), ("b2b cn", "b2bcn"), ("ECOM", "ecom")),
        *(("ECOMA", "ecoma"), ("CN", "b2bcn"), ("DNA", "b2bdna"), ("B2BDN", "b2bdn")),
    ],
)
def test_each_sheet_is_of_a_section(file: Path, sheet: str, section: str) -> None:
    row = members(Section(section))
    found = read(book(file, {sheet: [list(row), list(row.values())]}))
    assert (found.records, found.problems) == ((made.record(Section(section)),), ())


@settings(deadline=None)
@given(made.sections())
def test_what_is_written_is_what_is_read(
    tmp_path_factory: pytest.TempPathFactory, sections: dict[str, list[dict[str, Any]]]
) -> None:
    """By the names of the wire, as texts and numbers: whatever a row of JSON says, a row of a sheet can say."""
    columns = {name: list(dict.fromkeys(key for row in rows for key in row)) for name, rows in sections.items()}
    sheets = {
        name: [columns[name], *([row.get(key) for key in columns[name]] for row in rows)]
        for name, rows in sections.items()
        if rows
    }
    file = book(
        tmp_path_factory.mktemp("any") / "IMS.xlsx", {**sheets, "B2B-CN": []} if "b2bcn" not in sheets else sheets
    )
    reading = read(file)
    expected = [made.record(Section(name), **row) for name, rows in sections.items() for row in rows]
    assert sorted(reading.records, key=lambda it: str(it.key)) == sorted(expected, key=lambda it: str(it.key))
    assert reading.problems == ()


@pytest.mark.parametrize("day", ["05-10-2025", "05/10/2025", "2025-10-05", "5-Oct-2025", date(2025, 10, 5)], ids=str)
def test_a_date_may_be_a_date_or_text(file: Path, day: Any) -> None:
    assert one(file, **{"Invoice Date": day}).date == date(2025, 10, 5)


def test_a_moment_is_its_day(file: Path) -> None:
    assert one(file, **{"Invoice Date": datetime(2025, 10, 5, 13, 30)}).date == date(2025, 10, 5)


@pytest.mark.parametrize("amount", [1180.0, "1180", "1,180.00", "₹1,180.00", 1180.0000000000002], ids=str)
def test_an_amount_may_be_a_number_or_text(file: Path, amount: Any) -> None:
    assert one(file, **{"Invoice Value(₹)": amount}).value == Decimal("1180.00")


@pytest.mark.parametrize("number", ["1234567890123456", "0000000000000017", "7", "1-2", "1E5"])
def test_a_number_of_digits_that_is_text_stays_as_it_is(file: Path, number: str) -> None:
    assert one(file, **{"Invoice number": number}).number == number


def test_a_number_that_excel_has_shortened_is_reported_and_not_guessed(file: Path) -> None:
    row = ONE_ROW | {"Invoice number": 1234567890123456}
    reading = read(book(file, {"B2B": titled(list(row), list(row.values()))}))
    assert reading.records == ()
    (problem,) = map(str, reading.problems)
    assert problem.startswith("IMS.xlsx, B2B, row 6, Invoice number: Document number 1234567890123456.0 came")
    assert "format the cell as text" in problem


def test_a_number_that_excel_kept_whole_is_its_digits(file: Path) -> None:
    assert one(file, **{"Invoice number": 123456789012345}).number == "123456789012345"


@pytest.mark.parametrize("words", ['=HYPERLINK("http://bad","x")', "+1", "@SUM(A1)", "-2+3"])
def test_a_text_that_looks_like_a_formula_is_text(file: Path, words: str) -> None:
    assert one(file, **{"Trade/Legal name": words, "Remarks": words}).trade_name == words


def test_a_text_that_looks_like_a_formula_is_no_document_number(file: Path) -> None:
    row = ONE_ROW | {"Invoice number": "=1+1"}
    (problem,) = read(book(file, {"B2B": titled(list(row), list(row.values()))})).problems
    assert (problem.sheet, problem.row, problem.column) == ("B2B", 6, "Invoice number")


def test_wrong_cells_are_reported_with_their_place_and_the_other_rows_are_read(file: Path) -> None:
    rows = [ONE_ROW, ONE_ROW | {"Invoice number": "X", "Invoice Date": "soon", "Cess(₹)": "none"}]
    rows.append(ONE_ROW | {"Invoice number": "INV-3", "Place of supply": ""})
    lines = [list(ONE_ROW), *(list(row.values()) for row in rows)]
    reading = read(book(file, {"B2B": titled(lines[0], lines[1], [], lines[2], lines[3])}))
    assert reading.records == (expected(),)
    places = [(problem.row, problem.column) for problem in reading.problems]
    assert places == [(8, "Invoice Date"), (8, "Cess(₹)"), (9, "Place of supply")]


def test_a_sheet_without_some_heading_is_reported_and_the_others_are_read(file: Path) -> None:
    row = {name: cell for name, cell in ONE_ROW.items() if name not in ("Place of supply", "Status")}
    bad = titled(list(row), list(row.values()))
    good = members(Section.B2BCN)
    reading = read(book(file, {"B2B": bad, "B2B-CN": [list(good), list(good.values())]}))
    assert reading.records == (made.record(Section.B2BCN),)
    assert list(map(str, reading.problems)) == [
        "IMS.xlsx, B2B: There is no heading for pos, action: nothing of this sheet is read."
    ]


def test_an_empty_sheet_is_no_problem(file: Path) -> None:
    reading = read(book(file, {"B2B": [], "B2BA": [], "Read me": [["Hello"]]}))
    assert (reading.records, reading.problems) == ((), ())


def test_headings_without_rows_are_no_problem(file: Path) -> None:
    assert read(book(file, {"B2B": titled(list(ONE_ROW))})).problems == ()


def test_a_workbook_in_a_zip_is_read(file: Path) -> None:
    one(file)
    outer = file.with_name("IMS.zip")
    with zipfile.ZipFile(outer, "w") as into:
        into.write(file, "IMS_details.xlsx")
    assert read(outer, Gstin(RTIN)).records == (expected(),)


def test_a_workbook_of_other_sheets_is_refused_with_their_names(file: Path) -> None:
    with pytest.raises(Unreadable, match="no sheet such as B2B or B2B-CN, but Sales, Purchases"):
        read(book(file, {"Sales": [["x"]], "Purchases": []}))


def test_the_workbook_of_another_taxpayer_is_refused(file: Path) -> None:
    one(file)
    with pytest.raises(Unreadable, match=f"is of {RTIN}, not of {OTHER}"):
        read(file, Gstin(OTHER))


def test_a_workbook_that_names_two_taxpayers_is_refused(file: Path) -> None:
    row = members(Section.ECOM)
    rows = [["GSTIN", OTHER], list(row), list(row.values())]
    with pytest.raises(Unreadable, match="names several taxpayers"):
        read(book(file, {"B2B": titled(list(ONE_ROW)), "ECO": rows}))


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9, 0.99])
def test_a_workbook_that_is_cut_is_refused(file: Path, kept: float) -> None:
    one(file)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * kept)])
    with pytest.raises(Unreadable, match=r"IMS\.xlsx is cut off or damaged"):
        read(file)


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"PK\x05\x06" + b"\0" * 18])
def test_what_only_begins_like_a_workbook_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(Unreadable):
        read(file)


def test_a_zip_that_only_looks_like_a_workbook_is_refused(file: Path) -> None:
    with zipfile.ZipFile(file, "w") as into:
        into.writestr("[Content_Types].xml", "<Types/>")
    with pytest.raises(Unreadable, match="isn't a workbook"):
        read(file)


def test_a_workbook_that_is_a_bomb_is_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST", 300_000)
    book(file, {"B2B": [["x" * 1000] for _ in range(2000)]})
    assert file.stat().st_size < 300_000
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as into:
        into.writestr("xl/more.xml", "x" * 400_000)
    with pytest.raises(Unreadable, match="unpacks to more than"):
        read(file)


def test_a_number_without_end_is_a_problem_of_its_row_and_of_no_other(file: Path) -> None:
    rows = [ONE_ROW | {"Invoice Value(₹)": 1e300}, ONE_ROW | {"Invoice number": "INV-2"}]
    book(file, {"B2B": [[1e300], *titled(list(ONE_ROW), *(list(row.values()) for row in rows))]})
    reading = read(file)
    assert [record.number for record in reading.records] == ["INV-2"]
    (problem,) = reading.problems
    assert problem.column == "Invoice Value(₹)"


def with_cell(file: Path, place: str) -> None:
    """Put one more cell into the sheet, as Excel would."""
    with zipfile.ZipFile(file) as before:
        members = {name: before.read(name) for name in before.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    row = re.sub("[A-Z]", "", place)
    cell = f'<row r="{row}"><c r="{place}"><v>1</v></c></row></sheetData>'.encode()
    members[sheet] = members[sheet].replace(b"</sheetData>", cell)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in members.items():
            into.writestr(name, content)


@pytest.mark.parametrize("place", ["XFD1048576", "ZZ1048576", "BZ1000000"])
def test_a_cell_far_from_the_others_is_said_before_room_is_made_for_all_between(file: Path, place: str) -> None:
    """What reads the workbook would need gigabytes for it, and end the program."""
    book(file, {"B2B": titled(list(ONE_ROW), list(ONE_ROW.values()))})
    with_cell(file, place)
    with pytest.raises(Unreadable, match="far from the others"):
        read(file)


@pytest.mark.parametrize("place", ["XFD40", "A20000"])
def test_a_cell_that_is_far_in_one_direction_is_no_harm(file: Path, place: str) -> None:
    book(file, {"B2B": titled(list(ONE_ROW), list(ONE_ROW.values()))})
    with_cell(file, place)
    assert len(read(file).records) == 1


HEADINGS = {
    "stin": ["GSTIN of supplier", "Supplier GSTIN", "GSTIN of ECO", "stin"],
    "inum": ["Invoice number", "Invoice No.", "Invoice Details Invoice number*", "Document Number", "inum"],
    "idt": ["Invoice Date", "Invoice Details Invoice Date (dd-mm-yyyy)", "Document date", "Date"],
    "oinum": ["Original Invoice Number", "Original Details Invoice number"],
    "oidt": ["Original Invoice Date", "Original Details Invoice Date"],
    "val": ["Invoice Value(₹)", "Invoice value (Rs)", "Document Value"],
    "txval": ["Taxable Value (₹)", "Total Taxable value"],
    "iamt": ["Tax Amount Integrated Tax(₹)", "IGST"],
    "camt": ["Central Tax (₹)", "CGST"],
    "samt": ["State/UT Tax(₹)", "SGST/UTGST"],
    "cess": ["Cess(₹)", "Cess"],
    "pos": ["Place of supply", "POS"],
    "rtnprd": ["GSTR-1/IFF/GSTR-1A Period", "Supplier Return Period", "rtnprd"],
    "srcform": ["Source", "Source Form", "Form Type"],
    "srcfilstatus": ["Supplier Filing Status", "Filing status"],
    "action": ["Status", "Action", "Action taken", "IMS Action"],
    "ispendactblocked": ["Pending Action Blocked", "ispendactblocked"],
    "itcRedReq": ["ITC Reduction Required", "Is ITC required to be reduced?", "itcRedReq"],
    "declIgst": ["Declared Integrated Tax", "ITC to be reduced IGST", "declIgst"],
    "declCess": ["ITC Reduction Declared Cess(₹)", "declCess"],
    "itcRedReqBlocked": ["ITC Reduction Blocked", "isItcRedReqBlocked"],
    "isRemarksBlocked": ["Remarks Blocked", "isRemarksBlocked"],
    "remarks": ["Remarks", "Remark"],
    "": ["Supply Attract Reverse Charge", "Rate(%)", "GSTR-1 Filing Date", "Sr.", "", "IRN", "GSTIN of recipient"],
}


@pytest.mark.parametrize(("member", "heading"), [(it, said) for it, said_ in HEADINGS.items() for said in said_])
def test_a_heading_is_understood_in_its_spellings(member: str, heading: str) -> None:
    assert member_of(heading, Section.B2BA) == member


@pytest.mark.parametrize("section", OTHERS)
def test_numbers_and_dates_are_those_of_the_section(section: Section) -> None:
    said = {member_of(heading, section) for heading in ("Note number", "Note Date", "Original Note number")}
    name, day = ("nt_num", "nt_dt") if section.is_note else ("inum", "idt")
    assert said == {name, day, f"o{name}"}
