"""What becomes of credit, and which rows of the grid are behind each of it."""

from __future__ import annotations

from typing import Any

from gst_ims.desk.figures.service import AGREE
from gst_ims.desk.match.result import BUCKETS

#: Of the credit, from what is settled to what is lost; and which filters of the grid show the rows behind it.
STATUSES: dict[str, dict[str, Any]] = {
    "accepted": {"action": "A"},
    "agrees": {"action": "N", "bucket": list(AGREE)},
    "at risk": {"action": "N", "bucket": [*(it for it in BUCKETS if it not in AGREE), "not matched"]},
    "pending": {"action": "P"},
    "rejected": {"action": "R"},
}
#: What isn't settled.
OPEN = ("agrees", "at risk", "pending")
ACTIONS = ("N", "A", "P", "R")
