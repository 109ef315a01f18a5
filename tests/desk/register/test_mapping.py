"""Columns are proposed with a reason, confirmed by a person, kept, and used again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.desk.register.made import GUJARAT, HEADINGS, HOME, RTIN, amounts, csv_file, documents, row

from gst_ims.connect.errors import Unreadable
from gst_ims.core.errors import Invalid
from gst_ims.desk.register import DateOrder, Mappings, propose, read
from gst_ims.desk.register.layout import find
from gst_ims.desk.register.mapping import SAID, fingerprint, letters
from gst_ims.desk.register.words import field_of, kind_of, words

HEADING_WORDS = [
    *((said, "stin") for said in ("GSTIN", "GSTIN/UIN", "Supplier GSTIN", "GSTIN of supplier", "Party GST No.")),
    *((said, "rtin") for said in ("Company GSTIN", "GSTIN of recipient", "Bill To GSTIN")),
    *((said, "number") for said in ("Invoice No.", "Supplier Inv No", "Bill#No", "Voucher Ref. No.", "Doc. Number")),
    *((said, "document_date") for said in ("Invoice date", "Bill Dt", "Supplier Invoice Date", "Note Date")),
    *((said, "value") for said in ("Invoice Value (₹)", "Gross Total", "Total Invoice Value", "Bill Amount (Rs.)")),
    *((said, "taxable") for said in ("Taxable Value(₹)", "Assessable Value", "Purchase @ 18%", "GST Purchase Local")),
    *((said, "igst") for said in ("IGST", "Input IGST @ 18%", "Integrated Tax(₹)", "IGST 5%", "Integrated Tax Paid")),
    *((said, "cgst") for said in ("CGST Amt", "Central Tax (INR)", "Input CGST 2.5%")),
    *((said, "sgst") for said in ("SGST/UTGST", "State/UT Tax", "UTGST Amount")),
    *((said, "gst") for said in ("GST", "Total Tax", "Tax Amount")),
    *((said, "rate") for said in ("Rate (%)", "GST %", "Tax Rate")),
    *((said, "unused") for said in ("CGST %", "IGST Rate", "Availed ITC Central Tax", "Due Date", "IRN date")),
    *((said, "unused") for said in ("Round Off", "GSTR-1/IFF/GSTR-5 Filing Date", "HSN/SAC", "Eligibility for ITC")),
    *((said, "original_number") for said in ("Original Invoice No", "Original note number")),
    *((said, "name") for said in ("Particulars", "Party's Name", "Vendor Name", "Trade/Legal name")),
    *((said, None) for said in ("Item Name", "", "Godown")),
]


@pytest.mark.parametrize(("heading", "field"), HEADING_WORDS)
def test_a_heading_means_a_field(heading: str, field: str | None) -> None:
    found = field_of(heading)
    assert (found and found[0]) == field


def test_no_word_stands_for_two_things() -> None:
    spelled = [heading for spelling in words().fields.values() for heading in spelling.headings]
    kinds = [word for known in words().kinds.values() for word in known]
    assert len(spelled) == len(set(spelled))
    assert len(kinds) == len(set(kinds))


def test_a_debit_note_of_the_books_is_a_credit_note_of_the_supplier() -> None:
    assert (kind_of("Debit Note", books=False), kind_of("Debit Note", books=True)) == ("b2bdn", "b2bcn")
    assert kind_of("Purchase Return", books=True) == kind_of("Purchase Return", books=False) == "b2bcn"


def numbered(*rows: list[str]) -> list[tuple[int, list[str]]]:
    return list(enumerate(rows, 1))


@pytest.mark.parametrize("above", [0, 1, 5, 29])
def test_headings_are_found_in_the_first_thirty_rows(above: int) -> None:
    layout = find(numbered(*[["Acme", "Purchase register of November"]] * above, HEADINGS, row()), ())
    assert (layout.above, layout.headings) == (above + 1, HEADINGS)


def test_headings_in_three_rows_are_joined() -> None:
    rows = numbered(
        ["Supplier", "", "Invoice", "", "", "Tax amount", "", ""],
        ["", "", "", "", "", "Within the state", "", "Other"],
        ["GSTIN", "Name", "Num", "Dt", "Value", "CGST", "SGST", "IGST"],
        [GUJARAT, "Gujarat Yarns", "1", "25-11-2025", "1180", "0", "0", "180"],
    )
    layout = find(rows, ())
    assert layout.above == 3
    assert layout.headings[2] == "Invoice Num"
    assert layout.headings[5] == "Tax amount Within the state CGST"
    assert layout.headings[7] == "Tax amount Other IGST"


def test_the_proposal_says_what_why_and_how_sure(tmp_path: Path) -> None:
    (found,) = propose(csv_file(tmp_path, [["Narration", *HEADINGS], *(["", *row(f"A-{at}")] for at in range(9))]))
    shown = found.mapping.table().splitlines()
    assert shown[0].split() == ["field", "column", "sure", "reason"]
    (value,) = (line for line in shown if line.startswith("value"))
    assert "Invoice Value" in value
    assert "99%" in value
    assert "It is the taxable and the taxes together in 100% of the documents." in value
    assert shown[-1] == "not used: Narration"


def test_a_heading_whose_cells_contradict_it_isnt_believed(tmp_path: Path) -> None:
    """As where the columns of an export have moved."""
    rows = [["Invoice Date", "Bill Date", *HEADINGS[:2], *HEADINGS[3:]], *(moved(at) for at in range(5))]
    (found,) = propose(csv_file(tmp_path, rows))
    assert found.mapping.columns("document_date") == (1,)


def moved(at: int) -> list[Any]:
    cells = row(f"A-{at}")
    return ["paid", cells[2], *cells[:2], *cells[3:]]


def test_cgst_and_sgst_are_recognised_by_their_arithmetic(tmp_path: Path) -> None:
    head = ["GSTIN", "Bill No", "Bill Date", "p", "q", "r", "s"]
    rows = [
        [HOME, f"B-{at}", "25-11-2025", f"{at * 100}", f"{at * 9}", f"{at * 9}", f"{at * 118}"] for at in range(1, 20)
    ]
    path = csv_file(tmp_path, [head, *rows])
    (found,) = propose(path)
    fields = found.mapping.fields
    assert (fields["taxable"], fields["cgst"], fields["sgst"], fields["value"]) == ((3,), (4,), (5,), (6,))
    with read([path], RTIN) as books:
        assert amounts(documents(books)[0]) == (11800, 10000, 0, 900, 900, 0)


def test_a_sum_of_the_taxes_isnt_counted_beside_them(tmp_path: Path) -> None:
    rows = [[*HEADINGS, "Total Tax"], [*row(), "180.00"]]
    with read([csv_file(tmp_path, rows)], RTIN) as books:
        assert amounts(documents(books)[0]) == (118000, 100000, 18000, 0, 0, 0)


def test_a_mapping_is_changed_confirmed_kept_and_used_again(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [[*HEADINGS, "Net taxed"], [*row(), "900"]])
    (found,) = propose(path)
    chosen = found.mapping.with_("taxable", "Net taxed").with_("cess").with_order(DateOrder.DAY).confirmed()
    Mappings(tmp_path / "kept.json").save(chosen)
    kept = Mappings(tmp_path / "kept.json")
    assert kept.get(chosen.fingerprint) == chosen
    assert {it.confidence for it in chosen.proposals} == {100}
    # Next month the headings are written a little otherwise.
    later = csv_file(tmp_path, [[*map(str.upper, HEADINGS), "Net taxed (₹)"], [*row("A-2"), "900"]], "later.csv")
    assert propose(later, kept)[0].mapping == chosen
    with read([later], RTIN, kept=kept) as books:
        assert documents(books)[0]["taxable"] == 90000
    with read([later], RTIN, mapping=chosen) as books:
        assert documents(books)[0]["taxable"] == 90000
    with read([later], RTIN) as books:
        assert documents(books)[0]["taxable"] == 100000


def test_other_headings_are_another_source() -> None:
    assert fingerprint(["GSTIN", "Bill No."]) == fingerprint(["gstin", "BILL NO"])
    assert fingerprint(["GSTIN", "Bill No."]) != fingerprint(["GSTIN", "Bill Date"])
    assert [letters(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@pytest.mark.parametrize(("field", "heading"), [("colour", "Cess"), ("cess", "Colour")])
def test_a_field_or_a_column_that_isnt_there_is_refused(field: str, heading: str, tmp_path: Path) -> None:
    (found,) = propose(csv_file(tmp_path, [HEADINGS, row()]))
    with pytest.raises(Invalid, match="olour"):
        found.mapping.with_(field, heading)


def test_mappings_that_are_something_else_are_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text("[]")
    with pytest.raises(Unreadable, match="can't be read as mappings"):
        Mappings(path)
    assert path.read_text() == "[]"


def test_what_a_person_says_of_columns_goes_before_what_is_proposed(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [[*HEADINGS, "Net taxed"], [*row(), "900"]])
    (found,) = propose(path, columns={"taxable": ["Net taxed"], "cess": []})
    (taxable,) = [it for it in found.mapping.proposals if it.field == "taxable"]
    assert (taxable.columns, taxable.confidence, taxable.reason) == ((len(HEADINGS),), 100, SAID)
    assert found.mapping.columns("cess") == ()


def test_it_goes_before_what_was_kept_too(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [[*HEADINGS, "Net taxed"], [*row(), "900"]])
    kept = Mappings(tmp_path / "kept.json")
    kept.save(propose(path)[0].mapping.confirmed())
    (found,) = propose(path, kept, {"taxable": ["Net taxed"]})
    assert found.mapping.columns("taxable") == (len(HEADINGS),)
    assert kept.get(found.mapping.fingerprint) != found.mapping


def test_a_sheet_that_lacks_the_column_does_not_mind(tmp_path: Path) -> None:
    path = csv_file(tmp_path, [HEADINGS, row()])
    (found,) = propose(path, columns={"taxable": ["Net taxed"], "value": ["Taxable Value"]})
    assert found.mapping.columns("taxable") == (5,)
    assert found.mapping.columns("value") == (5,)


def test_a_register_that_nobody_would_recognise_is_one_when_somebody_says_how(tmp_path: Path) -> None:
    head = ["GSTIN", "Bill No", "Bill Date", "p", "q"]
    path = csv_file(
        tmp_path, [head, [GUJARAT, "B-1", "25-11-2025", "nine", "180"], [GUJARAT, "B-2", "25-11-2025", "x", "9"]]
    )
    with pytest.raises(Unreadable, match="isn't a purchase register"):
        propose(path)
    (found,) = propose(path, columns={"taxable": ["q"], "rate": ["p"]})
    assert (found.mapping.columns("taxable"), found.mapping.columns("rate")) == ((4,), (3,))


def test_a_field_that_there_isnt_is_refused_whatever_the_sheets(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Field 'colour' doesn't exist"):
        propose(csv_file(tmp_path, [HEADINGS, row()]), columns={"colour": ["Cess"]})
