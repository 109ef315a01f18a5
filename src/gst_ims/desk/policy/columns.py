"""What a condition can ask about: the columns of a record, and functions. The reference page is tested against it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gst_ims.core.section import OTHERS


class Kind(StrEnum):
    """What a figure is. Only what is of one kind can be compared."""

    TEXT = "text"
    NUMBER = "number"
    RUPEES = "rupees"
    DAY = "date"
    YESNO = "yes or no"


@dataclass(frozen=True)
class Column:
    """One column of the view. `digits` bounds a figure: paise for rupees."""

    name: str
    kind: Kind
    says: str
    #: The only texts that can stand there, where there are few.
    values: tuple[str, ...] = ()
    #: Whether it can be empty: a comparison with what is empty holds never.
    empty: bool = False
    digits: int = 0


#: `rupees` have 15 digits on the wire, paise included; sums of four heads one more.
_HEAD, _SUM, _COUNT = 15, 16, 9
_HEADS = ("igst", "cgst", "sgst", "cess")

BUCKETS = (
    *("matched", "within tolerance", "mismatch", "probable", "missing in books", "duplicate", "not comparable"),
    "not compared",
)
FIELDS = (
    *("gstin", "number", "date", "kind", "place of supply", "reverse charge", "value", "taxable", *_HEADS, "tax"),
)


def _text(name: str, says: str, *values: str, empty: bool = False) -> Column:
    return Column(name, Kind.TEXT, says, values, empty)


def _rupees(name: str, says: str, *, empty: bool = False, digits: int = _HEAD) -> Column:
    return Column(name, Kind.RUPEES, says, empty=empty, digits=digits)


def _number(name: str, says: str, *, empty: bool = False) -> Column:
    return Column(name, Kind.NUMBER, says, empty=empty, digits=_COUNT)


def _day(name: str, says: str, *, empty: bool = False) -> Column:
    return Column(name, Kind.DAY, says, empty=empty)


def _yes(name: str, says: str) -> Column:
    return Column(name, Kind.YESNO, says)


#: By heading of the reference page.
GROUPS: dict[str, tuple[Column, ...]] = {
    "The record": (
        _text("section", "The section of IMS.", *map(str, OTHERS)),
        _text("supplier", "The supplier's GSTIN, or the e-commerce operator's."),
        _text("supplier_name", "The supplier's trade name, as the portal has it.", empty=True),
        _text("number", "The document's number."),
        _day("document_date", "The document's date."),
        _text("period", "The supplier's return period, MMYYYY."),
        _text("form", "The form by which it came.", "R1", "R1A", "IFF", "R5", "R6"),
        _text("invoice_type", "R, DE, SEWP, SEWOP or CBW; empty for e-commerce.", empty=True),
        _text("place_of_supply", "The state of the place of supply, two digits."),
        _text("original_number", "The document that this one amends.", empty=True),
        _day("original_date", "Its date.", empty=True),
        _yes("credit_note", "Whether it is a credit note, amended or not. Its amounts are positive nevertheless."),
        _yes("amendment", "Whether it amends another document."),
        _text("action", "What stands at the portal; decided records are left alone.", "no_action_taken", "pending"),
        _yes("filed", "Whether the supplier's return is filed, not just saved."),
        _yes("pending_blocked", "Whether it can't be kept pending."),
        _yes("remarks_blocked", "Whether it takes no remarks."),
        _yes("asks_reduction", "Whether accepting it has to say how much credit is reduced."),
        _text("remarks", "The remarks at the portal.", empty=True),
    ),
    "Its rupees": (
        _rupees("value", "The document's value."),
        _rupees("taxable", "The taxable value."),
        *(_rupees(head, f"{head.upper() if head != 'cess' else 'Cess'}.") for head in _HEADS),
        _rupees("tax", "The four together.", digits=_SUM),
        _rupees(
            "original_tax",
            "The tax of what it amends, where the desk has seen that.",
            empty=True,
            digits=_SUM,
        ),
        _rupees(
            "at_stake",
            "The tax that is at stake: what differs of a mismatch, otherwise all.",
            digits=_SUM + 1,
        ),
    ),
    "The books": (
        _text("bucket", "What matching says; `not compared` where it has not run since.", *BUCKETS),
        _number("score", "How sure that is, 0 to 100."),
        _text("match_rule", "The respect in which the pair is weakest, such as `number mistyped`.", empty=True),
        _number("partners", "How many documents of the books belong to it."),
        _text("book_label", "The label of the register that has the first of them.", empty=True),
        _yes("book_reverse_charge", "Whether the books have it under reverse charge."),
        _rupees("difference_value", "Books less portal.", empty=True, digits=_SUM),
        _rupees("difference_taxable", "Books less portal.", empty=True, digits=_SUM),
        *(_rupees(f"difference_{head}", "Books less portal.", empty=True, digits=_SUM) for head in _HEADS),
        _rupees("difference_tax", "Books less portal, the four together.", empty=True, digits=_SUM + 1),
        _number("days_apart", "The date in the books less the portal's, in days.", empty=True),
    ),
    "The supplier": (
        _text("pan", "Characters 3 to 12 of the GSTIN."),
        _text("state", "The first two digits of the GSTIN."),
        _number("supplier_documents", "How many documents of this supplier the desk has seen."),
        _number("supplier_matched", "How many in a hundred of them match, or within tolerance."),
        _number("supplier_rejected", "How many of them were rejected."),
        _day("first_seen", "When the first of them was read."),
    ),
    "Time": (
        _day("today", "The day on which the policy runs."),
        _number("days_to_draft", "Days to the next draft of GSTR-2B, on the 14th."),
        _number("days_to_3b", "Days to the next due date of your GSTR-3B."),
        _number(
            "days_to_pending_limit",
            "Days for which it may be kept pending; empty: not at all.",
            empty=True,
        ),
        _number(
            "days_to_credit_limit",
            "Days to the limit of section 16(4); empty for credit notes.",
            empty=True,
        ),
    ),
}
COLUMNS = {column.name: column for group in GROUPS.values() for column in group}


@dataclass(frozen=True)
class Function:
    """What can be called: its form, and what it says."""

    form: str
    says: str


FUNCTIONS = {
    "in_list": Function("in_list('trusted')", "Whether the supplier, by GSTIN or PAN, is in this vendor list."),
    "differs": Function("differs('taxable')", f"Whether this field differs from the books: {', '.join(FIELDS)}."),
    "abs": Function("abs(figure)", "The figure without its sign."),
    "least": Function("least(a, b, …)", "The smallest of them; what is empty is left out."),
    "greatest": Function("greatest(a, b, …)", "The largest of them; what is empty is left out."),
    "coalesce": Function("coalesce(a, b, …)", "The first that isn't empty."),
    "lower": Function("lower(text)", "The text in small letters."),
    "upper": Function("upper(text)", "The text in capital letters."),
    "length": Function("length(text)", "How many characters it has."),
    "starts_with": Function("starts_with(text, 'SRT/')", "Whether the text begins so."),
    "ends_with": Function("ends_with(text, '/26')", "Whether the text ends so."),
    "contains": Function("contains(text, 'freight')", "Whether the text has this in it."),
    "month": Function("month(date)", "The month, 1 to 12."),
    "year": Function("year(date)", "The year."),
}
