"""What enters IMS, and which GSTR-2B a document belongs to."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from gst_ims.core.clock import IST
from gst_ims.core.period import Period
from gst_ims.core.section import Form, Section
from gst_ims.rulebook.law import law
from gst_ims.rulebook.scope import Bypass, bypass, credit_limit, import_bypass, period_2b

# name: (form, return period, filed at, quarterly supplier, GSTR-2B period)
GSTR_2B = {
    "EX-13 from its first second": (Form.R1, "122020", "2021-01-12T00:00:00", False, "012021"),
    "EX-13 to its last second": (Form.R1, "122020", "2021-02-11T23:59:59", False, "012021"),
    "a second before EX-13": (Form.R1, "122020", "2021-01-11T23:59:59", False, "122020"),
    "a second after EX-13": (Form.R1, "122020", "2021-02-12T00:00:00", False, "022021"),
    "EX-15, late in the window of its own period": (Form.R1, "072020", "2020-08-11T18:00:00", False, "072020"),
    "the 11th is of the month before": (Form.R1, "102025", "2025-11-11T23:59:59", False, "102025"),
    "the 12th is of the month": (Form.R1, "102025", "2025-11-12T00:00:00", False, "112025"),
    "filed within its own month": (Form.R1, "102025", "2025-10-31T12:00:00", False, "102025"),
    "saved in its own month before the 12th": (Form.R1, "102025", "2025-10-05T12:00:00", False, "102025"),
    "a year late": (Form.R1, "102024", "2025-11-12T00:00:00", False, "112025"),
    "December filed in January": (Form.R1, "122025", "2026-01-11T12:00:00", False, "122025"),
    "December filed late in January": (Form.R1, "122025", "2026-01-12T00:00:00", False, "012026"),
    "IFF to the 13th": (Form.IFF, "102025", "2025-11-13T23:59:59", True, "102025"),
    "IFF from the 14th": (Form.IFF, "102025", "2025-11-14T00:00:00", True, "112025"),
    "a quarter's GSTR-1 to the 13th": (Form.R1, "122025", "2026-01-13T23:59:59", True, "122025"),
    "a quarter's GSTR-1 from the 14th": (Form.R1, "122025", "2026-01-14T00:00:00", True, "012026"),
    "GSTR-1A in the window of its own period": (Form.R1A, "102025", "2025-11-11T12:00:00", False, "112025"),
    "EX-4, GSTR-1A of September": (Form.R1A, "092025", "2025-10-14T12:00:00", False, "102025"),
    "GSTR-1A after the 12th": (Form.R1A, "102025", "2025-11-14T12:00:00", False, "112025"),
    "GSTR-1A two windows later": (Form.R1A, "102025", "2025-12-12T00:00:00", False, "122025"),
    "GSTR-1A of a quarterly filer": (Form.R1A, "122025", "2026-01-13T12:00:00", True, "012026"),
}


@pytest.mark.parametrize(("form", "period", "at", "quarterly", "expected"), GSTR_2B.values(), ids=GSTR_2B.keys())
def test_the_moment_of_filing_decides_the_gstr_2b(
    form: Form, period: str, at: str, quarterly: bool, expected: str
) -> None:
    moment = datetime.fromisoformat(at).replace(tzinfo=IST)
    assert str(period_2b(form, Period.parse(period), moment, quarterly=quarterly, law=law())) == expected


@pytest.mark.parametrize("form", [Form.R1, Form.IFF])
@pytest.mark.parametrize("day", range(1, 31))
def test_no_document_counts_before_its_own_period(form: Form, day: int) -> None:
    period = Period.parse("112025")
    at = datetime(2025, 11, day, tzinfo=IST)
    assert period_2b(form, period, at, quarterly=form is Form.IFF, law=law()) >= period


@pytest.mark.parametrize("month", range(1, 13))
def test_gstr_1a_never_counts_before_the_next_period(month: int) -> None:
    period = Period.parse("102025")
    at = datetime(2025 if month >= 10 else 2026, month, 13, tzinfo=IST)
    assert period_2b(Form.R1A, period, at, quarterly=False, law=law()) > period


ORDINARY = {
    "section": Section.B2B,
    "supplier_state": "24",
    "recipient_state": "27",
    "pos": "27",
    "reverse_charge": False,
    "document_date": date(2025, 10, 5),
    "reported_on": date(2025, 11, 5),
    "in_2b": Period.parse("102025"),
}
LATE = {"document_date": date(2024, 6, 1), "reported_on": date(2025, 12, 1)}
BYPASSES = {
    "an ordinary invoice": ({}, None),
    "reverse charge": ({"reverse_charge": True}, Bypass.REVERSE_CHARGE),
    "a hotel in the supplier's state": ({"pos": "24"}, Bypass.PLACE_OF_SUPPLY),
    "all in one state": ({"pos": "24", "recipient_state": "24"}, None),
    "delivered to a third state": ({"pos": "29"}, None),
    "a supply within the recipient's state": ({"supplier_state": "27"}, None),
    "an invoice after the limit": (LATE, Bypass.TIME_LIMIT),
    "an invoice on the last day": (LATE | {"reported_on": date(2025, 11, 30)}, None),
    "a debit note after the limit": (LATE | {"section": Section.B2BDN}, Bypass.TIME_LIMIT),
    "an amendment after the limit": (LATE | {"section": Section.B2BA}, Bypass.TIME_LIMIT),
    "an operator's document after the limit": (LATE | {"section": Section.ECOM}, Bypass.TIME_LIMIT),
    "a credit note has no limit": (LATE | {"section": Section.B2BCN}, None),
    "an amended credit note has none either": (LATE | {"section": Section.B2BCNA}, None),
    "of a GSTR-2B before IMS": ({"in_2b": Period.parse("092024")}, Bypass.BEFORE_IMS),
    "of the first GSTR-2B in IMS": ({"in_2b": Period.parse("102024")}, None),
    "reverse charge comes first": (LATE | {"reverse_charge": True, "pos": "24"}, Bypass.REVERSE_CHARGE),
    "place of supply comes before time": (LATE | {"pos": "24"}, Bypass.PLACE_OF_SUPPLY),
}


@pytest.mark.parametrize(("changes", "expected"), BYPASSES.values(), ids=BYPASSES.keys())
def test_what_bypasses_ims_goes_straight_to_gstr_2b(changes: dict[str, object], expected: Bypass | None) -> None:
    assert bypass(**(ORDINARY | changes), law=law()) == expected  # type: ignore[arg-type]


LIMITS = {
    date(2025, 4, 1): date(2026, 11, 30),
    date(2026, 3, 31): date(2026, 11, 30),
    date(2026, 4, 1): date(2027, 11, 30),
    date(2017, 7, 1): date(2018, 11, 30),
    date(2024, 2, 29): date(2024, 11, 30),
}


@pytest.mark.parametrize(("document_date", "last_day"), LIMITS.items())
def test_credit_can_be_taken_until_november_after_the_financial_year(document_date: date, last_day: date) -> None:
    assert credit_limit(document_date, law()) == last_day


@pytest.mark.parametrize(("in_2b", "expected"), [("092025", Bypass.BEFORE_IMS), ("102025", None), ("112025", None)])
def test_bills_of_entry_are_in_ims_since_october_2025(in_2b: str, expected: Bypass | None) -> None:
    assert import_bypass(Period.parse(in_2b), law()) == expected
