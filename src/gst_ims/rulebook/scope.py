"""What enters IMS, and which GSTR-2B a document belongs to."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache

from gst_ims.core.period import Period, financial_year
from gst_ims.core.section import Form, Section
from gst_ims.rulebook.calendar import due_date_1
from gst_ims.rulebook.law import Law


class Bypass(StrEnum):
    """Why a document goes straight to GSTR-2B (R1.3)."""

    REVERSE_CHARGE = "reverse charge"
    PLACE_OF_SUPPLY = "place of supply"
    TIME_LIMIT = "section 16(4)"
    BEFORE_IMS = "before IMS"


@lru_cache(maxsize=4096)
def credit_limit(document_date: date, law: Law) -> date:
    """The last day on which credit on an invoice or debit note of `document_date` can be taken (section 16(4))."""
    year = financial_year(document_date) + 1
    period = Period(year, 4)
    return date(year, law.at("S16.4", "limit_month", period), law.at("S16.4", "limit_day", period))


def period_2b(form: Form, period: Period, at: datetime, *, quarterly: bool, law: Law) -> Period:
    """The GSTR-2B period of a document that is filed in `form` for `period` `at` this moment (R7.3 to R7.5).

    Never before the return's own period, and for GSTR-1A never before the next one (R3.5). Tentative until it is filed.
    """
    month = Period.of(at.date())
    previous = month.previous()
    in_time = at.date() <= due_date_1("quarterly" if quarterly else "monthly", previous, law)
    window = previous if in_time else month
    return max(window, period.next() if form is Form.R1A else period)


def bypass(
    section: Section,
    *,
    supplier_state: str,
    recipient_state: str,
    pos: str,
    reverse_charge: bool,
    document_date: date,
    reported_on: date,
    in_2b: Period,
    law: Law,
) -> Bypass | None:
    """Why the document never enters IMS, or None if it does (R1.3, R1.4, R1.10). Credit notes have no time limit."""
    if reverse_charge:
        return Bypass.REVERSE_CHARGE
    if supplier_state == pos != recipient_state:
        return Bypass.PLACE_OF_SUPPLY
    if not section.is_credit and reported_on > credit_limit(document_date, law):
        return Bypass.TIME_LIMIT
    return None if _in_ims(in_2b, law) else Bypass.BEFORE_IMS


@lru_cache(maxsize=256)  # asked for each document of a return
def _in_ims(in_2b: Period, law: Law) -> int:
    return law.at("R1.10", "records_in_ims", in_2b)


def import_bypass(in_2b: Period, law: Law) -> Bypass | None:
    """Why a bill of entry isn't in IMS: its GSTR-2B period is before the cut-over (R1.6)."""
    return None if law.at("R1.6", "imports_in_ims", in_2b) else Bypass.BEFORE_IMS
