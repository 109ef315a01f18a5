"""Reading a return, without a portal: each document in it is staged or refused, and its sums are kept."""

from __future__ import annotations

import copy
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.api import MUMBAI, MYSURU, PUNE, SURAT, amending, gstin, inside, invoice, note

from gst_ims.core.clock import IST
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.core.section import Form, Section
from gst_ims.portal.filing.documents import (
    KEPT_IN_IFF,
    OPERATOR_TABLES,
    OTHER_TABLES,
    Refused,
    Return,
    Staged,
    read,
)
from gst_ims.rulebook.law import law

OCTOBER = Period(2025, 10)
SELLER = gstin("29", 9)
RATES = (0, 0.1, 0.25, 1.5, 3, 5, 12, 18, 28, 40)
MARKS = {"flag": "U", "cflag": "N", "updby": "S", "chksum": "ab" * 32}
NO_TAX = {"rt": 0, "txval": 0, "iamt": 0, "camt": 0, "samt": 0, "csamt": 0}


def about(form: Form = Form.R1, stin: Any = SURAT, **more: Any) -> Return:
    received = datetime(2025, 11, 5, 10, tzinfo=IST)
    usual = {"period": OCTOBER, "quarterly": form is Form.IFF, "received_at": received, "checksum": True}
    return Return(stin=stin, form=form, law=law(), **(usual | more))


def parts(tables: dict[str, Any], of: Return | None = None) -> list[Any]:
    """All that is read of a return."""
    body = json.dumps({"gstin": SURAT, "fp": "102025", **tables})
    return list(read(body.encode(), of or about()))


def to(document: Any, ctin: str = MUMBAI) -> list[dict[str, Any]]:
    return [{"ctin": ctin, "inv": [document]}]


def one(document: dict[str, Any], of: Return | None = None) -> Staged:
    """An invoice that is right."""
    (staged,) = parts({"b2b": to(document)}, of)
    assert isinstance(staged, Staged), staged
    return staged


def why(document: dict[str, Any], of: Return | None = None) -> str:
    """The code for which an invoice is refused."""
    (refused,) = parts({"b2b": to(document)}, of)
    assert isinstance(refused, Refused), refused
    return str(refused.error.code)


PAISE = st.integers(0, 10**10)


@st.composite
def bills(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, int]]:
    """An invoice of several rates, and its amounts in paise."""
    within = draw(st.booleans())
    rates = draw(st.lists(st.sampled_from(RATES), min_size=1, max_size=4, unique=True))
    sums = dict.fromkeys(("txval", "iamt", "camt", "samt", "csamt"), 0)
    items: list[dict[str, Any]] = []
    for number, rate in enumerate(rates, 1):
        half = draw(PAISE)
        told = {"txval": draw(PAISE), "csamt": draw(PAISE)}
        told |= {"camt": half, "samt": half} if within else {"iamt": half}
        for name, amount in told.items():
            sums[name] += amount
        detail = {name: amount / 100 for name, amount in told.items()}
        items.append({"num": number, "itm_det": {"rt": rate, **detail}})
    value = draw(PAISE)
    made = invoice("INV-1", val=value / 100, pos="24" if within else draw(st.sampled_from(["27", "29", "97"])))
    return made | {"itms": items}, sums | {"val": value}


@given(bills())
def test_the_amounts_of_a_document_are_the_sums_of_its_rates_to_the_paisa(
    bill: tuple[dict[str, Any], dict[str, int]],
) -> None:
    document, sums = bill
    staged = one(document)
    found = (staged.value, staged.taxable, staged.igst, staged.cgst, staged.sgst, staged.cess)
    assert found == tuple(sums[name] for name in ("val", "txval", "iamt", "camt", "samt", "csamt"))
    told = json.loads(staged.details)
    assert tuple(told[name] for name in ("value", "taxable", "igst", "cgst", "sgst", "cess")) == found
    # What is kept is what was sent, number by number.
    kept = json.loads(staged.content, parse_float=Decimal)
    sent = json.loads(json.dumps(document), parse_float=Decimal)
    assert kept == sent | {"itms": [item | {"itm_det": NO_TAX | item["itm_det"]} for item in sent["itms"]]}


@given(bills(), st.randoms(use_true_random=False))
def test_the_order_of_members_and_marks_of_ours_change_nothing(
    bill: tuple[dict[str, Any], dict[str, int]], shuffled: Any
) -> None:
    """What was read back of a return is the same when it is saved again."""
    members = list((bill[0] | MARKS).items())
    shuffled.shuffle(members)
    again = dict(members)
    assert one(again) == one(bill[0])


CHANGED: dict[str, dict[str, Any]] = {
    "val": {"val": 1180.01},
    "pos": {"pos": "29"},
    "rchrg": {"rchrg": "Y"},
    "inv_typ": {"inv_typ": "SEWP"},
    "inum": {"inum": "INV-2"},
    "idt": {"idt": "06-10-2025"},
}


@pytest.mark.parametrize("change", CHANGED)
def test_a_change_that_the_recipient_sees_changes_the_fingerprint(change: str) -> None:
    before, after = one(invoice()), one(invoice() | CHANGED[change])
    assert before.hash != after.hash
    assert len({before.hash, after.hash, before.checksum, after.checksum}) == 4


@pytest.mark.parametrize("head", ["txval", "iamt", "csamt"])
def test_a_paisa_changes_the_fingerprint(head: str) -> None:
    changed = copy.deepcopy(invoice())
    changed["itms"][0]["itm_det"][head] += 0.01
    assert one(changed).hash != one(invoice()).hash


def test_what_the_recipient_does_not_see_changes_the_checksum_alone() -> None:
    """Such as the supplier's invoice reference number: no decision is about it."""
    before, after = one(invoice()), one(invoice(irn="a" * 64, irngendate="05-10-2025"))
    assert before.hash == after.hash
    assert before.checksum != after.checksum


OTHERS = {"period": about(period=Period(2025, 11)), "form": about(Form.R1A), "supplier": about(stin=PUNE)}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS.keys())
def test_the_same_words_in_another_return_are_another_document(other: Return) -> None:
    assert one(invoice(pos="29"), other).hash != one(invoice(pos="29")).hash


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | FLOATS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def spoiled(draw: st.DrawFn) -> Any:
    """An invoice of which one member, anywhere, is something else."""
    document = copy.deepcopy(invoice())
    place = draw(st.sampled_from(["document", "itms", "item", "detail", *document]))
    if place == "document":
        return draw(JUNK)
    if place == "itms":
        document["itms"] = draw(JUNK)
    elif place == "item":
        document["itms"][0] = draw(JUNK)
    elif place == "detail":
        document["itms"][0]["itm_det"][draw(st.sampled_from(list(NO_TAX)))] = draw(JUNK)
    else:
        document[place] = draw(JUNK)
    return document


@settings(max_examples=200)
@given(spoiled())
def test_a_spoiled_document_is_refused_by_itself_and_its_neighbours_are_read(document: Any) -> None:
    found = parts({"b2b": [{"ctin": MUMBAI, "inv": [invoice("A"), document, invoice("Z")]}]})
    assert [it.number for it in (found[0], found[2])] == ["A", "Z"]
    assert all(isinstance(it, Staged) for it in (found[0], found[2]))
    middle = found[1]
    if isinstance(middle, Refused):
        # What an error report can hold, whatever the document was.
        assert middle.error.code.startswith("RET")
        assert middle.error.text
        assert (middle.section, middle.rtin) == ("b2b", MUMBAI)
        assert len(middle.number) <= 50
        assert len(middle.date) <= 10


@settings(max_examples=60)
@given(name=st.sampled_from(["b2b", "b2ba", "cdnr", "cdnra", "ecom", "ecoma"]), content=JUNK)
def test_a_table_that_is_built_otherwise_is_refused_by_its_name(name: str, content: Any) -> None:
    if (content == [] and not name.startswith("ecom")) or (name.startswith("ecom") and isinstance(content, dict)):
        # Nothing, or what is kept of an operator's table as it comes.
        assert [json.loads(kept) for _, kept in parts({name: content})] == ([content] if content else [])
    else:
        with pytest.raises(Invalid, match=f"^{name}"):
            parts({name: content})


def test_an_operators_table_may_hold_more_than_makes_records() -> None:
    rows = [{"rtin": MUMBAI, "stin": SELLER, "inv": [invoice()]}]
    found = parts({"ecom": {"b2b": rows, "urp2b": [{"rtin": MUMBAI, "inv": [invoice("U")]}], "b2c": [1]}})
    assert [(it.number, it.seller, it.inward_section) for it in found[:2]] == [
        ("INV-1", SELLER, Section.ECOM),
        ("U", None, Section.ECOM),
    ]
    assert found[2:] == [("ecom", b'{"b2c":[1]}')]


@pytest.mark.parametrize("name", sorted(OTHER_TABLES | set(OPERATOR_TABLES)))
def test_iff_has_the_tables_of_invoices_and_notes_alone(name: str) -> None:
    found = parts({name: {}}, about(Form.IFF))
    if name in KEPT_IN_IFF:
        assert found == [(name, b"{}")]
    else:
        (refused,) = found
        assert (refused.section, refused.error.code) == (name, "RET199004")
    assert parts({name: {}}) == ([] if name in OPERATOR_TABLES else [(name, b"{}")])


@pytest.mark.parametrize("name", ["b2c", "B2B", "x" * 50, ""])
def test_what_is_no_table_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(Invalid, match=f"'{name[:40]}' isn't a table of this return"):
        parts({name: []})


NOTES = {("cdnr", "C"): "b2bcn", ("cdnr", "D"): "b2bdn", ("cdnra", "C"): "b2bcna", ("cdnra", "D"): "b2bdna"}


@pytest.mark.parametrize(("table", "kind"), NOTES)
def test_a_note_is_of_the_section_that_its_table_and_type_say(table: str, kind: str) -> None:
    made = note(kind=kind)
    made = amending(made, nt_num="CN-2") if table == "cdnra" else made
    (staged,) = parts({table: [{"ctin": MUMBAI, "nt": [made]}]})
    assert staged.inward_section == NOTES[table, kind]
    assert staged.original_section == NOTES["cdnr", kind]
    assert (staged.number, staged.original_number) == (("CN-2", "CN-1") if table == "cdnra" else ("CN-1", None))


def test_an_original_named_where_nothing_is_amended_is_left_alone() -> None:
    staged = one(amending(invoice(), inum="A"))
    assert (staged.original_number, staged.original_date) == (None, None)


TAXED: list[tuple[str, str, dict[str, Any], str | None]] = [
    # Supplier in Gujarat: place of supply, type, tax, and the code for which it is refused.
    ("27", "R", {"iamt": 180}, None),
    ("27", "R", inside(90), "RET199001"),
    ("24", "R", inside(90), None),
    ("24", "R", {"iamt": 180}, "RET199001"),
    ("24", "R", {"camt": 90, "samt": 90.01}, "RET199001"),
    ("24", "R", {}, None),
    ("24", "SEWP", {"iamt": 180}, None),
    ("24", "SEWP", inside(90), "RET199001"),
    ("24", "SEWOP", {}, None),
    ("24", "DE", {"iamt": 180}, None),
    # Supplies within a state that bear IGST, as out of a bonded warehouse, are what this type is for.
    ("24", "CBW", {"iamt": 180}, None),
    ("24", "CBW", inside(90), "RET199001"),
    ("27", "CBW", {"iamt": 180}, None),
    ("97", "R", {"iamt": 180}, None),
]


@pytest.mark.parametrize(("pos", "kind", "tax", "code"), TAXED)
def test_which_tax_a_supply_bears(pos: str, kind: str, tax: dict[str, float], code: str | None) -> None:
    document = invoice(pos=pos, inv_typ=kind, tax=tax)
    if code is None:
        one(document)
    else:
        assert why(document) == code


@pytest.mark.parametrize(("seller", "supply", "tax"), [
    (SELLER, None, {"iamt": 180}),
    (gstin("27", 8), None, inside(90)),
    ("", None, {"iamt": 180}),
    ("", "INTRA", inside(90)),
    (gstin("27", 8), "INTER", {"iamt": 180}),
])  # fmt: skip
def test_of_an_operators_document_the_sellers_state_counts_unless_it_is_said(
    seller: str, supply: str | None, tax: dict[str, float]
) -> None:
    said = {} if supply is None else {"sply_ty": supply}
    document = {name: value for name, value in invoice(tax=tax, **said).items() if name != "inv_typ"}
    row = {"rtin": MUMBAI, "inv": [document], **({"stin": seller} if seller else {})}
    (staged,) = parts({"ecom": {"b2b" if seller else "urp2b": [row]}})
    assert isinstance(staged, Staged), staged
    assert (staged.invoice_type, staged.seller) == (None, seller or None)
    assert json.loads(staged.content)["sply_ty"] == (supply or ("INTRA" if tax == inside(90) else "INTER"))


@pytest.mark.parametrize(("ctin", "checked", "loose"), [
    (MUMBAI, None, None),
    (MUMBAI[:-1] + "0", "RET191113", None),
    (MUMBAI.lower(), "RET191113", "RET191113"),
    ("00" + MUMBAI[2:], "RET191113", "RET191113"),
    (SURAT, "RET191119", "RET191119"),
])  # fmt: skip
def test_check_digits_count_where_the_portal_is_no_test(ctin: str, checked: str | None, loose: str | None) -> None:
    for of, code in ((about(), checked), (about(checksum=False), loose)):
        (found,) = parts({"b2b": to(invoice(), ctin)}, of)
        assert (found.error.code if isinstance(found, Refused) else None) == code


def test_a_deletion_needs_no_amounts_and_names_its_document() -> None:
    staged = one({"inum": "INV-1", "idt": "05-10-2025", "flag": "D"})
    assert (staged.deleted, staged.number, staged.value, staged.content) == (True, "INV-1", 0, "{}")
    assert why({"inum": "INV-1", "idt": "05-10-2025", "flag": "X"}) == "RET191106"
    assert why({"inum": "", "idt": "05-10-2025", "flag": "D"}) == "RET199005"


BYPASSED = [
    (invoice(), about(), None),
    (invoice(rchrg="Y"), about(), "reverse charge"),
    (invoice(pos="29"), about(), None),
    (invoice(pos="24", tax=inside(90)), about(), "place of supply"),
    (invoice(day="15-03-2025"), about(received_at=datetime(2025, 12, 5, 10, tzinfo=IST)), "section 16(4)"),
    (invoice(day="15-03-2025"), about(), None),
]


@pytest.mark.parametrize(("document", "of", "reason"), BYPASSED, ids=lambda it: str(it)[:20])
def test_what_does_not_enter_ims_says_why(document: dict[str, Any], of: Return, reason: str | None) -> None:
    staged = one(document, of)
    assert staged.bypass == reason
    assert json.loads(staged.details).get("bypass") == reason


def test_recipients_of_several_groups_keep_their_documents() -> None:
    recipients = (MUMBAI, MYSURU, PUNE)
    groups = [{"ctin": ctin, "inv": [invoice(f"{ctin[:2]}/{at}") for at in range(3)]} for ctin in recipients]
    found = parts({"b2b": groups})
    assert [(it.rtin, it.number) for it in found] == [
        (group["ctin"], document["inum"]) for group in groups for document in group["inv"]
    ]
