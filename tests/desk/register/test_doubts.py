"""What no register is, is said of the whole sheet: wrong columns, lacking results, hidden rows, other owners."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.desk.register.made import GUJARAT, HEADINGS, HOME, RTIN, csv_file, documents, reasons, row, xlsx

from gst_ims.connect.errors import Unreadable
from gst_ims.core.gstin import check_digit
from gst_ims.desk.register import propose, read

#: Another registration of the recipient.
BRANCH = f"29{RTIN[2:14]}{check_digit(f'29{RTIN[2:14]}')}"


def noted(path: Path) -> list[str]:
    """What is said of the sheet."""
    with read([path], RTIN) as books:
        return [reason for at, _, reason in reasons(books, "note") if at == 0]


def test_a_sheet_whose_formulas_have_no_results_is_noted(tmp_path: Path) -> None:
    """A program that writes formulas leaves it to Excel to compute them."""
    rows = [row(f"A-{at}", value="", igst="", cgst="") for at in range(9)]
    (said,) = noted(csv_file(tmp_path, [HEADINGS, *rows]))
    assert "No row has tax" in said
    assert "open it in Excel, save it anew" in said
    assert noted(csv_file(tmp_path, [HEADINGS, *rows, row()])) == []


@pytest.mark.parametrize(("wrong", "right"), [(2, 8), (9, 0)])
def test_tax_above_any_rate_is_noted(wrong: int, right: int, tmp_path: Path) -> None:
    rows = [row(f"A-{at}", value="", taxable="180.00", igst="1000.00") for at in range(wrong)]
    rows += [row(f"B-{at}", value="", taxable="1000.00", igst="400.00") for at in range(right)]
    (said,) = noted(csv_file(tmp_path, [HEADINGS, *rows]))
    assert said == f"In {wrong} of {wrong + right} rows the tax is above 40% of the taxable: see which column is which."


def test_one_odd_row_in_many_is_no_doubt(tmp_path: Path) -> None:
    rows = [row("A-0", value="", taxable="180.00", igst="1000.00"), *(row(f"A-{at}") for at in range(1, 20))]
    assert noted(csv_file(tmp_path, [HEADINGS, *rows])) == []


@pytest.mark.parametrize(("heading", "said"), [("Taxable", "Taxable (Rs. in Lakhs)"), ("Taxable", "Taxable in Crore")])
def test_amounts_that_are_not_in_rupees_are_refused(heading: str, said: str, tmp_path: Path) -> None:
    headings = [said if name.startswith(heading) else name for name in HEADINGS]
    with pytest.raises(Unreadable, match="amounts in rupees") as refused:
        read([csv_file(tmp_path, [headings, row()])], RTIN)
    assert said in str(refused.value)


def test_a_refusal_names_the_columns_that_there_are_and_how_one_is_named(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path, [["Party", "Bill No", "Bill Date", "Taxable", "IGST"], ["A", "1", "01-11-2025", "1", "0"]]
    )
    with pytest.raises(Unreadable, match="no column for the supplier's GSTIN") as refused:
        propose(path)
    assert "there are: Party, Bill No, Bill Date, Taxable, IGST" in str(refused.value)
    assert "such as taxable=Basic Amount" in str(refused.value)


def test_a_hidden_sheet_is_not_read_and_said(tmp_path: Path) -> None:
    """What nobody sees is mostly an older copy: every document would be booked twice."""
    sheets = {"Purchases": [HEADINGS, row()], "Old": [HEADINGS, row()], "Lists": [["x"]]}
    path = xlsx(tmp_path, sheets, hidden=["Old", "Lists"])
    assert [it.sheet for it in propose(path)] == ["Purchases"]
    with read([path], RTIN) as books:
        assert len(documents(books)) == 1
        ((at, _, said),) = reasons(books, "note")
    assert (at, "hidden. Unhide it in Excel" in said) == (0, True)
    with pytest.raises(Unreadable, match="only hidden ones"):
        read([xlsx(tmp_path, {"Seen": [], "Old": [HEADINGS, row()]}, hidden=["Old"], name="old.xlsx")], RTIN)


def test_a_title_that_names_another_registration_of_the_recipient_counts_and_is_noted(tmp_path: Path) -> None:
    sheets = {"Pune": [["GSTIN", RTIN], HEADINGS, row()], "Bengaluru": [["GSTIN", BRANCH], HEADINGS, row("A-2")]}
    with read([xlsx(tmp_path, sheets)], RTIN) as books:
        assert [it["rtin"] for it in documents(books)] == [RTIN, BRANCH]
        ((at, _, said),) = reasons(books, "note")
    assert (at, BRANCH in said, RTIN in said) == (0, True, True)


@pytest.mark.parametrize("other", [HOME, GUJARAT])
def test_a_title_that_names_somebody_else_says_nothing_of_the_recipient(other: str, tmp_path: Path) -> None:
    with read([csv_file(tmp_path, [["Ledger of", other], HEADINGS, row()])], RTIN) as books:
        assert [it["rtin"] for it in documents(books)] == [RTIN]
        assert reasons(books, "note") == []
