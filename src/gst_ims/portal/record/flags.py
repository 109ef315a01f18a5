"""What the law's dated values and its place in the chain make of a record."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from psycopg.types.json import Jsonb

from gst_ims.core.gstin import Gstin
from gst_ims.core.period import Period
from gst_ims.core.states import STATES
from gst_ims.database.connection import Connection
from gst_ims.database.queries import load
from gst_ims.rulebook.calendar import pending_limit
from gst_ims.rulebook.law import Law, law
from gst_ims.rulebook.scope import credit_limit

queries = load(__file__)


def place(db: Connection, rtin: Gstin, period_2b: Period, keys: Any) -> None:
    """Place records of a recipient and GSTR-2B period in their chain; `keys` is a list of what `key_of` gives in SQL.

    What is filed takes the place of what it amends in the same GSTR-2B (R3.8).
    """
    rules = law()
    queries.place(db, rtin=rtin, keys=Jsonb(keys), **dated(period_2b, rules))
    if rules.at("R3.8", "amendment_supersedes", period_2b):
        queries.supersede(db, rtin=rtin, keys=Jsonb(keys))


def dated(period_2b: Period, rules: Law) -> dict[str, Any]:
    """The parameters for records of one GSTR-2B period; `pending_limits` by the recipient's state and frequency."""
    limit = credit_limit(period_2b.first_day, rules)
    return {
        "pending_limits": Jsonb(_pending_limits(period_2b, rules)),
        "limit_month": limit.month,
        "limit_day": limit.day,
        "reduction_since": rules.since("R6.2", "reduction_declared"),
        "original_closed_first": rules.at("R3.7", "original_closed_first", period_2b),
        "operator_declares": rules.at("R6.9", "operator_declares", period_2b),
    }


@lru_cache(maxsize=64)
def _pending_limits(period_2b: Period, rules: Law) -> dict[str, dict[str, str]]:
    """The last day of Pending of specified records; the first day of all for never."""
    return {
        state: {
            frequency: ((limit := pending_limit(frequency, state, period_2b, rules)) and limit.isoformat())
            or "0001-01-01"
            for frequency in ("monthly", "quarterly")
        }
        for state in STATES
    }
