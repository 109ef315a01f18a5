"""What stands in a cell or a member of a file, as the value that the wire has for it.

People and programs write the same in many ways: dates as dates or text, numbers as text, codes or words. Each reader
here takes what a file has, and raises Invalid where it can't mean anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from gst_ims.core.document import document_number, print_date
from gst_ims.core.errors import Invalid
from gst_ims.core.gstin import Gstin
from gst_ims.core.money import positive_paise, rupees
from gst_ims.core.period import Period
from gst_ims.core.section import Action, Form
from gst_ims.core.states import PLACES_OF_SUPPLY, STATES

Cell = object
"""str, int, float, Decimal, bool, date, datetime, or None."""

# Excel keeps so many digits of a number, and shows zeros for the others.
DIGITS = 15

_LARGEST = 10**40  # no member has more digits, and Python refuses to write thousands
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ACTIONS = {
    Action.NONE: ("n", "noaction", "noactiontaken", ""),
    Action.ACCEPT: ("a", "accept", "accepted"),
    Action.REJECT: ("r", "reject", "rejected"),
    Action.PENDING: ("p", "pending", "keeppending"),
}
_TYPES = {
    "R": ("r", "regular", "regularb2b", "b2b"),
    "DE": ("de", "deemedexports", "deemedexport", "deemedexp"),
    "SEWP": ("sewp", "sezsupplieswithpayment", "sezsupplieswithpaymentoftax", "sezwithpayment", "sezwp"),
    "SEWOP": ("sewop", "sezsupplieswithoutpayment", "sezsupplieswithoutpaymentoftax", "sezwithoutpayment", "sezwop"),
    "CBW": ("cbw", "intrastatesuppliesattractingigst", "customsbondedwarehouse", "salefrombondedwarehouse"),
}
_FORMS = {
    Form.R1: ("r1", "gstr1", "gstr1iff"),
    Form.R1A: ("r1a", "gstr1a"),
    Form.IFF: ("iff",),
    Form.R5: ("r5", "gstr5"),
}
_ACTION_OF = {word: action.value for action, words in _ACTIONS.items() for word in words}
_TYPE_OF = {word: kind for kind, words in _TYPES.items() for word in words}
_FORM_OF = {word: form.value for form, words in _FORMS.items() for word in words}
_FLAG_OF = {"y": "Y", "yes": "Y", "true": "Y", "n": "N", "no": "N", "false": "N"}
_FILED_OF = {"filed": "FILED", "f": "FILED", "y": "FILED", "notfiled": "SAVED", "saved": "SAVED", "n": "SAVED"}
_STATE_OF = {re.sub(r"[^a-z]", "", name.lower()): code for code, name in STATES.items()}


def is_endless(cell: Cell) -> bool:
    """Whether it is a number of more digits than anything here has."""
    return isinstance(cell, int | float) and abs(cell) > _LARGEST


def is_empty(cell: Cell) -> bool:
    """Whether there is nothing to be read in it."""
    return not is_endless(cell) and text(cell) == ""


def heading(cell: Cell) -> str:
    """The text of a cell as a heading or a title, which a number without end is not."""
    return "" if is_endless(cell) else text(cell)


def text(cell: Cell) -> str:
    """The text of a cell, without spaces around it. A whole number is written without a point. Raises Invalid."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell.strip()
    if is_endless(cell):
        raise Invalid("A number of so many digits means nothing here.")
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, date):
        return print_date(cell)
    return str(cell)


def number(cell: Cell) -> str:
    """A document number, which is text always."""
    if isinstance(cell, bool | date):
        raise Invalid(f"Document number {cell} came as a date or a truth value: format the cell as text.")
    if isinstance(cell, float | Decimal) and not (0 <= cell < 10**DIGITS and cell == int(cell)):
        raise Invalid(f"Document number {cell} came as a number with its last digits lost: format the cell as text.")
    return document_number(text(cell))


def day(cell: Cell) -> str:
    """A date, as DD-MM-YYYY."""
    if isinstance(cell, datetime):
        return print_date(cell.date())
    if isinstance(cell, date):
        return print_date(cell)
    said = text(cell)
    if found := re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ](\d{4})", said):
        parts = (int(found[3]), _month(found[2]), int(found[1]))
    elif found := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})(T.*)?", said):
        parts = (int(found[1]), int(found[2]), int(found[3]))
    else:
        raise Invalid(f"Date {said[:40]!r} isn't one such as 05-11-2025.")
    try:
        return print_date(date(*parts))
    except ValueError:
        raise Invalid(f"Date {said[:40]!r} isn't a day of the calendar.") from None


def period(cell: Cell) -> str:
    """A tax period, as MMYYYY."""
    if isinstance(cell, date):
        return str(Period.of(cell))
    said = text(cell)
    if re.fullmatch(r"\d{5,6}", said):
        return str(Period.parse(said.zfill(6)))
    found = re.fullmatch(r"(\d{1,2}|[A-Za-z]{3,9})[-/' ]+(\d{4}|\d{2})", said)
    if found is None:
        raise Invalid(f"Period {said[:40]!r} isn't one such as 102025 or Oct-2025.")
    return str(Period(int(found[2][-2:]) + 2000, _month(found[1])))


def amount(cell: Cell) -> Decimal:
    """Rupees with two decimals, never below zero. A cell that Excel computed may be off by a hair."""
    if isinstance(cell, bool | date):
        raise Invalid(f"Amount {cell} isn't a number.")
    if isinstance(cell, float):
        near = Decimal(f"{cell:.2f}") if abs(cell) < 1e15 else Decimal(cell)
        return rupees(positive_paise(near if abs(cell - float(near)) < 1e-6 else Decimal(repr(cell))))
    if isinstance(cell, int | Decimal):
        return rupees(positive_paise(cell))
    return rupees(positive_paise(re.sub(r"[₹,\s]|^Rs\.?", "", text(cell)) or "0"))


def place(cell: Cell) -> str:
    """A place of supply as two digits: 27, 27-Maharashtra or Maharashtra."""
    said = text(cell)
    found = re.match(r"(\d{1,2})(?!\d)", said)
    code = found[1].zfill(2) if found else _STATE_OF.get(re.sub(r"[^a-z]", "", said.lower()), "")
    if code not in PLACES_OF_SUPPLY:
        raise Invalid(f"Place of supply {said[:40]!r} isn't a state: write its code, such as 27.")
    return code


def gstin(cell: Cell) -> str:
    """A GSTIN. GSTN's own samples fail the check digit, so it isn't looked at."""
    return str(Gstin.parse(text(cell).upper(), checksum=False))


def _word(cell: Cell, known: dict[str, str], what: str) -> str:
    said = text(cell)
    try:
        return known[re.sub(r"[^a-z0-9]", "", said.lower())]
    except KeyError:
        raise Invalid(
            f"{what} {said[:40]!r} isn't known: use one of {', '.join(dict.fromkeys(known.values()))}."
        ) from None


def action(cell: Cell) -> str:
    """N, A, R or P; nothing is N."""
    return _word(cell, _ACTION_OF, "Action")


def invoice_type(cell: Cell) -> str:
    """R, DE, SEWP, SEWOP or CBW."""
    return _word(cell, _TYPE_OF, "Type")


def form(cell: Cell) -> str:
    """R1, R1A, IFF or R5."""
    return _word(cell, _FORM_OF, "Form")


def flag(cell: Cell) -> str:
    """Y or N."""
    return _word(cell, _FLAG_OF, "Flag")


def filed(cell: Cell) -> str:
    """FILED or SAVED."""
    return _word(cell, _FILED_OF, "Filing status")


def _month(said: str) -> int:
    """1 to 12, or what is no month for the caller to refuse."""
    name = said[:3].lower()
    return int(said) if said.isdigit() else _MONTHS.index(name) + 1 if name in _MONTHS else 0


#: How each member of a record is read. `itcRedReqBlocked` is the offline tool's spelling of `isItcRedReqBlocked`.
READERS: Final[dict[str, Callable[[Cell], str | Decimal]]] = {
    "stin": gstin,
    "tradenm": text,
    **dict.fromkeys(("inum", "nt_num", "oinum", "ont_num"), number),
    **dict.fromkeys(("idt", "nt_dt", "oidt", "ont_dt"), day),
    "inv_typ": invoice_type,
    "srcform": form,
    "rtnprd": period,
    "srcfilstatus": filed,
    "pos": place,
    **dict.fromkeys(("val", "txval", "iamt", "camt", "samt", "cess"), amount),
    "action": action,
    **dict.fromkeys(("ispendactblocked", "isRemarksBlocked", "itcRedReqBlocked", "itcRedReq"), flag),
    **dict.fromkeys(("declIgst", "declCgst", "declSgst", "declCess"), amount),
    "remarks": text,
}
