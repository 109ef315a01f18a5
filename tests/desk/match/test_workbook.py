"""The worklist as a workbook: complete, side by side, and read back as decisions."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from tests.desk.match.books import ledger
from tests.desk.match.sides import booked, books, ims, invoice
from tests.desk.match.test_decisions import named
from tests.desk.match.test_links import as_sets

from gst_ims.desk.match import Apart, Decision, Result, Together, match, match_files, read_links, workbook
from gst_ims.desk.match.links import HEADINGS
from gst_ims.desk.match.workbook import DUTIES, Notes
from gst_ims.desk.register.words import AMOUNTS

Sheets = dict[str, list[list[Any]]]


def sheets(path: Path) -> Sheets:
    with CalamineWorkbook.from_path(str(path)) as book:
        return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def table(rows: list[list[Any]]) -> list[dict[str, Any]]:
    """The rows of a sheet by its headings."""
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def written(folder: Path, result: Result, notes: Notes | None = None) -> Sheets:
    path = folder / "result.xlsx"
    path.unlink(missing_ok=True)
    workbook.write(path, result, notes)
    return sheets(path)


def test_a_pair_is_one_line_with_both_documents_side_by_side(tmp_path: Path) -> None:
    result = match(ledger([{"number": "A-1", "taxable": 1000}]), ledger([{"number": "a/1", "taxable": 1100}]))
    (line,) = table(written(tmp_path, result)["Mismatch"])
    assert (line["Portal number"], line["Books number"]) == ("A-1", "a/1")
    assert line["Portal date"] == line["Books date"] == date(2025, 11, 15)
    assert (line["Portal Taxable"], line["Books Taxable"]) == (1000.0, 1100.0)
    assert (line["Taxable differs by"], line["Tax differs by"], line["Tax at stake"]) == (100.0, 18.0, 18.0)
    assert line["Rule"] == "amounts differ"
    assert "The taxable value differs by 100.00, the tax by 18.00." in line["Why"]
    assert "igst: portal 180.00, books 198.00" in line["What differs"]


def test_what_has_no_partner_has_one_half_of_the_line(tmp_path: Path) -> None:
    result = match(ledger([{"number": "A-1", "taxable": 1000}]), ledger([{"number": "Z", "taxable": 77}]))
    made = written(tmp_path, result)
    (line,) = table(made["Missing in books"])
    assert (line["Portal number"], line["Books number"], line["Books Taxable"]) == ("A-1", "", "")
    (line,) = table(made["Missing in portal"])
    assert (line["Portal number"], line["Books number"], line["Tax at stake"]) == ("", "Z", 13.86)


GROUPS = {
    "a split": ([("INV/12", 1000)], [("INV/12-1", 400), ("INV/12-2", 600)], 2),
    "a merger": ([("INV/12-1", 400), ("INV/12-2", 600)], [("INV/12", 1000)], 2),
    "two regrouped as three": ([("A", 1000), ("B", 500)], [("X", 700), ("Y", 450), ("Z", 350)], 4),
}


@pytest.mark.parametrize(("portal", "books_", "lines"), GROUPS.values(), ids=GROUPS.keys())
def test_each_amount_of_a_group_stands_once(
    portal: list[tuple[str, int]], books_: list[tuple[str, int]], lines: int, tmp_path: Path
) -> None:
    ours, theirs = ([{"number": n, "taxable": t} for n, t in side] for side in (portal, books_))
    together = Together([named(n) for n, _ in portal], [named(n) for n, _ in books_])
    result = match(ledger(ours), ledger(theirs), manual=[together])
    (sheet,) = [rows for name, rows in written(tmp_path, result).items() if name != "Summary"]
    found = table(sheet)
    assert len(found) == lines
    for side, documents in (("Portal", portal), ("Books", books_)):
        stated = [(line[f"{side} number"], line[f"{side} Taxable"]) for line in found]
        assert sorted(it for it in stated if it[1] != "") == sorted((n, float(t)) for n, t in documents)
        assert all(number for number, _ in stated)
    assert [line["Tax differs by"] for line in found] == [0.0] + [""] * (lines - 1)


def test_the_workbook_has_every_paisa_of_the_result(tmp_path: Path) -> None:
    portal = [{"number": f"A-{n}", "taxable": 1000 + n} for n in range(9)]
    others = [{"number": f"A-{n}", "taxable": 1000 + 2 * n} for n in range(3, 12)]
    result = match(ledger(portal), ledger(others))
    made = written(tmp_path, result)
    for side, documents in (("Portal", portal), ("Books", others)):
        cells = [line[f"{side} Taxable"] for name in made if name != "Summary" for line in table(made[name])]
        assert sum(it for it in cells if it != "") == sum(row["taxable"] for row in documents)


def test_the_most_tax_comes_first(tmp_path: Path) -> None:
    rows = [{"number": f"N-{n}", "taxable": amount} for n, amount in enumerate((50, 9000, 700))]
    made = table(written(tmp_path, match(ledger(rows), ledger([])))["Missing in books"])
    assert [line["Portal number"] for line in made] == ["N-1", "N-2", "N-0"]


def test_sheets_come_in_the_order_of_the_work(tmp_path: Path) -> None:
    portal = [{"number": "A-1", "taxable": 1000}, {"number": "A-2", "taxable": 2000}, {"number": "A-3", "taxable": 1}]
    others = [{"number": "A-1", "taxable": 1000}, {"number": "A-2", "taxable": 2500}, {"number": "Z", "taxable": 77}]
    names = list(written(tmp_path, match(ledger(portal), ledger(others))))
    assert names == ["Summary", "Mismatch", "Missing in books", "Missing in portal", "Matched"]


def test_the_summary_says_how_much_is_where_and_what_to_do(tmp_path: Path) -> None:
    result = match(ledger([{"number": "A-1", "taxable": 1000}]), ledger([{"number": "A-1", "taxable": 1000}]))
    rows = written(tmp_path, result)["Summary"]
    assert rows[0][:6] == ["Bucket", "Side", "Documents", "Taxable", "Tax", "What to do"]
    assert rows[1][:6] == ["matched", "portal", 1, 1000.0, 180.0, "Nothing."]
    assert rows[2][:5] == ["matched", "books", 1, 1000.0, 180.0]
    assert rows[3][:5] == ["all", "portal", 1, 1000.0, 180.0]


def test_every_bucket_has_its_duty() -> None:
    from gst_ims.desk.match import BUCKETS

    assert set(DUTIES) == set(BUCKETS)


@pytest.mark.parametrize("text", ["=1+1", "@cmd", "+49", "-7", "http://x.example", "{=A1}"])
def test_no_text_is_a_formula_or_a_link(text: str, tmp_path: Path) -> None:
    made = written(tmp_path, match(ledger([{"number": text, "taxable": 10}]), ledger([])))
    assert table(made["Missing in books"])[0]["Portal number"] == text
    with zipfile.ZipFile(tmp_path / "result.xlsx") as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                content = archive.read(name)
                assert b"<f>" not in content
                assert b"<hyperlink" not in content


def test_headings_stay_in_sight_filters_are_set_and_amounts_are_grouped_as_in_india(tmp_path: Path) -> None:
    written(tmp_path, match(ledger([{"number": "A", "taxable": 12345678}]), ledger([])))
    with zipfile.ZipFile(tmp_path / "result.xlsx") as archive:
        sheet, styles = archive.read("xl/worksheets/sheet2.xml"), archive.read("xl/styles.xml").decode()
    assert b'state="frozen"' in sheet
    assert b"<autoFilter" in sheet
    assert b"<dataValidation" in sheet
    assert r"#\,##\,##\,##0.00" in styles


def test_without_documents_there_is_only_a_summary(tmp_path: Path) -> None:
    assert list(written(tmp_path, match(ledger([]), ledger([])))) == ["Summary"]


# What a person does with it.


def decide(path: Path, sheet: str, decisions: dict[str, tuple[str, str]]) -> Path:
    """The workbook as somebody saved it who decided, by the portal's number; and filled in a number of the books."""
    from xlsxwriter import Workbook

    saved = path.with_name(f"decided-{path.name}")
    with Workbook(str(saved), {"strings_to_numbers": False, "strings_to_formulas": False}) as book:
        days = book.add_format({"num_format": "dd-mm-yyyy"})
        for name, rows in sheets(path).items():
            page = book.add_worksheet(name)
            for at, row in enumerate(rows):
                cells = dict(zip(rows[0], row, strict=True)) if rows[0][0] == "Decision" and at else {}
                if name == sheet and cells.get("Portal number") in decisions:
                    word, number = decisions[str(cells["Portal number"])]
                    cells |= {"Decision": word}
                    if number:
                        cells |= {"Books number": number, "Books date": cells["Portal date"]}
                for column, cell in enumerate(cells.values() or row):
                    if isinstance(cell, date):
                        page.write_datetime(at, column, cell, days)
                    else:
                        page.write(at, column, cell)
    return saved


def test_a_worklist_in_which_somebody_decided_is_a_file_of_decisions(tmp_path: Path) -> None:
    portal = ledger([{"number": "A-1", "taxable": 1000}, {"number": "B-1", "taxable": 500}])
    others = ledger([{"number": "A-7", "taxable": 1000}, {"number": "QX", "taxable": 77}])
    result = match(portal, others)
    result.write(tmp_path / "result.xlsx")
    saved = decide(tmp_path / "result.xlsx", "Probable", {"A-1": ("apart", "")})
    assert read_links(saved) == [Apart(named("A-1"), named("A-7"))]
    saved = decide(tmp_path / "result.xlsx", "Missing in books", {"B-1": ("together", "QX")})
    assert read_links(saved) == [Together((named("B-1"),), (named("QX"),))]
    again = match(portal, others, manual=read_links(saved))
    assert {(row["number"], row["rule"]) for row in again.rows() if row["side"] == "portal"} == {
        ("A-1", "other number"),
        ("B-1", "manual"),
    }


def test_what_was_decided_stands_in_the_next_workbook_and_can_be_taken_from_there(tmp_path: Path) -> None:
    words: list[Decision] = [
        Together((named("A-1"),), (named("X"), named("Y"))),
        Together((named("A-2"), named("A-3")), (named("Z"),)),
        Apart(named("A-4"), named("A-4")),
    ]
    made = written(tmp_path, match(ledger([]), ledger([])), Notes(manual=words))
    assert made["Decisions"][0] == list(HEADINGS)
    assert [row[0] for row in made["Decisions"][1:]] == ["together"] * 4 + ["apart"]
    assert as_sets(read_links(tmp_path / "result.xlsx")) == as_sets(words)


def test_rows_that_were_not_read_and_changes_have_sheets(tmp_path: Path) -> None:
    portal, first = ims(tmp_path, invoice("INV-1")), books(tmp_path, booked("INV-2", 77), name="a.csv")
    before = match_files([portal], [first]).result
    second = books(tmp_path, booked("INV-1"), booked("INV-9", day="never"), name="b.csv")
    match_files([portal], [second], since=before).write(tmp_path / "result.xlsx")
    made = sheets(tmp_path / "result.xlsx")
    (row,) = table(made["Rows"])
    assert (row["Side"], row["What"], row["File"], row["Row"], row["Column"]) == (
        *("books", "rejected", "b.csv", 3, "Invoice Date"),
    )
    changes = {(row["Side"], row["Number"]): (row["Was"], row["Is"], row["With"]) for row in table(made["Changes"])}
    assert changes == {
        ("portal", "INV-1"): ("missing in books", "matched", "INV-1 of 25-11-2025"),
        ("books", "INV-1"): ("wasn't there", "matched", "INV-1 of 25-11-2025"),
        ("books", "INV-2"): ("missing in portal", "isn't there", ""),
    }


def test_the_summary_has_the_control_totals_of_the_register(tmp_path: Path) -> None:
    register = books(tmp_path, booked("INV-1"), booked("INV-9", day="never"))
    match_files([ims(tmp_path, invoice("INV-1"))], [register]).write(tmp_path / "result.xlsx")
    rows = sheets(tmp_path / "result.xlsx")["Summary"]
    (at,) = [place for place, row in enumerate(rows) if row[0] == "File"]
    totals = {row[2]: row for row in rows[at + 1 :] if row[0] == "books.csv"}
    assert totals["Taxable Value"][3:10] == [2000.0, 1000.0, 0.0, 0.0, 1000.0, 0.0, "yes"]


def test_a_sheet_that_is_full_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST", 3)
    rows = [{"number": f"N-{n}", "taxable": 100 + n} for n in range(7)]
    made = written(tmp_path, match(ledger(rows), ledger([])))
    names = ["Missing in books", "Missing in books 2", "Missing in books 3"]
    assert [len(made[name]) - 1 for name in names] == [3, 3, 1]
    numbers = [line["Portal number"] for name in names for line in table(made[name])]
    assert sorted(numbers) == [f"N-{n}" for n in range(7)]


def test_the_summary_counts_the_rows_of_both_sides_and_its_sums_go_in_the_order_of_the_amounts(tmp_path: Path) -> None:
    found = match_files([ims(tmp_path, invoice("A-1"), invoice("A-2"))], [books(tmp_path, booked("A-1"))])
    found.write(tmp_path / "worklist.xlsx")
    rows = sheets(tmp_path / "worklist.xlsx")["Summary"]
    at = next(at for at, row in enumerate(rows) if row[0] == "Rows of the portal")
    assert (rows[at][2], rows[at + 1][2]) == ("document", 2.0)
    fields = [it.field for it in found.books.totals]
    assert fields == [field for field in AMOUNTS if field in fields]


def test_a_worklist_prints_across_with_its_headings_on_each_page(tmp_path: Path) -> None:
    found = match_files([ims(tmp_path, invoice("A-1"))], [books(tmp_path, booked("A-1"))])
    found.write(tmp_path / "worklist.xlsx")
    with zipfile.ZipFile(tmp_path / "worklist.xlsx") as book:
        assert b'orientation="landscape"' in book.read("xl/worksheets/sheet2.xml")
        assert b"Print_Titles" in book.read("xl/workbook.xml")
