"""What the law's dated values make of a record: the parameters of the statements that set its flags."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from psycopg.types.json import Jsonb

from gst_ims.core.period import Period
from gst_ims.core.states import STATES
from gst_ims.rulebook.calendar import pending_limit
from gst_ims.rulebook.law import Law
from gst_ims.rulebook.scope import credit_limit


def dated(period_2b: Period, law: Law) -> dict[str, Any]:
    """The parameters for records of one GSTR-2B period; `pending_limits` by the recipient's state and frequency."""
    limit = credit_limit(period_2b.first_day, law)
    return {
        "pending_limits": Jsonb(_pending_limits(period_2b, law)),
        "limit_month": limit.month,
        "limit_day": limit.day,
        "reduction_since": law.since("R6.2", "reduction_declared"),
        "original_closed_first": law.at("R3.7", "original_closed_first", period_2b),
        "operator_declares": law.at("R6.9", "operator_declares", period_2b),
    }


@lru_cache(maxsize=64)
def _pending_limits(period_2b: Period, law: Law) -> dict[str, dict[str, str]]:
    """The last day of Pending of specified records; the first day of all for never."""
    return {
        state: {
            frequency: ((limit := pending_limit(frequency, state, period_2b, law)) and limit.isoformat())
            or "0001-01-01"
            for frequency in ("monthly", "quarterly")
        }
        for state in STATES
    }
