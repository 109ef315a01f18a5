"""Columns are known by what stands above them, by what stands in them, and by what the amounts add up to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.desk.register.made import GUJARAT, HEADINGS, RTIN, row, supplier

from gst_ims.core.errors import Invalid
from gst_ims.core.money import rupees
from gst_ims.core.section import Section
from gst_ims.core.states import GSTIN_STATES, STATES
from gst_ims.desk.register import Mapping
from gst_ims.desk.register.layout import find, trimmed
from gst_ims.desk.register.looking import taken
from gst_ims.desk.register.mapping import FIELDS, SAID, NoColumn, fingerprint, letters
from gst_ims.desk.register.propose import propose
from gst_ims.desk.register.values import place
from gst_ims.desk.register.words import AMOUNTS, TEXTS, field_of, kind_of, plain, section_of_sheet, words

SPELLED = [(said, field) for field, spelling in words().fields.items() for said in spelling.headings]
#: Cells that contradict no heading, by field.
CELLS = {"stin": GUJARAT, "rtin": RTIN, "document_date": "25-11-2025", "voucher_date": "26-11-2025"}


def numbered(*rows: Sequence[str]) -> list[tuple[int, list[str]]]:
    return [(at, list(cells)) for at, cells in enumerate(rows, 1)]


def proposed(headings: Sequence[str], *rows: Sequence[str]) -> Mapping:
    """What is proposed of these headings over these rows."""
    return propose(headings, numbered(*rows))


@pytest.mark.parametrize(("said", "field"), SPELLED)
def test_every_spelling_of_the_list_is_its_field_however_it_is_written(said: str, field: str) -> None:
    for written in (said, said.upper(), said.title(), f"  {said.replace(' ', '_')} ", said.replace(" ", " / ")):
        assert field_of(written) == (field, True), written


@pytest.mark.parametrize("unit", ["(₹)", "(Rs.)", "(INR)", "(in Rs.)", "₹", "(Amount in Rs.)"])
@pytest.mark.parametrize("said", ["Taxable Value", "IGST Amount", "Cess", "Invoice Value"])
def test_a_unit_changes_no_heading(said: str, unit: str) -> None:
    assert plain(f"{said} {unit}") == plain(said)
    assert field_of(f"{said}{unit}") == field_of(said)


@pytest.mark.parametrize(
    ("said", "compared"),
    [
        ("Input CGST @ 9%", "input cgst at 9"),
        ("CGST 9%", "cgst at 9"),
        ("CGST@2.5%", "cgst at 2point5"),
        ("Rate (%)", "rate percent"),
        ("Purchase @18 %", "purchase at 18"),
        ("State/UT Tax(₹)", "state ut tax"),
        ("Party's  Name", "party s name"),
        ("Q1 2025", "q1 2025"),
    ],
)
def test_a_heading_is_compared_by_its_words(said: str, compared: str) -> None:
    assert plain(said) == compared


@pytest.mark.parametrize(
    ("said", "field"),
    [
        # A word of one field in a heading that means another, or none.
        ("GSTIN of the Company", "rtin"),
        ("Receiver GSTIN/UIN", "rtin"),
        ("Supplier's GST Registration", "stin"),
        ("Reason for rejection of invoice no", "unused"),
        ("HSN of taxable goods", "unused"),
        ("E-Way Bill No", "unused"),
        ("Ack. Date of Invoice", "unused"),
        ("GSTR-1 filing date", "unused"),
        ("TDS Amount", "unused"),
        ("Discount %", "unused"),
        ("ITC Available", "unused"),
        ("GSTR-3B Period", "period"),
        ("GSTR-1 Return Period", "period"),
        ("Against Invoice No.", "original_number"),
        ("Orig. Inv. Dt", "original_date"),
        ("Purchases Interstate 12%", "taxable"),
        ("Input GST @ 18%", "gst"),
        ("Compensation Cess (Rs.)", "cess"),
        ("Type of the supply document", None),
        ("Document type of supply", "kind"),
        ("Whether reverse charge applies", "reverse_charge"),
        ("Place of supply (state)", "pos"),
        ("Sl. No.", "serial"),
        # In two languages.
        ("Date (दिनांक)", "voucher_date"),
        ("जीएसटीआईएन / GSTIN", "stin"),
        ("Total / कुल", "value"),
        ("Quantity", "unused"),
        ("Colour", None),
        ("₹", None),
        ("%", "rate"),
    ],
)
def test_a_heading_of_several_words_means_one_field_or_none(said: str, field: str | None) -> None:
    found = field_of(said)
    assert (found and found[0]) == field


def test_every_field_has_words_and_every_word_a_field() -> None:
    known = words()
    assert set(known.fields) - {"unused", "serial"} == set(FIELDS)
    for name, spelling in known.fields.items():
        assert spelling.headings or spelling.patterns, name
        assert [plain(said) for said in spelling.headings] == spelling.headings
        assert all(re.compile(pattern) for pattern in spelling.patterns)
    sections = {section.value for section in Section}
    assert {*known.kinds, *known.sheets.values(), *known.books_mean, *known.books_mean.values()} <= sections
    assert {word for kind in known.kinds.values() for word in kind} >= set(known.books_keep)
    assert set(known.states.values()) <= set(GSTIN_STATES)
    assert len(known.rates) == len({Decimal(rate) for rate in known.rates})


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("B2B", "b2b"),
        ("b2b-CDNR", "b2bcn"),
        ("Credit Notes", "b2bcn"),
        ("Debit Note Register", "b2bcn"),
        ("Credit Note Register", "b2bdn"),
        ("Purchase Returns", "b2bcn"),
        ("Purchase Return Nov", "b2bcn"),
        ("Credit_Notes_2025-26", "b2bcn"),
        ("CDNR Q3", "b2bcn"),
        ("Nov-25", None),
        ("Invoices and credit notes", None),
        ("ISD", "isd"),
        ("IMPG", "impg"),
        ("Sheet1", None),
        ("", None),
    ],
)
def test_the_name_of_a_sheet_can_say_its_section(name: str, section: str | None) -> None:
    assert section_of_sheet(name) == section


@pytest.mark.parametrize("word", ["Credit  note", "CREDIT-NOTE", "credit note.", "C"])
def test_a_type_is_known_in_any_case_and_with_any_signs(word: str) -> None:
    assert (kind_of(word, books=False), kind_of(word, books=True)) == ("b2bcn", "b2bdn")


@given(st.lists(st.sampled_from(SPELLED), min_size=1, max_size=12, unique=True))
def test_each_field_has_one_column_or_those_of_its_words_in_their_order(chosen: list[tuple[str, str]]) -> None:
    """Of amounts one column that is called so is a sum already; of texts they stand in for one another."""
    headings = [said for said, _ in chosen]
    cells = [CELLS.get(field, "100" if field in AMOUNTS else "x") for _, field in chosen]
    found = proposed(headings, cells, cells).fields
    for field in {field for _, field in chosen} - {"unused", "serial", "gst", "voucher"}:
        order = words().fields[field].headings
        named = [at for at, (_, it) in enumerate(chosen) if it == field]
        named.sort(key=lambda at: order.index(headings[at]))
        expected = named[:1] if field in AMOUNTS else named
        assert found[field][: len(expected)] == tuple(expected)
    used = [column for columns in found.values() for column in columns]
    assert len(used) == len(set(used))
    assert not {at for at, (_, field) in enumerate(chosen) if field == "serial"} & set(used)


CONTRADICTED = [
    ("GSTIN", "Gujarat Yarns", "stin"),
    ("GSTIN", "24AAXCT0003", "stin"),
    ("Invoice Date", "see file", "document_date"),
    ("Invoice Date", "31-31-2025", "document_date"),
    ("Taxable Value", "goods", "taxable"),
    ("IGST", "18% of it", "igst"),
]


@pytest.mark.parametrize(("heading", "cell", "field"), CONTRADICTED)
def test_a_heading_over_cells_that_cannot_be_it_is_not_believed(heading: str, cell: str, field: str) -> None:
    assert field not in proposed([heading, "Bill No"], *([cell, f"B-{at}"] for at in range(9))).fields
    assert proposed([heading, "Bill No"]).columns(field) == (0,)


def test_an_empty_column_is_believed_less() -> None:
    sure = {it.field: it.confidence for it in proposed(["IGST", "Cess", "Net IGST paid"], ["9", "", ""]).proposals}
    assert sure == {"igst": 95, "cess": 75}
    (vague,) = proposed(["Net IGST paid"], ["9"]).proposals
    assert vague.confidence == 80


def book(at: int, *, home: bool = False) -> list[str]:
    """Supplier, number, day, value, taxable, IGST, CGST, SGST at 18%."""
    taxable = 100_000 + 3_700 * at
    half = str(rupees(taxable * 9 // 100))
    heads = ["", half, half] if home else [str(rupees(taxable * 18 // 100)), "", ""]
    told = [str(rupees(taxable * 118 // 100)), str(rupees(taxable)), *heads]
    return [supplier(at), f"GY/{at}", f"{at % 28 + 1:02}-11-2025", *told]


@given(st.permutations(range(8)), st.booleans())
def test_columns_without_headings_are_recognised_in_any_order(order: list[int], within: bool) -> None:
    """All within the state or all from another: of IGST alone nobody knows that it isn't all heads together."""
    fields = ["stin", "number", "document_date", "value", "taxable"]
    rows = [[book(at, home=within)[place] for place in order] for at in range(20)]
    found = proposed([""] * 8, *rows).fields
    for field in fields:
        assert found[field] == (order.index(fields.index(field)),), field
    if within:
        assert {found["cgst"], found["sgst"]} == {(order.index(6),), (order.index(7),)}
    else:
        assert found["gst"] == (order.index(5),)


def test_ones_own_gstin_is_not_the_suppliers() -> None:
    rows = [[RTIN, supplier(at % 4), f"B-{at}", "25-11-2025", "1000", "180"] for at in range(12)]
    assert proposed([""] * 6, *rows).columns("stin") == (1,)


def test_wrong_check_digits_are_no_suppliers_without_a_heading() -> None:
    wrong = [f"{GUJARAT[:-1]}{digit}" for digit in "123456789"]
    rows = [[it, f"B-{at}", "25-11-2025", "1000", "180"] for at, it in enumerate(wrong)]
    assert "stin" not in proposed([""] * 5, *rows).fields
    assert proposed(["GSTIN", *[""] * 4], *rows).columns("stin") == (0,)


def test_freight_beside_the_taxable_belongs_to_it_and_a_round_off_does_not() -> None:
    head = ["GSTIN", "Bill No", "Bill Date", "Bill Amount", "Taxable", "Freight", "IGST", "Round off"]
    rows = [
        [GUJARAT, f"B-{at}", "25-11-2025", f"{at * 118}.30", f"{at * 90}", f"{at * 10}", f"{at * 18}", "0.30"]
        for at in range(1, 12)
    ]
    assert proposed(head, *rows).columns("taxable") == (4, 5)


def test_the_sum_of_all_taxes_is_not_one_of_them() -> None:
    head = ["GSTIN", "Bill No", "Bill Date", "Taxable", "IGST", "CGST", "SGST", "Total Tax"]
    rows = [[GUJARAT, f"B-{at}", "25-11-2025", "1000", "180", "", "", "180"] for at in range(5)]
    assert "gst" not in proposed(head, *rows).fields
    assert proposed([*head[:4], *head[7:]], *(cells[:4] + cells[7:] for cells in rows)).columns("gst") == (4,)


def test_a_ledger_of_purchases_that_names_a_tax_has_what_the_tax_is_of() -> None:
    """In Tally people name them as they like: Purchase IGST 18% beside Input IGST, or the tax itself Purchase IGST."""
    head = ["GSTIN", "Bill No", "Bill Date", "Bill Amount", "Purchase GST 18%", "Purchase IGST 18%", "IGST Purchase 5%"]
    rows = [[GUJARAT, f"B-{at}", "25-11-2025", f"{at * 223}", "", f"{at * 100}", f"{at * 100}"] for at in range(1, 9)]
    ledgers = proposed([*head, "Input IGST"], *([*cells, f"{at * 23}"] for at, cells in enumerate(rows, 1)))
    assert (ledgers.columns("taxable"), ledgers.columns("igst")) == ((4, 5, 6), (7,))
    taxes = proposed([*head[:4], "Taxable Value", "Purchase IGST"], *([*cells[:4], "1000", "180"] for cells in rows))
    assert (taxes.columns("taxable"), taxes.columns("igst")) == ((4,), (5,))
    # Whatever the ledgers are called, one column is a rate of the other; or one has what all of the ledgers have.
    stock = proposed([*head[:4], "IGST 5% Stock", "IGST 18% Stock", "Input IGST"],
                     *([*cells[:4], "", "1000", "180"] for cells in rows), [*rows[0][:4], "100", "", "5"])  # fmt: skip
    assert (stock.columns("taxable"), stock.columns("igst")) == ((4, 5), (6,))
    some = proposed([*head[:3], "Gross Total", "Value", "Purchase IGST 18%", "Yarn", "Input IGST"],
                    *([GUJARAT, f"B-{at}", "25-11-2025", "118", "100", *(("100", "") if at % 2 else ("", "100")), "18"]
                      for at in range(9)))  # fmt: skip
    assert (some.columns("taxable"), some.columns("value")) == ((4,), (3,))
    # More than any rate has: they are two taxes.
    odd = proposed(["GSTIN", "Bill No", "IGST Purchase", "IGST Freight"], [GUJARAT, "B-1", "180", "900"])
    assert odd.columns("igst") == (2, 3)


def test_a_price_is_no_rate_of_tax() -> None:
    head = ["GSTIN", "Bill No", "Bill Date", "Item Total", "Rate", "Tax Percentage", "IGST"]
    rows = [[GUJARAT, f"B-{at}", "25-11-2025", f"{at * 100}", f"{at}.75", "18", f"{at * 18}"] for at in range(1, 9)]
    assert proposed(head, *rows).columns("rate") == (5,)
    assert proposed(head, *([*cells[:4], "18.0", "", cells[6]] for cells in rows)).columns("rate") == (4, 5)


BUSY = {"GST No.": GUJARAT, "Vch/Bill No": "P-1", "Party Bill No.": "B-1", "Date": "25-11-2025", "Taxable Amt.": "1000"}
CENTRAL = {"Location GST Reg. No.": RTIN, "Vendor GST Reg. No.": GUJARAT, "Document No.": "P-1"}
CENTRAL |= {"External Document No.": "B-1", "Document Date": "25-11-2025", "GST Base Amount": "1000"}
SAP = {
    "Tax Number 3": GUJARAT,
    "DocumentNo": "51",
    "Reference": "B-1",
    "Doc. Date": "25.11.2025",
    "Tax Base Amt": "1000",
}


@pytest.mark.parametrize("cells", [BUSY, CENTRAL, SAP])
def test_what_is_the_suppliers_goes_before_what_is_the_books(cells: dict[str, str]) -> None:
    found = proposed([*cells], [*cells.values()])
    assert {field: [*cells.values()][found.columns(field)[0]] for field in ("stin", "number", "taxable")} == {
        **{"stin": GUJARAT, "number": "B-1", "taxable": "1000"}
    }


def test_totals_and_titles_among_the_rows_spoil_no_arithmetic() -> None:
    rows = [book(at) for at in range(10)]
    noise = [["Gujarat", *[""] * 7], ["", "Total", "", "99999.00", "1.00", "", "", ""]] * 5
    assert proposed([""] * 8, *rows, *noise).fields == proposed([""] * 8, *rows).fields


def test_the_number_of_the_books_stands_in_where_the_supplier_has_none() -> None:
    found = proposed(["GSTIN", "Voucher No", "Date", "Taxable", "IGST"], [GUJARAT, "7", "25-11-2025", "100", "18"])
    (number,) = [it for it in found.proposals if it.field == "number"]
    assert (number.columns, number.confidence) == ((1,), 40)
    assert "voucher" not in found.fields


NAMES = ["GSTIN", "Bill No", "Bill Date", "Value", "IGST", "Notes", "कर", ""]


@given(st.lists(st.sampled_from(NAMES), min_size=2, max_size=9))
def test_a_row_is_the_headings_if_it_names_two_fields(names: list[str]) -> None:
    known = {field_of(name) for name in names} - {None, field_of("Notes")}
    data = [GUJARAT, "B-1", "25-11-2025", "118", "18", "x", "x", "x", "x"][: len(names)]
    one = find(numbered(names, data), ())
    assert (one.above, one.known) == ((1, len(known)) if len(known) > 1 else (0, 1))
    assert one.headings == (names if len(known) > 1 else [""] * len(names))


@pytest.mark.parametrize("above", [30, 40])
def test_headings_below_the_thirtieth_row_are_not_looked_for(above: int) -> None:
    rows = numbered(*[["Purchases of November"]] * above, HEADINGS, row())
    assert find(rows, ()).above == 0


def test_a_row_with_a_gstin_or_mostly_numbers_is_no_heading() -> None:
    assert find(numbered(["GSTIN", "Bill No", GUJARAT]), ()).above == 0
    assert find(numbered(["GSTIN", "Bill No", "1", "2", "3"]), ()).above == 0
    assert find(numbered(["GSTIN", "Bill No", "1"]), ()).above == 1


def test_of_two_rows_of_headings_the_upper_one_counts() -> None:
    assert find(numbered(HEADINGS, row(), HEADINGS, row()), ()).above == 1


def test_a_merged_heading_stands_above_all_that_it_covers_and_above_nothing_else() -> None:
    rows = numbered(["GSTIN", "Invoice", "", "Value"], ["", "No", "Date", ""], [GUJARAT, "1", "25-11-2025", "9"])
    assert find(rows, [((0, 1), (0, 2))]).headings == ["GSTIN", "Invoice No", "Invoice Date", "Value"]
    # Merged downwards: it is named once.
    assert find(rows, [((0, 0), (1, 0)), ((0, 1), (0, 2))]).headings[0] == "GSTIN"


@pytest.mark.parametrize(
    ("cells", "width"),
    [(["a", "b", "", ""], 2), (["a", "b", "x", ""], 3), (["a", "b", "", "x"], 4), (["", "", "", ""], 2)],
)
def test_a_column_without_heading_counts_if_most_rows_have_it(cells: list[str], width: int) -> None:
    assert (
        trimmed(["GSTIN", "No", "", ""], numbered(cells, cells, ["a", "b", "", ""])) == ["GSTIN", "No", "", ""][:width]
    )


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_columns_are_lettered_as_in_excel(first: int, second: int) -> None:
    assert (letters(first) == letters(second)) == (first == second)
    assert (len(letters(first)), letters(first)) <= (len(letters(first + 1)), letters(first + 1))
    assert letters(first).isupper()


@given(st.lists(st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1), min_size=1))
def test_sources_of_other_words_are_told_apart_in_any_script(headings: list[str]) -> None:
    assert fingerprint(headings) == fingerprint([f" {it.lower()} (₹)" for it in headings])
    assert fingerprint([*headings, "मूल्य"]) != fingerprint([*headings, "कर"])
    assert fingerprint([*headings, "मूल्य"]) != fingerprint([*headings, ""])


MAPPING = proposed(["C", "GSTIN", "Bill No", "Doc No", "Bill Date", "", "Taxable", "IGST"])


def test_a_column_is_named_by_its_heading_or_its_letter() -> None:
    assert MAPPING.with_("cess", "taxable").columns("cess") == (6,)
    assert MAPPING.with_("cess", "G").columns("cess") == (6,)
    assert MAPPING.with_("cess", "F", "Taxable").columns("cess") == (5, 6)
    # What a person names is a heading first.
    assert MAPPING.with_("cess", "C").columns("cess") == (0,)
    (cess,) = [it for it in MAPPING.with_("cess", "G").proposals if it.field == "cess"]
    assert (cess.confidence, cess.reason) == (100, SAID)


@pytest.mark.parametrize("heading", ["", " ", "₹", "--", "कर", "I", "ZZ", "Taxable value of goods"])
def test_words_that_name_no_column_are_refused_and_match_no_empty_heading(heading: str) -> None:
    with pytest.raises(NoColumn, match="There is no column"):
        MAPPING.with_("cess", heading)


def test_a_column_in_another_script_is_named_by_it() -> None:
    mapping = proposed(["GSTIN", "Bill No", "मूल्य", "कर"])
    assert mapping.with_("taxable", "मूल्य").with_("igst", "कर").fields.items() >= {("taxable", (2,)), ("igst", (3,))}
    # In two languages it may be named by the Latin part, or in full.
    both = proposed(["GSTIN", "कर / Tax", "कर / Net", "मूल्य / Net"])
    assert both.with_("cess", "कर / Net").columns("cess") == (2,)
    assert both.with_("cess", "tax").columns("cess") == (1,)
    with pytest.raises(NoColumn):
        both.with_("cess", "दर / Net")


FIELDS_OR_NONE = st.sampled_from([*TEXTS, *AMOUNTS, ""])


@given(st.lists(FIELDS_OR_NONE, min_size=8, max_size=8))
def test_what_is_chosen_of_each_column_is_how_the_sheet_is_read(chosen: list[str]) -> None:
    found = taken(MAPPING, chosen)
    assert {field: set(columns) for field, columns in found.fields.items()} == {
        field: {at for at, it in enumerate(chosen) if it == field} for field in set(chosen) - {""}
    }


def test_what_is_left_as_it_was_proposed_is_read_as_it_was_proposed() -> None:
    """The bill's number goes before the document's, wherever they stand: the order isn't that of the columns."""
    mapping = proposed(["Doc No", "GSTIN", "Bill No", "Bill Date", "Taxable", "IGST"])
    assert mapping.columns("number") == (2, 0)
    chosen = ["number", "stin", "number", "document_date", "taxable", "igst"]
    assert taken(mapping, chosen) == mapping
    assert taken(mapping, [*chosen[:4], "number", "igst"]).columns("number") == (2, 0, 4)
    assert taken(mapping, [*chosen[:2], "", *chosen[3:]]).columns("number") == (0,)


@pytest.mark.parametrize("chosen", [["colour"], [*[""] * 8, "cess"]])
def test_a_choice_of_what_there_isnt_is_refused(chosen: list[str]) -> None:
    with pytest.raises(Invalid, match=r"colour|no column 'I'"):
        taken(MAPPING, chosen)


# 99 is the centre's: no place of supply.
@pytest.mark.parametrize(("code", "name"), [it for it in STATES.items() if it[0] != "99"])
def test_states_are_known_by_code_by_name_and_by_letters(code: str, name: str) -> None:
    letters = [it for it, state in words().states.items() if state == code]
    for said in (code, name, name.upper(), f"{code}-{name}", *letters, *map(str.lower, letters)):
        assert place(said) == (code, None, None), said
