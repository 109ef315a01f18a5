"""Made-up documents: tax to the paisa, and the rows of GSTR-1 and of IMS that they are printed as."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.section import Form, Section
from gst_ims.synthetic.documents import RATES, Document, Item, Original, body, make_item, make_items, scaled

MUMBAI = Gstin("27AAPFU0939F1ZV")
CHENNAI = Gstin("33AAPFU0939F1Z2")
BENGALURU = "29AAPFU0939F1ZR"
OCTOBER = Period(2025, 10)

INSIDE = make_item(1800, 1_000_00, intra=True)
OUTSIDE = make_item(1800, 1_000_00, intra=False)
TOBACCO = make_item(2800, 1_000_00, intra=False)

rates = st.sampled_from(sorted({rate for listed in RATES.values() for rate in listed}))
taxables = st.integers(10_000, 10**12)


def invoice(section=Section.B2B, **changes):
    made = Document(section, MUMBAI, CHENNAI, "UMA/25-26/070001", date(2025, 10, 5), "33", (OUTSIDE,))
    return replace(made, **changes)


def amendment(section, **changes):
    return invoice(section, original=Original("UMA/25-26/060009", date(2025, 9, 30)), **changes)


# Items


def test_inside_a_state_the_tax_is_cgst_and_sgst():
    assert Item(1800, 1_000_00, 0, 90_00, 90_00, 0) == INSIDE


def test_outside_of_it_the_tax_is_igst():
    assert Item(1800, 1_000_00, 180_00, 0, 0, 0) == OUTSIDE


def test_tobacco_bears_cess():
    assert Item(2800, 1_000_00, 280_00, 0, 0, 120_00) == TOBACCO


@pytest.mark.parametrize(
    ("taxable", "igst"),
    [(10_002, 1_800), (10_003, 1_801), (10_250, 1_845), (10_025, 1_805), (12_525, 2_255)],
)
def test_tax_is_rounded_to_the_nearest_paisa_and_halves_upward(taxable, igst):
    assert make_item(1800, taxable, intra=False).igst == igst


@pytest.mark.parametrize(("taxable", "half"), [(10_000, 900), (10_005, 900), (10_006, 901), (10_050, 905)])
def test_each_half_is_rounded_by_itself(taxable, half):
    item = make_item(1800, taxable, intra=True)
    assert (item.cgst, item.sgst) == (half, half)


@given(rates, taxables)
def test_igst_is_what_decimal_arithmetic_says(rate, taxable):
    exact = Decimal(taxable) * rate / 10_000
    assert make_item(rate, taxable, intra=False).igst == exact.quantize(Decimal(1), ROUND_HALF_UP)


@given(rates, taxables)
def test_cgst_is_what_decimal_arithmetic_says(rate, taxable):
    exact = Decimal(taxable) * rate / 20_000
    item = make_item(rate, taxable, intra=True)
    assert item.cgst == item.sgst == exact.quantize(Decimal(1), ROUND_HALF_UP)


@given(rates, taxables, st.booleans())
def test_an_item_has_one_kind_of_tax(rate, taxable, intra):
    item = make_item(rate, taxable, intra=intra)
    assert bool(item.igst) is not bool(item.cgst)
    assert item.cgst == item.sgst


@given(st.integers(), st.integers(1, 9), st.sampled_from(["Foods", "Minerals", "Yarns", "Pumps"]), st.booleans())
def test_each_rate_comes_once(seed, count, trade, intra):
    items = make_items(Random(seed), count, trade, intra=intra, largest=10_000_00)
    assert len({item.rate for item in items}) == len(items) <= count


def test_no_more_items_are_made_than_the_trade_has_rates():
    assert {i.rate for i in make_items(Random(1), 9, "Yarns", intra=True, largest=10_000_00)} == {500, 1800}


def test_a_trade_that_is_not_listed_has_the_usual_rates():
    assert {i.rate for i in make_items(Random(1), 9, "Pumps", intra=True, largest=10_000_00)} == {500, 1800}


@given(st.integers(), st.integers(0, 10**9))
def test_an_item_is_worth_between_a_hundred_rupees_and_the_largest(seed, largest):
    (item,) = make_items(Random(seed), 1, "Pumps", intra=True, largest=largest)
    assert 100_00 <= item.taxable <= 100_00 + largest


def test_the_same_random_numbers_make_the_same_items():
    assert make_items(Random(5), 3, "Foods", intra=True, largest=99_00) == make_items(
        Random(5), 3, "Foods", intra=True, largest=99_00
    )


@given(rates, taxables, st.booleans(), st.integers(60, 130))
def test_scaled_items_have_the_tax_that_belongs_to_them(rate, taxable, intra, per_cent):
    (item,) = scaled((make_item(rate, taxable, intra=intra),), per_cent)
    assert item == make_item(rate, taxable * per_cent // 100, intra=intra)


def test_less_is_less_and_more_is_more():
    assert scaled((INSIDE, TOBACCO), 80)[0].cgst == 72_00
    assert scaled((INSIDE, TOBACCO), 120)[1].cess == 144_00


# Documents


def test_the_value_is_the_taxable_value_and_all_tax():
    document = invoice(items=(OUTSIDE, TOBACCO))
    assert document.taxable == 2_000_00
    assert document.taxes == (460_00, 0, 0, 120_00)
    assert document.value == 2_580_00


def test_a_document_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        invoice().number = "X"


def test_an_ordinary_document_is_in_ims():
    assert invoice().in_ims
    assert invoice(rtin=MUMBAI, pos="27", items=(INSIDE,)).in_ims


def test_one_under_reverse_charge_is_not():
    assert not invoice(reverse_charge=True).in_ims


def test_one_supplied_in_the_suppliers_state_to_another_states_recipient_is_not():
    assert not invoice(pos="27", items=(INSIDE,)).in_ims


def test_one_supplied_in_a_third_state_is():
    assert invoice(pos="29").in_ims


# Rows of GSTR-1


def test_an_invoice_as_the_schema_has_it():
    assert invoice().row() == {
        "inum": "UMA/25-26/070001",
        "idt": "05-10-2025",
        "val": Decimal("1180.00"),
        "pos": "33",
        "rchrg": "N",
        "inv_typ": "R",
        "itms": [
            {
                "num": 1,
                "itm_det": {
                    "rt": 18,
                    "txval": Decimal("1000.00"),
                    "iamt": Decimal("180.00"),
                    "camt": Decimal("0.00"),
                    "samt": Decimal("0.00"),
                    "csamt": Decimal("0.00"),
                },
            }
        ],
    }


def test_items_are_numbered():
    assert [item["num"] for item in invoice(items=(OUTSIDE, TOBACCO)).row()["itms"]] == [1, 2]


@pytest.mark.parametrize(("rate", "printed"), [(1800, "18"), (25, "0.25"), (150, "1.50"), (4000, "40")])
def test_a_rate_is_printed_in_per_cent(rate, printed):
    row = invoice(items=(make_item(rate, 1_000_00, intra=False),)).row()
    assert str(row["itms"][0]["itm_det"]["rt"]) == printed


def test_reverse_charge_is_said():
    assert invoice(reverse_charge=True).row()["rchrg"] == "Y"


def test_supplies_to_an_sez_are_said_to_be():
    assert invoice(kind="SEWP").row()["inv_typ"] == "SEWP"


@pytest.mark.parametrize("section", [Section.B2BA, Section.ECOMA])
def test_an_amended_invoice_names_its_original(section):
    row = amendment(section).row()
    assert (row["oinum"], row["oidt"]) == ("UMA/25-26/060009", "30-09-2025")
    assert (row["inum"], row["idt"]) == ("UMA/25-26/070001", "05-10-2025")


@pytest.mark.parametrize(
    ("section", "kind"),
    [(Section.B2BCN, "C"), (Section.B2BDN, "D")],
)
def test_a_note_is_a_note(section, kind):
    row = invoice(section).row()
    assert (row["ntty"], row["nt_num"], row["nt_dt"]) == (kind, "UMA/25-26/070001", "05-10-2025")
    assert not {"inum", "idt", "ont_num", "ont_dt"} & row.keys()


@pytest.mark.parametrize(("section", "kind"), [(Section.B2BCNA, "C"), (Section.B2BDNA, "D")])
def test_an_amended_note_names_its_original(section, kind):
    row = amendment(section).row()
    assert (row["ntty"], row["ont_num"], row["ont_dt"]) == (kind, "UMA/25-26/060009", "30-09-2025")


@pytest.mark.parametrize(("item", "supply"), [(INSIDE, "INTRA"), (OUTSIDE, "INTER")])
def test_an_operators_document_says_the_kind_of_supply_and_no_reverse_charge(item, supply):
    row = invoice(Section.ECOM, seller=BENGALURU, items=(item,)).row()
    assert row["sply_ty"] == supply
    assert "rchrg" not in row


def test_credit_notes_have_positive_amounts():
    assert invoice(Section.B2BCN).row()["val"] == Decimal("1180.00")


# Rows of IMS


def test_what_ims_shows_of_an_invoice():
    assert invoice(items=(OUTSIDE, TOBACCO)).ims_row(Form.R1, OCTOBER) == {
        "stin": MUMBAI,
        "inum": "UMA/25-26/070001",
        "idt": "05-10-2025",
        "inv_typ": "R",
        "srcform": "R1",
        "rtnprd": "102025",
        "val": Decimal("2580.00"),
        "pos": "33",
        "txval": Decimal("2000.00"),
        "iamt": Decimal("460.00"),
        "camt": Decimal("0.00"),
        "samt": Decimal("0.00"),
        "cess": Decimal("120.00"),
    }


@pytest.mark.parametrize("form", [Form.R1, Form.R1A, Form.IFF])
def test_ims_shows_the_form(form):
    assert invoice().ims_row(form, OCTOBER)["srcform"] == form.value


@pytest.mark.parametrize("section", [Section.ECOM, Section.ECOMA])
def test_ims_shows_no_type_of_an_operators_document(section):
    assert "inv_typ" not in invoice(section).ims_row(Form.R1, OCTOBER)


def test_ims_shows_a_note_as_a_note():
    row = amendment(Section.B2BCNA).ims_row(Form.R1, OCTOBER)
    assert {"nt_num", "nt_dt", "ont_num", "ont_dt"} <= row.keys()
    assert not {"ntty", "inum", "idt", "itms", "rchrg"} & row.keys()


# Bodies


def test_a_body_names_supplier_and_period():
    assert body(MUMBAI, OCTOBER, []) == {"gstin": MUMBAI, "fp": "102025"}


def test_a_body_may_have_the_turnover():
    made = body(MUMBAI, OCTOBER, [], turnover=5_00)
    assert made["gt"] == made["cur_gt"] == Decimal("5.00")


def test_documents_of_one_recipient_are_together():
    made = body(MUMBAI, OCTOBER, [invoice(), invoice(number="UMA/25-26/070002"), invoice(rtin=Gstin(BENGALURU))])
    assert [(group["ctin"], len(group["inv"])) for group in made["b2b"]] == [(CHENNAI, 2), (BENGALURU, 1)]


def test_each_section_has_its_table():
    plain = [invoice(s) for s in (Section.B2B, Section.B2BCN, Section.B2BDN)]
    amended = [amendment(s) for s in (Section.B2BA, Section.B2BCNA, Section.B2BDNA)]
    made = body(MUMBAI, OCTOBER, [*plain, *amended])
    assert made.keys() == {"gstin", "fp", "b2b", "b2ba", "cdnr", "cdnra"}
    assert [row["ntty"] for row in made["cdnr"][0]["nt"]] == ["C", "D"]
    assert [row["ntty"] for row in made["cdnra"][0]["nt"]] == ["C", "D"]


def test_an_operators_documents_are_by_recipient_and_seller():
    made = body(
        MUMBAI,
        OCTOBER,
        [
            invoice(Section.ECOM, seller=BENGALURU),
            invoice(Section.ECOM, seller=str(MUMBAI)),
            amendment(Section.ECOMA, seller=BENGALURU),
        ],
    )
    assert [(group["rtin"], group["stin"]) for group in made["ecom"]["b2b"]] == [
        (CHENNAI, BENGALURU),
        (CHENNAI, MUMBAI),
    ]
    assert made["ecoma"]["b2ba"][0]["inv"][0]["oinum"] == "UMA/25-26/060009"


def test_a_deleted_document_is_a_row_with_a_flag():
    made = body(MUMBAI, OCTOBER, [invoice()], deleted=[invoice(number="UMA/25-26/070002")])
    kept, gone = made["b2b"][0]["inv"]
    assert "flag" not in kept
    assert gone == {**invoice(number="UMA/25-26/070002").row(), "flag": "D"}


def test_a_body_is_json():
    encoder = msgspec.json.Encoder(decimal_format="number")
    made = body(MUMBAI, OCTOBER, [invoice(), amendment(Section.ECOMA, seller=BENGALURU)])
    read = msgspec.json.decode(encoder.encode(made), strict=True)
    assert read["b2b"][0]["inv"][0]["val"] == 1180.0
    assert b'"val":1180.00' in encoder.encode(made)
