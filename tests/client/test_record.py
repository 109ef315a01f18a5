"""Records as they are read, and the rows that decisions about them become."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gst_ims.client.record import Decision, Key, Record, Reduction
from gst_ims.core.errors import Invalid
from gst_ims.core.period import Period
from gst_ims.core.section import OTHERS, Action, Form, Section

INVOICE: dict[str, Any] = {
    "stin": "24AAXCT0003K1ZA",
    "inum": "SRT/25-26/118",
    "idt": "05-11-2025",
    "inv_typ": "R",
    "rtnprd": "112025",
    "srcform": "R1",
    "srcfilstatus": "Not Filed",
    "pos": "27",
    "val": 11800,
    "txval": 10000,
    "iamt": 1800,
    "camt": 0,
    "samt": 0,
    "cess": 0,
    "action": "N",
    "ispendactblocked": "N",
    "hash": "9f2c1be0",
}
AMENDED = {**INVOICE, "oinum": "SRT/1", "oidt": "01-10-2025", "isItcRedReqBlocked": "N"}
NOTE = {name: value for name, value in INVOICE.items() if name not in ("inum", "idt")} | {
    "nt_num": "CN-1",
    "nt_dt": "07-11-2025",
    "isItcRedReqBlocked": "N",
}
NOTHING = {
    Section.B2B: INVOICE,
    Section.B2BA: AMENDED,
    Section.B2BDN: NOTE,
    Section.B2BCN: NOTE,
    Section.B2BDNA: NOTE | {"ont_num": "CN-0", "ont_dt": "01-10-2025"},
    Section.B2BCNA: NOTE | {"ont_num": "CN-0", "ont_dt": "01-10-2025"},
    Section.ECOM: INVOICE,
    Section.ECOMA: AMENDED,
}


def record(section: Section = Section.B2B, **changes: Any) -> Record:
    return Record.of(section, NOTHING[section] | changes)


def row(decision: Decision) -> dict[str, Any]:
    return msgspec.json.decode(msgspec.json.encode(decision.row()))


@pytest.mark.parametrize("section", OTHERS)
def test_a_record_of_every_section_is_read(section: Section) -> None:
    read = record(section)
    number = "CN-1" if section.is_note else "SRT/25-26/118"
    assert read.key == Key(section, "24AAXCT0003K1ZA", number, Period(2025, 11), Form.R1)
    assert (read.tax, read.taxable, read.filed) == (Decimal("1800.00"), Decimal("10000.00"), False)
    assert (read.original_number is not None) == section.is_amendment


def test_amounts_as_text_are_amounts() -> None:
    assert record(iamt="1800.5").igst == Decimal("1800.50")


def test_unknown_members_are_no_harm_and_are_not_echoed() -> None:
    read = record(hello=[1, {"a": None}])
    assert "hello" not in row(read.accept())


def test_a_number_that_the_portal_wrote_without_quotes_is_text() -> None:
    assert record(inum=1024250260344).number == "1024250260344"


@pytest.mark.parametrize("missing", ["inum", "idt", "rtnprd", "stin", "txval"])
def test_without_what_names_it_it_is_refused(missing: str) -> None:
    members = {name: value for name, value in INVOICE.items() if name != missing}
    with pytest.raises(Invalid, match="can't be read"):
        Record.of(Section.B2B, members)


def test_imports_have_no_records_here() -> None:
    with pytest.raises(Invalid, match="use one of b2b"):
        Record.of(Section.IMPG, INVOICE)


@given(amount=st.decimals(0, 10**9, places=2), pad=st.sampled_from(["", "0", "00"]))
def test_numbers_are_echoed_as_they_were_written(amount: Decimal, pad: str) -> None:
    """2500, 2500.0 and 2500.00 are one amount and three texts: a portal may compare texts."""
    written = f"{amount}{pad}".encode()
    source = msgspec.json.encode(INVOICE).replace(b'"txval":10000', b'"txval":' + written)
    read = Record.read(Section.B2B, source)
    assert read.taxable == amount
    assert b'"txval":' + written + b"," in msgspec.json.encode(read.accept().row())


@pytest.mark.parametrize("section", OTHERS)
def test_a_row_has_what_the_contract_has_and_no_more(section: Section) -> None:
    """Section 3.3: no hash, no flags, the old action as prev_status; inv_typ not with e-commerce operators."""
    sent = row(record(section, action="P", isRemarksBlocked="N").reject("not ours"))
    identity = {"nt_num", "nt_dt"} if section.is_note else {"inum", "idt"}
    original = ({"ont_num", "ont_dt"} if section.is_note else {"oinum", "oidt"}) if section.is_amendment else set()
    kind = set() if section in (Section.ECOM, Section.ECOMA) else {"inv_typ"}
    amounts = {"val", "txval", "iamt", "camt", "samt", "cess"}
    assert set(sent) == identity | original | kind | amounts | {
        *("stin", "rtnprd", "srcform", "pos", "action", "prev_status", "remarks")
    }
    assert (sent["action"], sent["prev_status"], sent["remarks"]) == ("R", "P", "not ours")


def test_what_the_portal_left_empty_is_not_echoed() -> None:
    assert "inv_typ" not in row(record(inv_typ=None).accept())


@pytest.mark.parametrize("changed", [{"txval": 9999}, {"idt": "06-11-2025"}, {"pos": "29"}, {"val": 1}])
def test_content_is_the_same_while_the_supplier_changes_nothing(changed: dict[str, Any]) -> None:
    assert record().same(record(action="A", remarks="x"))
    assert record().same(record(hash="another", srcfilstatus="Filed"))
    assert not record().same(record(hash="another", **changed))


@pytest.mark.parametrize("changed", [{"txval": 9999}, {"idt": "06-11-2025"}, {"pos": "29"}, {"val": 1}])
def test_where_the_portal_has_no_fingerprint_the_content_has_one(changed: dict[str, Any]) -> None:
    """As in the files of the offline tool: what was seen before an edit must not pass for what is there now."""
    bare = record(hash="")
    assert bare.hash == record(hash="", action="A", remarks="x", srcfilstatus="Filed").hash != ""
    assert record(hash="", val=bare.value).hash == bare.hash
    assert record(hash="", **changed).hash != bare.hash
    assert record(hash="9f").hash == "9f"
    assert "hash" not in row(bare.accept())


def test_a_reset_has_no_action() -> None:
    sent = row(Decision(record(action="A"), Action.NONE))
    assert sent["prev_status"] == "A"
    assert "action" not in sent


def test_accepting_a_credit_note_reduces_in_full_unless_it_is_said_otherwise() -> None:
    """R6.3: the portal's own default; R6.5: no amounts are full."""
    sent = row(record(Section.B2BCN).accept())
    assert sent["itcRedReq"] == "Y"
    assert not [name for name in sent if name.startswith("decl")]


def test_a_partial_reduction_says_its_amounts() -> None:
    sent = row(record(Section.B2BCN).accept("half", reduce=Reduction(igst=Decimal(900))))
    assert (sent["itcRedReq"], sent["declIgst"], sent["declCgst"]) == ("Y", "900.00", "0.00")


def test_the_whole_as_an_amount_is_full() -> None:
    sent = row(record(Section.B2BCN).accept(reduce=Reduction(igst=Decimal(1800))))
    assert (sent["itcRedReq"], "declIgst" in sent) == ("Y", False)


@pytest.mark.parametrize("none", [False, Reduction()])
def test_no_reduction_has_no_amounts(none: bool | Reduction) -> None:
    sent = row(record(Section.B2BCN).accept("never claimed", reduce=none))
    assert (sent["itcRedReq"], "declIgst" in sent) == ("N", False)


def test_where_a_declaration_is_blocked_none_is_sent() -> None:
    """EX-25."""
    assert "itcRedReq" not in row(record(Section.B2BCN, isItcRedReqBlocked="Y").accept())


def test_without_the_flag_credit_notes_declare_and_amended_invoices_do_not() -> None:
    """Sandbox's schema doesn't know the flag, but GSTN refuses a credit note without the declaration (R6.6)."""
    silent = {"isItcRedReqBlocked": None}
    assert record(Section.B2BCN, **silent).accept().reduce is True
    assert record(Section.B2BA, **silent).accept().reduce is None


CN, LONG = Section.B2BCN, "x" * 251
FORBIDDEN = {
    "pending is blocked": record(ispendactblocked="Y").keep_pending(),
    "remarks are too long": record().reject(LONG),
    "remarks are blocked": record(isRemarksBlocked="Y").reject("no"),
    "no reduction without remarks": record(CN).accept(reduce=False),
    "partial reduction without remarks": record(CN).accept(reduce=Reduction(igst=Decimal(1))),
    "remarks of spaces are none": record(CN).accept("   ", reduce=False),
    "a declaration on an invoice": record().accept(reduce=True),
    "a declaration where it is blocked": record(CN, isItcRedReqBlocked="Y").accept(reduce=True),
    "a declaration with a rejection": Decision(record(CN), Action.REJECT, None, True),
    "more than the tax": record(CN).accept("x", reduce=Reduction(igst=Decimal(1801))),
    "below zero": record(CN).accept("x", reduce=Reduction(igst=Decimal(-1))),
    "CGST unlike SGST": record(CN, iamt=0, camt=900, samt=900).accept("x", reduce=Reduction(cgst=Decimal(1))),
    "a credit note without a word on reduction": Decision(record(CN), Action.ACCEPT),
    "a reset of nothing": Decision(record(), Action.NONE),
}


@pytest.mark.parametrize("case", FORBIDDEN)
def test_what_the_rulebook_forbids_is_not_to_be_sent(case: str) -> None:
    assert FORBIDDEN[case].why_not()


ALLOWED = {
    "pending": record().keep_pending(),
    "remarks of 250": record().reject(LONG[1:]),
    "no remarks where they are blocked": record(isRemarksBlocked="Y").reject(),
    "full without remarks": record(CN).accept(),
    "partial with remarks": record(CN).accept("half", reduce=Reduction(igst=Decimal(900))),
    "none with remarks": record(CN).accept("never claimed", reduce=False),
    "reset": Decision(record(action="R"), Action.NONE),
    "the same again": record(action="A").accept(),
}


@pytest.mark.parametrize("case", ALLOWED)
def test_what_the_rulebook_allows_is_sent(case: str) -> None:
    assert ALLOWED[case].why_not() is None


def test_a_decision_stands_when_the_record_says_so() -> None:
    wanted = record(CN).accept("half", reduce=Reduction(igst=Decimal(900)))
    done = record(CN, action="A", remarks="half", itcRedReq="Y", declIgst=900, declCgst=0, declSgst=0, declCess=0)
    assert wanted.stands(done)
    assert wanted.stands(record(CN, action="A"))  # a portal that tells no more
    assert not wanted.stands(record(CN))
    assert not wanted.stands(record(CN, action="A", remarks="half", itcRedReq="N"))
    assert not wanted.stands(record(CN, action="A", remarks="all of it"))


def test_a_key_is_printed_as_explain_takes_it() -> None:
    assert str(record().key) == "b2b:24AAXCT0003K1ZA:SRT/25-26/118:112025"
    assert str(record(srcform="R1A").key).endswith(":112025:R1A")


@pytest.mark.parametrize("amount", ["1.005", "1E+20", "NaN", "-Infinity", "12345678901234.00"])
def test_an_amount_that_cannot_be_is_refused(amount: str) -> None:
    with pytest.raises(Invalid, match=r"Amount|isn't"):
        record(txval=amount)


@pytest.mark.parametrize("amount", [0, "0", "0.1", 9999999999999.99, "1E+3", -5])
def test_an_amount_has_two_decimals(amount: float | str) -> None:
    read = record(txval=amount)
    assert read.taxable == Decimal(str(amount))
    assert read.taxable.as_tuple().exponent == -2
